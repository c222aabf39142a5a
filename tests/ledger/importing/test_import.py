"""Writing a list: once, whole or in its good lines, by the same rows that a desk would write; and nothing kept beyond a day."""

import datetime
import re

import pytest
from django.db import connection, transaction

from ledger import clock
from ledger.actions.cases import open_case
from ledger.actions.categories import hold_category
from ledger.actions.people import CaseEntry, CategoryEntry, register_person
from ledger.actions.refusals import Refused
from ledger.importing import uploads, writing
from ledger.importing.keeping import kept_list
from ledger.importing.matching import facts_of
from ledger.models import AuditEvent, Case, CaseEvent, Category, CategoryFact, Person, Residence, Standing, Upload
from ledger.standing import differences
from tests.cast import on_day
from tests.ledger.importing.lists import f2, roster
from tests.ledger.importing.test_preview import DAY, Lines, look, rows
from tests.racing import Race, faults, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(cast) -> Lines:
    return Lines(cast)


def people(cast) -> set[str]:
    return set(Person.objects.visible_to(cast.clerk).values_list("name", flat=True))


# ---- the same rows as the desk ----

BOOKKEEPING = {"id", "at", "created_at", "changed_at", "person", "case", "event"}


def written(model, **of) -> list[dict]:
    """Every column of a model's rows but their keys and instants."""
    found = model.objects.everywhere("test") if hasattr(model.objects, "everywhere") else model.objects.all()
    names = [field.attname for field in model._meta.concrete_fields if field.name not in BOOKKEEPING]
    return [{name: getattr(row, name) for name in names} for row in found.filter(**of).order_by("pk")]


def trace(person: Person) -> dict:
    """All that registering somebody left behind, whose trail tells the event and nothing more."""
    events = list(person.events.order_by("pk").values_list("pk", flat=True))
    assert list(AuditEvent.objects.filter(detail__event__in=events).order_by("pk").values_list("detail", flat=True)) == [
        {"event": event} for event in events
    ]
    return left_behind(person)


def left_behind(person: Person) -> dict:
    cases = list(person.cases.values_list("pk", flat=True))
    events = list(person.events.order_by("pk").values_list("pk", flat=True))
    trail = [
        {name: getattr(row, name) for name in ("staff_id", "username", "role", "action", "subject_type", "county_code", "address")}
        for row in AuditEvent.objects.filter(detail__event__in=events).order_by("pk")
    ]
    return {
        "person": written(Person, pk=person.pk), "home": written(Residence, person=person),
        "categories": written(CategoryFact, person=person), "cases": written(Case, pk__in=cases),
        "events": written(CaseEvent, person=person), "standing": [
            {key: value for key, value in row.items() if key not in ("case_id", "person_id")} for row in written(Standing, person=person)
        ], "trail": trail,
    }  # fmt: skip


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


def test_a_roster_brings_people_without_a_disease_since_when_they_were_poor(cast, lines):
    told = [lines.roster(), lines.roster(姓名="覃福生", 脱贫年度=2016)]
    upload = uploads.import_people(by=cast.poverty, upload=look(cast.poverty, roster(*told), "roster"))
    assert upload.outcome == {"new": 2, "changed": 0, "confirmed": 0, "refused": {}}
    facts = CategoryFact.objects.order_by("pk").values_list("person__name", "category", "during", "out_of_poverty_year", "verified_on")
    assert [(name, category, str(during.lower), year, str(on)) for name, category, during, year, on in facts] == [
        ("石爱民", 1, "2017-10-20", None, "2017-10-20"), ("覃福生", 1, "2016-01-01", 2016, "2017-10-20"),
    ]  # fmt: skip
    person = Person.objects.visible_to(cast.clerk).get(name="石爱民")
    assert (person.household_number, person.full_address, person.phone.reveal()) == (
        "4502221010001",
        "龙头镇龙头村3 组 8 号",
        "13900000815",
    )


def test_a_list_without_villages_leaves_the_home_to_be_filled_in(cast, lines):
    told = [lines.f2(), lines.f2(姓名="覃福生", 籍贯="柳城县龙头镇"), lines.f2(姓名="韦家兴", 籍贯="柳城县龙头镇龙头村 3 组")]
    uploads.import_people(by=cast.clerk, upload=look(cast.clerk, f2(*told)))
    homes = {person.name: person.full_address for person in Person.objects.visible_to(cast.clerk).select_related("township", "village")}
    assert homes == {"石爱民": "乡镇待定村待定", "覃福生": "龙头镇村待定", "韦家兴": "龙头镇龙头村3 组"}
    assert set(Person.objects.visible_to(cast.township).values_list("name", flat=True)) == {"覃福生", "韦家兴"}


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


# ---- whole, or the good lines ----


def test_good_lines_are_written_and_the_rest_stays_to_be_put_right(cast, lines):
    told = [lines.f2(姓名="甲一"), lines.f2(姓名="乙一", 年龄=20), lines.f2(姓名="丙一", 疾病名称="感冒"), lines.f2(姓名="丁一", 年龄=20)]
    upload = look(cast.clerk, f2(*told))
    uploads.decide(by=cast.clerk, upload=upload, line=5, yes=True)
    with pytest.raises(Refused, match="这一行不用确认"):
        uploads.decide(by=cast.clerk, upload=upload, line=6, yes=True)
    upload = uploads.import_people(by=cast.clerk, upload=upload)
    assert upload.outcome == {"new": 1, "changed": 0, "confirmed": 1, "refused": {}}
    assert people(cast) == {"甲一", "乙一"}
    assert [row.line for row in uploads.waiting(upload, rows(upload))] == [6, 7]
    assert list(AuditEvent.objects.filter(action="people_imported").values_list("detail", flat=True)) == [
        {"new": 1, "changed": 0, "confirmed": 1}
    ]


def test_all_or_nothing_writes_nothing_while_a_line_is_wrong(cast, lines):
    told = [lines.f2(姓名="甲一"), lines.f2(姓名="丙一", 年龄=20)]
    upload = uploads.preview_file(by=cast.clerk, name="a.xlsx", content=f2(*told), layout="f2", category=2, whole=True)
    with pytest.raises(Refused, match="有 1 行还不能导入，一行也没有写入。"):
        uploads.import_people(by=cast.clerk, upload=upload)
    assert people(cast) == set()
    uploads.decide(by=cast.clerk, upload=upload, line=5, yes=False)
    uploads.import_people(by=cast.clerk, upload=upload)
    assert people(cast) == {"甲一"}


@pytest.mark.parametrize("whole", [True, False])
def test_a_line_whose_person_changed_since_the_preview_is_not_written(cast, lines, whole):
    number = cast.id_number(datetime.date(1951, 3, 2))
    told = [lines.f2(姓名="甲一", 身份证号=number.number), lines.f2(姓名="乙一")]
    upload = uploads.preview_file(by=cast.clerk, name="a.xlsx", content=f2(*told), layout="f2", category=2, whole=whole)
    cast.register("甲一", id_number=number)
    if whole:
        with pytest.raises(Refused, match="^第 4 行：预览之后台账有变动，这一行没有写入。请重新导入。一行也没有写入。"):
            uploads.import_people(by=cast.clerk, upload=upload)
        assert people(cast) == {"甲一"} and Upload.objects.visible_to(cast.clerk).get().state == "open"
    else:
        upload = uploads.import_people(by=cast.clerk, upload=upload)
        assert upload.outcome["refused"] == {"4": "预览之后台账有变动，这一行没有写入。请重新导入。"}
        assert people(cast) == {"甲一", "乙一"}


@pytest.mark.django_db(transaction=True)
def test_a_number_taken_in_the_very_moment_refuses_its_line_alone(cast, lines, monkeypatch):
    number = cast.id_number(datetime.date(1951, 3, 2))
    upload = look(cast.clerk, f2(lines.f2(姓名="甲一", 身份证号=number.number), lines.f2(姓名="乙一")))
    facts, batch = cast.facts("抢先", id_number=number), writing.register_people

    def between(**told):
        assert faults(Race().run(lambda: register_person(by=cast.lead, facts=facts, categories=[]))) == []
        return batch(**told)

    cast.lead, facts.village.parent  # noqa: B018 - fetched before the other thread needs them
    monkeypatch.setattr(writing, "register_people", between)
    upload = uploads.import_people(by=cast.clerk, upload=upload)
    assert upload.outcome == {
        "new": 1, "changed": 0, "confirmed": 0, "refused": {"4": "本县已有抢先用这个身份证号登记，请打开已有的资料。"},
    }  # fmt: skip
    assert people(cast) == {"抢先", "乙一"}


def test_a_refusal_by_an_action_keeps_only_its_own_line_out(cast, lines, monkeypatch):
    persons = [cast.register(name, category=Category.DIBAO, disease=None) for name in ("甲一", "乙一")]
    told = [lines.f2(姓名=one.name, 身份证号=one.id_number.reveal()) for one in persons]
    upload = look(cast.clerk, f2(*told))

    def refusing(*, person, **told):
        if person.name == "甲一":
            raise Refused("这一例登记不了。")
        return open_case(person=person, **told)

    monkeypatch.setattr(writing, "open_case", refusing)
    upload = uploads.import_people(by=cast.clerk, upload=upload)
    assert upload.outcome["refused"] == {"4": "这一例登记不了。"}
    natives = dict(Person.objects.visible_to(cast.clerk).values_list("name", "native_place"))
    assert natives == {"甲一": "", "乙一": "广西柳城县"}  # The correction before the refusal was undone with it.
    assert [case.person.name for case in Case.objects.visible_to(cast.clerk).select_related("person")] == ["乙一"]


# ---- once ----


def test_a_second_import_writes_nothing(cast, lines):
    upload = look(cast.clerk, f2(lines.f2()))
    uploads.import_people(by=cast.clerk, upload=upload)
    before = AuditEvent.objects.count()
    with pytest.raises(Refused, match="这份名单已经导入过，没有再写一次。"):
        uploads.import_people(by=cast.clerk, upload=upload)
    assert (Person.objects.visible_to(cast.clerk).count(), AuditEvent.objects.count()) == (1, before)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["held", "not held"])
def test_two_imports_at_once_write_once(cast, lines, monkeypatch, locked):
    """With the lock taken away both presses believe the list to be open: the same test then goes red."""
    upload = look(cast.clerk, f2(*[lines.f2(姓名=f"石爱{word}") for word in "甲乙丙丁"]))
    if not locked:
        monkeypatch.setattr(uploads, "held", lambda by, upload: Upload.objects.visible_to(by).get(pk=upload.pk))
    race = Race()
    with race.after(uploads, "held"):
        answers = race.run(*[lambda: uploads.import_people(by=cast.clerk, upload=upload).outcome["new"]] * 2)
    assert said(answers) == ["done", "这份名单已经导入过，没有再写一次。" if locked else "done"]
    assert AuditEvent.objects.filter(action="people_imported").count() == (1 if locked else 2)
    assert Person.objects.visible_to(cast.clerk).count() == 4  # The database keeps a number unique whatever else fails.


# ---- what is kept ----


def test_nothing_of_the_list_lies_open_in_the_database(cast, lines):
    number = lines.number()
    look(cast.clerk, f2(lines.f2(身份证号=number, 姓名="石永福")), name="附件2.xlsx")
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_upload::text FROM ledger_upload")
        (kept,) = cursor.fetchone()
    assert number not in kept and "石永福" not in kept and "aesgcm1:" in kept
    assert not re.search(r"\d{17}[\dX]", kept)
    upload = Upload.objects.visible_to(cast.clerk).get()
    assert str(upload.people) == "……" and kept_list(upload.people.reveal()).lines[0].cells["id_number"] == number


def test_after_a_day_the_list_is_gone(cast, lines, time_machine):
    upload = look(cast.clerk, f2(lines.f2()))
    with on_day(datetime.date(2017, 10, 22)):
        with pytest.raises(Refused, match="这份预览已过期。"):
            uploads.import_people(by=cast.clerk, upload=upload)
        assert uploads.drop_expired() == 1 and uploads.drop_expired() == 0
    upload = Upload.objects.visible_to(cast.clerk).get()
    assert (bool(upload.people), bool(upload.preview)) == (False, False)


def test_a_list_given_up_is_gone_at_once(cast, lines):
    upload = look(cast.clerk, f2(lines.f2()))
    uploads.drop(by=cast.clerk, upload=upload)
    upload = Upload.objects.visible_to(cast.clerk).get()
    assert (upload.state, bool(upload.people), bool(upload.preview)) == ("dropped", False, False)
    with pytest.raises(Refused, match="已过期"):
        uploads.import_people(by=cast.clerk, upload=upload)


def test_the_same_file_again_and_its_rows_shuffled_change_nothing(cast, lines):
    told = [lines.f2(姓名=f"石爱{word}", 备注="低保") for word in "甲乙丙"]
    uploads.import_people(by=cast.clerk, upload=look(cast.clerk, f2(*told)))
    assert look(cast.clerk, f2(*told)).counts["unchanged"] == 3
    told[1][5] = "广西鹿寨县"
    counts = look(cast.clerk, f2(*reversed(told))).counts
    assert (counts["unchanged"], counts["changed"]) == (2, 1)


def test_ended_and_named_again_is_restored_only_when_confirmed(cast, lines):
    person = cast.register("韦桂兰", category=None, disease="gastric-cancer")
    since, until = datetime.date(2017, 1, 1), datetime.date(2017, 9, 1)
    hold_category(by=cast.civil, person=person, category=Category.DIBAO, since=since, until=until, basis="名单")
    line = lines.f2(
        姓名="韦桂兰", 身份证号=person.id_number.reveal(), 备注="低保", 籍贯=None, 城乡居民医保建立台帐时间=datetime.date(2017, 8, 1)
    )
    upload = look(cast.clerk, f2(line))
    uploads.decide(by=cast.clerk, upload=upload, line=4, yes=True)
    uploads.import_people(by=cast.clerk, upload=upload)
    assert [str(fact.during.lower) for fact in person.categories.order_by("during")] == ["2017-01-01", "2017-09-01"]


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


def details(person: Person) -> list[dict]:
    """What the trail tells of a person's events, without the events' keys."""
    told = AuditEvent.objects.filter(detail__event__in=list(person.events.values_list("pk", flat=True))).order_by("pk")
    return [{key: value for key, value in row.detail.items() if key != "event"} for row in told]


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
