"""Finding cases: the filters of the list and its pages by key, so that the thousandth page costs what the first does."""

import re
from dataclasses import dataclass

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from ledger import clock
from ledger.forms import PlainField, whole_number
from ledger.identity import tidy
from ledger.models import Case, Category, CategoryFact, Disease, Division, Staff
from ledger.models.division import Level

PAGE = 50


@dataclass
class Page:
    """The ids of one page, newest first, and the keys of its neighbours."""

    ids: list[int]
    older: str = ""
    newer: str = ""


def _after(registered_on, pk: int) -> Q:
    """Rows that come later in (registered_on DESC NULLS FIRST, id DESC)."""
    if registered_on is None:
        return Q(registered_on=None, pk__lt=pk) | Q(registered_on__isnull=False)
    return Q(registered_on__lt=registered_on) | Q(registered_on=registered_on, pk__lt=pk)


def _before(registered_on, pk: int) -> Q:
    if registered_on is None:
        return Q(registered_on=None, pk__gt=pk)
    return Q(registered_on__gt=registered_on) | Q(registered_on=registered_on, pk__gt=pk) | Q(registered_on=None)


def page_of(cases: QuerySet, query: QueryDict) -> Page:
    """The page after ``before=<case id>``, before ``after=<case id>``, or the first; an unknown key gives the first."""
    older_than, newer_than = query.get("before", ""), query.get("after", "")
    anchor_id = older_than or newer_than
    anchor = cases.filter(pk=whole_number(anchor_id)).values_list("registered_on", "pk").first() if anchor_id else None
    backwards = bool(newer_than and not older_than and anchor)
    if anchor:
        cases = cases.filter(_before(*anchor) if backwards else _after(*anchor))
    order = ("registered_on", "pk") if backwards else ("-registered_on", "-pk")
    found = list(cases.order_by(*order).values_list("pk", flat=True)[: PAGE + 1])
    more, ids = len(found) > PAGE, found[:PAGE]
    if backwards:
        ids.reverse()
    has_older = bool(ids) and (more if not backwards else True)
    has_newer = bool(ids) and (more if backwards else anchor is not None)
    return Page(ids, older=str(ids[-1]) if has_older else "", newer=str(ids[0]) if has_newer else "")


class CaseFilter(forms.Form):
    """Everything the list can be narrowed by; what makes no sense is passed over."""

    q = PlainField(required=False, max_length=40)
    disease = forms.ModelChoiceField(Disease.objects.all(), required=False, empty_label="全部病种")
    category = forms.TypedChoiceField(choices=lambda: [("", "全部类别"), *Category.choices], coerce=int, required=False, empty_value=None)
    area = forms.ModelChoiceField(Division.objects.none(), required=False, empty_label="全部乡镇")
    hospital = forms.ChoiceField(required=False)

    def __init__(self, data, *, staff: Staff):
        super().__init__(data)
        self.staff = staff
        area = staff.area
        if area.level == Level.PREFECTURE:
            self.fields["area"].queryset = Division.objects.counties_of(area)
            self.fields["area"].empty_label = "全部县（区）"
        elif area.level == Level.COUNTY:
            self.fields["area"].queryset = Division.objects.filter(parent=area).order_by("code")
        names = Case.objects.visible_to(staff).exclude(hospital_code="").order_by().values_list("hospital_code", "hospital_name").distinct()
        self.fields["hospital"].choices = [("", "全部医院"), *sorted(names)]
        labels = {"q": "姓名或拼音首字母", "disease": "病种", "category": "人员类别", "area": "乡镇", "hospital": "定点医院"}
        for name, label in labels.items():
            self.fields[name].widget.attrs |= {"class": "form-control" if name == "q" else "form-select", "aria-label": label}
        self.fields["q"].widget.attrs |= {"placeholder": "姓名或拼音首字母，如 qfs", "accesskey": "f"}

    def apply(self, cases: QuerySet) -> QuerySet:
        self.is_valid()
        chosen = self.cleaned_data
        if text := chosen.get("q"):
            alike = Q(person__initials__startswith=text.lower()) if text.isascii() else Q(person__name__startswith=text)
            cases = cases.filter(alike)
        if chosen.get("disease"):
            cases = cases.filter(disease=chosen["disease"])
        if chosen.get("category"):
            holders = CategoryFact.objects.filter(category=chosen["category"], during__contains=clock.today()).values("person")
            cases = cases.filter(person__in=holders)
        if area := chosen.get("area"):
            cases = cases.filter(county=area) if area.level == Level.COUNTY else cases.filter(township=area)
        if chosen.get("hospital"):
            cases = cases.filter(hospital_code=chosen["hospital"])
        return cases

    def holds_number(self) -> bool:
        """Whether somebody typed an ID number where names are looked for."""
        return re.fullmatch(r"\d{15}(\d\d[\dX])?", tidy(self.cleaned_data.get("q", ""))) is not None

    def used(self) -> list[str]:
        """The filters in use, by their words, for the sentence above an empty list."""
        words = {"q": "姓名", "disease": "病种", "category": "类别", "area": "乡镇", "hospital": "医院"}
        return [word for name, word in words.items() if self.cleaned_data.get(name)]
