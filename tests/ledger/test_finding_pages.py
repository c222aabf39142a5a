"""Finding: the list with its filters and pages, and by ID number."""

import datetime
import re

import pytest
from django.urls import reverse, reverse_lazy

from ledger import case_list
from ledger.actions.cases import open_case
from ledger.actions.people import correct_person, register_person
from ledger.models import AuditEvent, Case, Category, Division
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "found"), [({"q": "覃福"}, ["覃福生"]), ({"q": "QFS"}, ["覃福生"]), ({"q": "s"}, ["石小禾"]), ({"q": "无此人"}, [])]
)
def test_search_by_name_and_initials(cast, query, found):
    for name in ("覃福生", "石小禾", "罗美珍"):
        cast.register(name)
    rows = client_of(cast.clerk).get(reverse("ledger:case-list"), query).context["rows"]
    assert [case.person.name for case in rows] == found


@pytest.mark.parametrize("few", [0, 1, 2, 300])
def test_city_and_county_find_the_same_whether_few_or_many_are_called_so(cast, few, monkeypatch):
    """Looked up first or not: two cases of one person, two counties, and nobody of another prefecture."""
    monkeypatch.setattr(case_list, "FEW_PEOPLE", few)
    both = cast.register("覃福生")
    open_case(by=cast.clerk, person=both, entry=cast.entry("gastric-cancer"))
    cast.register("覃福秋", village=cast.village2)
    cast.register("石小禾", village=cast.village2)
    away = cast.register("覃福来")
    abroad = Division.objects.create(
        code="459922", name="外市县", level=3, parent=Division.objects.create(code="459900", name="外市", level=2)
    )
    type(away).objects.everywhere("test").filter(pk=away.pk).update(county=abroad)
    Case.objects.everywhere("test").filter(person=away).update(county=abroad)
    client = client_of(cast.city)

    def found(by=client, **query) -> tuple[list[str], int]:
        context = by.get(reverse("ledger:case-list"), query).context
        return sorted(case.person.name for case in context["rows"]), context["total"]

    assert found(q="覃福") == found(q="qf") == (["覃福生", "覃福生", "覃福秋"], 3)
    assert found(q="覃") == found(q="q") == (["覃福生", "覃福生", "覃福秋"], 3)
    assert found(client_of(cast.clerk), q="覃") == found(client_of(cast.clerk), q="qf") == (["覃福生", "覃福生"], 2)
    assert found(q="覃福秋") == (["覃福秋"], 1)
    assert found(q="覃福", area=cast.county.pk) == (["覃福生", "覃福生"], 2)
    assert found(q="无此人") == ([], 0)


def test_whoever_is_called_otherwise_now_is_found_by_the_new_name_and_not_by_the_old(cast, monkeypatch):
    """Corrected, merged, or saved again by somebody who read the case before: the database keeps how a name begins."""
    monkeypatch.setattr(case_list, "FEW_PEOPLE", 0)
    facts = cast.facts("覃福生")
    person = register_person(by=cast.clerk, facts=facts, categories=[], case=cast.entry())
    read_before = cast.case_of(person)
    facts.name = "韦福生"
    correct_person(by=cast.clerk, person=person, version=1, facts=facts)
    read_before.save()
    other = cast.register("罗美珍", id_absent_reason="证件遗失待补")
    Case.objects.everywhere("test").filter(pk=cast.case_of(other).pk).update(disease=cast.disease("stroke"), person=person)
    client = client_of(cast.city)

    def found(text: str) -> list[str]:
        return [case.person.name for case in client.get(reverse("ledger:case-list"), {"q": text}).context["rows"]]

    assert (found("韦"), found("w"), found("韦福"), found("wfs")) == (["韦福生"] * 2,) * 4
    assert (found("覃"), found("q"), found("罗"), found("l")) == ([],) * 4


def test_filters_narrow_and_the_tabs_count_them(cast):
    cast.register("覃福生", disease="gastric-cancer")
    cast.register("石小禾", category=Category.DIBAO)
    cast.register("罗美珍", village=cast.other_village)
    client, address = client_of(cast.clerk), reverse("ledger:case-list")

    def names(**query) -> list[str]:
        return sorted(case.person.name for case in client.get(address, query).context["rows"])

    assert names(disease=cast.disease("gastric-cancer").pk) == ["覃福生"]
    assert names(category=Category.DIBAO.value) == ["石小禾"]
    assert names(area=cast.other_village.parent_id) == ["罗美珍"]
    assert names(state="verified") == []
    assert client.get(address, {"category": Category.REGISTERED_POOR.value}).context["tabs"] == [
        ("", "全部", 2),
        ("registered", "待核实", 2),
    ]


def test_pages_by_key_show_everybody_once(cast):
    for number in range(120):
        born_on = datetime.date(1950, 1, 1) + datetime.timedelta(days=number)
        found_only, on = number % 40 == 0, datetime.date(2017, 9, 1 + number % 3)
        cast.register(f"韦{chr(0x4E00 + number)}", born_on=born_on, found_only=found_only, on=on)
    client, address = client_of(cast.clerk), reverse("ledger:case-list")
    first = client.get(address).context
    second = client.get(address, {"before": first["page"].older}).context
    third = client.get(address, {"before": second["page"].older}).context
    shown = [case.pk for page in (first, second, third) for case in page["rows"]]
    assert ([len(page["rows"]) for page in (first, second, third)], len(set(shown)), third["page"].older) == ([50, 50, 20], 120, "")
    back = client.get(address, {"after": third["page"].newer}).context
    assert [case.pk for case in back["rows"]] == [case.pk for case in second["rows"]]


def test_the_lists_queries_do_not_grow_with_its_rows(cast, django_assert_max_num_queries):
    cast.register("韦桂兰")
    client, address = client_of(cast.clerk), reverse("ledger:case-list")
    client.get(address)
    with django_assert_max_num_queries(31) as few:  # The navigation counts what waits in five of them.
        client.get(address)
    for number in range(30):
        cast.register(f"韦{chr(0x4E00 + number)}")
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(address)


def test_by_id_number_only_by_post(cast):
    person = cast.register("韦桂兰")
    client, address = client_of(cast.clerk), reverse("ledger:find")
    assert client.post(address, {"id_number": person.id_number.reveal()})["Location"] == reverse("ledger:person", args=[person.pk])
    assert person.name not in client.get(address, {"id_number": person.id_number.reveal()}).content.decode()
    unknown = cast.id_number(datetime.date(1950, 1, 1)).number
    assert "没有登记过这个身份证号。" in client.post(address, {"id_number": unknown}).content.decode()


@pytest.mark.parametrize("query", [{"before": "²"}, {"after": "²"}, {"before": "999999999999999999999"}])
def test_a_nonsense_key_shows_the_first_page(cast, query):
    cast.register("韦桂兰")
    answer = client_of(cast.clerk).get(reverse("ledger:case-list"), query)
    assert (answer.status_code, len(answer.context["rows"])) == (200, 1)


# ---- an ID number where names are looked for ----

ONLY_NAMES = f'这里只按姓名查找。查身份证号请用<a href="{reverse_lazy("ledger:find")}">按证号查找</a>。'


@pytest.mark.parametrize("typed", ["450222196304120024", " 45022219630412002x ", "４５０２２２１９６３０４１２００２Ｘ", "450222630412002"])
def test_an_id_number_among_the_names_is_led_to_the_search_by_number(cast, typed):
    cast.register("韦桂兰")
    assert ONLY_NAMES in client_of(cast.clerk).get(reverse("ledger:case-list"), {"q": typed}).content.decode()
    detail = AuditEvent.objects.filter(action="viewed_list").get().detail
    assert detail == {"list": "cases", "filters": ["姓名"], "rows": 0}  # No number on the trail.


@pytest.mark.parametrize("typed", ["韦", "4502221963", "wgl450222196304120024", "45022219630412002A", "1390772056113907"])
def test_what_is_no_id_number_is_only_not_found(cast, typed):
    page = client_of(cast.clerk).get(reverse("ledger:case-list"), {"q": typed}).content.decode()
    assert ONLY_NAMES not in page and "没有符合条件的病例。试试去掉“姓名”条件。" in page


def test_a_number_that_nobody_holds_leads_to_registering_whoever_may(cast):
    address, offer = reverse("ledger:find"), f'可以<a href="{reverse("ledger:register")}">登记这位患者</a>。'
    unknown = cast.id_number(datetime.date(1950, 1, 1)).number
    elsewhere = cast.register("莫秀英", village=cast.village2).id_number.reveal()

    def found(who: str, number: str) -> tuple[bool, bool]:
        page = client_of(getattr(cast, who)).post(address, {"id_number": number}).content.decode()
        assert f"?id_number={number}" not in page
        return "没有登记过这个身份证号。" in page, offer in page

    assert {who: found(who, unknown) for who in ("clerk", "township", "civil", "insurance", "liaison")} == {
        "clerk": (True, True), "township": (True, True), "civil": (True, True), "insurance": (True, False), "liaison": (True, False),
    }  # fmt: skip
    assert found("clerk", elsewhere) == (False, False)


# ---- NUL, which no database compares ----


@pytest.mark.parametrize(
    ("who", "name", "keys"),
    [
        ("clerk", "ledger:case-list", "q disease category area hospital state before after"),
        ("clerk", "ledger:villages", "township"),
        ("clerk", "ledger:divisions", "county town"),
        ("city", "ledger:divisions", "county town"),
        ("operator", "ledger:accounts", "q role after"),
        ("auditor", "ledger:trail", "action username day before after"),
        ("clerk", "hospitals:list", "disease county"),
        ("city", "hospitals:list", "disease county"),
        ("clerk", "hospitals:public", "disease county"),
    ],
)
def test_a_nul_in_the_address_is_no_fault(cast, who, name, keys):
    client = client_of(getattr(cast, who))
    for key in keys.split():
        for value in ("\0", "1\0", "韦\0", "9" * 5000):
            assert (client.get(reverse(name), {key: value}).status_code) in (200, 302, 422), (key, value)


def test_a_nul_in_a_name_is_passed_over(cast):
    cast.register("覃福生")
    rows = client_of(cast.clerk).get(reverse("ledger:case-list"), {"q": "覃\0福"}).context["rows"]
    assert [case.person.name for case in rows] == ["覃福生"]
    accounts = client_of(cast.operator).get(reverse("ledger:accounts"), {"q": "\0覃玉", "after": "\0"}).context
    assert ([staff.username for staff in accounts["rows"]], accounts["words"]) == (["clerk-450222-1"], "覃玉")


@pytest.mark.parametrize("query", ["q=%00", "role__exact=%00", "is_active__exact=%00", "area__name=%00", "o=%00", "p=%00"])
def test_a_nul_in_the_plain_admin_is_a_bad_request_or_nothing(cast, query):
    answer = client_of(cast.operator).get(f"{reverse('admin:ledger_staff_changelist')}?{query}")
    assert answer.status_code in (200, 302, 400)


@pytest.mark.parametrize(
    "name", ["ledger:case-list", "hospitals:follow-up-list", "hospitals:owed", "hospitals:deposits", "settlement:records"]
)
def test_the_browser_does_not_remember_the_names_that_were_looked_for(cast, name):
    page = client_of(cast.clerk).get(reverse(name)).content.decode()
    [box] = re.findall(r'<input[^>]* name="q"[^>]*>', page)
    assert 'autocomplete="off"' in box
