"""The waterfall 费用由谁负担 as plain figures: where each bar, line and word stands, so that no two words overlap."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from settlement.amounts import grouped, share

WIDTH = 776
PLOT = 164
BAR = 66
TEXT = 13
LINE = 18
LABEL = 15
LONGEST_NAME = 3


@dataclass
class Word:
    """One text of the chart; its baseline."""

    x: str
    y: str
    words: str
    style: str = ""


@dataclass
class Bar:
    """One column: a rectangle, or a thin line where the amount is nothing or the layer does not apply."""

    x: str
    y: str
    width: str
    height: str
    style: str
    right: str
    flat: bool
    title: str


@dataclass
class Waterfall:
    """All that the template draws, in numbers already written out."""

    width: int
    height: int
    axis: str
    label: str
    bars: list[Bar] = field(default_factory=list)
    joins: list[tuple[str, str, str]] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)


def waterfall(total: int, layers: Sequence[tuple[str, int, bool]], self_pay: int) -> Waterfall:
    """Total in grey, one bar a layer in chain order (title, fen, whether it applies), what the patient pays in ink."""
    columns = [("总费用", total, True), *layers, ("个人自付", self_pay, True)]
    slot = WIDTH / len(columns)
    bar = min(BAR, slot * 0.6)
    names = [wrapped(title, int((slot - 6) // TEXT)) for title, _, _ in columns]
    labels = [_label(index, len(columns), fen, applies) for index, (_, fen, applies) in enumerate(columns)]
    levels = _levels(total, columns)
    raised = _raised(labels, levels, slot)
    top = 26 + LABEL * max(raised)
    floor = top + PLOT
    lines = max(len(name) for name in names)
    chart = Waterfall(WIDTH, int(floor + 46 + LINE * (lines - 1)), f"{floor + 0.5:.1f}", _said(total, layers, self_pay))
    for index, (title, fen, applies) in enumerate(columns):
        middle = slot * index + slot / 2
        left, right = middle - bar / 2, middle + bar / 2
        start, end = (top + PLOT * level for level in levels[index])
        style = "ck" if index == 0 else "cs" if index == len(columns) - 1 else "c1"
        height = max(end - start, 1)
        flat = not applies or not fen
        chart.bars.append(Bar(_n(left), _n(start), _n(bar), _n(height), style, _n(right), flat, title))
        if index < len(columns) - 1:
            edge = start if index == 0 else end
            chart.joins.append((_n(right), _n(left + slot), f"{int(edge) + 0.5:.1f}"))
        bold = index in (0, len(columns) - 1)
        chart.words.append(
            Word(
                _n(inside(middle, labels[index])),
                _n(start - 7 - LABEL * raised[index]),
                labels[index],
                "tb" if bold else "" if applies else "t2",
            )
        )
        for row, part in enumerate(names[index]):
            chart.words.append(Word(_n(middle), _n(floor + 19 + LINE * row), part))
        if applies:
            chart.words.append(Word(_n(middle), _n(floor + 19 + LINE * lines), share(fen, total), "t2"))
    return chart


def _n(number: float) -> str:
    return f"{number:.1f}"


def _label(index: int, columns: int, fen: int, applies: bool) -> str:
    if not applies:
        return "不适用"
    return grouped(fen) if index in (0, columns - 1) or not fen else f"−{grouped(fen)}"


def _levels(total: int, columns: Sequence[tuple[str, int, bool]]) -> list[tuple[float, float]]:
    """Where each bar starts and ends, 0 the top of the total and 1 the axis."""
    if not total:
        return [(1.0, 1.0)] * len(columns)
    found, taken = [(0.0, 1.0)], 0
    for _, fen, _ in columns[1:-1]:
        found.append((taken / total, (taken + fen) / total))
        taken += fen
    return [*found, (taken / total, 1.0)]


def width_of(words: str) -> float:
    """About how wide a text is at 13 px: figures half a character, stops a quarter."""
    return sum(4 if sign in ",." else 7.5 if sign.isascii() or sign == "−" else TEXT for sign in words)


def inside(middle: float, words: str) -> float:
    """The middle of a text moved so that the text stays on the drawing."""
    half = width_of(words) / 2
    return min(max(middle, half), WIDTH - half)


def _raised(labels: list[str], levels: list[tuple[float, float]], slot: float) -> list[int]:
    """By how many lines each amount moves up so that it clears those before it."""
    placed: list[tuple[float, float, float]] = []
    raised = []
    for index, label in enumerate(labels):
        middle, half = inside(slot * index + slot / 2, label), width_of(label) / 2 + 2
        up = 0
        while any(
            middle - half < right and left < middle + half and abs(PLOT * levels[index][0] - LABEL * up - y) < LABEL
            for left, right, y in placed
        ):
            up += 1
        placed.append((middle - half, middle + half, PLOT * levels[index][0] - LABEL * up))
        raised.append(up)
    return raised


def wrapped(title: str, room: int) -> list[str]:
    """A title in up to three lines of about equal length; the rest of a longer one is cut with an ellipsis."""
    lines = min(-(-len(title) // room), LONGEST_NAME)
    if len(title) > lines * room:
        title = title[: lines * room - 1] + "…"
    size = -(-len(title) // lines)
    return [title[start : start + size] for start in range(0, len(title), size)]


def _said(total: int, layers: Sequence[tuple[str, int, bool]], self_pay: int) -> str:
    parts = [f"{title}支付 {grouped(fen)} 元，占 {share(fen, total)}" if applies else f"{title}不适用" for title, fen, applies in layers]
    return "；".join([f"总费用 {grouped(total)} 元", *parts, f"个人自付 {grouped(self_pay)} 元，占 {share(self_pay, total)}"])
