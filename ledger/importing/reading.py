"""The one door for spreadsheet files: each is read by a process of its own, within limits of size, cells, memory and time."""

import json
from dataclasses import dataclass
from pathlib import Path

from ledger.actions.refusals import Refused
from ledger.child_process import answer_of
from ledger.importing.reader.cells import Cell, Table, load

CHILD = Path(__file__).parent / "reader" / "child.py"
MEGABYTE = 1024 * 1024
FILE = "file"
NOT_FINISHED = "文件太大或太复杂，没有读完。请只留名单需要的行和列，另存后再导入。"


class NotFinished(Refused):
    """The reader did not come to its end within the limits it was given."""


@dataclass(frozen=True)
class Limits:
    """What one file may ask of the machine; ``wait`` is the clock's seconds, ``seconds`` the processor's."""

    size: int = 10 * MEGABYTE
    rows: int = 20_050  # 20,000 people, and titles and notes around them.
    cells: int = 600_000
    unpacked: int = 200 * MEGABYTE
    told: int = 64 * MEGABYTE  # Characters of the table as it is handed over: one text may stand in a hundred thousand cells.
    memory: int = 1024 * MEGABYTE
    seconds: int = 30
    wait: int = 60


def read_file(name: str, content: bytes, limits: Limits = Limits()) -> Table:  # noqa: B008 - frozen
    """The sheets of an .xlsx or .csv file. Raises Refused with what is wrong with the file and how to mend it."""
    ending = check_file(name, content, limits)
    told = answer_of(CHILD, content, limits, ending, refusal=NotFinished(NOT_FINISHED, FILE)).decode("utf-8", "surrogatepass")
    if told.startswith('{"refused"'):
        raise Refused(json.loads(told)["refused"], FILE)
    return load(told)


def check_file(name: str, content: bytes, limits: Limits = Limits()) -> str:  # noqa: B008 - frozen
    """What can be said of a file without reading it: its ending. Raises Refused for one that is empty, too large or of another kind."""
    if not content:
        raise Refused("文件是空的，请重新选择。", FILE)
    if len(content) > limits.size:
        raise Refused(f"文件超过 {limits.size // MEGABYTE} MB。请拆成几个文件，分次导入。", FILE)
    ending = name.lower().rpartition(".")[2]
    if ending not in ("xlsx", "csv"):
        raise Refused("请选择 .xlsx 或 .csv 文件；.xls 文件请先另存为 .xlsx。", FILE)
    return ending


def read_list(name: str, content: bytes, limits: Limits) -> list[list[Cell]]:
    """The rows of the first sheet, for lists that are one table. Raises Refused."""
    sheets = read_file(name, content, limits).sheets
    if not sheets:
        raise Refused("文件里没有工作表。请核对文件。", FILE)
    return sheets[0].rows
