"""资料变更: what was changed in the data everybody works by, when, by whom and by which document."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger.data_change_list import KINDS, PAGE, changes_of, kind_words, page_of
from ledger.forms import asked


def data_changes(request: HttpRequest) -> HttpResponse:
    """Newest first, narrowed by kind, by pages."""
    changes = changes_of(request.user)
    used = list(changes.order_by().values_list("kind", flat=True).distinct())
    kinds = {kind: kind_words(kind) for kind in [*KINDS, *(kind for kind in used if kind not in KINDS)] if kind in used}
    kind = asked(request, "kind") if asked(request, "kind") in kinds else ""
    if kind:
        changes = changes.filter(kind=kind)
    page = page_of(changes, asked(request, "before"), asked(request, "after"))
    rows = [(row, kind_words(row.kind)) for row in page.rows]
    context = {"rows": rows, "page": page, "kinds": kinds, "kind": kind, "page_size": PAGE}
    return render(request, "ledger/data_changes.html", context)
