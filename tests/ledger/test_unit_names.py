"""Units' names from a day on: the city adds one with its document, an old month's workbook keeps the old name."""

import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from ledger.actions.refusals import Refused
from ledger.actions.unit_names import name_unit, withdraw_name
from ledger.models import UnitName
from ledger.models.division import UnitKind
from reports.consolidating import city_workbook
from reports.returns import county_workbook
from tests.cast import on_day
from tests.ledger.coverage_desk import colleague
from tests.ledger.desks import client_of
from tests.ledger.kept_desk import day, errors, noted, owe, submit_month
from tests.racing import at_once, said

PAGE, ORDER = "/ledger/units/", "柳编〔2017〕5号"


def typed(division, **changes) -> dict:
    data = {
        "division": division.pk, "kind": "health", "name": "柳城县卫生健康局", "short_name": "县卫健局", "since": "2017-11-01",
        "document": ORDER,
    }  # fmt: skip
    return data | changes


def signed(book: bytes) -> str:
    """Who signs the first sheet: 填报单位（盖章）."""
    cells = [str(cell.value) for row in load_workbook(io.BytesIO(book)).worksheets[0].iter_rows() for cell in row if cell.value]
    return next(re.search(r"填报单位（盖章）：?\s*(\S+)", text)[1] for text in cells if text.startswith("填报单位"))


def test_a_new_name_is_added_and_the_page_tells_all_of_them(cast):
    desk = client_of(cast.city)
    here = f"{PAGE}?area=450222"
    added = desk.post(here, typed(cast.county))
    assert (added.status_code, added["Location"]) == (302, here)
    text = "自 2017-11-01 起称柳城县卫生健康局（原称柳城县卫生和计划生育局）"
    assert noted("unit") == [("柳城县 卫生健康主管部门", text, ORDER)]
    page = desk.get(here).content.decode()
    assert "<td>柳城县卫生和计划生育局</td>" in page and "2017-11-01 起</span> 柳城县卫生健康局" in page
    assert "没有录入，印“柳城县财政部门”" in page and "柳城县龙头镇中心卫生院" in page
    with on_day(day("11-01")):
        page = desk.get(here).content.decode()
    assert "<td>柳城县卫生健康局</td>" in page and "2000-01-01 起 柳城县卫生和计划生育局" in page
    assert "柳州市卫生和计划生育委员会" in desk.get(PAGE).content.decode()


def test_a_bureau_reads_its_own_county_and_changes_nothing(cast):
    desk = client_of(cast.clerk)
    page = desk.get(f"{PAGE}?area=450223").content.decode()
    assert "柳城县民政局" in page and "鹿寨县" not in page and "添加名称" not in page
    assert desk.post(PAGE, typed(cast.county)).status_code == 404


def test_the_workbook_of_an_old_month_keeps_the_old_name_exactly(cast):
    owe(cast)
    submit_month(cast, "09", on="09-23")
    old = "柳城县卫生和计划生育局"
    with on_day(day("09-23")):
        before = county_workbook(cast.county, day("09-01")), city_workbook(cast.prefecture, day("09-01"))
    name_unit(
        by=cast.city,
        division=cast.county,
        kind="health",
        name="柳城县卫生健康局",
        short_name="县卫健局",
        since=day("10-20"),
        document=ORDER,
    )
    name_unit(
        by=cast.city,
        division=cast.prefecture,
        kind="health",
        name="柳州市卫生健康委员会",
        short_name="",
        since=day("10-20"),
        document=ORDER,
    )
    with on_day(day("10-20")):
        assert county_workbook(cast.county, day("09-01")) == before[0] and city_workbook(cast.prefecture, day("09-01")) == before[1]
        assert (signed(before[0]), signed(before[1])) == (old, "柳州市卫生和计划生育委员会")
        october = county_workbook(cast.county, day("10-01")), city_workbook(cast.prefecture, day("10-01"))
    assert (signed(october[0]), signed(october[1])) == ("柳城县卫生健康局", "柳州市卫生健康委员会")
    assert signed(county_workbook(cast.county2, day("08-01"))) == "鹿寨县卫生和计划生育局"
    assert [UnitName.on(cast.county, "health", day(text)) for text in ("10-19", "10-20")] == [old, "柳城县卫生健康局"]
    assert [cast.lead.unit_on(day(text)) for text in ("10-19", "10-20")] == [old, "柳城县卫生健康局"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"since": "2017-09-23"}, "统计到 2017-09-23 的月份已经有县（区）上报，上面印的是原来的名称。启用日期请填 2017-09-24 或以后。"),
        ({"since": ""}, "请填写启用日期。"),
        ({"name": ""}, "请填写名称。"),
        ({"name": "=HYPERLINK"}, "名称以“=”开头，可能是公式。请改正。"),
        ({"document": ""}, "请填写依据的文号。"),
        ({"kind": "clinic"}, "柳城县没有这类部门，请重新选择。"),
        ({"kind": "police"}, "部门不在可选范围，请重新选择。"),
        ({"name": "柳城县卫生和计划生育局", "short_name": "县卫计局"}, "2017-11-01 时已经叫柳城县卫生和计划生育局，不用再加。"),
    ],
)
def test_a_name_that_cannot_be_is_said_beside_it(cast, changes, sentence):
    owe(cast)
    submit_month(cast, "09", on="09-20")
    refused = client_of(cast.city).post(f"{PAGE}?area=450222", typed(cast.county, **changes))
    assert (refused.status_code, errors(refused)) == (422, [sentence])
    assert UnitName.objects.filter(division=cast.county, kind="health").count() == 1 and noted("unit") == []


def test_a_clinic_belongs_to_a_town_of_the_area_that_is_open(cast):
    desk, town = client_of(cast.city), cast.village.parent
    clinic = {"kind": "clinic", "name": "龙头镇卫生院", "short_name": ""}
    assert desk.post(f"{PAGE}?area=450222", typed(town, **clinic)).status_code == 302
    elsewhere = desk.post(f"{PAGE}?area=450223", typed(town, **clinic))
    assert errors(elsewhere) == ["区划不在可选范围，请重新选择。"]


def test_a_name_to_come_is_withdrawn_and_one_in_use_is_not(cast):
    desk = client_of(cast.city)
    desk.post(f"{PAGE}?area=450222", typed(cast.county))
    coming = UnitName.objects.get(name="柳城县卫生健康局")
    address = reverse("ledger:unit-withdraw", args=[coming.pk])
    assert "撤回单位名称" in desk.get(address).content.decode()
    assert errors(desk.post(address, {})) == ["请填写依据的文号。"]
    assert desk.post(address, {"document": ORDER})["Location"] == f"{PAGE}?area=450222"
    assert not UnitName.objects.filter(pk=coming.pk).exists()
    assert noted("unit")[-1] == ("柳城县 卫生健康主管部门", "撤回 2017-11-01 启用的名称柳城县卫生健康局", ORDER)
    used = UnitName.objects.get(division=cast.county, kind="health")
    with pytest.raises(Refused, match="已经启用，不能撤回"):
        withdraw_name(by=cast.city, unit_name=used, document=ORDER)
    assert desk.get(address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_officials_who_name_one_unit_at_once_name_it_once(cast):
    other = colleague(cast)
    cast.city, cast.county  # noqa: B018
    wanted = {"division": cast.county, "kind": UnitKind.HEALTH, "short_name": "", "since": day("11-01"), "document": ORDER}
    answers = at_once(
        lambda: name_unit(by=cast.city, name="柳城县卫生健康局", **wanted), lambda: name_unit(by=other, name="柳城县卫健委", **wanted)
    )
    assert said(answers) == ["done", "这个单位刚刚由别人加了同一天启用的名称。请看过再改。"]


def test_the_page_asks_as_much_for_many_names_as_for_few(cast):
    desk = client_of(cast.city)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.get(f"{PAGE}?area=450222")
        return len(queries)

    desk.post(f"{PAGE}?area=450222", typed(cast.county))
    asked()
    before = asked()
    for month in range(1, 8):
        desk.post(f"{PAGE}?area=450222", typed(cast.county, name=f"卫生局{month}", since=f"2018-0{month}-01"))
    asked()  # What was done is told once, and the session remembers that it was.
    assert (asked(), len(noted("unit"))) == (before, 8)
