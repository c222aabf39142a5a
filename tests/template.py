"""The database that every test database is a copy of: made from the migrations once, and anew when they or the models change."""

import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

NAMED = "test_template_"
MAKING = f"{NAMED}making"
ONE_AT_A_TIME = 0x7E57  # The advisory lock: two runs that start at the same moment make it once.
CHECKOUT = Path(__file__).resolve().parent.parent
# What a database without people is made of. Only the files whose words reach it: every other change leaves the template good.
MADE_OF = [
    "*/migrations/*.py", "*/models/*.py", "*/models.py", "ledger/protection.py", "ledger/reference.py", "ledger/data/*",
    "ledger/management/commands/migrate.py", "ledger/migrating.py", "requirements.txt", "tests/template.py",
]  # fmt: skip


def template() -> str:
    """The name of a database with all tables and the reference data; it is made where it is not there yet."""
    name = NAMED + _mark()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [NAMED])
        found = {row[0] for row in cursor.fetchall()}
        if name not in found:
            for old in found:
                cursor.execute(f'DROP DATABASE "{old}"')
            cursor.execute(f'CREATE DATABASE "{MAKING}"')
            _fill(MAKING)
            cursor.execute(f'ALTER DATABASE "{MAKING}" RENAME TO "{name}"')
    return name


def _fill(name: str) -> None:
    from ledger.reference import load_reference

    usual = settings.DATABASES["default"]["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        load_reference()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    finally:
        connection.close()  # Nobody is connected to what is renamed and copied.
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = usual


def _mark() -> str:
    marked = hashlib.sha256("".join(sorted(app.name for app in apps.get_app_configs())).encode())
    for path in sorted({path for pattern in MADE_OF for path in CHECKOUT.glob(pattern)}):
        marked.update(path.relative_to(CHECKOUT).as_posix().encode() + b"\0" + path.read_bytes())
    return marked.hexdigest()[:16]
