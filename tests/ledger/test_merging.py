"""Two records of one person made one: what goes over, what stays, what the figures say, and everything back again."""

import datetime

import pytest
from django.apps import apps
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import given, settings
from hypothesis import strategies as st

from hospitals import actions as treatment
from hospitals.models import FollowUp, Stay
from ledger import clock
from ledger.actions import cases
from ledger.actions.categories import end_category, give_policy_card, hold_category, record_enrolment, verify_category
from ledger.actions.id_numbers import correct_id_number, formerly_of
from ledger.actions.merging import built_since, latest_merge, merge_people, seen_now, undo_merge
from ledger.actions.people import correct_person, holder_of, reveal, similar_people
from ledger.actions.refusals import Stale
from ledger.identity import read_id_number
from ledger.importing.matching import facts_of
from ledger.merging.links import fates
from ledger.merging.plan import in_order, lacking
from ledger.merging.snapshot import links_to
from ledger.models import AuditEvent, Case, CaseEvent, Category, Merge, Person, Standing, Transfer
from ledger.protection import Sealed
from ledger.standing import FOREVER, LONG_AGO, Span, differences
from reports.actions import make_dues, rebuild_drafts, submit
from reports.forms.f1 import f1_figures
from reports.models import DueRule, Submission
from settlement.models import CheckFinding, PaidBill
from tests.cast import on_day
from tests.ledger.test_cases import refused
from tests.settlement.statement_world import kept_between_payers
from tests.settlement.window import Window

D = datetime.date
TODAY = D(2017, 10, 20)
SEPTEMBER = D(2017, 9, 23)


def fresh(row):
    return type(row)._base_manager.get(pk=row.pk)


def merge(cast, kept: Person, gone: Person, **chosen) -> Merge:
    kept, gone = fresh(kept), fresh(gone)
    told = {"by": cast.clerk, "reason": "同名同住址，村医核对是一个人", "seen": seen_now(kept, gone)} | chosen
    return merge_people(kept=kept, gone=gone, **told)


def undo(cast, merged: Merge) -> Merge:
    return undo_merge(by=cast.lead, merge=merged, reason="核对后是两个人")


def everything() -> dict:
    """Every row of every table that names a person or a case, column by column, but for the two that are only ever added to."""
    tables = {field.model for model in (Person, Case) for field in links_to(model)} | {Person} - {CaseEvent, Merge}
    found = {}
    for table in tables - {CaseEvent, Merge}:
        if table is Standing:  # Made anew, with new numbers.
            rows = table._base_manager.order_by("case", "during").values_list(
                "case", "county", "registered_poor", "civil_verified", "completed_on", "during"
            )
            found["standing"] = list(rows)
            continue
        columns = [field.attname for field in table._meta.concrete_fields]
        for row in table._base_manager.order_by("pk").values(*columns):
            values = {name: value.reveal() if isinstance(value, Sealed) else value for name, value in row.items()}
            found[table._meta.label, row["id"]] = {
                name: bytes(value) if isinstance(value, memoryview) else value for name, value in values.items()
            }
    return found


def figures(cast, on: D) -> dict:
    """F1 of the county as a draft built on that day counts it: {row: its five figures}, 合计, and how many stand in neither category."""
    groups = {code: cast.disease(code).group_id for code in ("cataract", "gastric-cancer")}
    table = f1_figures([cast.county.pk], on, list(groups.values()))[cast.county.pk]
    rows = {code: tuple(table.rows[group].values()) for code, group in groups.items()}
    return rows | {"合计": tuple(table.total.values()), "neither": table.neither}


@pytest.fixture
def pair(cast) -> tuple[Person, Person]:
    """莫秀英 twice: with her number since 1 October; since 1 September in another town, without number, 低保 verified, 胃癌 besides."""
    kept = cast.register("莫秀英", on=D(2017, 10, 1), since=D(2017, 1, 1), phone="13900000001", contact_name="莫家兴")
    gone = cast.register(
        "莫秀英", on=D(2017, 9, 1), category=Category.DIBAO, since=D(2016, 7, 1), village=cast.other_village, address="9 组",
        id_absent_reason="证件遗失待补", insurance_number="4502221806217", household_number="H-7", found_on=D(2017, 8, 30),
    )  # fmt: skip
    with on_day(D(2017, 9, 5)):
        verify_category(by=cast.civil, fact=gone.categories.get())
        cases.open_case(by=cast.clerk, person=gone, entry=cast.entry("gastric-cancer"))
    return kept, gone


def test_one_person_with_both_histories(cast, pair):
    kept, gone = pair
    merged = merge(cast, kept, gone)
    kept, gone = fresh(kept), fresh(gone)
    assert gone.merged_into_id == kept.pk
    assert (kept.insurance_number, kept.household_number, kept.contact_name) == ("4502221806217", "H-7", "莫家兴")  # What it lacked.
    assert (kept.township.name, kept.address) == ("龙头镇", "3 组 8 号")
    live = kept.cases.select_related("disease").order_by("disease__code")
    assert [(case.disease.code, case.registered_on, case.found_on, case.township.name) for case in live] == [
        ("cataract", D(2017, 9, 1), D(2017, 8, 30), "龙头镇"), ("gastric-cancer", D(2017, 9, 5), D(2017, 9, 5), "龙头镇"),
    ]  # fmt: skip
    (folded,) = gone.cases.all()
    assert folded.folded_into == live[0]
    assert [(fact.get_category_display(), fact.during.lower, fact.verified_on) for fact in kept.categories.order_by("category")] == [
        ("建档立卡", D(2017, 1, 1), None), ("低保", D(2016, 7, 1), D(2017, 9, 5)),
    ]  # fmt: skip
    homes = [(home.village.name, home.during.lower, home.during.upper) for home in kept.residences.order_by("during")]
    assert homes == [("山咀村", D(2016, 7, 1), D(2017, 1, 1)), ("龙头村", D(2017, 1, 1), None)]
    told = CaseEvent.objects.of(kept).order_by("pk")
    assert [event.text for event in told.filter(person=gone)] == [
        "登记入户资料", "低保自 2016-07-01 起，依据：系统名单", "发现白内障，途径：入户排查", "白内障登记建档", "核实低保",
        "发现胃癌，途径：入户排查", "胃癌登记建档",
    ]  # fmt: skip
    last = told.last()
    assert (last.move, last.text, last.reason, last.by_name) == (
        "people_merged", "合并重复资料：2017-09-01 登记的另一份资料（莫秀英，太平镇山咀村）并入；转来胃癌；白内障合为一例",
        "同名同住址，村医核对是一个人", "覃玉芳",
    )  # fmt: skip
    trail = (
        AuditEvent.objects.filter(action__in=("people_merged", "merged_away"))
        .order_by("pk")
        .values_list("action", "subject_id", "username")
    )
    assert list(trail) == [("people_merged", kept.pk, cast.clerk.username), ("merged_away", gone.pk, cast.clerk.username)]
    assert (merged.reason, latest_merge(kept)) == ("同名同住址，村医核对是一个人", merged)
    assert differences() == []


def test_undone_as_one(cast, pair):
    kept, gone = pair
    before = everything()
    undone = undo(cast, merge(cast, kept, gone))
    assert everything() == before
    assert differences() == []
    assert (undone.undone_by, undone.undone_reason, latest_merge(kept)) == (cast.lead, "核对后是两个人", None)
    for person in (kept, gone):
        event = person.events.order_by("pk").last()
        assert (event.move, event.text, event.reason) == ("merge_undone", "撤销 2017-10-20 的合并，两份资料恢复原样", "核对后是两个人")
    with refused("这次合并已经撤销过。请刷新后再看。"):
        undo(cast, undone)
    merge(cast, gone, kept)  # And the other way round, another day.


def test_the_figures_count_one_person(cast, pair):
    """总数, 累计, 本季度, 未完成, 非建档立卡本季度. Two people before: in September only the second, who is 低保; in October both."""
    nobody = (0, 0, 0, 0, 0)
    poor, one = (1, 0, 0, 1, 0), {"cataract": (1, 0, 0, 1, 0), "gastric-cancer": (1, 0, 0, 1, 0), "合计": (1, 0, 0, 1, 0), "neither": 0}
    before = [
        {"cataract": nobody, "gastric-cancer": nobody, "合计": nobody, "neither": 0},
        {"cataract": poor, "gastric-cancer": nobody, "合计": poor, "neither": 0},
    ]
    assert [figures(cast, on) for on in (SEPTEMBER, TODAY)] == before
    merged = merge(cast, *pair)
    # 建档立卡 since January, on the ledger since 1 September: a September draft built now counts them where they belong.
    assert [figures(cast, on) for on in (SEPTEMBER, TODAY)] == [one, one]
    undo(cast, merged)
    assert [figures(cast, on) for on in (SEPTEMBER, TODAY)] == before


def test_a_submitted_month_stays_as_it_was(cast, pair):
    DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=D(2017, 9, 1))
    make_dues(cast.prefecture, 2017)
    with on_day(SEPTEMBER):
        rebuild_drafts(cast.county, D(2017, 9, 1), by=cast.lead)
        submit(by=cast.lead, county=cast.county, period=D(2017, 9, 1), forms=["F1"])
    september = Submission.objects.everywhere("test").filter(due__period=D(2017, 9, 1)).values()
    frozen = list(september)
    undo(cast, merge(cast, *pair))
    merge(cast, *pair)
    rebuild_drafts(cast.county, D(2017, 9, 1), by=cast.lead)
    assert (list(september.all()), frozen[0]["submitted_by_id"]) == (frozen, cast.lead.pk)


# ---- particulars, days and cases ----


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


def twice(cast, **second) -> tuple[Case, Case]:
    """The cases of 莫秀英's two records, 白内障 both, registered on 1 and on 5 October."""
    kept = cast.register("莫秀英", on=D(2017, 10, 1), case={"diagnosis_hospital": "龙头镇卫生院"})
    gone = cast.register("莫秀英", on=D(2017, 10, 5), **second)
    return cast.case_of(kept), cast.case_of(gone)


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


# ---- refusals ----


def test_what_is_refused(cast, pair):
    kept, gone = pair
    with refused("请写明合并的原因。", "reason"):
        merge(cast, kept, gone, reason=" ")
    with refused("两边是同一份资料，请选另一份。"):
        merge(cast, kept, kept)
    ask(cast, gone)
    with refused("其中一份资料有外县的转入申请还没有答复。请先答复，再合并。"):
        merge(cast, kept, gone)
    stranger = cast.register("莫秀英", village=cast.village2)
    with pytest.raises(Person.DoesNotExist):
        merge(cast, kept, stranger)


def ask(cast, person: Person) -> Transfer:
    return Transfer.objects.create(
        person=person, given_name=person.name, from_county=cast.county, to_county=cast.county2, village=cast.village2, address="1 组",
        moved_on=TODAY, reason="投靠子女", asked_at=clock.now(), asked_by=cast.clerk2, city_from=TODAY,
    )  # fmt: skip


def test_either_record_changed_meanwhile(cast, pair):
    kept, gone = pair
    seen = seen_now(kept, gone)
    facts = facts_of(gone, TODAY)
    facts.phone = "13900000009"
    correct_person(by=cast.lead, person=gone, version=gone.version, facts=facts)
    record_enrolment(by=cast.insurance, person=kept, year=2017, enrolled=True)
    with pytest.raises(Stale) as conflict:
        merge(cast, kept, gone, seen=seen)
    assert [(what, who) for _, what, who in conflict.value.changes] == [("修改资料：联系电话", "韦国强"), ("2017 年参保", "周文静")]
    reveal(by=cast.clerk, person=gone, what="phone")  # Reading changes nothing.
    merge(cast, kept, gone)


def test_a_put_aside_record_is_nobodys_work(cast, pair):
    kept, gone = pair
    (theirs,) = gone.cases.filter(disease__code="cataract")
    fact = gone.categories.get()
    merge(cast, kept, gone)
    assert set(Person.objects.visible_to(cast.clerk)) == {kept}
    assert {case.person for case in Case.objects.visible_to(cast.clerk).select_related("person")} == {kept}
    with refused("这份资料刚刚并入同一人的另一份资料。请打开保留的资料，再办一次。"):
        cases.verify_case(by=cast.lead, case=theirs)
    with refused("这份资料刚刚并入同一人的另一份资料。请打开保留的资料，再办一次。"):
        hold_category(by=cast.clerk, person=gone, category=Category.ORPHAN, since=TODAY, basis="证明")
    assert fresh(fact).person == kept
    with refused("莫秀英的这份资料刚刚由覃玉芳并入另一份资料，没有再合并。请打开保留的资料核对。"):
        merge(cast, kept, gone)


# ---- undoing ----


def test_not_once_something_was_built_on_it(cast, pair):
    kept, gone = pair
    merged = merge(cast, kept, gone)
    reveal(by=cast.clerk, person=fresh(kept), what="phone")
    assert built_since(merged) == ""
    cases.verify_case(by=cast.lead, case=kept.cases.get(disease__code="gastric-cancer"))
    with refused("合并之后又办过：2017-10-20 韦国强：胃癌核实通过。不能再撤销，请在保留的资料上更正。"):
        undo(cast, merged)
    with refused("请写明撤销的原因。", "reason"):
        undo_merge(by=cast.lead, merge=merged, reason="")


def test_what_leaves_no_event_is_seen_too(cast, pair):
    kept, gone = pair
    merged = merge(cast, kept, gone)
    FollowUp.objects.create(
        case=kept.cases.first(), due_on=D(2018, 1, 9), visitor="township", planned_at=clock.now(), planned_by=cast.clerk
    )
    with refused("合并之后又办过：随访有变动。不能再撤销，请在保留的资料上更正。"):
        undo(cast, merged)


def test_three_records_are_undone_last_first(cast, pair):
    kept, gone = pair
    third = cast.register("莫秀英", disease="colon-cancer")
    before = everything()
    first = merge(cast, gone, kept)
    between = everything()
    second = merge(cast, third, gone)
    assert holder_of(read_id_number(kept.id_number.reveal(), TODAY), by=cast.clerk).person == third
    assert [event.move for event in CaseEvent.objects.of(third).filter(move="people_merged").order_by("pk")] == ["people_merged"] * 2
    with pytest.raises(Person.DoesNotExist):  # The record it was merged into is put aside itself.
        undo(cast, first)
    undo(cast, second)
    assert everything() == between
    undo(cast, first)
    assert everything() == before
    assert differences() == []


def test_the_number_of_a_merged_record_is_the_kept_ones_to_take(cast):
    kept, gone = cast.register("莫秀英", disease=None), cast.register("莫秀英", disease=None)
    old, number = (read_id_number(person.id_number.reveal(), TODAY) for person in (kept, gone))
    merged = merge(cast, kept, gone)
    kept = fresh(kept)
    with refused("本县已有莫秀英用这个身份证号登记，请打开已有的资料。", "id_number"):
        cast.register("莫秀英", id_number=number)
    correct_id_number(by=cast.clerk, person=kept, version=kept.version, number=number, why="录入错误")
    assert holder_of(number, by=cast.clerk).person == kept
    assert formerly_of(old, by=cast.clerk).person == kept
    with refused(
        "合并之后又办过：2017-10-20 覃玉芳：改正身份证号 450222********"
        + f"{old.number[-4:]} → 450222********{number.number[-4:]}。不能再撤销，请在保留的资料上更正。"
    ):
        undo(cast, merged)


# ---- who is told what ----


def test_a_hospital_sees_the_folded_case_of_its_own(cast):
    ours, theirs = twice(cast)
    in_hospital(cast, theirs, D(2017, 10, 12))
    merge(cast, ours.person, theirs.person)
    told = {event.text for event in CaseEvent.objects.of(ours.person).told_to(cast.liaison)}
    assert "白内障登记建档" in told and "白内障入院，柳城县人民医院" in told
    assert CaseEvent.objects.of(ours.person).told_to(cast.clerk).count() > len(told)


# ---- links ----


def test_every_link_to_a_person_or_a_case_is_declared():
    named = {f"{field.model._meta.label}.{field.name}" for model in (Person, Case) for field in links_to(model)}
    assert named - set(fates()) == set(), "say in ledger/merging/links.py, or in the app's own merging.py, what becomes of these"
    assert set(fates()) - named == set(), "these links are gone"


def test_a_link_that_nobody_declared_is_seen():
    class Note(models.Model):
        case = models.ForeignKey(Case, models.CASCADE, related_name="+")

        class Meta:
            app_label = "ledger"

    try:
        with pytest.raises(AssertionError, match="ledger.Note.case"):
            test_every_link_to_a_person_or_a_case_is_declared()
    finally:
        del apps.all_models["ledger"]["note"]
        apps.clear_cache()
