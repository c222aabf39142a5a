"""Referrals when two records of one person are merged: one under way stops it, one that is over goes along, and comes back undone."""

import pytest

from hospitals import referral_approval
from hospitals.models import Referral
from ledger.actions.refusals import Refused
from settlement.entitlement import Visit, entitlement
from tests.hospitals.referral_world import TODAY, approval, capital_hospital, in_treatment, requested, walk
from tests.ledger.two_records import fresh, merge, undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(cast):
    """韦桂兰 registered twice: once with the stomach, once with the eyes."""
    case = in_treatment(cast)
    return cast.register("韦桂兰", disease="cataract"), case


def test_one_under_way_stops_a_merge_and_says_what_to_do(cast, pair):
    kept, case = pair
    referral = requested(cast, case)
    with pytest.raises(Refused, match="胃癌的转诊还没有办完（柳城县人民医院 → 柳州市工人医院，“待接收”）。请先办完或取消转诊，再合并。"):
        merge(cast, kept, case.person)
    walk(cast, referral, "cancel")
    merge(cast, kept, case.person)


def test_an_approval_goes_along_and_comes_back(cast, pair):
    kept, case = pair
    there = capital_hospital(cast)
    referral = requested(cast, case, there)
    referral_approval.approve_referral(by=cast.insurance, referral=referral, approval=approval())
    Referral.objects.everywhere("test").update(state="finished", ended_at=referral.requested_at)

    def counts(person) -> bool:
        return "referred" in entitlement(Visit(person, case.disease, there, TODAY, TODAY, "LC2017-0008")).flags

    gone = case.person
    assert (counts(kept), counts(gone)) == (False, True)
    done = merge(cast, kept, gone)
    assert Referral.objects.visible_to(cast.clerk).get().person_id == kept.pk
    assert counts(fresh(kept))
    undo(cast, done)
    assert Referral.objects.visible_to(cast.clerk).get().person_id == gone.pk
    assert (counts(fresh(kept)), counts(fresh(gone))) == (False, True)


def test_of_two_cases_of_one_disease_it_stands_at_the_one_that_goes_on(cast):
    case = in_treatment(cast)
    walk(cast, requested(cast, case), "refuse")
    kept = cast.register("韦桂兰", disease="gastric-cancer")
    merge(cast, kept, case.person)
    moved = Referral.objects.visible_to(cast.clerk).get()
    assert (moved.person_id, moved.case.person_id, moved.case.folded_into_id) == (kept.pk, kept.pk, None)
