"""Reads a layer's printed sentences as a patient with a pocket calculator would: every sum made again, and what they lead to."""

import re
from decimal import ROUND_HALF_UP, Decimal

N = r"([\d,]+(?:\.\d+)?)"
CENT = Decimal("0.01")


class Untrue(AssertionError):
    """A printed sum that does not come out."""


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def check(said: str, sign: str, exact: Decimal, printed: Decimal) -> Decimal:
    """The printed result of one sum: equal where it says =, rounded half up to the cent where it says ≈."""
    right = exact if sign == "=" else exact.quantize(CENT, ROUND_HALF_UP)
    if right != printed or (sign == "≈" and exact == printed):
        raise Untrue(f"{said}: {exact} and not {printed}")
    return printed


def first(pattern: str, words: str) -> list[Decimal] | None:
    found = re.search(pattern, words)
    return [number(group) for group in found.groups() if group is not None] if found else None


def recomputed(words: str) -> Decimal:
    """What the layer pays if one follows its words; raises Untrue where a sum on the way is wrong."""
    for a, percent, sign, c in re.findall(rf"{N} × {N}% ([=≈]) {N}", words):
        check("×", sign, number(a) * number(percent) / 100, number(c))
    for a, b, c in re.findall(rf"{N} − {N} = {N}", words):
        check("−", "=", number(a) - number(b), number(c))
    if words.endswith("不适用。"):
        return Decimal(0)
    amount = _own_amount(words)
    if found := first(rf"现在合计 {N} 元，再补 {N} 元，为 {N} 元", words):
        together, more, raised = found
        least = first(rf"（[\d,.]+ × [\d.]+% [=≈] {N} 元）", words)[0]
        check("floor", "=", least - together, more)
        amount = check("floor", "=", amount + more, raised)
    if found := first(rf"全年最多 {N} 元\*?，本次前已用 {N} 元", words):
        left = max(found[0] - found[1], Decimal(0))
        if allowed := first(rf"只能再付 {N} 元", words):
            check("cap", "=", left, allowed[0])
        if ("没有超过。" in words.split("全年最多")[1]) != (amount <= left):
            raise Untrue(f"cap: {amount} of {left}")
        amount = min(amount, left)
    if found := first(rf"不能多于还剩的 {N} 元，付 {N} 元", words):
        amount = check("base", "=", min(amount, found[0]), found[1])
    return amount


def _own_amount(words: str) -> Decimal:
    """By the rates alone."""
    if found := first(rf"定额支付 {N} 元", words) or first(rf"账单填写的是 {N} 元", words):
        return found[0]
    if "没有填写" in words or "不用支付。" in words:
        return Decimal(0)
    if found := first(rf"自己还要付 {N} 元（政策范围内 {N} 元，范围外 {N} 元）；总费用 {N} 元的 {N}%\*? 是 {N} 元", words):
        own, within, outside, total, percent, line = found
        check("parts", "=", within + outside, own)
        check("threshold", "=", total * percent / 100, line)
        return _over(words, own - line, "超过的部分是")
    if "今年以前" in words:
        return _annual(words)
    return _over(words, first(rf"(?:费用|还剩) {N} 元", words)[0] - _deductible(words), "，剩", nothing="不支付")


def _deductible(words: str) -> Decimal:
    found = re.search(rf"起付线 {N} 元\*?(?:，(?:符合[^。；]*?)?(?:减半|按 {N}% 计)\*?为 {N} 元)?", words)
    if not found:
        return Decimal(0)
    stated, percent, tilted = found.groups()
    if tilted:
        factor = number(percent) / 100 if percent else Decimal("0.5")
        check("tilted deductible", "=", number(stated) * factor, number(tilted))
    return number(tilted or stated)


def _over(words: str, over: Decimal, label: str, nothing: str = "没有超过，不支付") -> Decimal:
    """The product that follows; what it multiplies must be what is over."""
    if over <= 0:
        if nothing not in words:
            raise Untrue(f"nothing is over, yet: {words}")
        return Decimal(0)
    if found := first(rf"{label} {N} 元", words):
        check(label, "=", over, found[0])
    factor, _, result = first(rf"。{N} × {N}% [=≈] {N} 元。", words)
    check("factor", "=", over, factor)
    return result


def _annual(words: str) -> Decimal:
    base = first(rf"(?:费用|还剩) {N} 元", words)[0]
    before = first(rf"今年以前住院累计 {N} 元，合起来 {N} 元", words)
    if before:
        check("cumulated", "=", base + before[0], before[1])
        base = before[1]
    over = base - _deductible(words)
    if over <= 0:
        if "没有超过，不支付" not in words:
            raise Untrue(f"below the deductible, yet: {words}")
        return Decimal(0)
    if found := first(rf"超出 {N} 元", words):
        check("over", "=", over, found[0])
    spans = [(number(a), number(b)) for a, b in re.findall(rf"{N} 元按 {N}%", words)]
    check("spans", "=", sum(a for a, _ in spans), over)
    sign, printed = re.search(rf"，共 (≈ )?{N} 元", words).groups()
    together = check("together", "≈" if sign else "=", sum(a * b / 100 for a, b in spans), number(printed))
    if found := first(rf"本次为 {N} − {N} = {N} 元", words):
        check("this time", "=", together, found[0])
        return found[2]
    return together
