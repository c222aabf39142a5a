"""Merging two records of one person: choosing the other record, laying both side by side, undoing."""

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger.actions import merging as actions
from ledger.actions.people import holder_of, similar_people
from ledger.actions.refusals import Refused, Stale
from ledger.forms import LedgerForm, PlainField, posted, whole_number
from ledger.merging.lines import all_lines
from ledger.merging.plan import blocks, in_order, plan_merge
from ledger.models import Case, Person
from ledger.views.people import FindForm, find_person
from ledger.views.reading import note_form

MOST = 10
ELSEWHERE = "已在其他县区登记。请先申请转入，转入本县后再合并。"
UNKNOWN = "没有登记过这个身份证号。请核对，或改用姓名查找。"
OWN = "这就是本份资料的身份证号。请填另一份资料的，或改用姓名查找。"
OUT_OF_REACH = "这个身份证号登记在您的管辖范围以外，不能在这里合并。"


class WhyForm(LedgerForm):
    """Why two records are one person's, or are not after all."""

    reason = PlainField(label="原因", max_length=120)


def _laid_out(people) -> list[Person]:
    """Candidates with what tells them apart."""
    cases = Case.objects.everywhere("the cases of people in sight").select_related("disease").order_by("disease__position")
    return list(people.select_related("township", "village").prefetch_related(Prefetch("cases", cases, to_attr="shown_cases")))


def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Which record is the other one: those that look alike, or found by name or by the whole ID number (by POST only)."""
    person = find_person(request, pk)
    form = FindForm(posted(request))
    if request.method == "POST" and form.is_valid():
        found = _by_number(request, person, form)
        if found:
            return redirect("ledger:merge", *(one.pk for one in in_order(person, found)))
    people = Person.objects.visible_to(request.user).exclude(pk=person.pk)
    query = PlainField(required=False, max_length=40).to_python(request.GET.get("q", ""))
    if query:
        named = Q(name__startswith=query) | Q(initials__startswith=query.lower())
        candidates = _laid_out(people.filter(named).order_by("name", "pk")[:MOST])
    else:
        alike = similar_people(
            by=request.user, name=person.name, born_on=person.born_on, insurance_number=person.insurance_number,
            phone=person.phone.reveal(), except_pk=person.pk,
        )  # fmt: skip
        candidates = _laid_out(people.filter(pk__in=[one.pk for one in alike]).order_by("pk"))
    note_form(request, person, "合并")
    context = {"person": person, "form": form, "q": query, "candidates": candidates, "most": MOST}
    return render(request, "ledger/merge_choose.html", context, status=422 if form.errors else 200)


def _by_number(request: HttpRequest, person: Person, form: FindForm) -> Person | None:
    try:
        holder = holder_of(form.cleaned_data["id_number"], by=request.user)
    except Refused as refused:
        form.refuse(refused)
        return None
    found = holder.person and Person.objects.visible_to(request.user).filter(pk=holder.person.pk).first()
    if found and found.pk != person.pk:
        return found
    form.add_error("id_number", OWN if found else ELSEWHERE if holder.elsewhere else OUT_OF_REACH if holder.person else UNKNOWN)
    return None


def merge(request: HttpRequest, pk: int, other_pk: int) -> HttpResponse:
    """Both records side by side; the address names the record that is kept first. Nothing is done before the button."""
    kept, gone = find_person(request, pk), find_person(request, other_pk)
    if kept.pk == gone.pk:
        messages.error(request, "两边是同一份资料，请选另一份。")
        return redirect("ledger:merge-choose", kept.pk)
    if "order" in request.GET and request.method == "GET":  # Chosen from a list: the better record is kept until somebody says otherwise.
        return redirect("ledger:merge", *(one.pk for one in in_order(kept, gone)))
    form, stale = WhyForm(posted(request)), None
    taken = {name.removeprefix("take-"): value for name, value in request.POST.items() if name.startswith("take-")}
    survivors = {whole_number(value) or 0 for name, value in request.POST.items() if name.startswith("case-")}
    if request.method == "POST" and form.is_valid():
        try:
            actions.merge_people(
                by=request.user, kept=kept, gone=gone, seen=request.POST.get("seen", ""), taken=taken, survivors=survivors,
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except Stale as conflict:
            stale = conflict
            kept, gone = find_person(request, pk), find_person(request, other_pk)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已合并为{kept.name}的一份资料。核对无误再办别的事；合错了，可以先撤销合并。")
            return redirect("ledger:person", kept.pk)
    for one in (kept, gone):
        note_form(request, one, "合并")
    plan = plan_merge(kept, gone, taken=taken, survivors=survivors)
    against = blocks(plan)
    context = {
        "plan": plan, "kept": kept, "gone": gone, "form": form, "stale": stale, "lines": all_lines(plan), "choices": [fold for fold in plan.folds if fold.free],
        "against": against, "other_way": against and not blocks(plan_merge(gone, kept)), "seen": request.POST.get("seen", "") if form.errors else actions.seen_now(kept, gone),
        "differing": sum(one.differs for one in plan.particulars),
    }  # fmt: skip
    return render(request, "ledger/merge.html", context, status=409 if stale else 422 if form.errors else 200)


def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The last merge of this record is undone as one, with a reason."""
    person = find_person(request, pk)
    last = actions.latest_merge(person)
    if last is None:
        messages.error(request, "这份资料没有可以撤销的合并。")
        return redirect("ledger:person", person.pk)
    form = WhyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.undo_merge(by=request.user, merge=last, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "合并已撤销，两份资料恢复原样。")
            return redirect("ledger:person", person.pk)
    note_form(request, person, "撤销合并")
    context = {"person": person, "merge": last, "form": form, "done": actions.built_since(last)}
    return render(request, "ledger/merge_undo.html", context, status=422 if form.errors else 200)
