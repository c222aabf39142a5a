"""Words that a hospital writes again and again in the plans of a disease, kept by its liaison and offered while the next is written."""

from django.db import transaction
from django.db.models import F

from hospitals.models import Hospital, PhraseField, PlanPhrase, TreatmentPlan
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Disease, Role, Staff
from ledger.protection import mask_numbers

MOST = 40  # Of one hospital and disease.
OFFERED = 8


def _own(by: Staff) -> Hospital:
    if by.role != Role.LIAISON:
        raise Refused("常用语由医院联络员保存。")
    return Hospital.objects.get(code=by.hospital_code)


@transaction.atomic
def keep_phrase(*, by: Staff, disease: Disease, field: str, text: str) -> PlanPhrase:
    """One more phrase of the hospital. Raises Refused: no text, kept already, too many, a text with somebody's number in it."""
    hospital = _own(by)
    text = text.strip()
    if field not in PhraseField.values:
        raise Refused("请选择用在哪一项。", "field")
    if not text:
        raise Refused("请填写常用语。", "text")
    if mask_numbers(text) != text:
        raise Refused("常用语里不能有证号或手机号，请去掉。", "text")
    Hospital.objects.select_for_update(no_key=True).get(pk=hospital.pk)  # Two liaisons at once: one after the other.
    known = PlanPhrase.objects.filter(hospital=hospital, disease=disease)
    if known.filter(field=field, text=text).exists():
        raise Refused("这一句已经在常用语里，不用再存。", "text")
    if known.count() >= MOST:
        raise Refused(f"{disease}的常用语最多 {MOST} 句。请先去掉不用的。", "text")
    phrase = PlanPhrase.objects.create(hospital=hospital, disease=disease, field=field, text=text)
    record("phrase_kept", by=by, subject=phrase, detail={"disease": disease.code, "what": phrase.get_field_display()})
    return phrase


@transaction.atomic
def drop_phrase(*, by: Staff, phrase: PlanPhrase) -> None:
    """A phrase that is not used any more; plans that were written with it stay. Raises Refused for another hospital's."""
    if phrase.hospital_id != _own(by).pk:
        raise Refused("只能去掉本院的常用语。")
    record("phrase_dropped", by=by, subject=phrase, detail={"disease": phrase.disease.code, "what": phrase.get_field_display()})
    phrase.delete()


def offered(hospital: Hospital, disease: Disease) -> dict[str, list[str]]:
    """Field → its phrases, the most used first."""
    found: dict[str, list[str]] = {field: [] for field in PhraseField.values}
    for phrase in PlanPhrase.objects.filter(hospital=hospital, disease=disease):
        if len(found[phrase.field]) < OFFERED:
            found[phrase.field].append(phrase.text)
    return found


def count_uses(plan: TreatmentPlan) -> None:
    """The plan was filed: every phrase of its hospital and disease that stands in it was used once more."""
    known = PlanPhrase.objects.filter(hospital=plan.hospital, disease=plan.case.disease)
    used = [phrase.pk for phrase in known if phrase.text in getattr(plan, phrase.field)]
    known.filter(pk__in=used).update(times=F("times") + 1)
