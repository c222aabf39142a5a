"""The city's own checks: two figures compared, in the county's return, and kept with the document."""

import datetime
from decimal import Decimal

import pytest

from ledger.actions.refusals import Refused
from ledger.models import DataChange
from reports import check_rules as actions
from reports.checks.figures import Figure, figure_choices
from reports.checks.own import compare, rule_words
from reports.models import CheckRule
from tests.reports.check_rule_stories import DOCUMENT, FACTS, facts
from tests.reports.check_stories import SEPTEMBER, found, hand_in

pytestmark = pytest.mark.django_db


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


def test_a_rule_speaks_in_the_countys_return_from_its_first_period(cast, two_treated, ledger):
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


def test_a_grave_rule_must_be_mended_and_a_number_may_be_compared_with(cast, two_treated):
    rule = actions.add_check_rule(
        by=cast.city, facts=facts(title="不少于三人", relation="≥", factor=Decimal(1), right="3", severity="bad"), document=DOCUMENT
    )
    told = found(cast)[f"rule-{rule.pk}"]
    assert (told.word, told.saw) == ("须改", "不少于三人：F1 白内障累计救治数是 2，应当 ≥ 3。")


def test_a_rule_that_lacks_a_return_says_so_and_passes(cast, two_treated):
    rule = actions.add_check_rule(by=cast.city, facts=FACTS, document=DOCUMENT)
    assert found(cast)[f"rule-{rule.pk}"].saw == "白内障救治增幅：有一边的报表还没有，这期不比"


def test_another_citys_rule_is_not_ours(cast, two_treated):
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
