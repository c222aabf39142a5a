"""What F6 and F4 are checked for before they are submitted."""

import pytest

from ledger import clock
from reports.actions import make_dues, rebuild_drafts
from reports.checks import run_checks
from reports.models import DueRule, Submission
from tests.reports.check_stories import OCTOBER, SEPTEMBER

pytestmark = pytest.mark.django_db


def f6(**changes) -> dict:
    row = {
        "deposit": 1,
        "person": 1,
        "name": "韦桂兰",
        "reason": "收费员不知道",
        "hospital": "县人民医院",
        "amount_fen": 50000,
        "remedy": "已退",
    }
    whole = {
        "form": "F6",
        "covers_from": "2017-10",
        "period": "2017-10",
        "cut_off_on": "2017-10-20",
        "served": 7,
        "violations": 1,
        "rows": [row],
    }
    return whole | changes


def told_of(cast, form: str, payload: dict) -> dict[str, tuple[str, str]]:
    return {one.code: (one.word, one.saw) for one in run_checks(cast.clerk, cast.county, OCTOBER, {form: payload})}


def test_f6_has_its_own(cast):
    row = f6()["rows"][0]
    assert set(told_of(cast, "F6", f6()).values()) == {
        ("通过", "未享受政策 1 人次，逐人列出"),
        ("通过", "每人次都写了未享受的原因"),
        ("通过", "每人次都写了整改措施"),
        ("通过", "每人次都有押金金额"),
    }
    assert told_of(cast, "F6", f6(violations=2))["violations"] == ("须改", "未享受政策写 2 人次，下面列了 1 行。")
    assert told_of(cast, "F6", f6(rows=[row | {"amount_fen": 0}]))["deposit"] == ("须改", "1 人次的住院押金是 0：")
    assert told_of(cast, "F6", f6(rows=[row | {"reason": ""}]))["f6-reason"] == ("待说明", "1 人次没有写未享受的原因：")
    assert told_of(cast, "F6", f6(rows=[row | {"remedy": ""}]))["f6-remedy"] == ("待说明", "1 人次没有写整改措施：")


def test_f6_against_the_month_before(cast):
    DueRule.objects.create(
        prefecture=cast.prefecture, form="F6", first_period=SEPTEMBER, months_after=1, day=1, document="渝卫发〔2019〕30号"
    )
    make_dues(cast.prefecture, 2017)
    rebuild_drafts(cast.county, SEPTEMBER, cast.clerk, group=("F6",))
    Submission.objects.everywhere("test").update(
        figures={"served": 9, "violations": 0}, state="submitted", submitted_at=clock.now(), submitted_by=cast.lead
    )
    told = told_of(cast, "F6", f6(violations=6, rows=[f6()["rows"][0] | {"deposit": number} for number in range(6)]))
    assert told["served"] == ("待说明", "累计享受 7 人次，比 9 月少 2 人次。")
    assert told["more-violations"] == ("待说明", "未享受政策 6 人次，比 9 月多 6 人次。")


def test_f4_names_the_units_without_anybody(cast):
    rows = [["韦志华", "柳城县人民医院", "主任", "", "", ""], ["蓝雪梅", "柳城县卫生和计划生育局", "股长", "0772-0000001", "", ""]]
    payload = {"form": "F4", "on": "2017-10-20", "rows": rows, "missing": ["柳城县中医院"]}
    assert told_of(cast, "F4", payload) == {
        "no-contact": ("待说明", "1 个单位还没有专职联系人：柳城县中医院。"),
        "no-phone": ("待说明", "柳城县人民医院韦志华没有电话，也没有手机。"),
        "two-contacts": ("通过", "每个单位只有一个专职联系人"),
    }
