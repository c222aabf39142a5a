"""复诊随访: visits are planned when somebody leaves hospital, made and told, or cancelled with a reason; what was found stays."""

import calendar
import datetime

from django.db import transaction

from hospitals.models import Finding, FollowUp, FollowUpRule, Stay, Visitor, Way
from ledger import clock
from ledger.actions.history import tell
from ledger.actions.locking import hold_case, hold_person_of, refuse_carried
from ledger.actions.refusals import Refused
from ledger.models import Case, Role, Staff
from ledger.transitions import OUTCOMES

BUREAU = (Role.CLERK, Role.LEAD)
UNIT = {Role.TOWNSHIP: Visitor.TOWNSHIP, Role.LIAISON: Visitor.HOSPITAL, Role.CLERK: Visitor.BUREAU, Role.LEAD: Visitor.BUREAU}
FARTHEST = 36  # Months ahead that a visit may be planned.
TEXT = 200  # What was found, in words: with the rest it fits into the timeline's line.


def months_after(day: datetime.date, number: int) -> datetime.date:
    """The same day of the month that many months on; the month's last day where it has no such day: 31 August + 1 → 30 September."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def visits_as(staff: Staff, visitor: str) -> bool:
    """Whether a visit of that unit is this member of staff's to make: the county bureau may for everybody."""
    return staff.role in BUREAU or UNIT.get(staff.role) == visitor


def _visits_of(case: Case):
    return FollowUp.objects.everywhere("the visits of one held case").filter(case=case)


def rule_for(case: Case) -> FollowUpRule | None:
    """The rule of the case's disease in its prefecture today; None where the city has made none."""
    return FollowUpRule.objects.filter(prefecture=case.county.parent_id, disease=case.disease_id).first()


def plan_after_discharge(*, by: Staff, case: Case, stay: Stay) -> list[FollowUp]:
    """The visits that the rule asks for after this stay, in the caller's transaction, with the case held by the caller.

    None without a rule, for a closed case, or where the patient is or was in hospital again since; days that are over when the
    discharge is recorded are nobody's to keep any more.
    """
    since = Stay.objects.everywhere("every stay of one held case").filter(case=case, admitted_on__gte=stay.admitted_on)
    rule = None if case.state == "closed" or since.exclude(pk=stay.pk).exists() else rule_for(case)
    if rule is None:
        return []
    taken = set(_visits_of(case).open().values_list("due_on", flat=True))
    days = sorted({months_after(stay.discharged_on, number) for number in rule.months} - taken)
    days = [day for day in days if day >= clock.today()]
    return _plan(by, case, days, rule.visitor, stay) if days else []


def _plan(by: Staff, case: Case, days: list[datetime.date], visitor: str, stay: Stay | None) -> list[FollowUp]:
    made = FollowUp.objects.bulk_create(
        FollowUp(case=case, stay=stay, due_on=day, visitor=visitor, planned_at=clock.now(), planned_by=by) for day in days
    )
    text = f"{case.disease}安排随访 {len(days)} 次：{'、'.join(map(str, days))}，{Visitor(visitor).label}"
    tell(case.person, "visit_planned", text, by=by, case=case)
    return made


@transaction.atomic
def plan_visit(*, by: Staff, case: Case, due_on: datetime.date, visitor: str) -> FollowUp:
    """A visit planned by hand. Raises Refused: nobody was in treatment yet, a day in the past, too far ahead or taken, another unit's visit."""
    case = hold_case(case, by)
    if case.state not in ("in_treatment", "treated"):
        raise Refused(f"{case.disease}的状态是“{case.get_state_display()}”，治疗开始以后、销号以前才能安排随访。", "due_on")
    if visitor not in Visitor.values:
        raise Refused("请选择由谁随访。", "visitor")
    if not visits_as(by, visitor):
        raise Refused(f"您只能安排本单位（{Visitor(UNIT[by.role]).label}）的随访；其他单位的，请告诉县卫健部门。", "visitor")
    _check_day(case, due_on, "due_on")
    stay = Stay.objects.everywhere("every stay of one held case").filter(case=case, discharged_on__isnull=False).order_by("-discharged_on")
    return _plan(by, case, [due_on], visitor, stay.first())[0]


def _check_day(case: Case, day: datetime.date, field: str) -> None:
    today = clock.today()
    if day < today:
        raise Refused(f"计划日期 {day} 早于今天，请改正。已经做过的随访请直接登记。", field)
    if day > months_after(today, FARTHEST):
        raise Refused(f"计划日期 {day} 太远，最多安排到 {months_after(today, FARTHEST)}。", field)
    if _visits_of(case).open().filter(due_on=day).exists():
        raise Refused(f"{case.disease}在 {day} 已经安排了随访，请换一天。", field)


def _hold(visit: FollowUp, by: Staff) -> tuple[FollowUp, Case]:
    """The visit as it stands now, with its case and person held. Raises Refused for one that is over, or another unit's."""
    scoped = FollowUp.objects.visible_to(by)
    found = scoped.select_related("case").get(pk=visit.pk)
    hold_person_of(found.case.person_id)
    case = Case.objects.everywhere("the visit was found within the actor's scope").select_for_update(of=("self",))
    case = case.select_related("person", "disease", "county__parent").get(pk=found.case_id)
    visit = scoped.select_for_update(of=("self",)).select_related("stay").get(pk=visit.pk)
    refuse_carried(visit, case, found.case)
    if not visits_as(by, visit.visitor):
        raise Refused(f"这次随访由{visit.get_visitor_display()}办理。")
    if visit.done_on:
        raise Refused(f"这次随访已在 {visit.done_on} 登记。请刷新后再看。")
    if visit.cancelled_on:
        raise Refused(f"这次随访已取消：{visit.cancelled_reason}。请刷新后再看。")
    return visit, case


@transaction.atomic
def record_visit(
    *, by: Staff, visit: FollowUp, on: datetime.date, way: str, finding: str, text: str, next_on: datetime.date | None = None
) -> FollowUp:
    """What was found at a visit, or that nobody could be reached (失访); with the day of the next one, if there is to be one.

    Raises Refused: a day before the discharge or in the future, a next day that is not ahead or taken, a next visit of the dead.
    """
    visit, case = _hold(visit, by)
    left, begin = ("出院日期", visit.stay.discharged_on) if visit.stay and visit.stay.discharged_on else ("发现日期", case.found_on)
    if on > clock.today():
        raise Refused(f"随访日期 {on} 晚于今天，请改正。", "done_on")
    if on < begin:
        raise Refused(f"随访日期 {on} 早于{left} {begin}，请改正。", "done_on")
    if finding not in Finding.values:
        raise Refused("请选择情况。", "finding")
    if way not in Way.values:
        raise Refused("请选择方式。", "way")
    if finding == Finding.LOST and not text.strip():
        raise Refused("请写明怎样找过、为什么没有找到。", "text")
    if len(text) > TEXT:
        raise Refused(f"随访记录超过 {TEXT} 个字，请缩短。", "text")
    if next_on and finding == Finding.DIED:
        raise Refused("患者已死亡，不用再安排随访。请去掉下次日期。", "next_on")
    visit.done_on, visit.done_by, visit.way, visit.finding, visit.text = on, by, way, finding, text.strip()
    visit.save(update_fields=["done_on", "done_by", "way", "finding", "text"])
    told = f"{case.disease}随访（{Way(way).label}）：{Finding(finding).label}" + (f"。{visit.text}" if visit.text else "")
    tell(case.person, "visit_made", told, by=by, case=case, on=on)
    if next_on:
        if case.state == "closed":
            raise Refused(f"{case.disease}已销号，不用再安排随访。请去掉下次日期。", "next_on")
        _check_day(case, next_on, "next_on")
        _plan(by, case, [next_on], visit.visitor, visit.stay)
    return visit


@transaction.atomic
def cancel_visit(*, by: Staff, visit: FollowUp, reason: str) -> FollowUp:
    """A visit that will not be made, with the reason. Raises Refused."""
    visit, case = _hold(visit, by)
    if not reason.strip():
        raise Refused("请写明取消的原因。", "reason")
    visit.cancelled_on, visit.cancelled_by, visit.cancelled_reason = clock.today(), by, reason.strip()
    visit.save(update_fields=["cancelled_on", "cancelled_by", "cancelled_reason"])
    tell(case.person, "visit_cancelled", f"{case.disease}取消 {visit.due_on} 的随访", by=by, case=case, reason=visit.cancelled_reason)
    return visit


def cancel_open(*, by: Staff, case: Case, reason: str) -> int:
    """Every visit still planned for a case falls away, in the caller's transaction, with the case held by the caller; answers how many."""
    days = list(_visits_of(case).open().order_by("due_on").values_list("due_on", flat=True))
    if days:
        _visits_of(case).open().update(cancelled_on=clock.today(), cancelled_by=by, cancelled_reason=reason)
        text = f"{case.disease}取消 {len(days)} 次随访：{'、'.join(map(str, days))}"[:300]
        tell(case.person, "visit_cancelled", text, by=by, case=case, reason=reason)
    return len(days)


def cancel_with_case(*, by: Staff, case: Case) -> None:
    """The case was closed: nobody is visited for it any more. Reopening plans nothing by itself."""
    cancel_open(by=by, case=case, reason=f"病例销号（{dict(OUTCOMES)[case.outcome]}）")
