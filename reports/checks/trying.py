"""A rule tried on what each county submitted last, before it is saved: nothing is written."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.models import Division
from reports.checks.figures import Figure
from reports.checks.own import Outcome, compare
from reports.due_making import months_on
from reports.models import CheckRule, Submission
from reports.submission_moves import STANDING


@dataclass(frozen=True)
class Tried:
    """One county; without a period it has submitted nothing yet."""

    county: Division
    period: datetime.date | None = None
    outcome: Outcome | None = None


def try_rule(rule: CheckRule, counties: Iterable[Division]) -> list[Tried]:
    """Each county's last submitted return of the left figure's form, compared as the rule wants. Two queries, nothing unsealed."""
    counties = list(counties)
    kept = Submission.objects.everywhere("figures name nobody").filter(due__county__in=counties, state__in=STANDING)
    kept = kept.defer("payload", "checks").select_related("due")
    form = Figure.named(rule.left).form
    newest = kept.filter(due__form=form).order_by("due__county_id", "-due__period", "-revision").distinct("due__county_id")
    last = {row.due.county_id: row.due for row in newest}
    months = {due.period for due in last.values()} | {months_on(due.covers_from, -1) for due in last.values()}
    figures: dict[tuple[int, datetime.date], dict[str, dict]] = {}
    for row in kept.filter(due__period__in=months).order_by("revision") if last else ():
        figures.setdefault((row.due.county_id, row.due.period), {})[row.due.form] = row.figures
    found = []
    for county in counties:
        due = last.get(county.pk)
        if due is None:
            found.append(Tried(county))
            continue
        now, before = (figures.get((county.pk, month), {}) for month in (due.period, months_on(due.covers_from, -1)))
        found.append(Tried(county, due.period, compare(rule, now, before)))
    return found
