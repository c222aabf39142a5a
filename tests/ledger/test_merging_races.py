"""Two at once on two records of one person: the second waits and hears a sentence; nothing is written on a record put aside.

The switch: with the lock on the people taken away, the defect is back and is seen.
"""

import datetime

import pytest

from hospitals import actions as treatment
from ledger.actions import cases, locking, merging
from ledger.actions.cases import register_case, verify_case
from ledger.actions.locking import MERGED
from ledger.actions.merging import merge_people, seen_now, undo_merge
from ledger.models import Case, Merge, Person
from ledger.standing import differences
from settlement.actions import settling
from settlement.models import PersonYear, Settlement
from tests.racing import Race, at_once, faults, said
from tests.settlement.window import Window

pytestmark = pytest.mark.django_db(transaction=True)
D = datetime.date
BY_THE_FIRST = "莫秀英的这份资料刚刚由覃玉芳并入另一份资料，没有再合并。请打开保留的资料核对。"


@pytest.fixture
def pair(cast) -> tuple[Person, Person]:
    return cast.register("莫秀英"), cast.register("莫秀英", disease="gastric-cancer")


def merger(by, kept: Person, gone: Person):
    seen = seen_now(kept, gone)
    return lambda: merge_people(by=by, kept=kept, gone=gone, seen=seen, reason="同一人")


def put_aside() -> list[int]:
    return list(Person.objects.everywhere("test").filter(merged_into__isnull=False).values_list("pk", flat=True))


def without_the_lock(monkeypatch) -> None:
    """The switch: both records and the case are looked up and not held."""
    monkeypatch.setattr(merging, "_hold_both", lambda pair, scoped: {person.pk: person for person in scoped.filter(pk__in=pair)})
    monkeypatch.setattr(locking, "hold_person_of", lambda person_id: None)
    monkeypatch.setattr(settling, "hold_person_of", lambda person_id: None)
    bare = lambda case, by: Case.objects.visible_to(by).select_related("person", "disease", "county__parent").get(pk=case.pk)  # noqa: E731
    monkeypatch.setattr(cases, "hold_case", bare)


def test_two_merge_the_same_pair(cast, pair):
    kept, gone = pair
    assert said(at_once(merger(cast.clerk, kept, gone), merger(cast.lead, kept, gone))) == ["done", BY_THE_FIRST]
    assert (put_aside(), Merge.objects.count(), differences()) == ([gone.pk], 1, [])


def test_two_merge_the_pair_in_opposite_directions(cast, pair):
    kept, gone = pair
    assert said(at_once(merger(cast.clerk, kept, gone), merger(cast.lead, gone, kept))) == ["done", BY_THE_FIRST]
    assert (put_aside(), Merge.objects.count(), differences()) == ([gone.pk], 1, [])


def test_without_the_lock_each_is_merged_into_the_other(cast, pair, monkeypatch):
    kept, gone = pair
    without_the_lock(monkeypatch)
    at_once(merger(cast.clerk, kept, gone), merger(cast.lead, gone, kept))
    assert (put_aside(), Merge.objects.filter(undone_at=None).count()) == ([kept.pk], 2)  # The later one put aside what the first kept.


def test_a_case_that_is_being_carried_is_not_verified_on_the_old_record(cast, pair):
    kept, gone = pair
    case = cast.case_of(gone)
    assert said(at_once(merger(cast.clerk, kept, gone), lambda: verify_case(by=cast.lead, case=case))) == ["done", MERGED]
    case.refresh_from_db()
    assert (case.person_id, case.state, differences()) == (kept.pk, "registered", [])


def test_without_the_lock_the_case_goes_back_to_the_record_put_aside(cast, pair, monkeypatch):
    kept, gone = pair
    case = cast.case_of(gone)
    without_the_lock(monkeypatch)
    at_once(merger(cast.clerk, kept, gone), lambda: verify_case(by=cast.lead, case=case))
    case.refresh_from_db()
    assert case.person_id in put_aside()


def test_a_case_that_is_being_verified_is_looked_at_again_before_merging(cast, pair):
    kept, gone = pair
    case = cast.case_of(gone)
    merge = merger(cast.clerk, kept, gone)
    told = said(at_once(lambda: verify_case(by=cast.lead, case=case), merge))
    assert told == ["done", "您打开之后，韦国强改过这份资料。请看过差异再保存。"]
    assert (put_aside(), Merge.objects.count()) == ([], 0)


def test_a_folded_case_is_not_registered(cast):
    kept = cast.register("莫秀英")
    gone = cast.register("莫秀英", found_only=True)
    case = cast.case_of(gone)
    assert said(at_once(merger(cast.clerk, kept, gone), lambda: register_case(by=cast.lead, case=case))) == ["done", MERGED]
    case.refresh_from_db()
    assert (case.state, case.folded_into, differences()) == ("found", kept.cases.get(), [])


def test_what_was_carried_is_not_moved_while_the_merge_is_undone(cast, pair):
    kept, gone = pair
    merged = merger(cast.clerk, kept, gone)()
    case = kept.cases.get(disease__code="gastric-cancer")
    undo = lambda: undo_merge(by=cast.lead, merge=merged, reason="不是一个人")  # noqa: E731
    assert said(at_once(undo, lambda: verify_case(by=cast.lead, case=case))) == ["done", MERGED]
    case.refresh_from_db()
    assert (case.person_id, case.state, put_aside(), differences()) == (gone.pk, "registered", [], [])


def test_two_undo_one_merge(cast, pair):
    merged = merger(cast.clerk, *pair)()
    undo = lambda: undo_merge(by=cast.lead, merge=merged, reason="不是一个人")  # noqa: E731
    assert said(at_once(undo, undo)) == ["done", "这次合并已经撤销过。请刷新后再看。"]


def test_a_stay_of_a_case_that_is_being_folded_is_not_ended_on_it(cast):
    """The kept record's own case is folded into the other's, which went further, and its stay goes with it."""
    kept, gone = cast.register("莫秀英", on=D(2017, 10, 1)), cast.register("莫秀英", on=D(2017, 10, 1))
    cast.treat(gone, on=D(2017, 10, 10))
    case = verify_case(by=cast.lead, case=cast.case_of(kept))
    stay = treatment.admit(by=cast.lead, case=case, hospital=cast.hospital, on=D(2017, 10, 12))
    end = lambda: treatment.discharge(by=cast.lead, stay=stay, on=D(2017, 10, 19))  # noqa: E731
    assert said(at_once(merger(cast.clerk, kept, gone), end)) == ["done", MERGED]
    stay.refresh_from_db()
    assert (stay.case, stay.discharged_on) == (kept.cases.get(), None)
    end()


@pytest.fixture
def at_window(cast) -> tuple[Window, Person, Person]:
    window = Window.open(cast)
    return window, cast.register("石永福", disease=None, category=None), window.patient("石永福")


def test_nothing_is_settled_on_a_record_that_is_being_put_aside(cast, at_window):
    window, kept, gone = at_window
    bill = window.bill(gone)
    request = window.request()
    assert said(at_once(merger(cast.clerk, kept, gone), lambda: window.settle(bill, request))) == ["done", MERGED]
    assert (Settlement.objects.everywhere("test").count(), PersonYear.objects.count(), put_aside()) == (0, 0, [gone.pk])


def test_without_the_lock_a_record_put_aside_is_settled(cast, at_window, monkeypatch):
    window, kept, gone = at_window
    bill, request = window.bill(gone), window.request()
    without_the_lock(monkeypatch)
    at_once(merger(cast.clerk, kept, gone), lambda: window.settle(bill, request))
    assert list(Settlement.objects.everywhere("test").standing().values_list("person", flat=True)) == put_aside() == [gone.pk]


def test_a_bill_that_is_being_settled_keeps_its_record(cast, at_window):
    window, kept, gone = at_window
    bill, request = window.bill(gone), window.request()
    told = said(at_once(lambda: window.settle(bill, request), merger(cast.clerk, kept, gone)))
    assert told == ["done", "您打开之后，何丽萍改过这份资料。请看过差异再保存。"]
    assert put_aside() == []


def both_ways_settled_and_returned(cast) -> list[str]:
    """Merging both ways, settling and returning, statement by statement in turn; what neither was done nor ended in a sentence."""
    window = Window.open(cast)
    kept, gone = cast.register("石永福", category=None), window.patient("石永福")
    case, bill, request = cast.case_of(gone), window.bill(gone), window.request()
    answers = Race(lockstep=True).run(
        merger(cast.clerk, kept, gone), merger(cast.lead, gone, kept), lambda: window.settle(bill, request),
        lambda: cases.return_case(by=cast.lead, case=case, reason="缺材料"),
    )  # fmt: skip
    return faults(answers, Person.DoesNotExist, Case.DoesNotExist)


def test_nobody_waits_for_ever(cast):
    assert both_ways_settled_and_returned(cast) == []
    assert differences() == []


def test_held_in_the_order_asked_for_they_wait_for_each_other_for_ever(cast, monkeypatch):
    """The switch: each record is held when its turn comes, the one to be kept first."""
    in_turn = lambda pair, scoped: {pk: scoped.select_for_update(of=("self",)).get(pk=pk) for pk in pair}  # noqa: E731
    monkeypatch.setattr(merging, "_hold_both", in_turn)
    wrong = both_ways_settled_and_returned(cast)
    assert wrong and all("deadlock detected" in one for one in wrong)
