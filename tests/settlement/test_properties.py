"""What holds for every shipped policy and any bills of a year: nothing lost, no cap broken, nothing for nothing."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement import policy_file
from settlement.engine.bill import Bill, LayerYear
from settlement.engine.chain import Chain
from settlement.engine.errors import WrongAmount
from settlement.engine.facts import Facts
from settlement.engine.policy import FLAGS
from settlement.explanation import explain, figures
from settlement.management.commands.settle import disease_codes

DISEASES = disease_codes()
CHAINS = {code: Chain(policy_file.load(code), DISEASES) for code in policy_file.codes()}
DAY = datetime.date(2019, 9, 15)


@st.composite
def bills(draw, chain: Chain) -> Bill:
    policy = chain.policy
    facts = Facts(
        categories=frozenset(draw(st.sets(st.sampled_from(sorted(policy.categories)), max_size=3))),
        disease=draw(st.sampled_from(sorted(DISEASES))),
        hospital_level=draw(st.sampled_from(sorted(policy.levels) or [""])),
        insurance_plan=draw(st.sampled_from(sorted(policy.plans) or [""])),
        flags=frozenset(draw(st.sets(st.sampled_from(FLAGS)))),
    )
    total = draw(st.one_of(st.integers(0, 2_000), st.integers(0, 90_000_000)))
    in_policy = draw(st.integers(0, total))
    limit = draw(st.one_of(st.none(), st.integers(0, total + 1)))
    return Bill(facts, DAY, DAY, total, in_policy, limit, {name: draw(st.integers(0, 500)) for name in policy.entered})


@pytest.mark.parametrize("code", CHAINS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_year_of_bills(code, data):
    chain, year = CHAINS[code], {}
    for bill in data.draw(st.lists(bills(chain), min_size=1, max_size=6)):
        try:
            result = chain.settle(bill, year)
        except WrongAmount as error:
            assert error.field in chain.policy.entered
            continue
        amounts = [line.amount for line in result.lines]
        assert all(type(amount) is int and amount >= 0 for amount in (*amounts, result.self_pay))
        assert sum(amounts) + result.self_pay == bill.total
        for line in result.lines:
            name = line.terms.layer.name
            assert line.amount <= line.base
            assert result.year[name] == LayerYear(line.before.base + line.base, line.before.paid + line.amount)
            if line.terms.cap and line.amount:
                assert result.year[name].paid <= line.terms.cap.value
            assert all(bool(number.source) != number.assumed for _, _, number in figures(line))
        assert all("None" not in words for words in explain(chain.policy, "A1", result))
        year = result.year


@pytest.mark.parametrize("code", CHAINS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_bill_of_nothing_pays_nothing(code, data):
    chain = CHAINS[code]
    bill = data.draw(bills(chain))._replace(total=0, in_policy=0, given={})
    result = chain.settle(bill, {})
    assert [line.amount for line in result.lines] == [0] * len(result.lines) and result.self_pay == 0


ONE_LAYER = """
code = "one"
title = "t"
document = "d"
area = "a"
in_force_from = 2019-01-01
[categories]
any = "类别"
[[layers]]
name = "annual"
title = "累计"
kind = "cumulative"
payer = "insurance"
[[layers.rows]]
deductible = { value = 150.01, source = "一" }
[[layers.brackets]]
upto = { value = 1000, source = "一" }
rate = { value = 0.333, source = "一" }
[[layers.brackets]]
rate = { value = 0.615, source = "一" }
"""


@settings(max_examples=150, deadline=None)
@given(first=st.integers(0, 400_000), second=st.integers(0, 400_000))
def test_two_bills_of_a_cumulative_policy_pay_as_much_as_one(first, second):
    chain = Chain(policy_file.parse(ONE_LAYER, "one.toml"), DISEASES)
    facts = Facts(frozenset(), "stroke", "", "", frozenset())
    year: dict = {}
    paid = 0
    for amount in (first, second):
        result = chain.settle(Bill(facts, DAY, DAY, amount, amount), year)
        year, paid = result.year, paid + result.lines[0].amount
    assert paid == chain.settle(Bill(facts, DAY, DAY, first + second, first + second), {}).lines[0].amount
