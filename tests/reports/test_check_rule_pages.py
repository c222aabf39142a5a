"""The city's own checks on their pages: tried on what counties submitted last, saved as tried, changed, ended, read by the counties."""

import datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from reports import check_rules as actions
from reports.models import CheckRule
from tests.reports.check_rule_stories import DOCUMENT, FACTS, facts
from tests.reports.check_stories import OCTOBER, SEPTEMBER, answer_all, found, hand_in

pytestmark = pytest.mark.django_db
POST = {
    "title": "白内障救治增幅", "left": "F1|白内障|treated", "relation": "≤", "right_of": "before", "right": "F1|白内障|treated", "number": "",
    "factor": "１．５", "severity": "warn", "advice": "请核对手术名单，写明原因。", "since": "2017年10月", "until": "", "document": DOCUMENT,
}  # fmt: skip


@pytest.fixture
def desk(cast):
    client = Client()
    client.force_login(cast.city)
    return client


def test_the_city_tries_a_rule_on_what_each_county_submitted_last_and_saves_it_as_tried(cast, desk, two_treated, ledger):
    ledger.person("鹿寨人", ("cataract", "2017-03-01", "2017-04-02"), village=cast.village2)
    hand_in(cast, datetime.date(2017, 8, 1), datetime.date(2017, 8, 22))
    hand_in(cast, SEPTEMBER, datetime.date(2017, 9, 22))
    new = reverse("reports:check-rule-new")
    tried = desk.post(new, {**POST, "factor": "0.5", "preview": "yes"})
    rows = [tuple(row.values()) for row in tried.context["tried"]]
    assert rows == [
        ("柳城县", SEPTEMBER, "2", "1", "不符，待说明", "bad"),
        ("鹿寨县", None, "—", "—", "还没有上报过", "idle"),
    ]
    assert "1 个县不符" in tried.content.decode() and not CheckRule.objects.exists()
    other = desk.post(new, {**POST, "save": "yes", "looked": tried.context["mark"]})
    assert "您看过预览之后又有改动" in other.content.decode() and not CheckRule.objects.exists()
    assert [row["stand"] for row in other.context["tried"]] == ["ok", "idle"]
    saved = desk.post(new, {**POST, "save": "yes", "looked": other.context["mark"]}, follow=True)
    page = saved.content.decode()
    assert "已保存核对规则“白内障救治增幅”。" in page
    assert "F1 白内障累计救治数 ≤ 上期 F1 白内障累计救治数的 1.5 倍" in page and DOCUMENT in page
    assert CheckRule.objects.get().since == OCTOBER


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"left": ""}, "请选择本期的数"),
        ({"right": ""}, "请选择要比的数"),
        ({"right_of": "number"}, "请写要比的数字"),
        ({"right_of": "number", "number": "-3"}, "请写 0 或更大的整数"),
        ({"right_of": "now"}, "两边是同一个数"),
        ({"factor": "一倍半"}, "倍数请写成 1.5 这样的数"),
        ({"since": "2017-13"}, "月份请写成 2017-10 这样"),
        ({"document": ""}, "请填写依据的文号"),
        ({"title": ""}, "请填写核对什么"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(desk, changes, sentence):
    answer = desk.post(reverse("reports:check-rule-new"), {**POST, **changes, "preview": "yes"})
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert POST["advice"] in answer.content.decode()


def test_a_rule_is_changed_and_ended_from_its_page(cast, desk):
    rule = actions.add_check_rule(by=cast.city, facts=FACTS, document=DOCUMENT)
    edit = reverse("reports:check-rule-edit", args=[rule.pk])
    shown = desk.get(edit)
    assert [shown.context["form"][name].value() for name in ("right_of", "right", "factor", "since")] == [
        "before", "F1|白内障|treated", "1.5", "2017-10",
    ]  # fmt: skip
    sent = {**POST, "right_of": "number", "right": "", "number": "30", "factor": "1", "seen": shown.context["seen"]}
    tried = desk.post(edit, {**sent, "preview": "yes"})
    assert desk.post(edit, {**sent, "save": "yes", "looked": tried.context["mark"]}).status_code == 302
    rule.refresh_from_db()
    assert rule.right == "30"
    assert desk.get(edit).context["form"]["number"].value() == 30
    end = reverse("reports:check-rule-end", args=[rule.pk])
    assert desk.post(end, {"until": "2017.8", "document": DOCUMENT}).status_code == 422
    page = desk.post(end, {"until": "2017-10", "document": DOCUMENT}, follow=True).content.decode()
    assert "核对规则“白内障救治增幅”用到 2017-10 为止。" in page and "到 2017-10" in page


def test_a_county_reads_the_rules_and_keeps_none(cast):
    rule = actions.add_check_rule(by=cast.city, facts=FACTS, document=DOCUMENT)
    client = Client()
    client.force_login(cast.clerk)
    page = client.get(reverse("reports:check-rules")).content.decode()
    assert "白内障救治增幅" in page and "添加规则" not in page and "总数 = 累计救治数 + 未完成救治数" in page
    for name, args in (("check-rule-new", []), ("check-rule-edit", [rule.pk]), ("check-rule-end", [rule.pk])):
        assert client.get(reverse(f"reports:{name}", args=args)).status_code == 404


def test_another_citys_rule_is_not_there(cast, desk):
    from ledger.models import Division

    other = Division.objects.create(code="450300", name="桂林市", level=cast.prefecture.level, programme=cast.prefecture.programme)
    foreign = CheckRule.objects.create(prefecture=other, document="x", **vars(facts(title="桂林的规则")))
    assert "桂林的规则" not in desk.get(reverse("reports:check-rules")).content.decode()
    for name in ("check-rule-edit", "check-rule-end"):
        assert desk.get(reverse(f"reports:{name}", args=[foreign.pk])).status_code == 404


def test_the_answers_to_rules_are_kept_like_any(cast, two_treated, ledger):
    rule = actions.add_check_rule(by=cast.city, facts=facts(relation=">", factor=Decimal(1), right="5"), document=DOCUMENT)
    assert found(cast)[f"rule-{rule.pk}"].wants_answer
    answer_all(cast.clerk, cast.county, OCTOBER)
    assert found(cast)[f"rule-{rule.pk}"].word == "已说明"
