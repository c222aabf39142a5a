"""待办清单: what of the returns waits, then one section a kind, each waiting longest first, with the next thing to do beside every piece."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ledger.actions.assigning import HANDS
from ledger.actions.trail import record
from ledger.forms import asked
from ledger.models import Staff
from reports.views.return_work import returns_of
from reports.work import case_list
from reports.work_kinds import BY_CODE
from reports.work_lists import PAGE, Waiting, pieces, waiting

FIRST = 10  # How many of a kind stand on the page of all kinds.
# Where a kind is done for many at once: the lists whose rows can be ticked.
TOGETHER = {"registered": lambda: case_list(state="registered"), "category": lambda: reverse("ledger:category-queue")}


def work_list(request: HttpRequest) -> HttpResponse:
    """All kinds with the first of each, or one kind with fifty a page; ``mine=1`` narrows to what is in one's own hands."""
    staff = request.user
    hands = staff.role in HANDS
    mine = hands and asked(request, "mine") == "1"
    kinds = waiting(staff, mine=mine)
    chosen = BY_CODE.get(asked(request, "kind"))
    chosen = next((one for one in kinds if chosen and one.kind == chosen), None)
    after = asked(request, "after") if chosen else ""
    shown = [chosen] if chosen else [one for one in kinds if one.number]
    sections = [_section(staff, one, PAGE if chosen else FIRST, after, mine) for one in shown]
    rows = sum(len(section["pieces"]) for section in sections)
    told = {"list": "work", "rows": rows, "what": chosen.kind.words_for(staff.role) if chosen else "待办清单"}
    record("viewed_list", by=staff, county=staff.area.county, detail=told)
    context = {
        "tabs": [(one, one.kind.words_for(staff.role)) for one in kinds if one.number or one == chosen], "chosen": chosen,
        "returns": [] if chosen or mine else returns_of(staff), "sections": sections, "mine": mine, "hands": hands, "first": FIRST, "page_size": PAGE,
        "total": sum(one.number for one in kinds if one.asked and one.kind.counts), "late": sum(one.late for one in kinds if one.asked),
    }  # fmt: skip
    return render(request, "reports/work_list.html", context)


def _section(staff: Staff, one: Waiting, number: int, after: str, mine: bool) -> dict:
    """One kind: its words, its first pieces after a key, the key to go on with, and the list where many are done at once."""
    shown, more = pieces(one.kind, staff, number=number, after=after, mine=mine)
    together = TOGETHER[one.kind.code]() if one.asked and one.kind.code in TOGETHER else ""
    words = one.kind.words_for(staff.role)
    return {"waiting": one, "words": words, "pieces": shown, "more": more, "after": after, "together": together}
