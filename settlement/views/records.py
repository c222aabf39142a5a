"""结算记录: what has been settled, everything that was kept with it, and the panel on a person's page."""

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from ledger.actions.trail import record as trail
from ledger.models import Person, Role, Staff
from ledger.views.reading import note_reading
from settlement.calculation import shown
from settlement.models import Settlement
from settlement.preparing import bill_from
from settlement.record_list import PAGE, RecordFilter, page_of
from settlement.recount import recount
from settlement.strip import strip_of_record

COUNT_CAP = 1000


def records(request: HttpRequest) -> HttpResponse:
    """Newest first, within the reader's scope."""
    form = RecordFilter(request.GET, staff=request.user)
    wanted = form.apply(Settlement.objects.visible_to(request.user))
    total = wanted.order_by()[: COUNT_CAP + 1].count()
    page = page_of(wanted.select_related("person", "disease", "hospital"), request.GET)
    for row in page.rows:
        row.paid_yuan = row.total_yuan - row.self_pay_yuan
    detail = {"list": "settlements", "filters": form.used(), "rows": len(page.rows)}
    trail("viewed_list", by=request.user, county=request.user.area.county, detail=detail)
    filters = request.GET.copy()
    for name in ("before", "after"):
        filters.pop(name, None)
    context = {
        "form": form, "page": page, "total": total, "cap": COUNT_CAP, "page_size": PAGE, "filters": filters.urlencode(), "used": form.used(),
        "several": request.user.role != Role.LIAISON, "sample": any(row.sample for row in page.rows),
    }  # fmt: skip
    return render(request, "settlement/records.html", context)


def find_settlement(request: HttpRequest, pk: int) -> Settlement:
    """The settlement, if the reader may see it; 404 otherwise."""
    request.nav_name = "settlement:records"
    related = (
        "person__county__parent",
        "person__township",
        "person__village",
        "disease",
        "hospital",
        "county",
        "version",
        "settled_by",
        "stay",
    )
    return get_object_or_404(Settlement.objects.visible_to(request.user).select_related(*related), pk=pk)


def reversal_of(settlement: Settlement):
    """The reversal with who made it; None while the settlement stands."""
    return None if settlement.stands else settlement.reversal


def settled_anew(settlement: Settlement, reader: Staff) -> Settlement | None:
    """The settlement that stands for the same stay now, where the reader may see it: a home corrected since may make it another county's."""
    if settlement.stands:
        return None
    return Settlement.objects.visible_to(reader).standing().filter(stay=settlement.stay_id).first()


def record(request: HttpRequest, pk: int) -> HttpResponse:
    """One settlement as it was made: inputs, year before, chain, and what became of it."""
    settlement = find_settlement(request, pk)
    policy, result = recount(settlement)
    bill = bill_from(settlement.inputs)
    trail("viewed_settlement", by=request.user, subject=settlement, county=settlement.county)
    own = request.user.role == Role.LIAISON
    context = {
        "settlement": settlement, "strip": strip_of_record(settlement, policy, request.user), "bill": bill,
        "chain": shown(policy, result, total=bill.total, in_policy=bill.in_policy, bill=bill), "reversal": reversal_of(settlement),
        "anew": settled_anew(settlement, request.user), "own": own, "year": _year_before(settlement, result),
        "differs": next((row for row in settlement.person_year.differences if row["settlement"] == settlement.pk and _real(row)), None),
    }  # fmt: skip
    return render(request, "settlement/record.html", context)


def _real(row: dict) -> bool:
    return bool(row["layers"] or row["fault"])


def _year_before(settlement: Settlement, result) -> list[tuple[str, int, int]]:
    """(layer, base, paid) of the year before this bill, for the layers that had seen something."""
    kept = settlement.year_before
    titles = {line.terms.layer.name: line.terms.layer.title for line in result.lines}
    return [(titles.get(name, name), *numbers) for name, numbers in kept.items() if any(numbers)]


def of_person(request: HttpRequest, person_pk: int) -> HttpResponse:
    """The panel of settlements on a person's page; a page of its own where no script fetched it."""
    person = get_object_or_404(Person.objects.visible_to(request.user).select_related("county"), pk=person_pk)
    rows = Settlement.objects.visible_to(request.user).filter(person=person).select_related("disease", "hospital")
    request.nav_name = "ledger:case-list"
    if not request.htmx:  # The panel belongs to a page that is on the trail already.
        note_reading(request, person, "结算")
    sums = rows.standing().order_by().aggregate(total=Sum("total_yuan"), self_pay=Sum("self_pay_yuan"))
    template = "settlement/_records_of_person.html" if request.htmx else "settlement/records_of_person.html"
    return render(request, template, {"person": person, "rows": list(rows), "sums": sums})
