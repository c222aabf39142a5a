"""A submitted return stays as it was: a trigger refuses changing or removing what was frozen."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION reports_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.state = 'draft' THEN RETURN OLD; END IF;
    IF OLD.state <> 'draft' AND (TG_OP = 'DELETE' OR
        (OLD.payload, OLD.rows_hash, OLD.previous_hash, OLD.cut_off_on, OLD.built_at, OLD.figures, OLD.submitted_at, OLD.submitted_by_id)
        IS DISTINCT FROM
        (NEW.payload, NEW.rows_hash, NEW.previous_hash, NEW.cut_off_on, NEW.built_at, NEW.figures, NEW.submitted_at, NEW.submitted_by_id)
        OR NEW.state = 'draft')
    THEN
        RAISE EXCEPTION 'submission % is frozen', OLD.id USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER reports_submission_frozen BEFORE UPDATE OR DELETE ON reports_submission
    FOR EACH ROW EXECUTE FUNCTION reports_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]
    operations = [migrations.RunSQL(FREEZE, "DROP TRIGGER reports_submission_frozen ON reports_submission; DROP FUNCTION reports_frozen()")]
