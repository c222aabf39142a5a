"""Paid bills from a file: the template filled in, previewed, kept as a whole or not at all; the list, its filters and its workbook."""

import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from settlement.models import CheckFinding, PaidBill
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
HEADINGS = (
    "身份证号", "医院", "账单号", "入院日期", "出院日期", "病种", "总费用", "政策范围内费用", "限额", "基本医疗保险", "大病保险", "医疗救助",
    "个人自付",
)  # fmt: skip
WITHOUT_TILT = ("44700", "4680", "5310", "5310")


def signed_in(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def cells(person, *, bill_no="WF-1", paid=WITHOUT_TILT, **changed) -> list[str]:
    *layers, own = paid
    row = dict(
        zip(
            HEADINGS,
            [
                person.id_number.reveal(),
                "柳城县人民医院",
                bill_no,
                "2017-09-02",
                "2017-09-10",
                "胃癌",
                "60,000.00",
                "60000",
                "",
                *layers,
                own,
            ],
            strict=True,
        )
    )
    return list((row | changed).values())


def csv(*rows: list[str], headings=HEADINGS, name="账单.csv") -> SimpleUploadedFile:
    lines = [",".join(f'"{cell}"' for cell in row) for row in (headings, *rows)]
    return SimpleUploadedFile(name, "\r\n".join(lines).encode("utf-8-sig"))


def text(answer) -> str:
    return answer.content.decode()


def preview(client: Client, file) -> str:
    return text(client.post(reverse("statements:check-import"), {"file": file}))


def signed_rows(page: str) -> str:
    return page.partition('name="rows" value="')[2].partition('"')[0]


def test_a_file_is_previewed_then_kept_and_checked(window, cast):
    person = window.patient("石永福")
    client = signed_in(cast.insurance)
    page = preview(client, csv(cells(person)))
    assert "将写入 <strong>1 张</strong>" in page and "可导入" in page and not PaidBill.objects.everywhere("test").exists()
    assert person.id_number.reveal() not in page
    answer = client.post(reverse("statements:check-import"), {"rows": signed_rows(page)}, follow=True)
    assert "已导入 1 张账单并核对：少付 1 笔，多付 2 笔" in text(answer)
    assert "倾斜未执行" in text(answer) and "−2,980.00" in text(answer) and "示范参数" in text(answer)
    kept = PaidBill.objects.everywhere("test").get()
    assert kept.paid == {"basic": 4_470_000, "critical_illness": 468_000, "medical_assistance": 531_000}
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(b)::text FROM settlement_paidbill b")
        assert person.id_number.reveal() not in cursor.fetchone()[0]


def test_a_row_that_is_wrong_keeps_the_whole_file_out(window, cast):
    person, other = window.patient("石永福"), cast.register("覃水莲", village=cast.village2)
    client = signed_in(cast.civil)
    page = preview(
        client,
        csv(
            cells(person),
            cells(other, bill_no="WF-2"),
            cells(person, bill_no="WF-3", **{"个人自付": "5000"}),
            cells(person, bill_no="WF-4", **{"出院日期": "2017-09-01"}),
            cells(person, bill_no="WF-5", **{"医院": "没有的医院"}),
            cells(person, bill_no="WF-6", **{"总费用": "6万"}),
            cells(person, bill_no="=1+1"),
        ),
    )
    for sentence in (
        "有 <strong>6 行</strong>拒收", "本县台账上没有这个身份证号", "各层实付加个人自付是 59,690.00 元，不等于总费用 60,000.00 元。请核对各项金额。",
        "出院日期 2017-09-01 早于入院日期 ", "，请改其中一个。", "没有登记医院“没有的医院”", "总费用“6万”不是金额", "会被当作公式",
    ):  # fmt: skip
        assert sentence in page, sentence
    assert signed_rows(page) == "" and "覃水莲" not in page


def test_a_bill_settled_here_or_kept_before_is_refused(window, cast):
    person = window.patient("石永福")
    window.settle(window.bill(person, total=60_000 * YUAN, bill_no="ZY-9"))
    client = signed_in(cast.lead)
    assert "这次住院已在本系统结算，不是别处支付的账单，请删去这一行。" in preview(client, csv(cells(person, bill_no="ZY-9")))
    other = window.patient("韦桂兰")
    page = preview(client, csv(cells(other)))
    client.post(reverse("statements:check-import"), {"rows": signed_rows(page)})
    again = client.post(reverse("statements:check-import"), {"rows": signed_rows(page)}, follow=True)
    assert "预览之后情况有变，一行也没有写入。第 2 行：账单号 WF-1 已经导入过" in text(again)
    assert "账单号 WF-1 已经导入过，请删去这一行。" in preview(client, csv(cells(other)))
    assert "出现了不止一次。请核对，只留一行。" in preview(client, csv(cells(other, bill_no="WF-8"), cells(other, bill_no="WF-8")))


def test_a_preview_is_good_for_whoever_looked_at_it(window, cast):
    page = preview(signed_in(cast.lead), csv(cells(window.patient("石永福"))))
    answer = signed_in(cast.clerk).post(reverse("statements:check-import"), {"rows": signed_rows(page)}, follow=True)
    assert "预览已过期" in text(answer) and not PaidBill.objects.everywhere("test").exists()


@pytest.mark.parametrize(
    ("headings", "sentence"),
    [
        (HEADINGS[1:], "缺少列：身份证号"),
        ((*HEADINGS[:-2], "民政补助", "个人自付"), "不认识列名“民政补助”"),
        (("甲", "乙"), "没有找到列名"),
    ],
)
def test_a_file_with_other_columns_is_refused_in_a_sentence(window, cast, headings, sentence):
    answer = signed_in(cast.lead).post(
        reverse("statements:check-import"), {"file": csv(cells(window.patient("石永福")), headings=headings)}
    )
    assert answer.status_code == 422 and sentence in text(answer)


def test_the_template_is_filled_in_and_taken(window, cast):
    client = signed_in(cast.insurance)
    answer = client.get(reverse("statements:check-template"))
    assert answer.content == client.get(reverse("statements:check-template")).content
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    assert headings[:4] == ["姓名", "身份证号", "医院", "账单号"] and headings[-1] == "个人自付（元）" and "政府兜底（元）" in headings
    person = window.patient("石永福")
    row = {
        "姓名": "石永福", "身份证号": person.id_number.reveal(), "医院": "450222-1", "账单号": "WF-1", "入院日期": datetime.date(2017, 9, 2),
        "出院日期": datetime.date(2017, 9, 10), "病种": "gastric-cancer", "总费用（元）": 60000, "政策范围内费用（元）": 60000,
        "基本医疗保险（元）": 47680.0, "大病保险（元）": 2892.0, "医疗救助（元）": 4714.0, "个人自付（元）": 4714.0,
    }  # fmt: skip
    for column, heading in enumerate(headings, start=1):
        sheet.cell(2, column).value = row.get(heading)
    for column, heading in enumerate(headings, start=1):
        sheet.cell(3, column).value = (row | {"账单号": "WF-2", "身份证号": int(person.id_number.reveal()[:17])}).get(heading)
    saved = io.BytesIO()
    book.save(saved)
    page = preview(client, SimpleUploadedFile("账单.xlsx", saved.getvalue()))
    assert "身份证号是数字格式" in page and "可导入" in page
    sheet.delete_rows(3)
    saved = io.BytesIO()
    book.save(saved)
    page = preview(client, SimpleUploadedFile("账单.xlsx", saved.getvalue()))
    answer = client.post(reverse("statements:check-import"), {"rows": signed_rows(page)}, follow=True)
    assert "少付 0 笔，多付 0 笔" in text(answer) and "没有这一类情况" in text(answer)


@pytest.fixture
def two_checked(window, cast):
    client = signed_in(cast.insurance)
    page = preview(
        client, csv(cells(window.patient("石永福")), cells(window.patient("韦桂兰"), bill_no="WF-2", paid=("47680", "2892", "0", "9428")))
    )
    client.post(reverse("statements:check-import"), {"rows": signed_rows(page)})
    return client


def test_the_list_is_narrowed_by_kind_and_layer(two_checked, cast):
    under = text(two_checked.get(reverse("statements:checks")))
    assert "石永福" in under and "韦桂兰" in under and "相差合计 −7,694.00 元" in under
    narrowed = text(two_checked.get(reverse("statements:checks") + "?tab=under&layer=medical_assistance"))
    assert "韦桂兰" in narrowed and "石永福" not in narrowed and "−4,714.00" in narrowed
    over = text(two_checked.get(reverse("statements:checks") + "?tab=over"))
    assert "石永福" in over and "韦桂兰" not in over
    assert "还没有已付账单" in text(signed_in(cast.lead2).get(reverse("statements:checks")))
    bill = PaidBill.objects.everywhere("test").get(bill_no="WF-2")
    page = text(two_checked.get(reverse("statements:check-bill", args=[bill.pk])))
    assert "没有按这一类别支付" in page and "相符" in page
    assert "请填写原因" in text(two_checked.post(reverse("statements:check-remove", args=[bill.pk])))
    removed = two_checked.post(reverse("statements:check-remove", args=[bill.pk]), {"reason": "导错"}, follow=True)
    assert "已删除账单 WF-2" in text(removed)


def test_the_workbook_has_a_sheet_for_each_kind(two_checked):
    content = two_checked.get(reverse("statements:check-workbook")).content
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["汇总", "少付", "多付"]
    rows = [[cell.value for cell in row] for row in book["少付"].iter_rows(min_row=3)]
    assert [(row[1], row[6], row[7], row[8], row[9]) for row in rows] == [
        ("石永福", "基本医疗保险", 47680, 44700, -2980),
        ("韦桂兰", "医疗救助", 4714, 0, -4714),
        (None, None, None, None, -7694),
    ]
    assert "****" in rows[0][2]


def test_more_findings_ask_no_more_questions(two_checked, window, cast):
    address = reverse("statements:checks")

    def questions() -> int:
        two_checked.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert two_checked.get(address).status_code == 200
        return len(asked)

    before = questions()
    rows = [cells(window.patient(name), bill_no=f"WF-{name}") for name in ("莫秀英", "蓝桂英", "覃水莲")]
    page = preview(two_checked, csv(*rows))
    two_checked.post(reverse("statements:check-import"), {"rows": signed_rows(page)})
    assert CheckFinding.objects.everywhere("test").filter(finding="under").count() == 5
    assert questions() == before
