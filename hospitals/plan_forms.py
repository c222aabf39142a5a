"""The forms of treatment plans: the plan itself, the county's answer, the signed page, a phrase."""

from django import forms

from hospitals.models import PhraseField, Standard, StandardKind, TreatmentPlan
from hospitals.plan_facts import FIELDS, LABELS, OPTIONAL, SECTIONS
from hospitals.planning import REMARK, WHOLE
from ledger.actions.proofs import Brought, tidy_name
from ledger.forms import AmountField, DayField, LedgerForm, PhoneField, PlainField
from ledger.models import Case, Disease
from ledger.money import to_fen, to_yuan
from ledger.papers.reading import PaperLimits
from ledger.protection import Sealed
from ledger.upload_memory import DroppedFile

DAYS = {"review_on", "admission_on", "discharge_on"}
PHONES = {"attending_phone", "surgeon_phone"}
AMOUNTS = {"total_yuan", "in_policy_yuan"}
LONG = {"findings", "treatment"}
# Columns of the twelve that each line takes on the page.
WIDTHS = {
    "review_on": 2, "review_hospital": 4, "tests": 6, "findings": 12, "diagnosis": 9, "diagnosing_doctor": 3, "admission_on": 2,
    "discharge_on": 2, "department": 3, "pathway": 5, "treatment": 12, "procedure": 6, "drugs": 6, "attending_doctor": 3, "attending_phone": 3,
    "surgeon": 3, "surgeon_phone": 3, "prognosis": 12, "total_yuan": 3, "in_policy_yuan": 3,
}  # fmt: skip
# The page asks the two days together; F3 prints them where it wants them.
ORDER = {
    "诊疗计划": ["admission_on", "discharge_on", "department", "pathway", "treatment", "procedure", "drugs", "attending_doctor", "attending_phone",
             "surgeon", "surgeon_phone", "prognosis"],
}  # fmt: skip
HINTS = {
    "treatment": "包括手术、化疗、放疗、血透等，最多 300 字",
    "findings": "最多 300 字",
    "in_policy_yuan": "医保目录内的部分",
    "prognosis": "预计的效果",
    "pathway": "本病种没有的不选",
}


def _field(name: str, required: bool) -> forms.Field:
    told = {"label": LABELS[name].removesuffix("（元）") + ("（元）" if name in AMOUNTS else ""), "required": required}
    if name in DAYS:
        return DayField(**told)
    if name in PHONES:
        return PhoneField(**told)
    if name in AMOUNTS:
        return AmountField(**told)
    widget = forms.Textarea(attrs={"rows": 3}) if name in LONG else None
    return PlainField(max_length=TreatmentPlan._meta.get_field(name).max_length, widget=widget, **told)


class WriteForm(LedgerForm):
    """F3's sections two to four. ``whole``: it is being filed, and must be complete."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = PlainField(label="修订原因", max_length=200, required=False)

    def __init__(self, *args, case: Case, whole: bool, amends: bool, offered: dict[str, list[str]], **kwargs):
        super().__init__(*args, **kwargs)
        for name in FIELDS:
            if name != "pathway":
                self.fields[name] = _field(name, required=whole and name not in OPTIONAL)
        standards = Standard.objects.filter(
            kind=StandardKind.PATHWAY, diseases=case.disease, prefecture=case.county.prefecture, ended_on=None
        )
        self.fields["pathway"] = forms.ModelChoiceField(
            standards.defer("content"), label=LABELS["pathway"], required=False, empty_label="不选"
        )
        self.fields["pathway"].error_messages["invalid_choice"] = "临床路径不在可选范围，请重新选择。"
        self.fields["pathway"].label_from_instance = lambda one: one.title
        self.fields["reason"].required = whole and amends
        for name, field in self.fields.items():
            field.hide_optional = name not in OPTIONAL
            label = str(field.label or "").removesuffix("（元）")
            field.error_messages["required"] = f"请填写{label}，再上报。"
            if offered.get(name) and name not in LONG:
                field.widget.attrs["list"] = f"phrases-{name}"

    def facts(self) -> dict:
        """What was written, as the plan keeps it."""
        data = {name: self.cleaned_data.get(name) for name in FIELDS}
        for name in FIELDS:
            if name in AMOUNTS:
                data[name] = None if data[name] is None else to_yuan(data[name])
            elif name not in DAYS and name != "pathway":
                data[name] = data[name] or ""
        return data | {name: Sealed(data[name], _mask(name)) for name in PHONES}

    def page(self) -> list[tuple[str, list]]:
        """The sections with (bound field, class of its width, hint)."""
        return [
            (title, [(self[name], f"w{WIDTHS[name]}", HINTS.get(name, "")) for name in ORDER.get(title, names)])
            for title, names in SECTIONS
        ]


def _mask(name: str):
    return TreatmentPlan._meta.get_field(name).mask


def initial_of(plan: TreatmentPlan) -> dict:
    """The plan's lines as the form shows them: phones in full, for whoever goes on writing."""
    data = {name: getattr(plan, name) for name in FIELDS}
    data |= {name: data[name].reveal() for name in PHONES}
    return data | {name: None if data[name] is None else to_fen(data[name]) for name in AMOUNTS}


class AnswerForm(LedgerForm):
    """A remark beside each line, and one on the whole."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in [*FIELDS, WHOLE]:
            label = LABELS.get(name, "整份方案")
            said = f"对{label.removesuffix('（元）')}的意见"
            widget = forms.TextInput(attrs={"class": "form-control", "aria-label": said, "autocomplete": "off"})
            self.fields[field_of(name)] = PlainField(label=said, max_length=REMARK, required=False, widget=widget)

    def remarks(self) -> dict[str, str]:
        return {name: self.cleaned_data[field_of(name)] for name in [*FIELDS, WHOLE] if self.cleaned_data.get(field_of(name))}

    def refuse(self, error) -> None:
        self.add_error(field_of(error.field) if error.field in (*FIELDS, WHOLE) else None, error.message)


def field_of(name: str) -> str:
    return f"remark-{name or 'whole'}"


class SignedField(forms.FileField):
    """The scanned page; cleans to its name and content."""

    widget = forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if upload.size > PaperLimits.size or isinstance(upload, DroppedFile):
            megabytes = PaperLimits.size // (1024 * 1024)
            raise forms.ValidationError(f"“{tidy_name(upload.name)}”超过 {megabytes} MB。请把照片缩小，或重新扫描后再上传。")
        return Brought(upload.name, upload.read())


class SignedForm(LedgerForm):
    """The page with stamp and signature."""

    file = SignedField(label="签字盖章页")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].error_messages |= {"required": "请选择文件。", "empty": "文件是空的，请重新选择。"}


class DiscardForm(LedgerForm):
    """Why a draft comes to nothing."""

    reason = PlainField(label="作废原因", max_length=120)


class PurposeForm(LedgerForm):
    """What the numbers in full are printed for."""

    purpose = PlainField(label="用途", max_length=100)


class PhraseForm(LedgerForm):
    """A phrase, for which disease and line."""

    disease = forms.ModelChoiceField(Disease.objects.all(), label="病种", empty_label="请选择", to_field_name="code")
    field = forms.ChoiceField(label="用在", choices=[("", "请选择"), *PhraseField.choices])
    text = PlainField(label="常用语", max_length=120)
