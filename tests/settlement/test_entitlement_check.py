"""应享未享: bills paid elsewhere beside what the policy gives; each difference with the rule that was left out."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.actions.refusals import Refused
from ledger.models import Category
from settlement.actions.checking import check_again, import_paid_bills, remove_paid_bill
from settlement.models import CheckFinding, PaidBill, PersonYear, Settlement
from settlement.paid_rows import PaidRow
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
LAYERS = ("basic", "critical_illness", "medical_assistance", "cataract_subsidy", "government_backstop")
SEPTEMBER = datetime.date(2017, 9, 10)


def row(person, hospital, disease, paid: tuple, *, total=60_000, in_policy=None, bill_no="WF-1", discharged_on=SEPTEMBER, limit=None):
    """One bill as it was paid: yuan by layer in the chain's order; what is left is the patient's."""
    fen = {name: round(amount * 100) for name, amount in zip(LAYERS, paid, strict=False)}
    return PaidRow(
        line=2, person=person.pk, hospital=hospital.pk, disease=disease.pk, bill_no=bill_no,
        admitted_on=discharged_on - datetime.timedelta(days=8), discharged_on=discharged_on, total=total * YUAN,
        in_policy=(total if in_policy is None else in_policy) * YUAN, limit=limit, paid=fen, self_pay=total * YUAN - sum(fen.values()),
    )  # fmt: skip


@pytest.fixture
def check(window, cast):
    """Import bills and answer what was found: (finding, layer, paid less entitled, reason)."""

    def check(person, paid: tuple, **more) -> list[tuple]:
        made = row(person, cast.hospital, cast.disease("gastric-cancer"), paid, **more)
        import_paid_bills(by=cast.insurance, rows=[made])
        found = CheckFinding.objects.visible_to(cast.insurance).filter(person=person).order_by("id")
        return [(one.finding, one.layer, str(one.difference_yuan), one.reason) for one in found]

    return check


def test_paid_as_the_policy_gives_finds_nothing(window, check):
    # (60,000 − 400) × 80 %; (12,320 − 7,500) × 60 %; 9,428 × 50 %; 4,714 is below 10 % of 60,000.
    assert check(window.patient("石永福"), (47_680, 2_892, 4_714, 0, 0)) == []


def test_the_tilt_was_not_applied_and_later_layers_paid_on_a_larger_base(window, check):
    # 59,600 × 75 % = 44,700 instead of 47,680; the others are right on what that left: 7,800 × 60 %, 10,620 × 50 %.
    found = check(window.patient("石永福"), (44_700, 4_680, 5_310, 0, 0))
    assert [one[:3] for one in found] == [
        ("under", "basic", "-2980.00"), ("over", "critical_illness", "1788.00"), ("over", "medical_assistance", "596.00"),
    ]  # fmt: skip
    assert found[0][3] == "倾斜未执行：符合条件（农村贫困人口、统筹区域内或经转诊批准），比例应提高 5 个百分点，实际没有。"
    assert {one[3] for one in found[1:]} == {"本层算法与政策一致，因前面层次的支付与政策不同，计算基数随之不同。"}


def test_the_deductible_was_not_halved(window, check):
    # 120,000: basic 95,680; 24,320 − 15,000 = 9,320 × 60 % instead of 16,820 × 60 %; the rest on what was left.
    found = check(window.patient("石永福"), (95_680, 5_592, 9_364, 0, 0), total=120_000)
    assert found[0] == ("under", "critical_illness", "-4500.00", "倾斜只执行了一部分：起付线没有按倾斜减少。")


def test_a_layer_paid_nothing_though_the_category_was_held(window, check):
    person = window.patient("石永福", category=Category.DIBAO)
    found = check(person, (47_680, 2_892, 0, 0, 1_714))
    # 9,428 × 70 % = 6,599.60; then nothing is above the threshold, so that the backstop has paid on a wrong base.
    assert found[0] == ("under", "medical_assistance", "-6599.60", "出院日属于“低保”，没有按这一类别支付。")
    assert found[1][:3] == ("over", "government_backstop", "1714.00")
    assert found[1][3] == "本层算法与政策一致，因前面层次的支付与政策不同，计算基数随之不同。"


def test_paid_above_the_cap(window, check):
    # 300,000: basic up to its cap of 150,000, critical illness 107,000, then 43,000 × 50 % = 21,500 against a cap of 20,000.
    found = check(window.patient("石永福"), (150_000, 107_000, 21_500, 0, 0), total=300_000)
    assert found == [("over", "medical_assistance", "1500.00", "超过了年度限额 20000.00 元。")]


def test_paid_to_somebody_who_is_in_no_category(window, check):
    # Not poor: 59,600 × 75 % and 15,300 − 15,000 at 50 %; assistance was paid as for 建档立卡.
    found = check(window.patient("石永福", category=None), (44_700, 150, 7_575, 0, 0))
    assert [one[:3] for one in found] == [("over", "medical_assistance", "7575.00")]
    assert found[0][3] == "按“建档立卡”支付，但出院日不属于这一类别。"


def test_an_unverified_category_is_told_with_what_it_would_bring(window, check, cast):
    person = window.patient("石永福", category=Category.DIBAO, verified=False)
    found = check(person, (44_700, 150, 0, 0, 0))
    assert ("unverified", "basic", "0.00", "类别“低保”还没有由民政部门核实。核实后，本层应再付 2,980.00 元。") in found
    assert {one[0] for one in found} == {"unverified"}
    window.verify(person)
    check_again(by=cast.civil)
    again = CheckFinding.objects.visible_to(cast.civil).get(layer="medical_assistance")
    assert (again.finding, str(again.entitled_yuan), str(again.paid_yuan)) == ("under", "6599.60", "0.00")


def test_what_cannot_be_computed_says_what_is_missing(window, check):
    found = check(window.patient("石永福", enrolled=False), (44_700, 150, 0, 0, 0))
    assert [(one[0], one[3]) for one in found] == [("unknown", "不能计算：没有 石永福 2017 年的参保记录。请先登记参保。")]


def test_the_years_other_bills_count_and_nobodys_year_is_touched(window, check, cast):
    person = window.patient("石永福")
    settled = window.settle(
        window.bill(
            person, total=60_000 * YUAN, admitted_on=datetime.date(2017, 8, 1), discharged_on=datetime.date(2017, 8, 9), bill_no="A1"
        )
    )
    before = PersonYear.objects.values().get(person=person)
    # After 12,320 of August: (24,640 − 7,500) × 60 % less 2,892 = 7,392. It was paid as if the year began with this bill.
    found = check(person, (47_680, 2_892, 4_714, 0, 0))
    assert [one[:3] for one in found] == [("under", "critical_illness", "-4500.00"), ("over", "medical_assistance", "2250.00")]
    assert found[0][3] == "没有计入本年先前账单的累计和限额。"
    assert PersonYear.objects.values().get(person=person) == before
    assert Settlement.objects.everywhere("test").get().pk == settled.pk


def test_a_settlement_of_ours_that_came_after_is_told_too(window, check):
    person = window.patient("石永福")
    settled = window.settle(
        window.bill(person, total=60_000 * YUAN, admitted_on=datetime.date(2017, 9, 20), discharged_on=datetime.date(2017, 9, 30))
    )
    found = check(person, (47_680, 2_892, 4_714, 0, 0))
    assert [one[:3] for one in found] == [("under", "critical_illness", "-4500.00"), ("over", "medical_assistance", "2250.00")]
    assert {one[3] for one in found} == {"结算时没有计入在别处支付的账单。按出院先后累计，本层的金额不同。"}
    assert CheckFinding.objects.everywhere("test").filter(settlement=settled).count() == 2


def test_an_approved_referral_counts_outside_the_pooling_area(window, cast):
    hospital = cast.city_hospital
    type(hospital).objects.filter(pk=hospital.pk).update(pooling_area="南宁市")
    # Level 3: (60,000 − 600) × 65 % with the tilt; (21,390 − 7,500) × 60 %; 13,056 × 50 %; (6,528 − 6,000) × 50 %.
    paid = (38_610, 8_334, 6_528, 0, 264)
    for name, number, found in (("石永福", "ZZ2017-08", 0), ("韦桂兰", "", 4)):
        made = row(window.patient(name), hospital, cast.disease("gastric-cancer"), paid, bill_no=f"WF-{name}")
        import_paid_bills(by=cast.insurance, rows=[replace(made, referral_number=number)])
        assert CheckFinding.objects.everywhere("test").filter(person=made.person).count() == found
    assert CheckFinding.objects.everywhere("test").get(layer="basic").finding == "over"


def test_what_no_rule_explains_is_said_to_be_unexplained(window, check):
    found = check(window.patient("石永福"), (47_000, 3_300, 4_850, 0, 0))
    assert found[0] == ("under", "basic", "-680.00", "与政策计算不符，逐条试算都对不上。请核对原账单和支付凭证。")


def test_a_bill_taken_out_takes_its_findings_along(window, check, cast):
    person = window.patient("石永福")
    check(person, (44_700, 4_680, 5_310, 0, 0))
    bill = PaidBill.objects.visible_to(cast.lead).get()
    with pytest.raises(PaidBill.DoesNotExist):
        remove_paid_bill(by=cast.clerk2, bill=bill, reason="导错")
    with pytest.raises(Refused, match="由县医保、民政或卫健部门"):
        remove_paid_bill(by=cast.finance, bill=bill, reason="导错")
    with pytest.raises(Refused, match="请写明删除的原因"):
        remove_paid_bill(by=cast.lead, bill=bill, reason=" ")
    remove_paid_bill(by=cast.lead, bill=bill, reason="导错")
    assert not CheckFinding.objects.everywhere("test").exists() and not PaidBill.objects.everywhere("test").exists()


def test_sums_of_too_little_and_too_much_stand_apart(window, check, cast):
    from settlement.check_workbook import sums_by_layer

    check(window.patient("石永福"), (44_700, 4_680, 5_310, 0, 0))
    check(window.patient("韦桂兰"), (47_680, 2_892, 0, 0, 0), bill_no="WF-2")
    sums = sums_by_layer(list(CheckFinding.objects.visible_to(cast.city)))
    assert sums == [
        ["基本医疗保险", 1, Decimal("2980.00"), 0, Decimal(0)],
        ["大病保险", 0, Decimal(0), 1, Decimal("1788.00")],
        ["医疗救助", 1, Decimal("4714.00"), 1, Decimal("596.00")],
        ["合计", 2, Decimal("7694.00"), 2, Decimal("2384.00")],
    ]
