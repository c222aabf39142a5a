"""核对说明: the county's short answer to a finding, kept with the return until what was found is another thing."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division, Role, Staff
from reports.checks import Check, run_checks
from reports.models import GROUPS, CheckAnswer, Due, Submission
from reports.return_events import tell_return
from reports.returns import payload_of
from reports.submission_moves import CHECKED, DRAFT

BUREAU = frozenset({Role.CLERK, Role.LEAD})
LONGEST = CheckAnswer._meta.get_field("text").max_length


def group_with(form: str) -> tuple[str, ...]:
    """The forms that are checked together with this one."""
    return next(group for group in GROUPS if form in group)


def checks_of_drafts(staff: Staff, county: Division, period: datetime.date, form: str) -> list[Check]:
    """The findings about the kept returns of a form's group; none before all of them have a draft."""
    return _found(staff, county, period, _latest(county, period, form))


def _latest(county: Division, period: datetime.date, form: str) -> dict[str, Submission]:
    rows = Submission.objects.everywhere("a county's return, asked by whoever may see the county")
    rows = rows.filter(due__county=county, due__period=period, due__form__in=group_with(form)).select_related("due")
    return {row.due.form: row for row in rows.order_by("revision")}


def _found(staff: Staff, county: Division, period: datetime.date, latest: dict[str, Submission]) -> list[Check]:
    form = next(iter(latest), None)
    if form is None or set(latest) != set(group_with(form)):
        return []
    return run_checks(staff, county, period, {name: payload_of(row) for name, row in latest.items()})


@dataclass(frozen=True)
class Given:
    """What was written for one finding, the finding that was looked at, and the answer that stood beside it then (None: not asked)."""

    finding: str
    text: str
    stood: str | None = None


def answer_check(*, by: Staff, county: Division, period: datetime.date, form: str, code: str, finding: str, text: str) -> CheckAnswer:
    """Answer one finding; see ``answer_checks``."""
    return answer_checks(by=by, county=county, period=period, form=form, answers={code: Given(finding, text)})[0]


@transaction.atomic
def answer_checks(
    *, by: Staff, county: Division, period: datetime.date, form: str, answers: Mapping[str, Given]
) -> list[CheckAnswer]:  # fmt: skip
    """Answer findings of a draft that want an answer, by their codes: all or none; what was written before is written over.

    Raises Refused with the code as its field: nothing written, too long, another finding by now. And without one: not the county's
    bureau, no such due or draft, checked or submitted already.
    """
    if by.role not in BUREAU or by.area_id != county.pk:
        raise Refused("只有本县（区）的经办人或负责人可以填写说明。")
    due, latest = _held(county, period, form)
    found = {one.code: one for one in _found(by, county, period, latest)}
    kept = []
    for code, given in answers.items():
        text = given.text.strip()
        _refuse(found.get(code), code, given.finding, text)
        _refuse_another(found[code], given, text)
        told = {"finding": given.finding, "text": text, "by": by, "at": clock.now()}
        kept.append(CheckAnswer.objects.everywhere("the county's own answer").update_or_create(due=due, code=code, defaults=told)[0])
        tell_return(due=due, submission=latest[due.form], what="check_answered", by=by, reason=text)
    return kept


def _refuse(check: Check | None, code: str, seen: str, text: str) -> None:
    """Raises Refused for what cannot be kept as an answer to this finding."""
    if not text:
        raise Refused("请写明原因，例如：县人民医院 10 月集中手术。", code)
    if len(text) > LONGEST:
        raise Refused(f"说明超过 {LONGEST} 个字，现在是 {len(text)} 个字。请缩短。", code)
    if check is None or check.tone != "warn":
        raise Refused("这一项现在不用说明了。请看过现在的核对情况。", code)
    if check.finding != seen:
        raise Refused("您打开之后，核对到的情况有变。请看过上面现在的情况，再保存。", code)


def _refuse_another(check: Check, given: Given, text: str) -> None:
    """Raises Refused where somebody else has answered since: what he wrote is seen before it is written over."""
    answer = check.answer
    if given.stood is not None and answer and answer.text not in (given.stood, text):
        raise Refused(f"您打开之后，{answer.by}写了说明：“{answer.text}”。要换成您写的，请再按一次“保存说明”。", check.code)


def _held(county: Division, period: datetime.date, form: str) -> tuple[Due, dict[str, Submission]]:
    """The group's dues, held until the answer is written, and their drafts; the answer belongs to the group's first due."""
    dues = Due.objects.everywhere("a county's own return").select_for_update(of=("self",))
    held = list(dues.filter(county=county, period=period, form__in=group_with(form)).order_by("form"))
    if not held:
        raise Refused(f"{county.label} {period.year} 年 {period.month} 月没有应报的报表。")
    latest = _latest(county, period, form)
    if not latest:
        raise Refused("还没有草稿。请先生成草稿，看过核对情况再写说明。")
    states = {row.state for row in latest.values()}
    if DRAFT in states:
        return held[0], latest
    if CHECKED in states:
        raise Refused("已经核对完毕，说明随表交给了负责人。要改说明，请负责人先退回经办人。")
    raise Refused("已上报的报表不再改说明。")
