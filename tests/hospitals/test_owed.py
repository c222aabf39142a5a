"""住院欠费: what is owed by hospital and by how long ago somebody left, the list behind it, and both as a workbook."""

import datetime
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from hospitals.models import Hospital, Repayment, Stay
from hospitals.owed_list import PAGE, owed_by
from hospitals.owing import ageing
from hospitals.repaying import Part, agree, record_owed, record_repaid
from ledger import clock
from ledger.models import AuditEvent
from tests.hospitals.deferral_desk import TODAY, in_hospital, owing, sign
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db
D = datetime.date
DAY = datetime.timedelta(days=1)


def days_ago(days: int) -> D:
    return TODAY - days * DAY


@pytest.fixture
def debts(cast) -> dict[str, Repayment]:
    """Around every edge of a bucket at the county hospital, and one in the other county; 丁 paid whole, 戊 has a late part."""
    rows = {
        name: owing(cast, name, self_pay=amount, paid=0, left=days_ago(days))
        for name, days, amount in (("甲", 30, 100_01), ("乙", 31, 200_00), ("丙", 90, 300_00), ("丁", 91, 400_00), ("戊", 180, 500_00))
    }
    record_repaid(by=cast.liaison, repayment=rows["丁"], paid_on=TODAY, amount=400_00)
    parts = [Part(days_ago(10), 250_00), Part(TODAY, 250_00)]
    agree(by=cast.liaison, repayment=rows["戊"], signed_on=days_ago(20), signed_by="戊", parts=parts)
    record_repaid(by=cast.liaison, repayment=rows["戊"], paid_on=days_ago(5), amount=249_99)
    own = Hospital.objects.create(code="450223-1", name="鹿寨县人民医院", county=cast.county2)
    stay = in_hospital(cast, "己", village=cast.village2, hospital=own, on=D(2016, 9, 1), left=D(2016, 10, 19))
    sign(cast, stay, by=cast.clerk2)
    rows["己"] = record_owed(by=cast.clerk2, stay=stay, self_pay=900_00, paid=0)
    return rows


def told(staff) -> list[tuple]:
    lines, whole = ageing(owed_by(staff), TODAY)
    return [
        (line.hospital.name if line.hospital else "合计", line.people, *line.fen.values(), line.total, line.late)
        for line in [*lines, whole]
    ]


def test_every_fen_stands_in_the_bucket_of_its_days(cast, debts):
    county = ("柳城县人民医院", 4, 100_01, 500_00, 250_01, 0, 0, 850_02, 1)
    assert told(cast.clerk) == [county, ("合计", *county[1:])]
    assert told(cast.liaison) == told(cast.clerk)
    other = ("鹿寨县人民医院", 1, 0, 0, 0, 0, 900_00, 900_00, 0)
    assert told(cast.clerk2) == [other, ("合计", *other[1:])]
    assert told(cast.city) == [other, county, ("合计", 5, 100_01, 500_00, 250_01, 0, 900_00, 1_750_02, 1)]


def listed(staff, **query) -> list[str]:
    answer = client_of(staff).get(reverse("hospitals:owed"), query)
    assert answer.status_code == 200
    return [one["row"].stay.case.person.name for one in answer.context["rows"]]


def test_every_figure_opens_into_its_people(cast, debts):
    assert listed(cast.clerk) == ["戊", "丙", "乙", "甲"] and listed(cast.city) == ["己", "戊", "丙", "乙", "甲"]
    assert listed(cast.clerk, bucket="d90") == ["丙", "乙"] and listed(cast.clerk, bucket="d30") == ["甲"]
    assert listed(cast.city, bucket="older") == ["己"] and listed(cast.clerk, bucket="nowhere") == ["戊", "丙", "乙", "甲"]
    assert listed(cast.clerk, late="yes") == ["戊"]
    assert listed(cast.city, hospital=cast.hospital.pk, bucket="d180") == ["戊"]
    assert listed(cast.city, area=cast.county2.pk) == ["己"] and listed(cast.city, q="j") == ["己", "甲"]
    assert listed(cast.liaison, q="乙") == ["乙"] and listed(cast.clerk2, q="乙") == []
    page = client_of(cast.clerk).get(reverse("hospitals:owed")).content.decode()
    assert f'href="?hospital={cast.hospital.pk}&amp;bucket=d180">250.01</a>' in page and "逾期自 10-10" in page
    assert AuditEvent.objects.filter(action="viewed_list").last().detail == {"list": "owed", "filters": [], "rows": 4}
    assert "没有欠费。" in client_of(cast.clerk2).get(reverse("hospitals:owed"), {"q": "乙"}).content.decode() or listed(cast.clerk2) == [
        "己"
    ]


def test_the_list_goes_on_and_asks_no_more_for_many(cast, debts, django_assert_max_num_queries):
    client = client_of(cast.clerk)
    with django_assert_max_num_queries(60) as few:
        client.get(reverse("hospitals:owed"))
    first = debts["甲"].stay
    stays = Stay.objects.bulk_create(
        Stay(
            case=first.case, hospital=first.hospital, admitted_on=D(2015, 1, 1), discharged_on=D(2015, 1, 2 + number % 20),
            recorded_at=clock.now(), recorded_by=cast.clerk,
        )
        for number in range(PAGE + 3)
    )  # fmt: skip
    Repayment.objects.bulk_create(
        Repayment(stay=stay, self_pay_yuan=5, paid_yuan=0, owed_yuan=5, recorded_at=clock.now(), recorded_by=cast.clerk) for stay in stays
    )
    with django_assert_max_num_queries(len(few)):
        answer = client.get(reverse("hospitals:owed"))
    seen, after = [], ""
    while True:
        answer = client.get(reverse("hospitals:owed"), {"after": after})
        seen += [one["row"].pk for one in answer.context["rows"]]
        after = answer.context["more"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == PAGE + 7


def cells(sheet) -> list[list]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_workbook_sums_to_the_same_fen_and_runs_nothing(cast, debts):
    type(debts["甲"].stay.case.person).objects.everywhere("test").filter(pk=debts["甲"].stay.case.person_id).update(name="=1+1")
    answer = client_of(cast.city).get(reverse("hospitals:owed-workbook"))
    assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["账龄", "名单"]
    first = cells(book["账龄"])
    assert first[0][0] == "先诊疗后付费住院欠费账龄"
    assert first[1][0] == "填报单位：柳州市卫生和计划生育委员会　　截至：2017-10-20　　账龄按出院至截至日的天数"
    assert first[2:] == [
        [
            "医院",
            "人次",
            "30 天内（元）",
            "31–90 天（元）",
            "91–180 天（元）",
            "181–365 天（元）",
            "365 天以上（元）",
            "合计（元）",
            "逾期（人次）",
        ],
        ["鹿寨县人民医院", 1, 0, 0, 0, 0, 900, 900, 0],
        ["柳城县人民医院", 4, 100.01, 500, 250.01, 0, 0, 850.02, 1],
        ["合计", 5, 100.01, 500, 250.01, 0, 900, 1750.02, 1],
    ]
    told = [[cell.date() if isinstance(cell, datetime.datetime) else cell for cell in row] for row in cells(book["名单"])[2:]]
    assert told == [
        ["序号", "姓名", "县（区）", "医院", "病种", "出院日期", "出院天数", "个人自付（元）", "出院时已付（元）", "已还（元）", "尚欠（元）",
         "还款协议", "逾期自"],
        [1, "戊", "柳城县", "柳城县人民医院", "白内障", days_ago(180), 180, 500, 0, 249.99, 250.01, "2017-09-30 签", D(2017, 10, 10)],
        [2, "丙", "柳城县", "柳城县人民医院", "白内障", days_ago(90), 90, 300, 0, 0, 300, "未签", "—"],
        [3, "乙", "柳城县", "柳城县人民医院", "白内障", days_ago(31), 31, 200, 0, 0, 200, "未签", "—"],
        [4, "=1+1", "柳城县", "柳城县人民医院", "白内障", days_ago(30), 30, 100.01, 0, 0, 100.01, "未签", "—"],
        [5, "己", "鹿寨县", "鹿寨县人民医院", "白内障", D(2016, 10, 19), 366, 900, 0, 0, 900, "未签", "—"],
        ["合计", *[None] * 9, 1750.02, None, None],
    ]  # fmt: skip
    cell = next(cell for row in book["名单"].iter_rows() for cell in row if cell.value == "=1+1")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert AuditEvent.objects.filter(action="exported").last().detail == {"what": "住院欠费账龄", "rows": 5}
