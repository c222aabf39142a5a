"""Merging two records, row by row: particulars, days and cases, and each back where it was."""

import datetime

from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.actions import cases
from ledger.actions.categories import end_category, give_policy_card, hold_category, record_enrolment, verify_category
from ledger.actions.people import holder_of, similar_people
from ledger.identity import read_id_number
from ledger.merging.plan import lacking
from ledger.models import Category
from ledger.standing import FOREVER, LONG_AGO, Span, differences
from tests.ledger.registered_twice import twice
from tests.ledger.two_records import TODAY, D, everything, fresh, merge, undo


def test_what_differs_is_chosen_and_what_is_empty_is_filled(cast):
    kept = cast.register("莫秀英", phone="13900000001", address="3 组 8 号", village_doctor="韦日昌", native_place="广西柳城")
    gone = cast.register(
        "莫秀瑛", phone="13900000002", address="3 组 9 号", contact_name="莫家兴", contact_phone="13900000003", born_on=D(1951, 3, 3)
    )
    old, number = kept.id_number.reveal(), gone.id_number.reveal()
    merge(
        cast, kept, gone, taken={"name": "gone", "id_number": "gone", "phone": "kept", "address": "gone", "sex": "kept", "county": "gone"}
    )
    kept, gone = fresh(kept), fresh(gone)
    told = [
        kept.name,
        kept.initials,
        kept.id_number.reveal(),
        kept.born_on,
        kept.phone.reveal(),
        kept.contact_name,
        kept.contact_phone.reveal(),
    ]
    assert told == ["莫秀瑛", "mxy", number, D(1951, 3, 3), "13900000001", "莫家兴", "13900000003"]
    assert (kept.address, kept.residences.get().address, kept.village_doctor, kept.native_place) == (
        "3 组 9 号",
        "3 组 9 号",
        "韦日昌",
        "广西柳城",
    )
    for one in (old, number):  # Either number leads to the kept record, and to no other.
        assert holder_of(read_id_number(one, TODAY), by=cast.clerk).person == kept
    assert gone.id_number.reveal() == old  # They have changed numbers, for the database keeps each once.
    assert similar_people(by=cast.clerk, name="莫秀瑛", born_on=D(1951, 3, 3)) == [kept]


def test_an_age_that_the_number_shows_is_for_the_lead_to_confirm(cast):
    """没有证号的一份 says 2014; the number says 2001, and 室间隔缺损 is for children up to 14."""
    kept = cast.register("韦小宝", id_absent_reason="证件遗失待补", born_on=D(2014, 3, 2), disease="vsd")
    gone = cast.register("韦小宝", born_on=D(2001, 3, 2), disease=None)
    before = everything()
    merged = merge(cast, kept, gone)
    assert kept.cases.get().age_confirmation_needed
    assert merged.event.text.endswith("并入；超过室间隔缺损的年龄限制，须负责人确认")
    assert differences() == []
    undo(cast, merged)
    assert everything() == before


def test_a_number_that_one_of_them_has_is_taken(cast):
    kept = cast.register("韦小宝", id_absent_reason="婴儿未上户", born_on=D(2017, 3, 2), sex="male", disease="vsd")
    gone = cast.register("韦小宝", born_on=D(2017, 3, 1), sex="male", disease=None)
    merge(cast, kept, gone, taken={"id_number": "kept", "born_on": "kept"})
    kept = fresh(kept)
    assert (kept.id_number, kept.id_absent_reason, kept.born_on) == (gone.id_number, "", D(2017, 3, 1))


@settings(max_examples=300, deadline=None)
@given(
    st.tuples(st.none() | st.integers(0, 30), st.none() | st.integers(0, 30)),
    st.lists(st.tuples(st.none() | st.integers(0, 30), st.none() | st.integers(0, 30)), max_size=4),
)
def test_what_is_lacking_is_every_day_that_nothing_else_covers(during, taken):
    def dated(pair):
        lower, upper = pair
        if lower is not None and upper is not None:
            lower, upper = min(lower, upper), max(lower, upper) + 1
        return DateRange(*(None if day is None else D(2017, 1, 1) + datetime.timedelta(day) for day in (lower, upper)))

    during, taken = dated(during), [dated(pair) for pair in taken]
    parts = [Span.of(part) for part in lacking(during, taken)]
    for number in range(-2, 34):
        day = D(2017, 1, 1) + datetime.timedelta(number)
        expected = Span.of(during).covers(day) and not any(Span.of(one).covers(day) for one in taken)
        assert [part.covers(day) for part in parts].count(True) == expected
    assert all(part.start < part.end for part in parts) and all(one.end < two.start for one, two in zip(parts, parts[1:], strict=False))
    assert LONG_AGO < FOREVER


def test_categories_by_their_days(cast):
    kept = cast.register("莫秀英", category=Category.DIBAO, since=D(2017, 3, 1), disease=None)
    gone = cast.register("莫秀英", category=Category.DIBAO, since=D(2015, 1, 1), disease=None)
    fact = gone.categories.get()
    verify_category(by=cast.civil, fact=fact)
    hold_category(by=cast.clerk, person=gone, category=Category.ORPHAN, since=D(2010, 1, 1), until=D(2012, 1, 1), basis="证明")
    merge(cast, kept, gone)
    told = [(one.category, one.during.lower, one.during.upper, one.verified_on) for one in kept.categories.order_by("during")]
    assert told == [
        (Category.ORPHAN, D(2010, 1, 1), D(2012, 1, 1), None),
        (Category.DIBAO, D(2015, 1, 1), D(2017, 3, 1), TODAY),
        (Category.DIBAO, D(2017, 3, 1), None, TODAY),  # Civil affairs verified what goes on until today: it need not do so again.
    ]
    assert list(gone.categories.values_list("pk", flat=True)) == [fact.pk]  # What overlaps stays to be read.


def test_a_category_that_ended_does_not_verify_one_that_goes_on(cast):
    kept = cast.register("莫秀英", category=Category.DIBAO, since=D(2017, 3, 1), disease=None)
    gone = cast.register("莫秀英", category=Category.DIBAO, since=D(2015, 1, 1), disease=None)
    fact = verify_category(by=cast.civil, fact=gone.categories.get())
    end_category(by=cast.civil, fact=fact, on=D(2017, 9, 1), reason="不再符合")
    merge(cast, kept, gone)
    told = [(one.during.lower, one.during.upper, one.verified_on, one.ended_reason) for one in kept.categories.order_by("during")]
    assert told == [(D(2015, 1, 1), D(2017, 3, 1), TODAY, ""), (D(2017, 3, 1), None, None, "")]


def test_enrolments_and_cards(cast):
    kept, gone = cast.register("莫秀英", disease=None), cast.register("莫秀英", disease=None)
    for person, year, plan in ((kept, 2017, "二档"), (gone, 2017, "一档"), (gone, 2016, "一档")):
        record_enrolment(by=cast.insurance, person=person, year=year, enrolled=True, plan=plan)
    give_policy_card(by=cast.clerk, person=kept, since=D(2017, 5, 1), number="M-1")
    give_policy_card(by=cast.clerk, person=gone, since=D(2017, 1, 1), number="M-2")
    before = everything()
    merged = merge(cast, kept, gone)
    assert list(kept.enrolments.values_list("year", "plan")) == [(2017, "二档"), (2016, "一档")]
    assert list(kept.policy_cards.values_list("number", flat=True)) == ["M-1"]
    assert list(gone.policy_cards.values_list("number", flat=True)) == ["M-2"]
    undo(cast, merged)
    assert everything() == before


def test_the_home_that_the_other_record_knows_is_where_they_live(cast):
    kept = cast.register("莫秀英", on=D(2017, 6, 1))
    case = cast.case_of(kept)
    cases.close_case(by=cast.lead, case=case, outcome="moved_away", reason="迁往外市", on=D(2017, 7, 1))
    gone = cast.register("莫秀英", on=D(2017, 10, 1), since=D(2017, 9, 1), village=cast.other_village, disease="gastric-cancer")
    before = everything()
    merged = merge(cast, kept, gone)
    kept = fresh(kept)
    assert (kept.village, kept.township.name) == (cast.other_village, "太平镇")
    assert set(kept.cases.values_list("township__name", flat=True)) == {"太平镇"}
    assert [(home.village.name, home.during.upper) for home in kept.residences.order_by("during")] == [
        ("龙头村", D(2017, 7, 1)), ("山咀村", None),
    ]  # fmt: skip
    undo(cast, merged)
    assert everything() == before
    assert differences() == []


def test_the_case_that_went_further_goes_on(cast):
    ours, theirs = twice(cast)
    theirs = cast.treat(theirs.person, on=D(2017, 10, 12))
    before = everything()
    merged = merge(cast, ours.person, theirs.person, survivors={ours.pk})  # Not for somebody to choose.
    ours, theirs = fresh(ours), fresh(theirs)
    assert (theirs.person_id, theirs.state, theirs.registered_on, theirs.completed_on) == (
        ours.folded_into.person_id,
        "treated",
        D(2017, 10, 1),
        D(2017, 10, 12),
    )
    assert theirs.diagnosis_hospital == "龙头镇卫生院"
    assert (ours.folded_into, ours.person_id) == (theirs, merged.gone_id)
    assert list(fresh(merged.kept).cases.all()) == [theirs]
    assert differences() == []
    undo(cast, merged)
    assert everything() == before


def test_of_two_equally_far_one_is_chosen(cast):
    ours, theirs = twice(cast)
    merge(cast, ours.person, theirs.person, survivors={theirs.pk})
    assert (fresh(ours).folded_into, fresh(theirs).folded_into, fresh(theirs).registered_on) == (theirs, None, D(2017, 10, 1))


def test_a_mistaken_registration_gives_no_day(cast):
    """The duplicate was closed as 误登记 before anybody knew of merging: its earlier day counts nowhere."""
    ours, theirs = twice(cast)
    cases.close_case(by=cast.lead, case=ours, outcome="mistaken", reason="重复登记", on=D(2017, 10, 6))
    merge(cast, ours.person, theirs.person)
    assert (fresh(ours).folded_into, fresh(theirs).registered_on) == (theirs, D(2017, 10, 5))
