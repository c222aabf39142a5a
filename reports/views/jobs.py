"""Long work on the screen: asked for, watched, called off, downloaded when it is done."""

import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from reports.city_periods import QUARTER, YEAR
from reports.job_kinds import MONTH, PERIOD
from reports.jobs import DRAWING, GONE_ON, KEPT, ask_job, cancel_job, file_of
from reports.models import Job
from reports.models.job import DONE
from reports.views.downloads import as_file

SHOWN = 50


def found_job(request: HttpRequest, pk: int) -> Job:
    request.nav_name = "reports:jobs"
    return get_object_or_404(Job.objects.visible_to(request.user), pk=pk)


def jobs(request: HttpRequest) -> HttpResponse:
    """What this member of staff had made, the latest first."""
    rows = list(Job.objects.visible_to(request.user)[:SHOWN])
    return render(request, "reports/jobs.html", {"rows": rows, "shown": SHOWN, "kept_days": KEPT.days})


def job_ask(request: HttpRequest, period: datetime.date, span: str = "") -> HttpResponse:
    """Have the city's workbook of a month made, or of the quarter or year up to it."""
    if span not in ("", QUARTER, YEAR):
        raise Http404
    terms = {"period": f"{period:%Y-%m}"} | ({"span": span} if span else {})
    try:
        if period > clock.today():
            raise Refused(f"{period.year} 年 {period.month} 月还没有开始，不能汇总。请改选已经开始的月份。")
        job = ask_job(by=request.user, kind=PERIOD if span else MONTH, terms=terms)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("reports:months")
    return redirect("reports:job", job.pk)


def job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; its file once it is done."""
    return render(request, "reports/job.html", _told(found_job(request, pk)))


def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of that page; once the work has ended the whole page is fetched anew."""
    found = found_job(request, pk)
    answer = render(request, "reports/_job_progress.html", _told(found))
    if found.state not in GONE_ON:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _told(found: Job) -> dict:
    drawing = found.doing == DRAWING
    step = (
        "等待后台处理"
        if found.beat_at is None
        else DRAWING
        if drawing
        else "正在汇总各县（区）"
        if found.total == 1
        else f"正在汇总第 {min(found.done + 1, found.total)} / {found.total} 个县（区）"
    )
    return {
        "job": found, "going_on": found.state in GONE_ON, "step": step, "percent": 100 * found.done // (found.total + 1) if found.total else 0,
        "has_file": found.state == DONE and bool(found.file_hash), "kept_days": KEPT.days,
    }  # fmt: skip


def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = found_job(request, pk)
    try:
        cancel_job(by=request.user, job=found)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已取消“{found.title}”。")
    return redirect("reports:job", found.pk)


def job_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The finished file; a sentence where it is no longer there as it was made."""
    found = found_job(request, pk)
    content = file_of(found) if found.state == DONE else None
    if content is None:
        messages.error(request, f"“{found.title}”的文件已经不在，请重新生成。")
        return redirect("reports:job", found.pk)
    record("exported", by=request.user, subject=found, detail={"what": found.title})
    return as_file(content, found.file_name)
