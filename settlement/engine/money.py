"""Whole-number arithmetic on fen, so that no amount ever passes through a float."""

MILLION = 1_000_000  # Rates and multipliers are whole millionths.


def half_up(numerator: int, denominator: int) -> int:
    """A non-negative fraction rounded to a whole number, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


def yuan(fen: int) -> str:
    """An amount with its two decimals, as 123.40."""
    return f"{fen // 100}.{fen % 100:02d}"


def draw(parts: list[int], indices: tuple[int, ...], amount: int) -> None:
    """Take the amount out of these parts in proportion to what is left in each, first to last."""
    if not amount:
        return
    left = sum([parts[index] for index in indices])
    for index in indices:
        remainder = parts[index]
        if not remainder:
            continue
        taken = half_up(amount * remainder, left)
        parts[index] = remainder - taken
        left -= remainder
        amount -= taken
