"""Towns and villages: a county bureau keeps its own; the city keeps any of its counties', with the document."""

from dataclasses import asdict

from django import forms
from django.contrib import messages
from django.core import signing
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from ledger.actions.divisions import DivisionRow, add_division, end_division, rename_division, resume_division
from ledger.actions.refusals import Refused
from ledger.data_change_list import last_changes
from ledger.division_file import read_division_file
from ledger.division_import import import_divisions, preview_divisions
from ledger.forms import LedgerForm, ListFileField, NumberText, PlainField, asked, posted
from ledger.models import Division, Person, Role, Staff
from ledger.models.division import Level

SALT = "ledger.division_import"
MARKS = {
    "refused": ("拒收", "bad st-stop"),
    "changed": ("变更", "go"),
    "new": ("新增", "ok st-done"),
    "unchanged": ("无变化", "idle st-end"),
}


class DocumentedForm(LedgerForm):
    """A change of a county's divisions: the city names its document, a county keeps its own without."""

    def __init__(self, *args, staff: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        if staff.role == Role.CITY:
            self.fields["document"] = PlainField(label="依据的文号", max_length=80, error_messages={"required": "请填写依据的文号。"})


class DivisionForm(DocumentedForm):
    """One more town, or one more village of a town in use."""

    parent = forms.ModelChoiceField(Division.objects.none(), label="上级", empty_label=None)
    code = NumberText(label="代码", max_length=20)
    name = PlainField(label="名称", max_length=60)

    def __init__(self, *args, county: Division, **kwargs):
        super().__init__(*args, **kwargs)
        own = Division.objects.in_use().filter(Q(pk=county.pk) | Q(parent=county))
        self.fields["parent"].queryset = own.order_by("code")
        self.fields["parent"].label_from_instance = lambda one: f"{one.name}（添加乡镇）" if one == county else f"{one.name}（添加村）"


def _rows(county: Division, staff: Staff, town: Division | None) -> list[dict]:
    """Towns with their villages, in the codes' order, each with how many people live there."""
    people = Person.objects.visible_to(staff).filter(county=county)
    living = dict(people.values_list("village").annotate(number=Count("pk")).order_by())
    in_town = dict(people.values_list("township").annotate(number=Count("pk")).order_by())
    divisions: QuerySet = Division.objects.filter(Q(parent=county) | Q(parent__parent=county)).select_related("parent")
    if town:
        divisions = divisions.filter(Q(pk=town.pk) | Q(parent=town))
    rows = []
    for division in divisions.order_by("code"):
        is_town = division.level == Level.TOWNSHIP
        rows.append({"division": division, "is_town": is_town, "people": (in_town if is_town else living).get(division.pk, 0)})
    return rows


def _counties(request: HttpRequest) -> tuple[list[Division], Division | None]:
    """The counties to choose from and the one asked for; a bureau has its own and no other."""
    staff = request.user
    if staff.role != Role.CITY:
        return [staff.area], staff.area
    counties = list(Division.objects.counties_of(staff.area).select_related("parent"))
    return counties, next((one for one in counties if one.code == asked(request, "county")), counties[0] if counties else None)


def _back(request: HttpRequest, county: Division | None) -> str:
    """The list again, for the city at the county it was working on."""
    query = f"?county={county.code}" if county and request.user.role == Role.CITY else ""
    return reverse("ledger:divisions") + query


def divisions(request: HttpRequest) -> HttpResponse:
    """A county's towns and villages, and a form beside them for one more."""
    staff = request.user
    counties, county = _counties(request)
    form = DivisionForm(posted(request), county=county, staff=staff) if county else None
    if form and form.is_valid():
        try:
            added = add_division(by=staff, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已添加{added.name}。")
            return redirect(_back(request, county))
    towns = list(county.children.order_by("code")) if county else []
    town = next((one for one in towns if one.code == request.GET.get("town")), None)
    rows = _rows(county, staff, town) if county else []
    context = {
        "county": county, "counties": counties, "towns": towns, "town": town, "rows": rows, "form": form, "city": staff.role == Role.CITY,
        "town_count": len(towns), "village_count": sum(1 for row in rows if not row["is_town"]), "here": _back(request, county),
        **last_changes(staff, "division"),
    }  # fmt: skip
    return render(request, "ledger/divisions.html", context, status=422 if form and form.errors else 200)


def _division(request: HttpRequest, pk: int) -> Division:
    """A town or village of the keeper's area, or 404."""
    request.nav_name, area = "ledger:divisions", request.user.area
    own = Q(parent=area) | Q(parent__parent=area)
    if request.user.role == Role.CITY:
        own = Q(parent__parent=area) | Q(parent__parent__parent=area)
    return get_object_or_404(Division.objects.filter(own).select_related("parent__parent__parent"), pk=pk)


def division_end(request: HttpRequest, pk: int) -> HttpResponse:
    """停用, or taken into use again: a bureau by the button, the city on a page that asks for the document."""
    division = _division(request, pk)
    city, back = request.user.role == Role.CITY, _back(request, division.county)
    resume = division.ended_on is not None if city else "resume" in request.POST
    form = DocumentedForm(posted(request), staff=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            (resume_division if resume else end_division)(by=request.user, division=division, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
            if not city:
                messages.error(request, refused.message)
        else:
            messages.success(request, f"已恢复{division.name}。" if resume else f"已停用{division.name}：原有患者不变，不再登记新的。")
            return redirect(back)
    if not city:
        return redirect(back)
    verb = "恢复" if resume else "停用"
    context = {
        "form": form, "title": f"{verb}{division.name}", "told": f"{division.county.label}，代码 {division.code}", "top": "乡镇与村",
        "back": back, "save": verb, "section": "依据", "danger": not resume, "layout": [("document", "w4")],
        "lead": "恢复后可以再登记患者。" if resume else "原有患者不变，不再登记新的；停用错了可以恢复。",
    }  # fmt: skip
    return render(request, "ledger/kept_form.html", context, status=422 if form.errors else 200)


class RenameForm(DocumentedForm):
    """The new name; the one that the page showed travels along."""

    name = PlainField(label="新名称", max_length=60)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


def division_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name from now on; printed returns and the timeline keep the old one."""
    division = _division(request, pk)
    back = _back(request, division.county)
    form = RenameForm(posted(request), staff=request.user, initial={"name": division.name, "seen": division.name})
    if form.is_valid():
        try:
            renamed = rename_division(by=request.user, division=division, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已把{division.name}改名为{renamed.name}。")
            return redirect(back)
    context = {
        "form": form, "title": f"{division.name}改名", "told": f"{division.county.label}，代码 {division.code}", "top": "乡镇与村",
        "back": back, "save": "保存名称", "section": "名称", "hidden": {"seen": division.name},
        "lead": "从现在起用新名称，代码不变；已经上报的月份和患者的经过仍是原来的写法。",
        "layout": [("name", "w4"), *([("document", "w4")] if "document" in form.fields else [])],
    }  # fmt: skip
    return render(request, "ledger/kept_form.html", context, status=422 if form.errors else 200)


class DivisionFileForm(DocumentedForm):
    """A file to look through before anything is written."""

    file = ListFileField(label="名单文件", read=read_division_file)


def division_import(request: HttpRequest) -> HttpResponse:
    """First the file and its preview; then, confirmed, all of it or nothing."""
    request.nav_name = "ledger:divisions"
    _, county = _counties(request)
    if county is None:
        return redirect("ledger:divisions")
    if request.method == "POST" and "rows" in request.POST:
        return _apply(request, county)
    form = DivisionFileForm(posted(request), request.FILES or None, staff=request.user)
    if request.method == "POST" and form.is_valid():
        kept = {"name": request.FILES["file"].name, "document": form.cleaned_data.get("document", "")}
        return _preview(request, county, form.cleaned_data["file"], kept)
    context = {"form": form, "county": county, "back": _back(request, county)}
    return render(request, "ledger/division_import.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, county: Division, rows: list[DivisionRow], kept: dict, error: str = "") -> HttpResponse:
    """The page before writing. The rows travel back signed, bound to whoever looked at them and to the county."""
    looked = preview_divisions(county=county, rows=rows)
    counts = {result: sum(row.result == result for row in looked) for result in MARKS}
    order = list(MARKS)
    shown = sorted(looked, key=lambda row: (order.index(row.result), row.line))
    carried = {**kept, "by": request.user.pk, "county": county.pk, "rows": [asdict(row) for row in rows]}
    context = {
        "rows": [{"row": row, "word": MARKS[row.result][0], "mark": MARKS[row.result][1]} for row in shown], "county": county,
        "counts": counts, "to_write": counts["new"] + counts["changed"], "signed": signing.dumps(carried, salt=SALT, compress=True),
        "file_name": kept["name"], "error": error, "back": _back(request, county), "again": request.get_full_path(),
    }  # fmt: skip
    return render(request, "ledger/division_import_preview.html", context, status=422 if error else 200)


def _apply(request: HttpRequest, county: Division) -> HttpResponse:
    try:
        kept = signing.loads(request.POST["rows"], salt=SALT, max_age=3600)
    except signing.BadSignature:
        kept = {}
    if (kept.get("by"), kept.get("county")) != (request.user.pk, county.pk):
        messages.error(request, "预览已过期，请重新选择文件。")
        return redirect(request.get_full_path())
    rows = [DivisionRow(**row) for row in kept["rows"]]
    try:
        new, changed = import_divisions(by=request.user, rows=rows, county=county, document=kept["document"])
    except Refused as refused:
        return _preview(request, county, rows, {"name": kept["name"], "document": kept["document"]}, refused.message)
    messages.success(request, f"已导入：新增 {new} 个，变更 {changed} 个。")
    return redirect(_back(request, county))
