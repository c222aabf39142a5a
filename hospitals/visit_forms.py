"""The forms of follow-up: a rule of the city, a visit planned, made or cancelled."""

import re

from django import forms

from hospitals.models import Finding, Visitor, Way
from hospitals.visit_rules import check_months
from hospitals.visits import BUREAU, TEXT, UNIT
from ledger import clock
from ledger.forms import DayField, LedgerForm, PlainField
from ledger.kept_forms import KeptForm
from ledger.models import Staff


class MonthsField(PlainField):
    """Whole numbers with 、 or a comma between them; cleans to a list."""

    def prepare_value(self, value):
        return "、".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value):
        text = super().clean(value)
        parts = [part for part in re.split(r"[、,，;；\s]+", text) if part]
        try:
            return check_months([int(part) if part.isdecimal() and len(part) < 4 else 0 for part in parts])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class RuleForm(KeptForm):
    """When and by whom a disease's patients are visited."""

    months = MonthsField(label="出院后几个月", max_length=60)
    visitor = forms.ChoiceField(label="由谁随访", choices=[("", "请选择"), *Visitor.choices])


class PlanForm(LedgerForm):
    """A visit planned by hand."""

    due_on = DayField(label="计划日期")
    visitor = forms.ChoiceField(label="由谁随访", choices=[("", "请选择"), *Visitor.choices])

    def __init__(self, *args, staff: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        if staff.role not in BUREAU:
            self.fields["visitor"].choices = [(UNIT[staff.role], UNIT[staff.role].label)]


class VisitForm(LedgerForm):
    """What was found."""

    done_on = DayField(label="随访日期")
    way = forms.ChoiceField(label="方式", choices=[("", "请选择"), *Way.choices])
    finding = forms.ChoiceField(label="情况", choices=[("", "请选择"), *Finding.choices])
    text = PlainField(label="随访记录", max_length=TEXT, required=False)
    next_on = DayField(label="下次日期", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("done_on", clock.today())


class CancelForm(LedgerForm):
    """Why a visit will not be made."""

    reason = PlainField(label="取消原因", max_length=120)
