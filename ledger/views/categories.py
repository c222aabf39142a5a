"""Categories, enrolment and the policy card: entered by who finds, verified and ended by who keeps the list."""

from django import forms
from django.contrib import messages
from django.db.models.functions import Coalesce, TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from ledger import clock
from ledger.actions import categories as actions
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import DayField, LedgerForm, NumberText, PlainField, posted
from ledger.models import CategoryFact, Person
from ledger.models.person import VERIFIER
from ledger.person_forms import CategoryForm
from ledger.views.merged import here_or_led_on
from ledger.views.people import find_person
from ledger.views.reading import note_form

LISTED = 200


def find_fact(request: HttpRequest, pk: int) -> CategoryFact:
    """A category of a person whom this member of staff may see; 404 otherwise."""
    request.nav_name = "ledger:case-list"
    visible = Person.objects.visible_to(request.user).values("pk")
    facts = CategoryFact.objects.select_related("person__county", "person__village").filter(person__in=visible)
    return here_or_led_on(request.user, facts, pk)


def ask(
    request: HttpRequest, form: LedgerForm, person: Person, save, *, title: str, button: str, lead: str, layout: list, done: str
) -> HttpResponse:
    """One small form about a person: ask, act, say so, go back to the person's page."""
    if request.method == "POST" and form.is_valid():
        try:
            save(form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, done)
            return redirect("ledger:person", person.pk)
    note_form(request, person, button.removeprefix("保存"))
    context = {"form": form, "person": person, "title": title, "save": button, "lead": lead, "layout": layout}
    return render(request, "ledger/person_form.html", context, status=422 if form.errors else 200)


def add(request: HttpRequest, pk: int) -> HttpResponse:
    person = find_person(request, pk)
    return ask(
        request, CategoryForm(posted(request)), person,
        lambda data: actions.hold_category(by=request.user, person=person, **data),
        title="添加人员类别", button="保存类别", lead="保存后由主管部门核实：建档立卡归扶贫，低保、特困、孤儿归民政，贫困残疾人归残联。",
        layout=[("category", "w2"), ("since", "w2"), ("basis", "w5")], done="人员类别已保存。",
    )  # fmt: skip


def verify(request: HttpRequest, pk: int) -> HttpResponse:
    fact = find_fact(request, pk)
    try:
        actions.verify_category(by=request.user, fact=fact)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已核实{fact.person.name}的{fact}。")
    back = request.POST.get("next", "")
    if back and url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        return redirect(back)
    return redirect("ledger:person", fact.person_id)


class EndForm(LedgerForm):
    on = DayField(label="自哪天起不再享有")
    reason = PlainField(label="原因", max_length=120)


def end(request: HttpRequest, pk: int) -> HttpResponse:
    fact = find_fact(request, pk)
    return ask(
        request, EndForm(posted(request)), fact.person, lambda data: actions.end_category(by=request.user, fact=fact, **data),
        title=f"终止{fact}", button="保存终止", lead=f"自 {fact.during.lower} 起享有{fact}。脱贫的建档立卡户继续享受政策，不用终止，请登记脱贫年度。",
        layout=[("on", "w3"), ("reason", "w6")], done=f"{fact}已终止。",
    )  # fmt: skip


class YearForm(LedgerForm):
    year = forms.IntegerField(
        label="脱贫年度", widget=forms.TextInput(attrs={"inputmode": "numeric"}), error_messages={"invalid": "请填写四位年份。"}
    )


def out_of_poverty(request: HttpRequest, pk: int) -> HttpResponse:
    fact = find_fact(request, pk)
    return ask(
        request, YearForm(posted(request)), fact.person, lambda data: actions.mark_out_of_poverty(by=request.user, fact=fact, **data),
        title="登记脱贫年度", button="保存脱贫年度", lead="脱贫不脱政策：类别不终止，统计仍算建档立卡。", layout=[("year", "w2")], done="脱贫年度已保存。",
    )  # fmt: skip


class EnrolmentForm(LedgerForm):
    year = forms.IntegerField(
        label="年度", widget=forms.TextInput(attrs={"inputmode": "numeric"}), error_messages={"invalid": "请填写四位年份。"}
    )
    enrolled = forms.TypedChoiceField(label="参保", choices=[("yes", "已参保"), ("no", "未参保")], coerce=lambda value: value == "yes")
    plan = PlainField(label="参保档次", max_length=20, required=False)
    pooling_area = PlainField(label="统筹区", max_length=40, required=False)


def enrolment(request: HttpRequest, pk: int) -> HttpResponse:
    person = find_person(request, pk)
    form = EnrolmentForm(posted(request), initial={"year": clock.today().year, "pooling_area": person.county.prefecture.name})
    return ask(
        request, form, person, lambda data: actions.record_enrolment(by=request.user, person=person, **data),
        title="登记参保", button="保存参保", lead="同一年度再次保存，以后一次为准。", layout=[("year", "w2"), ("enrolled", "w2"), ("plan", "w3"), ("pooling_area", "w3")],
        done="参保情况已保存。",
    )  # fmt: skip


class CardForm(LedgerForm):
    since = DayField(label="发卡日期")
    number = NumberText(label="明白卡编号", max_length=30, required=False)


def policy_card(request: HttpRequest, pk: int) -> HttpResponse:
    person = find_person(request, pk)
    return ask(
        request, CardForm(posted(request)), person, lambda data: actions.give_policy_card(by=request.user, person=person, **data),
        title="登记明白卡", button="保存明白卡", lead="发给贫困户的政策明白卡。", layout=[("since", "w2"), ("number", "w3")], done="明白卡已登记。",
    )  # fmt: skip


def queue(request: HttpRequest) -> HttpResponse:
    """The categories waiting for this department, longest first."""
    mine = [category for category, role in VERIFIER.items() if role == request.user.role]
    people = Person.objects.visible_to(request.user).values("pk")
    facts = CategoryFact.objects.filter(category__in=mine, verified_on=None, during__endswith=None, person__in=people)
    facts = facts.annotate(since=Coalesce("recorded_on", TruncDate("person__created_at")))
    found = list(facts.select_related("person__township", "person__village", "recorded_by").order_by("since", "pk")[: LISTED + 1])
    waiting = found[:LISTED]
    record("viewed_list", by=request.user, county=request.user.area.county, detail={"list": "categories", "rows": len(waiting)})
    return render(request, "ledger/category_queue.html", {"waiting": waiting, "more": len(found) > LISTED})
