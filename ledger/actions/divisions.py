"""Towns and villages as their county keeps them: added, renamed by import, ended and taken into use again."""

from dataclasses import dataclass

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Staff
from ledger.models.division import CODE_LENGTH, Level

NAME_LENGTH = 60


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


@transaction.atomic
def add_division(*, by: Staff, parent: Division, code: str, name: str) -> Division:
    """A new town of the county or village of a town. Raises Refused: a wrong code, one in use, a parent that has ended."""
    lock_county(by.area)
    right_parent, name = parent_of(code, by.area), checked_name(name)
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
    record("division_added", by=by, subject=division, county=by.area, detail={"code": code, "name": name})
    return division


def _of_own_county(division: Division, by: Staff) -> Division:
    division = Division.objects.select_for_update(of=("self",)).select_related("parent").get(pk=division.pk)
    if division.level <= Level.COUNTY or division.county != by.area:
        raise Refused("只能停用本县的乡镇和村。")
    return division


@transaction.atomic
def end_division(*, by: Staff, division: Division) -> Division:
    """A merged town or village keeps its people and takes no new ones. Raises Refused while a town still has villages in use."""
    division = _of_own_county(division, by)
    if division.ended_on:
        raise Refused(f"{division.name}已在 {division.ended_on} 停用。")
    villages = division.children.in_use().count()
    if villages:
        raise Refused(f"{division.name}还有 {villages} 个在用的村，请先停用这些村。")
    division.ended_on = clock.today()
    division.save(update_fields=["ended_on"])
    record("division_ended", by=by, subject=division, county=by.area, detail={"code": division.code, "name": division.name})
    return division


@transaction.atomic
def resume_division(*, by: Staff, division: Division) -> Division:
    """One that was ended by mistake is in use again. Raises Refused while its town is ended."""
    division = _of_own_county(division, by)
    if division.ended_on is None:
        raise Refused(f"{division.name}正在使用，不用恢复。")
    if division.parent.ended_on:
        raise Refused(f"{division.parent.name}已停用，请先恢复它。")
    division.ended_on = None
    division.save(update_fields=["ended_on"])
    record("division_resumed", by=by, subject=division, county=by.area, detail={"code": division.code, "name": division.name})
    return division
