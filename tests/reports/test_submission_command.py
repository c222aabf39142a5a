"""``manage.py submission`` from outside, and the page that the table of moves draws of itself."""

import datetime
import io
import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from ledger import clock
from reports.actions import ask_extension, grant_extension, return_it
from reports.submission_diagram import FILE, diagram, page
from reports.submission_moves import RETURN_MOVES, STATES, WHY
from tests.handing_in import make_ready
from tests.ledger.desks import client_of
from tests.reports.conftest import day
from tests.reports.return_stories import checked, drafted, handed_in, submitted


def told(*arguments: str) -> dict:
    out = io.StringIO()
    call_command("submission", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.django_db
def test_it_tells_all_of_one_return(cast, ledger, dues):
    ledger.person("韦桂兰", ("cataract", "06-01"))
    first = handed_in(cast)
    return_it(by=cast.city, submission=first, reason="请核对", remarks=[("白内障|total", "", "", "问 45022219600101002X 是否已计入")])
    ledger.person("覃月英", ("cataract", "06-01"))
    drafted(cast)
    checked(cast, ["F1"])
    (second,) = submitted(cast, ["F1"])
    answer = told("450222", "f1", "2017-10")
    assert {key: answer[key] for key in ("county", "form", "period", "cut_off_on", "deadline_at", "extended_until", "state", "word")} == {
        "county": {"code": "450222", "name": "柳城县"}, "form": "F1", "period": "2017-10", "cut_off_on": "2017-10-23",
        "deadline_at": "2017-10-23T18:00:00+08:00", "extended_until": None, "state": "submitted", "word": "已报",
    }  # fmt: skip
    assert (answer["why"], answer["next"], answer["standing_revision"]) == (*WHY["submitted"], 2)
    assert [(one["revision"], one["state"], one["hash"], one["previous_hash"], one["prepared_by"], one["submitted_by"])
            for one in answer["revisions"]] == [
        (1, "returned", first.rows_hash, "", cast.clerk.username, cast.lead.username),
        (2, "submitted", second.rows_hash, first.rows_hash, cast.clerk.username, cast.lead.username),
    ]  # fmt: skip
    assert [(one["what"], one["revision"]) for one in answer["history"]] == [
        ("drafted", 1), ("check", 1), ("submit", 1), ("receive", 1), ("return", 1), ("correction_begun", 2), ("check", 2), ("submit", 2),
    ]  # fmt: skip
    (remark,) = answer["remarks"]
    assert (remark["cell"], remark["was"], remark["text"]) == ("白内障|total", "1", "问 450222********002X 是否已计入")


@pytest.mark.django_db
def test_what_happened_is_told_in_its_order_whatever_the_hour(cast, ledger, dues):
    """The demo's day is fixed: whoever works on past midnight submits at an earlier hour than they drafted."""
    late, early = (datetime.datetime(2017, 10, 20, *hour, tzinfo=clock.now().tzinfo) for hour in ((23, 50), (9, 0)))
    ledger.person("韦桂兰", ("cataract", "06-01"))
    with clock.standing_at(late):
        make_ready(cast.county, day("10-01"), ["F1"])
    with clock.standing_at(early):
        submitted(cast, ["F1"])
    assert [one["what"] for one in told("450222", "F1", "2017-10")["history"]][-2:] == ["check", "submit"]
    page = client_of(cast.lead).get(reverse("reports:return-history", args=["months", day("10-01"), "450222"]))
    (f1,) = [one for one in page.context["forms"] if one.form == "F1"]
    assert [event.what for event, _ in f1.events][:2] == ["submit", "check"]


def test_what_was_never_drafted_says_what_comes_next(cast, dues):
    asked = ask_extension(by=cast.clerk, county=cast.county, period=day("10-01"), forms=["F2"], until_on=day("10-27"), reason="山洪")
    grant_extension(by=cast.city, extension=asked[0], granted_on=day("10-26"))
    answer = told("450222", "F2", "2017-10")
    assert (answer["state"], answer["word"], answer["why"], answer["revisions"], answer["standing_revision"]) == (
        "", "未到", "还没有草稿。", [], None,
    )  # fmt: skip
    assert answer["extended_until"] == "2017-10-26T18:00:00+08:00"
    (extension,) = answer["extensions"]
    assert (extension["until_on"], extension["granted_on"], extension["state"]) == ("2017-10-27", "2017-10-26", "granted")
    out = io.StringIO()
    call_command("submission", "450222", "F2", "2017-10", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[:3] == [
        "柳城县 F2 2017-10：未到（还没有草稿）", "统计截止 2017-10-23，上报截止 2017-10-26T18:00:00+08:00（已展期）",
        "还没有草稿。请生成草稿，核对后由负责人提交。",
    ]  # fmt: skip
    assert len(lines) == 5 and "申请展期到 2017-10-27：山洪" in lines[3]


@pytest.mark.django_db
def test_a_correction_says_what_it_corrects(cast, ledger, dues):
    ledger.person("韦桂兰", ("cataract", "06-01"))
    return_it(by=cast.city, submission=handed_in(cast), reason="请核对")
    drafted(cast)
    answer = told("450222", "F1", "2017-10")
    assert (answer["word"], answer["why"]) == ("退回", f"正在更正退回的修订 1。{WHY['draft'][0]}")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("450999", "F1", "2017-10"), "没有代码为“450999”的县（区）。"),
        (("450222", "F3", "2017-10"), "没有“F3”这张表，可以写 F1、F2、F4、F6。"),
        (("450222", "F1", "2017.10"), "期写成 2017-10 这样，现在是“2017.10”。"),
        (("450222", "F1", "2017-07"), "柳城县 2017-07 没有应报的 F1。"),
    ],
)
def test_what_is_not_there_is_named(cast, dues, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("submission", *arguments)


# ---- the drawing ----


def test_the_page_of_the_docs_is_what_the_table_draws():
    kept = (settings.BASE_DIR / FILE).read_text(encoding="utf-8")
    assert kept == page(), "the table of moves has changed: run manage.py draw_return_life"


def test_every_state_and_arrow_is_drawn_and_every_state_says_why():
    drawn = diagram()
    for step in RETURN_MOVES.values():
        assert all(f"{source} --> {step.target}: {step.label}" in drawn for source in step.sources)
    assert set(WHY) == {state for state, _ in STATES} and all(why and following for why, following in WHY.values())
