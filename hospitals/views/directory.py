"""The designated hospitals: a page for anyone without login, as the document asks, and the list inside."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hospitals.directory import areas_of, designations_on, diseases_in, entries
from ledger import clock
from ledger.models import Division, Role
from ledger.models.division import Level


def chosen(rows: list, value: str, attribute: str = "pk"):
    """The row a filter names; None for no filter and for a value that is none of them."""
    return next((row for row in rows if str(getattr(row, attribute)) == value), None)


def public(request: HttpRequest) -> HttpResponse:
    """By disease and county, with telephone numbers; no login."""
    year = clock.today().year
    designations = designations_on(clock.today())
    diseases = diseases_in(designations)
    counties = list(Division.objects.filter(level=Level.COUNTY, parent__level=Level.PREFECTURE).in_use().order_by("code"))
    disease = chosen(diseases, request.GET.get("disease", ""), "code")
    county = chosen(counties, request.GET.get("county", ""), "code")
    context = {
        "year": year, "today": clock.today(), "diseases": diseases, "counties": counties, "disease": disease, "county": county,
        "entries": entries(designations, disease=disease, county=county),
    }  # fmt: skip
    return render(request, "hospitals/public.html", context)


def inside(request: HttpRequest) -> HttpResponse:
    """The same list within the area, with the hospital's code and the document."""
    staff, year = request.user, clock.today().year
    designations = designations_on(clock.today()).filter(area__in=areas_of(staff))
    diseases = diseases_in(designations)
    counties = [] if staff.area.county else list(Division.objects.counties_of(staff.area.prefecture))
    disease = chosen(diseases, request.GET.get("disease", ""), "code")
    county = chosen(counties, request.GET.get("county", ""), "code")
    context = {
        "year": year, "diseases": diseases, "counties": counties, "disease": disease, "county": county, "area": staff.area.county,
        "keeps": staff.role in {Role.CITY, Role.CLERK, Role.LEAD},
        "entries": entries(designations, disease=disease, county=county),
    }  # fmt: skip
    return render(request, "hospitals/list.html", context)
