"""The two fields by which a hospital says what became of the clinical pathway."""

from collections.abc import Sequence

from django import forms

from hospitals.models import Standard, Stay
from hospitals.pathways import LENGTH, NONE, PathwayWord
from ledger.forms import LedgerForm, PlainField


class PathwayField(forms.ChoiceField):
    """A pathway of the disease, or that none applies; cleans to the pathway, ``none``, or nothing."""

    def __init__(self, *, pathways: Sequence[Standard], empty: str, **kwargs):
        super().__init__(**kwargs)
        self.by_key = {str(one.pk): one for one in pathways}
        names = [(key, f"《{one.title}》") for key, one in self.by_key.items()]
        self.choices = [("", empty), *names, (NONE, "没有适用的路径")]

    def clean(self, value):
        key = super().clean(value)
        return self.by_key.get(key, key)


def add_pathway(form: LedgerForm, pathways: Sequence[Standard], *, required: bool) -> None:
    """The two fields at the end of a form; none where the disease has no pathway and the form is about something else."""
    empty = "请选择" if required else "以后再说明"
    field = PathwayField(label="临床路径", pathways=pathways, empty=empty, required=required)
    field.error_messages["required"] = "请选择临床路径。"
    field.error_messages["invalid_choice"] = "临床路径不在可选范围，请重新选择。"
    form.fields["pathway"] = field
    form.fields["pathway_left"] = PlainField(label="退出的原因", max_length=LENGTH, required=False)


def word_of(data: dict) -> PathwayWord | None:
    """What the two fields say together; nothing where the hospital says it later."""
    chosen = data.get("pathway")
    return PathwayWord(None if chosen == NONE else chosen, data.get("pathway_left", "")) if chosen else None


class PathwayForm(LedgerForm):
    """What became of the pathway in a stay that is over."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, stay: Stay, pathways: Sequence[Standard], **kwargs):
        super().__init__(*args, **kwargs)
        add_pathway(self, pathways, required=True)
        told = {"": "", "none": NONE}.get(stay.pathway_course, stay.pathway_id)
        self.initial |= {"pathway": told, "pathway_left": stay.pathway_left}
