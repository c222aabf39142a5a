"""A list is written by the same rows and with the same words as a desk's own actions, also when many are written or changed together."""

import datetime

import pytest
from django.db import transaction

from ledger import clock
from ledger.actions.cases import open_case
from ledger.actions.categories import hold_category
from ledger.actions.people import CaseEntry, CategoryEntry, register_person
from ledger.importing import uploads, writing
from ledger.importing.matching import facts_of
from ledger.models import AuditEvent, Case, Category, Person, Residence
from ledger.standing import differences
from tests.cast import on_day
from tests.ledger.importing.lines import DAY, look, rows
from tests.ledger.importing.lists import f2, roster
from tests.ledger.importing.traces import details, left_behind, trace

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["clerk", "civil", "township"])
def test_a_batch_writes_the_rows_that_registering_each_writes(cast, lines, role):
    by, number = getattr(cast, role), lines.number()
    line = lines.f2(身份证号=number, 籍贯="广西柳城县龙头镇龙头村", 备注="低保证第 12 号")
    upload = look(by, f2(line))
    with transaction.atomic():
        uploads.import_people(by=by, upload=upload)
        (person,) = Person.objects.visible_to(by)
        batch, facts = trace(person), facts_of(person, clock.today())
        transaction.set_rollback(True)
    assert not Person.objects.visible_to(by).exists()
    case = CaseEntry(cast.disease("gastric-cancer"), DAY, "民政部门提供")
    alone = register_person(
        by=by, facts=facts, categories=[CategoryEntry(Category.DIBAO, DAY, "低保证第 12 号")], case=case, found_only=role == "civil"
    )
    assert trace(alone) == batch
    assert [row["action"] for row in batch["trail"]] == ["person_registered", "category_held", "case_found"] + (
        ["case_registered"] if role != "civil" else []
    )
    assert differences() == []


# ---- changes, one action each ----


def test_what_changed_is_written_by_the_actions_and_on_the_trail(cast, lines):
    with on_day(datetime.date(2017, 10, 1)):
        person = cast.register("韦桂兰", category=None, disease=None, phone="13900000001", household_number="1")
    line = lines.roster(姓名="韦桂兰", 身份证号=person.id_number.reveal(), 行政村代码="450222102201", 家庭地址="5 组 1 号", 脱贫年度=2016)
    upload = look(cast.clerk, roster(line), "roster")
    (row,) = rows(upload)
    assert [(cell, label, after) for cell, label, _, after in row.changes] == [
        ("F2", "行政村", "太平镇山咀村"), ("G2", "联系电话", "139****0815"), ("D2", "户编号", "4502221010001"), ("", "人员类别", "建档立卡"),
    ]  # fmt: skip
    uploads.import_people(by=cast.clerk, upload=upload)
    person = Person.objects.visible_to(cast.clerk).get()
    assert (person.full_address, person.household_number, person.phone.reveal()) == (
        "太平镇山咀村5 组 1 号",
        "4502221010001",
        "13900000815",
    )
    assert person.categories.get().out_of_poverty_year == 2016
    moves = set(person.events.values_list("move", flat=True)) - {"person_registered"}
    assert moves == {"person_corrected", "moved_house", "category_held"} <= set(AuditEvent.objects.values_list("action", flat=True))
    again = look(cast.clerk, roster(line), "roster")
    assert again.counts["unchanged"] == 1


def test_civil_affairs_list_verifies_what_waited(cast, lines):
    person = cast.register("韦桂兰", category=Category.DIBAO, disease="gastric-cancer")
    line = lines.f2(姓名="韦桂兰", 身份证号=person.id_number.reveal(), 籍贯=None, 备注="低保")
    uploads.import_people(by=cast.civil, upload=look(cast.civil, f2(line)))
    fact = person.categories.get()
    assert (fact.verified_by, str(fact.verified_on)) == (cast.civil, "2017-10-20")


def test_the_choice_holds_where_the_remark_names_no_category(cast, lines):
    told = [lines.f2(姓名="甲一"), lines.f2(姓名="乙一", 备注="特困供养证 3 号"), lines.f2(姓名="丙一", 备注="低保")]
    for name, category in [("低保", Category.DIBAO), ("特困", Category.TEKUN)]:
        upload = look(cast.clerk, f2(*told), category=category)
        said = [row.message.split("；")[1] for row in rows(upload)]
        assert said == ["低保" if name == "低保" else "特困供养", "特困供养", "低保"]


# ---- many changes together ----


def changed_lines(cast, lines) -> bytes:
    """Lines for one person: other particulars, a category nobody recorded, one that waits for the list's keeper, another year."""
    waits = cast.register("覃福生", category=Category.REGISTERED_POOR, disease=None, phone="13900000002", household_number="2")
    poorer = cast.register("韦桂兰", category=None, disease="gastric-cancer", phone="13900000001", household_number="1")
    held = cast.register("莫家兴", category=None, disease=None, phone="13900000815", household_number="4502221010001")
    hold_category(by=cast.poverty, person=held, category=Category.REGISTERED_POOR, since=DAY, basis="名册", out_of_poverty_year=2015)
    numbers = {person.name: person.id_number.reveal() for person in (waits, poorer, held)}
    told = [lines.roster(姓名=name, 身份证号=number, 脱贫年度=2016) for name, number in numbers.items()]
    return roster(*told)


@pytest.mark.parametrize("role", ["clerk", "poverty"])
def test_changes_made_together_are_those_that_a_desk_makes_one_by_one(cast, lines, role, monkeypatch):
    by, content = getattr(cast, role), changed_lines(cast, lines)
    upload = look(by, content, "roster")
    assert [row.result for row in rows(upload)] == ["changed"] * 3
    traces = []
    for together in (True, False):
        with transaction.atomic(), monkeypatch.context() as patch:
            if together:
                patch.setattr(writing.Writer, "_change", lambda self, row: pytest.fail("one by one"))
            else:
                patch.setattr(writing, "change_people", lambda by, changes: set())
            done = uploads.import_people(by=by, upload=upload)
            assert done.outcome == {"new": 0, "changed": 3, "confirmed": 0, "refused": {}}
            known = Person.objects.everywhere("test").order_by("pk")
            traces.append(([left_behind(person) for person in known], [details(person) for person in known], differences()))
            transaction.set_rollback(True)
    assert traces[0] == traces[1] and traces[0][2] == []


def test_what_cannot_be_changed_together_is_left_to_the_desks_own_action(cast, lines):
    with on_day(datetime.date(2017, 10, 1)):
        moving = cast.register("韦桂兰", category=None, disease=None, phone="13900000001", household_number="1")
        young = cast.register("覃小宝", category=None, disease=None, phone="13900000002", born_on=datetime.date(2003, 1, 2))
        open_case(by=cast.clerk, person=young, entry=cast.entry("vsd"), found_only=True)  # Too old by now: it is to be confirmed.
        Case.objects.everywhere("test").filter(person=young).update(age_confirmation_needed=False)
    told = [
        lines.roster(姓名="韦桂兰", 身份证号=moving.id_number.reveal(), 行政村代码="450222102201"),
        lines.roster(姓名="覃小宝", 身份证号=young.id_number.reveal(), 脱贫年度=None),
        lines.roster(姓名="石爱民"),
    ]
    with on_day(datetime.date(2018, 2, 1)):
        upload = uploads.import_people(by=cast.clerk, upload=look(cast.clerk, roster(*told), "roster"))
        assert upload.outcome == {"new": 1, "changed": 2, "confirmed": 0, "refused": {}}
        assert Case.objects.everywhere("test").get(person=young).age_confirmation_needed
    assert Person.objects.everywhere("test").get(pk=moving.pk).village == cast.other_village
    assert differences() == []


def test_a_change_of_somebody_who_was_changed_this_moment_is_refused_in_the_desks_words(cast, lines, monkeypatch):
    person = cast.register("韦桂兰", category=Category.REGISTERED_POOR, disease=None, phone="13900000001", household_number="1")
    upload = look(cast.clerk, roster(lines.roster(姓名="韦桂兰", 身份证号=person.id_number.reveal(), 脱贫年度=None)), "roster")
    judge = uploads._examine

    def then_another_saves(*args):
        judged = judge(*args)
        Person.objects.everywhere("test").filter(pk=person.pk).update(version=7)
        return judged

    monkeypatch.setattr(uploads, "_examine", then_another_saves)
    upload = uploads.import_people(by=cast.clerk, upload=upload)
    assert upload.outcome == {
        "new": 0, "changed": 0, "confirmed": 0, "refused": {"2": "您打开之后，别人改过这份资料。请看过差异再保存。"},
    }  # fmt: skip


def test_text_of_any_kind_arrives_as_it_was_written(cast, lines):
    """What COPY gives a meaning of its own: backslashes, tabs, its word for nothing."""
    address = "3 组 8 号 \\N \\t {1,2} “甲”"
    upload = uploads.import_people(by=cast.clerk, upload=look(cast.clerk, roster(lines.roster(家庭地址=address)), "roster"))
    assert upload.outcome["new"] == 1
    assert Person.objects.visible_to(cast.clerk).get().address == address
    assert Residence.objects.get().address == address
