"""补报 in words, as the sheet and the page print it under the official table, never in it. Pure, from the payload alone."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ledger.money import grouped
from ledger.protection import mask_id_number
from reports.differences import DEPOSIT_KEYS, holds_words, words_of

COUNTED = {"F1": "人", "F2": "人", "F6": "人次"}
CHANGE = {"came": "增加", "went": "减少"}


def month_words(covers_from: str, period: str) -> str:
    """``2019-05`` and ``2019-06``: 2019 年 5 月到 6 月; a return of one month bears that month."""
    (first_year, first), (year, month) = (text.split("-") for text in (covers_from, period))
    if covers_from == period:
        return f"{year} 年 {int(month)} 月"
    return f"{first_year} 年 {int(first)} 月到{f' {year} 年' if year != first_year else ''} {int(month)} 月"


def supplement_lines(payload: dict, *, masked: bool = False) -> list[str]:
    """The lines under a form: a period each, with the figures that are others now, then whoever came and went. Numbers masked on request."""
    return [line for _, lines in supplement_by_period(payload, masked=masked) for line in lines]


def supplement_by_period(payload: dict, *, masked: bool = False) -> list[tuple[str, list[str]]]:
    """The same lines by the period that they tell of."""
    return [(entry["period"], list(_entry(payload["form"], entry, masked))) for entry in payload.get("supplement", ())]


def _entry(form: str, entry: dict, masked: bool) -> Iterator[str]:
    told = "；".join(_cells(form, entry))
    yield f"补报 {month_words(entry['covers_from'], entry['period'])}（统计截止日期 {entry['cut_off_on']}）：{told}。"
    for row in entry["rows"]:
        yield f"　{CHANGE[row['change']]}：{_civil(row, masked) if form == 'F2' else _deposit(row)}。"


def _cells(form: str, entry: dict) -> Iterator[str]:
    names = entry.get("names", {})
    for row, cells in groupby(entry["cells"], key=lambda cell: words_of(form, cell["place"])[0]):
        words = "、".join(_cell(form, cell) for cell in cells)
        yield f"{names.get(row, row)}{words}" if form != "F6" or row != "本县" else words


def _cell(form: str, cell: dict) -> str:
    label, was, now = words_of(form, cell["place"])[1], cell["was"], cell["now"]
    if holds_words(cell["place"]):
        return f"{label}由“{was}”改为“{now}”" if was else f"{label}补为“{now}”"
    if cell["place"].endswith("|amount_fen"):
        return f"{label}由 {grouped(int(was))} 元改为 {grouped(int(now))} 元"
    if was == now:
        return f"{label}仍为 {now}，{_swapped(form, cell['came'], cell['went'])}"
    return f"{label} {was} 改为 {now}（{int(now) - int(was):+d}）".replace("-", "−")


def _swapped(form: str, came: Sequence[int], went: Sequence[int]) -> str:
    return f"增加 {len(came)} {COUNTED[form]}、减少 {len(went)} {COUNTED[form]}"


def _civil(row: dict, masked: bool) -> str:
    number = mask_id_number(row["id_number"]) if masked else row["id_number"]
    parts = [f"{row['disease']} {row['name']}", row["sex"], f"{row['age']} 岁", row["native_place"] and f"籍贯{row['native_place']}"]
    parts += [f"身份证号（合医证）{number}" if number else "无证号", f"{row['registered_on']} 建立台账", row["remark"]]
    return "，".join(part for part in parts if part)


def _deposit(row: dict) -> str:
    told = {**row, "amount_fen": f" {grouped(row['amount_fen'])} 元"}
    return "，".join([row["name"], *(f"{label}{_led(str(told[key]))}" for key, label in DEPOSIT_KEYS.items() if str(told[key]).strip())])


def _led(text: str) -> str:
    """Words after a colon, an amount after its blank."""
    return text if text.startswith(" ") else f"：{text}"
