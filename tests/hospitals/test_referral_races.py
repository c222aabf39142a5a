"""Two at once at one referral: one is carried out, the other hears a sentence; no patient is asked for twice.

The switches: with the locks taken away both are carried out on the same state; with the constraint taken away too, one patient
has two open referrals.
"""

import pytest
from django.db import connection

from hospitals import referring
from hospitals.models import Hospital, Referral
from ledger.models import Case
from tests.hospitals.referral_world import asked, city_liaison, in_treatment, requested
from tests.racing import Race, at_once, said

pytestmark = pytest.mark.django_db(transaction=True)
CONSTRAINT = next(one for one in Referral._meta.constraints if one.name == "one_open_referral_a_patient")


def without_locks(monkeypatch) -> None:
    """The switch: person, case and referral are looked up and not held."""

    def bare(referral, by):
        found = Referral.objects.visible_to(by).select_related("from_hospital", "to_hospital", "case").get(pk=referral.pk)
        return found, bare_case(found.case, by)

    def bare_case(case, by):
        everywhere = Case.objects.everywhere("a race without locks")
        return everywhere.select_related("person", "disease", "county__parent").get(pk=case.pk)

    monkeypatch.setattr(referring, "hold_referral", bare)
    monkeypatch.setattr(referring, "hold_case", bare_case)


def answered_and_called_off(cast) -> list[str]:
    referral, there = requested(cast), city_liaison(cast)
    move, race = referring.move_referral, Race()
    with race.after(referring, "hold_referral"):  # Both have looked before either writes.
        return said(
            race.run(
                lambda: move(by=there, referral=referral, move="accept"),
                lambda: move(by=cast.liaison, referral=referral, move="cancel", text="患者改变主意"),
            )
        )


def steps() -> list[str]:
    return list(Referral.objects.everywhere("test").get().moves.order_by("pk").values_list("to_state", flat=True))


def test_accepted_and_called_off_at_once_one_after_the_other(cast):
    """The second looks only when the first has written: it is called off as an accepted one, or it is too late to accept."""
    assert answered_and_called_off(cast) == ["done", "done"]
    assert steps() == ["requested", "accepted", "cancelled"]
    assert not Case.objects.everywhere("test").get().referral_code


def test_called_off_first_it_is_accepted_no_more(cast):
    referral, there = requested(cast), city_liaison(cast)
    answers = at_once(
        lambda: referring.move_referral(by=cast.liaison, referral=referral, move="cancel", text="患者改变主意"),
        lambda: referring.move_referral(by=there, referral=referral, move="accept"),
    )
    assert said(answers) == ["done", "转诊现在的状态是“已取消”，不能办“接收”。请刷新后再看。"]
    assert steps() == ["requested", "cancelled"]


def test_without_the_locks_a_referral_that_was_called_off_is_accepted(cast, monkeypatch):
    without_locks(monkeypatch)
    referral, there = requested(cast), city_liaison(cast)
    race = Race()
    with race.after(referring, "hold_referral"):
        answers = race.run(
            lambda: referring.move_referral(by=cast.liaison, referral=referral, move="cancel", text="患者改变主意"),
            lambda: referring.move_referral(by=there, referral=referral, move="accept"),
        )
    assert said(answers) == ["done", "done"]
    assert steps() == ["requested", "cancelled", "accepted"]  # Both wrote on what they had looked at.


def two_requests(cast, race: Race) -> list[str]:
    case = in_treatment(cast)
    other = Hospital.objects.create(code="LZ08", name="柳州市中医医院")
    request = referring.request_referral
    with race.after(referring, "refuse_second"):
        return said(
            race.run(
                lambda: request(by=cast.liaison, case=case, asked=asked(cast.city_hospital)),
                lambda: request(by=cast.liaison, case=case, asked=asked(other)),
            )
        )


def open_ones() -> list[str]:
    return list(Referral.objects.everywhere("test").open().order_by("pk").values_list("to_hospital__name", flat=True))


SECOND = "韦桂兰已有转诊在办：2017-10-20 由柳城县人民医院转往柳州市工人医院，现在“待接收”。请先办完或取消那一件。"


def test_two_requests_at_once_leave_one_and_name_it(cast):
    assert two_requests(cast, Race()) == ["done", SECOND]
    assert open_ones() == ["柳州市工人医院"]


def test_without_the_locks_the_constraint_still_leaves_one(cast, monkeypatch):
    without_locks(monkeypatch)
    assert two_requests(cast, Race()) == ["done", SECOND]
    assert open_ones() == ["柳州市工人医院"]


def test_without_locks_and_constraint_one_patient_has_two(cast, monkeypatch):
    without_locks(monkeypatch)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Referral, CONSTRAINT)
    try:
        assert two_requests(cast, Race()) == ["done", "done"]
        assert open_ones() == ["柳州市工人医院", "柳州市中医医院"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM hospitals_referralmove")
            cursor.execute("DELETE FROM hospitals_referral")
        with connection.schema_editor() as editor:
            editor.add_constraint(Referral, CONSTRAINT)
