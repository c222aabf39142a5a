"""One whole day: found in a village, verified, treated, submitted by the lead, counted in the city's workbook."""

import datetime
import io
import re
from pathlib import Path

import openpyxl
import pytest

from ledger.models import AuditEvent, Case, CategoryFact, Person
from reports.actions import make_dues, rebuild_drafts
from reports.models import DueRule, Submission
from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OCTOBER = datetime.date(2017, 10, 1)
A_PERSON = re.compile(r"/people/\d+/$")


@pytest.fixture
def month(cast):
    """October is due, and a draft stands since this morning."""
    for form in ("F1", "F2"):
        DueRule.objects.create(prefecture=cast.prefecture, form=form, first_period=OCTOBER)
    make_dues(cast.prefecture, 2017)
    rebuild_drafts(cast.county, OCTOBER)
    return cast


def test_a_day_from_the_village_to_the_citys_workbook(month, desk):
    cast = month
    clerk = desk()
    clerk.sign_in(cast.clerk.username, PASSWORD)
    person = _registers(clerk, cast.id_number(datetime.date(1950, 6, 8), "male").number)
    _verifies_the_category(desk, cast, person)
    _sees_to_the_treatment(clerk, person)
    case = Case.objects.everywhere("test").get(person=person)
    assert (case.state, case.completed_on) == ("treated", datetime.date(2017, 10, 20))
    _submits_the_month(desk, cast)
    _finds_him_in_the_workbook(desk, cast)


def _registers(clerk, number: str) -> Person:
    """A clerk registers 石永福 by keyboard alone; the number is typed in full-width digits with a blank."""
    clerk.press("Alt+n")
    clerk.page.wait_for_url("**/people/new/")
    clerk.stands_at("id_id_number")
    wide = "".join(chr(ord(digit) + 0xFEE0) if digit.isdigit() else digit for digit in number)
    clerk.page.keyboard.type(f"{wide[:6]} {wide[6:]}")
    clerk.press("Tab")
    clerk.page.keyboard.type("石永福")
    clerk.press("Tab")
    clerk.page.wait_for_selector("#born-hint:has-text('67 岁')")
    assert (clerk.page.input_value("#id_sex"), clerk.page.input_value("#id_born_on")) == ("男", "1950-06-08")
    _fill_by_keyboard(clerk)
    clerk.comes_to_rest()
    clerk.press("Alt+s")
    clerk.page.wait_for_url(A_PERSON)
    clerk.shows("已登记石永福，状态“待核实”。")
    person = Person.objects.everywhere("test").get(name="石永福")
    assert person.id_number.reveal() == number
    clerk.comes_to_rest()
    assert number not in clerk.page.content()
    return person


def _verifies_the_category(desk, cast, person: Person) -> None:
    """Civil affairs verifies the 低保 from its list of what waits."""
    civil = desk()
    civil.sign_in(cast.civil.username, PASSWORD)
    civil.open("/ledger/categories/")
    with civil.page.expect_navigation(wait_until="load"):
        civil.page.get_by_role("button", name="核实", exact=True).click()
    civil.shows("已核实石永福的低保。")
    assert CategoryFact.objects.get(person=person).verified_on == datetime.date(2017, 10, 20)


def _sees_to_the_treatment(clerk, person: Person) -> None:
    """The clerk verifies the case, agrees the hospital, records the stay and its completed treatment."""

    def goes(kind: str, name: str) -> None:
        clerk.comes_to_rest()
        with clerk.page.expect_navigation(wait_until="load"):
            clerk.page.locator(".title").get_by_role(kind, name=name, exact=True).click()

    clerk.open(f"/ledger/people/{person.pk}/")
    goes("button", "核实")
    clerk.shows("已核实。")
    goes("link", "安排定点医院")
    _choose_hospital(clerk, "**/arrange/")
    clerk.comes_to_rest()
    clerk.page.get_by_role("link", name="方案已在纸上定好", exact=True).click()
    _choose_hospital(clerk, "**/plan/")
    goes("link", "登记入院")
    clerk.page.fill("[name=admitted_on]", "2017.10.18")
    clerk.press("Alt+s")
    clerk.page.wait_for_url(f"**/people/{person.pk}/")
    goes("link", "登记出院")
    assert clerk.page.url.endswith("/discharge/?completed=1")
    clerk.page.fill("[name=discharged_on]", "2017年10月20号")
    assert clerk.page.locator("[name=completed]").is_checked()
    clerk.press("Alt+s")
    clerk.page.wait_for_url(A_PERSON)


def _submits_the_month(desk, cast) -> None:
    """The lead looks at the month: the draft is rebuilt, the person is counted, the month goes to the city."""
    lead = desk()
    lead.sign_in(cast.lead.username, PASSWORD)
    lead.open("/months/2017-10/450222/")
    with lead.page.expect_navigation(wait_until="load"):
        lead.page.get_by_role("button", name="重新生成").click()
    cataract = lead.page.locator(".table-form tr", has_text="白内障")
    assert cataract.locator("td.num").all_inner_texts() == ["0", "0", "0", "0", "1"]
    _finds_it_right(desk, cast)
    lead.open("/months/2017-10/450222/")
    with lead.page.expect_navigation(wait_until="load"):
        lead.page.get_by_role("button", name="提交到").click()
    assert sorted(Submission.objects.everywhere("test").values_list("due__form", "state")) == [("F1", "submitted"), ("F2", "submitted")]


def _finds_it_right(desk, cast) -> None:
    """The clerk answers what the month is checked for and finds it right; whoever does that does not submit."""
    clerk = desk()
    clerk.sign_in(cast.clerk.username, PASSWORD)
    clerk.open("/months/2017-10/450222/")
    asked = clerk.page.locator("#checks textarea")
    for place in range(asked.count()):
        asked.nth(place).fill("已核对，情况属实。")
    if asked.count():
        with clerk.page.expect_navigation(wait_until="load"):
            clerk.page.get_by_role("button", name="保存说明").first.click()
    with clerk.page.expect_navigation(wait_until="load"):
        clerk.page.get_by_role("button", name="核对完毕").click()


def _finds_him_in_the_workbook(desk, cast) -> None:
    """A city official downloads the consolidated workbook and finds him counted."""
    city = desk()
    city.sign_in(cast.city.username, PASSWORD)
    with city.page.expect_download() as download:
        city.page.get_by_role("link", name="下载 10 月汇总表").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    summary = book["汇总"]
    row = next(row for row in summary.iter_rows(values_only=True) if row[0] == "白内障")
    assert row[:7] == ("白内障", 0, 0, 0, 0, "白内障", 1)
    told = "".join(str(cell) for row in summary.iter_rows(values_only=True) for cell in row if cell)
    assert "1 / 2" in told
    assert AuditEvent.objects.filter(staff=cast.city, action="exported").count() == 1


def _fill_by_keyboard(clerk) -> None:
    """From the insurance number to the last field, Tab by Tab."""
    keyboard = clerk.page.keyboard

    def choose(words: str) -> None:
        """Arrow down to the words: an input method does not reach into a select."""
        clerk.page.wait_for_selector(f"select:focus option:text-is('{words}')", state="attached")
        for _ in range(60):
            if clerk.page.evaluate("document.activeElement.selectedOptions[0].text") == words:
                break
            keyboard.press("ArrowDown")
        assert clerk.page.evaluate("document.activeElement.selectedOptions[0].text") == words
        keyboard.press("Tab")

    def write(text: str = "") -> None:
        keyboard.type(text)
        keyboard.press("Tab")

    assert clerk.page.evaluate("document.activeElement.id") == "id_insurance_number"
    write("4502221806217")
    write("广西柳城")
    write()  # There is a number: no reason.
    choose("龙头镇")
    clerk.comes_to_rest()  # Each town that the arrow passed has been asked for its villages.
    choose("龙头村")
    write("下屯 27 号")
    write()
    write("13907720815")
    for _ in range(5):
        write()  # Contact and village doctor may stay empty.
    choose("低保")
    write("2017-1-1")
    write("低保证 2017 年 1 月")
    clerk.press("Tab")  # Past "one more category".
    choose("白内障")
    write("2017年10月18日")
    write("柳城县人民医院")
    choose("村医入户随访")


def _choose_hospital(clerk, page: str) -> None:
    """The nearest designated hospital stands first."""
    clerk.page.wait_for_url(page)
    choice = clerk.page.locator("select[name=hospital]")
    if choice.count():
        choice.select_option(label=choice.locator("option", has_text="柳城县人民医院").first.inner_text())
    else:
        clerk.page.get_by_label("柳城县人民医院").check()
    clerk.press("Alt+s")
    clerk.page.wait_for_url(A_PERSON)
