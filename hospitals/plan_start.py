"""What a first plan begins with: everything that the ledger and the hospital's earlier plans know already."""

from hospitals.models import Hospital, TreatmentPlan
from ledger.models import Case

# What a hospital's doctors and wards are called does not change from one patient of a disease to the next.
USUAL = ("department", "attending_doctor", "diagnosing_doctor")


def first_lines(case: Case, hospital: Hospital) -> dict:
    """Line → what is known: the diagnosis from the case, doctors and ward from the hospital's last filed plan of the disease."""
    diagnosis = case.disease.name + (f"（ICD-10 {case.icd10}）" if case.icd10 else "")
    known = {"review_hospital": hospital.name, "diagnosis": diagnosis}
    plans = TreatmentPlan.objects.everywhere("the names of a hospital's own doctors and wards")
    last = plans.filter(hospital=hospital, case__disease=case.disease, filed_at__isnull=False).order_by("-filed_at", "-pk").first()
    if last:
        known |= {name: getattr(last, name) for name in USUAL} | {"attending_phone": last.attending_phone.reveal()}
    return {name: value for name, value in known.items() if value}
