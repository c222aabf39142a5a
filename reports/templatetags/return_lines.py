"""What stands under a return's table on the page."""

from django import template

from reports.forms.supplement_words import supplement_lines

register = template.Library()


@register.simple_tag
def supplement_of(payload: dict) -> list[str]:
    """The lines of 补报, with every number of a person masked."""
    return supplement_lines(payload, masked=True) if payload else []
