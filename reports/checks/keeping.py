"""The findings and their answers as they are kept with a return: text that is sealed and frozen on the row."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import asdict

from ledger.models import Person, Staff
from ledger.protection import Sealed
from reports.checks.check import Answer, Check, in_order, opened
from reports.models import Submission


def kept_text(checks: Iterable[Check]) -> str:
    """What ``Submission.checks`` keeps: every finding with its answer, as JSON."""
    rows = []
    for check in checks:
        row = asdict(check)
        if check.answer:
            row["answer"]["on"] = check.answer.on.isoformat()
        rows.append(row)
    return json.dumps(rows, ensure_ascii=False, sort_keys=True)


def read_kept(text: str) -> list[Check]:
    """The findings of a kept text; none for an empty one. Pure."""
    found = []
    for row in json.loads(text) if text else []:
        answer = row.pop("answer")
        if answer:
            answer = Answer(answer["text"], answer["by"], datetime.date.fromisoformat(answer["on"]))
        found.append(Check(**{**row, "people": tuple((name, pk) for name, pk in row["people"]), "answer": answer}))
    return found


def kept_checks(staff: Staff, submission: Submission) -> list[Check]:
    """What was told of a return when it was checked, its people linked where this reader may open them. At most one query."""
    kept = submission.checks
    checks = read_kept(kept.reveal() if isinstance(kept, Sealed) else kept)
    return in_order(opened(checks, people_open_to(staff, checks)))


def people_open_to(staff: Staff, checks: Iterable[Check]) -> set[int]:
    """Which of the people that the findings name this reader may open."""
    named = {pk for check in checks for _, pk in check.people if pk}
    return set(Person.objects.visible_to(staff).filter(pk__in=named).values_list("pk", flat=True)) if named else set()
