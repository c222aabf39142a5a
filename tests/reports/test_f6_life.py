"""F6 on its way from draft to the city: its own group, its own months, nothing of F1 and F2 moved by it."""

import datetime

import pytest

from ledger.actions.refusals import Refused
from ledger.models import AuditEvent
from reports import ensuring, tasks
from reports.actions import AlreadySubmitted, DraftChanged, check, make_dues, rebuild_drafts, submit
from reports.closed_months import first_open_day
from reports.deferral_returns import deferral_consolidated, months_of
from reports.due_keeping import Kept
from reports.models import DEFERRAL, Due, DueRule, Submission
from reports.returns import payload_of
from tests.cast import on_day
from tests.handing_in import hand_in, make_ready
from tests.reports.conftest import day
from tests.reports.deferral_stories import SEPTEMBER, deposit_of, rule, september, stay_of

pytestmark = pytest.mark.django_db
OCTOBER = day("10-01")


def draft(cast, period: datetime.date = SEPTEMBER) -> Submission:
    return rebuild_drafts(cast.county, period, cast.clerk, group=DEFERRAL)[0]


def test_the_draft_is_rebuilt_until_the_lead_submits_and_then_frozen(cast, ledger):
    people = september(cast, ledger)
    rule(cast)
    first = draft(cast)
    assert (first.draft_number, first.figures["served"], first.figures["violations"], first.cut_off_on) == (1, 3, 2, day("09-30"))
    stay = stay_of(cast, people["罗凤英"], "09-15")
    deposit_of(cast, stay, "09-15", "100.00", "误收")
    assert (draft(cast).changes, draft(cast).draft_number) == (["未享受政策人次 +1"], 2)
    (ready,) = make_ready(cast.county, SEPTEMBER, ["F6"])
    done = submit(by=cast.lead, county=cast.county, period=SEPTEMBER, forms=["F6"], seen_hash={"F6": ready.rows_hash})
    assert [(one.due.form, one.state, one.submitted_by) for one in done] == [("F6", "submitted", cast.lead)]
    deposit_of(cast, stay, "09-16", "100.00", "又误收")
    assert draft(cast).rows_hash == done[0].rows_hash and payload_of(draft(cast))["violations"] == 3
    with pytest.raises(AlreadySubmitted, match="F6 已由韦国强在 2017-10-20 .* 上报，不用再报。"):
        submit(by=cast.lead, county=cast.county, period=SEPTEMBER, forms=["F6"])
    told = [row.detail["form"] for row in AuditEvent.objects.filter(action="submitted")]
    assert told == ["F6"]


def test_what_changed_since_it_was_looked_at_is_shown_first(cast, ledger):
    people = september(cast, ledger)
    rule(cast)
    seen = draft(cast).rows_hash
    deposit_of(cast, stay_of(cast, people["罗凤英"], "09-15", served=False), "09-15", "100.00", "误收")
    with pytest.raises(DraftChanged, match=r"F6：未享受政策人次 \+1"):
        check(by=cast.clerk, county=cast.county, period=SEPTEMBER, forms=["F6"], seen_hash={"F6": seen})
    assert draft(cast).draft_number == 2


def test_a_corrected_remedy_makes_a_new_draft_without_new_figures(cast, ledger):
    people = september(cast, ledger)
    rule(cast)
    draft(cast)
    people["韦桂兰"].cases.get().stays.get(admitted_on=day("09-30")).deposits.update(remedy="已退还并道歉")
    assert draft(cast).changes == ["人员资料或填报人有改动，数字没有变"]


def test_a_month_that_is_not_over_is_drafted_and_not_submitted(cast, ledger):
    september(cast, ledger)
    rule(cast)
    assert draft(cast, OCTOBER).cut_off_on == day("10-20")
    with pytest.raises(Refused, match="2017 年 10 月还没有过完，F6 要等月底以后再上报。"):
        check(by=cast.clerk, county=cast.county, period=OCTOBER, forms=["F6"])
    with on_day(day("11-01")):
        assert hand_in(cast.county, OCTOBER, ["F6"])[0].cut_off_on == day("10-31")


@pytest.mark.parametrize("who", ["clerk", "lead2", "city"])
def test_only_the_countys_lead_submits(cast, ledger, who):
    rule(cast)
    draft(cast)
    with pytest.raises(Refused, match="只有本县（区）的负责人可以上报。"):
        submit(by=getattr(cast, who), county=cast.county, period=SEPTEMBER, forms=["F6"])


def test_f1_and_f2_know_nothing_of_it(cast, ledger, dues):
    """One rule more: the month's own drafts, submissions and closed months are what they were."""
    september(cast, ledger)
    rule(cast)
    assert [one.due.form for one in rebuild_drafts(cast.county, OCTOBER)] == ["F1", "F2"]
    assert [one.due.form for one in rebuild_drafts(cast.county, OCTOBER, group=DEFERRAL)] == ["F6"]
    hand_in(cast.county, SEPTEMBER, ["F6"])
    assert first_open_day([cast.prefecture]) is None  # What F6 counts hangs on no list of diseases.
    with pytest.raises(Refused, match="F1 还没有草稿"):
        submit(by=cast.lead, county=cast.county, period=SEPTEMBER, forms=["F1", "F6"])
    hand_in(cast.county, OCTOBER, ["F1", "F2"])
    assert first_open_day([cast.prefecture]) == day("10-24")


def test_the_first_return_over_two_months_is_one_draft(cast, ledger):
    september(cast, ledger)
    DueRule.objects.create(
        prefecture=cast.prefecture, form="F6", day=1, months_after=1, first_period=day("08-01"), first_months=2, first_deadline_on=day("10-20")
    )  # fmt: skip
    make_dues(cast.prefecture, 2017)
    assert not Due.objects.everywhere("a test looks").filter(form="F6", period=day("08-01")).exists()
    payload = payload_of(draft(cast))
    assert (payload["covers_from"], payload["period"], payload["violations"], payload["served"]) == ("2017-08", "2017-09", 3, 3)
    whole = deferral_consolidated(cast.prefecture, months_of(cast.county, SEPTEMBER))
    assert (whole["covers_from"], whole["violations"], whole["notes"]) == (
        "2017-08", 3, ["已报 0 / 2 个县（区）。", "未上报，按草稿汇总：柳城县、鹿寨县。"],
    )  # fmt: skip


def test_the_sweep_nudges_each_group_by_itself(cast, ledger, dues, monkeypatch):
    rule(cast)
    Due.objects.everywhere("a test").filter(period__lt=OCTOBER).exclude(form="F6", period=SEPTEMBER).delete()
    Due.objects.everywhere("a test").filter(county=cast.county2).delete()
    nudges: list = []
    monkeypatch.setattr(tasks.build_county, "delay", lambda *arguments: nudges.append(arguments))
    monkeypatch.setattr(ensuring, "keep_dues", lambda *_, **more: Kept())
    tasks.prepare_due_returns()
    mine, f6 = (cast.county.pk, "2017-10"), ["F6"]
    assert nudges == [mine, (cast.county.pk, "2017-09", f6), (*mine, f6)]
    for arguments in nudges:
        tasks.build_county(*arguments)
        tasks.build_county(*arguments)
    asked = Submission.objects.everywhere("a test looks").order_by("due__form", "due__period")
    assert [(one.due.form, one.due.period, one.draft_number) for one in asked] == [
        ("F1", OCTOBER, 1), ("F2", OCTOBER, 1), ("F6", SEPTEMBER, 1), ("F6", OCTOBER, 1),
    ]  # fmt: skip
