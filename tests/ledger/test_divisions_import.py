"""Towns and villages from a file: previewed, then all or nothing."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ledger.actions.divisions import DivisionRow
from ledger.actions.refusals import Refused
from ledger.division_file import read_division_file
from ledger.division_import import import_divisions, preview_divisions
from ledger.models import Division
from tests.ledger.divisions_desk import IMPORT, errors, trail, workbook


@pytest.fixture
def desk(client, cast):
    client.force_login(cast.clerk)
    return client


FILE = [["代码", "名称"], ["450222103201", "永安村"], [450222103, "东泉镇"], ["450222101201", "龙头村"], ["450222102201", "山咀新村"]]


def test_an_import_is_previewed_then_applied(cast, desk):
    upload = SimpleUploadedFile("村名.xlsx", workbook(*FILE))
    page = desk.post(IMPORT, {"file": upload}).content.decode()
    assert "村名.xlsx，读到 4 行；还没有写入" in page
    assert re.findall(r'<td class="num">(\d+)</td><td><span class="st [^"]+">([^<]+)</span></td><td>(\d+)</td>', page) == [
        ("5", "变更", "450222102201"),
        ("2", "新增", "450222103201"),
        ("3", "新增", "450222103"),
        ("4", "无变化", "450222101201"),
    ]
    assert "<del>山咀村</del> → <ins>山咀新村</ins>" in page
    assert not Division.objects.filter(code__startswith="450222103").exists()
    signed = re.search(r'name="rows" value="([^"]+)"', page)[1]
    assert desk.post(IMPORT, {"rows": signed}).status_code == 302
    names = dict(Division.objects.filter(code__startswith="450222", level__gte=4).values_list("code", "name"))
    assert names == {
        "450222101": "龙头镇", "450222101201": "龙头村", "450222102": "太平镇", "450222102201": "山咀新村",
        "450222103": "东泉镇", "450222103201": "永安村",
    }  # fmt: skip
    assert cast.division("450222103201").parent.code == "450222103"
    assert trail("divisions_imported") == [("450222", {"new": 2, "changed": 1})]


def test_one_refused_row_keeps_all_out(cast, desk):
    rows = [("450222103", "东泉镇"), ("450222104201", "永安村"), ("450223101", "中渡镇"), ("450222103", "东泉"), ("450222105", "")]
    rows = [DivisionRow(line, *row) for line, row in enumerate(rows, 2)]
    looked = [(row.line, row.result, row.message) for row in preview_divisions(county=cast.county, rows=rows)]
    assert looked == [
        (2, "new", ""),
        (3, "refused", "没有代码为 450222104 的乡镇。请先添加这个乡镇。"),
        (4, "refused", "代码要以柳城县的 450222 开头，请核对。"),
        (5, "refused", "代码 450222103 在文件里出现了不止一次，请只留一行。"),
        (6, "refused", "名称是空的，请填写。"),
    ]
    with pytest.raises(Refused, match="有 4 行不能导入，一行也没有写入。"):
        import_divisions(by=cast.clerk, rows=rows)
    assert not Division.objects.filter(code="450222103").exists()
    assert trail("divisions_imported") == []
    text = "代码,名称\r\n" + "\r\n".join(f"{row.code},{row.name}" for row in rows)
    page = desk.post(IMPORT, {"file": SimpleUploadedFile("村名.csv", text.encode("gb18030"))}).content.decode()
    assert "有 <strong>4 行</strong>拒收" in page and 'type="submit" accesskey="s"' not in page
    signed = re.search(r'name="rows" value="([^"]+)"', page)[1]
    assert desk.post(IMPORT, {"rows": signed}).status_code == 422
    assert not Division.objects.filter(code="450222103").exists()


def test_a_preview_belongs_to_whoever_looked_at_it(client, cast, desk):
    page = desk.post(IMPORT, {"file": SimpleUploadedFile("村名.csv", "代码,名称\n450222103,东泉镇".encode())}).content.decode()
    signed = re.search(r'name="rows" value="([^"]+)"', page)[1]
    client.force_login(cast.lead)
    for rows in (signed, signed[:-2] + "xx"):
        assert client.post(IMPORT, {"rows": rows}).url == IMPORT
    assert not Division.objects.filter(code="450222103").exists()


def packed(name: str, content: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("村名.xls", b"x", "请选择 .xlsx 或 .csv 文件"),
        ("村名.xlsx", b"x", "文件打不开"),
        ("村名.xlsx", packed("xl/workbook.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "文件打不开"),
        ("村名.xlsx", packed("xl/workbook.xml", b" " * 21 * 1024 * 1024), "文件展开后太大"),
        ("村名.csv", b"x" * (2 * 1024 * 1024 + 1), "文件超过 2 MB"),
        ("村名.csv", b"\xff\xff\x00", "文件的文字读不出来"),
        ("村名.csv", "编码,名称\n1,2".encode(), "没有找到“代码”“名称”两个列名"),
        ("村名.csv", "代码,名称\n,\n".encode(), "列名下面没有内容"),
        ("村名.csv", ("代码,名称\n" + "450222101,龙头镇\n" * 2001).encode(), "一次最多导入 2000 行，这个文件有 2001 行"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(name, content, sentence):
    with pytest.raises(Refused, match=sentence):
        read_division_file(name, content)


def test_titles_above_the_headings_and_other_columns_are_passed_over():
    content = workbook(
        ["柳城县村名表"], [], ["序号", "名称", "代码"], [1, " 永安村 ", 450222103201.0], [None, None, None], [2, "东泉镇", "450222103"]
    )
    assert read_division_file("村名.XLSX", content) == [DivisionRow(4, "450222103201", "永安村"), DivisionRow(6, "450222103", "东泉镇")]


def test_the_import_page_says_what_is_wrong_with_the_file(desk):
    assert errors(desk.post(IMPORT, {})) == ["请选择文件。"]
    assert errors(desk.post(IMPORT, {"file": SimpleUploadedFile("村名.xls", b"x")})) == [
        "请选择 .xlsx 或 .csv 文件；.xls 文件请先另存为 .xlsx。"
    ]
