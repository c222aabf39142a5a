"""A case carries how its person's name begins, kept by the database: a prefecture's people of one surname are found by it, newest first."""

from django.db import migrations, models

FILL = """
UPDATE ledger_case SET name_head = left(person.name, 1), initials_head = left(person.initials, 1)
FROM ledger_person person WHERE person.id = person_id
"""

# A case is told by its person whoever writes it; a person who is called otherwise tells their cases.
KEEP = """
CREATE FUNCTION ledger_case_heads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT left(name, 1), left(initials, 1) INTO NEW.name_head, NEW.initials_head FROM ledger_person WHERE id = NEW.person_id;
    NEW.name_head := coalesce(NEW.name_head, '');
    NEW.initials_head := coalesce(NEW.initials_head, '');
    RETURN NEW;
END $$;

CREATE TRIGGER case_heads BEFORE INSERT OR UPDATE OF person_id, name_head, initials_head ON ledger_case
FOR EACH ROW EXECUTE FUNCTION ledger_case_heads();

CREATE FUNCTION ledger_person_heads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_case SET name_head = left(NEW.name, 1), initials_head = left(NEW.initials, 1) WHERE person_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER person_heads AFTER UPDATE OF name, initials ON ledger_person FOR EACH ROW
WHEN (left(OLD.name, 1) <> left(NEW.name, 1) OR left(OLD.initials, 1) <> left(NEW.initials, 1))
EXECUTE FUNCTION ledger_person_heads();
"""
LET_GO = """
DROP TRIGGER person_heads ON ledger_person;
DROP FUNCTION ledger_person_heads();
DROP TRIGGER case_heads ON ledger_case;
DROP FUNCTION ledger_case_heads();
"""


def head(words):
    return models.CharField(blank=True, default="", editable=False, max_length=1, verbose_name=words)


def listed(name, field):
    newest_first = [field, "-registered_on", "-id"]
    return models.Index(fields=newest_first, include=["state", "county"], condition=models.Q(folded_into=None), name=name)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0018_ends_counted")]
    operations = [
        migrations.AddField("case", "name_head", head("姓名首字")),
        migrations.AddField("case", "initials_head", head("拼音首字母之首")),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, LET_GO),
        migrations.AddIndex("case", listed("case_name_head", "name_head")),
        migrations.AddIndex("case", listed("case_initials_head", "initials_head")),
    ]
