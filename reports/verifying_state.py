"""Proving where a return stands: its state follows from what happened to it, and what happened is what the trail wrote down. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reports.return_events import ON_THE_TRAIL, event_words
from reports.submission_moves import DRAFT, RETURN_MOVES, STATES

BEGUN = ("drafted", "correction_begun")
TO_DRAFT = (*BEGUN, "redrafted")
ACTIONS = {ON_THE_TRAIL.get(what, f"return_{what}"): what for what in (*RETURN_MOVES, *TO_DRAFT)}  # The trail's word → the event's.


@dataclass(frozen=True)
class Happened:
    """An event of a return, as far as its state goes."""

    what: str
    before: str
    after: str


def state_differences(state: str, events: Sequence[Happened], trail: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a return's state: a word for the kind and the sentence.

    ``events`` are those of one revision in their order, ``trail`` what the trail says was done to it. A return of which nothing was told
    is not judged; one that is older than its history is judged from its first event on.
    """
    moves = [event for event in events if event.what in RETURN_MOVES or event.what in TO_DRAFT]
    if moves:
        reached, broken = _walked(moves)
        if broken:
            yield "events", broken
        if reached != state:
            yield "state", f"现在的状态是“{_word(state)}”，按经过应是“{_word(reached)}”。"
    told = [event.what for event in moves]
    if trail and _moves_of(told) != _moves_of(trail):
        yield "events", f"经过（{_words(told)}）与操作记录（{_words(trail)}）不符。"


def _walked(moves: Sequence[Happened]) -> tuple[str, str]:
    """Where the events lead, and a sentence where one of them does not follow from the one before."""
    state = moves[0].before
    broken = ""
    for event in moves:
        target = DRAFT if event.what in TO_DRAFT else RETURN_MOVES[event.what].target
        follows = event.what in TO_DRAFT or event.before == state and state in RETURN_MOVES[event.what].sources
        if not broken and not (follows and event.after == target):
            broken = f"经过里“{event_words(event.what)}”接不上：前面是“{_word(state)}”。"
        state = target
    return state, broken


def _moves_of(told: Iterable[str]) -> list[str]:
    """Drafts are rebuilt by programs too; what counts is what was done to the return."""
    return [what for what in told if what in RETURN_MOVES]


def _words(told: Iterable[str]) -> str:
    return "、".join(event_words(what) for what in _moves_of(told)) or "没有办过"


def _word(state: str) -> str:
    return dict(STATES).get(state, "没有")
