"""What a list of bills would come to under a policy: the calculator's reading, asked by a hospital system instead of a file."""

from collections.abc import Sequence

from settlement.batch import COLUMNS, BillFile, Entry, settled
from settlement.engine.bill import Result
from settlement.engine.policy import Policy
from settlement.faults import Fault


def what_if(
    policy: Policy, diseases: frozenset[str], rows: Sequence[dict[str, str]]
) -> list[tuple[str, tuple[Entry, Result] | list[Fault]]]:
    """For each row in order its bill number, and its result or all that is wrong with it.

    A cell that is left out is an empty one; further cells are ignored. Bills of one person and year cumulate in the order
    of discharge, then bill number, whatever the order of the list.
    """
    bills = BillFile(policy, diseases)
    bills.take(list(COLUMNS), ([row.get(name, "") for name in COLUMNS] for row in rows))
    results = {entry.position: (entry, result) for entry, result in settled(bills)}
    return [
        (number, results[position] if position in results else [_fault(text) for text in bills.faults[position]])
        for position, number in enumerate(bills.numbers)
    ]


def _fault(text: str) -> Fault:
    """The calculator's "column: sentence" in the interface's terms."""
    column, _, sentence = text.partition(": ")
    return Fault("wrong_cell", sentence if sentence.endswith("。") else f"{sentence}。", column)
