"""The sheet around the people: titles, totals, merged and hidden parts, several sheets, columns that are missing or there twice."""

import datetime
import io

import pytest
from openpyxl import load_workbook

from ledger.actions.refusals import Refused
from ledger.importing import uploads
from ledger.importing.plans import NEW, REFUSED
from ledger.importing.reading import read_file
from ledger.importing.rest_file import rest_workbook
from tests.ledger.importing.lines import look, rows
from tests.ledger.importing.lists import F2, ROSTER, f2, f2_book, roster, saved

pytestmark = pytest.mark.django_db


def test_titles_totals_notes_and_gaps_are_no_people(cast, lines):
    book = f2_book(lines.f2(), [None] * 9, lines.f2())
    book.active.append(["注：1.本表由民政部门填报。"])
    book.active.append([None, 3])
    upload = look(cast.clerk, saved(book))
    assert [row.line for row in rows(upload)] == [4, 6]
    assert uploads.list_of(upload).notices == [
        "第 8 行“填报人：莫春兰”不是人员，没有读入。",
        "第 9 行“注：1.本表由民政部门填报。”不是人员，没有读入。",
    ]


TOTALS = (
    ["合计", None, 1], ["合 计", None, "1人"], ["合计", None, "=COUNTA(C4:C4)"], ["合计", 1, 1, 1, 1, 1, 1, 1], [None, "共计", 1],
    ["共 1 人"], ["胃癌小计", None, "1人"], ["其中：低保1人，特困0人"], ["柳城县民政局", None, "2017年10月"], ["以下空白"], ["制表人 莫春兰"],
)  # fmt: skip


@pytest.mark.parametrize("layout", ["f2", "roster"])
def test_a_row_that_counts_or_signs_is_nobody_whatever_stands_beside_its_words(cast, lines, layout):
    book = f2_book() if layout == "f2" else load_workbook(io.BytesIO(roster()))
    sheet, line = book.active, lines.f2 if layout == "f2" else lines.roster
    if layout == "f2":
        sheet.delete_rows(4, 2)
    for row in (line(), *TOTALS, line(), line(姓名="韦桂兰", 身份证号=None)):
        sheet.append(row)
    upload = look(cast.clerk, saved(book), layout)
    first = 4 if layout == "f2" else 2
    places = [first, first + len(TOTALS) + 1, first + len(TOTALS) + 2]
    assert [(row.line, row.result) for row in rows(upload)] == list(zip(places, [NEW, NEW, REFUSED], strict=True))
    assert len(uploads.list_of(upload).notices) == len(TOTALS)


def test_headings_in_other_words_and_columns_that_the_layout_has_not(cast, lines):
    book = load_workbook(io.BytesIO(roster(lines.roster())))
    sheet = book.active
    for place, heading in {
        "A1": "姓名（必填）",
        "C1": "身份证",
        "E1": "地址",
        "G1": "联系方式",
        "I1": "姓名（户主）",
        "J1": "民族",
    }.items():
        sheet[place] = heading
    other = book.create_sheet("联系人", 0)
    other.append(["姓名", "电话", "姓名", "电话"])
    sheet.column_dimensions["D"].hidden = True
    upload = look(cast.clerk, saved(book), "roster")
    assert [(row.name, row.result) for row in rows(upload)] == [("石爱民", NEW)]
    assert uploads.list_of(upload).places["phone"] == 6
    assert uploads.list_of(upload).notices == [
        "有隐藏的列，里面的内容也一并读入。",
        "版式里没有的列没有读：“姓名(户主)”（I 列）、“民族”（J 列）。",
    ]


def test_a_name_merged_over_several_numbers_is_one_persons(cast, lines):
    book = load_workbook(io.BytesIO(roster(lines.roster(), lines.roster(姓名=None))))
    book.active.merge_cells("A2:A3")
    told = [(row.result, [sentence for _, _, sentence in row.told]) for row in rows(look(cast.clerk, saved(book), "roster"))]
    assert told == [(NEW, []), (REFUSED, ["姓名是空的。请填写患者姓名。"])]


def test_days_in_the_file_that_goes_back_are_read_again(cast, lines):
    days = (42956, 42956.75, datetime.datetime(2017, 8, 9, 12, 30), datetime.date(2017, 8, 9))  # noqa: DTZ001 - of a sheet
    upload = look(cast.clerk, f2(*[lines.f2(性别="?", 城乡居民医保建立台帐时间=day) for day in days]))
    content = rest_workbook(uploads.list_of(upload), uploads.rows_of(upload), {})
    assert [row[7] for row in read_file("待改.xlsx", content).sheets[0].rows[1:]] == ["2017-08-09"] * 4
    back = load_workbook(io.BytesIO(content))
    for row in back.active.iter_rows(min_row=2):
        row[3].value = "女"
    assert [row.result for row in rows(look(cast.clerk, saved(back)))] == [NEW] * 4


def test_merged_cells_two_heading_rows_hidden_rows_and_a_second_sheet(cast, lines):
    book = f2_book(lines.f2(), lines.f2(疾病名称=None))
    sheet = book.active
    sheet.title = "名单"
    sheet.merge_cells("A4:A5")
    for column in "CDE":
        sheet[f"{column}2"], sheet[f"{column}3"] = sheet[f"{column}3"].value, None
    sheet.row_dimensions[5].hidden = True
    book.create_sheet("Ｓｈｅｅｔ２", 0).append(["说明", "姓名"])
    upload = look(cast.clerk, saved(book))
    assert [(row.line, row.result, row.disease) for row in rows(upload)] == [(4, NEW, "胃癌"), (5, NEW, "胃癌")]
    assert "有 1 个隐藏的行，也一并读入。" in uploads.list_of(upload).notices


def test_a_csv_of_the_same_columns(cast, lines):
    line = [str(cell or "") for cell in lines.roster()]
    content = (",".join(ROSTER) + "\r\n" + ",".join(line) + "\r\n").encode("gb18030")
    assert [row.result for row in rows(look(cast.clerk, content, "roster", "名册.csv"))] == [NEW]


def test_the_file_that_goes_back_opens_whatever_signs_came(cast, lines):
    text = "姓名,性别,身份证号,户编号,家庭地址,行政村代码\n韦桂\uffff兰\x0b,女,\ufffe,=1,下屯,450222101201\n"
    upload = look(cast.clerk, text.encode(), layout="roster", name="名册.csv")
    back = rest_workbook(uploads.list_of(upload), uploads.rows_of(upload), {})
    assert read_file("待改.xlsx", back).sheets[0].rows[1][:6] == ["韦桂兰", "女", None, "=1", "下屯", "450222101201"]


def without(book, column: str):
    book.active.delete_cols(F2.index(column) + 1)
    return saved(book)


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda lines: without(f2_book(lines.f2()), "身份证号(合医证)"), "第 3 行是列名，但没有“身份证号(合医证)”。请补上这一列再导入。"),
    (lambda lines: _without_two(lines), "第 3 行是列名，但没有“性别”、“年龄”。请补上这几列再导入。"),
    (lambda lines: f2(), "列名下面没有人员。请核对文件。"),
    (lambda lines: roster(lines.roster()), "这份文件的列名是“建档立卡名册”的，不是“附件 2”的。请改选版式。"),
    (lambda lines: saved(_two_sheets(lines)), "工作表“Sheet”、“另一张”都有名单。一次只导入一张，请把其余的另存为别的文件。"),
    (lambda lines: saved(_hidden(lines)), "名单在隐藏的工作表“Sheet”里。请取消隐藏，核对后再导入。"),
    (lambda lines: saved(_column_twice(lines)), "有两列“姓名”（C 列和 J 列）。请只留一列。"),
])  # fmt: skip
def test_a_file_that_is_no_such_list_is_refused_whole(cast, lines, make, sentence):
    with pytest.raises(Refused) as refused:
        look(cast.clerk, make(lines))
    assert refused.value.message.endswith(sentence)


def _without_two(lines):
    book = f2_book(lines.f2())
    book.active.delete_cols(F2.index("性别") + 1, 2)
    return saved(book)


def _two_sheets(lines):
    book = f2_book(lines.f2())
    book.copy_worksheet(book.active).title = "另一张"
    return book


def _hidden(lines):
    book = f2_book(lines.f2())
    book.active.sheet_state = "hidden"
    book.create_sheet("空")
    return book


def _column_twice(lines):
    book = f2_book(lines.f2())
    book.active["J3"] = "姓名"
    return book


def test_the_city_has_no_county_to_import_into(cast, lines):
    with pytest.raises(Refused, match="您的账号不管一个县"):
        look(cast.city, f2(lines.f2()))


def test_the_builders_make_what_they_say(lines):
    """The bytes are real workbooks with numbers as numbers: a test about a lost digit stands on a lost digit."""
    sheet = load_workbook(io.BytesIO(f2(lines.f2(身份证号=450222195103020326)))).active
    assert isinstance(sheet["G4"].value, (int, float)) and sheet["A3"].value == "疾病名称"
