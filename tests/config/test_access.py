"""Every address × role × method × a foreign object: the table decides, and a stranger's record is not there."""

from dataclasses import dataclass

import pytest
from django.http import HttpResponseNotFound
from django.test import Client
from django.urls import reverse

import config.urls
from config.access import NAMESPACES, TABLE, rule_for
from ledger import clock
from ledger.actions.people import correct_person, reveal
from ledger.identity import read_id_number
from ledger.models import AuditEvent, Case, Person, Role
from ledger.views.account import not_here
from ledger.views.cases import AT_ONCE
from settlement.api.authentication import SignedClient
from settlement.api.endpoint import Endpoint
from tests.config.access_addresses import addresses
from tests.config.access_world import NAMES, PUBLIC, REACHES_BOTH, ROLE_STAFF, SIGNED, not_this_one


@pytest.fixture
def refusal_told_once(monkeypatch):
    """The page that says that there is nothing here is made for each reader once: it is the same at every address."""
    made = {}

    def told(request, exception=None):
        reader = request.user.pk, request.resolver_match is None
        if reader not in made:
            made[reader] = not_here(request, exception).content
        return HttpResponseNotFound(made[reader])

    monkeypatch.setattr(config.urls, "handler404", told)


@pytest.fixture
def sessions_in_memory(settings):
    """Who is signed in is read from memory: ten thousand requests ask the database for what they show, not three times for that."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"


@dataclass
class Looked:
    """What a role was answered at every address: the statuses, the pages, and what none of them may show."""

    statuses: dict[str, int]
    pages: dict[str, str]
    secrets: tuple[str, ...]


@pytest.fixture(scope="module")
def looks() -> dict[str, Looked]:
    """Each role looks at every page once for the two tests that ask what it is answered."""
    return {}


@pytest.fixture
def looked(cast, world, looks, role, refusal_told_once, sessions_in_memory) -> Looked:
    """Every address of one's own, asked for after the world's person was given other numbers and one of them was revealed."""
    if role not in looks:
        person = Person.objects.everywhere("set-up").get(pk=world.own["person"])
        number, phone = person.id_number.reveal(), "13900000815"
        facts = cast.facts("石永福", id_number=read_id_number(number, clock.today()), phone=phone, contact_phone="13900000816")
        correct_person(by=cast.clerk, person=person, version=person.version, facts=facts)
        reveal(by=cast.clerk, person=person, what="phone")
        client = Client(raise_request_exception=False)
        client.force_login(getattr(cast, ROLE_STAFF[role]))
        answers = {name: client.get(world.address(name, world.own)) for name in NAMES if name != "account:logout"}
        looks[role] = Looked(
            {name: answer.status_code for name, answer in answers.items()},
            {name: answer.content.decode(errors="replace") for name, answer in answers.items()},  # A workbook is no text.
            (number, phone, "13900000816"),
        )
    return looks[role]


def test_every_address_has_a_row_and_every_row_an_address():
    named = set(addresses())
    unlisted = sorted(name for name in named if rule_for(name) is None)
    stale = sorted(name for name in TABLE if name not in named)
    assert unlisted == []
    assert stale == []
    assert {name.partition(":")[0] for name in named if name not in TABLE} == set(NAMESPACES)


@pytest.mark.django_db
def test_an_address_without_a_row_is_refused(cast, monkeypatch):
    monkeypatch.delitem(TABLE, "ledger:case-list")
    client = Client(raise_request_exception=False)
    client.force_login(cast.clerk)
    assert client.get(reverse("ledger:case-list")).status_code == 500


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role), ids=str)
def test_the_table_holds_for_every_role(cast, world, looked, role):
    client = Client(raise_request_exception=False)
    client.force_login(getattr(cast, ROLE_STAFF[role]))
    wrong = []
    for name in NAMES:
        if name in PUBLIC or name == "account:logout":
            continue
        rule = TABLE[name]
        for method in ("GET", "POST"):
            status = looked.statuses[name] if method == "GET" else client.post(world.address(name, world.own)).status_code
            if rule.signed:
                expected = {401}
            elif not rule.allows(role):
                expected = {404}
            elif method not in rule.methods.split():
                expected = {405}
            else:
                expected = {200, 302, 409, 422} | ({404} if not_this_one(name, role, method) else set())
            if status not in expected:
                wrong.append((name, method, status, sorted(expected)))
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.usefixtures("refusal_told_once", "sessions_in_memory")
@pytest.mark.parametrize("role", [role for role in Role if role not in REACHES_BOTH], ids=str)
def test_a_foreign_record_is_not_there(cast, world, role):
    client = Client(raise_request_exception=False)
    client.force_login(getattr(cast, ROLE_STAFF[role]))
    wrong = []
    for name in NAMES:
        if name in PUBLIC or world.address(name, world.foreign) == world.address(name, world.own):
            continue
        for method in ("GET", "POST"):
            if method not in TABLE[name].methods.split() or not TABLE[name].allows(role):
                continue
            status = getattr(client, method.lower())(world.address(name, world.foreign)).status_code
            if status != 404:
                wrong.append((name, method, status))
    assert wrong == []


def test_what_a_signature_opens_asks_for_one_and_nothing_else_does():
    """A row may say "signed client" only of a view that verifies it, with the methods that the view has; and the other way round."""
    opened = {}
    for name, pattern in addresses().items():
        view = getattr(pattern.callback, "cls", None)
        if view is not None and issubclass(view, Endpoint):
            assert view.authentication_classes == [SignedClient], name
            opened[name] = {method.upper() for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)}
    assert opened == {name: set(TABLE[name].methods.split()) for name in SIGNED} and len(opened) >= 6
    assert all(TABLE[name].roles == frozenset() for name in SIGNED)


@pytest.mark.django_db
def test_a_stranger_is_led_to_the_door(world):
    client = Client()
    wrong = []
    for name in NAMES:
        answer = client.get(world.address(name, world.own))
        if name in PUBLIC:
            assert answer.status_code in (200, 503), name
        elif name in SIGNED:
            assert answer.status_code == 401, name
        elif answer.status_code != 302 or not answer["Location"].startswith("/account/login/"):
            wrong.append((name, answer.status_code))
    assert wrong == []


@pytest.mark.django_db
def test_a_first_password_opens_nothing_but_its_change(cast):
    clerk = cast.clerk
    clerk.must_change_password = True
    clerk.save()
    client = Client()
    client.force_login(clerk)
    answer = client.get(reverse("ledger:case-list"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("account:password"))
    assert client.get(reverse("account:password")).status_code == 200


@pytest.mark.django_db
def test_a_role_taken_away_is_felt_on_the_next_request(cast):
    client = Client()
    client.force_login(cast.lead)
    assert client.get(reverse("ledger:case-list")).status_code == 200
    type(cast.lead).objects.filter(pk=cast.lead.pk).update(role=Role.AUDITOR)
    assert client.get(reverse("ledger:case-list")).status_code == 404


WRITES = [name for name, rule in TABLE.items() if rule.methods == "POST" and not rule.signed]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["head", "options"])
def test_a_write_is_made_by_post_alone(cast, world, method):
    """HEAD and OPTIONS ask for no CSRF token: a view that writes without looking at the method must never see them."""
    wrong = []
    for name in WRITES:
        client = Client()
        role = next(role for role in Role if TABLE[name].allows(role))
        client.force_login(getattr(cast, ROLE_STAFF[role]))
        before = AuditEvent.objects.count()
        status = getattr(client, method)(world.address(name, world.own)).status_code
        if status != 405 or AuditEvent.objects.count() != before:
            wrong.append((name, status))
    assert wrong == []


@pytest.mark.django_db
def test_a_look_may_ask_for_its_head_alone(cast):
    client = Client()
    client.force_login(cast.clerk)
    assert client.head(reverse("ledger:case-list")).status_code == 200
    assert client.options(reverse("ledger:case-list")).status_code == 405


@pytest.mark.django_db
def test_a_record_that_has_just_left_is_not_there(cast, monkeypatch):
    """Found by the page and moved to another county before the action: the answer is the same as for a stranger's."""
    person = cast.register("石永福")
    client = Client(raise_request_exception=False)
    client.force_login(cast.lead)

    def gone(**told):
        raise Case.DoesNotExist

    monkeypatch.setitem(AT_ONCE, "verify", gone)
    assert client.post(reverse("ledger:case-move", args=[person.cases.get().pk, "verify"])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role), ids=str)
def test_no_page_shows_a_full_number_that_the_table_does_not_grant(looked, role):
    wrong = []
    for name, page in looked.pages.items():
        if TABLE[name].shows != "full":
            wrong += [(name, secret) for secret in looked.secrets if secret in page]
    assert wrong == []
