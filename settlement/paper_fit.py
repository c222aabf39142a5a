"""How tightly a paper is set so that it stays one page: its height estimated in millimetres for each style, loosest first."""

from collections.abc import Sequence
from dataclasses import dataclass

PAGE = 263.0  # A4 less its margins is 269 mm; what is kept back is for fonts that run wider than ours.
LIST_WIDTH = 173.0
STAMP, STAMP_WIDTH = 16.0, 140.0


@dataclass(frozen=True)
class Setting:
    """One style of ``.sheet`` in static/css/ledger.css, in millimetres as printed.

    ``sign`` is a Chinese character of the explanation, ``column`` the width it runs in; ``source`` the line 依据, 0 where it
    follows the words; ``row`` what a table row adds to its lines. ``calculation`` and ``settlement`` are all the rest of the two
    papers with everything on them, the stamp 已冲销 included.
    """

    style: str
    sign: float
    column: float
    line: float
    source: float
    row: float
    calculation: float
    settlement: float
    payer: float


SETTINGS = (
    Setting("", 3.71, 115, 5.6, 5.6, 1.7, 153, 206, 7.9),
    Setting("sheet-tight", 3.36, 115, 4.8, 4.6, 1.2, 133, 182, 6.6),
    Setting("sheet-small", 3.18, 119, 4.45, 0, 1.1, 116, 157, 6.1),
    Setting("sheet-dense", 3.0, 124, 4.1, 0, 1.0, 103, 139, 5.2),
)


def lines(words: str, sign: float, width: float) -> int:
    """How many lines a text takes; figures and stops of the western kind are narrower."""
    length = sum(sign * 0.54 if letter.isascii() else sign for letter in words)
    return max(-int(-length // width), 1)


def calculation_style(layers: Sequence[tuple[str, str]], notes: Sequence[str], *, stamp: str = "") -> str:
    """The style of 计算说明: (words, source) a layer, the numbered notes below, and what the stamp 已冲销 says."""

    def height(setting: Setting) -> float:
        found = setting.calculation
        for words, source in layers:
            if source and not setting.source:
                words += f"　依据：{source}"
            found += lines(words, setting.sign, setting.column) * setting.line + setting.row
            found += setting.source * lines(source, setting.sign * 0.86, setting.column) if source else 0
        return found + _notes(setting, notes) + _stamp(setting, stamp)

    return _loosest(height)


def settlement_style(layers: int, notes: Sequence[str], *, stamp: str = "") -> str:
    """The style of 结算单."""
    return _loosest(lambda setting: setting.settlement + setting.payer * layers + _notes(setting, notes) + _stamp(setting, stamp))


def _stamp(setting: Setting, words: str) -> float:
    """What the stamp adds to the rest of a paper, which holds one of two lines; less where there is none."""
    return (lines(words, 3.71, STAMP_WIDTH) - 2) * setting.line * 1.25 if words else -STAMP


def _notes(setting: Setting, notes: Sequence[str]) -> float:
    return sum(lines(note, setting.sign, LIST_WIDTH) * setting.line for note in notes)


def _loosest(height) -> str:
    return next((setting.style for setting in SETTINGS if height(setting) <= PAGE), SETTINGS[-1].style)
