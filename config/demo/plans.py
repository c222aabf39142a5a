"""Treatment plans in the demo: agreed ones of those planned or treated since the notice, and one in every other state, told by the real actions."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from django.db import transaction

from config.demo.bills import COSTS, TUMOUR, on_day
from config.demo.calendar import LAST_DAY, SEED, ZONE, days, office_day
from config.demo.plan_texts import COURSES, DOCTORS
from hospitals import planning
from hospitals.arranging import arrange_hospital
from hospitals.estimating import estimate_plan
from hospitals.models import Hospital, PhraseField, PlanPhrase, PlanState, Stay, TreatmentPlan
from ledger.models import Case, CaseEvent, Role, Staff
from ledger.protection import Sealed, mask_phone

FIRST_DAY = datetime.date(2017, 7, 28)
HUNDRED = 100
UNDER_WAY = ("planned", "in_treatment")
TOLD_WHOLE = ("LC01", "LU01")  # Of these hospitals the finished ones too, so that costs can be held against plans.


@dataclass(frozen=True)
class Story:
    """Of which county, to which hospital, arranged when, and how far the plan has come; days are October's."""

    county: str
    hospital: str
    arranged: int
    ends: str = "waiting"
    filed: int = 0
    answered: int = 0
    remarks: dict[str, str] | None = None


# One of every state; three wait at 柳城县's hospital, one of them longer than the county's three working days for an answer.
STORIES = (
    Story("450222", "LC01", 11),
    Story("450222", "LC01", 17),
    Story("450222", "LC01", 12, "draft"),
    Story("450222", "LC01", 9, "filed", 13),
    Story("450222", "LC01", 16, "filed", 19),
    Story(
        "450222",
        "LC01",
        10,
        "returned",
        16,
        18,
        {"drugs": "请写明用法用量", "discharge_on": "住院 4 天，请核对", "": "请把术前检查的日期补上"},
    ),
    Story("450225", "RS01", 11, "filed", 13),
    Story("450225", "RS01", 16, "cancelled", 18),
    Story("450226", "SJ01", 12, "again", 13, 17, {"findings": "请写明视力"}),
)


def tell_plans() -> int:
    """Every plan of the demo; answers how many. Does nothing a second time."""
    if TreatmentPlan.objects.everywhere("whether the demo has plans").exists():
        return 0
    rng = Random(SEED)
    with transaction.atomic():
        agreed = _agreed(rng)
        for story in STORIES:
            _tell(story, rng)
        _amended(rng)
        _phrases()
    return agreed + len(STORIES) + 1


# ---- agreed since the notice ----


def _agreed(rng: Random) -> int:
    """A plan for whoever is to go to hospital or is there, and in two counties for those who were, since the notice; written in bulk."""
    since = datetime.datetime.combine(FIRST_DAY, datetime.time(), ZONE)
    events = CaseEvent.objects.filter(move="case_plan", at__gte=since).select_related(
        "case__disease", "case__county__parent", "case__person", "by"
    )
    hospitals = {hospital.code: hospital for hospital in Hospital.objects.all()}
    stays = _first_stays()
    plans = []
    told = {event.case_id: event for event in events.order_by("at", "pk") if event.case.disease.code in COURSES}
    for event in told.values():
        case, stay = event.case, stays.get(event.case_id)
        hospital = stay.hospital if stay else hospitals.get(case.hospital_code)
        if case.state not in UNDER_WAY and case.hospital_code not in TOLD_WHOLE:
            continue
        if hospital is None or case.hospital_code != hospital.code or case.folded_into_id:
            continue
        enters = stay.admitted_on if stay else max(LAST_DAY, event.on) + days(rng.randint(2, 9))
        lines = _lines(case, hospital, enters, rng, written_on=event.on)
        plan = TreatmentPlan(case=case, hospital=hospital, version=1, state=PlanState.ACCEPTED, **lines)
        writer = _liaison(hospital)
        plan.written_at = plan.filed_at = event.at - datetime.timedelta(hours=rng.randint(20, 44))
        plan.written_by = plan.filed_by = writer
        plan.answered_at, plan.answered_by = event.at, event.by if event.by.role != Role.LIAISON else _clerk(case)
        plans.append(plan)
    TreatmentPlan.objects.bulk_create(plans)
    for plan in plans:
        estimate_plan(plan)
    return len(plans)


def _first_stays() -> dict[int, Stay]:
    rows = Stay.objects.everywhere("the demo's past").filter(admitted_on__gte=FIRST_DAY).select_related("hospital")
    found: dict[int, Stay] = {}
    for stay in rows.order_by("admitted_on", "pk"):
        found.setdefault(stay.case_id, stay)
    return found


_seats: dict[tuple[str, str], Staff] = {}


def _liaison(hospital: Hospital) -> Staff:
    return _seat(Role.LIAISON, hospital_code=hospital.code)


def _clerk(case: Case) -> Staff:
    return _seat(Role.CLERK, area=case.county_id)


def _seat(role: str, **where) -> Staff:
    key = (role, str(where))
    if key not in _seats or not Staff.objects.filter(pk=_seats[key].pk).exists():
        _seats[key] = Staff.objects.select_related("area__parent__parent").filter(role=role, **where).order_by("username").first()
    return _seats[key]


def _lines(case: Case, hospital: Hospital, enters: datetime.date, rng: Random, *, written_on: datetime.date) -> dict:
    """All that a plan says, by the disease and the hospital."""
    course = COURSES[case.disease.code]
    first = (sum(map(ord, hospital.code)) * 7 + len(course.department)) % len(DOCTORS)
    doctor, surgeon = DOCTORS[first], DOCTORS[(first + 5) % len(DOCTORS)]
    total = _cost(case, rng)
    return {
        "review_on": max(min(written_on, enters) - days(rng.randint(1, 3)), case.person.born_on), "review_hospital": hospital.name,
        "tests": course.tests, "findings": course.findings, "diagnosis": case.disease.name, "diagnosing_doctor": doctor, "admission_on": enters,
        "department": course.department, "treatment": course.treatment, "procedure": course.procedure, "drugs": course.drugs,
        "attending_doctor": doctor, "attending_phone": Sealed(f"1390772{first:04d}", mask_phone), "surgeon": surgeon,
        "surgeon_phone": Sealed(f"1390773{first + 20:04d}", mask_phone), "discharge_on": enters + days(course.days), "prognosis": course.prognosis,
        "pathway": None, "total_yuan": Decimal(total), "in_policy_yuan": Decimal(total * rng.randint(86, 96) // 100 // 10 * 10),
    }  # fmt: skip


def _cost(case: Case, rng: Random) -> int:
    lowest, highest = COSTS.get(case.disease.code, TUMOUR)
    return rng.randint(lowest, highest) // HUNDRED * HUNDRED


# ---- one in every state ----


def _tell(story: Story, rng: Random) -> None:
    """From the arrangement to where the story ends, each step on its day by the hand that makes it."""
    hospital = Hospital.objects.get(code=story.hospital)
    case = _somebody(story, hospital)
    clerk, liaison = _seat(Role.CLERK, area=case.county_id), _liaison(hospital)
    with on_day(_october(story.arranged)):
        case = arrange_hospital(by=clerk, case=case, hospital=hospital)
    if story.ends == "waiting":
        return
    lines = _lines(case, hospital, LAST_DAY + days(rng.randint(4, 12)), rng, written_on=_october(story.arranged))
    if story.ends == "draft":
        with on_day(LAST_DAY - days(1)):
            planning.save_plan(
                by=liaison, case=case, facts=lines | {"prognosis": "", "surgeon": "", "surgeon_phone": Sealed("", mask_phone)}, seen="new"
            )
        return
    with on_day(_october(story.filed)):
        plan = planning.file_plan(by=liaison, case=case, facts=lines, seen="new")
    if story.ends == "cancelled":
        with on_day(_october(story.filed) + days(1)):
            planning.withdraw_plan(by=liaison, plan=plan)
            planning.discard_plan(by=liaison, plan=plan, reason="患者感冒发热，推迟手术，好转后重新填写")
    if story.answered:
        with on_day(_october(story.answered)):
            planning.return_plan(by=clerk, plan=plan, remarks=story.remarks)
    if story.ends == "again":
        with on_day(_october(story.answered + 1)):
            mended = lines | {"findings": "晶状体混浊，右眼视力 0.08，左眼视力 0.2，眼压正常"}
            planning.file_plan(by=liaison, case=case, facts=mended, seen=planning.mark_of(planning.latest(case, hospital)))


def _october(day: int) -> datetime.date:
    return office_day(datetime.date(2017, 10, day))


def _somebody(story: Story, hospital: Hospital) -> Case:
    """The first of the county who was verified before the arrangement, has no hospital yet, and may go to this one."""
    cases = Case.objects.everywhere("the demo's people").filter(state="verified", hospital_code="", county__code=story.county)
    cases = cases.filter(verified_on__lte=_october(story.arranged), disease__in=hospital.designations.values("disease"))
    return cases.select_related("disease", "county__parent", "person").order_by("verified_on", "pk").first()


def _amended(rng: Random) -> None:
    """An agreed plan with an amendment that waits for the county, of somebody who is to go to hospital."""
    plans = TreatmentPlan.objects.everywhere("the demo's plans").filter(
        state=PlanState.ACCEPTED, case__state="planned", hospital__code="LC01"
    )
    plan = plans.select_related("case__disease", "case__person", "case__county__parent", "hospital").order_by("pk").first()
    lines = {name: getattr(plan, name) for name in planning.FIELDS}
    lines |= {"admission_on": LAST_DAY + days(6), "discharge_on": LAST_DAY + days(11), "total_yuan": plan.total_yuan + 600}
    with on_day(LAST_DAY - days(1)):
        planning.file_plan(
            by=_liaison(plan.hospital),
            case=plan.case,
            facts=lines,
            seen=planning.mark_of(plan),
            reason="血压偏高，先内科治疗，入院推迟三天",
        )


def _phrases() -> None:
    """What the county hospitals write again and again."""
    rows = []
    for hospital in Hospital.objects.filter(code__in=("LC01", "LU01", "LZ01")):
        for disease in {
            plan.case.disease
            for plan in TreatmentPlan.objects.everywhere("the demo").filter(hospital=hospital).select_related("case__disease")
        }:
            course = COURSES[disease.code]
            rows += [
                PlanPhrase(hospital=hospital, disease=disease, field=field, text=text, times=times)
                for field, text, times in (
                    (PhraseField.TREATMENT, course.treatment, 6), (PhraseField.PROCEDURE, course.procedure, 6), (PhraseField.TESTS, course.tests, 5),
                    (PhraseField.DRUGS, course.drugs, 4),
                )
            ]  # fmt: skip
    PlanPhrase.objects.bulk_create(sorted(rows, key=lambda row: (row.hospital.code, row.disease.position, row.field)))
