"""The pages between hospital and payers: the list, one statement, its steps, disputes, and the workbook."""

import datetime
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from settlement.actions.disputes import set_aside
from settlement.actions.statements import move_statement, prepare_month
from settlement.models import Dispute, Statement
from tests.cast import on_day
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
OCTOBER = datetime.date(2017, 10, 1)


@pytest.fixture
def november(window):
    """Two settlements of October, and it is the sixth of November."""
    with on_day(datetime.date(2017, 10, 20)):
        window.settle(window.bill(window.patient("石永福"), total=10_000 * YUAN, in_policy=9_000 * YUAN))
        window.settle(window.bill(window.patient("韦桂兰"), total=60_000 * YUAN))
    with on_day(datetime.date(2017, 11, 6)):
        yield window


def signed_in(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def statement(payer: str = "insurance") -> Statement:
    return Statement.objects.everywhere("test").get(payer=payer)


def text(answer) -> str:
    return answer.content.decode()


def test_the_liaison_draws_up_and_confirms(november, cast):
    client = signed_in(cast.liaison)
    empty = text(client.get(reverse("statements:list") + "?month=2017-10"))
    assert "2017 年 10 月还没有对账单。这个月有 2 笔有效结算" in empty
    answer = client.post(reverse("statements:prepare"), {"month": "2017-10"}, follow=True)
    assert "已生成 2017 年 10 月的 3 张对账单" in text(answer)
    # Basic 6,880 + 47,680, critical illness 2,892.
    assert "57,452.00" in text(answer) and "示范参数" in text(answer)
    one = statement()
    page = text(client.get(reverse("statements:statement", args=[one.pk])))
    assert "柳城县医保经办机构 → 柳城县人民医院" in page
    assert all(part in page for part in ("石永福", "450222********", "6,880.00", "2,892.00", "医院确认"))
    assert "支付方确认</button>" not in page
    answer = client.post(reverse("statements:step", args=[one.pk, "confirm"]), follow=True)
    assert "医院已确认" in text(answer) and statement().state == "hospital_confirmed"


def test_the_payer_sets_a_row_aside_confirms_and_pays(november, cast):
    prepare_month(by=november.liaison, month=OCTOBER)
    move_statement(by=november.liaison, statement=statement(), name="confirm")
    client, one = signed_in(cast.insurance), statement()
    row = one.entries.get(patient="韦桂兰", layer="critical_illness")
    address = reverse("statements:dispute", args=[one.pk]) + f"?row={row.pk}"
    assert "大病保险　2,892.00 元" in text(client.get(address))
    refused = client.post(address, {"reason": "分段有误"})
    assert refused.status_code == 422 and "请选择有争议的支付层次" in text(refused)
    answer = client.post(address, {"layers": [row.pk], "reason": "分段有误"}, follow=True)
    assert "2,892.00 元列为争议款" in text(answer) and "54,560.00" in text(answer)
    client.post(reverse("statements:step", args=[one.pk, "accept"]))
    pay = reverse("statements:step", args=[one.pk, "pay"])
    assert "请填写支付凭证号" in text(client.post(pay, {"paid_on": "2017-11-06", "voucher": ""}))
    answer = client.post(pay, {"paid_on": "20171106", "voucher": "PZ-1103"}, follow=True)
    assert "PZ-1103" in text(answer) and statement().state == "paid"
    dispute = Dispute.objects.everywhere("test").get()
    page = text(client.get(reverse("statements:resolve", args=[dispute.pk])))
    assert 'type="radio"' in page and "checked" not in page  # To pay or not is for the payer to say.
    refused = client.post(reverse("statements:resolve", args=[dispute.pk]), {"reason": "已核清"})
    assert refused.status_code == 422 and "请选择处理结果：同意支付，还是商定不予支付。" in text(refused)
    refused = client.post(reverse("statements:resolve", args=[dispute.pk]), {"outcome": "refused", "reason": "重算后不付"})
    assert refused.status_code == 422 and "请填写医院方经办人" in text(refused)
    client.post(reverse("statements:resolve", args=[dispute.pk]), {"outcome": "accepted", "reason": "已核清"})
    listed = text(signed_in(cast.liaison).get(reverse("statements:disputes") + "?tab=closed"))
    assert "同意支付，转下期" in listed and "分段有误" in listed


def test_a_step_back_asks_for_the_reason(november, cast):
    prepare_month(by=november.liaison, month=OCTOBER)
    move_statement(by=november.liaison, statement=statement(), name="confirm")
    client = signed_in(cast.insurance)
    back = reverse("statements:step", args=[statement().pk, "return"])
    assert "请填写原因" in text(client.post(back, {"reason": ""}))
    answer = client.post(back, {"reason": "缺一张账单"}, follow=True)
    assert "支付方退回医院" in text(answer) and "原因：缺一张账单" in text(answer)
    answer = client.post(reverse("statements:step", args=[statement().pk, "accept"]), follow=True)
    assert "您不能支付方确认" in text(answer) and statement().state == "prepared"


def test_the_workbook_says_what_the_page_says(november, cast):
    prepare_month(by=november.liaison, month=OCTOBER)
    move_statement(by=november.liaison, statement=statement(), name="confirm")
    one = statement()
    set_aside(by=cast.insurance, statement=one, entries=one.entries.filter(layer="critical_illness"), reason="=分段有误")
    address = reverse("statements:workbook", args=[one.pk])
    first = signed_in(cast.insurance).get(address)
    assert first.content == signed_in(cast.lead).get(address).content
    book = load_workbook(io.BytesIO(first.content))
    summary = [[cell.value for cell in row] for row in book["汇总"].iter_rows()]
    table = [row for row in summary if row[0] in ("基本医疗保险", "大病保险", "合计")]
    assert table == [
        ["基本医疗保险", 2, 54560, 0, 0, 54560],
        ["大病保险", 1, 2892, 0, 2892, 0],
        ["合计", 3, 57452, 0, 2892, 54560],
    ]
    words = [row[0] for row in summary if row[0]]
    assert "本期应付合计（大写）：伍万肆仟伍佰陆拾元整" in words
    assert any("示范参数" in line for line in words)
    rows = [[cell.value for cell in row] for row in book["明细"].iter_rows(min_row=4)]
    assert [(row[2], row[7], row[8], row[9]) for row in rows] == [
        ("石永福", 6880, None, 6880),
        ("韦桂兰", 47680, None, 47680),
        ("韦桂兰", None, 2892, 2892),
        (None, 54560, 2892, 57452),
        (None, 54560, 0, 54560),
    ]
    assert rows[2][10] == "争议中；=分段有误 *" and rows[0][3].startswith("450222****")
    assert sum(Decimal(str(row[9])) for row in rows[:-2]) == Decimal("57452")


def test_what_nobody_owes_is_told_beside(november, cast):
    page = text(signed_in(cast.lead).get(reverse("statements:list") + "?month=2017-10"))
    assert "当月结算全貌" in page and "个人自付" in page and "70,000.00" in page
    assert "当月结算全貌" not in text(signed_in(cast.insurance).get(reverse("statements:list") + "?month=2017-10"))


def test_the_workbench_tells_each_side_what_waits(november, cast):
    assert "10 月对账单还没有生成" in text(signed_in(cast.liaison).get("/"))
    prepare_month(by=november.liaison, month=OCTOBER)
    liaison = text(signed_in(cast.liaison).get("/"))
    assert "对账单待医院确认" in liaison and "还没有生成" not in liaison
    assert "对账单待我方确认" not in text(signed_in(cast.insurance).get("/"))
    move_statement(by=november.liaison, statement=statement("civil"), name="confirm")
    assert "对账单待我方确认" in text(signed_in(cast.civil).get("/"))
    assert "对账单待我方确认" not in text(signed_in(cast.finance).get("/"))
    move_statement(by=cast.civil, statement=statement("civil"), name="accept")
    assert "对账单待支付" in text(signed_in(cast.civil).get("/"))


def test_more_statements_and_rows_ask_no_more_questions(november, cast):
    prepare_month(by=november.liaison, month=OCTOBER)
    client = signed_in(cast.lead)
    listing, page = reverse("statements:list") + "?month=2017-10", reverse("statements:statement", args=[statement().pk])

    def questions() -> tuple[int, int]:
        found = []
        for address in (listing, page):
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            found.append(len(asked))
        return tuple(found)

    before = questions()
    with on_day(datetime.date(2017, 10, 25)):
        for name in ("莫秀英", "覃水莲", "蓝桂英"):
            november.settle(november.bill(november.patient(name), total=70_000 * YUAN))
    prepare_month(by=november.liaison, month=OCTOBER)
    assert questions() == before
