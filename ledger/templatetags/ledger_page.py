"""The parts every page is built from: a field with its label and error, a state with its mark, dates as an office writes them."""

import datetime

from django import template
from django.forms import BoundField, Form
from django.utils import timezone
from django.utils.html import format_html

from ledger import clock
from ledger.identity import age_on
from ledger.protection import mask_numbers
from ledger.transitions import MARKS, STATES

register = template.Library()


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, label: str = "", hint: str = "", beside: bool = False, **attributes) -> dict:
    """A labelled control; its error stands where the hint stood, or beside it (``beside``: see ``field_error``)."""
    error = bound.errors[0] if bound.errors else ""
    hint = hint or bound.help_text
    widget = bound.field.widget
    kind = "form-select" if getattr(widget, "input_type", "") == "select" else "form-control"
    attrs = {"class": kind + (" is-invalid" if error else ""), **{k.replace("_", "-"): v for k, v in attributes.items()}}
    if error:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{bound.id_for_label}-e"}
    elif hint:
        attrs["aria-describedby"] = f"{bound.id_for_label}-h"
    return {
        "id": bound.id_for_label,
        "label": label or bound.label,
        "optional": not bound.field.required and not getattr(bound.field, "hide_optional", False),
        "control": bound.as_widget(attrs=attrs),
        "error": error,
        "hint": hint,
        "beside": beside,
    }


@register.simple_tag
def field_error(bound: BoundField):
    """The error of a field drawn with ``beside``, for the free columns to its right."""
    if not bound.errors:
        return ""
    return format_html('<div class="err" id="{}-e">{}</div>', bound.id_for_label, bound.errors[0])


@register.simple_tag
def all_problems(forms: list[Form]) -> list[tuple[str, str]]:
    """What keeps these forms from being saved: (the field's id, the sentence), in the order of the page."""
    problems = []
    for form in forms:
        for name, errors in form.errors.items():
            anchor = form[name].id_for_label if name in form.fields else ""
            problems += [(anchor, error.rstrip("。")) for error in errors]
    return problems


@register.inclusion_tag("components/_errors.html")
def error_summary(form: Form) -> dict:
    """The summary of one form, each sentence linked to its field."""
    return {"problems": all_problems([form])}


@register.simple_tag
def state_mark(state: str):
    """● 已救治: the word, with the mark whose shape says how far and whose colour how well."""
    return format_html('<span class="st {}">{}</span>', MARKS[state], dict(STATES)[state])


@register.filter
def short_day(day: datetime.date | None) -> str:
    """10-20 within the year, the whole date otherwise, — for none."""
    if day is None:
        return "—"
    return day.strftime("%m-%d") if day.year == clock.today().year else day.isoformat()


@register.filter
def iso(day: datetime.date | None) -> str:
    return day.isoformat() if day else "—"


@register.filter
def moment(instant: datetime.datetime | None) -> str:
    """今天 10:42, 昨天 16:30, 10-18 15:20."""
    if instant is None:
        return "—"
    local = timezone.localtime(instant)
    days = (clock.today() - local.date()).days
    if days in (0, 1):
        return f"{'昨天' if days else '今天'} {local:%H:%M}"
    return f"{short_day(local.date())} {local:%H:%M}" if local.year == clock.today().year else local.date().isoformat()


@register.filter
def changed(instant: datetime.datetime) -> str:
    """Like ``moment``, without the time of day for older changes."""
    text = moment(instant)
    return text if text[0] in "今昨" else text.split(" ")[0]


@register.filter
def age(person) -> int:
    return age_on(person.born_on, clock.today())


@register.filter
def span(during) -> str:
    """2016-01-01 至今; the end shown is the last day it holds."""
    start = during.lower.isoformat() if during.lower else "以前"
    return f"{start} 至 {during.upper - datetime.timedelta(days=1)}" if during.upper else f"{start} 至今"


@register.filter
def chinese_day(day: datetime.date) -> str:
    """2017 年 10 月 20 日　星期五."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日　星期{'一二三四五六日'[day.weekday()]}"


@register.filter
def masked(text: str) -> str:
    """A line with whatever looks like an ID or a mobile number masked: an insurance number is often the ID number."""
    return mask_numbers(text)


@register.filter
def get(mapping, key):
    """A dictionary's entry by a variable key."""
    return mapping.get(key)


@register.filter
def bound(form: Form, name: str) -> BoundField:
    """A form's field by a variable name."""
    return form[name]
