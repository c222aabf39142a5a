"""应付款对账单: the month's list, one statement with the rows behind its sums, each side's steps, and the workbook."""

import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import posted
from settlement.actions.statements import move_statement, prepare_again, prepare_month, side_of, totals
from settlement.models import Kind, Standing, Statement
from settlement.models.statement import PAYER_OF_ROLE
from settlement.statement_forms import BackForm, PayForm, StatementFilter, last_months, read_month
from settlement.statement_items import after
from settlement.statement_page import layers_of, month_beside, payer_unit, rows_of, stations
from settlement.statement_states import MARKS, MOVES, PAYER, PREPARED, PREPARERS, may, moves_of
from settlement.statement_workbook import statement_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SUMS = ("payable_yuan", "aside_yuan", "settlements")


def as_file(content: bytes, name: str) -> HttpResponse:
    """A workbook to keep; the browser's cache does not."""
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def asked_month(request: HttpRequest, statements) -> datetime.date:
    """The month asked for; else the newest with a statement, else the last that is over."""
    asked = read_month(request.GET.get("month", ""))
    if asked is not None:
        return asked
    newest = statements.order_by("-month").values_list("month", flat=True).first()
    return newest or (clock.today().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)


def statements(request: HttpRequest) -> HttpResponse:
    """A month's statements within the reader's reach, with what each comes to, and the month as a whole beside them."""
    staff = request.user
    seen = Statement.objects.visible_to(staff)
    month = asked_month(request, seen)
    ours = seen.filter(month=month)
    form = StatementFilter(request.GET, staff=staff, statements=ours)
    rows = list(form.apply(ours).with_sums().select_related("county", "hospital"))
    context = {
        "month": month, "months": sorted({month, *last_months()}, reverse=True), "form": form, "rows": rows, "marks": MARKS,
        "sums": {name: sum(getattr(row, name) or 0 for row in rows) for name in SUMS}, "after": after(month),
        "may_prepare": side_of(staff) in PREPARERS, "anew": any(row.state == PREPARED for row in rows),
        "over": clock.today() >= after(month), "sample": any(row.sample for row in rows),
        "beside": None if staff.role in PAYER_OF_ROLE else month_beside(staff, month, **{name: form.cleaned_data.get(name) for name in ("hospital", "county")}),
    }  # fmt: skip
    return render(request, "settlement/statements/list.html", context)


def prepare(request: HttpRequest) -> HttpResponse:
    """Draw up every statement of a month that the hospital has not confirmed."""
    month = read_month(request.POST.get("month", ""))
    if month is None:
        messages.error(request, "请选择月份。")
        return redirect("statements:list")
    try:
        made = prepare_month(by=request.user, month=month)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已生成 {month.year} 年 {month.month} 月的 {len(made)} 张对账单。看过明细后由医院确认。")
    return redirect(f"{reverse('statements:list')}?month={month:%Y-%m}")


def _statement(request: HttpRequest, pk: int) -> Statement:
    request.nav_name = "statements:list"
    return get_object_or_404(Statement.objects.visible_to(request.user).select_related("county__parent", "hospital"), pk=pk)


def _entries(one: Statement) -> list:
    return list(one.entries.select_related("line", "dispute").order_by("position"))


def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """Sums by layer, the list behind them, what was done by whom, and the next step where it is this reader's."""
    one = _statement(request, pk)
    entries = _entries(one)
    events = list(one.events.all())
    side = side_of(request.user, one)
    rows = rows_of(entries)
    record("viewed_list", by=request.user, subject=one, county=one.county, detail={"statement": one.number, "rows": len(rows)})
    context = {
        "one": one, "mark": MARKS[one.state], "rows": rows, "layers": layers_of(entries), "totals": totals(entries), "events": events,
        "steps": stations(one, events), "payer": payer_unit(one, clock.today()), "moves": moves_of(side, one.state),
        "may_prepare": side in PREPARERS and one.state == PREPARED, "may_dispute": side == PAYER and may(PAYER, one.state, "accept"),
        "over": clock.today() >= after(one.month), "after": after(one.month),
        "reversals": sum(row.first.kind == Kind.REVERSAL for row in rows), "payable": Standing.PAYABLE, "mixed": len({entry.sample for entry in entries}) > 1,
    }  # fmt: skip
    return render(request, "settlement/statements/statement.html", context)


def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Rebuild the rows."""
    one = _statement(request, pk)
    try:
        prepare_again(by=request.user, statement=one)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "已重新生成明细。")
    return redirect("statements:statement", one.pk)


def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One move of the table. A payment asks for day and voucher, a step back for the reason; a confirmation for nothing."""
    one, move = _statement(request, pk), MOVES.get(step)
    if move is None:
        raise Http404
    if not may(side_of(request.user, one), one.state, step):
        messages.error(request, f"对账单 {one.number} 现在是“{one.get_state_display()}”，您不能{move.label}。")
        return redirect("statements:statement", one.pk)
    form = None
    if step == "pay":
        form = PayForm(posted(request), initial={"paid_on": clock.today()})
    elif move.backward:
        form = BackForm(posted(request))
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            move_statement(by=request.user, statement=one, name=step, **(form.cleaned_data if form else {}))
        except Refused as refused:
            if form is None:
                messages.error(request, refused.message)
                return redirect("statements:statement", one.pk)
            form.refuse(refused)
        else:
            messages.success(request, f"对账单 {one.number}：{move.done}。")
            return redirect("statements:statement", one.pk)
    if form is None:
        return redirect("statements:statement", one.pk)
    context = {"one": one, "move": move, "form": form, "totals": totals(_entries(one)), "payer": payer_unit(one, clock.today())}
    return render(request, "settlement/statements/step.html", context, status=422 if form.errors else 200)


def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement as Excel: summary and list."""
    one = _statement(request, pk)
    payer = payer_unit(one, clock.today())
    content = statement_workbook(one, _entries(one), payer=payer, events=list(one.events.all()))
    record("exported", by=request.user, subject=one, county=one.county, detail={"what": "应付款对账单", "statement": one.number})
    return as_file(content, f"{one.hospital.name}{one.month.year}年{one.month.month}月应付款对账单（{one.get_payer_display()}）.xlsx")
