"""专家组 as a city and its counties keep them (annex 5): groups with subgroups, their heads and members, each change with its document."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from hospitals.directory import areas_of
from hospitals.models import Consultation, Expert, ExpertGroup, Hospital
from ledger import clock
from ledger.actions.data_changes import note_change
from ledger.actions.refusals import Refused
from ledger.models import Disease, Division, Role, Staff

KIND = "expert"
KEEPERS = (Role.CITY, Role.CLERK, Role.LEAD)


@dataclass(frozen=True)
class ExpertFacts:
    """What the page says of a member."""

    name: str
    hospital: Hospital
    department: str
    title: str
    phone: str
    heads: bool
    staff: Staff | None


def keeps(staff: Staff, area: Division) -> bool:
    """Whose groups they are: the city keeps the city's, each county bureau its own."""
    return staff.role in KEEPERS and staff.area_id == area.pk


def groups_seen(staff: Staff) -> QuerySet[ExpertGroup]:
    """The standing groups of the reader's area with their standing members: the prefecture's first, then the counties'."""
    members = Prefetch("experts", Expert.objects.filter(ended_on=None).select_related("hospital", "staff"), to_attr="members")
    groups = ExpertGroup.objects.filter(area__in=areas_of(staff), ended_on=None).select_related("area", "parent")
    return groups.prefetch_related(members, "diseases").order_by("area__code", "position", "pk")


def _hold(group: ExpertGroup, by: Staff) -> ExpertGroup:
    """One keeper at a time changes a group. Raises Refused for anybody but the area's own, and for a group that has ended."""
    held = ExpertGroup.objects.select_for_update(of=("self",)).select_related("area", "parent").get(pk=group.pk)
    if not keeps(by, held.area):
        raise Refused(f"{held.area.label}的专家组由{held.area.label}卫健部门维护。")
    if held.ended_on:
        raise Refused(f"{held.name}已在 {held.ended_on} 撤销。")
    return held


def _check_name(name: str, field: str = "name") -> None:
    if name[:1] in ("=", "+", "-", "@"):
        raise Refused(f"“{name}”以“{name[0]}”开头，可能是公式。请改正。", field)


def _check_free(area: Division, parent: ExpertGroup | None, name: str, except_pk: int | None = None) -> None:
    _check_name(name)
    if ExpertGroup.objects.exclude(pk=except_pk).filter(area=area, parent=parent, name=name).exists():
        raise Refused(f"已有“{name}”（撤销的也算）。请换一个名称。", "name")


def _subject(group: ExpertGroup) -> str:
    above = f"{group.parent.name}·" if group.parent else ""
    return f"{group.area.label}专家组：{above}{group.name}"


@transaction.atomic
def add_group(*, by: Staff, parent: ExpertGroup | None, name: str, diseases: list[Disease], document: str) -> ExpertGroup:
    """A group of the keeper's own area, or a subgroup of one. Raises Refused: not a keeper, a name that is taken, a third storey."""
    if by.role not in KEEPERS:
        raise Refused("专家组由市、县卫健部门维护。")
    area = Division.objects.select_for_update(of=("self",), no_key=True).get(pk=by.area_id)
    if parent is not None:
        parent = _hold(parent, by)
        if parent.parent_id:
            raise Refused(f"{parent.name}已经是分组，不能再分。请加在{parent.parent.name}下。")
    _check_free(area, parent, name)
    after = ExpertGroup.objects.filter(area=area).order_by("-position").values_list("position", flat=True).first()
    group = ExpertGroup.objects.create(area=area, name=name, parent=parent, position=(after or 0) + 1)
    group.diseases.set(diseases)
    names = "、".join(str(one) for one in diseases)
    note_change(by=by, kind=KIND, subject=_subject(group), text="成立" + (f"，病种：{names}" if names else ""), document=document)
    return group


@transaction.atomic
def change_group(*, by: Staff, group: ExpertGroup, name: str, diseases: list[Disease], document: str) -> ExpertGroup:
    """Another name, other diseases. Raises Refused: not its keeper, a name that is taken, nothing changed."""
    held = _hold(group, by)
    before = list(held.diseases.order_by("position"))
    told = []
    if name != held.name:
        _check_free(held.area, held.parent, name, held.pk)
        told.append(f"名称：{held.name} → {name}")
    if {one.pk for one in before} != {one.pk for one in diseases}:
        words = ["、".join(str(one) for one in some) or "无" for some in (before, diseases)]
        told.append(f"病种：{words[0]} → {words[1]}")
    if not told:
        raise Refused("没有改动，不用保存。")
    subject = _subject(held)
    held.name = name
    held.save(update_fields=["name"])
    held.diseases.set(diseases)
    note_change(by=by, kind=KIND, subject=subject, text="；".join(told), document=document)
    return held


@transaction.atomic
def end_group(*, by: Staff, group: ExpertGroup, document: str) -> ExpertGroup:
    """The group is dissolved today, its members with it. Raises Refused while it has subgroups or consultations to answer."""
    held = _hold(group, by)
    if held.subgroups.filter(ended_on=None).exists():
        raise Refused("还有分组。请先撤销分组。")
    waiting = Consultation.objects.everywhere("how many a group has still to answer").filter(group=held).open().count()
    if waiting:
        raise Refused(f"还有 {waiting} 件会诊没有答复。请先答复或取消，再撤销。")
    held.ended_on = clock.today()
    held.save(update_fields=["ended_on"])
    gone = held.experts.filter(ended_on=None).update(ended_on=clock.today())
    note_change(by=by, kind=KIND, subject=_subject(held), text=f"撤销，成员 {gone} 人", document=document)
    return held


def _check_expert(facts: ExpertFacts, group: ExpertGroup, except_pk: int | None = None) -> None:
    _check_name(facts.name)
    standing = group.experts.filter(ended_on=None).exclude(pk=except_pk)
    if standing.filter(name=facts.name, hospital=facts.hospital).exists():
        raise Refused(f"{facts.hospital.name}的{facts.name}已在{group.name}里。", "name")
    if facts.staff is not None:
        if facts.staff.role != Role.EXPERT or facts.staff.area.prefecture != group.area.prefecture:
            raise Refused("这个账号不是本市的专家账号，请重新选择。", "staff")
        if standing.filter(staff=facts.staff).exists():
            raise Refused(f"这个账号已是{group.name}另一位成员的。", "staff")


def _one_head(group: ExpertGroup, head: Expert) -> str:
    """A group has one head: whoever headed it before is a member from now on. Answers what to tell of it."""
    before = group.experts.filter(ended_on=None, heads=True).exclude(pk=head.pk).first()
    if before is None:
        return ""
    before.heads = False
    before.save(update_fields=["heads"])
    return f"，接替{before.name}"


@transaction.atomic
def add_expert(*, by: Staff, group: ExpertGroup, facts: ExpertFacts, document: str) -> Expert:
    """A member joins today; a new head takes the place of the one before. Raises Refused: in the group already, a wrong account."""
    held = _hold(group, by)
    _check_expert(facts, held)
    expert = Expert(group=held, since=clock.today(), **vars(facts))
    told = _one_head(held, expert) if facts.heads else ""
    expert.save()
    who = f"{facts.name}（{facts.hospital.name}{facts.department}{facts.title}）"
    note_change(by=by, kind=KIND, subject=_subject(held), text=f"{'组长' if facts.heads else '成员'}加入：{who}{told}", document=document)
    return expert


@transaction.atomic
def change_expert(*, by: Staff, expert: Expert, facts: ExpertFacts, document: str) -> Expert:
    """Another department, title, telephone, account, or the head's place. Raises Refused: left already, nothing changed."""
    held = _hold(expert.group, by)
    stands = Expert.objects.select_for_update(of=("self",)).select_related("hospital", "staff").get(pk=expert.pk)
    if stands.ended_on:
        raise Refused(f"{stands.name}已在 {stands.ended_on} 退出。")
    _check_expert(facts, held, stands.pk)
    labels = {
        "name": "姓名",
        "hospital": "医院",
        "department": "科室",
        "title": "职称",
        "phone": "联系电话",
        "heads": "组长",
        "staff": "账号",
    }
    before = {name: getattr(stands, name) for name in labels} | {"phone": stands.phone.reveal()}
    changed = [name for name, value in vars(facts).items() if before[name] != value]
    if not changed:
        raise Refused("没有改动，不用保存。")
    told = f"{stands.name}改了{'、'.join(labels[name] for name in changed)}" + (_one_head(held, stands) if facts.heads else "")
    for name in changed:
        setattr(stands, name, getattr(facts, name))
    stands.save()
    note_change(by=by, kind=KIND, subject=_subject(held), text=told, document=document)
    return stands


@transaction.atomic
def end_expert(*, by: Staff, expert: Expert, document: str) -> Expert:
    """A member leaves today; what was answered stays theirs. Raises Refused for one who left before."""
    held = _hold(expert.group, by)
    stands = Expert.objects.select_for_update(of=("self",)).select_related("hospital").get(pk=expert.pk)
    if stands.ended_on:
        raise Refused(f"{stands.name}已在 {stands.ended_on} 退出。")
    stands.ended_on, stands.heads = clock.today(), False
    stands.save(update_fields=["ended_on", "heads"])
    note_change(by=by, kind=KIND, subject=_subject(held), text=f"退出：{stands.name}（{stands.hospital.name}）", document=document)
    return stands
