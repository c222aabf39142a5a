"""Whatever a browser can be made to send to the window and between the payers, it is answered: no page breaks."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.settlement.counter import TYPED, Counter

pytestmark = pytest.mark.django_db
LONG = "9" * 5000  # Python refuses to read a number of so many digits.
NASTY = ["\0", "a\0b", LONG, "-1", "½", "\u202e", "💉" * 300, "1e400", "NaN"]
WORST = ["\0", LONG, "½"]  # One of each kind that has broken a page: what SQL, int() and str.isdigit() stumble over.


def quiet(staff) -> Client:
    """A browser for which a fault of the page is an answer of 500."""
    client = Client(raise_request_exception=False)
    client.force_login(staff)
    return client


@pytest.mark.parametrize("nasty", [*WORST, "1e400"], ids=lambda text: ascii(text[:12]))
def test_a_field_of_the_bill_may_hold_anything(window, nasty):
    counter = Counter(window.liaison)
    counter.client.raise_request_exception = False
    person = window.patient("石永福")
    address, question = counter.find(person), counter.find(person, "settlement:benefit")
    wrong = []
    for name in (*TYPED, "referral_number", "commercial_yuan"):
        for headers in ({}, {"HX-Request": "true", "HX-Trigger-Name": name}):
            for page in (address, question, f"{address}case/"):
                status = counter.client.post(page, TYPED | {name: nasty}, headers=headers).status_code
                if status not in (200, 302, 422):
                    wrong.append((page, name, status))
        status = counter.client.get(f"{address}?{name}=x", {name: nasty}).status_code
        if status != 200:
            wrong.append((address, name, status))
    assert wrong == []


@pytest.mark.parametrize("nasty", NASTY, ids=lambda text: ascii(text[:12]))
def test_what_a_button_carries_may_be_anything(window, nasty):
    counter = Counter(window.liaison)
    client = counter.client
    client.raise_request_exception = False
    settled = counter.settle(window.patient("韦桂兰"))
    preview = counter.preview(window.patient("石永福"), bill_no="Z1-0002")
    carried = counter.button(preview)
    confirm = preview.replace("/preview/", "/confirm/")
    statuses = {
        "self_pay": client.post(confirm, carried | {"self_pay": nasty}).status_code,
        "content": client.post(confirm, carried | {"content": nasty}).status_code,
        "stay": client.post(reverse("settlement:bill"), {"stay": nasty}).status_code,
        "id_number": client.post(reverse("settlement:bill"), {"id_number": nasty}).status_code,
        "token": client.get(reverse("settlement:bill-of", args=["t"]).replace("/t/", f"/{nasty[:200]}/")).status_code,
        "rows": client.post(reverse("settlement:bill-import"), {"rows": nasty}).status_code,
        "rest": client.post(reverse("settlement:bill-import-rest"), {"rest": nasty}).status_code,
        "reason": client.post(reverse("settlement:reverse", args=[settled.pk]), {"reason": nasty, "key": "k"}).status_code,
    }
    assert {name: status for name, status in statuses.items() if status not in (200, 302, 404, 422)} == {}


@pytest.mark.parametrize("nasty", NASTY, ids=lambda text: ascii(text[:12]))
def test_the_key_of_a_reversal_may_be_anything(window, nasty):
    counter = Counter(window.liaison)
    counter.client.raise_request_exception = False
    settled = counter.settle(window.patient("韦桂兰"))
    answer = counter.client.post(reverse("settlement:reverse", args=[settled.pk]), {"reason": "账单录错", "key": nasty})
    settled.refresh_from_db()
    assert (answer.status_code, settled.stands) == (302, False)


LISTS = [
    "settlement:records", "settlement:order", "settlement:bill", "settlement:benefit", "statements:list", "statements:disputes",
    "statements:checks", "settlement:clients",
]  # fmt: skip
ASKED = ["q", "month", "state", "hospital", "before", "after", "payer", "county", "tab", "layer", "row", "stay", "disease", "page"]


@pytest.mark.parametrize("role", ["liaison", "insurance", "operator"])
def test_a_list_may_be_asked_anything(window, role):
    client = quiet(getattr(window.cast, role))
    wrong = []
    for name in LISTS:
        for asked in ASKED:
            for nasty in WORST:
                status = client.get(reverse(name), {asked: nasty}).status_code
                if status not in (200, 404):
                    wrong.append((name, asked, nasty[:10], status))
    assert wrong == []
