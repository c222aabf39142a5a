"""How demo cases go on after registration: treated, waiting somewhere on the way, or struck off."""

import datetime
from random import Random

from config.demo.calendar import LAST_DAY, QUARTER_DAY, between, days, office_day
from config.demo.course import Course
from hospitals.models import Hospital

# Days in hospital by disease: shortest, longest.
STAY_DAYS = {
    "cataract": (2, 5), "end-stage-renal-disease": (8, 20), "asd": (7, 14), "vsd": (8, 16), "all": (20, 35), "apl": (20, 35),
}  # fmt: skip
CURABLE = {"cataract", "asd", "vsd"}
WAITING = ("registered", "returned", "verified", "planned", "in_treatment", "discharged")
CLOSE_REASONS = {
    "cured": ("复查视力恢复，随访满一个月", "术后复查恢复良好"),
    "improved": ("病情稳定，转入家庭医生签约管理", "复查好转，按期随访"),
    "died": ("因病去世，村委会证明", "住院期间去世，医院死亡证明"),
    "refused": ("本人和家属不愿手术，已签告知书", "年事已高，家属放弃治疗，已签告知书"),
    "mistaken": ("复核为其他疾病，登记错误", "与旧台账重复登记"),
    "moved_away": ("随子女迁往外省", "外嫁迁出本市"),
}
RETURN_REASONS = (
    "缺确诊材料，请补医院诊断证明",
    "住址与户口簿不一致，请核对",
    "诊断日期晚于登记日期，请核对",
    "建档立卡名册未查到，请核对户编号",
)


def stay_days(rng: Random, course: Course) -> int:
    return rng.randint(*STAY_DAYS.get(course.disease.code, (10, 26)))


def aim(rng: Random, registered_on: datetime.date) -> datetime.date:
    """The day treatment should be complete: a good quarter of them since 1 October, the rest spread over the months before."""
    if rng.random() < 0.27:
        return between(rng, QUARTER_DAY, LAST_DAY)
    return between(rng, registered_on + days(12), datetime.date(2017, 9, 29))


def treat(course: Course, done_on: datetime.date) -> bool:
    """From registration to completed treatment by about that day; stops in hospital when the last day comes first."""
    rng, hospital, length = course.rng, course.usual_hospital(), stay_days(course.rng, course)
    verify_on = office_day(course.case.registered_on + days(rng.randint(1, 6)))
    course.verify(verify_on)
    earliest = office_day(verify_on + days(rng.randint(1, 7)))
    admit_on = max(done_on - days(length), earliest + days(1))
    if admit_on > LAST_DAY:
        return False
    planned_on = office_day(admit_on - days(rng.randint(3, 20)))
    course.plan(planned_on if earliest < planned_on < admit_on else earliest, hospital)
    _first_stay(course, hospital, admit_on)
    course.admit(admit_on, hospital)
    if admit_on + days(length) > LAST_DAY:
        return False
    course.discharge(admit_on + days(length))
    course.complete(admit_on + days(length))
    return True


def _first_stay(course: Course, hospital: Hospital, before: datetime.date) -> None:
    """Some long illnesses take an earlier stay that does not complete the treatment."""
    gap = (before - course.last.date()).days
    if course.disease.code in CURABLE or gap < 16 or course.rng.random() < 0.4:
        return
    admit_on = course.last.date() + days(course.rng.randint(1, 3))
    course.admit(admit_on, hospital)
    course.discharge(admit_on + days(course.rng.randint(5, gap - 5)))


def wait_at(course: Course, where: str, since: datetime.date) -> None:
    """Stop on the way: at ``registered``, ``returned``, ``verified``, ``planned``, ``in_treatment``, or ``discharged`` but not complete."""
    rng, registered_on = course.rng, course.case.registered_on
    if where == "registered":
        return
    first = office_day(max(registered_on + days(1), since))
    if where == "returned":
        if first - registered_on > days(10):
            course.verify(office_day(registered_on + days(rng.randint(1, 6))))
        course.send_back(first, rng.choice(RETURN_REASONS))
        return
    course.verify(min(office_day(registered_on + days(rng.randint(1, 6))), first))
    if where == "verified":
        return
    hospital = course.usual_hospital()
    planned_on = max(first, office_day(course.last.date() + days(1)))
    course.plan(planned_on, hospital)
    if where == "planned":
        return
    admit_on = min(planned_on + days(rng.randint(1, 4)), LAST_DAY)
    course.admit(admit_on, hospital)
    if where == "discharged":
        course.discharge(min(admit_on + days(rng.randint(2, 6)), LAST_DAY))


def strike_off(course: Course, outcome: str, on: datetime.date) -> None:
    """Close by outcome on that day, or on the first office day after the case's last event."""
    day = office_day(max(on, course.last.date()))
    if outcome == "moved_away":
        course.book.homes_of(course.person)[-1].during = _until(course, day)
    course.close(day, outcome, course.rng.choice(CLOSE_REASONS[outcome]))


def _until(course: Course, day: datetime.date):
    last = course.book.homes_of(course.person)[-1].during
    return type(last)(last.lower, day)


def come_back(course: Course) -> None:
    """Now and then somebody on lasting treatment is in hospital again in October; the day of completion stays."""
    on = max(course.stay.discharged_on + days(course.rng.randint(6, 20)), datetime.date(2017, 10, course.rng.randint(9, 19)))
    if course.stay.lasting and on < LAST_DAY and course.rng.random() < 0.15:
        course.admit(on, course.stay.hospital)


def strike_off_treated(course: Course, chance: float = 0.5) -> None:
    """治愈一例，销号一例: some weeks after treatment some cases are closed as cured or improved; lasting treatment stays open."""
    on = office_day(course.case.completed_on + days(course.rng.randint(16, 50)))
    if course.stay.lasting or on >= LAST_DAY or course.rng.random() > chance:
        return
    strike_off(course, "cured" if course.disease.code in CURABLE else "improved", on)
