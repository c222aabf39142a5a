"""Random policies that the file's own check accepts, written as TOML, and random bills for them."""

import datetime
from collections.abc import Mapping
from decimal import Decimal

from hypothesis import strategies as st

from settlement.engine.bill import Bill
from settlement.engine.facts import Facts
from settlement.engine.policy import ENTERED, FLAGS, KINDS, PARTS, Policy
from settlement.management.commands.settle import disease_codes
from settlement.policy_check import PAYERS

DISEASES = disease_codes()
SOME_DISEASES = sorted(DISEASES)[:8]  # Few, so that a condition often names the bill's own.
DAY = datetime.date(2019, 9, 15)
SOURCES = ["一", "二（四）2", "三（二）一"]
RATED = ("reimburse", "share", "excess")


def written(table: Mapping) -> str:
    """The table as TOML: scalars first, every table and number inline; ``layers`` and what is in them spelled out."""
    plain = [f"{name} = {_value(item)}" for name, item in table.items() if name != "layers"]
    for layer in table.get("layers", []):
        plain += ["[[layers]]", *(f"{name} = {_value(item)}" for name, item in layer.items())]
    return "\n".join(plain) + "\n"


def _value(item) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, str):
        return f'"{item}"'
    if isinstance(item, (list, tuple)):
        return f"[{', '.join(map(_value, item))}]"
    if isinstance(item, Mapping):
        return f"{{ {', '.join(f'{name} = {_value(inner)}' for name, inner in item.items())} }}"
    return f"{item:f}" if isinstance(item, Decimal) else str(item)


def _sourced(draw, table: dict) -> dict:
    if draw(st.booleans()):
        return table | {"assumed": True}
    return table | {"source": draw(st.sampled_from(SOURCES))} | ({"document": "甲〔2019〕1号"} if draw(st.booleans()) else {})


def _yuan(draw, highest: int) -> dict:
    fen = draw(st.integers(0, highest * 100))
    return _sourced(draw, {"value": Decimal(fen) / 100})


def _rate(draw) -> dict:
    millionths = draw(st.one_of(st.sampled_from([0, 50_000, 500_000, 700_000, 1_000_000]), st.integers(0, 1_000_000)))
    return _sourced(draw, {"value": Decimal(millionths) / 1_000_000})


def _some(draw, codes: list[str], most: int = 2) -> list[str]:
    """None in most cases: every list that is set narrows the policy further."""
    if not codes or draw(st.integers(0, 2)):
        return []
    return draw(st.lists(st.sampled_from(codes), unique=True, min_size=1, max_size=most))


def _condition(draw, before: list[str], categories: list[str]) -> dict:
    lists = {
        "categories": _some(draw, categories),
        "diseases": _some(draw, SOME_DISEASES, 5),
        "not_diseases": _some(draw, SOME_DISEASES),
        "flags": _some(draw, list(FLAGS), 1),
        "not_flags": _some(draw, list(FLAGS), 1),
        "any_of": _some(draw, before),
        "all_of": _some(draw, before),
    }
    table = {name: codes for name, codes in lists.items() if codes} or {"not_diseases": [SOME_DISEASES[0]]}
    if "categories" in table and draw(st.booleans()):
        table["assumed_categories"] = table["categories"][:1]
    if draw(st.booleans()):
        table["title"] = "某种条件"
    return _sourced(draw, table)


def _draws(draw) -> list[str]:
    return [part for part in PARTS if draw(st.booleans())]


def _row(draw, kind: str, fits: dict, conditions: list[str]) -> dict:
    row = dict(fits)
    if when := _some(draw, conditions, 1):
        row["when"] = when
    if parts := (_draws(draw) if draw(st.booleans()) else []):
        row["draws"] = parts
    if kind in RATED:
        row["rate"] = _rate(draw)
    if kind == "fixed":
        row["amount"] = _yuan(draw, 2_000)
    if kind in ("reimburse", "share", "cumulative") and draw(st.booleans()):
        row["deductible"] = _yuan(draw, 2_000)
    if kind != "given" and draw(st.booleans()):
        row["cap"] = _yuan(draw, 5_000)
    return row


def _rows(draw, kind: str, top: dict, conditions: list[str]) -> list[dict]:
    """A sheet for every level or plan or category, a single row, or rows at random: those may leave a bill without one."""
    sheet = draw(st.sampled_from(["one", "levels", "plans", "categories", "random"]))
    keys = {"levels": ("level", top["levels"]), "plans": ("plan", top["plans"])}
    if sheet in keys and keys[sheet][1]:
        name, codes = keys[sheet]
        fitting = [{name: code} for code in codes]
    elif sheet == "categories":
        fitting = [{"categories": [code]} for code in top["categories"]]
    elif sheet == "random":
        fitting = [_some_fit(draw, top) for _ in range(draw(st.integers(1, 3)))]
    else:
        fitting = [{}]
    return [_row(draw, kind, fits, conditions) for fits in fitting]


def _some_fit(draw, top: dict) -> dict:
    fits = {"level": _some(draw, list(top["levels"]), 1), "plan": _some(draw, list(top["plans"]), 1)}
    fits = {name: codes[0] for name, codes in fits.items() if codes}
    categories = _some(draw, list(top["categories"]))
    return fits | ({"categories": categories} if categories else {})


def _brackets(draw) -> list[dict]:
    edges = sorted(draw(st.sets(st.integers(1, 2_000_000), max_size=3)))
    closed = [{"upto": _sourced(draw, {"value": Decimal(edge) / 100}), "rate": _rate(draw)} for edge in edges]
    return [*closed, {"rate": _rate(draw)}]


def _tilt(draw, conditions: list[str]) -> dict:
    tilt: dict = {"when": _some(draw, conditions)}
    for name in ("points", "deductible_factor"):
        if draw(st.booleans()):
            tilt[name] = _rate(draw)
    if draw(st.booleans()):
        tilt["no_cap"] = _sourced(draw, {"value": 1})
    return tilt


def _layer(draw, name: str, kind: str, top: dict, earlier: list[str]) -> dict:
    conditions = list(top["conditions"])
    layer: dict = {"name": name, "title": f"层次{name}", "kind": kind, "payer": draw(st.sampled_from(sorted(PAYERS)))}
    if draw(st.booleans()):
        layer["source"] = draw(st.sampled_from(SOURCES))
    if when := _some(draw, conditions):
        layer["when"] = when
    if parts := _draws(draw):
        layer["draws"] = parts
    if kind == "excess":
        layer["threshold"] = _rate(draw)
    if kind == "given":
        layer["entered"] = draw(st.sampled_from(ENTERED))
    layer["rows"] = _rows(draw, kind, top, conditions)
    if kind == "cumulative":
        layer["brackets"] = _brackets(draw)
    if kind != "given" and draw(st.booleans()):
        layer["tilt"] = _tilt(draw, conditions)
    if kind != "given" and not draw(st.integers(0, 2)):
        layer["floor"] = {"when": _some(draw, conditions), "rate": _rate(draw), "together_with": _some(draw, earlier)}
    return layer


def _top(draw) -> dict:
    categories = {f"c-{number}": f"类别{number}" for number in range(1, draw(st.integers(1, 3)) + 1)}
    top: dict = {
        "code": "random", "title": "随机政策", "document": "乙〔2019〕2号", "area": "某市", "in_force_from": DAY - datetime.timedelta(90),
        "categories": categories,
        "levels": {f"level-{number}": f"{number}级" for number in range(1, draw(st.integers(0, 2)) + 1)},
        "plans": {f"plan-{number}": f"{number}档" for number in range(1, draw(st.integers(0, 2)) + 1)},
        "conditions": {},
    }  # fmt: skip
    for number in range(draw(st.integers(0, 3))):
        top["conditions"][f"if-{number}"] = _condition(draw, list(top["conditions"]), list(categories))
    return top


@st.composite
def policy_texts(draw) -> str:
    """A policy of one to five layers of every kind and in every order."""
    top = _top(draw)
    top["layers"] = []
    for number, kind in enumerate(draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))):
        top["layers"].append(_layer(draw, f"layer-{number}", kind, top, [layer["name"] for layer in top["layers"]]))
    return written(top)


@st.composite
def cumulative_texts(draw) -> str:
    """Only cumulative layers, all drawing on the same parts, with caps, tilts and conditions but no floor."""
    top = _top(draw)
    parts = _draws(draw) or ["within", "beyond"]
    top["layers"] = []
    for number in range(draw(st.integers(1, 4))):
        layer = _layer(draw, f"layer-{number}", "cumulative", top, [])
        layer.pop("floor", None)
        layer["draws"] = parts
        for row in layer["rows"]:
            row.pop("draws", None)
        top["layers"].append(layer)
    return written(top)


@st.composite
def facts_for(draw, policy: Policy) -> Facts:
    return Facts(
        categories=frozenset(draw(st.sets(st.sampled_from(sorted(policy.categories)), max_size=3))),
        disease=draw(st.sampled_from(SOME_DISEASES if policy.code == "random" else sorted(DISEASES))),
        hospital_level=draw(st.sampled_from(sorted(policy.levels) or [""])),
        insurance_plan=draw(st.sampled_from(sorted(policy.plans) or [""])),
        flags=frozenset(draw(st.sets(st.sampled_from(FLAGS)))),
    )


@st.composite
def bills_for(draw, policy: Policy) -> Bill:
    """Small ones, where every fen of rounding shows, and large ones, which reach the caps."""
    total = draw(st.one_of(st.integers(0, 2_000), *[st.integers(200_000, 90_000_000)] * 3))
    in_policy = draw(st.one_of(st.just(total), st.integers(0, total).map(lambda outside: total - outside)))
    limit = draw(st.one_of(st.none(), st.integers(0, total + 1)))
    given = {name: draw(st.integers(0, 500)) for name in dict.fromkeys(policy.entered) if draw(st.booleans())}
    return Bill(draw(facts_for(policy)), DAY, DAY, total, in_policy, limit, given)
