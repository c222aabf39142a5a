"""The initials by which a name is found from the keyboard: 覃福生 → qfs. Pure."""

from functools import cache, lru_cache
from types import ModuleType

# Read otherwise as surnames than as common words.
SURNAMES = {"单": "s", "仇": "q", "曾": "z", "解": "x", "区": "o", "查": "z", "朴": "p", "尉": "y", "冼": "x", "缪": "m",
            "盖": "g", "任": "r", "覃": "q", "盛": "s", "翟": "z", "尹": "y", "种": "c", "繁": "p", "秘": "b", "乐": "y"}  # fmt: skip
DOUBLE_SURNAMES = {"尉迟": "yc", "万俟": "mq", "长孙": "zs", "单于": "cy", "澹台": "tt"}


def initials(name: str) -> str:
    """First letters of the name's syllables, lower case; letters and digits stay, marks such as · fall away."""
    name = "".join(character for character in name if character.isalnum())
    for surname, letters in DOUBLE_SURNAMES.items():
        if name.startswith(surname):
            return letters + _letters(name[2:])
    if name[:1] in SURNAMES:
        return SURNAMES[name[0]] + _letters(name[1:])
    return _letters(name)


@cache
def dictionary() -> ModuleType:
    """Its 47,000 phrases are read when the first name is, not by every command and process that starts."""
    import pypinyin.constants

    return pypinyin


def _letters(text: str) -> str:
    """Each character as it is commonly read, unless it stands in a word with a reading of its own: 朝 in 朝阳."""
    phrases = dictionary().constants.PHRASES_DICT
    if any(text[start:end] in phrases for start in range(len(text) - 1) for end in range(start + 2, len(text) + 1)):
        return _read(text)
    return "".join(map(_read, text))


@lru_cache(maxsize=32_768)
def _read(text: str) -> str:
    read = dictionary().lazy_pinyin(text, style=dictionary().Style.FIRST_LETTER, errors=list)
    return "".join(part[:1] for part in read).lower()
