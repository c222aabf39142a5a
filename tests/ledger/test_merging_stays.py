"""Merging two records that hospitals know: stays and money, and each back where it was."""

import pytest

from hospitals import actions as treatment
from hospitals.models import FollowUp, Stay
from ledger import clock
from ledger.actions import cases
from ledger.merging.plan import in_order
from ledger.models import Case, CaseEvent, Person
from settlement.models import CheckFinding, PaidBill
from tests.ledger.registered_twice import twice
from tests.ledger.test_cases import refused
from tests.ledger.two_records import D, everything, fresh, merge, undo
from tests.settlement.statement_world import kept_between_payers
from tests.settlement.window import Window

# ---- stays ----


def in_hospital(cast, case: Case, admitted_on: D, discharged_on: D | None = None, hospital=None) -> Stay:
    hospital = hospital or cast.hospital
    if case.state == "registered":
        case = cases.verify_case(by=cast.lead, case=case)
    stay = treatment.admit(by=cast.lead, case=case, hospital=hospital, on=admitted_on)
    return treatment.discharge(by=cast.lead, stay=stay, on=discharged_on) if discharged_on else stay


def test_stays_stand_at_the_case_that_goes_on_and_the_kept_records_come_first(cast):
    ours, theirs = twice(cast)
    mine = in_hospital(cast, ours, D(2017, 10, 6), D(2017, 10, 9))
    again = in_hospital(cast, theirs, D(2017, 10, 7), D(2017, 10, 9), cast.city_hospital)
    later = in_hospital(cast, fresh(theirs), D(2017, 10, 12))
    visit = FollowUp.objects.create(
        case=theirs, stay=again, due_on=D(2018, 1, 9), visitor="township", planned_at=clock.now(), planned_by=cast.clerk
    )
    before = everything()
    merged = merge(cast, ours.person, theirs.person)
    goes_on = fresh(merged.kept).cases.get()
    other = goes_on.folded.get()
    assert {stay.pk: stay.case for stay in Stay.objects.everywhere("test")} == {mine.pk: goes_on, later.pk: goes_on, again.pk: other}
    assert set(Stay.objects.visible_to(cast.clerk)) == {mine, later}
    assert fresh(visit).case == other
    undo(cast, merged)
    assert everything() == before


def test_an_open_stay_that_overlaps_is_settled_first(cast):
    ours, theirs = twice(cast)
    in_hospital(cast, ours, D(2017, 10, 6), D(2017, 10, 9))
    in_hospital(cast, theirs, D(2017, 10, 8), hospital=cast.city_hospital)
    sentence = (
        "两份资料的白内障住院重叠：柳城县人民医院 2017-10-06 至 2017-10-09；柳州市工人医院 2017-10-08 起，未出院。请先登记出院，再合并。"
    )
    with refused(sentence):
        merge(cast, ours.person, theirs.person)
    with refused(
        sentence.replace(
            "柳城县人民医院 2017-10-06 至 2017-10-09；柳州市工人医院 2017-10-08 起，未出院",
            "柳州市工人医院 2017-10-08 起，未出院；柳城县人民医院 2017-10-06 至 2017-10-09",
        )
    ):
        merge(cast, theirs.person, ours.person)


# ---- money ----


@pytest.fixture
def settled(cast) -> tuple[Window, Person, Person]:
    """石永福 settled in September; his other record without number, no bill."""
    window = Window.open(cast)
    kept = window.patient("石永福")
    other = cast.register("石永福", disease=None, category=None)
    window.settle(window.bill(kept, bill_no="ZY-1"))
    return window, kept, other


def test_what_was_settled_on_the_other_record_is_reversed_first(cast, settled):
    window, paid, other = settled
    standing = paid.settlements.get()
    with refused(
        f"要并入的资料还有有效的结算：柳城县人民医院 {standing.number}。起付线和封顶线是按两份资料分开算的，"
        "请先由医院冲销，合并后重新结算。也可以改为保留有结算的那一份。"
    ):
        merge(cast, other, paid)
    assert [person.pk for person in in_order(other, paid)] == [paid.pk, other.pk]
    window.reverse(standing)
    merge(cast, other, fresh(paid))
    again = window.settle(window.bill(fresh(other), bill_no="ZY-1"))
    assert (again.person, again.stay, standing.pk) == (
        other,
        standing.stay,
        other.cases.get().stays.get().settlements.order_by("pk").first().pk,
    )


def test_the_kept_records_settlements_stand(cast, settled):
    window, kept, other = settled
    before = everything()
    merged = merge(cast, kept, other)
    assert kept.settlements.get().stands
    undo(cast, merged)
    assert everything() == before


def test_bills_paid_elsewhere_go_over(cast):
    kept, gone = cast.register("莫秀英"), cast.register("莫秀英")
    bill = PaidBill.objects.everywhere("test").get(pk=kept_between_payers(gone, cast.hospital, by=cast.clerk)["paid_bill"])
    finding = CheckFinding.objects.create(
        person=gone, county=cast.county, bill=bill, finding="under", reason="少付", checked_at=clock.now()
    )
    merged = merge(cast, kept, gone)
    assert (fresh(bill).person, fresh(finding).person) == (kept, kept)
    undo(cast, merged)
    assert (fresh(bill).person, fresh(finding).person) == (gone, gone)


def test_a_hospital_sees_the_folded_case_of_its_own(cast):
    ours, theirs = twice(cast)
    in_hospital(cast, theirs, D(2017, 10, 12))
    merge(cast, ours.person, theirs.person)
    told = {event.text for event in CaseEvent.objects.of(ours.person).told_to(cast.liaison)}
    assert "白内障登记建档" in told and "白内障入院，柳城县人民医院" in told
    assert CaseEvent.objects.of(ours.person).told_to(cast.clerk).count() > len(told)
