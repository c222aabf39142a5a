"""专职联系人: who has answered and who has not, a unit's person named or corrected, and the post handed over with its list."""

import datetime
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from hospitals.contact_forms import ContactForm, HandOverForm
from hospitals.contacting import BUREAU, Unit, bureaus_on, correct_contact, name_contact, not_answered, units_for
from hospitals.handing_over import IN_HAND, cases_in_hand, hand_over_contact, mark_of, tasks_of
from hospitals.models import ContactHandOver
from hospitals.open_tasks import Task
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import asked, posted
from ledger.models import Person, Role, Staff
from ledger.views.acting import acted

SHOWN = 50


@dataclass
class Line:
    """One unit of the list, and what this reader may do with it."""

    unit: Unit
    keeps: bool
    hands_over: bool


def _lines(staff: Staff, units: list[Unit]) -> list[Line]:
    found = []
    for unit in units:
        keeps = unit.kept_by(staff)
        found.append(Line(unit, keeps, keeps and unit.contact is not None and (unit.county is None or staff.role == Role.LEAD)))
    return found


def contacts(request: HttpRequest) -> HttpResponse:
    """Every unit in reach with its person; ``missing=1`` only those who have named nobody."""
    staff = request.user
    units = units_for(staff, clock.today())
    missing = not_answered(units)
    only = asked(request, "missing") == "1"
    lines = _lines(staff, missing if only else units)
    context = {
        "lines": lines, "number": len(units), "answered": len(units) - len(missing), "missing": missing, "only": only, "handed": _handed(staff, units)[:SHOWN],
        "first": next((line for line in lines if line.keeps and line.unit.contact is None), None) if staff.role != Role.CITY else None, "area": staff.area,
        "receives": staff.role in BUREAU | {Role.CITY},
    }  # fmt: skip
    return render(request, "hospitals/contacts.html", context)


def _handed(staff: Staff, units: list[Unit]):
    """The lists of handing over of the units in reach, the newest first."""
    counties = [unit.county.pk for unit in units if unit.county]
    hospitals = [unit.hospital.pk for unit in units if unit.hospital]
    own = Q(after__county__in=counties) | Q(after__hospital__in=hospitals, after__prefecture=staff.area.prefecture)
    return ContactHandOver.objects.filter(own).select_related("before", "after__county", "after__hospital", "by")


def _bureau(request: HttpRequest) -> Unit:
    """The reader's own bureau."""
    return next(unit for unit in units_for(request.user, clock.today()) if unit.county)


def _hospital(request: HttpRequest, pk: int) -> Unit:
    """The hospital of the address, where this member of staff names its person; any other is not there."""
    for unit in units_for(request.user, clock.today()):
        if unit.hospital and unit.hospital.pk == pk and unit.kept_by(request.user):
            return unit
    raise Http404


def bureau_contact(request: HttpRequest) -> HttpResponse:
    """The own bureau's person."""
    return _name(request, _bureau(request))


def hospital_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """A hospital's person."""
    return _name(request, _hospital(request, pk))


def _name(request: HttpRequest, unit: Unit) -> HttpResponse:
    """Named for the first time, or corrected."""
    request.nav_name = "hospitals:contacts"
    form = ContactForm(posted(request), unit=unit, contact=unit.contact)

    def act(data: dict) -> str:
        return _saved(request.user, unit, data)

    if acted(request, form, act):
        return redirect("hospitals:contacts")
    context = {"form": form, "place": unit, "contact": unit.contact}
    return render(request, "hospitals/contact.html", context, status=422 if form.errors else 200)


def _saved(by: Staff, unit: Unit, facts: dict) -> str:
    if unit.contact is None:
        contact = name_contact(by=by, unit=unit, **facts)
        return f"已填报{unit.name}的联系人{contact.name}。"
    changed = correct_contact(by=by, unit=unit, contact=unit.contact, **facts)
    return f"已更正{unit.name}联系人的{'、'.join(changed)}。" if changed else "没有改动，不用保存。"


def bureau_hand_over(request: HttpRequest) -> HttpResponse:
    """The own bureau's person hands over."""
    return _hand_over(request, _bureau(request))


def hospital_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """A hospital's person hands over."""
    return _hand_over(request, _hospital(request, pk))


def _hand_over(request: HttpRequest, unit: Unit) -> HttpResponse:
    """Who takes over and why, above the list of what goes with the post; nothing moves before it was seen."""
    request.nav_name = "hospitals:contacts"
    if unit.contact is None:
        messages.error(request, f"{unit.name}还没有填报联系人，不用交接，请直接填报。")
        return redirect("hospitals:contacts")
    form = HandOverForm(posted(request), unit=unit)
    if request.method == "POST" and form.is_valid():
        try:
            done = hand_over_contact(by=request.user, unit=unit, seen=request.POST.get("seen", ""), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已由{done.before.name}交给{done.after.name}。请打印清单，双方签名。")
            return redirect("hospitals:contact-list", done.pk)
    cases = cases_in_hand(unit, unit.contact, by=request.user)
    tasks = tasks_of(unit, cases)
    if request.method == "GET":
        told = {"list": "contact-hand-over", "rows": min(len(tasks), SHOWN), "what": "联系人交接"}
        record("viewed_list", by=request.user, county=unit.answers, detail=told)
    context = {
        "form": form, "place": unit, "contact": unit.contact, "number": len(tasks), "moved": len(cases), "counts": _counts(tasks),
        "tasks": with_people(request.user, tasks[:SHOWN]), "seen": mark_of(unit.contact, cases),
    }  # fmt: skip
    return render(request, "hospitals/contact_hand_over.html", context, status=422 if form.errors else 200)


def _counts(tasks: list[Task]) -> list[tuple[str, int]]:
    """How many of each kind, in the list's order."""
    counted: dict[str, int] = {}
    for task in tasks:
        counted[task.kind] = counted.get(task.kind, 0) + 1
    return list(counted.items())


def with_people(staff: Staff, tasks: list[Task]) -> list[tuple[Task, Person | None]]:
    """Each task with its person, as far as this member of staff sees them; whose record was merged since stands under the kept one."""
    ids = {task.person for task in tasks}
    everybody = Person.objects.everywhere("where the records of a list went")
    merged = everybody.filter(pk__in=ids).exclude(merged_into=None)
    now = {pk: everybody.bearer(pk).pk for pk in merged.values_list("pk", flat=True)}
    people = Person.objects.visible_to(staff).filter(pk__in=(ids - now.keys()) | set(now.values()))
    known = {person.pk: person for person in people.select_related("township", "village")}
    return [(task, known.get(now.get(task.person, task.person))) for task in tasks]


def hand_over_list(request: HttpRequest, pk: int) -> HttpResponse:
    """交接清单, to print and sign: every open task as it stood when the post changed hands."""
    request.nav_name = "hospitals:contacts"
    done = get_object_or_404(_handed(request.user, units_for(request.user, clock.today())), pk=pk)
    tasks = [Task(**{**told, "since": datetime.date.fromisoformat(told["since"])}) for told in done.tasks]
    county, hospital = done.after.county, done.after.hospital
    place = hospital.name if hospital else bureaus_on([county], done.on)[county.pk]
    told = {"list": "contact-hand-over", "rows": len(tasks), "what": "联系人交接清单"}
    record("printed", by=request.user, subject=done, county=done.after.county, detail=told)
    context = {
        "done": done, "place": place, "tasks": with_people(request.user, tasks), "counts": _counts(tasks), "in_hand": IN_HAND,
        "printed_at": clock.now(),
    }  # fmt: skip
    return render(request, "hospitals/contact_list.html", context)
