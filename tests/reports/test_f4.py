"""F4 专职联系人回执 read back cell by cell: a county's with its hospitals, the city's with all, and who has not answered."""

import datetime
import io

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from ledger.models import AuditEvent, Staff
from tests.cast import on_day
from tests.hospitals.contact_world import named
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db
HEAD = ["姓名", "单位", "职务", "电话", "手机", "邮箱"]
BUREAU = ["蓝雪梅", "柳城县卫生和计划生育局", "医政股股长", "07727612345", "13907720561", "lyz@example.cn"]
HOSPITAL = ["何丽萍", "柳城县人民医院", "=医务科长", None, "13907720562", None]
CITYS = ["黄小燕", "柳州市工人医院", "医政股股长", "07727612345", "13907720563", "lyz@example.cn"]


@pytest.fixture
def contacts(cast) -> None:
    Staff.objects.filter(pk=cast.clerk.pk).update(work_phone="07720000011")
    with on_day(datetime.date(2017, 8, 12)):
        named(cast, cast.clerk, county=cast.county)
        named(cast, cast.liaison, "何丽萍", hospital=cast.hospital, position="=医务科长", phone="", mobile="13907720562", email="")
    with on_day(datetime.date(2017, 10, 1)):
        named(cast, cast.city, "黄小燕", hospital=cast.city_hospital, mobile="13907720563")


def written(tmp_path, *arguments: str) -> list[list]:
    """The sheet's rows as the command writes them."""
    out = tmp_path / "f4.xlsx"
    call_command("build_report", "--form", "f4", *arguments, "--out", str(out), stdout=io.StringIO())
    sheet = load_workbook(out).active
    assert sheet.page_setup.orientation == "landscape" and sheet.title == "附件6"
    return [[cell.value or None for cell in row] for row in sheet.iter_rows(max_col=6)]


def test_a_county_answers_for_its_bureau_and_its_hospitals(cast, contacts, tmp_path):
    rows = written(tmp_path, "--county", "450222")
    assert rows[0][0] == "柳州市农村贫困人口大病专项救治工作专职联系人回执"
    assert [rows[1][0], rows[1][3]] == ["柳城县卫生和计划生育局(盖章)", "时间: 2017 年 10 月 20 日"]
    assert rows[2:5] == [HEAD, BUREAU, HOSPITAL]
    assert [rows[5][0], rows[5][3]] == ["填表人: 覃玉芳", "联系电话: 07720000011"] and len(rows) == 6


def test_the_citys_holds_everybody_and_names_who_is_missing(cast, contacts, tmp_path):
    rows = written(tmp_path, "--city", "450200", "--period", "2017-10")
    assert rows[1][0] == "柳州市卫生和计划生育委员会(盖章)" and rows[2:6] == [HEAD, BUREAU, HOSPITAL, CITYS]
    assert rows[7][0] == "还没有填报的单位 1 个：鹿寨县卫生和计划生育局。"


def test_an_earlier_period_tells_who_answered_then(cast, contacts, tmp_path):
    rows = written(tmp_path, "--city", "450200", "--period", "2017-08")
    assert rows[1][3] == "时间: 2017 年 8 月 31 日" and rows[3:5] == [BUREAU, HOSPITAL] and rows[5][0] == "填表人: "


def test_numbers_are_text_and_nothing_runs(cast, contacts, tmp_path):
    written(tmp_path, "--county", "450222")
    sheet = load_workbook(tmp_path / "f4.xlsx").active
    assert [(sheet[cell].data_type, sheet[cell].number_format) for cell in ("D4", "E4", "C5")] == [("s", "@")] * 3
    assert sheet["C5"].quotePrefix


def test_the_download_is_on_the_trail(cast, contacts):
    answer = client_of(cast.clerk).get(reverse("reports:f4-workbook"))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [sheet.cell(row, 1).value for row in (4, 5)] == ["蓝雪梅", "何丽萍"]
    row = AuditEvent.objects.get(action="exported")
    assert (row.username, row.county_code, row.detail) == (cast.clerk.username, "450222", {"what": "专职联系人回执"})
    assert client_of(cast.liaison).get(reverse("reports:f4-workbook")).status_code == 404
