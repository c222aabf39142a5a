"""A session that ran out: the way to the door and back, and which forms the browser may forget."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tests.ledger.desks import client_of, screen

pytestmark = pytest.mark.django_db
LOST = "登录已过期，刚才填写的内容没有保存。登录后回到原来的页面，可以恢复。"
MARK = "0123456789abcdef"


def door(answer) -> dict[str, list[str]]:
    """What the address of the door carries."""
    address = urlsplit(answer["Location"] if "Location" in answer else answer["HX-Redirect"])
    assert address.path == reverse("account:login")
    return parse_qs(address.query)


def test_a_form_sent_without_session_leads_back_to_its_page(cast):
    register, find = reverse("ledger:register"), reverse("ledger:find")
    assert door(Client().get(f"{register}?a=1")) == {"next": [f"{register}?a=1"]}
    assert door(Client().post(f"{register}?a=1", {"name": "韦桂兰"})) == {"next": [f"{register}?a=1"], "lost": ["1"]}
    # A button's address has no page of its own: back to the page it stood on.
    check = reverse("ledger:identity-check")
    for referer, back in [(f"http://testserver{find}?q=1", [f"{find}?q=1"]), ("http://evil.example/", None), ("", None)]:
        assert door(Client().post(check, headers={"referer": referer})) == {"lost": ["1"]} | ({"next": back} if back else {})


def test_a_preview_leads_back_to_the_list_it_was_opened_from(cast):
    """A preview's own address answers POST alone: after signing in it would have been an empty page."""
    many, listed = reverse("ledger:many"), f"{reverse('ledger:case-list')}?state=registered"
    headers = {"referer": f"http://testserver{many}"}
    ways = [(listed, [listed]), (many, None), ("http://evil.example/", None), ("//evil.example/", None), ("http://[", None), ("", None)]
    for said, back in ways:
        answer = Client().post(many, {"do": "verify", "next": said}, headers=headers)
        assert door(answer) == {"lost": ["1"]} | ({"next": back} if back else {})


def test_a_fragment_takes_its_whole_page_along(cast):
    page = reverse("ledger:register")
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}?a=1"}
    for answer in (
        Client().post(reverse("ledger:identity-check"), headers=headers),
        Client().get(reverse("ledger:villages"), headers=headers),
    ):
        assert answer.status_code == 204 and door(answer) == {"next": [f"{page}?a=1"], "lost": ["1"]}
    stranger = headers | {"HX-Current-URL": "http://evil.example/ledger/"}
    assert door(Client().post(reverse("ledger:identity-check"), headers=stranger)) == {"lost": ["1"]}


def test_a_program_is_told_in_its_own_words(cast):
    answer = Client().get(reverse("ledger:case-list"), headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (401, {"detail": "登录已过期，请重新登录。"})


def test_the_door_says_that_nothing_was_saved(cast):
    address = reverse("account:login")
    assert LOST not in Client().get(address).content.decode()
    page = Client().get(f"{address}?lost=1").content.decode()
    assert LOST in page and "<body data-lost>" in page and "js/kept.js" in page
    wrong = Client().post(address, {"username": "nobody", "password": "x", "lost": "1", "next": "/ledger/"})
    assert LOST in wrong.content.decode()


def test_a_form_older_than_a_sign_in_in_another_tab_can_be_brought_back(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.clerk)
    answer = client.post(reverse("ledger:register"), screen(cast, kept_draft=MARK))
    page = answer.content.decode()
    assert answer.status_code == 403 and " data-lost " in page.split("<body")[1].split(">")[0]
    assert "为了安全，没有保存。请返回上一页，刷新后再提交；还是您本人登录的，填写的内容可以恢复。" in page
    assert " data-lost" not in client.get(reverse("ledger:register")).content.decode().split("<body")[1].split(">")[0]


def saved(client) -> str:
    page = client.get(reverse("ledger:keys")).content.decode()
    return page.split('data-saved="')[1].split('"')[0]


def test_only_a_form_that_was_saved_is_forgotten(cast):
    client, address = client_of(cast.clerk), reverse("ledger:register")
    refused = client.post(address, screen(cast, name="", kept_draft=MARK))
    assert refused.status_code == 422 and " data-answer " in refused.content.decode() and saved(client) == ""
    assert client.post(address, screen(cast, kept_draft=MARK)).status_code == 302
    assert saved(client) == MARK == saved(client)  # Said again: the page that should have heard it may never have come.
    assert " data-answer" not in client.get(address).content.decode().split("<body")[1].split(">")[0]
    assert saved(client_of(cast.lead)) == ""


@pytest.mark.parametrize("mark", ["", "x" * 16, MARK + "0", '"><script>', "0123456789ABCDEF"])
def test_a_strange_mark_is_passed_over(cast, mark):
    client = client_of(cast.clerk)
    client.post(reverse("ledger:register"), screen(cast, kept_draft=mark))
    assert saved(client) == ""


def test_a_session_remembers_its_last_twenty(cast):
    client = client_of(cast.clerk)
    for number in range(23):
        client.post(reverse("ledger:list-settings"), {"do": "usual", "kept_draft": f"{number:016x}"})
    assert saved(client).split() == [f"{number:016x}" for number in range(3, 23)]


def test_a_page_says_whose_it_is_and_the_doors_says_nothing(cast):
    assert f'<body data-staff="{cast.clerk.pk}"' in client_of(cast.clerk).get(reverse("ledger:keys")).content.decode()
    assert "data-staff" not in Client().get(reverse("account:login")).content.decode()


@pytest.mark.parametrize(("who", "keys"), [("clerk", ["n", "f"]), ("insurance", ["f"]), ("operator", [])])
def test_the_navigation_has_the_keys_a_role_may_use(cast, who, keys):
    page = client_of(getattr(cast, who)).get(reverse("ledger:keys")).content.decode()
    assert [key for key in ("n", "f") if f'data-key="{key}"' in page] == keys
    assert ("登记患者；" in page) == ("n" in keys) and 'data-key="/"' in page
