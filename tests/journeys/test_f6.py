"""F6 in a browser: the clerk drafts, looks and finds it right, the lead submits; a contact is named on the way; the city reads the workbook cell by cell."""

import io
from pathlib import Path

import openpyxl
import pytest

from reports.models import Submission
from tests.cast import PASSWORD
from tests.reports.conftest import Ledger
from tests.reports.deferral_stories import rule, september
from tests.reports.test_f6 import FIRST, HEAD, NOBODY, SECOND

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story(cast):
    """September: two deposits in 柳城县 that should not have been taken, none in 鹿寨县; nobody has drafted anything."""
    people = september(cast, Ledger(cast))
    rule(cast)
    return cast, people


def test_from_the_draft_to_the_citys_workbook(story, desk):
    cast, people = story
    lead = desk()
    lead.sign_in(cast.lead.username, PASSWORD)
    _names_the_contact(lead)
    clerk = desk()
    clerk.sign_in(cast.clerk.username, PASSWORD)
    _checks(clerk, people)
    _submits(lead)
    city = desk()
    city.sign_in(cast.city.username, PASSWORD)
    _reads_the_workbook(city)


def _names_the_contact(lead) -> None:
    """The bureau's contact answers for the form: named with a number in full-width digits."""
    lead.open("/hospitals/contacts/")
    with lead.page.expect_navigation(wait_until="load"):
        lead.page.get_by_role("link", name="填报联系人").click()
    lead.page.fill("#id_name", "蓝雪梅")
    lead.page.fill("#id_position", "医政股股长")
    lead.page.fill("#id_mobile", "１３９０７７２０５６１")
    with lead.page.expect_navigation(wait_until="load"):
        lead.page.get_by_role("button", name="保存联系人").click()
    lead.shows("已填报柳城县卫生和计划生育局的联系人蓝雪梅。", "139****0561")


def _checks(clerk, people) -> None:
    """The workbench leads to the oldest month that is over; what stands there is looked at, explained, and found right."""
    clerk.open("/")
    with clerk.page.expect_navigation(wait_until="load"):
        clerk.page.get_by_role("link", name="去核对：先诊疗后付费月报待核对").click()
    clerk.shows("2017年9月到9月出现的未享受政策的贫困人口人次", "覃月英", "1,200.50", "139****0561")
    with clerk.page.expect_navigation(wait_until="load"):
        clerk.page.locator(".bar").get_by_role("button", name="生成草稿").click()
    asked = clerk.page.locator("#checks textarea")
    for place in range(asked.count()):
        asked.nth(place).fill("已逐笔核对。")
    with clerk.page.expect_navigation(wait_until="load"):
        clerk.page.get_by_role("button", name="保存说明").first.click()
    with clerk.page.expect_navigation(wait_until="load"):
        clerk.page.get_by_role("button", name="核对完毕").click()
    clerk.shows("F6 已核对完毕，等负责人提交。")


def _submits(lead) -> None:
    lead.open("/")
    with lead.page.expect_navigation(wait_until="load"):
        lead.page.get_by_role("link", name="去提交：先诊疗后付费月报待提交").click()
    lead.shows("覃玉芳已核对，可以提交。")
    with lead.page.expect_navigation(wait_until="load"):
        lead.page.get_by_role("button", name="提交到市卫计委").click()
    lead.shows("F6 已上报市卫计委。", "负责人已提交，数字不再变动。")
    kept = Submission.objects.everywhere("test").get()
    told = (kept.figures["served"], kept.figures["violations"])
    assert (kept.due.form, kept.state, told) == ("F6", "submitted", (3, 2))


def _reads_the_workbook(city) -> None:
    """Who has submitted and who has not; the names lead to the people; every cell of the downloaded table."""
    city.open("/f6/")
    city.shows("2017 年 9 月，已报 1 / 2 个县（区）")
    with city.page.expect_navigation(wait_until="load"):
        city.page.get_by_role("link", name="看全市汇总").click()
    city.shows("未上报，按草稿汇总：鹿寨县。", "韦桂兰", "20,000.00")
    with city.page.expect_download() as download:
        city.page.get_by_role("link", name="下载汇总表").click()
    assert download.value.suggested_filename == "柳州市2017年9月未落实先诊疗后付费情况汇总表.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=5, max_col=8)]
    assert [[value or None if place > 2 else value for place, value in enumerate(row)] for row in rows] == [HEAD, FIRST, SECOND, NOBODY]
    assert {"A3:A4", "B3:B4", "C3:C4"} <= {str(merged) for merged in sheet.merged_cells.ranges}
