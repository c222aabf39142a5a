"""What a person's page offers and tells: whose turn it is, what a hospital may read, and that reading is on the trail."""

import datetime
import re

import pytest
from django.urls import reverse

from ledger.actions.cases import close_case, open_case, return_case
from ledger.actions.categories import give_policy_card, hold_category
from ledger.actions.people import reveal
from ledger.models import AuditEvent, Case, Category, Person
from ledger.progress import FORWARD, WHOSE
from ledger.transitions import MOVES
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db


def page_of(staff, person: Person):
    return client_of(staff).get(reverse("ledger:person", args=[person.pk]))


# ---- whose turn it is ----

WAITS = {  # state: (the sentence, who makes the move and is not told to wait)
    "found": ("下一步：登记建档，由乡镇卫生院或县卫健部门办理。", {"township", "clerk", "lead"}),
    "registered": ("下一步：核实，由县卫健部门办理。", {"clerk", "lead"}),
    "returned": ("下一步：补正后再报，由乡镇卫生院或县卫健部门办理。", {"township", "clerk", "lead"}),
    "verified": ("下一步：由柳城县人民医院填写诊疗方案，县卫健部门答复。", {"liaison"}),  # Arranged: the hospital writes the plan.
    "planned": ("下一步：登记入院，由县卫健部门或定点医院办理。", {"clerk", "lead", "liaison"}),
    "in_treatment": ("下一步：登记完成治疗，由县卫健部门或定点医院办理。", {"clerk", "lead", "liaison"}),
    "treated": ("下一步：销号，由县卫健部门负责人办理。", {"lead"}),
}
READERS = ["township", "clerk", "lead", "civil", "insurance", "liaison", "city"]


@pytest.mark.parametrize("state", WAITS)
def test_whoever_cannot_bring_a_case_forward_reads_who_does(cast, state):
    person = cast.register("韦桂兰")
    Case.objects.everywhere("set-up").filter(person=person).update(state=state, hospital_code="450222-1", hospital_name="柳城县人民医院")
    sentence, movers = WAITS[state]
    told = {who: page_of(getattr(cast, who), person) for who in READERS}
    assert {who: sentence in page.content.decode() for who, page in told.items()} == {who: who not in movers for who in READERS}
    words = "填写诊疗方案" if state == "verified" else MOVES[FORWARD[state]].label
    assert {who: page.context["next"] and page.context["next"].words for who, page in told.items()} == {
        who: words if who in movers else None for who in READERS
    }


def test_a_closed_case_waits_for_nobody(cast):
    person = cast.register("韦桂兰")
    close_case(by=cast.lead, case=person.cases.get(), outcome="died", reason="家属告知", on=datetime.date(2017, 10, 20))
    for who in ("clerk", "township", "civil"):
        assert "下一步" not in page_of(getattr(cast, who), person).content.decode()


def test_every_forward_move_has_words_for_who_makes_it():
    assert {MOVES[move].roles for move in FORWARD.values()} <= set(WHOSE)


# ---- a move at once has no page ----


def test_the_address_of_a_button_leads_whoever_may_press_it_to_the_person(cast):
    """Signed in again after the session ended, the browser asks for the address that was to be posted."""
    person = cast.register("韦小妹", disease="vsd", by=cast.township)
    case = person.cases.get()

    def asked(who: str, move: str) -> tuple[int, str]:
        answer = client_of(getattr(cast, who)).get(reverse("ledger:case-move", args=[case.pk, move]))
        return answer.status_code, answer.get("Location", "")

    home = (302, reverse("ledger:person", args=[person.pk]))
    assert [asked("clerk", "verify"), asked("lead", "confirm-age"), asked("township", "register")] == [home] * 3
    assert [asked("township", "verify"), asked("clerk", "confirm-age"), asked("clerk", "sell"), asked("clerk", "plan")] == [(404, "")] * 4
    assert person.cases.get().state == "registered"


def test_the_pages_of_a_person_keep_the_ledger_marked_in_the_navigation(cast):
    person = cast.register("韦桂兰")
    pages = [reverse(f"ledger:{name}", args=[person.pk]) for name in ("person", "timeline", "person-edit", "move-house", "case-add")]
    pages += [reverse("ledger:category-end", args=[person.categories.get().pk])]
    pages += [reverse("ledger:case-move", args=[person.cases.get().pk, "close"]), reverse("hospitals:stays", args=[person.pk])]
    for page in pages:
        marked = re.findall(r'aria-current="page">([^<]+)</a>', client_of(cast.lead).get(page).content.decode())
        assert marked == ["救治台账"], page


# ---- correcting ----


def test_sex_and_birth_date_are_the_numbers_on_the_page_of_corrections(cast):
    person = cast.register("韦桂兰", born_on=datetime.date(1963, 4, 12))
    without = cast.register("韦小妹", id_absent_reason="证件遗失待补", born_on=datetime.date(1963, 4, 12))
    desk = client_of(cast.clerk)

    def fields(response) -> tuple[bool, bool, str]:
        page = response.content.decode()
        sex, day = (re.search(rf'<input[^>]*name="{name}"[^>]*>', page)[0] for name in ("sex", "born_on"))
        return "readonly" in sex, "readonly" in day, re.search(r'id="born-hint">([^<]*)<', page)[1]

    edit = reverse("ledger:person-edit", args=[person.pk])
    assert fields(desk.get(edit)) == (True, True, "自动填，54 岁")
    assert fields(desk.get(reverse("ledger:person-edit", args=[without.pk]))) == (False, False, "")
    typed = {"name": "韦桂兰", "address": "3 组", "phone": "1390772056", "version": "1"}
    other = cast.id_number(datetime.date(1960, 1, 1)).number
    first = reverse("ledger:person-edit", args=[without.pk])
    assert fields(desk.post(first, typed | {"id_number": other})) == (True, True, "自动填，57 岁")  # Refused for the phone.
    assert fields(desk.post(first, typed | {"id_number": other[:-2]})) == (False, False, "")
    for sent in (other, other[:-2]):  # A number that stands is corrected on a page of its own.
        assert fields(desk.post(edit, typed | {"id_number": sent})) == (True, True, "自动填，54 岁")


# ---- categories ----


def test_ending_a_category_is_offered_to_whoever_manages_it(cast):
    person = cast.register("韦桂兰", category=Category.REGISTERED_POOR)
    hold_category(by=cast.clerk, person=person, category=Category.DIBAO, since=datetime.date(2017, 1, 1), basis="低保证")
    hold_category(by=cast.clerk, person=person, category=Category.DISABLED_POOR, since=datetime.date(2017, 1, 1), basis="残疾证")
    ends = {reverse("ledger:category-end", args=[fact.pk]): str(fact) for fact in person.categories.all()}

    def offered(who: str) -> set[str]:
        page = page_of(getattr(cast, who), person).content.decode()
        return {name for address, name in ends.items() if f'href="{address}">终止</a>' in page}

    everything = set(ends.values())
    assert {who: offered(who) for who in ("clerk", "lead", "civil", "poverty", "disabled", "insurance", "township")} == {
        "clerk": everything, "lead": everything, "civil": {"低保"}, "poverty": {"建档立卡"}, "disabled": {"贫困残疾人"}, "insurance": set(),
        "township": set(),
    }  # fmt: skip


# ---- a hospital reads of its own cases ----


def test_a_hospital_reads_the_events_of_its_own_cases_the_registration_and_the_categories(cast):
    person = cast.register("韦桂兰", phone="13907720815")
    cast.treat(person)  # 白内障 in the county hospital.
    other = open_case(by=cast.clerk, person=person, entry=cast.entry("gastric-cancer"))
    return_case(by=cast.clerk, case=other, reason="缺胃镜报告")
    give_policy_card(by=cast.clerk, person=person, since=datetime.date(2017, 9, 1))
    reveal(by=cast.clerk, person=person, what="phone")
    timeline = reverse("ledger:timeline", args=[person.pk])
    shown = {who: list(client_of(getattr(cast, who)).get(timeline).context["events"]) for who in ("liaison", "clerk", "township", "city")}
    own = [
        "case_complete", "case_admit", "case_plan", "case_verify", "case_registered", "case_found", "category_held", "person_registered",
    ]  # fmt: skip
    assert [event.move for event in shown["liaison"]] == own
    everything = list(person.events.all())
    assert len(everything) == len(own) + 5 and shown["clerk"] == shown["township"] == shown["city"] == everything
    page = page_of(cast.liaison, person)
    assert page.context["event_count"] == len(own)
    for staff_page in (page, client_of(cast.liaison).get(timeline)):
        html = staff_page.content.decode()
        assert "胃癌" not in html and "缺胃镜报告" not in html and "白内障完成治疗" in html
    cast.liaison.hospital_code = "450202-1"
    cast.liaison.save()
    assert client_of(cast.liaison).get(timeline).status_code == 404


# ---- reading is on the trail ----


def read() -> list[tuple]:
    events = AuditEvent.objects.filter(action__in=("viewed_person", "viewed_list")).order_by("pk")
    return [(event.action, event.username, event.subject_type, event.subject_id, event.county_code, event.detail) for event in events]


def test_reading_a_timeline_is_on_the_trail(cast):
    person = cast.register("韦桂兰")
    client_of(cast.city).get(reverse("ledger:timeline", args=[person.pk]))
    assert read() == [("viewed_person", cast.city.username, "person", person.pk, "450222", {"what": "经过"})]


def test_reading_the_stays_is_on_the_trail_but_not_as_a_part_of_the_page(cast):
    person = cast.register("韦桂兰")
    stays, liaison = reverse("hospitals:stays", args=[person.pk]), client_of(cast.civil)
    liaison.get(stays, headers={"HX-Request": "true"})
    assert read() == []
    liaison.get(stays)
    assert read() == [("viewed_person", cast.civil.username, "person", person.pk, "450222", {"what": "住院"})]


def test_reading_the_categories_that_wait_is_on_the_trail(cast):
    for name in ("韦桂兰", "覃福生"):
        cast.register(name, category=Category.DIBAO)
    queue = reverse("ledger:category-queue")
    client_of(cast.civil).get(queue)
    client_of(cast.poverty).get(queue)
    assert read() == [
        ("viewed_list", cast.civil.username, "", None, "450222", {"list": "categories", "rows": 2}),
        ("viewed_list", cast.poverty.username, "", None, "450222", {"list": "categories", "rows": 0}),
    ]


def test_whose_person_it_is_not_leaves_no_row(cast):
    person = cast.register("韦桂兰")
    for name in ("ledger:timeline", "hospitals:stays"):
        assert client_of(cast.clerk2).get(reverse(name, args=[person.pk])).status_code == 404
    assert read() == []
