"""The one door between yuan as people type and the database keeps them and whole fen, in which everything is computed."""

import re
import unicodedata
from decimal import Decimal

CENT = Decimal("0.01")
HIGHEST = 99_999_999_99
AMOUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)?(?:\.(\d*))?")


def to_fen(amount: Decimal) -> int:
    """Whole fen; raises ValueError for an amount with a third decimal, which nobody can pay."""
    fen = amount * 100
    if fen != fen.to_integral_value():
        raise ValueError(f"{amount} has more than two decimals")
    return int(fen)


def to_yuan(fen: int) -> Decimal:
    """The same amount as the database keeps it."""
    return (Decimal(fen) / 100).quantize(CENT)


def grouped(fen: int) -> str:
    """55,812.60"""
    return f"{fen // 100:,}.{fen % 100:02d}"


def read_amount(text: str) -> int:
    """Fen from 62,480.35, ６２４８０．３５, ¥62480.35元, 62 480。35; raises ValueError with the sentence."""
    narrow = unicodedata.normalize("NFKC", text).replace("。", ".").replace("、", ",")
    narrow = re.sub(r"\s", "", narrow).removeprefix("¥").removeprefix("￥").removesuffix("整").removesuffix("元")
    if narrow.startswith(("-", "−", "－")):
        raise ValueError("金额不能是负数，请核对。")
    match = AMOUNT.fullmatch(narrow)
    if not match or not (match[1] or match[2]):
        raise ValueError(f"“{text.strip()[:20]}”不是金额。请写成 62480.35 这样的数字，单位是元。")
    whole, decimals = (match[1] or "0").replace(",", "").lstrip("0") or "0", match[2] or ""
    if len(decimals) > 2:
        raise ValueError(f"金额最多两位小数，现在有 {len(decimals)} 位。请按账单写到分。")
    if len(whole) > 8:
        raise ValueError(f"金额最大为 {HIGHEST // 100:,}.99 元，请核对。")
    return int(whole) * 100 + int(decimals.ljust(2, "0"))
