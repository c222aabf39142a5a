"""Policies as data: those that ship are whole, and a faulty file is told everything that is wrong with it."""

import ast
import dataclasses
import sys
from pathlib import Path

import pytest

from settlement import policy_file
from settlement.engine.policy import Number, Policy
from settlement.figures import assumed_figures, figures_of, has_assumed
from settlement.management.commands.settle import disease_codes

SHIPPED = ["chongqing-2019", "hunan-2017", "liuzhou-2017", "xinbin-2018"]


def numbers(value: object) -> list[Number]:
    """Every number anywhere in a policy."""
    if isinstance(value, Number):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    elif dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    return [number for item in value for number in numbers(item)] if isinstance(value, (list, tuple)) else []


def test_four_policies_ship():
    assert policy_file.codes() == SHIPPED


@pytest.mark.parametrize("code", SHIPPED)
def test_a_shipped_policy_states_where_each_number_comes_from(code):
    policy = policy_file.load(code)
    found = numbers(policy)
    assert len(found) > 10
    assert all(bool(number.source) != number.assumed for number in found)
    assert policy.code == code
    for condition in policy.conditions.values():
        assert condition.diseases | condition.not_diseases <= disease_codes()
        assert bool(condition.source) != condition.assumed


def test_the_first_days_are_those_of_the_documents():
    days = {code: policy_file.load(code).in_force_from.isoformat() for code in SHIPPED}
    assert days == {
        "liuzhou-2017": "2017-07-28", "hunan-2017": "2017-06-30", "xinbin-2018": "2018-07-10", "chongqing-2019": "2019-07-09",
    }  # fmt: skip


FAULTS = [
    ('{ value = 800, assumed = true }', '{ value = 800 }', "layers.cataract_subsidy.rows[1].amount"),
    ('{ value = 800, assumed = true }', '{ value = 800, assumed = true, source = "一" }', "layers.cataract_subsidy.rows[1].amount"),
    ('{ value = 800, assumed = true }', '{ value = -1, assumed = true }', "layers.cataract_subsidy.rows[1].amount"),
    ('{ value = 800, assumed = true }', '{ value = nan, assumed = true }', "layers.cataract_subsidy.rows[1].amount"),
    ('{ value = 800, assumed = true }', '{ value = 1.001, assumed = true }', "layers.cataract_subsidy.rows[1].amount"),
    ('{ value = 0.85, assumed = true }', '{ value = 85, assumed = true }', "layers.basic.rows[1].rate"),
    ('rate = { value = 0.85, assumed = true }', '', "layers.basic.rows[1].rate"),
    ('amount = { value = 800, assumed = true }', 'amount = { value = 800, assumed = true }\nrate = { value = 1, assumed = true }',
     "layers.cataract_subsidy.rows[1].rate"),
    ('cap = { value = 20000, assumed = true }', 'cap = { value = 20000, assumed = true }\namount = { value = 1, assumed = true }',
     "layers.medical_assistance.rows[2].amount"),
    ('kind = "fixed"', 'kind = "gift"', "layers.cataract_subsidy.kind"),
    ('kind = "fixed"', 'kind = "share"', "layers.cataract_subsidy.rows[1].rate"),
    ('when = ["poor", "cataract"]', 'when = ["poor", "glaucoma"]', "layers.cataract_subsidy.when"),
    ('flags = ["referred"]', 'flags = ["rich"]', "conditions.by_referral.flags"),
    ('any_of = ["in_area", "by_referral"]', 'any_of = ["later"]', "conditions.local"),
    ('categories = ["dibao"]', 'categories = ["duke"]', "layers.medical_assistance.rows[2].categories"),
    ('upto = { value = 50000, assumed = true }', 'upto = { value = 10000, assumed = true }', "layers.critical_illness.brackets"),
    ('upto = { value = 50000, assumed = true }', '', "layers.critical_illness.brackets"),
    ('draws = ["within", "beyond", "outside"]', 'draws = ["outside", "within"]', "layers.cataract_subsidy.draws"),
    ('name = "critical_illness"', 'name = "basic"', "layers.basic"),
    ('in_force_from = 2017-07-28', 'in_force_from = "soon"', "in_force_from"),
    ('area = "柳州市"', '', "area"),
    ('area = "柳州市"', 'area = "柳州市"\nerea = "x"', "erea"),
    ('area = "柳州市"', 'area = ', "全文"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key"), FAULTS)
def test_a_fault_names_file_and_key(old, new, key):
    text = (policy_file.FOLDER / "liuzhou-2017.toml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(policy_file.PolicyFaults) as told:
        policy_file.parse(text.replace(old, new, 1), "mine.toml")
    assert any(fault.startswith(f"mine.toml: {key}: ") for fault in told.value.faults), told.value.faults


def test_all_faults_are_told_at_once():
    text = (policy_file.FOLDER / "liuzhou-2017.toml").read_text(encoding="utf-8")
    text = (
        text.replace("value = 800, assumed = true", "value = 800").replace('area = "柳州市"', "").replace('kind = "excess"', 'kind = "x"')
    )
    with pytest.raises(policy_file.PolicyFaults) as told:
        policy_file.parse(text, "mine.toml")
    assert len(told.value.faults) == 3


def test_the_engine_names_no_region_category_disease_or_level():
    policies = [policy_file.load(code) for code in SHIPPED]
    words = {word for policy in policies for word in _codes_of(policy)} | disease_codes()
    engine = Path(policy_file.__file__).parent / "engine"
    for path in engine.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert [word for word in words if f'"{word}"' in text] == [], path.name


def test_the_engine_imports_only_itself_and_the_standard_library():
    engine = Path(policy_file.__file__).parent / "engine"
    for path in engine.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else [name.name for name in getattr(node, "names", [])]
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                assert all(name.startswith("settlement.engine.") or name.split(".")[0] in sys.stdlib_module_names for name in modules)


def test_the_engine_knows_no_float():
    engine = Path(policy_file.__file__).parent / "engine"
    for path in engine.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), path.name
            assert not (isinstance(node, ast.Name) and node.id == "float"), path.name
            assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)), path.name


def _codes_of(policy: Policy) -> set[str]:
    named = {policy.code, policy.area, *policy.categories, *policy.levels, *policy.plans, *policy.conditions}
    return named | {layer.name for layer in policy.layers}


@pytest.mark.parametrize("code", SHIPPED)
def test_whether_anything_is_left_to_sign_is_told_by_any_one_number(code):
    policy = policy_file.load(code)
    assert has_assumed(policy) and assumed_figures(policy)
    text = (policy_file.FOLDER / f"{code}.toml").read_text(encoding="utf-8").replace("assumed = true", 'source = "一"')
    lines = [line for line in text.splitlines() if not line.startswith("assumed_categories")]
    signed = policy_file.parse("\n".join(lines), code)
    assert not has_assumed(signed) and assumed_figures(signed) == []
    for number, figure in enumerate(figures_of(signed)):
        if figure.value is not None:
            again = policy_file.parse("\n".join(_assumed_at(lines, number, signed)), code)
            assert has_assumed(again) and len(assumed_figures(again)) == 1


def _assumed_at(lines: list[str], place: int, policy: Policy) -> list[str]:
    """The text with one figure's number assumed: found by its order among the numbers of the file."""
    conditions = sum(figure.value is None for figure in figures_of(policy))
    wanted, seen, changed = place - conditions, -1, []
    for line in lines:
        if "{ value" in line:
            seen += 1
            if seen == wanted:
                line = line[: line.index("source")] + "assumed = true }"
        changed.append(line)
    return changed
