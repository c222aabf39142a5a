"""Finding cases: the filters of the list and its pages by key, so that the thousandth page costs what the first does."""

import re
from dataclasses import dataclass

from django import forms
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.http import QueryDict

from ledger import clock
from ledger.case_hospitals import hospitals_named
from ledger.forms import PlainField, whole_number
from ledger.identity import tidy
from ledger.models import Case, Category, CategoryFact, Disease, Division, Person, Staff
from ledger.models.division import Level
from ledger.transitions import STATES

PAGE = 50
COUNT_CAP = 1000
FEW_PEOPLE = 300  # Of a prefecture: so many of one name are looked up first, for then PostgreSQL goes by them.
WORDS = {"q": "姓名", "disease": "病种", "category": "类别", "area": "乡镇", "hospital": "医院"}
NEWEST_FIRST = ("-registered_on", "-pk")
KEPT = ("q", "disease", "category", "area", "hospital", "state")


@dataclass
class Page:
    """The cases of one page, newest first, and the keys of its neighbours."""

    cases: list[Case]
    older: str = ""
    newer: str = ""


def _stretches(cases: QuerySet, anchor: tuple, backwards: bool) -> list[QuerySet]:
    """The rows beyond the anchor in (registered_on DESC NULLS FIRST, id DESC), in the parts that an index can walk from the anchor.

    The bound on the day alone says nothing more than the rest does, but an index stops at it.
    """
    day, pk = anchor
    undated, dated = cases.filter(registered_on=None), cases.filter(registered_on__isnull=False)
    if backwards:
        if day is None:
            return [undated.filter(pk__gt=pk)]
        return [dated.filter(Q(registered_on__gt=day) | Q(registered_on=day, pk__gt=pk), registered_on__gte=day), undated]
    if day is None:
        return [undated.filter(pk__lt=pk), dated]
    return [dated.filter(Q(registered_on__lt=day) | Q(registered_on=day, pk__lt=pk), registered_on__lte=day)]


def page_of(cases: QuerySet, query: QueryDict) -> Page:
    """The page after ``before=<case id>``, before ``after=<case id>``, or the first; an unknown key gives the first."""
    older_than, newer_than = query.get("before", ""), query.get("after", "")
    anchor_id = older_than or newer_than
    anchor = cases.filter(pk=whole_number(anchor_id)).values_list("registered_on", "pk").first() if anchor_id else None
    backwards = bool(newer_than and not older_than and anchor)
    order = ("registered_on", "pk") if backwards else NEWEST_FIRST
    found: list[Case] = []
    for part in _stretches(cases, anchor, backwards) if anchor else [cases]:
        if len(found) <= PAGE:
            found += part.order_by(*order)[: PAGE + 1 - len(found)]
    more, shown = len(found) > PAGE, found[:PAGE]
    if backwards:
        shown.reverse()
    has_older = bool(shown) and (more if not backwards else True)
    has_newer = bool(shown) and (more if backwards else anchor is not None)
    return Page(shown, older=str(shown[-1].pk) if has_older else "", newer=str(shown[0].pk) if has_newer else "")


def counts_by_state(cases: QuerySet) -> dict[str, int]:
    """How many cases stand in each state, none counted further than one beyond the cap.

    A few thousand rows are counted in one walk; of more, each state is walked by itself and left at the cap, so that the figures
    beside the tabs cost the same in a ledger of a thousand cases and of a million.
    """
    cases._require_scope()
    cases = cases.order_by()
    few = COUNT_CAP * 3
    walked = cases.values("state")[: few + 1]
    counts = _rows("SELECT state, count(*) FROM ({}) AS walked GROUP BY state", [walked])
    if sum(number for _, number in counts) <= few:
        return {state: min(number, COUNT_CAP + 1) for state, number in counts}
    each = [cases.filter(state=state).values("state")[: COUNT_CAP + 1] for state, _ in STATES]
    union = " UNION ALL ".join(["SELECT state, count(*) FROM ({}) AS walked GROUP BY state"] * len(each))
    return dict(_rows(union, each))


def _rows(sql: str, parts: list[QuerySet]) -> list[tuple]:
    """What the database answers to a statement made around scoped queries."""
    try:
        compiled = [part.query.sql_with_params() for part in parts]
    except EmptyResultSet:  # A scope without any county.
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.format(*(text for text, _ in compiled)), [value for _, values in compiled for value in values])
        return cursor.fetchall()


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
        self.fields["hospital"].choices = [("", "全部医院"), *hospitals_named(staff)]
        labels = {"q": "姓名或拼音首字母", "disease": "病种", "category": "人员类别", "area": "乡镇", "hospital": "定点医院"}
        for name, label in labels.items():
            self.fields[name].widget.attrs |= {"class": "form-control" if name == "q" else "form-select", "aria-label": label}
        self.fields["q"].widget.attrs |= {"placeholder": "姓名或拼音首字母，如 qfs", "accesskey": "f", "autocomplete": "off"}

    def apply(self, cases: QuerySet) -> QuerySet:
        self.is_valid()
        chosen = self.cleaned_data
        if text := chosen.get("q"):
            cases = cases.filter(self._called(text))
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

    def _called(self, text: str) -> Q:
        """Whose name or initials begin so.

        A few people are told by who they are, and many by how a case's name begins: of those the newest are soon found. In a
        town, where cases lie in the county where their people live, the index of a county's names finds them.
        """
        name, begins = ("initials", text.lower()) if text.isascii() else ("name", text)
        alike = Q(**{f"person__{name}__startswith": begins})
        area = self.staff.area
        if area.level not in (Level.PREFECTURE, Level.COUNTY):
            return alike & Q(person__county=F("county"))
        counties = self.staff.counties if area.level == Level.PREFECTURE else [area.pk]
        called = Person.objects.everywhere("cases in sight are narrowed to theirs")
        called = called.filter(**{f"{name}__startswith": begins}, county__in=counties)
        few = list(called.values_list("pk", flat=True)[: FEW_PEOPLE + 1])
        if len(few) <= FEW_PEOPLE:
            return Q(person__in=few)
        head = Q(**{f"{name}_head": begins[0]})
        return head if len(begins) == 1 else head & alike

    def holds_number(self) -> bool:
        """Whether somebody typed an ID number where names are looked for."""
        return re.fullmatch(r"\d{15}(\d\d[\dX])?", tidy(self.cleaned_data.get("q", ""))) is not None

    def used(self) -> list[str]:
        """The filters in use, by their words, for the sentence above an empty list."""
        return [WORDS[name] for name in self.used_fields()]

    def used_fields(self) -> list[str]:
        return [name for name in WORDS if self.cleaned_data.get(name)]

    def told(self, state: str = "", *, named: bool = True) -> list[str]:
        """The filters with what they ask for: 病种 白内障. The trail is told that a name was looked for, not which (``named``)."""
        told = []
        for name in self.used_fields():
            value = self.cleaned_data[name]
            if name in ("category", "hospital"):
                value = dict(self.fields[name].choices)[value]
            told.append(WORDS[name] if name == "q" and not named else f"{WORDS[name]} {value}")
        return [*told, f"状态 {dict(STATES)[state]}"] if state in dict(STATES) else told

    def query(self, state: str = "") -> str:
        """The address's query for these filters and a state, without page and without what made no sense."""
        kept = QueryDict(mutable=True)
        for name in KEPT[:-1]:
            value = self.cleaned_data.get(name)
            if value:
                kept[name] = value.pk if hasattr(value, "pk") else value
        if state in dict(STATES):
            kept["state"] = state
        return kept.urlencode()
