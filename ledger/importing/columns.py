"""What each column of a list takes: one widget a kind of cell, each either answers a value or says what to mend. Pure."""

import datetime
import re
import unicodedata
from abc import ABC, abstractmethod

from import_export.fields import Field
from import_export.widgets import Widget

from ledger.forms import NARROWED, PlainField, read_day
from ledger.identity import IdNumber, IdNumberError, read_id_number, read_phone, tidy
from ledger.importing.reader.cells import Broken, Cell, Number

PLAIN = PlainField()
FORMULA = "=+-@"
BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+")
INSURANCE = re.compile(r"[A-Z]{0,4}\d{5,14}|\d{20,30}")
BETWEEN = re.compile(r"[^0-9A-Za-z]+")
SPACED = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")  # 韦　兰: tables pad short names to the width of long ones.
EARLIEST = datetime.date(2000, 1, 1)
DAY_ZERO = datetime.date(1899, 12, 30)  # From which the office program counts days.
SAME_AS_ABOVE = {"同上", "同左", "〃", "″", '"', "“", "”"}
NOTHING = {"无", "没有", "暂无", "/", "-", "--", "—", "——"}  # How a table says that a cell is left blank.
NO_NAMES = {"不详", "未知", "空", "缺", "TRUE", "FALSE", "NULL", "合计", "总计", "小计"}
OF_NAMES = set("·•・‧．.'’()（） ")  # What stands in a name beside its letters: 买买提·依明, 韦小妹（大）.


class Column(Field):
    """A column of a layout: its official heading, other ways it is written, and whether a list may leave it out."""

    def __init__(self, attribute: str, heading: str, widget: Widget, *, also: tuple[str, ...] = (), needed: bool = True):
        super().__init__(attribute, heading, widget)
        self.also, self.needed = also, needed
        widget.heading = re.sub(r"[(（].*", "", heading)


class CellWidget(Widget, ABC):
    """A cell taken as text. Raises ValueError with the sentence for whoever keeps the list."""

    heading, instead = "", "请把该格改为数值或文字。"

    def clean(self, value: Cell, row=None, *, today: datetime.date, **kwargs):
        if isinstance(value, Broken):
            raise ValueError(
                f"{self.heading}是公式，还没有算出结果。{self.instead}"
                if value.word == "公式"
                else f"{self.heading}的公式出错（{value.word}）。请改为正确的内容。"
            )
        return self.read(value, today)

    @abstractmethod
    def read(self, value: Cell, today: datetime.date):
        """What the cell says; a kind of cell that does not tell how cannot be made."""


class Unread(CellWidget):
    """A column that the layout has and the ledger has no use for: whatever stands there refuses nobody."""

    def clean(self, value: Cell, row=None, **kwargs) -> str:
        return ""

    def read(self, value: Cell, today: datetime.date) -> str:
        return ""


class Words(CellWidget):
    """One line of text. ``number_is_fine`` for codes that the office program may hold as a number, ``day_is_fine`` for free words."""

    def __init__(self, longest: int, *, number_is_fine: bool = False, day_is_fine: bool = False, tight: bool = False):
        super().__init__()
        self.longest, self.number_is_fine, self.day_is_fine, self.tight = longest, number_is_fine, day_is_fine, tight

    def read(self, value: Cell, today: datetime.date) -> str:
        if value is None:
            return ""
        if isinstance(value, Number):
            if not self.number_is_fine:
                raise ValueError(f"{self.heading}是数字。请改为文字。")
            if len(value.text) > 15 or not value.text.isdigit():
                raise ValueError(f"{self.heading}是数字格式，末尾几位可能已丢失。请把该列改为文本后重填。")
            return value.text
        text = f"{value:%Y-%m-%d}" if isinstance(value, datetime.date) else value
        if not self.day_is_fine and len(text) == 10 and ISO_DAY.fullmatch(text):  # What 3-8 becomes by itself in the office program.
            raise ValueError(f"{self.heading}是日期（{text}），不是原来的文字。请把该列改为文本后重填。")
        if text.isalnum():  # Most cells: nothing in them is invisible, odd or blank.
            text = text.translate(NARROWED)
        else:
            text = PLAIN.to_python(self._without_marks(text))
        text = tidy(text) if self.tight else text
        if text in NOTHING:
            return ""
        if text in SAME_AS_ABOVE:
            raise ValueError(f"{self.heading}写的是“{text}”。请写完整。")
        if self.tight and SCIENTIFIC.fullmatch(text):
            raise ValueError(f"{self.heading}成了科学计数法，末尾几位已丢失。请把该列改为文本后重填。")
        if unicodedata.normalize("NFKC", text[:1]) in tuple(FORMULA):
            raise ValueError(f"{self.heading}以“{text[0]}”开头，可能是公式。{self.mend}")
        if len(text) > self.longest:
            raise ValueError(f"{self.heading}超过 {self.longest} 个字。请缩短。")
        return text

    def _without_marks(self, text: str) -> str:
        """Text of more than letters and digits: what shows is kept, what cannot be shown or turns the text round is refused."""
        strange = [character for character in text if unicodedata.category(character) in ("Co", "Cn", "Cs") or character in "\ufffd\0"]
        if strange:
            raise ValueError(f"{self.heading}里有 {len(strange)} 个字显示不出来（旧系统造的字或乱码）。请重新录入这个字。")
        if BIDI & set(text):
            raise ValueError(f"{self.heading}里有改变文字方向的控制字符。请清空该格，重新录入。")
        return "".join(character for character in text if unicodedata.category(character) != "Cf")

    mend = "请去掉这个符号。"


class Name(Words):
    """The patient's name: letters, and few signs between them."""

    mend = instead = "请改为患者姓名。"

    def read(self, value: Cell, today: datetime.date) -> str:
        text = super().read(value, today)
        if not text:
            raise ValueError("姓名是空的。请填写患者姓名。")
        if any(character.isdigit() for character in text):
            raise ValueError("姓名里有数字。请改为患者姓名。")
        if not text.isalpha():
            text = self._of_one_person(text)
        if text.upper() in NO_NAMES:
            raise ValueError(f"姓名写的是“{text}”。请改为患者姓名。")
        return text

    def _of_one_person(self, text: str) -> str:
        """A name with blanks or signs in it: padding goes; two names in one cell, or a sign that stands for a lost letter, are refused."""
        parts = [part for part in SPACED.split(text) if len(part) > 1]
        if len(parts) > 1:
            raise ValueError(f"一格里像是有 {len(parts)} 个姓名（{'、'.join(parts)[:20]}）。请只留患者一人的姓名，中间不空格。")
        text = SPACED.sub("", text)
        odd = next((sign for sign in text if not sign.isalpha() and sign not in OF_NAMES and unicodedata.category(sign)[0] not in "MN"), "")
        if odd:
            raise ValueError(f"姓名里有“{odd}”。请改为患者一人的完整姓名。")
        return text


class Sex(CellWidget):
    """男 or 女; blank says nothing, the ID number tells."""

    WORDS = {"": "", "男": "male", "女": "female", "男性": "male", "女性": "female"}

    def read(self, value: Cell, today: datetime.date) -> str:
        text = tidy(value) if isinstance(value, str) else "" if value is None else "?"
        if text not in self.WORDS:
            raise ValueError("性别请填“男”或“女”。")
        return self.WORDS[text]


class Age(CellWidget):
    """Whole years; blank says nothing."""

    def read(self, value: Cell, today: datetime.date) -> int | None:
        text = value.text if isinstance(value, Number) else tidy(value) if isinstance(value, str) else "" if value is None else "?"
        if not text:
            return None
        if re.fullmatch(r"\d{1,2}(个月|月|天)", text):
            return 0
        match = re.fullmatch(r"(\d{1,3})(周?岁)?", text)
        if not match or int(match[1]) > 130:
            raise ValueError("年龄请填周岁的整数。")
        return int(match[1])


class Number18(CellWidget):
    """The ID number, or (``insurance``) an insurance number in its place; nothing where the cell is blank."""

    instead = "请把该列改为文本，重填 18 位。"

    def __init__(self, *, insurance: bool = False):
        super().__init__()
        self.insurance = insurance

    def read(self, value: Cell, today: datetime.date) -> IdNumber | str | None:
        if isinstance(value, Number):
            lost = "" if len(value.text) <= 15 and value.text.isdigit() else "，末尾几位已丢失"
            raise ValueError(f"身份证号是数字格式{lost}。请把该列改为文本，重填 18 位。")
        if isinstance(value, datetime.date):
            raise ValueError("身份证号是日期格式。请把该列改为文本，重填 18 位。")
        text = tidy(value or "")
        if not text or text in NOTHING:
            return None
        if SCIENTIFIC.fullmatch(text):
            raise ValueError("身份证号成了科学计数法，末尾几位已丢失。请把该列改为文本，重填 18 位。")
        one_word = value.isascii() and value.isalnum()
        if not one_word and sum(len(part) > 9 for part in BETWEEN.split(unicodedata.normalize("NFKC", value))) > 1:
            raise ValueError("一格里有两个号码。请只留患者本人的身份证号。")
        if self.insurance and INSURANCE.fullmatch(text):
            return text
        try:
            return read_id_number(text, today)
        except IdNumberError as error:
            raise ValueError(str(error)) from None


class Day(CellWidget):
    """A day in any of the office's ways, or as the number by which the office program counts days."""

    def read(self, value: Cell, today: datetime.date) -> datetime.date | None:
        day = self._day(value)
        if day is None:
            return None
        if day < EARLIEST:
            raise ValueError(f"{self.short} {day} 太早。请核对后改正。")
        if day > today:
            before = f"{today:%m-%d}" if day.year == today.year else today.isoformat()
            raise ValueError(f"{self.short} {day} 晚于今天。请改为 {before} 或更早。")
        return day

    short = "建立台账时间"

    @staticmethod
    def shown(value: Cell) -> Cell:
        """A cell's day without its hour, also where the office program's own count of days stands there; anything else as it is."""
        if isinstance(value, Number) and 10_000 <= value.value < 100_000:  # With an hour it has decimals.
            return DAY_ZERO + datetime.timedelta(int(value.value))
        return value.date() if isinstance(value, datetime.datetime) else value

    def _day(self, value: Cell) -> datetime.date | None:
        value = self.shown(value)
        if value is None or isinstance(value, datetime.date):
            return value
        text = value.text if isinstance(value, Number) else re.sub(r"\s+\d{1,2}:\d\d(:\d\d)?$", "", value.strip())
        if re.fullmatch(r"(3[7-9]|4\d)\d{3}", text):  # The same count in a CSV file or in a cell of text.
            return DAY_ZERO + datetime.timedelta(int(text))
        try:
            return read_day(text)
        except ValueError as error:
            raise ValueError(f"{self.short}“{text[:20]}”读不出来。{error}") from None


class Phone(CellWidget):
    """A mobile or landline number; a number cell loses nothing of eleven digits."""

    def read(self, value: Cell, today: datetime.date) -> str:
        text = value.text if isinstance(value, Number) else value if isinstance(value, str) else "" if value is None else "?"
        if tidy(text) in ("", "无", "/", "—"):
            return ""
        try:
            return read_phone(text)
        except ValueError as error:
            raise ValueError(str(error)) from None


class Year(CellWidget):
    """A year since 2014: 2016, 2016年."""

    def read(self, value: Cell, today: datetime.date) -> int | None:
        if isinstance(value, datetime.date) and value.year < 1910:  # A year in a column of days: 2016 is shown as 1905-07-08.
            value = Number(float((datetime.date(value.year, value.month, value.day) - DAY_ZERO).days))
        elif isinstance(value, datetime.date):
            value = Number(float(value.year))
        text = value.text if isinstance(value, Number) else tidy(value or "")
        if text in ("", "0", "无", "/", "—", "未脱贫"):
            return None
        match = re.fullmatch(r"(\d{4})年?(度|脱贫|脱贫户)?", text)
        if not match or not 2014 <= int(match[1]) <= today.year:
            raise ValueError(f"脱贫年度“{text[:12]}”不对。请填 2014 至 {today.year} 的年份，未脱贫的留空。")
        return int(match[1])
