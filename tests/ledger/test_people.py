"""Registering, duplicates, corrections and moves, against the real database."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from ledger.actions import people
from ledger.actions.homes import move_house
from ledger.actions.people import CategoryEntry, correct_person, holder_of, register_person, reveal, similar_people
from ledger.actions.refusals import HeldElsewhere, Refused, Stale
from ledger.models import AuditEvent, Case, CaseEvent, Category, CategoryFact, Person, Residence, Standing
from tests.cast import on_day

D = datetime.date


def everyone() -> int:
    return Person.objects.everywhere("test").count()


def told(person: Person) -> list[tuple[str, str]]:
    return [(event.move, event.text) for event in person.events.order_by("pk")]


def homes(person: Person) -> list[tuple]:
    return [(h.county.code, h.village.name, h.during.lower, h.during.upper) for h in person.residences.order_by("during")]


def standings(person: Person) -> list[tuple]:
    rows = Standing.objects.filter(person=person).select_related("county").order_by("during")
    return [(row.county.code, row.registered_poor, row.during.lower, row.during.upper) for row in rows]


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


# ---- corrections ----


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


# ---- moving house ----


def test_a_move_takes_the_case_along_and_leaves_the_past(cast):
    person = cast.register("韦桂兰", on=D(2017, 9, 1))
    move_house(by=cast.clerk, person=person, village=cast.village2, address="1 组 2 号", on=D(2017, 10, 10), reason="投靠子女")
    person = Person.objects.visible_to(cast.clerk2).get(pk=person.pk)
    case = Case.objects.visible_to(cast.clerk2).get(person=person)
    assert (person.county, person.township, person.village, person.address) == (
        cast.county2, cast.village2.parent, cast.village2, "1 组 2 号",
    )  # fmt: skip
    assert (case.county, case.township) == (cast.county2, cast.village2.parent)
    assert not Person.objects.visible_to(cast.clerk).exists() and not Case.objects.visible_to(cast.clerk).exists()
    assert homes(person) == [
        ("450222", "龙头村", D(2016, 1, 1), D(2017, 10, 10)),
        ("450223", "大兆村", D(2017, 10, 10), None),
    ]
    assert standings(person) == [("450222", True, D(2017, 9, 1), D(2017, 10, 10)), ("450223", True, D(2017, 10, 10), None)]
    assert told(person)[-1] == ("moved_house", "2017-10-10 起搬到鹿寨县中渡镇大兆村")


def test_a_move_inside_the_county_cuts_nothing(cast):
    person = cast.register("韦桂兰", on=D(2017, 9, 1))
    move_house(by=cast.clerk, person=person, village=cast.other_village, address="1 组", on=D(2017, 10, 10))
    assert standings(person) == [("450222", True, D(2017, 9, 1), None)]
    assert told(person)[-1] == ("moved_house", "2017-10-10 起搬到太平镇山咀村")


@pytest.mark.parametrize(
    ("on", "message"),
    [
        (D(2017, 10, 21), "搬迁日期 2017-10-21 晚于今天，请改正。"),
        (D(2016, 1, 1), "搬迁日期 2016-01-01 不晚于现住址的起始日期 2016-01-01，请改其中一个。"),
    ],
)
def test_an_impossible_move_is_refused(cast, on, message):
    person = cast.register("韦桂兰")
    with pytest.raises(Refused) as refused:
        move_house(by=cast.clerk, person=person, village=cast.village2, address="1 组", on=on)
    assert (refused.value.message, refused.value.field) == (message, "on")
    assert len(homes(person)) == 1


def test_two_homes_at_once_are_impossible(cast):
    person = cast.register("韦桂兰")
    home = person.residences.get()
    home.pk = None
    with pytest.raises(IntegrityError, match="one_home_at_a_time"), transaction.atomic():
        home.save(force_insert=True)
