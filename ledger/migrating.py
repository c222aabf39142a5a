"""Why a first start takes a second of migrating and not ten: a migration draws anew only the models that it changes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.migrations import operations
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# What these do to a table asks nothing of the tables that lead to it. RunPython has every model drawn anew before it looks.
OF_ONE_TABLE = (
    operations.CreateModel, operations.AddField, operations.AlterField, operations.AddIndex, operations.RemoveIndex,
    operations.AddConstraint, operations.RemoveConstraint, operations.AlterModelOptions, operations.RunSQL, operations.RunPython,
)  # fmt: skip


def touches_one_table(operation: Operation) -> bool:
    """A changed key is the exception: the columns that lead to it change with it."""
    if isinstance(operation, operations.AlterField):
        return not (operation.field.primary_key or operation.field.unique)
    return type(operation) in OF_ONE_TABLE


@contextmanager
def only_what_changes() -> Iterator[None]:
    """While it lasts, forward migrations of such operations have Django draw one model at each step; all others work as ever.

    Django keeps a class for every model of that day and draws again, at each step, all that are related to the changed one:
    here nearly all ninety. The others' classes then name an older one of the same table, which only the operations
    left out above, and whoever is given ``apps``, could notice; both have all of them drawn anew first.
    """
    apply, related = Migration.apply, ProjectState._find_reload_model

    def applied(migration: Migration, state: ProjectState, *args, **kwargs) -> ProjectState:
        plain = all(map(touches_one_table, migration.operations))
        if not plain:
            state.clear_delayed_apps_cache()
            state.apps  # noqa: B018  Drawn now, and kept from here on.
        ProjectState._find_reload_model = only_itself if plain else related
        try:
            return apply(migration, state, *args, **kwargs)
        finally:
            ProjectState._find_reload_model = related

    Migration.apply = applied
    try:
        yield
    finally:
        Migration.apply = apply


def only_itself(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
    state.is_delayed = True
    return {(app_label, model_name)}
