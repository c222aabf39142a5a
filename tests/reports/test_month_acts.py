"""A month goes from the county to the city through its page: checked, sent back, submitted, without a word, one form before the other."""

import datetime
import re

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import Staff
from reports.actions import rebuild_drafts
from reports.models import OnePersonCounty, Submission
from tests.cast import on_day
from tests.handing_in import explain, make_ready
from tests.reports.month_pages import OCTOBER, act, month_address, page_of, said, seen_on

pytestmark = pytest.mark.django_db


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
    row = rows[0]  # Before everything else.
    assert row.words == "月报被负责人退回"
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
