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
BASIS = 60  # Letters of a category's basis.
# Lines of categories and stays, with every line that a long text adds anywhere, that a setting holds on one sheet of A4.
STYLES = ((9, "sheet-tight"), (13, "sheet-small"), (20, "sheet-dense"))


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
    facts = list(person.categories.select_related("verified_by")[: MOST_FACTS + 1])
    more_facts, facts = len(facts) > MOST_FACTS, facts[:MOST_FACTS]
    style, shown = setting(case, facts, [stay.hospital.name for stay in stays[:MOST_STAYS]])
    if not form.errors:
        record("printed", by=request.user, subject=case, county=case.county, detail={"what": "病例卡"})
    context = {
        "case": case, "person": person, "facts": facts, "stations": stations(case, events), "stays": stays[:shown], "more_stays": len(stays) > shown,
        "style": style, "more_facts": more_facts,
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


def setting(case: Case, facts: list, hospitals: list[str]) -> tuple[str, int]:
    """How tight the sheet is set so that it stays one page, and how many of the stays it then holds."""
    person = case.person
    pairs = [
        (person.name, ""), (f"{person.contact_name}{person.contact_relation}", person.village_doctor),
        (f"{case.found_how}{case.found_by_name}", case.diagnosis_hospital), (case.disease.name, ""), ("", case.hospital_name),
    ]  # fmt: skip
    lines = _more(person.full_address, 44) + sum(max(_more(left, 11), _more(right, 11)) for left, right in pairs)
    lines += sum(1 + _more(fact.basis[:BASIS], 30) for fact in facts)
    stays = [1 + _more(name, 36) for name in hospitals]
    held = STYLES[-1][0]
    shown = next((number for number in range(len(stays), 1, -1) if lines + sum(stays[:number]) <= held), min(len(stays), 1))
    return next((style for most, style in STYLES if lines + sum(stays[:shown]) <= most), STYLES[-1][1]), shown


def _more(text: str, wide: int) -> int:
    """The lines beyond the first that a text takes."""
    return max(len(text) - 1, 0) // wide
