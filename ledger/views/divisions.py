"""Towns and villages: a county bureau keeps its own; the city sees its counties."""

from dataclasses import asdict

from django import forms
from django.contrib import messages
from django.core import signing
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger.actions.divisions import DivisionRow, add_division, end_division, resume_division
from ledger.actions.refusals import Refused
from ledger.division_file import read_division_file
from ledger.division_import import import_divisions, preview_divisions
from ledger.forms import LedgerForm, ListFileField, NumberText, PlainField
from ledger.models import Division, Person, Role, Staff
from ledger.models.division import Level

SALT = "ledger.division_import"
MARKS = {
    "refused": ("拒收", "bad st-stop"),
    "changed": ("变更", "go"),
    "new": ("新增", "ok st-done"),
    "unchanged": ("无变化", "idle st-end"),
}


class DivisionForm(LedgerForm):
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


def divisions(request: HttpRequest) -> HttpResponse:
    """A bureau's own county; the city chooses one of its counties and only reads."""
    staff, keeps = request.user, request.user.role != Role.CITY
    if request.method == "POST" and not keeps:
        raise Http404
    counties = [staff.area] if keeps else list(Division.objects.counties_of(staff.area))
    county = next((one for one in counties if one.code == request.GET.get("county")), counties[0] if counties else None)
    form = DivisionForm(request.POST if request.method == "POST" else None, county=staff.area) if keeps else None
    if request.method == "POST" and form.is_valid():
        try:
            added = add_division(by=staff, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已添加{added.name}。")
            return redirect("ledger:divisions")
    towns = list(county.children.order_by("code")) if county else []
    town = next((one for one in towns if one.code == request.GET.get("town")), None)
    rows = _rows(county, staff, town) if county else []
    context = {
        "county": county, "counties": counties, "towns": towns, "town": town, "rows": rows, "form": form, "keeps": keeps,
        "town_count": len(towns), "village_count": sum(1 for row in rows if not row["is_town"]),
    }  # fmt: skip
    return render(request, "ledger/divisions.html", context, status=422 if form and form.errors else 200)


def division_end(request: HttpRequest, pk: int) -> HttpResponse:
    """停用, or with ``resume`` taken into use again."""
    own = Division.objects.filter(Q(parent=request.user.area) | Q(parent__parent=request.user.area))
    division = get_object_or_404(own, pk=pk)
    resume = "resume" in request.POST
    try:
        (resume_division if resume else end_division)(by=request.user, division=division)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已恢复{division.name}。" if resume else f"已停用{division.name}：原有患者不变，不再登记新的。")
    return redirect("ledger:divisions")


class DivisionFileForm(LedgerForm):
    """A file to look through before anything is written."""

    file = ListFileField(label="名单文件", read=read_division_file)


def division_import(request: HttpRequest) -> HttpResponse:
    """First the file and its preview; then, confirmed, all of it or nothing."""
    request.nav_name = "ledger:divisions"
    if request.method == "POST" and "rows" in request.POST:
        return _apply(request)
    form = DivisionFileForm(request.POST, request.FILES) if request.method == "POST" else DivisionFileForm()
    if request.method == "POST" and form.is_valid():
        return _preview(request, form.cleaned_data["file"], request.FILES["file"].name)
    context = {"form": form, "county": request.user.area}
    return render(request, "ledger/division_import.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, rows: list[DivisionRow], file_name: str, error: str = "") -> HttpResponse:
    """The page before writing. The rows travel back signed, bound to whoever looked at them."""
    looked = preview_divisions(county=request.user.area, rows=rows)
    counts = {result: sum(row.result == result for row in looked) for result in MARKS}
    order = list(MARKS)
    shown = sorted(looked, key=lambda row: (order.index(row.result), row.line))
    signed = signing.dumps({"by": request.user.pk, "name": file_name, "rows": [asdict(row) for row in rows]}, salt=SALT, compress=True)
    context = {
        "rows": [{"row": row, "word": MARKS[row.result][0], "mark": MARKS[row.result][1]} for row in shown],
        "counts": counts, "to_write": counts["new"] + counts["changed"], "signed": signed, "file_name": file_name, "error": error,
    }  # fmt: skip
    return render(request, "ledger/division_import_preview.html", context, status=422 if error else 200)


def _apply(request: HttpRequest) -> HttpResponse:
    try:
        kept = signing.loads(request.POST["rows"], salt=SALT, max_age=3600)
    except signing.BadSignature:
        kept = {}
    if kept.get("by") != request.user.pk:
        messages.error(request, "预览已过期，请重新选择文件。")
        return redirect("ledger:division-import")
    rows = [DivisionRow(**row) for row in kept["rows"]]
    try:
        new, changed = import_divisions(by=request.user, rows=rows)
    except Refused as refused:
        return _preview(request, rows, kept["name"], refused.message)
    messages.success(request, f"已导入：新增 {new} 个，变更 {changed} 个。")
    return redirect("ledger:divisions")
