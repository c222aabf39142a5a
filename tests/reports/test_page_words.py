"""What is typed on a return's page is one form: all of it is saved at once, whichever button is pressed, and a fault loses none of it."""

import re

import pytest
from django.urls import reverse

from reports.actions import rebuild_drafts, return_it
from reports.models import CellRemark, CheckAnswer, Submission
from tests.ledger.desks import client_of
from tests.reports.check_stories import found
from tests.reports.return_stories import OCTOBER, due_of, handed_in

pytestmark = pytest.mark.django_db
MONTH = "/months/2017-10/450222/"
TOTAL, CANCER = ("白内障|total", "", "", "应有 2 人"), ("胃癌|total", "", "", "应有 1 人")


def act(name: str) -> str:
    return reverse(f"reports:return-{name}", args=["months", OCTOBER, "450222"])


def messages(answer) -> list[str]:
    return re.findall(r'role="status"><p>(.*?)</p>', answer.content.decode())


def answers() -> list[str]:
    return list(CellRemark.objects.everywhere("test").order_by("pk").values_list("answer", flat=True))


@pytest.fixture
def desk(cast, ledger, dues):
    """October's F1 sent back with two remarks, its correction begun; one finding wants an answer."""
    ledger.person("韦桂兰", ("cataract", "2017-06-01", "2017-09-02"))
    ledger.person("莫秀珍", ("cataract", "2017-06-01"), poor=None, civil="2017-06-10")
    return_it(by=cast.city, submission=handed_in(cast), reason="白内障一行不对", remarks=[TOTAL, CANCER])
    ledger.person("邓明亮", ("colon-cancer", "2017-03-01", "2017-04-02"), insurance_number="")
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    return client_of(cast.clerk)


def boxes(page, **texts: str) -> dict[str, str]:
    """The page as the browser would send it: hidden fields as they are, the boxes of the two remarks and of the finding as typed."""
    html = page.content.decode()
    hidden = dict(re.findall(r'name="((?:finding|stood|seen)[-_][^"]+)" value="([^"]*)"', html))
    one, other = (f"answer-{pk}" for pk in CellRemark.objects.everywhere("test").order_by("pk").values_list("pk", flat=True))
    names = {"one": one, "other": other, "check": "text-insurance"}
    assert all(f'name="{name}"' in html for name in names.values()), html
    return hidden | {name: texts.get(key, "") for key, name in names.items()}


def test_two_answers_and_an_explanation_are_saved_by_one_press(cast, desk):
    page = desk.get(MONTH)
    assert page.content.decode().count("保存答复</button>") == 1
    told = desk.post(act("words"), boxes(page, one="逐村核对，就是 1 人", other="没有胃癌患者", check="证未发"), follow=True)
    assert messages(told) == ["1 项说明、2 条答复已保存，随表一起上报。"]
    assert answers() == ["逐村核对，就是 1 人", "没有胃癌患者"] and found(cast)["insurance"].answer.text == "证未发"


def test_a_fault_stands_at_its_box_and_nothing_is_half_saved(cast, desk):
    refused = desk.post(act("words"), boxes(desk.get(MONTH), one="逐村核对", other="长" * 301, check="证未发"))
    html = refused.content.decode()
    first, second = CellRemark.objects.everywhere("test").order_by("pk")
    assert refused.status_code == 422 and answers() == ["", ""] and not CheckAnswer.objects.everywhere("test").filter(text="证未发")
    assert f'id="id_answer-{second.pk}-e" role="alert">答复超过 300 个字，请缩短。' in html and f'id="id_answer-{first.pk}-e"' not in html
    typed = refused.context["desk"]
    assert [one.answering.value() for one in typed.remarks] == ["逐村核对", "长" * 301] and typed.answers[
        "text-insurance"
    ].value() == "证未发"


@pytest.mark.parametrize("button", ["rebuild", "check"])
def test_another_button_keeps_what_was_typed_first(cast, desk, button):
    page = desk.get(MONTH)
    assert f'form="words" formaction="{act("rebuild")}"' in page.content.decode()
    desk.post(act(button), boxes(page, one="逐村核对", check="证未发") | {"form": ["F1"]})
    assert answers() == ["逐村核对", ""] and found(cast)["insurance"].answer.text == "证未发"
    refused = desk.post(act(button), boxes_again(desk.get(MONTH), other="长" * 301))
    assert refused.status_code == 422 and answers() == ["逐村核对", ""]


def boxes_again(page, other: str) -> dict[str, str]:
    second = CellRemark.objects.everywhere("test").order_by("pk").last()
    return {"form": "F1", f"answer-{second.pk}": other, f"stood-answer-{second.pk}": ""}


def test_an_answer_of_a_colleague_is_seen_before_it_is_written_over(cast, desk):
    mine = desk.get(MONTH)
    client_of(cast.lead).post(act("words"), boxes(mine, one="负责人已核对"))
    desk.post(act("words"), boxes(mine, other="没有胃癌患者"))  # What was not touched does not empty what a colleague wrote.
    assert answers() == ["负责人已核对", "没有胃癌患者"]
    mine = boxes(mine, one="就是 1 人")
    refused = desk.post(act("words"), mine)
    assert refused.status_code == 422 and answers()[0] == "负责人已核对"
    assert "您打开之后，韦国强答复了：“负责人已核对”。要换成您写的，请再保存一次。" in refused.content.decode()
    desk.post(act("words"), boxes(refused, one="就是 1 人", other="没有胃癌患者"))
    assert answers() == ["就是 1 人", "没有胃癌患者"]
    shown = [one.answering.value() for one in refused.context["desk"].remarks]
    assert shown == ["就是 1 人", "没有胃癌患者"]  # As typed, and as it stands where nothing was typed.


def test_an_answer_that_stood_is_not_emptied(cast, desk):
    desk.post(act("words"), boxes(desk.get(MONTH), one="逐村核对"))
    first = CellRemark.objects.everywhere("test").order_by("pk").first()
    refused = desk.post(act("words"), {f"answer-{first.pk}": " ", f"stood-answer-{first.pk}": "逐村核对"})
    assert refused.status_code == 422 and "请写明答复。" in refused.content.decode() and answers()[0] == "逐村核对"


def test_the_words_of_a_nil_report_wait_on_the_draft(cast, dues):
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    desk = client_of(cast.clerk)
    told = desk.post(act("words"), {"nil_F1": "", "nil_F2": "民政没有新核准的"}, follow=True)
    assert messages(told) == ["零报告的说明已保存。"] and 'value="民政没有新核准的"' in told.content.decode()
    desk.post(act("rebuild"), {"nil_F1": "全县逐村排查", "nil_F2": "民政没有新核准的"})
    kept = Submission.objects.everywhere("test").get(due=due_of(cast))
    assert (kept.nil_reason, kept.is_nil) == ("全县逐村排查", False)
    refused = desk.post(act("words"), {"nil_F1": "长" * 201, "nil_F2": "民政没有新核准的"})
    assert refused.status_code == 422 and "长" * 201 in refused.content.decode()
