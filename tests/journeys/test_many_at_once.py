"""Two clerks tick the same people, both look at the preview, both confirm: by keyboard, nothing twice, nobody lost."""

import datetime

import pytest

from ledger.models import Case, CaseEvent
from tests.cast import PASSWORD
from tests.journeys.test_two_desks import saves, seated

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def tick(one, *names: str) -> None:
    """Go to each person's box and press Space."""
    for name in names:
        one.page.get_by_label(f"选中{name}").focus()
        one.press("Space")


def test_two_desks_verify_overlapping_lists(cast, desk):
    for name in ("石永福", "韦桂兰", "罗美珍"):
        cast.register(name, on=datetime.date(2017, 10, 12))
    clerk, lead = seated(desk, cast.clerk), seated(desk, cast.lead)
    for one, names in ((clerk, ("石永福", "韦桂兰")), (lead, ("韦桂兰", "罗美珍"))):
        one.open("/ledger/?state=registered")
        tick(one, *names)
        one.shows("已勾选 2 行")
        saves(one, "核实")
        assert "将核实 2 例" in one.says() and "待核实 → 已核实" in one.says()
    saves(clerk, "确认核实 2 例")
    assert clerk.page.url.endswith("/ledger/?state=registered") and "核实：已办 2 例。" in clerk.says()
    saves(lead, "确认核实 2 例")
    assert "共 2 行：已办 1 例，没有办 1 行" in lead.says() and "预览以后，覃玉芳已办：白内障核实通过。这一行没有再办。" in lead.says()
    assert set(Case.objects.everywhere("test").values_list("state", flat=True)) == {"verified"}
    told = CaseEvent.objects.filter(move="case_verify").order_by("person_id").values_list("person__name", "by_name")
    assert list(told) == [("石永福", "覃玉芳"), ("韦桂兰", "覃玉芳"), ("罗美珍", "韦国强")]


def test_from_the_work_list_to_everything_ticked(cast, desk):
    for name in ("石永福", "韦桂兰", "罗美珍"):
        cast.register(name, on=datetime.date(2017, 10, 12))
    one = desk()
    one.sign_in(cast.clerk.username, PASSWORD)
    one.open("/work/")
    assert "等我办理 3 件，其中 3 件超过期限" in one.says()
    with one.page.expect_navigation(wait_until="load"):
        one.page.get_by_role("link", name="成批核实").click()
    one.page.locator("[data-check-all]").focus()
    one.press("Space")
    one.shows("已勾选 3 行")
    saves(one, "核实")
    one.follows("Alt+s")
    one.shows("核实：已办 3 例。")
