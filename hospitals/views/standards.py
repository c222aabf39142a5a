"""救治标准: the documents and pathways of each disease, read by everybody of the programme, kept by the city."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from hospitals import standards as actions
from hospitals.models import Standard, StandardKind
from hospitals.standard_forms import MEGABYTES, EndForm, StandardForm
from hospitals.views.directory import chosen
from ledger import clock
from ledger.data_change_list import last_changes
from ledger.forms import asked, posted
from ledger.kept_forms import KeptForm
from ledger.models import Disease, Role, Staff
from ledger.views.acting import acted
from ledger.views.proofs import POLICIES

LIST = "hospitals:standards"


def _own(staff: Staff) -> QuerySet[Standard]:
    return Standard.objects.filter(prefecture=staff.area.prefecture).listed()


def _find(request: HttpRequest, pk: int) -> Standard:
    request.nav_name = LIST
    return get_object_or_404(_own(request.user), pk=pk)


def standards(request: HttpRequest) -> HttpResponse:
    """By disease in the list's order; a disease's own with ``?disease=``, those that no longer hold with ``?ended=1``."""
    staff, today = request.user, clock.today()
    rows = _own(staff).prefetch_related("diseases")
    ended = asked(request, "ended") == "1"
    every = list(rows.order_by("kind", "issued_on", "number", "pk"))
    shown = every if ended else [one for one in every if one.ended_on is None or one.ended_on >= today]
    diseases = sorted({disease for one in shown for disease in one.diseases.all()}, key=lambda one: one.position)
    code = asked(request, "disease")
    disease = chosen(diseases, code, "code") or (Disease.objects.filter(code=code).first() if code else None)
    groups = [(one, [row for row in shown if one in row.diseases.all()]) for one in ([disease] if disease else diseases)]
    context = {
        "groups": [(one, held) for one, held in groups if held], "diseases": diseases, "disease": disease, "ended": ended, "today": today,
        "number": len(shown), "gone": len(every) - len(shown), "keeps": staff.role == Role.CITY, **last_changes(staff, actions.KIND),
    }  # fmt: skip
    return render(request, "hospitals/standards.html", context)


def _page(request: HttpRequest, form: StandardForm, standard: Standard | None) -> HttpResponse:
    seen = repr(actions.facts_of(standard)) if standard else ""
    if form.is_bound and standard:
        seen = form.data.get("seen", "")
    context = {"form": form, "standard": standard, "seen": seen, "megabytes": MEGABYTES, "pages": actions.LIMITS.pages}
    return render(request, "hospitals/standard_form.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, **kwargs) -> StandardForm:
    files = request.FILES if request.method == "POST" else None
    return StandardForm(posted(request), files, diseases=Disease.objects.order_by("position"), **kwargs)


def standard_new(request: HttpRequest) -> HttpResponse:
    """One more document or pathway."""
    request.nav_name = LIST
    disease = Disease.objects.filter(code=asked(request, "disease")).first()
    form = _form(request, initial={"kind": StandardKind.DOCUMENT, "diseases": [disease] if disease else []})

    def act(data: dict) -> str:
        made = actions.add_standard(by=request.user, facts=form.facts(), file=data["file"])
        return f"已添加{made}。"

    if acted(request, form, act):
        return redirect(LIST)
    return _page(request, form, None)


def standard_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other words, diseases or another file."""
    standard = _find(request, pk)
    stands = actions.facts_of(standard)
    form = _form(request, initial=vars(stands) | {"diseases": list(stands.diseases)})

    def act(data: dict) -> str:
        saved = actions.change_standard(by=request.user, standard=standard, seen=data["seen"], facts=form.facts(), file=data["file"])
        return f"已保存{saved}。"

    if acted(request, form, act):
        return redirect(LIST)
    return _page(request, form, standard)


def standard_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day of a document, or one that had ended taken up again."""
    standard = _find(request, pk)
    ending = standard.ended_on is None
    form = EndForm(posted(request), initial={"last_day": clock.today()}) if ending else KeptForm(posted(request))

    def act(data: dict) -> str:
        end_or_resume = actions.end_standard if ending else actions.resume_standard
        end_or_resume(by=request.user, standard=standard, **data)
        return f"{standard}已定停用日期。" if ending else f"已恢复{standard}。"

    if acted(request, form, act):
        return redirect(LIST)
    verb = "停用" if ending else "恢复"
    lead = "最后一天以后不再列出，也不能再选；以前的方案和住院记录里仍写着它。" if ending else "恢复后重新列出，可以再选。"
    context = {
        "form": form, "title": f"{verb}救治标准", "told": str(standard), "top": "救治标准", "back": reverse(LIST), "save": f"{verb}这份文件",
        "section": verb, "danger": ending, "layout": [*([("last_day", "w2")] if ending else []), ("document", "w4")], "lead": lead,
    }  # fmt: skip
    return render(request, "ledger/kept_form.html", context, status=422 if form.errors else 200)


def standard_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The document itself, as a reader of it sees it: nothing in it may act."""
    standard = _find(request, pk)
    if not standard.sha256:
        raise Http404
    try:
        name, content = actions.file_of(standard)
    except actions.Damaged:
        text = "这份文件和上传时不一样了，不能打开。请市级重新上传。"
        return render(request, "components/notice_page.html", {"title": "文件打不开", "text": text}, status=409)
    headers = {
        "Content-Disposition": content_disposition_header("download" in request.GET, name),
        "Content-Security-Policy": POLICIES[standard.media_type],
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store, private",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return HttpResponse(content, content_type=standard.media_type, headers=headers)
