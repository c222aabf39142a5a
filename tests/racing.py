"""Two or more at once, each in a thread with a connection of its own, and the moment at which they meet forced: the same on every machine.

No pause is measured. A ``Race`` lets one act run at a time, until it meets the others, ends, or waits for a lock that a waiting
one holds; then the next goes on. So a defect shows itself every time, and with the lock in place the same race ends well.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connection, connections, transaction

from ledger.actions.refusals import Refused

LIMIT = 120  # Seconds. Only what hangs takes so long.
EVERY = 0.005  # Seconds between two looks at who waits for a lock; how long changes nothing.
WAITS, RUNS, ENDED = "waits at a meeting", "runs", "ended"

Act = Callable[[], Any]


class Runner:
    """One act in its thread. ``met`` counts its meetings; ``answer`` is its result or its exception."""

    def __init__(self, act: Act):
        self.act, self.state, self.met, self.backend, self.answer = act, RUNS, 0, 0, None
        self.go = threading.Event()


class Race:
    """Say ``race = Race()``, put ``race.meet`` between looking and writing, and ``race.run(act, act)`` answers what each gave or raised.

    Whoever has met less often goes first, and of these the earlier act: everybody looks, and then they write one after another.
    With ``lockstep`` they meet after each statement that they send to the database.
    """

    def __init__(self, lockstep: bool = False):
        self.lockstep, self.runners, self.mine = lockstep, [], threading.local()
        self.changed = threading.Condition()

    def run(self, *acts: Act) -> list:
        self.runners = [Runner(act) for act in acts]
        for runner in self.runners:
            threading.Thread(target=self._work, args=(runner,), daemon=True).start()
        end = time.monotonic() + LIMIT
        while any(runner.state != ENDED for runner in self.runners):
            if time.monotonic() > end:
                self._give_up()
            self._let_the_next_go_on()
            with self.changed:
                self.changed.wait(EVERY)
        return [runner.answer for runner in self.runners]

    def meet(self) -> None:
        """Wait here until nobody else can go on. Nothing for a thread that is not in the race, as what comes before and after it."""
        runner = getattr(self.mine, "runner", None)
        if runner is not None:
            runner.met += 1
            self._wait(runner)

    @contextmanager
    def after(self, owner: Any, name: str) -> Iterator[None]:
        """They meet when they have done this: a function of a module, or a method of a class."""
        real = getattr(owner, name)

        def done(*args, **kwargs):
            answer = real(*args, **kwargs)
            self.meet()
            return answer

        with patch.object(owner, name, done):
            yield

    @contextmanager
    def before(self, owner: Any, name: str) -> Iterator[None]:
        """They meet when they are about to do this."""
        real = getattr(owner, name)

        def about_to(*args, **kwargs):
            self.meet()
            return real(*args, **kwargs)

        with patch.object(owner, name, about_to):
            yield

    # ---- the threads ----

    def _work(self, runner: Runner) -> None:
        try:
            connection.ensure_connection()
            runner.backend = connection.connection.info.backend_pid
            self._wait(runner)
            self.mine.runner = runner
            with connection.execute_wrapper(self._and_meet):
                runner.answer = runner.act()
        except BaseException as error:
            runner.answer = error
        finally:
            connections.close_all()
            self._tell(runner, ENDED)

    def _and_meet(self, execute, *told):
        answer = execute(*told)
        if self.lockstep:
            self.meet()
        return answer

    def _wait(self, runner: Runner) -> None:
        runner.go.clear()
        self._tell(runner, WAITS)
        assert runner.go.wait(2 * LIMIT), "nobody let this act go on"

    def _tell(self, runner: Runner, state: str) -> None:
        with self.changed:
            runner.state = state
            self.changed.notify_all()

    # ---- who goes on ----

    def _let_the_next_go_on(self) -> None:
        running = [one for one in self.runners if one.state == RUNS]
        waiting = [one for one in self.runners if one.state == WAITS]
        if waiting and all(one.backend for one in running) and self._all_are_stuck(running, {one.backend for one in waiting}):
            first = min(waiting, key=lambda one: one.met)
            self._tell(first, RUNS)
            first.go.set()

    def _all_are_stuck(self, running: list[Runner], waiting: set[int]) -> bool:
        """Whether each waits for a lock of one who waits at the meeting, or of one who is stuck because of that."""
        blockers, stuck = self._blockers(running) if running else {}, set()
        while more := {pid for pid, by in blockers.items() if pid not in stuck and by & (waiting | stuck)}:
            stuck |= more
        return len(stuck) == len(running)

    def _blockers(self, runners: list[Runner]) -> dict[int, set[int]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid, pg_blocking_pids(pid) FROM unnest(%s) AS pid", [[one.backend for one in runners]])
            return {pid: set(by) for pid, by in cursor.fetchall()}

    def _give_up(self) -> None:
        """Say how everybody stands, and end their connections: whoever still held a lock would hang every later test."""
        left = [one for one in self.runners if one.state != ENDED]
        told = [(one.state, one.met, one.answer, self._blockers([one]) if one.backend else {}) for one in self.runners]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [[one.backend for one in left]])
        for one in left:
            one.go.set()
        raise AssertionError(f"the race hangs: {told}")


def at_once(first: Act, *others: Act) -> list:
    """The others while the first has written and not yet committed; what each gave or raised."""
    race = Race()

    def written():
        with transaction.atomic():
            answer = first()
            race.meet()
        return answer

    return race.run(written, *others)


def together(*acts: Act) -> list:
    """All at the same moment and in no order; what each gave or raised."""
    gate, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def work(place: int) -> None:
        try:
            gate.wait(LIMIT)
            answers[place] = acts[place]()
        except BaseException as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(place,), daemon=True) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
        assert not thread.is_alive(), f"somebody hangs; the others: {answers}"
    return answers


def said(answers: list) -> list[str]:
    """``done``, or the sentence with which it was refused or broke."""
    return [str(answer) if isinstance(answer, BaseException) else "done" for answer in answers]


def faults(answers: list, *expected: type[BaseException]) -> list[str]:
    """Every exception that is neither a refusal nor one of these."""
    return [repr(one) for one in answers if isinstance(one, BaseException) and not isinstance(one, (Refused, *expected))]
