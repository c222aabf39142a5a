"""Has the worker build the month's workbooks and waits until each is fresh."""

import datetime
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from config.trial.address import Refusal
from config.trial.processes import Child, Trial
from ledger.models import Division

PATIENCE_SECONDS = 150


def workbooks(prefecture: Division, period: str) -> list[tuple[str, Path]]:
    """Each workbook of the month with its division's name: the counties in order, then the city."""
    folder = settings.REPORTS_FOLDER
    counties = [
        (county.name, folder / f"county-{county.code}-{period}.xlsx")
        for county in Division.objects.counties_of(prefecture).order_by("code")
    ]
    return [*counties, (prefecture.name, folder / f"city-{prefecture.code}-{period}.xlsx")]


def nudge(prefecture: Division, period: str) -> None:
    """Ask the worker for every return and every file of the month; the messages carry ids only."""
    from reports.tasks import beat, build_county, file_city, file_county

    beat.delay()
    counties = list(Division.objects.counties_of(prefecture).order_by("code").values_list("pk", flat=True))
    for county in counties:
        build_county.delay(county, period)
        file_county.delay(county, period)
    file_city.delay(prefecture.pk, period)


def build_month(trial: Trial, worker: Child, prefecture: Division, period: str, say: Callable[[str], None]) -> list[tuple[str, Path]]:
    """The month's workbooks, each written after this call began. Raises Refusal when the worker does not get there."""
    wanted = workbooks(prefecture, period)
    started = datetime.datetime.now().timestamp()  # noqa: DTZ005  Compared with the files' times, not shown.
    nudge(prefecture, period)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while missing := [name for name, path in wanted if not _is_fresh(path, started)]:
        if time.monotonic() > deadline:
            raise Refusal(
                f"等了 {PATIENCE_SECONDS} 秒，还有 {len(missing)} 个工作簿没有生成（{'、'.join(missing)}）。"
                f"已有的数据都在，可以再运行一次 make demo。后台任务的日志 {worker.log} 末尾：\n{worker.log_tail()}"
            )
        trial.look()
        time.sleep(0.2)
    say(f"报表任务完成：{len(wanted)} 个工作簿。")
    return wanted


def _is_fresh(path: Path, started: float) -> bool:
    return path.exists() and path.stat().st_mtime >= started - 1
