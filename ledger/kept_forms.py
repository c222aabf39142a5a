"""Forms of the data that the city keeps: each names its document, and what moves figures is looked at before it is saved."""

import hashlib

from django import forms
from django.http import HttpRequest

from ledger.forms import LedgerForm, PlainField

LOOK_AGAIN = "您看过预览之后又有改动。请再看一遍，再保存。"


class KeptForm(LedgerForm):
    """A change that names its document."""

    document = PlainField(label="依据的文号", max_length=80)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "document"])  # Last on the page, so last among its errors.


class PreviewedForm(KeptForm):
    """Saved only as it was previewed: ``looked`` carries the mark of what was looked at, ``seen`` of what stood before."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    looked = forms.CharField(required=False, widget=forms.HiddenInput)

    def mark(self) -> str:
        """What is to be saved, in one word: another choice has another mark."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "looked"}
        return hashlib.sha256(repr(sorted(told.items(), key=lambda item: item[0])).encode()).hexdigest()[:16]

    def to_be_saved(self, request: HttpRequest) -> bool:
        """Whether the button was 保存, and what it saves is what was previewed."""
        return "save" in request.POST and self.cleaned_data["looked"] == self.mark()
