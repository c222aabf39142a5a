"""A return goes back with a remark on single cells, is corrected or explained, and comes again: through the pages, and without script."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import AuditEvent
from reports.actions import accept, receive
from reports.models import CellRemark, ReturnEvent, Submission
from tests.handing_in import explain, hand_in
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db
OCTOBER = datetime.date(2017, 10, 1)
PAGE = reverse("reports:month", args=[OCTOBER, "450222"])


def act(name: str, kind: str = "months") -> str:
    return reverse(f"reports:return-{name}", args=[kind, OCTOBER, "450222"])


def latest(form: str = "F1") -> Submission:
    return Submission.objects.everywhere("test").filter(due__form=form).order_by("-revision").first()


def seen(answer) -> dict:
    return dict(re.findall(r'name="(seen_F\d)" value="(\w+)"', answer.content.decode()))


def messages(answer) -> list[str]:
    return re.findall(r'role="status"><p>(.*?)</p>', answer.content.decode())


@pytest.fixture
def handed_in(cast, ledger, dues):
    people = {
        "韦桂兰": ledger.person("韦桂兰", ("cataract", "2017-03-01", "2017-04-02")),
        "覃福生": ledger.person("覃福生", ("cataract", "2017-03-01"), ("gastric-cancer", "2017-05-01")),
        "梁月娥": ledger.person("梁月娥", ("cataract", "2017-06-01", "2017-10-05"), poor=None, civil="2017-06-02"),
    }
    hand_in(cast.county, OCTOBER, ["F1", "F2"])
    return people


def test_the_city_receives_accepts_and_locks(cast, handed_in, city):
    page = city.get(PAGE)
    bar = page.context["bar"]
    assert [(button.words, button.dark) for button in bar.buttons] == [("退回 F1", False), ("退回 F2", False), ("接收", True)]
    told = city.post(act("receive"), {"form": ["F1", "F2"], **seen(page)}, follow=True)
    assert messages(told) == ["柳城县 F1、F2 已接收。"]
    assert told.context["bar"].buttons[-1].words == "审核通过"
    told = city.post(act("accept"), {"form": ["F1", "F2"], **seen(told)}, follow=True)
    assert told.context["bar"].buttons[-1].words == "锁定"
    told = city.post(act("lock"), {"form": ["F1", "F2"], **seen(told)}, follow=True)
    assert messages(told) == ["柳城县 F1、F2 已锁定。"]
    assert {(latest(form).state, latest(form).received_at is not None) for form in ("F1", "F2")} == {("locked", True)}
    assert told.context["bar"].buttons == []
    county = client_of(cast.clerk).get(PAGE)
    assert "市级已锁定，不能再改。" in county.content.decode()


def test_all_counties_of_a_month_at_once(cast, handed_in, city):
    index = reverse("reports:months")
    assert "接收全部 2 张" in city.get(f"{index}?period=2017-10").content.decode()
    told = city.post(reverse("reports:return-receive-all", args=["months", OCTOBER]), follow=True)
    assert messages(told) == ["已接收 2 张报表。"] and "接收全部" not in told.content.decode()
    accept(by=cast.city, submission=latest("F1"))
    assert "锁定已通过 1 张" in city.get(f"{index}?period=2017-10").content.decode()
    told = city.post(reverse("reports:return-lock-all", args=["months", OCTOBER]), follow=True)
    assert messages(told) == ["已锁定 1 张报表。"]
    told = city.post(reverse("reports:return-lock-all", args=["months", OCTOBER]), follow=True)
    assert messages(told) == ["没有审核通过、等待锁定的报表。"]
    assert client_of(cast.lead).post(reverse("reports:return-lock-all", args=["months", OCTOBER])).status_code == 404


def test_cells_are_chosen_by_buttons_and_nothing_typed_is_lost(cast, handed_in, city):
    first = city.get(f"{act('review')}?form=F1")
    html = first.content.decode()
    assert 'name="add" value="白内障|treated"' in html and 'name="add" value="名单1|name"' in html and html.count("btn-primary") == 1
    chosen = city.post(act("review"), {"form": "F1", "reason": "请核对", "add": "白内障|treated"})
    assert chosen.status_code == 200
    assert [cell.place for cell, _ in chosen.context["form"].lines()] == ["白内障|treated"]
    typed = {"form": "F1", "reason": "请核对", "cell": ["白内障|treated"], "remark_0": "与上月手术数不符"}
    again = city.post(act("review"), typed | {"add": "名单1|id_number"})
    form = again.context["form"]
    assert form["reason"].value() == "请核对" and form["remark_0"].value() == "与上月手术数不符"
    assert [cell.label for cell, _ in form.lines()] == ["白内障 累计救治数", "名单第 1 行 身份证号"]
    two = typed | {"cell": ["白内障|treated", "名单1|id_number"], "remark_1": "末位请核对"}
    fewer = city.post(act("review"), two | {"drop": "白内障|treated"}).context["form"]
    assert [(cell.place, bound.value()) for cell, bound in fewer.lines()] == [("名单1|id_number", "末位请核对")]
    assert latest().state == "submitted"
    twice = city.post(act("review"), two | {"add": "没有|这一格"}).context["form"]
    assert len(twice.cells) == 2


def test_a_return_goes_back_with_its_remark_and_comes_again_corrected(cast, handed_in, city, ledger):
    sent = {"form": "F1", "seen": latest().rows_hash, "reason": "白内障请再核", "cell": ["白内障|treated", "白内障|total"], "return": "1"}
    refused = city.post(act("review"), sent | {"remark_0": "少一人", "remark_1": " "})
    assert refused.status_code == 422 and "请写明“白内障 总数”要改什么，或去掉这一格。" in refused.content.decode()
    told = city.post(act("review"), sent | {"remark_0": "覃福生 10 月已做手术，少一人", "remark_1": "请说明"}, follow=True)
    assert messages(told) == ["柳城县 F1 已退回，附 2 条单元格意见。"]
    row = CellRemark.objects.everywhere("test").get(place="白内障|treated")
    assert (row.label, row.was, row.by) == ("白内障 累计救治数", "1", cast.city)

    clerk = client_of(cast.clerk)
    page = clerk.get(PAGE)
    html = page.content.decode()
    assert page.context["state_tags"] == [("F1 退回", "bad"), ("F2 已报", "ok")]
    assert "白内障请再核" in html and "覃福生 10 月已做手术，少一人" in html and html.count('class="num remarked"') == 2
    assert [(button.words, button.dark) for button in page.context["bar"].buttons] == [("提交到市卫计委", False), ("开始更正", True)]

    case = handed_in["覃福生"].cases.get(disease__code="cataract")
    type(case).objects.everywhere("test").filter(pk=case.pk).update(state="treated", completed_on=datetime.date(2017, 10, 12))
    from ledger.standing import remake

    remake([case.person_id])
    told = clerk.post(act("rebuild"), follow=True)
    explain(cast.county, OCTOBER, ["F1", "F2"], cast.clerk)
    page = clerk.get(PAGE)
    told = {one.remark.place: (one.mended, one.now, one.waits) for one in page.context["desk"].remarks}
    assert told == {"白内障|treated": (True, "2", False), "白内障|total": (False, "2", True)}
    assert ("warn", "1 条意见待答复") in page.context["bar"].why
    other = CellRemark.objects.everywhere("test").get(place="白内障|total")
    refused = clerk.post(act("words"), {f"answer-{other.pk}": "长" * 301})
    assert refused.status_code == 422 and "答复超过 300 个字，请缩短。" in refused.content.decode()
    told = clerk.post(act("words"), {f"answer-{other.pk}": "总数无误"}, follow=True)
    assert messages(told) == ["1 条答复已保存，随表一起上报。"]
    page = clerk.get(PAGE)
    assert page.context["bar"].buttons[-1].words == "核对完毕 F1"
    clerk.post(act("check"), {"form": "F1", **seen(page)})
    lead = client_of(cast.lead)
    told = lead.post(act("submit"), {"form": "F1", **seen(lead.get(PAGE))}, follow=True)
    assert messages(told) == ["F1 已上报市卫计委。"]
    assert (latest().revision, latest().state) == (2, "submitted")
    first = Submission.objects.everywhere("test").get(due__form="F1", revision=1)
    assert latest().previous_hash == first.rows_hash

    history = city.get(act("history"))
    told = next(one for one in history.context["forms"] if one.form == "F1")
    assert told.compared == (1, 2)
    assert [(one.label, one.was.text, one.now.text) for one in told.changes[:2]] == [
        ("白内障 累计救治数", "1", "2"), ("白内障 本季度完成救治数", "0", "1"),
    ]  # fmt: skip
    html = history.content.decode()
    assert "总数无误" in html and "白内障请再核" in html and first.rows_hash[:16] in html
    receive(by=cast.city, submission=latest())
    assert ReturnEvent.objects.everywhere("test").filter(what="return").get().reason == "白内障请再核"


def test_a_return_needs_its_reason_and_a_state_from_which_it_goes_back(cast, handed_in, city):
    refused = city.post(act("review"), {"form": "F1", "reason": "", "return": "1"})
    assert refused.status_code == 422 and "请填写退回原因。" in refused.content.decode()
    stale = city.post(act("review"), {"form": "F1", "reason": "请核对", "return": "1", "seen": "0" * 64})
    assert stale.status_code == 422 and "您打开之后，县里有了新的修订。" in stale.content.decode()
    told = city.post(act("review"), {"form": "F1", "reason": "请核对", "return": "1"}, follow=True)
    assert messages(told) == ["柳城县 F1 已退回。"]
    told = city.get(f"{act('review')}?form=F1", follow=True)
    assert messages(told) == ["F1 现在是“退回”，不能退回。"]
    assert city.get(f"{act('review')}?form=F6").status_code == 404
    assert client_of(cast.lead).get(act("review")).status_code == 404


def test_lists_are_looked_through_masked_and_on_the_trail(cast, handed_in, city):
    html = city.get(f"{act('review')}?form=F2&cell=1|name").content.decode()
    number = handed_in["梁月娥"].id_number.reveal()
    assert "梁月娥" in html and number not in html and f"450222********{number[-4:]}" in html
    assert "在此格写意见：第 1 行 备注 低保" in html
    row = AuditEvent.objects.filter(action="viewed_list", username=cast.city.username).order_by("-pk").first()
    assert (row.detail["form"], row.detail["what"], row.county_code) == ("F2", "逐格审核", "450222")


def test_a_remark_on_a_list_stands_beside_its_cell(cast, handed_in, city):
    city.post(act("review"), {"form": "F2", "reason": "请核对名单", "cell": "1|remark", "remark_0": "类别请核对", "return": "1"})
    html = client_of(cast.clerk).get(reverse("reports:list-f2", args=[OCTOBER, "450222"])).content.decode()
    assert re.search(r'<td class=" remarked" title="低保">低保<sup class="cell-mark"><a href="#remark-\d+" title="类别请核对"', html)


def test_another_countys_remark_is_not_there(cast, handed_in, city):
    city.post(act("review"), {"form": "F1", "reason": "请核对", "cell": "白内障|total", "remark_0": "请核对", "return": "1"})
    pk = CellRemark.objects.everywhere("test").get().pk
    assert client_of(cast.clerk2).post(act("words"), {f"answer-{pk}": "无误"}).status_code == 404
    own = reverse("reports:return-words", args=["months", OCTOBER, "450223"])
    told = client_of(cast.clerk2).post(own, {f"answer-{pk}": "无误"}, follow=True)
    assert messages(told) == ["还没有写说明或答复。请写好再保存。"] and CellRemark.objects.everywhere("test").get().answer == ""
    assert client_of(cast.lead2).get(act("history")).status_code == 404


@pytest.mark.parametrize("page", ["review", "history"])
def test_more_people_ask_no_more_queries(cast, handed_in, city, ledger, page, django_assert_max_num_queries):
    city.get(act(page))
    with CaptureQueriesContext(connection) as captured:
        city.get(act(page))
    asked = len(captured)
    city.post(act("review"), {"form": "F1", "reason": "请核对", "cell": "白内障|total", "remark_0": "请核对", "return": "1"})
    for number in range(12):
        ledger.person(f"多来人{number}", ("cataract", "2017-06-01", "2017-10-05"))
    hand_in_again(cast)
    city.get(act(page))  # What was done is told once, and the session remembers that it was.
    with django_assert_max_num_queries(asked + 5):  # A second revision is held against the first.
        assert city.get(act(page)).status_code == 200
    assert asked <= 34


def hand_in_again(cast) -> None:
    from reports.actions import answer_remark, check, rebuild_drafts, submit

    answer_remark(by=cast.clerk, remark=CellRemark.objects.everywhere("test").get(), answer="无误")
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    explain(cast.county, OCTOBER, ["F1", "F2"], cast.clerk)
    check(by=cast.clerk, county=cast.county, period=OCTOBER, forms=["F1"])
    submit(by=cast.lead, county=cast.county, period=OCTOBER, forms=["F1"])
