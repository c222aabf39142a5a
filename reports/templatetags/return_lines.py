"""What stands under a return's table on the page."""

import datetime

from django import template
from django.template import Context

from ledger.models import Division
from reports.forms.supplement_words import supplement_lines
from reports.models import MONTHLY
from reports.since_submitted import differing_cells

register = template.Library()


@register.simple_tag
def supplement_of(payload: dict) -> list[str]:
    """The lines of 补报, with every number of a person masked."""
    return supplement_lines(payload, masked=True) if payload else []


@register.simple_tag(takes_context=True)
def differences_of(context: Context, county: Division, period: datetime.date, forms: tuple[str, ...] = MONTHLY) -> int:
    """The number on the tab 与已上报数据的差异; the page of the differences itself has counted them."""
    return context["differing"] if "differing" in context else differing_cells(county, period, forms)
