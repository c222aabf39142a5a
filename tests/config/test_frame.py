"""The navigation: a link is found where its page says it stands."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from config.access import rule_for
from config.frame import COUNTED, NAVIGATION
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db
NOWHERE = 6


def test_every_page_of_the_navigation_names_the_group_it_stands_in(cast):
    """What the first crumb says is where the link is found."""
    client, told = client_of(cast.lead), {}
    for title, entries in NAVIGATION:
        for name, words, query in entries:
            if rule_for(name).allows(cast.lead.role):
                first = re.search(r'<li class="breadcrumb-item">([^<]+)</li>', client.get(reverse(name) + query).content.decode())
                told[words] = (first[1] if first else title, title)
    assert len(told) > 30 and {words: pair for words, pair in told.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize(
    ("who", "page", "opened", "folded"),
    [
        ("lead", "reports:workbench", ["台账", "上报"], ["诊疗", "结算窗口", "对账", "资料"]),
        ("lead", "ledger:holidays", ["台账", "上报", "资料"], ["诊疗", "结算窗口", "对账"]),
        ("liaison", "reports:workbench", ["诊疗", "结算窗口"], ["台账", "对账", "资料"]),
        ("liaison", "ledger:case-list", ["台账", "诊疗", "结算窗口"], ["对账", "资料"]),
        ("township", "reports:workbench", [], []),
    ],
)
def test_a_long_navigation_folds_what_is_not_of_every_day(cast, who, page, opened, folded):
    """What a role does daily is in sight, and the group of the page that is open; a short navigation folds nothing."""
    text = client_of(getattr(cast, who)).get(reverse(page)).content.decode()
    told = re.findall(r"<details( open)?><summary><h2>([^<]+)</h2>", text.split('<nav class="side"')[1].split("</nav>")[0])
    assert ([title for state, title in told if state], [title for state, title in told if not state]) == (opened, folded)


def test_a_folded_group_tells_how_many_wait_in_it(cast, monkeypatch):
    monkeypatch.setitem(COUNTED, "hospitals:plan-list", lambda staff: 2)
    monkeypatch.setitem(COUNTED, "hospitals:referral-list", lambda staff: 1)
    page = client_of(cast.lead).get(reverse("reports:workbench")).content.decode()
    assert "<details><summary><h2>诊疗</h2><span>3</span></summary>" in page
    assert "诊疗方案<span>2</span>" in page and "<h2>结算窗口</h2></summary>" in page


def test_where_nothing_is_found_nothing_is_added_up(cast, django_assert_num_queries, monkeypatch):
    """The session, who it is with their area, and no count."""
    client = client_of(cast.lead)
    client.get(reverse("account:password"))
    monkeypatch.setitem(COUNTED, "hospitals:plan-list", lambda staff: pytest.fail("counted"))
    with django_assert_num_queries(NOWHERE):
        page = client.get(reverse("ledger:person", args=[10**9]))
    assert page.status_code == 404 and ">消息</a>" in page.content.decode()


def test_paper_bears_neither_navigation_nor_messages():
    """ "Saved" at the head of a list that is signed would be filed with it."""
    style = Path(settings.BASE_DIR, "static", "css", "ledger.css").read_text(encoding="utf-8")
    hidden = [
        rule for printed in style.split("@media print")[1:] for rule in re.findall(r"([^{}]+)\{ display: none !important; \}", printed)
    ]
    assert {".top", ".side", ".bar", "#messages"} <= {one.strip() for rule in hidden for one in rule.split(",")}
