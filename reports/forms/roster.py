"""救治病人名单, which note 1 of F1 asks for: everyone treated on or before the cut-off.

One row a person: 建档立卡 first, then those verified by civil affairs, then people in neither. A person stands on it who is
treated in at least one row; the diagnoses are those of the rows in which they are treated, so that no open case reads as treated.
"""

import datetime
from collections.abc import Iterable, Sequence

from ledger.models import Disease
from reports.forms.f1 import CaseLine, in_rows
from reports.forms.people import particulars
from reports.forms.wording import ROSTER_HEADINGS as HEADINGS

__all__ = ["HEADINGS", "roster", "treated_people"]


def treated_people(lines: Sequence[CaseLine], on: datetime.date) -> dict[int, list[CaseLine]]:
    """Who is on the roster, and the cases of the rows in which they are treated. Pure."""
    treated_rows = {(row.group, row.person) for row in in_rows(lines, on) if row.treated}
    found: dict[int, list[CaseLine]] = {}
    for line in lines:
        if (line.group, line.person) in treated_rows:
            found.setdefault(line.person, []).append(line)
    return found


def roster(lines: Sequence[CaseLine], on: datetime.date, diseases: Iterable[Disease]) -> list[dict]:
    """The roster's rows: 建档立卡 first, then 非建档立卡, then neither; within them by F1's order of the first treated disease. Not limited to one county's page."""
    by_id = {disease.pk: disease for disease in diseases}
    found = treated_people(lines, on)
    known = particulars(found, on)
    rows = []
    for person, cases in found.items():
        cases = sorted(cases, key=lambda case: (by_id[case.disease].group.f1_order, case.disease))
        facts = known[person]
        standing = 0 if cases[0].registered_poor else 1 if cases[0].civil_verified else 2
        place = (standing, by_id[cases[0].disease].group.f1_order, person)
        rows.append(
            (
                place,
                {
                    "person": person,
                    "registered_poor": cases[0].registered_poor,
                    "name": facts.name,
                    "sex": facts.sex,
                    "age": facts.age,
                    "diagnosis": "、".join(by_id[case.disease].name for case in cases),
                    "address": facts.address,
                    "id_number": facts.id_number,
                    "insurance_number": facts.insurance_number,
                },
            )
        )
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]
