"""节假日: the city keeps the days that break the week's rule; everybody who waits by working days may read them."""

import datetime

from django import forms
from django.contrib import messages
from django.core import signing
from django.db.models.functions import ExtractYear
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header

from ledger import clock
from ledger.actions import holidays as actions
from ledger.actions.refusals import Refused
from ledger.data_change_list import last_changes
from ledger.forms import DayField, LedgerForm, ListFileField, PlainField, asked, posted, whole_number
from ledger.holiday_file import HolidayRow, look_through, read_holiday_file, template
from ledger.models import Division, Holiday, Role
from ledger.views.people_import import XLSX

SALT = "ledger.holiday_import"
KEPT_SECONDS = 3600
MARKS = {
    "refused": ("拒收", "bad st-stop"),
    "changed": ("变更", "go"),
    "new": ("新增", "ok st-done"),
    "unchanged": ("无变化", "idle st-end"),
}


class HolidayForm(LedgerForm):
    """One day, or a stretch of days."""

    first = DayField(label="开始日期")
    last = DayField(label="结束日期", required=False)
    works = forms.TypedChoiceField(label="安排", choices=[("no", "休息"), ("yes", "调休上班")], coerce=lambda word: word == "yes")
    name = PlainField(label="名称", max_length=actions.LENGTHS["name"])
    document = PlainField(label="依据", max_length=actions.LENGTHS["document"])


def _missing_years(prefecture: Division, today: datetime.date) -> list[int]:
    """This year and the coming one, where nothing is listed yet: their working days would follow the week alone."""
    wanted = (today.year, today.year + 1)
    listed = Holiday.objects.filter(prefecture=prefecture, day__year__range=wanted).annotate(year=ExtractYear("day"))
    there = set(listed.order_by().values_list("year", flat=True).distinct())
    return [year for year in wanted if year not in there]


def holidays(request: HttpRequest) -> HttpResponse:
    """One year's list; the city adds to it."""
    keeps, prefecture, today = request.user.role == Role.CITY, request.user.area.prefecture, clock.today()
    if request.method == "POST" and not keeps:
        raise Http404
    form = HolidayForm(posted(request)) if keeps else None
    if request.method == "POST" and form.is_valid():
        try:
            rows = actions.add_days(by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已添加{rows[0].name} {len(rows)} 天。")
            return _to_year(rows[0].day.year)
    year = whole_number(asked(request, "year")) or today.year
    listed = Holiday.objects.filter(prefecture=prefecture)
    rows = list(listed.filter(day__year=year)) if 1 <= year <= datetime.MAXYEAR else []
    known = listed.annotate(year=ExtractYear("day")).order_by().values_list("year", flat=True).distinct()
    context = {
        "rows": [(row, actions.weekday_words(row.day)) for row in rows], "year": year, "form": form, "keeps": keeps,
        "years": sorted({*known, today.year, today.year + 1, *([year] if actions.FIRST_YEAR <= year <= today.year + actions.YEARS_AHEAD else [])}, reverse=True),
        "missing": _missing_years(prefecture, today), "off": sum(not row.works for row in rows), "made_up": sum(row.works for row in rows),
        **last_changes(request.user, actions.KIND),
    }  # fmt: skip
    return render(request, "ledger/holidays.html", context, status=422 if form and form.errors else 200)


def _to_year(year: int) -> HttpResponse:
    answer = redirect("ledger:holidays")
    answer["Location"] += f"?year={year}"
    return answer


class RemoveForm(LedgerForm):
    document = PlainField(label="依据", max_length=actions.LENGTHS["document"], help_text="凭哪份文件移除，或写明录错")


def holiday_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """A day taken off the list, with the document."""
    request.nav_name = "ledger:holidays"
    found = get_object_or_404(Holiday, pk=pk, prefecture=request.user.area.prefecture)
    form = RemoveForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.remove_day(by=request.user, holiday=found, document=form.cleaned_data["document"])
        except Refused as refused:
            form.refuse(refused)
        except Holiday.DoesNotExist:  # Somebody else removed it meanwhile.
            raise Http404 from None
        else:
            messages.success(request, f"已移除 {found.day}（{found.name}）。这一天按星期算。")
            return _to_year(found.day.year)
    context = {"form": form, "holiday": found, "weekday": actions.weekday_words(found.day)}
    return render(request, "ledger/holiday_remove.html", context, status=422 if form.errors else 200)


class HolidayFileForm(LedgerForm):
    file = ListFileField(label="节假日名单", read=read_holiday_file)


def holiday_template(request: HttpRequest) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, "节假日导入模板.xlsx"), "Cache-Control": "private, no-store"}
    return HttpResponse(template(clock.today()), content_type=XLSX, headers=headers)


def holiday_import(request: HttpRequest) -> HttpResponse:
    """First the file and its preview; then, confirmed, all of it or nothing."""
    request.nav_name = "ledger:holidays"
    if request.method == "POST" and "rows" in request.POST:
        return _apply(request)
    form = HolidayFileForm(request.POST, request.FILES) if request.method == "POST" else HolidayFileForm()
    if request.method == "POST" and form.is_valid():
        return _preview(request, form.cleaned_data["file"], request.FILES["file"].name)
    return render(request, "ledger/holiday_import.html", {"form": form}, status=422 if form.errors else 200)


def _preview(request: HttpRequest, rows: list[HolidayRow], file_name: str, error: str = "") -> HttpResponse:
    """The page before writing. The lines travel back signed, bound to whoever looked at them."""
    looked = look_through(request.user.area.prefecture, rows, clock.today())
    counts = {result: sum(row.result == result for row in looked) for result in MARKS}
    order = list(MARKS)
    shown = sorted(looked, key=lambda row: (order.index(row.result), row.line))
    signed = signing.dumps({"by": request.user.pk, "name": file_name, "rows": [row.kept for row in rows]}, salt=SALT, compress=True)
    context = {
        "rows": [{"row": row, "word": MARKS[row.result][0], "mark": MARKS[row.result][1]} for row in shown],
        "counts": counts, "to_write": counts["new"] + counts["changed"], "signed": signed, "file_name": file_name, "error": error,
    }  # fmt: skip
    return render(request, "ledger/holiday_import_preview.html", context, status=422 if error else 200)


def _apply(request: HttpRequest) -> HttpResponse:
    try:
        kept = signing.loads(request.POST["rows"], salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        kept = {}
    if kept.get("by") != request.user.pk:
        messages.error(request, "预览已过期，请重新选择文件。")
        return redirect("ledger:holiday-import")
    rows = [HolidayRow(line, tuple(texts)) for line, texts in kept["rows"]]
    looked = look_through(request.user.area.prefecture, rows, clock.today())
    refused = sum(row.result == "refused" for row in looked)
    if refused:
        return _preview(request, rows, kept["name"], f"有 {refused} 行不能导入，一行也没有写入。请改好文件后重新导入。")
    days = [row.listed for row in looked]
    new, changed = actions.import_days(by=request.user, days=days)
    messages.success(request, f"已导入：新增 {new} 天，变更 {changed} 天。")
    return _to_year(min(one.day for one in days).year)
