"""转入转出: a county asks for somebody who moved to it and sees its requests; the old county, or the city, answers."""

from django import forms
from django.contrib import messages
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger import clock
from ledger.actions import transfers as actions
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import DayField, LedgerForm, NumberText, PlainField, posted
from ledger.identity import IdNumberError, read_id_number
from ledger.models import Case, Person, Role, Staff, Transfer
from ledger.models.transfer import ACCEPTED, ASKED, LAPSED, REFUSED, WITHDRAWN
from ledger.person_forms import village_choices, villages_in_reach
from ledger.views.reading import note_reading

SHOWN = 50
MARKS = {
    ASKED: "warn", ACCEPTED: "ok st-done", REFUSED: "bad st-stop", WITHDRAWN: "idle st-end", LAPSED: "idle st-end",
}  # fmt: skip


def _marked(requests) -> list[Transfer]:
    """The newest of them, each with the mark of its state."""
    rows = list(requests.select_related("person__township", "person__village", "to_county", "from_county", "village__parent")[:SHOWN])
    for row in rows:
        row.mark = MARKS[row.state]
    return rows


def transfers(request: HttpRequest) -> HttpResponse:
    """What waits for one's answer first, then what one asked for, then what is done."""
    staff, today = request.user, clock.today()
    seen = Transfer.objects.visible_to(staff)
    at_city = staff.role == Role.CITY
    waiting = _marked(Transfer.objects.awaiting(staff, today).order_by("city_from", "asked_at"))
    own = seen.filter(state=ASKED, city_from__gt=today).order_by("city_from") if at_city else seen.filter(to_county=staff.area)
    done = seen.exclude(state=ASKED) if at_city else seen.filter(from_county=staff.area).exclude(state=ASKED)
    record("viewed_list", by=staff, county=staff.area.county, detail={"list": "transfers", "rows": len(waiting)})
    context = {"waiting": waiting, "own": _marked(own), "done": _marked(done), "at_city": at_city, "today": today}
    return render(request, "ledger/transfers.html", context)


class TransferForm(LedgerForm):
    """What the new county knows of somebody who moved to it."""

    id_number = NumberText(label="身份证号", max_length=40)
    name = PlainField(label="姓名", max_length=60)
    village = forms.ChoiceField(label="新的行政村")
    address = PlainField(label="新的详细住址", max_length=120)
    moved_on = DayField(label="搬迁日期")
    reason = PlainField(label="申请说明", max_length=300, help_text="写明因何迁入、凭什么材料，对方和市级会看到")

    def __init__(self, *args, staff: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = staff
        self.fields["village"].choices = village_choices(staff)

    def clean_id_number(self):
        try:
            return read_id_number(self.cleaned_data["id_number"], clock.today())
        except IdNumberError as error:
            raise ValidationError(str(error)) from None

    def clean_village(self):
        return villages_in_reach(self.staff).get(pk=self.cleaned_data["village"])

    def asked(self) -> actions.Asked:
        data = dict(self.cleaned_data)
        return actions.Asked(number=data.pop("id_number"), **data)


def transfer_ask(request: HttpRequest) -> HttpResponse:
    """The request. With ``start`` it comes from the page where the number was typed, and carries over what was typed there, by POST."""
    request.nav_name = "ledger:transfers"
    if "start" in request.POST:
        typed = {name: request.POST.get(name, "")[:120] for name in ("id_number", "name", "village", "address")}
        form = TransferForm(initial=typed, staff=request.user)
    else:
        form = TransferForm(posted(request), staff=request.user)
    if form.is_bound and form.is_valid():
        try:
            asked = actions.ask_transfer(by=request.user, asked=form.asked())
        except Refused as refused:
            form.refuse(refused)
        else:
            told = f"已申请转入（证号 {asked.given_number}）。转出方应在 {asked.city_from} 前答复，到那天还没有答复的由市级决定。"
            messages.success(request, told)
            return redirect("ledger:transfers")
    return render(request, "ledger/transfer_ask.html", {"form": form}, status=422 if form.errors else 200)


class AnswerForm(LedgerForm):
    answer = PlainField(label="说明", required=False, max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer"].hide_optional = True  # Refusing asks for it, and so does every decision of the city.


def _find(request: HttpRequest, pk: int) -> Transfer:
    request.nav_name = "ledger:transfers"
    wanted = Transfer.objects.visible_to(request.user).select_related(
        "from_county", "to_county", "village__parent", "asked_by", "answered_by"
    )
    found = get_object_or_404(wanted, pk=pk)
    found.mark = MARKS[found.state]
    return found


def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """One request. The answering side sees it beside the record and answers; the asking side sees what it typed, and may withdraw."""
    asked = _find(request, pk)
    answers = request.user.role == Role.CITY or request.user.area_id == asked.from_county_id
    form = AnswerForm(posted(request))
    if request.method == "POST" and form.is_valid() and _answered(request, asked, form):
        return redirect("ledger:transfers")
    now = asked.state == ASKED and answers
    too_early = request.user.role == Role.CITY and clock.today() < asked.city_from
    context = {"asked": asked, "form": form, "answers": answers, "may_answer": now and not too_early, "too_early": now and too_early}
    if now:
        context |= _beside(request, asked)
    else:
        context["reachable"] = Person.objects.visible_to(request.user).filter(pk=asked.person_id).exists()
    return render(request, "ledger/transfer.html", context, status=422 if form.errors else 200)


def _answered(request: HttpRequest, asked: Transfer, form: AnswerForm) -> bool:
    """Whether the answer was taken; what was refused stands on the form."""
    decision, answer = request.POST.get("decision"), form.cleaned_data["answer"]
    try:
        if decision == "accept":
            person = actions.accept_transfer(by=request.user, request=asked, answer=answer)
            messages.success(request, f"{person.name}已转到{asked.to_county.label}，病例一并转去；以前的上报不变。")
        elif decision == "refuse":
            actions.refuse_transfer(by=request.user, request=asked, answer=answer)
            messages.success(request, f"已答复{asked.to_county.label}：不同意转入。")
        else:
            raise Refused("请按“同意转入”或“不同意”。")
    except Refused as refused:
        form.refuse(refused)
        return False
    return True


def _beside(request: HttpRequest, asked: Transfer) -> dict:
    """The record as it stands, for whoever answers: compared here and nowhere else with what the other county typed."""
    people = Person.objects.visible_to(request.user).select_related("county", "township", "village")
    person = people.filter(pk=asked.person_id).first()
    if person is None:
        return {"obstacle": "这位患者已不在原来的县（区），不能转出。请不同意，并请对方重新申请。"}
    note_reading(request, person, "转入申请")
    return {
        "person": person,
        "home": person.residences.filter(during__endswith=None).first(),
        "cases": Case.objects.visible_to(request.user).filter(person=person).select_related("disease").order_by("pk"),
        "held": [fact for fact in person.categories.all() if fact.holds_on(clock.today())],
        "same_name": person.name == asked.given_name,
        "obstacle": actions.obstacle(asked, person),
    }


def transfer_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The asking county takes its request back."""
    asked = _find(request, pk)
    try:
        actions.withdraw_transfer(by=request.user, request=asked)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已撤回转入申请（证号 {asked.given_number}）。")
    return redirect("ledger:transfers")
