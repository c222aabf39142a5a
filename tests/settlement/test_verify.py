"""The command that computes every settlement again: quiet when all is as it was, and it sees whatever somebody changed behind the triggers."""

import datetime
import json
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from settlement.models import PersonYear, PolicyVersion, RequestKey, Settlement, SettlementLine
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
D = datetime.date
TABLES = ("settlement_settlement", "settlement_settlementline", "settlement_reversal", "settlement_policyversion")


@contextmanager
def triggers_asleep():
    """Somebody with the owner's rights changes rows past the guards."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # No check may be pending when a trigger is switched off.
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def settlements():
    return Settlement.objects.everywhere("test")


@pytest.fixture
def year_of_three(window):
    """Settled, settled later in the year, the first one reversed and settled anew with another amount, and another person."""
    person, other = window.patient("石永福"), window.patient("韦桂兰", category=None)
    first = window.settle(window.bill(person, total=60_000 * YUAN, bill_no="B1"))
    window.settle(window.bill(person, total=70_000 * YUAN, bill_no="B2", admitted_on=D(2017, 9, 20), discharged_on=D(2017, 9, 30)))
    window.reverse(first)
    window.settle(window.bill(person, total=61_000 * YUAN, bill_no="B1"))
    window.settle(window.bill(other, total=5_000 * YUAN, in_policy=4_000 * YUAN, limit=3_000 * YUAN, bill_no="B3"))
    return first


def differences(capsys) -> list[str]:
    """What the command says, run as an auditor runs it; checks that the exit status fits."""
    try:
        call_command("verify_settlements")
    except CommandError as error:
        lines = capsys.readouterr().out.splitlines()
        assert error.returncode == 1 and f"{len(lines)} 处不一致" in str(error)
        return lines
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("：全部一致。")
    return []


def test_settlements_as_they_were_made_make_no_difference(year_of_three, capsys):
    call_command("verify_settlements")
    said = capsys.readouterr().out
    assert said.startswith("重算 4 笔结算、2 个患者年度、1 个政策版本，用时 ") and said.endswith("秒：全部一致。\n")


def test_the_clock_set_back_makes_no_difference(window, capsys, settings):
    """The demo lives on one day over and over: the order comes from what was carried out, not from the hour it bears."""
    person = window.patient("石永福")
    settings.BUSINESS_DATE = D(2017, 10, 20)
    first = window.settle(window.bill(person, total=60_000 * YUAN))
    settings.BUSINESS_DATE = D(2017, 10, 19)
    window.reverse(first)
    window.settle(window.bill(person, total=60_000 * YUAN, admitted_on=D(2017, 9, 20), discharged_on=D(2017, 9, 30)))
    assert differences(capsys) == []


def test_as_json(year_of_three, capsys):
    call_command("verify_settlements", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["settlements"], answer["years"], answer["versions"], answer["differences"]) == (4, 2, 1, [])
    with triggers_asleep():
        settlements().filter(bill_no="B3").update(self_pay_yuan=0)
    with pytest.raises(CommandError):
        call_command("verify_settlements", "--json")
    (difference,) = json.loads(capsys.readouterr().out)["differences"]
    changed = settlements().get(bill_no="B3")
    assert difference["subject"] == changed.number and difference["sentence"].startswith("个人自付存为 0 分，应为 ")


def test_a_changed_line_is_seen_in_its_settlement_and_in_everything_that_stands_on_it(year_of_three, capsys):
    second = settlements().get(bill_no="B2")
    with triggers_asleep():
        second.lines.filter(layer="medical_assistance").update(amount_yuan="1.00")
    said = differences(capsys)
    later = settlements().get(bill_no="B1", stands=True)
    assert said[0].startswith(f"{second.number}：medical_assistance 的支付（分）存为 100，应为 ")
    assert said[1].startswith(f"{later.number}：结算前年内累计存为 ")
    assert said[2].startswith(f"患者年度 {later.person_year_id}（2017）：年内累计存为 ")
    assert len(said) == 3


def test_a_line_moved_to_another_payer_or_removed_or_added_is_seen(year_of_three, capsys):
    row = settlements().get(bill_no="B3")
    with triggers_asleep():
        row.lines.filter(layer="basic").update(payer="finance", title="别的")
        row.lines.filter(layer="cataract_subsidy").delete()
        SettlementLine.objects.create(
            settlement=row, position=9, layer="gift", title="t", payer="charity", applies=True, base_yuan=0, amount_yuan=0
        )
    said = differences(capsys)
    assert [line.split("：", 1)[1] for line in said if line.startswith(row.number)] == [
        "层次存为 basic、critical_illness、medical_assistance、government_backstop、gift，应为 "
        "basic、critical_illness、medical_assistance、cataract_subsidy、government_backstop",
        "basic 的名称存为 别的，应为 基本医疗保险",
        "basic 的支付方存为 finance，应为 insurance",
    ]


CHANGES = [
    ({"total_yuan": 4_000}, "总费用存为 400000，计算依据是 500000"),
    ({"in_policy_yuan": 1}, "政策范围内费用存为 100，计算依据是 400000"),
    ({"limit_yuan": None}, "限额存为 None，计算依据是 300000"),
    ({"self_pay_in_policy_yuan": 0}, "政策范围内自付存为 0 分，应为 "),
    ({"admitted_on": D(2017, 9, 2)}, "入院日期存为 2017-09-02，计算依据是 2017-09-01"),
    ({"sample": False}, "示范参数标记存为 False，计算依据是 True"),
    ({"stands": False}, "标为已冲销，却没有冲销记录"),
    ({"discharged_on": D(2018, 9, 10)}, "记在别的患者年度"),
    ({"inputs": {"total": 1}}, "按留存的计算依据不能重算：'categories'"),
    ({"year_before": {"basic": [100, 50]}}, "结算前年内累计存为 {'basic': [100, 50]}，按此前各笔应为 {}"),
]


@pytest.mark.parametrize(("change", "sentence"), CHANGES, ids=[next(iter(change)) for change, _ in CHANGES])
def test_a_changed_settlement_is_seen(year_of_three, capsys, change, sentence):
    number = settlements().get(bill_no="B3").number
    with triggers_asleep():
        settlements().filter(bill_no="B3").update(**change)
    assert any(line.startswith(f"{number}：{sentence}") for line in differences(capsys))


def test_a_changed_text_is_seen_once_for_its_version(year_of_three, capsys):
    version = PolicyVersion.objects.get(code="liuzhou-2017")
    with triggers_asleep():
        PolicyVersion.objects.filter(pk=version.pk).update(text=version.text.replace("0.85", "0.95"))
    assert differences(capsys) == [f"{version}：全文的 SHA-256 与发布时不符，按它结算的账单不能重算"]


def test_a_changed_years_state_is_seen(year_of_three, capsys, window):
    year = year_of_three.person_year
    PersonYear.objects.filter(pk=year.pk).update(state={"basic": [1, 1]})
    nobody = window.patient("莫秀英")
    empty = PersonYear.objects.create(person=nobody, area=year.area, year=2017, state={"basic": [5, 5]})
    said = differences(capsys)
    assert said[0].startswith(f"患者年度 {year.pk}（2017）：年内累计存为 {{'basic': [1, 1]}}，有效各笔之和是 ")
    assert said[1] == f"患者年度 {empty.pk}（2017）：没有结算，却有年内累计 {{'basic': [5, 5]}}"


def test_a_lost_request_is_seen(year_of_three, capsys):
    RequestKey.objects.filter(settlement__bill_no="B3").delete()
    said = differences(capsys)
    assert said == [f"{settlements().get(bill_no='B3').number}：没有留下请求号，不知道它是第几笔"]


def test_a_reversal_that_still_stands_is_seen(window, capsys):
    settled = window.settle(window.bill(window.patient("石永福")))
    window.reverse(settled)
    with triggers_asleep():
        settlements().update(stands=True)
    said = differences(capsys)
    assert said[0] == f"{settled.number}：标为有效，却有冲销" and said[1].startswith("患者年度 ") and len(said) == 2
