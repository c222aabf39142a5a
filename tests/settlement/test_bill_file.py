"""A file of bills as a whole: columns in any order, national names, what is no such file, and the template."""

import datetime
import io
import re

import pytest
from openpyxl import load_workbook

from ledger.actions.refusals import Refused
from settlement.bill_file import COLUMNS, INSTRUCTIONS, ROW_LIMIT, read_bill_file, template
from tests.settlement.bill_files import DAY, HEADINGS, line, text, xlsx


@pytest.mark.parametrize("order", [HEADINGS, list(reversed(HEADINGS))])
def test_columns_in_any_order_as_excel_or_csv(order):
    row = ["450222195103020129" if heading == "身份证号" else "1,234.50" if heading == "总费用" else heading for heading in order]
    for name, content in (
        ("a.xlsx", xlsx([order, row])),
        ("a.csv", text([order, row])),
        ("a.csv", text([order, row]).decode().encode("gb18030")),
    ):
        (read,) = read_bill_file(name, content).rows
        assert (read.line, read.cell("id_number").text, read.cell("total_yuan").text) == (2, "450222195103020129", "1,234.50")
        assert read.cell("disease").place == f"{chr(65 + order.index('病种'))}2"


def test_an_export_by_national_names_reads_as_it_is():
    names = [
        "psn_no",
        "certno",
        "begndate",
        "enddate",
        "SETL_ID",
        "mdtrt_id",
        "diag_code",
        "medfee_sumamt",
        "inscp_scp_amt",
        "act_pay_dedc",
    ]
    names += ["hifp_pay", "cvlserv_pay", "psn_part_amt"]
    values = ["1", "450222195103020129", datetime.datetime(2017, 9, 1, 8, 30), "2017-09-10 10:33:05", "", "M1", "C16.900"]  # noqa: DTZ001
    values += [10000, 9000.5, 400, 6880, 0, 1530]
    file = read_bill_file("export.xlsx", xlsx([names, values]))
    (row,) = file.rows
    assert file.national is True
    assert {column: row.cell(column).text for column in row.cells} == {
        "id_number": "450222195103020129", "admitted_on": "2017-09-01", "discharged_on": "2017-09-10 10:33:05", "bill_no": "M1",
        "disease": "C16.900", "total_yuan": "10000", "in_policy_yuan": "9000.5",
    }  # fmt: skip
    assert {name: cell.text for name, cell in row.stated.items()} == {"act_pay_dedc": "400", "hifp_pay": "6880", "psn_part_amt": "1530"}


BAD_FILES = [
    ("a.xls", b"x", "另存为 .xlsx"), ("a.xlsx", b"x", "打不开"), ("a.csv", text([["甲", "乙"]]), "没有找到列名"),
    ("a.csv", text([HEADINGS]), "列名下面没有内容"), ("a.csv", text([[h for h in HEADINGS if h != "总费用"], ["x"]]), "缺少列：总费用"),
    ("a.csv", text([[*HEADINGS, "总费用（元）"], ["x"]]), "出现了不止一次"), ("a.csv", text([[*HEADINGS, "总费"], ["x"]]), "不认识列名“总费”"),
    ("a.csv", text([HEADINGS, *[["x"]] * (ROW_LIMIT + 1)]), f"一次最多导入 {ROW_LIMIT} 张账单，这个文件有 {ROW_LIMIT + 1} 行"),
    ("a.csv", text([["certno", "begndate", "enddate", "setl_id"], ["x"]]), "缺少列：病种（dise_codg 或 dise_no 或 dise_name）、总费用（medfee_sumamt）"),
    ("a.csv", b"x" * (2 * 1024 * 1024 + 1), "超过 2 MB"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "sentence"), BAD_FILES, ids=[row[2][:12] for row in BAD_FILES])
def test_a_file_that_is_none_is_refused_in_a_sentence(name, content, sentence):
    with pytest.raises(Refused, match=re.escape(sentence)):
        read_bill_file(name, content)


def test_rows_below_a_lying_dimension_are_not_lost():
    import zipfile

    rows = [HEADINGS, *[["x"] * len(HEADINGS)] * 5]
    lying = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(rows))) as source, zipfile.ZipFile(lying, "w") as target:
        for name in source.namelist():
            target.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:B2"', source.read(name)))
    assert len(read_bill_file("a.xlsx", lying.getvalue()).rows) == 5


def test_the_template_comes_in_again_and_has_its_notes():
    book = load_workbook(io.BytesIO(template(DAY(2017, 10, 20))))
    assert book.sheetnames == ["账单", "填写说明"]
    sheet = book["账单"]
    assert [cell.value.removesuffix("（元）") for cell in sheet[1]] == HEADINGS
    assert {sheet.cell(2, place).number_format for place, column in enumerate(COLUMNS, start=1) if not column.endswith("_yuan")} == {"@"}
    assert [row[0].value for row in book["填写说明"].iter_rows(min_row=3)] == INSTRUCTIONS
    sheet.append(line("450222195103020129", "B1"))
    saved = io.BytesIO()
    book.save(saved)
    (row,) = read_bill_file("a.xlsx", saved.getvalue()).rows
    assert row.cell("bill_no").text == "B1"
