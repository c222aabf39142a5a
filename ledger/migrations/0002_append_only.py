"""History cannot be edited: triggers refuse changing, removing or emptying the trail, its seals and the cases' events."""

from django.db import migrations

TABLES = ["ledger_auditevent", "ledger_auditseal", "ledger_caseevent"]

FUNCTION = """
CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""
TRIGGER = """
CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER {table}_table BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
"""
UNDO = "DROP TRIGGER {table}_rows ON {table}; DROP TRIGGER {table}_table ON {table};"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION ledger_append_only()"),
        *[migrations.RunSQL(TRIGGER.format(table=table), UNDO.format(table=table)) for table in TABLES],
    ]
