"""ID-card numbers (GB 11643): what a clerk typed, taken as meant, checked by digit and date. Pure."""

import datetime
import re
import unicodedata
from dataclasses import dataclass
from operator import mul

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"


class IdNumberError(ValueError):
    """The number cannot be right; the message tells the clerk what to look at."""


@dataclass(frozen=True)
class IdNumber:
    """A checked number: always 18 characters, with what it says about its holder."""

    number: str
    born_on: datetime.date
    sex: str  # "male" | "female"

    @property
    def county_code(self) -> str:
        return self.number[:6]


def tidy(text: str) -> str:
    """Full-width digits, blanks, tabs, apostrophes and invisible characters taken as meant; letters upper-case."""
    if text and text.isascii() and text.isalnum():
        return text.upper()
    narrow = unicodedata.normalize("NFKC", text or "")
    return "".join(c for c in narrow if not c.isspace() and c not in "'`’‘-" and unicodedata.category(c) != "Cf").upper()


def check_digit(first_seventeen: str) -> str:
    """GB 11643-1999: the weighted sum modulo 11."""
    return CHECK_DIGITS[sum(map(mul, WEIGHTS, map(int, first_seventeen))) % 11]


def read_id_number(text: str, today: datetime.date) -> IdNumber:
    """Read what was typed as an ID number; a 15-digit number is completed to its 18.

    Raises IdNumberError: wrong length, wrong character, impossible date, birth in the future, wrong check digit.
    """
    number = tidy(text)
    if len(number) not in (15, 18):
        mend = "补齐" if len(number) < 18 else "改正"
        raise IdNumberError(f"身份证号要 18 位（旧证 15 位），现在是 {len(number)} 位。请对照身份证{mend}。")
    body = number[:17] if len(number) == 18 else number
    if not (body.isascii() and body.isdigit()) or (len(number) == 18 and number[17] not in "0123456789X"):
        raise IdNumberError("身份证号只能是数字，末位可以是 X。请对照身份证改正。")
    if len(number) == 15:
        body = f"{number[:6]}19{number[6:]}"
    try:
        born_on = datetime.date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    except ValueError:
        raise IdNumberError(f"身份证号里的出生日期 {body[6:10]}-{body[10:12]}-{body[12:14]} 不存在。请对照身份证改正。") from None
    if born_on > today:
        raise IdNumberError(f"身份证号里的出生日期 {born_on} 晚于今天。请对照身份证改正。")
    if born_on.year < 1890:
        raise IdNumberError(f"身份证号里的出生年份 {born_on.year} 太早。请对照身份证改正。")
    digit = check_digit(body)
    if len(number) == 18 and number[17] != digit:
        raise IdNumberError("身份证号校验码不对，至少有一位写错。请对照身份证改正。")
    return IdNumber(body + digit, born_on, "male" if int(body[16]) % 2 else "female")


def age_on(born_on: datetime.date, day: datetime.date) -> int:
    """Full years of age on a day; a birthday on 29 February is kept on 1 March of common years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def read_phone(text: str) -> str:
    """A mobile number (11 digits) or a landline with its area code, in brackets or not, China's own prefix dropped; raises ValueError with the sentence for the clerk."""
    number = tidy(text)
    if len(number) == 11 and number[0] == "1" and number.isascii() and number.isdigit():
        return number  # As most are: a mobile number, and nothing to take off.
    number = re.sub(r"[()]", "", number)
    number = re.sub(r"^(\+|00)86", "", number)
    if not (number.isascii() and number.isdigit()):
        raise ValueError("电话只能是数字，座机可带区号。请核对后改正。")
    if number.startswith("0"):
        if not 10 <= len(number) <= 12:
            raise ValueError(f"座机要带区号共 10 至 12 位，现在是 {len(number)} 位。请核对后改正。")
        return number
    if len(number) in (7, 8) and number[0] != "1":
        raise ValueError(f"座机要带区号共 10 至 12 位，现在是 {len(number)} 位。请补上区号。")
    if len(number) != 11:
        raise ValueError(f"手机号要 11 位，现在是 {len(number)} 位。请核对后{'补齐' if len(number) < 11 else '改正'}。")
    if not number.startswith("1"):
        raise ValueError("手机号以 1 开头。请核对后改正。")
    return number
