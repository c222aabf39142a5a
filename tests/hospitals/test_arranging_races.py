"""Two at once at one case: two clerks arrange two hospitals, or a liaison says that it cannot while the county sends the patient elsewhere.

The switch: with the locks taken away, the defect is back and is seen.
"""

import pytest
from django.db.models import QuerySet

from hospitals import arranging, inability, pathways
from hospitals.actions import admit, discharge
from hospitals.arranging import answer_inability, arrange_hospital
from hospitals.inability import say_unable
from hospitals.models import Inability, Stay
from hospitals.pathways import PathwayWord, said_of, tell_pathway
from ledger.actions import cases
from ledger.models import Case
from tests.hospitals.arranging_rows import fresh, told, verified
from tests.hospitals.kept_standards import kept_pathway
from tests.ledger.kept_desk import day
from tests.racing import Race, said

pytestmark = pytest.mark.django_db(transaction=True)
TALK = {"reason": "没有手术显微镜", "talked_with": "患者本人", "talk": "已说明"}


def without_locks(monkeypatch) -> None:
    """The switch: the case is looked up and not held."""

    def bare(case, by):
        return Case.objects.visible_to(by).select_related("person", "disease", "county__parent").get(pk=case.pk)

    for module in (arranging, inability, cases):
        monkeypatch.setattr(module, "hold_case", bare)


def two_clerks(cast, case: Case) -> list:
    """Both look before either writes, where nothing holds them."""
    race = Race()
    with race.before(cases, "_advance"):
        return race.run(
            lambda: arrange_hospital(by=cast.clerk, case=case, hospital=cast.hospital),
            lambda: arrange_hospital(by=cast.lead, case=case, hospital=cast.city_hospital),
        )


def test_the_second_of_two_clerks_hears_of_the_first(cast):
    case = verified(cast)
    assert said(two_clerks(cast, case)) == ["done", "韦桂兰已安排在柳城县人民医院。要另选医院，请选择原因。"]
    assert (fresh(case).hospital_name, len(told(case))) == ("柳城县人民医院", 1)


def test_without_the_lock_the_second_arranges_over_the_first(cast, monkeypatch):
    case = verified(cast)
    without_locks(monkeypatch)
    assert said(two_clerks(cast, case)) == ["done", "done"]
    assert len(told(case)) == 2  # And nobody said why.


def says_and_is_sent_away(cast, case: Case) -> list:
    race = Race()
    with race.before(Inability.objects, "create"), race.before(cases, "arrange_case"):
        return race.run(
            lambda: arrange_hospital(by=cast.lead, case=case, hospital=cast.city_hospital, why="wish"),
            lambda: say_unable(by=cast.liaison, case=case, talked_on=day("10-18"), **TALK),
        )


def test_whoever_is_sent_elsewhere_is_not_said_unable_any_more(cast):
    case = arrange_hospital(by=cast.clerk, case=verified(cast), hospital=cast.hospital)
    first, second = says_and_is_sent_away(cast, case)
    assert first.hospital_name == "柳州市工人医院" and isinstance(second, Case.DoesNotExist)
    assert not Inability.objects.everywhere("test").open().exists()


def test_without_the_lock_what_was_said_waits_for_nobody(cast, monkeypatch):
    case = arrange_hospital(by=cast.clerk, case=verified(cast), hospital=cast.hospital)
    without_locks(monkeypatch)
    says_and_is_sent_away(cast, case)
    assert Inability.objects.everywhere("test").open().exists()  # The patient is elsewhere, and the county is still asked.


def no_locks_at_all(monkeypatch) -> None:
    """The switch for what holds its rows by itself."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)


def two_answers(cast) -> list:
    case = arrange_hospital(by=cast.clerk, case=verified(cast), hospital=cast.hospital)
    asked = say_unable(by=cast.liaison, case=case, talked_on=day("10-18"), **TALK)
    race = Race()
    with race.before(arranging, "_answer"):
        return race.run(
            lambda: answer_inability(by=cast.clerk, inability=asked, answer="专家到院手术"),
            lambda: answer_inability(by=cast.lead, inability=asked, answer="不另安排"),
        )


def test_the_county_answers_once(cast):
    assert said(two_answers(cast)) == ["done", "这件事已经答复。请刷新后再看。"]
    assert Inability.objects.everywhere("test").get().answer == "专家到院手术"


def test_without_the_lock_it_answers_twice(cast, monkeypatch):
    no_locks_at_all(monkeypatch)
    assert said(two_answers(cast)) == ["done", "done"]


def two_words(cast) -> list:
    path = kept_pathway(cast)
    stay = admit(by=cast.clerk, case=verified(cast), hospital=cast.hospital, on=day("10-12"))
    stay = discharge(by=cast.clerk, stay=stay, on=day("10-18"))
    race, seen = Race(), said_of(stay)
    with race.before(pathways, "keep"):
        return race.run(
            lambda: tell_pathway(by=cast.liaison, stay=stay, seen=seen, word=PathwayWord(path)),
            lambda: tell_pathway(by=cast.clerk, stay=stay, seen=seen, word=PathwayWord(path, "改期手术")),
        )


def test_the_second_word_on_a_pathway_sees_the_first(cast):
    assert said(two_words(cast)) == ["done", "您打开之后，别人改过这次住院的路径。请看过现在的内容，再改。"]
    assert Stay.objects.everywhere("test").get().pathway_course == "followed"


def test_without_the_lock_the_first_word_is_lost(cast, monkeypatch):
    no_locks_at_all(monkeypatch)
    assert said(two_words(cast)) == ["done", "done"]
    assert Stay.objects.everywhere("test").get().pathway_course == "left"
