"""导入账单: a file looked through row by row, what can be settled settled on confirmation, the rest given back to be corrected."""

import json
from decimal import Decimal

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger import clock
from ledger.actions.trail import record
from ledger.forms import LedgerForm, ListFileField, whole_number
from ledger.models import Staff
from ledger.protection import seal, unseal
from settlement.actions.importing import Outcome, settle_rows
from settlement.bill_file import COLUMNS, ROW_LIMIT, ReadFile, read_bill_file, template, to_correct
from settlement.bill_rows import DIFFERS, GOOD, KNOWN, REFUSED, LookedRow, look_through
from settlement.desk import own_hospital
from settlement.views.statements import as_file

SALT, REST_SALT = "settlement.bill_import", "settlement.bill_import_rest"
KEPT_SECONDS = 3600
MARKS = {
    REFUSED: ("拒收", "bad st-stop"),
    DIFFERS: ("有差额", "warn"),
    GOOD: ("可结算", "ok st-done"),
    KNOWN: ("已导入", "idle st-end"),
}
NOT_CHOSEN = "和医院系统的结果不同，没有选择按本系统的结果结算。"


class BillFileForm(LedgerForm):
    """A file to look through before anything is settled."""

    file = ListFileField(label="账单文件", read=read_bill_file)


def bill_import(request: HttpRequest) -> HttpResponse:
    """First the file and its preview; then, confirmed, every good row for itself."""
    if request.method == "POST" and "rows" in request.POST:
        return _settle(request)
    form = BillFileForm(request.POST, request.FILES) if request.method == "POST" else BillFileForm()
    if request.method == "POST" and form.is_valid():
        return _preview(request, form.cleaned_data["file"])
    context = {"form": form, "row_limit": ROW_LIMIT, "hospital": own_hospital(request.user)}
    return render(request, "settlement/bill_import.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, file: ReadFile) -> HttpResponse:
    """Each line with what would become of it. What is needed again travels back sealed, bound to whoever looked."""
    looked = look_through(by=request.user, hospital=own_hospital(request.user), file=file)
    counts = {result: sum(one.result == result for one in looked) for result in MARKS}
    order = list(MARKS)
    shown = sorted(looked, key=lambda one: (order.index(one.result), one.row.line))
    rest = [_to_correct(one) for one in looked if one.result in (REFUSED, DIFFERS)]
    context = {
        "rows": [{"one": one, "word": MARKS[one.result][0], "mark": MARKS[one.result][1]} for one in shown], "counts": counts, "file": file,
        "kept": _kept(request.user, file, looked), "rest": _pack(request.user, rest, REST_SALT), "rest_number": len(rest),
        "sample": any(one.sample for one in looked),
    }  # fmt: skip
    return render(request, "settlement/bill_import_preview.html", context)


def _to_correct(one: LookedRow) -> dict:
    """A line as it came in, with what stands against it; it holds the ID number and leaves this process sealed only."""
    texts = {column: one.row.cell(column).text for column in COLUMNS if column in one.row.cells}
    reasons = [sentence for _, sentence in one.faults] or one.difference_words
    places = "、".join(dict.fromkeys(place for place, _ in one.faults if place))
    return texts | {"line": one.row.line, "places": places, "reasons": "；".join(reason.rstrip("。") for reason in reasons) + "。"}


def _kept(by: Staff, file: ReadFile, looked: list[LookedRow]) -> str:
    settling = [one for one in looked if one.result in (GOOD, DIFFERS)]
    kept = {
        "sha256": file.sha256, "name": file.name, "bills": [one.packed() for one in settling],
        "self_pay": {one.row.line: one.self_pay for one in settling},
        "differing": [one.row.line for one in settling if one.result == DIFFERS],
        "rest": [_to_correct(one) for one in looked if one.result != KNOWN],
    }  # fmt: skip
    return _pack(by, kept, SALT)


def _pack(by: Staff, kept, salt: str) -> str:
    return signing.dumps({"by": by.pk, "sealed": seal(json.dumps(kept, ensure_ascii=False))}, salt=salt, compress=True)


def _unpack(request: HttpRequest, name: str, salt: str):
    """What was packed for this member of staff; None where it is too old or not theirs."""
    try:
        packed = signing.loads(request.POST.get(name, ""), salt=salt, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        return None
    return json.loads(unseal(packed["sealed"])) if packed["by"] == request.user.pk else None


def _settle(request: HttpRequest) -> HttpResponse:
    kept = _unpack(request, "rows", SALT)
    if kept is None:
        messages.error(request, "预览已过期，请重新选择文件。已经结算的账单不会重复结算。")
        return redirect("settlement:bill-import")
    chosen = {whole_number(line) for line in request.POST.getlist("take")}
    left = set(kept["differing"]) - chosen
    bills = [bill for bill in kept["bills"] if bill["line"] not in left]
    self_pay = {int(line): fen for line, fen in kept["self_pay"].items()}
    outcomes = settle_rows(by=request.user, hospital=own_hospital(request.user), sha256=kept["sha256"], bills=bills, self_pay=self_pay)
    rest = list(_rest(kept["rest"], outcomes, left))
    settled = [outcome for outcome in outcomes if outcome.settlement]
    refused = [outcome for outcome in outcomes if not outcome.settlement]
    context = {
        "name": kept["name"], "settled": settled, "refused": refused, "rest": _pack(request.user, rest, REST_SALT), "rest_number": len(rest),
        "total": sum((outcome.settlement.total_yuan for outcome in settled), Decimal(0)),
        "self_pay": sum((outcome.settlement.self_pay_yuan for outcome in settled), Decimal(0)),
        "sample": any(outcome.settlement.sample for outcome in settled),
    }  # fmt: skip
    return render(request, "settlement/bill_import_done.html", context)


def _rest(rows: list[dict], outcomes: list[Outcome], left: set[int]):
    """The lines that have not become a settlement, with why."""
    by_line = {outcome.line: outcome for outcome in outcomes}
    for row in rows:
        outcome = by_line.get(row["line"])
        if outcome is None:
            yield row | ({"reasons": NOT_CHOSEN + row["reasons"]} if row["line"] in left else {})
        elif outcome.settlement is None:
            yield row | {"places": "", "reasons": outcome.refused}


def bill_import_template(request: HttpRequest) -> HttpResponse:
    return as_file(template(clock.today()), "账单导入模板.xlsx")


def bill_import_rest(request: HttpRequest) -> HttpResponse:
    """What was not settled, as Excel, in the columns that come in again."""
    rows = _unpack(request, "rest", REST_SALT)
    if rows is None:
        messages.error(request, "预览已过期，请重新选择文件。")
        return redirect("settlement:bill-import")
    record("exported", by=request.user, county=request.user.area.county, detail={"what": "待改账单", "people": len(rows)})
    return as_file(to_correct(rows, day=clock.today()), "待改账单.xlsx")
