"""F4 as Excel: a county's bureau with its hospitals, or all of a city; full numbers, so the download is on the trail."""

from django.http import HttpRequest, HttpResponse

from ledger import clock
from ledger.actions.trail import record
from reports.views.downloads import as_file
from reports.workbook.f4_sheet import f4_of


def f4_file(request: HttpRequest) -> HttpResponse:
    """The receipt of the reader's own area as it stands today."""
    area = request.user.area
    content = f4_of(area, clock.today())
    record("exported", by=request.user, subject=area, county=area.county, detail={"what": "专职联系人回执"})
    return as_file(content, f"{area.name}大病专项救治专职联系人回执.xlsx")
