"""Follow-up in the demo: the rules of an invented notice on trial, and the visits of everybody discharged since."""

import datetime

from config.demo.book import Book
from config.demo.calendar import LAST_DAY, days, moment, office_day
from config.demo.places import Places
from hospitals.models import Finding, FollowUp, FollowUpRule, Hospital, Stay, Visitor, Way
from hospitals.visits import months_after
from ledger.models import Case, Disease, Role, Staff
from ledger.transitions import OUTCOMES

DOCUMENT = "示范通知（试用）：出院患者随访安排"
FIRST_DAY = datetime.date(2017, 7, 28)
TUMOUR = ((1, 3, 6, 12), Visitor.TOWNSHIP)
RULES = {
    "cataract": ((1, 3), Visitor.TOWNSHIP), "end-stage-renal-disease": ((1, 2, 3, 6), Visitor.HOSPITAL),
    "asd": ((1, 3, 6, 12), Visitor.HOSPITAL), "vsd": ((1, 3, 6, 12), Visitor.HOSPITAL),
    "all": ((1, 2, 3, 6, 12), Visitor.HOSPITAL), "apl": ((1, 2, 3, 6, 12), Visitor.HOSPITAL),
    "gastric-cancer": TUMOUR, "oesophageal-cancer": TUMOUR, "colon-cancer": TUMOUR, "rectal-cancer": TUMOUR,
}  # fmt: skip
FOUND = [  # (finding, how often, what is written)
    (Finding.BETTER, 52, ("恢复良好，按时服药", "伤口愈合好，饮食正常", "精神好，能做家务")),
    (Finding.STABLE, 36, ("病情稳定，嘱按时复查", "无不适，继续用药", "体重无变化，按计划治疗")),
    (Finding.WORSE, 4, ("近一周不适加重，已联系定点医院",)),
    (Finding.LOST, 8, ("两次入户无人，邻居说外出务工", "电话三次未接，已请村医再访")),
]
MISSED = 0.3  # How many of the visits whose day is over nobody has made.


def make_rules(places: Places, diseases: dict[str, Disease]) -> None:
    """The rules of the diseases that the demo's people have."""
    FollowUpRule.objects.bulk_create(
        FollowUpRule(prefecture=places.city, disease=diseases[code], months=list(months), visitor=visitor, document=DOCUMENT)
        for code, (months, visitor) in RULES.items()
    )


def tell_visits(book: Book) -> None:
    """Every visit planned at a discharge since the notice, and what became of those whose day has come."""
    stays: dict[int, list[Stay]] = {}
    for stay in book.stays:
        stays.setdefault(id(stay.case), []).append(stay)
    for own in stays.values():
        own.sort(key=lambda stay: stay.admitted_on)
        for stay, following in zip(own, [*own[1:], None], strict=True):
            if stay.discharged_on and stay.discharged_on >= FIRST_DAY and stay.case.disease.code in RULES:
                _after(book, stay, following)


def _after(book: Book, stay: Stay, following: Stay | None) -> None:
    case, (months, visitor) = stay.case, RULES[stay.case.disease.code]
    if case.closed_on and case.closed_on <= stay.discharged_on:
        return
    at = moment(book.cast.rng, office_day(stay.discharged_on))
    planner = _hand(book, case, Visitor.HOSPITAL, stay.hospital)
    due = [months_after(stay.discharged_on, number) for number in months]
    planned = [FollowUp(case=case, stay=stay, due_on=day, visitor=visitor, planned_at=at, planned_by=planner) for day in due]
    text = f"{case.disease}安排随访 {len(due)} 次：{'、'.join(map(str, due))}，{visitor.label}"
    book.tell(case.person, "visit_planned", text, by=planner, at=at, case=case)
    end, reason, ender = LAST_DAY + days(1), "", planner
    if case.closed_on:
        end, reason = case.closed_on, f"病例销号（{dict(OUTCOMES)[case.outcome]}）"
        ender = book.cast.one(Role.LEAD, case.county.code)
    if following and following.admitted_on < end:
        end, reason, ender = following.admitted_on, "再次入院", following.recorded_by
    for visit in planned:
        if visit.due_on < end and visit.due_on <= LAST_DAY and book.cast.rng.random() > MISSED:
            _made(book, visit, before=end)
        elif reason:
            visit.cancelled_on, visit.cancelled_reason, visit.cancelled_by = end, reason, ender
    cancelled = [visit for visit in planned if visit.cancelled_on]
    if cancelled:
        told = f"{case.disease}取消 {len(cancelled)} 次随访：{'、'.join(str(visit.due_on) for visit in cancelled)}"
        book.tell(
            case.person, "visit_cancelled", told, by=ender, at=moment(book.cast.rng, office_day(end)), on=end, case=case, reason=reason
        )
    book.visits += planned


def _made(book: Book, visit: FollowUp, before: datetime.date) -> None:
    """Within a few days of its day, and before whatever ended the visits."""
    rng, case = book.cast.rng, visit.case
    day = min(office_day(visit.due_on + days(rng.randint(-3, 4))), before - days(1), LAST_DAY)
    finding, _, texts = rng.choices(FOUND, [often for _, often, _ in FOUND])[0]
    visit.done_on, visit.finding, visit.text = day, finding, rng.choice(texts)
    visit.way = Way.CLINIC if visit.visitor == Visitor.HOSPITAL else rng.choice((Way.HOME, Way.HOME, Way.PHONE))
    if finding == Finding.LOST:
        visit.way = Way.PHONE if "电话" in visit.text else Way.HOME
    visit.done_by = _hand(book, case, visit.visitor, visit.stay.hospital)
    text = f"{case.disease}随访（{Way(visit.way).label}）：{Finding(finding).label}。{visit.text}"
    book.tell(case.person, "visit_made", text, by=visit.done_by, at=moment(rng, day), on=day, case=case)


def _hand(book: Book, case: Case, visitor: str, hospital: Hospital) -> Staff:
    """The clinic or the hospital where it has an account; else the county's clerk."""
    if visitor == Visitor.HOSPITAL:
        return book.cast.one(Role.LIAISON, hospital.code)
    return book.cast.registrar(case.township, case.county)
