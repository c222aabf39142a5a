"""What the scheduler left undone is made good by whoever signs in or presses the button, and keeps nobody out."""

import datetime
import logging

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ledger import after_sign_in
from ledger.models import AuditEvent
from reports import ensuring, tasks
from reports.actions import rebuild_drafts
from reports.ensuring import ensure_now
from reports.models import Heartbeat, Reminder
from tests.cast import PASSWORD
from tests.ledger.desks import client_of
from tests.reports.due_stories import OCTOBER, dues_of

pytestmark = pytest.mark.django_db


# ---- whoever comes by ----


def sign_in(staff):
    return Client().post(reverse("account:login"), {"username": staff.username, "password": PASSWORD})


@pytest.mark.parametrize(("who", "made"), [("clerk", 30), ("lead2", 30), ("city", 30), ("township", 0), ("auditor", 0)])
def test_signing_in_makes_good_what_the_scheduler_left(cast, october, nudges, sent_no_mail, who, made):
    assert sign_in(getattr(cast, who)).status_code == 302
    assert (dues_of().count(), bool(nudges)) == (made, bool(made))


def test_signing_in_asks_one_thing_where_somebody_was_there_before(cast, october, nudges, sent_no_mail):
    ensure_now()
    nudges.clear()
    Reminder.objects.everywhere("a test").delete()
    dues_of().delete()
    with CaptureQueriesContext(connection) as asked:
        ensuring.at_sign_in(cast.clerk)
    assert len(asked) == 1 and nudges == [] and not dues_of().exists()
    Heartbeat.objects.filter(name="due 450200").update(beat_at=timezone.now() - datetime.timedelta(minutes=6))
    ensuring.at_sign_in(cast.clerk)
    assert dues_of().count() == 30


def test_nothing_that_goes_wrong_keeps_anybody_out(cast, october, monkeypatch, caplog):
    def broken(*arguments, **more):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(ensuring, "keep_dues", broken)
    with caplog.at_level(logging.CRITICAL, "ledger.after_sign_in"):
        assert sign_in(cast.clerk)["Location"] == reverse("reports:workbench")
    assert AuditEvent.objects.filter(action="signed_in", username=cast.clerk.username).exists()
    assert ensuring.at_sign_in in after_sign_in._then


def test_the_button_says_what_was_made(cast, october, nudges, sent_no_mail):
    page = client_of(cast.clerk).post(reverse("reports:calendar-ensure"), {"back": "reports:calendar"}, follow=True)
    assert "已补齐：新做应报 30 份，已排队生成草稿 2 组" in page.content.decode()
    nudges.clear()
    for county in (cast.county, cast.county2):
        rebuild_drafts(county, OCTOBER)
    again = client_of(cast.clerk).post(reverse("reports:calendar-ensure"), {"back": "elsewhere"}, follow=True)
    assert "应报的都在，没有要补的。" in again.content.decode() and nudges == []


def test_the_button_says_that_the_queue_is_down(cast, october, sent_no_mail, monkeypatch):
    def down(*arguments):
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.build_county, "delay", down)
    page = client_of(cast.city).post(reverse("reports:calendar-ensure"), follow=True)
    assert "草稿还没有排上队，系统每五分钟再试一次" in page.content.decode()
