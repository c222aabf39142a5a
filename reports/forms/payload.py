"""What a return says, as plain JSON: everything its workbook needs, and the people behind every figure.

The canonical text of this dictionary is what is sealed, hashed and frozen; a workbook is drawn from it alone. Both forms hold

    form "F1" | "F2", shape 1, period "2017-10", cut_off_on "2017-10-23", county {code, name}, city "柳州市",
    title, unit (填报单位), filler (填报人), phone (联系电话), diseases (how many the list covers)

F1 adds
    rows     [{name, total, treated, quarter, untreated, civil_quarter}, …] in F1's order
    total    the same keys: 合计, persons over all rows
    neither  how many people stand in neither category
    notes    the sentences under the table; policy_notes: 注1 and 注2
    people   {row name or 合计: {figure: [person ids]}, "neither": [person ids]}
    roster   [{person, registered_poor, name, sex, age, diagnosis, address, id_number, insurance_number}, …]
F2 adds
    rows     [{person, disease, number, name, sex, age, native_place, id_number, registered_on, remark}, …]
F6, built by itself (forms/f6.py), has the same head but the diseases, and
    covers_from "2017-09", served, violations (person-times), explanation (填报说明, line by line)
    rows     [{deposit, person, name, reason, hospital, amount_fen, remedy}, …]
F1, F2 and F6 add, only where there is something to tell of earlier periods,
    supplement  [{period, covers_from, cut_off_on, revision and of (the hash) of the return corrected, digest (all that is told of it by now),
                  cells [{place, was, now, came [ids], went [ids]}], rows [{change "came" | "went", …a row of F2 or F6}]}, …]
F4 (forms/f4.py) has the head of F6, on (the cut-off again), missing (the names of units that have not answered) and
    rows     [[姓名, 单位, 职务, 电话, 手机, 邮箱], …]
"""

import datetime
import hashlib
import json
from collections import Counter
from dataclasses import dataclass

from ledger.models import Disease, Division, Role, Staff, UnitName
from ledger.models.division import UnitKind
from reports.differences import behind_of
from reports.forms.coverage import covered_diseases, printed_groups
from reports.forms.f1 import CaseLine, case_lines, in_rows, tabulate
from reports.forms.f2 import f2_rows
from reports.forms.roster import roster
from reports.forms.supplement_sums import carried_of
from reports.forms.wording import NEITHER, TOTAL, f1_title, f2_title, notes, policy_notes
from reports.supplement import month_supplement

SHAPE = 1


@dataclass(frozen=True)
class Ground:
    """What both forms of one county and cut-off stand on: read once, so that they cannot differ."""

    county: Division
    period: datetime.date
    on: datetime.date
    diseases: list[Disease]
    lines: list[CaseLine]


def build(county: Division, period: datetime.date, on: datetime.date, *, supplemented: bool = True) -> dict[str, dict]:
    """The payloads of F1 and F2 for a county as of a day, by form; with the 补报 of earlier periods, which a mere look at a day has not.

    Raises NoCoverage.
    """
    ground = Ground(county, period, on, covered_diseases(county, on), case_lines([county.pk], on))
    carried = month_supplement(county, period) if supplemented else {}
    return {form: with_supplement(made, carried.get(form)) for form, made in (("F1", _f1(ground)), ("F2", _f2(ground)))}


def with_supplement(payload: dict, carried: list[dict] | None) -> dict:
    """The payload with what it tells anew of earlier periods; without the key where there is nothing."""
    return {**payload, "supplement": carried} if carried else payload


def canonical(payload: dict) -> str:
    """The one text of a payload: sorted keys, no blanks, Chinese as it is."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def rows_hash(payload: dict, previous: str = "") -> str:
    """SHA-256 in hex over the hash of the revision before (nothing for the first) and the canonical text."""
    return hashlib.sha256((previous + canonical(payload)).encode()).hexdigest()


def figures(payload: dict) -> dict:
    """The part of a payload that names nobody: what a list or a chart may show without unsealing the rest.

    ``behind`` is the digest of the people whom its figures count, ``told`` that of the earlier returns it tells anew (reports/supplement.py), ``carried`` by how
    many persons F1 tells their figures otherwise.
    """
    if payload["form"] == "F4":
        return _numbers(payload)
    told = {
        entry["period"]: {"of": entry["of"], "digest": entry["digest"], "cells": len(entry["cells"])}
        for entry in payload.get("supplement", ())
    }
    carried = {"carried": carried_of(payload)} if told and payload["form"] == "F1" else {}
    return _numbers(payload) | {"behind": behind_of(payload).digest()} | ({"told": told} if told else {}) | carried


def _numbers(payload: dict) -> dict:
    if payload["form"] == "F1":
        return {"rows": payload["rows"], "total": payload["total"], NEITHER: payload[NEITHER], "roster": len(payload["roster"])}
    if payload["form"] == "F6":
        return {"served": payload["served"], "violations": payload["violations"]}
    if payload["form"] == "F4":
        return {"rows": len(payload["rows"]), "missing": len(payload["missing"])}
    diseases = dict(Counter(row["disease"] for row in payload["rows"]))
    return {"rows": len(payload["rows"]), "people": len({row["person"] for row in payload["rows"]}), "diseases": diseases}


def people_behind(payload: dict, row: str, figure: str) -> list[int]:
    """The ids behind one figure of F1: a row's name or 合计 and the figure; for ``neither`` the row does not matter.

    Raises KeyError when there is no such figure.
    """
    people = payload["people"]
    return people[NEITHER] if figure == NEITHER else people[row][figure]


def filler_of(county: Division) -> Staff | None:
    """Who fills the form in: the county bureau's first clerk, else its lead."""
    staff = Staff.objects.filter(area=county, is_active=True)
    return staff.filter(role=Role.CLERK).order_by("username").first() or staff.filter(role=Role.LEAD).order_by("username").first()


def head_of(form: str, county: Division, period: datetime.date, on: datetime.date, *, covers_from: datetime.date | None = None) -> dict:
    """What every return says first: whose it is, of which period, up to which day; ``covers_from`` where it may be of several months."""
    return {
        "form": form,
        "shape": SHAPE,
        **({"covers_from": f"{covers_from:%Y-%m}"} if covers_from else {}),
        "period": f"{period:%Y-%m}",
        "cut_off_on": on.isoformat(),
        "county": {"code": county.code, "name": county.name},
        "city": county.prefecture.name,
    }


def _head(form: str, ground: Ground) -> dict:
    filler = filler_of(ground.county)
    city, diseases = ground.county.prefecture.name, len(ground.diseases)
    return {
        **head_of(form, ground.county, ground.period, ground.on),
        "title": f1_title(city) if form == "F1" else f2_title(city, diseases),
        "unit": UnitName.on(ground.county, UnitKind.HEALTH, ground.on),
        "filler": filler.full_name if filler else "",
        "phone": filler.work_phone if filler else "",
        "diseases": diseases,
    }


def _f1(ground: Ground) -> dict:
    groups = {group.pk: group.name for group in printed_groups(ground.county, ground.on)}
    table = tabulate(in_rows(ground.lines, ground.on), ground.on, list(groups))
    rows = [{"name": groups[group], **figures_of_row} for group, figures_of_row in table.figures().items()]
    total = table.total_figures()
    people = {groups[group]: found for group, found in table.rows.items()}
    return {
        **_head("F1", ground),
        "rows": rows,
        "total": total,
        NEITHER: len(table.neither),
        "notes": notes(rows, total, len(table.neither)),
        "policy_notes": policy_notes(len(ground.diseases)),
        "people": {**people, TOTAL: table.total, NEITHER: table.neither},
        "roster": roster(ground.lines, ground.on, ground.diseases),
    }


def _f2(ground: Ground) -> dict:
    return {**_head("F2", ground), "rows": f2_rows(ground.lines, ground.on, ground.diseases)}
