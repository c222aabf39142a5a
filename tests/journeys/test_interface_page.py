"""The interface's description in a real browser: it draws itself from our own files, under the same policy as every page."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_page_shows_itself_under_our_policy_and_asks_nobody_else(desk):
    """``desk`` fails on a request off our address and on any word on the console, as a blocked style or script would leave."""
    seat = desk()
    seat.open("/api/v1/docs/")
    seat.page.wait_for_selector("#operations-结算-settle")
    expect(seat.page.locator(".opblock")).to_have_count(6, timeout=PATIENCE)
    seat.page.locator("#operations-结算-settle .opblock-summary").click()
    seat.page.locator("#operations-结算-settle .opblock-body").get_by_text("Idempotency-Key").first.wait_for()
    assert seat.page.locator(".try-out").count() == 0
