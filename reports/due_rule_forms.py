"""The form by which the city keeps a rule of what is due."""

from django import forms

from ledger.forms import DayField, LedgerForm, PlainField
from ledger.kept_forms import KeptForm, PreviewedForm
from reports.check_rule_forms import MonthField
from reports.due_rules import RuleFacts, facts_of
from reports.models import DueRule, Form, Frequency


class CountField(forms.IntegerField):
    """A small whole number as it is typed."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})

    def __init__(self, **kwargs):
        super().__init__(error_messages={"invalid": "请写整数。"}, **kwargs)


class DueRuleForm(PreviewedForm):
    """A rule, looked at before it is saved: its next deadlines stand below it."""

    form = forms.ChoiceField(label="报表", choices=Form.choices)
    frequency = forms.ChoiceField(label="多久一次", choices=Frequency.choices, initial=Frequency.MONTH)
    day = CountField(label="截止日", initial=23)
    hour = CountField(label="截止时", initial=18)
    months_after = CountField(label="报几个月前的数据", initial=0)
    first_period = MonthField(label="首期")
    first_months = CountField(label="首期包括几个月", initial=1)
    first_deadline_on = DayField(label="首期截止日期", required=False)
    last_period = MonthField(label="末期", required=False)
    sender = PlainField(label="报送单位", max_length=40, initial="县（区）卫健部门")
    receiver = PlainField(label="接收单位", max_length=40, initial="市卫健部门")

    def facts(self) -> RuleFacts:
        return RuleFacts(**{name: self.cleaned_data[name] for name in RuleFacts.__dataclass_fields__})


def initial_of(rule: DueRule) -> dict:
    """What the form shows of a rule."""
    return {**vars(facts_of(rule)), "seen": repr(facts_of(rule))}


class DropForm(KeptForm):
    """A rule that was a slip goes."""


class EnsureForm(LedgerForm):
    """补齐应报: nothing to be filled in; ``back`` says from which page the button was pressed."""

    back = forms.ChoiceField(choices=[("reports:calendar", ""), ("reports:months", "")], required=False)
