"""PostgreSQL is told to count how many categories have not ended: it took them for one in two hundred, and read all of a prefecture's."""

from django.db import migrations

COUNT = "CREATE STATISTICS category_ends ON (upper(during)) FROM ledger_categoryfact"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0017_cheaper_to_write")]
    operations = [migrations.RunSQL(COUNT, "DROP STATISTICS category_ends")]
