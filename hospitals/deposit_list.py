"""The list of deposits that should not have been taken: which wait for the hospital, which for the county, which are settled."""

import datetime

from django import forms
from django.db.models import Count, Q, QuerySet

from hospitals.models import Deposit, Hospital
from ledger.forms import PlainField
from ledger.key_paging import keyed_page
from ledger.models import Division, Role, Staff

PAGE = 50
REFUND, VERIFY, DONE, WITHDRAWN = "refund", "verify", "done", "withdrawn"
TABS = {REFUND: "待退还和整改", VERIFY: "待县里核实", DONE: "已核实", WITHDRAWN: "已撤销"}


def of_tab(rows: QuerySet[Deposit], tab: str) -> QuerySet[Deposit]:
    if tab == REFUND:
        return rows.with_the_hospital()
    if tab == VERIFY:
        return rows.to_verify()
    return rows.filter(verified_on__isnull=False) if tab == DONE else rows.filter(withdrawn_on__isnull=False)


def counts(rows: QuerySet[Deposit]) -> dict[str, int]:
    """The number beside each tab, in one query."""
    ready = Q(withdrawn_on=None, verified_on=None, pk__in=rows.to_verify().values("pk"))
    found = rows.order_by().aggregate(
        verify=Count("pk", filter=ready), done=Count("pk", filter=Q(verified_on__isnull=False)),
        withdrawn=Count("pk", filter=Q(withdrawn_on__isnull=False)), all=Count("pk"),
    )  # fmt: skip
    found[REFUND] = found.pop("all") - found[VERIFY] - found[DONE] - found[WITHDRAWN]
    return found


class DepositFilter(forms.Form):
    """What the list can be narrowed by; what makes no sense is passed over."""

    q = PlainField(required=False, max_length=40)
    month = forms.CharField(required=False, max_length=7)
    area = forms.ModelChoiceField(Division.objects.none(), required=False, empty_label="全部县（区）")
    hospital = forms.ModelChoiceField(Hospital.objects.none(), required=False, empty_label="全部医院")

    def __init__(self, data, *, staff: Staff):
        super().__init__(data)
        if staff.role == Role.CITY:
            self.fields["area"].queryset = Division.objects.counties_of(staff.area)
        else:
            del self.fields["area"]
        if staff.role == Role.LIAISON:
            del self.fields["hospital"]
        else:
            own = Deposit.objects.visible_to(staff).order_by().values("stay__hospital")
            self.fields["hospital"].queryset = Hospital.objects.filter(pk__in=own).order_by("code")
        labels = {"q": "姓名", "month": "收取月份", "area": "县（区）", "hospital": "医院"}
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "form-control" if name in ("q", "month") else "form-select", "aria-label": labels[name]}
        self.fields["q"].widget.attrs |= {"placeholder": "姓名或拼音首字母", "accesskey": "f", "autocomplete": "off"}
        self.fields["month"].widget.attrs |= {"placeholder": "收取月份 2017-09"}

    def narrow(self, rows: QuerySet[Deposit]) -> QuerySet[Deposit]:
        self.is_valid()
        chosen = self.cleaned_data
        if text := chosen.get("q"):
            way = "initials" if text.isascii() else "name"
            rows = rows.filter(**{f"stay__case__person__{way}__startswith": text.lower()})
        if first := _month(chosen.get("month", "")):
            rows = rows.filter(taken_on__year=first.year, taken_on__month=first.month)
        if chosen.get("area"):
            rows = rows.filter(stay__case__county=chosen["area"])
        if chosen.get("hospital"):
            rows = rows.filter(stay__hospital=chosen["hospital"])
        return rows

    def used(self) -> list[str]:
        """The filters in use, by their words."""
        words = {"q": "姓名", "month": "收取月份", "area": "县（区）", "hospital": "医院"}
        return [word for name, word in words.items() if self.cleaned_data.get(name)]


def _month(text: str) -> datetime.date | None:
    """The first day of 2017-09; None for anything else."""
    try:
        return datetime.date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None


def page_of(rows: QuerySet[Deposit], after: str) -> tuple[list[Deposit], str]:
    """The latest taken first; on after the deposit with this key, and the key to go on with."""
    return keyed_page(rows, by="taken_on", after=after, size=PAGE, newest_first=True)
