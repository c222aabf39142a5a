"""What becomes of settlements and paid bills when two records of one person are merged: what was settled is never edited."""

from collections.abc import Iterator

from django.db.models import F
from django.utils import timezone

from ledger.merging.links import Fate, Voice
from ledger.merging.plan import Line, Plan
from settlement.models import CheckFinding, PaidBill, Settlement


def _standing(person_id: int):
    rows = Settlement.objects.everywhere("the settlements of a record in sight").standing().filter(person=person_id)
    return rows.select_related("hospital").order_by("settled_at", "pk")


def blocks(plan: Plan) -> list[str]:
    """A year's caps were reckoned on the other record alone: its settlements are reversed first, and settled anew on the kept one."""
    settled: dict[str, list[str]] = {}
    for row in _standing(plan.gone.pk):
        settled.setdefault(row.hospital.name, []).append(row.number)
    if not settled:
        return []
    named = "；".join(f"{hospital} {'、'.join(numbers)}" for hospital, numbers in settled.items())
    advice = "" if _standing(plan.kept.pk).exists() else "也可以改为保留有结算的那一份。"
    return [f"要并入的资料还有有效的结算：{named}。起付线和封顶线是按两份资料分开算的，请先由医院冲销，合并后重新结算。{advice}"]


def carry(plan: Plan) -> None:
    """Bills paid elsewhere are the person's; one that both records hold stays once."""
    bills = PaidBill.objects.everywhere("of a record that is held")
    known = set(bills.filter(person=plan.kept).values_list("hospital", "bill_no"))
    for bill in bills.filter(person=plan.gone):
        if (bill.hospital_id, bill.bill_no) not in known:
            bill.person = plan.kept
            bill.save(update_fields=["person"])


def remake(pair: tuple[int, int]) -> None:
    """What the last check found stands with whom its bill is; the next check reckons the whole year anew."""
    findings = CheckFinding.objects.everywhere("of two records that are held").filter(person__in=pair).exclude(bill=None)
    for bill in PaidBill.objects.everywhere("of two records that are held").filter(person__in=pair):
        findings.filter(bill=bill).exclude(person=F("bill__person")).update(person=bill.person_id)


def lines(plan: Plan) -> Iterator[Line]:
    """Settlements and paid bills of both."""
    for person in (plan.kept, plan.gone):
        of_kept = person is plan.kept
        for row in _standing(person.pk):
            words = "保留" if of_kept else "须先冲销"
            yield Line(
                "结算", of_kept, f"{row.hospital.name}　{row.number}", f"{timezone.localtime(row.settled_at):%Y-%m-%d}", words, not of_kept
            )
    known = {(bill.hospital_id, bill.bill_no) for bill in _bills(plan.kept.pk)}
    for person in (plan.kept, plan.gone):
        for bill in _bills(person.pk):
            of_kept, twice = person is plan.kept, (bill.hospital_id, bill.bill_no) in known
            words = "保留" if of_kept else "重复，留在原资料" if twice else "转到保留的资料"
            yield Line("已付账单", of_kept, f"{bill.hospital.name}　{bill.bill_no}", str(bill.discharged_on), words, twice and not of_kept)


def _bills(person_id: int):
    return PaidBill.objects.everywhere("the paid bills of a record in sight").filter(person=person_id).select_related("hospital")


VOICE = Voice(
    links={
        "settlement.Settlement.person": Fate.BLOCKS,
        "settlement.PersonYear.person": Fate.HISTORY,
        "settlement.PaidBill.person": Fate.CARRIED,
        "settlement.CheckFinding.person": Fate.DERIVED,
    },
    blocks=blocks, carry=carry, lines=lines, remake=remake,
)  # fmt: skip
