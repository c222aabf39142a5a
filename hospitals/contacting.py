"""专职联系人 (F4): every county bureau and designated hospital names its person, and hands over to a successor."""

import datetime

from django.db.models import Q

from hospitals.models import Contact
from ledger.models import Division


def in_force(day: datetime.date) -> Q:
    """Whoever was named by a day and had not yet handed over."""
    return Q(named_on__lte=day) & (Q(ended_on=None) | Q(ended_on__gt=day))


def contact_of_county(county: Division, day: datetime.date) -> Contact | None:
    """The person whom the county's bureau had named by a day."""
    return Contact.objects.filter(in_force(day), county=county).order_by("-named_on", "-pk").first()
