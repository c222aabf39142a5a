"""Towns and villages as their county or city keeps them: added, renamed, ended and taken into use again."""

from dataclasses import dataclass

from django.db import transaction

from ledger import clock
from ledger.actions.data_changes import note_change
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Role, Staff
from ledger.models.division import CODE_LENGTH, Level

NAME_LENGTH = 60
KIND = "division"


@dataclass
class DivisionRow:
    """A line of a list of divisions: where it stood in the file, and what it says."""

    line: int
    code: str
    name: str


def parent_of(code: str, county: Division) -> Division:
    """Where a town's or village's code puts it. Raises Refused when it is none of this county's, or its town is not there."""
    if not code.isascii() or not code.isdigit():
        raise Refused(f"代码“{code[:20]}”要全是数字。乡镇 9 位，村 12 位。", "code")
    if len(code) not in (CODE_LENGTH[Level.TOWNSHIP], CODE_LENGTH[Level.VILLAGE]):
        raise Refused(f"乡镇代码要 9 位，村代码要 12 位，现在是 {len(code)} 位。请核对。", "code")
    if not code.startswith(county.code):
        raise Refused(f"代码要以{county.label}的 {county.code} 开头，请核对。", "code")
    if len(code) == CODE_LENGTH[Level.TOWNSHIP]:
        return county
    town = Division.objects.filter(code=code[:9], level=Level.TOWNSHIP, parent=county).first()
    if town is None:
        raise Refused(f"没有代码为 {code[:9]} 的乡镇。请先添加这个乡镇。", "code")
    return town


def checked_name(name: str) -> str:
    """Raises Refused for a name that is empty, too long or a formula."""
    name = name.strip()
    if not name:
        raise Refused("名称是空的，请填写。", "name")
    if len(name) > NAME_LENGTH:
        raise Refused(f"名称超过 {NAME_LENGTH} 个字，请缩短。", "name")
    if name[0] in "=+-@":
        raise Refused(f"名称以“{name[0]}”开头，可能是公式。请改为地名。", "name")
    return name


def lock_county(county: Division) -> None:
    """One hand at a time adds to a county's divisions, so that no code is taken between the look and the write."""
    Division.objects.select_for_update().get(pk=county.pk)


def county_kept(division: Division, by: Staff) -> Division:
    """The county to which a division belongs, if its keeper asks: the county's own bureau, or the city. Raises Refused."""
    county = division.county
    if county is not None and (county == by.area or (by.role == Role.CITY and county.parent_id == by.area_id)):
        return county
    raise Refused("只能维护管辖范围内的乡镇和村。")


def tell_city(by: Staff, county: Division, subject: str, text: str, document: str) -> None:
    """What the city changes in a county's divisions names its document; a county's own changes stand on the trail alone."""
    if by.role == Role.CITY:
        note_change(by=by, kind=KIND, subject=f"{county.label} {subject}", text=text, document=document)


@transaction.atomic
def add_division(*, by: Staff, parent: Division, code: str, name: str, document: str = "") -> Division:
    """A new town of the county or village of a town. Raises Refused: a wrong code, one in use, a parent that has ended,
    the city's change without a document.
    """
    county = county_kept(parent, by)
    lock_county(county)
    right_parent, name = parent_of(code, county), checked_name(name)
    if parent.level == Level.TOWNSHIP and not code.startswith(parent.code):
        raise Refused(f"代码要以{parent.name}的 {parent.code} 开头，请核对。", "code")
    if right_parent != parent:
        digits = CODE_LENGTH[Level(parent.level + 1)]
        raise Refused(f"{parent.label}的下级代码要 {digits} 位，现在是 {len(code)} 位。请核对代码或上级。", "code")
    if parent.ended_on:
        raise Refused(f"{parent.name}已停用，不能再添加村。", "parent")
    existing = Division.objects.filter(code=code).first()
    if existing:
        raise Refused(f"代码 {code} 已是{existing.name}，请核对。", "code")
    if parent.children.filter(name=name).exists():
        raise Refused(f"{parent.label}已有{name}，请核对。", "name")
    division = Division.objects.create(code=code, name=name, level=parent.level + 1, parent=parent)
    record("division_added", by=by, subject=division, county=county, detail={"code": code, "name": name})
    tell_city(by, county, f"{name}（{code}）", "新增", document)
    return division


def _kept(division: Division, by: Staff) -> tuple[Division, Division]:
    """The town or village as it stands, held, and its county."""
    division = Division.objects.select_for_update(of=("self",)).select_related("parent__parent").get(pk=division.pk)
    if division.level <= Level.COUNTY:
        raise Refused("县（区）由管理员在“区划与规则”里维护，这里只改乡镇和村。")
    return division, county_kept(division, by)


@transaction.atomic
def rename_division(*, by: Staff, division: Division, seen: str, name: str, document: str = "") -> Division:
    """Another name from now on; what was written under the old one keeps it. ``seen`` is the name that the page showed.

    Raises Refused: a name that a sister has, one that somebody changed meanwhile, the city's change without a document.
    """
    lock_county(county_kept(division, by))
    division, county = _kept(division, by)
    name, before = checked_name(name), division.name
    if before != seen:
        raise Refused(f"您打开之后，别人已把{seen}改名为{before}。请看过再改。", "name")
    if name == before:
        raise Refused("名称没有改动，不用保存。", "name")
    if division.parent.children.filter(name=name).exists():
        raise Refused(f"{division.parent.label}已有{name}，请核对。", "name")
    division.name = name
    division.save(update_fields=["name"])
    record("division_renamed", by=by, subject=division, county=county, detail={"code": division.code, "name": name, "before": before})
    tell_city(by, county, f"{before}（{division.code}）", f"改名为{name}", document)
    return division


@transaction.atomic
def end_division(*, by: Staff, division: Division, document: str = "") -> Division:
    """A merged town or village keeps its people and takes no new ones. Raises Refused while a town still has villages in use."""
    division, county = _kept(division, by)
    if division.ended_on:
        raise Refused(f"{division.name}已在 {division.ended_on} 停用。")
    villages = division.children.in_use().count()
    if villages:
        raise Refused(f"{division.name}还有 {villages} 个在用的村，请先停用这些村。")
    division.ended_on = clock.today()
    division.save(update_fields=["ended_on"])
    record("division_ended", by=by, subject=division, county=county, detail={"code": division.code, "name": division.name})
    tell_city(by, county, f"{division.name}（{division.code}）", "停用", document)
    return division


@transaction.atomic
def resume_division(*, by: Staff, division: Division, document: str = "") -> Division:
    """One that was ended by mistake is in use again. Raises Refused while its town is ended."""
    division, county = _kept(division, by)
    if division.ended_on is None:
        raise Refused(f"{division.name}正在使用，不用恢复。")
    if division.parent.ended_on:
        raise Refused(f"{division.parent.name}已停用，请先恢复它。")
    division.ended_on = None
    division.save(update_fields=["ended_on"])
    record("division_resumed", by=by, subject=division, county=county, detail={"code": division.code, "name": division.name})
    tell_city(by, county, f"{division.name}（{division.code}）", "恢复使用", document)
    return division
