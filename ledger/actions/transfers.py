"""转入: a county asks for somebody who moved to it, the old county answers, and the city when it stays silent."""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ledger import clock
from ledger.actions.history import tell, why
from ledger.actions.homes import take_home
from ledger.actions.locking import hold_person_of
from ledger.actions.people import holder_of
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.identity import IdNumber
from ledger.models import Division, Person, Role, Staff, Transfer
from ledger.models.division import Level
from ledger.models.transfer import ACCEPTED, ASKED, REFUSED, WITHDRAWN
from ledger.protection import keyed_hash, mask_id_number
from ledger.working_days import after_working_days

DAYS_TO_ANSWER = 3  # Working days, by the city's table of holidays.


@dataclass
class Asked:
    """What the new county says of somebody who moved to it. The number is checked and complete; nothing else is known to it."""

    number: IdNumber
    name: str
    village: Division
    address: str
    moved_on: datetime.date
    reason: str


def ask_transfer(*, by: Staff, asked: Asked) -> Transfer:
    """The new county asks. What it typed is compared with the record on the old county's side alone.

    Raises Refused: a number held in the own county, held by nobody, or asked for already; an impossible day; a village elsewhere.
    """
    if asked.moved_on > clock.today():
        raise Refused(f"搬迁日期 {asked.moved_on} 晚于今天，请改正。", "moved_on")
    if asked.moved_on < asked.number.born_on:
        raise Refused(f"搬迁日期 {asked.moved_on} 早于证号里的出生日期 {asked.number.born_on}，请改其中一个。", "moved_on")
    village = asked.village
    if village.level != Level.VILLAGE or village.ended_on or village.parent.parent_id != by.area_id:
        raise Refused("新的行政村不在本县，请重新选择。", "village")
    holder = holder_of(asked.number, by=by)  # Outside the transaction, so that the question stays on the trail.
    if holder.person:
        raise Refused(f"本县已有{holder.person.name}用这个身份证号登记，不用申请转入。", "id_number")
    if not holder.elsewhere:
        raise Refused("没有登记过这个身份证号，不用申请转入。请直接登记这位患者。", "id_number")
    return _ask(by, asked)


@transaction.atomic
def _ask(by: Staff, asked: Asked) -> Transfer:
    everybody = Person.objects.everywhere("whom another county asks for").select_related("county__parent")
    hashed = keyed_hash(asked.number.number)
    pk = everybody.bearers_of([hashed]).get(hashed)
    if pk is None:
        raise Refused("这个身份证号刚刚有改动，请再试一次。", "id_number")
    hold_person_of(pk)
    person = everybody.get(pk=pk)
    if person.county_id == by.area_id:
        raise Refused(f"{person.name}刚刚已转到本县，不用再申请。", "id_number")
    if person.county.parent_id != by.area.parent_id:
        raise Refused("这位患者登记在外市，不能在这里申请转入。请与市级联系。", "id_number")
    _refuse_asked_before(by, person)
    request = Transfer.objects.create(
        person=person, given_number=mask_id_number(asked.number.number), given_name=asked.name, from_county=person.county,
        to_county=by.area, village=asked.village, address=asked.address, moved_on=asked.moved_on, reason=asked.reason,
        asked_at=clock.now(), asked_by=by, city_from=after_working_days(by.area.parent, clock.today(), DAYS_TO_ANSWER),
    )  # fmt: skip
    _tell_both(request, person, "transfer_asked", f"{by.area.label}申请转入", by=by, reason=asked.reason)
    return request


def _refuse_asked_before(by: Staff, person: Person) -> None:
    """One open request a person: two counties cannot both be answered with yes."""
    open_request = Transfer.objects.everywhere("one open request a person").filter(person=person, state=ASKED).first()
    if open_request is None:
        return
    if open_request.to_county_id == by.area_id:
        raise Refused(f"本县已在 {timezone.localtime(open_request.asked_at):%Y-%m-%d} 申请转入这位患者，请等答复。", "id_number")
    raise Refused("这位患者已有别的县（区）的转入申请在办。请过几天再申请。", "id_number")


def _tell_both(request: Transfer, person: Person, move: str, text: str, *, by: Staff, reason: str, on: datetime.date | None = None) -> None:
    """One event on the person's timeline, and a row on each county's trail."""
    between = {"from": request.from_county.code, "to": request.to_county.code}
    tell(person, move, text, by=by, reason=reason, on=on, detail=between)
    other = request.from_county if person.county_id == request.to_county_id else request.to_county
    record(move, by=by, subject=request, county=other, detail={**why(reason), **between})


def hold_transfer(request: Transfer, by: Staff) -> Transfer:
    """The request as it stands now, held with its person. Raises Transfer.DoesNotExist for one that the actor may not see."""
    hold_person_of(request.person_id)
    scoped = Transfer.objects.visible_to(by).select_for_update(of=("self",))
    return scoped.select_related("from_county", "to_county", "village__parent").get(pk=request.pk)


def _refuse_closed(request: Transfer, by: Staff) -> None:
    """Somebody was faster; which colleague of one's own unit is told, of another unit nobody's name."""
    if request.state != ASKED:
        hand = request.answered_by
        who = "" if hand is None or hand.area_id != by.area_id else "（您已办理）" if hand.pk == by.pk else f"（{hand.full_name}办理）"
        raise Refused(f"这件申请的状态已是“{request.get_state_display()}”{who}，不用再办。")


def _refuse_answer_of(request: Transfer, by: Staff) -> None:
    """Who may answer today: the old county as long as nobody has, the city from its day on."""
    if by.role == Role.CITY and clock.today() < request.city_from:
        raise Refused(f"转出方还在答复期内。市级从 {request.city_from} 起可以决定。")
    if by.role != Role.CITY and by.area_id != request.from_county_id:
        raise Refused("这件申请由转出方答复，本县可以撤回。")


def obstacle(request: Transfer, person: Person) -> str:
    """Why the person as they stand today cannot be given over as asked; "" when nothing is in the way. For the answering side only."""
    if person.merged_into_id:
        return "这份资料已并入另一份，不能转出。请不同意，并请对方重新申请。"
    if person.county_id != request.from_county_id:
        return "这位患者已不在原来的县（区），不能转出。请不同意，并请对方重新申请。"
    home = person.residences.filter(during__endswith=None).first()
    if home is None:
        return "这位患者已按迁出本市销号，不能转出。请先恢复病例；不恢复的，请不同意并写明原因。"
    if home.during.lower and request.moved_on <= home.during.lower:
        return (
            f"申请的搬迁日期 {request.moved_on} 不晚于现住址的起始日期 {home.during.lower}，不能转出。"
            f"请不同意，并告诉对方搬迁日期要晚于 {home.during.lower}。"
        )
    if request.village.ended_on:
        return f"申请的新住址{request.village.name}已停用，不能转出。请不同意，并请对方改填现在的村。"
    return ""


def _answer(request: Transfer, state: str, *, by: Staff, answer: str) -> None:
    request.state, request.answered_at, request.answered_by, request.answer = state, clock.now(), by, answer
    request.save(update_fields=["state", "answered_at", "answered_by", "answer"])


@transaction.atomic
def accept_transfer(*, by: Staff, request: Transfer, answer: str = "") -> Person:
    """The person lives in the new county from the day asked for; cases, categories and history go along, past reports stay.

    Raises Refused: answered already, not the actor's to answer today, or the person cannot be given over as they stand now.
    """
    request = hold_transfer(request, by)
    _refuse_closed(request, by)
    _refuse_answer_of(request, by)
    if by.role == Role.CITY and not answer.strip():
        raise Refused("请写明市级决定的理由。", "answer")
    person = Person.objects.everywhere("the request is scoped itself").select_related("county__parent").get(pk=request.person_id)
    blocked = obstacle(request, person)
    if blocked:
        raise Refused(blocked)
    _answer(request, ACCEPTED, by=by, answer=answer)
    person = take_home(by=by, person=person, village=request.village, address=request.address, on=request.moved_on, reason=request.reason)
    who = "市级决定" if by.role == Role.CITY else "转出方同意"
    text = f"{who}转入{request.to_county.label}，{request.moved_on} 起住{person.township.name}{person.village.name}"
    _tell_both(request, person, "transfer_accepted", text, by=by, on=request.moved_on, reason=answer or request.reason)
    return person


@transaction.atomic
def refuse_transfer(*, by: Staff, request: Transfer, answer: str) -> Transfer:
    """The person stays; the asking county reads the reason. Raises Refused: no reason, answered already, not the actor's to answer today."""
    request = hold_transfer(request, by)
    _refuse_closed(request, by)
    _refuse_answer_of(request, by)
    if not answer.strip():
        raise Refused("请写明不同意的原因，申请方会看到。", "answer")
    _answer(request, REFUSED, by=by, answer=answer)
    text = f"{'市级决定' if by.role == Role.CITY else ''}不同意转入{request.to_county.label}"
    _tell_both(request, _person_of(request), "transfer_refused", text, by=by, reason=answer)
    return request


@transaction.atomic
def withdraw_transfer(*, by: Staff, request: Transfer) -> Transfer:
    """The asking county takes its request back. Raises Refused: answered already, or another county's request."""
    request = hold_transfer(request, by)
    if by.area_id != request.to_county_id:
        raise Refused("只有申请转入的县（区）可以撤回。")
    _refuse_closed(request, by)
    _answer(request, WITHDRAWN, by=by, answer="")
    _tell_both(request, _person_of(request), "transfer_withdrawn", f"{by.area.label}撤回转入申请", by=by, reason="")
    return request


def _person_of(request: Transfer) -> Person:
    return Person.objects.everywhere("the request is scoped itself").select_related("county").get(pk=request.person_id)


def transfers_waiting_for(staff: Staff) -> int:
    """How many requests this member of staff may answer today."""
    return Transfer.objects.awaiting(staff, clock.today()).count()
