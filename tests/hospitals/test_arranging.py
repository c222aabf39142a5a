"""The county arranges the designated hospital: who is offered and why another is not, another one for a reason, and the work list that leads to it."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hospitals.actions import choose_hospital
from hospitals.arranging import Why, arrange_hospital
from hospitals.designating import close_hospital, end_designation
from hospitals.models import TreatmentPlan
from hospitals.offering import offering
from ledger import clock
from ledger.actions.cases import close_case
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, Case
from reports.work_kinds import BY_CODE
from reports.work_lists import number_waiting
from tests.cast import CITY_HOSPITAL, COUNTY_HOSPITAL
from tests.hospitals.arranging_rows import ORDER, designate, designation, fresh, hospital, listed, told, verified
from tests.ledger.desks import client_of
from tests.ledger.kept_desk import day, errors, summary

pytestmark = pytest.mark.django_db


# ---- who is offered, and why another is not ----


def test_the_nearest_level_stands_first_and_every_other_hospital_of_the_area_says_why_not(cast):
    case = verified(cast)
    region = hospital("GX01", "广西医科大学第一附属医院", pooling_area="南宁市")
    designate(cast, region, "cataract", cast.prefecture, tier="region")
    neighbours = hospital("450223-1", "鹿寨县人民医院", county=cast.county2)
    designate(cast, neighbours, "cataract", cast.county2)
    clinic = hospital("450222-2", "柳城县中医医院", county=cast.county)
    designate(cast, clinic, "cataract", cast.county, ended_on=day("09-30"))
    last_year = hospital("450222-3", "柳城县妇幼保健院", county=cast.county)
    designate(cast, last_year, "cataract", cast.county, year=2016)
    gone = hospital("450222-4", "柳城县第二医院", county=cast.county, is_active=False)
    designate(cast, gone, "cataract", cast.county, ended_on=day("08-31"))
    hospital("450202-9", "柳州市口腔医院", county=cast.prefecture)
    hospital("460100-1", "别的市的医院")

    found = offering(case, clock.today())
    assert [(one.hospital.code, one.tier_label, one.document) for one in found.offered] == [
        (COUNTY_HOSPITAL, "县级", "柳卫医〔2017〕40号"), (CITY_HOSPITAL, "市级", "柳卫医〔2017〕40号"), ("GX01", "自治区级", "柳卫医〔2017〕40号"),
    ]  # fmt: skip
    assert [(one.hospital.name, one.why) for one in found.others] == [
        ("柳城县中医医院", "白内障的定点已到 2017-09-30 为止"),
        ("柳城县妇幼保健院", "2016 年是白内障的定点，2017 年不是"),
        ("柳城县第二医院", "已停用，不再接收新的患者"),
        ("鹿寨县人民医院", "白内障的定点只服务鹿寨县"),
        ("柳州市口腔医院", "不是白内障的定点医院"),
    ]


def test_childrens_leukaemia_goes_where_the_region_says_and_nowhere_else(cast):
    child = verified(cast, "韦小妹", "apl", born_on=datetime.date(2012, 5, 1))
    region = hospital("GX01", "广西医科大学第一附属医院", pooling_area="南宁市")
    designate(cast, region, "apl", cast.prefecture, tier="region")
    found = offering(child, clock.today())
    assert [(one.hospital.code, one.tier_label) for one in found.offered] == [("GX01", "自治区级")]
    assert {one.why for one in found.others} == {"不是急性早幼粒细胞白血病的定点医院"}
    with pytest.raises(Refused, match="柳州市工人医院不能选：不是急性早幼粒细胞白血病的定点医院。请选择能选的医院。"):
        arrange_hospital(by=cast.clerk, case=child, hospital=cast.city_hospital)
    page = client_of(cast.clerk).get(reverse("hospitals:arrange", args=[child.pk])).content.decode()
    assert '南宁市 <span class="tag tag-xs warn">统筹区外，须办转诊</span>' in page


def test_the_table_costs_the_same_however_many_hospitals_there_are(cast):
    case = verified(cast)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            offering(fresh(case), clock.today())
        return len(queries)

    before = asked()
    for number in range(6):
        designate(cast, hospital(f"X{number}", f"第{number}医院", county=cast.county), "cataract", cast.county)
    assert asked() == before


# ---- arranging ----


def test_the_county_arranges_and_the_hospital_sees_the_case(cast):
    case, page = verified(cast), None
    address = reverse("hospitals:arrange", args=[case.pk])
    clerk, liaison = client_of(cast.clerk), client_of(cast.liaison)
    person = reverse("ledger:person", args=[case.person_id])
    assert liaison.get(person).status_code == 404
    page = clerk.get(person)
    assert (page.context["next"].words, page.context["next"].address) == ("安排定点医院", address)
    assert "下一步：安排定点医院，由县卫健部门办理。" in client_of(cast.township).get(person).content.decode()
    assert errors(clerk.post(address, {})) == ["请选择定点医院。"]
    assert errors(clerk.post(address, {"hospital": "GX99"})) == ["定点医院不在可选范围，请重新选择。"]
    answer = clerk.post(address, {"hospital": COUNTY_HOSPITAL}, follow=True)
    assert "已安排柳城县人民医院。由该院联络员填写诊疗方案，报您审核。" in answer.content.decode()
    case = fresh(case)
    assert (case.state, case.hospital_code, case.hospital_name) == ("verified", COUNTY_HOSPITAL, "柳城县人民医院")
    assert told(case) == [("case_arrange", "白内障安排定点医院，柳城县人民医院", "", "verified", "verified")]
    assert liaison.get(person).status_code == 200
    stations = {one.words: one.note for one in clerk.get(person).context["progress"][0].stations}
    assert stations["核实"] == "10-03 韦国强"  # The arrangement is no second verification.
    row = AuditEvent.objects.filter(action="case_arrange").get()
    assert (row.username, row.subject_id, row.county_code) == ("clerk-450222-1", case.pk, "450222")


def test_another_one_takes_a_reason_and_the_page_suggests_what_the_ledger_sees(cast):
    case = arrange_hospital(by=cast.clerk, case=verified(cast), hospital=cast.hospital)
    address, desk = reverse("hospitals:arrange", args=[case.pk]), client_of(cast.lead)
    page = desk.get(address)
    assert page.context["form"]["why"].value() == "" and f'value="{COUNTY_HOSPITAL}"' not in page.content.decode()
    assert '柳城县人民医院</td><td class="muted">现在就安排在这家医院' in page.content.decode()
    assert errors(desk.post(address, {"hospital": CITY_HOSPITAL})) == ["请选择另选的原因。"]
    assert summary(desk.post(address, {"hospital": CITY_HOSPITAL, "why": "other"})) == "还没有保存，有 1 处要改：请写明另选医院的原因。"
    end_designation(by=cast.city, designation=designation(cast), last_day=day("10-19"), document=ORDER)
    assert desk.get(address).context["form"]["why"].value() == Why.ENDED
    assert desk.post(address, {"hospital": CITY_HOSPITAL, "why": "wish", "note": "愿到市里手术"}).status_code == 302
    assert told(case)[-1] == (
        "case_arrange",
        "白内障另选定点医院，柳州市工人医院",
        "患者或家属另有意愿：愿到市里手术",
        "verified",
        "verified",
    )
    with pytest.raises(Refused, match="已经安排在柳州市工人医院，不用再安排。"):
        arrange_hospital(by=cast.clerk, case=fresh(case), hospital=cast.city_hospital)


def test_an_agreed_plan_falls_away_with_its_hospital(cast):
    case = choose_hospital(by=cast.clerk, case=verified(cast), hospital=cast.hospital)
    TreatmentPlan.objects.create(
        case=case, hospital=cast.hospital, version=1, state="accepted", written_at=clock.now(), written_by=cast.liaison, filed_at=clock.now(),
    )  # fmt: skip
    close_hospital(by=cast.city, hospital=cast.hospital, document=ORDER)
    address = reverse("hospitals:arrange", args=[case.pk])
    assert listed("hospital-closed", cast.clerk) == ["白内障，柳城县人民医院"]
    page = client_of(cast.clerk).get(address)
    assert "另选后原方案作废，状态退回“已核实”" in page.content.decode()
    assert page.context["form"]["why"].value() == Why.CLOSED
    client_of(cast.clerk).post(address, {"hospital": CITY_HOSPITAL, "why": "closed", "note": ""})
    case = fresh(case)
    assert (case.state, case.hospital_code) == ("verified", CITY_HOSPITAL)
    assert told(case) == [
        ("case_rearrange", "白内障另选定点医院，柳城县人民医院改为柳州市工人医院，原方案作废", "原医院停用", "planned", "verified")
    ]
    assert TreatmentPlan.objects.everywhere("test").get().state == "cancelled"
    assert listed("hospital-closed", cast.clerk) == []
    # The city's hospital is not the county liaison's: the case is out of sight there.
    assert client_of(cast.liaison).get(reverse("ledger:person", args=[case.person_id])).status_code == 404


@pytest.mark.parametrize(("who", "state", "sentence"), [
    ("liaison", "verified", "定点医院由县卫健部门安排。"),
    ("clerk", "registered", "现在的状态是“待核实”，核实以后、入院以前才能安排定点医院。"),
    ("clerk", "in_treatment", "现在的状态是“治疗中”，核实以后、入院以前才能安排定点医院。"),
    ("clerk", "treated", "现在的状态是“已救治”，核实以后、入院以前才能安排定点医院。"),
])  # fmt: skip
def test_only_the_county_and_only_between_verification_and_admission(cast, who, state, sentence):
    case = verified(cast)
    Case.objects.everywhere("set-up").filter(pk=case.pk).update(
        state=state, hospital_code=COUNTY_HOSPITAL, completed_on=day("10-10") if state == "treated" else None
    )
    with pytest.raises(Refused) as refused:
        arrange_hospital(by=getattr(cast, who), case=fresh(case), hospital=cast.city_hospital, why=Why.WISH)
    assert refused.value.message == sentence
    if who == "clerk":
        answer = client_of(cast.clerk).get(reverse("hospitals:arrange", args=[case.pk]), follow=True)
        assert sentence in answer.content.decode()


def test_a_neighbouring_countys_case_is_not_there(cast):
    case = verified(cast)
    address = reverse("hospitals:arrange", args=[case.pk])
    assert client_of(cast.clerk2).get(address).status_code == client_of(cast.clerk2).post(address, {}).status_code == 404
    with pytest.raises(Case.DoesNotExist):
        arrange_hospital(by=cast.clerk2, case=case, hospital=cast.city_hospital)


# ---- the work list ----


def test_what_waits_for_an_arrangement_is_led_to_it(cast):
    case = verified(cast)
    (row,) = BY_CODE["unplanned"].rows(cast.clerk)
    assert BY_CODE["unplanned"].address(row) == reverse("hospitals:arrange", args=[case.pk])
    arrange_hospital(by=cast.clerk, case=case, hospital=cast.hospital)
    (row,) = BY_CODE["unplanned"].rows(cast.clerk)
    assert BY_CODE["unplanned"].address(row) == reverse("ledger:person", args=[case.person_id])
    assert number_waiting(cast.clerk) == 1


def test_closing_the_case_ends_the_arranging(cast):
    case = arrange_hospital(by=cast.clerk, case=verified(cast), hospital=cast.hospital)
    close_case(by=cast.lead, case=case, outcome="refused", reason="本人不愿手术", on=clock.today())
    with pytest.raises(Refused, match="现在的状态是“已销号”"):
        arrange_hospital(by=cast.clerk, case=fresh(case), hospital=cast.city_hospital, why=Why.WISH)
