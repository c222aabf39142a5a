"""What an outside monitor is told of the deadlines: how much is due, how much is done, how much is late; numbers and nobody's name."""

import datetime

from django.db.models import Count, Exists, F, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from reports.due_keeping import stamp
from reports.models import Due, Heartbeat, Submission
from reports.submission_moves import CORRECTED, OPEN

WATCHED = ("worker", "scheduler")
STALE_AFTER = datetime.timedelta(minutes=5)


def standing(now: datetime.datetime, since: datetime.date | None = None) -> dict:
    """The returns of all prefectures as of an instant, from a period on where one is given.

    ``due``: past the deadline and any extension, or submitted already; ``submitted`` and ``late`` divide it. ``not_done``: by form
    and period what nobody has submitted yet of the months begun, how much of it is late, and what the county has to correct.
    """
    kept = Submission.objects.everywhere("numbers name nobody").filter(due=OuterRef("pk"))
    sent, over = Q(sent=True), Q(closes__lt=now)
    correcting = sent & (Q(state__in=CORRECTED) | Q(state__in=OPEN))
    dues = Due.objects.everywhere("numbers name nobody").annotate(
        closes=Coalesce("extended_until", "deadline_at"),
        sent=Exists(kept.filter(submitted_at__isnull=False)),
        state=Subquery(kept.order_by("-revision").values("state")[:1]),
    )
    dues = dues.filter(Q(period__lte=timezone.localtime(now).date()) | over | sent)
    if since:
        dues = dues.filter(period__gte=since)
    rows = dues.order_by("period", "form").values("period", "form").annotate(
        due=Count("pk", filter=over | sent),
        submitted=Count("pk", filter=sent),
        late=Count("pk", filter=over & ~sent),
        open=Count("pk", filter=~sent),
        correcting=Count("pk", filter=correcting),
        closes_first=Min(F("closes"), filter=~sent),
    )  # fmt: skip
    rows = list(rows)
    return {
        **{name: sum(row[name] for row in rows) for name in ("due", "submitted", "late")},
        "not_done": [
            {
                "form": row["form"], "period": f"{row['period']:%Y-%m}", "not_submitted": row["open"], "late": row["late"],
                "correcting": row["correcting"], "closes": stamp(row["closes_first"]) if row["closes_first"] else None,
            }
            for row in rows
            if row["open"] or row["correcting"]
        ],
    }  # fmt: skip


def heartbeats(real_now: datetime.datetime) -> dict[str, int | None]:
    """How many seconds ago the worker and the scheduler last said that they run, by the real clock; None: never."""
    known = dict(Heartbeat.objects.filter(name__in=WATCHED).values_list("name", "beat_at"))
    return {name: max(int((real_now - known[name]).total_seconds()), 0) if name in known else None for name in WATCHED}


def all_beat(found: dict[str, int | None]) -> bool:
    return all(seconds is not None and seconds <= STALE_AFTER.total_seconds() for seconds in found.values())
