"""Which diseases a programme covers on which day, and that a later list takes its cases in by itself."""

import datetime

import pytest

from ledger.models import Coverage, CoverageList, Disease, Programme, ReportGroup
from ledger.reference import load_reference

TEN = [
    "asd", "vsd", "all", "apl", "oesophageal-cancer", "gastric-cancer", "colon-cancer", "rectal-cancer", "end-stage-renal-disease",
    "cataract",
]  # fmt: skip


def covered(programme: str, day: str) -> list[str]:
    return [disease.code for disease in Programme.objects.get(code=programme).covered_on(datetime.date.fromisoformat(day))]


def test_liuzhous_ten_from_the_first_of_january(reference):
    assert covered("liuzhou", "2017-01-01") == covered("liuzhou", "2017-10-20") == TEN


def test_none_before_the_first_list(reference):
    assert covered("liuzhou", "2016-12-31") == covered("national", "2016-12-31") == []
    assert Programme.objects.get(code="liuzhou").list_on(datetime.date(2016, 12, 31)) is None


def test_a_list_counts_until_the_programmes_next(reference):
    assert covered("liuzhou", "2020-06-30") == TEN  # Liuzhou's own next list is not known.
    assert len(covered("national", "2017-12-31")) == 9
    assert "lung-cancer" not in covered("national", "2017-12-31") and "lung-cancer" in covered("national", "2018-01-01")


def test_a_list_may_start_on_a_day_of_its_own(reference):
    liuzhou = Programme.objects.get(code="liuzhou")
    later = CoverageList.objects.create(programme=liuzhou, year=2017, effective_on=datetime.date(2017, 9, 1))
    later.refresh_from_db()
    assert later.starts_on == datetime.date(2017, 9, 1)
    Coverage.objects.create(list=later, disease=Disease.objects.get(code="stroke"), position=1, document="柳卫医〔2017〕99号")
    assert covered("liuzhou", "2017-08-31") == TEN
    assert covered("liuzhou", "2017-09-01") == ["stroke"]


def test_of_two_lists_of_one_day_the_one_that_names_the_day_counts_then_the_later_entered(reference):
    new_year = datetime.date(2018, 1, 1)
    for programme in ("liuzhou", "national"):  # Entered in either order.
        lists = Programme.objects.get(code=programme).lists
        lists.filter(year=2018).delete()
        named = {"year": 2018, "effective_on": new_year}
        plain = {"year": 2018, "effective_on": None}
        made = [lists.create(**given) for given in ((named, plain) if programme == "liuzhou" else (plain, named))]
        explicit = next(one for one in made if one.effective_on)
        assert Programme.objects.get(code=programme).list_on(new_year) == explicit
        again = lists.create(year=2017, effective_on=new_year)
        assert Programme.objects.get(code=programme).list_on(new_year) == again


def test_a_division_follows_its_prefectures_programme_or_the_nations(cast):
    assert [Programme.of(division).code for division in (cast.village, cast.county, cast.prefecture)] == ["liuzhou"] * 3
    cast.prefecture.programme = None
    assert Programme.of(cast.prefecture).code == "national"


def test_a_case_outside_the_list_joins_when_a_later_list_covers_it(cast):
    person = cast.register("韦桂兰", disease="lung-cancer")
    row = cast.case_of(person).standings.get()
    assert "lung-cancer" not in covered("liuzhou", "2017-10-20")
    later = CoverageList.objects.create(programme=Programme.of(cast.county), year=2018)
    Coverage.objects.create(list=later, disease=cast.disease("lung-cancer"), position=1)
    after = cast.case_of(person).standings.get()
    assert covered("liuzhou", "2018-01-01") == ["lung-cancer"]
    assert (after.pk, after.disease.code, after.group.name) == (row.pk, "lung-cancer", "肺癌")  # Nobody touched the case.


def test_loading_again_changes_nothing(reference):
    def everything() -> list:
        return [list(model.objects.order_by("pk").values_list()) for model in (ReportGroup, Disease, Programme, CoverageList, Coverage)]

    before = everything()
    load_reference()
    assert everything() == before


@pytest.mark.parametrize(
    ("code", "age", "accepted"), [("all", 14, True), ("all", 15, False), ("all", 0, True), ("cataract", 99, True), ("vsd", 15, False)]
)
def test_age_limits_come_with_the_disease(reference, code, age, accepted):
    assert Disease.objects.get(code=code).accepts_age(age) is accepted


def test_the_seven_groups_in_both_orders(reference):
    groups = list(ReportGroup.objects.filter(f1_order__lte=7))
    assert [group.name for group in groups] == ["儿童先天性心脏病", "儿童白血病", "终末期肾病", "食管癌", "胃癌", "结直肠癌", "白内障"]
    assert [group.name for group in sorted(groups, key=lambda group: group.f5_order)] == [
        "儿童白血病", "儿童先天性心脏病", "食管癌", "胃癌", "结直肠癌", "终末期肾病", "白内障",
    ]  # fmt: skip
