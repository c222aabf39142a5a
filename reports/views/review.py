"""The city looks through a return: any cell can be given a remark, then it goes back to the county. Nothing typed is lost on the way, without script too."""

import datetime
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import whole_number
from ledger.models import Division
from ledger.protection import mask_phone
from reports.cells import Cell, Sheet, cells_of, sheets
from reports.forms.payload import policy_notes
from reports.life_forms import ReviewForm
from reports.models import Form, Submission
from reports.receiving import return_it
from reports.returns import payload_of
from reports.submission_moves import RETURN_MOVES
from reports.views.f1_table import print_table
from reports.views.kinds import ReturnKind
from reports.views.lists import Page
from reports.views.reach import county_in_reach

LINES = 60  # Of a list on one page.
MOST = 40  # Remarks on one return; who has more to say writes it as the reason.


@dataclass(frozen=True)
class Chosen:
    """The cells that are remarked on, in order, and what was typed of each so far."""

    places: list[str]
    texts: dict[str, str]


def review(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """A submitted form cell by cell; sent back with its reason and the remarks."""
    request.nav_name = "reports:months"
    county = county_in_reach(request.user, code)
    form = request.POST.get("form") or request.GET.get("form") or kind.forms[0]
    if form not in kind.forms:
        raise Http404
    kept = _kept(request, county, period, form)
    if kept is None or kept.state not in RETURN_MOVES["return"].sources:
        told = f"现在是“{kept.get_state_display()}”" if kept else "还没有上报"
        messages.error(request, f"{form} {told}，不能退回。")
        return redirect(kind.page, period, county.code)
    payload = payload_of(kept)
    cells, chosen = cells_of(payload), _chosen(request)
    picked = [cells[place] for place in chosen.places if place in cells]
    sending = request.method == "POST" and "return" in request.POST
    typed = ReviewForm(request.POST if sending else None, cells=picked, initial=_initial(request, chosen, picked))
    if sending and typed.is_valid():
        try:
            return _sent_back(request, kind, county, period, kept, typed)
        except Refused as refused:
            typed.refuse(refused)
    told = {"form": form, "period": f"{period:%Y-%m}", "what": "逐格审核", "people": len(payload["rows"]), "from": 0}
    record("viewed_list", by=request.user, county=county, detail=told)
    context = _drawn(request, payload, picked) | {
        "kind": kind, "county": county, "period": period, "kept": kept, "form": typed, "code_of_form": form, "picked": len(picked),
        "most": MOST, "payload": payload,
    }  # fmt: skip
    return render(request, "reports/review.html", context, status=422 if typed.errors else 200)


def _kept(request: HttpRequest, county: Division, period: datetime.date, form: str) -> Submission | None:
    """The latest revision of the form."""
    rows = Submission.objects.visible_to(request.user).filter(due__county=county, due__period=period, due__form=form)
    return rows.select_related("due", "submitted_by").order_by("-revision").first()


def _chosen(request: HttpRequest) -> Chosen:
    """What was chosen before and by the button that was pressed just now."""
    asked = request.POST if request.method == "POST" else request.GET
    places = list(dict.fromkeys(place.replace("\0", "") for place in asked.getlist("cell")))
    texts = {place: asked.get(f"remark_{number}", "") for number, place in enumerate(asked.getlist("cell"))}
    if (more := asked.get("add", "").replace("\0", "")) and more not in places and len(places) < MOST:
        places.append(more)
    if gone := asked.get("drop", ""):
        places = [place for place in places if place != gone]
    return Chosen(places[:MOST], texts)


def _initial(request: HttpRequest, chosen: Chosen, picked: list[Cell]) -> dict[str, str]:
    texts = {f"remark_{number}": chosen.texts.get(cell.place, "") for number, cell in enumerate(picked)}
    return {"reason": request.POST.get("reason", ""), **texts}


def _sent_back(
    request: HttpRequest, kind: ReturnKind, county: Division, period: datetime.date, kept: Submission, form: ReviewForm
) -> HttpResponse:
    if request.POST.get("seen", kept.rows_hash) != kept.rows_hash:
        raise Refused("您打开之后，县里有了新的修订。请看过现在的再退回。")
    remarks = form.remarks()
    return_it(by=request.user, submission=kept, reason=form.cleaned_data["reason"], remarks=remarks)
    with_remarks = f"，附 {len(remarks)} 条单元格意见" if remarks else ""
    messages.success(request, f"{county.name} {kept.due.form} 已退回{with_remarks}。")
    return redirect(kind.page, period, county.code)


def _drawn(request: HttpRequest, payload: dict, picked: list[Cell]) -> dict:
    """The form's tables, each cell a button; a list by stretches."""
    places = {cell.place for cell in picked}
    shown = sheets(payload)
    context: dict = {"places": places}
    if payload["form"] == Form.F1:
        marks = dict.fromkeys(places, True)
        told = (payload["rows"], payload["total"], payload["neither"], payload["notes"])
        context |= {"table": print_table(*told, {}, lambda group, figure: "", marks), "policy_notes": policy_notes(payload["diseases"])}
        context["phone"] = mask_phone(payload["phone"])
        shown = shown[1:]
    asked = request.POST if request.method == "POST" else request.GET
    first = whole_number(asked.get("from", "")) or 0
    total = max((len(sheet.lines) for sheet in shown), default=0)
    page = Page(first if first < total else 0, total, LINES)
    return context | {"sheets": [_stretch(sheet, page) for sheet in shown], "page": page}


def _stretch(sheet: Sheet, page: Page) -> Sheet:
    return Sheet(sheet.title, sheet.headings, sheet.lines[page.first : page.first + LINES])
