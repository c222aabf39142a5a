"""The demo's returns: the city's rule, what was handed in for August and September, and who is early in October."""

import datetime
from decimal import Decimal

from config.demo.calendar import ZONE
from config.demo.places import Places
from ledger.models import AuditEvent, Division, Role, Staff
from reports.actions import AlreadySubmitted, make_dues, rebuild_drafts, submit
from reports.forms.f6 import f6_payload
from reports.forms.payload import build, canonical, figures, rows_hash
from reports.models import MONTHLY, Due, DueRule, Form, QualityGoal, Submission
from reports.submission_moves import SUBMITTED

DOCUMENT = "柳卫医〔2017〕40号 二（五）"
DEFERRAL_DOCUMENT = "示范规则，格式照渝卫发〔2019〕30号附件"
AUGUST, SEPTEMBER, OCTOBER = (datetime.date(2017, month, 1) for month in (8, 9, 10))
QUALITY_DOCUMENT, QUALITY_SINCE = "柳卫医〔2017〕40号 二（四）2", datetime.date(2017, 7, 28)
MISSING = None
# Days after the 23rd, for F6 after the month's last day; whoever is not named handed in on time, whoever has MISSING never did.
LATE: dict[tuple[str, datetime.date, str], int | None] = {
    ("450206", AUGUST, Form.F2): 2,
    ("450225", AUGUST, Form.F1): 3,
    ("450225", AUGUST, Form.F2): 3,
    ("450226", AUGUST, Form.F1): MISSING,
    ("450226", AUGUST, Form.F2): MISSING,
    ("450204", SEPTEMBER, Form.F1): 1,
    ("450225", SEPTEMBER, Form.F2): MISSING,
    ("450226", SEPTEMBER, Form.F1): 1,
    ("450226", SEPTEMBER, Form.F2): 1,
    ("450204", SEPTEMBER, Form.F6): MISSING,
    ("450226", SEPTEMBER, Form.F6): 9,
}
EARLY = {"450202": (Form.F1, Form.F2), "450203": (Form.F1, Form.F2), "450205": (Form.F1,)}


def make_returns(places: Places) -> list[AuditEvent]:
    """The rule, the dues of 2017, and the frozen returns of August and September as the ledger stood at each cut-off.

    Answers the trail rows of handing in, not yet written.
    """
    DueRule.objects.bulk_create(DueRule(prefecture=places.city, form=form, first_period=AUGUST, document=DOCUMENT) for form in MONTHLY)
    QualityGoal.objects.create(prefecture=places.city, since=QUALITY_SINCE, catalogue_share=Decimal("0.95"), document=QUALITY_DOCUMENT)
    DueRule.objects.create(prefecture=places.city, form=Form.F6, day=1, months_after=1, first_period=SEPTEMBER, document=DEFERRAL_DOCUMENT)
    make_dues(places.city, 2017)
    leads = {staff.area_id: staff for staff in Staff.objects.filter(role=Role.LEAD).order_by("-username")}
    trail = []
    for period in (AUGUST, SEPTEMBER):
        for number, county in enumerate(places.counties.values()):
            trail += _hand_in(county, period, leads[county.pk], datetime.time(9 + number // 2, 7 * number % 60, tzinfo=ZONE))
    for number, county in enumerate(places.counties.values()):
        trail += _hand_in_f6(county, leads[county.pk], datetime.time(9 + number // 2, 11 * number % 60, tzinfo=ZONE))
    return trail


def _hand_in_f6(county: Division, lead: Staff, hour: datetime.time) -> list[AuditEvent]:
    """September's stays without deposit, on the 1st of October or later."""
    due = Due.objects.everywhere("the demo's past").get(county=county, period=SEPTEMBER, form=Form.F6)
    after = LATE.get((county.code, SEPTEMBER, Form.F6), 1)
    if after is MISSING:
        return []
    at = datetime.datetime.combine(due.cut_off_on + datetime.timedelta(days=after), hour)
    return [_submitted(due, f6_payload(county, due.covers_from, due.period, due.cut_off_on), lead, at)]


def _hand_in(county: Division, period: datetime.date, lead: Staff, hour: datetime.time) -> list[AuditEvent]:
    dues = Due.objects.everywhere("the demo's past").filter(county=county, period=period, form__in=MONTHLY).order_by("form")
    due_of = {due.form: due for due in dues if LATE.get((county.code, period, due.form), 0) is not MISSING}
    if not due_of:
        return []
    trail, payloads = [], build(county, period, period.replace(day=23))
    for form, due in due_of.items():
        day = due.cut_off_on + datetime.timedelta(days=LATE.get((county.code, period, form), 0))
        trail.append(_submitted(due, payloads[form], lead, datetime.datetime.combine(day, hour)))
    return trail


def _submitted(due: Due, payload: dict, lead: Staff, at: datetime.datetime) -> AuditEvent:
    """The frozen return; answers its trail row, not yet written."""
    kept = Submission.objects.create(
        due=due, state=SUBMITTED, cut_off_on=due.cut_off_on, built_at=at, payload=canonical(payload),
        figures=figures(payload), rows_hash=rows_hash(payload), submitted_at=at, submitted_by=lead,
    )  # fmt: skip
    told = {"form": due.form, "period": payload["period"], "revision": kept.revision, "hash": kept.rows_hash}
    return AuditEvent(
        at=at, staff=lead, username=lead.username, role=lead.role, action="submitted", subject_type="submission",
        subject_id=kept.pk, county_code=due.county.code, detail=told,
    )  # fmt: skip


def submit_early_counties() -> None:
    """Hand in October for the counties that are ahead of the others, bringing their drafts up first. Run again it changes nothing."""
    for code, forms in EARLY.items():
        county = Division.objects.get(code=code)
        lead = Staff.objects.filter(role=Role.LEAD, area=county).order_by("username").first()
        rebuild_drafts(county, OCTOBER)
        for form in forms:
            try:
                submit(lead, county, OCTOBER, [form])
            except AlreadySubmitted:
                continue
