"""Lets a template ask the access table before it draws a link."""

from django import template

from config.access import rule_for

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context, view_name: str) -> bool:
    """Whether the role of whoever is signed in may open that address."""
    rule = rule_for(view_name)
    return rule is not None and rule.allows(context["request"].user.role)
