"""The navigation: a link is found where its page says it stands."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from config.access import rule_for
from config.frame import NAVIGATION
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db


def test_every_page_of_the_navigation_names_the_group_it_stands_in(cast):
    """What the first crumb says is where the link is found."""
    client, told = client_of(cast.lead), {}
    for title, entries in NAVIGATION:
        for name, words, query in entries:
            if rule_for(name).allows(cast.lead.role):
                first = re.search(r'<li class="breadcrumb-item">([^<]+)</li>', client.get(reverse(name) + query).content.decode())
                told[words] = (first[1] if first else title, title)
    assert len(told) > 30 and {words: pair for words, pair in told.items() if pair[0] != pair[1]} == {}


def test_paper_bears_neither_navigation_nor_messages():
    """ "Saved" at the head of a list that is signed would be filed with it."""
    style = Path(settings.BASE_DIR, "static", "css", "ledger.css").read_text(encoding="utf-8")
    hidden = [
        rule for printed in style.split("@media print")[1:] for rule in re.findall(r"([^{}]+)\{ display: none !important; \}", printed)
    ]
    assert {".top", ".side", ".bar", "#messages"} <= {one.strip() for rule in hidden for one in rule.split(",")}
