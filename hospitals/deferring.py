"""先诊疗后付费: who need not pay a deposit and what was shown and signed; and the two figures by which counties are asked for it."""

import datetime
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from hospitals.models import Deferral, Deposit
from ledger.models import Division


def served_until(county: Division, day: datetime.date) -> int:
    """累计享受的先诊疗后付费服务贫困人口人次 (渝卫发〔2019〕30号附件): stays of the county's people, admitted up to that day, agreement signed.

    A stay for which a deposit had been taken by then does not count, refunded or not: it stands among the violations. The county is
    that in which the person lived on the day of admission. A stay told twice, left with a record that was merged away, counts once.
    """
    taken = Deposit.objects.everywhere("figures of a county's return").standing().filter(stay=OuterRef("stay"), taken_on__lte=day)
    enjoyed = Deferral.objects.everywhere("figures of a county's return").filter(
        ~Exists(taken), county=county, signed_on__isnull=False, stay__admitted_on__lte=day, stay__case__folded_into=None
    )
    return enjoyed.count()


def violations(counties: Iterable[Division], first_day: datetime.date, last_day: datetime.date) -> QuerySet[Deposit]:
    """Deposits taken on these days from the counties' people who need not pay one, by county and day; those entered by mistake are none.

    Each with its stay, person, disease, hospital and ``county``: that in which the person lived on the day of admission.
    """
    taken = Deposit.objects.everywhere("rows of the counties' return").standing()
    found = taken.filter(county__in=list(counties), taken_on__range=(first_day, last_day), stay__case__folded_into=None)
    return found.select_related("county", "stay__case__person", "stay__case__disease", "stay__hospital").order_by(
        "county__code", "taken_on", "pk"
    )
