"""``/health/`` tells whether the parts work, says nothing more to strangers, and never writes."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config import health, probe
from reports.models import Heartbeat

WELL = {"status": "ok", "database": "ok", "broker": "ok", "worker": "ok", "disk": "ok"}


@pytest.fixture
def beating(db):
    """A worker that was alive half a minute ago, by the real clock."""
    return Heartbeat.objects.create(name="worker", beat_at=timezone.now() - timedelta(seconds=30))


def ask(client: Client) -> tuple[int, dict]:
    response = client.get("/health/")
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]
    return response.status_code, response.json()


def test_all_is_well(client, beating):
    assert ask(client) == (200, WELL)


@pytest.mark.parametrize(("age_seconds", "status", "word"), [(170, 200, "ok"), (190, 503, "not ok")])
def test_a_worker_is_stale_after_three_minutes(client, beating, age_seconds, status, word):
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=age_seconds))
    assert ask(client) == (status, {**WELL, "status": word, "worker": word})


def test_a_worker_that_never_was(client, db):
    assert ask(client) == (503, {**WELL, "status": "not ok", "worker": "not ok"})


def test_without_a_database_it_still_answers_and_tells_no_detail(client, beating, monkeypatch):
    def broken(*args, **kwargs):
        raise OperationalError("connection to server at 10.1.2.3 failed: password")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", broken)
        assert ask(client) == (503, {**WELL, "status": "not ok", "database": "not ok", "worker": "not ok"})


def test_without_the_brokers_folder(client, beating, settings, tmp_path):
    settings.REDIS_URL = ""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path / "gone")}
    assert ask(client) == (503, {**WELL, "status": "not ok", "broker": "not ok"})


def test_without_redis(client, beating, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert ask(client) == (503, {**WELL, "status": "not ok", "broker": "not ok"})


@pytest.mark.redis
def test_with_redis(client, beating, settings, redis_url):
    settings.REDIS_URL = redis_url
    assert ask(client) == (200, WELL)


def test_a_full_disk(client, beating, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 2**60)
    assert ask(client) == (503, {**WELL, "status": "not ok", "disk": "not ok"})


def test_it_writes_nothing_even_for_somebody_signed_in(cast, client, beating):
    """In a transaction that refuses every write; an ordinary page, which renews the session, shows that it does refuse."""
    client.force_login(cast.clerk, backend="django.contrib.auth.backends.ModelBackend")
    queue = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"])
    messages = sorted(queue.iterdir())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        assert ask(client) == (200, WELL)
        assert client.get(reverse("account:login")).status_code == 400  # "The session was deleted": it could not be renewed.
        transaction.set_rollback(True)
    assert sorted(queue.iterdir()) == messages


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_only_answers_questions(client, db, method):
    assert getattr(client, method)("/health/").status_code == 405


@pytest.mark.parametrize(
    ("parts", "works"), [(["database", "disk"], True), (["worker"], False), (["database", "worker"], False), (["unheard"], False)]
)
def test_a_container_asks_for_the_parts_it_needs(live_server, parts, works):
    address = live_server.url.removeprefix("http://")
    assert probe.parts_work(address, parts) is works


def test_a_container_whose_web_is_gone_is_not_well():
    assert probe.parts_work("127.0.0.1:1", ["database"]) is False
