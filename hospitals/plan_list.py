"""Whose plan waits for whom: patients whose hospital is to write one, plans that the county is to answer, and those agreed."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from hospitals.models import Designation, Inability, PlanState, TreatmentPlan
from hospitals.plan_moves import STANDING
from ledger import clock
from ledger.key_paging import keyed_page
from ledger.models import Case, Role, Staff
from ledger.models.case import works_on

PAGE = 50
WAITING, WORKED_ON, FILED, RETURNED, ACCEPTED = "waiting", "draft", "filed", "returned", "accepted"
HOSPITAL_TABS = {WAITING: "待写方案", RETURNED: "退回修改", WORKED_ON: "草稿", FILED: "待县里答复", ACCEPTED: "已同意"}
COUNTY_TABS = {FILED: "待答复", RETURNED: "已退回医院", WAITING: "等医院写方案", ACCEPTED: "已同意"}


def tabs_of(staff: Staff) -> dict[str, str]:
    return HOSPITAL_TABS if staff.role == Role.LIAISON else COUNTY_TABS


def waiting_cases(staff: Staff) -> QuerySet[Case]:
    """Verified cases with a hospital that has nothing filed, returned or in force for them; to the hospital itself a draft is something too.

    Where the hospital said that it cannot treat the case, or is not designated for it (any more, or the patient was referred
    there), its plan would be refused: it is the county's turn, not the hospital's.
    """
    today = clock.today()
    named = Designation.objects.filter(disease=OuterRef("disease"), hospital__code=OuterRef("hospital_code"), year=today.year)
    named = named.filter(Q(area=OuterRef("county")) | Q(area=OuterRef("county__parent")))
    named = named.filter(Q(ended_on=None, hospital__is_active=True) | Q(ended_on__gte=today))
    unable = Inability.objects.everywhere("what was said of cases that are scoped themselves").open()
    unable = unable.filter(case=OuterRef("pk"), hospital__code=OuterRef("hospital_code"))
    written = TreatmentPlan.objects.everywhere("whether anything was written for cases that are scoped themselves").filter(
        case=OuterRef("pk")
    )
    states = STANDING if staff.role == Role.LIAISON else [state for state in STANDING if state != PlanState.DRAFT]
    cases = Case.objects.visible_to(staff).filter(works_on(staff), state="verified", folded_into=None)
    cases = cases.exclude(hospital_code="").filter(~Exists(written.filter(state__in=states)), Exists(named), ~Exists(unable))
    return cases.annotate(since=TruncDate("changed_at"))  # The last move was the county's: this hospital.


def plans_in(staff: Staff, state: str) -> QuerySet[TreatmentPlan]:
    """The plans in one state that are this member of staff's business; a hospital's are those that it wrote."""
    plans = TreatmentPlan.objects.visible_to(staff).filter(state=state)
    return plans.filter(hospital__code=staff.hospital_code) if staff.role == Role.LIAISON else plans


def counts(staff: Staff) -> dict[str, int]:
    """The number beside each tab, in two queries."""
    plans = TreatmentPlan.objects.visible_to(staff)
    plans = plans.filter(hospital__code=staff.hospital_code) if staff.role == Role.LIAISON else plans
    numbers = plans.order_by().aggregate(**{state: Count("pk", filter=Q(state=state)) for state in (WORKED_ON, FILED, RETURNED, ACCEPTED)})
    return numbers | {WAITING: waiting_cases(staff).count()}


def number_waiting(staff: Staff) -> int:
    """How many plans wait for this member of staff: to write and to mend, or to answer; what stands beside the list in the navigation."""
    if staff.role == Role.LIAISON:
        return waiting_cases(staff).count() + plans_in(staff, RETURNED).count()
    return plans_in(staff, FILED).count() if staff.role in (Role.CLERK, Role.LEAD) else 0


def plans_to_answer(staff: Staff) -> QuerySet[TreatmentPlan]:
    """Plans that the county has to accept or return, from the day they were filed."""
    return plans_in(staff, PlanState.FILED).annotate(since=TruncDate("filed_at"))


def plans_returned(staff: Staff) -> QuerySet[TreatmentPlan]:
    """Plans that the county returned and the hospital has not mended."""
    return plans_in(staff, PlanState.RETURNED).annotate(since=TruncDate("answered_at"))


def answered_late() -> Q:
    """Which filed plans' three working days are over."""
    return Q(late_from__lte=clock.today())


def page_of(rows: QuerySet, after: str, *, newest_first: bool = False) -> tuple[list, str]:
    """Fifty rows that have ``since``, the longest waiting first, and the key to go on with, if any."""
    return keyed_page(rows, by="since", after=after, size=PAGE, newest_first=newest_first)
