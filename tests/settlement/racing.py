"""Real processes with connections of their own that all want the same person's year at once; and few, one step at a time."""

import datetime
import itertools
import multiprocessing
import queue
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

from django.db import connections, transaction
from django.db.models import QuerySet

from ledger.actions.cases import open_case, plan_case, verify_case
from ledger.actions.refusals import Refused
from ledger.models import Person
from settlement.actions import settling
from settlement.actions.settling import Request, reverse, settle
from settlement.entitlement import place_of
from settlement.faults import BillRefused
from settlement.models import PersonYear, Reversal, Settlement
from settlement.money import to_fen
from settlement.order import summed
from settlement.preparing import BillEntry
from tests.racing import LIMIT, Race
from tests.settlement.window import YUAN, Window

LAYER, CAP = "medical_assistance", 20_000 * YUAN
FIRST_DAY, DAYS = datetime.date(2017, 7, 28), 85  # From the policy's first day to the tests' today.
DISEASES = ("gastric-cancer", "colon-cancer", "rectal-cancer", "oesophageal-cancer", "end-stage-renal-disease", "cataract", "lung-cancer")
SENT_TWICE = ("bill_number_used", "stay_settled")
PAUSE = 0.02  # Seconds between looking and writing.

Switch = Callable[[], AbstractContextManager]


@dataclass(frozen=True)
class Size:
    desks: int
    attempts: int


@dataclass
class Answer:
    """What one attempt came to: ``done`` with the row's number, ``refused`` with codes or a sentence, or ``fault``. ``desk``: its own thread."""

    job: Any
    kind: str
    value: Any
    desk: int = field(default_factory=threading.get_native_id)


# ---- processes ----


def at_once(processes: int, jobs: list, act: Callable[[Any], Answer], way: Switch = nullcontext) -> list[Answer]:
    """Give the jobs out in turn, so that neighbours in the list run at the same time; all answers, in any order.

    The processes are forked: they share nothing with this one any more. ``way`` is how they go about it.
    """
    connections.close_all()  # A connection must never be used by two processes.
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(processes), context.Queue()

    def work(mine: list) -> None:
        # While a browser is open in this process Django keeps a second set of connections, which closing does not reach and a fork does.
        for inherited in connections.all(initialized_only=True):
            inherited.connection = None
        with way():
            start.wait(LIMIT)
            answers.put([act(job) for job in mine])
        connections.close_all()

    workers = [context.Process(target=work, args=(jobs[place::processes],), daemon=True) for place in range(processes)]
    for worker in workers:
        worker.start()
    found: list[Answer] = []
    for _ in workers:
        found += _next(answers, workers)
    for worker in workers:
        worker.join(LIMIT)
    assert [worker.exitcode for worker in workers] == [0] * processes
    return found


def _next(answers, workers: list) -> list[Answer]:
    """One process's answers; fails at once when a process has died, rather than wait for what will never come."""
    while True:
        try:
            return answers.get(timeout=1)
        except queue.Empty:
            died = [worker.exitcode for worker in workers if worker.exitcode]
            assert not died, f"processes died: {died}"


# ---- settling ----


def patient_with_many_stays(window: Window) -> Person:
    """One person, ill with several diseases, all treated in the county hospital: many stays a day that do not overlap."""
    person = window.patient("石永福", disease=DISEASES[0])
    cast = window.cast
    for disease in DISEASES[1:]:
        entry = cast.entry(disease, datetime.date(2017, 1, 5))
        case = verify_case(by=cast.lead, case=open_case(by=cast.clerk, person=person, entry=entry))
        plan_case(by=cast.lead, case=case, hospital_code=cast.hospital.code, hospital_name=cast.hospital.name)
    return person


def bills_of(window: Window, person: Person, count: int) -> list[BillEntry]:
    """Bills of stays that end on the day they began, few large or many small; together far more than the cap pays for."""
    each = max(20_000, 800_000 // count) * YUAN
    places = itertools.islice(itertools.product(range(DAYS), DISEASES), count)
    return [
        window.bill(
            person, total=each + number * 137_11, in_policy=each + number * 91_03, disease=disease, bill_no=f"R{number}",
            admitted_on=FIRST_DAY + datetime.timedelta(day), discharged_on=FIRST_DAY + datetime.timedelta(day),
        )
        for number, (day, disease) in enumerate(places)
    ]  # fmt: skip


def attempts_on(bills: list[BillEntry], seed: int = 2017) -> list[tuple[BillEntry, str]]:
    """Five attempts a bill, close together: the same request three times, the bill under another key, its stay under another number."""
    shuffled = random.Random(seed)
    jobs = []
    for bill in shuffled.sample(bills, len(bills)):
        own = [(bill, f"{bill.bill_no}-a")] * 3 + [
            (bill, f"{bill.bill_no}-b"),
            (replace(bill, bill_no=f"{bill.bill_no}x"), f"{bill.bill_no}-c"),
        ]
        jobs += shuffled.sample(own, len(own))
    return jobs


def settling_as(liaison) -> Callable[[tuple[BillEntry, str]], Answer]:
    def act(job: tuple[BillEntry, str]) -> Answer:
        bill, key = job
        told = (bill.bill_no.rstrip("x"), key)
        try:
            return Answer(told, "done", settle(by=liaison, entry=bill, request=Request("race", key, {"bill": bill.bill_no})).pk)
        except BillRefused as refused:
            return Answer(told, "refused", [fault.code for fault in refused.faults])
        except Exception as error:
            return Answer(told, "fault", f"{type(error).__name__}: {error}"[:300])

    return act


def wrong_after_settling(answers: list[Answer], person: Person, size: Size) -> list[str]:
    """Everything that should not be: empty when no fen is above the cap, nothing is booked twice and the sums hold."""
    wrong = [f"fault: {answer.value}" for answer in answers if answer.kind == "fault"]
    if len(answers) != size.attempts or len({answer.desk for answer in answers}) != size.desks:
        wrong.append("not every attempt was made at its own desk")
    by_bill: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_bill[answer.job[0]].append(answer)
    for number, of_bill in by_bill.items():
        rows = {answer.value for answer in of_bill if answer.kind == "done"}
        if len(rows) != 1:
            wrong.append(f"booked {len(rows)} times: {number}")
        keys = {answer.job[1] for answer in of_bill if answer.kind == "done"}
        if len(keys) != 1 or any(answer.kind != "done" for answer in of_bill if answer.job[1] in keys):
            wrong.append(f"one request was answered in two ways: {number}")
        wrong += [
            f"refused for {answer.value}: {number}"
            for answer in of_bill
            if answer.kind == "refused" and not (answer.value and answer.value[0] in SENT_TWICE)
        ]
    return wrong + wrong_sums(person, len(by_bill))


def wrong_sums(person: Person, bills: int) -> list[str]:
    wrong = []
    standing = list(Settlement.objects.everywhere("test").filter(person=person, stands=True).prefetch_related("lines"))
    if len(standing) != bills or len({row.stay_id for row in standing}) != bills:
        wrong.append(f"{len(standing)} settlements of {len({row.stay_id for row in standing})} stays stand for {bills} bills")
    paid = sum(to_fen(line.amount_yuan) for row in standing for line in row.lines.all() if line.layer == LAYER)
    if paid != CAP:
        wrong.append(f"{paid - CAP} fen above the cap" if paid > CAP else f"the cap was not reached: {paid}")
    year = PersonYear.objects.get(person=person)
    if year.state != summed(year):
        wrong.append("the year's state is not the sum of its lines")
    running: dict[str, list[int]] = {}
    for row in sorted(standing, key=lambda row: row.pk):
        if {name: sums for name, sums in row.year_before.items() if any(sums)} != running:
            wrong.append(f"{row.bill_no} does not stand on the year before it")
            break
        for line in row.lines.all():
            sums = running.get(line.layer, [0, 0])
            running[line.layer] = [sums[0] + to_fen(line.base_yuan), sums[1] + to_fen(line.amount_yuan)]
        running = {name: sums for name, sums in running.items() if any(sums)}
    return wrong


# ---- reversing ----


def reversing_as(liaison) -> Callable[[tuple[int, str]], Answer]:
    def act(job: tuple[int, str]) -> Answer:
        number, key = job
        try:
            row = Settlement.objects.visible_to(liaison).get(pk=number)
            return Answer(job, "done", reverse(by=liaison, settlement=row, reason="账单录错", request=Request("race", key, {})).pk)
        except Refused as refused:
            return Answer(job, "refused", str(refused))
        except Exception as error:
            return Answer(job, "fault", f"{type(error).__name__}: {error}"[:300])

    return act


def reversals_of(person: Person) -> list[tuple[int, str]]:
    """Each settlement twice, side by side, by two requests."""
    numbers = Settlement.objects.everywhere("test").filter(person=person, stands=True).order_by("pk").values_list("pk", flat=True)
    return [(number, f"reverse-{number}-{hand}") for number in numbers for hand in ("left", "right")]


def wrong_after_reversing(answers: list[Answer], person: Person) -> list[str]:
    """Empty when of every two reversals exactly one succeeded and the year is as it was before any bill."""
    wrong = [f"fault: {answer.value}" for answer in answers if answer.kind == "fault"]
    pairs: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        pairs[answer.job[0]].append(answer)
    for number, pair in pairs.items():
        refused = [answer for answer in pair if answer.kind == "refused" and "已经冲销过" in answer.value]
        if (len(pair), len(refused)) != (2, 1) or not any(answer.kind == "done" for answer in pair):
            wrong.append(f"settlement {number}: {[answer.kind for answer in pair]}")
    year = PersonYear.objects.get(person=person)
    if any(any(sums) for sums in year.state.values()) or year.differs or summed(year):
        wrong.append(f"the year's sums are not zero again: {year.state}")
    if Settlement.objects.everywhere("test").filter(person=person, stands=True).exists():
        wrong.append("a settlement still stands")
    return wrong


# ---- the pause of the many, and the defects put back among the few ----


@contextmanager
def slowly() -> Iterator[None]:
    """A pause between looking and writing, which must change nothing."""
    right = settling.prepare

    def prepare(**asked):
        prepared = right(**asked)
        time.sleep(PAUSE)
        return prepared

    with patch.object(settling, "prepare", prepare):
        yield


@contextmanager
def nothing_locked() -> Iterator[None]:
    """Rows are looked up and not held; the sums are still checked."""
    with patch.object(QuerySet, "select_for_update", lambda queryset, **_: queryset.all()):
        yield


@contextmanager
def nothing_locked_nor_checked() -> Iterator[None]:
    """Nor does anybody look whether the state is still the sum of its lines."""
    with nothing_locked(), patch.object(settling, "check_sums", lambda person_year: None):
        yield


@contextmanager
def keys_kept_outside() -> Iterator[None]:
    """The request's key is written after the transaction, not in it: here its process has always died between the two."""
    with patch.object(settling, "carried_out", lambda request: None), patch.object(settling, "_keep", lambda request, **_: None):
        yield


# ---- few at once, one step at a time ----


def settled_by_few(window: Window, jobs: int, again: int = 1, defect: Switch = nullcontext) -> tuple[Person, list[Answer]]:
    """So many bills of one person, each sent so many times: every desk has looked before the first writes, then one after another."""
    person = patient_with_many_stays(window)
    bills = [bill for bill in bills_of(window, person, jobs) for _ in range(again)]
    with transaction.atomic():  # The year's row is there: making it would hold the others up as a lock does.
        settling.hold_year(person.pk, place_of(person, FIRST_DAY).area, FIRST_DAY.year)
    race, act = Race(), settling_as(window.liaison)
    with race.after(settling, "prepare"), defect():
        return person, race.run(*[lambda bill=bill: act((bill, f"{bill.bill_no}-a")) for bill in bills])


def reversed_by_two(window: Window, person: Person, defect: Switch = nullcontext) -> list[Answer]:
    """The person's one settlement reversed by two, each of whom has looked before the first writes."""
    race, act = Race(), reversing_as(window.liaison)
    with race.before(Reversal, "save"), defect():
        return race.run(*[lambda job=job: act(job) for job in reversals_of(person)])
