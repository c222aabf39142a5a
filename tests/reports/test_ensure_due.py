"""What is due by now exists whatever was down: made once by however many, at sign-in, by a button, by the command at any instant."""

import io
import json
import logging

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ledger.actions.holidays import add_days, remove_day
from ledger.models import AuditEvent, Holiday
from reports import tasks
from reports.actions import rebuild_drafts
from reports.due_keeping import keep_dues
from reports.ensuring import ensure_now
from reports.models import DueRule, Submission
from tests.cast import on_day
from tests.ledger.asking import third_county
from tests.reports.conftest import day
from tests.reports.due_stories import NOTICE, NOW, OCTOBER, at, deadlines, dues_of, hand_in

pytestmark = pytest.mark.django_db


def command(*arguments: str) -> dict:
    out = io.StringIO()
    call_command("ensure_due", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


# ---- from outside ----


def test_the_command_says_what_exists_what_was_made_and_what_is_late(cast, ledger, october, sent_no_mail):
    """Half an hour after the deadline of the 23rd, where nothing was there before: everything is counted as of that instant."""
    ledger.person("韦桂兰", ("cataract", "06-01", "10-22"))
    ledger.person("覃月英", ("cataract", "06-01", "10-24"))
    told = command("--at", "2017-10-23T18:30+08:00")
    row = {"form": "F1", "period": "2017-10", "closes_at": "2017-10-23T18:00+08:00", "state": "draft"}
    mine, other = {"county": "450222", **row}, {"county": "450223", **row}
    assert (told["at"], told["exists"], told["late"]) == ("2017-10-23T18:30+08:00", [mine, other], [mine, other])
    assert [made["period"] for made in told["made"][:3]] == ["2017-10", "2017-11", "2017-12"] and told["made"][0] == mine | {"state": ""}
    assert told["drafts"] == [{"county": code, "period": "2017-10", "forms": "F1、F2", "why": ""} for code in ("450222", "450223")]
    counts = told["counts"]
    assert {name: counts[name] for name in ("exists", "made", "moved", "drafts", "undone", "late", "jobs", "busy")} == {
        "exists": 2, "made": 2 * (3 + 12), "moved": 0, "drafts": 2, "undone": 0, "late": 2, "jobs": 0, "busy": 0,
    }  # fmt: skip
    draft = Submission.objects.everywhere("a test looks").get(due__county=cast.county)
    assert (draft.cut_off_on, timezone.localtime(draft.built_at)) == (day("10-23"), at("10-23 18:30"))
    assert draft.figures["total"]["treated"] == 1


def test_run_again_it_makes_nothing(cast, ledger, october, sent_no_mail):
    first = command("--at", "2017-10-23T18:30+08:00")
    rows, drafts = list(dues_of().values()), list(Submission.objects.everywhere("a test looks").values("id", "rows_hash", "draft_number"))
    again = command("--at", "2017-10-23T18:30+08:00", "--city", "450200")
    assert {name: again[name] for name in ("made", "moved", "drafts", "undone", "reminders")} == {
        "made": [], "moved": [], "drafts": [], "undone": [], "reminders": 0,
    }  # fmt: skip
    assert (again["exists"], again["late"]) == (first["exists"], first["late"])
    assert list(dues_of().values()) == rows
    assert list(Submission.objects.everywhere("a test looks").values("id", "rows_hash", "draft_number")) == drafts


def test_a_draft_of_another_instant_is_brought_back_to_today(cast, october, nudges, sent_no_mail):
    """The command was run for the 23rd; on the 20th itself the drafts are owed again."""
    command("--at", "2017-10-23T18:30")
    ensure_now()
    assert nudges == [(cast.county.pk, "2017-10"), (cast.county2.pk, "2017-10")]


def test_without_a_time_zone_the_instant_is_the_offices(cast, october, sent_no_mail):
    assert command("--at", "2017-10-23T18:30")["at"] == "2017-10-23T18:30+08:00"
    assert command("--at", "2017-10-23T10:30Z")["at"] == "2017-10-23T18:30+08:00"


def test_it_speaks_to_people_too(cast, october, sent_no_mail):
    out = io.StringIO()
    call_command("ensure_due", "--at", "2017-10-23T18:30+08:00", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[1] == "已开始的应报 2 份；这次补应报 30 份、草稿 2 组，移动截止时间 0 个。"
    assert lines[-1] == "已过截止时间没有上报：450223 2017-10 F1，截止 2017-10-23T18:00+08:00"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--at", "23 日"], "时刻写成 2017-10-23T18:30+08:00 这样，现在是“23 日”。"),
        (["--city", "450222"], "没有代码为“450222”的地级市。"),
    ],
)
def test_it_says_what_is_wrong(cast, arguments, sentence):
    with pytest.raises(CommandError) as said:
        command(*arguments)
    assert str(said.value) == sentence


def test_what_was_submitted_or_extended_is_not_late(cast, october, sent_no_mail):
    keep_dues(cast.prefecture, NOW)
    hand_in(cast.county)
    dues_of(county=cast.county2, period=OCTOBER).update(extended_until=at("10-25 18:00"))
    assert command("--at", "2017-10-24T09:00")["late"] == []
    late = command("--at", "2017-10-25T18:01")["late"]
    assert [(one["county"], one["closes_at"]) for one in late] == [("450223", "2017-10-25T18:00+08:00")]


# ---- drafts ----


def test_a_draft_is_there_three_days_before_an_early_deadline(cast, nudges, sent_no_mail):
    """Due on the 10th of the month itself: nobody waits for the 20th."""
    DueRule.objects.create(prefecture=cast.prefecture, form="F1", day=10, first_period=day("11-01"))
    with on_day(day("11-06")):
        ensure_now()
    assert nudges == []
    with on_day(day("11-07")):
        ensure_now()
    assert nudges == [(cast.county.pk, "2017-11"), (cast.county2.pk, "2017-11")]


def test_a_queue_that_is_down_is_said_and_tried_again(cast, october, nudges, sent_no_mail, monkeypatch):
    def down(*arguments):
        raise ConnectionRefusedError("10.1.2.3:6379")

    with monkeypatch.context() as patch:
        patch.setattr(tasks.build_county, "delay", down)
        done = ensure_now()
    assert (len(done.made), done.drafts) == (30, [])
    assert [(one.county, one.why) for one in done.undone] == [("450222", "任务队列没有收下，稍后再排。")]
    assert len(ensure_now().drafts) == 2


def test_one_countys_trouble_keeps_no_other_from_its_draft(cast, october, sent_no_mail, monkeypatch, caplog):
    def troubled(county, *arguments, **more):
        if county.code == "450222":
            raise RuntimeError("a fault of ours")
        return rebuild_drafts(county, *arguments, **more)

    monkeypatch.setattr("reports.actions.rebuild_drafts", troubled)
    with caplog.at_level(logging.CRITICAL, "reports.ensuring"):
        told = command("--at", "2017-10-20T09:00")
    assert [one["county"] for one in told["drafts"]] == ["450223"]
    assert told["undone"] == [{"county": "450222", "period": "2017-10", "forms": "F1、F2", "why": "没有生成，原因见系统日志。"}]


# ---- counties, deadlines ----


def test_a_county_that_is_added_later_owes_from_then_on(cast, october):
    """September was due before 融安县 was there; what is still to come it owes as the others do."""
    DueRule.objects.filter(pk=october.pk).update(first_period=day("09-01"))
    keep_dues(cast.prefecture, NOW)
    third = third_county(cast)
    made = keep_dues(cast.prefecture, NOW).made
    assert {due.county for due in made} == {third} and len(made) == 15
    assert min(due.period for due in made) == OCTOBER
    assert keep_dues(cast.prefecture, NOW).made == []


def test_a_holiday_listed_later_moves_what_nobody_has_submitted(cast, october):
    """23 October becomes a day off; 鹿寨县 has handed in and keeps its deadline, nothing of the past moves."""
    DueRule.objects.filter(pk=october.pk).update(first_period=day("09-01"))
    keep_dues(cast.prefecture, NOW)
    hand_in(cast.county2)
    assert deadlines() | {} == deadlines() and deadlines()["2017-10"] == "10-23" and deadlines()["2017-12"] == "12-22"
    add_days(by=cast.city, first=day("10-23"), last=None, works=False, name="县庆", document=NOTICE)
    add_days(by=cast.city, first=day("12-23"), last=None, works=True, name="调休", document=NOTICE)
    add_days(by=cast.city, first=day("09-22"), last=None, works=False, name="县庆", document=NOTICE)
    moved = [one.told for one in keep_dues(cast.prefecture, NOW).moved]
    assert moved == [
        {"form": "F1", "period": "2017-10", "was_due": "2017-10-23T18:00+08:00", "now_due": "2017-10-20T18:00+08:00", "counties": 1},
        {"form": "F1", "period": "2017-12", "was_due": "2017-12-22T18:00+08:00", "now_due": "2017-12-23T18:00+08:00", "counties": 2},
    ]
    assert {period: found for period, found in deadlines().items() if period < "2018"} == {
        "2017-09": "09-22", "2017-10": "10-20", "2017-11": "11-23", "2017-12": "12-23",
    }  # fmt: skip
    kept = dues_of(county=cast.county2, period=OCTOBER).get()
    assert (timezone.localtime(kept.deadline_at).date(), kept.cut_off_on) == (day("10-23"), day("10-23"))
    assert dues_of(county=cast.county, period=OCTOBER).get().cut_off_on == day("10-23")
    told = AuditEvent.objects.filter(action="deadline_moved").order_by("id")
    assert [event.detail for event in told] == moved and {event.subject_id for event in told} == {cast.prefecture.pk}
    assert keep_dues(cast.prefecture, NOW).moved == []


def test_a_deadline_never_moves_into_the_past(cast, october):
    """In the evening of the 20th the 23rd is declared a day off: the 20th, 18:00, is over, so the 23rd stays."""
    keep_dues(cast.prefecture, at("10-20 09:00"))
    add_days(by=cast.city, first=day("10-23"), last=None, works=False, name="县庆", document=NOTICE)
    assert keep_dues(cast.prefecture, at("10-20 18:30")).moved == [] and deadlines()["2017-10"] == "10-23"


def test_an_extension_that_the_deadline_overtakes_is_nothing_any_more(cast, october):
    add_days(by=cast.city, first=day("11-22"), last=day("11-23"), works=False, name="县庆", document=NOTICE)
    keep_dues(cast.prefecture, NOW)
    november = dues_of(county=cast.county, period=day("11-01"))
    november.update(extended_until=at("11-22 18:00"))
    for holiday in Holiday.objects.all():
        remove_day(by=cast.city, holiday=holiday, document=NOTICE)
    keep_dues(cast.prefecture, NOW)
    assert (deadlines()["2017-11"], november.get().extended_until) == ("11-23", None)
