"""What waits for whom: the rows of 待我办理, counted within the eyes of whoever looks."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone

from ledger import clock
from ledger.actions.assigning import left_behind
from ledger.models import Case, CaseEvent, Category, CategoryFact, Person, Role, Staff, UnitName
from ledger.models.person import VERIFIER
from ledger.models.reach import COUNTY_ROLES
from ledger.models.staff import UNIT_OF_ROLE
from reports.work_lists import Waiting, waiting
from settlement.models import Settlement, Statement
from settlement.statement_items import end_of
from settlement.statement_states import HOSPITAL_CONFIRMED, PAYER_CONFIRMED, PREPARED

KEEPER_WORDS = {Role.CIVIL: "民政", Role.POVERTY: "扶贫", Role.DISABLED: "残联"}
NEWEST = 5


@dataclass(frozen=True)
class Work:
    """One row: how many, what, since when, and where it is done."""

    count: int
    words: str
    told: str
    address: str
    verb: str
    tone: str = ""
    first: bool = False


def _since(day: datetime.date | None, what: str) -> str:
    """最早一例 10-16 登记，已等 4 天."""
    if day is None:
        return ""
    waited = (clock.today() - day).days
    shown = f"{day:%m-%d}" if day.year == clock.today().year else day.isoformat()
    return f"最早一例 {shown} {what}，" + (f"已等 {waited} 天" if waited else "今天的")


def case_list(**query: str) -> str:
    """The ledger's list, narrowed."""
    return reverse("ledger:case-list") + "?" + "&".join(f"{key}={value}" for key, value in query.items())


def case_counts(staff: Staff) -> dict:
    """How many cases stand in each state, and how many people they are: a page's figures, in one query."""
    return Case.objects.worked_on_by(staff).aggregate(
        found=Count("pk", filter=Q(state="found")),
        returned=Count("pk", filter=Q(state="returned")),
        registered=Count("pk", filter=Q(state="registered")),
        planned=Count("pk", filter=Q(state="planned")),
        in_treatment=Count("pk", filter=Q(state="in_treatment")),
        treated=Count("pk", filter=Q(state="treated")),
        everybody=Count("person", distinct=True),
    )


def _day(instant: datetime.datetime | None) -> datetime.date | None:
    return timezone.localtime(instant).date() if instant else None


def listed_work(staff: Staff, *, but: str = "") -> list[Work]:
    """What waits by the work list: the gravest first, then what waits too long, then the rest; ``but`` is told elsewhere on the page."""
    listed = [one for one in waiting(staff) if one.number and one.asked and one.kind.counts and one.kind.code != but]
    listed.sort(key=lambda one: (not _first(one, staff), not one.kind.gravest, not one.late))
    return [_row(one, staff) for one in listed]


def _first(one: Waiting, staff: Staff) -> bool:
    """What this member of staff is to see before anything else."""
    return bool(one.late) and staff.role in one.kind.first_late


def _row(one: Waiting, staff: Staff) -> Work:
    first = _first(one, staff)
    tone = "bad" if one.kind.gravest or first else "warn" if one.late else ""
    address = f"{reverse('reports:work-list')}?kind={one.kind.code}"
    return Work(one.number, one.kind.words, _since(one.oldest, one.kind.since), address, one.kind.verb, tone, first)


def left_work(staff: Staff) -> list[Work]:
    """Open cases in the hands of somebody whose account is off or who went to another post: for the lead to hand over."""
    rows = []
    for gone in left_behind(staff) if staff.role == Role.LEAD else []:
        why = "已调离" if gone.is_active else "已停用"
        address = f"{reverse('ledger:hand-over')}?staff={gone.pk}"
        told = f"{gone.full_name}{why}，还有 {gone.open_cases} 例未交接"
        words = "调离人员的工作没有交接" if gone.is_active else "停用账号的工作没有交接"
        rows.append(Work(gone.open_cases, words, told, address, "去交接", "warn"))
    return rows


def waiting_elsewhere(staff: Staff) -> str:
    """县民政局核实 3 人，县扶贫办核实 6 人: what the county waits for from others; empty when nothing does."""
    people = Person.objects.visible_to(staff)
    facts = CategoryFact.objects.filter(person__in=people.values("pk"), verified_on=None, during__endswith=None)
    waiting: dict[Role, set[int]] = {}
    for category, person in facts.values_list("category", "person"):
        waiting.setdefault(VERIFIER[Category(category)], set()).add(person)
    if not waiting:
        return ""
    kinds = {UNIT_OF_ROLE[role]: role for role in waiting}
    named = UnitName.objects.filter(division=staff.area_id, kind__in=kinds, since__lte=clock.today()).order_by("since")
    names = {kinds[unit.kind]: unit.short_name or unit.name for unit in named}
    return "，".join(f"{names.get(role, KEEPER_WORDS[role])}核实 {len(waiting[role])} 人" for role in KEEPER_WORDS if role in waiting)


def keeper_facts(staff: Staff, *, waiting: bool = True):
    """The categories this department keeps: those that wait for its word, the oldest person first, or those it has verified."""
    own = [category for category, role in VERIFIER.items() if role == staff.role]
    people = Person.objects.visible_to(staff)
    facts = CategoryFact.objects.filter(person__in=people.values("pk"), category__in=own, during__endswith=None)
    facts = facts.filter(verified_on__isnull=waiting)
    return facts.select_related("person__township", "person__village", "recorded_by").order_by("person__created_at", "pk")


STATEMENT_WORDS = {
    PREPARED: ("对账单待医院确认", "生成", "去确认"),
    HOSPITAL_CONFIRMED: ("对账单待我方确认", "医院确认", "去确认"),
    PAYER_CONFIRMED: ("对账单待支付", "确认", "去登记支付"),
}


def statement_work(staff: Staff) -> list[Work]:
    """Statements of months that are over whose next step is this member of staff's, by the step."""
    over = Statement.objects.visible_to(staff).waiting_for(staff).filter(month__lt=clock.today().replace(day=1))
    waiting = over.order_by("state").values("state").annotate(number=Count("pk"), since=Min("changed_at"), month=Min("month"))
    rows = _not_drawn_up(staff) if staff.role == Role.LIAISON else []
    for row in waiting:
        words, what, verb = STATEMENT_WORDS[row["state"]]
        address = f"{reverse('statements:list')}?month={row['month']:%Y-%m}"
        told = _since(_day(row["since"]), what).replace("一例", "一张")
        rows.append(Work(row["number"], words, told, address, verb, "warn"))
    return rows


def _not_drawn_up(staff: Staff) -> list[Work]:
    """Last month, where this hospital settled and has no statement yet."""
    start = (clock.today().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    first, last = timezone.make_aware(datetime.datetime.combine(start, datetime.time())), end_of(start)
    settled = Settlement.objects.visible_to(staff).standing().filter(settled_at__gte=first, settled_at__lt=last)
    if Statement.objects.visible_to(staff).filter(month=start).exists() or not settled.exists():
        return []
    address = f"{reverse('statements:list')}?month={start:%Y-%m}"
    return [Work(1, f"{start.month} 月对账单还没有生成", "生成后看过明细，再确认", address, "去生成", "warn")]


def newest_events(staff: Staff, number: int = NEWEST) -> list[CaseEvent]:
    """What happened last to the people this member of staff sees, as far as their timelines tell it; one saving tells its last event only."""
    if staff.role in COUNTY_ROLES:
        events = CaseEvent.objects.filter(county=staff.area_id, person__county=staff.area_id)
    else:
        events = CaseEvent.objects.filter(person__in=Person.objects.visible_to(staff).values("pk"))
    events = events.told_to(staff)
    told: dict[tuple, CaseEvent] = {}
    for event in events.select_related("person").order_by("-at", "-id")[: number * 8]:
        told.setdefault((event.person_id, event.by_id, event.at.replace(second=0, microsecond=0)), event)
    return list(told.values())[:number]
