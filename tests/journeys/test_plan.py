"""A liaison from a waiting patient to an accepted plan to the discharge, with the county at the other desk."""

import pytest

from hospitals.models import Stay, TreatmentPlan
from hospitals.plan_phrases import keep_phrase
from settlement.actions.loading import load_shipped
from tests.cast import PASSWORD
from tests.hospitals.plans import D, fresh, plans_of, typed, waiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def seated(desk, staff):
    one = desk()
    one.sign_in(staff.username, PASSWORD)
    return one


def presses(one, button: str) -> None:
    """Press the button and wait for the page that answers."""
    one.comes_to_rest()
    with one.page.expect_navigation(wait_until="load"):
        one.page.get_by_role("button", name=button, exact=True).first.click()


def goes(one, link: str) -> None:
    one.comes_to_rest()
    with one.page.expect_navigation(wait_until="load"):
        one.page.get_by_role("link", name=link, exact=True).first.click()


def fills(one, lines: dict) -> None:
    for name, text in lines.items():
        if name != "pathway":
            one.page.fill(f"#id_{name}", text)


def test_from_the_waiting_patient_to_the_discharge(cast, desk):
    load_shipped()
    case = waiting(cast, on=D(2017, 10, 11))
    liaison, clerk = seated(desk, cast.liaison), seated(desk, cast.clerk)

    liaison.open("/hospitals/plans/")
    liaison.shows("韦桂兰", "2017-10-11", "9 天")
    goes(liaison, "给韦桂兰写方案")
    fills(liaison, typed(drugs="", discharge_on="2017-10-22"))
    presses(liaison, "上报方案")
    liaison.shows("还没有保存，有 1 处要改", "计划出院时间 2017-10-22 早于计划入院时间 2017-10-23")
    liaison.page.fill("#id_discharge_on", "2017.10.27")
    presses(liaison, "保存草稿并估算")
    liaison.shows("草稿已保存，县里还看不到。", "白内障补助", "640.00")
    presses(liaison, "上报方案")
    liaison.shows("第 1 版方案已上报，等县卫健部门答复。")

    clerk.open("/hospitals/plans/")
    goes(clerk, "审核韦桂兰的方案")
    clerk.shows("右眼白内障超声乳化吸除联合人工晶体植入术", "基本医保", "3,840.00")
    clerk.page.fill("#id_remark-drugs", "请写明用什么药")
    presses(clerk, "退回修改")
    clerk.shows("已退回医院修改。", "县里意见：请写明用什么药")

    liaison.open(f"/ledger/people/{case.person_id}/")
    goes(liaison, "按意见修改方案")
    liaison.shows("县里意见：请写明用什么药")
    liaison.page.fill("#id_drugs", "左氧氟沙星滴眼液")
    presses(liaison, "上报方案")
    liaison.shows("和第 1 版不同", "左氧氟沙星滴眼液")

    clerk.open(f"/ledger/people/{case.person_id}/")
    goes(clerk, "审核诊疗方案")
    presses(clerk, "同意方案")
    clerk.shows("已同意第 2 版方案。")
    assert plans_of(case) == [(1, "replaced"), (2, "accepted")] and fresh(case).state == "planned"

    liaison.open(f"/hospitals/plans/{TreatmentPlan.objects.everywhere('test').get(case=case, version=2).pk}/print/")
    liaison.shows("柳州市农村贫困人口大病专项救治诊疗方案", "个人自付 640.00 元")
    liaison.open(f"/ledger/people/{case.person_id}/")
    goes(liaison, "登记入院")
    presses(liaison, "登记入院")
    liaison.shows("已登记入院")
    goes(liaison, "登记出院")
    presses(liaison, "登记出院")
    liaison.shows("已登记出院")
    stay = Stay.objects.everywhere("test").get(case=case)
    assert (stay.admitted_on, stay.discharged_on, fresh(case).state) == (D(2017, 10, 20), D(2017, 10, 20), "treated")


def test_a_phrase_is_put_into_the_line_without_leaving_the_page(cast, desk):
    case = waiting(cast)
    keep_phrase(by=cast.liaison, disease=case.disease, field="treatment", text="白内障超声乳化吸除术")
    liaison = seated(desk, cast.liaison)
    liaison.open(f"/hospitals/cases/{case.pk}/plan/write/")
    liaison.page.fill("#id_treatment", "右眼手术")
    liaison.page.get_by_role("button", name="白内障超声乳化吸除术").click()
    liaison.until(lambda: liaison.page.input_value("#id_treatment") == "右眼手术；白内障超声乳化吸除术")
    assert plans_of(case) == []
