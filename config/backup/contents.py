"""What a backup says of itself: how many rows each table holds, of which schema, and which keys open its numbers."""

import hashlib
import hmac
import json

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from ledger.actions.refusals import Refused
from ledger.models import Person
from ledger.protection import keyed_hash

KEYS = {"LEDGER_DATA_KEY": "DATA_KEY", "LEDGER_HASH_KEY": "HASH_KEY"}
TOLD = {  # The tables that a clerk knows, and the word that counts them.
    "ledger_person": ("患者", "人"),
    "ledger_case": ("病例", "例"),
    "settlement_settlement": ("结算", "笔"),
    "reports_submission": ("上报", "份"),
    "ledger_auditevent": ("操作记录", "条"),
}


def tables(connection) -> list[str]:
    """Every table of the database, ours and the framework's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        return [name for (name,) in cursor.fetchall()]


def row_counts(connection) -> dict[str, int]:
    counts = {}
    with connection.cursor() as cursor:
        for name in tables(connection):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")
            counts[name] = cursor.fetchone()[0]
    return counts


def in_words(counts: dict[str, int]) -> str:
    """患者 12 人、病例 12 例、……"""
    return "、".join(f"{word} {counts.get(table, 0)} {unit}" for table, (word, unit) in TOLD.items())


# ---- the schema ----


def schema_of(connection) -> list[str]:
    """The migrations that the database has been through, as ``ledger.0001_initial``."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def unknown_here(schema: list[str]) -> list[str]:
    """The migrations of a backup that this code does not have: it was made by a newer one."""
    here = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    known = {f"{app}.{name}" for app, name in here}
    known |= {f"{app}.{name}" for migration in here.values() for app, name in migration.replaces}
    return [name for name in schema if name not in known]


# ---- the keys ----


def key_marks() -> dict[str, str]:
    """A mark of each key, by which the same key is known again; the key cannot be found from it."""
    return {name: _mark(getattr(settings, setting)) for name, setting in KEYS.items()}


def _mark(key: bytes) -> str:
    return hmac.new(key, b"dabing-ledger: mark of a key", hashlib.sha256).hexdigest()[:32]


def sealed_manifest(manifest: dict) -> str:
    """The keyed hash of what a backup says of itself: nobody without the key can forge a backup that would be restored."""
    return keyed_hash("dabing-ledger: backup " + json.dumps(manifest, ensure_ascii=False, sort_keys=True))


def require_keys_open_it() -> None:
    """Open one stored ID number with today's keys. Raises Refused when they are not the keys the ledger was written with."""
    somebody = Person.objects.everywhere("backup").filter(id_number_hash__isnull=False).order_by("-pk")
    try:
        person = somebody.first()
    except (InvalidTag, ValueError):
        fits = False
    else:
        fits = person is None or keyed_hash(person.id_number.reveal()) == person.id_number_hash
    if not fits:
        raise Refused("LEDGER_DATA_KEY、LEDGER_HASH_KEY 打不开库里的证号：它们不是这个台账的钥匙。请换回原来的钥匙再做。")
