"""``migrate`` as the tables' owner, then the rights of the application's role: everything but rewriting history."""

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from ledger.migrating import only_what_changes

APPEND_ONLY = ["ledger_auditevent", "ledger_auditseal", "ledger_caseevent", "settlement_settlementline", "settlement_reversal"]


class Command(Migrate):
    def handle(self, *args, **options):
        with only_what_changes():
            super().handle(*args, **options)
        grant_rights(connections[options["database"]])


def grant_rights(connection) -> None:
    """Make the application's role if it is missing and give it its rights. Does nothing where it owns the tables itself."""
    role = settings.DATABASE_APP_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == role:
            return
        quoted = connection.ops.quote_name(role)
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {quoted} LOGIN PASSWORD %s", [settings.DATABASE_APP_PASSWORD])
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        for table in APPEND_ONLY:
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}")
