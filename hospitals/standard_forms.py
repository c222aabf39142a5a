"""The forms by which the city keeps the documents and pathways of each disease."""

from django import forms

from hospitals.models import StandardKind
from hospitals.standards import LIMITS, LookedInto, StandardFacts, look_into
from ledger.actions.proofs import Brought
from ledger.forms import DayField, LedgerForm, ListFileField, PlainField
from ledger.kept_forms import KeptForm
from ledger.models import Disease
from ledger.upload_memory import DroppedFile

MEGABYTES = LIMITS.size // (1024 * 1024)


class StandardFile(ListFileField):
    """One printed document; cleans to what a process of its own found it to be."""

    widget = forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})

    def __init__(self, **kwargs):
        super().__init__(read=lambda name, content: look_into(Brought(name, content)), megabytes=MEGABYTES, required=False, **kwargs)

    def clean(self, data, initial=None) -> LookedInto | None:
        if not data:
            return None
        if data.size > LIMITS.size or isinstance(data, DroppedFile):
            raise forms.ValidationError(f"文件超过 {MEGABYTES} MB。请用扫描软件压缩，或分成几份登记。")
        return super().clean(data, initial)


class StandardForm(LedgerForm):
    """One document: what it is, of whom and when, for which diseases, and its file."""

    kind = forms.ChoiceField(label="种类", choices=[("", "请选择"), *StandardKind.choices])
    number = PlainField(label="文号", max_length=60)
    title = PlainField(label="名称", max_length=120)
    issuer = PlainField(label="发文机关", max_length=80, required=False)
    issued_on = DayField(label="发文日期", required=False)
    diseases = forms.ModelMultipleChoiceField(
        Disease.objects.none(), label="适用病种", required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
    )
    file = StandardFile(label="文件")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, diseases, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["diseases"].queryset = diseases

    def facts(self) -> StandardFacts:
        data = self.cleaned_data
        diseases = tuple(sorted(one.pk for one in data["diseases"]))
        return StandardFacts(data["kind"], data["number"], data["title"], data["issuer"], data["issued_on"], diseases)


class EndForm(KeptForm):
    """Until when a document holds."""

    last_day = DayField(label="最后一天")
