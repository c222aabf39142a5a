"""先诊疗后付费 in the demo: agreements since August, three deposits taken all the same in September, what is owed and how it comes back.

Nothing here draws from the story's one random source: what others tell stays as it is.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from config.demo.bills import on_day
from config.demo.book import Book
from config.demo.calendar import LAST_DAY, ZONE, days, office_day
from hospitals import repaying
from hospitals.models import Deferral, DeferralRule, Deposit, Repayment, Stay
from ledger.models import AuditEvent, CaseEvent, Category, Division, Role, Staff
from ledger.money import grouped, to_yuan

FIRST_DAY = datetime.date(2017, 8, 1)
SEPTEMBER = (datetime.date(2017, 9, 1), datetime.date(2017, 9, 30))
DOCUMENT = "柳卫医〔2017〕27号"
PROOFS = {Category.REGISTERED_POOR: "poverty_proof"}
OWING = 20  # Every fourth of a hospital's latest stays, up to this one, has something left to pay; all others have paid.
UNTIL = datetime.date(2017, 10, 13)  # Of whoever left since, nobody has said yet what is owed.


@dataclass(frozen=True)
class Taken:
    """One deposit: at which hospital, how much, why; the remedy and the day of the refund, and whether the county has verified."""

    hospital: str
    yuan: int
    reason: str
    remedy: str = ""
    refunded_after: int | None = None
    verified: bool = False


TAKEN = (
    Taken("LC01", 500, "入院时没有带扶贫手册，窗口按普通患者收取", "押金已全额退还并当面说明；窗口每天核对贫困人口名单", 6, verified=True),
    Taken("LC01", 1000, "夜间急诊入院，值班人员不了解免收押金的规定", "已退还押金；全院值班人员重新培训，入院须知张贴上墙", 9),
    Taken("RS01", 2000, "科室自行要求患者预交"),
)


class Known:
    """What decides in the story, looked up by person."""

    def __init__(self, book: Book):
        self.book, self.facts = book, {}
        self.enrolled = {id(row.person): row.enrolled for row in book.enrolments}
        for fact in book.facts:
            self.facts.setdefault(id(fact.person), []).append(fact)

    def categories(self, stay: Stay) -> list[int]:
        """Those that entitle on the day of admission, in the county's own hospital; none where the stay does not come under it."""
        person, day = stay.case.person, stay.admitted_on
        if not self.enrolled.get(id(person)) or stay.hospital.county_id != self.book.county_then(person, day).pk:
            return []
        return sorted({fact.category for fact in self.facts.get(id(person), []) if fact.holds_on(day)})


def tell_deferrals(book: Book) -> tuple[list[Deferral], list[Deposit]]:
    """The agreements and the three deposits, unsaved, with their events in the book."""
    known = Known(book)
    eligible = [(stay, held) for stay in book.stays if stay.admitted_on >= FIRST_DAY and (held := known.categories(stay))]
    deposits = _deposits(book, [stay for stay, _ in eligible])
    took, rows = {id(deposit.stay) for deposit in deposits}, []
    for number, (stay, held) in enumerate(eligible):
        if id(stay) in took or stay.discharged_on is None and number % 3 == 0:
            continue  # Not offered, or still to be done.
        rows.append(_agreement(book, stay, held, signed=number % 17 != 5))
    return rows, deposits


def _at(day: datetime.date, hour: int = 10) -> datetime.datetime:
    """On the last day before nine: that day has only begun."""
    return datetime.datetime(day.year, day.month, day.day, 8 if day >= LAST_DAY else hour, 30, tzinfo=ZONE)


def _agreement(book: Book, stay: Stay, held: list[int], *, signed: bool) -> Deferral:
    case, day = stay.case, stay.admitted_on
    words = "、".join(Category(category).label for category in held)
    text = f"{case.disease}办理先诊疗后付费（{words}），{stay.hospital.name}，{f'{day} 签协议书' if signed else '协议书未签'}"
    book.tell(case.person, "deferral_recorded", text, by=stay.recorded_by, at=_at(day), case=case)
    return Deferral(
        stay=stay, county=book.county_then(case.person, day), categories=held,
        documents=["insurance_card", "id_card", PROOFS.get(held[0], "civil_proof")], copies_kept=True, originals_returned=signed,
        signed_on=day if signed else None, signed_by=case.person.name if signed else "", recorded_at=_at(day), recorded_by=stay.recorded_by,
    )  # fmt: skip


def _deposits(book: Book, eligible: list[Stay]) -> list[Deposit]:
    made: list[Deposit] = []
    for told in TAKEN:
        used = {id(deposit.stay) for deposit in made}
        stay = next(
            stay for stay in eligible
            if stay.hospital.code == told.hospital and SEPTEMBER[0] <= stay.admitted_on <= SEPTEMBER[1] - days(12) and id(stay) not in used
        )  # fmt: skip
        made.append(_deposit(book, stay, told))
    return made


def _deposit(book: Book, stay: Stay, told: Taken) -> Deposit:
    person, case, day, by = stay.case.person, stay.case, stay.admitted_on, stay.recorded_by
    row = Deposit(
        stay=stay, county=book.county_then(person, day), taken_on=day, amount_yuan=Decimal(told.yuan), reason=told.reason, remedy=told.remedy,
        recorded_at=_at(day, 16), recorded_by=by,
    )  # fmt: skip
    text = f"{stay.hospital.name}违规收取住院押金 {told.yuan:,}.00 元"
    book.tell(person, "deposit_taken", text, by=by, at=_at(day, 16), case=case, reason=told.reason)
    if told.refunded_after is not None:
        back = office_day(day + days(told.refunded_after))
        row.refunded_on, row.refunded_yuan, row.told_on = back, Decimal(told.yuan), back
        text = f"{stay.hospital.name}退还住院押金 {told.yuan:,}.00 元。整改：{told.remedy}"
        book.tell(person, "deposit_refunded", text, by=by, at=_at(back, 11), case=case)
        if told.verified:
            lead, seen = book.cast.first(Role.LEAD, row.county.code), office_day(back + days(2))
            row.verified_on, row.verified_by = seen, lead
            text = f"核实住院押金 {told.yuan:,}.00 元已退还、已整改，{stay.hospital.name}"
            book.tell(person, "deposit_verified", text, by=lead, at=_at(seen, 15), case=case)
    return row


def make_rule(prefecture: Division) -> None:
    """What the city's document says: every poor category, in the hospitals of the patient's own county."""
    DeferralRule.objects.create(prefecture=prefecture, categories=sorted(Category), document=DOCUMENT)


def tell_owed() -> int:
    """What some still owe of what their settlements left them, with agreements and repayments; answers how many. Nothing a second time."""
    if Repayment.objects.everywhere("whether the demo has told it").exists():
        return 0
    liaisons = {row.hospital_code: row for row in Staff.objects.filter(role=Role.LIAISON).select_related("area__parent").order_by("-pk")}
    ended = Stay.objects.everywhere("the demo's past").filter(deferral__isnull=False, discharged_on__lte=UNTIL)
    places: dict[str, int] = {}
    whole: list[Stay] = []
    with transaction.atomic():
        for stay in ended.select_related("hospital", "case__person__county", "case__county", "case__disease").order_by(
            "-discharged_on", "pk"
        ):
            place = places.setdefault(stay.hospital.code, 0)
            places[stay.hospital.code] += 1
            if place % 4 == 1 and place < OWING:
                _owed(stay, liaisons[stay.hospital.code], place // 4)
            else:
                whole.append(stay)
        _paid(whole, liaisons)
    return sum(places.values())


def _own_part(stay: Stay, place: int) -> tuple[int, bool]:
    """In fen, and whether it is the settlement's."""
    settled = repaying.settled_self_pay(stay)
    return (900 + 150 * place) * 100 if settled is None else settled, settled is not None


def _paid(stays: list[Stay], liaisons: dict[str, Staff]) -> None:
    """Those who paid all on leaving, told in three statements: they are many, and nothing follows from it."""
    rows, events = [], []
    for place, stay in enumerate(stays):
        (own_part, settled), by, case = _own_part(stay, place % 9), liaisons[stay.hospital.code], stay.case
        at = _at(stay.discharged_on, 15)
        rows.append(
            Repayment(
                stay=stay, self_pay_yuan=to_yuan(own_part), settled=settled, paid_yuan=to_yuan(own_part), owed_yuan=0, recorded_at=at,
                recorded_by=by,
            )
        )  # fmt: skip
        text = f"{case.disease}出院，个人自付 {grouped(own_part)} 元，已付 {grouped(own_part)} 元，尚欠 0.00 元"
        events.append(
            CaseEvent(
                person=case.person, case=case, at=at, on=stay.discharged_on, move="owed_recorded", text=text, by=by, by_name=by.full_name,
                unit=by.unit_on(stay.discharged_on), county=case.county,
            )
        )  # fmt: skip
    Repayment.objects.bulk_create(rows)
    CaseEvent.objects.bulk_create(events)
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=event.at, staff=event.by, username=event.by.username, role=event.by.role, action=event.move, subject_type="case",
            subject_id=event.case_id, county_code=event.county.code, detail={"event": event.pk},
        )
        for event in events
    )  # fmt: skip


def _owed(stay: Stay, by: Staff, place: int) -> None:
    """In turn: agreed and nothing repaid, agreed and paying, not agreed yet."""
    own_part, settled = _own_part(stay, place)
    told = stay.discharged_on + days(4 if settled else 0)
    paid = own_part * (2 + place % 3) // 10
    with on_day(told):
        row = repaying.record_owed(by=by, stay=stay, self_pay=None if settled else own_part, paid=paid)
    left = own_part - paid
    if place % 3 == 2 or left < 300_00:
        return
    with on_day(told):
        parts = repaying.even_parts(left, 3, told + days(12))
        repaying.agree(by=by, repayment=row, signed_on=told, signed_by=stay.case.person.name, parts=parts)
    if place % 3 == 1 and parts[0].due_on <= LAST_DAY:
        with on_day(parts[0].due_on):
            repaying.record_repaid(by=by, repayment=row, paid_on=parts[0].due_on, amount=parts[0].amount, receipt=f"SJ{row.pk:05d}")
