"""A return in browsers, on both sides of the table: late and given more time; sent back on one cell and corrected; unlocked by two."""

import datetime

import pytest
from playwright.sync_api import expect

from ledger import clock
from ledger.models import Case, Role, Staff
from ledger.standing import remake
from reports.actions import accept, lock, make_dues, rebuild_drafts, return_it
from reports.models import CellRemark, Due, DueRule, Submission, Unlock
from reports.reminding import remind
from tests.cast import PASSWORD
from tests.handing_in import hand_in
from tests.reports.conftest import Ledger, day

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SEPTEMBER, OCTOBER = datetime.date(2017, 9, 1), datetime.date(2017, 10, 1)


@pytest.fixture
def county(cast):
    """柳城县 with three patients; F1 and F2 are due from September on."""
    ledger = Ledger(cast)
    people = {
        "韦桂兰": ledger.person("韦桂兰", ("cataract", "2017-03-01", "2017-04-02")),
        "覃福生": ledger.person("覃福生", ("cataract", "2017-03-01"), ("gastric-cancer", "2017-05-01")),
        "梁月娥": ledger.person("梁月娥", ("cataract", "2017-06-01", "2017-10-05"), poor=None, civil="2017-06-02"),
    }
    for form in ("F1", "F2"):
        DueRule.objects.create(prefecture=cast.prefecture, form=form, first_period=day("09-01"), document="柳卫医〔2017〕40号")
    make_dues(cast.prefecture, 2017)
    return people


@pytest.fixture
def second(cast):
    """Another member of the city's staff."""
    other = Staff(username="city-2", full_name="卢少华", role=Role.CITY, area=cast.prefecture, must_change_password=False)
    other.set_password(PASSWORD)
    other.save()
    return other


def seated(desk, staff):
    one = desk()
    one.sign_in(staff.username, PASSWORD)
    return one


def goes(one, role: str, name: str) -> None:
    """Press the button or follow the link, and wait for the page that answers."""
    one.comes_to_rest()
    with one.page.expect_navigation(wait_until="load"):
        one.page.locator("#main").get_by_role(role, name=name, exact=True).first.click()


def explains(clerk) -> None:
    """Every finding that asks for a word gets one, from the page."""
    asked = clerk.page.locator("#checks textarea")
    for place in range(asked.count()):
        asked.nth(place).fill("已逐例核对，情况属实。")
    if asked.count():
        goes(clerk, "button", "保存说明")


def revision(form: str = "F1") -> Submission:
    return Submission.objects.everywhere("test").filter(due__form=form).order_by("-revision", "-pk").first()


def test_a_late_county_is_given_more_time_and_accepted(cast, county, desk):
    """September is past its hour: the reminder leads to the page, more time is asked for and given, and what comes then is on time."""
    remind(clock.now(), cast.prefecture)
    clerk, city, lead = seated(desk, cast.clerk), seated(desk, cast.city), seated(desk, cast.lead)
    clerk.open("/messages/")
    clerk.shows("截止当天", "过了 28 天")
    goes(clerk, "link", "2017 年 9 月月报")
    clerk.shows("缺报", "的截止时间，请尽快上报。")
    goes(clerk, "link", "申请展期")
    clerk.page.get_by_label("F1、F2 都展期").check()
    clerk.page.fill("#id_until_on", "2017年10月24号")
    clerk.page.fill("#id_reason", "县医院搬迁，病案 20 日才取出")
    goes(clerk, "button", "提交申请")
    clerk.shows("已申请 F1、F2 展期到 2017-10-24，等市里答复。")

    city.open("/asked/")
    for _ in range(2):
        goes(city, "link", "去答复")
        city.shows("县医院搬迁，病案 20 日才取出")
        city.page.fill("#id_granted_on", "2017.10.25")
        goes(city, "button", "同意展期")
        city.shows("展期到 2017-10-25。")
    city.shows("没有等答复的申请。")

    clerk.open("/months/2017-09/450222/")
    clerk.shows("展期", "距展期到 10 月 25 日 18:00 还有 5 天")
    goes(clerk, "button", "生成草稿")
    explains(clerk)
    goes(clerk, "button", "核对完毕")
    clerk.shows("F1、F2 已核对完毕，等负责人提交。")
    lead.open("/")
    lead.shows("月报待提交")
    lead.open("/months/2017-09/450222/")
    goes(lead, "button", "提交到市卫计委")
    lead.shows(
        "F1、F2 已上报市卫计委。", "负责人已提交，数字不再变动。", "按时" if revision().due.closes_at < revision().submitted_at else "已报"
    )

    city.open("/months/?period=2017-09")
    goes(city, "button", "接收全部 2 张")
    city.shows("已接收 2 张报表。")
    goes(city, "link", "柳城县")
    goes(city, "button", "审核通过")
    city.shows("柳城县 F1、F2 审核通过。")
    kept = Submission.objects.everywhere("test").filter(due__period=SEPTEMBER).select_related("due")
    assert {(one.state, one.submitted_at <= one.due.closes_at, one.submitted_at <= one.due.deadline_at) for one in kept} == {
        ("accepted", True, False)
    }


def test_a_return_comes_back_with_a_remark_on_one_cell(cast, county, desk):
    hand_in(cast.county, OCTOBER, ["F1", "F2"])
    city, clerk, lead = seated(desk, cast.city), seated(desk, cast.clerk), seated(desk, cast.lead)
    city.open("/months/2017-10/450222/")
    goes(city, "button", "接收")
    goes(city, "link", "退回 F1")
    city.page.fill("#id_reason", "白内障一行与医院报来的不符")
    goes(city, "button", "在此格写意见：白内障 累计救治数 1")
    assert city.page.input_value("#id_reason") == "白内障一行与医院报来的不符"
    city.page.get_by_label("白内障 累计救治数", exact=True).fill("覃福生 10 月 12 日已手术，请核对")
    goes(city, "button", "退回 F1 给柳城县")
    city.shows("柳城县 F1 已退回，附 1 条单元格意见。")

    # The county reads what is wrong beside the cell, puts the case right, and the figure mends itself.
    clerk.open("/")
    clerk.shows("月报退回或解锁，要更正")
    clerk.open("/months/2017-10/450222/")
    clerk.shows("白内障一行与医院报来的不符", "覃福生 10 月 12 日已手术，请核对")
    assert clerk.page.locator("td.remarked").inner_text().split() == ["1", "1"]  # The figure, and the remark's number.
    case = county["覃福生"].cases.get(disease__code="cataract")
    told = {"state": "treated", "completed_on": datetime.date(2017, 10, 12), "hospital_code": "450222-1", "hospital_name": "柳城县人民医院"}
    Case.objects.everywhere("test").filter(pk=case.pk).update(**told)
    remake([case.person_id])
    goes(clerk, "button", "开始更正")
    clerk.shows("第 1 次更正草稿", "已改", "当时是 1，现在是 2")
    explains(clerk)
    goes(clerk, "button", "核对完毕 F1")
    lead.open("/months/2017-10/450222/")
    goes(lead, "button", "提交 F1 到市卫计委")
    lead.shows("F1 已上报市卫计委。")

    city.open("/months/2017-10/450222/")
    goes(city, "button", "接收 F1")
    goes(city, "button", "审核通过")
    city.shows("柳城县 F1、F2 审核通过。")
    goes(city, "link", "经过")
    city.shows("第 2 次比第 1 次", "白内障 累计救治数", "覃福生 10 月 12 日已手术，请核对", "市级退回")
    assert (revision().revision, revision().state) == (2, "accepted")
    assert revision().previous_hash == Submission.objects.everywhere("test").get(due__form="F1", revision=1).rows_hash
    assert CellRemark.objects.everywhere("test").get().answer == ""


def test_what_was_typed_on_the_page_goes_with_any_button_and_survives_a_look_elsewhere(cast, county, desk):
    """Two remarks and a finding: typed, left for 经过, taken up again, refused at one box, mended, saved by 重新生成."""
    remarks = [("白内障|treated", "", "", "少一人"), ("合计|total", "", "", "请核对")]
    return_it(by=cast.city, submission=hand_in(cast.county, OCTOBER, ["F1"])[0], reason="请核对两处", remarks=remarks)
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    clerk = seated(desk, cast.clerk)
    clerk.open("/months/2017-10/450222/")
    boxes = [clerk.page.get_by_label(f"答复：{label}", exact=True) for label in ("白内障 累计救治数", "合计 总数")]
    boxes[0].fill("逐例核对无误")
    boxes[1].fill("长" * 301)
    kept = "Object.keys(sessionStorage).some(key => sessionStorage[key].includes('长长'))"
    clerk.until(lambda: clerk.page.evaluate(kept))
    goes(clerk, "link", "经过")
    clerk.open("/months/2017-10/450222/")
    clerk.page.get_by_role("button", name="恢复", exact=True).click()
    expect(boxes[0]).to_have_value("逐例核对无误")
    goes(clerk, "button", "保存答复")
    clerk.shows("答复超过 300 个字，请缩短。")
    expect(boxes[0]).to_have_value("逐例核对无误")
    boxes[1].fill("总数无误")
    goes(clerk, "button", "重新生成")
    clerk.shows("2 条答复已保存，随表一起上报。", "草稿已按现在的台账重新生成。")
    assert clerk.page.get_by_role("button", name="恢复", exact=True).count() == 0  # Nothing is said to be unsaved.
    assert list(CellRemark.objects.everywhere("test").order_by("pk").values_list("answer", flat=True)) == ["逐例核对无误", "总数无误"]


def test_a_locked_return_is_opened_by_two(cast, county, second, desk):
    hand_in(cast.county, OCTOBER, ["F1", "F2"])
    for one in Submission.objects.everywhere("test"):
        accept(by=cast.city, submission=one)
        lock(by=cast.city, submission=one)
    lead, city, other = seated(desk, cast.lead), seated(desk, cast.city), seated(desk, second)
    city.open("/months/2017-10/450222/")
    goes(city, "link", "申请解锁 F2")
    city.page.fill("#id_reason", "民政来函，漏核一人")
    goes(city, "button", "提交申请")
    city.shows("已申请解锁 F2，由另一位市级人员同意后才能更正。")
    goes(city, "link", "F2 已申请解锁，待另一位市级人员同意")
    city.shows("要由另一位市级人员同意，您自己不能同意。")
    assert city.page.get_by_role("button", name="同意解锁").count() == 0
    other.open("/asked/")
    goes(other, "link", "去答复")
    goes(other, "button", "同意解锁")
    other.shows("柳城县 F2 已解锁，等县里更正后重新上报。")
    lead.open("/months/2017-10/450222/")
    lead.shows("F2 已解锁，", "民政来函，漏核一人")
    assert (Unlock.objects.everywhere("test").get().state, revision("F2").state) == ("agreed", "unlocked")
    goes(lead, "button", "开始更正")
    assert (revision("F2").revision, revision("F2").state) == (2, "draft")
    assert Submission.objects.everywhere("test").standing_of(Due.objects.everywhere("test").filter(form="F2", period=OCTOBER))
