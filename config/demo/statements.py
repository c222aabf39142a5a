"""The demo's statements: August paid but for one dispute, September on its way, October still to be drawn up."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from config.demo.bills import SETTLING, on_day
from ledger.actions.refusals import Refused
from ledger.models import Role, Staff
from settlement.actions.disputes import set_aside
from settlement.actions.statements import move_statement, prepare_month
from settlement.models import Statement

AUGUST, SEPTEMBER = datetime.date(2017, 8, 1), datetime.date(2017, 9, 1)
UNCONFIRMED = "LU01"  # This hospital has not confirmed September yet.
DISPUTED = "目录外药品未单列清单，待医院补来后再定"


@transaction.atomic
def draw_up_statements() -> int:
    """Draw up two months and take each as far as an office would have by 20 October; answers how many. Does nothing a second time."""
    if Statement.objects.everywhere("whether the demo has statements").exists():
        return 0
    staff = Staff.objects.select_related("area__parent").order_by("username")
    liaisons = {person.hospital_code: person for person in staff.filter(role=Role.LIAISON, hospital_code__in=SETTLING)}
    payers = {(person.area_id, str(person.role)): person for person in staff.filter(role__in=(Role.INSURANCE, Role.CIVIL, Role.FINANCE))}
    with on_day(datetime.date(2017, 9, 5)):
        august = _drawn_up(liaisons.values(), AUGUST)
        for statement in august:
            move_statement(by=liaisons[statement.hospital.code], statement=statement, name="confirm")
    _dispute_one(august, payers)
    for statement in august:
        payer = payers[statement.county_id, statement.payer]
        with on_day(datetime.date(2017, 9, 12)):
            move_statement(by=payer, statement=statement, name="accept")
        if statement.payer != "finance":
            with on_day(datetime.date(2017, 9, 20)):
                voucher = f"{statement.payer[:1].upper()}201709{statement.pk:04d}"
                move_statement(by=payer, statement=statement, name="pay", paid_on=datetime.date(2017, 9, 20), voucher=voucher)
    with on_day(datetime.date(2017, 10, 11)):
        september = _drawn_up(liaisons.values(), SEPTEMBER)
        for statement in september:
            if statement.hospital.code != UNCONFIRMED:
                move_statement(by=liaisons[statement.hospital.code], statement=statement, name="confirm")
    return len(august) + len(september)


def _drawn_up(liaisons: Iterable[Staff], month: datetime.date) -> list[Statement]:
    """The month's statements of every hospital that settled anything in it."""
    found = []
    for liaison in liaisons:
        try:
            found += prepare_month(by=liaison, month=month)
        except Refused:
            continue  # Nothing is owed to this hospital.
    return found


def _dispute_one(statements: list[Statement], payers: dict) -> None:
    """One settlement's share of the government backstop is set aside."""
    for statement in statements:
        entries = list(statement.entries.order_by("position"))
        if statement.payer == "finance" and len(entries) > 1:
            with on_day(datetime.date(2017, 9, 8)):
                set_aside(by=payers[statement.county_id, statement.payer], statement=statement, entries=entries[:1], reason=DISPUTED)
            return
