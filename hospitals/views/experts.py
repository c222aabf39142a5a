"""专家组: read by everybody who may ask them, kept by the city and by each county bureau."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from hospitals import experts as actions
from hospitals.expert_forms import ExpertForm, GroupForm
from hospitals.experts import KIND, ExpertFacts, groups_seen, keeps
from hospitals.models import Expert, ExpertGroup
from ledger.data_change_list import last_changes
from ledger.forms import LedgerForm, asked, posted, whole_number
from ledger.kept_forms import KeptForm
from ledger.views.acting import acted

OTHER_DAY = "撤销、退出以后，以前的会诊意见仍保留。"


def experts(request: HttpRequest) -> HttpResponse:
    """Every group with its subgroups and members: the city's, then the counties' own."""
    staff = request.user
    groups = list(groups_seen(staff))
    below: dict[int, list[ExpertGroup]] = {}
    for group in groups:
        below.setdefault(group.parent_id or 0, []).append(group)
    tops = [
        {"group": top, "subgroups": below.get(top.pk, []), "keeps": keeps(staff, top.area),
         "number": len(top.members) + sum(len(one.members) for one in below.get(top.pk, []))}
        for top in below.get(0, [])
    ]  # fmt: skip
    context = {
        "tops": tops, "people": sum(top["number"] for top in tops), "may_add": keeps(staff, staff.area),
        **(last_changes(staff, KIND) if staff.role in actions.KEEPERS else {}),
    }  # fmt: skip
    return render(request, "hospitals/experts.html", context)


def _kept(request: HttpRequest, form: LedgerForm, act: Callable[[dict], str], page: str, **context) -> HttpResponse:
    """Show the form; on a good answer act once, say what was done and go back to the list."""
    request.nav_name = "hospitals:experts"
    if acted(request, form, act):
        return redirect("hospitals:experts")
    context |= {"form": form, "back": reverse("hospitals:experts"), "top": "专家组"}
    return render(request, page, context, status=422 if form.errors else 200)


def _own_group(request: HttpRequest, pk: int) -> ExpertGroup:
    standing = ExpertGroup.objects.filter(area=request.user.area_id, ended_on=None).select_related("area", "parent")
    return get_object_or_404(standing, pk=pk)


def _own_expert(request: HttpRequest, pk: int) -> Expert:
    standing = Expert.objects.filter(group__area=request.user.area_id, ended_on=None)
    return get_object_or_404(standing.select_related("group__area", "hospital", "staff"), pk=pk)


def group_new(request: HttpRequest) -> HttpResponse:
    """A group of one's own area; with ``?parent=`` a subgroup of one."""
    under = whole_number(asked(request, "parent") or request.POST.get("parent", ""))
    parent = _own_group(request, under) if under else None

    def act(data: dict) -> str:
        return f"已成立{actions.add_group(by=request.user, parent=parent, **data).name}。请再添加成员。"

    title = "添加分组" if parent else "添加专家组"
    told = f"{request.user.area.label}　{parent.name}" if parent else request.user.area.label
    hidden = {"parent": parent.pk} if parent else {}
    return _kept(
        request, GroupForm(posted(request)), act, "hospitals/expert_group.html", title=title, told=told, hidden=hidden, save="保存"
    )


def group_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name, other diseases."""
    group = _own_group(request, pk)
    form = GroupForm(posted(request), initial={"name": group.name, "diseases": list(group.diseases.all())})

    def act(data: dict) -> str:
        return f"已保存{actions.change_group(by=request.user, group=group, **data).name}。"

    return _kept(request, form, act, "hospitals/expert_group.html", title=f"修改{group.name}", told=group.area.label, save="保存")


def group_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The group is dissolved, its members with it."""
    group = _own_group(request, pk)

    def act(data: dict) -> str:
        return f"已撤销{actions.end_group(by=request.user, group=group, **data).name}。"

    return _kept(
        request, KeptForm(posted(request)), act, "ledger/kept_form.html", title=f"撤销{group.name}", told=group.area.label, save="撤销专家组",
        danger=True, section="依据", layout=[("document", "w4")], lead=f"成员一并退出。{OTHER_DAY}",
    )  # fmt: skip


def _expert_page(request: HttpRequest, group: ExpertGroup, form: ExpertForm, act: Callable[[dict], str], title: str) -> HttpResponse:
    told = f"{group.area.label}　{group.name}"
    return _kept(request, form, act, "hospitals/expert_form.html", title=title, told=told, save="保存")


def expert_new(request: HttpRequest, pk: int) -> HttpResponse:
    """One more member of a group."""
    group = _own_group(request, pk)

    def act(data: dict) -> str:
        document = data.pop("document")
        return f"{actions.add_expert(by=request.user, group=group, facts=ExpertFacts(**data), document=document).name}已加入{group.name}。"

    form = ExpertForm(posted(request), prefecture=request.user.area.prefecture)
    return _expert_page(request, group, form, act, "添加成员")


def expert_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another department, title, telephone, account, or the head's place."""
    expert = _own_expert(request, pk)
    initial = {name: getattr(expert, name) for name in ("name", "hospital", "department", "title", "staff", "heads")}
    form = ExpertForm(posted(request), prefecture=request.user.area.prefecture, initial=initial | {"phone": expert.phone.reveal()})

    def act(data: dict) -> str:
        document = data.pop("document")
        return f"已保存{actions.change_expert(by=request.user, expert=expert, facts=ExpertFacts(**data), document=document).name}。"

    return _expert_page(request, expert.group, form, act, f"修改{expert.name}")


def expert_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A member leaves."""
    expert = _own_expert(request, pk)

    def act(data: dict) -> str:
        return f"{actions.end_expert(by=request.user, expert=expert, **data).name}已退出{expert.group.name}。"

    return _kept(
        request, KeptForm(posted(request)), act, "ledger/kept_form.html", title=f"{expert.name}退出{expert.group.name}",
        told=f"{expert.hospital.name}　{expert.department}", save="退出专家组", danger=True, section="依据", layout=[("document", "w4")], lead=OTHER_DAY,
    )  # fmt: skip
