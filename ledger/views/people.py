"""A person's page, and what is done from it: revealing a number, correcting, moving house, finding by ID number."""

from django.contrib import messages
from django.forms import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger import clock
from ledger.actions import people as actions
from ledger.actions.homes import move_house
from ledger.actions.id_numbers import formerly_of
from ledger.actions.refusals import HeldElsewhere, Refused, Stale
from ledger.actions.since import Unseen, told_up_to
from ledger.actions.trail import record
from ledger.forms import LedgerForm, NumberText, PlainField, posted, whole_number
from ledger.identity import IdNumberError, read_id_number
from ledger.models import Case, CaseEvent, Category, Person, Programme
from ledger.models.person import VERIFIER, manages
from ledger.person_forms import HomeForm, PersonForm
from ledger.progress import case_progress
from ledger.views.merged import here_or_led_on
from ledger.views.reading import note_form, note_reading
from ledger.views.register import Identity, identity_of

NEWEST = 5


def find_person(request: HttpRequest, pk: int) -> Person:
    """The person, if this member of staff may see them; 404 otherwise. Raises MergedAway for a record that is part of another now."""
    request.nav_name = "ledger:case-list"
    return here_or_led_on(request.user, Person.objects.visible_to(request.user).select_related("county__parent", "township", "village"), pk)


def person(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_person(request, pk)
    today = clock.today()
    events = list(CaseEvent.objects.of(found).told_to(request.user))
    covered = {disease.pk for disease in Programme.of(found.county).covered_on(today)}
    cases = (
        Case.objects.visible_to(request.user)
        .filter(person=found)
        .select_related("disease", "county", "assigned_to")
        .order_by("registered_on", "pk")
    )
    progress = [case_progress(case, request.user, [e for e in events if e.case_id == case.pk], covered) for case in cases]
    facts = list(found.categories.select_related("verified_by"))
    for fact in facts:
        fact.mine = VERIFIER[Category(fact.category)] == request.user.role
        fact.managed = manages(request.user.role, fact.category)
        fact.holds = fact.holds_on(today)
    forward = [step for one in progress for step in one.steps if step.forward]
    note_reading(request, found)
    context = {
        "person": found, "progress": progress, "facts": facts, "held": [fact for fact in facts if fact.holds], "next": forward[0] if forward else None,
        "merges": found.merges.filter(undone_at=None).select_related("gone", "merged_by"),
        "seen": max((event.pk for event in events), default=0), "special": sum(one.special for one in progress), "events": events[:NEWEST], "event_count": len(events),
        "enrolments": found.enrolments.all()[:2], "card": found.policy_cards.first(), "left": not found.residences.filter(during__endswith=None).exists(),
    }  # fmt: skip
    return render(request, "ledger/person.html", context)


def timeline(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_person(request, pk)
    note_reading(request, found, "经过")
    return render(request, "ledger/timeline.html", {"person": found, "events": CaseEvent.objects.of(found).told_to(request.user)})


def reveal_number(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """A number in full: a click, and a row on the trail."""
    found = find_person(request, pk)
    if what not in actions.REVEALABLE:
        raise Http404
    number = actions.reveal(by=request.user, person=found, what=what)
    if request.htmx:
        return render(request, "ledger/_revealed.html", {"number": number})
    messages.info(request, f"{found.name}的{actions.REVEALABLE[what]}：{number}。已记入查看日志。")
    return redirect("ledger:person", pk)


class EditForm(PersonForm):
    """Corrections to a person; home and categories have pages of their own."""

    why = PlainField(label="修改说明", required=False, max_length=100)

    def __init__(self, *args, person: Person, **kwargs):
        initial = {
            name: getattr(person, name) for name in self.base_fields if hasattr(person, name) and name not in ("township", "village")
        }
        for name in ("id_number", "phone", "contact_phone", "village_doctor_phone"):
            initial[name] = initial[name].reveal()
        initial |= {"township": person.township_id, "village": person.village_id}
        super().__init__(*args, initial=initial, **kwargs)
        for name in ("contact_relation", "id_absent_reason"):  # A word that the list no longer has is kept until somebody changes it.
            if initial[name] and initial[name] not in dict(self.fields[name].choices):
                self.fields[name].choices = [*self.fields[name].choices, (initial[name], initial[name])]
        self.fields["township"].disabled = True
        if person.id_number:  # Correcting it is an act of its own, with its reason.
            self.fields["id_number"].disabled = self.fields["id_absent_reason"].disabled = True
        self.fields["village"].choices = [(person.village_id, person.village.name)]
        self.person = person

    def clean(self):
        data = super().clean()
        self.errors.pop("village", None)
        data["village"] = self.person.village
        return data


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_person(request, pk)
    form = EditForm(posted(request), staff=request.user, person=found)
    identity, stale = Identity.of(found.id_number.reveal() or request.POST.get("id_number", "")), None
    version = request.POST.get("version", str(found.version))
    if request.method == "POST":
        if form.is_valid():
            identity = identity_of(form, request.user, except_pk=found.pk)
        if not form.errors:
            try:
                actions.correct_person(by=request.user, person=found, version=whole_number(version) or 0, facts=form.facts())
            except Stale as conflict:
                stale = conflict
                version = str(Person.objects.visible_to(request.user).get(pk=pk).version)
            except Refused as refused:
                form.refuse(refused)
            else:
                messages.success(request, "资料已保存。")
                return redirect("ledger:person", pk)
    else:
        record("opened_for_edit", by=request.user, subject=found, county=found.county)
    context = {"form": form, "person": found, "identity": identity, "stale": stale, "version": version, "forms": [form]}
    return render(request, "ledger/person_edit.html", context, status=(409 if stale else 422) if request.method == "POST" else 200)


def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Moving house inside the prefecture; the case goes to the new county from that day."""
    found = find_person(request, pk)
    form, seen = HomeForm(posted(request), staff=request.user), whole_number(request.POST.get("seen", ""))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            moved = move_house(
                by=request.user, person=found, village=data["village_code"], address=data["address"], on=data["on"], reason=data["reason"],
                seen=seen,
            )  # fmt: skip
        except Unseen as unseen:
            form.refuse(unseen)
            seen = None
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{moved.name}自 {data['on']} 起的住址已改为{moved.county.label}{moved.full_address}。")
            still_ours = Person.objects.visible_to(request.user).filter(pk=pk).exists()
            return redirect("ledger:person", pk) if still_ours else redirect("ledger:case-list")
    note_form(request, found, "搬迁")
    context = {
        "person": found, "form": form, "seen": told_up_to() if seen is None else seen, "title": "搬迁", "save": "保存搬迁",
        "lead": f"现住{found.full_address}。搬到外县的，病例自搬迁之日起转到新的县；以前的上报不变。",
        "layout": [("village_code", "w3"), ("address", "w4"), ("on", "w2"), ("reason", "w3")],
    }  # fmt: skip
    return render(request, "ledger/person_form.html", context, status=422 if form.errors else 200)


class FindForm(LedgerForm):
    id_number = NumberText(label="身份证号", max_length=40)

    def clean_id_number(self):
        try:
            return read_id_number(self.cleaned_data["id_number"], clock.today())
        except IdNumberError as error:
            raise ValidationError(str(error)) from None


def find(request: HttpRequest) -> HttpResponse:
    """By the exact ID number, by POST, so that no number stands in an address or a log."""
    form = FindForm(posted(request))
    answer, unknown, elsewhere = "", False, False
    if request.method == "POST" and form.is_valid():
        try:
            holder = actions.holder_of(form.cleaned_data["id_number"], by=request.user)
        except (Refused, HeldElsewhere) as refused:
            form.refuse(refused)
        else:
            if holder.person and Person.objects.visible_to(request.user).filter(pk=holder.person.pk).exists():
                return redirect("ledger:person", holder.person.pk)
            elsewhere = holder.elsewhere
            if holder.elsewhere or holder.person:
                answer = "已在其他县区登记，可申请转入。" if holder.elsewhere else "本县其他乡镇已登记，请与县卫健部门联系。"
            else:
                former = formerly_of(form.cleaned_data["id_number"], by=request.user)
                if former:
                    messages.info(request, f"这个证号已于 {former.until} 改正，这里是{former.person.name}现在的资料。")
                    return redirect("ledger:person", former.person_id)
                answer, unknown = "没有登记过这个身份证号。", True
    context = {"form": form, "answer": answer, "unknown": unknown, "elsewhere": elsewhere}
    return render(request, "ledger/find.html", context, status=422 if form.errors else 200)
