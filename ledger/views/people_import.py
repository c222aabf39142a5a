"""Importing a list of people: the file, what would become of each line, and the one press that writes it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django_htmx.http import HttpResponseClientRedirect

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import DayField, LedgerForm, ListFileField, asked, whole_number
from ledger.importing import background, uploads
from ledger.importing.keeping import Shown
from ledger.importing.layouts import LAYOUTS
from ledger.importing.plans import CHANGED, DOUBTFUL, NEW, REFUSED, UNCHANGED
from ledger.importing.reading import MEGABYTE, Limits
from ledger.importing.rest_file import rest_workbook
from ledger.models import Category, ListWork, Role, Staff, Upload
from ledger.models.list_work import IMPORT, STEPS
from ledger.models.upload import APPLIED, DROPPED, OPEN, READING

PAGE = 200
FINISHED = 3
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARKS = {
    REFUSED: ("拒收", "bad st-stop"),
    DOUBTFUL: ("存疑", "warn"),
    CHANGED: ("变更", "go"),
    NEW: ("新增", "ok st-done"),
    UNCHANGED: ("无变化", "idle st-end"),
}
WHOLE = [("", "只导入能写入的行，其余下载改正"), ("yes", "全部能写入才导入，否则一行也不写")]


class ListForm(LedgerForm):
    """Which file, in which layout, and what it does not say itself."""

    layout = forms.ChoiceField(label="版式", choices=[(code, f"{layout.word}（{layout.about}）") for code, layout in LAYOUTS.items()])
    file = ListFileField(label="名单文件", megabytes=Limits.size // MEGABYTE)
    category = forms.TypedChoiceField(
        label="人员类别", coerce=int, choices=[(Category.DIBAO, Category.DIBAO.label), (Category.TEKUN, Category.TEKUN.label)]
    )
    since = DayField(label="名单日期")
    whole = forms.TypedChoiceField(label="有拒收或存疑的行时", choices=WHOLE, required=False, coerce=bool, empty_value=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["whole"].hide_optional = True

    def clean_since(self):
        since = self.cleaned_data["since"]
        if since > clock.today():
            raise forms.ValidationError(f"名单日期 {since} 晚于今天，请改正。")
        return since


def choose(request: HttpRequest) -> HttpResponse:
    """The file and the choices that hold for all its lines."""
    layout = "roster" if request.user.role == Role.POVERTY else "f2"
    initial = {"layout": layout, "since": clock.today()}
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else _unread(request) or ListForm(initial=initial)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("layout", "category", "since", "whole")}
        file = form.cleaned_data["file"]
        try:
            upload = background.look_through(by=request.user, name=file.name, content=file.read(), **told)
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect("ledger:people-import-preview", upload.pk)
    waiting = Upload.objects.visible_to(request.user).filter(state__in=(OPEN, READING)).order_by("-made_at")
    waiting = [upload for upload in waiting if not uploads.is_over(upload)]
    context = {"form": form, "waiting": waiting, "finished": _finished(request.user)}
    return render(request, "ledger/import_choose.html", context, status=422 if form.errors else 200)


def _finished(staff: Staff) -> list[tuple[Upload, int]]:
    """The last lists that were imported, by the page or the command, with lines left to be put right, and how many."""
    applied = Upload.objects.visible_to(staff).filter(state=APPLIED).order_by("-applied_at")[:FINISHED]
    return [(upload, left) for upload in applied if not uploads.is_over(upload) and (left := uploads.left(upload))]


def _unread(request: HttpRequest) -> ListForm | None:
    """The form as it was sent with a long file that could not be read, the sentence beside the file; ``unread`` names the upload."""
    pk = whole_number(asked(request, "unread"))
    upload = Upload.objects.visible_to(request.user).filter(pk=pk, state=DROPPED).first() if pk else None
    work = ListWork.objects.visible_to(request.user).filter(upload=upload).exclude(said="").first() if upload else None
    if work is None:
        return None
    told = {"layout": upload.layout, "category": upload.category, "since": upload.since, "whole": "yes" if upload.whole else ""}
    form = ListForm(told)
    form.is_valid()
    form.errors.clear()
    form.add_error("file", work.said)
    return form


def _upload(request: HttpRequest, pk: int) -> Upload:
    request.nav_name = "ledger:people-import"
    return get_object_or_404(Upload.objects.visible_to(request.user), pk=pk)


def _over(request: HttpRequest, upload: Upload) -> HttpResponse | None:
    """Where to go while a process works on the list, and when nothing of it is kept any more."""
    if background.unfinished(upload):
        return redirect("ledger:people-import-work", upload.pk)
    if not uploads.is_over(upload):
        return None
    messages.error(request, "这份名单已过期或已放弃，内容不再保留。请重新选择文件。")
    return redirect("ledger:people-import")


def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Every line with its result, what needs somebody first; after the import what became of it."""
    upload = _upload(request, pk)
    if gone := _over(request, upload):
        return gone
    rows = uploads.rows_of(upload)
    order = list(MARKS)
    show = asked(request, "show")
    chosen = sorted((row for row in rows if show not in MARKS or row.result == show), key=lambda row: (order.index(row.result), row.line))
    start = whole_number(asked(request, "from")) or 0
    start = start if start < len(chosen) else 0
    waiting, writing = uploads.waiting(upload, rows), uploads.to_write(upload, rows)
    context = {
        "upload": upload, "rows": [_drawn(upload, row) for row in chosen[start : start + PAGE]], "read": len(rows), "show": show,
        "tabs": [(result, MARKS[result][0], upload.counts[result]) for result in MARKS],
        "counts": upload.counts, "waiting": len(waiting), "to_write": len(writing), "late": upload.outcome.get("refused", {}),
        "confirmed": sum(upload.decisions.values()), "left_out": sum(not yes for yes in upload.decisions.values()),
        "notices": uploads.list_of(upload).notices, "layout": LAYOUTS[upload.layout].word, "with_disease": upload.layout == "f2",
        "category": Category(upload.category).label, "open": upload.state == OPEN, "applied": upload.state == APPLIED,
        "doubtful_left": sum(1 for row in waiting if row.result == DOUBTFUL), "blocked": upload.whole and bool(waiting),
        "first": start + 1, "last": min(start + PAGE, len(chosen)), "total": len(chosen),
        "newer": max(start - PAGE, 0) if start else None, "older": start + PAGE if start + PAGE < len(chosen) else None,
    }  # fmt: skip
    return render(request, "ledger/import_preview.html", context)


def _drawn(upload: Upload, row: Shown) -> dict:
    """A row with its mark, and what has been decided or came of it."""
    word, mark = MARKS[row.result]
    late = upload.outcome.get("refused", {}).get(str(row.line), "")
    if late:
        word, mark = "未写入", "bad st-stop"
    return {"row": row, "word": word, "mark": mark, "decision": upload.decisions.get(str(row.line)), "late": late}


def decide_row(request: HttpRequest, pk: int) -> HttpResponse:
    """A doubtful line confirmed, left out, or put back to where it was."""
    upload = _upload(request, pk)
    if background.unfinished(upload):
        return redirect("ledger:people-import-work", upload.pk)
    line = request.POST.get("line", "")
    answer = {"yes": True, "no": False}.get(request.POST.get("as", ""))
    try:
        uploads.decide(by=request.user, upload=upload, line=whole_number(line) or 0, yes=answer)
    except Refused as refused:
        messages.error(request, refused.message)
    show = request.POST.get("show", "")
    back = redirect("ledger:people-import-preview", upload.pk)
    back["Location"] += (f"?show={show}" if show in MARKS else "") + (f"#row-{line}" if line.isdecimal() else "")
    return back


def rest(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines to be put right, in full, as a workbook in the same layout; where all or nothing is written, with all the others behind."""
    upload = _upload(request, pk)
    if gone := _over(request, upload):
        return gone
    read = uploads.rows_of(upload)
    rows = uploads.waiting(upload, read)
    if upload.whole and upload.state == OPEN:
        named = {row.line for row in rows} | {int(line) for line, yes in upload.decisions.items() if not yes}
        rows += [row for row in read if row.line not in named]
    content = rest_workbook(uploads.list_of(upload), rows, upload.outcome.get("refused", {}))
    detail = {"what": "待改的名单", "people": len(rows)}
    record("exported", by=request.user, subject=upload, county=request.user.area.county, detail=detail)
    stem = upload.file_name.rpartition(".")[0] or "名单"
    headers = {"Content-Disposition": content_disposition_header(True, f"{stem}_待改.xlsx"), "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what the preview promised, once; a long list by a process of its own."""
    upload = _upload(request, pk)
    long = len(uploads.to_write(upload, uploads.rows_of(upload))) > background.LONG_LIST
    if background.unfinished(upload):
        return redirect("ledger:people-import-work", upload.pk)
    try:
        if long and upload.state == OPEN:
            background.ask_to_import(by=request.user, upload=upload)
            return redirect("ledger:people-import-work", upload.pk)
        upload = uploads.import_people(by=request.user, upload=upload)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        written = sum(upload.outcome[key] for key in ("new", "changed", "confirmed"))
        waiting = len(uploads.waiting(upload, uploads.rows_of(upload)))
        messages.success(request, f"已导入 {written} 行" + (f"，另 {waiting} 行可下载改后再传。" if waiting else "。"))
    return redirect("ledger:people-import-preview", upload.pk)


def drop_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the list up."""
    upload = _upload(request, pk)
    if background.unfinished(upload):
        return redirect("ledger:people-import-work", upload.pk)
    try:
        uploads.drop(by=request.user, upload=upload)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "已放弃这份名单，没有写入台账。")
    return redirect("ledger:people-import")


def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the process is; it is started anew where it has died. The page asks again by itself, with or without a script."""
    upload = _upload(request, pk)
    work = background.unfinished(upload)
    if work is None:
        return _after_work(request, upload)
    background.nudge(work)
    work.refresh_from_db()
    context = {
        "upload": upload, "work": work, "step": STEPS[work.stage], "left": background.seconds_left(work), "importing": work.kind == IMPORT,
        "again": work.run > 1,
    }  # fmt: skip
    return render(request, "ledger/_import_progress.html" if request.htmx else "ledger/import_progress.html", context)


def _after_work(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Where the list stands once the process is done with it."""
    upload.refresh_from_db()  # The process may have ended after this page found the list.
    work = ListWork.objects.visible_to(request.user).filter(upload=upload).first()
    address = reverse("ledger:people-import-preview", args=[upload.pk])
    if work and work.said and upload.state == DROPPED:
        address = f"{reverse('ledger:people-import')}?unread={upload.pk}"
    elif work and work.said:
        messages.error(request, work.said)
    elif upload.state == DROPPED:
        address = reverse("ledger:people-import")
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the process off."""
    upload = _upload(request, pk)
    if not background.cancel(by=request.user, upload=upload):
        messages.error(request, "已经处理完，来不及取消。")
        return redirect("ledger:people-import-work", upload.pk)
    upload.refresh_from_db()
    messages.success(request, "已取消，没有写入台账。")
    return redirect("ledger:people-import") if upload.state == DROPPED else redirect("ledger:people-import-preview", upload.pk)
