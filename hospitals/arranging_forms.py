"""The forms by which a hospital is arranged: which one and why another, what a hospital cannot treat, and the county's answer."""

from django import forms

from hospitals.arranging import NOTE, Why
from hospitals.forms import HospitalField
from hospitals.inability import LENGTHS
from hospitals.offering import Offering
from ledger import clock
from ledger.forms import DayField, LedgerForm, PlainField


class Rows(forms.RadioSelect):
    """Radio buttons in a table's rows; whoever asks for the field as a whole is led to the first."""

    def id_for_label(self, id_, index=None):
        return super().id_for_label(id_, "0" if index is None else index)


class ChosenHospital(HospitalField):
    """One of the hospitals offered, each a row of the table."""

    widget = Rows(attrs={"class": "form-check-input"})


class ArrangeForm(LedgerForm):
    """The hospital; ``another`` asks why the one arranged so far does not treat."""

    hospital = ChosenHospital(label="定点医院")
    why = forms.ChoiceField(label="另选的原因", choices=[("", "请选择"), *Why.choices])
    note = PlainField(label="说明", max_length=NOTE, required=False)

    def __init__(self, *args, found: Offering, another: bool, but: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.found = [one for one in found.offered if one.hospital.code != but]
        self.fields["hospital"].choices = [(one.hospital.code, one.hospital.name) for one in self.found]
        if not another:
            del self.fields["why"], self.fields["note"]

    def rows(self) -> list[tuple]:
        """Each radio button beside the hospital that it stands for."""
        return list(zip(self["hospital"], self.found, strict=True))


class InabilityForm(LedgerForm):
    """What the hospital lacks, and the talk."""

    reason = PlainField(label="不具备的条件", max_length=LENGTHS["reason"])
    talked_on = DayField(label="谈话日期")
    talked_with = PlainField(label="谈话对象", max_length=LENGTHS["talked_with"])
    talk = PlainField(label="谈话记录", max_length=LENGTHS["talk"])
    wish = PlainField(label="患者意愿", max_length=LENGTHS["wish"], required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("talked_on", clock.today())


class AnswerForm(LedgerForm):
    """The county's answer where no other hospital is arranged."""

    answer = PlainField(label="答复", max_length=200)
