"""A plan's costs by payer: what the chain says of the planned stay, to the fen; what is missing is a sentence; parts that do not sum are never kept."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from hospitals.estimating import Figures, figures_of
from hospitals.models import Hospital
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Enrolment, Person
from settlement.actions.loading import load_shipped
from settlement.actions.price_limits import add_limit
from settlement.entitlement import Visit
from settlement.models import PlanEstimate, PlanEstimateLine, PolicyArea
from settlement.plan_estimate import NOT_SUMMED, Part, keep_parts
from settlement.preparing import estimate
from tests.hospitals.plans import D, accepted, drafted, filed, fresh, plan_of, waiting
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast):
    """韦桂兰, 白内障, whose plan the county hospital is to write; the shipped policies hold."""
    load_shipped()
    return waiting(cast)


def test_the_estimate_is_what_the_window_would_reckon(cast, case):
    """6,000.00, of which 5,200.00 in policy. 基本医保 (5,200 − 400) × 80 % = 3,840; 医疗救助 half of the 1,360 left = 680; 白内障补助 800;
    of the 680 left what exceeds a tenth of the total is the backstop's by half, 40; 640 stay with the patient."""
    plan = filed(cast, case)
    found = figures_of(plan)
    assert found == Figures(600000, True, (384000, 0, 68000, 4000), (("白内障补助", 80000),), 64000, None, True)
    assert found.balanced
    visit = Visit(case.person, case.disease, Hospital.objects.get(code="450222-1"), D(2017, 10, 23), D(2017, 10, 27))
    result = estimate(visit=visit, total=600000, in_policy=520000, limit=None, given={}).result
    assert [line.amount for line in result.lines] == [384000, 0, 68000, 80000, 4000] and result.self_pay == 64000


def test_a_draft_is_estimated_anew_and_a_new_version_keeps_its_own(cast, case):
    drafted(cast, case)
    drafted(cast, case, total_yuan=Decimal("8000.00"), in_policy_yuan=Decimal("7000.00"))
    assert PlanEstimate.objects.count() == 1 and figures_of(plan_of(case, 1)).total == 800000
    accepted(cast, case)
    second = filed(cast, fresh(case), total_yuan=Decimal("9000.00"), in_policy_yuan=Decimal("8000.00"), reason="用进口晶体")
    assert [figures_of(plan).total for plan in (plan_of(case, 1), second)] == [600000, 900000]
    assert all(figures_of(plan).balanced for plan in (plan_of(case, 1), second))


def test_it_stands_beside_the_limit_of_the_disease(cast, case):
    add_limit(
        by=cast.city, area=PolicyArea.of(cast.county, clock.today()), disease=case.disease, level="level-2", first_day=D(2017, 8, 1), last_day=None,
        amount=5_000_00, document="柳卫发〔2017〕9号", levels={"level-2": "二级"},
    )  # fmt: skip
    plan = filed(cast, case)
    assert figures_of(plan).limit == 500000
    panel = client_of(cast.clerk).get(reverse("settlement:plan-estimate", args=[plan.pk]), headers={"HX-Request": "true"}).content.decode()
    assert "白内障单病种限额 5,000.00 元" in panel and "估算高于限额 1,000.00 元" in panel and "<html" not in panel


@pytest.mark.parametrize(("missing", "sentence"), [
    ("enrolment", "没有 韦桂兰 2017 年的参保记录。请先登记参保。"),
    ("category", "“建档立卡”还没有由扶贫部门核实。请先核实，再按这一类别结算。"),
])  # fmt: skip
def test_what_is_missing_is_a_sentence_and_the_plan_is_filed_all_the_same(cast, case, missing, sentence):
    person = Person.objects.everywhere("test").get(pk=case.person_id)
    if missing == "enrolment":
        Enrolment.objects.all().delete()
    else:
        person.categories.update(verified_on=None, verified_by=None)
    plan = filed(cast, case)
    assert plan.state == "filed"
    assert figures_of(plan) == Figures(600000, False, why_not=(sentence,), sample=True)
    page = client_of(cast.clerk).get(reverse("settlement:plan-estimate", args=[plan.pk])).content.decode()
    assert "没有估算出各方支付，方案仍可上报。" in page and sentence in page


def test_without_a_policy_it_says_so(cast):
    plan = filed(cast, waiting(cast))
    (sentence,) = figures_of(plan).why_not
    assert sentence.startswith("柳城县在出院日 2017-10-27 没有可用的救治政策")


def test_a_draft_without_amounts_or_days_has_none_yet(cast, case):
    plan = drafted(cast, case, in_policy_yuan=None)
    assert PlanEstimate.objects.count() == 0
    assert figures_of(plan).why_not == ("填好计划入院时间、计划出院时间、估算总费用和其中政策范围内费用，保存后就能估算。",)
    assert figures_of(drafted(cast, case, total_yuan=None, in_policy_yuan=None)) is None


# ---- parts that do not sum ----


def _estimate(plan) -> PlanEstimate:
    PlanEstimate.objects.all().delete()
    policy = estimate(
        visit=Visit(plan.case.person, plan.case.disease, plan.hospital, plan.admission_on, plan.discharge_on),
        total=1,
        in_policy=1,
        limit=None,
        given={},
    ).entitlement.version
    told = {"total_yuan": plan.total_yuan, "in_policy_yuan": plan.in_policy_yuan, "version": policy, "made_at": clock.now()}
    return PlanEstimate(plan=plan, **told)


@pytest.mark.parametrize(
    ("parts", "self_pay"), [([384000, 68000], 64000), ([600001], 0), ([600000], 1), ([700000], -100000), ([-1, 600001], 0)]
)
def test_an_estimate_whose_parts_do_not_sum_is_refused(cast, case, parts, self_pay):
    plan = filed(cast, case)
    row = _estimate(plan)
    with pytest.raises(Refused) as caught:
        keep_parts(row, [Part(f"layer-{number}", "基本医疗保险", "insurance", True, fen) for number, fen in enumerate(parts)], self_pay)
    assert (caught.value.message, caught.value.field) == (NOT_SUMMED, "total_yuan")
    assert PlanEstimate.objects.count() == PlanEstimateLine.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["line", "self_pay", "fewer"])
def test_nor_does_the_database_keep_one(cast, change):
    load_shipped()
    plan = filed(cast, waiting(cast))
    lines = PlanEstimateLine.objects.filter(estimate__plan=plan)
    with pytest.raises(IntegrityError, match="do not make up its total"), transaction.atomic():
        if change == "line":
            lines.filter(layer="basic").update(amount_yuan=Decimal("3840.01"))
        elif change == "self_pay":
            PlanEstimate.objects.filter(plan=plan).update(self_pay_yuan=Decimal("639.99"))
        else:
            lines.filter(layer="basic").delete()
    assert figures_of(plan).balanced


def test_a_strangers_plan_has_no_estimate_for_others(cast, case):
    plan = filed(cast, case)
    assert client_of(cast.clerk2).get(reverse("settlement:plan-estimate", args=[plan.pk])).status_code == 404
    draft = drafted(cast, waiting(cast, "莫春兰"))
    assert client_of(cast.clerk).get(reverse("settlement:plan-estimate", args=[draft.pk])).status_code == 404
