"""What has been settled, as its readers find it, and undone with a reason."""

import datetime
import re

import pytest
from django.urls import reverse

from ledger.models import AuditEvent, Role, Staff
from settlement.models import Reversal, Settlement
from settlement.record_list import PAGE, page_of
from tests.ledger.desks import client_of
from tests.settlement.counter import Counter, errors_of, page, rows_of
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
DAY = datetime.date
LATER = {"admitted_on": DAY(2017, 9, 20), "discharged_on": DAY(2017, 9, 30)}
RECORDS, ORDER = "settlement:records", "settlement:order"


@pytest.fixture
def counter(window):
    return Counter(window.liaison)


def settlements():
    return Settlement.objects.everywhere("test")


# ---- the list ----


def test_the_list_is_found_by_name_numbers_month_and_state(window, counter):
    first = window.settle(window.bill(window.patient("石永福"), bill_no="A-1"))
    second = window.settle(window.bill(window.patient("韦桂兰"), bill_no="B-2"))
    window.reverse(first)
    liaison = window.liaison
    assert rows_of(page(liaison, RECORDS)) == [second.number, first.number]
    asked = {
        "石": [first], "wgl": [second], "A-": [first], "b-2": [], second.number: [second], "JS201710-999999": [], "莫": [],
    }  # fmt: skip
    for text, found in asked.items():
        assert rows_of(page(liaison, RECORDS, q=text)) == [row.number for row in found], text
    assert rows_of(page(liaison, RECORDS, state="reversed")) == [first.number]
    assert rows_of(page(liaison, RECORDS, month="2017-10")) == [second.number, first.number]
    assert rows_of(page(liaison, RECORDS, month="2017-09")) == []
    assert "没有符合条件的结算。试试去掉“月份”条件。" in page(liaison, RECORDS, month="2017-09")
    assert "不按身份证号" in page(liaison, RECORDS, q=first.person.id_number.reveal())


def test_each_reader_sees_the_settlements_of_their_own_scope(window, cast):
    settlement = window.settle(window.bill(window.patient("石永福")))
    seen = {
        role: rows_of(page(getattr(cast, role), RECORDS)) for role in ("clerk", "lead", "insurance", "finance", "civil", "city", "liaison")
    }
    assert seen == dict.fromkeys(seen, [settlement.number])
    for foreign in ("clerk2", "civil2"):
        assert rows_of(page(getattr(cast, foreign), RECORDS)) == []
        assert client_of(getattr(cast, foreign)).get(reverse("settlement:record", args=[settlement.pk])).status_code == 404
    html = page(cast.city, RECORDS)
    assert 'value="450222-1"' in html and "柳城县人民医院" in html and 'name="hospital"' not in page(cast.liaison, RECORDS)


def test_the_pages_go_by_key_both_ways(window, monkeypatch):
    monkeypatch.setattr("settlement.record_list.PAGE", 2)
    person = window.patient("石永福")
    made = []
    for day in range(1, 6):
        days = {"admitted_on": DAY(2017, 8, day), "discharged_on": DAY(2017, 8, day)}
        made.append(window.settle(window.bill(person, **days)).pk)
    made.reverse()
    walked, keys, key = [], [], {}
    for _ in range(3):
        found = page_of(settlements(), key)
        walked.append([row.pk for row in found.rows])
        keys.append((bool(found.newer), bool(found.older)))
        key = {"before": found.older}
    assert (walked, keys) == ([made[:2], made[2:4], made[4:]], [(False, True), (True, True), (True, False)])
    back = page_of(settlements(), {"after": str(made[4])})
    assert [row.pk for row in back.rows] == made[2:4]
    assert [row.pk for row in page_of(settlements(), {"before": "x"}).rows] == made[:2]
    assert PAGE == 50


@pytest.mark.parametrize("name", [RECORDS, ORDER])
def test_more_settlements_ask_no_more_queries(window, name, django_assert_max_num_queries):
    def add(people: list[str]) -> None:
        for who in people:
            person = window.patient(who)
            window.settle(window.bill(person, total=60_000 * YUAN, **LATER))
            undone = window.settle(window.bill(person, total=20_000 * YUAN))
            last = window.settle(window.bill(person, admitted_on=DAY(2017, 10, 2), discharged_on=DAY(2017, 10, 4)))
            window.reverse(last)
            assert undone.person_year.pk

    add(["石永福"])
    client = client_of(window.liaison)
    client.get(reverse(name))
    with django_assert_max_num_queries(22) as few:
        client.get(reverse(name))
    add(["韦桂兰", "莫秀英", "覃水莲"])
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(reverse(name))


# ---- one record ----


def test_a_record_shows_all_that_was_kept(window, counter, cast):
    person = window.patient("石永福")
    window.settle(window.bill(person))
    entry = window.bill(person, total=60_000 * YUAN, limit=50_000 * YUAN, drugs_in=1_000 * YUAN, bill_no="ZY-77", **LATER)
    settlement = window.settle(entry)
    html = page_of_record(window.liaison, settlement)
    for words in (
        "ZY-77",
        "50,000.00 元",
        "目录内 1,000.00 元",
        "何丽萍",
        "示范参数",
        "建档立卡",
        "二级，统筹区内，定点",
        "结算前年内累计",
        "7,680.00",
    ):
        assert words in html, words
    for line in settlement.lines.all():
        assert f"{line.amount_yuan:,.2f}" in html
    assert settlement.version.sha256 in html and "btn-danger" in html
    reader = page_of_record(cast.insurance, settlement)
    assert "btn-danger" not in reader and "打印结算单" in reader
    assert AuditEvent.objects.filter(action="viewed_settlement", subject_id=settlement.pk).count() == 2


def page_of_record(staff: Staff, settlement: Settlement) -> str:
    answer = client_of(staff).get(reverse("settlement:record", args=[settlement.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_persons_page_fetches_its_settlements(window, cast):
    settlement = window.settle(window.bill(window.patient("石永福")))
    address = reverse("settlement:of-person", args=[settlement.person_id])
    for reader in (cast.clerk, cast.insurance, cast.liaison):
        client = client_of(reader)
        assert f'hx-get="{address}"' in client.get(reverse("ledger:person", args=[settlement.person_id])).content.decode()
        panel = client.get(address, headers={"HX-Request": "true"}).content.decode()
        assert settlement.number in panel and "<html" not in panel
        assert "<html" in client.get(address).content.decode()
    town = client_of(cast.township)
    assert address not in town.get(reverse("ledger:person", args=[settlement.person_id])).content.decode()
    assert town.get(address).status_code == 404


# ---- undone ----


def test_a_reversal_asks_its_reason_and_happens_once(window, counter):
    settlement = window.settle(window.bill(window.patient("石永福")))
    address = reverse("settlement:reverse", args=[settlement.pk])
    form = counter.client.get(address).content.decode()
    assert 'class="btn btn-danger" type="submit"' in form and "btn-primary" not in form
    key = re.search(r'name="key" value="([^"]+)"', form)[1]
    assert errors_of(counter.client.post(address, {"key": key, "reason": " "})) == ["请填写冲销原因。"]
    for _ in range(2):
        answer = counter.client.post(address, {"key": key, "reason": "总费用录错"})
        assert answer["Location"] == reverse("settlement:record", args=[settlement.pk])
    assert Reversal.objects.get().reason == "总费用录错"
    other = counter.client.post(address, {"key": "another", "reason": "再来一次"})
    assert other.status_code == 422 and "已经冲销过，不能再次冲销" in other.content.decode()
    assert counter.client.get(address)["Location"] == reverse("settlement:record", args=[settlement.pk])
    html = page_of_record(window.liaison, settlement)
    assert "原因：总费用录错" in html and "按原账单重新结算" in html and "已冲销" in html


def test_nobody_else_reverses(window, cast):
    settlement = window.settle(window.bill(window.patient("石永福")))
    stranger = Staff.objects.create(
        username="liaison-9", full_name="陆小燕", role=Role.LIAISON, area=cast.prefecture, hospital_code=cast.city_hospital.code,
        must_change_password=False,
    )  # fmt: skip
    for staff in (stranger, cast.clerk, cast.insurance):
        for name in ("reverse", "again"):
            assert client_of(staff).post(reverse(f"settlement:{name}", args=[settlement.pk]), {"reason": "x"}).status_code == 404
    assert not Reversal.objects.exists()


def test_the_original_bill_comes_back_to_be_mended_and_settled_anew(window, counter):
    person = window.patient("石永福")
    wrong = counter.settle(person, total_yuan="60000", drugs_out_yuan="12.30")
    again = reverse("settlement:again", args=[wrong.pk])
    assert counter.client.post(again)["Location"] == reverse("settlement:record", args=[wrong.pk])
    window.reverse(wrong)
    address = counter.client.post(again)["Location"]
    html = counter.page(address)
    for value in ("Z1-0001", "2017-09-01", "2017-09-10", "60,000.00", "9,000.00", "12.30"):
        assert f'value="{value}"' in html, value
    assert f'<option value="{wrong.stay_id}" selected>' in html and "按冲销的原账单" in html
    typed = {"stay": wrong.stay_id, "disease": "gastric-cancer", "admitted_on": "2017-09-01", "discharged_on": "2017-09-10"}
    typed |= {"bill_no": "Z1-0001", "total_yuan": "10000", "in_policy_yuan": "9000"}
    preview = counter.client.post(address, typed)["Location"]
    counter.confirm(preview)
    right = settlements().standing().get()
    assert (right.stay_id, right.total_yuan, right.pk == wrong.pk) == (wrong.stay_id, 10_000, False)
    assert f'已重新结算，见 <a href="{reverse("settlement:record", args=[right.pk])}"' in page_of_record(window.liaison, wrong)
    assert counter.client.post(again)["Location"] == reverse("settlement:record", args=[wrong.pk])
