"""先诊疗后付费: who comes under it on the day of admission, what is recorded, and how many person-times a county reports."""

import datetime

import pytest

from hospitals.deferral_rule import Asked, Terms, keep_terms, undone
from hospitals.deferring import record_deferral, served_until, violations
from hospitals.depositing import record_deposit, withdraw_deposit
from hospitals.models import Deferral, DeferralRule, Deposit, Hospital, Stay
from ledger.actions.categories import end_category, hold_category
from ledger.actions.homes import move_house
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, Category, DataChange
from tests.cast import on_day
from tests.hospitals.deferral_desk import IN, OUT, TODAY, in_hospital, sign

pytestmark = pytest.mark.django_db
D = datetime.date


def why_not(stay: Stay) -> str:
    return Asked(stay.case.person).about(stay).why_not


@pytest.mark.parametrize("category", list(Category), ids=lambda one: one.name)
def test_every_poor_category_comes_under_it_in_the_countys_own_hospital(cast, category):
    stay = in_hospital(cast, category=category)
    found = Asked(stay.case.person).about(stay)
    assert (found.categories, found.county, found.why_not) == ([category], cast.county, "")


def test_it_is_the_day_of_admission_that_counts(cast):
    began_later, began_then = in_hospital(cast, "覃水莲", category=None), in_hospital(cast, "莫小妹", category=None)
    for stay, since in ((began_later, IN + datetime.timedelta(days=1)), (began_then, IN)):
        hold_category(by=cast.clerk, person=stay.case.person, category=Category.DIBAO, since=since, basis="低保证")
    assert why_not(began_later) == (
        "覃水莲在入院当天 2017-09-04 没有建档立卡、低保、特困供养、孤儿、贫困残疾人中的任何一类，不适用先诊疗后付费。类别记错的，请先改正类别。"
    )
    assert why_not(began_then) == ""
    ended = in_hospital(cast, "韦桂兰")
    with on_day(TODAY):
        end_category(by=cast.poverty, fact=ended.case.person.categories.get(), on=IN + datetime.timedelta(days=1), reason="动态调整")
    assert why_not(ended) == ""  # Held on the day itself.
    gone = in_hospital(cast, "石永福")
    with on_day(TODAY):
        end_category(by=cast.poverty, fact=gone.case.person.categories.get(), on=IN, reason="动态调整")
    assert why_not(gone).startswith("石永福在入院当天 2017-09-04 没有")


def test_whoever_is_not_enrolled_or_elsewhere_does_not_come_under_it(cast):
    assert (
        why_not(in_hospital(cast, "韦桂兰", enrolled=None)) == "没有韦桂兰 2017 年的参保记录，不能确定是否适用先诊疗后付费。请先登记参保。"
    )
    assert (
        why_not(in_hospital(cast, "覃水莲", enrolled=False)) == "覃水莲 2017 年未参保，不适用先诊疗后付费。参保记录有误的，请医保部门核对。"
    )
    away = in_hospital(cast, "莫小妹", hospital=cast.city_hospital)
    assert why_not(away) == "柳州市工人医院不在柳城县，也不是试点医院，不适用先诊疗后付费。"
    other = in_hospital(cast, "石永福", village=cast.village2)
    assert why_not(other) == "柳城县人民医院不在鹿寨县，也不是试点医院，不适用先诊疗后付费。"


def test_the_city_says_by_a_document_who_and_where(cast):
    away = in_hospital(cast, "莫小妹", hospital=cast.city_hospital)
    disabled = in_hospital(cast, "梁阿福", category=Category.DISABLED_POOR)
    told = {"categories": [1, 2, 3, 4], "own_county": True, "document": "柳卫医〔2017〕27号"}
    keep_terms(by=cast.city, pilots=["450202-1"], **told)
    assert why_not(away) == ""
    assert why_not(disabled).startswith("梁阿福在入院当天 2017-09-04 没有建档立卡、低保、特困供养、孤儿中的任何一类")
    assert Terms.of(cast.prefecture) == Terms(frozenset({1, 2, 3, 4}), True, frozenset({"450202-1"}), "柳卫医〔2017〕27号")
    with pytest.raises(Refused, match="类别和医院都没有改动，不用保存。"):
        keep_terms(by=cast.city, pilots=["450202-1"], **told)
    with pytest.raises(Refused, match="请写明依据的文件或文号。"):
        keep_terms(by=cast.city, pilots=[], **told | {"document": " "})
    with pytest.raises(Refused, match="请至少选择一个类别。"):
        keep_terms(by=cast.city, pilots=[], **told | {"categories": []})
    with pytest.raises(Refused, match="没有代码为 nowhere 的医院。"):
        keep_terms(by=cast.city, pilots=["nowhere"], **told)
    keep_terms(by=cast.city, categories=[1, 2, 3, 4], own_county=False, pilots=[], document="柳卫医〔2017〕30号")
    assert DeferralRule.objects.count() == 1
    assert [change.text for change in DataChange.objects.order_by("pk")] == [
        "没有规则 → 建档立卡、低保、特困供养、孤儿；县域内医疗机构，试点医院：柳州市工人医院",
        "建档立卡、低保、特困供养、孤儿；县域内医疗机构，试点医院：柳州市工人医院 → 建档立卡、低保、特困供养、孤儿；全部医疗机构",
    ]


def test_the_work_list_asks_the_database_the_same_rule(cast):
    in_hospital(cast, "甲")
    in_hospital(cast, "乙", category=None)
    in_hospital(cast, "丙", enrolled=False)
    in_hospital(cast, "丁", category=Category.DISABLED_POOR)
    in_hospital(cast, "戊", hospital=cast.city_hospital)
    in_hospital(cast, "己", left=OUT)
    sign(cast, in_hospital(cast, "庚"))

    def waiting() -> list[str]:
        stays = undone(cast.clerk).select_related("case__person", "hospital")
        assert all(why_not(stay) == "" for stay in stays)
        return sorted(stay.case.person.name for stay in stays)

    assert waiting() == ["丁", "甲"]
    told = {"categories": [1, 2, 3, 4], "document": "柳卫医〔2017〕27号"}
    keep_terms(by=cast.city, own_county=True, pilots=["450202-1"], **told)
    assert waiting() == ["戊", "甲"]
    keep_terms(by=cast.city, own_county=True, pilots=[], **told)
    assert waiting() == ["甲"]
    keep_terms(by=cast.city, own_county=False, pilots=[], **told)
    assert waiting() == ["戊", "甲"]


def test_what_was_shown_and_signed_is_recorded(cast):
    stay = in_hospital(cast)
    record_deferral(
        by=cast.liaison, stay=stay, documents=["poverty_proof", "id_card"], copies_kept=True, originals_returned=False,
        signed_on=None, signed_by="",
    )  # fmt: skip
    row = Deferral.objects.everywhere("test").get()
    assert (row.county, row.categories, row.documents) == (cast.county, [1], ["id_card", "poverty_proof"])
    assert (row.copies_kept, row.originals_returned, row.signed_on, row.signed_by) == (True, False, None, "")
    event = stay.case.events.get(move="deferral_recorded")
    assert event.text == "白内障办理先诊疗后付费（建档立卡），柳城县人民医院，协议书未签"
    sign(cast, stay, reason="补签协议书", signed_on=D(2017, 9, 5), signed_by="韦大山（儿子）")
    row.refresh_from_db()
    assert (row.signed_on, row.signed_by, row.originals_returned) == (D(2017, 9, 5), "韦大山（儿子）", True)
    event = stay.case.events.get(move="deferral_changed")
    assert (event.text, event.reason) == ("白内障更正先诊疗后付费（建档立卡），柳城县人民医院，2017-09-05 签协议书", "补签协议书")
    assert AuditEvent.objects.filter(action__in=["deferral_recorded", "deferral_changed"]).count() == 2


WRONG = [  # (what is told, field, sentence)
    ({"documents": []}, "documents", "请勾选出示过的证件，至少一种。"),
    ({"documents": ["passport"]}, "documents", "请勾选出示过的证件，至少一种。"),
    ({"signed_by": " "}, "signed_by", "请填写签订人（患者本人或家属）。"),
    ({"signed_on": None}, "signed_on", "请填写签订日期。还没有签的，签订人也先不填。"),
    ({"signed_on": D(2017, 9, 3)}, "signed_on", "签订日期 2017-09-03 早于入院日期 2017-09-04，请改正。"),
    ({"signed_on": D(2017, 9, 13)}, "signed_on", "签订日期 2017-09-13 晚于出院日期 2017-09-12，请改正。"),
]


@pytest.mark.parametrize(("told", "field", "sentence"), WRONG, ids=[f"{row[1]}-{index}" for index, row in enumerate(WRONG)])
def test_half_an_agreement_is_refused(cast, told, field, sentence):
    stay = in_hospital(cast, left=OUT)
    with pytest.raises(Refused) as refused:
        sign(cast, stay, **told)
    assert (refused.value.field, refused.value.message) == (field, sentence)
    assert not Deferral.objects.everywhere("test").exists()


def test_a_day_to_come_a_second_time_and_somebody_not_eligible_are_refused(cast):
    stay = in_hospital(cast)
    with pytest.raises(Refused, match="签订日期 2017-10-21 晚于今天 2017-10-20，请改正。"):
        sign(cast, stay, signed_on=D(2017, 10, 21))
    sign(cast, stay)
    with pytest.raises(Refused, match="这次住院已经登记过。要改动的，请写明原因。"):
        sign(cast, stay)
    poor = in_hospital(cast, "覃水莲", category=None)
    with pytest.raises(Refused, match="覃水莲在入院当天 2017-09-04 没有"):
        sign(cast, poor)
    assert Deferral.objects.everywhere("test").count() == 1
    with pytest.raises(Stay.DoesNotExist):
        sign(cast, poor, by=cast.clerk2)


def deposit(cast, stay: Stay, on: D = IN) -> Deposit:
    return record_deposit(by=cast.liaison, stay=stay, taken_on=on, amount=500_00, reason="没有出示证明")


def test_the_countys_person_times_are_those_who_enjoyed_it(cast):
    first, second, third = (in_hospital(cast, name, on=day) for name, day in (("甲", IN), ("乙", D(2017, 9, 30)), ("丙", D(2017, 10, 1))))
    assert served_until(cast.county, TODAY) == 0
    for stay in (first, second, third):
        sign(cast, stay)
    assert [served_until(cast.county, day) for day in (D(2017, 9, 3), IN, D(2017, 9, 30), TODAY)] == [0, 1, 2, 3]
    assert served_until(cast.county2, TODAY) == 0
    unsigned = in_hospital(cast, "丁")
    sign(cast, unsigned, signed_on=None, signed_by="")
    assert served_until(cast.county, TODAY) == 3
    row = deposit(cast, first, D(2017, 9, 10))  # Taken after the agreement: from that day on it was not enjoyed.
    assert [served_until(cast.county, day) for day in (D(2017, 9, 9), D(2017, 9, 10), TODAY)] == [1, 0, 2]
    withdraw_deposit(by=cast.liaison, deposit=row, reason="登记错人")
    assert served_until(cast.county, TODAY) == 3


def test_violations_are_the_standing_deposits_of_the_days_by_county(cast):
    own = Hospital.objects.create(code="450223-1", name="鹿寨县人民医院", county=cast.county2)
    there = in_hospital(cast, "丙", village=cast.village2, hospital=own)
    record_deposit(by=cast.clerk2, stay=there, taken_on=D(2017, 9, 5), amount=800_00, reason="系统未识别")
    late, early = in_hospital(cast, "乙"), in_hospital(cast, "甲")
    rows = [deposit(cast, late, D(2017, 9, 30)), deposit(cast, early, IN), deposit(cast, early, D(2017, 10, 1))]
    withdrawn = deposit(cast, early, D(2017, 9, 8))
    withdraw_deposit(by=cast.liaison, deposit=withdrawn, reason="重复登记")
    found = violations([cast.county, cast.county2], D(2017, 9, 1), D(2017, 9, 30))
    told = [(row.county.code, row.stay.case.person.name, row.stay.hospital.name, row.taken_on, str(row.amount_yuan)) for row in found]
    assert told == [
        ("450222", "甲", "柳城县人民医院", D(2017, 9, 4), "500.00"),
        ("450222", "乙", "柳城县人民医院", D(2017, 9, 30), "500.00"),
        ("450223", "丙", "鹿寨县人民医院", D(2017, 9, 5), "800.00"),
    ]
    assert list(violations([cast.county2], D(2017, 10, 1), D(2017, 10, 31))) == []
    assert [row.pk for row in violations([cast.county], D(2017, 10, 1), D(2017, 10, 31))] == [rows[2].pk]


def test_whoever_moves_to_another_county_stays_in_the_figures_of_the_first(cast):
    stay = in_hospital(cast)
    sign(cast, stay)
    with on_day(D(2017, 10, 10)):
        move_house(by=cast.clerk, person=stay.case.person, village=cast.village2, address="1 组", on=D(2017, 10, 9), reason="搬迁")
    assert (served_until(cast.county, TODAY), served_until(cast.county2, TODAY)) == (1, 0)
    stay = Stay.objects.everywhere("test").select_related("case__person", "hospital").get(pk=stay.pk)
    assert Asked(stay.case.person).about(stay).county == cast.county
