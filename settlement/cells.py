"""Reads one cell of a bills file exactly, or says in a sentence what is wrong with it."""

import datetime
import re

AMOUNT = re.compile(r"[0-9]+(\.[0-9]{1,2})?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class WrongCell(ValueError):
    """The sentence about one cell."""


def shown(text: str) -> str:
    """The cell's text for a sentence: short, on one line."""
    line = "".join(sign if sign.isprintable() else "?" for sign in text)
    return line if len(line) <= 40 else line[:40] + "…"


def amount(text: str) -> int:
    """Fen from digits with at most two decimals."""
    if not AMOUNT.fullmatch(text):
        raise WrongCell(f"“{shown(text)}”不是金额，应为数字，最多两位小数")
    whole, _, decimals = text.partition(".")
    whole = whole.lstrip("0")
    if len(whole) > 8:
        raise WrongCell("金额最大为 99999999.99")
    return int(whole or "0") * 100 + int(decimals.ljust(2, "0") or "0")


def date(text: str) -> datetime.date:
    """A real day, written YYYY-MM-DD."""
    if DATE.fullmatch(text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            pass
    raise WrongCell(f"“{shown(text)}”不是日期，应写成 YYYY-MM-DD 且确有此日")


def flag(text: str) -> bool:
    """Yes or no, written so."""
    if text not in ("yes", "no"):
        raise WrongCell(f"“{shown(text)}”应为 yes 或 no")
    return text == "yes"


def codes(text: str) -> frozenset[str]:
    """Codes joined by semicolons; blanks around one, empty items and repeats do not count."""
    return frozenset(code for item in text.split(";") if (code := item.strip()))


def number(text: str) -> str:
    """A bill or person number: not empty."""
    if not text:
        raise WrongCell("不能为空")
    return text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run the text."""
    return text.startswith(FORMULA_STARTS)
