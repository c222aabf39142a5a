"""救治进度: the goals that the city keeps, how far each county is from them, and how many persons a month would reach them."""

import datetime
import re
import unicodedata
from decimal import Decimal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.data_change_list import last_changes
from ledger.forms import DayField, LedgerForm, PlainField, asked, posted, whole_number
from ledger.models import Division, Role
from ledger.views.acting import acted
from reports.charts import Columns, by_share, monthly_columns, percent
from reports.city_periods import MonthTable, month_tables
from reports.forms.f1 import f1_figures
from reports.goal_keeping import KIND, LENGTHS, add_goal, change_goal, goals_of, remove_goal
from reports.models import ProgressGoal
from reports.progress_goals import Goal, Pace, next_goal, pace, share_words
from reports.views.due_states import months_around
from reports.views.reach import counties_of

MONTHS = 6  # How many months the chart shows.


class ShareField(forms.Field):
    """A percentage as it is typed: 90, 90% or 92.5％; cleans to 0.9. Nothing where nothing is written."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": "90%"})

    def prepare_value(self, value):
        return share_words(value) if isinstance(value, Decimal) else value

    def to_python(self, value) -> Decimal | None:
        text = "".join(unicodedata.normalize("NFKC", str(value or "")).split()).removesuffix("%")
        if not text:
            return None
        if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", text, re.ASCII):
            raise forms.ValidationError("请写成 90% 或 92.5% 这样，最多两位小数。")
        share = Decimal(text) / 100
        if not 0 < share <= 1:
            raise forms.ValidationError("要大于 0%、不超过 100%，请核对。")
        return share


class GoalForm(LedgerForm):
    """One goal."""

    by_day = DayField(label="到哪一天")
    share = ShareField(label="累计救治率", required=False)
    title = PlainField(label="目标", max_length=LENGTHS["title"])
    document = PlainField(label="依据", max_length=LENGTHS["document"])


class RemoveForm(LedgerForm):
    document = PlainField(label="依据", max_length=LENGTHS["document"], help_text="凭哪份文件移除，或写明录错")


def goals(request: HttpRequest) -> HttpResponse:
    """The goals, and every county against the chosen one; for a county's bureau its own county against each, and nobody else's."""
    if request.user.role != Role.CITY:
        return _own(request)
    today, prefecture, kept = clock.today(), request.user.area, goals_of(request.user.area)
    key = whole_number(asked(request, "goal"))
    chosen = next((goal for goal in kept if goal.pk == key), None) or next_goal(kept, today) or (kept[0] if kept else None)
    context: dict = {"today": today, "goals": kept, "chosen": chosen, **last_changes(request.user, KIND)}
    try:
        context |= _paces(counties_of(request.user), chosen, today) if chosen else {}
        context["chart"] = _chart(month_tables(prefecture, months_around(today, MONTHS - 1, 0)), chosen)
    except Refused as refused:
        context["refusal"] = refused.message
    return render(request, "reports/goals.html", context)


def _paces(counties: list[Division], goal: Goal, today: datetime.date) -> dict:
    """The counties by their places, each with its pace, and the city's own. The city's need is that of its own share."""
    counted = f1_figures([county.pk for county in counties], today, []) if counties else {}
    rows = [(county, counted[county.pk].total["treated"], counted[county.pk].total["total"]) for county in counties]
    placed = [(place, county, pace(total, treated, goal, today)) for place, (county, treated, total) in by_share(rows)]
    whole: Pace = pace(sum(row[2] for row in rows), sum(row[1] for row in rows), goal, today)
    return {"rows": placed, "whole": whole, "behind": sum(not one.reached for _, _, one in placed)}


def _own(request: HttpRequest) -> HttpResponse:
    """The county's pace towards every goal of its prefecture, and its share month by month."""
    today, county, kept = clock.today(), request.user.area, goals_of(request.user.area.parent)
    line = next_goal(kept, today)
    context: dict = {"today": today, "county": county, "goals": kept, "chosen": line}
    try:
        total = f1_figures([county.pk], today, [])[county.pk].total
        context["paces"] = [(goal, pace(total["total"], total["treated"], goal, today)) for goal in kept]
        context["whole"] = Pace(total["total"], total["treated"], 0, 0)
        context["chart"] = _chart(month_tables(county.parent, months_around(today, MONTHS - 1, 0), of=county), line)
    except Refused as refused:
        context["refusal"] = refused.message
    return render(request, "reports/goals_county.html", context)


def _chart(tables: list[MonthTable], goal: Goal | None) -> Columns | None:
    """The share month by month as it was returned; nothing before there are two months."""
    if len(tables) < 2:
        return None
    months = []
    for table in tables:
        total = table.total
        share = total["treated"] / total["total"] if total["total"] else None
        months.append((f"{table.month.month} 月", share, percent(total["treated"], total["total"], 1)))
    return monthly_columns(months, float(goal.share) if goal and goal.share is not None else None)


def _to_goals(goal: ProgressGoal | None = None) -> HttpResponse:
    answer = redirect("reports:goals")
    if goal:
        answer["Location"] += f"?goal={goal.pk}"
    return answer


def goal_new(request: HttpRequest) -> HttpResponse:
    """Another goal."""
    request.nav_name = "reports:goals"
    form, made = GoalForm(posted(request)), []

    def act(told: dict) -> str:
        made.append(add_goal(by=request.user, **told))
        return f"已添加目标“{made[0].title}”。"

    if acted(request, form, act):
        return _to_goals(made[0])
    return render(request, "reports/goal_form.html", {"form": form}, status=422 if form.errors else 200)


def goal_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A goal's day, share or name changed, by a document."""
    request.nav_name = "reports:goals"
    goal = get_object_or_404(ProgressGoal, pk=pk, prefecture=request.user.area)
    initial = {name: getattr(goal, name) for name in ("by_day", "share", "title")}
    form = GoalForm(posted(request), initial=initial)

    def act(told: dict) -> str:
        return f"已修改目标“{change_goal(by=request.user, goal=goal, **told).title}”。"

    if acted(request, form, act):
        return _to_goals(goal)
    return render(request, "reports/goal_form.html", {"form": form, "goal": Goal.of(goal)}, status=422 if form.errors else 200)


def goal_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """A goal that holds no more."""
    request.nav_name = "reports:goals"
    goal = get_object_or_404(ProgressGoal, pk=pk, prefecture=request.user.area)
    form = RemoveForm(posted(request))

    def act(told: dict) -> str:
        remove_goal(by=request.user, goal=goal, document=told["document"])
        return f"已移除目标“{goal.title}”。"

    if acted(request, form, act):
        return _to_goals()
    return render(request, "reports/goal_remove.html", {"form": form, "goal": Goal.of(goal)}, status=422 if form.errors else 200)
