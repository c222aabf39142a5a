"""F6 counted and read back cell by cell: a row a violation, a county's first three columns merged, a county without one prints 0."""

import io
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from hospitals.models import Contact, Deposit
from ledger.models import Staff
from reports.deferral_returns import Months, deferral_city_workbook, deferral_return, deferral_workbook
from reports.forms.f6 import EXPLANATION, f6_payload, headings
from tests.cast import on_day
from tests.handing_in import hand_in
from tests.reports.conftest import day
from tests.reports.deferral_stories import SEPTEMBER, deposit_of, rule, september, stay_of

pytestmark = pytest.mark.django_db
ONE = Months(SEPTEMBER, SEPTEMBER)
HEAD = [
    "区县名称", "累计享受的先诊疗后付费服务贫困人口人次", "2017年9月到9月出现的未享受政策的贫困人口人次", "未享受政策的贫困人员姓名",
    "未享受的原因", "就诊医院", "该贫困人员缴纳住院押金的金额（元）", "整改措施",
]  # fmt: skip
FIRST = ["柳城县", 3, 2, "覃月英", "入院时没有出示扶贫手册", "柳城县人民医院", 1200.5, "已退还押金，窗口张贴政策"]
SECOND = [None, None, None, "韦桂兰", "=系统没有更新名单", "柳州市工人医院", 20000, None]
NOBODY = ["鹿寨县", 1, 0, None, None, None, None, None]


def read(content: bytes):
    return load_workbook(io.BytesIO(content)).active


def texts(sheet, rows: range) -> list[list]:
    return [
        [sheet.cell(row, column).value or None if column > 3 else sheet.cell(row, column).value for column in range(1, 9)] for row in rows
    ]


def test_a_county_counts_what_was_served_up_to_the_end_and_violated_within(cast, ledger):
    people = september(cast, ledger)
    payload = f6_payload(cast.county, SEPTEMBER, SEPTEMBER, day("09-30"))
    assert (payload["served"], payload["violations"], payload["cut_off_on"]) == (3, 2, "2017-09-30")
    assert [(row["person"], row["amount_fen"], row["reason"]) for row in payload["rows"]] == [
        (people["覃月英"].pk, 120050, "入院时没有出示扶贫手册"), (people["韦桂兰"].pk, 2000000, "=系统没有更新名单"),
    ]  # fmt: skip
    assert f6_payload(cast.county, SEPTEMBER, SEPTEMBER, day("09-05"))["violations"] == 1
    several = f6_payload(cast.county, day("08-01"), day("10-01"), day("10-20"))
    assert (several["served"], several["violations"]) == (4, 4)


def test_the_countys_workbook_reads_back_cell_by_cell(cast, ledger):
    september(cast, ledger)
    Staff.objects.filter(pk=cast.clerk.pk).update(work_phone="07720000011")
    sheet = read(deferral_workbook(cast.county, ONE))
    assert sheet["A1"].value == "各区县未落实先诊疗后付费情况汇总表"
    assert texts(sheet, range(2, 5)) == [HEAD, FIRST, SECOND]
    assert [sheet["A5"].value, sheet["E5"].value] == ["填报人：覃玉芳", "联系电话（手机）：07720000011"]
    assert [sheet.cell(row, 1).value for row in range(6, 9)] == [EXPLANATION, "本表是草稿，尚未上报。", None]
    merged = {str(one) for one in sheet.merged_cells.ranges}
    assert {"A1:H1", "A3:A4", "B3:B4", "C3:C4"} <= merged and not {"D3:D4", "G3:G4"} & merged
    amount, why = sheet["G3"], sheet["E4"]
    assert (amount.data_type, amount.number_format, why.data_type, why.quotePrefix) == ("n", "#,##0.00", "s", True)
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.print_title_rows) == ("landscape", 9, "$2:$2")


def test_a_county_without_a_violation_prints_naught(cast, ledger):
    september(cast, ledger)
    sheet = read(deferral_workbook(cast.county2, ONE))
    assert texts(sheet, range(2, 4)) == [HEAD, NOBODY]


def test_the_citys_workbook_holds_every_county(cast, ledger):
    september(cast, ledger)
    content = deferral_city_workbook(cast.prefecture, ONE)
    sheet = read(content)
    assert texts(sheet, range(2, 6)) == [HEAD, FIRST, SECOND, NOBODY]
    assert [sheet.cell(row, 1).value for row in range(6, 10)] == [
        "填报人", EXPLANATION, "已报 0 / 2 个县（区）。", "未上报，按草稿汇总：柳城县、鹿寨县。",
    ]  # fmt: skip
    assert deferral_city_workbook(cast.prefecture, ONE) == content


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2019-05-01", "2019-06-01", "2019年5月到6月出现的未享受政策的贫困人口人次"),
        ("2019-09-01", "2019-09-01", "2019年9月到9月出现的未享受政策的贫困人口人次"),
        ("2018-12-01", "2019-01-01", "2018年12月到2019年1月出现的未享受政策的贫困人口人次"),
    ],
)
def test_the_heading_names_the_months(first, last, words):
    assert headings(day(first), day(last))[2] == words


def test_whoever_the_bureau_named_answers_for_the_form(cast, ledger):
    Contact.objects.create(
        prefecture=cast.prefecture, county=cast.county, name="蓝雪梅", position="股长", mobile="13907720001", named_on=day("08-10"),
        named_by=cast.clerk,
    )  # fmt: skip
    payload = deferral_return(cast.county, ONE).payload
    assert (payload["filler"], payload["phone"]) == ("蓝雪梅", "13907720001")


def test_long_reasons_and_odd_names_stay_readable(cast, ledger):
    person = ledger.person("阿卜杜热合曼·买买提", ("cataract", "06-01"))
    deposit_of(cast, stay_of(cast, person, "09-03", served=False), "09-03", "99999999.99", "很长的原因" * 40, "整改" * 100)
    sheet = read(deferral_workbook(cast.county, ONE))
    assert [sheet.cell(3, column).value for column in (4, 7)] == ["阿卜杜热合曼·买买提", 99999999.99]
    assert sheet.row_dimensions[3].height > 100 and sheet["E3"].alignment.wrap_text
    assert Deposit.objects.everywhere("a test looks").get().amount_yuan == Decimal("99999999.99")


# ---- the command ----


def call(*arguments: str) -> str:
    out = io.StringIO()
    call_command("build_report", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_writes_a_countys_and_the_citys_form(cast, ledger, tmp_path):
    september(cast, ledger)
    county, city, several = tmp_path / "county.xlsx", tmp_path / "city.xlsx", tmp_path / "several.xlsx"
    assert call("--form", "f6", "--county", "450222", "--period", "2017-09", "--out", str(county)) == f"{county}\n"
    call("--form", "F6", "--city", "450200", "--period", "2017-09", "--out", str(city))
    call("--form", "f6", "--county", "450222", "--period", "2017-08..2017-10", "--out", str(several))
    assert county.read_bytes() == deferral_workbook(cast.county, ONE)
    assert city.read_bytes() == deferral_city_workbook(cast.prefecture, ONE)
    sheet = load_workbook(several).active
    assert [sheet["C2"].value, sheet["B3"].value, sheet["C3"].value] == ["2017年8月到10月出现的未享受政策的贫困人口人次", 4, 4]
    assert [sheet.cell(row, 4).value for row in range(3, 7)] == ["覃月英", "覃月英", "韦桂兰", "罗凤英"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--form", "f9", "--county", "450222", "--period", "2017-09"], "没有“f9”这张表。可以写 f6 或 f4；不写 --form 就是月报工作簿。"),
        (["--form", "f6", "--county", "450222", "--period", "2017-11"], "2017 年 11 月还没有开始"),
        (["--form", "f6", "--county", "450222", "--period", "2017-09..2017-08"], "“2017-09..2017-08”的后一个月早于前一个月，请对调。"),
        (["--form", "f6", "--county", "450222", "--period", "2017-9"], "月份写成 2017-10 这样，现在是“2017-9”。"),
        (["--form", "f6", "--county", "450222", "--period", "0001-01"], "月份写成 2017-10 这样，现在是“0001-01”。"),
        (["--county", "450222", "--period", "0001-01..2017-09"], "月份写成 2017-10 这样，现在是“0001-01..2017-09”。"),
        (["--form", "f6", "--county", "450222"], "请写月份，例如 --period 2017-10。"),
        (["--county", "450222", "--period", "2017-08..2017-09"], "F1、F2 一次只做一个月"),
        (["--form", "f4", "--county", "450222", "--period", "2017-11"], "2017 年 11 月还没有开始"),
        (["--form", "f6", "--city", "450299", "--period", "2017-09"], "没有代码为“450299”的地级市"),
    ],
)
def test_the_command_says_what_is_wrong_and_leaves_nothing(cast, tmp_path, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call(*arguments, "--out", str(tmp_path / "r.xlsx"))
    assert list(tmp_path.iterdir()) == []


def test_a_submitted_return_is_what_the_command_draws(cast, ledger, tmp_path):
    people = september(cast, ledger)
    rule(cast)
    hand_in(cast.county, SEPTEMBER, ["F6"])
    with on_day(day("10-25")):
        deposit_of(cast, stay_of(cast, people["韦桂兰"], "09-28", served=False), "09-28", "800.00", "补录")
        assert deferral_return(cast.county, ONE).payload["violations"] == 2
        assert deferral_return(cast.county, Months(day("08-01"), SEPTEMBER)).payload["violations"] == 4
        call("--form", "f6", "--county", "450222", "--period", "2017-09", "--out", str(tmp_path / "r.xlsx"))
    sheet = load_workbook(tmp_path / "r.xlsx").active
    assert texts(sheet, range(3, 5)) == [FIRST, SECOND] and sheet["A7"].value.startswith("本市的应报规则：2017年10月1日前首次报送9月")
    assert sheet["A8"].value is None
