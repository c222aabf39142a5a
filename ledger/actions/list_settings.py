"""How somebody likes their list of cases: its columns, and the filters they come back to."""

from django.db import transaction

from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.case_columns import COLUMNS, DEFAULT, ROOM, Column, columns_for
from ledger.models import ListColumns, SavedFilter, Staff

MOST_FILTERS = 12


def columns_of(staff: Staff) -> list[Column]:
    """The columns this member of staff chose, else the usual ones; a column that is gone is passed over."""
    chosen = ListColumns.objects.filter(staff=staff).values_list("columns", flat=True).first()
    open_to = columns_for(staff.role)
    return [open_to[code] for code in chosen or DEFAULT if code in open_to]


@transaction.atomic
def choose_columns(*, by: Staff, columns: list[str]) -> list[Column]:
    """Show these columns in this order from now on; the name is always the first. Without any, the usual ones again.

    Raises Refused when they do not fit on one screen, and says what could be taken away for what is new.
    """
    open_to = columns_for(by.role)
    codes = list(dict.fromkeys(["name", *(code for code in columns if code in open_to)]))
    if not columns:
        ListColumns.objects.filter(staff=by).delete()
        record("columns_chosen", by=by, county=by.area.county, detail={"what": "默认的列"})
        return columns_of(by)
    _refuse_too_wide(columns_of(by), codes)
    ListColumns.objects.update_or_create(staff=by, defaults={"columns": codes})
    chosen = [COLUMNS[code] for code in codes]
    record("columns_chosen", by=by, county=by.area.county, detail={"fields": [column.heading for column in chosen]})
    return chosen


def _refuse_too_wide(present: list[Column], codes: list[str]) -> None:
    over = sum(COLUMNS[code].width for code in codes) - ROOM
    if over <= 0:
        return
    known = {column.code for column in present}
    new = "、".join(COLUMNS[code].heading for code in codes if code not in known)
    freed: list[Column] = []
    for column in reversed(present[1:]):
        if sum(one.width for one in freed) < over:
            freed.insert(0, column)
    raise Refused(f"一屏放不下“{new}”。请先去掉别的列，例如“{'、'.join(column.heading for column in freed)}”，再加。")


@transaction.atomic
def keep_filter(*, by: Staff, name: str, query: str) -> SavedFilter:
    """Keep a filter under a name, to be found above the list. The same name again replaces what it stood for.

    Raises Refused without a name or a filter, and beyond twelve.
    """
    Staff.objects.select_for_update().get(pk=by.pk)  # Two windows of one person: never a thirteenth.
    if not name:
        raise Refused("请给这组条件取个名字。", "name")
    if not query:
        raise Refused("现在没有筛选条件。请先选条件，再保存。", "name")
    known = by.saved_filters.filter(name=name).first()
    if known is None and by.saved_filters.count() >= MOST_FILTERS:
        raise Refused(f"最多保存 {MOST_FILTERS} 组常用筛选。请先在“列与常用筛选”里去掉不用的。", "name")
    kept = known or SavedFilter(staff=by, name=name)
    kept.query = query
    kept.save()
    record("filter_kept", by=by, county=by.area.county)
    return kept


@transaction.atomic
def drop_filter(*, by: Staff, kept: SavedFilter) -> None:
    """Forget one of one's own filters."""
    by.saved_filters.filter(pk=kept.pk).delete()
    record("filter_dropped", by=by, county=by.area.county)
