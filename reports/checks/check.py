"""One finding of a check: how grave it is, what was seen, what to do, who is meant, and the county's answer. Pure."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

SHOWN = 5
CODE_LENGTH = 40
# bad must be mended, warn asks for an answer, ok is as it ought to be.
TONES = ("bad", "warn", "ok")
Named = tuple[str, int | None]  # A name, and the person's id where whoever looks may open it.


@dataclass(frozen=True)
class Answer:
    """The county's short answer to a finding, as it stands beside it."""

    text: str
    by: str
    on: datetime.date


@dataclass(frozen=True)
class Check:
    """One line of the panel. ``finding`` is the hash of what was found: an answer to another finding is none.

    ``earlier`` is such an answer of before, so that it need not be typed again.
    """

    code: str
    tone: str
    saw: str
    advice: str = ""
    people: tuple[Named, ...] = ()
    more: int = 0
    finding: str = ""
    answer: Answer | None = None
    earlier: str = ""

    @property
    def word(self) -> str:
        """须改, 待说明, 已说明 or 通过."""
        return "已说明" if self.answer else {"bad": "须改", "warn": "待说明", "ok": "通过"}[self.tone]

    @property
    def tag(self) -> str:
        """The class of the mark: an answered finding looks as good as one that passed."""
        return "ok" if self.answer else self.tone

    @property
    def wants_answer(self) -> bool:
        return self.tone == "warn" and self.answer is None

    @property
    def place(self) -> int:
        """须改 > 待说明 > 已说明 > 通过."""
        return {"bad": 0, "warn": 1, "ok": 3}[self.tone] if not self.answer else 2


def _found(code: str, tone: str, saw: str, advice: str, people: Iterable[Named]) -> Check:
    people = list(people)
    code = code if len(code) <= CODE_LENGTH else f"{code[:30]}-{hashlib.sha256(code.encode()).hexdigest()[:8]}"
    told = json.dumps([code, saw, sorted((name, pk or 0) for name, pk in people)], ensure_ascii=False)
    finding = hashlib.sha256(told.encode()).hexdigest()
    return Check(code, tone, saw, advice, tuple(people[:SHOWN]), max(len(people) - SHOWN, 0), finding)


def bad(code: str, saw: str, advice: str, people: Iterable[Named] = ()) -> Check:
    """It must be mended before the return can be checked."""
    return _found(code, "bad", saw, advice, people)


def warn(code: str, saw: str, advice: str, people: Iterable[Named] = ()) -> Check:
    """It may be right, and the county says why."""
    return _found(code, "warn", saw, advice, people)


def ok(code: str, saw: str, people: Iterable[Named] = ()) -> Check:
    """As it ought to be."""
    return _found(code, "ok", saw, "", people)


def unanswered(checks: Iterable[Check]) -> list[Check]:
    """The findings that still want an answer."""
    return [check for check in checks if check.wants_answer]


def in_order(checks: Iterable[Check]) -> list[Check]:
    """The gravest first; within one gravity as they were run."""
    return sorted(checks, key=lambda check: check.place)


def opened(checks: Sequence[Check], open_to: set[int]) -> list[Check]:
    """The same findings, their people linked only where whoever looks may open them."""
    return [replace(check, people=tuple((name, pk if pk in open_to else None) for name, pk in check.people)) for check in checks]
