"""Every address × role × method × a foreign object: the table decides, and a stranger's record is not there."""

import datetime
import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from psycopg2.extras import DateRange

from config.access import NAMESPACES, TABLE, rule_for
from hospitals.models import Stay
from ledger import clock
from ledger.actions.people import correct_person, reveal
from ledger.identity import read_id_number
from ledger.models import AuditEvent, Case, Category, Person, Role
from ledger.views.cases import AT_ONCE
from reports.models import DueRule
from settlement.actions.checking import check_again
from settlement.actions.clients import open_client
from settlement.api.authentication import SignedClient
from settlement.api.endpoint import Endpoint
from tests.ledger.importing.lists import waiting_upload
from tests.settlement.kept import kept_settlement
from tests.settlement.kept_policies import kept_policies
from tests.settlement.statement_world import kept_between_payers

PUBLIC = {name for name, rule in TABLE.items() if rule.roles is None}
SIGNED = {name for name, rule in TABLE.items() if rule.signed}
# Addresses whose object lies in an area; the rest show whatever the reader's own area holds.
WITH_OBJECT = {
    "person": ["person", "timeline", "reveal", "person-edit", "move-house", "category-add", "enrolment", "policy-card", "case-add"],
    "fact": ["category-verify", "category-end", "out-of-poverty"],
    "case": ["case-move"],
}


def addresses(resolver=None, namespace: str = "") -> dict[str, URLPattern]:
    """Every named address below the project's URLconf, by its full name."""
    found = {}
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            found |= addresses(entry, inner)
        else:
            found[f"{namespace}{entry.name}"] = entry
    return found


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


class World:
    """The objects that addresses name: one's own in 柳城县, and the same in 鹿寨县."""

    def __init__(self, cast):
        self.cast = cast
        DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=datetime.date(2017, 8, 1))
        self.own = self._objects(cast.register("石永福", found_on=datetime.date(2017, 10, 1)), cast.hospital, "450222")
        self.foreign = self._objects(
            cast.register("覃水莲", village=cast.village2, found_on=datetime.date(2017, 10, 1)), cast.city_hospital, "450223"
        )

        system, _ = open_client(
            by=cast.operator, name="住院收费系统", staff=cast.liaison, addresses="10.1.2.3", expires_on=datetime.date(2017, 12, 31)
        )
        self.own["client"] = self.foreign["client"] = system.pk
        # Policies are one prefecture's, so there is no foreign one here: tests/settlement/test_policy_pages.py has one.
        for kind, pk in kept_policies(by=cast.city).items():
            self.own[kind] = self.foreign[kind] = pk

    def _objects(self, person, hospital, county: str) -> dict:
        fact = person.categories.get(category=Category.REGISTERED_POOR)
        case = person.cases.get()
        type(case).objects.everywhere("set-up").filter(pk=case.pk).update(
            state="in_treatment", hospital_code=hospital.code, hospital_name=hospital.name
        )
        clerk = self.cast.clerk if county == "450222" else self.cast.clerk2
        stay = Stay.objects.create(
            case=case, hospital=hospital, admitted_on=datetime.date(2017, 10, 10), recorded_at=clock.now(), recorded_by=clerk
        )
        earlier = Stay.objects.create(
            case=case, hospital=hospital, admitted_on=datetime.date(2017, 10, 2), discharged_on=datetime.date(2017, 10, 5),
            recorded_at=clock.now(), recorded_by=clerk,
        )  # fmt: skip
        return {
            "upload": waiting_upload(clerk).pk,
            "settlement": kept_settlement(earlier, by=self.cast.liaison).pk,
            **kept_between_payers(person, hospital, by=clerk),
            "person": person.pk,
            "fact": fact.pk,
            "case": case.pk,
            "stay": stay.pk,
            "county": county,
            "staff": clerk.pk,
            "village": person.village_id,
        }

    def address(self, name: str, things: dict) -> str:
        pattern = addresses()[name]
        kinds = {
            "hospitals:discharge": "stay", "hospitals:plan": "case", "hospitals:admit": "case", "hospitals:complete": "case",
            "hospitals:withdraw": "case",
            "settlement:record": "settlement", "settlement:reverse": "settlement", "settlement:again": "settlement",
            "settlement:calculation-sheet": "settlement", "settlement:settlement-sheet": "settlement",
            "ledger:account-reset": "staff", "ledger:account-switch": "staff", "ledger:division-end": "village",
            "settlement:client-edit": "client", "settlement:client-switch": "client", "settlement:client-rotate": "client",
        }  # fmt: skip
        if name.startswith("policies:"):
            drafts = {"policies:edit", "policies:publish", "policies:upload-draft"}
            kinds[name] = "limit" if name.startswith("policies:limit-") else "draft" if name in drafts else "version"
            kinds["policies:discard"] = "spare_draft"
        if name.startswith("statements:") and "pk" in _inner(pattern):
            kinds |= {"statements:resolve": "dispute", "statements:check-bill": "paid_bill", "statements:check-remove": "paid_bill"}
            kinds.setdefault(name, "statement")
        if name.startswith("ledger:people-import-"):
            kinds[name] = "upload"
        kind = kinds.get(name) or next((kind for kind, views in WITH_OBJECT.items() if name.removeprefix("ledger:") in views), "person")
        values = {
            "pk": things[kind], "person_pk": things["person"], "what": "phone", "move": "verify", "period": "2017-10",
            "code": things["county"], "group": "all", "figure": "total", "county_code": things["county"],
            "key": "1", "rest": "nowhere",
            "token": "a-draft-of-nobody", "step": "confirm",
        }  # fmt: skip
        return reverse(name, kwargs={key: values[key] for key in pattern.pattern.converters | _inner(pattern)})


def _inner(pattern: URLPattern) -> dict:
    return dict.fromkeys(re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern)), None)


ROLE_STAFF = {
    Role.TOWNSHIP: "township", Role.CLERK: "clerk", Role.LEAD: "lead", Role.CIVIL: "civil", Role.POVERTY: "poverty",
    Role.DISABLED: "disabled", Role.INSURANCE: "insurance", Role.FINANCE: "finance", Role.LIAISON: "liaison", Role.EXPERT: "expert",
    Role.CITY: "city", Role.AUDITOR: "auditor", Role.OPERATOR: "operator",
}  # fmt: skip
# Read by many; what is sent to them is the city's alone.
KEPT_BY_THE_CITY = {"policies:assumed", "policies:limits", "policies:levels"}
# What a city official asks for lies in its prefecture, so 鹿寨县 is not foreign to it; an operator keeps all accounts of it.
REACHES_BOTH = {Role.CITY, Role.OPERATOR}
NAMES = sorted(TABLE)
# The statement of the world is the insurance office's: no other payer of the county sees it.
ANOTHER_OFFICES = {f"statements:{name}" for name in ("statement", "again", "step", "workbook", "dispute", "resolve")}


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role), ids=str)
def test_the_table_holds_for_every_role(cast, role):
    world = World(cast)
    client = Client(raise_request_exception=False)
    client.force_login(getattr(cast, ROLE_STAFF[role]))
    wrong = []
    for name in NAMES:
        if name in PUBLIC or name == "account:logout":
            continue
        rule, own = TABLE[name], world.address(name, world.own)
        for method in ("GET", "POST"):
            status = getattr(client, method.lower())(own).status_code
            if rule.signed:
                expected = {401}
            elif not rule.allows(role):
                expected = {404}
            elif method not in rule.methods.split():
                expected = {405}
            else:
                expected = {200, 302, 409, 422} | ({404} if _not_this_one(name, role, method) else set())
            if status not in expected:
                wrong.append((name, method, status, sorted(expected)))
    assert wrong == []


def _not_this_one(name: str, role: str, method: str) -> bool:
    """Own objects that are rightly not there: a move that asks nothing has no page, a county has no villages of its prefecture."""
    if role in (Role.CIVIL, Role.FINANCE) and name in ANOTHER_OFFICES:
        return True
    if role != Role.CLERK and name.startswith("ledger:people-import-"):  # The world's upload is the clerk's: nobody else sees it.
        return True
    if role != Role.CITY and method == "POST" and name in KEPT_BY_THE_CITY:
        return True
    return (name == "ledger:case-move" and method == "GET") or (role == Role.CITY and name.startswith("ledger:division"))


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role if role not in REACHES_BOTH], ids=str)
def test_a_foreign_record_is_not_there(cast, role):
    world = World(cast)
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
def test_a_stranger_is_led_to_the_door(cast):
    world = World(cast)
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


SAME_PAGES = [
    "reports:workbench", "ledger:case-list", "ledger:find", "ledger:register", "ledger:people-import", "ledger:person", "ledger:timeline", "ledger:person-edit",
    "ledger:divisions", "hospitals:list", "hospitals:stays", "reports:months", "reports:month", "reports:list-f2", "reports:list-roster",
    "reports:people", "reports:preview", "reports:baseline", "settlement:records", "settlement:of-person", "settlement:order",
    "settlement:record", "settlement:calculation-sheet", "settlement:settlement-sheet", "settlement:bill", "settlement:benefit",
    "statements:list", "statements:disputes", "statements:statement", "statements:resolve", "statements:dispute",
    "statements:checks", "statements:check-bill", "statements:check-import",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["clerk", "lead", "township", "civil", "insurance", "finance", "liaison"])
def test_another_countys_data_changes_no_byte_of_our_pages(cast, role, time_machine):
    time_machine.move_to(datetime.datetime(2026, 11, 20, 2, 0, tzinfo=datetime.UTC), tick=False)
    DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=datetime.date(2017, 8, 1))
    own = cast.register("石永福", found_on=datetime.date(2017, 10, 1))
    world = {"county": "450222", "fact": 0, "stay": 0, "staff": 0, "village": 0} | _between_payers(
        cast, own, cast.hospital, cast.clerk, "ZY0001"
    )
    staff = getattr(cast, role)
    names = [name for name in SAME_PAGES if TABLE[name].allows(staff.role) and not _not_this_one(name, staff.role, "GET")]

    def pages() -> dict[str, str]:
        client = Client()
        client.force_login(staff)
        texts = {}
        for name in names:
            answer = client.get(World.address(None, name, world), follow=True)
            assert answer.status_code == 200, name
            texts[name] = _without_tokens(answer.content.decode())
        return texts

    # Another county's patients of the same hospital; for a liaison, those of another hospital.
    elsewhere = cast.city_hospital if role == "liaison" else cast.hospital
    pages()  # The first visit writes what the second shows (a draft, a trail row): compare from the second on.
    before = pages()
    for name, day in [("石永福", 3), ("韦桂兰", 4), ("莫秀英", 5)]:
        stranger = cast.register(name, village=cast.village2, found_on=datetime.date(2017, 10, day), on=datetime.date(2017, 10, day))
        cast.treat(stranger, on=datetime.date(2017, 10, 18), hospital=elsewhere)
        _between_payers(cast, stranger, elsewhere, cast.clerk2, f"ZY000{day}", month=datetime.date(2017, day, 1))
        check_again(by=cast.lead2)
    stranger.categories.update(during=DateRange(datetime.date(2016, 1, 1), datetime.date(2017, 10, 19)))
    assert pages() == before


def _between_payers(cast, person, hospital, clerk, bill_no: str, month: datetime.date = datetime.date(2017, 9, 1)) -> dict:
    """A settlement, a statement with a dispute, and a bill paid elsewhere of somebody treated there; their ids."""
    case = person.cases.get()
    Case.objects.everywhere("set-up").filter(pk=case.pk).update(
        state="in_treatment", hospital_code=hospital.code, hospital_name=hospital.name
    )
    stay = Stay.objects.create(
        case=case, hospital=hospital, admitted_on=datetime.date(2017, 10, 2), discharged_on=datetime.date(2017, 10, 5),
        recorded_at=clock.now(), recorded_by=clerk,
    )  # fmt: skip
    settlement = kept_settlement(stay, by=cast.liaison, bill_no=bill_no)
    kept = kept_between_payers(person, hospital, by=clerk, bill_no=f"WF-{bill_no}", month=month)
    return kept | {"person": person.pk, "case": case.pk, "settlement": settlement.pk}


def _without_tokens(text: str) -> str:
    """Without the CSRF token and the nonce, which differ at every answer."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
    text = re.sub(r"X-CSRFToken&quot;: &quot;[^&]+|\"X-CSRFToken\": \"[^\"]+\"", "", text)
    return re.sub(r'nonce="[^"]+"', "", text)


WRITES = [name for name, rule in TABLE.items() if rule.methods == "POST" and not rule.signed]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["head", "options"])
def test_a_write_is_made_by_post_alone(cast, method):
    """HEAD and OPTIONS ask for no CSRF token: a view that writes without looking at the method must never see them."""
    world = World(cast)
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
def test_no_page_shows_a_full_number_that_the_table_does_not_grant(cast, role):
    world = World(cast)
    person = Person.objects.everywhere("set-up").get(pk=world.own["person"])
    number, phone = person.id_number.reveal(), "13900000815"
    facts = cast.facts("石永福", id_number=read_id_number(number, clock.today()), phone=phone, contact_phone="13900000816")
    correct_person(by=cast.clerk, person=person, version=person.version, facts=facts)
    reveal(by=cast.clerk, person=person, what="phone")
    client = Client()
    client.force_login(getattr(cast, ROLE_STAFF[role]))
    wrong = []
    for name in NAMES:
        rule = TABLE[name]
        if name == "account:logout" or rule.shows == "full" or not rule.allows(role) or "GET" not in rule.methods.split():
            continue
        html = client.get(world.address(name, world.own)).content.decode(errors="replace")  # A workbook is no text.
        wrong += [(name, secret) for secret in (number, phone, "13900000816") if secret in html]
    assert wrong == []
