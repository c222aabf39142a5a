"""A finding that wants an answer gets one from the bureau, and loses it when something else is found; the answers go with the return."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from ledger.actions.refusals import Refused
from ledger.models import AuditEvent
from reports.actions import check, rebuild_drafts, send_back, submit
from reports.answering import answer_check, checks_of_drafts
from reports.checks import kept_checks
from reports.models import MONTHLY, CheckAnswer, ReturnEvent, Submission
from tests.reports.check_stories import OCTOBER, found

pytestmark = pytest.mark.django_db
TEXT = "已办参保，证未发，10 月底补录"


@pytest.fixture
def bare(ledger, dues, cast):
    """One person without an insurance number, and October's draft."""
    person = ledger.person("邓明亮", ("cataract", "2017-03-01", "2017-04-02"), insurance_number="")
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    return person


def answer(cast, by=None, text: str = TEXT, finding: str | None = None, county=None, code: str = "insurance") -> CheckAnswer:
    if finding is None:
        finding = {one.code: one.finding for one in checks_of_drafts(cast.clerk, cast.county, OCTOBER, "F1")}.get(code, "")
    return answer_check(by=by or cast.clerk, county=county or cast.county, period=OCTOBER, form="F2", code=code, finding=finding, text=text)


def test_an_answer_stands_beside_its_finding_and_is_told(cast, bare):
    answer(cast)
    one = found(cast)["insurance"]
    assert (one.word, one.tag, one.wants_answer) == ("已说明", "ok", False)
    assert (one.answer.text, one.answer.by, one.answer.on) == (TEXT, "覃玉芳", datetime.date(2017, 10, 20))
    event = ReturnEvent.objects.everywhere("test").get(what="check_answered")
    assert (event.due.form, event.by, event.reason) == ("F1", cast.clerk, TEXT)
    assert AuditEvent.objects.get(action="return_check_answered").detail["form"] == "F1"


def test_it_is_written_over_and_falls_when_something_else_is_found(cast, bare, ledger):
    answer(cast)
    answer(cast, by=cast.lead, text="证已发，明天补录")
    assert found(cast)["insurance"].answer.by == "韦国强"
    ledger.person("龙秀梅", ("cataract", "2017-03-01", "2017-04-02"), insurance_number="")
    one = found(cast)["insurance"]
    assert (one.word, one.answer, one.earlier) == ("待说明", None, "证已发，明天补录")
    assert CheckAnswer.objects.everywhere("test").count() == 1


@pytest.mark.parametrize(
    ("asked", "sentence", "field"),
    [
        ({"text": "  "}, "请写明原因，例如：县人民医院 10 月集中手术。", "text"),
        ({"text": "长" * 201}, "说明超过 200 个字，现在是 201 个字。请缩短。", "text"),
        ({"finding": "0" * 64}, "您打开之后，核对到的情况有变：1 人没有医保（农合）证号，名单上是空的。请看过再写。", None),
        ({"code": "across"}, "这一项现在不用说明了。请看过现在的核对情况。", None),
        ({"code": "nothing"}, "这一项现在不用说明了。请看过现在的核对情况。", None),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence(cast, bare, asked, sentence, field):
    with pytest.raises(Refused) as refused:
        answer(cast, **asked)
    assert (refused.value.message, refused.value.field) == (sentence, field)
    assert not CheckAnswer.objects.everywhere("test").exists()


@pytest.mark.parametrize("who", ["clerk2", "city", "township", "civil"])
def test_the_countys_bureau_answers_and_nobody_else(cast, bare, who):
    with pytest.raises(Refused, match="只有本县（区）的经办人或负责人"):
        answer(cast, by=getattr(cast, who))


def test_before_a_draft_and_after_the_check_there_is_no_answering(cast, ledger, dues):
    ledger.person("邓明亮", ("cataract", "2017-03-01", "2017-04-02"), insurance_number="")
    with pytest.raises(Refused, match="还没有草稿"):
        answer(cast)
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    answer(cast)
    nil = {"F2": "没有这类人"}
    check(by=cast.clerk, county=cast.county, period=OCTOBER, forms=MONTHLY, nil_reasons=nil)
    with pytest.raises(Refused, match="请负责人先退回经办人"):
        answer(cast, text="改一下")
    send_back(by=cast.lead, county=cast.county, period=OCTOBER, forms=MONTHLY, reason="再核对")
    answer(cast, text="改一下")
    check(by=cast.clerk, county=cast.county, period=OCTOBER, forms=MONTHLY, nil_reasons=nil)
    submit(by=cast.lead, county=cast.county, period=OCTOBER, forms=MONTHLY)
    with pytest.raises(Refused, match="已上报的报表不再改说明"):
        answer(cast)
    kept = Submission.objects.everywhere("test").get(due__form="F1")
    assert [(one.word, one.answer.text) for one in kept_checks(cast.city, kept) if one.tone == "warn"] == [("已说明", "改一下")]


def test_an_unanswered_finding_and_one_to_mend_keep_the_return_from_being_checked(cast, bare):
    nil = {"F2": "没有这类人"}
    with pytest.raises(Refused):
        check(by=cast.clerk, county=cast.county, period=OCTOBER, forms=MONTHLY, nil_reasons=nil)
    answer(cast)
    bare.cases.update(hospital_code="")
    with pytest.raises(Refused, match="1 人已救治，没有填定点医院"):
        check(by=cast.clerk, county=cast.county, period=OCTOBER, forms=MONTHLY, nil_reasons=nil)


# ---- the page ----


def address(code: str = "450222", check: str = "insurance", form: str = "F1") -> str:
    return f"{reverse('reports:check-answer', args=[OCTOBER, code, form])}?check={check}"


@pytest.fixture
def door(cast, bare):
    client = Client()
    client.force_login(cast.clerk)
    return client


def test_the_box_beside_the_finding_saves_and_leads_back_to_it(cast, door, bare):
    page = door.get(reverse("reports:month", args=[OCTOBER, "450222"])).content.decode()
    assert f'action="{address()}"' in page and "1 人没有医保（农合）证号，名单上是空的：" in page
    assert f'<a href="{reverse("ledger:person", args=[bare.pk])}">邓明亮</a>' in page
    finding = {one.code: one.finding for one in checks_of_drafts(cast.clerk, cast.county, OCTOBER, "F1")}["insurance"]
    answer = door.post(address(), {"text": TEXT, "finding": finding})
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('reports:month', args=[OCTOBER, '450222'])}#check-insurance")
    page = door.get(answer["Location"]).content.decode()
    assert "说明已保存，随表一起上报。" in page
    assert f"说明：{TEXT}　覃玉芳 10-20" in page and f'<a href="{address()}">修改</a>' in page


def test_the_page_of_its_own_shows_what_stands_and_keeps_what_was_typed(cast, door):
    shown = door.get(address())
    assert "1 人没有医保（农合）证号" in shown.content.decode() and shown.context["form"]["text"].value() == ""
    refused = door.post(address(), {"text": "长" * 201, "finding": shown.context["finding"]})
    assert refused.status_code == 422
    assert "说明超过 200 个字，请缩短" in refused.content.decode() and "长" * 201 in refused.content.decode()
    stale = door.post(address(), {"text": TEXT, "finding": "0" * 64})
    assert stale.status_code == 422 and "核对到的情况有变" in stale.content.decode() and TEXT in stale.content.decode()
    again = door.post(address(), {"text": TEXT, "finding": shown.context["finding"]})
    assert again.status_code == 302
    assert door.get(address()).context["form"]["text"].value() == TEXT


def test_what_is_mended_meanwhile_leads_back_and_what_is_not_ours_answers_404(cast, door):
    month = reverse("reports:month", args=[OCTOBER, "450222"])
    for mended in (address(check="across"), address(check="nothing"), address(check="")):
        answer = door.get(mended)
        assert (answer.status_code, answer["Location"]) == (302, month), mended
        assert door.post(mended, {"text": TEXT, "finding": "0" * 64}).status_code == 302
    assert not CheckAnswer.objects.everywhere("test").exists()
    assert [door.get(gone).status_code for gone in (address("450223"), address(form="F9"))] == [404, 404]
    door.force_login(cast.city)
    assert door.get(address()).status_code == 404
