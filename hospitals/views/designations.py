"""定点 by year, and the hospitals themselves: read by bureaus and city, kept by the city."""

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from hospitals import designating as actions
from hospitals.designating import DESIGNATION, HOSPITAL, check_copy, copy_of, patients_at
from hospitals.designation_forms import CopyForm, DesignationForm, EndForm, HospitalForm
from hospitals.models import Designation, Hospital
from hospitals.views.directory import areas_of, chosen
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.data_change_list import last_changes
from ledger.forms import asked, posted, whole_number
from ledger.kept_forms import LOOK_AGAIN, KeptForm
from ledger.models import Disease, Role, Staff


def _own(staff: Staff) -> QuerySet[Designation]:
    """The designations of the reader's area: a county's own and its prefecture's, the city's all."""
    return Designation.objects.filter(area__in=areas_of(staff)).select_related("hospital__county", "disease", "area__parent")


def _years(staff: Staff) -> list[int]:
    """The years there are designations for, and this year and the next, the latest first."""
    today = clock.today().year
    found = set(_own(staff).order_by().values_list("year", flat=True).distinct())
    return sorted(found | {today, today + 1}, reverse=True)


def designations(request: HttpRequest) -> HttpResponse:
    """A year's designations, narrowed by hospital or disease; the city adds beside the list."""
    staff, today, keeps = request.user, clock.today(), request.user.role == Role.CITY
    request.nav_name = "hospitals:list"
    if request.method == "POST" and not keeps:
        raise Http404
    years = _years(staff)
    year = whole_number(asked(request, "year"))
    year = year if year in years else today.year
    rows = _own(staff).filter(year=year)
    hospitals = list(Hospital.objects.filter(pk__in=rows.values("hospital")).order_by("code"))
    diseases = list(Disease.objects.filter(pk__in=rows.values("disease")).order_by("position"))
    hospital, disease = chosen(hospitals, asked(request, "hospital"), "code"), chosen(diseases, asked(request, "disease"), "code")
    form = _designation_form(request, year) if keeps else None
    if form and form.is_valid():
        try:
            number = actions.designate(by=staff, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已保存 {number} 项定点。")
            return redirect(f"{reverse('hospitals:designations')}?year={form.cleaned_data['year']}")
    if hospital:
        rows = rows.filter(hospital=hospital)
    if disease:
        rows = rows.filter(disease=disease)
    told = [(row, _standing(row)) for row in rows.order_by("hospital__code", "disease__position", "area__code")]
    context = {
        "rows": told, "years": years, "year": year, "hospitals": hospitals, "diseases": diseases, "hospital": hospital,
        "disease": disease, "form": form, "keeps": keeps, "next_year": today.year + 1, **last_changes(staff, DESIGNATION),
    }  # fmt: skip
    return render(request, "hospitals/designations.html", context, status=422 if form and form.errors else 200)


def _designation_form(request: HttpRequest, year: int) -> DesignationForm:
    prefecture = request.user.area
    every = Disease.objects.order_by("position")
    return DesignationForm(posted(request), prefecture=prefecture, diseases=every, initial={"year": year, "area": prefecture.pk})


def _standing(row: Designation) -> tuple[str, str]:
    """What to call it, and its mark."""
    today = clock.today()
    if row.ended_on and row.ended_on < today:
        return f"到 {row.ended_on}", "idle st-end"
    if not row.hospital.is_active:
        return "医院已停用", "idle st-end"
    if row.year > today.year:
        return "待生效", "go"
    if row.year < today.year:
        return "已过年度", "idle st-end"
    return (f"到 {row.ended_on}", "warn") if row.ended_on else ("现行", "ok st-done")


def designation_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day of a designation."""
    request.nav_name = "hospitals:list"
    row = get_object_or_404(_own(request.user), pk=pk)
    back = f"{reverse('hospitals:designations')}?year={row.year}"
    form = EndForm(posted(request), initial={"last_day": clock.today() if row.year == clock.today().year else None})
    if form.is_valid():
        try:
            actions.end_designation(by=request.user, designation=row, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{row.hospital.name}的{row.disease}定点到 {form.cleaned_data['last_day']} 为止。")
            return redirect(back)
    context = {
        "form": form, "title": "终止定点", "told": f"{row.hospital.name}，{row.disease}，服务{row.area.label}，{row.year} 年", "top": "定点",
        "back": back, "save": "终止定点", "section": "终止", "danger": True, "layout": [("last_day", "w2"), ("document", "w4")],
        "lead": "最后一天仍是定点，以后的患者不能再选这家医院；这一天以前入院的，在该院治完，结算仍按定点。"
        f"已安排、还没有入院的 {actions.arranged_under(row)} 人要由县里另选医院。",
    }  # fmt: skip
    return render(request, "ledger/kept_form.html", context, status=422 if form.errors else 200)


def designations_copy(request: HttpRequest) -> HttpResponse:
    """A year's designations for another: what goes along is shown first, then written in one act."""
    request.nav_name, today = "hospitals:list", clock.today()
    form = CopyForm(posted(request), initial={"from_year": today.year, "to_year": today.year + 1})
    found, again = None, False
    if form.is_valid():
        years = {name: form.cleaned_data[name] for name in ("from_year", "to_year")}
        try:
            if form.to_be_saved(request):
                number = actions.copy_year(by=request.user, document=form.cleaned_data["document"], **years)
                messages.success(request, f"已把 {number} 项定点抄到 {years['to_year']} 年。")
                return redirect(f"{reverse('hospitals:designations')}?year={years['to_year']}")
            check_copy(**years)
            found, again = copy_of(request.user.area, **years), "save" in request.POST
        except Refused as refused:
            form.refuse(refused)
    context = {"form": form, "found": found, "mark": form.mark() if found else "", "again": LOOK_AGAIN if again else ""}
    return render(request, "hospitals/designations_copy.html", context, status=422 if form.errors else 200)


def hospitals(request: HttpRequest) -> HttpResponse:
    """The hospitals of the prefecture with what they are designated for this year."""
    request.nav_name, staff = "hospitals:list", request.user
    prefecture, year = staff.area.prefecture, clock.today().year
    this_year = Count("designations__disease", filter=Q(designations__year=year, designations__area__in=areas_of(staff)), distinct=True)
    rows = Hospital.objects.annotate(diseases=this_year).select_related("county")
    own = set(Hospital.objects.kept_by(prefecture).values_list("pk", flat=True))
    seen = rows.filter(Q(pk__in=own) | Q(diseases__gt=0)).order_by("-is_active", "code")
    context = {
        "rows": [(row, row.pk in own) for row in seen], "keeps": staff.role == Role.CITY, "year": year, **last_changes(staff, HOSPITAL),
    }  # fmt: skip
    return render(request, "hospitals/kept.html", context)


def _hospital_page(request: HttpRequest, form: HospitalForm, hospital: Hospital | None) -> HttpResponse:
    context = {"form": form, "hospital": hospital, "seen": repr(actions.facts_of(hospital)) if hospital else ""}
    return render(request, "hospitals/hospital_form.html", context, status=422 if form.errors else 200)


def _typed(form: HospitalForm) -> actions.HospitalFacts:
    return actions.HospitalFacts(*(form.cleaned_data[name] for name in ("name", "short_name", "county", "phone")))


def hospital_new(request: HttpRequest) -> HttpResponse:
    """One more hospital."""
    request.nav_name = "hospitals:list"
    form = HospitalForm(posted(request), prefecture=request.user.area, new=True)
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.add_hospital(by=request.user, code=data["code"], facts=_typed(form), document=data["document"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已添加{made.name}。请再登记它的级别和定点。")
            return redirect("hospitals:kept")
    return _hospital_page(request, form, None)


def _hospital(request: HttpRequest, pk: int) -> Hospital:
    request.nav_name = "hospitals:list"
    return get_object_or_404(Hospital.objects.kept_by(request.user.area).select_related("county"), pk=pk)


def hospital_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name, county or telephone."""
    hospital = _hospital(request, pk)
    initial = {"name": hospital.name, "short_name": hospital.short_name, "county": hospital.county_id, "phone": hospital.phone}
    form = HospitalForm(posted(request), prefecture=request.user.area, new=False, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        try:
            facts, seen = _typed(form), data["seen"]
            saved = actions.change_hospital(by=request.user, hospital=hospital, seen=seen, facts=facts, document=data["document"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已保存{saved.name}。")
            return redirect("hospitals:kept")
    return _hospital_page(request, form, hospital)


def hospital_close(request: HttpRequest, pk: int) -> HttpResponse:
    """停用, or taken into use again; how many patients are being treated there is said first."""
    hospital, back = _hospital(request, pk), reverse("hospitals:kept")
    form = KeptForm(posted(request))
    closing = hospital.is_active
    staying, planned = patients_at(hospital)
    if form.is_valid():
        try:
            (actions.close_hospital if closing else actions.reopen_hospital)(by=request.user, hospital=hospital, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            said = (
                f"已停用{hospital.name}，正在治疗的 {staying} 人在该院治完。" if closing else f"已恢复{hospital.name}，请再登记它的定点。"
            )
            messages.success(request, said)
            return redirect(back)
    verb = "停用" if closing else "恢复"
    lead = (
        f"正在治疗的 {staying} 人保留，在该院治完、出院、结算；已安排、还没有入院的 {planned} 人要另选医院。"
        "从现在起不再接收新的患者，今年的定点到今天为止，以后年度的定点删除。"
    )
    context = {
        "form": form, "title": f"{verb}{hospital.name}", "told": f"代码 {hospital.code}", "top": "医院", "back": back, "save": f"{verb}医院",
        "section": "依据", "danger": closing, "layout": [("document", "w4")],
        "lead": lead if closing else "恢复后可以再接收患者；停用时终止的定点不会自动恢复，请另行登记。",
    }  # fmt: skip
    return render(request, "ledger/kept_form.html", context, status=422 if form.errors else 200)
