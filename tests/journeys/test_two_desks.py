"""Two people at two screens verify, transfer and merge the same patients at once: neither loses what the other did."""

import datetime

import pytest

from ledger.models import Case, Merge, Person, Transfer
from ledger.standing import differences
from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BORN = datetime.date(1951, 3, 2)


def seated(desk, staff):
    """Somebody of the cast, signed in at a screen of their own; who comes too late meets 404 or 409."""
    one = desk()
    one.expected |= {404, 409}
    one.sign_in(staff.username, PASSWORD)
    return one


def saves(one, button: str) -> None:
    """Press the button and wait for the page that answers."""
    one.comes_to_rest()
    with one.page.expect_navigation(wait_until="load"):
        one.page.get_by_role("button", name=button).first.click()


def test_two_desks_verify_the_same_case(cast, desk):
    person = cast.register("石永福")
    clerk, lead = seated(desk, cast.clerk), seated(desk, cast.lead)
    for one in (clerk, lead):
        one.open(f"/ledger/people/{person.pk}/")
    saves(clerk, "核实")
    assert "石永福的白内障：已核实。" in clerk.says()
    saves(lead, "核实")  # The lead's page is older than the clerk's verification.
    assert "您打开之后，覃玉芳已办：白内障核实通过。没有再办，请看过现在的资料。" in lead.says()
    case = Case.objects.everywhere("test").get(person=person)
    assert (case.state, list(case.events.filter(move="case_verify").values_list("by_name", flat=True))) == ("verified", ["覃玉芳"])


def test_a_county_corrects_what_another_asks_for(cast, desk):
    """鹿寨县 asks for 韦桂兰 while a clerk of 柳城县 corrects her telephone; both stand when she has moved."""
    person = cast.register("韦桂兰", on=datetime.date(2017, 9, 4))
    number = person.id_number.reveal()
    asking, clerk, lead = seated(desk, cast.clerk2), seated(desk, cast.clerk), seated(desk, cast.lead)
    clerk.open(f"/ledger/people/{person.pk}/edit/")

    asking.open("/ledger/transfers/new/")
    for field, text in [
        ("id_number", number),
        ("name", "韦桂兰"),
        ("address", "2 组 5 号"),
        ("moved_on", "2017.10.9"),
        ("reason", "随女儿居住"),
    ]:
        asking.page.fill(f"#id_{field}", text)
    asking.page.select_option("#id_village", str(cast.village2.pk))
    saves(asking, "提交申请")
    assert Transfer.objects.everywhere("test").get().state == "asked"

    # The clerk saves after the request was made: nothing is in the way, and the lead answers on the record as it is now.
    clerk.page.fill("#id_phone", "13900000817")
    saves(clerk, "保存")
    assert "资料已保存。" in clerk.says()
    clerk.open(f"/ledger/people/{person.pk}/edit/")
    clerk.page.fill("#id_household_number", "4502221010009")
    lead.open("/ledger/transfers/")
    with lead.page.expect_navigation(wait_until="load"):
        lead.page.get_by_role("link", name="去答复").click()
    saves(lead, "同意转入")

    # What the clerk still had open is another county's now, and says so instead of half saving.
    saves(clerk, "保存")
    assert "没有这一页，或者不在您的管辖范围。" in clerk.page.inner_text("body")
    asking.open(f"/ledger/people/{person.pk}/")
    assert "中渡镇大兆村" in asking.says()
    moved = Person.objects.visible_to(cast.clerk2).get(pk=person.pk)
    assert (moved.phone.reveal(), moved.household_number, moved.county.code) == ("13900000817", "", "450223")
    assert [home.county.code for home in moved.residences.order_by("during")] == ["450222", "450223"]


def test_a_merge_meets_what_another_desk_did_meanwhile(cast, desk):
    """The clerk lays two records of 莫秀英 side by side; the lead verifies one and corrects the other before the button is pressed."""
    kept = cast.register("莫秀英", born_on=BORN)
    gone = cast.register("莫秀英", born_on=BORN, id_absent_reason="证件丢失", disease="gastric-cancer")
    clerk, lead = seated(desk, cast.clerk), seated(desk, cast.lead)
    clerk.open(f"/ledger/people/{kept.pk}/merge/{gone.pk}/")
    clerk.page.fill("#id_reason", "村医核对，同名同住址")

    lead.open(f"/ledger/people/{gone.pk}/")
    saves(lead, "核实")
    lead.open(f"/ledger/people/{gone.pk}/edit/")
    lead.page.fill("#id_phone", "13900000818")
    saves(lead, "保存")
    lead.page.get_by_label("我已核对，不是同一人").check()  # The page asks about the other 莫秀英; the clerk is just seeing to that.
    saves(lead, "保存")
    assert "资料已保存。" in lead.says()

    saves(clerk, "合并这两份资料")
    assert "您打开之后，韦国强改过其中一份资料，还没有合并。" in clerk.says()
    assert clerk.page.input_value("#id_reason") == "村医核对，同名同住址"
    assert Merge.objects.count() == 0
    saves(clerk, "合并这两份资料")
    assert "已合并为莫秀英的一份资料。" in clerk.says()

    # The lead's telephone and verification are the merged record's; the lead's page of the other record leads there.
    lead.open(f"/ledger/people/{gone.pk}/")
    assert lead.page.url.endswith(f"/ledger/people/{kept.pk}/")
    one = Person.objects.visible_to(cast.lead).get(name="莫秀英")
    assert (one.pk, one.phone.reveal()) == (kept.pk, "13900000818")
    states = Case.objects.visible_to(cast.lead).filter(person=one).order_by("disease__code").values_list("disease__code", "state")
    assert list(states) == [("cataract", "registered"), ("gastric-cancer", "verified")]
    assert differences() == []
