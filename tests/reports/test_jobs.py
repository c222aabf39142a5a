"""A city of many counties has its workbook made by the workers: watched, called off, taken up again, downloaded whole."""

import datetime
import io
import threading

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent
from reports import consolidating, job_kinds, jobs, tasks
from reports.consolidating import city_workbook
from reports.models import Job, JobPart
from tests.ledger.desks import client_of, text_of

OCTOBER = {"period": "2017-10"}
MONTH = datetime.date(2017, 10, 1)


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.REPORTS_FOLDER = tmp_path
    return tmp_path / "jobs"


@pytest.fixture
def nudged(monkeypatch) -> list[int]:
    """What the workers were told, in place of telling them."""
    told: list[int] = []
    monkeypatch.setattr(tasks.work_on_job, "apply_async", lambda args, **_: told.append(args[0]))
    return told


@pytest.fixture
def asked(cast, ledger, nudged, django_capture_on_commit_callbacks) -> Job:
    ledger.person("韦桂兰", ("cataract", "06-01", "10-05"))
    with django_capture_on_commit_callbacks(execute=True):
        return jobs.ask_job(by=cast.city, kind="city_month", terms=OCTOBER)


def stands(job: Job) -> dict:
    return Job.objects.everywhere("a test looks").filter(pk=job.pk).values("state", "doing", "done", "total", "run", "said").get()


def test_the_workers_make_the_very_file_that_a_small_city_downloads_at_once(cast, asked, nudged, folder):
    assert nudged == [asked.pk] * jobs.HANDS
    assert stands(asked) == {"state": "waiting", "doing": "", "done": 0, "total": 2, "run": 0, "said": ""}
    for _ in nudged:
        tasks.work_on_job(asked.pk)
    assert stands(asked) == {"state": "done", "doing": "", "done": 2, "total": 2, "run": 0, "said": ""}
    asked.refresh_from_db()
    assert jobs.file_of(asked) == city_workbook(cast.prefecture, MONTH)
    assert (asked.file_name, asked.size) == ("柳州市2017年10月大病专项救治汇总表.xlsx", len(jobs.file_of(asked)))
    assert [path.name for path in folder.iterdir()] == [f"{asked.pk}.xlsx"]
    assert {part.result.reveal() for part in JobPart.objects.all()} == {""}, "the shares are emptied"


def test_the_same_asked_again_while_it_is_made_is_the_same(cast, asked):
    assert jobs.ask_job(by=cast.city, kind="city_month", terms=OCTOBER).pk == asked.pk
    assert jobs.ask_job(by=cast.city, kind="city_month", terms={"period": "2017-09"}).pk != asked.pk
    tasks.work_on_job(asked.pk)
    assert jobs.ask_job(by=cast.city, kind="city_month", terms=OCTOBER).pk != asked.pk


def test_called_off_it_leaves_no_file_and_says_so(cast, asked, folder):
    jobs.cancel_job(by=cast.city, job=asked)
    tasks.work_on_job(asked.pk)
    assert stands(asked)["state"] == "cancelled" and not folder.exists()
    with pytest.raises(Refused, match="这项处理已经结束，不用取消。"):
        jobs.cancel_job(by=cast.city, job=asked)


def test_called_off_while_the_file_is_drawn_the_file_is_thrown_away(cast, asked, folder, monkeypatch):
    kind = job_kinds.KINDS["city_month"]

    def drawn(*args) -> bytes:
        jobs.cancel_job(by=cast.city, job=asked)
        return kind.draw(*args)

    monkeypatch.setitem(job_kinds.KINDS, "city_month", job_kinds.Kind(kind.part, drawn, kind.file_name, kind.title))
    tasks.work_on_job(asked.pk)
    assert stands(asked)["state"] == "cancelled" and list(folder.iterdir()) == []


def test_what_cannot_be_counted_ends_with_its_sentence(cast, nudged):
    early = jobs.ask_job(by=cast.city, kind="city_month", terms={"period": "2017-12"})
    tasks.work_on_job(early.pk)
    assert stands(early) == {
        "state": "stopped", "doing": "", "done": 0, "total": 2, "run": 0,
        "said": "2017 年 12 月还没有开始，不能统计。请改选已经开始的月份。",
    }  # fmt: skip


def test_silent_work_is_taken_up_again_and_given_up_after_five_times(asked, nudged):
    nudged.clear()
    for number in range(1, jobs.RUNS + 1):
        assert jobs.resume() == 1 and stands(asked)["run"] == number
        assert jobs.resume() == 0, "it was only just taken up"
        with connection.cursor() as cursor:
            cursor.execute("UPDATE reports_job SET beat_at = beat_at - interval '31 seconds'")
    assert nudged == [asked.pk] * jobs.HANDS * jobs.RUNS
    assert jobs.resume() == 0
    assert (stands(asked)["state"], stands(asked)["said"]) == ("stopped", "处理时中断了几次，没有做成。请稍后重新生成。")


def test_without_a_broker_it_waits_for_the_scheduler(cast, monkeypatch, caplog, django_capture_on_commit_callbacks):
    def silent(*_, **__):
        raise OSError("no broker")

    monkeypatch.setattr(tasks.work_on_job, "apply_async", silent)
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.ask_job(by=cast.city, kind="city_month", terms=OCTOBER)
    assert stands(job)["state"] == "waiting" and "no broker answered" in caplog.text


def test_a_full_disk_leaves_no_part_of_a_file_and_the_next_run_makes_it_whole(asked, folder, monkeypatch):
    from reports import whole_file

    with monkeypatch.context() as full:
        full.setattr(whole_file.os, "fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OSError, match="No space left"):
            tasks.work_on_job(asked.pk)
    assert stands(asked)["state"] == "running" and list(folder.iterdir()) == []
    tasks.work_on_job(asked.pk)
    asked.refresh_from_db()
    assert asked.state == "done" and jobs.file_of(asked) is not None


def test_the_page_goes_from_the_offer_to_the_file(cast, ledger, nudged, monkeypatch):
    monkeypatch.setattr("reports.views.job_offer.MANY_COUNTIES", 1)
    city = client_of(cast.city)
    offered = city.get(reverse("reports:city-workbook", args=["2017-10"]))
    assert "全市2017年10月大病专项救治汇总表" in text_of(offered) and "县（区）较多，由后台生成" in text_of(offered)
    page = city.post(reverse("reports:job-ask", args=["2017-10"]), follow=True)
    job = Job.objects.everywhere("a test looks").get()
    assert page.redirect_chain == [(reverse("reports:job", args=[job.pk]), 302)]
    assert "等待后台处理" in text_of(page) and 'hx-trigger="every 1s"' in page.content.decode()
    early = city.get(reverse("reports:job-file", args=[job.pk]), follow=True)
    assert "的文件已经不在，请重新生成。" in text_of(early)
    tasks.work_on_job(job.pk)
    progress = city.get(reverse("reports:job-progress", args=[job.pk]))
    assert progress.headers["HX-Refresh"] == "true" and "hx-trigger" not in progress.content.decode()
    assert "已完成" in text_of(city.get(reverse("reports:job", args=[job.pk])))
    answer = city.get(reverse("reports:job-file", args=[job.pk]))
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames == ["汇总", "县×病种", "救治进度", "柳城县", "鹿寨县"]
    assert "已完成" in text_of(city.get(reverse("reports:jobs")))
    assert list(AuditEvent.objects.filter(subject_type="job").order_by("pk").values_list("action", flat=True)) == ["job_asked", "exported"]


def test_a_quarter_or_a_year_of_many_counties_is_made_by_a_worker_with_the_same_bytes(cast, ledger, dues, nudged, monkeypatch):
    city, address = client_of(cast.city), reverse("reports:city-period-workbook", args=["2017-10", "year"])
    at_once = city.get(address)
    monkeypatch.setattr("reports.views.job_offer.MANY_COUNTIES", 1)
    assert "全市2017年1月至10月大病专项救治汇总表" in text_of(city.get(address))
    ask = reverse("reports:job-ask-span", args=["2017-10", "year"])
    page = city.post(ask, follow=True)
    job = Job.objects.everywhere("a test looks").get()
    assert "等待后台处理" in text_of(page) and stands(job)["total"] == 1
    assert city.post(ask).url == reverse("reports:job", args=[job.pk])  # Asked again while it is made, it is the same.
    tasks.work_on_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.file_name) == ("done", "柳州市2017年1月至10月大病专项救治汇总表.xlsx")
    assert jobs.file_of(job) == at_once.content == city.get(reverse("reports:job-file", args=[job.pk])).content
    assert city.post(reverse("reports:job-ask-span", args=["2017-10", "month"])).status_code == 404
    assert city.post(reverse("reports:job-ask-span", args=["2017-10", "decade"])).status_code == 404
    assert "还没有开始" in text_of(city.post(reverse("reports:job-ask-span", args=["2017-12", "year"]), follow=True))
    none = jobs.ask_job(by=cast.city, kind="city_period", terms={"period": "2017-01", "span": "quarter"})
    tasks.work_on_job(none.pk)
    assert stands(none)["said"] == "2017 年第 1 季度（1 月）没有可以汇总的月报。请改选已经开始、有应报的月份。"
    gone = jobs.ask_job(by=cast.city, kind="city_period", terms={"period": "2017-10", "span": "quarter"})
    type(cast.city).objects.filter(pk=cast.city.pk).update(area=cast.county)
    tasks.work_on_job(gone.pk)
    assert stands(gone)["said"] == "林海燕已经不在柳州市任职，没有生成。"


def test_a_changed_file_is_not_handed_out(cast, asked, folder):
    tasks.work_on_job(asked.pk)
    path = folder / f"{asked.pk}.xlsx"
    path.write_bytes(path.read_bytes()[:-1])
    page = client_of(cast.city).get(reverse("reports:job-file", args=[asked.pk]), follow=True)
    assert "的文件已经不在，请重新生成。" in text_of(page)


def test_after_thirty_days_the_file_goes_and_the_row_stays(asked, folder):
    tasks.work_on_job(asked.pk)
    Job.objects.everywhere("a test ages it").update(finished_at=clock.now() - datetime.timedelta(days=31))
    jobs.resume()
    assert list(folder.iterdir()) == [] and stands(asked)["state"] == "done"


def test_a_colleagues_long_work_is_not_there(cast, asked):
    job = Job.objects.everywhere("a test hands it over")
    job.update(asked_by=cast.lead)
    for name in ("job", "job-progress", "job-file"):
        assert client_of(cast.city).get(reverse(f"reports:{name}", args=[asked.pk])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_counties_and_one_draws(cast, nudged, monkeypatch):
    """Both hold a share at the same moment: neither waits for the other, and no county is counted twice."""
    job = jobs.ask_job(by=cast.city, kind="city_month", terms=OCTOBER)
    both, made, drawn = threading.Barrier(2, timeout=30), [], []
    kind = job_kinds.KINDS["city_month"]

    def part(county, terms) -> dict:
        both.wait()
        made.append(county.code)
        return kind.part(county, terms)

    def draw(*args) -> bytes:
        drawn.append(1)
        return kind.draw(*args)

    monkeypatch.setitem(job_kinds.KINDS, "city_month", job_kinds.Kind(part, draw, kind.file_name, kind.title))

    def worker() -> None:
        try:
            tasks.work_on_job(job.pk)
        finally:
            connection.close()

    hands = [threading.Thread(target=worker) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert (sorted(made), drawn, stands(job)["state"]) == (["450222", "450223"], [1], "done")
    assert consolidating.MANY_COUNTIES == 20
