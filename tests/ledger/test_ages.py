"""A birth date is corrected: the lead is asked for the age of the open cases, or no longer."""

import datetime

import pytest
from django.db import transaction

from ledger.actions import people
from ledger.actions.cases import close_case, confirm_age, open_case, reopen_case, verify_case
from ledger.actions.people import PersonFacts, correct_person, register_person
from ledger.actions.refusals import Refused
from ledger.models import Person
from tests.cast import on_day

D = datetime.date


def ages(person: Person) -> dict[str, tuple]:
    rows = person.cases.values_list("disease__code", "age_confirmation_needed", "age_confirmed_by__full_name")
    return {code: (needed, confirmed) for code, needed, confirmed in rows}


def last(person: Person) -> str:
    return person.events.order_by("pk").last().text


def young(name: str, cast, born_on: datetime.date) -> PersonFacts:
    """Somebody without a number, whose birth date is corrected with the other particulars."""
    return cast.facts(name, born_on=born_on, id_absent_reason="新生儿未上户")


def test_a_corrected_birth_date_asks_the_lead_for_the_age_or_no_longer(cast):
    facts = young("韦小妹", cast, D(2005, 1, 1))
    person = register_person(by=cast.clerk, facts=facts, categories=[], case=cast.entry("all"))
    open_case(by=cast.clerk, person=person, entry=cast.entry("cataract"))
    cases = {case.disease.code: case for case in person.cases.select_related("disease")}
    assert ages(person) == {"all": (False, None), "cataract": (False, None)}
    older, younger = (young("韦小妹", cast, D(year, 1, 1)) for year in (1995, 2006))
    person = correct_person(by=cast.clerk, person=person, version=1, facts=older)
    assert ages(person) == {"all": (True, None), "cataract": (False, None)}
    assert last(person) == "修改资料：出生日期；超过急性淋巴细胞白血病的年龄限制，须负责人确认"
    with pytest.raises(Refused, match="须负责人先确认。$"):
        verify_case(by=cast.clerk, case=cases["all"])
    confirm_age(by=cast.lead, case=cases["all"])
    person = correct_person(by=cast.clerk, person=person, version=2, facts=young("韦小妹", cast, D(1994, 1, 1)))
    assert ages(person)["all"] == (True, "韦国强")  # Still too old, and the lead has said so.
    person = correct_person(by=cast.clerk, person=person, version=3, facts=younger)
    assert (ages(person)["all"], last(person)) == ((False, None), "修改资料：出生日期")
    person = correct_person(by=cast.clerk, person=person, version=4, facts=older)
    assert ages(person)["all"] == (True, None)  # Asked anew.


def test_an_age_goes_by_the_day_of_registration_and_a_closed_case_is_asked_when_reopened(cast):
    facts = young("韦小哥", cast, D(2003, 1, 1))
    with on_day(D(2017, 9, 1)):
        person = register_person(by=cast.clerk, facts=facts, categories=[], case=cast.entry("all"))
    just_young = young("韦小哥", cast, D(2002, 9, 2))  # 15 today, 14 on the day of registration.
    person = correct_person(by=cast.clerk, person=person, version=1, facts=just_young)
    assert ages(person) == {"all": (False, None)}
    case = close_case(by=cast.lead, case=person.cases.get(), outcome="refused", reason="家属要求", on=D(2017, 10, 20))
    person = correct_person(by=cast.clerk, person=person, version=2, facts=young("韦小哥", cast, D(2002, 9, 1)))
    assert ages(person) == {"all": (False, None)}
    reopen_case(by=cast.lead, case=case, reason="又同意救治")
    assert ages(person) == {"all": (True, None)}


def test_a_correction_that_fails_leaves_the_age_as_it_was(cast, monkeypatch):
    person = register_person(
        by=cast.clerk, facts=young("韦小妹", cast, D(2005, 1, 1)), categories=[], case=cast.entry("all")
    )  # fmt: skip

    def fail(people):
        raise RuntimeError

    monkeypatch.setattr(people, "remake", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        correct_person(by=cast.clerk, person=person, version=1, facts=young("韦小妹", cast, D(1995, 1, 1)))
    assert ages(person) == {"all": (False, None)}
