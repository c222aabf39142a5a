"""Before admission: who this is today, what is left this year, what a stay would cost; and a disease that the ledger does not have."""

import datetime

import pytest
from django.urls import reverse

from ledger.actions.cases import plan_case, register_case, verify_case
from ledger.actions.categories import record_enrolment
from ledger.actions.people import CaseEntry
from ledger.actions.refusals import Refused
from ledger.models import Case, CaseEvent, Category, Person
from settlement.actions.finding import report_found_case
from settlement.models import Settlement
from tests.ledger.desks import client_of
from tests.settlement.counter import TYPED, Counter, errors_of
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
DAY = datetime.date


@pytest.fixture
def counter(window):
    return Counter(window.liaison)


def ask(counter: Counter, person: Person, **query) -> str:
    address = counter.find(person, "settlement:benefit")
    assert "/benefit/" in address
    answer = counter.client.post(address, query) if query else counter.client.get(address)
    return answer.content.decode()


def test_it_says_who_this_is_today_and_what_is_covered(window, counter, cast):
    person = window.patient("石永福", verified=False)
    html = ask(counter, person)
    for words in (
        "石永福",
        str(person.id_number),
        '建档立卡（<span class="warn">待核实</span>）',
        "2017 年已参保",
        "胃癌，今年专项病种",
        "是定点医院",
    ):
        assert words in html, words
    assert person.id_number.reveal() not in html and "还没有由扶贫部门核实" in html
    window.verify(person)
    html = ask(counter, person, disease="cleft-lip-palate")
    assert "建档立卡（已核实）" in html and "不是今年专项病种" in html and "不是定点医院" in html and "本院没有这一病例" in html


def test_the_expected_cost_is_shared_out_as_a_bill_would_be(window, counter):
    person = window.patient("石永福")
    html = ask(counter, person, disease="gastric-cancer", total_yuan="１０,000 元", in_policy_yuan="9000")
    assert "1,530.00" in html and "含示范参数" in html
    assert "政策范围内费用大于总费用，请改其中一个。" in ask(counter, person, disease="gastric-cancer", total_yuan="1", in_policy_yuan="2")
    assert "不是金额" in ask(counter, person, disease="gastric-cancer", total_yuan="一万")
    assert not Settlement.objects.everywhere("test").exists()


def test_it_begins_with_what_such_a_stay_cost_here_lately(window, counter):
    person = window.patient("石永福")
    assert "先以 10,000 元为例" in ask(counter, person)
    window.settle(window.bill(person, total=20_000 * YUAN, in_policy=18_000 * YUAN))
    html = ask(counter, person)
    assert 'value="20,000.00"' in html and 'value="18,000.00"' in html and "按本院最近 1 张胃癌账单的平均费用" in html


def test_what_is_left_under_each_cap_counts_what_was_paid_this_year(window, counter):
    person = window.patient("石永福")
    assert "全年起付线还差 7,500 元" in ask(counter, person)
    window.settle(window.bill(person, total=60_000 * YUAN))
    html = ask(counter, person)
    # Basic paid 59,600 × 80 % = 47,680 of 150,000; assistance 9,428 × 50 % = 4,714 of 20,000.
    for left in ("<strong>102,320.00</strong>", "<strong>15,286.00</strong>"):
        assert left in html, left
    assert "今年已过起付线" in html and "不适用：病种不是白内障" in html


def test_the_same_patient_goes_on_to_the_bill(window, counter):
    person = window.patient("石永福")
    address = counter.find(person, "settlement:benefit")
    bill = address.replace("/benefit/", "/bills/")
    assert f'href="{bill}"' in counter.page(address)
    assert counter.client.post(bill, TYPED).status_code == 302


def test_the_answer_asks_a_fixed_number_of_queries(window, counter, django_assert_max_num_queries):
    address = counter.find(window.patient("石永福"), "settlement:benefit")
    counter.client.get(address)
    with django_assert_max_num_queries(40):
        counter.client.get(address)


# ---- a disease that is not on the ledger ----

FOUND = {
    "disease": "gastric-cancer",
    "found_on": "2017-9-1",
    "diagnosed_on": "2017-9-2",
    "diagnosis_hospital": "柳城县人民医院",
    "icd10": "c16.9",
}


@pytest.fixture
def unknown_disease(window, cast) -> Person:
    """On the ledger for another disease, outside the liaison's own cases, served because the hospital is designated in the county."""
    person = cast.register("石永福", disease="cataract", found_on=DAY(2017, 1, 5))
    window.verify(person)
    record_enrolment(by=cast.insurance, person=person, year=2017, enrolled=True, plan="", pooling_area="柳州市")
    return person


def test_the_preview_offers_to_report_the_case(window, counter, unknown_disease):
    preview = counter.preview(unknown_disease)
    html = counter.page(preview)
    offer = preview.replace("preview/", "case/") + "?disease=gastric-cancer"
    assert "台账上没有胃癌。发现一例，建档一例" in html
    assert f'class="btn btn-primary" href="{offer}"' in html and html.count("btn-primary") == 1
    form = counter.page(offer)
    assert '<option value="gastric-cancer" selected>' in form and 'value="2017-09-01"' in form and "柳城县人民医院" in form


def test_from_found_to_settled_each_by_the_hand_it_belongs_to(window, counter, cast, unknown_disease):
    preview = counter.preview(unknown_disease)
    assert not Person.objects.visible_to(window.liaison).filter(pk=unknown_disease.pk).exists()
    answer = counter.client.post(preview.replace("preview/", "case/"), FOUND)
    assert answer["Location"] == preview
    case = Case.objects.visible_to(cast.clerk).get(person=unknown_disease, disease__code="gastric-cancer")
    assert (case.state, case.found_how, case.found_by_name, case.icd10, case.registered_on) == (
        "found",
        "医院就诊",
        "何丽萍",
        "C16.9",
        None,
    )
    assert CaseEvent.objects.get(case=case).by == window.liaison
    assert not Person.objects.visible_to(window.liaison).filter(pk=unknown_disease.pk).exists()
    assert "已发现，待登记建档" in client_of(cast.clerk).get(reverse("reports:workbench")).content.decode()
    assert "胃癌病例“已发现”，还没有定收治医院。请县卫健部门核实，并定柳城县人民医院后再结算。" in counter.page(preview)
    case = verify_case(by=cast.lead, case=register_case(by=cast.clerk, case=case))
    plan_case(by=cast.lead, case=case, hospital_code=cast.hospital.code, hospital_name=cast.hospital.name)
    counter.confirm(preview)
    assert Settlement.objects.everywhere("test").get().stay.case_id == case.pk


def test_what_is_wrong_with_the_report_is_said_beside_its_field(window, counter, unknown_disease):
    address = counter.find(unknown_disease) + "case/"
    for typed, sentence in (
        ({"icd10": "C18.9"}, "ICD-10 编码 C18.9 不属于胃癌（应以 C16 开头）。请核对病种或编码。"),
        ({"found_on": "2017-10-21"}, "发现日期 2017-10-21 晚于今天，请改正。"),
        ({"disease": "cataract", "icd10": "H25"}, "石永福的台账上已有白内障，不用再报。请患者所在县卫健部门核对由哪家医院救治。"),
        ({"icd10": ""}, "请填写 ICD-10 编码。"),
    ):
        answer = counter.client.post(address, FOUND | typed)
        assert answer.status_code == 422
        assert sentence in errors_of(answer), typed
    assert unknown_disease.cases.count() == 1


def test_a_case_is_reported_only_of_those_whom_the_hospital_serves(window, cast):
    stranger = cast.register("覃水莲", village=cast.village2)
    entry = CaseEntry(disease=cast.disease("gastric-cancer"), found_on=DAY(2017, 9, 1), found_how="医院就诊")
    own = cast.register("韦桂兰")
    for by, person, hospital in (
        (cast.liaison, stranger, cast.hospital), (cast.liaison, own, cast.city_hospital), (cast.clerk, own, cast.hospital),
    ):  # fmt: skip
        with pytest.raises(Refused, match="本院不是这位患者的定点医院"):
            report_found_case(by=by, person=person, hospital=hospital, entry=entry)
    assert {case.disease.code for case in Case.objects.everywhere("test")} == {"cataract"}


def test_a_childrens_disease_above_the_age_waits_for_the_lead(window, cast):
    person = cast.register("石永福", category=Category.REGISTERED_POOR)
    entry = CaseEntry(disease=cast.disease("vsd"), found_on=DAY(2017, 9, 1), found_how="医院就诊")
    case = report_found_case(by=cast.liaison, person=person, hospital=cast.hospital, entry=entry)
    assert case.age_confirmation_needed
