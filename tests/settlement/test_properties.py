"""What holds for every shipped policy, for random ones and any bills of a year: nothing lost, no cap broken, nothing for nothing."""

import tomllib
from copy import deepcopy
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settlement import policy_file
from settlement.engine.bill import Bill, LayerYear, Result
from settlement.engine.chain import Chain, conserve
from settlement.engine.errors import ConservationBroken, MissingRule, WrongAmount
from settlement.engine.money import MILLION
from settlement.explanation import explain, figures
from settlement.figures import figures_of
from tests.settlement.random_policies import DAY, DISEASES, bills_for, cumulative_texts, facts_for, policy_texts

CHAINS = {code: Chain(policy_file.load(code), DISEASES) for code in policy_file.codes()}
UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def examples(number: int):
    return settings(max_examples=number, deadline=None, suppress_health_check=UNHURRIED)


def random_chain(data, texts=None) -> Chain:
    """A policy that has gone through the file's own reading and check."""
    return Chain(policy_file.parse(data.draw(texts if texts is not None else policy_texts()), "random.toml"), DISEASES)


def settled(chain: Chain, bill: Bill, year: dict) -> Result | None:
    """The result; None where a sheet has no row for the bill, or more was entered than is left: the only reasons there may be."""
    try:
        return chain.settle(bill, year)
    except MissingRule as error:
        assert error.field in ("hospital_level", "insurance_plan", "categories") and chain.policy.code == "random"
    except WrongAmount as error:
        assert error.field in chain.policy.entered and bill.given[error.field] > 0
    return None


def holds(chain: Chain, bill: Bill, year: dict, result: Result) -> None:
    """All that must be true of one settlement."""
    amounts = [line.amount for line in result.lines]
    assert all(type(amount) is int and amount >= 0 for amount in (*amounts, *result.left, result.self_pay))
    assert sum(amounts) + result.self_pay == bill.total and sum(result.left) == result.self_pay
    assert [line.terms.layer for line in result.lines] == list(chain.policy.layers)
    for line in result.lines:
        name, layer = line.terms.layer.name, line.terms.layer
        assert line.amount <= line.base and (line.terms.applies or line.amount == 0)
        assert line.before == year.get(name, LayerYear())
        assert result.year[name] == LayerYear(line.before.base + line.base, line.before.paid + line.amount)
        if line.terms.cap and line.amount:
            assert result.year[name].paid <= line.terms.cap.value
            assert line.cap_before - line.amount == line.cap_after >= 0
        if layer.kind == "given" and line.terms.applies:
            assert line.amount == bill.given.get(layer.entered, 0)
        # No number without the clause that states it, or the word that it is assumed; and never both.
        assert all(bool(number.source) != number.assumed for _, _, number in figures(line))
    words = list(explain(chain.policy, "A1", result))
    assert all(line and "None" not in line for line in words)
    assert all(any(line.terms.layer.title in words_of_a_line for words_of_a_line in words) for line in result.lines)


def a_year(data, chain: Chain, most: int) -> None:
    year: dict = {}
    for bill in data.draw(st.lists(bills_for(chain.policy), min_size=1, max_size=most)):
        result = settled(chain, bill, year)
        if result is not None:
            holds(chain, bill, year, result)
            year = result.year


@pytest.mark.parametrize("code", CHAINS)
@examples(200)
@given(data=st.data())
def test_a_year_of_bills(code, data):
    a_year(data, CHAINS[code], 6)


@examples(400)
@given(data=st.data())
def test_a_year_of_bills_under_any_policy(data):
    a_year(data, random_chain(data), 4)


def pays_nothing_for_nothing(data, chain: Chain) -> None:
    """After any bill before it, a bill of zero pays zero and leaves the year as it was."""
    before = settled(chain, data.draw(bills_for(chain.policy)), {})
    year = before.year if before else {}
    nothing = data.draw(bills_for(chain.policy))._replace(total=0, in_policy=0, given={})
    result = settled(chain, nothing, year)
    if result is not None:
        assert ([line.amount for line in result.lines], result.self_pay) == ([0] * len(result.lines), 0)
        assert {name: numbers for name, numbers in result.year.items() if any(numbers)} == {
            name: numbers for name, numbers in year.items() if any(numbers)
        }


@pytest.mark.parametrize("code", CHAINS)
@examples(40)
@given(data=st.data())
def test_a_bill_of_nothing_pays_nothing(code, data):
    pays_nothing_for_nothing(data, CHAINS[code])


@examples(200)
@given(data=st.data())
def test_a_bill_of_nothing_pays_nothing_under_any_policy(data):
    pays_nothing_for_nothing(data, random_chain(data))


PART = st.one_of(st.integers(0, 300), st.integers(0, 4_000_000))


@examples(400)
@given(data=st.data())
def test_bills_of_a_cumulative_policy_pay_together_as_much_as_one(data):
    """Exactly: where every layer is cumulative, all draw on the same parts and none has a floor, and the facts (so rows, tilt and
    caps) stay the same, then bills whose parts add up to one bill's pay, layer by layer and in self-pay, to the fen what it pays.

    A layer that draws on other parts than one before it would see the proportions of each single bill; that is not claimed.
    """
    chain = random_chain(data, cumulative_texts())
    facts = data.draw(facts_for(chain.policy))
    parts = data.draw(st.lists(st.tuples(PART, PART, PART), min_size=2, max_size=4))

    def bill(within: int, beyond: int, outside: int) -> Bill:
        return Bill(facts, DAY, DAY, within + beyond + outside, within + beyond, within)

    whole = settled(chain, bill(*map(sum, zip(*parts, strict=True))), {})
    year, self_pay = {}, 0
    for one in parts:
        result = settled(chain, bill(*one), year)
        assert (result is None) == (whole is None)
        if result is None:
            return
        year, self_pay = result.year, self_pay + result.self_pay
    assert (year, self_pay) == (whole.year, whole.self_pay)


def changed(chain: Chain, text: str, figure) -> Chain | None:
    """The same policy with one of its numbers changed; None where the changed one is no valid policy."""
    table = deepcopy(tomllib.loads(text, parse_float=Decimal))
    place = table
    for step in figure.path:
        place = place[step]
    place["value"] = place["value"] / 2 if place["value"] else Decimal(1)
    try:
        return Chain(policy_file.from_table(table, "changed.toml"), DISEASES)
    except policy_file.PolicyFaults:
        return None


@examples(200)
@given(data=st.data())
def test_no_number_acts_without_being_told_with_its_source(data):
    """Change any one number of a policy: where a layer's line comes out otherwise, its explanation had named that number."""
    text = data.draw(policy_texts())
    chain = Chain(policy_file.parse(text, "random.toml"), DISEASES)
    bill = data.draw(bills_for(chain.policy))
    result = settled(chain, bill, {})
    if result is None:
        return
    numbers = [figure for figure in figures_of(chain.policy) if figure.value is not None]
    for figure in data.draw(st.lists(st.sampled_from(numbers), max_size=6)) if numbers else []:
        other = changed(chain, text, figure)
        index = figure.path[1]
        if other is None:
            continue
        again = settled(other, bill, {})
        if again is None or again.lines[index].amount != result.lines[index].amount:
            told = {(number.value, number.source or "示范参数") for _, _, number in figures(result.lines[index])}
            assert (figure.value, figure.source or "示范参数") in told, figure.key


@examples(200)
@given(data=st.data())
def test_every_key_of_a_policys_numbers_leads_to_its_number(data):
    """Text → policy → figures: each key stands once, its path leads to the number in the text, and no number of the text is left out."""
    text = data.draw(policy_texts())
    policy = policy_file.parse(text, "random.toml")
    table = tomllib.loads(text, parse_float=Decimal)
    found = figures_of(policy)
    assert len({figure.key for figure in found}) == len(found)
    for figure in found:
        place = table
        for step in figure.path:
            place = place[step]
        if figure.value is not None:
            scale = 100 if figure.unit == "yuan" else MILLION
            assert figure.value == place["value"] * scale and figure.words
            assert (figure.source, figure.assumed) == (place.get("source", ""), place.get("assumed", False))
            assert figure.document == place.get("document", policy.document)
    assert sum(figure.value is not None for figure in found) == counted(table["layers"])


def counted(place) -> int:
    """How many tables with a ``value`` stand below."""
    if isinstance(place, list):
        return sum(map(counted, place))
    if isinstance(place, dict):
        return int("value" in place) + sum(map(counted, place.values()))
    return 0


@examples(60)
@given(data=st.data())
def test_shares_that_do_not_make_up_the_bill_stop_the_computation(data):
    """No fen can be moved, lost or made after the layers have run without the chain's noticing."""
    chain = random_chain(data)
    bill = data.draw(bills_for(chain.policy))
    result = settled(chain, bill, {})
    if result is None:
        return
    conserve(bill, result, list(result.left))
    wrong = data.draw(st.sampled_from([1, -1, 100, -100_000_000]))
    place = data.draw(st.integers(0, len(result.lines) - 1))
    line = result.lines[place]
    lines = (*result.lines[:place], line._replace(amount=line.amount + wrong), *result.lines[place + 1 :])
    for broken in (result._replace(lines=lines), result._replace(self_pay=result.self_pay + wrong)):
        with pytest.raises(ConservationBroken):
            conserve(bill, broken, list(result.left))
    below = result._replace(lines=(line._replace(amount=-1), *result.lines[1:]), self_pay=0)
    with pytest.raises(ConservationBroken):
        conserve(bill._replace(total=sum(line.amount for line in below.lines)), below, list(result.left))
