"""病种 and 报表病种: names, codes, age limits and where each is counted; changed by the city, each with its document."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger import clock
from ledger.actions import diseases as actions
from ledger.actions.coverage import more_than_one_prefecture
from ledger.actions.diseases import DiseaseFacts, GroupFacts, check_disease, fingerprint
from ledger.actions.refusals import Refused
from ledger.data_change_list import last_changes
from ledger.disease_effect import Effect, disease_effect
from ledger.forms import PlainField, posted
from ledger.icd10 import read_prefixes
from ledger.kept_forms import LOOK_AGAIN, KeptForm, PreviewedForm
from ledger.models import Disease, Programme, ReportGroup, Role


class WholeField(forms.IntegerField):
    """A whole number within limits, typed as text."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, **kwargs):
        low, high = kwargs["min_value"], kwargs["max_value"]
        sentence = f"请填 {low} 到 {high} 的整数。"
        super().__init__(error_messages={"invalid": sentence, "min_value": sentence, "max_value": sentence}, **kwargs)


class PrefixesField(PlainField):
    """ICD-10 prefixes with commas between; cleans to a list."""

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value):
        try:
            return read_prefixes(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class DiseaseForm(PreviewedForm):
    """A disease's particulars."""

    name = PlainField(label="名称", max_length=40)
    short_name = PlainField(label="列表用名", max_length=20, required=False)
    icd10_prefixes = PrefixesField(label="ICD-10 前缀", max_length=200)
    overlap_known = forms.BooleanField(label="编码可以重叠", required=False)
    age_max = WholeField(label="年龄上限（岁）", required=False, min_value=0, max_value=120)
    group = forms.ModelChoiceField(ReportGroup.objects.all(), label="报表病种", empty_label="请选择")

    def facts(self) -> DiseaseFacts:
        data = self.cleaned_data
        return DiseaseFacts(data["name"], data["short_name"], data["icd10_prefixes"], data["age_max"], data["group"])


class GroupForm(KeptForm):
    """A report group: its name, its places, its heading in F5."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    name = PlainField(label="名称", max_length=30)
    f1_order = WholeField(label="F1 第几行", min_value=1, max_value=999)
    f5_order = WholeField(label="F5 第几列", min_value=1, max_value=999)
    f5_heading = PlainField(label="F5 列名", max_length=30, required=False)

    def facts(self) -> GroupFacts:
        data = self.cleaned_data
        return GroupFacts(data["name"], data["f1_order"], data["f5_order"], data["f5_heading"])


def diseases(request: HttpRequest) -> HttpResponse:
    """Every disease of the installation with its codes, limit and group, and whether today's list has it."""
    covered = {one.pk for one in Programme.of(request.user.area.prefecture).covered_on(clock.today())}
    rows = [(one, one.pk in covered) for one in Disease.objects.select_related("group").order_by("position")]
    groups = ReportGroup.objects.prefetch_related("diseases").order_by("f1_order", "pk")
    context = {
        "rows": rows, "groups": groups, "covered": len(covered), "keeps": request.user.role == Role.CITY,
        "shared": more_than_one_prefecture(), **last_changes(request.user, "disease"),
    }  # fmt: skip
    return render(request, "ledger/diseases.html", context)


def _page(request: HttpRequest, form: DiseaseForm, disease: Disease | None, effect: Effect | None, again: bool) -> HttpResponse:
    context = {
        "form": form, "disease": disease, "effect": effect, "mark": form.mark() if effect else "",
        "again": LOOK_AGAIN if again else "", "seen": fingerprint(disease) if disease else "", "shared": more_than_one_prefecture(),
        "overlap": "overlap_known" in form.data or any("重叠" in said for said in form.errors.get("icd10_prefixes", [])),
    }  # fmt: skip
    return render(request, "ledger/disease_form.html", context, status=422 if form.errors else 200)


def disease_new(request: HttpRequest) -> HttpResponse:
    """One more disease: no case is of it yet, so nothing is moved and there is no preview."""
    request.nav_name = "ledger:diseases"
    form = DiseaseForm(posted(request))
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.add_disease(by=request.user, facts=form.facts(), document=data["document"], overlap_known=data["overlap_known"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已添加病种{made.name}。列入统计，请在病种目录里加上它。")
            return redirect("ledger:diseases")
    return _page(request, form, None, None, False)


def disease_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What a change moves is shown first, then saved."""
    request.nav_name = "ledger:diseases"
    disease = get_object_or_404(Disease.objects.select_related("group"), pk=pk)
    names = ("name", "short_name", "icd10_prefixes", "age_max")
    form = DiseaseForm(posted(request), initial={name: getattr(disease, name) for name in names} | {"group": disease.group_id})
    effect, again = None, False
    if form.is_valid():
        data, facts = form.cleaned_data, form.facts()
        known = {"overlap_known": data["overlap_known"], "seen": data["seen"]}
        try:
            if form.to_be_saved(request):
                actions.change_disease(by=request.user, disease=disease, facts=facts, document=data["document"], **known)
                messages.success(request, f"已保存病种{facts.name}。")
                return redirect("ledger:diseases")
            check_disease(facts, disease=disease, **known)
            effect, again = disease_effect(request.user.area.prefecture, disease, facts), "save" in request.POST
            if not effect.differences:
                effect = None
                raise Refused("没有改动，不用保存。")
        except Refused as refused:
            form.refuse(refused)
    return _page(request, form, disease, effect, again)


def _group_page(request: HttpRequest, form: GroupForm, group: ReportGroup | None) -> HttpResponse:
    context = {"form": form, "group": group, "seen": fingerprint(group) if group else "", "shared": more_than_one_prefecture()}
    return render(request, "ledger/report_group_form.html", context, status=422 if form.errors else 200)


def report_group_new(request: HttpRequest) -> HttpResponse:
    """One more row of F1 and column of F5."""
    request.nav_name = "ledger:diseases"
    form = GroupForm(posted(request))
    if form.is_valid():
        try:
            made = actions.add_group(by=request.user, facts=form.facts(), document=form.cleaned_data["document"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已添加报表病种{made.name}。")
            return redirect("ledger:diseases")
    return _group_page(request, form, None)


def report_group_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name or place; submitted months keep theirs."""
    request.nav_name = "ledger:diseases"
    group = get_object_or_404(ReportGroup.objects.all(), pk=pk)
    names = ("name", "f1_order", "f5_order", "f5_heading")
    form = GroupForm(posted(request), initial={name: getattr(group, name) for name in names})
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.change_group(by=request.user, group=group, seen=data["seen"], facts=form.facts(), document=data["document"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已保存报表病种{form.facts().name}。")
            return redirect("ledger:diseases")
    return _group_page(request, form, group)
