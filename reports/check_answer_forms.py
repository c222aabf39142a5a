"""The form by which a county answers what the checks found: a box a finding, from the return's page or a page of its own."""

from collections.abc import Sequence

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from ledger.actions.refusals import Refused
from ledger.forms import LedgerForm, PlainField
from reports.answering import LONGEST, Given
from reports.checks import Check


def text_name(code: str) -> str:
    return f"text-{code}"


class AnswersForm(LedgerForm):
    """A box for each of these findings; one that was left as it stands, or was not on the page that sent it, is not asked."""

    def __init__(self, data: QueryDict | None = None, *, checks: Sequence[Check], insist: bool = True):
        """``insist``: the button was for saving answers, so that at least one is asked for."""
        self.insist = insist
        self.checks = {text_name(check.code): check for check in checks}
        said = {name: check.answer.text if check.answer else check.earlier for name, check in self.checks.items()}
        self.sent = set(data or ())
        if data is not None:  # What was not on the page that sent this is shown as it stands.
            data = data.copy()
            for name, text in said.items():
                data.setdefault(name, text)
        super().__init__(data, initial=said)
        for name, check in self.checks.items():
            too_long = {"max_length": f"说明超过 {LONGEST} 个字，请缩短。"}
            box = forms.Textarea(attrs={"rows": 2, "id": f"say-{check.code}"})
            self.fields[name] = PlainField(label="说明", max_length=LONGEST, required=False, error_messages=too_long, widget=box)
            self.fields[name].hide_optional = True

    def given(self) -> dict[str, Given]:
        """What was written, by the findings' codes, with the finding that was looked at."""
        written = {}
        for name, check in self.checks.items():
            text = self.cleaned_data.get(name, "")
            if name in self.sent and text and not (check.answer and check.answer.text == text):
                finding, stood = self.data.get(f"finding-{check.code}", ""), self.data.get(f"stood-{check.code}")
                written[check.code] = Given(finding, text, stood)
        return written

    def clean(self) -> dict:
        told = super().clean()
        asked = [name for name in self.checks if name in self.sent]
        if self.insist and asked and not self.errors and not any(told.get(name) for name in asked):
            self.add_error(asked[0], "请写明原因，例如：县人民医院 10 月集中手术。")
        return told

    def refuse(self, error: Refused) -> None:
        """A finding's code is not its box's name."""
        super().refuse(Refused(error.message, text_name(error.field or "")))

    @property
    def boxes(self) -> dict[str, BoundField]:
        """By the findings' codes."""
        return {check.code: self[name] for name, check in self.checks.items()}

    def rows(self) -> list[tuple[Check, BoundField]]:
        return [(check, self[name]) for name, check in self.checks.items()]
