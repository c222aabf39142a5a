"""The filtered list as a workbook, read back cell by cell; numbers in full only with a reason, and everything on the trail."""

import datetime
import io

import openpyxl
import pytest
from django.urls import reverse

from ledger import case_export
from ledger.actions.list_settings import choose_columns
from ledger.models import AuditEvent
from ledger.workbook import width_of
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db
EXPORT = "ledger:case-export"
HEADINGS = ("序号", "姓名", "年龄", "身份证号", "联系电话", "病种", "状态", "登记日")


@pytest.fixture(autouse=True)
def _own_columns(db):
    """Nothing is chosen yet: each test says whose columns it wants."""


def taken(answer) -> tuple[str, list[tuple]]:
    """The first line, and the rows below with their headings."""
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    return rows[0][0], rows[1:]


def columns_for(staff) -> None:
    choose_columns(by=staff, columns=["age", "id", "phone", "disease", "state", "registered"])


def test_masked_unless_asked(cast):
    person = cast.register("韦桂兰", phone="13907720561", on=datetime.date(2017, 10, 18))
    cast.register("覃福生", disease="gastric-cancer")
    columns_for(cast.clerk)
    client = client_of(cast.clerk)
    answer = client.post(f"{reverse(EXPORT)}?disease={cast.disease('cataract').pk}&state=registered", {"numbers": "masked", "purpose": ""})
    assert answer["Content-Disposition"].startswith("attachment") and answer["Cache-Control"] == "private, no-store"
    line, rows = taken(answer)
    assert line.startswith("柳城县卫生和计划生育局 覃玉芳 2017-10-20 ")
    assert line.endswith(" 导出，条件：病种 白内障、状态 待核实，证号、电话已遮盖")
    assert rows == [HEADINGS, (1, "韦桂兰", 66, str(person.id_number), "139****0561", "白内障", "待核实", "2017-10-18")]
    event = AuditEvent.objects.get(action="exported")
    assert (event.staff, event.county_code) == (cast.clerk, "450222")
    assert event.detail == {"what": "病例名单", "filters": ["病种 白内障", "状态 待核实"], "people": 1}


def test_a_date_of_birth_does_not_give_the_masked_number_away(cast):
    person = cast.register("韦桂兰", born_on=datetime.date(1951, 3, 2))
    choose_columns(by=cast.lead, columns=["id", "born"])
    desk = client_of(cast.lead)
    _, masked = taken(desk.post(reverse(EXPORT), {"numbers": "masked"}))
    assert masked[1][2:4] == (str(person.id_number), "1951 年")
    _, full = taken(desk.post(reverse(EXPORT), {"numbers": "full", "purpose": "核对名册"}))
    assert full[1][2:4] == (person.id_number.reveal(), "1951-03-02")
    assert "1951-03-02" in desk.get(reverse("ledger:case-list")).content.decode()


def test_long_text_has_room(cast):
    """What the page cuts and shows on hovering cannot be seen on paper: the longest texts a county has stand in their columns whole."""
    choose_columns(by=cast.clerk, columns=["disease", "category", "hospital", "diagnosed-at", "found-how", "address", "changed"])
    cast.register("韦桂兰")
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(client_of(cast.clerk).post(reverse(EXPORT), {"numbers": "masked"}).streaming_content))
    )
    head = {cell.value: book.active.column_dimensions[cell.column_letter].width for cell in book.active[2]}
    whole = {
        "病种": "儿童急性早幼粒细胞白血病", "人员类别": "建档立卡、低保、贫困残疾人", "定点医院": "广西医科大学第一附属医院",
        "确诊医院": "广西医科大学第一附属医院", "发现途径": "家庭医生签约发现", "详细住址": "太平镇下坡村大桥屯 159 号",
        "最近变动": "2017-10-20 08:38",
    }  # fmt: skip
    assert [heading for heading, text in whole.items() if head[heading] < width_of(text) + 2] == []


def test_in_full_with_a_reason(cast):
    person = cast.register("韦桂兰", phone="13907720561")
    columns_for(cast.lead)
    line, rows = taken(client_of(cast.lead).post(f"{reverse(EXPORT)}?q=韦", {"numbers": "full", "purpose": "核对 13907720561 的报表"}))
    assert "条件：姓名 韦，证号、电话为全号，用途：核对 13907720561 的报表" in line
    assert rows[1][3:5] == (person.id_number.reveal(), "13907720561")
    assert AuditEvent.objects.get(action="exported").detail == {
        "what": "病例名单", "filters": ["姓名"], "people": 1, "fields": ["身份证号", "联系电话"], "purpose": "核对 139****0561 的报表",
    }  # fmt: skip


def test_in_full_without_a_reason_is_refused(cast):
    cast.register("韦桂兰")
    answer = client_of(cast.clerk).post(reverse(EXPORT), {"numbers": "full", "purpose": "  "})
    assert answer.status_code == 422 and "要导出全号，请写明用途，如“核对 10 月报表”。" in answer.content.decode()
    assert not AuditEvent.objects.filter(action="exported").exists()


@pytest.mark.parametrize("who", ["township", "civil", "insurance", "city"])
def test_who_may_not_gets_masks_whatever_is_sent(cast, who):
    person = cast.register("韦桂兰", phone="13907720561")
    staff = getattr(cast, who)
    columns_for(staff)
    page = client_of(staff).get(reverse(EXPORT)).content.decode()
    assert "只导出遮盖形式。" in page and 'value="full"' not in page
    _, rows = taken(client_of(staff).post(reverse(EXPORT), {"numbers": "full", "purpose": "看看"}))
    assert rows[1][3:5] == (str(person.id_number), "139****0561")


def test_another_county_is_in_no_export(cast):
    cast.register("韦桂兰")
    cast.register("石小禾", village=cast.village2)
    _, rows = taken(client_of(cast.clerk).post(reverse(EXPORT), {"numbers": "masked"}))
    assert [row[1] for row in rows[1:]] == ["韦桂兰"]
    _, rows = taken(client_of(cast.city).post(reverse(EXPORT)))
    assert {row[1] for row in rows[1:]} == {"韦桂兰", "石小禾"}


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-韦", "@SUM(A1)", "＝韦"])
def test_no_text_runs_and_no_number_loses_its_end(cast, name):
    cast.register(name, household_number="00123456789012345678")
    choose_columns(by=cast.clerk, columns=["household", "id"])
    answer = client_of(cast.clerk).post(reverse(EXPORT), {"numbers": "full", "purpose": "核对"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cell = sheet.cell(3, 2)
    assert (cell.value, cell.data_type, cell.number_format, cell.quotePrefix) == (name, "s", "@", True)
    assert [sheet.cell(3, column).data_type for column in (1, 3, 4)] == ["n", "s", "s"]
    assert sheet.cell(3, 3).value == "00123456789012345678"


def test_the_newest_rows_when_there_are_too_many(cast, monkeypatch):
    monkeypatch.setattr(case_export, "MOST_ROWS", 3)
    monkeypatch.setattr("ledger.views.case_export.MOST_ROWS", 3)
    for day in range(1, 6):
        cast.register(f"韦{'一二三四五'[day - 1]}", on=datetime.date(2017, 10, day))
    client = client_of(cast.clerk)
    assert "最近登记的 3 例（一次最多 3 例；要其余的，请加条件分几次导出）" in client.get(reverse(EXPORT)).content.decode()
    _, rows = taken(client.post(reverse(EXPORT), {"numbers": "masked"}))
    assert [row[1] for row in rows[1:]] == ["韦五", "韦四", "韦三"]


def test_the_queries_of_an_export_grow_with_its_chunks_only(cast, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(case_export, "CHUNK", 5)
    client = client_of(cast.clerk)
    cast.register("韦桂兰")
    taken(client.post(reverse(EXPORT), {"numbers": "masked"}))
    with django_assert_max_num_queries(40) as few:
        taken(client.post(reverse(EXPORT), {"numbers": "masked"}))
    for number in range(9):
        cast.register(f"韦{chr(0x4E00 + number)}")
    with django_assert_max_num_queries(len(few.captured_queries) + 6):  # Ten rows are two chunks of five.
        taken(client.post(reverse(EXPORT), {"numbers": "masked"}))


def test_the_list_offers_what_it_shows(cast):
    client, address = client_of(cast.clerk), reverse("ledger:case-list")
    assert reverse(EXPORT) not in client.get(address).content.decode()  # Nothing to take away.
    cast.register("韦桂兰")
    assert (
        f'href="{reverse(EXPORT)}?q=%E9%9F%A6&amp;state=registered"'
        in client.get(address, {"q": "韦", "state": "registered"}).content.decode()
    )
