"""The command an auditor runs: says that the trail is whole, or which row is not."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger.actions.trail import record, seal_unsealed
from ledger.models import AuditEvent


def verify(capsys) -> str:
    call_command("verify_trail")
    return capsys.readouterr().out


def test_a_whole_trail_is_counted(cast, capsys):
    assert verify(capsys) == "操作记录完整：已封存 0 条，待封存 0 条。\n"
    for number in range(3):
        record("looked", by=cast.clerk, detail={"n": number})
    seal_unsealed()
    record("looked", by=cast.clerk)
    assert verify(capsys) == "操作记录完整：已封存 3 条，待封存 1 条。\n"


def test_a_changed_row_is_named(cast):
    for number in range(3):
        record("looked", by=cast.clerk, detail={"n": number})
    seal_unsealed()
    second = AuditEvent.objects.get(detail={"n": 1})
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # No check may be pending when a trigger is switched off.
        cursor.execute("ALTER TABLE ledger_auditevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_auditevent SET username = 'somebody' WHERE id = %s", [second.pk])
    with pytest.raises(CommandError, match=f"第 {second.pk} 条记录（封存序号 {second.seal.sequence}）") as broken:
        call_command("verify_trail")
    assert broken.value.returncode == 1
