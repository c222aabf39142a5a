"""A finding that wants an answer gets one from the bureau, and loses it when something else is found; the answers go with the return."""

import datetime
import re

import pytest
from django.test import Client
from django.urls import reverse

from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, Person
from reports.actions import check, rebuild_drafts, send_back, submit
from reports.answering import Given, answer_check, answer_checks, checks_of_drafts
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
        ({"text": "  "}, "请写明原因，例如：县人民医院 10 月集中手术。", "insurance"),
        ({"text": "长" * 201}, "说明超过 200 个字，现在是 201 个字。请缩短。", "insurance"),
        ({"finding": "0" * 64}, "您打开之后，核对到的情况有变。请看过上面现在的情况，再保存。", "insurance"),
        ({"code": "across"}, "这一项现在不用说明了。请看过现在的核对情况。", "across"),
        ({"code": "nothing"}, "这一项现在不用说明了。请看过现在的核对情况。", "nothing"),
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


def test_several_answers_are_kept_together_or_not_at_all(cast, ledger, dues):
    ledger.person("邓明亮", ("cataract", "2017-03-01", "2017-04-02"), insurance_number="")
    ledger.person("韦老三", ("cataract", "2017-03-01", "2017-04-02"), poor_until="2017-10-01")
    told = found(cast)
    given = {code: Given(told[code].finding, TEXT) for code in ("insurance", "expired")}
    common = {"by": cast.clerk, "county": cast.county, "period": OCTOBER, "form": "F1"}
    with pytest.raises(Refused) as refused:
        answer_checks(**common, answers=given | {"expired": Given("0" * 64, TEXT)})
    assert refused.value.field == "expired" and not CheckAnswer.objects.everywhere("test").exists()
    answer_checks(**common, answers=given)
    assert {code: found(cast)[code].word for code in given} == dict.fromkeys(given, "已说明")


# ---- the page ----

MONTH = "/months/2017-10/450222/"
WORDS = f"{MONTH}words/"


def address(code: str = "450222", form: str = "F1") -> str:
    return reverse("reports:check-answers", args=[OCTOBER, code, form])


@pytest.fixture
def door(cast, bare):
    client = Client()
    client.force_login(cast.clerk)
    return client


def sent(page: str, **texts: str) -> dict[str, str]:
    """The page's hidden findings with what is typed into its boxes, by the findings' codes."""
    findings = dict(re.findall(r'name="((?:finding|stood)-[^"]+)" value="([^"]*)"', page))
    return findings | {f"text-{code}": text for code, text in texts.items()}


def test_the_box_beside_the_finding_saves_and_leads_back(cast, door, bare):
    page = door.get(MONTH).content.decode()
    assert f'action="{WORDS}"' in page and "1 人没有医保（农合）证号，名单上是空的：" in page
    assert f'<a href="{reverse("ledger:person", args=[bare.pk])}">邓明亮</a>' in page
    answer = door.post(WORDS, sent(page, insurance=TEXT))
    assert (answer.status_code, answer["Location"]) == (302, MONTH)  # From its top, where it is said that this was saved.
    page = door.get(answer["Location"]).content.decode()
    assert "1 项说明已保存，随表一起上报。" in page
    assert f"说明：{TEXT}　覃玉芳 10-20" in page and f'<a href="{address()}#check-insurance">修改</a>' in page


def test_what_was_typed_beside_several_findings_is_saved_by_one_press(cast, door, ledger):
    ledger.person("韦老三", ("cataract", "2017-03-01", "2017-04-02"), poor_until="2017-10-01")
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    door.post(WORDS, sent(door.get(MONTH).content.decode(), insurance=TEXT, expired="已办续期"))
    assert [found(cast)[code].answer.text for code in ("insurance", "expired")] == [TEXT, "已办续期"]
    events = ReturnEvent.objects.everywhere("test").filter(what="check_answered")
    door.post(address(), sent(door.get(address()).content.decode(), insurance=TEXT, expired="已办续期，证明已补"))
    assert events.count() == 3  # What was left as it stood is no second act.


def test_the_page_of_its_own_shows_what_stands_and_keeps_what_was_typed(cast, door):
    shown = door.get(address())
    assert "1 人没有医保（农合）证号" in shown.content.decode() and shown.context["form"]["text-insurance"].value() == ""
    page = shown.content.decode()
    for sentence, data in (
        ("说明超过 200 个字，请缩短", sent(page, insurance="长" * 201)),
        ("请写明原因，例如：县人民医院 10 月集中手术", sent(page, insurance=" ")),
        ("核对到的情况有变", sent(page, insurance=TEXT) | {"finding-insurance": "0" * 64}),
    ):
        refused = door.post(address(), data)
        assert refused.status_code == 422 and sentence in refused.content.decode()
        assert data["text-insurance"].strip() in refused.content.decode()
    assert door.post(address(), sent(refused.content.decode(), insurance=TEXT)).status_code == 302
    assert door.get(address()).context["form"]["text-insurance"].value() == TEXT


def test_a_box_that_was_not_sent_keeps_the_answer_that_stands(cast, door, ledger):
    ledger.person("韦老三", ("cataract", "2017-03-01", "2017-04-02"), poor_until="2017-10-01")
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    door.post(WORDS, sent(door.get(MONTH).content.decode(), insurance=TEXT))
    refused = door.post(WORDS, sent(door.get(MONTH).content.decode(), expired="长" * 201))
    assert refused.status_code == 422 and refused.context["desk"].answers["text-insurance"].value() == TEXT
    events = ReturnEvent.objects.everywhere("test").filter(what="check_answered")
    assert (found(cast)["insurance"].answer.text, events.count()) == (TEXT, 1)


def test_what_a_colleague_wrote_meanwhile_is_seen_before_it_is_written_over(cast, door):
    mine = door.get(MONTH).content.decode()
    assert 'id="say-insurance"' in mine and 'href="#say-insurance"' in mine
    colleague = Client()
    colleague.force_login(cast.lead)
    colleague.post(WORDS, sent(mine, insurance="证 10 月 25 日发"))
    refused = door.post(WORDS, sent(mine, insurance=TEXT))
    said = "您打开之后，韦国强写了说明：“证 10 月 25 日发”。要换成您写的，请再按一次“保存说明”。"
    assert refused.status_code == 422 and said in refused.content.decode()
    assert (refused.context["desk"].answers["text-insurance"].value(), found(cast)["insurance"].answer.text) == (TEXT, "证 10 月 25 日发")
    assert door.post(WORDS, sent(refused.content.decode(), insurance=TEXT)).status_code == 302
    assert found(cast)["insurance"].answer.text == TEXT


def test_what_is_mended_meanwhile_leads_back_and_what_is_not_ours_answers_404(cast, door, bare):
    page = door.get(MONTH).content.decode()
    Person.objects.everywhere("test").filter(pk=bare.pk).update(insurance_number="4502220001")
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    for answer in (door.get(address()), door.post(address(), sent(page, insurance=TEXT))):
        assert (answer.status_code, answer["Location"]) == (302, MONTH)
    assert "现在没有要说明的核对项了。" in door.get(MONTH).content.decode()
    assert not CheckAnswer.objects.everywhere("test").exists()
    assert [door.get(gone).status_code for gone in (address("450223"), address(form="F9"))] == [404, 404]
    door.force_login(cast.city)
    assert door.get(address()).status_code == 404
