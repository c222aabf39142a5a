"""A policy read in a clerk's words, the difference between two versions, and what it does to sample stays."""

import datetime

import pytest

from settlement import policy_file
from settlement.engine.chain import Chain
from settlement.policy_difference import changes
from settlement.policy_effect import TOTALS, Case, Effect, effect, levels_of, plans_of
from settlement.policy_words import Reading
from tests.settlement.window import YUAN

NAMES = {"gastric-cancer": "胃癌", "cataract": "白内障", "asd": "儿童先天性心脏房间隔缺损"}


def text_of(code: str) -> str:
    return (policy_file.FOLDER / f"{code}.toml").read_text(encoding="utf-8")


def reading(code: str) -> Reading:
    policy = policy_file.load(code)
    return Reading(policy, policy, NAMES, {})


def changed(code: str, *replacements: tuple[str, str]):
    text = text_of(code)
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    return policy_file.parse(text, code)


def test_liuzhous_layers_read_in_chain_order():
    sheets = reading("liuzhou-2017").layers
    assert [(sheet.layer.title, sheet.payer, [title for _, title in sheet.when]) for sheet in sheets] == [
        ("基本医疗保险", "医保经办机构", []),
        ("大病保险", "医保经办机构", []),
        ("医疗救助", "民政部门", ["农村贫困人口"]),
        ("白内障补助", "财政部门", ["农村贫困人口", "白内障"]),
        ("政府兜底", "财政部门", ["农村贫困人口", "九种大病或白内障"]),
    ]
    basic = sheets[0]
    assert (basic.columns, basic.heads) == (["医院级别"], ["起付线", "比例", "年度限额"])
    assert [(row.level, [cell.words for cell in row.cells]) for row in basic.rows] == [
        ("一级", ["200 元", "85%", "150,000 元"]), ("二级", ["400 元", "75%", "150,000 元"]), ("三级", ["600 元", "60%", "150,000 元"]),
    ]  # fmt: skip
    assert all(cell.assumed for row in basic.rows for cell in row.cells)
    (points,) = basic.tilt
    assert (points[0], points[1].words, points[1].document, points[1].clause) == (
        "比例提高",
        "5 个百分点",
        "柳卫医〔2017〕40号",
        "二（四）2",
    )
    assert [(bracket.span, bracket.rate.words) for bracket in sheets[1].brackets] == [
        ("0 至 20,000 元", "50%"), ("20,000 至 50,000 元", "60%"), ("50,000 元以上的部分", "70%"),
    ]  # fmt: skip
    assert (sheets[4].threshold.words, sheets[4].draws) == ("10%", "全部剩余费用（含政策范围外）")


def test_hunans_floor_and_given_layer_read_as_sentences():
    sheets = {sheet.layer.title: sheet for sheet in reading("hunan-2017").layers}
    floor = sheets["大病保险"]
    assert (floor.floor.words, floor.floor_with, [title for _, title in floor.floor_when]) == (
        "90%", "基本医疗保险", ["农村贫困人口", "九种大病"],
    )  # fmt: skip
    assert (sheets["商业保险"].entered, sheets["商业保险"].rows) == ("商业保险已付", [])


def test_xinbins_rows_say_when_and_from_what():
    sheet = next(sheet for sheet in reading("xinbin-2018").layers if sheet.layer.title == "健康扶贫专项基金")
    assert (sheet.by_row, sheet.columns) == (True, ["条件", "取自"])
    assert [(row.when[0][1], row.draws) for row in sheet.rows] == [
        ("大病重病集中救治", "限额内政策范围内费用"), ("未脱贫且患34种以外的疾病", "政策范围内费用（限额内、限额外）"),
    ]  # fmt: skip


def test_conditions_name_diseases_and_categories_in_chinese():
    found = {sheet.title: sheet for sheet in reading("liuzhou-2017").conditions}
    assert found["白内障"].tests == [("病种", ["白内障"])]
    assert found["农村贫困人口"].tests == [("类别", ["建档立卡", "低保", "特困供养", "孤儿", "贫困残疾人"])]
    assert (found["农村贫困人口"].assumed_names, found["农村贫困人口"].cell.clause) == ("贫困残疾人", "二（四）3")
    assert found["统筹区域内或经转诊批准"].tests == [("符合其中之一", ["统筹区域内", "经转诊批准"])]
    # In the ledger's order; what it does not know at the end, as it stands.
    assert found["九种大病或白内障"].tests[0][1][:3] == ["胃癌", "白内障", "儿童先天性心脏房间隔缺损"]


# ---- differences ----


def told(found) -> list[tuple]:
    return [(one.group, one.what, one.kind, one.old and one.old.words, one.new and one.new.words) for one in found]


def test_the_same_policy_has_no_difference():
    policy = policy_file.load("xinbin-2018")
    assert changes(policy, policy, NAMES) == []


def test_numbers_lists_and_frames_are_compared():
    old = policy_file.load("liuzhou-2017")
    new = changed(
        "liuzhou-2017",
        ("value = 400, assumed = true", 'value = 500, source = "三", document = "柳医保〔2017〕88号"'),
        ("value = 800, assumed = true", 'value = 800, source = "四"'),
        ('  "cataract",\n', ""),
        ('when = ["poor"]\nsource', 'when = ["poor", "local"]\nsource'),
    )
    assert told(changes(old, new, NAMES))[1:] == [
        ("基本医疗保险", "起付线（二级）", "改动", "400 元", "500 元"),
        ("医疗救助", "适用条件", "改动", "农村贫困人口", "农村贫困人口、统筹区域内或经转诊批准"),
        ("白内障补助", "定额", "改出处", "800 元", "800 元"),
    ]
    first = told(changes(old, new, NAMES))[0]
    assert first[:3] == ("条件", "九种大病或白内障", "改动") and "白内障" in first[3] and "白内障" not in first[4]
    sides = changes(old, new, NAMES)[1]
    assert (sides.old.assumed, sides.new.document, sides.new.clause) == (True, "柳医保〔2017〕88号", "三")


def test_a_row_put_in_the_middle_is_the_only_difference():
    row = '[[layers.rows]]\nlevel = "level-1"\n'
    more = '[[layers.rows]]\nlevel = "level-0"\nrate = { value = 0.9, assumed = true }\n'
    new = changed("liuzhou-2017", (row, more + row), ('level-1 = "一级"', 'level-0 = "村卫生室"\nlevel-1 = "一级"'))
    assert told(changes(policy_file.load("liuzhou-2017"), new, NAMES)) == [("基本医疗保险", "比例（村卫生室）", "新增", None, "90%")]


def test_a_layer_that_is_gone_is_told_with_its_numbers():
    text = text_of("liuzhou-2017")
    start, end = text.index('[[layers]]\nname = "cataract_subsidy"'), text.index('[[layers]]\nname = "government_backstop"')
    new = policy_file.parse(text[:start] + text[end:], "x")
    found = told(changes(policy_file.load("liuzhou-2017"), new, NAMES))
    assert ("白内障补助", "定额", "删去", "800 元", None) in found
    assert ("政府兜底", "顺序", "改动", "第 5 层", "第 4 层") in found


# ---- effect ----

DISEASES = frozenset({"gastric-cancer", "cataract"})
LEVEL_2 = Case("gastric-cancer", "level-2", "", datetime.date(2017, 10, 1))


def row(found: Effect, total: int, category: str):
    return next(row for size, rows in found.samples if size == total for row in rows if row.category == category)


def pairs(one) -> list[tuple]:
    return [(pair.old, pair.new) for pair in one.pairs]


def test_a_higher_deductible_reaches_the_patient_to_the_fen():
    new = changed("liuzhou-2017", ("value = 400, assumed = true", "value = 500, assumed = true"))
    found = effect(Chain(policy_file.load("liuzhou-2017"), DISEASES), Chain(new, DISEASES), LEVEL_2)
    assert found.payers == ["医保经办机构", "民政部门", "财政部门"]
    assert [size for size, _ in found.samples] == [10_000 * YUAN, 60_000 * YUAN, 300_000 * YUAN] == list(TOTALS)
    assert [one.category for one in found.samples[0][1]] == ["不属于贫困人口类别", "建档立卡", "低保", "特困供养", "孤儿", "贫困残疾人"]
    # 9,000 in policy. None: (9,000 − 400) × 75 % = 6,450, then (9,000 − 500) × 75 % = 6,375.
    nobody = row(found, 10_000 * YUAN, "不属于贫困人口类别")
    assert (pairs(nobody), nobody.self_pay.old, nobody.self_pay.new) == ([(645_000, 637_500), (0, 0), (0, 0)], 355_000, 362_500)
    # 建档立卡: × 80 % = 6,880 / 6,800; × 50 % of 2,120 / 2,200; half of what exceeds 1,000: (2,060 − 1,000) / 2, (2,100 − 1,000) / 2.
    poor = row(found, 10_000 * YUAN, "建档立卡")
    assert (pairs(poor), poor.self_pay.old, poor.self_pay.new) == (
        [(688_000, 680_000), (106_000, 110_000), (53_000, 55_000)],
        153_000,
        155_000,
    )
    assert (poor.self_pay.difference, nobody.self_pay.difference, nobody.pairs[1].differs) == ("+20.00", "+75.00", False)
    for size, rows in found.samples:
        for one in rows:
            assert sum(pair.new for pair in one.pairs) + one.self_pay.new == size


def test_a_level_that_one_version_lacks_is_said_not_computed():
    new = changed(
        "liuzhou-2017", ('level-1 = "一级"', 'level-0 = "村卫生室"\nlevel-1 = "一级"'), ('level = "level-1"', 'level = "level-0"')
    )
    old = policy_file.load("liuzhou-2017")
    case = Case("gastric-cancer", "level-1", "", datetime.date(2017, 10, 1))
    one = row(effect(Chain(old, DISEASES), Chain(new, DISEASES), case), TOTALS[0], "建档立卡")
    assert (one.self_pay.new, one.refused) == (None, "新版：政策 liuzhou-2017 没有医院级别“level-1”的规定")
    assert levels_of(old, new) == {"level-1": "一级", "level-2": "二级", "level-3": "三级", "level-0": "村卫生室"}
    assert plans_of(policy_file.load("chongqing-2019")) == {"plan-1": "一档", "plan-2": "二档"}


@pytest.mark.parametrize("code", policy_file.codes())
def test_every_shipped_policy_has_an_effect_against_nothing(code):
    policy = policy_file.load(code)
    case = Case("cataract", next(iter(levels_of(policy)), ""), next(iter(plans_of(policy)), ""), policy.in_force_from)
    found = effect(None, Chain(policy, DISEASES), case)
    for size, rows in found.samples:
        for one in rows:
            assert (one.refused, one.self_pay.old) == ("", None)
            assert sum(pair.new for pair in one.pairs) + one.self_pay.new == size
    assert found.changed == 0
