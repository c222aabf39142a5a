"""应享待遇核对: bills paid elsewhere come in, and whoever was paid otherwise than the policy gives is listed with the reason."""

from functools import partial

from django.contrib import messages
from django.core import signing
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import LedgerForm, ListFileField, ReasonForm, posted
from ledger.models import Staff
from ledger.views.reading import note_reading
from settlement.actions.checking import CHECKERS, check_again, import_paid_bills, remove_paid_bill
from settlement.check_workbook import check_workbook, sums_by_layer
from settlement.figures import assumed_figures
from settlement.models import CheckFinding, Finding, PaidBill
from settlement.money import to_yuan
from settlement.paid_file import read_paid_file
from settlement.paid_file import template as paid_template
from settlement.paid_rows import PaidRow, layers_of, look_through, policies_of
from settlement.views.statements import as_file

SALT = "settlement.paid_bills"
PAGE = 200
MARKS = {Finding.UNDER: "bad", Finding.OVER: "warn", Finding.UNVERIFIED: "warn", Finding.UNKNOWN: "idle"}


def findings_of(staff: Staff):
    """The findings this reader may see, with whatever a row shows."""
    related = ("person", "bill__hospital", "settlement__hospital", "county")
    return CheckFinding.objects.visible_to(staff).select_related(*related).order_by("person__name", "person", "id")


def checks(request: HttpRequest) -> HttpResponse:
    """The findings of one kind, by layer where asked; sums by layer above."""
    staff = request.user
    seen = CheckFinding.objects.visible_to(staff)
    counts = dict(seen.order_by().values_list("finding").annotate(Count("pk")))
    tab = request.GET.get("tab", Finding.UNDER)
    tab = tab if tab in Finding.values else Finding.UNDER
    titles = dict(seen.exclude(layer="").order_by("position").values_list("layer", "title"))
    layer = request.GET.get("layer", "") if request.GET.get("layer", "") in titles else ""
    chosen = findings_of(staff).filter(finding=tab, **({"layer": layer} if layer else {}))
    rows = list(chosen[:PAGE])
    bills = PaidBill.objects.visible_to(staff).aggregate(bills=Count("pk"), people=Count("person", distinct=True))
    record("viewed_list", by=staff, county=staff.area.county, detail={"what": "应享待遇核对", "rows": len(rows)})
    context = {
        "tab": tab, "tabs": [(value, words, counts.get(value, 0)) for value, words in Finding.choices], "rows": rows, "layer": layer,
        "titles": titles, "sums": sums_by_layer(list(seen.filter(finding__in=[Finding.UNDER, Finding.OVER]))), "bills": bills,
        "sum": chosen.aggregate(sum=Sum("difference_yuan"))["sum"] or 0, "number": chosen.count(), "page_size": PAGE,
        "may_check": staff.role in CHECKERS, "sample": seen.filter(sample=True).exists(), "found": sum(counts.values()),
        "checked_at": seen.order_by("-checked_at").values_list("checked_at", flat=True).first(),
    }  # fmt: skip
    return render(request, "settlement/checks/list.html", context)


def run(request: HttpRequest) -> HttpResponse:
    """Look again at everybody, after categories, homes or policies have changed."""
    try:
        people = check_again(by=request.user)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已按台账现在的情况重新核对 {people} 人。")
    return redirect("statements:checks")


def template(request: HttpRequest) -> HttpResponse:
    """The empty file to fill in, with the layers of the county's policies."""
    layers = layers_of(policies_of(request.user.area))
    return as_file(paid_template(layers, day=clock.today()), "已付账单导入模板.xlsx")


class PaidFileForm(LedgerForm):
    """A file to look through before anything is kept."""

    file = ListFileField(label="账单文件")

    def __init__(self, *args, layers=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].read = partial(read_paid_file, layers=layers)


def import_bills(request: HttpRequest) -> HttpResponse:
    """First the file and its preview; then, confirmed, all of it or nothing."""
    request.nav_name = "statements:checks"
    if request.method == "POST" and "rows" in request.POST:
        return _keep(request)
    layers = layers_of(policies_of(request.user.area))
    form = PaidFileForm(request.POST, request.FILES, layers=layers) if request.method == "POST" else PaidFileForm()
    if request.method == "POST" and form.is_valid():
        return _preview(request, form.cleaned_data["file"], request.FILES["file"].name)
    titles = list(dict.fromkeys(layer.title for layer in layers))
    return render(request, "settlement/checks/import.html", {"form": form, "titles": titles}, status=422 if form.errors else 200)


def _preview(request: HttpRequest, raws, file_name: str) -> HttpResponse:
    """Each line with what becomes of it. The rows travel back signed, bound to whoever looked, without ID numbers."""
    looked = look_through(request.user, raws)
    good = [one.row for one in looked if one.row]
    signed = signing.dumps({"by": request.user.pk, "rows": [row.packed() for row in good]}, salt=SALT, compress=True)
    context = {
        "rows": sorted(looked, key=lambda one: (one.row is not None, one.line)), "good": len(good), "refused": len(looked) - len(good),
        "signed": signed if len(good) == len(looked) else "", "file_name": file_name,
    }  # fmt: skip
    return render(request, "settlement/checks/preview.html", context)


def _keep(request: HttpRequest) -> HttpResponse:
    try:
        kept = signing.loads(request.POST["rows"], salt=SALT, max_age=3600)
    except signing.BadSignature:
        kept = {}
    if kept.get("by") != request.user.pk:
        messages.error(request, "预览已过期，请重新选择文件。")
        return redirect("statements:check-import")
    try:
        made = import_paid_bills(by=request.user, rows=[PaidRow.unpacked(row) for row in kept["rows"]])
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("statements:check-import")
    found = CheckFinding.objects.visible_to(request.user).filter(bill__in=made).aggregate(
        under=Count("pk", filter=Q(finding=Finding.UNDER)), over=Count("pk", filter=Q(finding=Finding.OVER))
    )  # fmt: skip
    messages.success(request, f"已导入 {len(made)} 张账单并核对：少付 {found['under']} 笔，多付 {found['over']} 笔。")
    return redirect("statements:checks")


def _bill(request: HttpRequest, pk: int) -> PaidBill:
    request.nav_name = "statements:checks"
    scoped = PaidBill.objects.visible_to(request.user).select_related("person", "hospital", "disease", "county__parent", "imported_by")
    return get_object_or_404(scoped, pk=pk)


def bill(request: HttpRequest, pk: int) -> HttpResponse:
    """One bill: what was paid by layer, what the check found."""
    one = _bill(request, pk)
    findings = {found.layer: found for found in one.findings.everywhere("the bill is scoped itself")}
    policies = policies_of(one.county)
    titles = {layer.name: layer.title for layer in layers_of(policies)}
    layers = [name for name in titles if name in one.paid or name in findings]
    rows = [{"title": titles[name], "paid": to_yuan(one.paid.get(name, 0)), "finding": findings.get(name)} for name in layers]
    note_reading(request, one.person, "已付账单")
    context = {
        "one": one, "rows": rows, "unknown": findings.get(""), "may_check": request.user.role in CHECKERS, "marks": MARKS,
        "sample": any(map(assumed_figures, policies)),
    }  # fmt: skip
    return render(request, "settlement/checks/bill.html", context)


def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """A bill imported by mistake is taken out, with the reason."""
    one = _bill(request, pk)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            remove_paid_bill(by=request.user, bill=one, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已删除账单 {one.bill_no}，并重新核对了{one.person.name}。")
            return redirect("statements:checks")
    return render(request, "settlement/checks/remove.html", {"one": one, "form": form}, status=422 if form.errors else 200)


def workbook(request: HttpRequest) -> HttpResponse:
    """All findings, as Excel."""
    staff = request.user
    findings = list(findings_of(staff))
    content = check_workbook(findings, unit=staff.unit_on(clock.today()), day=clock.today())
    record("exported", by=staff, county=staff.area.county, detail={"what": "应享待遇核对", "rows": len(findings)})
    return as_file(content, f"{staff.area.name}应享待遇核对结果.xlsx")
