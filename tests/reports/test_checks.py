"""What the county is told before it submits: each check seen to pass and seen to speak, with the people it names."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Case, Category, CategoryFact
from ledger.standing import remake
from reports.actions import rebuild_drafts
from reports.answering import checks_of_drafts
from reports.checks import kept_checks, kept_text, run_checks
from reports.checks.keeping import read_kept
from reports.forms.payload import build
from reports.models import Submission
from tests.cast import on_day
from tests.reports.check_stories import OCTOBER, SEPTEMBER, bureau, found, hand_in
from tests.reports.conftest import day

pytestmark = pytest.mark.django_db
SEPT_22 = datetime.date(2017, 9, 22)
CODES = [
    "across", "quarter", "down", "behind", "roster", "civil", "numbers", "hospital", "id", "insurance", "expired", "city",
]  # fmt: skip


@pytest.fixture
def people(ledger, dues):
    """Registered poor, treated and not, one with two diseases; one of 低保; one in neither category."""
    return {
        "韦桂兰": ledger.person("韦桂兰", ("cataract", "2017-03-01", "2017-04-02")),
        "覃福生": ledger.person("覃福生", ("cataract", "2017-03-01", "2017-09-02"), ("gastric-cancer", "2017-05-01")),
        "石小禾": ledger.person("石小禾", ("gastric-cancer", "2017-05-01", "2017-09-03")),
        "梁月娥": ledger.person("梁月娥", ("cataract", "2017-06-01", "2017-09-05"), poor=None, civil="2017-06-02"),
        "莫秀英": ledger.person("莫秀英", ("cataract", "2017-06-01"), poor=None),
    }


def tampered(cast, **changes) -> dict[str, str]:
    """What is said of a return that does not add up: code → sentence of everything that must be mended."""
    payloads = build(cast.county, OCTOBER, datetime.date(2017, 10, 20))
    for path, value in changes.items():
        form, *keys = path.split("__")
        target = payloads[form]
        for key in keys[:-1]:
            target = target[int(key) if key.isdecimal() else key]
        target[keys[-1]] = value
    told = run_checks(cast.clerk, cast.county, OCTOBER, payloads)
    return {one.code: one.saw for one in told if one.tone == "bad" and one.code != "city"}


def test_a_sound_return_passes_everything_in_order(cast, people):
    told = found(cast)
    assert {code: one.tone for code, one in told.items()} == dict.fromkeys(CODES, "ok")
    assert [one.saw for one in told.values()] == [
        "总数 = 累计救治数 + 未完成救治数",
        "本季度完成救治数不大于累计救治数",
        "合计与各行相符（几种病的人重复 1 次，只计一次）",
        "每个数字都等于它的名单人数",
        "已救治名单与统计表人数一致（建档立卡 3 人）",
        "F2 与统计表、名单上的非建档立卡人员一致（1 人）",
        "F2 各病种序号连续",
        "已救治的每例都有定点医院",
        "名单和台账上每人都有身份证号",
        "名单上每人都有医保（农合）证号",
        "人员类别在截止日都有效",
        "与市级按台账直接统计的数一致（合计 3 人）",
    ]
    assert {one.word for one in told.values()} == {"通过"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"F1__rows__6__total": 3},
            {"across": "白内障：总数不等于累计救治数加未完成救治数。", "behind": "白内障总数：数字和名单人数不同。"},
        ),
        (
            {"F1__total__quarter": 4},
            {"quarter": "合计：本季度完成救治数大于累计救治数。", "behind": "合计本季度完成救治数：数字和名单人数不同。"},
        ),
        (
            {"F1__total__total": 2, "F1__total__untreated": 0},
            {
                "down": "合计写 2 人、累计救治 2 人，各行的人是 3 人、2 人。",
                "behind": "合计总数、合计未完成救治数：数字和名单人数不同。",
            },
        ),
        ({"F1__neither": 0}, {"behind": "两类都不属于的人：数字和名单人数不同。"}),
        ({"F1__roster": []}, {"roster": "统计表计 3 人已救治，名单上是 0 人。"}),
        ({"F2__rows": []}, {"civil": "统计表和名单上非建档立卡的 1 人，F2 民政台账上没有："}),
        ({"F2__rows__0__number": 2}, {"numbers": "F2 白内障的序号不连续。"}),
    ],
)
def test_sums_across_and_down_and_the_three_lists(cast, people, change, told):
    assert tampered(cast, **change) == told


def test_whoever_stands_on_f2_counts_nowhere_else(cast, people):
    payloads = build(cast.county, OCTOBER, datetime.date(2017, 10, 20))
    poor = people["石小禾"]
    payloads["F2"]["rows"].append(payloads["F2"]["rows"][0] | {"person": poor.pk, "name": "石小禾", "number": 2})
    told = {one.code: one for one in run_checks(cast.clerk, cast.county, OCTOBER, payloads)}["civil"]
    assert (told.tone, told.saw, told.people) == ("bad", "F2 民政台账上的 1 人，统计表计在建档立卡或另外的人里：", (("石小禾", poor.pk),))


def test_the_citys_own_count_finds_a_draft_that_is_older_than_the_ledger(cast, people, ledger):
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    ledger.person("迟来的人", ("cataract", "2017-10-01"))
    told = {one.code: one for one in checks_of_drafts(cast.clerk, cast.county, OCTOBER, "F1")}["city"]
    assert told.saw == (
        "市级按现在的台账统计：白内障总数是 3，草稿上是 2；白内障未完成救治数是 1，草稿上是 0；合计总数是 4，草稿上是 3；另有 1 处。"
    )
    assert (told.tone, told.advice) == ("bad", "草稿生成以后台账有变动，请重新生成草稿。")
    assert found(cast)["city"].tone == "ok"


def test_treated_without_a_hospital_must_be_mended(cast, people):
    Case.objects.everywhere("test").filter(person=people["石小禾"]).update(hospital_code="", hospital_name="")
    told = found(cast)["hospital"]
    assert (told.word, told.saw, told.advice) == ("须改", "1 人已救治，没有填定点医院：", "请补上医院，再重新生成草稿。")
    assert told.people == (("石小禾", people["石小禾"].pk),)


def test_whoever_has_no_number_is_named_up_to_five(cast, ledger, dues):
    nobody = {"id_number": "", "id_number_hash": None, "id_absent_reason": "证件遗失待补", "insurance_number": ""}
    named = [ledger.person(f"何无证{number}", ("cataract", "2017-03-01", "2017-04-02"), **nobody) for number in range(7)]
    told = found(cast)
    assert told["id"].saw == "7 人没有身份证号，名单和台账上是空的："
    assert told["insurance"].saw == "7 人没有医保（农合）证号，名单上是空的："
    for code in ("id", "insurance"):
        assert (told[code].word, told[code].more) == ("待说明", 2)
        assert told[code].people == tuple((person.name, person.pk) for person in named[:5])


def test_a_category_that_had_ended_by_the_cut_off_is_named(cast, ledger, dues):
    left = ledger.person("韦老三", ("cataract", "2017-03-01", "2017-04-02"), poor_until="2017-10-01")
    told = found(cast)["expired"]
    assert (told.word, told.saw, told.people) == ("待说明", "1 人的类别在截止日已经终止，没有计入上表：", (("韦老三", left.pk),))


def test_a_category_that_ends_on_the_day_after_the_cut_off_still_holds(cast, ledger, dues):
    ledger.person("韦老三", ("cataract", "2017-03-01", "2017-04-02"), poor_until="2017-10-21")
    assert found(cast)["expired"].tone == "ok"


# ---- against the month before ----


def test_nothing_fell(cast, people):
    hand_in(cast, SEPTEMBER, SEPT_22)
    told = found(cast)
    assert (told["falling"].tone, told["falling"].saw) == ("ok", "累计救治数不少于 9 月（2 人）")
    assert (told["jump"].tone, told["jump"].saw) == ("ok", "总数、累计救治数比 9 月的增幅都不超过 50%")


def test_a_first_month_is_compared_with_nothing(cast, people):
    assert {"falling", "jump"}.isdisjoint(found(cast))


def test_a_figure_that_falls_by_moves_mistakes_and_ended_categories_passes_and_names_them(cast, people, ledger):
    hand_in(cast, SEPTEMBER, SEPT_22)
    ledger.move(people["韦桂兰"], "10-02", village=cast.village2)
    mistaken = people["覃福生"].cases.get(disease__code="gastric-cancer")
    Case.objects.everywhere("test").filter(pk=mistaken.pk).update(state="closed", outcome="mistaken", closed_on=day("10-03"))
    fact = CategoryFact.objects.get(person=people["石小禾"], category=Category.REGISTERED_POOR)
    fact.during = type(fact.during)(fact.during.lower, day("10-04"))
    fact.save()
    remake([person.pk for person in people.values()])
    told = found(cast)["falling"]
    assert told.saw == (
        "比 9 月少：胃癌总数 2 人、胃癌累计救治数 1 人、白内障总数 1 人、白内障累计救治数 1 人。"
        "迁出 1 人（韦桂兰），误登记 1 人（覃福生），类别终止 1 人（石小禾）"
    )
    assert (told.tone, told.people) == ("ok", tuple((name, people[name].pk) for name in ("韦桂兰", "覃福生", "石小禾")))


def test_a_figure_that_falls_without_such_a_reason_wants_an_answer_and_names_who_is_missing(cast, people, ledger):
    hand_in(cast, SEPTEMBER, SEPT_22)
    ledger.move(people["韦桂兰"], "10-02", village=cast.village2)
    Case.objects.everywhere("test").filter(person=people["石小禾"]).update(state="in_treatment", completed_on=None)
    remake([people["石小禾"].pk])
    told = found(cast)["falling"]
    assert told.saw == (
        "比 9 月少：胃癌累计救治数 1 人、白内障总数 1 人、白内障累计救治数 1 人。迁出 1 人（韦桂兰）。另有 1 人没有迁出、误登记或类别终止的记录："
    )
    assert (told.word, told.people) == ("待说明", (("石小禾", people["石小禾"].pk),))


def test_a_completion_taken_back_is_told_beside_the_name(cast, dues):
    person = cast.register("韦桂兰", found_on=day("08-01"), on=day("08-01"))
    case = cast.treat(person, on=day("09-10"))
    hand_in(cast, SEPTEMBER, SEPT_22)
    from ledger.actions.cases import withdraw_completion

    withdraw_completion(by=cast.lead, case=case, reason="登记有误")
    told = found(cast)["falling"]
    assert (told.word, told.people) == ("待说明", (("韦桂兰（撤销了完成治疗）", person.pk),))


def test_the_quarters_figure_begins_anew_with_the_quarter(cast, people, ledger):
    """September is of the third quarter: October's 本季度 may be smaller."""
    hand_in(cast, SEPTEMBER, SEPT_22)
    assert found(cast)["falling"].tone == "ok"
    with on_day(datetime.date(2017, 11, 20)):
        hand_in(cast, OCTOBER, datetime.date(2017, 10, 23))
        assert found(cast, datetime.date(2017, 11, 1))["falling"].saw == "累计救治数不少于 10 月（2 人）"


def test_a_jump_wants_an_answer(cast, ledger, dues):
    for number in range(8):
        ledger.person(f"早{number}", ("cataract", "2017-03-01", "2017-04-02"))
    hand_in(cast, SEPTEMBER, SEPT_22)
    for number in range(5):
        ledger.person(f"新{number}", ("cataract", "2017-03-01", "2017-10-02"))
    told = found(cast)
    assert (told["jump-treated-白内障"].word, told["jump-treated-白内障"].saw) == (
        "待说明",
        "白内障累计救治数 13 人，比 9 月多 5 人，增幅 62%，超过 50%。",
    )
    assert told["jump-total-白内障"].saw == "白内障总数 13 人，比 9 月多 5 人，增幅 62%，超过 50%。"
    assert "jump-treated-合计" not in told and "jump" not in told


@pytest.mark.parametrize(
    ("was", "now", "high"), [(10, 15, False), (10, 16, True), (2, 6, False), (0, 5, True), (0, 4, False), (9, 14, True)]
)
def test_where_a_jump_begins(was, now, high):
    from reports.checks.jump import rises

    assert rises(was, now) is high


def test_a_returned_month_before_is_not_compared_with(cast, people):
    hand_in(cast, SEPTEMBER, SEPT_22)
    Submission.objects.everywhere("test").filter(due__period=SEPTEMBER).update(state="returned")
    assert {"falling", "jump"}.isdisjoint(found(cast))


# ---- for whom ----


def test_people_who_have_left_are_named_without_a_link(cast, people, ledger):
    Case.objects.everywhere("test").filter(person=people["石小禾"]).update(hospital_code="")
    payloads = build(cast.county, OCTOBER, datetime.date(2017, 10, 20))
    nobody = payloads["F1"]["roster"][0]
    nobody["id_number"] = ""
    people["韦桂兰"].county = cast.county2
    people["韦桂兰"].save()
    told = {one.code: one for one in run_checks(cast.clerk, cast.county, OCTOBER, payloads)}
    assert told["id"].people == ((nobody["name"], None if nobody["name"] == "韦桂兰" else nobody["person"]),)


def test_what_was_kept_is_read_again_word_for_word(cast, people):
    Case.objects.everywhere("test").filter(person=people["石小禾"]).update(hospital_code="")
    told = list(found(cast).values())
    assert sorted(read_kept(kept_text(told)), key=lambda one: one.code) == sorted(told, key=lambda one: one.code)
    assert read_kept("") == []


def test_a_submitted_return_tells_what_it_told_then(cast, people, ledger):
    hand_in(cast, OCTOBER, datetime.date(2017, 10, 20))
    kept = Submission.objects.everywhere("test").get(due__form="F1")
    ledger.person("迟来的人", ("cataract", "2017-10-01", "2017-10-02"), insurance_number="")
    told = checks_of_drafts(cast.city, cast.county, OCTOBER, "F1")
    assert told == kept_checks(cast.city, kept) and {one.word for one in told} == {"通过"}


def test_more_people_ask_no_more_queries(cast, ledger, dues):
    def asked(county, village, count: int) -> int:
        clerk, _ = bureau(cast, county)
        for number in range(count):
            ledger.person(f"韦{number}", ("cataract", "2017-03-01", "2017-04-02"), insurance_number="", village=village)
            ledger.person(f"覃{number}", ("cataract", "2017-03-01", "2017-04-02"), poor_until="2017-10-01", village=village)
        hand_in(cast, SEPTEMBER, SEPT_22, county)
        rebuild_drafts(county, OCTOBER, clerk)
        payloads = build(county, OCTOBER, datetime.date(2017, 10, 20))
        with CaptureQueriesContext(connection) as captured:
            told = {one.code: one for one in run_checks(clerk, county, OCTOBER, payloads)}
        assert told["falling"].saw.startswith(f"比 9 月少：白内障总数 {count} 人、白内障累计救治数 {count} 人。类别终止 {count} 人")
        assert [told[code].tone for code in ("falling", "insurance", "expired")] == ["ok", "warn", "warn"]
        return len(captured)

    few = asked(cast.county, cast.village, 2)
    assert asked(cast.county2, cast.village2, 25) == few <= 18
