"""Bills paid elsewhere: taken in as a whole, removed, and checked against the policy; nobody's settled year is touched."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Person, Role, Staff
from settlement.entitlement_check import Found, check_person
from settlement.models import CheckFinding, PaidBill
from settlement.money import to_yuan
from settlement.paid_rows import PaidRow, faults_now

CHECKERS = frozenset({Role.INSURANCE, Role.CIVIL, Role.LEAD, Role.CLERK})


def _may_check(by: Staff) -> None:
    if by.role not in CHECKERS:
        raise Refused("已付账单由县医保、民政或卫健部门导入和核对。")


@transaction.atomic
def import_paid_bills(*, by: Staff, rows: Sequence[PaidRow]) -> list[PaidBill]:
    """Keep all rows of a previewed file and check their people; raises Refused, keeping none, where one cannot be kept any more."""
    _may_check(by)
    # One file of a county at a time: what is looked for next still holds when the rows are written.
    Division.objects.select_for_update(no_key=True).get(pk=by.area_id)
    wrong = faults_now(by, rows)
    if wrong:
        raise Refused(f"预览之后情况有变，一行也没有写入。第 {wrong[0][0]} 行：{wrong[0][1]}", "file")
    made = PaidBill.objects.bulk_create(
        PaidBill(
            person_id=row.person, county=by.area, hospital_id=row.hospital, disease_id=row.disease, bill_no=row.bill_no,
            admitted_on=row.admitted_on, discharged_on=row.discharged_on, total_yuan=to_yuan(row.total),
            in_policy_yuan=to_yuan(row.in_policy), limit_yuan=None if row.limit is None else to_yuan(row.limit),
            paid=row.paid, self_pay_yuan=to_yuan(row.self_pay), referral_number=row.referral_number, imported_at=clock.now(), imported_by=by,
        )
        for row in rows
    )  # fmt: skip
    record("paid_bills_imported", by=by, county=by.area, detail={"bills": len(made)})
    _check(by, {bill.person_id for bill in made})
    return made


@transaction.atomic
def remove_paid_bill(*, by: Staff, bill: PaidBill, reason: str) -> None:
    """Take out a bill that was imported by mistake, with the reason, and look again at its person."""
    _may_check(by)
    if not reason.strip():
        raise Refused("请写明删除的原因。", "reason")
    held = PaidBill.objects.visible_to(by).select_for_update(of=("self",)).select_related("person").get(pk=bill.pk)
    person, number = held.person_id, held.bill_no
    record("paid_bill_removed", by=by, subject=held, county=by.area, detail={"bill": number, "reason": reason.strip()})
    held.findings.all().delete()
    held.delete()
    _check(by, {person})


@transaction.atomic
def check_again(*, by: Staff) -> int:
    """Check everybody of the county with a bill paid elsewhere, by the ledger as it stands now; answers how many people."""
    _may_check(by)
    people = set(PaidBill.objects.visible_to(by).order_by().values_list("person", flat=True))
    CheckFinding.objects.visible_to(by).exclude(person__in=people).delete()
    _check(by, people)
    record("entitlement_checked", by=by, county=by.area, detail={"people": len(people)})
    return len(people)


def _check(by: Staff, people: Iterable[int]) -> None:
    """Replace these people's findings; two who check at once take turns."""
    scoped = Person.objects.everywhere("whoever has a bill of this county").select_for_update(of=("self",), no_key=True)
    for person in scoped.filter(pk__in=people).select_related("county__parent").order_by("pk"):
        CheckFinding.objects.visible_to(by).filter(person=person).delete()
        ours = [found for found in check_person(person) if (found.bill or found.settlement).county_id == by.area_id]
        CheckFinding.objects.bulk_create(_row(by, person, found) for found in ours)


def _row(by: Staff, person: Person, found: Found) -> CheckFinding:
    return CheckFinding(
        person=person, county=by.area, bill=found.bill, settlement=found.settlement, finding=found.finding, layer=found.layer,
        title=found.title, position=found.position, entitled_yuan=None if found.entitled is None else to_yuan(found.entitled),
        paid_yuan=None if found.paid is None else to_yuan(found.paid), difference_yuan=to_yuan(found.difference), reason=found.reason,
        sample=found.sample, checked_at=clock.now(),
    )  # fmt: skip
