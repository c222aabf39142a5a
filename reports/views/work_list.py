"""待办清单: one section a kind, each waiting longest first, with the next thing to do beside every piece."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger.actions.assigning import HANDS
from ledger.actions.trail import record
from ledger.forms import asked
from reports.work_kinds import BY_CODE
from reports.work_lists import PAGE, pieces, waiting

FIRST = 10  # How many of a kind stand on the page of all kinds.


def work_list(request: HttpRequest) -> HttpResponse:
    """All kinds with the first of each, or one kind with fifty a page; ``mine=1`` narrows to what is in one's own hands."""
    staff = request.user
    hands = staff.role in HANDS
    mine = hands and asked(request, "mine") == "1"
    kinds = waiting(staff, mine=mine)
    chosen = BY_CODE.get(asked(request, "kind"))
    chosen = next((one for one in kinds if chosen and one.kind == chosen), None)
    sections = []
    for one in [chosen] if chosen else [one for one in kinds if one.number]:
        after = asked(request, "after") if chosen else ""
        shown, more = pieces(one.kind, staff, number=PAGE if chosen else FIRST, after=after, mine=mine)
        sections.append({"waiting": one, "words": one.kind.words_for(staff.role), "pieces": shown, "more": more, "after": after})
    rows = sum(len(section["pieces"]) for section in sections)
    told = {"list": "work", "rows": rows, "what": chosen.kind.words_for(staff.role) if chosen else "待办清单"}
    record("viewed_list", by=staff, county=staff.area.county, detail=told)
    context = {
        "tabs": [(one, one.kind.words_for(staff.role)) for one in kinds if one.number or one == chosen], "chosen": chosen,
        "sections": sections, "mine": mine, "hands": hands, "first": FIRST, "page_size": PAGE,
        "total": sum(one.number for one in kinds if one.asked and one.kind.counts), "late": sum(one.late for one in kinds if one.asked),
    }  # fmt: skip
    return render(request, "reports/work_list.html", context)
