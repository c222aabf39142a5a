"""How a policy's numbers are said to a clerk, and read back as a person typed them from a document on the desk."""

import unicodedata
from decimal import Decimal, InvalidOperation

from settlement.amounts import of_rule, percent
from settlement.engine.money import MILLION
from settlement.engine.policy import Condition, Policy
from settlement.figures import Figure

NO_CAP = "不设限额"
HIGHEST_YUAN = Decimal("99999999.99")


def kind_of(figure: Figure) -> str:
    """What is to be typed: yuan, points, percent, the word for no cap, or how many items a list has."""
    if figure.key.endswith(".no_cap"):
        return "no_cap"
    if figure.value is None:
        return "list"
    if figure.unit == "yuan":
        return "yuan"
    return "points" if figure.key.endswith(".tilt.points") else "percent"


UNITS = {"yuan": "元", "points": "个百分点", "percent": "%", "no_cap": "", "list": "项"}


def said(figure: Figure, policy: Policy) -> str:
    """15,000 元; 85%; 5 个百分点; 不设限额; 名单 9 项."""
    kind = kind_of(figure)
    if kind == "no_cap":
        return NO_CAP
    if kind == "list":
        return f"名单 {expected(figure, policy)} 项"
    return f"{of_rule(figure.value)} 元" if kind == "yuan" else rate_said(figure)


def rate_said(figure: Figure) -> str:
    words = percent(figure.value)
    return f"{words.removesuffix('%')} 个百分点" if kind_of(figure) == "points" else words


def bare(figure: Figure) -> str:
    """The number alone, as an input shows it: 15000, 85."""
    if kind_of(figure) in ("no_cap", "list"):
        return ""
    return of_rule(figure.value).replace(",", "") if figure.unit == "yuan" else percent(figure.value).removesuffix("%")


def expected(figure: Figure, policy: Policy) -> int | str:
    """What the document must print for the number to be signed: fen, millionths, the items of a list, or the words."""
    kind = kind_of(figure)
    if kind == "no_cap":
        return NO_CAP
    if kind != "list":
        return figure.value
    condition = policy.conditions[figure.path[1]]
    return len(condition.assumed_categories) if figure.key.endswith(".assumed_categories") else listed(condition)


def listed(condition: Condition) -> int:
    """How many categories, diseases or circumstances a condition lists; those it is built on count as one each."""
    lists = (condition.categories, condition.diseases, condition.not_diseases, condition.flags, condition.not_flags)
    return sum(map(len, (*lists, condition.any_of, condition.all_of)))


def read_printed(kind: str, text: str) -> int | str:
    """What was typed in the units of the engine. Raises ValueError with the sentence."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    if kind == "no_cap":
        if narrow.rstrip("。") != NO_CAP:
            raise ValueError(f"文件规定不设限额的，请写“{NO_CAP}”四个字。")
        return NO_CAP
    for ending in ("元", "个百分点", "%", "项", "种", "类"):
        narrow = narrow.removesuffix(ending).strip()
    try:
        amount = Decimal(narrow.replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"“{text.strip()[:20]}”不是数。请照文件写阿拉伯数字，单位是{UNITS[kind]}。") from None
    if not amount.is_finite() or amount < 0:
        raise ValueError("要不小于零的数，请核对。")
    if kind == "list":
        if amount != amount.to_integral_value():
            raise ValueError("项数是整数，请核对。")
        return int(amount)
    if kind == "yuan":
        return _scaled(amount, 100, HIGHEST_YUAN, "金额最多两位小数，不超过 99,999,999.99 元，请核对。")
    return _scaled(amount, MILLION // 100, Decimal(100), "比例是 0 到 100 之间的数，最多四位小数，请核对。")


def _scaled(amount: Decimal, scale: int, highest: Decimal, sentence: str) -> int:
    scaled = amount * scale
    if amount > highest or scaled != scaled.to_integral_value():
        raise ValueError(sentence)
    return int(scaled)


def typed_said(kind: str, value: int | str) -> str:
    """What was typed, said back."""
    if kind == "yuan":
        return f"{of_rule(value)} 元"
    if kind in ("percent", "points"):
        return percent(value) if kind == "percent" else f"{percent(value).removesuffix('%')} 个百分点"
    return value if kind == "no_cap" else f"{value} 项"
