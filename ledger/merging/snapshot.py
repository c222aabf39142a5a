"""All that two records hold, as plain values: what a merge remembers, by which it is undone exactly, or seen to be built upon."""

import datetime
import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal

from django.apps import apps
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F

from ledger.merging.links import NOT_REMEMBERED, Fate, fates
from ledger.models import Case, Person
from ledger.protection import Sealed

# Label of a model → number of a row → its columns. Numbers are text, as JSON keeps them.
Rows = dict[str, dict[str, dict]]


def _plain(value):
    """A column's value as JSON keeps it."""
    if isinstance(value, Sealed):
        return value.reveal()
    if isinstance(value, DateRange):
        return [value.lower and value.lower.isoformat(), value.upper and value.upper.isoformat()]
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _value(field: models.Field, plain):
    """The other way round."""
    if isinstance(plain, list) and "Range" in field.get_internal_type():
        return DateRange(*(day and datetime.date.fromisoformat(day) for day in plain))
    return plain if field.is_relation or isinstance(field, models.JSONField) else field.to_python(plain)


def _columns(model: type[models.Model]) -> list[str]:
    """Every column but two: a paper's own bytes, which nothing ever changes and whose hash is a column beside them, and how often a
    person or a case was saved, which only ever grows.
    """
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.BinaryField)]
    return [field.attname for field in fields if not (model in (Person, Case) and field.name == "version")]


def _read(model: type[models.Model], **which) -> dict[str, dict]:
    rows = model._base_manager.filter(**which).order_by("pk").values(*_columns(model))  # Whose rows they are was decided by the caller.
    name = model._meta.pk.attname
    return {str(row[name]): {column: _plain(value) for column, value in row.items()} for row in rows}


def links_to(model: type[models.Model]) -> list[models.Field]:
    """Every column of any model that names one, also where the model itself has no name for the way back."""
    back = (link for link in model._meta.get_fields(include_hidden=True) if link.auto_created and not link.concrete)
    return [link.field for link in back]


def _linked(model: type[models.Model]) -> Iterable[tuple[type[models.Model], str]]:
    """The models that name one, with the link's name; not what is derived, nor what nobody can change."""
    told = fates()
    for field in links_to(model):
        label = field.model._meta.label
        if label not in NOT_REMEMBERED and told[f"{label}.{field.name}"] != Fate.DERIVED:
            yield field.model, field.name


def rows_of(pair: Iterable[int]) -> Rows:
    """Everything that names these people (ids) or their cases, with the people themselves."""
    pair = sorted(pair)
    found: Rows = {Person._meta.label: _read(Person, pk__in=pair)}

    def add(model: type[models.Model], link: str, numbers: list[int]) -> None:
        if numbers:
            found.setdefault(model._meta.label, {}).update(_read(model, **{f"{link}__in": numbers}))

    for model, link in _linked(Person):
        add(model, link, pair)
    cases = [int(number) for number, case in found.get(Case._meta.label, {}).items() if case["person_id"] in pair]
    for model, link in _linked(Case):
        add(model, link, cases)
    return {label: rows for label, rows in sorted(found.items()) if rows}


def digest(rows: Rows) -> str:
    """One short text for all of it: the same as long as nothing changed."""
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def changed(before: Rows, after: Rows) -> dict[str, list[int]]:
    """Label → the rows that came, went or changed."""
    labels = sorted({*before, *after})
    told = {}
    for label in labels:
        old, new = before.get(label, {}), after.get(label, {})
        if numbers := sorted(int(number) for number in {*old, *new} if old.get(number) != new.get(number)):
            told[label] = numbers
    return told


def restore(before: Rows, after: Rows) -> None:
    """Put every row back as ``before`` has it. ``after`` is how they stand now; no row of ``before`` may be missing in it."""
    models_of = {label: apps.get_model(label) for label in {*before, *after}}
    for label, rows in after.items():  # What the merge made goes first, so that nothing is in the way of what comes back.
        made = [int(number) for number in rows if number not in before.get(label, {})]
        models_of[label]._base_manager.filter(pk__in=made).delete()
    _let_go_of_numbers(before[Person._meta.label], after[Person._meta.label])
    for label in sorted(before, key=lambda label: label != Person._meta.label):
        model, now = models_of[label], after[label]
        fields = {field.attname: field for field in model._meta.concrete_fields}
        for number, row in sorted(before[label].items(), key=lambda pair: _goes_back_last(now[pair[0]])):
            values = {name: _value(fields[name], value) for name, value in row.items() if now[number][name] != value}
            if values:
                model._base_manager.filter(pk=int(number)).update(**values)
    for model in (Person, Case):  # A page opened while the two were one must not pass for one of today.
        model._base_manager.filter(pk__in=[int(number) for number in before.get(model._meta.label, {})]).update(version=F("version") + 1)


def _let_go_of_numbers(before: dict[str, dict], now: dict[str, dict]) -> None:
    """Two people who take back each other's ID numbers bear none for a moment: no two rows may bear one at once."""
    for number, row in now.items():
        if row["id_number_hash"] != before[number]["id_number_hash"]:
            row |= {"id_number_hash": None, "id_absent_reason": "撤销合并中"}
            meanwhile = {"id_number_hash": None, "id_absent_reason": row["id_absent_reason"]}
            Person.objects.everywhere("held by the caller").filter(pk=int(number)).update(**meanwhile)


def _goes_back_last(row: dict) -> bool:
    """A case that was carried leaves before the folded one of its disease comes back: a person has one live case of it."""
    return row.get("folded_into_id") is not None
