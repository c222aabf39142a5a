"""A return on its way: checked by one hand, submitted by another, received, sent back, corrected, accepted, locked."""

import json

import pytest

from ledger.actions.refusals import Refused
from reports.actions import (
    AlreadySubmitted,
    DraftChanged,
    accept,
    lock,
    lock_all,
    rebuild_drafts,
    receive,
    receive_all,
    return_it,
    send_back,
)
from reports.closed_months import first_open_day
from reports.models import CONTACTS, Due, DueRule, Submission, WorkbookStamp
from reports.nil import is_nil
from reports.returns import county_returns, payload_of
from tests.cast import on_day
from tests.handing_in import NIL, hand_in, make_ready
from tests.reports.conftest import day
from tests.reports.return_stories import (
    BOTH,
    OCTOBER,
    checked,
    drafted,
    due_of,
    events,
    handed_in,
    reasons,
    revisions,
    submitted,
    trail,
)

pytestmark = pytest.mark.django_db


# ---- the straight way ----


def test_the_straight_way_is_told_step_by_step(cast, month):
    drafted(cast)
    found = checked(cast)
    assert [(one.due.form, one.state, one.prepared_by, one.is_nil) for one in found] == [
        ("F1", "checked", cast.clerk, False), ("F2", "checked", cast.clerk, False),
    ]  # fmt: skip
    sent = submitted(cast)
    assert [(one.state, one.submitted_by, one.alone) for one in sent] == [("submitted", cast.lead, False)] * 2
    assert receive(by=cast.city, submission=sent[0]).received_at is not None
    assert accept(by=cast.city, submission=sent[0]).state == "accepted"
    assert lock(by=cast.city, submission=sent[0]).state == "locked"
    clerk, lead, city = cast.clerk.full_name, cast.lead.full_name, cast.city.full_name
    assert events(cast) == [
        ("drafted", "", "draft", clerk), ("check", "draft", "checked", clerk), ("submit", "checked", "submitted", lead),
        ("receive", "submitted", "received", city), ("accept", "received", "accepted", city), ("lock", "accepted", "locked", city),
    ]  # fmt: skip
    told = trail("draft_built", "return_check", "submitted", "return_receive", "return_accept", "return_lock")
    assert [row for row in told if row[3] == "F1"] == [
        (action, who.username, "450222", "F1", "2017-10")
        for action, who in (
            ("draft_built", cast.clerk), ("return_check", cast.clerk), ("submitted", cast.lead), ("return_receive", cast.city),
            ("return_accept", cast.city), ("return_lock", cast.city),
        )
    ]  # fmt: skip
    assert WorkbookStamp.objects.filter(submission__in=sent).count() == 2


def test_what_the_checks_said_is_kept_with_the_return(cast, month):
    drafted(cast)
    (f1, _) = checked(cast)
    kept = json.loads(Submission.objects.everywhere("a test").get(pk=f1.pk).checks.reveal())
    assert ("across", "ok") in {(one["code"], one["tone"]) for one in kept}


def test_the_city_alone_receives_accepts_and_locks_and_only_its_own(cast, month):
    sent = handed_in(cast)
    for act in (receive, accept, lock):
        with pytest.raises(Refused, match="由市级办理"):
            act(by=cast.lead, submission=sent)
    with pytest.raises(Due.DoesNotExist):
        receive(by=cast.lead2, submission=sent)
    with pytest.raises(Refused, match="现在的状态是“已报”，不能办“锁定”。请刷新后再看。"):
        lock(by=cast.city, submission=sent)
    assert accept(by=cast.city, submission=sent).state == "accepted"  # Received first, by the same hand.
    assert [what for what, *_ in events(cast)][-2:] == ["receive", "accept"]


def test_the_city_receives_and_locks_all_that_came(cast, month):
    for county in (cast.county, cast.county2):
        hand_in(county, OCTOBER, BOTH)
    assert receive_all(by=cast.city, period=OCTOBER) == 4
    with pytest.raises(Refused, match="没有等待接收的报表。"):
        receive_all(by=cast.city, period=OCTOBER)
    for one in Submission.objects.everywhere("a test").filter(due__form="F1"):
        accept(by=cast.city, submission=one)
    assert lock_all(by=cast.city, period=OCTOBER) == 2
    assert sorted(Submission.objects.everywhere("a test").values_list("state", flat=True)) == ["locked", "locked", "received", "received"]
    with pytest.raises(Refused, match="由市级办理。"):
        lock_all(by=cast.lead, period=OCTOBER)


# ---- checking ----


@pytest.mark.parametrize("who", ["clerk2", "lead2", "civil", "city", "township"])
def test_only_the_countys_bureau_checks(cast, month, who):
    drafted(cast)
    with pytest.raises(Refused, match="只有本县（区）的经办人或负责人可以核对。"):
        checked(cast, by=getattr(cast, who))


def test_what_is_to_be_mended_is_mended_first(cast, month):
    person = month.person("覃月英", ("cataract", "06-01", "10-02"))
    person.cases.update(hospital_code="", hospital_name="")  # Treated, and nobody wrote where.
    drafted(cast)
    with pytest.raises(Refused, match="还有 1 项须改：1 人已救治，没有填定点医院：覃月英。请改正后再核对。"):
        checked(cast)
    assert [one.state for one in revisions(cast)] == ["draft"]


def test_what_is_to_be_explained_is_explained_first(cast, month):
    gone = month.person("覃月英", ("cataract", "06-01"), poor_until="10-05")
    drafted(cast)
    with pytest.raises(Refused, match="还有 1 项待说明：1 人的类别在截止日已经终止，没有计入上表：覃月英。请在该项下写明原因，再核对。"):
        checked(cast)
    make_ready(cast.county, OCTOBER, BOTH)
    (kept,) = [one for one in json.loads(revisions(cast)[0].checks.reveal()) if one["tone"] == "warn"]
    assert (kept["code"], kept["answer"]["text"], kept["people"]) == ("expired", "已核对。", [["覃月英", gone.pk]])


def test_nothing_to_tell_is_told_as_an_act_of_its_own(cast, ledger, dues):
    ledger.person("韦桂兰", ("cataract", "06-01"))
    drafted(cast)
    assert [is_nil(payload_of(one)) for one in (*revisions(cast), *revisions(cast, "F2"))] == [False, True]
    with pytest.raises(Refused, match="F2 没有经民政核准的非建档立卡患者。确实没有的，请写明零报告的说明，再核对。") as refused:
        checked(cast, nil_reasons={"F1": "多余的话"})
    assert refused.value.field == "nil_F2" and [one.state for one in revisions(cast)] == ["draft"]
    f1, f2 = checked(cast, nil_reasons={"F2": " 已与民政局核对，没有。 "})
    assert [(one.is_nil, one.nil_reason) for one in (f1, f2)] == [(False, ""), (True, "已与民政局核对，没有。")]
    assert reasons(cast, "F2", what="check") == ["已与民政局核对，没有。"]


def test_a_draft_that_changed_after_it_was_seen_is_not_checked_but_kept_to_be_seen(cast, month):
    seen = {one.due.form: one.rows_hash for one in drafted(cast)}
    month.person("覃月英", ("cataract", "06-01"))
    with pytest.raises(DraftChanged, match=r"您看过之后台账有变动，草稿已重新生成（F1：白内障总数 \+1"):
        checked(cast, seen_hash=seen)
    assert [(one.state, one.draft_number) for one in revisions(cast)] == [("draft", 2)]


def test_checking_twice_and_after_submitting_is_refused(cast, month):
    drafted(cast)
    checked(cast)
    with pytest.raises(Refused, match="现在的状态是“已核对”，不能办“核对完毕”。"):
        checked(cast)
    submitted(cast)
    with pytest.raises(AlreadySubmitted, match="F1 已由韦国强在 2017-10-20 .* 上报，不用再报。"):
        checked(cast)


def test_the_lead_gives_it_back_with_a_reason(cast, month):
    drafted(cast)
    checked(cast)
    told = {"county": cast.county, "period": OCTOBER}
    with pytest.raises(Refused, match="请写明退回经办人的原因。"):
        send_back(by=cast.lead, forms=BOTH, reason=" ", **told)
    with pytest.raises(Refused, match="“退回经办人”由县（区）负责人办理。"):
        send_back(by=cast.clerk, forms=BOTH, reason="再看", **told)
    (f1,) = send_back(by=cast.lead, forms=["F1"], reason="胃癌一行请再与县医院核对", **told)
    assert (f1.state, f1.prepared_by, f1.prepared_at, f1.checks.reveal()) == ("draft", None, None, "")
    assert events(cast)[-1] == ("send_back", "checked", "draft", cast.lead.full_name)
    assert reasons(cast, what="send_back") == ["胃癌一行请再与县医院核对"] and revisions(cast, "F2")[0].state == "checked"
    with pytest.raises(Refused, match="F1 还没有核对完毕。请经办人核对以后再提交。"):
        submitted(cast)


# ---- what the ledger does to a checked return ----


def test_a_checked_return_is_a_draft_again_when_the_ledger_says_otherwise(cast, month):
    drafted(cast)
    checked(cast)
    month.person("覃月英", ("cataract", "06-01"))
    rebuild_drafts(cast.county, OCTOBER)
    f1, f2 = revisions(cast)[0], revisions(cast, "F2")[0]
    assert [(one.state, one.draft_number, one.prepared_by) for one in (f1, f2)] == [("draft", 2, None), ("checked", 1, cast.clerk)]
    assert events(cast)[-2:] == [("redrafted", "checked", "draft", ""), ("drafted", "", "draft", "")]
    assert reasons(cast, what="redrafted") == ["白内障总数 +1；白内障未完成救治数 +1；合计总数 +1；合计未完成救治数 +1"]


def test_submitting_what_the_ledger_has_overtaken_makes_it_a_draft_again(cast, month):
    drafted(cast)
    checked(cast)
    month.person("覃月英", ("cataract", "06-01"))
    with pytest.raises(DraftChanged, match="请看过新草稿再核对、上报。"):
        submitted(cast)
    assert [(one.state, one.draft_number) for one in revisions(cast)] == [("draft", 2)]
    checked(cast, ["F1"])
    assert [one.state for one in submitted(cast)] == ["submitted"] * 2


def test_a_night_alone_undoes_nothing_but_the_cut_off_does(cast, month):
    drafted(cast)
    checked(cast)
    with on_day(day("10-22")):
        rebuild_drafts(cast.county, OCTOBER)
        assert [(one.state, one.cut_off_on) for one in revisions(cast)] == [("checked", day("10-20"))]
    with on_day(day("10-21")):
        assert submitted(cast, ["F1"])[0].cut_off_on == day("10-20")
    with on_day(day("10-24")), pytest.raises(DraftChanged, match="统计截止日期由 2017-10-20 改为 2017-10-23"):
        submitted(cast, ["F2"])


def test_whoever_asks_for_a_new_draft_has_it_counted_up_to_today(cast, month):
    drafted(cast)
    checked(cast)
    with on_day(day("10-22")):
        rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    assert [(one.state, one.cut_off_on) for one in revisions(cast)] == [("draft", day("10-22"))]


# ---- who counts with what ----


def test_the_county_works_on_the_latest_and_the_city_counts_with_what_stands(cast, month):
    first, dues = handed_in(cast), [due_of(cast)]
    asked = Submission.objects.everywhere("a test")
    assert asked.standing_of(dues) == asked.latest_of(dues) == {dues[0].pk: first}
    assert "payload" not in asked.latest_of(dues)[dues[0].pk].__dict__
    assert "payload" in asked.latest_of(dues, payload=True)[dues[0].pk].__dict__
    return_it(by=cast.city, submission=first, reason="请核对")
    assert asked.standing_of(dues) == {} and asked.latest_of([dues[0].pk]) == {dues[0].pk: first}
    assert not county_returns(cast.county, OCTOBER, standing=True)["F1"].is_submitted
    rebuild_drafts(cast.county, OCTOBER)
    assert asked.latest_of(Due.objects.everywhere("a test").filter(pk=dues[0].pk))[dues[0].pk].revision == 2


def test_a_month_that_was_sent_back_is_open_to_changes_again(cast, month):
    first = handed_in(cast)
    assert first_open_day([cast.prefecture]) == day("10-24")
    return_it(by=cast.city, submission=first, reason="请核对")
    assert first_open_day([cast.prefecture]) is None


# ---- F4 ----


def test_the_receipt_of_contacts_goes_the_same_way(cast, dues):
    DueRule.objects.create(prefecture=cast.prefecture, form="F4", frequency="once", day=20, first_period=OCTOBER, document="附件6")
    from reports.actions import make_dues

    make_dues(cast.prefecture, 2017)
    (draft,) = rebuild_drafts(cast.county, OCTOBER, cast.clerk, group=CONTACTS)
    assert (draft.due.form, draft.figures["rows"], payload_of(draft)["county"]) == ("F4", 0, {"code": "450222", "name": "柳城县"})
    make_ready(cast.county, OCTOBER, ["F4"])
    (sent,) = submitted(cast, ["F4"])
    assert (sent.is_nil, sent.nil_reason, accept(by=cast.city, submission=sent).state) == (True, NIL, "accepted")
