"""Changes numbers in a policy's text and leaves its comments, order and every other line as their author wrote them."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import tomlkit
from tomlkit.items import InlineTable

from settlement.engine.money import MILLION
from settlement.figures import Figure, Path

SCALE = {"yuan": 100, "rate": MILLION}


@dataclass(frozen=True)
class Stated:
    """What a number becomes: fen or millionths (None keeps it), and the clause that states it; no clause: it is assumed."""

    value: int | None
    clause: str = ""
    document: str = ""


def rewritten(text: str, *, in_force_from: datetime.date, numbers: Iterable[tuple[Figure, Stated]]) -> str:
    """The text with another first day and these numbers; a policy's own document is not repeated beside a clause of it."""
    tree = tomlkit.parse(text)
    if tree["in_force_from"] != in_force_from:
        tree["in_force_from"] = in_force_from
    for figure, stated in numbers:
        document = "" if stated.document == tree["document"] else stated.document
        _state(tree, figure, Stated(stated.value, stated.clause, document))
    return tomlkit.dumps(tree)


def with_signed(text: str, figures: Mapping[str, Figure], signed: Iterable[tuple[str, str, str]]) -> str:
    """The text in which every number signed for, (key, document, clause), is stated by the document that was signed for."""
    tree = tomlkit.parse(text)
    for key, document, clause in signed:
        if key.endswith(".assumed_categories"):
            condition = _at(tree, figures[key].path)
            condition.pop("assumed_categories")
            # The file has no place for a list's second document: it is told where a reader of the text looks for it.
            condition["categories"].comment(f"{figures[key].what}：{document} {clause}")
        else:
            _state(tree, figures[key], Stated(None, clause, document))
    return tomlkit.dumps(tree)


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _state(tree: Any, figure: Figure, stated: Stated) -> None:
    """A number written as an inline table is written anew in one line; a table of its own (a condition) is changed in place."""
    parent, name = _at(tree, figure.path[:-1]), figure.path[-1]
    table = parent[name]
    if isinstance(table, InlineTable):
        parent[name] = tomlkit.value(_inline(_literal(table["value"], figure.unit, stated.value), stated))
        return
    if stated.value is not None and figure.unit:
        table["value"] = tomlkit.value(_literal(table["value"], figure.unit, stated.value))
    for key, value in (("assumed", not stated.clause), ("source", stated.clause), ("document", stated.document if stated.clause else "")):
        if value:
            table[key] = value
        else:
            table.pop(key, None)


def _inline(literal: str, stated: Stated) -> str:
    if not stated.clause:
        return f"{{ value = {literal}, assumed = true }}"
    document = f", document = {_quoted(stated.document)}" if stated.document else ""
    return f"{{ value = {literal}, source = {_quoted(stated.clause)}{document} }}"


def _quoted(words: str) -> str:
    return tomlkit.item(words).as_string()


def _literal(item: Any, unit: str, value: int | None) -> str:
    """The number as it stood where it says the same; else as short as it can be written."""
    if value is None or Decimal(item.as_string().replace("_", "")) * SCALE[unit] == value:
        return item.as_string()
    return f"{(Decimal(value) / SCALE[unit]).normalize():f}"
