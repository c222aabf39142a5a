"""What was typed is there again after the session ran out or the network dropped, in this tab only, and is saved once."""

import datetime
import json

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from ledger.actions.people import correct_person
from ledger.identity import read_id_number
from ledger.models import AuditEvent, Case, Person
from tests.cast import PASSWORD
from tests.journeys.conftest import PATIENCE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

OFFER = "上次填写的内容还没有保存"
LOST = "登录已过期，刚才填写的内容没有保存。登录后回到原来的页面，可以恢复。"


def people() -> list[str]:
    return sorted(Person.objects.everywhere("test").values_list("name", flat=True))


def fill_in(clerk, number: str) -> None:
    """One screen of registration, typed as a clerk types it; a second category and another town's village among it."""
    page = clerk.page
    page.fill("#id_id_number", number)
    page.press("#id_id_number", "Tab")
    page.fill("#id_name", "韦桂兰")
    page.wait_for_selector("#born-hint:has-text('岁')")
    answer = clerk.holds("**/ledger/villages/**")
    page.select_option("#id_township", label="太平镇")
    page.select_option("#id_village", label="山咀村")  # The village is chosen before its town's list has come, and stays chosen.
    answer()
    page.fill("#id_address", "下屯 27 号")
    page.select_option("[name=category-0-category]", label="建档立卡")
    page.fill("[name=category-0-since]", "2016-01-01")
    page.fill("[name=category-0-basis]", "县扶贫办名册")
    page.click("text=再加类别")
    page.select_option("[name=category-1-category]", label="贫困残疾人")
    page.fill("[name=category-1-since]", "2017-06-15")
    page.fill("[name=category-1-basis]", "县残联名册")
    page.select_option("#id_disease", label="白内障")
    page.fill("#id_found_on", "2017-10-18")
    page.select_option("#id_found_how", index=1)
    page.fill("#id_phone", "13907720561")
    clerk.comes_to_rest()


def kept(page) -> dict:
    """What this tab keeps, by its key, without times."""
    stored = page.evaluate("Object.fromEntries(Object.entries(sessionStorage))")
    return {key: json.loads(text) for key, text in stored.items() if key.startswith("kept:")}


def is_kept(clerk, text: str) -> None:
    """Wait until this tab keeps what was typed last."""
    clerk.until(lambda: any(field["value"] == text for draft in kept(clerk.page).values() for field in draft["fields"]))


def sign_in_again(page, username: str) -> None:
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_selector("nav.side")


def enter_in(page, field: str, *, composing: bool) -> str:
    """Where the focus is after Enter was pressed in a field."""
    return page.evaluate(
        """([id, composing]) => {
            const field = document.getElementById(id);
            field.focus();
            field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", isComposing: composing, bubbles: true, cancelable: true}));
            return document.activeElement.id;
        }""",
        [field, composing],
    )


def test_a_session_that_ran_out_loses_nothing_that_was_typed(cast, desk):
    clerk, number = desk(), cast.id_number(datetime.date(1963, 4, 12)).number
    clerk.sign_in(cast.clerk.username, PASSWORD)
    clerk.open(reverse("ledger:register"))
    page = clerk.page
    fill_in(clerk, number)
    is_kept(clerk, "13907720561")
    [(key, draft)] = kept(page).items()
    assert key == f"kept:{cast.clerk.pk}:{reverse('ledger:register')}:0"
    names = {field["name"] for field in draft["fields"]}
    assert {"id_number", "name", "village", "category-1-category"} <= names and "csrfmiddlewaretoken" not in names

    Session.objects.all().delete()
    page.press("#id_address", "Alt+s")
    page.wait_for_selector("text=" + LOST)
    assert people() == []
    sign_in_again(page, cast.clerk.username)
    assert page.url == clerk.address + reverse("ledger:register")
    clerk.shows(OFFER)
    assert page.input_value("#id_name") == ""
    page.click("button:text-is('恢复')")
    page.wait_for_selector("#born-hint:has-text('岁')")
    clerk.comes_to_rest()
    shown = [page.input_value(f"[name={name}]") for name in ("id_number", "name", "address", "category-1-basis", "found_on", "sex")]
    assert shown == [number, "韦桂兰", "下屯 27 号", "县残联名册", "2017-10-18", "女"]
    assert page.eval_on_selector("#id_village", "one => one.selectedOptions[0].text") == "山咀村"
    page.press("#id_address", "Alt+s")
    page.wait_for_selector("text=已登记韦桂兰")
    clerk.until(lambda: kept(page) == {})  # The page's script clears it when it runs.
    assert (people(), Case.objects.everywhere("test").count()) == (["韦桂兰"], 1)
    clerk.open(reverse("ledger:register"))
    assert OFFER not in clerk.says() and "可能没有保存" not in clerk.says()


def test_a_check_while_typing_leads_the_whole_page_to_the_door(cast, desk):
    clerk, number = desk(), cast.id_number(datetime.date(1963, 4, 12)).number
    clerk.sign_in(cast.clerk.username, PASSWORD)
    clerk.open(reverse("ledger:register"))
    page = clerk.page
    page.fill("#id_address", "下屯 27 号")
    Session.objects.all().delete()
    page.fill("#id_id_number", number)
    page.press("#id_id_number", "Tab")
    page.wait_for_selector("text=" + LOST)
    assert page.locator("h1").inner_text() == "大病救治台账" and page.locator("nav.side").count() == 0
    sign_in_again(page, cast.clerk.username)
    page.click("button:text-is('恢复')")
    assert (page.input_value("#id_address"), page.input_value("#id_id_number")) == ("下屯 27 号", number)


def test_without_network_nothing_is_sent_and_nothing_is_lost(cast, desk):
    person = cast.register("韦桂兰", phone="13907720561")
    clerk = desk()
    clerk.sign_in(cast.clerk.username, PASSWORD)
    clerk.open(reverse("ledger:person-edit", args=[person.pk]))
    page = clerk.page
    page.fill("#id_address", "上屯 3 号")
    clerk.context.set_offline(True)
    page.wait_for_selector("text=网络断开了，填写的内容留在本页；恢复后再保存。")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.press("#id_address", "Alt+s")
    assert page.input_value("#id_address") == "上屯 3 号"
    clerk.context.set_offline(False)
    page.wait_for_selector("text=网络恢复了，可以保存。")
    assert sent == []
    is_kept(clerk, "上屯 3 号")
    page.reload()  # Given up on and opened again: offered, not forced.
    clerk.shows(OFFER)
    assert page.input_value("#id_address") == "3 组 8 号"
    page.click("button:text-is('恢复')")
    page.press("#id_address", "Alt+s")
    page.wait_for_selector("text=资料已保存。")
    person.refresh_from_db()
    assert (person.address, AuditEvent.objects.filter(action="person_corrected").count(), kept(page)) == ("上屯 3 号", 1, {})


def test_what_somebody_else_saved_meanwhile_is_not_written_over(cast, desk):
    """The form restored is saved as of when it was typed: the differences are shown first."""
    person = cast.register("韦桂兰", phone="13907720561")
    clerk = desk()
    clerk.sign_in(cast.clerk.username, PASSWORD)
    address = reverse("ledger:person-edit", args=[person.pk])
    clerk.open(address)
    page = clerk.page
    page.fill("#id_address", "上屯 3 号")
    is_kept(clerk, "上屯 3 号")
    number = read_id_number(person.id_number.reveal(), datetime.date(2017, 10, 20))
    correct_person(
        by=cast.lead,
        person=person,
        version=person.version,
        facts=cast.facts("韦桂兰", id_number=number, address="中屯 5 号", phone="13907720561"),
    )
    clerk.open(address)
    clerk.shows("这份资料后来改过，恢复后保存时会先列出差异。")
    page.click("button:text-is('恢复')")
    page.press("#id_address", "Alt+s")
    page.wait_for_selector("text=您打开之后，韦国强改过这份资料。请看过差异再保存。")
    person.refresh_from_db()
    assert person.address == "中屯 5 号" and "中屯 5 号" in clerk.says() and page.input_value("#id_address") == "上屯 3 号"
    assert [complaint for complaint in clerk.complaints if "409 (Conflict)" not in complaint] == []
    clerk.complaints.clear()  # The browser's console repeats the answer, as it does a 422.


def test_nobody_else_is_offered_it_and_signing_out_drops_it(cast, desk):
    one = desk()
    page = one.page

    def typed() -> None:
        one.open(reverse("ledger:register"))
        page.fill("#id_name", "韦桂兰")
        page.press("#id_name", "Tab")
        is_kept(one, "韦桂兰")
        one.comes_to_rest()

    one.sign_in(cast.clerk.username, PASSWORD)
    typed()
    page.evaluate("""() => {  // A field of the form that stands elsewhere on its page, as the words to a month's findings do.
        const field = document.createElement("textarea");
        field.id = field.name = "beside";
        field.setAttribute("form", "register");
        document.getElementById("main").append(field);
    }""")
    page.fill("#beside", "县医院集中手术")
    is_kept(one, "县医院集中手术")
    Session.objects.all().delete()
    one.sign_in(cast.lead.username, PASSWORD)
    assert kept(page) == {}
    page.go_back()  # Over the door to the page: the browser itself must not put the text back either.
    page.go_back()
    page.wait_for_url("**" + reverse("ledger:register"))
    assert page.input_value("#id_name") == ""
    typed()
    page.click("text=退出")
    page.wait_for_selector("#id_username")
    assert kept(page) == {}
    one.sign_in(cast.lead.username, PASSWORD)
    typed()
    one.open(reverse("ledger:register"))
    page.click("button:text-is('不要了')")
    assert (kept(page), page.input_value("#id_name")) == ({}, "")


def test_keys_work_from_every_page(cast, desk):
    clerk = desk()
    clerk.sign_in(cast.clerk.username, PASSWORD)
    page = clerk.page
    clerk.open(reverse("reports:workbench"))
    page.keyboard.press("Alt+f")
    page.wait_for_url("**" + reverse("ledger:find"))
    clerk.open(reverse("reports:months"))
    page.keyboard.press("Alt+n")
    page.wait_for_url("**" + reverse("ledger:register"))
    assert enter_in(page, "id_address", composing=True) == "id_address"  # It takes a word from the input method, and nothing else.
    assert enter_in(page, "id_address", composing=False) != "id_address" and page.url.endswith(reverse("ledger:register"))
    clerk.open(reverse("ledger:case-list"))
    # An input method is on: the browser says Process, and only the key's place tells which it was.
    page.evaluate("""document.body.dispatchEvent(
        new KeyboardEvent("keydown", {key: "Process", code: "KeyF", altKey: true, bubbles: true, cancelable: true}))""")
    page.wait_for_selector("[name=q]:focus")
    clerk.open(reverse("ledger:case-list"))
    page.keyboard.press("Alt+f")
    page.wait_for_selector("[name=q]:focus")
    with clerk.context.expect_page() as opened:
        page.keyboard.press("Alt+/")
    expect(opened.value.locator("#main")).to_contain_text("键盘操作", timeout=PATIENCE)


def test_a_preview_without_a_page_of_its_own_is_kept_until_it_is_confirmed(cast, desk):
    """It is opened anew by a button: what was typed is offered there; and what was confirmed is not offered again."""
    person = cast.register("韦桂兰")
    clerk = desk()
    clerk.sign_in(cast.clerk.username, PASSWORD)
    page = clerk.page

    def tick() -> None:
        clerk.open(reverse("ledger:case-list"))
        page.check(f"input[name=case][value='{person.cases.get().pk}']")
        page.click("#many button[value=end-category]")
        page.wait_for_selector("#id_reason")

    tick()
    page.fill("#id_reason", "县扶贫办 2017 年第 9 号名册")
    is_kept(clerk, "县扶贫办 2017 年第 9 号名册")
    Session.objects.all().delete()
    page.press("#id_reason", "Alt+s")
    page.wait_for_selector("text=" + LOST)
    sign_in_again(page, cast.clerk.username)
    tick()
    page.click("button:text-is('恢复')")
    page.select_option("#id_category", label="建档立卡")
    page.press("#id_reason", "Alt+s")
    page.wait_for_selector("text=可以办")
    assert OFFER not in clerk.says()
    page.keyboard.press("Alt+s")
    page.wait_for_selector("text=终止类别：已办 1 人。")
    clerk.until(lambda: kept(page) == {})


def test_a_form_sent_back_with_its_faults_is_kept_still(cast, desk):
    """Its fields come filled from the server then: what was typed before the fault counts as typed."""
    person = cast.register("韦桂兰")  # Without a phone number, which the form asks for.
    clerk = desk()
    clerk.sign_in(cast.clerk.username, PASSWORD)
    clerk.open(reverse("ledger:person-edit", args=[person.pk]))
    page = clerk.page
    page.fill("#id_address", "上屯 3 号")
    page.press("#id_address", "Alt+s")
    page.wait_for_selector("#errors")
    assert OFFER not in clerk.says()
    page.fill("#id_native_place", "广西柳城")
    is_kept(clerk, "广西柳城")
    Session.objects.all().delete()
    page.fill("#id_phone", "13907720561")
    page.press("#id_phone", "Alt+s")
    page.wait_for_selector("text=" + LOST)
    sign_in_again(page, cast.clerk.username)
    page.click("button:text-is('恢复')")
    assert [page.input_value(f"#id_{name}") for name in ("address", "native_place", "phone")] == ["上屯 3 号", "广西柳城", "13907720561"]
    page.press("#id_phone", "Alt+s")
    page.wait_for_selector("text=资料已保存。")
    assert kept(page) == {}
