"""The forms between the payers: which month, how it was paid, why a row is set aside, how a dispute ends."""

import datetime
import re

from django import forms

from hospitals.models import Hospital
from ledger import clock
from ledger.forms import DayField, LedgerForm, PlainField
from ledger.models import Division, Role, Staff
from settlement.models import Outcome, Payer, Statement
from settlement.models.statement import PAYER_OF_ROLE
from settlement.statement_states import HOSPITAL_CONFIRMED, STATES

MONTHS = 24


def read_month(text: str) -> datetime.date | None:
    """2017-10 as its first day; None for anything else, and for years that no ledger has."""
    match = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text)
    return datetime.date(int(match[1]), int(match[2]), 1) if match else None


def last_months() -> list[datetime.date]:
    """This month and those before it, newest first."""
    found = [clock.today().replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - datetime.timedelta(days=1)).replace(day=1))
    return found


class StatementFilter(forms.Form):
    """By payer, hospital, county and state, where the reader sees more than one of them."""

    payer = forms.ChoiceField(choices=[("", "全部支付方"), *Payer.choices], required=False, label="支付方")
    hospital = forms.ModelChoiceField(Hospital.objects.none(), to_field_name="code", required=False, empty_label="全部医院", label="医院")
    county = forms.ModelChoiceField(
        Division.objects.none(), to_field_name="code", required=False, empty_label="全部县（区）", label="县（区）"
    )
    state = forms.ChoiceField(choices=[("", "全部状态"), *STATES], required=False, label="状态")

    def __init__(self, data, *, staff: Staff, statements):
        super().__init__(data)
        self.fields["hospital"].queryset = Hospital.objects.filter(pk__in=statements.order_by().values("hospital"))
        self.fields["county"].queryset = Division.objects.filter(pk__in=statements.order_by().values("county"))
        if staff.role in PAYER_OF_ROLE:
            del self.fields["payer"]
        if staff.role == Role.LIAISON:
            del self.fields["hospital"]
        elif staff.role != Role.CITY:
            del self.fields["county"]
        for field in self.fields.values():
            field.widget.attrs |= {"class": "form-select", "aria-label": field.label}

    def apply(self, statements):
        """The statements that meet what was chosen; a choice that is none is passed over."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        self.used = bool(chosen)
        return statements.filter(**chosen)


class PayForm(LedgerForm):
    """When and by which voucher a statement was paid."""

    paid_on = DayField(label="支付日期")
    voucher = PlainField(label="支付凭证号", max_length=40)


class BackForm(LedgerForm):
    """A step back is explained."""

    reason = PlainField(label="原因", max_length=200)


class DisputeForm(LedgerForm):
    """Which layers of a settlement are set aside, and why."""

    layers = forms.MultipleChoiceField(label="支付层次", widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}))
    reason = PlainField(label="争议原因", max_length=200)

    def __init__(self, *args, entries, **kwargs):
        super().__init__(*args, **kwargs)
        self.entries = {str(entry.pk): entry for entry in entries}
        self.fields["layers"].choices = [(pk, f"{entry.title}　{entry.amount_yuan:,} 元") for pk, entry in self.entries.items()]
        self.fields["layers"].initial = list(self.entries)
        self.fields["layers"].error_messages["required"] = "请选择有争议的支付层次。"

    def clean_layers(self):
        return [self.entries[pk] for pk in self.cleaned_data["layers"]]


class ResolveForm(LedgerForm):
    """How a dispute ends; which endings there are depends on whether the payer has confirmed the statement."""

    outcome = forms.ChoiceField(label="处理结果", widget=forms.RadioSelect(attrs={"class": "form-check-input"}))
    reason = PlainField(label="处理说明", max_length=200, required=False)
    agreed_with = PlainField(label="医院方经办人", max_length=40, required=False)

    def __init__(self, *args, statement: Statement, **kwargs):
        super().__init__(*args, **kwargs)
        before = statement.state == HOSPITAL_CONFIRMED
        endings = [(Outcome.PUT_BACK, "放回本期：争议撤销，仍在本期支付")]
        if not before:
            endings = [
                (Outcome.ACCEPTED, "同意支付：列入下一期对账单"),
                (Outcome.REFUSED, "商定不予支付：双方同意，由医院承担或另行处理"),
            ]
        self.fields["outcome"].choices = endings
        if len(endings) == 1:
            self.fields["outcome"].initial = endings[0][0]  # Between paying and not paying nothing is chosen beforehand.
        self.fields["outcome"].error_messages["required"] = "请选择处理结果：同意支付，还是商定不予支付。"
