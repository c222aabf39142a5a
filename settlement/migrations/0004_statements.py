"""Statements between hospitals and payers; rows are frozen from the hospital's confirmation on."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION settlement_statement_keeps_its_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stage text; owed record;
BEGIN
    SELECT state INTO stage FROM settlement_statement WHERE id = COALESCE(NEW.statement_id, OLD.statement_id);
    IF TG_OP = 'INSERT' THEN
        SELECT line.amount_yuan, line.payer, bill.hospital_id, bill.county_id INTO owed
        FROM settlement_settlementline line JOIN settlement_settlement bill ON bill.id = line.settlement_id WHERE line.id = NEW.line_id;
        IF NEW.amount_yuan <> (CASE NEW.kind WHEN 'charge' THEN owed.amount_yuan ELSE -owed.amount_yuan END) OR NOT EXISTS (
            SELECT FROM settlement_statement WHERE id = NEW.statement_id
            AND (payer, hospital_id, county_id) = (owed.payer, owed.hospital_id, owed.county_id))
        THEN
            RAISE EXCEPTION 'a row says something else than its settlement' USING ERRCODE = 'check_violation';
        END IF;
        IF stage = 'prepared' THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF stage = 'prepared' THEN RETURN OLD; END IF;
    ELSIF (to_jsonb(NEW) - 'standing' - 'dispute_id') = (to_jsonb(OLD) - 'standing' - 'dispute_id')
        AND (stage = 'hospital_confirmed' OR (NEW.standing = 'payable') = (OLD.standing = 'payable')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'statement % is frozen', COALESCE(NEW.statement_id, OLD.statement_id) USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER settlement_statemententry_rows BEFORE INSERT OR UPDATE OR DELETE ON settlement_statemententry
    FOR EACH ROW EXECUTE FUNCTION settlement_statement_keeps_its_rows();
CREATE TRIGGER settlement_statemententry_table BEFORE TRUNCATE ON settlement_statemententry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();

CREATE FUNCTION settlement_statement_stays_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state = 'paid'
        OR (NEW.payer, NEW.county_id, NEW.hospital_id, NEW.month) IS DISTINCT FROM (OLD.payer, OLD.county_id, OLD.hospital_id, OLD.month)
        OR (OLD.state <> 'prepared' AND NEW.state <> 'prepared'
            AND (NEW.rows_hash, NEW.sample, NEW.prepared_at) IS DISTINCT FROM (OLD.rows_hash, OLD.sample, OLD.prepared_at))
    THEN
        RAISE EXCEPTION 'statement % is frozen', OLD.id USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_statement_rows BEFORE UPDATE OR DELETE ON settlement_statement
    FOR EACH ROW EXECUTE FUNCTION settlement_statement_stays_frozen();
CREATE TRIGGER settlement_statement_table BEFORE TRUNCATE ON settlement_statement
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER settlement_statementevent_rows BEFORE UPDATE OR DELETE ON settlement_statementevent
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER settlement_statementevent_table BEFORE TRUNCATE ON settlement_statementevent
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
"""
UNDO_GUARDS = """
DROP TRIGGER settlement_statementevent_table ON settlement_statementevent;
DROP TRIGGER settlement_statementevent_rows ON settlement_statementevent;
DROP TRIGGER settlement_statement_table ON settlement_statement;
DROP TRIGGER settlement_statement_rows ON settlement_statement;
DROP FUNCTION settlement_statement_stays_frozen();
DROP TRIGGER settlement_statemententry_table ON settlement_statemententry;
DROP TRIGGER settlement_statemententry_rows ON settlement_statemententry;
DROP FUNCTION settlement_statement_keeps_its_rows();
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0003_clients"), ("hospitals", "0002_pooling_area"), ("ledger", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "payer",
                    models.CharField(
                        choices=[("insurance", "医保"), ("civil", "民政"), ("finance", "财政")], max_length=12, verbose_name="支付方"
                    ),
                ),
                ("month", models.DateField(verbose_name="结算月份")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "待医院确认"),
                            ("hospital_confirmed", "待支付方确认"),
                            ("payer_confirmed", "待支付"),
                            ("paid", "已支付"),
                        ],
                        default="prepared",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("rows_hash", models.CharField(blank=True, max_length=64, verbose_name="明细散列")),
                ("sample", models.BooleanField(default=False, verbose_name="含示范参数")),
                ("prepared_at", models.DateTimeField(verbose_name="生成时间")),
                ("changed_at", models.DateTimeField(verbose_name="变动时间")),
                ("paid_on", models.DateField(blank=True, null=True, verbose_name="支付日期")),
                ("voucher", models.CharField(blank=True, max_length=40, verbose_name="支付凭证号")),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.division", verbose_name="县（区）"
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="hospitals.hospital", verbose_name="医院"
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="生成人"
                    ),
                ),
            ],
            options={
                "verbose_name": "应付款对账单",
                "verbose_name_plural": "应付款对账单",
                "ordering": ["-month", "county__code", "hospital__code", "payer"],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, verbose_name="结算号")),
                ("patient", models.CharField(max_length=60, verbose_name="患者")),
                ("id_mask", models.CharField(blank=True, max_length=20, verbose_name="身份证号（遮盖）")),
                ("titles", models.CharField(max_length=200, verbose_name="支付层次")),
                ("set_aside_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="争议金额（元）")),
                ("reason", models.CharField(max_length=200, verbose_name="争议原因")),
                ("opened_at", models.DateTimeField(verbose_name="提出时间")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "待处理"),
                            ("put_back", "已放回本期"),
                            ("accepted", "同意支付，转下期"),
                            ("refused", "商定不予支付"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                ("outcome_reason", models.CharField(blank=True, max_length=200, verbose_name="处理说明")),
                ("agreed_with", models.CharField(blank=True, max_length=40, verbose_name="医院方经办人")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="处理时间")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="处理人",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="提出人"
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="settlement.statement",
                        verbose_name="对账单",
                    ),
                ),
            ],
            options={
                "verbose_name": "争议款",
                "verbose_name_plural": "争议款",
                "ordering": ["-opened_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="StatementEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("charge", "结算"), ("reversal", "冲销")], max_length=10, verbose_name="类型")),
                ("position", models.PositiveIntegerField(verbose_name="序号")),
                ("number", models.CharField(max_length=20, verbose_name="结算号")),
                ("patient", models.CharField(max_length=60, verbose_name="患者")),
                ("id_mask", models.CharField(blank=True, max_length=20, verbose_name="身份证号（遮盖）")),
                ("bill_no", models.CharField(max_length=40, verbose_name="账单号")),
                ("admitted_on", models.DateField(verbose_name="入院日期")),
                ("discharged_on", models.DateField(verbose_name="出院日期")),
                ("layer", models.CharField(max_length=40, verbose_name="层次")),
                ("title", models.CharField(max_length=40, verbose_name="支付层次")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="金额（元）")),
                ("sample", models.BooleanField(default=False, verbose_name="含示范参数")),
                (
                    "standing",
                    models.CharField(
                        choices=[("payable", "应付"), ("disputed", "争议中"), ("accepted", "转下期"), ("refused", "商定不付")],
                        default="payable",
                        max_length=10,
                        verbose_name="去向",
                    ),
                ),
                (
                    "carried_from",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carried_to",
                        to="settlement.statemententry",
                        verbose_name="转自",
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="settlement.dispute",
                        verbose_name="争议",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="settlement.settlementline",
                        verbose_name="结算明细",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="settlement.statement",
                        verbose_name="对账单",
                    ),
                ),
            ],
            options={
                "verbose_name": "对账单明细",
                "verbose_name_plural": "对账单明细",
                "ordering": ["statement", "position"],
            },
        ),
        migrations.CreateModel(
            name="StatementEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("move", models.CharField(max_length=12, verbose_name="步骤")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("by_name", models.CharField(max_length=40, verbose_name="姓名")),
                ("unit", models.CharField(max_length=60, verbose_name="单位")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="经办人"
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="settlement.statement", verbose_name="对账单"
                    ),
                ),
            ],
            options={
                "verbose_name": "对账单经过",
                "verbose_name_plural": "对账单经过",
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="statement",
            index=models.Index(fields=["county", "-month"], name="statement_county_month"),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(fields=("payer", "county", "hospital", "month"), name="one_statement_a_month"),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(("payer__in", ["insurance", "civil", "finance"])), name="statements_go_to_offices"
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(condition=models.Q(("month__day", 1)), name="a_month_is_its_first_day"),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paid_on__isnull", False), ("state", "paid"), models.Q(("voucher", ""), _negated=True)),
                    models.Q(models.Q(("state", "paid"), _negated=True), ("paid_on", None), ("voucher", "")),
                    _connector="OR",
                ),
                name="paid_with_day_and_voucher",
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rows_hash", ""), ("state", "prepared")),
                    models.Q(models.Q(("state", "prepared"), _negated=True), models.Q(("rows_hash", ""), _negated=True)),
                    _connector="OR",
                ),
                name="frozen_by_hash",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("outcome", "open")),
                    models.Q(models.Q(("outcome", "open"), _negated=True), ("closed_at__isnull", False)),
                    _connector="OR",
                ),
                name="a_closed_dispute_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "refused"), _negated=True),
                    models.Q(models.Q(("outcome_reason", ""), _negated=True), models.Q(("agreed_with", ""), _negated=True)),
                    _connector="OR",
                ),
                name="refused_with_both_sides_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="statemententry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("carried_from", None)), fields=("line", "kind"), name="each_amount_in_one_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="statemententry",
            constraint=models.UniqueConstraint(fields=("statement", "line", "kind"), name="once_a_statement"),
        ),
        migrations.AddConstraint(
            model_name="statemententry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_yuan__gt", 0), ("kind", "charge")),
                    models.Q(("amount_yuan__lt", 0), ("kind", "reversal")),
                    _connector="OR",
                ),
                name="reversals_are_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="statemententry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("dispute", None), ("standing", "payable")),
                    models.Q(models.Q(("standing", "payable"), _negated=True), ("dispute__isnull", False)),
                    _connector="OR",
                ),
                name="aside_by_a_dispute_only",
            ),
        ),
        migrations.AddConstraint(
            model_name="statemententry",
            constraint=models.CheckConstraint(
                condition=models.Q(("carried_from", models.F("id")), _negated=True), name="not_carried_from_itself"
            ),
        ),
        migrations.RunSQL(GUARDS, UNDO_GUARDS),
    ]
