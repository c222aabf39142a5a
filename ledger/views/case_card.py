"""The case card: one case on one sheet of A4, to be signed and filed. Opening it is on the trail as printed."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from ledger import clock
from ledger.actions.people import reveal
from ledger.actions.trail import record
from ledger.forms import LedgerForm, PlainField
from ledger.models import Case, CaseEvent, Programme
from ledger.transitions import STATIONS

MOST_STAYS = 8  # What fits on the sheet beside the rest.
MOST_FACTS = 6


@dataclass(frozen=True)
class Station:
    """One station of the case: when it was reached, by whose hand."""

    words: str
    event: CaseEvent | None
    here: bool


class PurposeForm(LedgerForm):
    """What the numbers in full are printed for."""

    purpose = PlainField(label="用途", max_length=100)


def case_card(request: HttpRequest, pk: int) -> HttpResponse:
    """With masked numbers, for everybody who sees the case."""
    return _card(request, _found(request, pk), {}, PurposeForm())


def case_card_full(request: HttpRequest, pk: int) -> HttpResponse:
    """With the ID and phone number in full: each is revealed with the purpose, as on the person's page."""
    case, form = _found(request, pk), PurposeForm(request.POST)
    numbers = {}
    if form.is_valid():
        held = [what for what in ("id_number", "phone") if getattr(case.person, what)]
        numbers = {what: reveal(by=request.user, person=case.person, what=what, purpose=form.cleaned_data["purpose"]) for what in held}
    return _card(request, case, numbers, form)


def _found(request: HttpRequest, pk: int) -> Case:
    request.nav_name = "ledger:case-list"
    related = ("person__county", "person__township", "person__village", "disease", "county__parent", "registered_by")
    return get_object_or_404(Case.objects.visible_to(request.user).select_related(*related), pk=pk)


def _card(request: HttpRequest, case: Case, numbers: dict[str, str], form: PurposeForm) -> HttpResponse:
    today, person = clock.today(), case.person
    events = list(CaseEvent.objects.of(person).told_to(request.user).filter(case=case))
    stays = list(case.stays.visible_to(request.user).select_related("hospital")[: MOST_STAYS + 1])
    facts = list(person.categories.select_related("verified_by")[:MOST_FACTS])
    if not form.errors:
        record("printed", by=request.user, subject=case, county=case.county, detail={"what": "病例卡"})
    context = {
        "case": case, "person": person, "facts": facts, "stations": stations(case, events), "stays": stays[:MOST_STAYS], "more_stays": len(stays) > MOST_STAYS,
        "special": Programme.of(case.county).covers(case.disease, today), "numbers": numbers, "form": form, "unit": request.user.unit_on(today),
        "today": today, "printed_at": clock.now(),
    }  # fmt: skip
    return render(request, "ledger/case_card.html", context, status=422 if form.errors else 200)


def stations(case: Case, events: list[CaseEvent]) -> list[Station]:
    """Every station up to where the case stands, with the last arrival there; ``events`` are newest first."""
    arrivals: dict[str, CaseEvent] = {}
    for event in events:
        arrivals.setdefault(event.to_state, event)
    codes = [code for code, _ in STATIONS]
    here = codes.index("registered" if case.state == "returned" else case.state)
    return [Station(words, arrivals.get(code) if place <= here else None, place == here) for place, (code, words) in enumerate(STATIONS)]
