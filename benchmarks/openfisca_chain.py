"""The liuzhou-2017 chain as OpenFisca writes rules: variables, parameters, whole columns at once. Runs in its own environment.

    python openfisca_chain.py BILLS.csv OUT.csv

A person's bills stand one a month, in the order in which they cumulate. OpenFisca keeps amounts as 32-bit floats.
"""

import csv
import json
import sys
import time

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

MONTH = DateUnit.MONTH
START = "2019-01-01"
PERSON = build_entity(key="person", plural="persons", label="a patient", is_person=True)
COVERED = (
    "asd",
    "vsd",
    "all",
    "apl",
    "oesophageal-cancer",
    "gastric-cancer",
    "colon-cancer",
    "rectal-cancer",
    "end-stage-renal-disease",
    "cataract",
)
LAYERS = ("basic", "critical_illness", "medical_assistance", "cataract_subsidy", "government_backstop")


def value(number):
    return {"values": {START: {"value": number}}}


def scale(rates):
    return {"brackets": [{"threshold": value(edge), "rate": value(rate)} for edge, rate in rates]}


PARAMETERS = {
    "basic": {
        **{f"level_{n}": {"deductible": value(d), "rate": value(r)} for n, d, r in ((1, 200, 0.85), (2, 400, 0.75), (3, 600, 0.60))},
        "cap": value(150_000), "points": value(0.05),
    },
    "critical": {
        "deductible": value(15_000), "factor": value(0.5),
        "plain": scale([(0, 0.5), (20_000, 0.6), (50_000, 0.7)]), "tilted": scale([(0, 0.6), (20_000, 0.7), (50_000, 0.8)]),
    },
    "medical": {"full": value(1), "dibao": value(0.7), "others": value(0.5), "cap": value(20_000)},
    "cataract": value(800),
    "backstop": {"threshold": value(0.10), "rate": value(0.5)},
}  # fmt: skip


def fen(amount):
    """To the fen, halves up, as far as the number's own precision goes."""
    return np.floor(amount * 100 + 0.5) / 100


def variable(name, formula=None, kind=float):
    body = {"value_type": kind, "entity": PERSON, "definition_period": MONTH, "label": name}
    if formula is not None:
        body["formula"] = formula
    return type(name, (Variable,), body)


def poor(persons, period):
    return sum(persons(name, period) for name in ("registered_poor", "dibao", "tekun", "orphan", "disabled_poor")) > 0


def tilted(persons, period):
    return persons("poor", period) * (persons("in_pooling_area", period) + persons("referred", period))


def so_far(persons, name, period):
    """The year's sum up to the month before."""
    return persons(name, period.last_month) if period.start.month > 1 else persons("total", period) * 0


def year_sum(name):
    return variable(f"{name}_year", lambda persons, period: so_far(persons, f"{name}_year", period) + persons(name, period))


def basic(persons, period, parameters):
    rules, level = parameters(period).basic, persons("level", period)
    sheets = [rules.level_1, rules.level_2, rules.level_3]
    deductible = np.select([level == n for n in (1, 2, 3)], [sheet.deductible for sheet in sheets])
    rate = np.select([level == n for n in (1, 2, 3)], [sheet.rate for sheet in sheets]) + rules.points * persons("tilted", period)
    base = persons("in_policy", period)
    amount = fen(np.maximum(base - deductible, 0) * np.minimum(rate, 1))
    left = np.maximum(rules.cap - so_far(persons, "basic_year", period), 0)
    return np.minimum(np.minimum(amount, left), base)


def critical_base(persons, period):
    return persons("in_policy", period) - persons("basic", period)


def critical_illness(persons, period, parameters):
    rules, tilt, base = parameters(period).critical, persons("tilted", period), persons("critical_base", period)
    deductible = rules.deductible * np.where(tilt, rules.factor, 1)
    before = so_far(persons, "critical_base_year", period)

    def due(cumulated):
        reach = np.maximum(cumulated - deductible, 0)
        return fen(np.where(tilt, rules.tilted.calc(reach), rules.plain.calc(reach)))

    return np.minimum(due(before + base) - due(before), base)


def medical_assistance(persons, period, parameters):
    rules = parameters(period).medical
    full = (persons("tekun", period) + persons("orphan", period)) > 0
    rate = np.where(full, rules.full, np.where(persons("dibao", period), rules.dibao, rules.others)) * persons("poor", period)
    base = persons("critical_base", period) - persons("critical_illness", period)
    amount = fen(base * rate)
    left = np.maximum(rules.cap - so_far(persons, "medical_assistance_year", period), 0)
    return np.minimum(np.where(full, amount, np.minimum(amount, left)), base)


def left_before_cataract(persons, period):
    return persons("total", period) - persons("basic", period) - persons("critical_illness", period) - persons("medical_assistance", period)


def cataract_subsidy(persons, period, parameters):
    paid = parameters(period).cataract * persons("poor", period) * persons("cataract", period)
    return np.minimum(paid, persons("left_before_cataract", period))


def government_backstop(persons, period, parameters):
    rules = parameters(period).backstop
    left = persons("left_before_cataract", period) - persons("cataract_subsidy", period)
    excess = np.maximum(left - rules.threshold * persons("total", period), 0)
    return np.minimum(fen(excess * rules.rate), left) * persons("poor", period) * persons("covered", period)


def self_pay(persons, period):
    return persons("left_before_cataract", period) - persons("cataract_subsidy", period) - persons("government_backstop", period)


FLAGS = ("registered_poor", "dibao", "tekun", "orphan", "disabled_poor", "in_pooling_area", "referred", "cataract", "covered")


def system() -> TaxBenefitSystem:
    rules = TaxBenefitSystem([PERSON])
    rules.parameters = ParameterNode("", data=PARAMETERS)
    for name in ("total", "in_policy"):
        rules.add_variable(variable(name))
    rules.add_variable(variable("level", kind=int))
    for name in FLAGS:
        rules.add_variable(variable(name, kind=bool))
    rules.add_variable(variable("poor", poor, bool))
    rules.add_variable(variable("tilted", tilted, bool))
    for formula in (
        basic,
        critical_base,
        critical_illness,
        medical_assistance,
        left_before_cataract,
        cataract_subsidy,
        government_backstop,
        self_pay,
    ):
        rules.add_variable(variable(formula.__name__, formula))
    for name in ("basic", "critical_base", "medical_assistance"):
        rules.add_variable(year_sum(name))
    return rules


def columns(rows: list[dict]) -> list[dict[str, np.ndarray]]:
    """One set of columns a month: everybody's first bill, everybody's second."""
    own: dict[str, list[dict]] = {}
    for row in sorted(rows, key=lambda row: (row["person_no"], row["discharged_on"], row["bill_no"])):
        own.setdefault(row["person_no"], []).append(row)
    months = []
    for bills in zip(*own.values(), strict=True):
        months.append({
            "bill_no": [row["bill_no"] for row in bills],
            "total": np.array([float(row["total_yuan"]) for row in bills]),
            "in_policy": np.array([float(row["in_policy_yuan"]) for row in bills]),
            "level": np.array([int(row["hospital_level"][-1]) for row in bills]),
            **{name: np.array([name.replace("_", "-") in row["categories"].split(";") for row in bills]) for name in FLAGS[:5]},
            **{name: np.array([row[name] == "yes" for row in bills]) for name in FLAGS[5:7]},
            "cataract": np.array([row["disease"] == "cataract" for row in bills]),
            "covered": np.array([row["disease"] in COVERED for row in bills]),
        })  # fmt: skip
    return months


def main(bills: str, out: str) -> None:
    with open(bills, encoding="utf-8", newline="") as file:
        months = columns(list(csv.DictReader(file)))
    rules = system()
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        simulation = SimulationBuilder().build_default_simulation(rules, len(months[0]["bill_no"]))
        simulation.max_spiral_loops = 12
        answers = []
        for number, month in enumerate(months, start=1):
            period = f"2019-{number:02d}"
            for name, column in month.items():
                if name != "bill_no":
                    simulation.set_input(name, period, column)
            answers.append([simulation.calculate(name, period) for name in (*LAYERS, "self_pay")])
        best = min(best, time.perf_counter() - began)
    with open(out, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for month, amounts in zip(months, answers, strict=True):
            writer.writerows(zip(month["bill_no"], *[[round(float(amount) * 100) for amount in column] for column in amounts], strict=True))
    print(json.dumps({"seconds": best}))


if __name__ == "__main__":
    main(*sys.argv[1:])
