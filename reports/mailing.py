"""Reminders by e-mail, where a server for it is set: a link and the day, never a name of a patient or a figure."""

import datetime
import logging
from smtplib import SMTPException, SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from ledger import clock
from reports.models import Reminder
from reports.reminding import nudge_mail
from reports.views.kinds import kind_of

logger = logging.getLogger(__name__)
FRESH = datetime.timedelta(days=3)  # An older reminder is no longer sent by mail; it stands on the page.
SUBJECT = "大病救治台账：有报表待办"
LOCK_FAMILY = 0x6D61696C  # Advisory locks of mails, apart from all others.


def waiting_mail() -> QuerySet[Reminder]:
    """What has not been handed over yet and is still worth it."""
    rows = Reminder.objects.everywhere("the mail goes to its owner alone").filter(mailed_at=None, made_at__gt=clock.now() - FRESH)
    return rows.exclude(staff__mail_address=None).select_related("staff__mail_address", "due__county").order_by("pk")


def send_waiting() -> int:
    """Send what was not sent, one message a reminder; answers how many were sent.

    Each is handed over first and marked then: a process killed in between sends it once more, under the same Message-ID, and none is lost.
    Of two processes only one has a message in its hands. Where the server takes nothing the rest waits for the next sweep; an address that
    it refuses keeps nobody else from theirs.
    """
    if not settings.EMAIL_HOST:
        return 0
    sent = 0
    for reminder in waiting_mail():
        try:
            sent += _send(reminder)
        except SMTPRecipientsRefused:
            logger.warning("the mail server refuses the address of %s", reminder.staff.username)
        except (SMTPException, OSError) as silent:
            logger.warning("the mail server takes nothing: %s", type(silent).__name__)
            return sent
    return sent


def nudge_left() -> None:
    """Have sent what a process that was killed, or a server that was silent, left behind: the sweep asks for it."""
    if settings.EMAIL_HOST and waiting_mail().exists():
        nudge_mail()


@transaction.atomic
def _send(reminder: Reminder) -> bool:
    """Hand one over and mark it; False where another process has it in its hands, or has sent it meanwhile. No row is held meanwhile."""
    if not _mine(reminder.pk) or not waiting_mail().filter(pk=reminder.pk).exists():
        return False
    message_of(reminder).send()
    Reminder.objects.everywhere("the mail goes to its owner alone").filter(pk=reminder.pk).update(mailed_at=clock.now())
    return True


def _mine(pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_FAMILY, pk])
        return cursor.fetchone()[0]


def message_of(reminder: Reminder) -> EmailMessage:
    """The mail. Its Message-ID is the reminder's own, so that one sent twice is one to whoever keeps the letters apart by it."""
    name = f"<reminder-{reminder.pk}@{urlsplit(settings.LEDGER_ADDRESS).hostname}>"
    return EmailMessage(
        SUBJECT, text_of(reminder), settings.DEFAULT_FROM_EMAIL, [reminder.staff.mail_address.address], headers={"Message-ID": name}
    )


def text_of(reminder: Reminder) -> str:
    """What the mail says."""
    due = reminder.due
    until = timezone.localtime(due.closes_at)
    page = settings.LEDGER_ADDRESS + reverse("reports:message-open", args=[reminder.pk])
    title = f"{due.period.year} 年 {due.period.month} 月{kind_of(due.form).name}（{due.form}）"
    return f"{title}还没有上报，截止时间 {until:%Y-%m-%d %H:%M}。\n\n请登录后办理：{page}\n\n本邮件由系统发出，请勿回复。\n"
