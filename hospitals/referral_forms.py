"""The forms of referral: what the sending hospital writes, what is said with a step, and the insurance office's word."""

import datetime

from django import forms
from django.forms.models import model_to_dict

from hospitals.models import Direction, Referral
from hospitals.referral_approval import Approval
from hospitals.referral_places import places
from hospitals.referring import TEXT, Asked
from ledger import clock
from ledger.forms import DayField, LedgerForm, PhoneField, PlainField
from ledger.models import Case

PAPER_TEXT = 400  # As long as one page of paper holds with the rest of it.


def _length(name: str) -> int:
    return Referral._meta.get_field(name).max_length


class RequestForm(LedgerForm):
    """转诊病情介绍单: where to, why, how the patient is, and who agreed."""

    direction = forms.ChoiceField(label="转诊方向", choices=[("", "请选择"), *Direction.choices])
    to_hospital = forms.ChoiceField(label="转入医院", required=False)
    to_name = PlainField(label="网外医院名称", max_length=_length("to_name"), required=False)
    outside_area = forms.BooleanField(label="网外医院在统筹区外", required=False)
    emergency = forms.BooleanField(label="病情危急，先转后补批", required=False)
    reason = PlainField(label="转诊原因", max_length=_length("reason"))
    condition = PlainField(label="病情介绍", max_length=PAPER_TEXT, widget=forms.Textarea(attrs={"rows": 3}))
    treated_so_far = PlainField(label="已做的检查和治疗", max_length=PAPER_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    doctor = PlainField(label="主治医生", max_length=20)
    doctor_phone = PhoneField(label="主治医生电话", required=False)
    head_of_department = PlainField(label="同意的科室主任", max_length=20)
    patient_agreed = forms.BooleanField(label="患者同意转诊", required=False)
    family_name = PlainField(label="同意的家属", max_length=20, required=False)
    family_relation = PlainField(label="与患者关系", max_length=_length("family_relation"), required=False)
    no_family = forms.BooleanField(label="没有家属", required=False)

    def __init__(self, *args, case: Case, here: str, **kwargs):
        super().__init__(*args, **kwargs)
        found = places(case, here, clock.today())
        self.offered = {place.hospital.code: place.hospital for place in found}
        groups = [("定点医院", True), ("其他医院（非定点）", False)]
        choices = [(title, [(one.hospital.code, one.words) for one in found if one.designated == named]) for title, named in groups]
        self.fields["to_hospital"].choices = [("", "请选择"), *(group for group in choices if group[1])]
        for name in ("to_hospital", "to_name", "family_name", "family_relation"):
            self.fields[name].hide_optional = True  # Whether it is asked follows from what else is chosen.

    def asked(self) -> Asked:
        """What was typed, as the action takes it."""
        data = dict(self.cleaned_data)
        return Asked(**{**data, "to_hospital": self.offered.get(data["to_hospital"])})


class StepForm(LedgerForm):
    """What is said with a step; whether it must be is the step's."""

    text = PlainField(label="说明", max_length=TEXT, required=False)


class ApprovalForm(LedgerForm):
    """批准转往统筹区外: the number and the days for which it holds."""

    number = PlainField(label="转诊批准号", max_length=_length("approval_number"))
    approved_on = DayField(label="批准日期")
    valid_from = DayField(label="从哪天起入院有效")
    valid_until = DayField(label="到哪天止")

    def __init__(self, *args, referral: Referral, **kwargs):
        super().__init__(*args, **kwargs)
        today = clock.today()
        known = model_to_dict(referral, ["approved_on", "valid_from", "valid_until"]) if referral.approval_number else {}
        self.initial |= {"approved_on": today, "valid_from": today, "valid_until": datetime.date(today.year, 12, 31), **known}
        self.initial["number"] = referral.approval_number

    def approval(self) -> Approval:
        data = self.cleaned_data
        return Approval(number=data["number"], on=data["approved_on"], valid_from=data["valid_from"], valid_until=data["valid_until"])


class DisapprovalForm(LedgerForm):
    """Why the patient may not leave the pooling area."""

    reason = PlainField(label="不批准的原因", max_length=_length("approval_refused"))
