"""Background work of the month: each task carries ids only, may run twice, and may be killed anywhere."""

from collections.abc import Sequence

from celery import shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from ledger.models import Division
from reports import jobs
from reports.actions import rebuild_drafts
from reports.consolidating import city_workbook
from reports.ensuring import ensure_now
from reports.mailing import send_waiting
from reports.models import MONTHLY, Heartbeat
from reports.returns import county_workbook, first_of
from reports.whole_file import write_whole

# A database that restarts and a full disk pass: what they kept from being done is done a little later.
AGAIN = {"autoretry_for": (InterfaceError, OperationalError, OSError), "retry_backoff": 1, "retry_backoff_max": 60, "max_retries": 10}


@shared_task
def prepare_due_returns() -> None:
    """See to what is due: rows a year ahead, deadlines, drafts, reminders, long work. What a lost message left undone the next run finds."""
    ensure_now(wait=False)


@shared_task
def build_county(county_id: int, period: str, group: Sequence[str] = MONTHLY) -> None:
    """Bring a county's drafts of a period and group of forms up to the ledger."""
    rebuild_drafts(Division.objects.get(pk=county_id), first_of(period), group=tuple(group))


@shared_task(**AGAIN)
def file_county(county_id: int, period: str) -> None:
    """Put a county's workbook into the reports' folder."""
    county = Division.objects.get(pk=county_id)
    _file(f"county-{county.code}-{period}.xlsx", county_workbook(county, first_of(period)))


@shared_task(**AGAIN)
def file_city(prefecture_id: int, period: str) -> None:
    """Put a prefecture's consolidated workbook into the reports' folder."""
    prefecture = Division.objects.get(pk=prefecture_id)
    _file(f"city-{prefecture.code}-{period}.xlsx", city_workbook(prefecture, first_of(period)))


@shared_task(**AGAIN)
def work_on_job(job_id: int) -> None:
    """Do what is left of a long work's shares."""
    jobs.work_on(job_id)


@shared_task
def mail_reminders() -> None:
    """Send what reminders wait for the mail."""
    send_waiting()


@shared_task
def beat() -> None:
    """The worker is alive: told by the real clock, whatever the business date."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"beat_at": timezone.now()})


def _file(name: str, content: bytes) -> None:
    settings.REPORTS_FOLDER.mkdir(parents=True, exist_ok=True)
    write_whole(settings.REPORTS_FOLDER / name, content)
