"""Plans in the tests: a patient arranged at the county hospital, and its plan as the liaison writes it."""

import datetime
from decimal import Decimal

from hospitals import planning
from hospitals.arranging import arrange_hospital
from hospitals.models import TreatmentPlan
from hospitals.plan_facts import FIELDS
from ledger import clock
from ledger.actions import cases
from ledger.models import Case, Enrolment, Person
from ledger.protection import Sealed, mask_phone
from tests.cast import on_day

D = datetime.date
TODAY = D(2017, 10, 20)
ARRANGED = D(2017, 10, 13)
PHONE = "13907720815"
PLACE = "柳城县人民医院"


def facts(**told) -> dict:
    """Every line of a plan for a cataract, complete."""
    known = {
        "review_on": D(2017, 10, 12), "review_hospital": "柳城县人民医院", "tests": "裂隙灯、眼部 B 超", "findings": "双眼晶状体混浊，右眼视力 0.1",
        "diagnosis": "老年性白内障", "diagnosing_doctor": "覃志刚", "admission_on": D(2017, 10, 23), "department": "眼科",
        "treatment": "右眼白内障超声乳化吸除联合人工晶体植入术", "procedure": "超声乳化", "drugs": "左氧氟沙星滴眼液", "attending_doctor": "覃志刚",
        "attending_phone": Sealed(PHONE, mask_phone), "surgeon": "蒙晓峰", "surgeon_phone": Sealed("13907720816", mask_phone),
        "discharge_on": D(2017, 10, 27), "prognosis": "视力提高", "pathway": None, "total_yuan": Decimal("6000.00"), "in_policy_yuan": Decimal("5200.00"),
    }  # fmt: skip
    assert list(known) == FIELDS
    return known | told


def typed(**told) -> dict:
    """The same as the liaison types it into the page."""
    known = {name: str(value) if value is not None else "" for name, value in facts().items()}
    return known | {"attending_phone": PHONE, "surgeon_phone": "13907720816"} | told


def waiting(cast, name: str = "韦桂兰", *, on: datetime.date = ARRANGED, enrolled: bool = True, **told) -> Case:
    """Somebody verified and arranged at 柳城县人民医院 on a day, enrolled this year, with the category verified."""
    told = {"phone": "13907720001", "contact_name": "莫家兴", "contact_relation": "配偶"} | told
    person = cast.register(name, on=D(2017, 10, 9), **told)
    person.categories.update(verified_on=D(2017, 10, 10), verified_by=cast.poverty)
    if enrolled:
        Enrolment.objects.create(person=person, year=2017, enrolled=True)
    with on_day(on):
        case = cases.verify_case(by=cast.clerk, case=cast.case_of(person))
        return arrange_hospital(by=cast.clerk, case=case, hospital=cast.hospital)


def fresh(case: Case) -> Case:
    return Case.objects.everywhere("test").select_related("person__county", "disease", "county__parent").get(pk=case.pk)


def plans_of(case: Case) -> list[tuple]:
    """(version, state) of every version, the first one first."""
    return list(TreatmentPlan.objects.everywhere("test").filter(case=case).order_by("version").values_list("version", "state"))


def plan_of(case: Case, version: int) -> TreatmentPlan:
    rows = TreatmentPlan.objects.everywhere("test").select_related("case__person", "case__disease", "case__county__parent", "hospital")
    return rows.get(case=case, version=version)


def seen(cast, case: Case) -> str:
    """The mark of what the liaison's page shows."""
    return planning.mark_of(planning.latest(case, cast.hospital))


def drafted(cast, case: Case, *, reason: str = "", **told) -> TreatmentPlan:
    return planning.save_plan(by=cast.liaison, case=case, facts=facts(**told), seen=seen(cast, case), reason=reason)


def filed(cast, case: Case, *, on: datetime.date | None = None, reason: str = "", **told) -> TreatmentPlan:
    with on_day(on or clock.today()):
        return planning.file_plan(by=cast.liaison, case=case, facts=facts(**told), seen=seen(cast, case), reason=reason)


def accepted(cast, case: Case, *, on: datetime.date | None = None, **told) -> TreatmentPlan:
    plan = filed(cast, case, on=on, **told)
    with on_day(on or clock.today()):
        return planning.accept_plan(by=cast.clerk, plan=plan)


def events(person: Person, *moves: str) -> list[tuple]:
    rows = person.events.filter(move__in=moves) if moves else person.events.filter(move__startswith="plan_")
    return list(rows.order_by("pk").values_list("move", "text", "reason"))
