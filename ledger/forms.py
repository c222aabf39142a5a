"""Fields that take what a tired clerk types, and the base of every form."""

import datetime
import re
import string
import unicodedata
from collections.abc import Callable

from django import forms

from ledger.actions.refusals import Refused
from ledger.identity import read_phone, tidy
from ledger.money import grouped, read_amount
from ledger.upload_memory import DroppedFile

# Full-width digits, letters and the hyphen alone: NFKC would narrow the brackets and commas of Chinese text too.
NARROWED = {ord(narrow) + 0xFEE0: narrow for narrow in string.digits + string.ascii_letters + "-"}


def read_day(text: str) -> datetime.date:
    """2017-10-20, 2017.10.20, 2017/10/20, 2017 10 20, 20171020 or 2017年10月20日 (号), full-width or not; a midnight pasted with it is dropped.

    Raises ValueError with the sentence.
    """
    narrow = unicodedata.normalize("NFKC", text).strip()
    narrow = re.sub(r"\s+0?0:00(:00)?$", "", narrow)
    narrow = re.sub(r"(?<=\d)\s+(?=\d)", ".", narrow.replace("-", "."))
    match = re.fullmatch(r"(\d{4})[年./](\d{1,2})[月./](\d{1,2})[日号]?|(\d{4})(\d{2})(\d{2})", tidy(narrow))
    if not match:
        raise ValueError("日期请写成 2017-10-20 这样。")
    year, month, day = filter(None, match.groups())
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(f"{year}-{month}-{day} 不是真实的日期，请改正。") from None


def posted(request):
    """What a form is bound to: the post, even an empty one, or nothing on a first look."""
    return request.POST if request.method == "POST" else None


def asked(request, name: str) -> str:
    """What the address asks for under a name, "" where it does not; without NUL, which no database can compare."""
    return request.GET.get(name, "").replace("\0", "").strip()


def whole_number(text: str) -> int | None:
    """The number that a button or an address carries; None for anything else, and for more digits than any id or amount has."""
    return int(text) if text.isdecimal() and len(text) < 18 else None


class ListFileField(forms.FileField):
    """A list brought as a file, of no more than ``megabytes``; cleans to what ``read(name, content)`` makes of it, where one is given.

    What ``read`` refuses is said beside the field.
    """

    def __init__(self, *, read: Callable[[str, bytes], object] | None = None, megabytes: int = 2, **kwargs):
        super().__init__(error_messages={"required": "请选择文件。", "empty": "文件是空的，请重新选择。"}, **kwargs)
        self.read, self.megabytes = read, megabytes

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if upload.size > self.megabytes * 1024 * 1024 or isinstance(upload, DroppedFile):
            raise forms.ValidationError(f"文件超过 {self.megabytes} MB。请拆成几个文件，分次导入。")
        if self.read is None:
            return upload
        try:
            return self.read(upload.name, upload.read())
        except Refused as refused:
            raise forms.ValidationError(refused.message) from None


class DayField(forms.Field):
    """A date typed in any of the office's ways; shown in ISO."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "placeholder": "2017-10-20"})

    def prepare_value(self, value):
        return value.isoformat() if isinstance(value, datetime.date) else value

    def to_python(self, value):
        if not value or not str(value).strip():
            return None
        if isinstance(value, datetime.date):
            return value
        try:
            return read_day(str(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class AmountField(forms.Field):
    """Yuan as somebody tired types them; cleans to whole fen, None where nothing is written."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def prepare_value(self, value):
        return grouped(value) if isinstance(value, int) else value

    def to_python(self, value):
        if value is None or not str(value).strip():
            return None
        if isinstance(value, int):  # A field that is shown and not asked holds fen already.
            return value
        try:
            return read_amount(str(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class PhoneField(forms.CharField):
    """A mobile number or a landline with area code."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return ""
        try:
            return read_phone(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class PlainField(forms.CharField):
    """One line of text: full-width letters, digits and hyphens narrowed, tabs and odd blanks gone, ends trimmed."""

    def to_python(self, value):
        text = super().to_python(value).translate(NARROWED)
        return "".join(c for c in re.sub(r"\s+", " ", text) if unicodedata.category(c)[0] != "C" or c == "\u200d").strip()


class NumberText(PlainField):
    """A number kept as text (insurance, household): no blanks at all."""

    def to_python(self, value):
        return tidy(super().to_python(value)) if value else ""


class LedgerForm(forms.Form):
    """Every form: no browser bubbles, Chinese sentences for what is missing, errors of actions put to their field."""

    use_required_attribute = False

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, ListFileField):
                continue  # It has its own sentences.
            verb = "选择" if isinstance(field, forms.ChoiceField) else "填写"
            field.error_messages["required"] = f"请{verb}{' ' if str(field.label)[:1].isascii() else ''}{field.label}。"
            field.error_messages["invalid_choice"] = f"{field.label}不在可选范围，请重新选择。"

    def refuse(self, error) -> None:
        """Show what an action refused, beside its field where the form has it."""
        self.add_error(error.field if error.field in self.fields else None, error.message)


class ReasonForm(LedgerForm):
    """A move that must be explained."""

    reason = PlainField(label="原因", max_length=300)
