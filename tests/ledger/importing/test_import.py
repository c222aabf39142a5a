"""Writing a list whole or in its good lines: who comes into the ledger, and what becomes of a line that cannot be written."""

import datetime

import pytest

from ledger.actions.cases import open_case
from ledger.actions.people import register_person
from ledger.actions.refusals import Refused
from ledger.importing import uploads, writing
from ledger.models import AuditEvent, Case, Category, CategoryFact, Person, Upload
from tests.ledger.importing.lines import look, rows
from tests.ledger.importing.lists import f2, roster
from tests.racing import Race, faults

pytestmark = pytest.mark.django_db


def people(cast) -> set[str]:
    return set(Person.objects.visible_to(cast.clerk).values_list("name", flat=True))


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
