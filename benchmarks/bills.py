"""Random bills that every benchmark shares: the same seed, the same bills."""

import csv
import datetime
import random
from pathlib import Path

SEED = 2017
DISEASES = ("gastric-cancer", "colon-cancer", "end-stage-renal-disease", "cataract", "lung-cancer", "stroke", "asd")
CATEGORIES = ("registered-poor", "dibao", "tekun", "orphan", "disabled-poor")
FLAGS = ("in_pooling_area", "referred", "designated", "has_card", "out_of_poverty")
PLACES = {
    "liuzhou-2017": (("level-1", "level-2", "level-3"), ("",)),
    "hunan-2017": (("township", "county", "city", "province"), ("",)),
    "xinbin-2018": (("",), ("",)),
    "chongqing-2019": (("level-1", "level-2", "level-3"), ("plan-1", "plan-2")),
}
FIRST = datetime.date(2019, 8, 1)


def rows(count: int, policy: str = "liuzhou-2017", each: int = 4):
    """Bills as the calculator's file has them; ``each`` bills a person, all of one year."""
    rng = random.Random(SEED)
    levels, plans = PLACES[policy]
    for number in range(count):
        if number % each == 0:
            categories = ";".join(sorted(rng.sample(CATEGORIES, rng.choice((0, 1, 1, 1, 2)))))
        total = rng.randint(1_000_00, 150_000_00)
        in_policy = total - rng.randint(0, total // 3)
        day = FIRST + datetime.timedelta(30 * (number % each) + rng.randrange(20))
        yield {
            "bill_no": f"B{number:07d}", "person_no": f"P{number // each:06d}", "categories": categories, "disease": rng.choice(DISEASES),
            "hospital_level": rng.choice(levels), "insurance_plan": rng.choice(plans),
            **{name: rng.choice(("yes", "no")) for name in FLAGS},
            "admitted_on": day.isoformat(), "discharged_on": (day + datetime.timedelta(rng.randrange(10))).isoformat(),
            "total_yuan": yuan(total), "in_policy_yuan": yuan(in_policy),
            "limit_yuan": yuan(in_policy - in_policy // 5) if rng.random() < 0.3 else "", "commercial_yuan": "", "charity_yuan": "",
        }  # fmt: skip


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def write(path: Path, count: int, policy: str = "liuzhou-2017") -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        found = rows(count, policy)
        first = next(found)
        writer = csv.DictWriter(file, list(first), lineterminator="\n")
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(found)
