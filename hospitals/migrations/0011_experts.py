"""Expert groups, their members, and what they were asked."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ledger.protection


class Migration(migrations.Migration):
    dependencies = [
        ("hospitals", "0010_contacts"),
        ("ledger", "0013_unverified_categories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExpertGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="expert_groups", to="ledger.division", verbose_name="所属"
                    ),
                ),
                ("diseases", models.ManyToManyField(blank=True, related_name="expert_groups", to="ledger.disease", verbose_name="病种")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subgroups",
                        to="hospitals.expertgroup",
                        verbose_name="上级组",
                    ),
                ),
            ],
            options={
                "verbose_name": "专家组",
                "verbose_name_plural": "专家组",
                "ordering": ["area__code", "position", "id"],
            },
        ),
        migrations.CreateModel(
            name="Expert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="姓名")),
                ("department", models.CharField(max_length=40, verbose_name="科室")),
                ("title", models.CharField(max_length=20, verbose_name="职称")),
                (
                    "phone",
                    ledger.protection.SealedField(blank=True, default="", mask=ledger.protection.mask_phone, verbose_name="联系电话"),
                ),
                ("heads", models.BooleanField(default=False, verbose_name="组长")),
                ("since", models.DateField(verbose_name="加入日期")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="退出日期")),
                (
                    "hospital",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="experts", to="hospitals.hospital", verbose_name="医院"
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
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="experts",
                        to="hospitals.expertgroup",
                        verbose_name="专家组",
                    ),
                ),
            ],
            options={
                "verbose_name": "专家",
                "verbose_name_plural": "专家",
                "ordering": ["-heads", "id"],
            },
        ),
        migrations.CreateModel(
            name="Consultation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("remote", models.BooleanField(default=False, verbose_name="远程会诊")),
                ("question", models.CharField(max_length=300, verbose_name="会诊目的")),
                ("condition", models.CharField(blank=True, max_length=500, verbose_name="病情摘要")),
                ("wanted_by", models.DateField(blank=True, null=True, verbose_name="希望答复日期")),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="会诊意见")),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="会诊日期")),
                ("cancelled_on", models.DateField(blank=True, null=True, verbose_name="取消日期")),
                ("cancelled_reason", models.CharField(blank=True, max_length=120, verbose_name="取消原因")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="申请人"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consultations", to="ledger.case", verbose_name="病例"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultations",
                        to="hospitals.expert",
                        verbose_name="专家",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultations",
                        to="hospitals.expertgroup",
                        verbose_name="专家组",
                    ),
                ),
            ],
            options={
                "verbose_name": "会诊",
                "verbose_name_plural": "会诊",
                "ordering": ["-asked_at", "-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="expertgroup",
            constraint=models.UniqueConstraint(fields=("area", "parent", "name"), name="expert_group_once", nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None)), fields=("group", "name", "hospital"), name="expert_once_a_group"
            ),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None), ("heads", True)), fields=("group",), name="one_head_a_group"
            ),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_on", None)),
                    models.Q(("answered_on__isnull", False), ("expert__isnull", False), models.Q(("answer", ""), _negated=True)),
                    _connector="OR",
                ),
                name="consultation_answered_in_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_on", None), ("cancelled_on", None), _connector="OR"),
                name="consultation_answered_or_cancelled",
            ),
        ),
    ]
