"""The forms of the policy pages: a copy's first day, a whole file, a draft's numbers, sign-offs, limits, hospital levels."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.forms import BoundField

from hospitals.models import Hospital
from ledger.forms import AmountField, DayField, LedgerForm, PlainField
from ledger.models import Disease
from settlement.actions.signing import NotSigned, SignEntry
from settlement.engine.policy import Policy
from settlement.figures import Figure
from settlement.models import PolicyVersion
from settlement.policy_faults import TextRefused
from settlement.policy_printed import UNITS, bare, kind_of, read_printed, said
from settlement.policy_text import Stated

FILE_LIMIT = 200 * 1024
DOCUMENT, CLAUSE, NOTE = 60, 60, 200


class NumberField(PlainField):
    """A number as its document prints it; kept in the engine's units."""

    def __init__(self, *, kind: str, **kwargs):
        super().__init__(max_length=20, **kwargs)
        self.kind = kind

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_printed(self.kind, text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class CopyForm(LedgerForm):
    """From which day the copy is to hold, and what for."""

    first_day = DayField(label="执行首日")
    note = PlainField(label="修改说明", max_length=NOTE, required=False)


class UploadForm(LedgerForm):
    """A whole policy as a TOML file."""

    file = forms.FileField(label="政策文件")
    note = PlainField(label="修改说明", max_length=NOTE, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].error_messages |= {"required": "请选择文件。", "empty": "文件是空的，请重新选择。"}

    def clean_file(self) -> str:
        upload = self.cleaned_data["file"]
        if upload.size > FILE_LIMIT:
            raise forms.ValidationError("文件超过 200 KB，不像一份政策文件。请核对后重新选择。")
        try:
            return upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError("文件不是 UTF-8 文字。请另存为 UTF-8 编码的 .toml 文件再上传。") from None


@dataclass
class NumberRow:
    """One number in a form: what it is, how it stood, and its inputs."""

    figure: Figure
    unit: str
    now: str
    before: str
    inputs: dict[str, BoundField]


class NumbersForm(CopyForm):
    """Every number of a draft with its document and clause; an empty clause says that it is assumed."""

    opened = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args, version: PolicyVersion, policy: Policy, figures: list[Figure], before: Mapping[str, str], **kwargs):
        initial = {"first_day": version.during.lower, "note": version.note, "opened": version.sha256}
        self.policy, self.before = policy, before
        self.figures = [figure for figure in figures if _editable(figure)]
        for index, figure in enumerate(self.figures):
            initial |= {f"n{index}-value": bare(figure), f"n{index}-clause": figure.source}
            initial[f"n{index}-document"] = figure.document if figure.source and figure.document != policy.document else ""
        super().__init__(*args, initial=initial, **kwargs)
        for index, figure in enumerate(self.figures):
            if figure.unit and kind_of(figure) != "no_cap":
                self._add(f"n{index}-value", NumberField(kind=kind_of(figure), label=figure.what), "num")
            self._add(f"n{index}-document", PlainField(label="文号", max_length=DOCUMENT, required=False), placeholder=policy.document)
            self._add(f"n{index}-clause", PlainField(label="条款", max_length=CLAUSE, required=False), placeholder="示范参数")

    def _add(self, name: str, field: forms.Field, more: str = "", **attributes) -> None:
        field.widget.attrs |= {"class": f"form-control {more}".strip(), "autocomplete": "off", "aria-label": field.label, **attributes}
        field.error_messages["required"] = "请填写这个数。"
        self.fields[name] = field

    def clean(self):
        cleaned = super().clean()
        for index, _ in enumerate(self.figures):
            if cleaned.get(f"n{index}-document") and not cleaned.get(f"n{index}-clause"):
                self.add_error(f"n{index}-clause", "写了文号，还要写条款。")
        return cleaned

    def numbers(self) -> dict[str, Stated]:
        """What the action is asked to write, by key; a clause without a document is the policy's own."""
        data = self.cleaned_data
        return {
            figure.key: Stated(
                data.get(f"n{index}-value"), data[f"n{index}-clause"], data[f"n{index}-document"] or self.policy.document
            )
            for index, figure in enumerate(self.figures)
        }  # fmt: skip

    def groups(self) -> list[tuple[str, list[NumberRow]]]:
        found: dict[str, list[NumberRow]] = {}
        for index, figure in enumerate(self.figures):
            names = [name for name in ("value", "document", "clause") if f"n{index}-{name}" in self.fields]
            inputs = {name: self._drawn(f"n{index}-{name}") for name in names}
            row = NumberRow(figure, UNITS[kind_of(figure)], said(figure, self.policy), self.before.get(figure.key, "—"), inputs)
            found.setdefault(figure.group, []).append(row)
        return list(found.items())

    def _drawn(self, name: str) -> BoundField:
        bound = self[name]
        if bound.errors:
            bound.field.widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"{bound.id_for_label}-e"}
            bound.field.widget.attrs["class"] += " is-invalid"
        return bound

    def refuse(self, error) -> None:
        """A fault of the text beside the number it is about; the rest at the top, with its key said as what it is."""
        if not isinstance(error, TextRefused):
            super().refuse(error)
            return
        places = {figure.key: index for index, figure in enumerate(self.figures)}
        for key, sentence in error.faults:
            index = places.get(key)
            part = "value" if f"n{index}-value" in self.fields else "clause"
            layer = next((layer.title for layer in self.policy.layers if key.startswith(f"layers.{layer.name}")), "")
            self.add_error(None if index is None else f"n{index}-{part}", f"{layer if index is None else ''}{sentence}。")


def _editable(figure: Figure) -> bool:
    """Numbers, and the lists that nobody has stated; a list itself is changed in the file."""
    return bool(figure.unit) or (figure.assumed and not figure.key.endswith(".assumed_categories"))


class SignForm(LedgerForm):
    """Numbers of one local document on the desk: its number once, and for each of the policy's the clause and what is printed.

    ``figures``: everything that the text assumes, signed for or not, so that a line keeps its name while others sign.
    """

    document = PlainField(label="地方文件的文号", max_length=DOCUMENT, required=False)

    def __init__(self, *args, figures: list[Figure], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["document"].hide_optional = True
        self.figures = figures
        for index, figure in enumerate(figures):
            hint = {"list": "名单有几项", "no_cap": "写“不设限额”"}.get(kind_of(figure), "照文件写")
            for name, label, longest, shown in (("clause", "条款", CLAUSE, ""), ("printed", "文件上的数", 20, hint)):
                field = PlainField(label=f"{figure.what}的{label}", max_length=longest, required=False)
                field.widget.attrs |= {"class": "form-control", "autocomplete": "off", "aria-label": field.label, "placeholder": shown}
                self.fields[f"s{index}-{name}"] = field

    def entries(self) -> list[SignEntry]:
        """The lines that were filled in at all."""
        data = self.cleaned_data
        lines = [(figure, data[f"s{index}-clause"], data[f"s{index}-printed"]) for index, figure in enumerate(self.figures)]
        return [SignEntry(figure.key, data["document"], clause, printed) for figure, clause, printed in lines if clause or printed]

    def refuse(self, error) -> None:
        if not isinstance(error, NotSigned):
            super().refuse(error)
            return
        places = {figure.key: index for index, figure in enumerate(self.figures)}
        for key, part, sentence in error.faults:
            name = "document" if part == "document" else f"s{places[key]}-{part}"
            if name != "document" or "document" not in self.errors:
                self.add_error(name, sentence)
                self.fields[name].widget.attrs |= {"aria-invalid": "true", "class": "form-control is-invalid"}

    def groups(self) -> list[tuple[str, list[tuple[Figure, str, BoundField, BoundField]]]]:
        found: dict[str, list] = {}
        for index, figure in enumerate(self.figures):
            row = figure, UNITS[kind_of(figure)], self[f"s{index}-clause"], self[f"s{index}-printed"]
            found.setdefault(figure.group, []).append(row)
        return list(found.items())


class LimitForm(LedgerForm):
    """One more price limit of an area."""

    disease = forms.ModelChoiceField(Disease.objects.none(), label="病种", empty_label="请选择")
    level = forms.ChoiceField(label="医院级别", required=False)
    amount = AmountField(label="限额（元）")
    first_day = DayField(label="开始日期")
    last_day = DayField(label="最后一天", required=False)
    document = PlainField(label="文号", max_length=DOCUMENT)

    def __init__(self, *args, levels: Mapping[str, str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["disease"].queryset = Disease.objects.order_by("position")
        self.fields["level"].choices = [("", "各级别相同"), *levels.items()]
        self.fields["level"].hide_optional = True

    def clean(self):
        cleaned = super().clean()
        for name in ("first_day", "last_day"):
            day = cleaned.get(name)
            if isinstance(day, datetime.date) and not 2000 <= day.year < 2100:
                self.add_error(name, f"{day} 不像是执行日期，请核对年份。")
        return cleaned


class EndLimitForm(LedgerForm):
    """Until when a limit holds."""

    last_day = DayField(label="最后一天")


class LevelsForm(LedgerForm):
    """Each hospital's level under one policy."""

    def __init__(self, *args, hospitals: list[Hospital], levels: Mapping[str, str], known: Mapping[int, str], **kwargs):
        super().__init__(*args, **kwargs)
        self.hospitals = hospitals
        for hospital in hospitals:
            field = forms.ChoiceField(
                label=hospital.name, required=False, initial=known.get(hospital.pk, ""), choices=[("", "未定"), *levels.items()],
                error_messages={"invalid_choice": f"{hospital.name}的级别不在可选范围，请重新选择。"},
            )  # fmt: skip
            field.widget.attrs |= {"class": "form-select", "aria-label": f"{hospital.name}的级别"}
            self.fields[f"h{hospital.pk}"] = field

    def chosen(self) -> dict[Hospital, str]:
        return {hospital: self.cleaned_data[f"h{hospital.pk}"] for hospital in self.hospitals}

    def rows(self) -> list[tuple[Hospital, BoundField]]:
        return [(hospital, self[f"h{hospital.pk}"]) for hospital in self.hospitals]
