"""The shared bills through the real command: every amount to the fen, row by row in the file's order."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CASES = list(csv.DictReader((Path(__file__).parent / "cases.csv").read_text(encoding="utf-8").splitlines()))
POLICIES = sorted({case["policy"] for case in CASES})
LAYERS = {
    "liuzhou-2017": "basic critical_illness medical_assistance cataract_subsidy government_backstop",
    "hunan-2017": "basic critical_illness commercial medical_assistance hospital_waiver government_backstop",
    "xinbin-2018": "basic critical_illness medical_assistance second_compensation poverty_fund hospital_borne",
    "chongqing-2019": "basic critical_illness medical_assistance county_health_fund charity",
}


@pytest.mark.parametrize("policy", POLICIES)
def test_the_shared_bills_come_out_to_the_fen(policy, tmp_path):
    cases = [case for case in CASES if case["policy"] == policy]
    with open(tmp_path / "bills.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(cases[0]))
        writer.writeheader()
        writer.writerows(cases)
    done = subprocess.run(
        [sys.executable, "manage.py", "settle", str(tmp_path / "bills.csv"), "--policy", policy], cwd=ROOT, capture_output=True
    )
    assert done.returncode == (1 if any(case["error"] for case in cases) else 0), done.stderr.decode()
    rows = list(csv.DictReader(done.stdout.decode("utf-8").splitlines()))
    layers = LAYERS[policy].split()
    assert list(rows[0]) == ["bill_no", *layers, "self_pay_yuan", "error"]
    assert len(rows) == len(cases) > 60
    for case, row in zip(cases, rows, strict=True):
        wanted = {name: case[name] for name in ("bill_no", *layers, "self_pay_yuan")}
        assert {name: row[name] for name in wanted} == wanted, case["note"]
        assert bool(row["error"]) == bool(case["error"]), case["note"]
