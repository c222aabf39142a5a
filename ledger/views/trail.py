"""The trail as the auditor of a prefecture reads it; reading it is on the trail too."""

import datetime

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ledger.actions.trail import record
from ledger.forms import DayField, LedgerForm, PlainField, whole_number
from ledger.models import AuditEvent, Division, Staff
from ledger.trail_words import ACTIONS, action_words, detail_words, role_words, subject_words

PAGE = 50


class TrailForm(LedgerForm):
    """What narrows the list; an unreadable day is said beside it."""

    action = forms.ChoiceField(label="动作", choices=[("", "全部动作"), *ACTIONS.items()], required=False)
    username = PlainField(label="用户名", required=False, max_length=40)
    day = DayField(label="日期", required=False)


def trail_of(prefecture: Division) -> QuerySet[AuditEvent]:
    """What was done by the prefecture's staff, by whatever role, and what was done to its counties."""
    within = Q(area=prefecture) | Q(area__parent=prefecture) | Q(area__parent__parent=prefecture)
    counties = Division.objects.counties_of(prefecture).values("code")
    itself = Q(subject_type="division", subject_id=prefecture.pk)  # What the system did by itself for all of it, as moving a deadline.
    return AuditEvent.objects.filter(Q(staff__in=Staff.objects.filter(within)) | Q(county_code__in=counties) | itself)


def _narrowed(events: QuerySet[AuditEvent], asked: dict) -> QuerySet[AuditEvent]:
    if asked.get("action"):
        events = events.filter(action=asked["action"])
    if asked.get("username"):
        events = events.filter(username=asked["username"].lower())
    if asked.get("day"):
        start = timezone.make_aware(datetime.datetime.combine(asked["day"], datetime.time.min))
        events = events.filter(at__gte=start, at__lt=start + datetime.timedelta(days=1))
    return events


def _page(events: QuerySet[AuditEvent], before: str, after: str) -> tuple[list[AuditEvent], int | None, int | None]:
    """Fifty rows, newest first, from a row on; with the marks that lead to newer and to older ones."""
    newer_than, older_than = whole_number(after), whole_number(before)
    if newer_than is not None:
        rows = list(events.filter(pk__gt=newer_than).order_by("id")[: PAGE + 1])
        newer, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        older = bool(rows)
    else:
        start = events if older_than is None else events.filter(pk__lt=older_than)
        rows = list(start.order_by("-id")[: PAGE + 1])
        older, rows = len(rows) > PAGE, rows[:PAGE]
        newer = older_than is not None and bool(rows)
    return rows, (rows[0].pk if newer else None), (rows[-1].pk if older else None)


def trail(request: HttpRequest) -> HttpResponse:
    """Newest first, narrowed by action, user name and day."""
    form = TrailForm(request.GET)
    form.is_valid()
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    events = _narrowed(trail_of(request.user.area), asked).select_related("seal")
    rows, newer, older = _page(events, request.GET.get("before", ""), request.GET.get("after", ""))
    told = "、".join(action_words(value) if name == "action" else str(value) for name, value in asked.items())
    record("viewed_trail", by=request.user, detail={"filters": told} if told else {})
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    context = {
        "form": form, "newer": newer, "older": older, "page_size": PAGE, "query": query.urlencode() if asked or form.errors else "",
        "rows": [
            {
                "event": event, "role": role_words(event.role), "action": action_words(event.action), "subject": subject_words(event),
                "told": detail_words(event), "sealed": hasattr(event, "seal"),
            }
            for event in rows
        ],
    }  # fmt: skip
    return render(request, "ledger/trail.html", context, status=422 if form.errors else 200)
