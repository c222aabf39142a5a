"""What of the returns waits for whom: rows of the workbench, for the bureau form by form, for the city by what it is to do."""

import datetime
from collections.abc import Mapping

from django.urls import reverse
from django.utils import timezone

from ledger import clock
from ledger.models import Role, Staff
from reports.hands import BUREAU
from reports.models import GROUPS, Extension, ReturnEvent, Submission, Unlock
from reports.models.extension import ASKED
from reports.submission_moves import ACCEPTED, RECEIVED, RETURNED, SUBMITTED
from reports.views.due_states import DueState, due_states
from reports.views.given_back import given_back_to, reasons_of
from reports.views.kinds import MONTH, PEOPLE, STAYS, ReturnKind
from reports.work import Work


def all_states(staff: Staff) -> list[DueState]:
    """Every return of the bureau's county that has begun, in few queries."""
    forms = tuple(form for group in GROUPS for form in group)
    return due_states(staff, group=forms, county=staff.area_id, covers_from__lte=clock.today())


def bureau_returns(
    staff: Staff, states: list[DueState], given: Mapping[int, ReturnEvent], *, but: datetime.date | None = None
) -> list[Work]:
    """What the bureau has to hand in, hand in again or answer: one row a kind and thing to do, leading to the oldest.

    ``states`` are all of its returns, ``given`` what the lead gave back; ``but`` is the month whose own return is told elsewhere on the
    page. Pure.
    """
    rows: list[Work] = []
    owed = [state for state in states if not state.submitted]
    for kind in (MONTH, STAYS, PEOPLE):
        states = [state for state in owed if state.due.form in kind.forms and _begun(state, kind)]
        states = [state for state in states if not (kind is MONTH and state.due.period == but)]
        mine = [state for state in states if state.due.pk in given]
        back = [state for state in states if state.correcting and state not in mine]
        ready = [state for state in states if state.checked and not state.correcting]
        rest = [state for state in states if state not in back and state not in ready and state not in mine]
        returned = [state for state in back if state.correcting == RETURNED]
        rows += _row(staff, kind, mine, "被负责人退回", "去改正", "bad", given)
        rows += _row(staff, kind, returned, "退回，要更正", "去更正", "bad")
        rows += _row(staff, kind, [state for state in back if state not in returned], "已解锁，要更正", "去更正", "warn")
        rows += _row(staff, kind, ready, *(("待提交", "去提交") if staff.role == Role.LEAD else ("已核对，待负责人提交", "去看")))
        rows += _row(staff, kind, rest, "待核对", "去核对")
    return rows


def _begun(state: DueState, kind: ReturnKind) -> bool:
    """The month's own return can be worked on in its month, the others once their months are over."""
    return state.is_open if kind is MONTH else state.due.cut_off_on < clock.today() or state.due.cut_off_on <= state.due.covers_from


def _row(
    staff: Staff,
    kind: ReturnKind,
    states: list[DueState],
    words: str,
    verb: str,
    tone: str = "",
    why: Mapping[int, ReturnEvent] | None = None,
) -> list[Work]:
    if not states:
        return []
    first = states[0]
    when = timezone.localtime(first.closes_at)
    months = "、".join(dict.fromkeys(f"{state.due.period.month} 月" for state in states))
    forms = "、".join(dict.fromkeys(state.due.form for state in states))
    late = first.deadline_passed and first.first_at is None
    told = f"{forms}，{months}" + ("" if first.first_at else f"，{when:%m-%d %H:%M} {'已过截止时间' if late else '截止'}")
    told += f"。{reasons_of(why[state.due.pk] for state in states)}" if why else ""
    address = reverse(kind.page, args=[first.due.period, staff.area.code])
    return [Work(len(states), f"{kind.name}{words}", told, address, verb, tone or ("bad" if late else "warn"))]


def city_returns(staff: Staff) -> list[Work]:
    """What the counties wait for from the city. Three queries."""
    rows: list[Work] = []
    kept = Submission.objects.visible_to(staff).filter(state__in=(SUBMITTED, RECEIVED, ACCEPTED))
    counted: dict[str, list[datetime.date]] = {}
    for state, period in kept.values_list("state", "due__period").order_by("due__period"):
        counted.setdefault(state, []).append(period)
    for state, words, verb in ((SUBMITTED, "报表待接收", "去接收"), (RECEIVED, "报表待审核", "去审核")):
        if periods := counted.get(state):
            address = f"{reverse('reports:months')}?period={periods[-1]:%Y-%m}"
            rows.append(Work(len(periods), words, f"{periods[0]:%Y-%m} 起", address, verb))
    extensions = Extension.objects.visible_to(staff).filter(state=ASKED).count()
    unlocks = Unlock.objects.visible_to(staff).filter(state=ASKED).exclude(asked_by=staff).count()
    for number, words, verb in ((extensions, "展期申请待答复", "去答复"), (unlocks, "解锁申请待同意", "去看")):
        if number:
            rows.append(Work(number, words, "", reverse("reports:asked"), verb, "warn"))
    return rows


def asked_of(staff: Staff) -> int:
    """How many askings wait for the city: what stands beside 退回与展期. A county asks, and answers none."""
    if staff.role != Role.CITY:
        return 0
    extensions = Extension.objects.visible_to(staff).filter(state=ASKED)
    return extensions.count() + Unlock.objects.visible_to(staff).filter(state=ASKED).exclude(asked_by=staff).count()


def returns_of(staff: Staff) -> list[Work]:
    """What of the returns waits for this member of staff; nothing for whoever has no business with them."""
    if staff.role in BUREAU:
        states = all_states(staff)
        return bureau_returns(staff, states, given_back_to(staff, states))
    return city_returns(staff) if staff.role == Role.CITY else []
