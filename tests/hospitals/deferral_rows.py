"""One stay with everything that 先诊疗后付费 keeps of it, written straight into the database: for walls and counts, not for stories."""

import datetime
from decimal import Decimal

from hospitals.models import Deferral, Deposit, Instalment, Repaid, Repayment, Stay
from ledger import clock
from ledger.models import Staff


def kept_deferral(stay: Stay, *, by: Staff) -> dict[str, int]:
    """An agreement, a deposit to refund, 800.00 owed in two parts of which 100.00 came back: kind of row → id."""
    told = {"recorded_at": clock.now(), "recorded_by": by}
    county, left = stay.case.county, stay.discharged_on
    Deferral.objects.create(
        stay=stay, county=county, categories=[1], documents=["id_card"], copies_kept=True, originals_returned=True,
        signed_on=stay.admitted_on, signed_by="本人", **told,
    )  # fmt: skip
    deposit = Deposit.objects.create(
        stay=stay, county=county, taken_on=stay.admitted_on, amount_yuan=Decimal("500.00"), reason="没有出示证明", **told
    )
    owed = Repayment.objects.create(
        stay=stay, self_pay_yuan=Decimal("1000.00"), paid_yuan=Decimal("200.00"), owed_yuan=Decimal("800.00"), agreed_yuan=Decimal("800.00"),
        signed_on=left, signed_by="本人", **told,
    )  # fmt: skip
    for number in (1, 2):
        Instalment.objects.create(
            repayment=owed, number=number, due_on=left + datetime.timedelta(days=3 * number), amount_yuan=Decimal("400.00"),
            upto_yuan=Decimal("400.00") * number,
        )  # fmt: skip
    repaid = Repaid.objects.create(repayment=owed, paid_on=left, amount_yuan=Decimal("100.00"), **told)
    return {"deposit": deposit.pk, "repaid": repaid.pk, "left_stay": stay.pk}
