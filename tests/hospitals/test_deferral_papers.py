"""The agreement and the repayment agreement print on one sheet of A4 each, with the longest texts and the most instalments that there can be."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from hospitals.models import Hospital
from hospitals.repaying import MOST, agree, even_parts
from hospitals.views.repaying import DENSEST, STYLES
from ledger.models import Category, Person
from tests.hospitals.deferral_desk import OUT, owing
from tests.ledger.desks import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.browser]


@pytest.fixture(scope="module")
def printer(browser):
    """Prints a page's sheet under the house's style sheet and counts the pages."""
    styles = "".join(
        f"<style>{Path(finders.find(name)).read_text()}</style>" for name in ("bootstrap/css/bootstrap.min.css", "css/ledger.css")
    )
    tab = browser.new_page(viewport={"width": 1366, "height": 768})

    def pages(html: str) -> int:
        sheet = html[html.index("<article") : html.index("</article>")]
        tab.set_content(f'<!doctype html><html lang="zh-Hans">{styles}<div class="frame"><main class="main">{sheet}</main></div></html>')
        return len(re.findall(rb"/Type\s*/Page\b", tab.pdf(prefer_css_page_size=True)))

    yield pages
    tab.close()


def longest(cast):
    """Every text as long as its field, every category held, as many instalments as there can be."""
    row = owing(cast)
    person = row.stay.case.person
    names = {"name": "韦" * 60, "contact_name": "覃" * 60, "contact_relation": "子" * 20, "address": "屯" * 120}
    Person.objects.everywhere("test").filter(pk=person.pk).update(**names)
    Hospital.objects.filter(pk=row.stay.hospital_id).update(name="院" * 60)
    row.stay.deferral.categories = list(Category)
    return row


def test_each_paper_is_one_page_whatever_stands_on_it(cast, printer):
    row = longest(cast)
    client = client_of(cast.liaison)
    papers = {"agreement": client.get(reverse("hospitals:deferral-paper", args=[row.stay_id])).content.decode()}
    for number in (1, *(most + more for most, _ in STYLES for more in (0, 1)), MOST):
        agree(by=cast.liaison, repayment=row, signed_on=OUT, signed_by="韦" * 60, parts=even_parts(1_500_00, number, OUT))
        papers[number] = client.get(reverse("hospitals:repayment-paper", args=[row.stay_id])).content.decode()
    assert {name: printer(html) for name, html in papers.items()} == dict.fromkeys(papers, 1)
    assert printer(papers[MOST].replace(DENSEST, "sheet-loose")) == 2  # The switch: set loosely, the longest runs over.
