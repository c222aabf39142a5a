"""专职联系人 (F4): whom each county bureau and designated hospital has named, and who took over from whom."""

from django.db import models

from ledger.protection import SealedField


class Contact(models.Model):
    """One person named by a county bureau or by a hospital. The one who holds today has no ``ended_on``."""

    prefecture = models.ForeignKey("ledger.Division", models.PROTECT, related_name="contacts", verbose_name="市")
    county = models.ForeignKey("ledger.Division", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="县（区）")
    hospital = models.ForeignKey("hospitals.Hospital", models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name="医院")
    name = models.CharField("姓名", max_length=40)
    position = models.CharField("职务", max_length=40, blank=True)
    phone = SealedField("电话", blank=True, default="")
    mobile = SealedField("手机", blank=True, default="")
    email = models.CharField("邮箱", max_length=80, blank=True)
    staff = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="账号")
    named_on = models.DateField("指定日期")
    named_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="填表人")
    ended_on = models.DateField("卸任日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "专职联系人"
        ordering = ["county__code", "hospital__code", "-named_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(county=None, hospital__isnull=False) | models.Q(county__isnull=False, hospital=None),
                name="contact_of_one_unit",
            ),
            models.UniqueConstraint(fields=["county"], condition=models.Q(ended_on=None, hospital=None), name="one_contact_a_county"),
            models.UniqueConstraint(
                fields=["hospital", "prefecture"], condition=models.Q(ended_on=None, county=None), name="one_contact_a_hospital"
            ),
        ]

    def __str__(self):
        return self.name


class ContactHandOver(models.Model):
    """交接清单: from whom to whom, on which day, and every open task that went with it, as it was signed."""

    before = models.ForeignKey(Contact, models.PROTECT, related_name="handed_on", verbose_name="移交人")
    after = models.ForeignKey(Contact, models.PROTECT, related_name="taken_over", verbose_name="接收人")
    on = models.DateField("交接日期")
    by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="经办人")
    reason = models.CharField("原因", max_length=120)
    tasks = models.JSONField("移交的事项", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "联系人交接"
        ordering = ["-on", "-id"]
