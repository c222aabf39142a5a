"""Whether a hospital takes a patient on a day: one that was closed or lost its designation finishes whom it has, and takes nobody new."""

import datetime

from hospitals.models import Designation, Hospital, Stay
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Case


def is_designated(hospital: Hospital, case: Case, on: datetime.date) -> bool:
    """Whether the hospital is designated for the case's disease, for its county or the whole prefecture, on that day."""
    return Hospital.objects.designated_for(disease=case.disease, county=case.county, on=on).filter(pk=hospital.pk).exists()


def _stays_there(case: Case, hospital: Hospital):
    return Stay.objects.everywhere("the stays of one case in the caller's sight").filter(case=case, hospital=hospital)


def finishes_at(case: Case, hospital: Hospital) -> bool:
    """Whether the patient is being treated in that hospital: closed since, it finishes whom it has and takes nobody new."""
    return case.state == "in_treatment" and _stays_there(case, hospital).exists()


def lost_designation(hospital: Hospital, case: Case, on: datetime.date) -> datetime.date | None:
    """The last day of a designation that the hospital had for this case and has no more on a day; None where it has one, or never had.

    One of last year that the new year's list leaves out was lost with the year; before there is such a list nothing is lost.
    """
    of_disease = Designation.objects.filter(disease=case.disease_id, area__in=[case.county_id, case.county.parent_id])
    own = of_disease.filter(hospital=hospital)
    days = list(own.filter(year=on.year).values_list("ended_on", flat=True))
    if days:
        return None if any(day is None or day >= on for day in days) else max(days)
    last = own.filter(year=on.year - 1, ended_on=None).exists() and of_disease.filter(year=on.year).exists()
    return datetime.date(on.year - 1, 12, 31) if last else None


def refuse_closed(hospital: Hospital, case: Case, on: datetime.date) -> None:
    """A closed hospital takes nobody new; an admission up to its last day may still be entered late. Raises Refused."""
    if hospital.is_active or hospital.designations.filter(ended_on__gte=on, year=on.year).exists() and on < clock.today():
        return
    if not finishes_at(case, hospital):
        raise Refused(f"{hospital.name}已停用，不再接收新的患者。请选择别的医院。", "hospital")


def refuse_new(hospital: Hospital, case: Case, on: datetime.date) -> None:
    """Nobody new goes where the hospital is closed or its designation for the disease has ended.

    It keeps those in treatment there, and those on lasting treatment. One that never was designated is another matter: its stays
    are taken and marked. Raises Refused.
    """
    refuse_closed(hospital, case, on)
    last = lost_designation(hospital, case, on)
    if last is None or finishes_at(case, hospital) or _stays_there(case, hospital).filter(lasting=True).exists():
        return
    raise Refused(f"{hospital.name}的{case.disease}定点已到 {last} 为止，不再接收新的患者。请另选定点医院。", "hospital")
