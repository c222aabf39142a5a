"""质量控制 of September 2017: two patients of the county hospital, one of them back within a month, and one of the city's."""

import datetime
import io

import openpyxl
import pytest
from django.urls import reverse

from hospitals.models import PlanState, Standard, Stay, TreatmentPlan
from hospitals.models.stay import Course
from ledger import clock
from ledger.actions.cases import verify_case
from ledger.models import AuditEvent, Case
from reports.models import QualityGoal
from reports.quality import stays_of, table, tallies
from tests.cast import on_day
from tests.ledger.desks import client_of
from tests.settlement.kept import kept_settlement
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
D = datetime.date
SEPTEMBER, LAST = D(2017, 9, 1), D(2017, 9, 30)


def stayed(cast, case: Case, hospital, admitted: D, left: D, **told) -> Stay:
    """A stay as the hospital has recorded it."""
    by = cast.clerk if case.county_id == cast.county.pk else cast.clerk2
    return Stay.objects.create(
        case=case, hospital=hospital, admitted_on=admitted, discharged_on=left, recorded_at=clock.now(), recorded_by=by, **told
    )


def verified(cast, name: str, on: D, **told) -> Case:
    person = cast.register(name, on=on, **told)
    with on_day(on):
        return verify_case(by=cast.clerk if person.county_id == cast.county.pk else cast.clerk2, case=cast.case_of(person))


@pytest.fixture
def september(cast) -> dict[str, Stay]:
    """What the stories below count."""
    path = Standard.objects.create(
        prefecture=cast.prefecture, kind="pathway", number="卫办医政发〔2009〕155号", title="老年性白内障临床路径"
    )
    QualityGoal.objects.create(
        prefecture=cast.prefecture, since=D(2017, 7, 28), catalogue_share="0.95", document="柳卫医〔2017〕40号 二（四）2"
    )
    first = verified(cast, "韦桂兰", D(2017, 9, 1))
    one = stayed(cast, first, cast.hospital, D(2017, 9, 4), D(2017, 9, 8), pathway=path, pathway_course=Course.FOLLOWED)
    kept_settlement(one, by=cast.liaison, bill_no="A1", total=6_000 * YUAN, limit=5_000 * YUAN, drugs_in=94_999_9, drugs_out=5_000_1)
    TreatmentPlan.objects.create(
        case=first, hospital=cast.hospital, version=1, state=PlanState.ACCEPTED, total_yuan=8_000, written_at=clock.now(), written_by=cast.liaison,
        filed_at=clock.now(),
    )  # fmt: skip
    second = verified(cast, "石永福", D(2017, 9, 11), sex="male")
    two = stayed(
        cast, second, cast.hospital, D(2017, 9, 10), D(2017, 9, 10), pathway=path, pathway_course=Course.LEFT, pathway_left="术中出血"
    )
    kept_settlement(two, by=cast.liaison, bill_no="A2", total=4_000 * YUAN, limit=5_000 * YUAN)
    back = stayed(cast, second, cast.hospital, D(2017, 10, 9), D(2017, 10, 12))
    third = verified(cast, "覃水莲", D(2017, 9, 1), village=cast.village2, disease="gastric-cancer")
    city = stayed(cast, third, cast.city_hospital, D(2017, 9, 3), D(2017, 9, 23), pathway_course=Course.NONE)
    kept_settlement(city, by=cast.liaison, bill_no="B1", total=50_000 * YUAN)
    return {"one": one, "two": two, "back": back, "city": city}


def told(staff) -> list[tuple]:
    """The lines of September as (hospital, disease, the figures)."""
    lines = table(tallies(stays_of(staff), SEPTEMBER, LAST, 30), SEPTEMBER)
    return [
        (
            line.hospital and line.hospital.code, line.disease and line.disease.code, line.tally.stays, line.tally.followed, line.tally.left,
            line.tally.wait_days, line.tally.waited, line.tally.average_cost, line.tally.above_limit, line.tally.bed_days, line.tally.readmitted,
        )
        for line in lines
    ]  # fmt: skip


def test_each_sees_whose_quality_it_answers_for(cast, september):
    county = ("450222-1", "cataract", 2, 1, 1, 3, 2, 5_000 * YUAN, 1, 5, 1)
    whole = (None, None, *county[2:])
    assert told(cast.liaison) == told(cast.clerk) == [county, whole]
    assert told(cast.clerk2) == []  # The city's hospital stands in no county.
    assert told(cast.city) == [
        ("450202-1", "gastric-cancer", 1, 0, 0, 2, 1, 50_000 * YUAN, 0, 20, 0), county, (None, None, 3, 1, 1, 5, 3, 2_000_000, 1, 25, 1),
    ]  # fmt: skip


def test_costs_are_held_against_the_limit_and_against_the_plan_and_drugs_against_the_goal(cast, september):
    (tally,) = tallies(stays_of(cast.clerk), SEPTEMBER, LAST, 30).values()
    assert (tally.cost_to_limit, tally.cost_to_plan) == (1, 0.75)  # 10,000 of 10,000; 6,000 of the 8,000 planned.
    page = client_of(cast.clerk).get(reverse("reports:quality"), {"month": "2017-09"}).content.decode()
    for words in ("100.0%", "75.0%", '<b class="bad" title="低于 95%">94.99%</b>', "1 / 1", "术中出血（1）", "1（50.0%）", "5,000.00"):
        assert words in page, words
    assert "到 2017-10-30 才满 30 天" in page and "没有药品费的不适用" in page
    assert client_of(cast.city).get(reverse("reports:quality"), {"month": "2017-09"}).content.decode().count("不适用</td>") == 1


@pytest.mark.parametrize(("within", "again"), [(28, 0), (29, 1), (30, 1)])
def test_a_return_is_counted_by_its_days(cast, september, within, again):
    (tally,) = tallies(stays_of(cast.clerk), SEPTEMBER, LAST, within).values()
    assert tally.readmitted == again


def test_a_transfer_on_the_day_of_leaving_and_a_lasting_treatment_are_no_returns(cast, september):
    case = september["one"].case
    stayed(cast, case, cast.city_hospital, D(2017, 9, 8), D(2017, 9, 20))
    (tally,) = tallies(stays_of(cast.clerk), SEPTEMBER, LAST, 30).values()
    assert tally.readmitted == 1  # Only 石永福.
    Stay.objects.everywhere("test").filter(pk=september["two"].pk).update(lasting=True)
    (tally,) = tallies(stays_of(cast.clerk), SEPTEMBER, LAST, 30).values()
    assert tally.readmitted == 0


def test_the_page_asks_as_much_for_many_stays_as_for_one_and_draws_six_months(cast, september, django_assert_max_num_queries):
    client = client_of(cast.city)
    with django_assert_max_num_queries(60) as few:
        answer = client.get(reverse("reports:quality"))
    assert answer.context["month"] == SEPTEMBER  # The last whole month.
    assert [one.figure for one in answer.context["charts"][0][1].columns] == ["0", "0", "0", "0", "0", "3"]
    for number in range(12):
        case = verified(cast, f"韦{number}", D(2017, 9, 1), disease="gastric-cancer")
        stayed(cast, case, cast.hospital, D(2017, 9, 4), D(2017, 9, 8))
    with django_assert_max_num_queries(len(few)):
        answer = client.get(reverse("reports:quality"), {"month": "2017-09"})
    assert [row["line"].tally.stays for row in answer.context["rows"]] == [1, 12, 2, 14, 15]
    narrowed = client.get(reverse("reports:quality"), {"month": "2017-09", "disease": "cataract", "hospital": "450222-1"})
    assert [row["line"].tally.stays for row in narrowed.context["rows"]] == [2, 2]
    assert "2017 年 7 月没有出院的患者。" in client.get(reverse("reports:quality"), {"month": "2017-07"}).content.decode()
    assert client.get(reverse("reports:quality"), {"month": "2017-99", "hospital": "\0", "disease": "x"}).context["month"] == SEPTEMBER


def test_without_a_goal_the_share_is_shown_and_not_judged(cast, september):
    QualityGoal.objects.all().delete()
    page = client_of(cast.clerk).get(reverse("reports:quality"), {"month": "2017-09"}).content.decode()
    assert "94.99%" in page and 'class="bad"' not in page and "本市还没有录入目标" in page


def test_the_workbook_says_what_the_page_says(cast, september):
    answer = client_of(cast.city).get(reverse("reports:quality-workbook"), {"month": "2017-09"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    first = [list(row) for row in book["质量控制表"].iter_rows(min_row=3, max_row=6, values_only=True)]
    assert first == [
        ["医院", "病种", "出院人次", "按路径完成", "退出路径", "平均等候（天）", "已结算人次", "平均费用（元）", "与限额比", "超限额人次", "与方案比", "平均住院日",
         "目录内药品费占比", "再入院人次"],
        ["柳州市工人医院", "胃癌", 1, 0, 0, 2, 1, 50000, "—", 0, "—", 20, "不适用", 0],
        ["柳城县人民医院", "白内障", 2, 1, 1, 1.5, 2, 5000, "100.0%", 1, "75.0%", 2.5, "94.99%", 1],
        ["合计", None, 3, 1, 1, 1.7, 3, 20000, "100.0%", 1, "75.0%", 8.3, "94.99%", 1],
    ]  # fmt: skip
    trend = [list(row) for row in book["各月趋势"].iter_rows(min_row=7, max_row=8, values_only=True)]
    assert trend == [["2017 年 8 月", 0, None, None, None, 0], ["2017 年 9 月", 3, 20000, 8.3, 94.99, 1]]
    assert len(book["各月趋势"]._charts) == 3
    assert AuditEvent.objects.get(action="exported").detail == {"what": "质量控制表", "period": "2017-09"}
