"""What all checks of a return stand on, read once: the returns of this and the month before, and the answers given so far."""

import datetime
from dataclasses import dataclass, field
from functools import cached_property

from ledger.models import Division, Staff
from reports.due_making import months_on
from reports.forms.payload import figures
from reports.models import CheckAnswer, Submission
from reports.submission_moves import STANDING


@dataclass
class Ground:
    """``now`` and ``before`` hold the kept return of each form, without its content: this period's latest, the one before's standing."""

    staff: Staff
    county: Division
    period: datetime.date
    payloads: dict[str, dict]
    now: dict[str, Submission] = field(default_factory=dict)
    before: dict[str, Submission] = field(default_factory=dict)

    @property
    def on(self) -> datetime.date:
        """The cut-off of what is looked at."""
        payload = next(iter(self.payloads.values()))
        return datetime.date.fromisoformat(payload.get("cut_off_on") or payload["on"])

    @property
    def month_before(self) -> datetime.date:
        """The period before: for a return over several months the month before its first."""
        first = next(iter(self.payloads.values())).get("covers_from")
        return months_on(datetime.date.fromisoformat(f"{first}-01") if first else self.period, -1)

    @property
    def is_open(self) -> bool:
        """Whether the ledger may still change what the return says."""
        return not any(form in self.now and self.now[form].is_frozen for form in self.payloads)

    @cached_property
    def figures(self) -> dict[str, dict]:
        """The figures of this period, form by form: of what is looked at, and of the county's other returns as they are kept."""
        kept = {form: submission.figures for form, submission in self.now.items()}
        return kept | {form: figures(payload) for form, payload in self.payloads.items()}

    @cached_property
    def figures_before(self) -> dict[str, dict]:
        return {form: submission.figures for form, submission in self.before.items()}


def look(staff: Staff, county: Division, period: datetime.date, payloads: dict[str, dict]) -> Ground:
    """One query, however large the returns: their content stays sealed."""
    ground = Ground(staff, county, period, payloads)
    kept = Submission.objects.visible_to(staff).filter(due__county=county, due__period__in=(period, ground.month_before))
    for submission in kept.select_related("due").defer("payload").order_by("revision"):
        if submission.due.period == period:
            ground.now[submission.due.form] = submission
        elif submission.state in STANDING:
            ground.before[submission.due.form] = submission
    return ground


def answers_of(ground: Ground) -> dict[str, CheckAnswer]:
    """The answers given for this period's return, by the check's code. One query."""
    given = CheckAnswer.objects.visible_to(ground.staff).filter(due__county=ground.county, due__period=ground.period)
    return {answer.code: answer for answer in given.filter(due__form__in=list(ground.payloads)).select_related("by")}
