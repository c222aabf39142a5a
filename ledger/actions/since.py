"""What others did to somebody since a page was shown: whoever presses that page's button decides on what they saw, or hears what changed."""

from collections.abc import Callable, Iterable

from django.db import transaction

from ledger.actions.locking import hold_person_of
from ledger.actions.refusals import Refused
from ledger.models import Case, CaseEvent, Staff

# What on a timeline changes the person's own row: particulars, number, home.
OWN_ROW = ("person_corrected", "id_number_corrected", "moved_house", "transfer_accepted", "people_merged", "merge_undone")


def told_up_to() -> int:
    """The last thing on anybody's timeline, by which a page says what it had seen."""
    return CaseEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def done_since(people: Iterable[int], seen: int) -> dict[int, list[CaseEvent]]:
    """What was done to each of these people (ids) since, the last first. Looking at a number does nothing to anybody."""
    told: dict[int, list[CaseEvent]] = {}
    for event in CaseEvent.objects.filter(pk__gt=seen, person__in=list(people)).exclude(move="revealed").order_by("-pk"):
        told.setdefault(event.person_id, []).append(event)
    return told


def last_of(events: Iterable[CaseEvent], case_id: int | None) -> CaseEvent | None:
    """The last of one person's about themselves or about this case of theirs."""
    return next((one for one in events if one.case_id in (case_id, None)), None)


def unseen_by(by: Staff, events: Iterable[CaseEvent], case_id: int | None) -> CaseEvent | None:
    """The last that somebody else did to the person's own row or to this case."""
    return last_of((one for one in events if one.by_id != by.pk and (one.case_id or one.move in OWN_ROW)), case_id)


class Unseen(Refused):
    """Somebody else changed the person or the case since the page was shown; what was typed stays, and may be sent again."""


def refuse_unseen(*, by: Staff, person_id: int, case_id: int | None = None, seen: int | None) -> None:
    """For a person whom the caller holds. Raises Unseen, naming who did what; a page that does not say what it had ``seen`` asks nothing."""
    later = done_since([person_id], seen).get(person_id, []) if seen is not None else []
    if last := unseen_by(by, later, case_id):
        raise Unseen(f"您打开之后，{last.by_name}已办：{last.text}。没有再办，请看过现在的资料。")


@transaction.atomic
def act_as_seen(act: Callable[..., Case], *, by: Staff, case: Case, seen: int | None) -> Case:
    """One move of a case by a button of a page that had ``seen`` the timelines up to there; None where a page does not say.

    Raises Unseen when somebody else changed the person or the case since; and whatever the act raises.
    """
    hold_person_of(case.person_id)
    refuse_unseen(by=by, person_id=case.person_id, case_id=case.pk, seen=seen)
    return act(by=by, case=case)
