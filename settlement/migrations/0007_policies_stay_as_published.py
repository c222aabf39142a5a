"""A policy once published never becomes a draft again, one that was used is never replaced, a sign-off is never edited, and no settlement stands under a policy that does not hold on its discharge day."""

from django.db import migrations

GUARDS = """
CREATE OR REPLACE FUNCTION settlement_policy_stays_as_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'published' AND NEW.state IN ('published', 'replaced')
        AND (NEW.area_id, NEW.code, NEW.number, NEW.title, NEW.document, NEW.text, NEW.sha256, lower(NEW.during),
             NEW.based_on_id, NEW.note, NEW.made_at, NEW.made_by_id, NEW.published_at, NEW.published_by_id)
        IS NOT DISTINCT FROM
            (OLD.area_id, OLD.code, OLD.number, OLD.title, OLD.document, OLD.text, OLD.sha256, lower(OLD.during),
             OLD.based_on_id, OLD.note, OLD.made_at, OLD.made_by_id, OLD.published_at, OLD.published_by_id)
        AND (NEW.state = 'published' OR NOT EXISTS (SELECT 1 FROM settlement_settlement WHERE version_id = OLD.id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published policy never changes' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER settlement_signoff_rows BEFORE UPDATE OR DELETE ON settlement_signoff
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER settlement_signoff_table BEFORE TRUNCATE ON settlement_signoff
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();

CREATE FUNCTION settlement_under_the_policy_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever publishes holds the versions of the area FOR UPDATE: this waits, and then reads the period as it has become.
    PERFORM 1 FROM settlement_policyversion
        WHERE id = NEW.version_id AND state = 'published' AND during @> NEW.discharged_on FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the policy version does not hold on the discharge day' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_settlement_version BEFORE INSERT ON settlement_settlement
    FOR EACH ROW EXECUTE FUNCTION settlement_under_the_policy_in_force();
"""
UNDO = """
DROP TRIGGER settlement_settlement_version ON settlement_settlement;
DROP FUNCTION settlement_under_the_policy_in_force();
DROP TRIGGER settlement_signoff_table ON settlement_signoff;
DROP TRIGGER settlement_signoff_rows ON settlement_signoff;
CREATE OR REPLACE FUNCTION settlement_policy_stays_as_published() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0006_years_that_differ")]
    operations = [migrations.RunSQL(GUARDS, UNDO)]
