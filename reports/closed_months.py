"""Which months are closed to changes of the data they were counted by: those that a county has submitted."""

import datetime
from collections.abc import Sequence

from django.db.models import Max

from ledger.models import Division
from reports.models import MONTHLY, Due
from reports.submission_moves import STANDING

DAY = datetime.timedelta(days=1)


def _last_submitted(dues) -> datetime.date | None:
    sent = dues.filter(submissions__state__in=STANDING)
    return sent.aggregate(last=Max("cut_off_on"))["last"]


def first_open_day(prefectures: Sequence[Division], *, hold: bool = False) -> datetime.date | None:
    """The day after the cut-off of the last month that any county of these prefectures has submitted; None where none has.

    With ``hold`` the later dues are locked, one county after the other: whoever submits one of them was done before, and is
    counted, or waits and then builds from what was changed.
    """
    dues = Due.objects.everywhere("cut-off days name nobody").filter(county__parent__in=prefectures, form__in=MONTHLY)
    last = _last_submitted(dues)
    if hold:
        later = dues.filter(cut_off_on__gt=last) if last else dues
        list(later.select_for_update(of=("self",)).order_by("county__code", "period", "form").values_list("pk"))
        last = _last_submitted(dues)
    return last + DAY if last else None
