"""The two pages of importing as a browser uses them, and the file that goes back to be corrected."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from ledger.models import AuditEvent, Category, Person, Upload
from tests.ledger.importing.lists import f2, f2_book, saved

pytestmark = pytest.mark.django_db
PAGE = "/ledger/people/import/"


@pytest.fixture
def desk(client, cast):
    client.force_login(cast.clerk)
    return client


def send(desk, content: bytes, name: str = "附件2.xlsx", **chosen):
    told = {"layout": "f2", "category": "2", "since": "2017-10-20", "whole": "", **chosen}
    return desk.post(PAGE, {"file": SimpleUploadedFile(name, content), **told})


def drawn(page: str) -> list[tuple[str, str, str]]:
    """(line, result, name) in the page's order."""
    return re.findall(r'<tr id="row-(\d+)">.*?<span class="st [^"]+">([^<]+)</span></td><td[^>]*>([^<]+)</td>', page)


def a_list(lines) -> bytes:
    return f2(
        lines.f2(姓名="甲一"), lines.f2(姓名="乙一", 年龄=20), lines.f2(姓名="丙一", 疾病名称="感冒"), lines.f2(姓名="丁一", 备注="特困")
    )


def test_a_list_is_looked_through_decided_and_written(cast, desk, lines):
    assert '<a href="/ledger/people/import/" aria-current="page">导入名单</a>' in desk.get(PAGE).content.decode()
    answer = send(desk, a_list(lines))
    upload = Upload.objects.visible_to(cast.clerk).get()
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}{upload.pk}/")
    page = desk.get(answer["Location"]).content.decode()
    assert "附件2.xlsx，读到 4 行，版式为附件 2，备注没写类别的按低保；还没有写入台账" in page
    assert drawn(page) == [("6", "拒收", "丙一"), ("5", "存疑", "乙一"), ("4", "新增", "甲一"), ("7", "新增", "丁一")]
    assert "将写入 <strong>2 行</strong>：新增 2、变更 0" in page and "下载待改的 2 行" in page and ">导入 2 行</button>" in page
    assert page.count("btn-primary") == 1
    assert drawn(desk.get(f"{PAGE}{upload.pk}/?show=doubtful").content.decode()) == [("5", "存疑", "乙一")]

    decide = reverse("ledger:people-import-decide", args=[upload.pk])
    assert desk.post(decide, {"line": "5", "as": "yes", "show": "doubtful"})["Location"] == f"{PAGE}{upload.pk}/?show=doubtful#row-5"
    page = desk.get(f"{PAGE}{upload.pk}/").content.decode()
    assert "已确认的存疑 1" in page and ">导入 3 行</button>" in page and "撤回" in page
    desk.post(decide, {"line": "5", "as": ""})
    desk.post(decide, {"line": "5", "as": "no"})
    page = desk.get(f"{PAGE}{upload.pk}/").content.decode()
    assert ">导入 2 行</button>" in page and "；不导入 1" in page

    page = desk.post(reverse("ledger:people-import-apply", args=[upload.pk]), follow=True).content.decode()
    assert "已导入 2 行，另 1 行可下载改后再传。" in page and "<h1>导入结果</h1>" in page and "导入下一份" in page
    assert set(Person.objects.visible_to(cast.clerk).values_list("name", flat=True)) == {"甲一", "丁一"}
    found_again = f'导入的“附件2.xlsx”有 1 行没有写入，<a href="{PAGE}{upload.pk}/">看结果，下载待改的行</a>'
    assert found_again in desk.get(PAGE).content.decode()
    page = desk.post(reverse("ledger:people-import-apply", args=[upload.pk]), follow=True).content.decode()
    assert "这份名单已经导入过，没有再写一次。" in page and Person.objects.visible_to(cast.clerk).count() == 2


def test_numbers_are_masked_on_the_page(cast, desk, lines):
    person = cast.register("韦桂兰", category=Category.DIBAO, disease="gastric-cancer")
    number, wrong = person.id_number.reveal(), "450222195103020321"
    answer = send(desk, f2(lines.f2(姓名="韦桂兰", 身份证号=number), lines.f2(身份证号=wrong)))
    page = desk.get(answer["Location"]).content.decode()
    assert number not in page and wrong not in page
    assert f"{number[:6]}********{number[-4:]}" in page and "450222********0321" in page


def test_the_file_that_goes_back_can_be_corrected_and_sent_again(cast, desk, lines):
    book = f2_book(lines.f2(姓名="甲一", 年龄=20), lines.f2(姓名="乙一", 备注="-1+cmd|' /C calc'!A0"), lines.f2(姓名="丙一"))
    book.active["C6"] = "=1+1"
    upload_page = send(desk, saved(book))["Location"]
    answer = desk.get(f"{upload_page}rest/")
    assert "filename*=utf-8''%E9%99%84%E4%BB%B62_%E5%BE%85%E6%94%B9.xlsx" in answer["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][-2:] == ["原行号", "说明"] and [row[-2] for row in rows[1:]] == ["4", "5", "6"]
    assert rows[1][-1] == "原 E4 年龄：年龄填 20，按身份证号是 66。请确认以哪个为准。"
    harmful = sheet["I3"]
    assert (harmful.value, harmful.data_type, harmful.quotePrefix) == ("-1+cmd|' /C calc'!A0", "s", True)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    number = sheet["G2"]
    assert number.data_type == "s" and len(number.value) == 18
    events = AuditEvent.objects.filter(action="exported").values_list("detail", flat=True)
    assert list(events) == [{"what": "待改的名单", "people": 3}]
    sheet["E2"], sheet["I3"], sheet["C4"] = 66, "低保", "丙一"
    page = desk.get(send(desk, saved(sheet.parent))["Location"]).content.decode()
    assert drawn(page) == [("2", "新增", "甲一"), ("3", "新增", "乙一"), ("4", "新增", "丙一")]


def test_all_or_nothing_leads_back_to_the_file(cast, desk, lines):
    address = send(desk, a_list(lines), whole="yes")["Location"]
    page = desk.get(address).content.decode()
    assert "有 <strong>2 行</strong>还不能写入" in page and "重新选择文件" in page and ">导入 " not in page
    assert "下载整份，待改的 2 行在前" in page
    sheet = load_workbook(io.BytesIO(desk.get(f"{address}rest/").content)).active
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == ["乙一", "丙一", "甲一", "丁一"]


@pytest.mark.parametrize(("name", "content", "sentence"), [
    ("图.xlsx", b"\x89PNG", "文件打不开，内容不是 Excel 工作簿（可能是图片、PDF 或网页改的名）。请用 Excel 打开原表，另存为 .xlsx 再导入。"),
    ("旧.xls", b"x", "请选择 .xlsx 或 .csv 文件；.xls 文件请先另存为 .xlsx。"),
    ("空.xlsx", b"", "文件是空的，请重新选择。"),
])  # fmt: skip
def test_what_is_wrong_with_the_file_stands_beside_it(desk, name, content, sentence):
    answer = send(desk, content, name)
    assert answer.status_code == 422
    assert re.findall(r'<div class="err" id="[^"]+">([^<]+)</div>', answer.content.decode()) == [sentence]
    assert send(desk, b"x", name, since="2017-10-21").status_code == 422


def test_a_list_given_up_is_gone_and_a_waiting_one_is_offered(cast, desk, lines):
    waiting = send(desk, a_list(lines))["Location"]
    assert f'<a href="{waiting}">接着看预览</a>' in desk.get(PAGE).content.decode()
    page = desk.post(f"{waiting}drop/", follow=True).content.decode()
    assert "已放弃这份名单，没有写入台账。" in page and "接着看预览" not in page
    assert "内容不再保留" in desk.get(waiting, follow=True).content.decode()
    assert AuditEvent.objects.filter(action="people_dropped").count() == 1


def test_a_preview_is_its_importers_own(cast, client, desk, lines):
    waiting = send(desk, a_list(lines))["Location"]
    for other in (cast.lead, cast.clerk2):
        client.force_login(other)
        assert client.get(waiting).status_code == 404 and client.post(f"{waiting}apply/").status_code == 404
    for role in (cast.insurance, cast.city, cast.liaison):
        client.force_login(role)
        assert client.get(PAGE).status_code == 404
    assert not Person.objects.visible_to(cast.clerk).exists()


def test_a_long_list_is_shown_in_pages(cast, desk, lines):
    waiting = send(desk, f2(*[lines.f2(姓名="石爱民", 疾病名称="感冒") for _ in range(203)]))["Location"]
    page = desk.get(waiting).content.decode()
    assert "第 1–200 行，共 203 行" in page and len(drawn(page)) == 200
    assert len(drawn(desk.get(f"{waiting}?show=&from=200").content.decode())) == 3
