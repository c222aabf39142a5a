"""The rows of every kind of work that waits: each starts from the reader's own county, town or hospital and says since when they wait."""

from django.db.models import DateField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate

from hospitals.models import Consultation, Designation, FollowUp, Hospital, Inability, PlanState, Stay, TreatmentPlan
from hospitals.visits import UNIT
from ledger import clock
from ledger.models import Case, Category, CategoryFact, Person, Role, Staff, Transfer
from ledger.models.person import VERIFIER, manages

ENDED = ("died", "moved_away", "mistaken")  # Whoever left by one of these is visited no more.


def open_cases(staff: Staff, state: str) -> QuerySet[Case]:
    own = Case.objects.worked_on_by(staff).filter(state=state, folded_into=None)
    # A town's cases are its county's too: the index by county and state is the shortest way to them.
    return own.filter(county=staff.area.county) if staff.role == Role.TOWNSHIP else own


def waiting_since(rows: QuerySet, name: str) -> QuerySet:
    return rows.annotate(since=F(name))


def since_changed(rows: QuerySet) -> QuerySet:
    return rows.annotate(since=TruncDate("changed_at"))


def unplanned(staff: Staff) -> QuerySet[Case]:
    """Verified cases for which no plan stands. One that was filed is told by itself, as work to answer, and not twice."""
    plans = TreatmentPlan.objects.everywhere("the plans of cases that are scoped themselves")
    filed = plans.filter(case=OuterRef("pk"), state=PlanState.FILED)
    return waiting_since(open_cases(staff, "verified").filter(~Exists(filed)), "verified_on")


def hospital_closed(staff: Staff) -> QuerySet[Case]:
    """Cases arranged with a hospital that takes nobody new since: closed, or its designation for the disease has ended.

    The bureau finds another. It is the rule of ``hospitals.taking.lost_designation``, asked of all cases at once.
    """
    today = clock.today()
    of_disease = Designation.objects.filter(disease=OuterRef("disease"), area__in=[staff.area_id, staff.area.parent_id])
    own, this_year = of_disease.filter(hospital__code=OuterRef("hospital_code")), Q(year=today.year)
    ended, last_years = own.filter(this_year, ended_on__lt=today), own.filter(year=today.year - 1, ended_on=None)
    holds = own.filter(this_year, Q(ended_on=None) | Q(ended_on__gte=today))
    lost = (Exists(ended) | Exists(last_years) & Exists(of_disease.filter(this_year))) & ~Exists(holds)
    closed = Hospital.objects.filter(is_active=False).values("code")
    cases = Case.objects.visible_to(staff).filter(state__in=("verified", "planned"), folded_into=None).exclude(hospital_code="")
    return since_changed(cases.filter(Q(hospital_code__in=closed) | lost))


def unable(staff: Staff) -> QuerySet[Inability]:
    """What hospitals said they cannot treat, while the case still waits for another."""
    return waiting_since(Inability.objects.visible_to(staff).open(), "said_on")


def discharged(staff: Staff) -> QuerySet[Case]:
    """Cases whose last stay has ended, and whose treatment nobody has marked completed."""
    stays = Stay.objects.everywhere("the stays of cases that are scoped themselves").filter(case=OuterRef("pk"))
    last = Subquery(stays.order_by("-discharged_on").values("discharged_on")[:1])
    left = open_cases(staff, "in_treatment").filter(Exists(stays), ~Exists(stays.filter(discharged_on=None)), completed_on=None)
    return left.annotate(since=last)


def treated_for_good(staff: Staff) -> QuerySet[Case]:
    """Treated cases that can be closed: lasting treatment goes on, so dialysis is none of them.

    Asked case by case: lasting stays are so few that one look at all of them would read the whole table of stays.
    """
    lasting = Stay.objects.everywhere("the stays of cases that are scoped themselves").filter(case=OuterRef("pk"), lasting=True)
    treated = open_cases(staff, "treated").annotate(goes_on=Subquery(lasting.values("pk")[:1])).filter(goes_on=None)
    return waiting_since(treated, "completed_on")


def age_unconfirmed(staff: Staff) -> QuerySet[Case]:
    """Above the disease's age limit on the day of registration, and not confirmed by the lead."""
    waiting = Case.objects.visible_to(staff).filter(age_confirmation_needed=True, age_confirmed_by=None, folded_into=None)
    return waiting.exclude(state="closed").annotate(since=Coalesce("registered_on", "found_on"))


def category_ended(staff: Staff) -> QuerySet[Case]:
    """A category that ended after the case went into hospital, that is not held anew, while the treatment is not completed.

    A department is told of its own lists, the bureau of all. A case is told once, with the category that ended first.
    """
    today = clock.today()
    mine = [category.value for category in Category if manages(staff.role, category)]
    stays = Stay.objects.everywhere("the stays of cases that are scoped themselves").filter(case=OuterRef("pk"))
    held = CategoryFact.objects.filter(person=OuterRef("person"), category=OuterRef("category"), during__contains=today)
    gone = CategoryFact.objects.filter(
        ~Exists(held), person=OuterRef("person"), category__in=mine, during__endswith__lte=today, during__endswith__gt=OuterRef("began")
    ).order_by("during__endswith", "category")
    cases = open_cases(staff, "in_treatment").annotate(began=Subquery(stays.order_by("admitted_on").values("admitted_on")[:1]))
    cases = cases.annotate(since=Subquery(gone.values("during__endswith")[:1]), ended=Subquery(gone.values("category")[:1]))
    return cases.filter(since__isnull=False)


def _numberless(staff: Staff) -> QuerySet[Person]:
    """People on the ledger without an ID number; not those whose every case is closed."""
    cases = Case.objects.everywhere("the cases of people who are scoped themselves").filter(person=OuterRef("pk"))
    own = Person.objects.visible_to(staff).filter(county=staff.area.county, id_number_hash=None, merged_into=None)
    own = own.filter(Exists(cases.exclude(state="closed")) | ~Exists(cases))
    one = Func(F("born_on"), template="(%(expressions)s + INTERVAL '1 year')::date", output_field=DateField())
    return own.annotate(since=TruncDate("created_at"), first_birthday=one)


def infants(staff: Staff) -> QuerySet[Person]:
    """Registered before their first birthday: whoever turns one is waited for until the number is there, and not forgotten."""
    return _numberless(staff).filter(first_birthday__gt=F("since"))


def others_without_number(staff: Staff) -> QuerySet[Person]:
    return _numberless(staff).filter(first_birthday__lte=F("since"))


def unverified(staff: Staff) -> QuerySet[CategoryFact]:
    """The categories of this department's lists that wait for its word."""
    own = [category for category, role in VERIFIER.items() if role == staff.role]
    people = Person.objects.visible_to(staff).filter(merged_into=None)
    facts = CategoryFact.objects.filter(person__in=people.values("pk"), category__in=own, during__endswith=None, verified_on=None)
    return facts.annotate(since=Coalesce("recorded_on", TruncDate("person__created_at"), output_field=DateField()))


def missed_visits(staff: Staff) -> QuerySet[FollowUp]:
    """Planned visits whose day is over, by whoever was to make them."""
    due = FollowUp.objects.visible_to(staff).open().filter(due_on__lt=clock.today(), visitor=UNIT[staff.role])
    return waiting_since(due.exclude(case__outcome__in=ENDED), "due_on")


def missed_by_others(staff: Staff) -> QuerySet[FollowUp]:
    """Visits of the county's towns and hospitals whose day is over: the bureau sees to it that somebody goes."""
    due = FollowUp.objects.visible_to(staff).open().filter(due_on__lt=clock.today()).exclude(visitor=UNIT[staff.role])
    return waiting_since(due.exclude(case__outcome__in=ENDED), "due_on")


def of_referral(rows: QuerySet, since: str) -> QuerySet:
    return rows.annotate(since=TruncDate(since))


def transfers(staff: Staff) -> QuerySet[Transfer]:
    """Requests of other counties that this member of staff may answer today; at the city they wait since its day came."""
    asked = Transfer.objects.awaiting(staff, clock.today())
    return waiting_since(asked, "city_from") if staff.role == Role.CITY else asked.annotate(since=TruncDate("asked_at"))


def unanswered(staff: Staff) -> QuerySet[Consultation]:
    """Consultations that no expert has answered yet, from the day they were asked."""
    return Consultation.objects.visible_to(staff).open().annotate(since=TruncDate("asked_at"))
