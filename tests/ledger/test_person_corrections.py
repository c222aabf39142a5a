"""Particulars corrected: told and masked, seen by the second to save, never a number that stands; and a number revealed on the record."""

import datetime

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger.actions.homes import move_house
from ledger.actions.people import correct_person, register_person, reveal
from ledger.actions.refusals import Refused, Stale
from ledger.models import AuditEvent, CaseEvent, Person, Residence
from tests.ledger.person_rows import homes, standings, told
from tests.refusing import refusal

D = datetime.date


def test_a_correction_is_told_and_masked(cast):
    facts = cast.facts("韦桂兰", phone="13900000815")
    person = register_person(by=cast.clerk, facts=facts, categories=[])
    facts.phone, facts.address = "13900000816", "4 组 1 号"
    saved = correct_person(by=cast.lead, person=person, version=1, facts=facts)
    assert (saved.version, saved.phone.reveal(), homes(saved)[-1][1]) == (2, "13900000816", "龙头村")
    assert Residence.objects.get(person=person).address == "4 组 1 号"
    assert told(person)[-1] == ("person_corrected", "修改资料：联系电话、详细住址")
    assert AuditEvent.objects.order_by("pk").last().detail["changes"] == [
        ["联系电话", "139****0815", "139****0816"],
        ["详细住址", "3 组 8 号", "4 组 1 号"],
    ]


def test_saving_what_stands_changes_nothing(cast):
    facts = cast.facts("韦桂兰")
    person = register_person(by=cast.clerk, facts=facts, categories=[])
    events = CaseEvent.objects.count()
    assert correct_person(by=cast.clerk, person=person, version=1, facts=facts).version == 1
    assert CaseEvent.objects.count() == events


def test_the_second_to_save_sees_the_differences(cast):
    facts = cast.facts("韦桂兰", phone="13900000815")
    person = register_person(by=cast.clerk, facts=facts, categories=[])
    theirs, mine = cast.facts("韦桂英", id_number=facts.id_number, phone="13900000816"), facts
    correct_person(by=cast.lead, person=person, version=1, facts=theirs)
    with pytest.raises(Stale) as stale:
        correct_person(by=cast.clerk, person=person, version=1, facts=mine)
    assert stale.value.message == "您打开之后，韦国强改过这份资料。请看过差异再保存。"
    assert stale.value.changes == [("姓名", "韦桂英", "韦桂兰"), ("联系电话", "139****0816", "139****0815")]
    assert Person.objects.visible_to(cast.clerk).get().name == "韦桂英"
    assert correct_person(by=cast.clerk, person=person, version=2, facts=mine).name == "韦桂兰"


def test_whoever_moved_house_or_corrected_the_number_is_named_too(cast):
    facts = cast.facts("韦桂兰")
    person = register_person(by=cast.clerk, facts=facts, categories=[])
    correct_person(by=cast.clerk, person=person, version=1, facts=cast.facts("韦桂英", id_number=facts.id_number))
    person.residences.update(during=DateRange(datetime.date(2017, 1, 1), None))
    move_house(by=cast.lead, person=person, village=cast.other_village, address="1 组", on=datetime.date(2017, 10, 1), reason="投靠子女")
    for version in (1, 2):
        with pytest.raises(Stale, match="^您打开之后，韦国强改过这份资料。"):
            correct_person(by=cast.clerk, person=person, version=version, facts=facts)


def test_nobody_is_born_after_their_disease(cast):
    """By a birth date that is corrected, and by a first number that brings another one along."""
    person = cast.register("韦小妹", born_on=datetime.date(2017, 9, 1), id_absent_reason="婴儿未上户", found_on=datetime.date(2017, 10, 1))
    after, number = datetime.date(2017, 10, 2), cast.id_number(datetime.date(2017, 10, 2))
    for facts, field, advice in (
        (cast.facts("韦小妹", born_on=after, id_absent_reason="婴儿未上户"), "born_on", "请改其中一个"),
        (cast.facts("韦小妹", born_on=after, id_number=number), "id_number", "请核对证号"),
    ):
        words = f"出生日期 2017-10-02 晚于白内障的发现日期 2017-10-01，{advice}。"
        assert refusal(lambda facts=facts: correct_person(by=cast.clerk, person=person, version=1, facts=facts)) == (words, field)


def test_a_corrected_number_may_not_be_somebody_elses(cast):
    other = cast.facts("覃福生")
    register_person(by=cast.clerk, facts=other, categories=[])
    person = cast.register("韦桂兰", id_absent_reason="证件遗失待补")
    with pytest.raises(Refused, match="^本县已有覃福生用这个身份证号登记，请核对。$"):
        correct_person(by=cast.clerk, person=person, version=1, facts=cast.facts("韦桂兰", id_number=other.id_number))


@pytest.mark.parametrize("given", ["another", "another, seen before there was one", "the other county's", "none"])
def test_an_existing_number_is_changed_only_by_the_act_of_its_own(cast, given):
    """By no correction, whoever asks: not taken away either, and nothing is said of who may hold the other one."""
    before = cast.register("韦桂兰", id_absent_reason="证件遗失待补")
    person = correct_person(by=cast.clerk, person=before, version=1, facts=cast.facts("韦桂兰"))
    facts = cast.facts("韦桂兰", address="8 组 88 号")
    if given == "none":
        facts.id_number, facts.id_absent_reason = None, "证件遗失待补"
    elif given == "the other county's":
        theirs = cast.facts("覃福生", village=cast.village2)
        register_person(by=cast.clerk2, facts=theirs, categories=[])
        facts.id_number = theirs.id_number
    with pytest.raises(Refused) as refused:
        correct_person(by=cast.clerk, person=before if "before" in given else person, version=2, facts=facts)
    assert (refused.value.message, refused.value.field) == ("已有身份证号的，请在“改正身份证号”里改。", "id_number")
    saved = Person.objects.visible_to(cast.clerk).get()
    assert (saved.id_number, saved.address, saved.version) == (person.id_number, "3 组 8 号", 2)
    assert not AuditEvent.objects.filter(action="held_elsewhere").exists()


def test_another_county_cannot_correct(cast):
    person = cast.register("韦桂兰")
    with pytest.raises(Person.DoesNotExist):
        correct_person(by=cast.clerk2, person=person, version=1, facts=cast.facts("韦桂花"))


def test_a_birth_date_corrected_past_the_age_limit_leaves_the_count(cast):
    facts = cast.facts("韦小妹", born_on=D(2005, 1, 1), id_absent_reason="新生儿未上户")
    person = register_person(by=cast.clerk, facts=facts, categories=[], case=cast.entry("all"))
    assert standings(person) == [("450222", False, D(2017, 10, 20), None)]
    facts.born_on = D(1995, 1, 1)
    correct_person(by=cast.clerk, person=person, version=1, facts=facts)
    assert standings(person) == []


def test_a_number_is_revealed_on_the_record(cast):
    person = cast.register("韦桂兰", phone="13900000815")
    person = Person.objects.visible_to(cast.lead).get(pk=person.pk)
    assert reveal(by=cast.lead, person=person, what="phone", purpose="通知入院") == "13900000815"
    assert told(person)[-1] == ("revealed", "查看联系电话，用途：通知入院")
    event = AuditEvent.objects.order_by("pk").last()
    assert (event.action, event.staff, event.subject_id, event.detail["field"]) == ("revealed", cast.lead, person.pk, "phone")
