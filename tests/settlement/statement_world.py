"""A statement, a dispute and a bill paid elsewhere of somebody, for tests that only ask who may open them."""

import datetime

from ledger import clock
from settlement.models import Dispute, PaidBill, Statement

SEPTEMBER = datetime.date(2017, 9, 1)


def kept_between_payers(person, hospital, *, by, bill_no: str = "WF-1", month: datetime.date = SEPTEMBER) -> dict[str, int]:
    """Their ids by kind, all of the insurance office of the person's county."""
    statement = Statement.objects.create(
        payer="insurance", county=person.county, hospital=hospital, month=month, prepared_at=clock.now(),
        prepared_by=by, changed_at=clock.now(),
    )  # fmt: skip
    dispute = Dispute.objects.create(
        statement=statement, number="JS201709-000001", patient=person.name, id_mask=str(person.id_number), titles="基本医疗保险",
        set_aside_yuan=100, reason="材料不全", opened_at=clock.now(), opened_by=by,
    )  # fmt: skip
    bill = PaidBill.objects.create(
        person=person, county=person.county, hospital=hospital, disease=person.cases.get().disease, bill_no=bill_no,
        admitted_on=datetime.date(2017, 9, 1), discharged_on=datetime.date(2017, 9, 10), total_yuan=1000, in_policy_yuan=1000,
        paid={"basic": 48000}, self_pay_yuan=520, imported_at=clock.now(), imported_by=by,
    )  # fmt: skip
    return {"statement": statement.pk, "dispute": dispute.pk, "paid_bill": bill.pk}
