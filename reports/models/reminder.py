"""Who was told of a deadline, when, and whether they opened it."""

from django.db import models

from ledger.models.staff import Staff
from ledger.scope import ScopedQuerySet
from reports.models.due import Due


class ReminderKind(models.TextChoices):
    FIVE_DAYS = "T-5", "提前 5 天"
    TWO_DAYS = "T-2", "提前 2 天"
    LAST_DAY = "T-0", "截止当天"
    UNOPENED = "city", "截止当天 12:00 还没有人打开"
    ASKED = "asked", "市级催报"


class ReminderQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff: Staff) -> models.Q:
        return models.Q(staff=staff.pk)


class Reminder(models.Model):
    """One message to one person about one return; the same is never made twice."""

    due = models.ForeignKey(Due, models.PROTECT, related_name="reminders", verbose_name="应报")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="reminders", verbose_name="收件人")
    kind = models.CharField("哪一次", max_length=8, choices=ReminderKind.choices)
    round = models.SmallIntegerField("第几次催报", default=0)
    made_at = models.DateTimeField("发出时间")
    made_by = models.ForeignKey(Staff, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="催报人")
    opened_at = models.DateTimeField("打开时间", null=True, blank=True)
    mailed_at = models.DateTimeField("邮件发出时间", null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "提醒"
        ordering = ["-made_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["due", "staff", "kind", "round"], name="one_reminder_a_kind")]
        indexes = [models.Index(fields=["staff", "-made_at"], name="reminders_of_staff")]


class MailAddress(models.Model):
    """Where a member of staff also wants reminders by e-mail; they set it themselves."""

    staff = models.OneToOneField(Staff, models.CASCADE, related_name="mail_address", verbose_name="账号")
    address = models.EmailField("电子邮箱")

    class Meta:
        verbose_name = verbose_name_plural = "电子邮箱"
