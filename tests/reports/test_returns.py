"""Drafts, submitting and what is frozen: one lead at a time, all or nothing, and what was submitted stays."""

import io

import openpyxl
import pytest
from django.db import DatabaseError, connection, transaction

import reports.checking
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, CaseEvent, UnitName
from ledger.models.division import UnitKind
from reports.actions import AlreadySubmitted, DraftChanged, make_dues, rebuild_drafts, submit
from reports.consolidating import city_workbook
from reports.forms.payload import canonical, rows_hash
from reports.models import Due, DueRule, Submission
from reports.returns import county_payloads, county_returns, county_workbook, cut_off, payload_of, preview
from tests.cast import on_day
from tests.handing_in import hand_in, make_ready
from tests.racing import Race, together
from tests.reports.conftest import day

OCTOBER = day("10-01")
BOTH = ["F1", "F2"]


def kept(county):
    return list(Submission.objects.everywhere("a test looks").filter(due__county=county).order_by("due__form"))


def hashes(drafts) -> dict[str, str]:
    return {draft.due.form: draft.rows_hash for draft in drafts}


def test_what_is_due_is_made_from_the_rules_once(cast, dues):
    rows = Due.objects.everywhere("a test looks").filter(county=cast.county)
    assert [(due.form, due.period, due.cut_off_on, due.deadline_at.isoformat()) for due in rows.filter(period=OCTOBER)] == [
        ("F1", day("10-01"), day("10-23"), "2017-10-23T10:00:00+00:00"),
        ("F2", day("10-01"), day("10-23"), "2017-10-23T10:00:00+00:00"),
    ]
    assert rows.count() == 10  # Two forms, August to December.
    assert make_dues(cast.prefecture, 2017) == 0
    assert make_dues(cast.prefecture, 2018) == 2 * 2 * 12
    DueRule.objects.filter(form="F1").update(day=25)
    assert make_dues(cast.prefecture, 2017) == 0
    assert rows.get(period=OCTOBER, form="F1").cut_off_on == day("10-23")


@pytest.mark.parametrize(("today", "on"), [("10-20", "10-20"), ("10-23", "10-23"), ("10-26", "10-23"), ("2018-02-01", "10-23")])
def test_the_cut_off_is_the_23rd_or_the_day_of_building_when_earlier(cast, dues, today, on):
    with on_day(day(today)):
        assert cut_off(cast.county, OCTOBER) == day(on)
        assert {draft.cut_off_on for draft in rebuild_drafts(cast.county, OCTOBER)} == {day(on)}


def test_a_moved_deadline_leaves_the_cut_off(cast, dues):
    Due.objects.everywhere("a test").filter(period=OCTOBER).update(deadline_at="2017-10-30T10:00:00Z")
    with on_day(day("10-30")):
        assert {draft.cut_off_on for draft in rebuild_drafts(cast.county, OCTOBER)} == {day("10-23")}


def test_a_month_that_has_not_begun_is_refused(cast, dues):
    for ask in (rebuild_drafts, county_returns):
        with pytest.raises(Refused, match="2017 年 11 月还没有开始"):
            ask(cast.county, day("11-01"))


def test_a_month_without_dues_is_refused(cast, dues):
    with pytest.raises(Refused, match="柳城县 2017 年 7 月没有应报的报表"):
        rebuild_drafts(cast.county, day("07-01"))


def test_rebuilding_counts_drafts_only_when_something_changed(cast, ledger, dues):
    ledger.person("韦桂兰", ("cataract", "06-01"))
    first = rebuild_drafts(cast.county, OCTOBER)
    assert [(draft.draft_number, draft.changes) for draft in first] == [(1, []), (1, [])]
    again = rebuild_drafts(cast.county, OCTOBER, by=cast.lead)
    assert [draft.draft_number for draft in again] == [1, 1] and hashes(again) == hashes(first)
    ledger.person("覃月英", ("cataract", "06-01", "10-02"))
    ledger.person("莫秀珍", ("cataract", "06-01"), poor=None, civil="06-10")
    f1, f2 = rebuild_drafts(cast.county, OCTOBER)
    assert (f1.draft_number, f1.changes) == (2, [
        "白内障总数 +1", "白内障累计救治数 +1", "白内障本季度完成救治数 +1", "合计总数 +1", "合计累计救治数 +1", "合计本季度完成救治数 +1",
    ])  # fmt: skip
    assert (f2.draft_number, f2.changes) == (2, ["白内障增加 1 人"])
    assert len(kept(cast.county)) == 2
    with on_day(day("10-21")):
        assert rebuild_drafts(cast.county, OCTOBER)[0].changes == ["统计截止日期由 2017-10-20 改为 2017-10-21"]


def test_a_corrected_name_makes_a_new_draft_and_says_that_no_figure_changed(cast, ledger, dues):
    person = ledger.person("韦桂兰", ("cataract", "06-01", "10-02"))
    rebuild_drafts(cast.county, OCTOBER)
    person.name = "韦桂蓝"
    person.save()
    f1, f2 = rebuild_drafts(cast.county, OCTOBER)
    assert (f1.draft_number, f1.changes) == (2, ["人员资料或填报人有改动，数字没有变"])
    assert f2.draft_number == 1


def test_a_draft_is_sealed_and_its_open_figures_name_nobody(cast, ledger, dues):
    person = ledger.person("韦桂兰", ("cataract", "06-01", "10-02"))
    f1 = rebuild_drafts(cast.county, OCTOBER)[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload, figures::text, changes::text FROM reports_submission WHERE id = %s", [f1.pk])
        payload, figures, changes = cursor.fetchone()
    assert payload.startswith("aesgcm1:") and not any(
        "韦桂兰" in text or person.id_number_hash in text for text in (payload, figures, changes)
    )
    found = Submission.objects.everywhere("a test looks").get(pk=f1.pk)
    assert payload_of(found)["roster"][0]["name"] == "韦桂兰" and str(found.payload) == "（已封存）"
    assert found.rows_hash == rows_hash(payload_of(found))


def test_submitting_freezes_what_the_ledger_says_now(cast, ledger, dues):
    ledger.person("韦桂兰", ("cataract", "06-01"))
    seen = hashes(make_ready(cast.county, OCTOBER, BOTH))
    done = submit(by=cast.lead, county=cast.county, period=OCTOBER, forms=BOTH, seen_hash=seen)
    assert [(found.due.form, found.state, found.submitted_by) for found in done] == [
        ("F1", "submitted", cast.lead), ("F2", "submitted", cast.lead),
    ]  # fmt: skip
    trail = AuditEvent.objects.filter(action="submitted").order_by("id")
    assert [(row.staff, row.county_code, row.detail["form"], row.detail["hash"]) for row in trail] == [
        (cast.lead, "450222", "F1", seen["F1"]), (cast.lead, "450222", "F2", seen["F2"]),
    ]  # fmt: skip
    before = canonical(county_payloads(cast.county, OCTOBER)["F1"])
    content = county_workbook(cast.county, OCTOBER)
    ledger.person("覃月英", ("cataract", "06-01"))
    with on_day(day("10-23")):
        assert hashes(rebuild_drafts(cast.county, OCTOBER)) == seen
        assert canonical(county_payloads(cast.county, OCTOBER)["F1"]) == before
        assert county_workbook(cast.county, OCTOBER) == content
        assert preview(cast.county, day("10-20"))["F1"]["total"]["total"] == 2


@pytest.mark.parametrize("column", ["payload", "rows_hash", "submitted_at", "figures", "state"])
def test_a_frozen_return_refuses_every_change(cast, ledger, dues, column):
    done = hand_in(cast.county, OCTOBER, BOTH)[0]
    new = {"payload": "x", "rows_hash": "0" * 64, "submitted_at": None, "figures": {}, "state": "draft"}[column]
    with pytest.raises(DatabaseError, match="is frozen"), transaction.atomic():
        Submission.objects.everywhere("a test").filter(pk=done.pk).update(**{column: new})
    with pytest.raises(DatabaseError, match="is frozen"), transaction.atomic():
        Submission.objects.everywhere("a test").filter(pk=done.pk)._raw_delete("default")


@pytest.mark.parametrize("who", ["clerk", "civil", "lead2", "city"])
def test_only_the_countys_own_lead_submits(cast, dues, who):
    make_ready(cast.county, OCTOBER, BOTH)
    with pytest.raises(Refused, match="只有本县（区）的负责人可以上报。"):
        submit(by=getattr(cast, who), county=cast.county, period=OCTOBER, forms=BOTH)


def test_without_a_draft_nothing_is_submitted(cast, dues):
    with pytest.raises(Refused, match="F1 还没有草稿。请先生成草稿，看过再核对。"):
        submit(by=cast.lead, county=cast.county, period=OCTOBER, forms=BOTH)
    with pytest.raises(Refused, match="请选择要上报的报表。"):
        submit(by=cast.lead, county=cast.county, period=OCTOBER, forms=[])
    assert kept(cast.county) == []


def test_submitting_is_all_or_nothing_and_not_twice(cast, dues):
    hand_in(cast.county, OCTOBER, ["F1"])
    assert [found.state for found in kept(cast.county)] == ["submitted", "draft"]
    with pytest.raises(AlreadySubmitted, match="F1 已由韦国强在 2017-10-20 .* 上报，不用再报。"):
        submit(by=cast.lead, county=cast.county, period=OCTOBER, forms=BOTH)
    assert [found.state for found in kept(cast.county)] == ["submitted", "draft"]
    hand_in(cast.county, OCTOBER, ["F2"])
    assert [found.state for found in kept(cast.county)] == ["submitted", "submitted"]


def test_a_draft_that_changed_after_it_was_seen_is_not_submitted_but_kept_to_be_seen(cast, ledger, dues):
    seen = hashes(make_ready(cast.county, OCTOBER, BOTH))
    ledger.person("韦桂兰", ("cataract", "06-01"))
    with pytest.raises(DraftChanged, match="您看过之后台账有变动，草稿已重新生成（F1：白内障总数 \\+1"):
        submit(by=cast.lead, county=cast.county, period=OCTOBER, forms=BOTH, seen_hash=seen)
    assert [(found.state, found.draft_number) for found in kept(cast.county)] == [("draft", 2), ("checked", 1)]
    newest = {"F1": kept(cast.county)[0].rows_hash, "F2": seen["F2"]}
    make_ready(cast.county, OCTOBER, ["F1"])
    submit(by=cast.lead, county=cast.county, period=OCTOBER, forms=BOTH, seen_hash=newest)
    assert [found.state for found in kept(cast.county)] == ["submitted", "submitted"]


def test_a_past_month_is_built_at_its_own_cut_off_when_nothing_was_kept(cast, ledger, dues):
    ledger.person("韦桂兰", ("cataract", "06-01", "08-24"))
    found = county_returns(cast.county, day("08-01"))
    assert found["F1"].submission is None and not found["F1"].is_submitted
    assert (found["F1"].payload["cut_off_on"], found["F1"].payload["total"]["treated"]) == ("2017-08-23", 0)
    assert county_payloads(cast.county, day("09-01"))["F1"]["total"]["treated"] == 1
    assert kept(cast.county) == []


def test_each_form_of_a_past_month_is_built_at_the_cut_off_of_its_own(cast, ledger, dues):
    ledger.person("莫秀珍", ("cataract", "06-01"), poor=None, civil="08-22")
    Due.objects.everywhere("a test").filter(period=day("08-01"), form="F2").update(cut_off_on=day("08-20"))
    found = county_returns(cast.county, day("08-01"))
    assert {form: one.payload["cut_off_on"] for form, one in found.items()} == {"F1": "2017-08-23", "F2": "2017-08-20"}
    assert found["F2"].payload["rows"] == []


def test_the_city_signs_with_the_name_it_bore_on_the_cut_off_as_its_counties_do(cast, reference):
    for division, name in ((cast.prefecture, "柳州市卫生健康委员会"), (cast.county, "柳城县卫生健康局")):
        UnitName.objects.create(division=division, kind=UnitKind.HEALTH, name=name, since=day("09-10"))
    book = openpyxl.load_workbook(io.BytesIO(city_workbook(cast.prefecture, day("09-01"))))
    assert [book[sheet]["A3"].value for sheet in ("汇总", "柳城县")] == [
        "填报单位（盖章）柳州市卫生健康委员会",
        "填报单位（盖章）柳城县卫生健康局",
    ]


def test_who_moved_after_one_county_had_submitted_is_told_under_the_citys_sum(cast, ledger, dues):
    person = ledger.person("韦桂兰", ("cataract", "06-01", "10-05"), ("gastric-cancer", "06-01"))
    told = [f"有 {n} 人列入了两个县（区）的报表（一县上报后才登记搬迁，或截止日期不同），汇总按各县（区）之和，重复计入。" for n in (1, 2)]

    def city_notes() -> list[str]:
        book = openpyxl.load_workbook(io.BytesIO(city_workbook(cast.prefecture, OCTOBER)))
        return [cell.value for cell in book["汇总"]["A"] if cell.value]

    hand_in(cast.county, OCTOBER, BOTH)
    assert not any("两个县" in note for note in city_notes())
    ledger.move(person, "10-10", cast.village2)
    assert told[0] in city_notes() and told[1] not in city_notes()


def test_a_preview_of_a_later_day_is_refused(cast, reference):
    with pytest.raises(Refused, match="2017-10-21 晚于今天"):
        preview(cast.county, day("10-21"))


def test_registering_leaves_events_alone_when_a_draft_is_built(cast, ledger, dues):
    rebuild_drafts(cast.county, OCTOBER, by=cast.lead)
    assert CaseEvent.objects.count() == 0
    assert {row.staff for row in AuditEvent.objects.filter(action="draft_built")} == {cast.lead}


@pytest.mark.django_db(transaction=True)
def test_two_who_submit_at_once_submit_once(cast, dues):
    make_ready(cast.county, OCTOBER, BOTH)
    lead, county = cast.lead, cast.county
    found = together(*[lambda: submit(by=lead, county=county, period=OCTOBER, forms=BOTH) for _ in range(4)])
    assert sorted(type(answer).__name__ for answer in found) == ["AlreadySubmitted"] * 3 + ["list"]
    assert AuditEvent.objects.filter(action="submitted").count() == 2


@pytest.mark.django_db(transaction=True)
def test_drafts_built_at_once_are_one_draft(cast, ledger, dues):
    ledger.person("韦桂兰", ("cataract", "06-01"))
    county = cast.county
    found = together(*[lambda: hashes(rebuild_drafts(county, OCTOBER)) for _ in range(4)])
    assert all(answer == found[0] for answer in found) and set(found[0]) == {"F1", "F2"}
    assert [(draft.revision, draft.draft_number) for draft in kept(county)] == [(1, 1), (1, 1)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["held", "not held"])
def test_two_who_looked_at_one_draft_submit_it_once(cast, ledger, dues, monkeypatch, locked):
    """The switch takes the lock on the dues away: both look at the draft before either submits it, and both believe it theirs."""
    make_ready(cast.county, OCTOBER, BOTH)
    lead, county = cast.lead, cast.county
    if not locked:
        monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)
    race = Race()
    with race.after(reports.checking, "bring_up"):
        found = race.run(*[lambda: submit(by=lead, county=county, period=OCTOBER, forms=BOTH)] * 2)
    assert isinstance(found[0], list), found
    if locked:
        assert isinstance(found[1], AlreadySubmitted), found
    else:  # The last word is the database's: a fault instead of a sentence.
        assert isinstance(found[1], DatabaseError) and "is frozen" in str(found[1]), found
    assert AuditEvent.objects.filter(action="submitted").count() == 2
