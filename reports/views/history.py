"""经过: every revision of a return with its hashes, what one says otherwise than the one before, and all that was done, by whom and why."""

import datetime
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import whole_number
from reports.cells import Difference, differences
from reports.models import CellRemark, ReturnEvent, Submission
from reports.return_events import event_words
from reports.returns import payload_of
from reports.submission_moves import RETURNED, WHY
from reports.views.due_states import DueState
from reports.views.kinds import ReturnKind
from reports.views.reach import county_in_reach
from reports.views.return_frame import return_frame
from reports.views.return_page import read_return

SHOWN = 60  # Cells of a difference on the page; the rest is counted.
MARKS = {"draft": "idle", "checked": "go", "submitted": "ok st-done", "received": "ok st-done", "returned": "bad st-stop"}


@dataclass(frozen=True)
class FormHistory:
    """One form: how it stands, its revisions newest first, one of them held against the one before, and what was done."""

    form: str
    state: DueState
    why: tuple[str, str]
    revisions: list[tuple[Submission, str]]
    compared: tuple[int, int] | None
    changes: list[Difference]
    more: int
    remarks: list[CellRemark]
    events: list[tuple[ReturnEvent, str]]


def history(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """All forms of the return; ``?form=F1&revision=2`` chooses which revision is compared with the one before."""
    request.nav_name = "reports:months"
    county = county_in_reach(request.user, code)
    try:
        page = read_return(request.user, kind, county, period, with_checks=False)
    except Refused:
        raise Http404 from None
    dues = [state.due.pk for state in page.states.values()]
    kept = Submission.objects.visible_to(request.user).filter(due__in=dues).defer("payload", "checks")
    of_due: dict[int, list[Submission]] = {}
    for one in kept.select_related("submitted_by", "prepared_by").order_by("-revision"):
        of_due.setdefault(one.due_id, []).append(one)
    events: dict[int, list[tuple[ReturnEvent, str]]] = {}
    for event in (
        ReturnEvent.objects.visible_to(request.user)
        .filter(due__in=dues)
        .select_related("by", "submission")
        .defer("submission__payload", "submission__checks")
        .order_by("-pk")  # As it was written: in the demo, whose day is fixed, the hour goes back at midnight.
    ):
        events.setdefault(event.due_id, []).append((event, event_words(event.what)))
    asked = (request.GET.get("form", ""), whole_number(request.GET.get("revision", "")))
    forms = [_told(request, state, of_due.get(state.due.pk, []), events.get(state.due.pk, []), asked) for state in page.states.values()]
    record(
        "viewed_list",
        by=request.user,
        county=county,
        detail={"form": "、".join(kind.forms), "period": f"{period:%Y-%m}", "what": "上报经过"},
    )
    counts = (
        {"f2": len(page.returns["F2"].payload["rows"]), "roster": len(page.returns["F1"].payload["roster"])} if "F2" in page.returns else {}
    )
    return render(request, "reports/return_history.html", return_frame(page, "history") | {"forms": forms, "counts": counts})


def _told(request: HttpRequest, state: DueState, revisions: list[Submission], events: list, asked: tuple[str, int | None]) -> FormHistory:
    chosen = asked[1] if asked[0] == state.due.form and asked[1] else (revisions[0].revision if revisions else 0)
    after = next((one for one in revisions if one.revision == chosen), None)
    before = next((one for one in revisions if one.revision == chosen - 1), None)
    found = differences(payload_of(before), payload_of(after)) if after and before else []
    rows = CellRemark.objects.visible_to(request.user).filter(submission__in=[one.pk for one in revisions if one.state == RETURNED])
    latest = revisions[0] if revisions else None
    return FormHistory(
        form=state.due.form, state=state, why=WHY[latest.state] if latest else ("还没有草稿。", "请生成草稿。"),
        revisions=[(one, MARKS.get(one.state, "ok st-end")) for one in revisions],
        compared=(before.revision, after.revision) if after and before else None, changes=found[:SHOWN], more=max(len(found) - SHOWN, 0),
        remarks=list(rows.select_related("submission", "by", "answered_by").defer("submission__payload", "submission__checks").order_by("-submission__revision", "pk")),
        events=events,
    )  # fmt: skip
