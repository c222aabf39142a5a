"""一人办理: a county with one person may prepare and submit by the same hand, as long as the city allows it."""

import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Role, Staff
from reports.hands import BUREAU
from reports.models import OnePersonCounty, Submission


def hands_of(county: Division) -> int:
    """How many people of the county's bureau could have a hand in its return."""
    return Staff.objects.filter(area=county, role__in=BUREAU, is_active=True).count()


def allowed_alone(county: Division, on: datetime.date) -> OnePersonCounty | None:
    """The city's leave that holds on a day."""
    rows = OnePersonCounty.objects.everywhere("a county's own leave").filter(county=county, since__lte=on)
    return rows.filter(Q(until=None) | Q(until__gte=on)).first()


def refuse_alone(draft: Submission, by: Staff) -> bool:
    """Whether this return is prepared and submitted by one hand, which the city allows. Raises Refused where it does not."""
    if draft.prepared_by_id != by.pk:
        return False
    county = draft.due.county
    if hands_of(county) > 1:
        raise Refused(f"{draft.due.form} 是您自己核对的，请由另一位人员核对后再提交。")
    if allowed_alone(county, clock.today()) is None:
        raise Refused(f"{draft.due.form} 是您自己核对的。{county.label}只有一位人员的，请市级同意“一人办理”后再提交。")
    return True


@transaction.atomic
def allow_alone(*, by: Staff, county: Division, reason: str, since: datetime.date | None = None) -> OnePersonCounty:
    """The city lets a county with one person do both, from a day on (today when none is named). Raises Refused."""
    since = since or clock.today()
    if by.role != Role.CITY or by.area_id != county.parent_id:
        raise Refused("一人办理由所属市级同意。")
    if not reason.strip():
        raise Refused("请写明原因。", "reason")
    if hands_of(county) > 1:
        raise Refused(f"{county.label}有 {hands_of(county)} 位经办人和负责人，不用一人办理。")
    try:
        with transaction.atomic():
            leave = OnePersonCounty.objects.create(county=county, since=since, reason=reason.strip(), allowed_by=by, allowed_at=clock.now())
    except IntegrityError:
        raise Refused(f"{county.label}已经可以一人办理。") from None
    record("return_alone_allowed", by=by, subject=leave, county=county, detail={"on": since.isoformat()})
    return leave


@transaction.atomic
def end_alone(*, by: Staff, leave: OnePersonCounty, until: datetime.date | None = None) -> OnePersonCounty:
    """The city ends it: the last day on which it holds (yesterday when none is named, so that it holds no more). Raises Refused.

    One that begins today holds to the end of today; one that has not begun goes, and the trail alone knows of it.
    """
    leave = OnePersonCounty.objects.visible_to(by).select_for_update(of=("self",)).select_related("county").get(pk=leave.pk)
    if by.role != Role.CITY:
        raise Refused("一人办理由所属市级终止。")
    if leave.until is not None:
        raise Refused("一人办理已经终止。请刷新后再看。")
    last = until or clock.today() - datetime.timedelta(days=1)
    begun = leave.since <= clock.today()
    leave.until = max(last, leave.since) if begun else last
    record("return_alone_ended", by=by, subject=leave, county=leave.county, detail={"on": leave.until.isoformat()})
    if begun:
        leave.save(update_fields=["until"])
    else:
        leave.delete()
    return leave
