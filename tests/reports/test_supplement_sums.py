"""What the counties tell of earlier months is summed under the city's table: in the month's workbook, in the quarter's, and on the page."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from ledger.models import Case
from ledger.standing import remake
from reports.city_periods import month_tables
from reports.consolidating import city_workbook
from reports.forms.supplement_sums import sum_lines
from reports.models import Submission
from reports.verifying import Verified, verify
from tests.handing_in import hand_in
from tests.ledger.desks import client_of
from tests.reports.conftest import day
from tests.reports.tampering import tamper

SEPTEMBER, OCTOBER = day("09-01"), day("10-01")
ROWS = ["胃癌", "白内障"]
LINE = (
    "各县（区）补报 2017 年 9 月，相加：白内障累计救治数 +2、本季度完成救治数 +2、未完成救治数 −2；"
    "合计累计救治数 +2、本季度完成救治数 +2、未完成救治数 −2；救治病人名单 +2（柳城县、鹿寨县）。"
)


@pytest.mark.parametrize(
    ("counties", "lines"),
    [
        ([], []),
        ([("柳城县", {}), ("鹿寨县", {})], []),
        (
            [("柳城县", {"2017-09": {"合计|total": 1, "白内障|total": 1}}), ("鹿寨县", {"2017-09": {"胃癌|total": -2, "合计|total": -2}})],
            ["各县（区）补报 2017 年 9 月，相加：胃癌总数 −2；白内障总数 +1；合计总数 −1（柳城县、鹿寨县）。"],
        ),
        (  # Who moved from one county to the other.
            [("柳城县", {"2017-08": {"白内障|total": -1}}), ("鹿寨县", {"2017-08": {"白内障|total": 1}, "2017-09": {"合计|neither": 1}})],
            ["各县（区）补报 2017 年 8 月，相加：数字不变（柳城县、鹿寨县）。", "各县（区）补报 2017 年 9 月，相加：未列入两类的人 +1（鹿寨县）。"],
        ),
        ([("柳城县", {"2017-09": {"旧病种|total": 1, "白内障|quarter": 1}})], ["各县（区）补报 2017 年 9 月，相加：白内障本季度完成救治数 +1；旧病种总数 +1（柳城县）。"]),
    ],
)  # fmt: skip
def test_the_sums_of_what_counties_add_and_take(counties, lines):
    assert sum_lines(counties, ROWS) == lines


@pytest.fixture
def told(cast, ledger, dues) -> None:
    """September of both counties was submitted; in each one a completion of then came to light, and October tells it."""
    people = [ledger.person("韦桂兰", ("cataract", "06-01")), ledger.person("覃水莲", ("cataract", "06-01"), village=cast.village2)]
    for county in (cast.county, cast.county2):
        hand_in(county, SEPTEMBER, ["F1", "F2"])
    facts = {"completed_on": day("09-20"), "state": "treated", "hospital_code": "450222-1"}
    Case.objects.everywhere("set-up").update(**facts)
    remake([person.pk for person in people])
    for county in (cast.county, cast.county2):
        hand_in(county, OCTOBER, ["F1", "F2"])


@pytest.mark.django_db
def test_the_city_reads_the_sum_in_both_workbooks_and_on_the_page(cast, told):
    city = client_of(cast.city)
    quarter = city.get(reverse("reports:city-period-workbook", args=[OCTOBER, "quarter"])).content
    for content in (city_workbook(cast.prefecture, OCTOBER), quarter):
        lines = [cell.value for cell in load_workbook(io.BytesIO(content))["汇总"]["A"]]
        assert lines.count(LINE) == 1
    assert LINE in city.get("/city/?month=2017-10").content.decode()
    assert "相加" not in city.get("/city/?month=2017-09").content.decode()
    assert list(verify(Verified())) == []


@pytest.mark.django_db
def test_a_return_from_before_such_sums_is_named(cast, told):
    kept = Submission.objects.everywhere("a test").get(due__county=cast.county2, due__period=OCTOBER, due__form="F1")
    tamper("reports_submission", "figures = figures - %s", ["carried"], kept.pk)
    (table,) = month_tables(cast.prefecture, [OCTOBER])
    assert table.carried[0].endswith("（柳城县）。") and table.carried[1:] == ["另有补报，见各县表：鹿寨县。"]
    assert list(verify(Verified())) == []
