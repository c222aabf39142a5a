"""What F4 says for a county: frozen when it was handed in, else its draft, else put together for this look alone."""

import datetime

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division
from reports.forms.f4 import f4_return
from reports.models import CONTACTS, Due, Submission
from reports.returns import Return, payload_of


def contact_return(county: Division, period: datetime.date) -> Return:
    """A county's receipt for a period. Raises Refused before the period has begun."""
    today = clock.today()
    due = Due.objects.everywhere("months name nobody").filter(county=county, period=period, form__in=CONTACTS).first()
    first = due.covers_from if due else period
    if first > today:
        raise Refused(f"{period.year} 年 {period.month} 月还没有开始，不能填报。请改选已经开始的月份。")
    if due:
        kept = Submission.objects.everywhere("a county's return, asked by whoever may see the county").filter(due=due)
        latest = kept.select_related("due", "submitted_by", "prepared_by").order_by("-revision").first()
        if latest:
            return Return(payload_of(latest), latest)
    return Return(f4_return(county, first, period, min(due.cut_off_on, today) if due else today), None)
