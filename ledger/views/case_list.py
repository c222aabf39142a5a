"""The list of cases: newest first, with tabs by state, filters, everybody's own columns and saved filters; and its keys."""

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from ledger import clock
from ledger.actions import list_settings as actions
from ledger.actions.list_settings import columns_of
from ledger.actions.many import LIMIT
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.case_columns import Reader, cells, columns_for
from ledger.case_list import COUNT_CAP, PAGE, CaseFilter, counts_by_state, page_of
from ledger.case_rows import read_by
from ledger.forms import LedgerForm, PlainField, posted
from ledger.models import Case, Programme, Role
from ledger.transitions import STATES

BUREAU = {Role.CLERK, Role.LEAD}


def case_list(request: HttpRequest) -> HttpResponse:
    """Newest first, with tabs by state and filters; figures beside the tabs follow the other filters."""
    form = CaseFilter(request.GET, staff=request.user)
    wanted = form.apply(Case.objects.visible_to(request.user))
    state = request.GET.get("state", "")
    counts = counts_by_state(wanted)
    total = sum(counts.values())
    page = page_of(wanted.filter(state=state) if state in dict(STATES) else wanted, request.GET)
    columns = columns_of(request.user)
    prefetch_related_objects(page.cases, *read_by(columns))
    covered = frozenset(disease.pk for disease in Programme.of(request.user.area).covered_on(clock.today()))
    for case in page.cases:
        case.cells = cells(case, columns, Reader(request.user.role, covered))
    record(
        "viewed_list",
        by=request.user,
        county=request.user.area.county,
        detail={"list": "cases", "filters": form.used(), "rows": len(page.cases)},
    )
    tabs = [("", "全部", total), *((code, words, counts.get(code, 0)) for code, words in STATES if counts.get(code) or code == state)]
    listed = counts.get(state, 0) if state in dict(STATES) else total
    context = {
        "every": listed if PAGE < listed <= LIMIT else 0,  # More than a page, and no more than is done at once.
        "form": form, "rows": page.cases, "page": page, "tabs": tabs, "state": state, "total": total, "columns": columns, "saved": request.user.saved_filters.all(),
        "filters": form.query(), "bureau": request.user.role in BUREAU, "query": form.query(state), "page_size": PAGE, "cap": COUNT_CAP, "used": form.used(),
    }  # fmt: skip
    return render(request, "ledger/case_list.html", context)


class KeepForm(LedgerForm):
    """The name under which a filter is kept."""

    name = PlainField(label="名称", max_length=20)


def filter_keep(request: HttpRequest) -> HttpResponse:
    """Keep the filter that the list was narrowed by; the page asks for its name where none came along."""
    wanted = CaseFilter(request.GET, staff=request.user)
    wanted.is_valid()
    request.nav_name = "ledger:case-list"
    query, form = wanted.query(request.GET.get("state", "")), KeepForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            if wanted.holds_number():
                raise Refused("身份证号不能存成常用筛选。查一个人请用“按证号查找”。", "name")
            kept = actions.keep_filter(by=request.user, name=form.cleaned_data["name"], query=query)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已保存常用筛选“{kept.name}”，在列表上方。")
            return redirect(f"{reverse('ledger:case-list')}?{query}")
    context = {"form": form, "told": wanted.told(request.GET.get("state", "")), "query": query}
    return render(request, "ledger/filter_keep.html", context, status=422 if form.errors else 200)


def list_settings(request: HttpRequest) -> HttpResponse:
    """Which columns the list shows and in which order, and the saved filters; each button does one thing at once."""
    request.nav_name = "ledger:case-list"
    if request.method == "POST":
        try:
            _set(request)
        except Refused as refused:
            messages.error(request, refused.message)
        return redirect("ledger:list-settings")
    chosen = columns_of(request.user)
    codes = {column.code for column in chosen}
    rest = [column for column in columns_for(request.user.role).values() if column.code not in codes]
    context = {"chosen": chosen, "rest": rest, "saved": request.user.saved_filters.all()}
    return render(request, "ledger/list_settings.html", context)


def _set(request: HttpRequest) -> None:
    """What the pressed button says: ``add``, ``drop``, ``up``, ``down`` a column, the usual columns, or forget a filter."""
    move, _, what = request.POST.get("do", "").partition(":")
    if move == "forget":
        kept = get_object_or_404(request.user.saved_filters, pk=int(what) if what.isdecimal() and len(what) < 18 else 0)
        actions.drop_filter(by=request.user, kept=kept)
        return
    codes = [column.code for column in columns_of(request.user)]
    if move == "usual":
        codes = []
    elif move == "add" and what not in codes:
        codes.append(what)
    elif what in codes[1:] and move == "drop":
        codes.remove(what)
    elif what in codes[1:] and move in ("up", "down"):
        place = codes.index(what)
        other = max(place - 1, 1) if move == "up" else min(place + 1, len(codes) - 1)
        codes[place], codes[other] = codes[other], codes[place]
    else:
        return
    actions.choose_columns(by=request.user, columns=codes)


def keys(request: HttpRequest) -> HttpResponse:
    """The keys that work on every page."""
    return render(request, "ledger/keys.html")
