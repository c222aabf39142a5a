"""The rules of the bills file, one by one: what is read, what is refused and with which column's name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.settlement.conftest import GOOD, bill

ROOT = Path(__file__).resolve().parents[2]
HEADER = ",".join(GOOD)
LINE = ",".join(GOOD.values())

REFUSED = [
    ("bill_no", ""), ("person_no", " "), ("bill_no", "=1+1"), ("bill_no", "-1"), ("bill_no", "@A"), ("bill_no", "＝1"),
    ("categories", "rich"), ("categories", "dibao,tekun"), ("categories", "Dibao"), ("disease", ""), ("disease", "flu"),
    ("hospital_level", ""), ("hospital_level", "level-9"),
    ("in_pooling_area", ""), ("in_pooling_area", "YES"), ("referred", "true"),
    ("admitted_on", "2019-9-1"), ("admitted_on", "20190901"), ("admitted_on", "2019-W36-1"), ("admitted_on", ""),
    ("discharged_on", "2019-02-29"), ("discharged_on", "2019-08-31"), ("discharged_on", "0000-01-01"), ("discharged_on", "２０１９-09-15"),
    ("total_yuan", ""), ("total_yuan", "1.000"), ("total_yuan", "1e5"), ("total_yuan", "1,000"), ("total_yuan", "+5"), ("total_yuan", ".5"),
    ("total_yuan", "5."), ("total_yuan", "-1"), ("total_yuan", "１００"), ("total_yuan", "100000000"), ("total_yuan", "9" * 5000),
    ("total_yuan", "nan"), ("in_policy_yuan", ""), ("in_policy_yuan", "120000.01"), ("limit_yuan", "x"), ("limit_yuan", "-1"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "text"), REFUSED)
def test_a_wrong_cell_is_named_and_the_other_bills_go_on(rows, run, column, text):
    bills = [bill(bill_no="A0"), bill(**({"bill_no": "A1"} | {column: text})), bill(bill_no="A2", person_no="P2")]
    first, wrong, last = rows(bills)
    assert column in wrong["error"]
    assert {wrong[name] for name in wrong if name not in ("bill_no", "error")} == {""}
    assert first["error"] == last["error"] == "" and first["basic"] == last["basic"] == "64610.00"
    assert run(bills)[0] == 1


READ = [
    ("categories", " dibao ;; dibao; "), ("categories", ""), ("disease", " gastric-cancer "), ("total_yuan", "120000.0"),
    ("total_yuan", "99999999.99"), ("total_yuan", "00000000120000"), ("in_policy_yuan", "0"), ("limit_yuan", "0"), ("limit_yuan", " 5 "),
    ("admitted_on", "2019-09-15"), ("bill_no", "a,\"b\""), ("bill_no", "𠮷"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "text"), READ)
def test_a_cell_within_the_rules_is_read(rows, column, text):
    (row,) = rows([bill(**{column: text})])
    assert row["error"] == "" and row["self_pay_yuan"] != ""
    assert row["bill_no"] == (text if column == "bill_no" else "A1")


UNUSED = [
    ("liuzhou-2017", "insurance_plan designated has_card out_of_poverty commercial_yuan charity_yuan"),
    ("xinbin-2018", "hospital_level insurance_plan commercial_yuan charity_yuan"),
    ("chongqing-2019", "in_pooling_area referred designated has_card out_of_poverty commercial_yuan"),
]


@pytest.mark.parametrize(("policy", "columns"), UNUSED)
def test_cells_that_the_policy_does_not_use_are_not_checked(rows, policy, columns):
    (row,) = rows([bill(**dict.fromkeys(columns.split(), "?"))], policy)
    assert row["error"] == ""


def test_every_fault_of_a_row_is_told(rows):
    (row,) = rows([bill(person_no="", disease="flu", referred="?", discharged_on="2016-01-01", total_yuan="1", in_policy_yuan="2")])
    columns = [fault.split(": ")[0] for fault in row["error"].split("; ")]
    assert sorted(columns) == ["discharged_on", "discharged_on", "disease", "in_policy_yuan", "person_no", "referred"]


def test_a_repeated_bill_number_is_an_error_on_every_row_and_leaves_no_trace(rows):
    twice = [bill(), bill(person_no="P2"), bill(bill_no="A2")]
    first, second, third = rows(twice)
    assert "bill_no" in first["error"] and "bill_no" in second["error"]
    assert third == rows([bill(bill_no="A2")])[0]
    assert [row["error"] for row in rows([bill(), bill(bill_no="a1")])] == ["", ""]


def test_a_formula_never_leaves_as_one(run):
    status, out, _ = run([bill(bill_no="=cmd|' /C calc'!A0")])
    assert status == 1 and not any(line.startswith("=") for line in out.splitlines())


def test_bills_cumulate_by_discharge_and_number_and_come_out_in_the_files_order(rows):
    late = bill(bill_no="A1", admitted_on="2019-10-01", discharged_on="2019-10-02")
    same_day = [bill(bill_no="B9"), bill(bill_no="B10")]
    answers = rows([late, *same_day])
    assert [row["bill_no"] for row in answers] == ["A1", "B9", "B10"]
    by_number = {row["bill_no"]: row for row in answers}
    assert by_number["B10"]["basic"] == by_number["B9"]["basic"] == "64610.00"
    assert by_number["B10"]["critical_illness"] == "17523.00" and by_number["B9"]["critical_illness"] != "17523.00"
    assert by_number["A1"]["basic"] == "20780.00"
    assert rows([*same_day[::-1], late]) == [answers[2], answers[1], answers[0]]


def test_byte_order_mark_column_order_and_further_columns(run):
    plain = run([GOOD])
    turned = {name: GOOD[name] for name in reversed(GOOD)} | {"extra": "x"}
    assert run([turned]) == plain
    assert run(f"\ufeff{HEADER}\r\n{LINE}\r\n") == plain
    assert plain[0] == 0 and "\r" not in plain[1] and not plain[1].startswith("\ufeff")
    assert run(HEADER + "\n") == (0, plain[1].splitlines()[0] + "\n", "")


WHOLE = [
    (b"", "liuzhou-2017"), (HEADER.encode("utf-16"), "liuzhou-2017"), ((HEADER + "\n柳").encode("gb18030"), "liuzhou-2017"),
    (HEADER.replace(",referred", ""), "liuzhou-2017"), (HEADER.replace(",insurance_plan", ""), "chongqing-2019"),
    (HEADER + ",disease", "liuzhou-2017"), (HEADER, "nowhere-2020"), (HEADER, "../policies/liuzhou-2017"),
    (HEADER + '\n"A1', "liuzhou-2017"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "policy"), WHOLE)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(run, file, policy):
    status, out, err = run(file, policy)
    assert (status, out) == (2, "") and len(err.strip().splitlines()) == 1


def test_only_a_policy_with_plans_asks_for_the_plan(rows):
    without = {name: text for name, text in GOOD.items() if name != "insurance_plan"}
    assert rows([without])[0]["error"] == ""
    assert "insurance_plan" in rows([bill(insurance_plan="")], "chongqing-2019")[0]["error"]


def test_a_row_with_too_few_or_too_many_cells_is_an_error(run):
    status, out, _ = run(f"{HEADER}\n{LINE},more\nA2,P2\n\n")
    assert status == 1 and [line.split(",")[0] for line in out.splitlines()[1:]] == ["A1", "A2"]
    assert all(line.split(",")[1] == "" and "bill_no: " in line for line in out.splitlines()[1:])


def test_explain_tells_base_rate_cap_and_clause(run):
    bills = [bill(), bill(bill_no="A2"), bill(bill_no="A3", disease="flu")]
    status, out, _ = run(bills, "liuzhou-2017", "--explain", "A2")
    assert status == 0
    for words in (
        "柳卫医〔2017〕40号 二（四）2",
        "示范参数",
        "起付线：7500.00 元",
        "本次之前余 85390.00 元，本次之后余 20780.00 元",
        "个人自付：",
    ):
        assert words in out
    assert run(bills, "liuzhou-2017", "--explain", "A9")[:2] == (2, "")
    status, out, _ = run(bills, "liuzhou-2017", "--explain", "A3")
    assert status == 1 and "disease" in out


def test_no_database_is_touched_or_started(tmp_path):
    """With a database that refuses every connection, in another language, the answer is the same."""
    (tmp_path / "bills.csv").write_text(f"{HEADER}\n{LINE}\n", encoding="utf-8")
    home = os.environ | {"LEDGER_VAR": str(tmp_path / "var"), "DATABASE_URL": "postgresql://nobody:x@127.0.0.1:9/none", "LC_ALL": "C"}
    for environment in (home, {name: text for name, text in home.items() if name != "DATABASE_URL"}):
        done = subprocess.run(
            [sys.executable, "manage.py", "settle", str(tmp_path / "bills.csv"), "--policy", "liuzhou-2017"],
            cwd=ROOT, capture_output=True, env=environment,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.startswith(b"bill_no,basic,") and done.stdout.count(b"\n") == 2
    assert not list((tmp_path / "var").rglob("PG_VERSION"))
