"""The life of a return from draft to lock, and its deadline by working days."""

import zoneinfo

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ledger.protection
import reports.models.submission

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
TRIGGERS = """
CREATE OR REPLACE FUNCTION reports_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.state IN ('draft', 'checked') THEN RETURN OLD; END IF;
    IF OLD.state NOT IN ('draft', 'checked') AND (TG_OP = 'DELETE' OR
        (OLD.payload, OLD.rows_hash, OLD.previous_hash, OLD.cut_off_on, OLD.built_at, OLD.figures, OLD.submitted_at, OLD.submitted_by_id,
         OLD.due_id, OLD.revision, OLD.checks, OLD.prepared_at, OLD.prepared_by_id, OLD.alone, OLD.is_nil, OLD.nil_reason)
        IS DISTINCT FROM
        (NEW.payload, NEW.rows_hash, NEW.previous_hash, NEW.cut_off_on, NEW.built_at, NEW.figures, NEW.submitted_at, NEW.submitted_by_id,
         NEW.due_id, NEW.revision, NEW.checks, NEW.prepared_at, NEW.prepared_by_id, NEW.alone, NEW.is_nil, NEW.nil_reason)
        OR NEW.state IN ('draft', 'checked'))
    THEN
        RAISE EXCEPTION 'submission % is frozen', OLD.id USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE FUNCTION reports_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what happened to a return stays as it was written' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER reports_event_stays BEFORE UPDATE OR DELETE ON reports_returnevent FOR EACH ROW EXECUTE FUNCTION reports_event_stays();
"""
UNDO = "DROP TRIGGER reports_event_stays ON reports_returnevent; DROP FUNCTION reports_event_stays()"


def day_of_its_deadline(apps, schema_editor) -> None:
    """Every deadline so far is the rule's own day."""
    dues = apps.get_model("reports", "Due").objects.all()
    for due in dues.only("deadline_at"):
        due.ruled_on = due.deadline_at.astimezone(SHANGHAI).date()
        due.save(update_fields=["ruled_on"])


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0016_change_of_a_county"),
        ("ledger", "__first__"),
        ("reports", "0004_quality_goals"),
    ]

    operations = [
        migrations.CreateModel(
            name="CellRemark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.CharField(max_length=80, verbose_name="单元格")),
                ("label", models.CharField(max_length=80, verbose_name="行与列")),
                ("was", models.CharField(blank=True, max_length=120, verbose_name="当时的内容")),
                ("text", models.CharField(max_length=300, verbose_name="意见")),
                ("at", models.DateTimeField(verbose_name="提出时间")),
                ("answer", models.CharField(blank=True, max_length=300, verbose_name="答复")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
            ],
            options={
                "verbose_name": "单元格意见",
                "verbose_name_plural": "单元格意见",
                "ordering": ["submission", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Extension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("until_on", models.DateField(verbose_name="申请展期到")),
                ("reason", models.CharField(max_length=300, verbose_name="原因")),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "待答复"), ("granted", "已同意"), ("refused", "不同意"), ("withdrawn", "已撤回")],
                        default="asked",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                ("granted_on", models.DateField(blank=True, null=True, verbose_name="同意展期到")),
                ("answer", models.CharField(blank=True, max_length=300, verbose_name="答复")),
            ],
            options={
                "verbose_name": "展期",
                "verbose_name_plural": "展期",
                "ordering": ["-asked_at"],
            },
        ),
        migrations.CreateModel(
            name="OnePersonCounty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField(verbose_name="起始日期")),
                ("until", models.DateField(blank=True, null=True, verbose_name="终止日期")),
                ("reason", models.CharField(max_length=200, verbose_name="原因")),
                ("allowed_at", models.DateTimeField(verbose_name="同意时间")),
            ],
            options={
                "verbose_name": "一人办理",
                "verbose_name_plural": "一人办理",
                "ordering": ["county", "-since"],
            },
        ),
        migrations.CreateModel(
            name="ReturnEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=20, verbose_name="事项")),
                (
                    "before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "草稿"),
                            ("checked", "已核对"),
                            ("submitted", "已报"),
                            ("received", "市级已接收"),
                            ("returned", "退回"),
                            ("accepted", "已通过"),
                            ("locked", "已锁定"),
                            ("unlocked", "已解锁"),
                        ],
                        max_length=12,
                        verbose_name="原状态",
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "草稿"),
                            ("checked", "已核对"),
                            ("submitted", "已报"),
                            ("received", "市级已接收"),
                            ("returned", "退回"),
                            ("accepted", "已通过"),
                            ("locked", "已锁定"),
                            ("unlocked", "已解锁"),
                        ],
                        max_length=12,
                        verbose_name="新状态",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="原因")),
            ],
            options={
                "verbose_name": "上报经过",
                "verbose_name_plural": "上报经过",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Unlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("reason", models.CharField(max_length=300, verbose_name="原因")),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "待同意"), ("agreed", "已解锁"), ("refused", "不同意"), ("withdrawn", "已撤回")],
                        default="asked",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                ("answer", models.CharField(blank=True, max_length=300, verbose_name="答复")),
            ],
            options={
                "verbose_name": "解锁",
                "verbose_name_plural": "解锁",
                "ordering": ["-asked_at"],
            },
        ),
        migrations.CreateModel(
            name="WorkbookStamp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("renderer", models.CharField(max_length=40, verbose_name="绘制版本")),
                ("file_hash", models.CharField(max_length=64, verbose_name="文件散列")),
                ("cells_hash", models.CharField(max_length=64, verbose_name="单元格散列")),
                ("size", models.IntegerField(verbose_name="字节数")),
                ("stamped_at", models.DateTimeField(verbose_name="绘制时间")),
            ],
            options={
                "verbose_name": "工作簿散列",
                "verbose_name_plural": "工作簿散列",
            },
        ),
        migrations.AlterModelOptions(
            name="duerule",
            options={"ordering": ["prefecture", "form", "first_period"], "verbose_name": "应报规则", "verbose_name_plural": "应报规则"},
        ),
        migrations.RemoveConstraint(
            model_name="duerule",
            name="one_rule_a_form",
        ),
        migrations.AddField(
            model_name="due",
            name="extended_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="展期到"),
        ),
        migrations.AddField(
            model_name="due",
            name="ruled_on",
            field=models.DateField(null=True, verbose_name="规则定的截止日期"),
        ),
        migrations.AddField(
            model_name="duerule",
            name="frequency",
            field=models.CharField(
                choices=[("month", "每月"), ("quarter", "每季度"), ("once", "一次")], default="month", max_length=8, verbose_name="多久一次"
            ),
        ),
        migrations.AddField(
            model_name="duerule",
            name="last_period",
            field=models.DateField(blank=True, help_text="留空表示一直报", null=True, verbose_name="末期（月初）"),
        ),
        migrations.AddField(
            model_name="duerule",
            name="receiver",
            field=models.CharField(default="市卫健部门", max_length=40, verbose_name="接收单位"),
        ),
        migrations.AddField(
            model_name="duerule",
            name="sender",
            field=models.CharField(default="县（区）卫健部门", max_length=40, verbose_name="报送单位"),
        ),
        migrations.AddField(
            model_name="submission",
            name="alone",
            field=models.BooleanField(default=False, verbose_name="一人办理"),
        ),
        migrations.AddField(
            model_name="submission",
            name="checks",
            field=ledger.protection.SealedField(blank=True, mask=reports.models.submission.hidden, verbose_name="核对情况"),
        ),
        migrations.AddField(
            model_name="submission",
            name="is_nil",
            field=models.BooleanField(default=False, verbose_name="零报告"),
        ),
        migrations.AddField(
            model_name="submission",
            name="nil_reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="零报告说明"),
        ),
        migrations.AddField(
            model_name="submission",
            name="prepared_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="核对时间"),
        ),
        migrations.AddField(
            model_name="submission",
            name="prepared_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="核对人",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="received_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="市级接收时间"),
        ),
        migrations.AlterField(
            model_name="due",
            name="form",
            field=models.CharField(
                choices=[
                    ("F1", "F1 进展情况统计表"),
                    ("F2", "F2 民政核准台账"),
                    ("F4", "F4 专职联系人回执"),
                    ("F6", "F6 先诊疗后付费汇总表"),
                ],
                max_length=4,
                verbose_name="报表",
            ),
        ),
        migrations.AlterField(
            model_name="duerule",
            name="form",
            field=models.CharField(
                choices=[
                    ("F1", "F1 进展情况统计表"),
                    ("F2", "F2 民政核准台账"),
                    ("F4", "F4 专职联系人回执"),
                    ("F6", "F6 先诊疗后付费汇总表"),
                ],
                max_length=4,
                verbose_name="报表",
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("checked", "已核对"),
                    ("submitted", "已报"),
                    ("received", "市级已接收"),
                    ("returned", "退回"),
                    ("accepted", "已通过"),
                    ("locked", "已锁定"),
                    ("unlocked", "已解锁"),
                ],
                default="draft",
                max_length=12,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.CheckConstraint(
                condition=models.Q(("extended_until", None), ("extended_until__gt", models.F("deadline_at")), _connector="OR"),
                name="extension_is_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="duerule",
            constraint=models.UniqueConstraint(fields=("prefecture", "form", "first_period"), name="one_rule_a_form_and_start"),
        ),
        migrations.AddConstraint(
            model_name="duerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("last_period", None),
                    models.Q(("last_period__day", 1), ("last_period__gte", models.F("first_period"))),
                    _connector="OR",
                ),
                name="rule_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("draft", "checked"))), fields=("due",), name="one_open_revision"
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("draft", "checked")), ("submitted_at", None)),
                    models.Q(("submitted_at__isnull", False), models.Q(("state__in", ("draft", "checked")), _negated=True)),
                    _connector="OR",
                ),
                name="submitted_has_its_hour",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("submitted_by", None),
                    ("prepared_by", None),
                    ("alone", True),
                    models.Q(("submitted_by", models.F("prepared_by")), _negated=True),
                    _connector="OR",
                ),
                name="two_people_prepare_and_submit",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_nil", False), models.Q(("nil_reason", ""), _negated=True), _connector="OR"),
                name="nil_has_its_reason",
            ),
        ),
        migrations.AddField(
            model_name="cellremark",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="答复人",
            ),
        ),
        migrations.AddField(
            model_name="cellremark",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="提出人"
            ),
        ),
        migrations.AddField(
            model_name="cellremark",
            name="submission",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="remarks", to="reports.submission", verbose_name="上报"
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="答复人",
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="申请人"
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="due",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="extensions", to="reports.due", verbose_name="应报"
            ),
        ),
        migrations.AddField(
            model_name="onepersoncounty",
            name="allowed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="同意人"
            ),
        ),
        migrations.AddField(
            model_name="onepersoncounty",
            name="county",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="one_person", to="ledger.division", verbose_name="县（区）"
            ),
        ),
        migrations.AddField(
            model_name="returnevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="经办人",
            ),
        ),
        migrations.AddField(
            model_name="returnevent",
            name="due",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="reports.due", verbose_name="应报"
            ),
        ),
        migrations.AddField(
            model_name="returnevent",
            name="submission",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="reports.submission",
                verbose_name="上报",
            ),
        ),
        migrations.AddField(
            model_name="unlock",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="答复人",
            ),
        ),
        migrations.AddField(
            model_name="unlock",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="申请人"
            ),
        ),
        migrations.AddField(
            model_name="unlock",
            name="submission",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="unlocks", to="reports.submission", verbose_name="上报"
            ),
        ),
        migrations.AddField(
            model_name="workbookstamp",
            name="submission",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="stamps", to="reports.submission", verbose_name="上报"
            ),
        ),
        migrations.AddConstraint(
            model_name="cellremark",
            constraint=models.UniqueConstraint(fields=("submission", "place"), name="one_remark_a_cell"),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.UniqueConstraint(condition=models.Q(("state", "asked")), fields=("due",), name="one_open_extension"),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("state", "granted"), _negated=True), ("granted_on__isnull", False), _connector="OR"),
                name="granted_until_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="onepersoncounty",
            constraint=models.UniqueConstraint(condition=models.Q(("until", None)), fields=("county",), name="one_open_permission"),
        ),
        migrations.AddConstraint(
            model_name="onepersoncounty",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"), name="permission_ends_later"
            ),
        ),
        migrations.AddIndex(
            model_name="returnevent",
            index=models.Index(fields=["due", "at"], name="return_event_by_due"),
        ),
        migrations.AddConstraint(
            model_name="unlock",
            constraint=models.UniqueConstraint(condition=models.Q(("state", "asked")), fields=("submission",), name="one_open_unlock"),
        ),
        migrations.AddConstraint(
            model_name="unlock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "agreed"), _negated=True),
                    models.Q(("answered_by__isnull", False), models.Q(("answered_by", models.F("asked_by")), _negated=True)),
                    _connector="OR",
                ),
                name="two_people_unlock",
            ),
        ),
        migrations.AddConstraint(
            model_name="workbookstamp",
            constraint=models.UniqueConstraint(fields=("submission", "renderer"), name="one_stamp_a_renderer"),
        ),
        migrations.RunPython(day_of_its_deadline, migrations.RunPython.noop),
        migrations.AlterField("due", "ruled_on", models.DateField(verbose_name="规则定的截止日期")),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]
