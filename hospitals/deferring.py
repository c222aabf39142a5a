"""先诊疗后付费: what was shown and signed at admission; and the two figures by which counties are asked for it."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from hospitals.deferral_rule import Asked, Finding
from hospitals.models import Deferral, Deposit, Document, Stay
from ledger import clock
from ledger.actions.history import tell
from ledger.actions.locking import hold_person_of, refuse_carried
from ledger.actions.refusals import Refused
from ledger.models import Case, Division, Staff

TEXT = 200


def served_until(county: Division, day: datetime.date) -> int:
    """累计享受的先诊疗后付费服务贫困人口人次 (渝卫发〔2019〕30号附件): stays of the county's people, admitted up to that day, agreement signed.

    A stay for which a deposit had been taken by then does not count, refunded or not: it stands among the violations. The county is
    that in which the person lived on the day of admission. A stay told twice, left with a record that was merged away, counts once.
    """
    taken = Deposit.objects.everywhere("figures of a county's return").standing().filter(stay=OuterRef("stay"), taken_on__lte=day)
    enjoyed = Deferral.objects.everywhere("figures of a county's return").filter(
        ~Exists(taken), county=county, signed_on__isnull=False, stay__admitted_on__lte=day, stay__case__folded_into=None
    )
    return enjoyed.count()


def served_by_day(county: Division, days: Iterable[datetime.date]) -> dict[datetime.date, int]:
    """The same as of each of these days. One query, however many days."""
    taken = Deposit.objects.everywhere("figures of a county's return").standing().filter(stay=OuterRef("stay")).order_by("taken_on")
    signed = Deferral.objects.everywhere("figures of a county's return").filter(
        county=county, signed_on__isnull=False, stay__case__folded_into=None
    )
    stays = list(signed.values_list("stay__admitted_on", Subquery(taken.values("taken_on")[:1])))
    return {day: sum(admitted <= day and (first is None or first > day) for admitted, first in stays) for day in days}


def violations(counties: Iterable[Division], first_day: datetime.date, last_day: datetime.date) -> QuerySet[Deposit]:
    """Deposits taken on these days from the counties' people who need not pay one, by county and day; those entered by mistake are none.

    Each with its stay, person, disease, hospital and ``county``: that in which the person lived on the day of admission.
    """
    taken = Deposit.objects.everywhere("rows of the counties' return").standing()
    found = taken.filter(county__in=list(counties), taken_on__range=(first_day, last_day), stay__case__folded_into=None)
    return found.select_related("county", "stay__case__person", "stay__case__disease", "stay__hospital").order_by(
        "county__code", "taken_on", "pk"
    )


def hold_stay(stay: Stay, by: Staff) -> tuple[Stay, Case]:
    """The stay as it stands now, held with its person and case, in that order. Raises Stay.DoesNotExist for one the actor may not see."""
    scoped = Stay.objects.visible_to(by).select_related("hospital")
    found = scoped.select_related("case").get(pk=stay.pk)
    hold_person_of(found.case.person_id)
    case = Case.objects.everywhere("the stay was found within the actor's scope").select_for_update(of=("self",))
    case = case.select_related("person__county__parent", "disease", "county__parent").get(pk=found.case_id)
    stay = scoped.select_for_update(of=("self",)).get(pk=stay.pk)
    refuse_carried(stay, case, found.case)
    stay.case = case
    return stay, case


def found_eligible(stay: Stay) -> Finding:
    """Under which categories a stay comes under 先诊疗后付费. Raises Refused with the sentence where it does not."""
    found = Asked(stay.case.person).about(stay)
    if not found.eligible:
        raise Refused(found.why_not)
    return found


def _check_signing(stay: Stay, signed_on: datetime.date | None, signed_by: str) -> None:
    if signed_on and not signed_by:
        raise Refused("请填写签订人（患者本人或家属）。", "signed_by")
    if signed_by and not signed_on:
        raise Refused("请填写签订日期。还没有签的，签订人也先不填。", "signed_on")
    if signed_on and signed_on < stay.admitted_on:
        raise Refused(f"签订日期 {signed_on} 早于入院日期 {stay.admitted_on}，请改正。", "signed_on")
    last = min(stay.discharged_on or clock.today(), clock.today())
    if signed_on and signed_on > last:
        raise Refused(f"签订日期 {signed_on} 晚于{'出院日期' if stay.discharged_on else '今天'} {last}，请改正。", "signed_on")


@transaction.atomic
def record_deferral(
    *, by: Staff, stay: Stay, documents: list[str], copies_kept: bool, originals_returned: bool,
    signed_on: datetime.date | None, signed_by: str, reason: str = "",
) -> Deferral:  # fmt: skip
    """What was shown at admission, and the agreement once it is signed; what was signed before is corrected, with a reason.

    持医保卡、有效身份证件和贫困证明或低保、特困等证明办理入院，签订协议书后无需交纳住院押金；医院只收存复印件 (柳卫医〔2017〕40号 二（四）3).
    Raises Refused: somebody not eligible on the day of admission, no document, a day outside the stay, half an agreement.
    """
    stay, case = hold_stay(stay, by)
    found = found_eligible(stay)
    documents, signed_by = [code for code in Document.values if code in documents], signed_by.strip()
    if not documents:
        raise Refused("请勾选出示过的证件，至少一种。", "documents")
    _check_signing(stay, signed_on, signed_by)
    known = Deferral.objects.everywhere("of a held stay").filter(stay=stay).first()
    if known and known.signed_on and not reason.strip():  # A signature that was still missing explains itself.
        raise Refused("这次住院已经登记过。要改动的，请写明原因。", "reason")
    row = known or Deferral(stay=stay)
    row.county, row.categories = found.county, found.categories
    row.documents, row.copies_kept, row.originals_returned = documents, copies_kept, originals_returned
    row.signed_on, row.signed_by = signed_on, signed_by
    row.recorded_at, row.recorded_by = clock.now(), by
    row.save()
    signed = f"，{signed_on} 签协议书" if signed_on else "，协议书未签"
    text = f"{case.disease}{'更正' if known else '办理'}先诊疗后付费（{found.category_words}），{stay.hospital.name}{signed}"
    tell(case.person, "deferral_changed" if known else "deferral_recorded", text, by=by, case=case, reason=reason.strip())
    return row
