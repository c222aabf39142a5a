"""Two records of one person for the tests of merging: made one and parted again, and everything that names them, before and after."""

import datetime

from ledger.actions import cases
from ledger.actions.categories import verify_category
from ledger.actions.merging import merge_people, seen_now, undo_merge
from ledger.merging.snapshot import links_to
from ledger.models import Case, CaseEvent, Category, Merge, Person, Standing
from ledger.protection import Sealed
from reports.forms.f1 import f1_figures
from tests.cast import on_day

D = datetime.date
TODAY = D(2017, 10, 20)
SEPTEMBER = D(2017, 9, 23)


def fresh(row):
    return type(row)._base_manager.get(pk=row.pk)


def merge(cast, kept: Person, gone: Person, **chosen) -> Merge:
    kept, gone = fresh(kept), fresh(gone)
    told = {"by": cast.clerk, "reason": "同名同住址，村医核对是一个人", "seen": seen_now(kept, gone)} | chosen
    return merge_people(kept=kept, gone=gone, **told)


def undo(cast, merged: Merge) -> Merge:
    return undo_merge(by=cast.lead, merge=merged, reason="核对后是两个人")


def everything() -> dict:
    """Every row of every table that names a person or a case, column by column, but for the two that are only ever added to.

    How often a person or a case was saved is told apart from what they hold: it grows, and never comes back.
    """
    tables = {field.model for model in (Person, Case) for field in links_to(model)} | {Person} - {CaseEvent, Merge}
    found = {}
    for table in tables - {CaseEvent, Merge}:
        if table is Standing:  # Made anew, with new numbers.
            rows = table._base_manager.order_by("case", "during").values_list(
                "case", "county", "registered_poor", "civil_verified", "completed_on", "during"
            )
            found["standing"] = list(rows)
            continue
        columns = [field.attname for field in table._meta.concrete_fields if not (table in (Person, Case) and field.name == "version")]
        for row in table._base_manager.order_by("pk").values(*columns):
            values = {name: value.reveal() if isinstance(value, Sealed) else value for name, value in row.items()}
            found[table._meta.label, row["id"]] = {
                name: bytes(value) if isinstance(value, memoryview) else value for name, value in values.items()
            }
    return found


def figures(cast, on: D) -> dict:
    """F1 of the county as a draft built on that day counts it: {row: its five figures}, 合计, and how many stand in neither category."""
    groups = {code: cast.disease(code).group_id for code in ("cataract", "gastric-cancer")}
    table = f1_figures([cast.county.pk], on, list(groups.values()))[cast.county.pk]
    rows = {code: tuple(table.rows[group].values()) for code, group in groups.items()}
    return rows | {"合计": tuple(table.total.values()), "neither": table.neither}


def two_records(cast) -> tuple[Person, Person]:
    """莫秀英 twice: with her number since 1 October; since 1 September in another town, without number, 低保 verified, 胃癌 besides."""
    kept = cast.register("莫秀英", on=D(2017, 10, 1), since=D(2017, 1, 1), phone="13900000001", contact_name="莫家兴")
    gone = cast.register(
        "莫秀英", on=D(2017, 9, 1), category=Category.DIBAO, since=D(2016, 7, 1), village=cast.other_village, address="9 组",
        id_absent_reason="证件遗失待补", insurance_number="4502221806217", household_number="H-7", found_on=D(2017, 8, 30),
    )  # fmt: skip
    with on_day(D(2017, 9, 5)):
        verify_category(by=cast.civil, fact=gone.categories.get())
        cases.open_case(by=cast.clerk, person=gone, entry=cast.entry("gastric-cancer"))
    return kept, gone
