"""The rows of a return's life in the demo's past, gathered in memory and written in a few statements: each act with its event and trail row."""

import datetime
from dataclasses import dataclass, field

from ledger.models import AuditEvent, Staff
from reports.forms.payload import canonical, figures, rows_hash
from reports.models import CellRemark, Due, Extension, OnePersonCounty, ReturnEvent, Submission, Unlock
from reports.nil import is_nil
from reports.return_events import ON_THE_TRAIL
from reports.stamping import stamp_all
from reports.submission_moves import DRAFT, RETURN_MOVES


@dataclass
class Act:
    """One thing that happened to a due, before it has a row."""

    due: Due
    submission: Submission | None
    what: str
    at: datetime.datetime
    by: Staff | None
    before: str = ""
    after: str = ""
    reason: str = ""


@dataclass
class Rows:
    """All of it, unsaved."""

    submissions: list[Submission] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    remarks: list[CellRemark] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    unlocks: list[Unlock] = field(default_factory=list)
    alone: list[OnePersonCounty] = field(default_factory=list)

    def draft(self, due: Due, payload: dict, at: datetime.datetime, by: Staff, before: Submission | None = None) -> Submission:
        """A draft of what the ledger said, or the correction of the revision before."""
        previous = before.rows_hash if before else ""
        kept = Submission(
            due=due, revision=before.revision + 1 if before else 1, previous_hash=previous, state=DRAFT, cut_off_on=payload["cut_off_on"],
            built_at=at, payload=canonical(payload), figures=figures(payload), rows_hash=rows_hash(payload, previous),
        )  # fmt: skip
        self.submissions.append(kept)
        self.acts.append(Act(due, kept, "correction_begun" if before else "drafted", at, by, after=DRAFT))
        return kept

    def move(self, kept: Submission, what: str, at: datetime.datetime, by: Staff, reason: str = "") -> None:
        """One arrow of the table, as the action of that name writes it."""
        before, kept.state = kept.state, RETURN_MOVES[what].target
        if what == "check":
            kept.prepared_at, kept.prepared_by = at, by
        elif what == "submit":
            kept.submitted_at, kept.submitted_by, kept.alone = at, by, by == kept.prepared_by
        elif what == "receive":
            kept.received_at = at
        self.acts.append(Act(kept.due, kept, what, at, by, before, kept.state, reason))

    def say_nil(self, kept: Submission, payload: dict, why: str) -> None:
        if is_nil(payload):
            kept.is_nil, kept.nil_reason = True, why

    def write(self) -> list[AuditEvent]:
        """Everything into the database but the trail; answers the trail's rows, in the order of what happened."""
        Submission.objects.bulk_create(self.submissions, batch_size=50)
        for rows in (self.remarks, self.extensions, self.unlocks, self.alone):
            if rows:
                type(rows[0]).objects.bulk_create(rows)
        self.acts.sort(key=lambda act: act.at)
        ReturnEvent.objects.bulk_create(
            ReturnEvent(
                due=act.due, submission=act.submission, what=act.what, before=act.before, after=act.after, at=act.at, by=act.by,
                reason=act.reason,
            )
            for act in self.acts
        )  # fmt: skip
        return [*map(_trail_row, self.acts), *map(_leave_row, self.alone)]


def stamp_past() -> int:
    """Stamp the workbooks of all that was handed in; answers how many. Apart from the loading, which it would double."""
    kept = Submission.objects.everywhere("the demo's past").filter(submitted_at__isnull=False, stamps=None)
    return stamp_all(kept.select_related("due__county__parent").order_by("pk"))


def _trail_row(act: Act) -> AuditEvent:
    told: dict[str, str | int] = {"form": act.due.form, "period": f"{act.due.period:%Y-%m}"}
    if act.submission is not None:
        told |= {"revision": act.submission.revision, "hash": act.submission.rows_hash}
        if act.what == "drafted":
            told |= {"draft": act.submission.draft_number}
    subject = act.submission or act.due
    return AuditEvent(
        at=act.at, staff=act.by, username=act.by.username, role=act.by.role, action=ON_THE_TRAIL.get(act.what, f"return_{act.what}"),
        subject_type=subject._meta.model_name, subject_id=subject.pk, county_code=act.due.county.code, detail=told,
    )  # fmt: skip


def _leave_row(leave: OnePersonCounty) -> AuditEvent:
    by = leave.allowed_by
    return AuditEvent(
        at=leave.allowed_at, staff=by, username=by.username, role=by.role, action="return_alone_allowed", subject_type="onepersoncounty",
        subject_id=leave.pk, county_code=leave.county.code, detail={"on": leave.since.isoformat()},
    )  # fmt: skip
