"""Reminders by e-mail, where a server for it is set: a link and the day, never a name of a patient or a figure."""

import datetime
import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone

from ledger import clock
from reports.models import Reminder
from reports.views.kinds import kind_of

logger = logging.getLogger(__name__)
FRESH = datetime.timedelta(days=3)  # An older reminder is no longer sent by mail; it stands on the page.
SUBJECT = "大病救治台账：有报表待办"


def send_waiting() -> int:
    """Send what was not sent, one message a reminder; answers how many were sent.

    Each is marked before it is handed over, so that nothing is sent twice; where the mail server takes none, the mark is taken back.
    A process killed in between loses that one message: the reminder itself stands on the page.
    """
    if not settings.EMAIL_HOST:
        return 0
    rows = Reminder.objects.everywhere("the mail goes to its owner alone").filter(mailed_at=None, made_at__gt=clock.now() - FRESH)
    sent = 0
    for reminder in rows.exclude(staff__mail_address=None).select_related("staff__mail_address", "due__county").order_by("pk"):
        mine = rows.filter(pk=reminder.pk)
        if not mine.update(mailed_at=clock.now()):
            continue  # Another process is sending it.
        try:
            send_mail(SUBJECT, text_of(reminder), settings.DEFAULT_FROM_EMAIL, [reminder.staff.mail_address.address])
        except (SMTPException, OSError) as silent:
            Reminder.objects.everywhere("the mail goes to its owner alone").filter(pk=reminder.pk).update(mailed_at=None)
            logger.warning("the mail server takes nothing: %s", type(silent).__name__)
            return sent
        sent += 1
    return sent


def text_of(reminder: Reminder) -> str:
    """What the mail says."""
    due = reminder.due
    until = timezone.localtime(due.closes_at)
    page = settings.LEDGER_ADDRESS + reverse("reports:message-open", args=[reminder.pk])
    title = f"{due.period.year} 年 {due.period.month} 月{kind_of(due.form).name}（{due.form}）"
    return f"{title}还没有上报，截止时间 {until:%Y-%m-%d %H:%M}。\n\n请登录后办理：{page}\n\n本邮件由系统发出，请勿回复。\n"
