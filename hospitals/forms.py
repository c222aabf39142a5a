"""The forms of treatment: which hospital, in when, out when, completed when."""

from collections.abc import Sequence

from django import forms

from hospitals.models import Hospital, Standard
from hospitals.pathway_forms import add_pathway
from ledger import clock
from ledger.forms import DayField, LedgerForm
from ledger.models import Case, Role, Staff


def designated_choices(case: Case, staff: Staff) -> list[tuple[str, str]]:
    """The hospitals the plan may name, nearest first; a liaison's own only."""
    hospitals = Hospital.objects.designated_for(disease=case.disease, county=case.county, on=clock.today()).filter(is_active=True)
    if staff.role == Role.LIAISON:
        hospitals = hospitals.filter(code=staff.hospital_code)
    return list({hospital.code: (hospital.code, hospital.name) for hospital in hospitals}.values())


class HospitalField(forms.ChoiceField):
    """A hospital chosen by code; cleans to the row."""

    def clean(self, value):
        code = super().clean(value)
        return Hospital.objects.get(code=code)


class PlanForm(LedgerForm):
    """The designated hospital that will treat."""

    hospital = HospitalField(label="定点医院")

    def __init__(self, *args, case: Case, staff: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.offered = designated_choices(case, staff)
        self.fields["hospital"].choices = self.offered if len(self.offered) == 1 else [("", "请选择"), *self.offered]


class AdmitForm(LedgerForm):
    """Where and when the stay began. Designated hospitals stand first; another is taken and marked."""

    hospital = HospitalField(label="医院")
    admitted_on = DayField(label="入院日期")

    def __init__(self, *args, case: Case, staff: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        designated = designated_choices(case, staff)
        known = {code for code, _ in designated}
        still_there = (
            Hospital.objects.filter(code=case.hospital_code) if case.state in ("planned", "in_treatment") else Hospital.objects.none()
        )
        others = (Hospital.objects.filter(is_active=True) | still_there).exclude(code__in=known).order_by("code")
        if staff.role == Role.LIAISON:
            others = others.filter(code=staff.hospital_code)
        groups = [("定点医院", designated), ("其他医院（非定点）", [(hospital.code, hospital.name) for hospital in others])]
        groups = [(title, choices) for title, choices in groups if choices]
        alone = staff.role == Role.LIAISON and sum(len(choices) for _, choices in groups) == 1
        self.fields["hospital"].choices = groups if alone else [("", "请选择"), *groups]
        self.initial.setdefault("hospital", case.hospital_code)
        self.initial.setdefault("admitted_on", clock.today())


class DischargeForm(LedgerForm):
    """When the stay ended, and whether the treatment is completed with it."""

    discharged_on = DayField(label="出院日期")
    completed = forms.BooleanField(label="完成治疗", required=False)

    def __init__(self, *args, pathways: Sequence[Standard] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("discharged_on", clock.today())
        if pathways:
            add_pathway(self, pathways, required=False)

    def clean(self) -> dict:
        data = super().clean()
        if data.get("pathway_left") and "pathway" in data and not data["pathway"]:
            self.add_error("pathway", "写了退出的原因，请选择是哪条路径。")
        return data


class CompleteForm(LedgerForm):
    """When the treatment was completed."""

    completed_on = DayField(label="完成治疗日期")
    lasting = forms.BooleanField(label="长期治疗已建立", required=False)
