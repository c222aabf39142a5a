"""What the screen and the sheet say of a bill: exact words for known bills, and true arithmetic for all of them."""

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settlement import batch, policy_file
from settlement.calculation import shown
from settlement.engine.bill import Bill, Result
from settlement.engine.chain import Chain
from settlement.engine.errors import CannotSettle
from settlement.engine.policy import Policy
from settlement.explanation import explain
from settlement.grounds import assumed_in
from settlement.management.commands.settle import disease_codes
from settlement.patient_words import layer_sentences
from settlement.steps import steps
from tests.settlement.random_policies import bills_for, policy_texts
from tests.settlement.reader import Untrue, recomputed
from tests.settlement.test_cases import CASES, POLICIES

DISEASES = disease_codes()


def settled(code: str, folder, policy: Policy | None = None) -> list[tuple[str, Bill, Result]]:
    """The shared bills of a policy with their results, by that policy or another that reads the same columns."""
    cases = [case for case in CASES if case["policy"] == code]
    with open(folder / "bills.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(cases[0]))
        writer.writeheader()
        writer.writerows(cases)
    bills = batch.BillFile(policy or policy_file.load(code), DISEASES)
    bills.read(folder / "bills.csv")
    return [(entry.bill_no, entry.bill, result) for entry, result in bills.settle() if isinstance(result, Result)]


def rows(code: str, number: str, folder) -> list[tuple]:
    """(title, base, formula, assumed, cap, amount, clause) of one shared bill."""
    bill, result = next((bill, result) for known, bill, result in settled(code, folder) if known == number)
    view = shown(policy_file.load(code), result, total=bill.total, in_policy=bill.in_policy, bill=bill)
    return [(layer.title, layer.base, layer.formula, layer.assumed, layer.cap, layer.amount, layer.clause) for layer in view.layers]


def test_the_table_of_a_bill_in_liuzhou(tmp_path):
    assert rows("liuzhou-2017", "H015", tmp_path) == [
        ("基本医疗保险", "390,000.00", "（390,000.00 − 起付线 600）× 65%，其中倾斜 +5 个百分点，年度额度只余 150,000.00", True,
         "150,000.00 → 0.00", "150,000.00", "二（四）2"),
        ("大病保险", "240,000.00", "年内首次 240,000.00，起付线 7,500（减半）；20,000.00 × 60% + 30,000.00 × 70% + 182,500.00 × 80%，其中倾斜 +10 个百分点",
         True, "不设限", "179,000.00", "二（四）2"),
        ("医疗救助", "61,000.00", "61,000.00 × 70%（低保），年度额度只余 20,000.00", True, "20,000.00 → 0.00", "20,000.00", "二（四）2"),
        ("白内障补助", "—", "不适用：病种不是白内障", False, "—", "0.00", "二（四）2"),
        ("政府兜底", "51,000.00", "自付 51,000.00 超出总费用 10%（40,000.00）的部分 × 50%", True, "不设限", "5,500.00", "二（四）2"),
    ]  # fmt: skip


def test_the_table_of_a_bill_in_hunan_with_its_floor(tmp_path):
    table = rows("hunan-2017", "Z10", tmp_path)
    assert table[1] == (
        "大病保险", "18,700.00", "年内首次 18,700.00，起付线 7,500（减半）；11,200.00 × 50%，托底至政策范围内的 90%，补 7,100.00", True,
        "200,000.00 → 187,300.00", "12,700.00", "三（二）",
    )  # fmt: skip
    assert [row[2] for row in table[2:]] == [
        "由支付方另行确定，账单没有填写", "6,000.00 × 50%", "13,000.00 × 50%", "1,500.00 × 100%",
    ]  # fmt: skip
    assert [row[3] for row in table[2:]] == [False, False, False, True]


def test_a_layer_that_does_not_apply_says_which_condition_is_not_met(tmp_path):
    table = {row[0]: row[2] for row in rows("xinbin-2018", "B000015", tmp_path)}
    assert table["健康扶贫专项基金"] == (
        "不适用：不属于“大病重病集中救治”（不是定点医院），也不属于“未脱贫且患34种以外的疾病”（病种在除外的名单内）"
    )
    table = {row[0]: row[2] for row in rows("liuzhou-2017", "B000039", tmp_path)}
    assert table["白内障补助"] == "不适用：不属于农村贫困人口，病种不是白内障"


def test_the_result_in_figures(tmp_path):
    bill, result = next((bill, result) for number, bill, result in settled("liuzhou-2017", tmp_path) if number == "H007")
    view = shown(policy_file.load("liuzhou-2017"), result, total=bill.total, in_policy=bill.in_policy, bill=bill)
    assert (view.total, view.self_pay, view.self_pay_in_policy, view.self_pay_outside) == ("20,000.00", "2,080.00", "2,080.00", "0.00")
    assert (view.paid, view.ratio, view.counted, view.balanced, view.assumed) == ("17,920.00", "89.60%", "四层支付", True, True)


def test_a_result_that_does_not_make_up_the_bill_is_not_called_balanced(tmp_path):
    _, bill, result = settled("liuzhou-2017", tmp_path)[0]
    view = shown(policy_file.load("liuzhou-2017"), result, total=bill.total + 1, in_policy=bill.in_policy)
    assert view.balanced is False


@pytest.mark.parametrize("code", POLICIES)
def test_whoever_follows_the_printed_words_comes_to_the_amount_paid(code, tmp_path):
    policy = policy_file.load(code)
    for number, bill, result in settled(code, tmp_path):
        for step in steps(policy, result, bill=bill):
            words = layer_sentences(step)
            assert (number, words, recomputed(words) * 100) == (number, words, step.line.amount)


def test_the_reader_notices_a_wrong_sum():
    right = "政策范围内费用 20,000.00 元，先减去二级医院起付线 400 元*，剩 19,600.00 元。按 75%* 报销；符合“甲”再提高 5 个百分点，为 80%。19,600.00 × 80% = 15,680.00 元。"
    assert recomputed(right) == 15_680
    for wrong in (("剩 19,600", "剩 19,500"), ("= 15,680.00", "= 15,680.01"), ("= 15,680.00", "≈ 15,680.00"), ("起付线 400", "起付线 500")):
        with pytest.raises(Untrue):
            recomputed(right.replace(*wrong))


@pytest.mark.parametrize("code", POLICIES)
def test_without_the_bill_nothing_is_guessed(code, tmp_path):
    """Only the result is known: conditions are named instead of reasons, and nothing fails."""
    policy = policy_file.load(code)
    for number, bill, result in settled(code, tmp_path):
        view = shown(policy, result, total=bill.total, in_policy=bill.in_policy)
        assert len(view.layers) == len(policy.layers)
        assert list(explain(policy, number, result))


def test_stars_mark_exactly_what_is_assumed(tmp_path):
    policy = policy_file.load("hunan-2017")
    bill, result = next((bill, result) for number, bill, result in settled("hunan-2017", tmp_path) if number == "Z10")
    said = [layer_sentences(step) for step in steps(policy, result, bill=bill)]
    assert said[0] == (
        "政策范围内费用 60,000.00 元，先减去市级医院起付线 1,000 元*，剩 59,000.00 元。按 60%* 报销；符合“农村贫困人口”再提高 10 个百分点，为 70%。"
        "59,000.00 × 70% = 41,300.00 元。全年最多 150,000 元*，本次前已用 0.00 元，没有超过。"
    )
    assert said[3] == "政策范围内还剩 6,000.00 元。按 50% 支付。6,000.00 × 50% = 3,000.00 元。"


HARD = """
code = "hard"
title = "t"
document = "示〔2019〕1号"
area = "a"
in_force_from = 2019-01-01
[categories]
any = "类别"
[conditions.all]
title = "所有人"
categories = ["any"]
source = "一"
[[layers]]
name = "annual"
title = "累计"
kind = "cumulative"
payer = "insurance"
source = "二"
[[layers.rows]]
deductible = { value = 150.01, source = "二" }
cap = { value = 300, source = "二" }
[[layers.brackets]]
upto = { value = 1000, source = "二" }
rate = { value = 0.333333, source = "二" }
[[layers.brackets]]
rate = { value = 0.95, source = "二" }
[layers.tilt]
when = ["all"]
points = { value = 0.1, source = "二" }
deductible_factor = { value = 0.333333, source = "二" }
[[layers]]
name = "flat"
title = "定额"
kind = "fixed"
payer = "civil"
source = "三"
[[layers.rows]]
amount = { value = 500, source = "三" }
"""


@pytest.mark.parametrize("total", [0, 1, 100_00, 150_01, 1_200_00, 1_234_567_89])
@pytest.mark.parametrize("categories", [frozenset(), frozenset({"any"})])
def test_fractions_of_a_fen_are_printed_in_full(total, categories):
    from settlement.engine.facts import Facts

    policy = policy_file.parse(HARD, "hard.toml")
    day = policy.in_force_from
    bill = Bill(Facts(categories, "stroke", "", "", frozenset()), day, day, total, total)
    year: dict = {}
    for _ in range(2):
        result = Chain(policy, DISEASES).settle(bill, year)
        for step in steps(policy, result, bill=bill):
            words = layer_sentences(step)
            assert (words, recomputed(words) * 100) == (words, step.line.amount)
        year = result.year


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_words_of_any_policy_come_to_the_amount_paid(data):
    policy = policy_file.parse(data.draw(policy_texts()), "random.toml")
    chain, year = Chain(policy, DISEASES), {}
    for bill in data.draw(st.lists(bills_for(policy), min_size=1, max_size=3)):
        try:
            result = chain.settle(bill, year)
        except CannotSettle:
            continue
        year = result.year
        view = shown(policy, result, total=bill.total, in_policy=bill.in_policy, bill=bill)
        assert view.balanced and all(layer.formula and "None" not in layer.formula for layer in view.layers)
        for step in steps(policy, result, bill=bill):
            words = layer_sentences(step)
            assert (words, recomputed(words) * 100) == (words, step.line.amount)
            assert "符合再" not in words and "符合减" not in words and "符合按" not in words and "符合，" not in words
            assert ("*" in words) <= assumed_in(step)
        assert list(explain(policy, "A1", result, bill))
