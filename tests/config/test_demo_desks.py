"""The demo on its last day: something waits at every desk, the months are handed in, the hospitals have settled and are paid."""

import datetime
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F

from config.demo.bills import settle_bills
from config.demo.october import begin_october
from config.demo.plans import tell_plans
from config.demo.return_story import LATE
from config.demo.statements import draw_up_statements
from hospitals.models import Stay, TreatmentPlan
from ledger.actions.transfers import obstacle, transfers_waiting_for
from ledger.models import AuditEvent, CaseEvent, Category, CategoryFact, Division, Staff, Transfer
from ledger.transitions import STATES
from reports.forms.payload import rows_hash
from reports.models import GROUPS, CellRemark, Due, Extension, ReturnEvent, Submission, Unlock
from reports.returns import payload_of
from reports.submission_moves import RETURN_MOVES
from reports.submission_moves import STATES as RETURN_STATES
from reports.views.due_states import due_states
from settlement.models import Dispute, PersonYear, PlanEstimate, Settlement, Statement
from settlement.verification import Verified, verify
from tests.config.demo_loaded import count_rows, demo_loaded, every_case

pytestmark = pytest.mark.django_db  # Each test's changes are taken back to the loaded demo.

SHANGHAI = ZoneInfo("Asia/Shanghai")
LAST_DAY = datetime.date(2017, 10, 20)


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The demo, for the tests of this module."""
    with django_db_blocker.unblock(), demo_loaded():
        yield


@pytest.fixture
def city(loaded) -> Division:
    return Division.objects.get(code="450200")


def test_no_desk_is_empty(city):
    cases = every_case()
    for county in Division.objects.counties_of(city):
        states = set(cases.filter(county=county).values_list("state", flat=True))
        assert states >= {"registered", "returned", "verified", "planned", "in_treatment", "treated", "closed"}
        waiting = CategoryFact.objects.filter(person__county=county, verified_on=None).values_list("category", flat=True)
        assert {Category.REGISTERED_POOR, Category.DISABLED_POOR} <= set(waiting)
        assert {Category.DIBAO, Category.TEKUN} & set(waiting)
        open_ended = Stay.objects.everywhere("a test").filter(case__county=county, case__state="in_treatment", discharged_on__isnull=False)
        assert open_ended.exists()


def test_the_story_has_every_turn(loaded):
    assert set(every_case().values_list("state", flat=True)) == {state for state, _ in STATES}
    assert set(every_case().exclude(outcome="").values_list("outcome", flat=True)) == {
        "cured", "improved", "died", "moved_away", "refused", "mistaken",
    }  # fmt: skip
    moves = Counter(CaseEvent.objects.values_list("move", flat=True))
    assert moves["moved_house"] == 5
    assert {"category_ended", "out_of_poverty", "enrolled", "card_given", "case_resubmit"} <= set(moves)
    assert every_case().filter(age_confirmation_needed=True).count() == 2
    assert every_case().filter(disease__code="lung-cancer").count() > 5


def test_the_last_day_ends_before_nine(loaded):
    last = CaseEvent.objects.order_by("-at").first().at.astimezone(SHANGHAI)
    assert (last.date(), last.hour) == (LAST_DAY, 8)


def test_every_event_has_its_trail_row(loaded):
    rows = AuditEvent.objects.exclude(detail__event=None).order_by("pk")
    assert list(rows.values_list("detail__event", "at", "action")) == list(CaseEvent.objects.order_by("pk").values_list("pk", "at", "move"))


def test_the_trail_is_in_the_order_of_time(loaded):
    times = list(AuditEvent.objects.order_by("pk").values_list("at", flat=True))
    assert times == sorted(times)
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"account_opened", "case_complete", "submitted"}


def test_half_a_year_tells_who_was_late(city):
    seen = {}
    dues = Due.objects.everywhere("a test").filter(period__lt=datetime.date(2017, 10, 1)).select_related("county")
    first = {}
    for kept in Submission.objects.everywhere("a test").filter(due__in=dues).order_by("due", "revision"):
        assert kept.is_frozen and kept.rows_hash == rows_hash(payload_of(kept), kept.previous_hash)
        assert kept.previous_hash == ("" if kept.revision == 1 else first[kept.due_id].rows_hash)
        first.setdefault(kept.due_id, kept)
        assert payload_of(kept)["cut_off_on"] == kept.cut_off_on.isoformat() <= kept.due.cut_off_on.isoformat()
    for due in dues:
        days = (
            (first[due.pk].submitted_at.astimezone(SHANGHAI).date() - due.deadline_at.astimezone(SHANGHAI).date()).days
            if due.pk in first
            else None
        )
        if days is None or days > 0:
            seen[due.county.code, due.period, due.form] = days
    assert seen == LATE
    moved = dues.filter(county__code="450222").exclude(ruled_on=F("deadline_at__date")).order_by("deadline_at", "form")
    assert [(due.form, due.ruled_on.isoformat(), due.deadline_at.astimezone(SHANGHAI).date().isoformat()) for due in moved] == [
        ("F1", "2017-07-23", "2017-07-21"), ("F2", "2017-07-23", "2017-07-21"), ("F4", "2017-08-12", "2017-08-11"),
        ("F1", "2017-09-23", "2017-09-22"), ("F2", "2017-09-23", "2017-09-22"), ("F6", "2017-10-01", "2017-09-30"),
    ]  # fmt: skip


def test_returns_stand_in_every_state_with_what_happened_to_each(city):
    begin_october()
    latest = Submission.objects.everywhere("a test").exclude(state="draft")
    assert set(latest.values_list("state", flat=True)) | {"draft"} == {state for state, _ in RETURN_STATES}
    assert set(Extension.objects.everywhere("a test").values_list("state", flat=True)) == {"asked", "granted", "refused", "withdrawn"}
    assert set(Unlock.objects.everywhere("a test").values_list("state", flat=True)) == {"asked", "agreed", "refused"}
    assert {state.word for group in GROUPS for state in due_states(Staff.objects.get(username="city-450200-1"), group=group)} == {
        "按时", "迟 1 天", "迟 2 天", "迟 3 天", "迟 8 天", "迟 9 天", "已报", "缺报", "退回", "更正", "展期", "核对中", "草稿", "未到",
    }  # fmt: skip
    assert latest.filter(alone=True).values_list("due__county__name", "due__period").distinct().get() == (
        "三江侗族自治县", datetime.date(2017, 6, 1),
    )  # fmt: skip
    assert latest.filter(is_nil=True).exclude(nil_reason="").count() > 5
    told: dict[int, list[ReturnEvent]] = {}
    for event in ReturnEvent.objects.everywhere("a test").exclude(submission=None).order_by("at", "pk"):
        told.setdefault(event.submission_id, []).append(event)
    for kept in latest:
        state = ""
        for event in told[kept.pk]:
            if event.what in RETURN_MOVES:
                assert (event.before, event.after) == (state, RETURN_MOVES[event.what].target) and state in RETURN_MOVES[event.what].sources
            state = event.after or state
        assert state == kept.state


def test_october_begins_in_five_counties(loaded):
    for _ in range(2):
        begin_october()
        kept = Submission.objects.everywhere("a test").filter(due__period=datetime.date(2017, 10, 1)).exclude(state="draft")
        assert sorted(kept.values_list("due__county__name", "due__form", "state")) == [
            ("城中区", "F1", "submitted"), ("城中区", "F2", "submitted"), ("柳北区", "F1", "submitted"), ("融水苗族自治县", "F1", "returned"),
            ("鱼峰区", "F1", "submitted"), ("鱼峰区", "F2", "submitted"), ("鹿寨县", "F1", "checked"), ("鹿寨县", "F2", "checked"),
        ]  # fmt: skip
    back = CellRemark.objects.everywhere("a test").filter(answer="").order_by("pk")
    assert [(remark.label, remark.text) for remark in back] == [
        ("胃癌 累计救治数", "市医保结算已有 2 人出院，请核对是否漏登完成治疗"), ("未列入两类的人 人数", "请核对这些人的类别是否已续"),
    ]  # fmt: skip


def test_the_hospitals_have_settled_and_one_bill_came_late(loaded):
    assert [settle_bills(), settle_bills()] == [125, 0]
    settled = list(Settlement.objects.everywhere("a test").select_related("version"))
    assert list(verify(Verified())) == []
    assert {row.version.code for row in settled} == {"liuzhou-2017"} and all(row.sample for row in settled)
    late = PersonYear.objects.get(differs=True)
    assert [(row["layers"]["critical_illness"], row["fault"]) for row in late.differences] == [(-515956, ""), (515956, "")]


def test_august_is_paid_but_for_what_finance_looks_into(loaded):
    settle_bills()
    count_rows()
    assert draw_up_statements() > 0 and draw_up_statements() == 0
    states = Counter(Statement.objects.everywhere("a test").values_list("month__month", "payer", "state"))
    assert {key for key in states if key[0] == 8} == {(8, "insurance", "paid"), (8, "civil", "paid"), (8, "finance", "payer_confirmed")}
    assert {state for month, _, state in states if month == 9} == {"prepared", "hospital_confirmed"}
    assert Dispute.objects.everywhere("a test").count() == 1


def test_requests_for_transfer_wait_where_somebody_has_to_answer(loaded):
    def waiting(username: str) -> int:
        return transfers_waiting_for(Staff.objects.get(username=username))

    assert {name: waiting(name) for name in ("clerk-450222-1", "clerk-450223-1", "clerk-450226-1", "clerk-450225-1", "city-450200-1")} == {
        "clerk-450222-1": 1, "clerk-450223-1": 1, "clerk-450226-1": 1, "clerk-450225-1": 0, "city-450200-1": 2,
    }  # fmt: skip
    asked = Transfer.objects.everywhere("a test of the demo").filter(state="asked").select_related("person", "from_county")
    assert [obstacle(request, request.person) for request in asked] == ["", "", ""]


def test_plans_stand_in_every_state(loaded):
    before = Counter(every_case().values_list("state", flat=True))
    assert [tell_plans(), tell_plans()] == [169, 0]
    plans = TreatmentPlan.objects.everywhere("a test")
    assert Counter(plans.values_list("state", flat=True)) == {
        "accepted": 159, "filed": 5, "draft": 1, "returned": 1, "replaced": 1, "cancelled": 1,
    }  # fmt: skip
    assert Counter(every_case().values_list("state", flat=True)) == before  # Nobody's treatment went on by it.
    assert every_case().filter(state="verified").exclude(hospital_code="").count() == 9
    assert PlanEstimate.objects.filter(self_pay_yuan__isnull=False).count() == 148
