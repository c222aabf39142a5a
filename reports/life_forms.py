"""What people type on a return's way: answers, reasons, days, the city's remarks on single cells."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from django import forms
from django.http import QueryDict

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.forms import DayField, LedgerForm, PlainField, ReasonForm
from reports.answering import Given
from reports.cells import Cell
from reports.models import CellRemark, Due
from reports.remarks import LONGEST

LONG = forms.Textarea(attrs={"rows": 2})


def remark_name(pk: int | str) -> str:
    return f"answer-{pk}"


class RemarksForm(LedgerForm):
    """The county's word on each remark of the city; one that was left as it stood, or was not on the page that sent it, is not asked."""

    def __init__(self, data: QueryDict | None = None, *, remarks: Iterable[CellRemark]):
        self.remarks = {remark_name(row.pk): row for row in remarks}
        said = {name: row.answer for name, row in self.remarks.items()}
        self.touched = {name for name in said if data and name in data and data[name] != data.get(f"stood-{name}", "")}
        if data is not None:  # What was left as it stood is shown, and meant, as it stands now.
            data = data.copy()
            data.update({name: text for name, text in said.items() if name not in self.touched})
        super().__init__(data, initial=said)
        for name, row in self.remarks.items():
            too_long = {"max_length": f"答复超过 {LONGEST} 个字，请缩短。"}
            label = f"答复：{row.label}"
            self.fields[name] = PlainField(label=label, max_length=LONGEST, required=False, error_messages=too_long, widget=LONG)

    def given(self) -> dict[int, Given]:
        """What was written, by the remarks' ids, with the answer that stood on the page."""
        rows = {name: row.pk for name, row in self.remarks.items() if name in self.touched}
        written = {pk: Given("", self.cleaned_data[name], self.data.get(f"stood-{name}", "")) for name, pk in rows.items()}
        return {pk: given for pk, given in written.items() if given.text != given.stood}

    def refuse(self, error: Refused) -> None:
        """A remark's id is not its box's name."""
        super().refuse(Refused(error.message, remark_name(error.field or "")))


class NilForm(LedgerForm):
    """零报告: one reason for every form that has nothing to tell, each under its own name (``nil_F2``)."""

    def __init__(self, *args, forms: Mapping[str, str], **kwargs):
        super().__init__(*args, **kwargs)
        self.nothing = forms
        for form, why in forms.items():
            label = f"{form} 零报告的说明"
            self.fields[f"nil_{form}"] = PlainField(
                label=label, max_length=200, required=False, help_text=f"{why}。确实没有的，写明怎么核对的。"
            )
            self.fields[f"nil_{form}"].hide_optional = True

    def reasons(self) -> dict[str, str]:
        """By form what was written."""
        return {form: self.cleaned_data.get(f"nil_{form}", "") for form in self.nothing}


class ReturnReasonForm(ReasonForm):
    """Why a return goes back to whoever prepared it."""

    reason = PlainField(label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ReviewForm(LedgerForm):
    """Why a return goes back to the county, and a remark for each cell that was chosen, in the order in which they were."""

    reason = PlainField(label="退回原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="县里先看到这句话")

    def __init__(self, *args, cells: Iterable[Cell], **kwargs):
        super().__init__(*args, **kwargs)
        self.cells = list(cells)
        for number, cell in enumerate(self.cells):
            field = PlainField(label=cell.label, max_length=300, widget=LONG)
            field.error_messages["required"] = f"请写明“{cell.label}”要改什么，或去掉这一格。"
            self.fields[f"remark_{number}"] = field

    def remarks(self) -> list[tuple[str, str, str, str]]:
        """Place, label, what the cell said, and the remark, as ``return_it`` takes them."""
        return [(cell.place, cell.label, cell.text[:120], self.cleaned_data[f"remark_{number}"]) for number, cell in enumerate(self.cells)]

    def lines(self) -> list[tuple[Cell, forms.BoundField]]:
        return [(cell, self[f"remark_{number}"]) for number, cell in enumerate(self.cells)]

    def refuse(self, error) -> None:
        """An action names the cell by its place."""
        places = {cell.place: f"remark_{number}" for number, cell in enumerate(self.cells)}
        self.add_error(places.get(error.field, error.field if error.field in self.fields else None), error.message)


class ComingDayField(DayField):
    """A day around now: one typed without its year (10月25日, 10-25) is the nearest such day, this year or the next."""

    def to_python(self, value):
        narrow = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value or "")))
        typed = re.fullmatch(r"(\d{1,2})[月./-](\d{1,2})[日号]?", narrow)
        if not typed:
            return super().to_python(value)
        today = clock.today()
        years = [super(ComingDayField, self).to_python(f"{year}-{typed[1]}-{typed[2]}") for year in (today.year, today.year + 1)]
        return min(years, key=lambda day: abs(day - today))


class ExtensionAskForm(LedgerForm):
    """Until when, and why. One form of the period, or all that are still to be handed in."""

    until_on = ComingDayField(label="申请展期到")
    reason = PlainField(label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    forms = forms.ChoiceField(label="哪张表", widget=forms.RadioSelect)

    def __init__(self, *args, dues: Iterable[Due], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["until_on"].error_messages["required"] = "请填写要展期到哪一天。"
        self.dues = {due.form: due for due in dues}
        names = [(form, due.get_form_display()) for form, due in self.dues.items()]
        both = [("all", f"{'、'.join(self.dues)} 都展期")] if len(names) > 1 else []
        self.fields["forms"].choices = both + names
        self.fields["forms"].initial = (both or names)[0][0] if names else None

    def chosen(self) -> list[str]:
        """The forms that time is asked for."""
        return list(self.dues) if self.cleaned_data["forms"] == "all" else [self.cleaned_data["forms"]]


class ExtensionAnswerForm(LedgerForm):
    """The city's answer; a day only where it grants. ``granting`` says which button was pressed."""

    granted_on = ComingDayField(label="同意展期到", required=False)
    answer = PlainField(label="答复", max_length=300, required=False, widget=LONG)

    def __init__(self, *args, granting: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        self.granting = granting
        self.fields["granted_on"].hide_optional = True
        self.fields["answer"].help_text = "不同意的，写明原因"

    def clean(self):
        told = super().clean()
        if self.granting and not told.get("granted_on") and "granted_on" not in self.errors:
            self.add_error("granted_on", "请填写同意展期到哪一天。")
        if not self.granting and not told.get("answer"):
            self.add_error("answer", "请写明不同意的原因，县里会看到。")
        return told


class UnlockAskForm(ReturnReasonForm):
    """Why a locked return must be opened again."""


class UnlockAnswerForm(LedgerForm):
    """Another person of the city answers; refusing needs its reason."""

    answer = PlainField(label="答复", max_length=300, required=False, widget=LONG, help_text="不同意的，写明原因")

    def __init__(self, *args, agreeing: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        self.agreeing = agreeing

    def clean(self):
        told = super().clean()
        if not self.agreeing and not told.get("answer"):
            self.add_error("answer", "请写明不同意的原因，申请人会看到。")
        return told


class OnePersonForm(LedgerForm):
    """Which county may prepare and submit by one hand, from when, and why."""

    county = forms.ChoiceField(label="县（区）")
    since = DayField(label="起始日期")
    reason = PlainField(label="原因", max_length=200)

    def __init__(self, *args, counties: Iterable, **kwargs):
        super().__init__(*args, **kwargs)
        self.counties = {county.code: county for county in counties}
        self.fields["county"].choices = [("", "请选择")] + [(code, county.name) for code, county in self.counties.items()]
        self.fields["since"].initial = clock.today()
