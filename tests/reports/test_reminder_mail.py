"""A reminder also goes by mail: a link and a day, at least once whatever is killed, once where nothing is, and never twice on the page."""

import datetime

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import override_settings

from ledger import clock
from reports import ensuring, mailing, tasks
from reports.models import Due, MailAddress, Reminder
from reports.reminding import remind, unopened
from tests.racing import Race
from tests.reports.test_reminders import DEADLINE, OCTOBER

MAIL = {"EMAIL_HOST": "mail.example", "DEFAULT_FROM_EMAIL": "ledger@example.com", "LEDGER_ADDRESS": "https://ledger.example.com"}


class Killed(BaseException):
    """What a process is that ends in the middle: no ``except`` for errors sees it."""


@pytest.fixture
def owed(cast) -> Due:
    facts = {"cut_off_on": DEADLINE.date(), "ruled_on": DEADLINE.date(), "deadline_at": DEADLINE}
    return Due.objects.create(county=cast.county, form="F1", covers_from=OCTOBER, period=OCTOBER, **facts)


@pytest.fixture
def mine(cast, owed) -> Reminder:
    """The clerk has an address and was reminded."""
    MailAddress.objects.create(staff=cast.clerk, address="wei@example.com")
    remind(clock.now(), cast.prefecture)
    return Reminder.objects.visible_to(cast.clerk).get()


def test_the_mail_is_a_link_and_a_day_and_goes_once(mine):
    with override_settings(**MAIL):
        tasks.mail_reminders()
        tasks.mail_reminders()
    (sent,) = mail.outbox
    assert (sent.subject, sent.from_email, sent.to) == ("大病救治台账：有报表待办", "ledger@example.com", ["wei@example.com"])
    assert sent.body == (
        "2017 年 10 月月报（F1）还没有上报，截止时间 2017-10-23 18:00。\n\n"
        f"请登录后办理：https://ledger.example.com/messages/{mine.pk}/\n\n本邮件由系统发出，请勿回复。\n"
    )
    assert sent.message()["Message-ID"] == f"<reminder-{mine.pk}@ledger.example.com>"


def test_without_a_mail_server_nothing_is_sent_and_a_silent_one_is_asked_again(mine, monkeypatch, caplog):
    assert mailing.send_waiting() == 0 and mail.outbox == []
    with override_settings(**MAIL), monkeypatch.context() as silent:
        silent.setattr(EmailMessage, "send", lambda _: (_ for _ in ()).throw(ConnectionRefusedError()))
        assert mailing.send_waiting() == 0
    assert "the mail server takes nothing: ConnectionRefusedError" in caplog.text
    with override_settings(**MAIL):
        assert mailing.send_waiting() == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("handed_over", [True, False])
def test_killed_around_the_handing_over_it_goes_again_under_the_same_name(cast, mine, monkeypatch, handed_over):
    real = EmailMessage.send

    def killed(message):
        if handed_over:
            real(message)
        raise Killed

    with override_settings(**MAIL):
        with monkeypatch.context() as kill, pytest.raises(Killed):
            kill.setattr(EmailMessage, "send", killed)
            mailing.send_waiting()
        mine.refresh_from_db()
        assert mine.mailed_at is None
        assert mailing.send_waiting() == 1 and mailing.send_waiting() == 0
    assert len(mail.outbox) == 1 + handed_over and {sent.message()["Message-ID"] for sent in mail.outbox} == {
        f"<reminder-{mine.pk}@ledger.example.com>"
    }
    assert Reminder.objects.visible_to(cast.clerk).count() == unopened(cast.clerk) == 1, "on the page it stands once"


def test_the_sweep_asks_for_what_was_left_behind_and_for_nothing_else(cast, mine, monkeypatch):
    asked: list[int] = []
    monkeypatch.setattr(mailing, "nudge_mail", lambda: asked.append(1))
    ensuring.ensure_due(clock.now())
    assert asked == [], "no mail server is set"
    with override_settings(**MAIL):
        ensuring.ensure_due(clock.now())
        assert asked == [1]
        mailing.send_waiting()
        ensuring.ensure_due(clock.now())
        Reminder.objects.visible_to(cast.clerk).update(mailed_at=None, made_at=clock.now() - mailing.FRESH - datetime.timedelta(hours=1))
        ensuring.ensure_due(clock.now())
    assert asked == [1]


def test_an_address_that_the_server_refuses_keeps_nobody_else_from_theirs(cast, owed, monkeypatch, caplog):
    for staff, address in ((cast.clerk, "nobody@example.com"), (cast.lead, "wei@example.com")):
        MailAddress.objects.create(staff=staff, address=address)
    remind(clock.now(), cast.prefecture)
    real = EmailMessage.send

    def refuses(message):
        if message.to == ["nobody@example.com"]:
            raise mailing.SMTPRecipientsRefused({"nobody@example.com": (550, b"no such user")})
        real(message)

    monkeypatch.setattr(EmailMessage, "send", refuses)
    with override_settings(**MAIL):
        assert mailing.send_waiting() == 1
    assert [sent.to for sent in mail.outbox] == [["wei@example.com"]]
    assert f"the mail server refuses the address of {cast.clerk.username}" in caplog.text and "nobody@" not in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("held", [True, False])
def test_two_workers_at_once_hand_it_over_once(cast, mine, monkeypatch, held):
    """Both look before either has sent. Without the hold both hand it over."""
    if not held:
        monkeypatch.setattr(mailing, "_mine", lambda pk: True)
    race = Race()
    with override_settings(**MAIL), race.before(EmailMessage, "send"), race.after(mailing, "_mine"):
        answers = race.run(mailing.send_waiting, mailing.send_waiting)
    assert (sorted(answers), len(mail.outbox)) == (([0, 1], 1) if held else ([1, 1], 2))
