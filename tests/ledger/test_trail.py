"""History that nobody rewrites: triggers, rights, and a chain of seals that shows a changed row."""

from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ledger.actions.trail import first_broken_seal, record, request_address, seal_hash, seal_unsealed
from ledger.management.commands.migrate import APPEND_ONLY, grant_rights
from ledger.models import AuditEvent, AuditSeal, CaseEvent
from ledger.tasks import seal_trail
from tests.racing import Race, faults

CHANGES = ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
COLUMN = {"ledger_auditevent": "action", "ledger_auditseal": "hash", "ledger_caseevent": "text"}  # The ledger's own history.


def execute(sql: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


@pytest.fixture
def history(cast):
    """A few rows in each of the three tables."""
    cast.register("韦桂兰")
    seal_unsealed()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # Or the rows' pending checks would refuse first, for a reason of their own.
    assert min(AuditEvent.objects.count(), AuditSeal.objects.count(), CaseEvent.objects.count()) >= 3
    return cast


def test_the_ledgers_history_is_among_what_only_grows():
    assert set(COLUMN) <= set(APPEND_ONLY)


@pytest.mark.parametrize("table", COLUMN)
@pytest.mark.parametrize("change", CHANGES)
def test_even_the_tables_owner_is_refused(history, table, change):
    # A TRUNCATE of one table reaches the tables that point at it: whichever comes first refuses.
    with pytest.raises(DatabaseError, match=r"ledger_\w+ is append-only") as refused:
        execute(change.format(table, COLUMN[table], COLUMN[table]))
    assert refused.value.__cause__.pgcode == "42501"


@contextmanager
def as_application(role: str):
    """The application's own role, made as ``migrate`` makes it; the test's rollback takes it away again."""
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT {role} TO CURRENT_USER WITH SET TRUE")
        cursor.execute(f"SET ROLE {role}")
        yield
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_applications_role_has_no_right_to_rewrite(history, settings, table):
    settings.DATABASE_APP_ROLE, settings.DATABASE_APP_PASSWORD = "ledger_app_of_a_test", "x"
    grant_rights(connection)
    grant_rights(connection)  # Every migrate says it again.
    with connection.cursor() as cursor:
        key = connection.introspection.get_primary_key_column(cursor, table)
    with as_application(settings.DATABASE_APP_ROLE):
        for change in CHANGES:
            with pytest.raises(DatabaseError, match=rf"permission denied for table {table}"):
                execute(change.replace(" CASCADE", "").format(table, key, key))
        with pytest.raises(DatabaseError, match="must be owner"):
            execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        record("looked", by=history.clerk)
        assert seal_unsealed() == 1
        assert execute("UPDATE ledger_person SET address = '3 组 9 号'") == 1


def test_migrate_gives_the_configured_role_its_rights(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == settings.DATABASE_APP_ROLE:
            pytest.skip("one role owns and uses this database: DATABASE_OWNER_URL is not set apart from DATABASE_URL")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {settings.DATABASE_APP_ROLE}")
        call_command("migrate", verbosity=0)
        rights = {}
        for table in [*APPEND_ONLY, "ledger_person"]:
            cursor.execute(
                "SELECT array_agg(word) FROM unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE']) word"
                " WHERE has_table_privilege(%s, %s, word)",
                [settings.DATABASE_APP_ROLE, table],
            )
            rights[table] = cursor.fetchone()[0]
    assert rights == dict.fromkeys(APPEND_ONLY, ["SELECT", "INSERT"]) | {"ledger_person": ["SELECT", "INSERT", "UPDATE", "DELETE"]}


def test_a_row_tells_who_what_whom_and_from_where(cast):
    request_address.set("10.45.2.7")
    event = record("revealed", by=cast.clerk, subject=cast.county, county=cast.county, detail={"field": "phone"})
    event.refresh_from_db()
    assert (event.username, event.role, event.staff, event.action) == ("clerk-450222-1", "clerk", cast.clerk, "revealed")
    assert (event.subject_type, event.subject_id, event.county_code) == ("division", cast.county.pk, "450222")
    assert (event.detail, event.address, str(timezone.localtime(event.at).date())) == ({"field": "phone"}, "10.45.2.7", "2017-10-20")
    nobody = record("login_failed", by=None)
    assert (nobody.staff, nobody.username, nobody.address) == (None, "", "10.45.2.7")


# ---- seals ----


def test_every_row_is_sealed_once_and_the_chain_is_whole(cast):
    for number in range(7):
        record("looked", by=cast.clerk, detail={"n": number})
    assert (seal_unsealed(limit=3), seal_unsealed(limit=3), seal_unsealed(limit=3), seal_unsealed()) == (3, 3, 1, 0)
    seals = list(AuditSeal.objects.order_by("sequence").select_related("event"))
    assert [seal.event.detail["n"] for seal in seals] == list(range(7))
    hashes = [""] + [seal.hash for seal in seals]
    assert [seal_hash(seal.event, before) for seal, before in zip(seals, hashes, strict=False)] == hashes[1:]
    assert first_broken_seal() is None


def test_the_task_seals_everything_and_runs_twice(cast):
    cast.register("韦桂兰")
    seal_trail()
    seal_trail()
    assert AuditSeal.objects.count() == AuditEvent.objects.count() and first_broken_seal() is None


FORGERIES = {
    "action": "UPDATE ledger_auditevent SET action = 'looked' WHERE id = {id}",
    "username": "UPDATE ledger_auditevent SET username = 'clerk-450222-2' WHERE id = {id}",
    "moment": "UPDATE ledger_auditevent SET at = at + interval '1 microsecond' WHERE id = {id}",
    "detail": 'UPDATE ledger_auditevent SET detail = \'{{"field": "phone"}}\' WHERE id = {id}',
    "address": "UPDATE ledger_auditevent SET address = '10.0.0.1' WHERE id = {id}",
    "seal": "UPDATE ledger_auditseal SET hash = repeat('0', 64) WHERE event_id = {id}",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_changed_row_is_found(history, forgery):
    event = AuditEvent.objects.order_by("id")[1]
    with connection.cursor() as cursor:
        for table in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(FORGERIES[forgery].format(id=event.pk))
        assert cursor.rowcount == 1
    assert first_broken_seal().event_id == event.pk


def test_a_removed_row_is_found(history):
    first, second, third = AuditSeal.objects.order_by("sequence")[:3]
    with connection.cursor() as cursor:
        for table in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM ledger_auditseal WHERE sequence = %s", [second.pk])
        cursor.execute("DELETE FROM ledger_auditevent WHERE id = %s", [second.event_id])
    assert first_broken_seal() == third


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_whole_chain(cast):
    for number in range(60):
        record("looked", by=cast.clerk, detail={"n": number})
    sealed = []

    def work() -> None:
        while done := seal_unsealed(limit=4):
            sealed.append(done)

    assert faults(Race(lockstep=True).run(work, work)) == []
    assert sum(sealed) == AuditSeal.objects.count() == AuditEvent.objects.count() == 60
    assert list(AuditSeal.objects.order_by("sequence").values_list("event__detail__n", flat=True)) == list(range(60))
    assert first_broken_seal() is None
