"""The window's pages as a liaison uses them: the number typed, the bill typed, the preview read, the button pressed."""

import re

from django.test import Client
from django.urls import reverse

from ledger.models import Person, Staff
from settlement.models import Settlement
from tests.ledger.desks import client_of

TYPED = {
    "stay": "", "disease": "gastric-cancer", "admitted_on": "2017-9-1", "discharged_on": "20170910", "bill_no": "Z1-0001",
    "total_yuan": "10,000.00", "in_policy_yuan": "9,000", "limit_yuan": "", "drugs_in_yuan": "", "drugs_out_yuan": "",
}  # fmt: skip


class Counter:
    """One browser at the window. ``find`` answers the address of the bill's form."""

    def __init__(self, staff: Staff):
        self.client = Client()
        self.client.force_login(staff)

    def find(self, person: Person, name: str = "settlement:bill") -> str:
        answer = self.client.post(reverse(name), {"id_number": person.id_number.reveal()})
        assert answer.status_code == 302, errors_of(answer)
        return answer["Location"]

    def enter(self, person: Person, **typed):
        """Post a bill; the answer is the form with its errors or the way to the preview."""
        address = self.find(person)
        return self.client.post(address, TYPED | typed)

    def preview(self, person: Person, **typed) -> str:
        """The preview's address of a bill that the form takes."""
        answer = self.enter(person, **typed)
        assert answer.status_code == 302, errors_of(answer)
        return answer["Location"]

    def confirm(self, preview: str):
        """Press the preview's button."""
        return self.client.post(preview.replace("/preview/", "/confirm/"), self.button(preview))

    def button(self, preview: str) -> dict:
        """What the confirmation form of the page carries."""
        html = self.client.get(preview).content.decode()
        assert 'name="self_pay"' in html, re.findall(r"须办</span><div>([^<]+)", html)
        return {name: re.search(rf'name="{name}" value="([^"]*)"', html)[1] for name in ("content", "self_pay")}

    def settle(self, person: Person, **typed) -> Settlement:
        answer = self.confirm(self.preview(person, **typed))
        assert answer.status_code == 302
        return Settlement.objects.everywhere("test").get(pk=re.search(r"/records/(\d+)/", answer["Location"])[1])

    def page(self, address: str) -> str:
        return self.client.get(address, follow=True).content.decode()


def errors_of(answer) -> list[str]:
    """The sentences beside the fields."""
    return re.findall(r'class="err" id="[^"]+">([^<]+)<', answer.content.decode())


def summary_of(answer) -> str:
    """What the top of the page sums up, as plain text."""
    found = re.search(r'id="errors">(.*?)</div>', answer.content.decode(), re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


def rows_of(html: str) -> list[str]:
    """The settlement numbers of a list, top down."""
    return re.findall(r'<td><a href="[^"]+">(JS\d{6}-\d+)</a></td>', html)


def page(staff, name: str, **query) -> str:
    return client_of(staff).get(reverse(name), query).content.decode()
