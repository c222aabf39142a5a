"""Dates and villages as a tired clerk types them, read as meant or refused with a sentence."""

import datetime

import pytest
from django.urls import reverse

from ledger.forms import PlainField, read_day
from ledger.models import Division, Person
from ledger.models.division import Level
from tests.ledger.desks import client_of, only_person, register

DAY = datetime.date(2017, 10, 20)


@pytest.mark.parametrize(
    "typed",
    [
        "2017-10-20",
        "2017.10.20",
        "2017/10/20",
        "20171020",
        "2017 10 20",
        "２０１７　１０　２０",
        "２０１７－１０－２０",
        "2017年10月20日",
        "2017年10月20号",
        "2017 年 10 月 20 号",
        "2017年10月20",
        "2017. 10. 20",
        "2017-10-20 00:00:00",
        "2017-10-20 00:00",
        "2017/10/20 0:00",
        "2017/10/20 0:00:00 ",
        "2017年10月20日 00:00:00",
        "\t2017-10-20\n",
    ],
)
def test_a_day_is_taken_as_meant(typed):
    assert read_day(typed) == DAY


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2017 10", "日期请写成 2017-10-20 这样。"),
        ("10 20", "日期请写成 2017-10-20 这样。"),
        ("17 10 20", "日期请写成 2017-10-20 这样。"),
        ("2017-10-20 08:30:00", "日期请写成 2017-10-20 这样。"),  # Another hour than midnight was no day.
        ("2017-10-20号后", "日期请写成 2017-10-20 这样。"),
        ("2017 1020", "日期请写成 2017-10-20 这样。"),
        ("00:00:00", "日期请写成 2017-10-20 这样。"),
        ("2017 02 29", "2017-02-29 不是真实的日期，请改正。"),
        ("2017年13月1号", "2017-13-1 不是真实的日期，请改正。"),
        ("20171131", "2017-11-31 不是真实的日期，请改正。"),
    ],
)
def test_what_is_no_day_is_named(typed, sentence):
    with pytest.raises(ValueError) as refused:
        read_day(typed)
    assert str(refused.value) == sentence


@pytest.mark.django_db
def test_a_screen_takes_days_and_phones_as_typed(cast):
    typed = {"found_on": "2017 10 18", "category-0-since": "2016年1月1号", "diagnosed_on": "2017-10-17 00:00:00"}
    answer = register(cast, **typed, phone="（0086）139 0772 0561", contact_phone="(0772)7000001")
    person = only_person()
    assert answer.redirect_chain == [(reverse("ledger:person", args=[person.pk]), 302)]
    case = person.cases.get()
    assert (case.found_on, case.diagnosed_on) == (datetime.date(2017, 10, 18), datetime.date(2017, 10, 17))
    assert person.categories.get().during.lower == datetime.date(2016, 1, 1)
    assert (person.phone.reveal(), person.contact_phone.reveal()) == ("13907720561", "07727000001")


# ---- a village by its name ----


@pytest.fixture
def person(cast) -> Person:
    """韦桂兰 of 龙头村; 鹿寨县 is called 鹿寨 for short."""
    Division.objects.filter(pk=cast.county2.pk).update(short_name="鹿寨")
    return cast.register("韦桂兰", on=datetime.date(2017, 9, 1))


def village(cast, town: str, code: str, name: str, **fields) -> Division:
    return Division.objects.create(code=code, name=name, level=Level.VILLAGE, parent=cast.division(town), **fields)


def move(cast, person: Person, typed: str):
    told = {"village_code": typed, "address": "新村 1 号", "on": "2017-10-10", "reason": "易地搬迁"}
    return client_of(cast.clerk).post(reverse("ledger:move-house", args=[person.pk]), told)


def refusal(answer) -> list[str]:
    assert answer.status_code == 422
    return answer.context["form"].errors["village_code"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        "鹿寨县中渡镇大兆村",
        "鹿寨中渡镇大兆村",
        "鹿寨县大兆村",
        "柳州市鹿寨县中渡镇大兆村",
        " 鹿寨县　中渡镇 大兆村 ",
        "450223101201",
        "４５０２２３１０１２０１",
    ],
)
def test_a_village_may_be_called_by_its_name_with_any_area_before_it(cast, person, typed):
    assert move(cast, person, typed).status_code == 302
    home = Person.objects.visible_to(cast.clerk2).get(pk=person.pk).residences.get(during__endswith=None)
    assert (home.village, home.address) == (cast.village2, "新村 1 号")


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["大兆村", "中渡镇大兆村", "柳州市大兆村"])
def test_nobody_leaves_the_county_by_the_name_of_a_village_alone(cast, person, typed):
    assert refusal(move(cast, person, typed)) == ["大兆村在鹿寨，不在本县。搬到外县的，请连县一起填：鹿寨中渡镇大兆村。"]
    assert Person.objects.visible_to(cast.clerk).filter(pk=person.pk).exists()


@pytest.mark.django_db
def test_inside_the_county_its_name_is_enough(cast, person):
    assert move(cast, person, cast.other_village.name).status_code == 302
    assert Person.objects.visible_to(cast.clerk).get(pk=person.pk).village == cast.other_village


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["兆村", "渡镇大兆村", "寨沙镇大兆村", "柳城县大兆村", "大兆", "450223", "45022310120", "石门村", "三塘村"]
)
def test_a_village_that_is_none_is_refused_with_the_way_to_mend_it(cast, person, typed):
    village(cast, "450223101", "450223101299", "石门村", ended_on=datetime.date(2017, 1, 1))  # Merged into another.
    nanning = Division.objects.create(code="450100", name="南宁市", level=Level.PREFECTURE)
    county = Division.objects.create(code="450102", name="兴宁区", level=Level.COUNTY, parent=nanning)
    Division.objects.create(code="450102101", name="三塘镇", level=Level.TOWNSHIP, parent=county)
    village(cast, "450102101", "450102101201", "三塘村")
    assert refusal(move(cast, person, typed)) == [
        "没有找到这个行政村。请连县和乡镇一起填，如“某某县某某镇某某村”，或填 12 位代码。"
    ]  # fmt: skip
    assert person.residences.get().village == cast.village


@pytest.mark.django_db
def test_of_villages_of_one_name_the_town_tells_which(cast, person):
    other = village(cast, "450223102", "450223102202", "大兆村")
    sentence = "有 2 个行政村叫这个名字：鹿寨中渡镇大兆村、鹿寨寨沙镇大兆村。请连县和乡镇一起填。"
    assert refusal(move(cast, person, "大兆村")) == refusal(move(cast, person, "鹿寨县大兆村")) == [sentence]
    assert move(cast, person, "鹿寨寨沙镇大兆村").status_code == 302
    assert person.residences.get(during__endswith=None).village == other


@pytest.mark.django_db
def test_of_many_villages_of_one_name_four_are_named(cast, person):
    for town in ("450222101", "450222102", "450223102"):
        village(cast, town, f"{town}299", "大兆村")
    village(cast, "450223102", "450223102298", "大兆村")
    assert refusal(move(cast, person, "大兆村")) == [
        "有 5 个行政村叫这个名字：柳城县龙头镇大兆村、柳城县太平镇大兆村、鹿寨中渡镇大兆村、鹿寨寨沙镇大兆村等。请连县和乡镇一起填。"
    ]


@pytest.mark.django_db
def test_no_village_at_all_is_asked_for(cast, person):
    assert refusal(move(cast, person, " ")) == ["请填写新的行政村。"]


# ---- a line of text ----


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("　３组８号　ＡＢ－ｚ ", "3组8号 AB-z"),
        ("阿依古丽·买买提（小名，阿依）", "阿依古丽·买买提（小名，阿依）"),
        ("下屯\t27\u200b 号\0", "下屯 27 号"),
    ],
)
def test_a_line_is_kept_as_meant(typed, kept):
    assert PlainField().to_python(typed) == kept
