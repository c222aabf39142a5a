"""The workbench of every role: what waits for whom, within their own area, by a number of queries that does not grow."""

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hospitals.models import Stay
from ledger.actions.cases import close_case, open_case, return_case, verify_case
from ledger.actions.categories import give_policy_card
from ledger.models import Case, Category, CategoryFact, Person, Role, Staff
from reports.actions import rebuild_drafts, receive, submit
from reports.models import Due, Submission
from reports.views.due_states import months_around, state_of
from reports.work import newest_events
from tests.cast import on_day
from tests.handing_in import hand_in, make_ready

pytestmark = pytest.mark.django_db
OCTOBER = datetime.date(2017, 10, 1)
ROLES = [
    "clerk", "lead", "city", "township", "civil", "poverty", "disabled", "insurance", "finance", "liaison", "expert", "auditor", "operator",
]  # fmt: skip
NAMELESS = ["expert", "auditor", "operator", "city"]


def workbench(staff):
    client = Client()
    client.force_login(staff)
    answer = client.get("/")
    assert answer.status_code == 200
    return answer


def work_of(answer) -> dict[str, int]:
    return {row.words: row.count for row in answer.context["work"]}


@pytest.fixture
def busy(cast, dues):
    """A county at work: found, registered, returned, treated; another county beside it."""
    made = {
        "found": cast.register("莫秀英", found_only=True, by=cast.civil, category=Category.DIBAO),
        "registered": cast.register("石小禾", on=datetime.date(2017, 10, 16)),
        "returned": cast.register("覃福生", disease="gastric-cancer"),
        "treated": cast.register("梁月娥", on=datetime.date(2017, 9, 1)),
        "elsewhere": cast.register("外县人", village=cast.village2),
    }
    cast.treat(made["treated"], on=datetime.date(2017, 10, 9))
    return_case(by=cast.clerk, case=cast.case_of(made["returned"]), reason="缺病理报告")
    return made


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_its_page_and_no_other_countys_people(cast, busy, role):
    assert set(ROLES) == set(Role.values)
    html = workbench(getattr(cast, role)).content.decode()
    assert "2017 年 10 月 20 日" in html and "外县人" not in html
    if role not in NAMELESS:
        assert "鹿寨" not in html


@pytest.mark.parametrize("role", NAMELESS)
def test_whoever_sees_no_patient_is_shown_none(cast, busy, role):
    html = workbench(getattr(cast, role)).content.decode()
    for person in busy.values():
        assert person.name not in html


def test_the_bureau_is_told_what_waits_and_how_long(cast, busy):
    clerk = workbench(cast.clerk)
    assert work_of(clerk) == {"退回补正": 1, "待核实登记": 1, "已发现，待登记建档": 1, "月报待核对": 4}
    told = {row.words: row.told for row in clerk.context["work"]}
    assert told["待核实登记"] == "最早一例 10-16 登记，已等 4 天"
    assert told["月报待核对"] == "F1、F2，8 月、9 月，08-23 18:00 已过截止时间"
    assert [row.tone for row in clerk.context["work"]] == ["bad", "warn", "", "bad"]
    listed = [f"/work/?kind={kind}" for kind in ("returned", "registered", "found")]
    assert [row.address for row in clerk.context["work"]] == [*listed, "/months/2017-08/450222/"]
    assert work_of(workbench(cast.lead))["已救治，待销号"] == 1
    html = clerk.content.decode()
    assert reverse("ledger:case-list") + "?state=registered" in html


def test_what_waits_too_long_stands_before_what_does_not(cast, dues):
    cast.register("今天的")
    cast.register("莫秀英", found_only=True, by=cast.civil, category=Category.DIBAO)
    verified = cast.register("没有方案的", on=datetime.date(2017, 9, 1))
    with on_day(datetime.date(2017, 9, 4)):
        verify_case(by=cast.clerk, case=cast.case_of(verified))
    work = workbench(cast.clerk).context["work"]
    assert [(row.words, row.told, row.tone) for row in work] == [
        ("核实后没有定方案", "最早一例 09-04 核实，已等 46 天", "warn"),
        ("待核实登记", "最早一例 10-20 登记，今天的", ""),
        ("已发现，待登记建档", "最早一例 10-20 发现，今天的", ""),
        ("月报待核对", "F1、F2，8 月、9 月，08-23 18:00 已过截止时间", "bad"),
    ]
    assert '<a href="/work/">待办清单</a>' in workbench(cast.clerk).content.decode()
    assert '<a href="/work/">待办清单</a>' not in workbench(cast.finance).content.decode()


def test_what_others_keep_is_told_to_the_bureau_and_asked_of_them(cast, busy):
    assert "县民政局核实" not in workbench(cast.clerk).context["elsewhere"]
    cast.register("韦无核", category=Category.TEKUN)
    cast.register("蓝无核", category=Category.DISABLED_POOR)
    elsewhere = workbench(cast.clerk).context["elsewhere"]
    assert "县民政局核实 1 人" in elsewhere and "残联核实 1 人" in elsewhere
    civil = workbench(cast.civil)
    assert [fact.person.name for fact in civil.context["facts"]] == ["韦无核"] and civil.context["number"] == 1
    assert [fact.person.name for fact in workbench(cast.disabled).context["facts"]] == ["蓝无核"]
    own = CategoryFact.objects.filter(verified_on=None, category=Category.REGISTERED_POOR, person__county=cast.county)
    assert workbench(cast.poverty).context["number"] == own.count() > 0


def test_the_lead_decides_on_ages(cast, dues):
    cast.register("大孩子", disease="vsd", born_on=datetime.date(2000, 1, 2))
    lead, clerk = workbench(cast.lead), workbench(cast.clerk)
    assert work_of(lead)["年龄待确认"] == 1 and "年龄待确认" not in work_of(clerk)


def test_a_discharge_without_a_word_on_the_treatment_waits(cast, busy):
    case = cast.case_of(busy["treated"])
    Case.objects.everywhere("test").filter(pk=case.pk).update(state="in_treatment", completed_on=None)
    stay = Stay.objects.create(
        case=case, hospital=cast.hospital, admitted_on=datetime.date(2017, 9, 25), discharged_on=datetime.date(2017, 10, 2),
        recorded_at=datetime.datetime(2017, 10, 2, tzinfo=datetime.UTC), recorded_by=cast.clerk,
    )  # fmt: skip
    for staff in (cast.clerk, cast.liaison):
        rows = {row.words: row.told for row in workbench(staff).context["work"]}
        assert rows["出院未登记完成治疗"] == "最早一例 10-02 出院，已等 18 天"
    stay.discharged_on = None
    stay.save()
    assert "出院未登记完成治疗" not in work_of(workbench(cast.clerk))
    assert [one.case.person.name for one in workbench(cast.liaison).context["stays"]] == ["梁月娥"]


def test_lasting_treatment_does_not_wait_to_be_closed(cast, busy):
    case = cast.case_of(busy["treated"])
    Stay.objects.create(
        case=case, hospital=cast.hospital, admitted_on=datetime.date(2017, 9, 25), completed_on=datetime.date(2017, 10, 2), lasting=True,
        recorded_at=datetime.datetime(2017, 10, 2, tzinfo=datetime.UTC), recorded_by=cast.clerk,
    )  # fmt: skip
    assert "已救治，待销号" not in work_of(workbench(cast.lead))


def test_the_month_goes_through_its_steps(cast, busy):
    def stands() -> list[str]:
        return [step.stand for step in workbench(cast.lead).context["steps"]]

    answer = workbench(cast.lead)
    assert answer.context["left"] == 3 and stands() == ["now", "", "", ""] and "月报待提交" not in work_of(answer)
    rebuild_drafts(cast.county, OCTOBER)
    assert stands() == ["past", "now", "", ""] and "月报待提交" not in work_of(workbench(cast.lead))
    make_ready(cast.county, OCTOBER, ["F1", "F2"])
    assert stands() == ["past", "past", "now", ""] and work_of(workbench(cast.lead))["月报待提交"] == 2
    assert "月报待提交" not in work_of(workbench(cast.clerk))
    submit(by=cast.lead, county=cast.county, period=OCTOBER, forms=["F1"])
    assert "还差 F2" in workbench(cast.clerk).content.decode() and work_of(workbench(cast.lead))["月报待提交"] == 1
    submit(by=cast.lead, county=cast.county, period=OCTOBER, forms=["F2"])
    assert stands() == ["past", "past", "past", "now"] and "查看 10 月月报" in workbench(cast.lead).content.decode()
    for one in Submission.objects.everywhere("test").filter(due__county=cast.county, state="submitted"):
        receive(by=cast.city, submission=one)
    assert stands() == ["past"] * 4


def test_the_glance_shows_what_f1_counts(cast, busy):
    for role in ("clerk", "insurance", "finance"):
        answer = workbench(getattr(cast, role))
        assert answer.context["total"] | {"civil_quarter": 0} == {
            "total": 3, "treated": 1, "quarter": 1, "untreated": 2, "civil_quarter": 0,
        }  # fmt: skip
        assert re.search(r'<rect class="c2" x="127.0"', answer.content.decode())
    assert reverse("reports:month", args=[OCTOBER, "450222"]) not in workbench(cast.insurance).content.decode()


def test_recent_events_are_the_countys_own_newest_first(cast, busy):
    close_case(by=cast.lead, case=cast.case_of(busy["treated"]), outcome="cured", reason="已治愈", on=datetime.date(2017, 10, 20))
    events = workbench(cast.clerk).context["events"]
    assert events[0].text == "白内障治愈，销号" and len(events) <= 5
    assert {event.person.county_id for event in events} == {cast.county.pk}
    Person.objects.everywhere("test").filter(pk=busy["treated"].pk).update(county=cast.county2)
    assert "梁月娥" not in workbench(cast.clerk).content.decode()


def test_a_township_sees_its_own_town(cast, busy):
    cast.register("邻镇人", village=cast.other_village)
    answer = workbench(cast.township)
    assert "邻镇人" not in answer.content.decode()
    assert {case.person.name for case in answer.context["unverified"]} == {"莫秀英", "石小禾", "覃福生"}
    assert work_of(answer) == {"退回补正": 1, "已发现，待登记建档": 1}


# ---- the city ----


def test_the_city_sees_who_has_submitted(cast, busy):
    rebuild_drafts(cast.county2, OCTOBER)
    rebuild_drafts(cast.county, OCTOBER)
    hand_in(cast.county, OCTOBER, ["F1", "F2"])
    hand_in(cast.county2, OCTOBER, ["F2"])
    answer = workbench(cast.city)
    rows = {row.county.code: [cell.state.word if cell.state else "—" for cell in row.cells] for row in answer.context["matrix"].rows}
    assert rows["450222"] == ["缺报"] * 4 + ["已报"] * 2 + ["未到"] * 2
    assert rows["450223"] == ["缺报"] * 4 + ["草稿", "已报"] + ["未到"] * 2
    tally = answer.context["tally"]
    assert (tally.both, tally.one) == (["柳城县"], ["鹿寨县"])
    assert [told for told, _ in answer.context["matrix"].foot] == ["0/2"] * 4 + ["1/2", "2/2", "", ""]
    rates = answer.context["matrix"].rates
    # October is not due yet: what came early counts from the 23rd on.
    assert (rates.timeliness.words, rates.timeliness.counted) == ("0%", "0/8")
    ranked = [(row.name, row.counted) for row in answer.context["ranking"].rows]
    assert ranked == [("柳城县", "1/3"), ("鹿寨县", "0/1")] and answer.context["whole"].counted == "1/4"


def test_a_return_is_late_by_the_days_that_passed():
    deadline = datetime.datetime(2017, 9, 23, 10, tzinfo=datetime.UTC)  # 18:00 in Shanghai
    due = Due(period=datetime.date(2017, 9, 1), deadline_at=deadline)

    def word(submitted, now=datetime.datetime(2017, 10, 20, tzinfo=datetime.UTC)):
        state = "submitted" if submitted else "draft"
        return state_of(due, Submission(state=state, submitted_at=submitted), now).word

    assert word(deadline) == "按时"
    assert word(deadline, now=deadline) == "已报"
    assert word(deadline + datetime.timedelta(minutes=1)) == "迟 1 天"
    assert word(deadline + datetime.timedelta(hours=5)) == "迟 1 天"
    assert word(deadline + datetime.timedelta(hours=30)) == "迟 2 天"
    assert word(None) == "缺报" and word(None, now=deadline) == "草稿"
    assert state_of(due, None, deadline).word == "未到"


def test_months_around_a_new_year():
    assert months_around(datetime.date(2018, 1, 5), 2, 1) == [datetime.date(2017, 11, 1), datetime.date(2017, 12, 1), *(
        datetime.date(2018, month, 1) for month in (1, 2)
    )]  # fmt: skip


def test_after_the_deadline_the_bureau_reads_that_it_is_late(cast, dues):
    with on_day(datetime.date(2017, 10, 24)):
        html = workbench(cast.clerk).content.decode()
        assert "已过截止时间" in html
        assert workbench(cast.city).context["tally"].missing == ["柳城县", "鹿寨县"]


# ---- numbers of queries ----


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("expert", "auditor", "operator")])
def test_more_people_ask_no_more_queries(cast, busy, role, django_assert_max_num_queries):
    rebuild_drafts(cast.county, OCTOBER)
    client = Client()
    client.force_login(getattr(cast, role))
    client.get("/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/")
    assert len(captured) <= 44  # The month is checked against itself, the month before and the city's own count.
    for number in range(8):
        cast.register(f"多{number}", category=[Category.TEKUN, Category.DISABLED_POOR, Category.REGISTERED_POOR][number % 3])
        cast.treat(cast.register(f"来{number}", on=datetime.date(2017, 9, 1)))
    rebuild_drafts(cast.county, OCTOBER)
    with django_assert_max_num_queries(len(captured) + 1):  # Whether the reader may open whom the month's checks name now.
        client.get("/")


def test_accounts_are_counted_for_the_operator_within_the_prefecture(cast):
    answer = workbench(cast.operator)
    assert answer.context["number"] == Staff.objects.count() and answer.context["first_password"] == 0
    assert reverse("ledger:accounts") in answer.content.decode()


def test_the_auditor_sees_todays_trail_and_the_seals(cast, busy):
    from ledger.actions.trail import seal_unsealed

    assert workbench(cast.auditor).context["sealed"] == 0
    seal_unsealed()
    answer = workbench(cast.auditor)
    figures = dict(answer.context["figures"])
    assert answer.context["sealed"] > 0 and figures["今天共"] > 0 and figures["下载"] == 0
    assert reverse("ledger:trail") in answer.content.decode()


@pytest.mark.parametrize("role", ["liaison", "clerk", "township", "insurance"])
def test_a_hospital_is_told_no_more_events_than_the_timeline_tells_it(cast, busy, role):
    person = busy["treated"]
    other = open_case(by=cast.clerk, person=person, entry=cast.entry("gastric-cancer"))
    return_case(by=cast.clerk, case=other, reason="缺胃镜报告")
    give_policy_card(by=cast.clerk, person=person, since=datetime.date(2017, 9, 1))
    staff = getattr(cast, role)
    told = [event for event in newest_events(staff, 40) if event.person_id == person.pk]
    assert {event.pk for event in told} <= set(person.events.told_to(staff).values_list("pk", flat=True))
    assert {"胃癌" in event.text or event.move == "card_given" for event in told} == ({False} if role == "liaison" else {False, True})
