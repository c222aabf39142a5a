"""Returns of a county as they would have come to stand: one sent back with a remark, one locked, and what was asked for."""

import datetime

from ledger import clock
from ledger.models import Staff
from reports.forms.payload import canonical, rows_hash
from reports.models import CellRemark, Due, Extension, OnePersonCounty, Submission, Unlock

JULY, JUNE = datetime.date(2017, 7, 1), datetime.date(2017, 6, 1)


def kept_due(county, month: datetime.date, form: str = "F2") -> Due:
    day = month.replace(day=23)
    facts = {"covers_from": month, "period": month, "cut_off_on": day, "ruled_on": day}
    return Due.objects.create(county=county, form=form, deadline_at=clock.now() + datetime.timedelta(days=2), **facts)


def kept_submission(due: Due, clerk: Staff, lead: Staff, state: str) -> Submission:
    """An empty list that was handed in."""
    payload = {
        "form": due.form, "shape": 1, "period": f"{due.period:%Y-%m}", "cut_off_on": due.cut_off_on.isoformat(), "rows": [],
        "county": {"code": due.county.code, "name": due.county.name}, "city": "柳州市", "title": "", "unit": "", "filler": "", "phone": "",
        "diseases": 10, "supplement": [],
    }  # fmt: skip
    told = {"cut_off_on": due.cut_off_on, "built_at": clock.now(), "figures": {"rows": 0, "people": 0}}
    return Submission.objects.create(
        due=due, state=state, payload=canonical(payload), rows_hash=rows_hash(payload), prepared_by=clerk, prepared_at=clock.now(),
        submitted_by=lead, submitted_at=clock.now(), is_nil=True, nil_reason="没有要报的人", **told,
    )  # fmt: skip


def kept_return(clerk: Staff, lead: Staff, *, asking: Staff) -> dict[str, int]:
    """The ids of a remark, an extension and an unlock that were asked for, and a leave to work alone."""
    returned = kept_submission(kept_due(clerk.area, JULY), clerk, lead, "returned")
    locked = kept_submission(kept_due(clerk.area, JUNE), clerk, lead, "locked")
    kept_submission(kept_due(clerk.area, datetime.date(2017, 4, 1)), clerk, lead, "submitted")
    at = clock.now()
    remark = CellRemark.objects.create(submission=returned, place="1|name", label="第 1 行 姓名", was="", text="请核对", by=lead, at=at)
    due = kept_due(clerk.area, datetime.date(2017, 5, 1))
    extension = Extension.objects.create(due=due, asked_at=at, asked_by=clerk, until_on=datetime.date(2017, 10, 27), reason="停电")
    unlock = Unlock.objects.create(submission=locked, asked_at=at, asked_by=asking, reason="少报一人")
    facts = {"since": datetime.date(2017, 9, 1), "until": datetime.date(2017, 9, 30), "reason": "经办人休假"}
    leave = OnePersonCounty.objects.create(county=clerk.area, allowed_by=lead, allowed_at=at, **facts)
    return {"remark": remark.pk, "extension": extension.pk, "unlock": unlock.pk, "alone": leave.pk}
