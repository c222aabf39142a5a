"""What is owed of a stay: recorded on leaving, the 还款协议 and its paper, money that came back, an entry withdrawn."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from hospitals import repaying as actions
from hospitals.deferral_forms import AgreementForm, OwedForm, RepaidForm, WithdrawForm
from hospitals.models import Deferral, Deposit, Repaid, Repayment, Stay
from hospitals.repaying import MOST, Part, repaid_so_far, still_owed
from hospitals.self_pay import settled_self_pay
from hospitals.views.deferral import answer, find_stay
from ledger import clock
from ledger.actions.trail import record
from ledger.capitals import capitals
from ledger.forms import posted
from ledger.money import grouped, to_fen

# How many instalments fit one page in each style of the sheet, with every other text as long as it can be; the rest are set densest.
STYLES = ((5, ""), (12, "sheet-tight"), (17, "sheet-small"))
DENSEST = "sheet-dense"


def owed_record(request: HttpRequest, pk: int) -> HttpResponse:
    """What the patient still owes on leaving."""
    stay = find_stay(request, pk)
    if not stay.discharged_on:
        messages.error(request, "还没有登记出院。请先登记出院，再登记欠费。")
        return redirect("hospitals:deferral", stay.pk)
    if not Deferral.objects.visible_to(request.user).filter(stay=stay).exists():
        messages.error(request, "这次住院没有办理先诊疗后付费。请先办理，再登记欠费。")
        return redirect("hospitals:deferral", stay.pk)
    known = Repayment.objects.visible_to(request.user).filter(stay=stay).first()
    settled = settled_self_pay(stay)

    def act(data: dict) -> str:
        row = actions.record_owed(by=request.user, stay=stay, **data)
        return f"已登记，尚欠 {grouped(to_fen(row.owed_yuan))} 元。" if row.owed_yuan else "已登记，没有欠费。"

    kept = Deposit.objects.visible_to(request.user).standing().filter(stay=stay, refunded_on=None)
    notices = [f"{row.taken_on} 收的押金 {grouped(to_fen(row.amount_yuan))} 元还没有退还，请先退还，不要抵作已付。" for row in kept]
    initial = {"self_pay": to_fen(known.self_pay_yuan), "paid": to_fen(known.paid_yuan)} if known else {}
    source = "取自这次住院的结算。" if settled is not None else "还没有结算，按出院清单填写；结算后再来核对。"
    layout = [("self_pay", "w3", source), ("paid", "w3", "出院当天实际付了多少；没有付填 0。")]
    return answer(
        request, page="hospitals/deferral_entry.html", name="欠费", stay=stay, act=act, notices=notices,
        form=OwedForm(posted(request), initial=initial, settled=settled, again=known is not None), title="登记出院欠费", button="保存欠费",
        lead="尚欠 = 个人自付 − 出院时已付。有欠费的，接着签还款协议。",
        layout=layout + ([("reason", "w8", "")] if known else []),
        says="金额改动后，原来的还款协议作废，要重新签订。" if known and known.signed_on else "保存后记入患者的经过。",
    )  # fmt: skip


def _find(request: HttpRequest, pk: int) -> tuple[Stay, Repayment]:
    stay = find_stay(request, pk)
    return stay, get_object_or_404(Repayment.objects.visible_to(request.user).filter(stay=stay))


def repayment(request: HttpRequest, pk: int) -> HttpResponse:
    """The 还款协议: its parts, evenly spread on request, to the fen what is owed."""
    stay, row = _find(request, pk)
    left = still_owed(row)
    if left <= 0:
        messages.error(request, "没有欠费，不用签还款协议。")
        return redirect("hospitals:deferral", stay.pk)
    parts = [Part(one.due_on, to_fen(one.amount_yuan)) for one in row.instalments.all()]
    fits = sum(part.amount for part in parts) == left
    initial = {"signed_on": row.signed_on or clock.today(), "signed_by": row.signed_by or stay.case.person.name}
    if fits:
        initial |= {"number": len(parts), "first_on": parts[0].due_on}
    form = AgreementForm(posted(request), left=left, stay=stay, parts=parts if fits else None, initial=initial)
    if "spread" in request.POST:
        form = form.spread() or form
        return _agreement(request, stay, row, form, left)

    def act(_: dict) -> str:
        data = form.cleaned_data
        made = actions.agree(by=request.user, repayment=row, signed_on=data["signed_on"], signed_by=data["signed_by"], parts=form.parts())
        return f"已签还款协议，分 {made.instalments.count()} 期。请打印，双方签字。"

    context = {"left": left, "repayment": row, "most": MOST}
    return answer(request, page="hospitals/repayment.html", name="还款协议", stay=stay, form=form, act=act, **context)


def _agreement(request: HttpRequest, stay: Stay, row: Repayment, form: AgreementForm, left: int) -> HttpResponse:
    """The page again with the parts spread, nothing saved."""
    context = {"form": form, "stay": stay, "case": stay.case, "left": left, "repayment": row, "most": MOST}
    return render(request, "hospitals/repayment.html", context, status=422 if form.errors else 200)


def repayment_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The 还款协议 on one sheet of A4. Opening it is on the trail as printed."""
    stay, row = _find(request, pk)
    instalments = list(row.instalments.all())
    if not instalments:
        messages.error(request, "还没有签还款协议。请先填写各期日期和金额。")
        return redirect("hospitals:deferral", stay.pk)
    person = stay.case.person
    record("printed", by=request.user, subject=person, county=person.county, detail={"what": "还款协议"})
    agreed, owed = to_fen(row.agreed_yuan), to_fen(row.owed_yuan)
    number = len(instalments)
    context = {
        "stay": stay, "case": stay.case, "person": person, "row": row, "instalments": instalments, "today": clock.today(),
        "capitals": capitals(agreed), "before": owed - agreed, 
        "style": next((style for most, style in STYLES if number <= most), DENSEST),
    }  # fmt: skip
    return render(request, "hospitals/repayment_paper.html", context)


def repaid_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Money that came back."""
    stay, row = _find(request, pk)
    left = still_owed(row)
    if left <= 0:
        messages.error(request, "欠费已经还清，不用再登记还款。")
        return redirect("hospitals:deferral", stay.pk)

    def act(data: dict) -> str:
        made = actions.record_repaid(by=request.user, repayment=row, **data)
        rest = left - to_fen(made.amount_yuan)
        return f"已登记还款，尚欠 {grouped(rest)} 元。" if rest > 0 else "已登记还款，欠费还清。"

    due = next((one for one in row.instalments.all() if to_fen(one.upto_yuan) > repaid_so_far(row)), None)
    initial = {"amount": min(to_fen(due.upto_yuan) - repaid_so_far(row), left)} if due else {}
    strip = [("尚欠", f"{grouped(left)} 元")] + ([("下一期", f"{due.due_on}，{grouped(to_fen(due.amount_yuan))} 元")] if due else [])
    return answer(
        request, page="hospitals/deferral_entry.html", name="还款", stay=stay, act=act, form=RepaidForm(posted(request), initial=initial),
        title="登记还款", button="保存还款", strip=strip, lead="还一笔登记一笔，不能多于尚欠。",
        layout=[("paid_on", "w3", ""), ("amount", "w3", ""), ("receipt", "w3", "")], says="登记错了可以撤销并写明原因。",
    )  # fmt: skip


def repaid_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Repaid.objects.visible_to(request.user).select_related("repayment"), pk=pk)
    stay = find_stay(request, found.repayment.stay_id)
    if found.withdrawn_on:
        messages.error(request, f"这笔还款已在 {found.withdrawn_on} 撤销。")
        return redirect("hospitals:deferral", stay.pk)

    def act(data: dict) -> str:
        actions.withdraw_repaid(by=request.user, repaid=found, **data)
        return "已撤销这笔还款，金额重新计入尚欠。"

    strip = [("还款日期", f"{found.paid_on}"), ("还款", f"{grouped(to_fen(found.amount_yuan))} 元"), ("收据号", found.receipt or "—")]
    return answer(
        request, page="hospitals/deferral_entry.html", name="撤销还款", stay=stay, act=act, form=WithdrawForm(posted(request)),
        title="撤销还款", button="撤销还款", danger=True, strip=strip, lead="只用于登记错的还款。",
        layout=[("reason", "w8", "")], says="撤销后金额重新计入尚欠，原登记和原因仍可查到。",
    )  # fmt: skip
