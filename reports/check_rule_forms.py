"""The forms by which the city keeps its own checks."""

import datetime
import re
import unicodedata
from decimal import Decimal

from django import forms

from ledger.forms import PlainField
from ledger.kept_forms import KeptForm, PreviewedForm
from reports.check_rules import SEVERITIES, RuleFacts
from reports.checks.figures import LAST
from reports.checks.own import RELATIONS
from reports.models import CheckRule

READ = {"=": "等于", "≠": "不等于", "≤": "不大于", "≥": "不小于", "<": "小于", ">": "大于"}
NOW, BEFORE, NUMBER = "now", "before", "number"
Choices = list[tuple[str, list[tuple[str, str]]]]


class MonthField(forms.Field):
    """A month as an office types it: 2017-10, 2017.10, 2017年10月, full-width or not; cleans to its first day."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "placeholder": "2017-10"})

    def prepare_value(self, value):
        return f"{value:%Y-%m}" if isinstance(value, datetime.date) else value

    def to_python(self, value):
        text = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value or "")))
        if not text:
            return None
        match = re.fullmatch(r"((?:19|20)\d\d)[-./年]?(\d{1,2})月?", text)
        if not match or not 1 <= int(match[2]) <= 12:
            raise forms.ValidationError("月份请写成 2017-10 这样。")
        return datetime.date(int(match[1]), int(match[2]), 1)


class FactorField(forms.DecimalField):
    """1.5, also full-width or with a Chinese full stop."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"})

    def __init__(self, **kwargs):
        sentence = "倍数请写成 1.5 这样的数，最多四位小数。"
        names = ("invalid", "max_digits", "max_decimal_places", "max_whole_digits")
        super().__init__(max_digits=8, decimal_places=4, error_messages=dict.fromkeys(names, sentence), **kwargs)

    def prepare_value(self, value):
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value

    def to_python(self, value):
        return super().to_python(unicodedata.normalize("NFKC", value).replace("。", ".").strip() if isinstance(value, str) else value)


class WholeField(forms.IntegerField):
    """A number of people, rows or times."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})

    def __init__(self, **kwargs):
        sentence = "请写 0 或更大的整数。"
        super().__init__(min_value=0, error_messages={"invalid": sentence, "min_value": sentence}, **kwargs)


class CheckRuleForm(PreviewedForm):
    """A comparison: left, relation, factor times right; the right side is a figure of this period, of the one before, or a number."""

    title = PlainField(label="核对什么", max_length=60)
    left = forms.ChoiceField(label="本期的数")
    relation = forms.ChoiceField(label="应当", choices=[(sign, f"{sign} {READ[sign]}") for sign in RELATIONS], initial="≤")
    right_of = forms.ChoiceField(label="和什么比", choices=[(NOW, "本期的数"), (BEFORE, "上期的数"), (NUMBER, "一个数字")])
    right = forms.ChoiceField(label="比较的数", required=False)
    number = WholeField(label="数字", required=False)
    factor = FactorField(label="倍数", initial=Decimal(1))
    severity = forms.ChoiceField(label="不符时", choices=[(key, words) for key, words in reversed(SEVERITIES.items())])
    advice = PlainField(label="怎么办", max_length=120)
    since = MonthField(label="起始期")
    until = MonthField(label="末期", required=False)

    def __init__(self, *args, choices: Choices, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("left", "right"):
            self.fields[name].choices = [("", "请选择"), *choices]

    def clean(self):
        told = super().clean()
        kind = told.get("right_of")
        if kind == NUMBER and told.get("number") is None and "number" not in self.errors:
            self.add_error("number", "请写要比的数字。")
        if kind in (NOW, BEFORE) and not told.get("right") and "right" not in self.errors:
            self.add_error("right", "请选择要比的数。")
        return told

    def facts(self) -> RuleFacts:
        told = self.cleaned_data
        right = str(told["number"]) if told["right_of"] == NUMBER else (LAST if told["right_of"] == BEFORE else "") + told["right"]
        names = ("title", "left", "relation", "factor", "severity", "advice", "since", "until")
        return RuleFacts(right=right, **{name: told[name] for name in names})


def initial_of(rule: CheckRule) -> dict:
    """What the form shows of a rule."""
    shown = {name: getattr(rule, name) for name in ("title", "left", "relation", "factor", "severity", "advice", "since", "until")}
    if rule.right.isdecimal():
        return shown | {"right_of": NUMBER, "number": int(rule.right)}
    return shown | {"right_of": BEFORE if rule.right.startswith(LAST) else NOW, "right": rule.right.removeprefix(LAST)}


class EndRuleForm(KeptForm):
    """The last period for which a rule holds."""

    until = MonthField(label="末期")
