"""The list of treatment plans by role, and the work lists that lead to what waits: in three working days the county answers."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hospitals import planning
from hospitals.designating import end_designation
from hospitals.models import TreatmentPlan
from hospitals.plan_list import PAGE, number_waiting
from ledger.actions.cases import return_case, verify_case
from ledger.models import AuditEvent, Holiday
from reports.work import listed_work
from tests.cast import on_day
from tests.hospitals.plan_desk import other_liaison, write_address
from tests.hospitals.plans import D, drafted, filed, waiting
from tests.ledger.desks import client_of, text_of

pytestmark = pytest.mark.django_db


# ---- the list ----


def listed(staff, tab: str = "") -> list[tuple]:
    answer = client_of(staff).get(reverse("hospitals:plan-list"), {"tab": tab} if tab else {})
    assert answer.status_code == 200
    return [(row["case"].person.name, str(row["since"]), row["days"], row["late"]) for row in answer.context["rows"]]


def test_the_liaison_sees_who_waits_for_its_hospital_and_how_long(cast):
    waiting(cast, "韦桂兰", on=D(2017, 10, 17))
    waiting(cast, "莫春兰", on=D(2017, 10, 11))
    written = waiting(cast, "石永福", on=D(2017, 10, 12))
    drafted(cast, written)
    cast.register("覃水莲")
    assert listed(cast.liaison) == [("莫春兰", "2017-10-11", 9, False), ("韦桂兰", "2017-10-17", 3, False)]
    assert listed(cast.liaison, "draft") == [("石永福", "2017-10-20", 0, False)]
    assert number_waiting(cast.liaison) == 2
    assert listed(cast.clerk, "waiting") == [
        ("莫春兰", "2017-10-11", 9, False),
        ("石永福", "2017-10-12", 8, False),
        ("韦桂兰", "2017-10-17", 3, False),
    ]
    assert listed(cast.clerk2, "waiting") == [] and listed(other_liaison(cast)) == []
    row = AuditEvent.objects.filter(action="viewed_list", staff=cast.liaison).order_by("pk").first()
    assert row.detail == {"list": "plans", "filters": ["待写方案"], "rows": 2}


def test_the_county_sees_what_waits_for_its_answer_longest_first(cast):
    for name, day in (("韦桂兰", 18), ("莫春兰", 16), ("石永福", 17)):
        filed(cast, waiting(cast, name), on=D(2017, 10, day))
    assert listed(cast.clerk) == [("莫春兰", "2017-10-16", 4, True), ("石永福", "2017-10-17", 3, False), ("韦桂兰", "2017-10-18", 2, False)]
    assert "超过 3 个工作日" in text_of(client_of(cast.lead).get(reverse("hospitals:plan-list")))
    assert (number_waiting(cast.clerk), number_waiting(cast.clerk2), number_waiting(cast.city)) == (3, 0, 0)
    assert [row[0] for row in listed(cast.city)] == ["莫春兰", "石永福", "韦桂兰"]


def test_the_list_costs_the_same_however_long(cast):
    def queries() -> int:
        client = client_of(cast.clerk)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("hospitals:plan-list")).status_code == 200
        return len(asked)

    filed(cast, waiting(cast))
    one = queries()
    for name in ("韦桂芳", "韦桂英", "韦桂梅"):
        filed(cast, waiting(cast, name))
    assert queries() == one


def test_the_list_goes_on_after_its_fiftieth_row(cast):
    case = waiting(cast)
    plan = filed(cast, case)
    people = [cast.register("韦桂兰", born_on=D(1950, 1, 1) + datetime.timedelta(days=number)) for number in range(PAGE)]
    rows = []
    for person in people:
        one = person.cases.get()
        told = {name: getattr(plan, name) for name in ("hospital", "version", "state", "written_at", "written_by", "filed_at", "filed_by")}
        rows.append(TreatmentPlan(case=one, **told))
    TreatmentPlan.objects.bulk_create(rows)
    client, address = client_of(cast.clerk), reverse("hospitals:plan-list")
    first = client.get(address)
    rest = client.get(address, {"tab": "filed", "after": first.context["more"]})
    assert (len(first.context["rows"]), len(rest.context["rows"]), rest.context["more"]) == (50, 1, "")


def test_a_hospital_whose_plan_would_be_refused_is_not_asked_for_one(cast):
    case = waiting(cast)
    assert [row[0] for row in listed(cast.liaison, "waiting")] == ["韦桂兰"]
    for designation in cast.hospital.designations.filter(disease=case.disease):
        end_designation(by=cast.city, designation=designation, last_day=D(2017, 10, 19), document="柳卫发〔2017〕9号")
    assert listed(cast.liaison, "waiting") == listed(cast.clerk, "waiting") == []
    answer = client_of(cast.liaison).get(write_address(case), follow=True)
    assert "柳城县人民医院不是柳城县 2017 年白内障的定点医院。请县卫健部门另选定点医院。" in text_of(answer)


# ---- three working days ----


def first_work(staff) -> tuple:
    row = listed_work(staff)[0]
    return row.words, row.count, row.tone


def test_what_is_not_answered_in_three_working_days_stands_first_with_the_lead(cast):
    cast.register("覃水莲", on=D(2017, 10, 2))
    sent_back = cast.case_of(cast.register("蓝运来", on=D(2017, 10, 2)))
    return_case(by=cast.clerk, case=verify_case(by=cast.clerk, case=sent_back), reason="住址不对")
    filed(cast, waiting(cast), on=D(2017, 10, 16))
    with on_day(D(2017, 10, 19)):
        assert first_work(cast.lead) == ("退回补正", 1, "bad")
    assert first_work(cast.lead) == ("诊疗方案待答复", 1, "bad")  # The 17th, 18th and 19th have passed.
    assert first_work(cast.clerk) == ("退回补正", 1, "bad")
    page = text_of(client_of(cast.lead).get(reverse("reports:workbench")))
    assert page.index("诊疗方案待答复") < page.index("退回补正")


def test_a_holiday_of_the_city_is_no_working_day(cast):
    Holiday.objects.create(prefecture=cast.prefecture, day=D(2017, 10, 18), name="县庆日", document="放假通知")
    filed(cast, waiting(cast), on=D(2017, 10, 16))
    assert listed(cast.clerk)[0][3] is False
    with on_day(D(2017, 10, 23)):
        assert listed(cast.clerk)[0][3] is True


def test_the_liaison_is_led_to_what_was_returned_before_anything_else(cast):
    waiting(cast, "莫春兰")
    case = waiting(cast)
    planning.return_plan(by=cast.clerk, plan=filed(cast, case), remarks={"drugs": "请写明用法用量"})
    assert [(row.words, row.count) for row in listed_work(cast.liaison)] == [("诊疗方案退回修改", 1), ("待写诊疗方案", 1)]
    page = text_of(client_of(cast.liaison).get(reverse("reports:work-list"), {"kind": "plan-returned"}))
    assert write_address(case) in page and "白内障，第 1 版" in page
