"""Two records of one person made one: what goes over, what stays, what the figures say, and everything back again."""

from dataclasses import replace

import pytest
from django.apps import apps
from django.db import models

from hospitals.models import FollowUp
from ledger import clock
from ledger.actions import cases
from ledger.actions.categories import hold_category, record_enrolment
from ledger.actions.id_numbers import correct_id_number, formerly_of
from ledger.actions.merging import built_since, latest_merge, seen_now, undo_merge
from ledger.actions.people import correct_person, holder_of, reveal
from ledger.actions.refusals import Stale
from ledger.identity import read_id_number
from ledger.importing.matching import facts_of
from ledger.merging.links import fates
from ledger.merging.snapshot import links_to
from ledger.models import AuditEvent, Case, CaseEvent, Category, Person, Transfer
from ledger.standing import differences
from reports.actions import make_dues, rebuild_drafts
from reports.models import DueRule, Submission
from tests.cast import on_day
from tests.handing_in import hand_in
from tests.ledger.test_cases import refused
from tests.ledger.two_records import SEPTEMBER, TODAY, D, everything, figures, fresh, merge, two_records, undo


@pytest.fixture
def pair(cast) -> tuple[Person, Person]:
    return two_records(cast)


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
        hand_in(cast.county, D(2017, 9, 1), ["F1"])
    september = Submission.objects.everywhere("test").filter(due__period=D(2017, 9, 1)).values()
    frozen = list(september)
    undo(cast, merge(cast, *pair))
    merge(cast, *pair)
    rebuild_drafts(cast.county, D(2017, 9, 1), by=cast.lead)
    assert (list(september.all()), frozen[0]["submitted_by_id"]) == (frozen, cast.lead.pk)


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


def test_a_page_opened_while_they_were_one_is_old_once_they_are_two(cast, pair):
    """Merged, opened by one, undone, corrected by another: what the first saves then would bring the merged record back."""
    kept, gone = pair
    merged = merge(cast, kept, gone)
    opened, case = fresh(kept), kept.cases.get(disease__code="gastric-cancer")
    undo(cast, merged)
    correct_person(by=cast.lead, person=kept, version=fresh(kept).version, facts=replace(facts_of(fresh(kept), TODAY), address="7 组"))
    with pytest.raises(Stale):
        correct_person(
            by=cast.clerk, person=fresh(kept), version=opened.version, facts=replace(facts_of(opened, TODAY), phone="13900000009")
        )
    assert fresh(case).version > case.version


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
