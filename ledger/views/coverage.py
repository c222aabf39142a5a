"""年度病种目录: the lists of the prefecture's programme; the city makes, changes and removes those no submitted month was counted by."""

import datetime

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger import clock
from ledger.actions import coverage as actions
from ledger.actions.coverage import DAY, Grounds, fingerprint, grounds_of, is_closed, keeps_own
from ledger.actions.refusals import Refused
from ledger.coverage_effect import Effect, list_effect
from ledger.data_change_list import last_changes
from ledger.forms import DayField, PlainField, posted
from ledger.kept_forms import LOOK_AGAIN, KeptForm, PreviewedForm
from ledger.models import CoverageList, Disease, Role


class CoverageForm(PreviewedForm):
    """The day from which the list counts, its diseases ticked, and their order by number."""

    document = PlainField(label="依据的文号", max_length=60)
    starts_on = DayField(label="生效日期")

    def __init__(self, *args, chosen: list[Disease], fixed: datetime.date | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if fixed:
            del self.fields["starts_on"]
        places = {disease.pk: place for place, disease in enumerate(chosen, 1)}
        every = Disease.objects.select_related("group").order_by("position")
        self.diseases = sorted(every, key=lambda one: (places.get(one.pk, len(places) + 1), one.position))
        for disease in self.diseases:
            self.fields[f"on-{disease.pk}"] = forms.BooleanField(label=disease.name, required=False)
            self.fields[f"at-{disease.pk}"] = PlainField(label=f"{disease.name}的顺序", required=False, max_length=4)
            self.initial.setdefault(f"on-{disease.pk}", disease.pk in places)
            self.initial.setdefault(f"at-{disease.pk}", places.get(disease.pk, ""))
            self.fields[f"on-{disease.pk}"].widget.attrs |= {"class": "form-check-input"}
            attrs = {"class": "form-control", "inputmode": "numeric", "autocomplete": "off", "aria-label": f"{disease.name}的顺序"}
            self.fields[f"at-{disease.pk}"].widget.attrs |= attrs

    def rows(self) -> list[tuple[Disease, forms.BoundField, forms.BoundField]]:
        return [(disease, self[f"on-{disease.pk}"], self[f"at-{disease.pk}"]) for disease in self.diseases]

    def clean(self):
        data = super().clean()
        for disease in self.diseases:
            place = data.get(f"at-{disease.pk}", "")
            if place and not place.isdecimal():
                self.add_error(f"at-{disease.pk}", f"{disease}的顺序请填数字。")
        return data

    def chosen(self) -> list[Disease]:
        """The ticked diseases in their order: by number, those without one last, as they stand in the table."""
        ticked = [one for one in self.diseases if self.cleaned_data.get(f"on-{one.pk}")]
        place = {one.pk: int(self.cleaned_data.get(f"at-{one.pk}") or 10_000) for one in ticked}
        return sorted(ticked, key=lambda one: place[one.pk])


class RemoveForm(KeptForm):
    """Why a list goes."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)


def _diseases_of(coverage_list: CoverageList) -> list[Disease]:
    return [row.disease for row in coverage_list.rows.select_related("disease__group").order_by("position", "pk")]


def _lists(grounds: Grounds) -> QuerySet[CoverageList]:
    return grounds.programme.lists.prefetch_related("rows__disease__group").order_by("-starts_on", "-pk")


def coverage(request: HttpRequest) -> HttpResponse:
    """Every list of the programme, the latest first, and which of them still may be changed."""
    grounds, today = grounds_of(request.user.area.prefecture), clock.today()
    keeps, own = request.user.role == Role.CITY, keeps_own(grounds.prefecture)
    current, lists, until = grounds.programme.list_on(today), [], None
    for one in _lists(grounds):
        rows = sorted(one.rows.all(), key=lambda row: (row.position, row.pk))
        documents = "；".join(dict.fromkeys(row.document for row in rows if row.document))
        closed = is_closed(one.starts_on, grounds)
        if one == current:
            standing = ("现行", "ok st-done")
        else:
            standing = ("待生效", "go") if one.starts_on > today else ("已止", "idle st-end")
        lists.append({
            "list": one, "rows": rows, "documents": documents, "closed": closed, "until": until, "standing": standing,
            "open": keeps and own and not closed,
        })  # fmt: skip
        until = one.starts_on - DAY
    context = {
        "grounds": grounds, "lists": lists, "keeps": keeps, "own": own, "last_closed": grounds.open_from - DAY if grounds.open_from else None,
        **last_changes(request.user, "coverage"),
    }  # fmt: skip
    return render(request, "ledger/coverage.html", context)


def _effect(grounds: Grounds, day: datetime.date, before: list[Disease], after: list[Disease]) -> Effect:
    """As the figures of the first day it counts would be; a start that is past shows at the next figures, so today's."""
    later = grounds.programme.lists.filter(starts_on__gt=day).order_by("starts_on").first()
    until = later.starts_on - DAY if later else None
    return list_effect(grounds.prefecture, before, after, day=max(day, clock.today()), until=until)


def _page(request: HttpRequest, form: CoverageForm, grounds: Grounds, effect: Effect | None, **context) -> HttpResponse:
    marked = {"effect": effect, "mark": form.mark() if effect else ""}
    context = {"form": form, "grounds": grounds, "own": keeps_own(grounds.prefecture), **marked, **context}
    return render(request, "ledger/coverage_form.html", context, status=422 if form.errors else 200)


def coverage_new(request: HttpRequest) -> HttpResponse:
    """A list that starts as a copy of the one in force."""
    request.nav_name = "ledger:coverage"
    grounds, today = grounds_of(request.user.area.prefecture), clock.today()
    start = max(grounds.open_from or today, today)
    form = CoverageForm(posted(request), chosen=grounds.programme.covered_on(start), initial={"starts_on": start})
    effect, again = None, False
    if form.is_valid():
        starts_on, chosen = form.cleaned_data["starts_on"], form.chosen()
        try:
            if form.to_be_saved(request):
                made = actions.add_list(by=request.user, starts_on=starts_on, diseases=chosen, document=form.cleaned_data["document"])
                messages.success(request, f"已保存 {made.starts_on} 起的病种目录，{len(chosen)} 个病种。")
                return redirect("ledger:coverage")
            actions.check_new(grounds, starts_on, chosen)
            effect, again = _effect(grounds, starts_on, grounds.programme.covered_on(starts_on), chosen), "save" in request.POST
        except Refused as refused:
            form.refuse(refused)
    return _page(request, form, grounds, effect, title="新建病种目录", again=LOOK_AGAIN if again else "")


def _own_list(request: HttpRequest, pk: int) -> tuple[Grounds, CoverageList]:
    request.nav_name = "ledger:coverage"
    grounds = grounds_of(request.user.area.prefecture)
    return grounds, get_object_or_404(grounds.programme.lists, pk=pk)


def _closed(request: HttpRequest, grounds: Grounds, one: CoverageList) -> HttpResponse | None:
    """Back to the lists with the reason, for one that nobody may change."""
    if keeps_own(grounds.prefecture) and not is_closed(one.starts_on, grounds):
        return None
    if keeps_own(grounds.prefecture):
        messages.error(request, f"{one.starts_on} 起的目录已经用于上报的月份，不能再改。请新建一份以后生效的目录。")
    else:
        messages.error(request, f"“{grounds.programme}”病种目录不归本市修改。请新建本市的目录。")
    return redirect("ledger:coverage")


def coverage_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other diseases or another order on a list that no submitted month was counted by."""
    grounds, one = _own_list(request, pk)
    if refusal := _closed(request, grounds, one):
        return refusal
    before = _diseases_of(one)
    form = CoverageForm(posted(request), chosen=before, fixed=one.starts_on, initial={"seen": fingerprint(one)})
    effect, again = None, False
    if form.is_valid():
        chosen, seen = form.chosen(), form.cleaned_data["seen"]
        try:
            if form.to_be_saved(request):
                actions.change_list(by=request.user, coverage_list=one, seen=seen, diseases=chosen, document=form.cleaned_data["document"])
                messages.success(request, f"已保存 {one.starts_on} 起的病种目录，{len(chosen)} 个病种。")
                return redirect("ledger:coverage")
            actions.check_change(grounds, one, seen)
            if not chosen:
                raise Refused("请至少选择一个病种。", "diseases")
            effect, again = _effect(grounds, one.starts_on, before, chosen), "save" in request.POST
        except Refused as refused:
            form.refuse(refused)
    stands = {"seen_now": fingerprint(one), "now": before, "title": f"修改 {one.starts_on} 起的目录", "list": one}
    return _page(request, form, grounds, effect, again=LOOK_AGAIN if again else "", **stands)


def coverage_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """A list entered by mistake; what counts then in its place is shown first."""
    grounds, one = _own_list(request, pk)
    if refusal := _closed(request, grounds, one):
        return refusal
    form = RemoveForm(posted(request), initial={"seen": fingerprint(one)})
    if form.is_valid():
        try:
            actions.remove_list(by=request.user, coverage_list=one, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已删除 {one.starts_on} 起的病种目录。")
            return redirect("ledger:coverage")
    earlier = grounds.programme.lists.filter(starts_on__lte=one.starts_on).exclude(pk=one.pk).order_by("-starts_on", "-pk").first()
    effect = _effect(grounds, one.starts_on, _diseases_of(one), _diseases_of(earlier)) if earlier else None
    context = {"form": form, "list": one, "earlier": earlier, "effect": effect}
    return render(request, "ledger/coverage_remove.html", context, status=422 if form.errors else 200)
