"""The month's pages through the browser's door: every figure opens into as many people as it says, and only for whom it may."""

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import AuditEvent, Person, Staff
from reports.actions import rebuild_drafts
from reports.models import OnePersonCounty, Submission
from tests.cast import on_day
from tests.handing_in import explain, make_ready

pytestmark = pytest.mark.django_db
OCTOBER = datetime.date(2017, 10, 1)
TITLE = "柳州市农村贫困人口大病专项救治工作救助进展情况统计表"
F1_HEADINGS = ["疾病主要诊断", "建档立卡人数", "非建档立卡人数", "总数", "累计救治数", "本季度完成救治数", "未完成救治数", "主要诊断", "本季度完成救治数"]  # fmt: skip
F2_HEADINGS = ["疾病名称", "序号", "姓名", "性别", "年龄", "籍贯", "身份证号(合医证)", "城乡居民医保建立台帐时间", "备注"]
F5_HEADINGS = ["地区", "合计", "儿童白血病", "儿童先天性心脏病", "食道癌", "胃癌", "结直肠癌", "终末期肾病", "白内障"]


def page_of(staff, address: str, status: int = 200):
    client = Client()
    client.force_login(staff)
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer


def text_of(html: str, tag: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", found).strip() for found in re.findall(rf"<{tag}[ >].*?</{tag}>", html, re.S)]


def headings_of(answer) -> list[str]:
    head = re.search(r"<thead>.*?</thead>", answer.content.decode(), re.S)[0]
    return [re.sub(r"^[^>]*>", "", text) for text in text_of(head, "th")]


@pytest.fixture
def people(ledger, dues):
    """Registered poor treated and not, one with two diseases, one verified by civil affairs, one in neither; a neighbour county's."""
    return {
        "韦桂兰": ledger.person("韦桂兰", ("cataract", "2017-03-01", "2017-04-02")),
        "覃福生": ledger.person("覃福生", ("cataract", "2017-03-01", "2017-10-02"), ("gastric-cancer", "2017-05-01")),
        "石小禾": ledger.person("石小禾", ("gastric-cancer", "2017-05-01")),
        "梁月娥": ledger.person("梁月娥", ("cataract", "2017-06-01", "2017-10-05"), poor=None, civil="2017-06-02"),
        "莫秀英": ledger.person("莫秀英", ("cataract", "2017-06-01"), poor=None),
        "外县人": ledger.person("外县人", ("cataract", "2017-03-01", "2017-10-03"), village=ledger.cast.village2),
    }


def month_address(code: str = "450222", name: str = "month") -> str:
    return reverse(f"reports:{name}", args=[OCTOBER, code])


def test_f1_prints_the_official_words_and_the_figures(cast, people):
    rebuild_drafts(cast.county, OCTOBER)
    answer = page_of(cast.lead, month_address())
    html = answer.content.decode()
    assert TITLE in html and "（统计截止日期：2017-10-20）" in html
    assert headings_of(answer) == F1_HEADINGS
    table = answer.context["table"]
    cataract = next(line for line in table.lines if line.name == "白内障")
    assert [figure.number for figure in cataract.poor] == [2, 2, 1, 0]
    assert cataract.civil.number == 1
    assert [figure.number for figure in table.total.poor] == [3, 1, 0, 2]
    assert table.neither.number == 1
    assert "外县人" not in html


@pytest.mark.parametrize("drafted", [True, False])
def test_every_figure_of_f1_opens_into_as_many_people(cast, people, drafted):
    if drafted:
        rebuild_drafts(cast.county, OCTOBER)
    table = page_of(cast.lead, month_address()).context["table"]
    opened = 0
    figures = [figure for line in [*table.lines, table.total] for figure in [*line.poor, line.civil]] + [table.neither]
    for figure in figures:
        shown = page_of(cast.lead, figure.address).context
        assert len(shown["people"]) == figure.number, figure.address
        opened += figure.number
    assert opened > 0


def test_a_list_behind_a_figure_is_masked_and_on_the_trail(cast, people):
    address = reverse("reports:people", args=[OCTOBER, "450222", "all", "total"])
    html = page_of(cast.clerk, address).content.decode()
    number = people["韦桂兰"].id_number
    assert f"450222********{number.reveal()[-4:]}" in html and number.reveal() not in html
    assert reverse("ledger:person", args=[people["韦桂兰"].pk]) in html
    row = AuditEvent.objects.filter(action="viewed_list", staff=cast.clerk).get()
    assert (row.county_code, row.detail["figure"], row.detail["people"]) == ("450222", "total", 3)


def test_whoever_has_moved_away_since_is_listed_without_a_link(cast, people, ledger):
    rebuild_drafts(cast.county, OCTOBER)
    gone = people["韦桂兰"]
    Person.objects.everywhere("test").filter(pk=gone.pk).update(county=cast.county2)
    html = page_of(cast.clerk, reverse("reports:people", args=[OCTOBER, "450222", "all", "treated"])).content.decode()
    assert "韦桂兰" in html and reverse("ledger:person", args=[gone.pk]) not in html


@pytest.mark.parametrize("name", ["month", "list-f2", "list-roster", "county-workbook", "api-month"])
def test_another_county_answers_404(cast, people, name):
    for staff in (cast.clerk, cast.lead):
        page_of(staff, month_address("450223", name), 404)
    page_of(cast.city, month_address("450223", name), 200)
    page_of(cast.city, month_address("450999", name), 404)


def test_another_countys_people_and_deeds_answer_404(cast, people):
    page_of(cast.clerk, reverse("reports:people", args=[OCTOBER, "450223", "all", "total"]), 404)
    client = Client()
    client.force_login(cast.lead)
    for name in ("rebuild", "check", "submit", "send-back", "extend"):
        assert client.post(act(name, "450223"), {"form": "F1"}).status_code == 404
    assert not Submission.objects.everywhere("test").exists()


@pytest.mark.parametrize("tail", ["all/nothing", "999999/total", "all%20/total", "1/neither"])
def test_a_figure_that_does_not_exist_answers_404(cast, people, tail):
    page_of(cast.clerk, f"/months/2017-10/450222/f1/{tail}/", 404)
    page_of(cast.clerk, f"/preview/f1/{tail}/", 404)


def test_months_that_make_no_sense(cast, people):
    page_of(cast.clerk, "/months/2017-13/450222/", 404)
    assert "还没有开始" in page_of(cast.clerk, "/months/2017-12/450222/", 422).content.decode()
    assert "病种目录" in page_of(cast.clerk, "/months/2001-01/450222/", 422).content.decode()
    page_of(cast.clerk, "/months/2017-12/450222/f2/", 404)


def test_the_lists_print_their_headings_masked(cast, people):
    f2 = page_of(cast.clerk, month_address(name="list-f2"))
    assert headings_of(f2) == F2_HEADINGS
    assert [row["name"] for row in f2.context["rows"]] == ["梁月娥"]
    roster = page_of(cast.clerk, month_address(name="list-roster"))
    assert headings_of(roster) == ["姓名", "性别", "年龄", "主要诊断", "家庭地址", "身份证号", "城乡居民医保（农合）证号"]
    assert [row["name"] for row in roster.context["rows"]] == ["韦桂兰", "覃福生", "梁月娥"]
    for answer in (f2, roster):
        html = answer.content.decode()
        assert people["梁月娥"].id_number.reveal() not in html and "450222********" in html
    assert AuditEvent.objects.filter(action="viewed_list", staff=cast.clerk).count() == 2


def act(name: str, code: str = "450222") -> str:
    return reverse(f"reports:return-{name}", args=["months", OCTOBER, code])


def seen_on(answer) -> dict:
    """What the page's acts would send: each form with the hash that is shown."""
    return dict(re.findall(r'name="(seen_F\d)" value="(\w+)"', answer.content.decode()))


def said(answer) -> str:
    """The foot of the page, without its tags."""
    bar = re.search(r'<span id="why">(.*?)</span>', answer.content.decode(), re.S)[1]
    return re.sub(r"<[^>]+>", "", bar)


def test_a_clerk_checks_and_the_lead_submits_what_was_seen(cast, people, ledger):
    ledger.person("邓明亮", ("cataract", "2017-03-01", "2017-04-02"), insurance_number="")
    rebuild_drafts(cast.county, OCTOBER)
    clerk, lead = Client(), Client()
    clerk.force_login(cast.clerk)
    lead.force_login(cast.lead)
    page = clerk.get(month_address())
    assert said(page).startswith("还差 1 项待说明") and "下一步：说明 1 项" in page.content.decode()
    assert 'aria-disabled="true"' in page.content.decode() and "核对完毕" not in page.content.decode()
    explain(cast.county, OCTOBER, ["F1", "F2"], cast.clerk)
    page = clerk.get(month_address())
    assert "核对项都已处理，请看过数字。" in said(page)
    fields = seen_on(page)
    assert set(fields) == {"seen_F1", "seen_F2"}
    told = clerk.post(act("check"), {"form": ["F1", "F2"], **fields}, follow=True)
    assert "F1、F2 已核对完毕，等负责人提交。" in told.content.decode()
    assert said(told).startswith("已核对完毕，由负责人韦国强提交。") and 'aria-disabled="true"' in told.content.decode()
    assert clerk.post(act("submit"), {"form": ["F1", "F2"], **fields}).status_code == 404
    page = lead.get(month_address())
    assert "覃玉芳已核对，可以提交。" in said(page) and page.content.decode().count("btn-primary") == 1
    told = lead.post(act("submit"), {"form": ["F1", "F2"], **seen_on(page)}, follow=True)
    assert "F1、F2 已上报市卫计委。" in told.content.decode()
    assert said(told) == "F1、F2：负责人已提交，数字不再变动。等市级接收。"
    assert {one.state for one in Submission.objects.everywhere("test")} == {"submitted"}
    again = lead.get(month_address()).content.decode()
    assert "已报" in again and 'name="seen_F1"' not in again and "重新生成" not in again


def test_who_checked_it_alone_does_not_submit_it(cast, people):
    make_ready(cast.county, OCTOBER, ["F1", "F2"], by=cast.lead)
    page = page_of(cast.lead, month_address())
    assert said(page).startswith("是您自己核对的，要由另一位负责人提交；全县只有一人的，请市里同意一人办理。")
    assert "btn-primary" not in re.search(r'<div class="bar .*', page.content.decode(), re.S)[0]
    client = Client()
    client.force_login(cast.lead)
    hashes = {f"seen_{form}": text for form, text in page.context["hashes"].items()}
    told = client.post(act("submit"), {"form": ["F1", "F2"], **hashes}, follow=True).content.decode()
    assert "F1 是您自己核对的，请由另一位人员核对后再提交。" in told, re.findall('class="notice.*', told)


def test_a_county_with_one_person_submits_alone_with_the_citys_leave(cast, people):
    Staff.objects.filter(pk=cast.clerk.pk).update(is_active=False)
    make_ready(cast.county, OCTOBER, ["F1", "F2"], by=cast.lead)
    city, lead = Client(), Client()
    city.force_login(cast.city)
    lead.force_login(cast.lead)
    told = city.post(reverse("reports:alone"), {"county": "450222", "since": "2017.10.20", "reason": "经办人调离"}, follow=True)
    assert "柳城县从 2017-10-20 起可以一人办理。" in told.content.decode()
    page = lead.get(month_address())
    assert "韦国强已核对，可以提交。" in said(page)
    lead.post(act("submit"), {"form": ["F1", "F2"], **seen_on(page)})
    assert {(one.state, one.alone) for one in Submission.objects.everywhere("test")} == {("submitted", True)}
    assert "一人办理" in city.get(month_address()).content.decode()
    leave = OnePersonCounty.objects.everywhere("test").get()
    told = city.post(reverse("reports:alone-end", args=[leave.pk]), follow=True).content.decode()
    assert "柳城县一人办理到今天为止，明天起由两个人办理。" in told
    assert city.post(reverse("reports:alone"), {"county": "450222", "since": "去年", "reason": ""}).status_code == 422


def test_one_form_may_go_before_the_other(cast, people):
    """F1 is in time although F2 still waits for a word."""
    make_ready(cast.county, OCTOBER, ["F1"])
    page = page_of(cast.lead, month_address())
    buttons = [(button.words, button.forms, button.dark) for button in page.context["bar"].buttons]
    assert buttons == [("提交 F1", ["F1"], False), ("核对完毕 F2", ["F2"], True)]
    client = Client()
    client.force_login(cast.lead)
    client.post(act("submit"), {"form": "F1", **seen_on(page)})
    assert {(one.due.form, one.state) for one in Submission.objects.everywhere("test").select_related("due")} == {
        ("F1", "submitted"), ("F2", "draft"),
    }  # fmt: skip


def test_the_lead_sends_back_to_the_clerk_with_a_reason(cast, people):
    make_ready(cast.county, OCTOBER, ["F1", "F2"])
    client = Client()
    client.force_login(cast.lead)
    assert "退回经办人" in client.get(month_address()).content.decode()
    assert "覃玉芳核对" in client.get(act("send-back")).content.decode()
    refused = client.post(act("send-back"), {"reason": " "})
    assert refused.status_code == 422 and "请填写原因。" in refused.content.decode()
    told = client.post(act("send-back"), {"reason": "白内障一行请再核"}, follow=True)
    assert "F1、F2 已退回经办人。" in told.content.decode()
    assert {one.state for one in Submission.objects.everywhere("test")} == {"draft"}
    history = page_of(cast.clerk, act("history")).content.decode()
    assert "负责人退回经办人" in history and "白内障一行请再核" in history
    page = page_of(cast.clerk, month_address())
    assert "负责人退回</h2>" in page.content.decode() and "F1、F2：白内障一行请再核<small>韦国强" in page.content.decode()
    assert "负责人已退回，请按退回的原因改好，再核对。" in said(page)
    assert "核对 10 月月报</a>" in client.get("/").content.decode()
    rows = page_of(cast.clerk, "/").context["work"]
    row = next(row for row in rows if row.words == "月报被负责人退回")
    assert (row.count, row.told, row.verb, row.tone) == (2, "F1、F2，10 月。韦国强：白内障一行请再核", "去改正", "bad")
    assert not [row for row in rows if row.words == "月报待核对" and "10 月" in row.told]  # Told once.
    assert not [row for row in page_of(cast.lead, "/").context["work"] if row.words == "月报被负责人退回"]
    with on_day(datetime.date(2017, 11, 2)):  # A month that is over is told with the others.
        (row,) = [row for row in page_of(cast.clerk, "/").context["work"] if row.words == "月报被负责人退回"]
        assert row.told == "F1、F2，10 月，10-23 18:00 已过截止时间。韦国强：白内障一行请再核"
    make_ready(cast.county, OCTOBER, ["F1", "F2"])
    assert "负责人退回</h2>" not in client.get(month_address()).content.decode()
    assert "提交 10 月月报</a>" in client.get("/").content.decode()  # The next step of each.
    assert "查看 10 月月报</a>" in page_of(cast.clerk, "/").content.decode()


def test_a_nil_return_is_an_act_with_its_reason(cast, dues):
    rebuild_drafts(cast.county, OCTOBER)
    client = Client()
    client.force_login(cast.clerk)
    explain(cast.county, OCTOBER, ["F1", "F2"], cast.clerk)
    page = client.get(month_address())
    assert "没有要报的内容，写明零报告的说明再核对。" in said(page)
    assert re.search(r'name="nil_F1"[^>]* form="words"', page.content.decode()), re.findall(".*nil_.*", page.content.decode())
    assert 'id="words"' in page.content.decode()
    sent = {"form": ["F1", "F2"], **seen_on(page), "nil_F1": "全县逐村排查，没有患者", "nil_F2": " "}
    refused = client.post(act("check"), sent)
    html = refused.content.decode()
    assert refused.status_code == 422 and "F2 没有经民政核准的非建档立卡患者。确实没有的，请写明零报告的说明，再核对。" in html
    assert 'value="全县逐村排查，没有患者"' in html
    told = client.post(act("check"), sent | {"nil_F2": "民政没有新核准的"}, follow=True)
    assert "F1、F2 已核对完毕" in told.content.decode()
    kept = {one.due.form: (one.is_nil, one.nil_reason) for one in Submission.objects.everywhere("test").select_related("due")}
    assert kept == {"F1": (True, "全县逐村排查，没有患者"), "F2": (True, "民政没有新核准的")}


def test_a_draft_that_changed_since_is_shown_again_before_submitting(cast, people, ledger):
    make_ready(cast.county, OCTOBER, ["F1", "F2"])
    fields = seen_on(page_of(cast.lead, month_address()))
    ledger.person("迟来的人", ("cataract", "2017-10-20"))
    client = Client()
    client.force_login(cast.lead)
    answer = client.post(act("submit"), {"form": ["F1", "F2"], **fields}, follow=True)
    assert "您看过之后台账有变动，草稿已重新生成（F1：白内障总数 +1、" in answer.content.decode()
    assert {one.state for one in Submission.objects.everywhere("test")} <= {"draft", "checked"}


def test_rebuilding_from_the_page(cast, people):
    client = Client()
    client.force_login(cast.clerk)
    page = client.get(month_address())
    assert "生成草稿" in page.content.decode() and said(page).startswith("还没有生成草稿。")
    answer = client.post(act("rebuild"), follow=True)
    assert "草稿已按现在的台账重新生成" in answer.content.decode()
    assert Submission.objects.everywhere("test").count() == 2


def test_checks_name_who_is_missing_what(cast, ledger, dues):
    facts = {"id_number": "", "id_number_hash": None, "id_absent_reason": "其他", "insurance_number": ""}
    bare = ledger.person("何无证", ("cataract", "2017-03-01", "2017-04-02"), **facts)
    bare.cases.update(hospital_code="")
    checks = page_of(cast.clerk, month_address()).context["panel"].told
    assert [(check.word, check.saw) for check in checks] == [
        ("须改", "1 人已救治，没有填定点医院："),
        ("待说明", "1 人没有身份证号，名单和台账上是空的："),
        ("待说明", "1 人没有医保（农合）证号，名单上是空的："),
    ]
    assert {check.people for check in checks} == {(("何无证", bare.pk),)}


@pytest.mark.parametrize("who", ["clerk", "city"])
def test_downloads_are_named_in_chinese_uncached_and_on_the_trail(cast, people, who):
    answer = page_of(getattr(cast, who), month_address(name="county-workbook"))
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%9F%B3%E5%9F%8E%E5%8E%BF2017")
    assert "no-store" in answer["Cache-Control"] and answer.content[:2] == b"PK"
    row = AuditEvent.objects.get(action="exported")
    assert (row.username, row.county_code, row.detail["period"]) == (getattr(cast, who).username, "450222", "2017-10")


def test_the_citys_file_is_the_citys_alone(cast, people):
    answer = page_of(cast.city, reverse("reports:city-workbook", args=[OCTOBER]))
    assert answer.content[:2] == b"PK" and "no-store" in answer["Cache-Control"]
    assert AuditEvent.objects.get(action="exported").detail["what"] == "全市汇总表"
    page_of(cast.lead, reverse("reports:city-workbook", args=[OCTOBER]), 404)


def test_the_api_gives_figures_and_nobody(cast, people):
    answer = page_of(cast.clerk, month_address(name="api-month"))
    told = answer.json()
    assert told["total"] == {"total": 3, "treated": 1, "quarter": 0, "untreated": 2, "civil_quarter": 1}
    assert told["neither"] == 1 and told["county"]["code"] == "450222" and set(told["states"]) == {"F1", "F2"}
    assert "韦桂兰" not in answer.content.decode()
    client = Client()
    assert client.get(month_address(name="api-month")).status_code == 302
    client.force_login(cast.clerk)
    assert client.post(month_address(name="api-month")).status_code == 405


def test_preview_of_any_day_opens_into_its_people(cast, people):
    answer = page_of(cast.clerk, "/preview/?on=2017-09-30")
    table = answer.context["table"]
    assert headings_of(answer) == F1_HEADINGS
    assert [figure.number for figure in table.total.poor] == [3, 1, 0, 2]
    for line in [*table.lines, table.total]:
        for figure in [*line.poor, line.civil]:
            assert len(page_of(cast.clerk, figure.address).context["people"]) == figure.number
    assert "外县人" not in page_of(cast.clerk, table.total.poor[0].address).content.decode()


def test_the_city_previews_all_counties_or_one(cast, people):
    whole = page_of(cast.city, "/preview/?on=2017-10-20").context["table"]
    one = page_of(cast.city, "/preview/?on=2017-10-20&county=450223").context["table"]
    assert (whole.total.poor[0].number, one.total.poor[0].number) == (4, 1)
    assert "外县人" in page_of(cast.city, one.total.poor[0].address).content.decode()
    page_of(cast.clerk, "/preview/?on=2017-10-20&county=450223", 422)


@pytest.mark.parametrize(
    ("on", "sentence"),
    [("2017-09-31", "不是真实的日期"), ("明天", "日期请写成"), ("2017-10-21", "晚于今天"), ("2001-01-01", "病种目录")],
)
def test_a_day_that_cannot_be_counted_is_said_in_a_sentence(cast, on, sentence):
    for page in ("preview", "baseline"):
        html = page_of(cast.clerk, f"/{page}/?on={on}", 422).content.decode()
        assert sentence in html and "<table" not in html
    page_of(cast.clerk, f"/preview/f1/all/total/?on={on}", 404)


def test_the_baseline_shows_a_county_its_own_row(cast, people):
    own = page_of(cast.clerk, "/baseline/?on=2017-05-31")
    assert headings_of(own) == F5_HEADINGS
    assert [(place.code, numbers[0]) for place, numbers in own.context["rows"]] == [("450222", 3)]
    assert "鹿寨县" not in own.content.decode()
    city = page_of(cast.city, "/baseline/?on=2017-05-31").context["rows"]
    assert [(place.code, numbers[0]) for place, numbers in city] == [("450200", 4), ("450222", 3), ("450223", 1)]


@pytest.mark.parametrize("name", ["month", "list-f2", "list-roster", "people", "preview"])
def test_more_people_ask_no_more_queries(cast, people, ledger, name, django_assert_max_num_queries):
    client = Client()
    client.force_login(cast.clerk)
    address = {"preview": "/preview/", "people": "/months/2017-10/450222/f1/all/total/"}.get(name) or month_address(name=name)
    rebuild_drafts(cast.county, OCTOBER)
    client.get(address)
    before = _queries(client, address)
    for number in range(30):
        civil = "2017-06-02" if number % 2 else None
        ledger.person(f"多来人{number}", ("cataract", "2017-06-01", "2017-10-05"), poor=None if civil else "2016-01-01", civil=civil)
    rebuild_drafts(cast.county, OCTOBER)
    with django_assert_max_num_queries(before):
        assert client.get(address).status_code == 200
    assert before <= 32


def _queries(client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(address)
    return len(captured)


def test_the_months_list_tells_each_form(cast, people):
    rebuild_drafts(cast.county, OCTOBER)
    html = page_of(cast.clerk, "/months/").content.decode()
    assert "2017 年 10 月" in html and "草稿" in html and "缺报" in html and "鹿寨" not in html
    with on_day(datetime.date(2017, 10, 20)):
        city = page_of(cast.city, "/months/?period=2017-09").content.decode()
    assert "柳城县" in city and "鹿寨县" in city and "缺报" in city
