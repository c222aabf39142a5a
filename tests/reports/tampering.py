"""What a hand in the database itself can do to what is frozen, with the lock taken off."""

from django.db import connection


def tamper(table: str, assignment: str, values: list, pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET {assignment} WHERE id = %s", [*values, pk])
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
