"""The people behind the month: whoever a figure of F1 counts, F2's rows, the roster. Masked, and each look leaves a trail row."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Person, ReportGroup, Staff, Standing
from ledger.protection import mask_id_number
from reports.cells import F2_KEYS, ROSTER, ROSTER_KEYS
from reports.forms.f1 import LABELS, NEITHER, TOTAL
from reports.forms.f2 import HEADINGS as F2_HEADINGS
from reports.forms.payload import people_behind
from reports.forms.people import particulars
from reports.forms.roster import HEADINGS as ROSTER_HEADINGS
from reports.returns import Return, county_returns
from reports.views.f1_table import ALL, row_printed
from reports.views.kinds import MONTH
from reports.views.month import month_frame
from reports.views.reach import county_in_reach
from reports.views.return_page import Remarked, read_return

PAGE = 100
STANDING = "standing"


@dataclass(frozen=True)
class Listed:
    """One person of a list, as of the cut-off; ``opens`` is their id where the viewer may open them."""

    name: str
    sex: str
    age: int
    address: str
    id_number: str
    insurance_number: str
    diseases: str
    completed_on: datetime.date | None
    opens: int | None


@dataclass(frozen=True)
class Page:
    """A stretch of a long list, by its place in it."""

    first: int
    total: int
    size: int = PAGE

    @property
    def last(self) -> int:
        return min(self.first + self.size, self.total)

    @property
    def number_from(self) -> int:
        return self.first + 1 if self.total else 0

    @property
    def before(self) -> int | None:
        return max(self.first - self.size, 0) if self.first else None

    @property
    def after(self) -> int | None:
        return self.last if self.last < self.total else None


def page_of(request: HttpRequest, total: int) -> Page:
    """The stretch that ``?from=`` asks for; the first one for anything that makes no sense."""
    asked = request.GET.get("from", "")
    first = int(asked) if asked.isdecimal() and len(asked) < 7 else 0
    return Page(first if first < total else 0, total)


def mask_insurance(number: str) -> str:
    """An insurance number that is as long as an ID number may be one: masked alike."""
    return mask_id_number(number) if len(number) > 14 else number


def listed(staff: Staff, ids: Iterable[int], on: datetime.date) -> list[Listed]:
    """These people as of a day, in the order given, for the eyes of this member of staff. Six queries, however many people.

    Their diseases are those that stood on the ledger on the day, by the same dated rows that the figure counts: one registered
    by mistake is not told for days on which it was struck off, whatever became of it since.
    """
    ids = list(ids)
    known = particulars(ids, on)
    open_to = set(Person.objects.visible_to(staff).filter(pk__in=ids).values_list("pk", flat=True))
    told: dict[int, list[Standing]] = {}
    stood = Standing.objects.filter(person__in=ids, during__contains=on).select_related("disease")
    for line in stood.order_by("disease__position", "pk"):
        told.setdefault(line.person_id, []).append(line)
    found = []
    for pk in ids:
        facts, held = known[pk], told.get(pk, [])
        days = [line.completed_on for line in held if line.completed_on and line.completed_on <= on]
        found.append(
            Listed(
                facts.name, facts.sex, facts.age, facts.address, mask_id_number(facts.id_number), mask_insurance(facts.insurance_number),
                "、".join(str(line.disease) for line in held) or "—", max(days, default=None), pk if pk in open_to else None,
            )
        )  # fmt: skip
    return found


def figure_title(group: str, figure: str) -> tuple[str, str]:
    """The row's and the figure's printed names. 404 where F1 has no such figure."""
    if figure != NEITHER and figure not in LABELS:
        raise Http404
    if group == ALL:
        return TOTAL, "未列入两类的人" if figure == NEITHER else LABELS[figure]
    row = ReportGroup.objects.filter(pk=group).first() if group.isdecimal() and len(group) < 9 else None
    if row is None or figure == NEITHER:
        raise Http404
    return row.name, LABELS[figure]


def people(request: HttpRequest, period: datetime.date, code: str, group: str, figure: str) -> HttpResponse:
    """Whoever one figure of a month's F1 counts."""
    request.nav_name = "reports:months"
    county = county_in_reach(request.user, code)
    standing = request.GET.get("of") == STANDING  # From the city's sum: whom that number counts, whatever is being corrected since.
    payload = _returns_or_404(county, period, standing=standing)["F1"].payload
    printed = row_printed(group, payload["rows"])
    if printed and figure not in LABELS:
        raise Http404
    row, label = (printed, LABELS[figure]) if printed else figure_title(group, figure)
    try:
        ids = people_behind(payload, row, figure)
    except KeyError:
        raise Http404 from None
    on = datetime.date.fromisoformat(payload["cut_off_on"])
    page = page_of(request, len(ids))
    told = {"form": "F1", "period": f"{period:%Y-%m}", "row": row, "figure": figure, "people": len(ids), "from": page.first}
    record("viewed_list", by=request.user, county=county, detail=told)
    context = {
        "county": county, "period": period, "row": row, "label": label, "page": page, "on": on,
        "people": listed(request.user, ids[page.first : page.last], on), "crumb": "month",
        "query": f"of={STANDING}" if standing else "",
    }  # fmt: skip
    return render(request, "reports/people.html", context)


def _returns_or_404(county: Division, period: datetime.date, *, standing: bool) -> dict[str, Return]:
    """A month that cannot be counted has no lists."""
    try:
        return county_returns(county, period, standing=standing)
    except Refused:
        raise Http404 from None


@dataclass(frozen=True)
class ListCell:
    """One cell of a printed list; ``opens`` is the person's id where it is a name that this reader may open."""

    key: str
    text: str
    mark: Remarked | None
    opens: int | None = None


EMPTY = {"id_number": "无证号", "insurance_number": "—", "native_place": "—", "remark": "—"}


def list_rows(rows: list[dict], keys: tuple[str, ...], first: int, prefix: str, marks: dict[str, Remarked], open_to: set[int]) -> list:
    """A stretch of a list as the page prints it, numbers masked, each cell with the city's remark on it."""
    shown = []
    for number, row in enumerate(rows, start=first + 1):
        told = row | {"id_number": mask_id_number(row["id_number"]), "insurance_number": mask_insurance(row.get("insurance_number", ""))}
        opens = row["person"] if row["person"] in open_to else None
        shown.append(
            [
                ListCell(key, str(told[key]) or EMPTY.get(key, ""), marks.get(f"{prefix}{number}|{key}"), opens if key == "name" else None)
                for key in keys
            ]
        )
    return shown


def _form_list(request: HttpRequest, period: datetime.date, code: str, tab: str) -> HttpResponse:
    request.nav_name = "reports:months"
    county = county_in_reach(request.user, code)
    try:
        found = read_return(request.user, MONTH, county, period, with_checks=False)
    except Refused:
        raise Http404 from None
    is_f2 = tab == "f2"
    form = "F2" if is_f2 else "F1"
    payload = found.returns[form].payload
    rows = payload["rows"] if is_f2 else payload["roster"]
    page = page_of(request, len(rows))
    shown = rows[page.first : page.last]
    ids = [row["person"] for row in shown]
    open_to = set(Person.objects.visible_to(request.user).filter(pk__in=ids).values_list("pk", flat=True))
    keys, prefix = (F2_KEYS, "") if is_f2 else (ROSTER_KEYS, ROSTER)
    what = "民政核准台账" if is_f2 else "已救治名单"
    told = {"form": form, "period": f"{period:%Y-%m}", "what": what, "people": len(rows), "from": page.first}
    record("viewed_list", by=request.user, county=county, detail=told)
    context = {
        **month_frame(found, tab),
        "form": payload,
        "rows": shown,
        "lines": list_rows(shown, keys, page.first, prefix, found.marks(form), open_to),
        "page": page,
        "headings": F2_HEADINGS if is_f2 else ROSTER_HEADINGS,
    }
    return render(request, f"reports/{tab}.html", context)


def f2(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """F2 on the screen, numbers masked."""
    return _form_list(request, period, code, "f2")


def roster(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """F1's roster of treated people on the screen, numbers masked."""
    return _form_list(request, period, code, "roster")
