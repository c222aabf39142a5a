"""The reasons of the check hold for every shipped policy: a rule left out on purpose is found again, and none is named in the code."""

import datetime
import re
from pathlib import Path

import pytest

from settlement import counterfactuals, entitlement_check, policy_file
from settlement.counterfactuals import UNEXPLAINED, Stay, amount_of, guesses, reason
from settlement.engine.bill import Bill, LayerYear
from settlement.engine.chain import Chain
from settlement.engine.facts import Facts
from settlement.engine.policy import FLAGS

POLICIES = {
    code: policy_file.parse((policy_file.FOLDER / f"{code}.toml").read_text(encoding="utf-8"), code) for code in policy_file.codes()
}
DISEASES = frozenset({"gastric-cancer", "cataract", "stroke"})
FACTS = [  # (categories, disease, flags, total, in policy, limit)
    ({"registered-poor"}, "gastric-cancer", {"in_pooling_area", "designated", "has_card"}, 60_000, 55_000, None),
    ({"dibao", "registered-poor"}, "gastric-cancer", {"referred", "designated"}, 180_000, 150_000, 90_000),
    ({"tekun"}, "cataract", {"in_pooling_area", "designated"}, 8_000, 7_000, 6_000),
    (set(), "gastric-cancer", {"in_pooling_area"}, 120_000, 110_000, None),
    ({"disabled-poor"}, "stroke", {"designated", "out_of_poverty"}, 30_000, 26_000, None),
]


def stay_of(policy, categories, disease, flags, total, in_policy, limit) -> Stay:
    facts = Facts(
        frozenset(categories), disease, max(policy.levels, default=""), max(policy.plans, default=""), frozenset(flags) & set(policy.flags)
    )
    day = datetime.date(2019, 9, 10)
    bill = Bill(facts, day, day, total * 100, in_policy * 100, None if limit is None else limit * 100, {})
    year = {layer.name: LayerYear(2_000_000, 900_000) for layer in policy.layers}
    result = Chain(policy, DISEASES).settle(bill, year)
    return Stay(policy, DISEASES, bill, year, {line.terms.layer.name: line.amount for line in result.lines})


def about_the_bill(right: Stay, guess) -> bool:
    facts = guess.stay.bill.facts._replace(categories=right.bill.facts.categories)
    return guess.stay.bill._replace(facts=facts) != right.bill


def others_show_it(right: Stay, guess, name: str) -> bool:
    others = [one.name for one in right.policy.layers if one.name != name and right.paid[one.name]]
    return any(amount_of(guess.stay, other, earlier_as_paid=True) != right.paid[other] for other in others)


@pytest.mark.parametrize("code", POLICIES)
@pytest.mark.parametrize("facts", FACTS, ids=lambda one: "+".join(sorted(one[0])) or "nobody")
def test_what_was_left_out_on_purpose_is_found_again(code, facts):
    right = stay_of(POLICIES[code], *facts)
    tried = 0
    for layer in right.policy.layers:
        assert amount_of(right, layer.name, earlier_as_paid=True) == right.paid[layer.name]
        for guess in guesses(right, layer.name):
            wrong = amount_of(guess.stay, layer.name, earlier_as_paid=True)
            if wrong is None or wrong == right.paid[layer.name]:
                continue
            tried += 1
            if not wrong and about_the_bill(right, guess) and others_show_it(right, guess, layer.name):
                continue  # Nothing was paid, and the other layers were paid by this very bill at this very hospital.
            said = reason(Stay(right.policy, DISEASES, right.bill, right.year, {**right.paid, layer.name: wrong}), layer.name)
            fits = [one for one in guesses(right, layer.name) if amount_of(one.stay, layer.name, earlier_as_paid=True) == wrong]
            again = [one.sentence for one in fits if wrong or not (about_the_bill(right, one) and others_show_it(right, one, layer.name))]
            assert said == f"{again[0]}。" and said != UNEXPLAINED
    assert tried >= 5


def test_a_layer_that_paid_nothing_is_not_put_down_to_a_hospital_level_by_which_another_layer_paid():
    """At a lower level basic insurance pays more and nothing is left for the critical-illness layer; but basic insurance paid by the right one."""
    policy = POLICIES["liuzhou-2017"]
    facts = Facts(frozenset(), "gastric-cancer", "level-3", "", frozenset({"in_pooling_area", "designated"}))
    day = datetime.date(2017, 9, 10)
    bill = Bill(facts, day, day, 4_500_000, 4_050_000, None, {})
    right = Stay(
        policy, DISEASES, bill, {}, {line.terms.layer.name: line.amount for line in Chain(policy, DISEASES).settle(bill, {}).lines}
    )
    assert right.paid["basic"] and right.paid["critical_illness"]
    lower = bill._replace(facts=facts._replace(hospital_level="level-1"))
    by_the_lower = {line.terms.layer.name: line.amount for line in Chain(policy, DISEASES).settle(lower, {}).lines}
    assert by_the_lower["critical_illness"] == 0
    unpaid = Stay(policy, DISEASES, bill, {}, {**right.paid, "critical_illness": 0})
    assert reason(unpaid, "critical_illness") == "符合本层条件，本层没有支付。"
    assert reason(Stay(policy, DISEASES, bill, {}, by_the_lower), "basic") == "按“一级”医院支付，应按“三级”。"


def test_an_amount_that_no_rule_gives_stays_unexplained():
    right = stay_of(POLICIES["liuzhou-2017"], *FACTS[0])
    assert reason(Stay(right.policy, DISEASES, right.bill, right.year, {**right.paid, "basic": 12_345_67}), "basic") == UNEXPLAINED


def test_no_layer_category_or_region_is_named_in_the_code():
    """Words of the policies and their Chinese titles; the five yes-or-no facts belong to the engine."""
    names = {layer.name for policy in POLICIES.values() for layer in policy.layers}
    names |= {layer.title for policy in POLICIES.values() for layer in policy.layers}
    names |= {word for policy in POLICIES.values() for pair in policy.categories.items() for word in pair}
    names |= {policy.area for policy in POLICIES.values()} | {condition for policy in POLICIES.values() for condition in policy.conditions}
    for module in (counterfactuals, entitlement_check):
        source = Path(module.__file__).read_text(encoding="utf-8")
        found = {name for name in names if re.search(rf"[\"'“]{re.escape(name)}[\"'”]", source)}
        assert found - set(FLAGS) == set()
