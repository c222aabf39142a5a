"""A city's consolidated workbook of 120 counties and 1,000,000 cases, made by the workers while people go on working.

    .venv/bin/python benchmarks/consolidation.py        # goal: at most 60 s with two workers, and pages at most 500 ms (p95)

The ledger is that of ``million.py``, copied once with all 120 counties under one city. No county has submitted and none has a
draft: every share is counted from the ledger, the dearest case. The workers are processes that do what the Celery task does
(``reports.jobs.work_on``); meanwhile a clerk and the city open pages, one after the other with a short rest between, and each
answer is timed. Peer: the same workbook drawn by one process in one go (``reports.consolidating.city_workbook``), in the same run.

On an idle machine with two cores: two workers 49.8 s while 291 pages were opened (p95 327 ms, before 155 ms); one process alone
78.8 s; the same bytes.
"""

import argparse
import hashlib
import itertools
import statistics
import subprocess
import sys
import time
from pathlib import Path

from million import NAME, open_million

HERE = Path(__file__).resolve().parent
CITY = "ledger_million_city"
PERIOD = "2019-10"
REST = 0.05
WORK = "from consolidation import at_work; at_work(int(__import__('sys').argv[1]))"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--reuse", action="store_true", help="take the databases as they stand, whatever changed since they were made")
    told = asked.parse_args()
    open_million(reuse=told.reuse)
    one_city()
    from django.db import connection
    from django.test.utils import setup_test_environment

    from ledger.models import Division, Staff

    setup_test_environment()
    city = Staff.objects.select_related("area").get(username="city-450000")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_case")
        print(f"{cursor.fetchone()[0]:,} cases, {Division.objects.counties_of(city.area).count()} counties of one city")
    alone, quiet = by_one_process(city), pages_for(lambda: False, city)
    seconds, pages = by_workers(city, told.workers)
    print(f"one process alone            {alone[0]:6.1f} s")
    print(
        f"{told.workers} workers, people at work    {seconds:6.1f} s   goal ≤ 60 s: {'met' if seconds <= 60 else 'NOT MET'}; × {alone[0] / seconds:.2f} of one process"
    )
    print(f"pages before, p95            {p95(quiet):6.0f} ms ({len(quiet)} pages)")
    print(
        f"pages meanwhile, p95         {p95(pages):6.0f} ms ({len(pages)} pages)   goal ≤ 500 ms: {'met' if p95(pages) <= 500 else 'NOT MET'}"
    )
    print("the same bytes" if alone[1] == file_hash(city) else "NOT THE SAME BYTES")


def one_city() -> None:
    """A copy of the million with all counties under the first city."""
    from django.conf import settings
    from django.db import connection

    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [NAME])
        (mark,) = cursor.fetchone()
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [CITY])
        found = cursor.fetchone()
        if not found or found[0] != mark:
            cursor.execute(f"DROP DATABASE IF EXISTS {CITY}")
            cursor.execute(f"CREATE DATABASE {CITY} TEMPLATE {NAME}")
    settings.DATABASES["default"]["NAME"] = CITY
    connection.settings_dict["NAME"] = CITY
    from ledger.models import Division, Role, Staff
    from ledger.models.division import Level

    first = Division.objects.filter(level=Level.PREFECTURE).order_by("code").first()
    Division.objects.filter(level=Level.COUNTY).update(parent=first)
    facts = {"full_name": "市级", "role": Role.CITY, "area": first, "must_change_password": False}
    Staff.objects.update_or_create(username="city-450000", defaults=facts)
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON DATABASE {CITY} IS '{mark}'")
        cursor.execute("DELETE FROM reports_jobpart; DELETE FROM reports_job")


def by_one_process(city) -> tuple[float, str]:
    from reports.consolidating import city_workbook
    from reports.returns import first_of

    began = time.perf_counter()
    content = city_workbook(city.area, first_of(PERIOD))
    return time.perf_counter() - began, hashlib.sha256(content).hexdigest()


def by_workers(city, number: int) -> tuple[float, list[float]]:
    """(seconds from asking to the file, what pages took meanwhile in milliseconds)."""
    from reports import jobs
    from reports.models import Job

    jobs.nudge = lambda job_id: None
    began = time.perf_counter()
    job = jobs.ask_job(by=city, kind="city_month", terms={"period": PERIOD})
    hands = [subprocess.Popen([sys.executable, "-c", WORK, str(job.pk)], cwd=HERE) for _ in range(number)]
    ended: list[float] = []

    def done() -> bool:
        if not Job.objects.visible_to(city).filter(pk=job.pk, state__in=jobs.GONE_ON).exists():
            ended.append(time.perf_counter())
        return bool(ended)

    taken = pages_for(done, city, until_done=True)
    for hand in hands:
        hand.wait()
    job = Job.objects.visible_to(city).get(pk=job.pk)
    assert job.state == "done", (job.state, job.said)
    return ended[0] - began, taken


def at_work(job_id: int) -> None:
    """One worker: what the Celery task does."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = CITY
    django.setup()
    from reports.jobs import work_on

    work_on(job_id)


def file_hash(city) -> str:
    from reports.models import Job

    return Job.objects.visible_to(city).order_by("-pk").values_list("file_hash", flat=True)[0]


def pages_for(done, city, *, until_done: bool = False) -> list[float]:
    """A clerk and the city open pages until it is done, or forty of them; milliseconds each."""
    from django.test import Client
    from django.urls import reverse

    from ledger.models import Disease, Staff

    clerk = Staff.objects.filter(role="clerk").order_by("username").first()
    disease = Disease.objects.get(code="stroke").pk
    desk, office = Client(), Client()
    desk.force_login(clerk)
    office.force_login(city)
    addresses = [
        (desk, reverse("reports:workbench")), (desk, f"{reverse('ledger:case-list')}?disease={disease}"),
        (desk, f"{reverse('ledger:case-list')}?q=韦桂"), (desk, reverse("reports:months")), (office, f"{reverse('ledger:case-list')}?disease={disease}"),
        (office, reverse("reports:jobs")),
    ]  # fmt: skip
    for client, address in addresses:
        client.get(address)  # The first of each fills what is filled once.
    taken: list[float] = []
    for client, address in itertools.cycle(addresses):
        if done() or (not until_done and len(taken) >= 40):
            return taken
        began = time.perf_counter()
        answer = client.get(address)
        taken.append((time.perf_counter() - began) * 1e3)
        assert answer.status_code == 200, (address, answer.status_code)
        time.sleep(REST)
    return taken


def p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


if __name__ == "__main__":
    main()
