"""Referrals in the demo: one in every state, two that were open too long, two that left the pooling area with and without approval."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from config.demo.book import Book
from config.demo.calendar import LAST_DAY, ZONE
from config.demo.hospitals import COUNTY_HOSPITALS
from hospitals.models import Direction, Referral, ReferralMove
from hospitals.referral_moves import ACCEPTED, ARRIVED, CANCELLED, FINISHED, ON_THE_WAY, REFUSED, REQUESTED
from ledger.identity import age_on
from ledger.models import Case, Role, Staff

UP_TO = "LZ01"
FAMILY = (("儿子", "建国"), ("女儿", "丽萍"))
DONE = {ACCEPTED: "accept", REFUSED: "refuse", ON_THE_WAY: "depart", ARRIVED: "arrive", FINISHED: "finish", CANCELLED: "cancel"}
WORDS = {ACCEPTED: "同意接收", REFUSED: "不接收", ON_THE_WAY: "患者出发", ARRIVED: "患者到院", FINISHED: "办结", CANCELLED: "取消"}


@dataclass(frozen=True)
class Step:
    """A state reached: on which day of October and at what hour, and what was said."""

    state: str
    day: int
    hour: int
    text: str = ""


@dataclass(frozen=True)
class Story:
    """A county's patient, from its hospital to another or to a name outside the network; no county: somebody in a city hospital by now."""

    county: str
    to: str
    day: int
    reason: str
    steps: tuple[Step, ...] = ()
    outside: str = ""
    approval: str = ""  # Its number; 不批准 where it begins with a minus, the reason after it.


STORIES = (
    Story("450222", UP_TO, 20, "病情复杂，需上级医院进一步检查"),
    Story("450223", UP_TO, 17, "需手术治疗，本院不具备条件"),  # Nobody has answered for 48 hours.
    Story("450225", "LZ02", 19, "出现并发症，需专科处置", (Step(ACCEPTED, 19, 16, "请到住院部一楼办理"),)),
    Story("450224", "LZ03", 17, "并发感染，需重症监护", (Step(ACCEPTED, 17, 15), Step(ON_THE_WAY, 18, 8, "救护车护送"))),
    Story("", "", 16, "需行手术治疗", (Step(ACCEPTED, 16, 15), Step(ON_THE_WAY, 17, 8), Step(ARRIVED, 17, 11, "已收入院"))),
    Story("", "", 9, "需进一步明确诊断", (
        Step(ACCEPTED, 9, 15), Step(ON_THE_WAY, 10, 8), Step(ARRIVED, 10, 11), Step(FINISHED, 10, 17, "病情已交接"))),
    Story("450223", "LZ02", 12, "需专科治疗，本院没有设备", (Step(REFUSED, 13, 9, "床位已满，请转市人民医院"),)),
    Story("450222", UP_TO, 11, "需行手术治疗", (Step(ACCEPTED, 11, 15), Step(CANCELLED, 12, 10, "患者和家属决定在县里治疗"))),
    Story("450222", "", 18, "市内没有条件，需到区外治疗", (Step(ACCEPTED, 18, 16, "电话联系，同意接收"),), outside="中山大学附属第一医院",
          approval="LC2017-0031"),
    Story("450224", "", 19, "患者要求到区外就医", outside="上海市第一人民医院", approval="-市内有条件治疗，请先到市级定点医院"),
    Story("450222", "GX02", 20, "疑难病例，需多学科会诊"),  # Waits for the insurance office.
)  # fmt: skip


def tell_referrals(book: Book) -> tuple[list[Referral], list[ReferralMove]]:
    """The referrals and their steps, unsaved, with the events in the book and the cases' other hospital set; the same people at every load."""
    told, steps, taken = [], [], set()
    for number, story in enumerate(STORIES):
        case = _somebody(book, story, taken)
        taken.add(id(case.person))
        referral = _referral(book, story, case, number)
        told.append(referral)
        steps += _steps(book, story, referral)
    return told, steps


def _somebody(book: Book, story: Story, taken: set[int]) -> Case:
    """The first who is where the story has them: in their county's hospital and not in bed, or where they were sent, from any county."""
    day = datetime.date(2017, 10, story.steps[-1].day if story.steps else story.day)
    last = {id(stay.case): stay for stay in sorted(book.stays, key=lambda stay: stay.admitted_on)}
    cases = [case for case in book.cases if case.county.code in COUNTY_HOSPITALS and id(case.person) not in taken]
    if not story.county:
        sent = (case for case in cases if case.hospital_code.startswith("LZ") and case.state in ("in_treatment", "treated"))
        return min(sent, key=lambda case: abs(last[id(case)].admitted_on - day))  # Admitted about when they arrived.
    own = COUNTY_HOSPITALS[story.county]
    at_home = [case for case in cases if case.hospital_code == own and case.state in ("in_treatment", "treated", "planned")]
    free = (case for case in at_home if id(case) not in last or (last[id(case)].discharged_on or datetime.date.max) <= day)
    return min(free, key=lambda case: (case.state != "in_treatment", case.disease.code == "cataract"))


def _at(day: int, hour: int) -> datetime.datetime:
    return datetime.datetime(2017, 10, day, hour, 20, tzinfo=ZONE)


def _referral(book: Book, story: Story, case: Case, number: int) -> Referral:
    hospitals = book.cast.hospitals
    here = hospitals[COUNTY_HOSPITALS[case.county.code]]
    there = None if story.outside else hospitals[story.to or case.hospital_code]
    relation, given = (
        FAMILY[number % len(FAMILY)] if age_on(case.person.born_on, datetime.date(2017, 10, story.day)) >= 40 else ("父亲", "永福")
    )
    at = _at(story.day, 8 if story.day == LAST_DAY.day else 9)  # The last day has only begun.
    state = story.steps[-1].state if story.steps else REQUESTED
    moved = _at(story.steps[-1].day, story.steps[-1].hour) if story.steps else at
    ended = moved if state in (REFUSED, FINISHED, CANCELLED) else None
    referral = Referral(
        person=case.person, case=case, direction=Direction.OUTSIDE if there is None else Direction.UP, state=state, from_hospital=here,
        to_hospital=there, to_name=story.outside, reason=story.reason, condition=f"{case.disease.name}，本院治疗后仍需进一步处置",
        treated_so_far="血常规、影像检查，对症支持治疗", head_of_department="韦主任", patient_agreed=True, family_name=case.person.name[0] + given,
        family_relation=relation, doctor="陆医生", doctor_phone="0772-7000188", leaves_area=there is None or bool(there.pooling_area),
        requested_at=at, requested_by=book.cast.one(Role.LIAISON, here.code), moved_at=moved, ended_at=ended,
    )  # fmt: skip
    if there is not None and ended is None:
        case.referral_code = here.code if state == ARRIVED else there.code
    return referral


def _steps(book: Book, story: Story, referral: Referral) -> Iterator[ReferralMove]:
    """Every step with the event of its own; the hospital whose step it is makes it."""
    case, way = referral.case, f"{referral.from_hospital.name} → {_place(referral)}"
    first = f"{case.disease}申请{Direction(referral.direction).label}，{way}"
    yield _step(book, referral, REQUESTED, referral.requested_by, referral.requested_at, story.reason)
    book.tell(case.person, "referral_request", first, by=referral.requested_by, at=referral.requested_at, case=case, reason=story.reason)
    if story.approval:
        yield _approval(book, story, referral)
    for step in story.steps:
        sends = step.state in (ON_THE_WAY, CANCELLED) or referral.to_hospital is None
        by = referral.requested_by if sends else book.cast.one(Role.LIAISON, referral.to_hospital.code)
        at, is_reason = _at(step.day, step.hour), step.state in (REFUSED, CANCELLED)
        yield _step(book, referral, step.state, by, at, step.text)
        text = f"{case.disease}转诊{WORDS[step.state]}，{way}" + (f"：{step.text}" if step.text and not is_reason else "")
        book.tell(case.person, f"referral_{DONE[step.state]}", text, by=by, at=at, case=case, reason=step.text if is_reason else "")


def _place(referral: Referral) -> str:
    return referral.to_hospital.name if referral.to_hospital else referral.to_name


def _step(book: Book, referral: Referral, state: str, by: Staff, at: datetime.datetime, text: str) -> ReferralMove:
    return ReferralMove(referral=referral, at=at, to_state=state, by=by, unit=book.cast.unit_of(by), text=text)


def _approval(book: Book, story: Story, referral: Referral) -> ReferralMove:
    """The insurance office's word, an hour after it was asked."""
    case = referral.case
    office = book.cast.one(Role.INSURANCE, case.county.code)
    at = referral.requested_at + datetime.timedelta(hours=1)
    referral.approved_by = office
    where = f"{case.disease}转往{_place(referral)}"
    if story.approval.startswith("-"):
        referral.approval_refused = story.approval[1:]
        book.tell(case.person, "referral_disapprove", f"{where}，医保不批准", by=office, at=at, case=case, reason=referral.approval_refused)
        return _step(book, referral, REQUESTED, office, at, f"医保不批准：{referral.approval_refused}")
    until = datetime.date(2017, 12, 31)
    referral.approval_number, referral.approved_on, referral.approved_in = story.approval, at.date(), case.county
    referral.valid_from, referral.valid_until = at.date(), until
    told = f"批准号 {story.approval}，{at.date()} 至 {until}"
    book.tell(case.person, "referral_approve", f"{where}，医保批准，{told}", by=office, at=at, case=case)
    return _step(book, referral, REQUESTED, office, at, f"医保批准：{told}")
