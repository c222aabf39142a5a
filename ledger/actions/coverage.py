"""The yearly disease lists as the city keeps them: made, changed and removed while no submitted month was counted by them."""

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from ledger import clock
from ledger.actions.data_changes import note_change
from ledger.actions.refusals import Refused
from ledger.models import Coverage, CoverageList, DataChange, Disease, Division, Programme, Role, Staff
from ledger.models.division import Level
from ledger.open_days import first_open_day

KIND = "coverage"
NATIONAL = "national"
YEARS_AHEAD = 5
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Grounds:
    """What a list is checked against: whose it is, and from which day on no month was submitted."""

    prefecture: Division
    programme: Programme
    open_from: datetime.date | None


def keeps_own(prefecture: Division) -> bool:
    """Whether the prefecture follows a list of its own: neither the nation's nor one that another prefecture follows too."""
    programme = prefecture.programme
    if programme is None or programme.code == NATIONAL:
        return False
    return not Division.objects.filter(programme=programme).exclude(pk=prefecture.pk).exists()


def grounds_of(prefecture: Division, *, hold: bool = False) -> Grounds:
    """The programme in force and its first open day; with ``hold`` nobody submits a month meanwhile."""
    return Grounds(prefecture, Programme.of(prefecture), first_open_day([prefecture], hold=hold))


def is_closed(starts_on: datetime.date, grounds: Grounds) -> bool:
    """Whether a list may have counted in a submitted month: then it stays as it is."""
    return grounds.open_from is not None and starts_on < grounds.open_from


def fingerprint(coverage_list: CoverageList) -> str:
    """What a list says, in one word: whoever saves it must have seen the list as it stands."""
    rows = list(coverage_list.rows.order_by("position", "pk").values_list("disease", "position", "document"))
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def check_new(grounds: Grounds, starts_on: datetime.date, diseases: Sequence[Disease]) -> None:
    """Raises Refused: a start within a submitted month, on the day of another list or years ahead, an empty list."""
    if not diseases:
        raise Refused("请至少选择一个病种。", "diseases")
    if is_closed(starts_on, grounds):
        last = grounds.open_from - DAY
        raise Refused(f"统计到 {last} 的月份已经有县（区）上报，不能再改。生效日期请填 {grounds.open_from} 或以后。", "starts_on")
    if starts_on.year > clock.today().year + YEARS_AHEAD:
        raise Refused(f"生效日期 {starts_on} 太远，请核对年份。", "starts_on")
    if grounds.programme.lists.filter(starts_on=starts_on).exists():
        raise Refused(f"已有 {starts_on} 起的目录。请打开那份目录修改，或换一个日期。", "starts_on")


def check_change(grounds: Grounds, coverage_list: CoverageList, seen: str) -> None:
    """Raises Refused: a list that a submitted month was counted by, one that somebody changed after it was opened."""
    if is_closed(coverage_list.starts_on, grounds):
        raise Refused(f"{coverage_list.starts_on} 起的目录已经用于上报的月份，不能再改。请新建一份以后生效的目录。")
    if seen != fingerprint(coverage_list):
        last = DataChange.objects.filter(prefecture=grounds.prefecture, kind=KIND).select_related("by").first()
        raise Refused(f"您打开之后，{last.by.full_name if last else '别人'}改过这份目录。请看过现在的目录，再改。")


def _hold(by: Staff) -> tuple[Division, Grounds]:
    """One official at a time changes a prefecture's lists, and no county submits meanwhile."""
    if by.role != Role.CITY:
        raise Refused("病种目录由市级维护。")
    prefecture = Division.objects.select_for_update(of=("self",), no_key=True).select_related("programme").get(pk=by.area_id)
    return prefecture, grounds_of(prefecture, hold=True)


def _own(prefecture: Division, by: Staff, document: str) -> Programme:
    """The prefecture's own programme; made at the first change as a copy of the one it followed."""
    if keeps_own(prefecture):
        return prefecture.programme
    followed = Programme.of(prefecture)
    earlier = Programme.objects.filter(code__startswith=f"city-{prefecture.code}").count()  # The operator put it back to another once.
    own = Programme.objects.create(code=f"city-{prefecture.code}" + (f"-{earlier + 1}" if earlier else ""), name=prefecture.name)
    for one in followed.lists.order_by("pk"):
        copied = CoverageList.objects.create(programme=own, year=one.year, effective_on=one.effective_on)
        Coverage.objects.bulk_create(
            Coverage(list=copied, disease_id=row.disease_id, position=row.position, document=row.document, status=row.status)
            for row in one.rows.order_by("position")
        )
    prefecture.programme = own
    prefecture.save(update_fields=["programme"])
    text = f"建立本市目录，抄自“{followed}”病种目录的 {own.lists.count()} 份；以后不再随“{followed}”的新目录变动"
    note_change(by=by, kind=KIND, subject=f"{own}病种目录", text=text, document=document)
    return own


def told_difference(before: Sequence[Disease], after: Sequence[Disease]) -> str:
    """增加肺癌；减少白内障 — or that nothing but the order moved."""
    known, wanted = {one.pk for one in before}, {one.pk for one in after}
    added = "、".join(str(one) for one in after if one.pk not in known)
    gone = "、".join(str(one) for one in before if one.pk not in wanted)
    parts = [f"增加{added}" if added else "", f"减少{gone}" if gone else ""]
    return "；".join(part for part in parts if part) or ("只改顺序" if [*before] != [*after] else "病种不变")


def _write(coverage_list: CoverageList, diseases: Sequence[Disease], document: str) -> None:
    """The list's rows anew; a disease that stays keeps the document that put it there."""
    kept = {row.disease_id: row for row in coverage_list.rows.all()}
    coverage_list.rows.all().delete()
    rows = []
    for position, disease in enumerate(diseases, 1):
        old = kept.get(disease.pk)
        rows.append(
            Coverage(
                list=coverage_list, disease=disease, position=position,
                document=old.document if old else document, status=old.status if old else "stated",
            )
        )  # fmt: skip
    Coverage.objects.bulk_create(rows)


@transaction.atomic
def add_list(*, by: Staff, starts_on: datetime.date, diseases: Sequence[Disease], document: str) -> CoverageList:
    """A new list that counts from a day on, until the programme's next. Raises Refused (see check_new)."""
    prefecture, grounds = _hold(by)
    check_new(grounds, starts_on, diseases)
    programme = _own(prefecture, by, document)
    before = programme.covered_on(starts_on)
    new_year = (starts_on.month, starts_on.day) == (1, 1)
    made = CoverageList.objects.create(programme=programme, year=starts_on.year, effective_on=None if new_year else starts_on)
    made.refresh_from_db()
    _write(made, diseases, document)
    text = f"新建目录，{len(diseases)} 个病种，比之前的目录：{told_difference(before, diseases)}"
    note_change(by=by, kind=KIND, subject=f"{programme}病种目录 {starts_on} 起", text=text, document=document)
    return made


def _held_list(coverage_list: CoverageList, grounds: Grounds, seen: str) -> CoverageList:
    held = CoverageList.objects.select_for_update().filter(pk=coverage_list.pk, programme=grounds.programme).first()
    if held is None:
        raise Refused("这份目录刚刚由别人删除。请返回病种目录再看。")
    check_change(grounds, held, seen)
    return held


@transaction.atomic
def change_list(*, by: Staff, coverage_list: CoverageList, seen: str, diseases: Sequence[Disease], document: str) -> CoverageList:
    """Other diseases, or another order, on a list that no submitted month was counted by. Raises Refused (see check_change)."""
    prefecture, grounds = _hold(by)
    if not keeps_own(prefecture):
        raise Refused(f"“{grounds.programme}”病种目录不归本市修改。请新建本市的目录。")
    held = _held_list(coverage_list, grounds, seen)
    if not diseases:
        raise Refused("请至少选择一个病种。", "diseases")
    before = [row.disease for row in held.rows.select_related("disease").order_by("position", "pk")]
    if [one.pk for one in before] == [one.pk for one in diseases]:
        raise Refused("病种和顺序都没有改动，不用保存。")
    _write(held, diseases, document)
    text = f"改为 {len(diseases)} 个病种：{told_difference(before, diseases)}"
    note_change(by=by, kind=KIND, subject=f"{grounds.programme}病种目录 {held.starts_on} 起", text=text, document=document)
    return held


@transaction.atomic
def remove_list(*, by: Staff, coverage_list: CoverageList, seen: str, document: str) -> None:
    """A list that was entered by mistake and that no submitted month was counted by. Raises Refused (see check_change)."""
    prefecture, grounds = _hold(by)
    if not keeps_own(prefecture):
        raise Refused(f"“{grounds.programme}”病种目录不归本市修改。请新建本市的目录。")
    held = _held_list(coverage_list, grounds, seen)
    starts_on, number = held.starts_on, held.rows.count()
    if not grounds.programme.lists.filter(starts_on__lte=starts_on).exclude(pk=held.pk).exists():
        raise Refused("这是最早的一份目录，删除后就没有目录可以统计。请改为修改这份目录。")
    held.delete()
    text = f"删除 {starts_on} 起的目录（{number} 个病种）"
    note_change(by=by, kind=KIND, subject=f"{grounds.programme}病种目录 {starts_on} 起", text=text, document=document)


def more_than_one_prefecture() -> bool:
    """Whether the installation serves several prefectures, which share diseases and report groups."""
    return Division.objects.filter(level=Level.PREFECTURE).count() > 1
