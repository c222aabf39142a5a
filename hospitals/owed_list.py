"""The page 住院欠费: how it is narrowed, and its list of who owes, the longest out of hospital first."""

from django import forms
from django.db.models import QuerySet

from hospitals.models import Hospital, Repayment
from hospitals.owing import BUCKETS, in_bucket, owing, with_lateness
from ledger import clock
from ledger.forms import PlainField
from ledger.key_paging import keyed_page
from ledger.models import Division, Role, Staff

PAGE = 50
RELATED = ("stay__hospital", "stay__case__person__township", "stay__case__person__village", "stay__case__disease", "stay__case__county")


def owed_by(staff: Staff) -> QuerySet[Repayment]:
    """Everybody in reach who still owes, with what is left and since when a part is late."""
    return with_lateness(owing(staff), clock.today())


class OwedFilter(forms.Form):
    """What the list can be narrowed by; what makes no sense is passed over."""

    q = PlainField(required=False, max_length=40)
    area = forms.ModelChoiceField(Division.objects.none(), required=False, empty_label="全部县（区）")
    hospital = forms.ModelChoiceField(Hospital.objects.none(), required=False, empty_label="全部医院")
    bucket = forms.ChoiceField(required=False, choices=[("", "全部时间"), *((code, words) for code, words, *_ in BUCKETS)])
    late = forms.ChoiceField(required=False, choices=[("", "全部欠费"), ("yes", "只看逾期未还")])

    def __init__(self, data, *, staff: Staff):
        super().__init__(data)
        if staff.role == Role.CITY:
            self.fields["area"].queryset = Division.objects.counties_of(staff.area)
        else:
            del self.fields["area"]
        if staff.role == Role.LIAISON:
            del self.fields["hospital"]
        else:
            own = Repayment.objects.visible_to(staff).order_by().values("stay__hospital")
            self.fields["hospital"].queryset = Hospital.objects.filter(pk__in=own).order_by("code")
        labels = {"q": "姓名", "area": "县（区）", "hospital": "医院", "bucket": "出院多久", "late": "是否逾期"}
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "form-control" if name == "q" else "form-select", "aria-label": labels[name]}
        self.fields["q"].widget.attrs |= {"placeholder": "姓名或拼音首字母", "accesskey": "f", "autocomplete": "off"}

    def narrow(self, rows: QuerySet[Repayment]) -> QuerySet[Repayment]:
        self.is_valid()
        chosen = self.cleaned_data
        if text := chosen.get("q"):
            way = "initials" if text.isascii() else "name"
            rows = rows.filter(**{f"stay__case__person__{way}__startswith": text.lower()})
        if chosen.get("area"):
            rows = rows.filter(stay__case__county=chosen["area"])
        if chosen.get("hospital"):
            rows = rows.filter(stay__hospital=chosen["hospital"])
        if chosen.get("bucket"):
            rows = rows.filter(in_bucket(chosen["bucket"], clock.today()))
        return rows.filter(late_on__isnull=False) if chosen.get("late") else rows

    def used(self) -> list[str]:
        """The filters in use, by their words."""
        words = {"q": "姓名", "area": "县（区）", "hospital": "医院", "bucket": "出院多久", "late": "逾期"}
        return [word for name, word in words.items() if self.cleaned_data.get(name)]


def page_of(rows: QuerySet[Repayment], after: str) -> tuple[list[Repayment], str]:
    """The longest out of hospital first; on after the row with this key, and the key to go on with."""
    return keyed_page(rows.select_related(*RELATED), by="stay__discharged_on", after=after, size=PAGE)
