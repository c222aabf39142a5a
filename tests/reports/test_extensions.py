"""展期: asked with a reason before or after the deadline, granted until a day, expiring by itself; a return within it is on time."""

import datetime

import pytest

from ledger import clock
from ledger.actions.refusals import Refused
from reports.actions import ask_extension, grant_extension, refuse_extension, withdraw_extension
from reports.models import Due, Extension
from reports.views.due_states import due_states
from tests.cast import on_day
from tests.handing_in import hand_in
from tests.reports.conftest import day
from tests.reports.return_stories import BOTH, OCTOBER, due_of, events, handed_in, reasons, trail

pytestmark = pytest.mark.django_db


def ask(cast, *, forms=("F1",), until="10-27", reason="山洪冲断道路", by=None, period=OCTOBER) -> list[Extension]:
    return ask_extension(by=by or cast.clerk, county=cast.county, period=period, forms=forms, until_on=day(until), reason=reason)


def at(text: str):
    """``10-23 18:01`` of 2017 in the office."""
    return clock.standing_at(datetime.datetime.fromisoformat(f"2017-{text}+08:00"))


def word(cast, form: str = "F1") -> tuple[str, bool]:
    (state,) = [one for one in due_states(cast.city, [OCTOBER], county=cast.county) if one.due.form == form]
    return state.word, state.in_time


def test_it_is_asked_granted_and_expires_by_itself(cast, dues):
    one, other = ask(cast, forms=BOTH)
    grant_extension(by=cast.city, extension=one, granted_on=day("10-25"), answer="同意两天")
    due = due_of(cast)
    assert due.extended_until.isoformat() == "2017-10-25T10:00:00+00:00" == due.closes_at.isoformat()
    assert (due.deadline_at.isoformat(), due.cut_off_on) == ("2017-10-23T10:00:00+00:00", day("10-23"))
    clerk, city = cast.clerk.full_name, cast.city.full_name
    assert events(cast) == [("extension_asked", "", "", clerk), ("extension_granted", "", "", city)]
    assert reasons(cast, what="extension_asked") == ["申请展期到 2017-10-27：山洪冲断道路"]
    assert reasons(cast, what="extension_granted") == ["展期到 2017-10-25 18:00：同意两天"]
    assert [row[:2] for row in trail("return_extension_asked", "return_extension_granted")] == [
        ("return_extension_asked", cast.clerk.username), ("return_extension_asked", cast.clerk.username),
        ("return_extension_granted", cast.city.username),
    ]  # fmt: skip
    for moment, f1, f2 in (
        ("10-23 17:59", "未到", "未到"), ("10-23 18:01", "展期", "缺报"), ("10-25 18:00", "展期", "缺报"), ("10-25 18:01", "缺报", "缺报"),
    ):  # fmt: skip
        with at(moment):
            assert (word(cast)[0], word(cast, "F2")[0]) == (f1, f2), moment
    assert Extension.objects.everywhere("a test").get(pk=other.pk).state == "asked"


@pytest.mark.parametrize(
    ("moment", "said"), [("10-24 09:00", ("已报", True)), ("10-25 18:00", ("已报", True)), ("10-25 18:01", ("迟 1 天", False))]
)
def test_a_return_within_it_is_on_time(cast, dues, moment, said):
    grant_extension(by=cast.city, extension=ask(cast)[0], granted_on=day("10-25"))
    with at(moment):
        handed_in(cast)
        assert word(cast) == said
    with at("10-26 09:00"):
        assert word(cast)[0] == ("按时" if said[1] else said[0])


def test_it_may_be_asked_after_the_deadline(cast, dues):
    with at("10-24 09:00"):
        assert word(cast)[0] == "缺报"
        grant_extension(by=cast.city, extension=ask(cast)[0], granted_on=day("10-27"))
        assert word(cast)[0] == "展期"


def test_a_second_one_goes_beyond_the_first(cast, dues):
    grant_extension(by=cast.city, extension=ask(cast)[0], granted_on=day("10-25"))
    with pytest.raises(Refused, match="展期要晚于现在的截止时间 2017-10-25 18:00，请改选日期。"):
        ask(cast, until="10-25")
    grant_extension(by=cast.city, extension=ask(cast, until="10-30")[0], granted_on=day("10-26"))
    assert due_of(cast).closes_at.isoformat() == "2017-10-26T10:00:00+00:00"


@pytest.mark.parametrize(
    ("told", "sentence", "field"),
    [
        ({"reason": " "}, "请写明申请展期的原因。", "reason"),
        ({"reason": "长" * 301}, "原因超过 300 个字，请缩短。", "reason"),
        ({"until": "10-23"}, "展期要晚于现在的截止时间 2017-10-23 18:00，请改选日期。", "until_on"),
        ({"forms": ()}, "请选择要展期的报表。", "forms"),
        ({"forms": ("F1", "F6")}, "2017 年 10 月没有全部应报这些报表，请刷新后再看。", None),
    ],
)
def test_what_an_asking_must_say(cast, dues, told, sentence, field):
    with pytest.raises(Refused, match=sentence) as refused:
        ask(cast, **told)
    assert refused.value.field == field and not Extension.objects.everywhere("a test").exists()


@pytest.mark.parametrize("who", ["clerk2", "city", "civil"])
def test_only_the_countys_bureau_asks(cast, dues, who):
    with pytest.raises(Refused, match="展期由本县（区）的经办人或负责人申请。"):
        ask(cast, by=getattr(cast, who))


def test_a_past_day_is_no_extension(cast, dues):
    with on_day(day("10-30")), pytest.raises(Refused, match="2017-10-27 18:00 已经过了，请改选今后的日期。"):
        ask(cast)


def test_what_was_submitted_needs_no_time(cast, dues):
    (asked,) = ask(cast)
    hand_in(cast.county, OCTOBER, BOTH)
    with pytest.raises(Refused, match="F1 已经上报，不用展期。"):
        ask(cast)
    with pytest.raises(Refused, match="这份展期申请已经答复：已撤回。"):  # It ended with the submission.
        grant_extension(by=cast.city, extension=asked, granted_on=day("10-27"))


def test_one_asking_at_a_time_and_one_answer(cast, dues):
    (asked,) = ask(cast)
    with pytest.raises(Refused, match="F1 已经申请展期，请等市级答复。"):
        ask(cast)
    with pytest.raises(Refused, match="请写明不同意的原因。"):
        refuse_extension(by=cast.city, extension=asked, answer=" ")
    refuse_extension(by=cast.city, extension=asked, answer="请安排其他同志")
    assert (due_of(cast).extended_until, reasons(cast, what="extension_refused")) == (None, ["请安排其他同志"])
    for act, told in ((grant_extension, {"granted_on": day("10-27")}), (refuse_extension, {"answer": "再"}), (withdraw_extension, {})):
        with pytest.raises(Refused, match="这份展期申请已经答复：不同意。请刷新后再看。"):
            act(by=cast.city, extension=asked, **told)
    (again,) = ask(cast)
    assert withdraw_extension(by=cast.lead, extension=again).state == "withdrawn"


def test_who_answers_and_who_takes_back(cast, dues):
    (asked,) = ask(cast)
    with pytest.raises(Refused, match="展期由市级同意。"):
        grant_extension(by=cast.lead, extension=asked, granted_on=day("10-27"))
    with pytest.raises(Refused, match="展期由市级答复。"):
        refuse_extension(by=cast.lead, extension=asked, answer="不")
    with pytest.raises(Refused, match="展期申请由县（区）撤回。"):
        withdraw_extension(by=cast.city, extension=asked)
    with pytest.raises(Due.DoesNotExist):
        withdraw_extension(by=cast.lead2, extension=asked)
    with pytest.raises(Refused, match="展期要晚于现在的截止时间"):
        grant_extension(by=cast.city, extension=asked, granted_on=day("10-20"))
