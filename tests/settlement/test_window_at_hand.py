"""What a tired liaison is spared at the window: bills out of order, a patient without a number, a limit left out, a dead end."""

import datetime
import re

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from hospitals.actions import record_stay
from ledger.models import AuditEvent
from settlement.models import PolicyArea, PolicyVersion, PriceLimit, Settlement
from tests.settlement.counter import Counter, errors_of
from tests.settlement.test_bill_import import HEADINGS, line, results, send, text
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
DAY = datetime.date


@pytest.fixture
def counter(window) -> Counter:
    return Counter(window.liaison)


def stayed(cast, person, admitted_on: datetime.date, discharged_on: datetime.date):
    return record_stay(
        by=cast.liaison, case=cast.case_of(person), hospital=cast.hospital, admitted_on=admitted_on, discharged_on=discharged_on
    )


def test_of_several_stays_the_first_to_end_is_offered_and_a_later_one_says_so(window, counter, cast):
    person = window.patient("石永福")
    first = stayed(cast, person, DAY(2017, 8, 29), DAY(2017, 9, 4))
    second = stayed(cast, person, DAY(2017, 9, 15), DAY(2017, 9, 24))
    assert f'<option value="{first.pk}" selected>' in counter.page(counter.find(person))
    told = "2017-08-29 至 2017-09-04 的胃癌住院更早出院，还没有结算。"
    later = {"stay": second.pk, "admitted_on": "2017-09-15", "discharged_on": "2017-09-24", "bill_no": "Z2"}
    preview = counter.preview(person, **later)
    assert told in counter.page(preview)
    counter.settle(person, stay=first.pk, admitted_on="2017-08-29", discharged_on="2017-09-04")
    assert told not in counter.page(preview) and 'name="self_pay"' in counter.page(preview)
    assert counter.confirm(preview)["Location"].startswith("/settlement/records/")


def test_a_stay_before_the_policys_first_day_is_not_offered_before_one_that_can_be_settled(window, counter, cast):
    person = window.patient("石永福")
    stayed(cast, person, DAY(2017, 6, 1), DAY(2017, 6, 10))
    later = stayed(cast, person, DAY(2017, 9, 15), DAY(2017, 9, 24))
    assert f'<option value="{later.pk}" selected>' in counter.page(counter.find(person))
    page = counter.page(counter.preview(person, stay=later.pk, admitted_on="2017-09-15", discharged_on="2017-09-24"))
    assert "更早出院" not in page


def test_a_bill_of_nothing_is_asked_about_and_may_be_confirmed(window, counter):
    preview = counter.preview(window.patient("石永福"), total_yuan="0", in_policy_yuan="0")
    assert "总费用是 0.00 元。请核对账单，确实没有费用再确认。" in counter.page(preview)
    assert counter.confirm(preview)["Location"].startswith("/settlement/records/")


def test_a_patient_without_a_number_is_settled_from_the_own_page(window, counter):
    person = window.patient("韦小妹", id_absent_reason="新生儿未上户")
    panel = counter.page(reverse("settlement:of-person", args=[person.pk]))
    address = reverse("settlement:at-window", args=[person.pk])
    assert f'action="{address}"' in panel
    question = counter.client.post(address, {"to": "benefit"})["Location"]
    assert "韦小妹" in counter.page(question) and "无证号" in counter.page(question) and "个人自付" in counter.page(question)
    form = counter.client.post(address, {"to": "bill"})["Location"]
    typed = {"stay": "", "disease": "gastric-cancer", "admitted_on": "2017-09-01", "discharged_on": "2017-09-10", "bill_no": "Y1"}
    answer = counter.client.post(form, typed | {"total_yuan": "5000", "in_policy_yuan": "4000"})
    assert answer.status_code == 302, errors_of(answer)
    counter.confirm(answer["Location"])
    assert Settlement.objects.everywhere("test").get().person_id == person.pk
    assert AuditEvent.objects.filter(action="benefit_queried", subject_id=person.pk).count() == 2


def test_only_the_hospitals_own_patients_are_opened_without_a_number(window, counter, cast):
    stranger = cast.register("覃水莲", village=cast.village2, id_absent_reason="新生儿未上户")
    person = window.patient("韦小妹", id_absent_reason="新生儿未上户")
    assert counter.client.post(reverse("settlement:at-window", args=[stranger.pk]), {"to": "bill"}).status_code == 404
    assert counter.client.get(reverse("settlement:at-window", args=[person.pk])).status_code == 405
    clerk = Client()
    clerk.force_login(cast.clerk)
    assert clerk.post(reverse("settlement:at-window", args=[person.pk]), {"to": "bill"}).status_code == 404
    assert "/window/" not in clerk.get(reverse("settlement:of-person", args=[person.pk])).content.decode()


def test_the_policy_and_its_clauses_lead_to_the_policys_page(window, counter):
    person = window.patient("石永福")
    version = PolicyVersion.objects.get(code="liuzhou-2017")
    link = f'href="{reverse("policies:version", args=[version.pk])}"'
    preview = counter.preview(person)
    counter.confirm(preview)
    settlement = Settlement.objects.everywhere("test").get()
    record = counter.page(reverse("settlement:record", args=[settlement.pk]))
    question = counter.page(counter.find(person, "settlement:benefit"))
    assert record.count(link) > 2 and question.count(link) > 2
    assert counter.client.get(reverse("policies:version", args=[version.pk])).status_code == 200


def test_a_limit_that_a_file_leaves_out_is_the_lists(window, counter, cast):
    person = window.patient("石永福")
    PriceLimit.objects.create(
        area=PolicyArea.objects.get(division=cast.prefecture), disease=cast.disease("gastric-cancer"), level="level-2",
        during=DateRange(DAY(2017, 1, 1), None), amount_yuan=8000, document="柳医价〔2017〕1号", made_at="2017-10-01T00:00+08:00",
    )  # fmt: skip
    answer = send(
        counter.client,
        text([HEADINGS, line(person, "B1"), line(person, "B2", admitted="2017-09-11", discharged="2017-09-12", limit_yuan="500")]),
    )
    told = {one.bill_no: one.notices for one in (row["one"] for row in answer.context["rows"])}
    assert told["B1"] == ["文件没有写限额，按限额表（柳医价〔2017〕1号）的 8,000.00 元计算。"]
    assert told["B2"] == ["限额表（柳医价〔2017〕1号）中胃癌的限额是 8,000.00 元，账单上是 500.00 元，按账单计算。"]
    counter.client.post(reverse("settlement:bill-import"), {"rows": answer.context["kept"]})
    settled = Settlement.objects.everywhere("test").get(bill_no="B1")
    assert (settled.limit_yuan, settled.inputs["limit"], settled.notices) == (8000, 8_000 * YUAN, [])


def test_every_empty_cell_of_a_file_is_told_at_once(window, counter):
    person = window.patient("石永福")
    looked = results(send(counter.client, text([HEADINGS, line(person, "", admitted="", discharged="", total="")])))
    assert looked[2][0] == "refused"
    for sentence in ("D2请填写账单号", "E2请填写入院日期", "F2请填写出院日期", "G2请填写总费用"):
        assert sentence in looked[2][1]


def test_a_paper_has_one_heading_of_its_own(window, counter):
    settlement = counter.settle(window.patient("石永福"))
    for name in ("settlement:calculation-sheet", "settlement:settlement-sheet"):
        assert len(re.findall("<h1", counter.page(reverse(name, args=[settlement.pk])))) == 1


def test_nobody_is_called_not_poor_while_the_category_waits(window, counter):
    person = window.patient("石永福", verified=False)
    page = counter.page(counter.preview(person))
    assert "<dt>类别（出院日）</dt><dd>还没有核实</dd>" in page and "非农村贫困人口" not in page
    nobody = counter.page(counter.preview(window.patient("韦桂兰", category=None)))
    assert "<dt>类别（出院日）</dt><dd>非农村贫困人口</dd>" in nobody and "两层支付 + 自付" in nobody
