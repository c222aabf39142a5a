"""Where the demo's October stands: two districts have handed in, one by half, one return is sent back, one checked, one being looked through."""

import datetime
from collections.abc import Iterable

from config.demo.calendar import ZONE
from config.demo.return_story import F1, F2, NIL, OCTOBER
from ledger import clock
from ledger.models import Division, Role, Staff
from reports.actions import check, rebuild_drafts, return_it, submit
from reports.answering import answer_check, checks_of_drafts
from reports.cells import cells_of
from reports.checks import unanswered
from reports.models import Submission
from reports.returns import payload_of

EARLY = {"450202": (F1, F2), "450203": (F1, F2), "450205": (F1,)}
SENT_BACK, READY, LOOKING = "450225", "450223", "450222"
WORDS = "已与乡镇和定点医院核对，情况属实。"
REMARKS = (
    ("胃癌|treated", "市医保结算已有 2 人出院，请核对是否漏登完成治疗"),
    ("合计|neither", "请核对这些人的类别是否已续"),
)


def begin_october() -> None:
    """As the counties' people did it from the 18th to the morning of the 20th. Run again it changes nothing."""
    if Submission.objects.everywhere("whether the demo has told it").filter(due__period=OCTOBER, submitted_at__isnull=False).exists():
        return
    _hand_in(_county(SENT_BACK), [F1], _at(18, 15, 10))
    _send_back(_county(SENT_BACK), _at(19, 10, 30))
    for number, (code, forms) in enumerate(EARLY.items()):
        _hand_in(_county(code), forms, _at(19, 16, 7 * number))
    _make_ready(_county(READY), [F1, F2], _at(20, 8, 40))
    _look_through(_county(LOOKING), _at(20, 8, 45))


def _at(day: int, hour: int, minute: int) -> datetime.datetime:
    return datetime.datetime(2017, 10, day, hour, minute, tzinfo=ZONE)


def _county(code: str) -> Division:
    return Division.objects.get(code=code)


def _staff(role: Role, area: Division) -> Staff:
    return Staff.objects.filter(role=role, area=area).order_by("username").first()


def _make_ready(county: Division, forms: Iterable[str], at: datetime.datetime) -> None:
    """Drafted, every question answered, checked by the clerk."""
    clerk = _staff(Role.CLERK, county)
    with clock.standing_at(at):
        rebuild_drafts(county, OCTOBER, clerk)
        for found in unanswered(checks_of_drafts(clerk, county, OCTOBER, F1)):
            answer_check(by=clerk, county=county, period=OCTOBER, form=F1, code=found.code, finding=found.finding, text=WORDS)
        check(by=clerk, county=county, period=OCTOBER, forms=forms, nil_reasons=NIL)


def _hand_in(county: Division, forms: Iterable[str], at: datetime.datetime) -> None:
    _make_ready(county, forms, at)
    with clock.standing_at(at + datetime.timedelta(minutes=20)):
        submit(by=_staff(Role.LEAD, county), county=county, period=OCTOBER, forms=forms)


def _send_back(county: Division, at: datetime.datetime) -> None:
    """The city's remarks on two cells of F1."""
    sent = Submission.objects.everywhere("the demo's past").get(due__county=county, due__period=OCTOBER, due__form=F1)
    cells = cells_of(payload_of(sent))
    remarks = [(place, cells[place].label, cells[place].text, text) for place, text in REMARKS]
    with clock.standing_at(at):
        return_it(
            by=_staff(Role.CITY, county.parent), submission=sent, reason="累计救治数与医保结算不一致，请核对两处后重报", remarks=remarks
        )


def _look_through(county: Division, at: datetime.datetime) -> None:
    """The clerk has begun: one of the questions is answered."""
    clerk = _staff(Role.CLERK, county)
    with clock.standing_at(at):
        rebuild_drafts(county, OCTOBER, clerk)
        for found in unanswered(checks_of_drafts(clerk, county, OCTOBER, F1))[:1]:
            answer_check(
                by=clerk, county=county, period=OCTOBER, form=F1, code=found.code, finding=found.finding, text="已逐人核对，月底前补录。"
            )
