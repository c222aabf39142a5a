"""核对寄回的 Excel: a county's workbook that somebody worked on is compared cell by cell, and nothing of it is kept."""

import datetime
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ledger.importing.reader.cells import Number, Sheet, Table
from ledger.models import AuditEvent
from reports.comparing import CellDifference, LineDifference, compare, unit_and_day
from reports.models import Submission
from reports.returns import county_workbook
from tests.handing_in import hand_in
from tests.hospitals.contact_world import named

D = datetime.date
OCTOBER = D(2017, 10, 1)
HEAD = ["姓名", "性别", "年龄", "主要诊断", "家庭地址", "身份证号", "城乡居民医保（农合）证号"]
FIRST = ["梁月娥", "女", Number(61.0), "白内障", "龙头镇", "450222195603020021", "45022200"]
SECOND = ["韦福生", "男", Number(58.0), "胃癌", "太平镇", "450222195901020035", ""]


def roster(*rows: list, title: str = "救治病人名单") -> Table:
    return Table([Sheet(title, [["救治病人名单"], ["柳城县"], HEAD, *[list(row) for row in rows]])])


def told(ours: Table, theirs: Table) -> tuple[list[CellDifference], list[LineDifference]]:
    sheet = compare(ours, theirs).sheets[0]
    return sheet.changed, sheet.lines


# ---- pure ----


def test_the_same_is_the_same_however_it_is_stored():
    changed = roster([" 梁月娥 ", "女", "61", "白内障", "龙头镇", "450222195603020021", "45022200"], SECOND)
    found = compare(roster(FIRST, SECOND), changed)
    assert (found.number, found.sheets[0].cells, found.missing, found.extra) == (0, 22, [], [])


def test_lines_that_only_moved_are_no_difference():
    assert told(roster(FIRST, SECOND), roster(SECOND, FIRST)) == ([], [])


def test_a_cell_is_told_with_its_place_its_line_and_its_heading():
    changed, lines = told(roster(FIRST, SECOND), roster(FIRST, ["韦福生", "男", Number(59.0), "胃癌", "", "450222195901020035"]))
    assert lines == [] and changed == [
        CellDifference("C5", "韦福生　年龄", "58", "59"), CellDifference("E5", "韦福生　家庭地址", "太平镇", "（空）"),
    ]  # fmt: skip


def test_a_digit_behind_the_mask_is_named_by_its_place():
    changed, lines = told(roster(FIRST, SECOND), roster([*FIRST[:5], "450222196603020021", "45022200"], SECOND))
    assert lines == [] and changed == [CellDifference("F4", "梁月娥　身份证号", "450222********0021", "450222********0021（第 9 位不同）")]


def test_lines_that_came_and_went_are_told_whole_and_masked():
    third = ["覃福生", "男", Number(44.0), "白内障", "龙头镇", "450222197301020037", ""]
    changed, lines = told(roster(FIRST, SECOND), roster(FIRST, third))
    assert changed == [] and lines == [
        LineDifference("原第 5 行", "韦福生　男　58　胃癌　太平镇　450222********0035", False),
        LineDifference("第 5 行", "覃福生　男　44　白内障　龙头镇　450222********0037", True),
    ]
    changed, lines = told(roster(FIRST, SECOND), roster(third, FIRST, SECOND))
    assert changed == [] and [line.place for line in lines] == ["第 4 行"]


def test_sheets_that_lack_or_came_are_named_and_hidden_rows_too():
    theirs = roster(FIRST)
    theirs.sheets[0].hidden_rows = 1
    theirs.sheets.append(Sheet("备注", [["一"]]))
    ours = roster(FIRST)
    ours.sheets.append(Sheet("附件2", [["一"]]))
    found = compare(ours, theirs)
    assert (found.missing, found.extra, found.number, found.sheets[0].hidden) == (["附件2"], ["备注"], 1, True)


def test_the_numbering_of_lines_is_not_compared():
    def f2(*rows):
        return Table([Sheet("附件2", [["标题"], ["填报单位"], ["疾病名称", "序号", "姓名"], *rows])])

    changed, lines = told(f2(["白内障", Number(1.0), "甲"], ["白内障", Number(2.0), "乙"]), f2(["白内障", Number(1.0), "乙"]))
    assert changed == [] and [line.text for line in lines] == ["白内障　甲"]


def test_the_file_says_whose_it_is():
    table = Table([Sheet("附件1", [["标题"], ["(统计截止日期：2017-10-23)"], ["填报单位（盖章）柳城县卫生和计划生育局", None]])])
    assert unit_and_day(table) == ("柳城县卫生和计划生育局", "2017-10") and unit_and_day(Table([])) == ("", "")
    receipt = [["标题"], ["柳城县卫生和计划生育局(盖章)", None, None, "时间: 2017 年 9 月 30 日"]]
    assert unit_and_day(Table([Sheet("附件6", receipt)])) == ("柳城县卫生和计划生育局", "2017-09")


# ---- the page ----


@pytest.fixture
def sent(cast, dues):
    """柳城县 handed October in."""
    cast.treat(cast.register("梁月娥", on=D(2017, 9, 1)), on=D(2017, 10, 9))
    cast.register("韦桂兰")
    hand_in(cast.county, OCTOBER, ["F1", "F2"])


def changed(content: bytes, *cells: tuple[str, str, object]) -> bytes:
    book, kept = openpyxl.load_workbook(io.BytesIO(content)), io.BytesIO()
    for sheet, place, value in cells:
        book[sheet][place] = value
    book.save(kept)
    return kept.getvalue()


def brought(city, content: bytes, **told):
    return city.post("/city/compare/", {"file": SimpleUploadedFile("柳城县.xlsx", content), **told})


@pytest.mark.django_db
def test_the_file_as_it_was_downloaded_is_the_same(cast, city, sent):
    answer = brought(city, county_workbook(cast.county, OCTOBER))
    found = answer.context["found"]
    assert (found.number, [sheet.name for sheet in found.sheets]) == (0, ["附件1", "救治病人名单", "附件2"])
    assert answer.context["with"] == "第 1 版上报数据" and "完全相同" in answer.content.decode()


@pytest.mark.django_db
def test_what_somebody_typed_into_it_is_found_and_nothing_is_kept(cast, city, sent):
    rows = Submission.objects.everywhere("test").count()
    content = changed(
        county_workbook(cast.county, OCTOBER), ("附件1", "C12", 9), ("救治病人名单", "E4", "=1+1"), ("附件1", "A3", "填报单位（盖章）")
    )
    answer = brought(city, content, county="450222", month="2017-10")
    cells = [(sheet.name, one.place, one.label, one.ours, one.theirs) for sheet in answer.context["found"].sheets for one in sheet.changed]
    assert ("附件1", "C12", "白内障　累计救治数", "1", "9") in cells
    assert [place for name, place, *_ in cells if name == "救治病人名单"] == ["E4"] and len(cells) == 3
    html = answer.content.decode()
    assert "有 3 处不同" in html and "梁月娥" in html
    event = AuditEvent.objects.filter(action="compared_file").get()
    assert event.detail == {"what": "核对寄回的 Excel", "period": "2017-10", "differences": 3} and event.county_code == "450222"
    assert Submission.objects.everywhere("test").count() == rows


@pytest.mark.django_db
def test_a_draft_that_was_sent_by_mail_differs_by_nothing_once_it_is_submitted(cast, city, dues):
    cast.register("韦桂兰")
    content = county_workbook(cast.county, OCTOBER)
    hand_in(cast.county, OCTOBER, ["F1", "F2"])
    assert brought(city, content).context["found"].number == 0


@pytest.mark.django_db
def test_the_deferral_form_is_compared_too(cast, city, sent):
    content = city.get("/f6/2017-10/450222/f6.xlsx").content
    answer = brought(city, content, county="450222", month="2017-10")
    assert answer.context["found"].number == 0 and answer.context["with"] == "现在的台账（还没有草稿）"


@pytest.mark.django_db
def test_the_contacts_receipt_is_compared_too(cast, city, sent):
    named(cast, cast.clerk, county=cast.county)
    named(cast, cast.liaison, "何丽萍", hospital=cast.hospital, position="医务科长", phone="", mobile="13907720562", email="")
    content = city.get("/f4/2017-10/450222/f4.xlsx").content
    answer = brought(city, content)  # The file says whose it is.
    assert (answer.context["found"].number, answer.context["county"], answer.context["month"]) == (0, cast.county, OCTOBER)
    theirs = changed(
        content, ("附件6", "C4", "医政科科长"), ("附件6", "E5", "13907720569"), ("附件6", "A2", "柳城县卫生和计划生育局（盖章）")
    )
    found = brought(city, theirs, county="450222", month="2017-10").context["found"]
    assert [(one.place, one.label, one.ours, one.theirs) for one in found.sheets[0].changed] == [
        ("C4", "蓝雪梅　职务", "医政股股长", "医政科科长"),
        ("E5", "何丽萍　手机", "139****0562", "139****0569"),
    ]
    gone = openpyxl.load_workbook(io.BytesIO(content))
    gone["附件6"].delete_rows(5)
    gone.save(kept := io.BytesIO())
    lines = brought(city, kept.getvalue(), county="450222", month="2017-10").context["found"].sheets[0].lines
    assert [(line.place, line.extra, line.text.split("　")[:2]) for line in lines] == [("原第 5 行", False, ["何丽萍", "柳城县人民医院"])]


@pytest.mark.django_db
@pytest.mark.parametrize(("sheet", "told", "field", "sentence"), [
    ("随便", {"county": "450222", "month": "2017-10"}, "file", "文件里没有“附件1”、“救治病人名单”、“附件2”、“先诊疗后付费汇总表”、“附件6”这些工作表"),
    ("附件1", {"month": "2017-10"}, "county", "看不出是哪个县（区）的表，请选择县（区）。"),
    ("附件1", {"county": "450222"}, "month", "看不出是哪个月的表，请选择月份。"),
    ("附件1", {"county": "510100", "month": "2017-10"}, "county", "县（区）不在可选范围"),
])  # fmt: skip
def test_what_cannot_be_compared_is_said_beside_its_field(cast, city, sent, sheet, told, field, sentence):
    book, kept = openpyxl.Workbook(), io.BytesIO()
    book.active.title = sheet
    book.active["A1"] = "一"
    book.save(kept)
    answer = brought(city, kept.getvalue(), **told)
    assert answer.status_code == 422 and sentence in answer.context["form"].errors[field][0]


@pytest.mark.django_db
@pytest.mark.parametrize("month", ["2017-13", "2017-00", "1017-10"])
def test_a_month_that_there_is_not_is_asked_for(cast, city, sent, month):
    book, kept = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "附件1"
    book.active["A2"] = f"（统计截止日期：{month}-20）"
    book.save(kept)
    answer = brought(city, kept.getvalue(), county="450222")
    assert answer.status_code == 422 and answer.context["form"].errors["month"] == ["看不出是哪个月的表，请选择月份。"]
    assert brought(city, kept.getvalue(), county="450222", month="2017-10").status_code == 200


@pytest.mark.django_db
def test_a_file_that_is_none_is_refused(cast, city, sent):
    assert city.post("/city/compare/", {}).context["form"].errors["file"] == ["请选择文件。"]
    answer = brought(city, b"not a workbook")
    assert answer.status_code == 422 and "file" in answer.context["form"].errors and not AuditEvent.objects.filter(action="compared_file")
