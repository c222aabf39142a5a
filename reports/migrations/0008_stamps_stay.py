"""A stamp holds what its cells said, sealed, and stays as it was written."""

from django.db import migrations

import ledger.protection
import reports.models.submission

STAYS = """
CREATE FUNCTION reports_stamp_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the stamp of a frozen return stays as it was written' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER reports_stamp_stays BEFORE UPDATE OR DELETE ON reports_workbookstamp FOR EACH ROW EXECUTE FUNCTION reports_stamp_stays();
"""
UNDO = "DROP TRIGGER reports_stamp_stays ON reports_workbookstamp; DROP FUNCTION reports_stamp_stays()"


class Migration(migrations.Migration):
    dependencies = [("reports", "0007_reminders_and_jobs")]
    operations = [
        migrations.AddField(
            model_name="workbookstamp",
            name="cells",
            field=ledger.protection.SealedField(blank=True, default="", mask=reports.models.submission.hidden, verbose_name="单元格"),
            preserve_default=False,
        ),
        migrations.RunSQL(STAYS, UNDO),
    ]
