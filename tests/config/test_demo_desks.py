"""The demo on its last day: something waits at every desk, the months are handed in, the hospitals have settled and are paid."""

import datetime
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from config.demo.bills import settle_bills
from config.demo.plans import tell_plans
from config.demo.returns import LATE, submit_early_counties
from config.demo.statements import draw_up_statements
from hospitals.models import Stay, TreatmentPlan
from ledger.actions.transfers import obstacle, transfers_waiting_for
from ledger.models import AuditEvent, CaseEvent, Category, CategoryFact, Division, Staff, Transfer
from ledger.transitions import STATES
from reports.forms.payload import rows_hash
from reports.models import Due, Submission
from reports.returns import payload_of
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


def test_august_and_september_tell_who_was_late(city):
    seen = {}
    for due in Due.objects.everywhere("a test").filter(period__lt=datetime.date(2017, 10, 1)).select_related("county"):
        kept = Submission.objects.everywhere("a test").filter(due=due).first()
        if kept is None:
            seen[due.county.code, due.period, due.form] = None
            continue
        assert kept.is_frozen
        assert kept.rows_hash == rows_hash(payload_of(kept))
        assert payload_of(kept)["cut_off_on"] == due.cut_off_on.isoformat()
        if kept.submitted_at > due.deadline_at:
            seen[due.county.code, due.period, due.form] = (kept.submitted_at.astimezone(SHANGHAI).date() - due.cut_off_on).days
    assert seen == LATE


def test_three_districts_are_early_in_october(loaded):
    for _ in range(2):
        submit_early_counties()
        kept = Submission.objects.everywhere("a test").filter(due__period=datetime.date(2017, 10, 1)).exclude(state="draft")
        assert sorted(kept.values_list("due__county__name", "due__form")) == [
            ("城中区", "F1"), ("城中区", "F2"), ("柳北区", "F1"), ("鱼峰区", "F1"), ("鱼峰区", "F2"),
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
