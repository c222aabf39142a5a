"""Proofs on a person's page: the list, bringing papers, opening one, withdrawing one."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header

from ledger.actions import proofs as actions
from ledger.actions.refusals import Refused
from ledger.forms import LedgerForm, PlainField, posted
from ledger.models import Case, Person, Proof, ProofKind, Role
from ledger.papers.reading import ENDINGS, PaperLimits
from ledger.upload_memory import DroppedFile
from ledger.views.people import find_person
from ledger.views.reading import note_form, note_reading

USUAL_KIND = {Role.LIAISON: ProofKind.DIAGNOSIS, Role.CIVIL: ProofKind.DIBAO, Role.POVERTY: ProofKind.POVERTY}
MEGABYTES = PaperLimits.size // (1024 * 1024)
# Nothing is loaded and nothing runs; the styles are those of the browser's own page around a picture. A picture stands in a box
# of its own beside; a browser's PDF reader does not start inside such a box.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
POLICIES = {"application/pdf": f"{POLICY}; object-src 'self'", "image/jpeg": f"sandbox; {POLICY}", "image/png": f"sandbox; {POLICY}"}


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class PapersField(forms.FileField):
    """Several files chosen at once; cleans to their names and contents."""

    widget = SeveralFiles(attrs={"accept": ".pdf,.jpg,.jpeg,.png", "multiple": True})

    def clean(self, data, initial=None):
        uploads = [upload for upload in data if upload] if isinstance(data, (list, tuple)) else [data]
        for upload in uploads if len(uploads) > 1 else []:
            if upload.size == 0:
                raise forms.ValidationError(f"“{actions.tidy_name(upload.name)}”是空的，请重新选择。")
        uploads = [super(PapersField, self).clean(upload, initial) for upload in uploads or [None]]
        for upload in uploads:
            if upload.size > PaperLimits.size or isinstance(upload, DroppedFile):
                raise forms.ValidationError(
                    f"“{actions.tidy_name(upload.name)}”超过 {MEGABYTES} MB。请把照片缩小，或分几个文件扫描后再上传。"
                )
        return [actions.Brought(upload.name, upload.read()) for upload in uploads]


class ProofForm(LedgerForm):
    """What the papers prove, of whom, and the papers."""

    kind = forms.ChoiceField(label="种类", choices=[("", "请选择"), *ProofKind.choices])
    case = forms.ModelChoiceField(label="归到", queryset=Case.objects.none(), required=False, empty_label="患者本人（不分病种）")
    files = PapersField(label="文件", error_messages={"required": "请选择文件。", "empty": "文件是空的，请重新选择。"})

    def __init__(self, *args, staff, person: Person, **kwargs):
        super().__init__(*args, **kwargs)
        case = self.fields["case"]
        case.queryset = Case.objects.visible_to(staff).filter(person=person).select_related("disease", "person").order_by("pk")
        case.label_from_instance = lambda one: str(one.disease)
        case.hide_optional = True
        self.fields["files"].error_messages["required"] = "请选择文件。"
        self.initial.setdefault("kind", USUAL_KIND.get(staff.role, ""))
        if staff.role == Role.LIAISON:
            case.required, case.empty_label = True, "请选择"
            self.initial.setdefault("case", case.queryset.first())


def proofs(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel of proofs on a person's page; a page of its own where no script fetched it."""
    person = find_person(request, pk)
    rows = list(
        Proof.objects.visible_to(request.user).filter(person=person).listed().select_related("case__disease", "added_by", "withdrawn_by")
    )
    if not request.htmx:  # The panel belongs to a page that is on the trail already.
        note_reading(request, person, "证明材料")
    drawn = [
        {"proof": row, "may_open": actions.may_open(request.user, row), "may_withdraw": actions.may_withdraw(request.user, row)}
        for row in rows
    ]
    template = "ledger/_proofs.html" if request.htmx else "ledger/proofs.html"
    return render(request, template, {"person": person, "proofs": drawn, "standing": sum(row.withdrawn_at is None for row in rows)})


def proof_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring papers: one kind, for the person or one case, several files at once."""
    person = find_person(request, pk)
    files = request.FILES if request.method == "POST" else None
    initial = {"case": request.GET.get("case", "")} if request.GET.get("case", "").isdecimal() else {}
    form = ProofForm(posted(request), files, staff=request.user, person=person, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.add_proofs(by=request.user, person=person, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已保存{kept[0].get_kind_display()} {len(kept)} 份。")
            return redirect("ledger:person", pk)
    note_form(request, person, "证明材料")
    context = {"form": form, "person": person, "megabytes": MEGABYTES, "pages": PaperLimits.pages, "at_once": actions.AT_ONCE}
    return render(request, "ledger/proof_add.html", context, status=422 if form.errors else 200)


def find_proof(request: HttpRequest, pk: int, number: int) -> Proof:
    """The paper by its person and its number among theirs; 404 where the person, its case or the paper is out of sight."""
    person = find_person(request, pk)
    scoped = Proof.objects.visible_to(request.user).filter(person=person).defer("content").select_related("person", "case__disease")
    return get_object_or_404(scoped, number=number)


def proof(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The paper itself, for the reader's eyes only: nothing keeps it, nothing in it may act."""
    found = find_proof(request, pk, number)
    try:
        content = actions.open_proof(by=request.user, proof=found)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("ledger:person", pk)
    except actions.Damaged:
        text = "这份材料和上传时不一样了，不能打开。请作废这一份，用原件重新上传。"
        return render(request, "components/notice_page.html", {"title": "材料打不开", "text": text}, status=409)
    headers = {
        "Content-Disposition": content_disposition_header(False, f"证明材料{found.number}.{ENDINGS[found.media_type]}"),
        "Content-Security-Policy": POLICIES[found.media_type],
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store, private",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return HttpResponse(content, content_type=found.media_type, headers=headers)


class WithdrawForm(LedgerForm):
    """Why a paper no longer counts."""

    reason = PlainField(label="作废原因", max_length=120)


def proof_withdraw(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A paper is struck, with a reason; it is never thrown away."""
    found = find_proof(request, pk, number)
    if not actions.may_withdraw(request.user, found):
        words = "这份材料已经作废。" if found.withdrawn_at else "只能作废自己上传的材料；别人上传的，请告诉县卫健部门。"
        messages.error(request, words)
        return redirect("ledger:person", pk)
    form = WithdrawForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_proof(by=request.user, proof=found, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"第 {number} 份材料已作废。")
            return redirect("ledger:person", pk)
    note_form(request, found.person, "作废材料")
    context = {
        "form": form, "person": found.person, "title": "作废材料", "save": "作废材料", "danger": True, "layout": [("reason", "w8")],
        "lead": f"第 {number} 份，{found.get_kind_display()}，{found.file_name}。作废后仍保存备查，只有县卫健部门能打开，不能恢复；传错的请作废后重新上传。",
    }  # fmt: skip
    return render(request, "ledger/person_form.html", context, status=422 if form.errors else 200)
