"""Registering somebody whole or not at all, and duplicates in one's own county and in another, against the real database."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from ledger.actions import people
from ledger.actions.people import CategoryEntry, correct_person, holder_of, register_person, similar_people
from ledger.actions.refusals import HeldElsewhere, Refused
from ledger.models import AuditEvent, CaseEvent, Category, CategoryFact, Person
from tests.cast import on_day
from tests.ledger.person_rows import everyone, homes, standings, told

D = datetime.date


def test_a_person_is_registered_whole(cast):
    person = cast.register(
        "覃福生", sex="male", born_on=D(1956, 7, 1), category=Category.DIBAO, since=D(2017, 1, 1), disease="colon-cancer",
        found_on=D(2017, 10, 12), case={"icd10": "c18.2", "diagnosed_on": D(2017, 10, 11), "found_by_name": "村医"},
    )  # fmt: skip
    person = Person.objects.visible_to(cast.township).get(pk=person.pk)
    assert (person.name, person.initials, person.sex, person.born_on) == ("覃福生", "qfs", "male", D(1956, 7, 1))
    assert (person.county, person.township, person.village) == (cast.county, cast.village.parent, cast.village)
    assert person.full_address == "龙头镇龙头村3 组 8 号"
    case = cast.case_of(person)
    assert (case.state, case.registered_on, case.registered_by, case.icd10) == ("registered", D(2017, 10, 20), cast.clerk, "C18.2")
    assert (case.county, case.township, case.age_confirmation_needed) == (cast.county, cast.village.parent, False)
    assert told(person) == [
        ("person_registered", "登记入户资料"),
        ("category_held", "低保自 2017-01-01 起，依据：系统名单"),
        ("case_found", "发现结肠癌，途径：入户排查"),
        ("case_registered", "结肠癌登记建档"),
    ]
    units = set(person.events.values_list("unit", "by_name", "county__code"))
    assert units == {("柳城县卫生和计划生育局", "覃玉芳", "450222")}
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [move for move, _ in told(person)]
    assert homes(person) == [("450222", "龙头村", D(2017, 1, 1), None)]
    assert standings(person) == [("450222", False, D(2017, 10, 20), None)]


def test_a_township_registers_what_it_only_found(cast):
    person = cast.register("韦桂兰", by=cast.township, found_only=True)
    assert (cast.case_of(person).state, cast.case_of(person).registered_on) == ("found", None)
    assert standings(person) == []


def test_the_own_countys_duplicate_is_named(cast):
    facts = cast.facts("韦桂兰")
    register_person(by=cast.clerk, facts=facts, categories=[])
    for who in (cast.clerk, cast.township, cast.lead):
        with pytest.raises(Refused) as refused:
            register_person(by=who, facts=facts, categories=[])
        assert type(refused.value) is Refused
        assert (refused.value.message, refused.value.field) == ("本县已有韦桂兰用这个身份证号登记，请打开已有的资料。", "id_number")
    assert everyone() == 1
    assert holder_of(facts.id_number, by=cast.clerk).person.name == "韦桂兰"


def test_another_countys_holder_is_not_shown_but_the_question_is_kept(cast):
    facts = cast.facts("韦桂兰", village=cast.village2)
    register_person(by=cast.clerk2, facts=facts, categories=[])
    before = AuditEvent.objects.count()
    facts.village = cast.village
    with pytest.raises(HeldElsewhere) as refused:
        register_person(by=cast.clerk, facts=facts, categories=[])
    assert (refused.value.message, refused.value.field) == ("已在其他县区登记，可申请转入。", "id_number")
    asked = AuditEvent.objects.order_by("pk").last()
    assert (AuditEvent.objects.count(), asked.action, asked.staff, asked.subject_id) == (before + 1, "held_elsewhere", cast.clerk, None)
    assert list(asked.detail) == ["hash"] and len(asked.detail["hash"]) == 16
    assert (everyone(), holder_of(facts.id_number, by=cast.clerk).person) == (1, None)


@pytest.mark.django_db(transaction=True)
def test_the_question_stays_on_the_trail_when_nothing_is_saved(cast):
    facts = cast.facts("韦桂兰", village=cast.village2)
    register_person(by=cast.clerk2, facts=facts, categories=[])
    person = cast.register("覃福生", id_absent_reason="证件遗失待补")
    facts.village = cast.village
    for ask in (
        lambda: register_person(by=cast.clerk, facts=facts, categories=[]),
        lambda: correct_person(by=cast.clerk, person=person, version=1, facts=facts),
    ):
        with pytest.raises(HeldElsewhere):
            ask()
    assert AuditEvent.objects.filter(action="held_elsewhere").count() == 2


def test_how_often_a_day_somebody_may_learn_it(cast, monkeypatch):
    monkeypatch.setattr(people, "ELSEWHERE_PER_DAY", 3)
    numbers = [cast.facts(name, village=cast.village2) for name in ("甲某", "乙某", "丙某", "丁某")]
    for facts in numbers:
        register_person(by=cast.clerk2, facts=facts, categories=[])
    for facts in (numbers[0], numbers[0], numbers[1], numbers[2]):  # The same number again costs nothing.
        assert holder_of(facts.id_number, by=cast.clerk).elsewhere is True
    with pytest.raises(Refused) as refused:
        holder_of(numbers[3].id_number, by=cast.clerk)
    assert (refused.value.message, refused.value.field) == ("今天查询外县已登记人员的次数已用完，请明天再试。", "id_number")
    assert holder_of(numbers[3].id_number, by=cast.lead).elsewhere is True  # Each has an allowance of their own,
    with on_day(D(2017, 10, 21)):
        assert holder_of(numbers[3].id_number, by=cast.clerk).elsewhere is True  # and a new one each day.


def test_all_or_nothing(cast):
    twice = [CategoryEntry(Category.DIBAO, D(2017, 1, 1), "低保证"), CategoryEntry(Category.DIBAO, D(2017, 5, 1), "低保证")]
    with pytest.raises(Refused) as refused:
        register_person(by=cast.clerk, facts=cast.facts("韦桂兰"), categories=twice, case=cast.entry())
    assert (refused.value.message, refused.value.field) == ("低保在 2017-01-01 至今 已有记录，和这一段重叠。请改起始日期。", "since")
    assert (everyone(), CategoryFact.objects.count(), CaseEvent.objects.count(), AuditEvent.objects.count()) == (0, 0, 0, 0)


def test_two_clerks_saving_the_same_number_at_once(cast, monkeypatch):
    facts = cast.facts("韦桂兰")
    register_person(by=cast.clerk, facts=facts, categories=[])
    monkeypatch.setattr(people, "holder_of", lambda *args, **kwargs: people.Holder())  # The other had not saved when we looked.
    with pytest.raises(Refused, match="^这个身份证号刚刚由别人登记。请打开已有的资料。$"):
        register_person(by=cast.lead, facts=facts, categories=[])
    other = cast.register("覃福生", id_absent_reason="证件遗失待补")
    with pytest.raises(Refused, match="^这个身份证号刚刚由别人登记。请核对。$"):
        correct_person(by=cast.lead, person=other, version=1, facts=facts)
    assert everyone() == 2


def test_a_number_or_a_reason(cast):
    with pytest.raises(IntegrityError, match="id_number_or_a_reason"), transaction.atomic():
        register_person(by=cast.clerk, facts=cast.facts("韦小妹", id_number=None), categories=[])
    cast.register("韦小妹", id_absent_reason="新生儿未上户", disease=None)
    assert everyone() == 1


def test_who_may_be_the_same_person(cast):
    person = cast.register("韦桂兰", insurance_number="4502220001", phone="13900000815")
    cast.register("韦桂兰", village=cast.village2)

    def alike(**asked) -> list[Person]:
        return similar_people(by=cast.clerk, **{"name": "韦桂兰", "born_on": None, **asked})

    assert alike(born_on=D(1951, 12, 31)) == [person]
    assert alike(born_on=D(1952, 1, 1)) == []
    assert alike(phone="13900000815") == [person]
    assert alike(name="覃福生", phone="13900000815") == []
    assert alike(name="覃福生", insurance_number="4502220001") == [person]
    assert alike(born_on=D(1951, 3, 2), except_pk=person.pk) == []
    assert similar_people(by=cast.city, name="韦桂兰", born_on=D(1951, 3, 2)) == []
