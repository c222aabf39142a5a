"""The filtered list taken away as a workbook: masked, or in full by whoever may and says what for."""

import tempfile

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render

from ledger import clock
from ledger.actions.list_settings import columns_of
from ledger.actions.trail import record
from ledger.case_export import MOST_ROWS, Export, write_export
from ledger.case_list import CaseFilter
from ledger.forms import LedgerForm, PlainField, posted
from ledger.models import Case, Role, Staff
from ledger.protection import mask_numbers
from ledger.transitions import STATES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_FULL = {Role.CLERK, Role.LEAD}


class ExportForm(LedgerForm):
    """Numbers masked, or in full with a reason: only whoever may is asked."""

    numbers = forms.ChoiceField(
        label="证号和电话", choices=[("masked", "遮盖，如 450222********1234"), ("full", "全号，要写用途")], widget=forms.RadioSelect
    )
    purpose = PlainField(label="用途", required=False, max_length=100)

    def __init__(self, *args, staff: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["purpose"].hide_optional = True  # The choice beside it says when it is asked for.
        if staff.role not in IN_FULL:
            self.fields.pop("numbers")
            self.fields.pop("purpose")

    def clean(self):
        data = super().clean()
        if data.get("numbers") == "full" and not data.get("purpose") and "purpose" not in self.errors:
            self.add_error("purpose", "要导出全号，请写明用途，如“核对 10 月报表”。")
        return data

    def full(self) -> bool:
        return self.cleaned_data.get("numbers") == "full"


def case_export(request: HttpRequest) -> HttpResponse:
    """Says what would be exported and asks how; the answer is the workbook."""
    request.nav_name = "ledger:case-list"
    wanted = CaseFilter(request.GET, staff=request.user)
    cases, state = wanted.apply(Case.objects.visible_to(request.user)), request.GET.get("state", "")
    cases = cases.filter(state=state) if state in dict(STATES) else cases
    form = ExportForm(posted(request), staff=request.user, initial={"numbers": "masked"})
    if request.method == "POST" and form.is_valid():
        return _workbook(request, cases, wanted, state, form)
    found = cases.order_by().values("pk")[: MOST_ROWS + 1].count()
    context = {
        "form": form, "found": min(found, MOST_ROWS), "more": found > MOST_ROWS, "most": MOST_ROWS, "columns": columns_of(request.user),
        "told": wanted.told(state), "query": wanted.query(state), "numbered": _numbered(request),
    }  # fmt: skip
    return render(request, "ledger/case_export.html", context, status=422 if form.errors else 200)


def _numbered(request: HttpRequest) -> list[str]:
    """The chosen columns that hold a number which may be shown in full."""
    return [column.heading for column in columns_of(request.user) if column.full]


def _workbook(request: HttpRequest, cases, wanted: CaseFilter, state: str, form: ExportForm) -> HttpResponse:
    by, now, full = request.user, clock.now(), form.full()
    told, purpose = wanted.told(state), form.cleaned_data.get("purpose", "") if full else ""
    line = "，".join(
        [
            f"{by.unit_on(clock.today())} {by.full_name} {now:%Y-%m-%d %H:%M} 导出", f"条件：{'、'.join(told) or '全部病例'}",
            f"证号、电话为全号，用途：{purpose}" if full else "证号、电话已遮盖",
        ]
    )  # fmt: skip
    target = tempfile.TemporaryFile()  # noqa: SIM115 FileResponse closes it.
    rows = write_export(target, cases, Export(line, columns_of(by), full))
    detail = {"what": "病例名单", "filters": wanted.told(state, named=False), "people": rows}
    if full:
        detail |= {"fields": _numbered(request), "purpose": mask_numbers(purpose)}
    record("exported", by=by, county=by.area.county, detail=detail)
    target.seek(0)
    answer = FileResponse(target, as_attachment=True, filename=f"病例名单_{now:%Y-%m-%d_%H%M}.xlsx", content_type=XLSX)
    answer["Cache-Control"] = "private, no-store"
    return answer
