"""Background work of the month: each task carries ids only, may run twice, and may be killed anywhere."""

import datetime
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from ledger import clock
from ledger.models import Division
from reports.actions import make_dues, rebuild_drafts
from reports.models import GROUPS, MONTHLY, Due, DueRule, Heartbeat, Submission
from reports.returns import city_workbook, county_workbook, first_of
from reports.submission_moves import OPEN

DRAFTS_FROM_DAY = 20


@shared_task
def prepare_due_returns() -> None:
    """Make what is due a year ahead; nudge every county whose draft was not built today: the month's from the 20th on,
    and those of past months that were never submitted, so that each reaches its own cut-off.

    What is due and undone is asked of the database each time, so a lost message is made good by the next run.
    """
    today = clock.today()
    for prefecture in Division.objects.filter(pk__in=DueRule.objects.values("prefecture")):
        for year in (today.year, today.year + 1):
            make_dues(prefecture, year)
    begun = today.replace(day=1) if today.day >= DRAFTS_FROM_DAY else today.replace(day=1) - datetime.timedelta(days=1)
    latest = Submission.objects.everywhere("what is due names nobody").filter(due=OuterRef("pk")).order_by("-revision")
    dues = Due.objects.everywhere("what is due names nobody").filter(period__lte=begun)
    dues = dues.annotate(state=Subquery(latest.values("state")[:1]), built_at=Subquery(latest.values("built_at")[:1]))
    owing = dues.filter(Q(state=None) | Q(state__in=OPEN, built_at__date__lt=today))
    for group in GROUPS:
        others = () if group == MONTHLY else (list(group),)
        for county_id, period in sorted(set(owing.filter(form__in=group).values_list("county", "period"))):
            build_county.delay(county_id, f"{period:%Y-%m}", *others)


@shared_task
def build_county(county_id: int, period: str, group: Sequence[str] = MONTHLY) -> None:
    """Bring a county's drafts of a period and group of forms up to the ledger."""
    rebuild_drafts(Division.objects.get(pk=county_id), first_of(period), group=tuple(group))


@shared_task
def file_county(county_id: int, period: str) -> None:
    """Put a county's workbook into the reports' folder."""
    county = Division.objects.get(pk=county_id)
    _file(f"county-{county.code}-{period}.xlsx", county_workbook(county, first_of(period)))


@shared_task
def file_city(prefecture_id: int, period: str) -> None:
    """Put a prefecture's consolidated workbook into the reports' folder."""
    prefecture = Division.objects.get(pk=prefecture_id)
    _file(f"city-{prefecture.code}-{period}.xlsx", city_workbook(prefecture, first_of(period)))


@shared_task
def beat() -> None:
    """The worker is alive: told by the real clock, whatever the business date."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"beat_at": timezone.now()})


def _file(name: str, content: bytes) -> None:
    settings.REPORTS_FOLDER.mkdir(parents=True, exist_ok=True)
    write_whole(settings.REPORTS_FOLDER / name, content)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads; whoever looks finds the old one or the new one, never a part. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600.
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
