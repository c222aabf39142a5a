"""What units are called from a day on: a new name is added with its document, an old one stays for what was signed under it."""

import datetime

from django.db import IntegrityError, transaction

from ledger import clock
from ledger.actions.data_changes import note_change
from ledger.actions.refusals import Refused
from ledger.models import Division, Role, Staff, UnitName
from ledger.models.division import Level, UnitKind
from ledger.open_days import first_open_day

KIND = "unit"
DAY = datetime.timedelta(days=1)


def kinds_of(division: Division) -> list[UnitKind]:
    """A town has its clinic; a county and a prefecture have their bureaus."""
    if division.level == Level.TOWNSHIP:
        return [UnitKind.CLINIC]
    return [kind for kind in UnitKind if kind != UnitKind.CLINIC] if division.level <= Level.COUNTY else []


def _check_reach(by: Staff, division: Division) -> None:
    if by.role != Role.CITY or division.prefecture != by.area:
        raise Refused("单位名称由市级维护，只能改本市的单位。")


def _check_day(by: Staff, since: datetime.date) -> None:
    """Raises Refused for a day within a month that was submitted under the old name."""
    open_from = first_open_day([by.area], hold=True)
    if open_from and since < open_from:
        last = open_from - DAY
        raise Refused(f"统计到 {last} 的月份已经有县（区）上报，上面印的是原来的名称。启用日期请填 {open_from} 或以后。", "since")


@transaction.atomic
def name_unit(
    *, by: Staff, division: Division, kind: str, name: str, short_name: str, since: datetime.date, document: str
) -> UnitName:  # fmt: skip
    """From a day on the unit bears another name; whatever was or is dated before keeps the old one.

    Raises Refused: another prefecture's unit, a kind that the division has not, a day in a submitted month, a name for that day.
    """
    _check_reach(by, division)
    if kind not in kinds_of(division):
        raise Refused(f"{division.label}没有这类部门，请重新选择。", "kind")
    if name[:1] in ("=", "+", "-", "@"):
        raise Refused(f"名称以“{name[0]}”开头，可能是公式。请改正。", "name")
    _check_day(by, since)
    names = UnitName.objects.filter(division=division, kind=kind)
    if names.filter(since=since).exists():
        raise Refused(f"{division.label}的{UnitKind(kind).label}已有 {since} 启用的名称。请换一个日期，或先撤回那个名称。", "since")
    before = names.filter(since__lte=since).order_by("-since").first()
    if before and (before.name, before.short_name) == (name, short_name):
        raise Refused(f"{since} 时已经叫{name}，不用再加。", "name")
    try:
        with transaction.atomic():
            made = UnitName.objects.create(division=division, kind=kind, name=name, short_name=short_name, since=since)
    except IntegrityError:  # Two officials gave the same unit a name from the same day in the same moment.
        raise Refused("这个单位刚刚由别人加了同一天启用的名称。请看过再改。", "since") from None
    text = f"自 {since} 起称{name}" + (f"（原称{before.name}）" if before else "")
    note_change(by=by, kind=KIND, subject=f"{division.label} {UnitKind(kind).label}", text=text, document=document)
    return made


@transaction.atomic
def withdraw_name(*, by: Staff, unit_name: UnitName, document: str) -> None:
    """A name that has not come into use goes again. Raises Refused for one that is or was in use."""
    held = UnitName.objects.select_for_update(of=("self",)).select_related("division").filter(pk=unit_name.pk).first()
    if held is None:
        raise Refused("这个名称刚刚由别人撤回。请返回单位名称再看。")
    _check_reach(by, held.division)
    if held.since <= clock.today():
        raise Refused(f"“{held.name}”从 {held.since} 起已经启用，不能撤回。要改名，请另加一个以后启用的名称。")
    _check_day(by, held.since)
    held.delete()
    text = f"撤回 {held.since} 启用的名称{held.name}"
    note_change(by=by, kind=KIND, subject=f"{held.division.label} {held.get_kind_display()}", text=text, document=document)
