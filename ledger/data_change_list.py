"""What the city changed in the data it keeps, as pages show it: all of it by pages, or the last of one kind at a page's foot."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from ledger.forms import whole_number
from ledger.models import DataChange, Staff

PAGE, LAST = 50, 5
KINDS = {
    "coverage": "病种目录",
    "disease": "病种",
    "hospital": "医院",
    "designation": "定点",
    "division": "乡镇与村",
    "unit": "单位名称",
    "holiday": "节假日",
    "due-rule": "应报规则",
    "follow-up-rule": "随访规则",
    "deferral-rule": "先诊疗后付费规则",
    "standard": "救治标准",
    "expert": "专家组",
    "progress-goal": "救治目标",
    "check-rule": "核对规则",
}


@dataclass
class ChangePage:
    """One page, newest first, and the keys of its neighbours."""

    rows: list[DataChange]
    older: int | None = None
    newer: int | None = None


def changes_of(staff: Staff) -> QuerySet[DataChange]:
    """The changes of the reader's prefecture: the counties rest on the city's too, and see of the bureaus' their own only."""
    changes = DataChange.objects.filter(prefecture=staff.area.prefecture).select_related("by")
    county = staff.area.county
    return changes.filter(Q(county=None) | Q(county=county)) if county else changes


def last_changes(staff: Staff, *kinds: str) -> dict:
    """Context for ledger/_data_changes.html: the last few of these kinds."""
    return {"changes": list(changes_of(staff).filter(kind__in=kinds)[:LAST]), "changes_kind": kinds[0]}


def kind_words(kind: str) -> str:
    return KINDS.get(kind, kind)


def page_of(changes: QuerySet[DataChange], before: str, after: str) -> ChangePage:
    """The page after ``before=<id>``, before ``after=<id>``, or the first; an unknown key gives the first."""
    key = whole_number(before or after)
    anchor = changes.filter(pk=key).values_list("at", "pk").first() if key is not None else None
    backwards = bool(after and not before and anchor)
    if anchor:
        at, pk = anchor
        later, earlier = Q(at__gt=at) | Q(at=at, pk__gt=pk), Q(at__lt=at) | Q(at=at, pk__lt=pk)
        changes = changes.filter(later if backwards else earlier)
    rows = list(changes.order_by(*(("at", "id") if backwards else ("-at", "-id")))[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    older = bool(rows) and (more or backwards)
    newer = bool(rows) and (more if backwards else anchor is not None)
    return ChangePage(rows, rows[-1].pk if older else None, rows[0].pk if newer else None)
