"""Finding settlements: the filters of the list and its pages by key, newest first."""

import datetime
import re
from dataclasses import dataclass

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from hospitals.models import Hospital
from ledger import clock
from ledger.forms import PlainField, whole_number
from ledger.identity import tidy
from ledger.models import Role, Staff
from settlement.models import Settlement

PAGE = 50
MONTHS = 24
NUMBER = re.compile(r"JS\d{6}-(\d{6,12})", re.IGNORECASE)
STATES = [("stands", "有效"), ("reversed", "已冲销")]


@dataclass
class Page:
    """The rows of one page, newest first, and the keys of its neighbours."""

    rows: list[Settlement]
    older: str = ""
    newer: str = ""


def page_of(settlements: QuerySet[Settlement], query: QueryDict) -> Page:
    """The page after ``before=<id>``, before ``after=<id>``, or the first; an unknown key gives the first."""
    key = whole_number(query.get("before", "") or query.get("after", ""))
    anchor = settlements.filter(pk=key).values_list("settled_at", "pk").first()
    backwards = bool(anchor and not query.get("before"))
    if anchor:
        at, pk = anchor
        beyond = Q(settled_at__gt=at) | Q(settled_at=at, pk__gt=pk) if backwards else Q(settled_at__lt=at) | Q(settled_at=at, pk__lt=pk)
        settlements = settlements.filter(beyond)
    order = ("settled_at", "pk") if backwards else ("-settled_at", "-pk")
    rows = list(settlements.order_by(*order)[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    older = bool(rows) and (more or backwards)
    newer = bool(rows) and (more if backwards else anchor is not None)
    return Page(rows, older=str(rows[-1].pk) if older else "", newer=str(rows[0].pk) if newer else "")


def last_months() -> list[tuple[str, str]]:
    """The months a reader may choose: this one and those before it."""
    year, month = clock.today().year, clock.today().month
    found = []
    for _ in range(MONTHS):
        found.append((f"{year}-{month:02d}", f"{year} 年 {month} 月"))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found


def bounds(month: str) -> tuple[datetime.datetime, datetime.datetime]:
    """The first instant of a month and of the next."""
    year, number = map(int, month.split("-"))
    ends = (year + number // 12, number % 12 + 1)
    zone = timezone.get_default_timezone()
    return tuple(datetime.datetime(*start, 1, tzinfo=zone) for start in ((year, number), ends))


class RecordFilter(forms.Form):
    """By month of settling, state, hospital, and the beginning of a name or a number."""

    q = PlainField(required=False, max_length=40)
    month = forms.ChoiceField(required=False)
    state = forms.ChoiceField(choices=[("", "全部状态"), *STATES], required=False)
    hospital = forms.ModelChoiceField(Hospital.objects.none(), to_field_name="code", required=False, empty_label="全部医院")

    def __init__(self, data, *, staff: Staff):
        super().__init__(data)
        self.fields["month"].choices = [("", "全部月份"), *last_months()]
        if staff.role == Role.LIAISON:
            del self.fields["hospital"]
        else:
            theirs = Settlement.objects.visible_to(staff).filter(hospital=OuterRef("pk"))
            self.fields["hospital"].queryset = Hospital.objects.filter(Exists(theirs)).order_by("code")
        labels = {"q": "姓名、账单号或结算号", "month": "结算月份", "state": "状态", "hospital": "医院"}
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "form-control" if name == "q" else "form-select", "aria-label": labels[name]}
        self.fields["q"].widget.attrs |= {"placeholder": "姓名、账单号或结算号", "accesskey": "f", "autocomplete": "off"}

    def apply(self, settlements: QuerySet[Settlement]) -> QuerySet[Settlement]:
        self.is_valid()
        chosen = self.cleaned_data
        if text := chosen.get("q"):
            settlements = settlements.filter(self._alike(text))
        if chosen.get("month"):
            start, end = bounds(chosen["month"])
            settlements = settlements.filter(settled_at__gte=start, settled_at__lt=end)
        if chosen.get("state"):
            settlements = settlements.filter(stands=chosen["state"] == "stands")
        if chosen.get("hospital"):
            settlements = settlements.filter(hospital=chosen["hospital"])
        return settlements

    def _alike(self, text: str) -> Q:
        if match := NUMBER.fullmatch(text):
            return Q(pk=int(match[1]))
        if not text.isascii():
            return Q(person__name__startswith=text)
        return Q(bill_no__startswith=text) | Q(person__initials__startswith=text.lower())

    def holds_number(self) -> bool:
        """Whether somebody typed an ID number where names are looked for."""
        return re.fullmatch(r"\d{15}(\d\d[\dX])?", tidy(self.cleaned_data.get("q", ""))) is not None

    def used(self) -> list[str]:
        """The filters in use, by their words."""
        words = {"q": "姓名或号码", "month": "月份", "state": "状态", "hospital": "医院"}
        return [word for name, word in words.items() if self.cleaned_data.get(name)]
