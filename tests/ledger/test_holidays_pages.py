"""节假日 in the browser: the city adds, removes and imports, each change by its document; counties read."""

import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from config.demo.holidays import make_holidays
from ledger.actions import holidays
from ledger.actions.data_changes import note_change
from ledger.actions.holidays import ListedDay, add_days, import_days, remove_day
from ledger.models import AuditEvent, DataChange, Division, Holiday, Staff
from tests.ledger.desks import client_of
from tests.racing import at_once, said
from tests.refusing import refusal

D = datetime.date
NOTICE = "国办发明电〔2017〕12号"
pytestmark = pytest.mark.django_db


def listed() -> list[tuple]:
    return list(Holiday.objects.values_list("day", "works", "name", "document"))


def changes() -> list[tuple]:
    return list(DataChange.objects.order_by("pk").values_list("kind", "subject", "text", "document"))


def add(cast, **typed):
    filled = {"first": "2018-02-15", "last": "2018-02-21", "works": "no", "name": "春节", "document": NOTICE}
    return client_of(cast.city).post(reverse("ledger:holidays"), filled | typed)


def upload(cast, content: bytes, name: str = "节假日.csv"):
    return client_of(cast.city).post(reverse("ledger:holiday-import"), {"file": SimpleUploadedFile(name, content)})


def csv(*lines: str) -> bytes:
    return "\n".join(["日期,名称,休息/上班,依据", *lines]).encode()


# ---- what is kept of a change ----


def test_a_change_is_kept_with_its_document(cast):
    change = note_change(by=cast.city, kind="holiday", subject="节假日", text="长" * 500, document=f" {NOTICE} ")
    assert (change.prefecture, change.by, change.document, len(change.text), change.text[-1]) == (
        cast.prefecture, cast.city, NOTICE, 400, "…",
    )  # fmt: skip
    event = AuditEvent.objects.get(action="data_changed")
    assert (event.username, event.subject_type, event.subject_id) == (cast.city.username, "datachange", change.pk)
    assert event.detail == {"kind": "holiday", "data": "节假日", "document": NOTICE}
    told = {"by": cast.city, "kind": "holiday", "subject": "节假日", "text": "改"}
    assert refusal(lambda: note_change(**told, document="  ")) == ("请写明依据的文件或文号。", "document")
    assert refusal(lambda: note_change(**told, document="文" * 81)) == ("依据超过 80 个字，请缩短。", "document")


# ---- adding and removing ----


def test_a_stretch_is_added_day_by_day(cast):
    answer = add(cast)
    assert (answer.status_code, answer["Location"]) == (302, reverse("ledger:holidays") + "?year=2018")
    assert listed() == [(D(2018, 2, day), False, "春节", NOTICE) for day in range(15, 22)]
    assert changes() == [("holiday", "节假日 2018-02-15 至 2018-02-21", "添加 7 天：春节（休息）", NOTICE)]


def test_one_made_up_saturday(cast):
    assert add(cast, first="2018.2.24", last="", works="yes").status_code == 302
    assert listed() == [(D(2018, 2, 24), True, "春节", NOTICE)]
    assert changes() == [("holiday", "节假日 2018-02-24", "添加 1 天：春节（上班）", NOTICE)]


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"first": ""}, "first", "请填写开始日期。"),
        ({"last": "2018-02-14"}, "last", "结束日期 2018-02-14 早于开始日期 2018-02-15，请改其中一个。"),
        ({"last": "2019-02-21"}, "last", "从 2018-02-15 到 2019-02-21 有 372 天，一次最多 31 天。请核对日期。"),
        ({"first": "2108-02-15", "last": ""}, "first", "日期 2108-02-15 不在 2010 年至 2019 年之间，请核对年份。"),
        ({"first": "2018-02-23", "last": "", "works": "yes"}, "first", "2018-02-23 是星期五，本来就上班，不用列为调休上班。"),
        ({"name": "=春节"}, "name", "名称以“=”开头，可能是公式。请改为文字。"),
        ({"document": ""}, "document", "请填写依据。"),
    ],
)
def test_what_cannot_be_listed_is_said_beside_its_field(cast, typed, field, message):
    answer = add(cast, **typed)
    assert (answer.status_code, answer.context["form"].errors[field]) == (422, [message])
    assert (listed(), changes()) == ([], [])


def test_a_day_is_listed_once(cast):
    add(cast)
    answer = add(cast, first="2018-02-21", last="2018-02-22", name="别的")
    assert answer.context["form"].errors["first"] == ["2018-02-21 已列为“春节（休息）”。要改的请先移除，再添加。"]
    assert len(listed()) == 7


def test_a_day_is_removed_with_a_document(cast):
    add(cast, last="")
    holiday, client = Holiday.objects.get(), client_of(cast.city)
    address = reverse("ledger:holiday-remove", args=[holiday.pk])
    assert "2018-02-15，星期四，春节，休息" in client.get(address).content.decode()
    assert client.post(address, {"document": ""}).context["form"].errors["document"] == ["请填写依据。"]
    assert client.post(address, {"document": "录入有误"}).status_code == 302
    assert listed() == []
    assert changes()[1:] == [("holiday", "节假日 2018-02-15", f"移除：春节（休息），原依据 {NOTICE}", "录入有误")]
    assert client.post(address, {"document": "录入有误"}).status_code == 404


def test_another_citys_days_are_not_there(cast):
    other = Division.objects.create(code="450100", name="南宁市", level=2)
    holiday = Holiday.objects.create(prefecture=other, day=D(2018, 2, 15), name="春节", document=NOTICE)
    assert client_of(cast.city).get(reverse("ledger:holiday-remove", args=[holiday.pk])).status_code == 404
    with pytest.raises(Holiday.DoesNotExist):
        remove_day(by=cast.city, holiday=holiday, document=NOTICE)
    assert client_of(cast.city).get(reverse("ledger:holidays"), {"year": "2018"}).context["rows"] == []


def listed_by_two(cast) -> list[str]:
    told = {"first": D(2018, 2, 15), "last": None, "works": False, "name": "春节", "document": NOTICE}
    cast.city.area.prefecture  # noqa: B018 - read before the threads start
    return said(at_once(*[lambda: add_days(by=cast.city, **told)] * 2))


@pytest.mark.django_db(transaction=True)
def test_two_list_one_day_at_once(cast):
    assert listed_by_two(cast) == ["done", "2018-02-15 已列为“春节（休息）”。要改的请先移除，再添加。"]
    assert (len(listed()), len(changes())) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_second_is_a_fault(cast, monkeypatch):
    monkeypatch.setattr(holidays, "_hold", lambda prefecture: None)
    assert "a_day_is_listed_once" in listed_by_two(cast)[1]


# ---- reading ----


def test_counties_read_and_do_not_write(cast):
    make_holidays(cast.prefecture)
    client, address = client_of(cast.clerk), reverse("ledger:holidays")
    page = client.get(address)
    assert (len(page.context["rows"]), page.context["off"], page.context["made_up"], page.context["form"]) == (29, 24, 5, None)
    assert page.context["rows"][0][0].day == D(2017, 1, 1) and "移除" not in page.content.decode()
    assert [row.day for row, _ in client.get(address, {"year": "2018"}).context["rows"]][-1] == D(2018, 10, 7)
    assert client.post(address, {"first": "2018-12-31"}).status_code == 404
    for year in ("²", "0", "99999999999999999999", "20\0 17", "1999"):
        assert client.get(address, {"year": year}).status_code == 200


def test_a_year_without_days_is_warned_of(cast):
    def missing() -> list[int]:
        return client_of(cast.lead).get(reverse("ledger:holidays")).context["missing"]

    assert missing() == [2017, 2018]
    add_days(by=cast.city, first=D(2017, 10, 1), last=D(2017, 10, 8), works=False, name="国庆节", document=NOTICE)
    assert missing() == [2018]
    assert "2018 年的节假日还没有录入，工作日只按星期算。由市级录入。" in (
        client_of(cast.clerk).get(reverse("ledger:holidays")).content.decode()
    )
    add(cast)
    assert missing() == []


def test_the_pages_queries_do_not_grow_with_its_rows(cast, django_assert_max_num_queries):
    add(cast, last="")
    client, address = client_of(cast.city), reverse("ledger:holidays") + "?year=2018"
    client.get(address)
    with django_assert_max_num_queries(40) as few:
        client.get(address)
    number = len(few.captured_queries)
    add(cast, first="2018-10-01", last="2018-10-07", name="国庆节")
    Holiday.objects.update(name="假日")
    with django_assert_max_num_queries(number):
        assert len(client.get(address).context["rows"]) == 8


# ---- importing ----


def test_a_list_is_previewed_then_imported(cast):
    add(cast, last="2018-02-16")
    lines = [f"2018-02-15,春节,休息,{NOTICE}", f"2018/2/16,除夕,放假,{NOTICE}", f"2018年2月24日,春节,上班,{NOTICE}"]
    page = upload(cast, csv(*lines))
    rows = [(one["row"].line, one["word"], one["row"].before) for one in page.context["rows"]]
    assert rows == [(3, "变更", f"春节（休息），{NOTICE}"), (4, "新增", ""), (2, "无变化", f"春节（休息），{NOTICE}")]
    assert len(listed()) == 2  # Nothing is written yet.
    answer = client_of(cast.city).post(reverse("ledger:holiday-import"), {"rows": page.context["signed"]}, follow=True)
    assert "已导入：新增 1 天，变更 1 天。" in answer.content.decode()
    assert listed() == [
        (D(2018, 2, 15), False, "春节", NOTICE),
        (D(2018, 2, 16), False, "除夕", NOTICE),
        (D(2018, 2, 24), True, "春节", NOTICE),
    ]
    text = "导入 2018-02-16 至 2018-02-24：新增 1 天、变更 1 天；2018-02-16 春节（休息） → 除夕（休息）"
    assert changes()[1:] == [("holiday", "节假日 2018 年", text, NOTICE)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2018-02-30,春节,休息,通知", "日期填的是“2018-02-30”。2018-02-30 不是真实的日期，请改正。"),
        ("春天,春节,休息,通知", "日期填的是“春天”。日期请写成 2017-10-20 这样。"),
        (",春节,休息,通知", "日期是空的，请填写。"),
        ("2018-02-15,春节,也许,通知", "“休息/上班”一列请填“休息”或“上班”，现在是“也许”。"),
        ("2018-02-15,春节,,通知", "“休息/上班”一列是空的，请填写。"),
        ("2018-02-15,,休息,通知", "请填写名称。"),
        ("2018-02-15,春节,休息,", "请填写依据。"),
        ("2018-02-15,=HYPERLINK(1),休息,通知", "名称以“=”开头，可能是公式。请改为文字。"),
        ("2018-02-22,春节,上班,通知", "2018-02-22 是星期四，本来就上班，不用列为调休上班。"),
        ("2108-02-15,春节,休息,通知", "日期 2108-02-15 不在 2010 年至 2019 年之间，请核对年份。"),
        ("2018-02-17,又一次,休息,通知", "和第 2 行是同一天，请只留一行。"),
    ],
)
def test_a_line_that_cannot_stand_is_refused_with_its_sentence(cast, line, message):
    page = upload(cast, csv("2018-02-17,春节,休息,通知", line))
    first = page.context["rows"][0]
    assert (first["word"], first["row"].line, first["row"].message) == ("拒收", 3, message)
    assert page.context["counts"] == {"refused": 1, "changed": 0, "new": 1, "unchanged": 0}
    again = client_of(cast.city).post(reverse("ledger:holiday-import"), {"rows": page.context["signed"]})
    assert (again.status_code, again.context["error"]) == (
        422,
        "有 1 行不能导入，一行也没有写入。请改好文件后重新导入。",
    )
    assert (listed(), changes()) == ([], [])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("名单.csv", b"", "文件是空的，请重新选择。"),
        ("名单.txt", b"x", "请选择 .xlsx 或 .csv 文件；.xls 文件请先另存为 .xlsx。"),
        ("名单.csv", "日期,名称\n2018-02-15,春节".encode(), "没有找到“日期”“名称”“休息/上班”“依据”四个列名。请下载模板，照模板填写。"),
        ("名单.csv", csv(), "列名下面没有内容。请核对文件。"),
        ("名单.csv", csv(*["2018-02-15,春节,休息,通知"] * 401), "一次最多导入 400 行，这个文件有 401 行。请分次导入。"),
    ],
)
def test_a_file_that_is_no_list_is_refused(cast, name, content, message):
    answer = upload(cast, content, name)
    assert (answer.status_code, answer.context["form"].errors["file"]) == (422, [message])


def test_a_preview_belongs_to_whoever_looked_at_it(cast):
    page = upload(cast, csv("2018-02-15,春节,休息,通知"))
    another = Staff.objects.create_user("city-2", "cedar-lantern-58", full_name="某人", role="city", area=cast.prefecture)
    another.must_change_password = False
    another.save()
    for who, signed in ((another, page.context["signed"]), (cast.city, "bogus")):
        answer = client_of(who).post(reverse("ledger:holiday-import"), {"rows": signed}, follow=True)
        assert "预览已过期，请重新选择文件。" in answer.content.decode()
    assert listed() == []


def test_the_template_comes_in_again_as_it_is(cast):
    answer = client_of(cast.city).get(reverse("ledger:holiday-template"))
    book = load_workbook(io.BytesIO(answer.content))
    assert [cell.value for cell in book.active[1]] == ["日期", "名称", "休息/上班", "依据"]
    page = upload(cast, answer.content, "节假日导入模板.xlsx")
    assert [(one["word"], one["row"].texts) for one in page.context["rows"]] == [
        ("新增", ("2018-02-15", "春节", "休息", NOTICE)),
        ("新增", ("2018-02-24", "春节", "上班", NOTICE)),
    ]


def test_days_that_excel_holds_as_dates(cast):
    book = Workbook()
    for row in (["2018 年放假安排"], ["日期", "名称", "休息/上班", "依据"], [D(2018, 2, 15), "春节", "休息", NOTICE]):
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    page = upload(cast, target.getvalue(), "安排.xlsx")
    assert [(one["word"], one["row"].line, one["row"].texts[0]) for one in page.context["rows"]] == [("新增", 3, "2018-02-15")]


def test_a_list_from_two_notices_leaves_a_row_for_each(cast):
    days = [ListedDay(D(2017, 10, 1), False, "国庆节", "甲通知"), ListedDay(D(2018, 2, 15), False, "春节", "乙通知")]
    assert import_days(by=cast.city, days=days) == (2, 0)
    assert [(subject, document) for _, subject, _, document in changes()] == [("节假日 2017 年", "甲通知"), ("节假日 2018 年", "乙通知")]
    assert import_days(by=cast.city, days=days) == (0, 0)
    assert len(changes()) == 2
