"""The list 随访: what is due, missed, ahead and done within somebody's reach, and per case the last word and the next day."""

import datetime
from dataclasses import dataclass

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from hospitals.models import FollowUp, Stay, Visitor
from hospitals.visits import BUREAU, UNIT
from ledger import clock
from ledger.forms import PlainField, whole_number
from ledger.key_paging import keyed_page
from ledger.models import Case, Disease, Division, Role, Staff
from ledger.models.division import Level

PAGE, CAP, WEEK = 50, 1000, 7
MISSED, DUE, AHEAD, DONE, TRACKED = "missed", "due", "ahead", "done", "tracked"
TABS = {MISSED: "逾期未访", DUE: "七天内到期", AHEAD: "以后", DONE: "本月已访", TRACKED: "动态追踪"}


def own_visits(staff: Staff) -> QuerySet[FollowUp]:
    """The visits that concern somebody: a unit's own, and for the county bureau and the city those of every unit in reach."""
    visits = FollowUp.objects.visible_to(staff)
    return visits if staff.role in BUREAU or staff.role not in UNIT else visits.filter(visitor=UNIT[staff.role])


def of_tab(visits: QuerySet[FollowUp], tab: str) -> QuerySet[FollowUp]:
    today = clock.today()
    soon = today + datetime.timedelta(days=WEEK)
    if tab == DONE:
        return visits.filter(done_on__gte=today.replace(day=1), done_on__lte=today)
    bounds = {MISSED: Q(due_on__lt=today), DUE: Q(due_on__gte=today, due_on__lt=soon), AHEAD: Q(due_on__gte=soon)}
    return visits.open().filter(bounds[tab])


def number_due(staff: Staff) -> int:
    """How many visits of somebody's own unit are due within the week or missed: what stands beside the list in the navigation."""
    if staff.role not in UNIT:
        return 0
    soon = clock.today() + datetime.timedelta(days=WEEK)
    return FollowUp.objects.visible_to(staff).open().filter(visitor=UNIT[staff.role], due_on__lt=soon).count()


def counts(visits: QuerySet[FollowUp]) -> dict[str, int]:
    """The number beside each tab but the last, in one query."""
    today = clock.today()
    soon, planned = today + datetime.timedelta(days=WEEK), Q(done_on=None, cancelled_on=None)
    return visits.order_by().aggregate(
        missed=Count("pk", filter=planned & Q(due_on__lt=today)),
        due=Count("pk", filter=planned & Q(due_on__gte=today, due_on__lt=soon)),
        ahead=Count("pk", filter=planned & Q(due_on__gte=soon)),
        done=Count("pk", filter=Q(done_on__gte=today.replace(day=1), done_on__lte=today)),
    )


class VisitFilter(forms.Form):
    """Everything the list can be narrowed by; what makes no sense is passed over."""

    q = PlainField(required=False, max_length=40)
    disease = forms.ModelChoiceField(Disease.objects.all(), required=False, empty_label="全部病种")
    area = forms.ModelChoiceField(Division.objects.none(), required=False, empty_label="全部乡镇")
    visitor = forms.ChoiceField(required=False, choices=[("", "全部随访单位"), *Visitor.choices])

    def __init__(self, data, *, staff: Staff):
        super().__init__(data)
        area = staff.area
        if area.level == Level.PREFECTURE and staff.role != Role.LIAISON:
            self.fields["area"].queryset = Division.objects.counties_of(area)
            self.fields["area"].empty_label = "全部县（区）"
        elif staff.role in BUREAU:
            self.fields["area"].queryset = Division.objects.filter(parent=area).order_by("code")
        else:
            del self.fields["area"]
        if staff.role not in BUREAU and staff.role != Role.CITY:
            del self.fields["visitor"]
        labels = {"q": "姓名或拼音首字母", "disease": "病种", "area": "乡镇", "visitor": "随访单位"}
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "form-control" if name == "q" else "form-select", "aria-label": labels[name]}
        self.fields["q"].widget.attrs |= {"placeholder": "姓名或拼音首字母，如 qfs", "accesskey": "f", "autocomplete": "off"}

    def narrow(self, rows: QuerySet, case: str = "") -> QuerySet:
        """The rows whose case (by this path) fits; the unit is a visit's own."""
        self.is_valid()
        chosen = self.cleaned_data
        if text := chosen.get("q"):
            way = "person__initials" if text.isascii() else "person__name"
            rows = rows.filter(**{f"{case}{way}__startswith": text.lower()})
        if chosen.get("disease"):
            rows = rows.filter(**{f"{case}disease": chosen["disease"]})
        if area := chosen.get("area"):
            rows = rows.filter(**{f"{case}{'county' if area.level == Level.COUNTY else 'township'}": area})
        if case and chosen.get("visitor"):
            rows = rows.filter(visitor=chosen["visitor"])
        return rows

    def used(self) -> list[str]:
        """The filters in use, by their words."""
        words = {"q": "姓名", "disease": "病种", "area": "乡镇", "visitor": "随访单位"}
        return [word for name, word in words.items() if self.cleaned_data.get(name)]


@dataclass
class VisitPage:
    """One page of rows and the key to go on with, if any."""

    rows: list
    more: str = ""


def page_of_visits(visits: QuerySet[FollowUp], tab: str, after: str) -> VisitPage:
    """The longest waiting first, of those made the latest first; on after the visit with this key."""
    shown = visits.select_related("case__person__township", "case__person__village", "case__disease", "case__county", "stay")
    made = tab == DONE
    return VisitPage(*keyed_page(shown, by="done_on" if made else "due_on", after=after, size=PAGE, newest_first=made))


def page_of_tracked(cases: QuerySet[Case], after: str) -> VisitPage:
    """Cases that were ever to be visited, with the last word of each and the next day; the newest first."""
    visits = FollowUp.objects.everywhere("the visits of cases that are scoped themselves").filter(case=OuterRef("pk"))
    made = visits.filter(done_on__isnull=False).order_by("-done_on", "-pk")
    stays = Stay.objects.everywhere("the stays of cases that are scoped themselves").filter(case=OuterRef("pk"))
    cases = cases.filter(Exists(visits.filter(cancelled_on=None)), folded_into=None)
    if whole_number(after) is not None:
        cases = cases.filter(pk__lt=whole_number(after))
    cases = cases.annotate(
        left_on=Subquery(stays.order_by("-admitted_on").values("discharged_on")[:1]),
        seen_on=Subquery(made.values("done_on")[:1]),
        seen_way=Subquery(made.values("way")[:1]),
        found=Subquery(made.values("finding")[:1]),
        next_on=Subquery(visits.filter(done_on=None, cancelled_on=None).order_by("due_on").values("due_on")[:1]),
    )
    rows = list(cases.select_related("person__township", "person__village", "disease", "county").order_by("-pk")[: PAGE + 1])
    return VisitPage(rows[:PAGE], str(rows[PAGE - 1].pk) if len(rows) > PAGE else "")
