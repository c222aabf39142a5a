"""The workbooks read back cell by cell, as the documents print them; the same bytes each time; text that cannot run."""

import io
import zipfile

import pytest
from openpyxl import load_workbook

from ledger.models import Category, Residence, Staff
from ledger.workbook import could_run, plain_text
from reports.forms.consolidation import CountyReturn, consolidate
from reports.forms.payload import build, canonical, rows_hash
from reports.workbook.city import city_workbook
from reports.workbook.county import county_workbook
from tests.reports.conftest import day

GROUPS = ["儿童先天性心脏病", "儿童白血病", "终末期肾病", "食管癌", "胃癌", "结直肠癌", "白内障"]
PERIOD, CUT_OFF = day("10-01"), day("10-23")


@pytest.fixture
def people(cast, ledger):
    """Six people of 柳城县 and one of 鹿寨县."""
    Staff.objects.filter(pk=cast.clerk.pk).update(work_phone="07720000011")
    ledger.person("韦桂兰", ("cataract", "06-01", "10-05"), insurance_number="0012345678901234", born_on=day("1951-03-02"))
    ledger.person("覃月英", ("gastric-cancer", "06-01", "08-01"), ("cataract", "06-02"), native_place="广西柳城", insurance_number="")
    ledger.person("罗凤英", ("vsd", "06-01"), born_on=day("2010-01-01"))
    ledger.person("莫秀珍", ("rectal-cancer", "06-09", "10-02"), poor=None, civil="06-10", native_place="广西鹿寨", insurance_number="")
    ledger.person("周老三", ("cataract", "06-03"), poor=None, civil="06-10", kind=Category.TEKUN, sex="male")
    ledger.person("吴阿公", ("cataract", "06-02"), poor=None, civil="06-10", sex="male")
    ledger.person("蒙玉莲", ("cataract", "06-01"), poor=None)
    ledger.person("潘阿婆", ("cataract", "06-01", "10-09"), village=cast.village2)


def opened(content: bytes):
    return load_workbook(io.BytesIO(content))


def texts(sheet, rows: range, columns: int) -> list[list]:
    return [[sheet.cell(row, column).value for column in range(1, columns + 1)] for row in rows]


def county_book(county):
    payloads = build(county, PERIOD, CUT_OFF)
    return opened(county_workbook(payloads["F1"], payloads["F2"]))


def test_annex_1_reads_back_cell_by_cell(cast, people):
    sheet = county_book(cast.county)["附件1"]
    assert sheet["A1"].value == "柳州市农村贫困人口大病专项救治工作救助进展情况统计表"
    assert sheet["A2"].value == "(统计截止日期：2017-10-23)"
    assert [sheet["A3"].value, sheet["D3"].value, sheet["F3"].value] == [
        "填报单位（盖章）柳城县卫生和计划生育局", "填报人：覃玉芳", "联系电话：07720000011",
    ]  # fmt: skip
    assert texts(sheet, range(4, 14), 7) == [
        ["疾病主要诊断", "建档立卡人数", None, None, None, "非建档立卡人数", None],
        [None, "总数", "累计救治数", "本季度完成救治数", "未完成救治数", "主要诊断", "本季度完成救治数"],
        ["儿童先天性心脏病", 1, 0, 0, 1, "儿童先天性心脏病", 0],
        ["儿童白血病", 0, 0, 0, 0, "儿童白血病", 0],
        ["终末期肾病", 0, 0, 0, 0, "终末期肾病", 0],
        ["食管癌", 0, 0, 0, 0, "食管癌", 0],
        ["胃癌", 1, 1, 0, 0, "胃癌", 0],
        ["结直肠癌", 0, 0, 0, 0, "结直肠癌", 1],
        ["白内障", 2, 1, 1, 1, "白内障", 0],
        ["合计", 3, 1, 1, 2, "合计", 1],
    ]
    assert [row[0] for row in texts(sheet, range(14, 19), 1)] == [
        "合计比各行之和：总数少 1、累计救治数少 1。患几种病的人在各行分别计一次，在合计只计一次；各行都完成治疗，合计才计为已救治。",
        "另有 1 人既不是建档立卡，也没有经民政部门核实为特困供养或低保，未计入上表。",
        "注：1. 请附救治病人名单（含姓名、性别、年龄、主要诊断、家庭地址、身份证号、城乡居民医保（农合）证号）；",
        "2. 非建档立卡人数指经民政部门核实核准的罹患10种疾病的非建档立卡户农村特困供养人员和低保对象。",
        None,
    ]
    assert {"A4:A5", "B4:E4", "F4:G4", "A1:G1", "A2:G2"} <= {str(merged) for merged in sheet.merged_cells.ranges}


def test_the_roster_holds_everyone_treated_registered_poor_first(cast, people):
    sheet = county_book(cast.county)["救治病人名单"]
    assert texts(sheet, range(3, 8), 7) == [
        ["姓名", "性别", "年龄", "主要诊断", "家庭地址", "身份证号", "城乡居民医保（农合）证号"],
        ["覃月英", "女", 57, "胃癌", "龙头镇龙头村3 组 8 号", "45022219600101002X", None],
        ["韦桂兰", "女", 66, "白内障", "龙头镇龙头村3 组 8 号", "45022219600101001X", "0012345678901234"],
        ["莫秀珍", "女", 57, "直肠癌", "龙头镇龙头村3 组 8 号", "45022219600101004X", None],
        [None] * 7,
    ]
    assert (sheet["F4"].data_type, sheet["F4"].number_format, sheet["G5"].number_format) == ("s", "@", "@")


def test_annex_2_is_sorted_by_disease_and_numbered_within(cast, people):
    sheet = county_book(cast.county)["附件2"]
    assert sheet["A1"].value == "柳州市经民政部门核实核准的罹患10种疾病的非建档立卡户农村特困供养人员和低保对象台账管理表"
    assert [sheet["A2"].value, sheet["C2"].value, sheet["I2"].value] == [
        "填报单位(盖章)柳城县卫生和计划生育局", "个人信息", "联系电话:07720000011",
    ]  # fmt: skip
    assert {"A2:B2", "C2:H2"} <= {str(merged) for merged in sheet.merged_cells.ranges}
    rows = texts(sheet, range(3, 8), 9)
    assert rows[0] == ["疾病名称", "序号", "姓名", "性别", "年龄", "籍贯", "身份证号(合医证)", "城乡居民医保建立台帐时间", "备注"]
    assert [[*row[:7], row[7].date(), row[8]] for row in rows[1:4]] == [
        ["直肠癌", 1, "莫秀珍", "女", 57, "广西鹿寨", "45022219600101004X", day("06-09"), "低保"],
        ["白内障", 1, "吴阿公", "男", 57, None, "45022219600101006X", day("06-02"), "低保"],
        ["白内障", 2, "周老三", "男", 57, None, "45022219600101005X", day("06-03"), "特困供养"],
    ]
    assert rows[4] == [None] * 9


def test_somebody_with_both_verified_categories_says_both_and_an_unverified_one_is_not_said(cast, ledger):
    person = ledger.person("莫秀珍", ("cataract", "06-01"), poor=None, civil="06-10")
    ledger.hold(person, Category.TEKUN, "2017-05-01", verified="10-24")
    assert build(cast.county, PERIOD, CUT_OFF)["F2"]["rows"][0]["remark"] == "低保"
    assert build(cast.county, PERIOD, day("10-24"))["F2"]["rows"][0]["remark"] == "特困供养、低保"


def test_the_home_printed_is_the_one_on_the_cut_off(cast, ledger):
    person = ledger.person("韦桂兰", ("cataract", "06-01", "08-05"))
    ledger.move(person, "10-20", cast.other_village)
    addresses = [build(cast.county, PERIOD, day(on))["F1"]["roster"][0]["address"] for on in ("10-19", "10-20")]
    assert addresses == ["龙头镇龙头村3 组 8 号", "太平镇山咀村1 组"]
    assert Residence.objects.filter(person=person).count() == 2


def test_a_draft_says_so_under_its_table_and_empty_lists_say_a_sentence(cast, reference):
    payloads = build(cast.county, PERIOD, CUT_OFF)
    book = opened(county_workbook(payloads["F1"], payloads["F2"], submitted=False))
    column = [cell.value for cell in book["附件1"]["A"]]
    assert column[-1] == "本表是草稿，尚未上报。"
    assert book["救治病人名单"]["A4"].value == "截止日没有已救治的病人。"
    assert book["附件2"]["A4"].value == "截止日没有这类人员。"


def test_every_sheet_prints_on_a4_with_its_headings_repeated(cast, people):
    found = {}
    for sheet in county_book(cast.county):
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (9, 1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert {cell.font.name for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"宋体", "仿宋"}
        found[sheet.title] = (sheet.print_title_rows, sheet.page_setup.orientation)
    assert found == {
        "附件1": ("$4:$5", "portrait"),
        "救治病人名单": ("$3:$3", "landscape"),
        "附件2": ("$2:$3", "landscape"),
    }


def test_numbers_fit_their_columns(cast, ledger):
    ledger.person("韦桂兰", ("cataract", "06-01", "08-05"), insurance_number="4" * 30)
    sheet = county_book(cast.county)["救治病人名单"]
    assert sheet.column_dimensions["F"].width >= 20 and sheet.column_dimensions["G"].width >= 32


@pytest.mark.parametrize(
    "name",
    ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1+1", "\r\n=1", "＝1+1", "＋1", "－1", "＠x", '=HYPERLINK("http://x","y")', " =1"],
)
def test_text_that_could_run_cannot(cast, ledger, name):
    ledger.person(name, ("cataract", "06-01", "08-05"), native_place=name, poor=None, civil="06-10")
    for sheet, address in (("救治病人名单", "A4"), ("附件2", "C4"), ("附件2", "F4")):
        content = build(cast.county, PERIOD, CUT_OFF)
        cell = opened(county_workbook(content["F1"], content["F2"]))[sheet][address]
        assert (cell.data_type, cell.quotePrefix, cell.number_format) == ("s", True, "@")
        assert "\t" not in cell.value and "\n" not in cell.value
    with zipfile.ZipFile(io.BytesIO(county_workbook(content["F1"], content["F2"]))) as file:
        assert not any(b"<f>" in file.read(part) for part in file.namelist() if part.startswith("xl/worksheets"))


def test_plain_names_stay_as_they_are():
    assert not could_run("买买提·艾力") and not could_run("") and could_run("  ＝1")
    assert plain_text("韦\x00桂\u202e兰\t二") == "韦桂兰 二"


def test_the_same_rows_give_the_same_bytes(cast, people, monkeypatch):
    def draw() -> tuple[bytes, bytes]:
        payloads = build(cast.county, PERIOD, CUT_OFF)
        city = [CountyReturn(payloads["F1"], True)]
        return county_workbook(payloads["F1"], payloads["F2"]), city_workbook(city, unit="市卫计委")

    import datetime as real

    first = draw()

    class Later(real.datetime):
        @classmethod
        def now(cls, tz=None):
            return real.datetime(2031, 5, 6, 7, 8, 9, tzinfo=tz)

    monkeypatch.setattr("openpyxl.writer.excel.datetime.datetime", Later)
    assert draw() == first
    book = opened(first[0])
    assert (book.properties.created.date(), book.properties.modified.date()) == (CUT_OFF, CUT_OFF)


def test_payloads_are_plain_json_with_one_text_and_hash(cast, people):
    once, twice = build(cast.county, PERIOD, CUT_OFF), build(cast.county, PERIOD, CUT_OFF)
    assert canonical(once["F1"]) == canonical(twice["F1"])
    assert rows_hash(once["F1"]) == rows_hash(twice["F1"]) != rows_hash(once["F1"], "ab")
    for row in [*once["F1"]["rows"], {"name": "合计", **once["F1"]["total"]}]:
        behind = once["F1"]["people"][row["name"]]
        assert {figure: len(ids) for figure, ids in behind.items()} == {k: v for k, v in row.items() if k != "name"}
    assert len(once["F1"]["people"]["neither"]) == once["F1"]["neither"] == 1


def test_the_citys_workbook_sums_its_counties_and_marks_who_is_missing(cast, people):
    returns = [
        CountyReturn(build(cast.county, PERIOD, CUT_OFF)["F1"], True),
        CountyReturn(build(cast.county2, PERIOD, day("10-20"))["F1"], False),
    ]
    book = opened(city_workbook(returns, unit="柳州市卫生和计划生育委员会"))
    assert book.sheetnames == ["汇总", "县×病种", "救治进度", "柳城县", "鹿寨县"]
    whole = book["汇总"]
    assert texts(whole, range(12, 14), 7) == [["白内障", 3, 2, 2, 1, "白内障", 0], ["合计", 4, 2, 2, 2, "合计", 1]]
    assert [row[0] for row in texts(whole, range(14, 17), 1)] == [
        "已报 1 / 2 个县（区）。",
        "未上报，按草稿汇总：鹿寨县。",
        "各县（区）统计截止日期不同：柳城县 2017-10-23、鹿寨县 2017-10-20。",
    ]
    assert whole["A3"].value == "填报单位（盖章）柳州市卫生和计划生育委员会"
    matrix = book["县×病种"]
    assert [matrix.cell(3, 3 + 2 * index).value for index in range(8)] == [*GROUPS, "合计"]
    zeros = [0, 0]
    assert texts(matrix, range(5, 8), 18) == [
        ["柳城县", "已报", 1, 0, *zeros, *zeros, *zeros, 1, 1, *zeros, 2, 1, 3, 1],
        ["鹿寨县", "未上报", *zeros, *zeros, *zeros, *zeros, *zeros, *zeros, 1, 1, 1, 1],
        ["全市", "1 / 2", 1, 0, *zeros, *zeros, *zeros, 1, 1, *zeros, 3, 2, 4, 2],
    ]
    progress = book["救治进度"]
    assert texts(progress, range(4, 7), 4) == [["柳城县", 3, 1, 1 / 3], ["鹿寨县", 1, 1, 1.0], ["全市", 4, 2, 0.5]]
    chart = progress._charts[0]
    assert (type(chart).__name__, chart.type) == ("BarChart", "bar")
    assert chart.series[0].val.numRef.f == "'救治进度'!$D$4:$D$6"
    assert "未上报，本表按草稿。" in [cell.value for cell in book["鹿寨县"]["A"]]
    assert "未上报，本表按草稿。" not in [cell.value for cell in book["柳城县"]["A"]]


def test_consolidation_adds_every_figure(cast, people):
    payloads = [build(county, PERIOD, CUT_OFF)["F1"] for county in (cast.county, cast.county2)]
    whole = consolidate([CountyReturn(payload, True) for payload in payloads])
    assert whole["total"] == {key: payloads[0]["total"][key] + payloads[1]["total"][key] for key in payloads[0]["total"]}
    assert (whole["submitted"], whole["counties"], whole["missing"], whole["neither"]) == (2, 2, [], 1)
