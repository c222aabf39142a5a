"""The years whose bills were settled in the wrong order, with the way to mend them."""

import datetime
import re

import pytest
from django.urls import reverse

from ledger.actions.cases import open_case, plan_case, verify_case
from ledger.models import Role, Staff
from settlement.actions.settling import Request, settle
from settlement.models import PersonYear, Settlement
from tests.settlement.counter import Counter, page, rows_of
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
DAY = datetime.date
LATER = {"admitted_on": DAY(2017, 9, 20), "discharged_on": DAY(2017, 9, 30)}
RECORDS, ORDER = "settlement:records", "settlement:order"


@pytest.fixture
def counter(window):
    return Counter(window.liaison)


def settlements():
    return Settlement.objects.everywhere("test")


@pytest.fixture
def out_of_order(window):
    """The later stay settled first: the earlier one was paid on a year that should have been empty."""
    person = window.patient("石永福")
    later = window.settle(window.bill(person, total=60_000 * YUAN, bill_no="L", **LATER))
    earlier = window.settle(window.bill(person, total=20_000 * YUAN, bill_no="E"))
    return earlier, later


def steps_of(html: str) -> list[str]:
    found = re.findall(r"<li>(.*?)</li>", html.split("order-steps")[1].split("</ol>")[0], re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", step)).strip() for step in found]


def test_the_difference_is_told_by_layer_with_the_steps_that_mend_it(window, counter, out_of_order):
    earlier, later = out_of_order
    html = page(window.liaison, ORDER)
    cells = re.findall(
        r"<td>大病保险</td><td class=\"num\">([\d,.]+)</td><td class=\"num\">([\d,.]+)</td><td class=\"num\"><strong>([^<]+)<", html
    )
    assert cells == [("2,592.00", "0.00", "−2,592.00"), ("2,892.00", "5,484.00", "+2,592.00")]
    assert steps_of(html) == [
        f"冲销 {later.number}（出院 2017-09-30） 冲销", f"冲销 {earlier.number}（出院 2017-09-10）",
        "重新结算出院 2017-09-10 的账单 E", "重新结算出院 2017-09-30 的账单 L",
    ]  # fmt: skip
    assert "冲销与补差<span>1</span>" in html


def test_followed_step_by_step_the_year_comes_into_order(window, counter, out_of_order):
    earlier, later = out_of_order
    for settlement in (later, earlier):
        counter.client.post(reverse("settlement:reverse", args=[settlement.pk]), {"reason": "按出院先后重新结算"})
    html = page(window.liaison, ORDER)
    assert "没有要补差的患者年度" in html and "冲销与补差<span>" not in html
    assert rows_of(html) == [earlier.number, later.number]
    assert html.count("按原账单重新结算</button>") == 1 and "先结出院 09-10 的一张" in html
    for settlement in (earlier, later):
        address = counter.client.post(reverse("settlement:again", args=[settlement.pk]))["Location"]
        inputs = re.findall(r'name="(\w+)" value="([^"]*)"', counter.page(address))
        typed = {"stay": settlement.stay_id, "disease": "gastric-cancer"} | dict(inputs)
        counter.confirm(counter.client.post(address, typed)["Location"])
    year = PersonYear.objects.get(person=earlier.person)
    assert (year.differs, year.differences) == (False, [])
    paid = [settlement.lines.get(layer="critical_illness").amount_yuan for settlement in settlements().standing().order_by("discharged_on")]
    assert [str(amount) for amount in paid] == ["0.00", "5484.00"]
    assert "已冲销，还没有重新结算" not in page(window.liaison, ORDER)


def test_a_stay_between_that_loses_nothing_is_in_the_steps_and_no_finding(window, out_of_order):
    last = window.settle(window.bill(out_of_order[0].person, bill_no="T", admitted_on=DAY(2017, 10, 5), discharged_on=DAY(2017, 10, 8)))
    html = page(window.liaison, ORDER)
    assert "3 张结算，2 张有差额" in html
    assert steps_of(html)[0] == f"冲销 {last.number}（出院 2017-10-08），金额不变，为的是累计的次序 冲销"
    assert rows_of(html) == [row.number for row in out_of_order]


def test_years_in_order_are_no_work(window):
    person = window.patient("石永福")
    window.settle(window.bill(person, total=20_000 * YUAN))
    window.settle(window.bill(person, total=60_000 * YUAN, **LATER))
    assert "没有要补差的患者年度" in page(window.liaison, ORDER)


def test_another_hospitals_settlement_is_only_told_to_be_there(window, cast):
    stranger = Staff.objects.create(
        username="liaison-9", full_name="陆小燕", role=Role.LIAISON, area=cast.prefecture, hospital_code=cast.city_hospital.code,
        must_change_password=False,
    )  # fmt: skip
    person = window.patient("石永福")
    case = open_case(by=cast.clerk, person=person, entry=cast.entry("colon-cancer", DAY(2017, 1, 5)))
    place = {"hospital_code": cast.city_hospital.code, "hospital_name": cast.city_hospital.name}
    plan_case(by=cast.lead, case=verify_case(by=cast.lead, case=case), **place)
    theirs = window.bill(person, total=60_000 * YUAN, disease="colon-cancer", hospital=cast.city_hospital, bill_no="L", **LATER)
    later = settle(by=stranger, entry=theirs, request=Request("test", "1", {}))
    assert "没有要补差的患者年度" in page(stranger, ORDER)
    earlier = window.settle(window.bill(person, total=20_000 * YUAN, bill_no="E"))
    html = page(window.liaison, ORDER)
    assert later.number not in html and "2017-09-30" not in html and "的账单 L" not in html
    assert steps_of(html)[0] == "其他医院的一张，请该院冲销"
    assert "−2,592.00" in html and earlier.number in html and html.count("<td>其他医院</td><td>—</td>") == 1
    theirs = page(stranger, ORDER)
    assert later.number in theirs and earlier.number not in theirs and "2017-09-10" not in theirs
    both = page(cast.clerk, ORDER)
    assert earlier.number in both and later.number in both and "btn-danger" not in both
    assert "没有要补差的患者年度" in page(cast.clerk2, ORDER)
