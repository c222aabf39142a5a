"""Every page of every role in a real browser: Chinese only, nothing fetched from elsewhere, nothing on the console."""

import re

import pytest

from config.access import TABLE
from ledger.models import Role
from settlement.national import NAMES
from tests.cast import PASSWORD
from tests.config.access_world import ANOTHER_OFFICES, ROLE_STAFF, THE_COUNTYS_EXPERTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Answered with a file, with data for programs, or by a redirect.
NOT_PAGES = {
    "ledger:villages",
    "ledger:people-import-rest",
    "ledger:holiday-template",
    # A paper itself: a picture or a PDF.
    "ledger:proof",
    "hospitals:standard-file",
    "hospitals:owed-workbook",
    "reports:quality-workbook",
    "reports:f4-workbook",
    "reports:f4-return-workbook",
    "reports:f6-workbook",
    "reports:f6-city-workbook",
    "policies:download",
    # A policy's own text, as its author wrote it.
    "policies:text",
    "settlement:bill-import-template",
    "statements:check-template",
    "statements:check-workbook",
    "statements:workbook",
    "reports:county-workbook",
    "reports:city-workbook",
    "reports:city-period-workbook",
    "reports:job-file",
    "reports:job-progress",
    "reports:api-month",
    "api:schema",
    "api:docs",
    "health",
    "healthz-deadline",
    "account:logout",
    "account:login",
    "ledger:case-move",
}
# Words that rightly are not Chinese.
FOREIGN = re.compile(r"\b(?:Tab|Alt|Shift|Enter|Excel|ICD|F[1-6]|CSV|XLSX|xlsx|csv|UTF|toml|qfs|A4|[A-Z]|[a-z]+-[0-9a-z-]+)\b")

# Asked in one question: seven hundred pages answer. The open page's line in the navigation, where it has one, is not below the window's edge.
LOOK = """() => {
  const seen = (one) => one.checkVisibility({visibilityProperty: true}) && one.getBoundingClientRect().width * one.getBoundingClientRect().height > 0;
  return {
    headings: document.querySelectorAll("h1").length,
    says: document.querySelector("#main").innerText,
    dark: [...document.querySelectorAll(".btn-primary")].filter(seen).length,
    fits: document.documentElement.scrollWidth <= window.innerWidth,
    here: [...document.querySelectorAll(".side [aria-current]")].every((one) => one.getBoundingClientRect().bottom <= window.innerHeight),
  };
}"""

# The one page that tells a hospital's engineer which fields an export is known by: their national names, and no other word.
NATIONAL = {"settlement:bill-import": re.compile(rf"\b(?:{'|'.join(NAMES)})\b")}


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_a_roles_pages(cast, world, desk, role):
    staff = getattr(cast, ROLE_STAFF[role])
    seat = desk()
    seat.sign_in(staff.username, PASSWORD)
    opened = 0
    for name, rule in sorted(TABLE.items()):
        if name in NOT_PAGES or "GET" not in rule.methods.split() or not rule.allows(role):
            continue
        if role == Role.CITY and (name.startswith("ledger:division-") or name in THE_COUNTYS_EXPERTS):
            continue
        # The world's list and its reminder are the clerk's own.
        if role != Role.CLERK and (name.startswith("ledger:people-import-") or name == "reports:message-open"):
            continue
        if role in (Role.CIVIL, Role.FINANCE) and name in ANOTHER_OFFICES:  # The world's statement is the insurance office's.
            continue
        seat.open(world.address(name, world.own))
        page = seat.page.evaluate(LOOK)
        assert page["headings"] == 1, name
        said = NATIONAL[name].sub("", page["says"]) if name in NATIONAL else page["says"]
        assert re.findall(r"[A-Za-z]{4,}", FOREIGN.sub("", said)) == [], name
        assert page["dark"] <= 1, name
        assert page["fits"], name  # No page scrolls sideways at the office's screen.
        assert page["here"], name
        opened += 1
    assert opened >= 2


@pytest.mark.parametrize("page", ["/hospitals/", "/account/login/"])
def test_pages_without_login(cast, desk, page):
    seat = desk()
    seat.open(page)
    assert seat.page.locator("h1").count() == 1
    assert re.findall(r"[A-Za-z]{4,}", seat.says()) == []
