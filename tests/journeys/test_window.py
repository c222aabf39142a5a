"""One patient at the hospital's window, by keyboard: the question before admission, the bill, its papers, its reversal."""

import datetime
import re

import pytest

from hospitals.actions import record_stay
from settlement.models import Settlement
from tests.cast import PASSWORD
from tests.settlement.window import Window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
A_PREVIEW = re.compile(r"/preview/(#|$)")  # A redirect keeps the fragment that led to the wrong field.


def test_a_patient_at_the_window(cast, desk):
    window = Window.open(cast)
    person = window.patient("石永福")
    days = {"admitted_on": datetime.date(2017, 9, 27), "discharged_on": datetime.date(2017, 10, 17)}
    record_stay(by=cast.liaison, case=cast.case_of(person), hospital=cast.hospital, **days)
    seat = desk()
    seat.sign_in(cast.liaison.username, PASSWORD)
    _asks_before_admission(seat, person)
    shown = _types_the_bill(seat, person)
    settlement = _confirms_once(seat, shown)
    record = f"/settlement/records/{settlement.pk}/"
    _prints_both_papers(seat, record)
    _undoes_it(seat, record, settlement)


def _asks_before_admission(seat, person) -> None:
    """What is this person entitled to, and what would 12,000 yuan leave to pay?"""
    seat.open("/settlement/benefit/")
    _find(seat, person, "**/settlement/benefit/*/")
    seat.shows("建档立卡（已核实）", "今年还有多少额度")
    seat.page.locator("#id_disease").focus()
    _type(seat, "Tab", "１２，０００", "Tab", "11000.5")
    seat.follows("Enter")
    assert seat.page.input_value("#id_in_policy_yuan") == "11000.5"
    assert "12,000.00" in seat.page.inner_text(".facts-wide") and "示范参数" in seat.says()


def _types_the_bill(seat, person) -> str:
    """The stay that has ended is there already, and the first thing to type has the focus. Answers what is left to pay."""
    seat.open("/settlement/bills/")
    _find(seat, person, "**/settlement/bills/*/")
    seat.stands_at("id_bill_no")
    assert seat.page.input_value("#id_discharged_on") == "2017-10-17"
    _type(seat, "Z1-0093", "Tab", "62480.355", "Enter", "55,812.60")
    seat.follows("Alt+s")
    seat.shows("金额最多两位小数，现在有 3 位。请按账单写到分")
    seat.stands_at("errors")
    seat.press("Tab", "Enter")  # To the field that the sentence names.
    seat.stands_at("id_total_yuan")
    seat.press("Control+a")
    _type(seat, "62480.35")
    seat.follows("Alt+s")
    seat.page.wait_for_url(A_PREVIEW)
    assert "还没有保存" not in seat.says()
    assert seat.page.locator("svg[role=img]").count() == 1 and "与总费用一致" in seat.says()
    return seat.page.inner_text(".result .big").removesuffix("元").strip()


def _confirms_once(seat, shown: str) -> Settlement:
    """Pressed twice, and looked for again from the address of the preview: settled once."""
    preview = seat.page.url.partition("#")[0]
    seat.page.get_by_role("button", name="确认结算").focus()
    seat.follows("Enter", "Enter")
    seat.page.wait_for_url("**/settlement/records/*/")
    settlement = Settlement.objects.everywhere("test").get()
    seat.shows(f"已结算，结算号 {settlement.number}，个人自付 {shown} 元。")
    seat.page.goto(preview)
    assert seat.page.url.endswith(f"/settlement/records/{settlement.pk}/")
    return settlement


def _prints_both_papers(seat, record: str) -> None:
    """One page each, with the amounts in capitals."""
    for words, heading in (("打印计算说明", "医疗费用一站式结算计算说明"), ("打印结算单", "医疗费用一站式结算单")):
        seat.open(record)
        seat.page.get_by_role("link", name=words).focus()
        seat.follows("Enter")
        assert seat.page.inner_text("h1") == heading and "大写：" in seat.says() and "示范参数" in seat.says()
        pdf = seat.page.pdf(prefer_css_page_size=True)
        assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type/Page/") == 1


def _undoes_it(seat, record: str, settlement: Settlement) -> None:
    """With a reason; the same bill is ready to be settled anew."""
    seat.open(record)
    seat.page.get_by_role("link", name="冲销", exact=True).focus()
    seat.follows("Enter")
    seat.stands_at("id_reason")
    _type(seat, "总费用录错，应为 6,248.35 元")
    seat.follows("Alt+s")
    seat.shows("已冲销", "年度额度和累计已经退回")
    settlement.refresh_from_db()
    assert (settlement.stands, settlement.person_year.state) == (False, {}) or not any(map(any, settlement.person_year.state.values()))
    seat.page.get_by_role("button", name="按原账单重新结算").focus()
    seat.follows("Enter")
    assert (seat.page.input_value("#id_total_yuan"), seat.page.input_value("#id_bill_no")) == ("62,480.35", "Z1-0093")


def _find(seat, person, address: str) -> None:
    """The whole number typed where the focus waits for it."""
    seat.stands_at("id_id_number")
    seat.page.keyboard.type(person.id_number.reveal())
    seat.press("Enter")
    seat.page.wait_for_url(address)


def _type(seat, *words: str) -> None:
    for word in words:
        if word in ("Tab", "Enter"):
            seat.press(word)
        else:
            seat.page.keyboard.type(word)
