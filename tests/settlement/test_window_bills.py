"""A bill at the window: typed as a tired clerk types, looked at before it counts, settled once."""

import datetime
import re

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from hospitals.actions import admit, record_stay
from ledger.actions.categories import hold_category
from ledger.models import AuditEvent, Category
from ledger.money import read_amount
from settlement.models import PersonYear, PolicyArea, PriceLimit, Settlement
from tests.settlement.counter import TYPED, Counter, errors_of, summary_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(window):
    return Counter(window.liaison)


def settlements():
    return Settlement.objects.everywhere("test")


TYPED_AMOUNTS = [
    ("62480.35", 62_480_35), ("62,480.35", 62_480_35), ("６２，４８０．３５", 62_480_35), (" 62 480.35 元", 62_480_35), ("¥62480.3", 62_480_30),
    ("￥62,480元整", 62_480_00), ("62480。35", 62_480_35), ("0", 0), ("007.10", 7_10), (".5", 50), ("5.", 5_00), ("99999999.99", 99_999_999_99),
    ("6.2万", "不是金额"), ("1,00", "不是金额"), ("abc", "不是金额"), (".", "不是金额"), ("1e5", "不是金额"), ("-5", "不能是负数"), ("－5", "不能是负数"),
    ("1.000", "金额最多两位小数，现在有 3 位"), ("62480.355", "金额最多两位小数"), ("100000000", "金额最大为 99,999,999.99 元"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), TYPED_AMOUNTS, ids=[text for text, _ in TYPED_AMOUNTS])
def test_an_amount_is_taken_as_it_is_meant_or_answered(text, meant):
    if isinstance(meant, int):
        assert read_amount(text) == meant
        return
    with pytest.raises(ValueError, match=meant):
        read_amount(text)


def test_from_the_number_to_the_record(window, counter):
    person = window.patient("石永福")
    preview = counter.preview(person, total_yuan="１０，０００.00 元", drugs_in_yuan="3 000", drugs_out_yuan="200")
    assert settlements().count() == 0
    page = counter.page(preview)
    assert "石永福" in page and str(person.id_number) in page and person.id_number.reveal() not in page
    assert "胃癌（专项）" in page and "二级，统筹区内，定点" in page and "含示范参数" in page
    assert page.count("btn-primary") == 1 and "1,530.00" in page
    answer = counter.confirm(preview)
    settlement = settlements().get()
    assert answer["Location"] == reverse("settlement:record", args=[settlement.pk])
    kept = (settlement.total_yuan, settlement.in_policy_yuan, settlement.drugs_in_yuan, settlement.drugs_out_yuan, settlement.self_pay_yuan)
    assert [str(amount) for amount in kept] == ["10000.00", "9000.00", "3000.00", "200.00", "1530.00"]
    page = counter.page(answer["Location"])
    assert f"已结算，结算号 {settlement.number}，个人自付 1,530.00 元。" in page
    assert "Z1-0001" in page and "何丽萍" in page


def test_no_address_holds_a_number_and_every_search_is_on_the_trail(window, counter):
    person = window.patient("石永福")
    number = person.id_number.reveal()
    addresses = [counter.find(person), counter.preview(person)]
    assert not any(number in address or str(person.pk) in address.split("/") for address in addresses)
    assert AuditEvent.objects.filter(action="benefit_queried", subject_id=person.pk).count() == 2


def _typed(**changes) -> dict:
    return TYPED | changes


BESIDE_ITS_FIELD = [
    ({"total_yuan": ""}, "请填写总费用（元）。"),
    ({"total_yuan": "1.005"}, "金额最多两位小数，现在有 3 位。请按账单写到分。"),
    ({"in_policy_yuan": "10000.01"}, "政策范围内费用大于总费用，请改其中一个。"),
    ({"admitted_on": "2017-9-11"}, "出院日期 2017-09-10 早于入院日期 2017-09-11，请改其中一个。"),
    ({"admitted_on": "2017-13-1"}, "2017-13-1 不是真实的日期，请改正。"),
    ({"discharged_on": "2017-10-21"}, "出院日期 2017-10-21 晚于今天，出院后再结算。"),
    ({"drugs_in_yuan": "9000", "drugs_out_yuan": "1000.01"}, "目录内、目录外药品费之和大于总费用，请核对。"),
    (
        {"commercial_yuan": "100"},
        "柳卫医〔2017〕40号没有由商业保险已付承担的层次，不能填写这一金额。请清空。",
    ),
    ({"bill_no": "=1+1"}, "账单号不能以 = + - @ 开头，也不能含换行等字符。请照原单填写。"),
    ({"disease": "no-such"}, "病种不在可选范围，请重新选择。"),
]


@pytest.mark.parametrize(("typed", "sentence"), BESIDE_ITS_FIELD, ids=[str(row[0])[:40] for row in BESIDE_ITS_FIELD])
def test_what_is_wrong_is_said_beside_its_field_and_summed_on_top(window, counter, typed, sentence):
    answer = counter.enter(window.patient("石永福"), **typed)
    assert answer.status_code == 422
    assert sentence in errors_of(answer)
    assert sentence.rstrip("。") in summary_of(answer) and "还没有保存，有 1 处要改" in summary_of(answer)
    assert not settlements().exists()


def test_a_number_used_before_and_a_stay_elsewhere_are_said_on_the_form(window, counter):
    person = window.patient("石永福")
    counter.settle(person)
    answer = counter.enter(person, admitted_on="2017-9-20", discharged_on="2017-9-25")
    assert "账单号 Z1-0001 已经结算过。请核对账单号；要改正，请先冲销原结算。" in errors_of(answer)
    answer = counter.enter(person, bill_no="Z1-0002", admitted_on="2017-9-5", discharged_on="2017-9-12")
    assert any("重叠" in sentence for sentence in errors_of(answer))


def test_whom_the_hospital_does_not_serve_is_not_told_from_nobody(window, counter, cast):
    stranger = cast.register("覃水莲", village=cast.village2)
    nobody = cast.id_number(datetime.date(1960, 1, 2)).number
    pages = [counter.client.post(reverse("settlement:bill"), {"id_number": number}) for number in (stranger.id_number.reveal(), nobody)]
    assert [answer.status_code for answer in pages] == [422, 422]
    assert errors_of(pages[0]) == errors_of(pages[1]) != []
    wrong = counter.client.post(reverse("settlement:benefit"), {"id_number": "450222"})
    assert errors_of(wrong) == ["身份证号要 18 位（旧证 15 位），现在是 6 位。请对照身份证补齐。"]


def test_what_the_ledger_lacks_is_told_on_the_preview_and_cannot_be_confirmed(window, counter, cast):
    person = window.patient("石永福", enrolled=False)
    hold_category(by=cast.civil, person=person, category=Category.DIBAO, since=datetime.date(2017, 1, 1), basis="低保名单")
    person.categories.filter(category=Category.DIBAO).update(verified_on=None, verified_by=None)
    preview = counter.preview(person)
    page = counter.page(preview)
    assert "没有 石永福 2017 年的参保记录。请先登记参保。" in page and "“低保”还没有由" in page
    assert 'aria-disabled="true" aria-describedby="faults">确认结算' in page and "还有 2 处要办，不能结算" in page
    assert 'name="self_pay"' not in page
    answer = counter.client.post(preview.replace("/preview/", "/confirm/"), {"content": "x", "self_pay": "1"})
    assert answer["Location"] == preview
    assert not settlements().exists() and not PersonYear.objects.exists()


def test_the_chosen_stay_brings_its_dates_and_is_closed_by_the_bill(window, counter, cast):
    person = window.patient("石永福")
    stay = admit(by=cast.liaison, case=cast.case_of(person), hospital=cast.hospital, on=datetime.date(2017, 9, 27))
    address = counter.find(person)
    page = counter.page(address)
    assert f'<option value="{stay.pk}" selected>2017-09-27 起，还没有登记出院　胃癌</option>' in page
    assert 'value="2017-09-27"' in page and 'value="2017-10-20"' in page
    wrong = counter.client.post(address, _typed(stay=stay.pk))
    assert any("所选住院的入院日期是 2017-09-27" in sentence for sentence in errors_of(wrong))
    answer = counter.client.post(address, _typed(stay=stay.pk, admitted_on="2017-09-27", discharged_on="2017-10-17"))
    counter.confirm(answer["Location"])
    stay.refresh_from_db()
    assert (settlements().get().stay_id, stay.discharged_on) == (stay.pk, datetime.date(2017, 10, 17))


def test_the_limit_is_filled_in_and_follows_the_disease(window, counter, cast):
    person = window.patient("石永福")
    area = PolicyArea.objects.get(division=cast.prefecture)
    PriceLimit.objects.create(
        area=area, disease=cast.disease("gastric-cancer"), level="level-2", during=DateRange(datetime.date(2017, 1, 1), None),
        amount_yuan=8000, document="柳医价〔2017〕1号", made_at="2017-10-01T00:00+08:00",
    )  # fmt: skip
    address = counter.find(person)
    assert 'name="limit_yuan" value="8,000.00"' in counter.page(address)

    def asked(disease: str, changed: str) -> str:
        headers = {"HX-Request": "true", "HX-Trigger-Name": changed}
        return counter.client.post(address, _typed(disease=disease, limit_yuan="7"), headers=headers).content.decode()

    assert 'name="limit_yuan" value="8,000.00"' in asked("gastric-cancer", "disease")
    assert 'name="limit_yuan" inputmode' in asked("colon-cancer", "disease")
    assert 'name="limit_yuan" value="7"' in asked("gastric-cancer", "bill_no")
    assert "<html" not in asked("gastric-cancer", "disease")
    settlement = counter.settle(person, limit_yuan="8000")
    assert (settlement.limit_yuan, settlement.notices) == (8000, [])


def test_a_stay_that_waits_is_entered_without_the_number(window, counter, cast):
    person = window.patient("石永福")
    days = {"admitted_on": datetime.date(2017, 9, 27), "discharged_on": datetime.date(2017, 10, 7)}
    stay = record_stay(by=cast.liaison, case=cast.case_of(person), hospital=cast.hospital, **days)
    assert "石永福" in counter.page(reverse("settlement:bill"))
    answer = counter.client.post(reverse("settlement:bill"), {"stay": stay.pk}, follow=True)
    assert 'value="2017-10-07"' in answer.content.decode()
    counter.settle(person, stay=stay.pk, admitted_on="2017-09-27", discharged_on="2017-10-07")
    assert "都已结算" in counter.page(reverse("settlement:bill"))
    assert counter.client.post(reverse("settlement:bill"), {"stay": "0"}).status_code == 404


def test_a_referral_is_asked_outside_the_pooling_area_alone(window, counter, cast):
    person = window.patient("石永福")
    assert "转诊批准号" not in counter.page(counter.find(person))
    type(cast.hospital).objects.filter(pk=cast.hospital.pk).update(pooling_area="南宁市")
    assert "转诊批准号" in counter.page(counter.find(person))
    unreferred = counter.page(counter.preview(person))
    assert "没有填转诊批准号，按未经转诊计算" in unreferred
    settlement = counter.settle(person, referral_number="ＺＺ2017-08")
    assert (settlement.referral_number, "referred" in settlement.inputs["flags"]) == ("ZZ2017-08", True)


@pytest.mark.parametrize("bills", [0, 3])
def test_the_pages_ask_a_fixed_number_of_queries(window, counter, bills, django_assert_max_num_queries):
    person = window.patient("石永福")
    for day in range(1, bills + 1):
        days = {"admitted_on": datetime.date(2017, 8, day), "discharged_on": datetime.date(2017, 8, day)}
        window.settle(window.bill(person, **days))
    preview = counter.preview(person)
    with django_assert_max_num_queries(36):
        counter.client.get(preview)
    with django_assert_max_num_queries(38):
        counter.client.get(preview.replace("preview/", ""))


def test_a_bill_before_the_policys_first_day_has_no_chain_and_says_who_mends_it(window, counter):
    person = window.patient("石永福")
    html = counter.page(counter.preview(person, admitted_on="2017-7-1", discharged_on="2017-7-20"))
    assert "柳城县在出院日 2017-07-20 没有可用的救治政策，不能结算。请核对出院日期；日期没有错的，请市级卫健部门发布政策。" in html
    assert re.search(r'href="[^"]+#id_discharged_on">去改这一项', html)
    assert "费用由谁负担" not in html and "打印计算说明" not in html and 'name="self_pay"' not in html


def test_unsigned_numbers_outside_the_trial_are_a_reason_on_the_preview(window, counter, settings):
    preview = counter.preview(window.patient("石永福"))
    settings.SAMPLE_SETTLEMENT = False
    html = counter.page(preview)
    assert "只能试算，不能正式结算。请市级卫健部门先签认。" in html and 'name="self_pay"' not in html and "费用由谁负担" in html


def test_a_category_that_began_during_the_stay_is_told_before_and_after(window, counter, cast):
    person = window.patient("石永福")
    hold_category(by=cast.civil, person=person, category=Category.DIBAO, since=datetime.date(2017, 9, 5), basis="低保名单")
    told = "住院期间“低保”自 2017-09-05 开始。类别以出院日 2017-09-10 为准，按这一类别计算。"
    preview = counter.preview(person)
    assert told in counter.page(preview)
    assert told in counter.page(counter.confirm(preview)["Location"])


def test_the_calculation_sheet_is_printed_before_settling_and_is_on_the_trail(window, counter):
    person = window.patient("石永福")
    preview = counter.preview(person)
    sheet = preview.replace("preview/", "calculation/")
    assert f'href="{sheet}"' in counter.page(preview)
    html = counter.page(sheet)
    assert "1,530.00" in html and f'href="{preview}"' in html and person.id_number.reveal() not in html
    assert AuditEvent.objects.get(action="printed").subject_id == person.pk
