"""What the stories of a return's life share: short words for its acts, and what was told of them."""

from ledger.models import AuditEvent
from reports.actions import accept, check, lock, rebuild_drafts, submit
from reports.models import Due, ReturnEvent, Submission
from tests.handing_in import NIL, hand_in
from tests.reports.conftest import day

SEPTEMBER, OCTOBER = day("09-01"), day("10-01")
BOTH = ["F1", "F2"]


def due_of(cast, form: str = "F1", period=OCTOBER, county=None) -> Due:
    return Due.objects.everywhere("a test").get(county=county or cast.county, form=form, period=period)


def revisions(cast, form: str = "F1", period=OCTOBER) -> list[Submission]:
    """Oldest first."""
    return list(Submission.objects.everywhere("a test").filter(due=due_of(cast, form, period)).order_by("revision"))


def events(cast, form: str = "F1", period=OCTOBER) -> list[tuple]:
    """What happened, before, after, by whom: in order."""
    rows = ReturnEvent.objects.everywhere("a test").filter(due=due_of(cast, form, period)).select_related("by").order_by("pk")
    return [(row.what, row.before, row.after, row.by.full_name if row.by else "") for row in rows]


def reasons(cast, form: str = "F1", period=OCTOBER, *, what: str) -> list[str]:
    rows = ReturnEvent.objects.everywhere("a test").filter(due=due_of(cast, form, period), what=what)
    return list(rows.order_by("pk").values_list("reason", flat=True))


def trail(*actions: str) -> list[tuple]:
    rows = AuditEvent.objects.filter(action__in=actions).order_by("id")
    return [(row.action, row.username, row.county_code, row.detail.get("form"), row.detail.get("period")) for row in rows]


def drafted(cast, forms=BOTH, *, by=None, period=OCTOBER) -> list[Submission]:
    return [one for one in rebuild_drafts(cast.county, period, by or cast.clerk) if one.due.form in forms]


def checked(cast, forms=BOTH, *, by=None, period=OCTOBER, **told) -> list[Submission]:
    told.setdefault("nil_reasons", dict.fromkeys(forms, NIL))
    return check(by=by or cast.clerk, county=cast.county, period=period, forms=forms, **told)


def submitted(cast, forms=BOTH, *, by=None, period=OCTOBER, **told) -> list[Submission]:
    return submit(by=by or cast.lead, county=cast.county, period=period, forms=forms, **told)


def handed_in(cast, form: str = "F1", period=OCTOBER) -> Submission:
    (sent,) = hand_in(cast.county, period, [form])
    return sent


def locked(cast, form: str = "F1", period=OCTOBER) -> Submission:
    return lock(by=cast.city, submission=accept(by=cast.city, submission=handed_in(cast, form, period)))
