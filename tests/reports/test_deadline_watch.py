"""``/healthz/deadline``: numbers for a monitor outside, 503 when something is late or nobody looks after it; it writes nothing."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from config.scheduler import TellingScheduler
from reports import deadline_watch
from reports.due_keeping import keep_dues
from reports.models import DueRule, Heartbeat, Submission
from tests.cast import on_day
from tests.reports.conftest import day
from tests.reports.due_stories import NOW, dues_of, hand_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def september(cast) -> None:
    """F1 of September and October is owed by both counties; 柳城县 has handed in September's."""
    DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=day("09-01"))
    keep_dues(cast.prefecture, NOW)
    hand_in(cast.county, day("09-01"))


@pytest.fixture
def beating() -> None:
    for name, seconds in (("worker", 20), ("scheduler", 299), ("due 450200", 4000)):
        Heartbeat.objects.create(name=name, beat_at=timezone.now() - datetime.timedelta(seconds=seconds))


def ask(address: str = "/healthz/deadline") -> tuple[int, dict]:
    response = Client().get(address)
    assert "no-store" in response["Cache-Control"]
    return response.status_code, response.json()


def test_what_is_not_done_is_told_in_numbers(cast, september, beating):
    status, told = ask()
    beats = told.pop("heartbeats")
    assert told.pop("at").startswith("2017-10-20T") and 20 <= beats["worker"] <= 22 and 299 <= beats["scheduler"] <= 301
    assert status == 503
    assert told == {
        "status": "not ok", "due": 2, "submitted": 1, "late": 1,
        "not_done": [
            {"form": "F1", "period": "2017-09", "not_submitted": 1, "late": 1, "correcting": 0, "closes": "2017-09-22T18:00+08:00"},
            {"form": "F1", "period": "2017-10", "not_submitted": 2, "late": 0, "correcting": 0, "closes": "2017-10-23T18:00+08:00"},
        ],
    }  # fmt: skip


def test_all_is_well_while_nothing_is_late(cast, september, beating):
    hand_in(cast.county2, day("09-01"))
    status, told = ask()
    assert (status, told["status"], told["due"], told["submitted"], told["late"]) == (200, "ok", 2, 2, 0)
    with on_day(day("10-24")):
        assert (ask()[0], ask()[1]["late"]) == (503, 2)


def test_an_extension_is_not_late_until_it_ends(cast, september, beating):
    late = dues_of(county=cast.county2, period=day("09-01"))
    late.update(extended_until=NOW + datetime.timedelta(days=1))
    assert ask()[0] == 200
    with on_day(day("10-22")):
        assert ask()[1]["late"] == 1


def test_what_was_sent_back_is_told_and_is_not_late(cast, september, beating):
    hand_in(cast.county2, day("09-01"))
    Submission.objects.everywhere("a test").filter(due__county=cast.county).update(state="returned")
    status, told = ask()
    assert (status, told["not_done"][0]) == (
        200, {"form": "F1", "period": "2017-09", "not_submitted": 0, "late": 0, "correcting": 1, "closes": None},
    )  # fmt: skip


def test_a_monitor_may_leave_old_periods_out(cast, september, beating):
    status, told = ask("/healthz/deadline?since=2017-10")
    assert (status, told["due"], [one["period"] for one in told["not_done"]]) == (200, 0, ["2017-10"])
    assert ask("/healthz/deadline?since=10月")[0] == 400


@pytest.mark.parametrize("name", ["worker", "scheduler"])
@pytest.mark.parametrize("stand", ["old", "never"])
def test_a_silent_worker_or_scheduler_is_not_well(cast, beating, name, stand):
    assert ask()[0] == 200
    row = Heartbeat.objects.filter(name=name)
    row.delete() if stand == "never" else row.update(beat_at=timezone.now() - datetime.timedelta(seconds=302))
    status, told = ask()
    assert (status, told["heartbeats"][name] is None) == (503, stand == "never")


def test_it_names_nobody_and_writes_nothing_even_for_somebody_signed_in(cast, september, beating, client):
    client.force_login(cast.clerk, backend="django.contrib.auth.backends.ModelBackend")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        answer = client.get("/healthz/deadline")
        transaction.set_rollback(True)
    text = answer.content.decode()
    assert answer.status_code == 503 and not any(word in text for word in ("柳城", "450222", cast.clerk.full_name, "韦国强"))


def test_without_a_database_it_still_answers(db, monkeypatch):
    def broken(*arguments):
        raise DatabaseError("10.1.2.3 refused")

    monkeypatch.setattr("config.health.standing", broken)
    assert ask() == (503, {"status": "not ok", "database": "not ok"})


def test_many_counties_ask_the_database_no_more_often(cast, september, beating, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert deadline_watch.standing(NOW)["late"] == 1 and deadline_watch.heartbeats(timezone.now())["worker"] is not None


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_only_answers_questions(client, db, method):
    assert getattr(client, method)("/healthz/deadline").status_code == 405


# ---- the scheduler's sign of life ----


@pytest.fixture
def scheduler(monkeypatch) -> TellingScheduler:
    monkeypatch.setattr("config.scheduler.close_old_connections", lambda: None)  # The test's own connection stays.
    return TellingScheduler.__new__(TellingScheduler)  # Without Celery's own beginning, which opens a file.


def test_the_scheduler_tells_every_half_minute_that_it_runs(scheduler, db):
    start = datetime.datetime(2026, 1, 5, 8, 0, tzinfo=datetime.UTC)
    for seconds, told in ((0, 0), (29, 0), (30, 30), (45, 30), (61, 61)):
        scheduler.tell(start + datetime.timedelta(seconds=seconds))
        assert Heartbeat.objects.get(name="scheduler").beat_at == start + datetime.timedelta(seconds=told)


def test_a_database_that_is_away_does_not_stop_the_scheduler(scheduler, db, monkeypatch):
    start = datetime.datetime(2026, 1, 5, 8, 0, tzinfo=datetime.UTC)

    def away(*arguments, **more):
        raise DatabaseError("gone")

    with monkeypatch.context() as patch:
        patch.setattr("django.db.models.query.QuerySet.update_or_create", away)
        scheduler.tell(start)
    assert not Heartbeat.objects.exists()
    scheduler.tell(start + datetime.timedelta(seconds=1))
    assert Heartbeat.objects.exists()
