"""The city's own checks: two figures compared, tried on what counties submitted last, kept with the document, without code."""

import datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from ledger.actions.refusals import Refused
from ledger.models import DataChange
from reports import check_rules as actions
from reports.check_rules import RuleFacts
from reports.checks.figures import Figure, figure_choices
from reports.checks.own import compare, rule_words
from reports.models import CheckRule
from tests.reports.check_stories import OCTOBER, SEPTEMBER, answer_all, found, hand_in

pytestmark = pytest.mark.django_db
DOCUMENT = "柳卫医〔2017〕58号"
FACTS = RuleFacts(
    title="白内障救治增幅", left="F1|白内障|treated", relation="≤", factor=Decimal("1.5"), right="last|F1|白内障|treated", severity="warn",
    advice="请核对手术名单，写明原因。", since=OCTOBER,
)  # fmt: skip


def facts(**changes) -> RuleFacts:
    return RuleFacts(**{**vars(FACTS), **changes})


@pytest.fixture
def people(ledger, dues):
    for number in range(2):
        ledger.person(f"韦{number}", ("cataract", "2017-03-01", "2017-04-02"))
    ledger.person("梁月娥", ("cataract", "2017-06-01"), poor=None, civil="2017-06-02")


# ---- figures and comparisons ----


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("F1|白内障|treated", 22, "F1 白内障累计救治数"),
        ("F1|合计|total", 66, "F1 合计总数"),
        ("F1|本县|neither", 4, "F1 两类都不属于的人数"),
        ("F1|本县|roster", 44, "F1 已救治名单人数"),
        ("F1|食管癌|total", None, "F1 食管癌总数"),
        ("F2|本县|people", 19, "F2 人数"),
        ("F2|胃癌|people", 3, "F2 胃癌人数"),
        ("F2|肺癌|people", 0, "F2 肺癌人数"),
        ("last|F2|胃癌|people", None, "上期 F2 胃癌人数"),
        ("F6|本县|served", None, "F6 累计享受人次"),
        ("last|F1|白内障|treated", 13, "上期 F1 白内障累计救治数"),
        ("last|F2|本县|rows", None, "上期 F2 行数"),
    ],
)
def test_a_figure_is_named_read_and_told(name, value, words):
    now = {
        "F1": {"rows": [{"name": "白内障", "treated": 22}], "total": {"total": 66}, "neither": 4, "roster": 44},
        "F2": {"rows": 20, "people": 19, "diseases": {"胃癌": 3}},
    }
    before = {"F1": {"rows": [{"name": "白内障", "treated": 13}], "total": {}, "neither": 0, "roster": 0}}
    figure = Figure.named(name)
    assert (figure.value(now, before), figure.words, figure.name) == (value, words, name)


@pytest.mark.parametrize(
    "name", ["", "F1", "F1|白内障", "F1||treated", "F9|白内障|treated", "F1|白内障|secret", "F6|白内障|served", "next|F1|白内障|treated"]
)
def test_what_is_no_figure_is_none(name):
    with pytest.raises(ValueError):
        Figure.named(name)


def test_every_choice_is_a_figure():
    names = [name for _, group in figure_choices(["白内障"], ["胃癌", "肺癌"]) for name, _ in group]
    assert len(names) == len(set(names)) == 5 + 5 + 2 + (2 + 2) + 2 + 2
    assert [Figure.named(name).name for name in names] == names


@pytest.mark.parametrize(
    ("relation", "factor", "right", "holds", "words"),
    [
        ("≤", "1.5", "last|F1|白内障|treated", False, "F1 白内障累计救治数 ≤ 上期 F1 白内障累计救治数的 1.5 倍"),
        ("≤", "2", "last|F1|白内障|treated", True, "F1 白内障累计救治数 ≤ 上期 F1 白内障累计救治数的 2 倍"),
        ("=", "1", "22", True, "F1 白内障累计救治数 = 22"),
        ("≠", "1", "22", False, "F1 白内障累计救治数 ≠ 22"),
        (">", "0.5", "44", False, "F1 白内障累计救治数 > 44 × 0.5"),
        ("≥", "0.5", "44", True, "F1 白内障累计救治数 ≥ 44 × 0.5"),
        ("<", "1", "F1|白内障|total", True, "F1 白内障累计救治数 < F1 白内障总数"),
        ("≥", "1", "last|F1|胃癌|treated", None, "F1 白内障累计救治数 ≥ 上期 F1 胃癌累计救治数"),
    ],
)
def test_a_comparison_holds_or_not_or_cannot_be_made(relation, factor, right, holds, words):
    rule = CheckRule(**vars(facts(relation=relation, factor=Decimal(factor), right=right)))
    now = {"F1": {"rows": [{"name": "白内障", "treated": 22, "total": 36}], "total": {}}}
    before = {"F1": {"rows": [{"name": "白内障", "treated": 13}], "total": {}}}
    assert (compare(rule, now, before).holds, rule_words(rule)) == (holds, words)


# ---- in the county's return ----


def test_a_rule_speaks_in_the_countys_return_from_its_first_period(cast, people, ledger):
    hand_in(cast, SEPTEMBER, datetime.date(2017, 9, 22))
    ledger.person("新来的", ("cataract", "2017-03-01", "2017-10-02"))
    ledger.person("也新来", ("cataract", "2017-03-01", "2017-10-02"))
    rule = actions.add_check_rule(by=cast.city, facts=FACTS, document=DOCUMENT)
    told = found(cast)[f"rule-{rule.pk}"]
    assert (told.word, told.advice) == ("待说明", "请核对手术名单，写明原因。")
    assert told.saw == "白内障救治增幅：F1 白内障累计救治数是 4，应当 ≤ 上期 F1 白内障累计救治数的 1.5 倍（3）。"
    rule.factor = Decimal(2)
    rule.save()
    assert found(cast)[f"rule-{rule.pk}"].saw == "白内障救治增幅（4 ≤ 4）"
    rule.since = datetime.date(2017, 11, 1)
    rule.save()
    assert f"rule-{rule.pk}" not in found(cast)


def test_a_grave_rule_must_be_mended_and_a_number_may_be_compared_with(cast, people):
    rule = actions.add_check_rule(
        by=cast.city, facts=facts(title="不少于三人", relation="≥", factor=Decimal(1), right="3", severity="bad"), document=DOCUMENT
    )
    told = found(cast)[f"rule-{rule.pk}"]
    assert (told.word, told.saw) == ("须改", "不少于三人：F1 白内障累计救治数是 2，应当 ≥ 3。")


def test_a_rule_that_lacks_a_return_says_so_and_passes(cast, people):
    rule = actions.add_check_rule(by=cast.city, facts=FACTS, document=DOCUMENT)
    assert found(cast)[f"rule-{rule.pk}"].saw == "白内障救治增幅：有一边的报表还没有，这期不比"


def test_another_citys_rule_is_not_ours(cast, people):
    from ledger.models import Division

    other = Division.objects.create(code="450300", name="桂林市", level=cast.prefecture.level, programme=cast.prefecture.programme)
    CheckRule.objects.create(prefecture=other, document="x", **vars(FACTS))
    assert not [code for code in found(cast) if code.startswith("rule-")]


# ---- keeping them ----


def test_each_change_names_its_document_and_says_what_was(cast):
    rule = actions.add_check_rule(by=cast.city, facts=FACTS, document=DOCUMENT)
    rule.refresh_from_db()
    rule = actions.change_check_rule(
        by=cast.city,
        rule=rule,
        seen=repr(actions.facts_of(rule)),
        facts=facts(factor=Decimal(2), severity="bad"),
        document="柳卫医〔2017〕60号",
    )
    actions.end_check_rule(by=cast.city, rule=rule, until=datetime.date(2017, 12, 1), document="柳卫医〔2018〕1号")
    told = [(change.kind, change.subject, change.text, change.document) for change in DataChange.objects.order_by("pk")]
    was = "F1 白内障累计救治数 ≤ 上期 F1 白内障累计救治数的 1.5 倍，不符待说明，2017-10 起"
    now = "F1 白内障累计救治数 ≤ 上期 F1 白内障累计救治数的 2 倍，不符须改，2017-10 起"
    assert told == [
        ("check-rule", "白内障救治增幅", f"新增：{was}", DOCUMENT),
        ("check-rule", "白内障救治增幅", f"{was} → {now}", "柳卫医〔2017〕60号"),
        ("check-rule", "白内障救治增幅", "用到 2017-12 为止", "柳卫医〔2018〕1号"),
    ]
    rule.refresh_from_db()
    assert (rule.until, rule.document) == (datetime.date(2017, 12, 1), "柳卫医〔2017〕60号")


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"left": "last|F1|白内障|treated"}, "左边要选本期的数。", "left"),
        ({"left": "F1|白内障"}, "请选择要比的数。", "left"),
        ({"right": "白内障"}, "请选择要比的数。", "right"),
        ({"right": "F1|白内障|treated"}, "两边是同一个数，请改其中一个。", "right"),
        ({"right": "1000000001"}, "数字不能超过 1000000000。", "number"),
        ({"relation": "~"}, "请选择关系。", "relation"),
        ({"factor": Decimal(0)}, "倍数要大于 0，不超过 1000，如 1.5。", "factor"),
        ({"until": SEPTEMBER}, "末期早于起始期，请改其中一个。", "until"),
        ({"title": "=1+1"}, "以“=”开头，可能是公式。请改正。", "title"),
    ],
)
def test_what_cannot_be_compared_is_refused(cast, changes, sentence, field):
    with pytest.raises(Refused) as refused:
        actions.add_check_rule(by=cast.city, facts=facts(**changes), document=DOCUMENT)
    assert (refused.value.message, refused.value.field) == (sentence, field)
    assert not CheckRule.objects.exists() and not DataChange.objects.exists()


def test_who_may_not_what_is_taken_and_what_changed_meanwhile(cast):
    with pytest.raises(Refused, match="由市级维护"):
        actions.add_check_rule(by=cast.lead, facts=FACTS, document=DOCUMENT)
    with pytest.raises(Refused, match="依据"):
        actions.add_check_rule(by=cast.city, facts=FACTS, document=" ")
    rule = actions.add_check_rule(by=cast.city, facts=FACTS, document=DOCUMENT)
    rule.refresh_from_db()
    with pytest.raises(Refused, match="已有“白内障救治增幅”这条规则"):
        actions.add_check_rule(by=cast.city, facts=FACTS, document=DOCUMENT)
    seen = repr(actions.facts_of(rule))
    with pytest.raises(Refused, match="没有改动"):
        actions.change_check_rule(by=cast.city, rule=rule, seen=seen, facts=FACTS, document=DOCUMENT)
    with pytest.raises(Refused, match="别人改过这条规则"):
        actions.change_check_rule(by=cast.city, rule=rule, seen="another", facts=facts(severity="bad"), document=DOCUMENT)
    with pytest.raises(Refused, match="从 2017-10 起用"):
        actions.end_check_rule(by=cast.city, rule=rule, until=SEPTEMBER, document=DOCUMENT)


# ---- the pages ----

POST = {
    "title": "白内障救治增幅", "left": "F1|白内障|treated", "relation": "≤", "right_of": "before", "right": "F1|白内障|treated", "number": "",
    "factor": "１．５", "severity": "warn", "advice": "请核对手术名单，写明原因。", "since": "2017年10月", "until": "", "document": DOCUMENT,
}  # fmt: skip


@pytest.fixture
def desk(cast):
    client = Client()
    client.force_login(cast.city)
    return client


def test_the_city_tries_a_rule_on_what_each_county_submitted_last_and_saves_it_as_tried(cast, desk, people, ledger):
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


def test_the_answers_to_rules_are_kept_like_any(cast, people, ledger):
    rule = actions.add_check_rule(by=cast.city, facts=facts(relation=">", factor=Decimal(1), right="5"), document=DOCUMENT)
    assert found(cast)[f"rule-{rule.pk}"].wants_answer
    answer_all(cast.clerk, cast.county, OCTOBER)
    assert found(cast)[f"rule-{rule.pk}"].word == "已说明"
