"""ICD-10 prefixes as an office types them, and where two diseases would claim one code. Pure."""

import re
import unicodedata
from collections.abc import Iterable

PREFIX = re.compile(r"[A-Z]\d{2}(\.\d{1,3})?")
MOST = 20


def read_prefixes(text: str) -> list[str]:
    """``C16, I12.0`` as prefixes: commas, semicolons or blanks between them, full width or not, in small letters or capitals.

    Raises ValueError with the sentence.
    """
    narrow = unicodedata.normalize("NFKC", text).upper()
    found = list(dict.fromkeys(part for part in re.split(r"[,;、\s]+", narrow) if part))
    if not found:
        raise ValueError("请填写 ICD-10 前缀，如 C16 或 I12.0。")
    wrong = [part for part in found if not PREFIX.fullmatch(part)]
    if wrong:
        raise ValueError(f"“{wrong[0][:12]}”不是 ICD-10 前缀。请写成 C16 或 I12.0 这样，几个之间用逗号隔开。")
    if len(found) > MOST:
        raise ValueError(f"一个病种最多 {MOST} 个前缀，现在是 {len(found)} 个。")
    return found


def overlapping(prefixes: Iterable[str], others: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs of which one begins with the other: a code could belong to both."""
    others = list(others)
    return [(one, other) for one in prefixes for other in others if one.startswith(other) or other.startswith(one)]
