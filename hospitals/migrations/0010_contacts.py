"""The contacts that counties and hospitals name, and their handing over."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ledger.protection


class Migration(migrations.Migration):
    dependencies = [
        ("hospitals", "0009_referrals"),
        ("ledger", "0013_unverified_categories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="姓名")),
                ("position", models.CharField(blank=True, max_length=40, verbose_name="职务")),
                ("phone", ledger.protection.SealedField(blank=True, default="", mask=ledger.protection.mask_phone, verbose_name="电话")),
                ("mobile", ledger.protection.SealedField(blank=True, default="", mask=ledger.protection.mask_phone, verbose_name="手机")),
                ("email", models.CharField(blank=True, max_length=80, verbose_name="邮箱")),
                ("named_on", models.DateField(verbose_name="指定日期")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="卸任日期")),
                (
                    "county",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.division",
                        verbose_name="县（区）",
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="hospitals.hospital",
                        verbose_name="医院",
                    ),
                ),
                (
                    "named_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="填表人"
                    ),
                ),
                (
                    "prefecture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contacts", to="ledger.division", verbose_name="市"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
            ],
            options={
                "verbose_name": "专职联系人",
                "verbose_name_plural": "专职联系人",
                "ordering": ["county__code", "hospital__code", "-named_on"],
            },
        ),
        migrations.CreateModel(
            name="ContactHandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="交接日期")),
                ("reason", models.CharField(max_length=120, verbose_name="原因")),
                ("tasks", models.JSONField(default=list, verbose_name="移交的事项")),
                (
                    "after",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_over",
                        to="hospitals.contact",
                        verbose_name="接收人",
                    ),
                ),
                (
                    "before",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handed_on", to="hospitals.contact", verbose_name="移交人"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="经办人"
                    ),
                ),
            ],
            options={
                "verbose_name": "联系人交接",
                "verbose_name_plural": "联系人交接",
                "ordering": ["-on", "-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("county", None), ("hospital__isnull", False)),
                    models.Q(("county__isnull", False), ("hospital", None)),
                    _connector="OR",
                ),
                name="contact_of_one_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None), ("hospital", None)), fields=("county",), name="one_contact_a_county"
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("county", None), ("ended_on", None)), fields=("hospital", "prefecture"), name="one_contact_a_hospital"
            ),
        ),
    ]
