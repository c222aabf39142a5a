"""改正身份证号: an act of its own, with its reason; sex and birth date follow, and the former number still leads to the person."""

from dataclasses import dataclass, field

from django.db import transaction

from ledger import clock
from ledger.actions.cases import is_too_old, review_ages
from ledger.actions.history import tell
from ledger.actions.locking import hold_person
from ledger.actions.people import changed_fields, last_hand, refuse_birth, refuse_held, save_with_number
from ledger.actions.refusals import Refused
from ledger.identity import IdNumber
from ledger.models import Case, FormerNumber, Person, Staff
from ledger.protection import keyed_hash
from ledger.standing import remake

CHANGED, MISTYPED, OTHER = "证件换号", "录入错误", "其他"
WHY = [CHANGED, MISTYPED, OTHER]


@dataclass
class Effect:
    """What a correction would change: (label, before, after) with numbers masked, and the open cases whose age the lead must
    confirm, or no longer.
    """

    changes: list[tuple[str, str, str]]
    too_old: list[Case] = field(default_factory=list)
    no_longer: list[Case] = field(default_factory=list)
    insurance_is_the_old_one: bool = False


def _fields(number: IdNumber) -> dict:
    return {"id_number": number.number, "sex": number.sex, "born_on": number.born_on}


def _refuse_number(person: Person, number: IdNumber) -> None:
    """What this person's record says against the number. Raises Refused."""
    if not person.id_number:
        raise Refused("这位患者还没有身份证号，请在“修改资料”里填写。", "id_number")
    if person.id_number_hash == keyed_hash(number.number):
        raise Refused("和现在的身份证号一样，不用改正。", "id_number")
    refuse_birth(person, number.born_on, said="新证号的出生日期", field="id_number")


def effect_of(*, by: Staff, person: Person, number: IdNumber) -> Effect:
    """What would change, before it is saved. Raises Refused for a number that cannot be this person's or that somebody else holds."""
    _refuse_number(person, number)
    refuse_held(number, by=by, advice="请核对", except_pk=person.pk)
    changes = [(label, _words(before), _words(after)) for label, before, after in changed_fields(person, _fields(number))]
    newly, no_longer = _ages(person, number)
    return Effect(changes, newly, no_longer, person.insurance_number == person.id_number.reveal())


def _ages(person: Person, number: IdNumber) -> tuple[list[Case], list[Case]]:
    """The open cases whose age the lead must confirm by the new birth date, and those for which that is over."""
    newly, no_longer = [], []
    for case in person.cases.exclude(state="closed").select_related("disease").order_by("pk"):
        if is_too_old(case, number.born_on) != case.age_confirmation_needed:
            (no_longer if case.age_confirmation_needed else newly).append(case)
    return newly, no_longer


def _words(value: str) -> str:
    return {"male": "男", "female": "女"}.get(value, value)


def correct_id_number(*, by: Staff, person: Person, version: int, number: IdNumber, why: str, note: str = "") -> Person:
    """The person bears another number from now on; submitted months stay, and the old number still finds the person.

    Raises Refused: no reason, a number that somebody else holds or that cannot be this person's, a record changed meanwhile.
    """
    if why not in WHY:
        raise Refused("请选择改正原因。", "why")
    if why == OTHER and not note.strip():
        raise Refused("原因选“其他”的，请写明说明。", "note")
    if keyed_hash(number.number) != person.id_number_hash:
        refuse_held(number, by=by, advice="请核对", except_pk=person.pk)  # Outside the transaction, so that it stays on the trail.
    return _save(by, person, version, number, f"{why}，{note}" if note else why)


@transaction.atomic
def _save(by: Staff, person: Person, version: int, number: IdNumber, reason: str) -> Person:
    person = hold_person(person, by)
    _refuse_number(person, number)
    if person.version != version:
        raise Refused(f"您打开之后，{last_hand(person)}改过这份资料。请看过现在的资料再保存。")
    changes = changed_fields(person, _fields(number))
    former = FormerNumber(person=person, id_number_hash=person.id_number_hash, until=clock.today(), reason=reason[:120])
    for name, value in _fields(number).items():
        setattr(person, name, value)
    person.id_number_hash, person.id_absent_reason = keyed_hash(number.number), ""
    person.version += 1
    save_with_number(person)
    former.save(force_insert=True)
    _, no_longer = _ages(person, number)
    ages = [f"；超过{case.disease}的年龄限制，须负责人确认" for case in review_ages(person)]
    ages += [f"；不再超过{case.disease}的年龄限制" for case in no_longer]
    told = "；".join(f"{label} {_words(before)} → {_words(after)}" for label, before, after in changes)
    tell(person, "id_number_corrected", f"改正{told}{''.join(ages)}", by=by, reason=reason, detail={"changes": changes})
    remake([person.pk])
    return person


def formerly_of(number: IdNumber, *, by: Staff) -> FormerNumber | None:
    """Who of those this member of staff may see bore the number before it was corrected; ask only when nobody bears it today."""
    own = Person.objects.visible_to(by)
    found = FormerNumber.objects.filter(id_number_hash=keyed_hash(number.number), person__in=own)
    return found.select_related("person__township", "person__village").first()
