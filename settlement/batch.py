"""Settles a table of bills without a database: reads it once, keeps compact rows, answers in its order."""

import csv
import datetime
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ledger.importing.undisturbed import no_collection
from settlement import cells
from settlement.engine.bill import Bill, Result, Year
from settlement.engine.chain import Chain, bill_faults
from settlement.engine.errors import CannotSettle
from settlement.engine.facts import Facts
from settlement.engine.money import yuan
from settlement.engine.policy import ENTERED, FLAGS, Policy
from settlement.engine.terms import facts_faults

COLUMNS = (
    "bill_no", "person_no", "categories", "disease", "hospital_level", "insurance_plan", *FLAGS, "admitted_on", "discharged_on",
    "total_yuan", "in_policy_yuan", "limit_yuan", *ENTERED,
)  # fmt: skip
NO_YEAR: Year = {}
NOTHING_GIVEN: dict[str, int] = {}
KEPT = 50_000  # Combinations of facts remembered while reading.


class UnreadableFile(Exception):
    """The file as a whole cannot be used; one sentence says why."""


class Entry(NamedTuple):
    """A bill that may be settled; entries sort in the order in which they cumulate."""

    person: str
    discharged_on: datetime.date
    bill_no: str
    position: int
    bill: Bill


def column_places(header: list[str], policy: Policy) -> dict[str, int]:
    """Where each column stands; every one the calculator knows must be there once."""
    names = [name.strip() for name in header]
    if double := sorted({name for name in names if name and names.count(name) > 1}):
        raise UnreadableFile(f"列名重复：{'、'.join(double)}")
    optional = set() if policy.plans else {"insurance_plan"}
    if missing := [name for name in COLUMNS if name not in names and name not in optional]:
        raise UnreadableFile(f"缺少这些列：{'、'.join(missing)}")
    return {name: names.index(name) for name in COLUMNS if name in names}


def read_rows(path: Path) -> Iterator[list[str]]:
    """The file's rows, blank lines left out."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file, strict=True):
                if row:
                    yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UnreadableFile(f"无法读取 {path}：{reason}") from error


class BillFile:
    """The bills of one file: which can be settled, and what is wrong with the others."""

    def __init__(self, policy: Policy, diseases: frozenset[str]):
        self.policy = policy
        self.chain = Chain(policy, diseases)
        self.numbers: list[str] = []
        self.faults: dict[int, list[str]] = {}
        self.entries: list[Entry] = []
        self._days: dict[str, datetime.date] = {}
        self._facts: dict[tuple[str, ...], tuple[Facts, list[str]]] = {}

    def read(self, path: Path) -> None:
        rows = read_rows(path)
        header = next(rows, None)
        if header is None:
            raise UnreadableFile(f"{path} 是空文件")
        self.take(header, rows)

    def take(self, header: list[str], rows: Iterable[list[str]]) -> None:
        """The bills of a table, wherever it comes from: a file or a hospital system's list."""
        self._places = column_places(header, self.policy)
        self._width = len(header)
        used = ("categories", "disease", *(["hospital_level"] if self.policy.levels else []))
        used += (*(["insurance_plan"] if self.policy.plans else []), *self.policy.flags)
        self._fact_columns = [(name, self._places[name]) for name in used]
        seen: set[str] = set()
        twice: set[str] = set()
        with no_collection():
            for position, row in enumerate(rows):
                number = self._keep(position, row)
                if number in seen:
                    twice.add(number)
                seen.add(number)
        self._refuse_repeats(twice)
        self.entries.sort()

    def _refuse_repeats(self, twice: set[str]) -> None:
        twice.discard("")
        if not twice:
            return
        for position, number in enumerate(self.numbers):
            if number in twice:
                self.faults.setdefault(position, []).append("bill_no: 账单号在文件中出现不止一次")
        self.entries = [entry for entry in self.entries if entry.bill_no not in twice]

    def _keep(self, position: int, row: list[str]) -> str:
        """Keep one row as an entry or as faults; its number either way."""
        places = self._places
        number = row[places["bill_no"]].strip() if len(row) > places["bill_no"] else ""
        self.numbers.append(number)
        if len(row) != self._width:
            self.faults[position] = [f"bill_no: 这一行有 {len(row)} 格，表头有 {self._width} 格"]
            return number
        faults: list[str] = []
        facts, wrong = self._read_facts(row)
        faults += wrong
        if not number:
            faults.append("bill_no: 不能为空")
        elif cells.is_formula(number):
            faults.append("bill_no: 账单号会被电子表格当作公式")
        person = self._cell(row, "person_no", cells.number, faults)
        bill = Bill(
            facts,
            self._cell(row, "admitted_on", self._day, faults),
            self._cell(row, "discharged_on", self._day, faults),
            self._cell(row, "total_yuan", cells.amount, faults),
            self._cell(row, "in_policy_yuan", cells.amount, faults),
            self._cell(row, "limit_yuan", cells.amount, faults) if row[places["limit_yuan"]].strip() else None,
            self._given(row, faults) if self.policy.entered else NOTHING_GIVEN,
        )
        if bill.admitted_on and bill.discharged_on and bill.total is not None and bill.in_policy is not None:
            faults += [str(fault) for fault in bill_faults(self.policy, bill)]
        else:
            faults += self._half_faults(bill)
        if faults:
            self.faults[position] = faults
        else:
            self.entries.append(Entry(sys.intern(person), bill.discharged_on, number, position, bill))
        return number

    def _half_faults(self, bill: Bill) -> list[str]:
        """What the readable half of a bill still tells."""
        days = bill.admitted_on and bill.discharged_on
        amounts = bill.total is not None and bill.in_policy is not None
        first = self.policy.in_force_from
        whole = bill._replace(
            admitted_on=bill.admitted_on if days else min(bill.discharged_on or first, first),
            discharged_on=bill.discharged_on or first,
            total=bill.total if amounts else 0,
            in_policy=bill.in_policy if amounts else 0,
        )
        return [str(fault) for fault in bill_faults(self.policy, whole)]

    def _cell(self, row: list[str], name: str, read: Callable[[str], Any], faults: list[str]) -> Any:
        try:
            return read(row[self._places[name]].strip())
        except cells.WrongCell as error:
            faults.append(f"{name}: {error}")
            return None

    def _given(self, row: list[str], faults: list[str]) -> dict[str, int]:
        given = {name: self._cell(row, name, cells.amount, faults) for name in self.policy.entered if row[self._places[name]].strip()}
        return {name: fen for name, fen in given.items() if fen is not None} or NOTHING_GIVEN

    def _day(self, text: str) -> datetime.date:
        day = self._days.get(text)
        if day is None:
            day = self._days[text] = cells.date(text)
        return day

    def _read_facts(self, row: list[str]) -> tuple[Facts, list[str]]:
        key = tuple([row[place] for _, place in self._fact_columns])
        known = self._facts.get(key)
        if known is None:
            if len(self._facts) >= KEPT:
                self._facts.clear()
            known = self._facts[key] = self._new_facts(row)
        return known

    def _new_facts(self, row: list[str]) -> tuple[Facts, list[str]]:
        faults: list[str] = []
        text = {name: row[place].strip() for name, place in self._fact_columns}
        flags = frozenset(name for name in self.policy.flags if self._cell(row, name, cells.flag, faults))
        facts = Facts(
            cells.codes(text["categories"]), text["disease"], text.get("hospital_level", ""), text.get("insurance_plan", ""), flags
        )
        return facts, [shown_fault(fault) for fault in facts_faults(self.policy, facts, self.chain.diseases)] + faults

    def settle(self, only: str | None = None) -> Iterator[tuple[Entry, Result | CannotSettle]]:
        """Each entry with its result, in the order of cumulation; ``only`` one person's."""
        person, current, year = None, None, NO_YEAR
        for entry in self.entries:
            if only is not None and entry.person != only:
                continue
            if entry.person != person or calendar_year(entry.bill) != current:
                person, current, year = entry.person, calendar_year(entry.bill), NO_YEAR
            try:
                result = self.chain.share_out(entry.bill, year)
            except CannotSettle as error:
                yield entry, error
                continue
            year = result.year
            yield entry, result


def calendar_year(bill: Bill) -> int:
    """The year a bill counts in: that of its discharge, whenever it is settled."""
    return bill.discharged_on.year


def shown_fault(fault: CannotSettle) -> str:
    return cells.shown(fault.field) + ": " + "".join(sign if sign.isprintable() else "?" for sign in fault.sentence)[:200]


def quoted(text: str) -> str:
    """A CSV cell, quoted where it must be."""
    if any(sign in text for sign in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def settled(bills: BillFile) -> Iterator[tuple[Entry, Result]]:
    """Each bill that is settled, in the order of cumulation; one that the chain refuses joins the faults instead."""
    for entry, outcome in bills.settle():
        if isinstance(outcome, CannotSettle):
            bills.faults[entry.position] = [str(outcome)]
        else:
            yield entry, outcome


def output(bills: BillFile) -> tuple[Iterable[str], bool]:
    """The answer's lines in the file's order, and whether every bill was settled."""
    lines: list[str] = [""] * len(bills.numbers)
    with no_collection():
        for entry, result in settled(bills):
            amounts = [line.amount for line in result.lines]
            amounts.append(result.self_pay)
            lines[entry.position] = ",".join([quoted(entry.bill_no), *map(yuan, amounts), ""])
    blanks = "," * (len(bills.policy.layers) + 2)
    for position, faults in bills.faults.items():
        number = bills.numbers[position]
        # What a spreadsheet would run leaves here as text.
        lines[position] = quoted(f"'{number}" if cells.is_formula(number) else number) + blanks + quoted("; ".join(faults))
    header = ",".join(["bill_no", *(layer.name for layer in bills.policy.layers), "self_pay_yuan", "error"])
    return [header, *lines], not bills.faults
