"""Reads a policy's TOML file into the engine's terms and reports everything wrong with it at once."""

import datetime
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from settlement.engine.money import MILLION
from settlement.engine.policy import (
    FLAGS,
    IN_POLICY,
    KINDS,
    PARTS,
    Bracket,
    Condition,
    Floor,
    Layer,
    Number,
    Policy,
    Row,
    Tilt,
)
from settlement.policy_check import check

FOLDER = Path(__file__).parent / "policies"

TOP = {"code", "title", "document", "area", "in_force_from", "categories", "levels", "plans", "conditions", "layers"}
CONDITION = {
    "title", "categories", "diseases", "not_diseases", "flags", "not_flags", "any_of", "all_of", "source", "document", "assumed",
    "assumed_categories",
}  # fmt: skip
LAYER = {"name", "title", "kind", "source", "payer", "when", "draws", "threshold", "entered", "rows", "brackets", "tilt", "floor"}
ROW = {"level", "plan", "categories", "when", "draws", "deductible", "rate", "cap", "amount"}


class PolicyFaults(Exception):
    """All faults of one file, each "file: key: sentence"."""

    def __init__(self, faults: list[str]):
        super().__init__("\n".join(faults))
        self.faults = faults


def codes() -> list[str]:
    """The policies that ship."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(code: str) -> Policy:
    """A shipped policy by its code; KeyError when there is none."""
    if code not in codes():
        raise KeyError(code)
    path = FOLDER / f"{code}.toml"
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, file: str) -> Policy:
    """The policy that a file's text states; PolicyFaults lists everything that is wrong with it."""
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PolicyFaults([f"{file}: 全文: 不是有效的 TOML：{error}"]) from error
    return from_table(table, file)


def from_table(table: dict[str, Any], file: str) -> Policy:
    """The same from the tables that the text holds."""
    reader = Reader()
    policy = reader.policy(table)
    faults = reader.faults or check(policy)
    if faults:
        raise PolicyFaults([f"{file}: {key}: {sentence}" for key, sentence in faults])
    return policy


class Reader:
    """Turns tables into the engine's types; collects faults and goes on."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def fault(self, key: str, sentence: str) -> None:
        self.faults.append((key, sentence))

    def table(self, value: Any, key: str, allowed: set[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.fault(key, "应是一张表")
            return {}
        for name in value.keys() - allowed:
            self.fault(f"{key}.{name}".lstrip("."), "没有这个键")
        return value

    def tables(self, table: dict, name: str, key: str) -> list[Any]:
        value = table.get(name, [])
        if not isinstance(value, list):
            self.fault(f"{key}{name}", "应是若干张表")
            return []
        return value

    def text(self, table: dict, name: str, key: str, required: bool = False) -> str:
        value = table.get(name, "")
        if not isinstance(value, str) or (required and not value.strip()):
            self.fault(f"{key}{name}", "应填写文字")
            return ""
        return value

    def texts(self, table: dict, name: str, key: str) -> tuple[str, ...]:
        value = table.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.fault(f"{key}{name}", "应是文字的列表")
            return ()
        if len(set(value)) != len(value):
            self.fault(f"{key}{name}", "列表中有重复")
        return tuple(value)

    def number(self, table: dict, name: str, key: str, kind: str) -> Number | None:
        """``kind`` is yuan or rate; a number states its clause or says that it is assumed, never both."""
        if name not in table:
            return None
        key += name
        value = self.table(table[name], key, {"value", "source", "assumed", "document"})
        source, assumed = self.text(value, "source", f"{key}."), value.get("assumed", False)
        if (assumed is not True and assumed is not False) or bool(source.strip()) == bool(assumed):
            self.fault(key, "每个数应写明出处 source，或注明 assumed = true，二者只能有一个")
        amount = value.get("value")
        if isinstance(amount, bool) or not isinstance(amount, (int, Decimal)) or not Decimal(amount).is_finite() or amount < 0:
            self.fault(key, "应有不小于零的数 value")
            return None
        scaled = Decimal(amount) * (100 if kind == "yuan" else MILLION)
        if scaled != scaled.to_integral_value():
            self.fault(key, "金额最多两位小数" if kind == "yuan" else "比例最多六位小数")
            return None
        if kind == "rate" and scaled > MILLION:
            self.fault(key, "比例不能大于 1")
        return Number(int(scaled), source, bool(assumed), self.text(value, "document", f"{key}."))

    def parts(self, table: dict, key: str) -> tuple[int, ...] | None:
        names = self.texts(table, "draws", key)
        if set(names) - set(PARTS) or list(names) != [part for part in PARTS if part in names]:
            self.fault(f"{key}draws", f"只能依次取自 {'、'.join(PARTS)}")
            return None
        return tuple(PARTS.index(name) for name in names) or None

    def policy(self, table: dict) -> Policy:
        self.table(table, "", TOP)
        day = table.get("in_force_from")
        if not isinstance(day, datetime.date) or isinstance(day, datetime.datetime):
            self.fault("in_force_from", "应是日期")
            day = datetime.date.max
        categories = self.names(table, "categories")
        if not categories:
            self.fault("categories", "应列出类别代码和名称")
        conditions = table.get("conditions", {})
        if not isinstance(conditions, dict):
            self.fault("conditions", "应是一张表")
            conditions = {}
        layers = self.tables(table, "layers", "")
        return Policy(
            code=self.text(table, "code", "", required=True),
            title=self.text(table, "title", "", required=True),
            document=self.text(table, "document", "", required=True),
            area=self.text(table, "area", "", required=True),
            in_force_from=day,
            categories=categories,
            level_names=self.names(table, "levels"),
            plan_names=self.names(table, "plans"),
            conditions={name: self.condition(name, item) for name, item in conditions.items()},
            layers=tuple(self.layer(item, f"layers[{index}]") for index, item in enumerate(layers, start=1)),
        )

    def names(self, table: dict, name: str) -> dict[str, str]:
        """Codes and what they are called."""
        value = table.get(name, {})
        if not isinstance(value, dict) or not all(isinstance(words, str) and words.strip() for words in value.values()):
            self.fault(name, "应是代码和名称的表")
            return {}
        return value

    def condition(self, name: str, value: Any) -> Condition:
        key = f"conditions.{name}"
        table = self.table(value, key, CONDITION)
        source, assumed = self.text(table, "source", f"{key}."), table.get("assumed", False)
        if assumed not in (True, False) or bool(source) == bool(assumed):
            self.fault(key, "应写明出处 source，或注明 assumed = true，二者只能有一个")
        lists = {
            list_name: self.texts(table, list_name, f"{key}.")
            for list_name in ("categories", "diseases", "not_diseases", "flags", "not_flags", "any_of", "all_of", "assumed_categories")
        }
        for flag in {*lists["flags"], *lists["not_flags"]} - set(FLAGS):
            self.fault(f"{key}.flags", f"账单上没有“{flag}”这一栏")
        sets = {key: frozenset(lists.pop(key)) for key in ("categories", "diseases", "not_diseases", "assumed_categories")}
        return Condition(
            name=name,
            title=self.text(table, "title", f"{key}."),
            source=source,
            assumed=bool(assumed),
            document=self.text(table, "document", f"{key}."),
            **sets,
            **lists,
        )

    def layer(self, value: Any, key: str) -> Layer:
        table = self.table(value, key, LAYER)
        name = self.text(table, "name", f"{key}.", required=True)
        key = f"layers.{name}" if name else key
        kind = self.text(table, "kind", f"{key}.", required=True)
        if kind not in KINDS:
            self.fault(f"{key}.kind", f"只能是 {'、'.join(KINDS)}")
        rows = self.tables(table, "rows", f"{key}.")
        brackets = self.tables(table, "brackets", f"{key}.")
        return Layer(
            name=name,
            title=self.text(table, "title", f"{key}.", required=True),
            kind=kind,
            rows=tuple(self.row(item, f"{key}.rows[{index}]") for index, item in enumerate(rows, start=1)),
            when=self.texts(table, "when", f"{key}."),
            draws=self.parts(table, f"{key}.") or IN_POLICY,
            brackets=tuple(self.bracket(item, f"{key}.brackets[{index}]") for index, item in enumerate(brackets, start=1)),
            tilt=self.tilt(table["tilt"], f"{key}.tilt") if "tilt" in table else None,
            floor=self.floor(table["floor"], f"{key}.floor") if "floor" in table else None,
            threshold=self.number(table, "threshold", f"{key}.", "rate"),
            entered=self.text(table, "entered", f"{key}."),
            source=self.text(table, "source", f"{key}."),
            payer=self.text(table, "payer", f"{key}."),
        )

    def row(self, value: Any, key: str) -> Row:
        table = self.table(value, key, ROW)
        key += "."
        return Row(
            level=self.text(table, "level", key),
            plan=self.text(table, "plan", key),
            categories=frozenset(self.texts(table, "categories", key)),
            when=self.texts(table, "when", key),
            draws=self.parts(table, key),
            deductible=self.number(table, "deductible", key, "yuan"),
            rate=self.number(table, "rate", key, "rate"),
            cap=self.number(table, "cap", key, "yuan"),
            amount=self.number(table, "amount", key, "yuan"),
        )

    def bracket(self, value: Any, key: str) -> Bracket:
        table = self.table(value, key, {"upto", "rate"})
        rate = self.number(table, "rate", f"{key}.", "rate")
        if rate is None:
            self.fault(f"{key}.rate", "缺少比例")
        return Bracket(self.number(table, "upto", f"{key}.", "yuan"), rate or Number(0))

    def tilt(self, value: Any, key: str) -> Tilt:
        table = self.table(value, key, {"when", "points", "deductible_factor", "no_cap"})
        key += "."
        return Tilt(
            when=self.texts(table, "when", key),
            points=self.number(table, "points", key, "rate"),
            deductible_factor=self.number(table, "deductible_factor", key, "rate"),
            no_cap=self.number(table, "no_cap", key, "rate"),
        )

    def floor(self, value: Any, key: str) -> Floor:
        table = self.table(value, key, {"when", "rate", "together_with"})
        key += "."
        rate = self.number(table, "rate", key, "rate")
        if rate is None:
            self.fault(f"{key}rate", "缺少比例")
        return Floor(self.texts(table, "when", key), rate or Number(0), self.texts(table, "together_with", key))
