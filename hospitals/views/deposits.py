"""Deposits that should not have been taken: the list, one entered, its refund told, verified or sent back, an entry withdrawn."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from hospitals import depositing as actions
from hospitals.deferral_forms import DepositForm, RefundForm, SendBackForm, WithdrawForm
from hospitals.deferral_rule import Asked
from hospitals.deposit_list import PAGE, TABS, DepositFilter, counts, of_tab, page_of
from hospitals.models import Deposit
from hospitals.views.deferral import answer, find_stay
from ledger.actions.trail import record
from ledger.forms import asked, posted
from ledger.money import grouped, to_fen
from ledger.views.acting import acted
from ledger.views.reading import note_form

RELATED = (
    "county", "verified_by", "recorded_by", "stay__hospital", "stay__case__person__county__parent", "stay__case__person__township",
    "stay__case__person__village", "stay__case__disease", "stay__case__county",
)  # fmt: skip


def deposits(request: HttpRequest) -> HttpResponse:
    """One tab at a time: what waits for somebody stands first."""
    staff = request.user
    form = DepositFilter(request.GET, staff=staff)
    rows = form.narrow(Deposit.objects.visible_to(staff))
    numbers = counts(rows)
    tab = asked(request, "tab")
    tab = tab if tab in TABS else next((tab for tab in TABS if numbers[tab]), next(iter(TABS)))
    page, more = page_of(of_tab(rows, tab).select_related(*RELATED), asked(request, "after"))
    record("viewed_list", by=staff, county=staff.area.county, detail={"list": "deposits", "filters": form.used(), "rows": len(page)})
    filters = request.GET.copy()
    for name in ("after", "tab"):
        filters.pop(name, None)
    context = {
        "form": form, "rows": page, "more": more, "first": not asked(request, "after"), "tab": tab, "page_size": PAGE,
        "tabs": [(code, words, numbers[code]) for code, words in TABS.items()], "filters": filters.urlencode(), "used": form.used(),
    }  # fmt: skip
    return render(request, "hospitals/deposits.html", context)


def deposit_new(request: HttpRequest, pk: int) -> HttpResponse:
    stay = find_stay(request, pk)
    found = Asked(stay.case.person).about(stay)

    def act(data: dict) -> str:
        row = actions.record_deposit(by=request.user, stay=stay, **data)
        return f"已登记违规押金 {grouped(to_fen(row.amount_yuan))} 元，计入 {row.taken_on:%Y-%m} 的未落实情况汇总表。请尽快退还。"

    return answer(
        request, page="hospitals/deferral_entry.html", name="违规押金", stay=stay, act=act,
        form=DepositForm(posted(request), initial={"taken_on": stay.admitted_on}), title="登记违规押金", button="登记押金", strip=_strip(found),
        lead="享受先诊疗后付费的患者不交住院押金。收了的在这里登记，退还并整改后由县卫健部门核实。",
        notices=[found.why_not] if found.why_not else [], layout=[("taken_on", "w3", ""), ("amount", "w3", "实收的押金。"),
        ("reason", "w8", "例如：入院时没有出示证明，按普通患者收取。"), ("remedy", "w8", "已经定了整改措施的现在就写，也可以退还时再写。")],
        says="登记后列入本月的未落实情况，不能删除；登记错了可以撤销并写明原因。",
    )  # fmt: skip


def _strip(found) -> list[tuple[str, str]]:
    return [("入院当天类别", found.category_words or "没有")]


def _find(request: HttpRequest, pk: int) -> Deposit:
    request.nav_name = "hospitals:deposits"
    return get_object_or_404(Deposit.objects.visible_to(request.user).select_related(*RELATED), pk=pk)


def _over(request: HttpRequest, row: Deposit) -> HttpResponse | None:
    """Where to go when there is nothing to do any more: withdrawn, or verified already."""
    if row.withdrawn_on:
        messages.error(request, f"这笔押金登记已在 {row.withdrawn_on} 撤销。")
    elif row.verified_on:
        messages.error(request, f"这笔押金的退还和整改已在 {row.verified_on} 核实。")
    else:
        return None
    return redirect("hospitals:deferral", row.stay_id)


def _strip_of(row: Deposit) -> list[tuple[str, str]]:
    """What every page about one deposit shows above its form."""
    strip = [("收取日期", f"{row.taken_on}"), ("押金", f"{grouped(to_fen(row.amount_yuan))} 元"), ("没有享受的原因", row.reason)]
    if row.refunded_on:
        strip.append(("已退还", f"{grouped(to_fen(row.refunded_yuan))} 元，{row.refunded_on}"))
    return strip


def deposit_refund(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    if over := _over(request, row):
        return over

    def act(data: dict) -> str:
        made = actions.tell_refund(by=request.user, deposit=row, **data)
        rest = to_fen(made.amount_yuan) - to_fen(made.refunded_yuan)
        return f"已登记退还，还差 {grouped(rest)} 元没有退。" if rest else "已登记退还和整改，等县卫健部门核实。"

    initial = {"refunded": to_fen(row.refunded_yuan or row.amount_yuan), "remedy": row.remedy, "refunded_on": row.refunded_on}
    return answer(
        request, page="hospitals/deferral_entry.html", name="退还押金", stay=row.stay, act=act, deposit=row,
        form=RefundForm(posted(request), initial=initial), title="登记退还和整改", button="保存退还", strip=_strip_of(row),
        lead="押金要全额退还，并写明以后怎样避免再收。", notices=[f"县卫健部门退回：{row.objection}"] if row.objection else [],
        layout=[("refunded_on", "w3", ""), ("refunded", "w3", "到现在一共退还多少。"), ("remedy", "w8", "例如：已培训入院窗口，系统自动提示免收。")],
        says="退清后由县卫健部门核实。",
    )  # fmt: skip


def deposit_verify(request: HttpRequest, pk: int) -> HttpResponse:
    """The county says that it is so, or sends it back with a sentence."""
    row = _find(request, pk)
    if over := _over(request, row):
        return over
    returning, form = "send_back" in request.POST, SendBackForm(posted(request))
    form.fields["objection"].hide_optional = True

    def act(data: dict) -> str:
        if returning:
            actions.send_back(by=request.user, deposit=row, **data)
        else:
            actions.verify_refund(by=request.user, deposit=row)
        return "已退回医院重办。" if returning else "已核实押金退还和整改。"

    if acted(request, form, act):
        return redirect("hospitals:deposits")
    note_form(request, row.stay.case.person, "核实押金退还")
    ready = row.refunded_yuan == row.amount_yuan and row.remedy and not row.objection
    context = {"deposit": row, "stay": row.stay, "case": row.stay.case, "form": form, "ready": ready, "strip": _strip_of(row)}
    return render(request, "hospitals/deposit_verify.html", context, status=422 if form.errors else 200)


def deposit_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    if over := _over(request, row):
        return over

    def act(data: dict) -> str:
        actions.withdraw_deposit(by=request.user, deposit=row, **data)
        return "已撤销这笔押金登记。"

    return answer(
        request, page="hospitals/deferral_entry.html", name="撤销押金登记", stay=row.stay, act=act,
        form=WithdrawForm(posted(request)), title="撤销押金登记", button="撤销登记", danger=True, strip=_strip_of(row),
        lead="只用于登记错的：实际没有收过这笔押金。收了又退的，请登记退还，不要撤销。", layout=[("reason", "w8", "")],
        says="撤销后不计入未落实情况，原登记和原因仍可查到。",
    )  # fmt: skip
