"""The short way of migrating says to the database word for word what Django's own way says."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor

from ledger.migrating import only_what_changes, touches_one_table

# New tables that lead to old ones and to each other, columns added to both, keys altered, constraints changed.
MIGRATIONS = [("hospitals", "0008_deferral"), ("reports", "0005_return_life"), ("ledger", "0017_cheaper_to_write")]


def words_of(executor: MigrationExecutor, name: tuple[str, str]) -> list[str]:
    """Everything that one migration would send, comments too; nothing is sent."""
    return executor.loader.collect_sql([(executor.loader.graph.nodes[name], False)])


@pytest.mark.django_db
@pytest.mark.parametrize("name", MIGRATIONS, ids="-".join)
def test_both_ways_say_the_same(name):
    executor = MigrationExecutor(connection)
    usual = words_of(executor, name)
    with only_what_changes():
        short = words_of(executor, name)
    assert short == usual and len(usual) > 40


@pytest.mark.parametrize(
    ("operation", "plain"),
    [
        (migrations.CreateModel("paper", [("id", models.BigAutoField(primary_key=True))]), True),
        (migrations.AlterField("paper", "name", models.CharField(max_length=9)), True),
        (migrations.AlterField("paper", "name", models.CharField(max_length=9, unique=True)), False),
        (migrations.AlterField("paper", "id", models.BigAutoField(primary_key=True)), False),
        (migrations.RenameModel("paper", "sheet"), False),
        (migrations.RemoveField("paper", "name"), False),
        (migrations.DeleteModel("paper"), False),
    ],
)
def test_what_other_tables_could_notice_goes_the_long_way(operation, plain):
    assert touches_one_table(operation) is plain
