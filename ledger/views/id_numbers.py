"""改正身份证号: what would change is shown first, and saved by the second press."""

from django import forms
from django.contrib import messages
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger import clock
from ledger.actions import id_numbers as actions
from ledger.actions.people import holder_of
from ledger.actions.refusals import HeldElsewhere, Refused
from ledger.forms import LedgerForm, NumberText, PlainField, posted, whole_number
from ledger.identity import IdNumber, IdNumberError, read_id_number
from ledger.models import Person
from ledger.person_forms import words
from ledger.protection import keyed_hash
from ledger.views.people import find_person
from ledger.views.reading import note_form


class NumberForm(LedgerForm):
    id_number = NumberText(label="新的身份证号", max_length=40)
    why = forms.ChoiceField(label="改正原因", choices=words(actions.WHY, "请选择"))
    note = PlainField(label="说明", required=False, max_length=80, help_text="凭什么改，如：户口簿、公安证明")

    def clean_id_number(self):
        try:
            return read_id_number(self.cleaned_data["id_number"], clock.today())
        except IdNumberError as error:
            raise ValidationError(str(error)) from None

    def clean(self):
        data = super().clean()
        if data.get("why") == actions.OTHER and not data.get("note"):
            self.add_error("note", "原因选“其他”的，请写明说明。")
        return data


def _looked(person: Person, number: IdNumber) -> str:
    """Says that this number's effect on this person was shown; without the number itself."""
    return keyed_hash(f"looked {person.pk} {number.number}")[:16]


def id_number(request: HttpRequest, pk: int) -> HttpResponse:
    """First what the new number changes, then the saving. Somebody without a number gets a first one on the page of corrections."""
    found = find_person(request, pk)
    if not found.id_number:
        messages.info(request, "还没有身份证号，请在这里填写。")
        return redirect("ledger:person-edit", pk)
    form = NumberForm(posted(request))
    context: dict = {"person": found, "form": form, "version": str(found.version)}
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["id_number"]
        try:
            if "save" in request.POST and request.POST.get("looked") == _looked(found, number):
                _save(request, found, form)
                return redirect("ledger:person", pk)
            context |= {"effect": actions.effect_of(by=request.user, person=found, number=number), "looked": _looked(found, number)}
        except Refused as refused:
            form.refuse(refused)
            context["elsewhere"] = isinstance(refused, HeldElsewhere)
            context["holder"] = _holder(request, found, number) if refused.field == "id_number" else None
    note_form(request, found, "改正身份证号")
    return render(request, "ledger/id_number.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, found: Person, form: NumberForm) -> None:
    version = whole_number(request.POST.get("version", "")) or 0
    data = form.cleaned_data
    saved = actions.correct_id_number(
        by=request.user, person=found, version=version, number=data["id_number"], why=data["why"], note=data["note"]
    )
    messages.success(request, f"已改正{saved.name}的身份证号为 {saved.id_number}。按原来的证号仍能找到。")


def _holder(request: HttpRequest, found: Person, number: IdNumber) -> Person | None:
    """Whom of those in sight bears the number already: perhaps the same person, registered twice."""
    try:
        holder = holder_of(number, by=request.user).person
    except Refused:
        return None
    return Person.objects.visible_to(request.user).filter(pk=holder.pk).exclude(pk=found.pk).first() if holder else None
