"""What has been settled cannot be edited: lines and reversals never, a settlement only by no longer standing, a policy once published only in when it ends."""

from django.db import migrations

APPEND_ONLY = ["settlement_settlementline", "settlement_reversal"]
LINES = """
CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER {table}_table BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
"""
UNDO_LINES = "DROP TRIGGER {table}_rows ON {table}; DROP TRIGGER {table}_table ON {table};"

GUARDS = """
CREATE FUNCTION settlement_stays_as_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.stands AND NOT NEW.stands THEN
        NEW.stands := true;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            NEW.stands := false;
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a settlement is reversed, never edited' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER settlement_settlement_rows BEFORE UPDATE OR DELETE ON settlement_settlement
    FOR EACH ROW EXECUTE FUNCTION settlement_stays_as_settled();
CREATE TRIGGER settlement_settlement_table BEFORE TRUNCATE ON settlement_settlement
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();

CREATE FUNCTION settlement_policy_stays_as_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'published' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.area_id, NEW.code, NEW.number, NEW.title, NEW.document, NEW.text, NEW.sha256, lower(NEW.during), NEW.made_by_id)
        IS NOT DISTINCT FROM (OLD.area_id, OLD.code, OLD.number, OLD.title, OLD.document, OLD.text, OLD.sha256, lower(OLD.during), OLD.made_by_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published policy never changes' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER settlement_policyversion_rows BEFORE UPDATE OR DELETE ON settlement_policyversion
    FOR EACH ROW EXECUTE FUNCTION settlement_policy_stays_as_published();
"""
UNDO_GUARDS = """
DROP TRIGGER settlement_policyversion_rows ON settlement_policyversion;
DROP FUNCTION settlement_policy_stays_as_published();
DROP TRIGGER settlement_settlement_table ON settlement_settlement;
DROP TRIGGER settlement_settlement_rows ON settlement_settlement;
DROP FUNCTION settlement_stays_as_settled();
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_initial"), ("ledger", "0002_append_only")]
    operations = [
        *[migrations.RunSQL(LINES.format(table=table), UNDO_LINES.format(table=table)) for table in APPEND_ONLY],
        migrations.RunSQL(GUARDS, UNDO_GUARDS),
    ]
