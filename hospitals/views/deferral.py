"""先诊疗后付费 of a stay: the panel on a person's page, the page of one stay, what was shown and signed, the 协议书, the city's rule."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from hospitals import deferring
from hospitals.deferral_forms import DeferralForm, RuleForm
from hospitals.deferral_rule import KIND, Asked, Terms, keep_terms
from hospitals.models import Deferral, Deposit, Document, Hospital, Repaid, Repayment, Stay
from hospitals.owing import with_lateness, with_repaid
from hospitals.self_pay import settled_self_pay
from ledger import clock
from ledger.actions.trail import record
from ledger.data_change_list import last_changes
from ledger.forms import LedgerForm, posted
from ledger.models import Person, Role
from ledger.models.division import UnitKind, UnitName
from ledger.money import to_fen
from ledger.views.acting import acted
from ledger.views.reading import note_form, note_reading

BUREAU = (Role.CLERK, Role.LEAD)


def find_stay(request: HttpRequest, pk: int) -> Stay:
    """A stay in sight, with what its pages show of the person and the case."""
    request.nav_name = "ledger:case-list"
    related = (
        "hospital",
        "case__person__county__parent",
        "case__person__township",
        "case__person__village",
        "case__disease",
        "case__county",
    )
    return get_object_or_404(Stay.objects.visible_to(request.user).select_related(*related), pk=pk)


def answer(
    request: HttpRequest, *, page: str, name: str, stay: Stay, form: LedgerForm, act: Callable[[dict], str],
    leads_to: Callable[[LedgerForm], str] = lambda form: "hospitals:deferral", **context,
) -> HttpResponse:  # fmt: skip
    """Show the form; on a good answer act once, say what was done and go back to the stay's page, or where it leads."""
    if acted(request, form, act):
        return redirect(leads_to(form), stay.pk)
    note_form(request, stay.case.person, name)
    return render(request, page, {"form": form, "stay": stay, "case": stay.case, **context}, status=422 if form.errors else 200)


def panel(request: HttpRequest, person_pk: int) -> HttpResponse:
    """Every stay of a person that comes under 先诊疗后付费, or on which something of it was recorded."""
    person = get_object_or_404(Person.objects.visible_to(request.user).select_related("county__parent"), pk=person_pk)
    stays = list(
        Stay.objects.visible_to(request.user).filter(case__person=person).select_related("hospital", "case__disease", "case__person")
    )
    request.nav_name = "ledger:case-list"
    if not request.htmx:  # The panel belongs to a page that is on the trail already.
        note_reading(request, person, "先诊疗后付费")
    asked = Asked(person)
    told = {row.stay_id: row for row in Deferral.objects.visible_to(request.user).filter(stay__in=stays)}
    owed = {row.stay_id: row for row in with_repaid(Repayment.objects.visible_to(request.user).filter(stay__in=stays))}
    taken: dict[int, list[Deposit]] = {}
    for row in Deposit.objects.visible_to(request.user).standing().filter(stay__in=stays):
        taken.setdefault(row.stay_id, []).append(row)
    rows = [
        {"stay": stay, "found": found, "deferral": told.get(stay.pk), "deposits": taken.get(stay.pk, []), "owed": owed.get(stay.pk)}
        for stay in stays
        if (found := asked.about(stay)).eligible or stay.pk in told or stay.pk in taken
    ]
    template = "hospitals/_deferrals.html" if request.htmx else "hospitals/deferrals.html"
    return render(
        request, template, {"person": person, "rows": rows, "why_not": "" if rows or not stays else asked.about(stays[0]).why_not}
    )


def stay_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything of one stay: eligible or why not, the agreement, deposits, what is owed and what came back; the next step is the button."""
    stay = find_stay(request, pk)
    note_reading(request, stay.case.person, "先诊疗后付费")
    deferral = Deferral.objects.visible_to(request.user).filter(stay=stay).select_related("recorded_by").first()
    deposits = list(Deposit.objects.visible_to(request.user).filter(stay=stay).select_related("verified_by", "recorded_by"))
    rows = with_repaid(Repayment.objects.visible_to(request.user).filter(stay=stay))
    owed = with_lateness(rows, clock.today()).first()
    settled, bureau = settled_self_pay(stay) if owed else None, request.user.role in BUREAU
    context = {
        "stay": stay, "case": stay.case, "found": Asked(stay.case.person).about(stay), "deferral": deferral,
        "shown": [label for code, label in Document.choices if deferral and code in deferral.documents],
        "deposits": deposits, "owed": owed, "instalments": _instalments(owed) if owed else [],
        "repaid": Repaid.objects.visible_to(request.user).filter(repayment=owed).select_related("recorded_by") if owed else [],
        "differs": settled if settled is not None and settled != to_fen(owed.self_pay_yuan) else None,
        "stale": bool(owed and owed.signed_on and owed.instalments.last().upto_yuan != owed.owed_yuan),
        "bureau": bureau, "refund": None if bureau else next((row for row in deposits if not row.withdrawn_on and not row.told_over), None),
        "verify": next((row for row in deposits if row.waits_for_the_county), None) if bureau else None,
    }  # fmt: skip
    return render(request, "hospitals/deferral.html", context)


def _instalments(owed: Repayment) -> list[dict]:
    """Each part with how it stands: repaid, late, or still ahead."""
    today = clock.today()
    rows = []
    for part in owed.instalments.all():
        paid = part.upto_yuan <= owed.repaid_yuan
        words, mark = ("已还", "ok st-done") if paid else ("逾期", "bad st-stop") if part.due_on < today else ("未到期", "idle")
        rows.append({"part": part, "words": words, "mark": mark})
    return rows


def deferral_record(request: HttpRequest, pk: int) -> HttpResponse:
    """What was shown and signed; a stay that does not come under it says why instead."""
    stay = find_stay(request, pk)
    known = Deferral.objects.visible_to(request.user).filter(stay=stay).first()
    names = ("documents", "copies_kept", "originals_returned", "signed_on", "signed_by")
    initial = {name: getattr(known, name) for name in names} if known else {}  # That somebody signed is said, never assumed.
    taken = Deposit.objects.visible_to(request.user).standing().filter(stay=stay).exists()
    initial["deposit"] = "taken" if taken else "none"

    def act(data: dict) -> str:
        taken = data.pop("deposit") == "taken"
        row = deferring.record_deferral(by=request.user, stay=stay, **data)
        if taken:
            return "已登记证件和协议书。收了押金的，请再登记违规押金。"
        return "已登记先诊疗后付费，免收住院押金。" if row.signed_on else "已登记证件。请打印协议书，签字后补记签订日期。"

    return answer(
        request, page="hospitals/deferral_record.html", name="先诊疗后付费", stay=stay, act=act, known=known,
        form=DeferralForm(posted(request), initial=initial, again=bool(known and known.signed_on)), found=Asked(stay.case.person).about(stay),
        leads_to=lambda form: "hospitals:deposit-new" if form.cleaned_data.get("deposit") == "taken" and not taken else "hospitals:deferral",
    )  # fmt: skip


def agreement_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """《“先诊疗、后付费”住院费用结算协议书》 on one sheet of A4. Opening it is on the trail as printed."""
    stay = find_stay(request, pk)
    person, found = stay.case.person, Asked(stay.case.person).about(stay)
    deferral = Deferral.objects.visible_to(request.user).filter(stay=stay).first()
    if deferral is None and not found.eligible:
        messages.error(request, found.why_not)
        return redirect("hospitals:deferral", stay.pk)
    record("printed", by=request.user, subject=person, county=person.county, detail={"what": "先诊疗后付费协议书"})
    context = {
        "stay": stay, "case": stay.case, "person": person, "deferral": deferral, "found": found, "today": clock.today(),
        "shown": [(label, bool(deferral and code in deferral.documents)) for code, label in Document.choices],
        "document": Asked(person).terms(found.county).document, "office": UnitName.on(found.county, UnitKind.HEALTH, clock.today()),
    }  # fmt: skip
    return render(request, "hospitals/deferral_paper.html", context)


def rule(request: HttpRequest) -> HttpResponse:
    """The prefecture's rule: read by whoever goes by it, changed by the city."""
    prefecture = request.user.area.prefecture
    terms, keeps = Terms.of(prefecture), request.user.role == Role.CITY
    initial = {
        "categories": [str(value) for value in sorted(terms.categories)], "own_county": "yes" if terms.own_county else "no",
        "pilots": sorted(terms.pilots),
    }  # fmt: skip
    if request.method == "POST" and not keeps:
        raise Http404
    form = RuleForm(posted(request), initial=initial, prefecture=prefecture) if keeps else None

    def act(data: dict) -> str:
        keep_terms(by=request.user, **form.said())
        return "先诊疗后付费的规则已保存，对以后登记的住院有效。"

    if form is not None and acted(request, form, act):
        return redirect("hospitals:deferral-rule")
    pilots = list(Hospital.objects.filter(code__in=terms.pilots).order_by("code").values_list("name", flat=True))
    context = {"form": form, "terms": terms, "pilots": pilots, "keeps": keeps, **last_changes(request.user, KIND)}
    return render(request, "hospitals/deferral_rule.html", context, status=422 if form is not None and form.errors else 200)
