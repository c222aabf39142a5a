"""Registering a patient: one screen, by keyboard alone, with a warning of duplicates before saving."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger import clock
from ledger.actions.id_numbers import formerly_of
from ledger.actions.people import holder_of, register_person, similar_people
from ledger.actions.refusals import Refused
from ledger.forms import posted, whole_number
from ledger.identity import IdNumber, IdNumberError, age_on, read_id_number
from ledger.models import Division, Person, Role, Staff
from ledger.models.division import Level
from ledger.person_forms import CaseForm, CategoryRows, PersonForm, village_choices

FOUND_ONLY = {Role.CIVIL, Role.POVERTY, Role.DISABLED}


@dataclass
class Identity:
    """What the screen says beside the ID number while it is being typed."""

    number: IdNumber | None = None
    error: str = ""
    hint: str = ""
    holder: Person | None = None
    elsewhere: bool = False
    similar: list[Person] = field(default_factory=list)
    age: int | None = None

    @property
    def fills(self) -> bool:
        """Whether the number fills in sex and birth date, which are not for the hand then."""
        return self.number is not None and not self.error

    @classmethod
    def of(cls, typed: str) -> "Identity":
        """What a number says by itself, without asking who holds it; nothing for a wrong one."""
        try:
            number = read_id_number(typed, clock.today())
        except IdNumberError:
            return cls()
        return cls(number=number, age=age_on(number.born_on, clock.today()))


def look_up(
    *, by: Staff, typed: str, name: str, born_on=None, insurance_number: str = "", phone: str = "", except_pk: int | None = None
) -> Identity:
    """Check what was typed as an ID number, who holds it and who looks like the same person."""
    found = Identity()
    if typed.strip():
        try:
            found.number = read_id_number(typed, clock.today())
        except IdNumberError as error:
            found.error = str(error)
            return found
        born_on = found.number.born_on
        found.age = age_on(born_on, clock.today())
        county = Division.objects.filter(code=found.number.county_code, level=Level.COUNTY).first()
        found.hint = f"校验码正确，{found.number.county_code} {county.name if county else '（外地或旧代码，请核对）'}"
        try:
            holder = holder_of(found.number, by=by)
        except Refused as refused:
            found.error = refused.message
            return found
        if holder.elsewhere:
            found.elsewhere, found.error = True, "已在其他县区登记，可申请转入。"
        elif holder.person and holder.person.pk != except_pk:
            found.holder = holder.person
            found.error = f"本县已有{holder.person.name}用这个身份证号登记，请打开已有的资料。"
    if not found.error:
        found.similar = similar_people(
            by=by, name=name, born_on=born_on, insurance_number=insurance_number, phone=phone, except_pk=except_pk
        )
        former = formerly_of(found.number, by=by) if found.number and holder.person is None else None
        if former and former.person_id not in {one.pk for one in found.similar}:
            found.similar.insert(0, former.person)
    return found


def identity_check(request: HttpRequest) -> HttpResponse:
    """The fragment under the identity fields; sex and birth date come with it."""
    probe = PersonForm(request.POST, staff=request.user)
    name = probe.fields["name"].to_python(request.POST.get("name", ""))
    try:
        born_on = probe.fields["born_on"].to_python(request.POST.get("born_on", ""))
    except ValidationError:  # A half-typed date is not a question yet.
        born_on = None
    insurance = probe.fields["insurance_number"].to_python(request.POST.get("insurance_number", ""))
    except_pk = whole_number(request.POST.get("person", ""))
    edited = Person.objects.visible_to(request.user).filter(pk=except_pk).first() if except_pk else None
    # A number that stands already is not on the page of corrections: it fills in sex and birth date all the same.
    typed = edited.id_number.reveal() if edited and edited.id_number else request.POST.get("id_number", "")
    identity = look_up(
        by=request.user, typed=typed, name=name, born_on=born_on, insurance_number=insurance, except_pk=except_pk,
    )  # fmt: skip
    # What was typed by hand stays; only what an earlier number filled in is taken back.
    context = {"identity": identity, "fragment": True, "was_filled": "filled" in request.POST}
    return render(request, "ledger/_identity.html", context)


def villages(request: HttpRequest) -> HttpResponse:
    """The options of the village select for the chosen town."""
    choices = village_choices(request.user, request.GET.get("township", ""))
    return render(request, "ledger/_village_options.html", {"choices": choices})


def register(request: HttpRequest) -> HttpResponse:
    """One screen: identity, home, categories, disease. Saves all or nothing."""
    post = posted(request)
    person = PersonForm(post, staff=request.user)
    rows = CategoryRows(post, prefix="category")
    case = CaseForm(post, staff=request.user)
    identity = Identity()
    if request.method == "POST":
        valid = [person.is_valid(), rows.is_valid(), case.is_valid()]
        if hasattr(case, "cleaned_data"):
            case.check_age(person.cleaned_data.get("born_on"))
        identity = identity_of(person, request.user)
        if all(valid) and not case.errors and not person.errors:
            try:
                saved = register_person(
                    by=request.user,
                    facts=person.facts(),
                    categories=rows.entries(),
                    case=case.entry(),
                    found_only=request.user.role in FOUND_ONLY,
                )
            except Refused as refused:
                _show(refused, person, rows, case)
            else:
                messages.success(request, f"已登记{saved.name}，状态“{saved.cases.first().get_state_display()}”。")
                return redirect("ledger:register") if "another" in request.POST else redirect("ledger:person", saved.pk)
    context = {
        "form": person,
        "rows": rows,
        "case": case,
        "identity": identity,
        "found_only": request.user.role in FOUND_ONLY,
        "forms": [person, *rows.forms, case],
    }
    return render(request, "ledger/register.html", context, status=422 if request.method == "POST" else 200)


def identity_of(form: PersonForm, staff: Staff, except_pk: int | None = None) -> Identity:
    """The look-up for a posted form; an unchecked resemblance keeps it from being saved."""
    data = form.cleaned_data
    identity = look_up(
        by=staff, typed=form.identity.number if form.identity else "", name=data.get("name", ""), born_on=data.get("born_on"),
        insurance_number=data.get("insurance_number", ""), phone=data.get("phone", ""), except_pk=except_pk,
    )  # fmt: skip
    if identity.error and "id_number" not in form.errors:
        form.add_error("id_number", identity.error)
    if identity.similar and not data.get("not_the_same"):
        form.add_error("not_the_same", "本县有相似的人，请核对后勾选“我已核对，不是同一人”。")
    return identity


def _show(refused: Refused, *forms) -> None:
    """Put what an action refused to the form that has the field, else to the first."""
    candidates = [one for form in forms for one in (getattr(form, "forms", None) or [form])]
    target = next((form for form in candidates if refused.field in form.fields), candidates[0])
    target.refuse(refused)
