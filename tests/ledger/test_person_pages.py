"""A person's page and what is done from it: numbers, corrections, moving house, closing, categories."""

import datetime

import pytest
from django.urls import reverse

from ledger import clock
from ledger.actions.people import correct_person
from ledger.identity import read_id_number
from ledger.models import AuditEvent, Case, Category, CategoryFact
from tests.ledger.desks import client_of, only_person

pytestmark = pytest.mark.django_db


def test_numbers_are_masked_until_a_click_on_the_record(cast):
    person = cast.register("韦桂兰", phone="13907720815")
    client, page = client_of(cast.clerk), reverse("ledger:person", args=[person.pk])
    shown = client.get(page).content.decode()
    assert person.id_number.reveal() not in shown
    assert "139****0815" in shown
    answer = client.post(reverse("ledger:reveal", args=[person.pk, "phone"]), headers={"HX-Request": "true"})
    assert "13907720815" in answer.content.decode()
    event = AuditEvent.objects.filter(action="revealed").get()
    assert (event.username, event.subject_id, event.detail["field"]) == (cast.clerk.username, person.pk, "phone")
    assert "查看联系电话" in client.get(page).content.decode()


def test_the_second_to_save_sees_what_changed(cast):
    person = cast.register("韦桂兰", phone="13907720815")
    client, address = client_of(cast.clerk), reverse("ledger:person-edit", args=[person.pk])
    typed = {
        "id_number": person.id_number.reveal(), "name": "韦桂兰", "address": "上屯 3 号", "phone": "13907720815", "version": "1",
    }  # fmt: skip
    number = read_id_number(person.id_number.reveal(), clock.today())
    facts = cast.facts("韦桂兰", id_number=number, address="下屯 27 号", phone="13907720815")
    correct_person(by=cast.lead, person=person, version=1, facts=facts)
    answer = client.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "韦国强改过这份资料。请看过差异再保存。" in page
    assert "<del>下屯 27 号</del>" in page
    assert "<ins>上屯 3 号</ins>" in page
    assert only_person().address == "下屯 27 号"
    assert client.post(address, typed | {"version": "2"}).status_code == 302
    assert only_person().address == "上屯 3 号"


def test_a_word_that_the_list_no_longer_has_survives_a_correction(cast):
    person = cast.register("韦小妹", contact_name="韦桂兰", contact_relation="婶婶", phone="13907720815", id_absent_reason="新生儿未上户")
    client, address = client_of(cast.clerk), reverse("ledger:person-edit", args=[person.pk])
    form = client.get(address).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields if name not in ("sex", "not_the_same", "why")} | {"sex": "女"}
    assert client.post(address, typed | {"address": "上屯 3 号", "version": "1"}).status_code == 302
    saved = only_person()
    assert (saved.contact_relation, saved.id_absent_reason, saved.address) == ("婶婶", "新生儿未上户", "上屯 3 号")
    answer = client.post(address, typed | {"contact_relation": "邻居", "version": "2"})
    assert answer.context["form"].errors["contact_relation"] == ["与患者关系不在可选范围，请重新选择。"]


def test_moving_to_another_county_takes_the_person_out_of_sight(cast):
    person = cast.register("韦桂兰", since=datetime.date(2016, 1, 1))
    client = client_of(cast.clerk)
    typed = {"village_code": cast.village2.code, "address": "新村 1 号", "on": "2017-10-10", "reason": "易地搬迁"}
    answer = client.post(reverse("ledger:move-house", args=[person.pk]), typed)
    assert (answer.status_code, answer["Location"]) == (302, reverse("ledger:case-list"))
    assert client.get(reverse("ledger:person", args=[person.pk])).status_code == 404
    assert client_of(cast.clerk2).get(reverse("ledger:person", args=[person.pk])).status_code == 200


def test_enter_saves_nothing_that_is_hard_to_take_back(cast):
    """In these forms Enter goes to the next field, as the page of keys says; Alt+S saves."""
    person, other = cast.register("韦桂兰"), cast.register("韦桂花")
    case, client = cast.case_of(person), client_of(cast.lead)
    addresses = [
        reverse("ledger:move-house", args=[person.pk]), reverse("ledger:case-move", args=[case.pk, "close"]),
        reverse("ledger:merge", args=[person.pk, other.pk]),
    ]  # fmt: skip
    assert [address for address in addresses if "data-enter-moves" not in client.get(address).content.decode()] == []


def test_whoever_may_not_move_a_person_is_offered_no_way_to(cast):
    person = cast.register("韦桂兰")
    edit, move = reverse("ledger:person-edit", args=[person.pk]), reverse("ledger:move-house", args=[person.pk])
    offered = [f'<a href="{move}">搬迁</a>' in client_of(staff).get(edit).content.decode() for staff in (cast.clerk, cast.township)]
    assert offered == [True, False]


def test_closing_asks_for_outcome_and_reason(cast):
    case = cast.case_of(cast.register("韦桂兰"))
    client, address = client_of(cast.lead), reverse("ledger:case-move", args=[case.pk, "close"])
    page = client.post(address, {"outcome": "", "on": "2017-10-20", "reason": ""}).content.decode()
    assert "请选择销号原因" in page
    assert "请填写说明" in page
    page = client.post(address, {"outcome": "cured", "on": "2017-10-20", "reason": "痊愈"}).content.decode()
    assert "还没有登记完成治疗，不能按“治愈”销号。请先登记完成治疗。" in page
    assert client.post(address, {"outcome": "died", "on": "2017-10-20", "reason": "家属告知"}).status_code == 302
    assert Case.objects.everywhere("test").get().state == "closed"


def test_a_department_verifies_its_own_categories(cast):
    person = cast.register("韦桂兰", category=Category.DIBAO)
    fact = person.categories.get()
    queue = reverse("ledger:category-queue")
    assert "韦桂兰" in client_of(cast.civil).get(queue).content.decode()
    assert "韦桂兰" not in client_of(cast.poverty).get(queue).content.decode()
    answer = client_of(cast.poverty).post(reverse("ledger:category-verify", args=[fact.pk]), follow=True)
    assert "低保由民政部门核实，您不能核实。" in answer.content.decode()
    client_of(cast.civil).post(reverse("ledger:category-verify", args=[fact.pk]))
    assert CategoryFact.objects.get().verified_by == cast.civil


def test_an_insurance_number_that_is_the_id_number_is_masked(cast):
    number = cast.id_number(datetime.date(1963, 4, 12))
    person = cast.register("韦桂兰", id_number=number, insurance_number=number.number)
    assert number.number not in client_of(cast.clerk).get(reverse("ledger:person", args=[person.pk])).content.decode()
