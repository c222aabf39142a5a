"""The columns that a list of cases can show: what each is called, how wide it is, and what it says of a case."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from ledger import clock
from ledger.identity import age_on
from ledger.models import Case, Role
from ledger.protection import mask_id_number
from ledger.templatetags.ledger_page import changed, iso, short_day, state_mark

# What the columns may take together, so that the list never scrolls sideways on a screen of 1366: the rest is navigation, edges
# and the column of ticks.
ROOM = 1088
# Ours, word for word.
NONE, UNSET = mark_safe('<span class="muted">—</span>'), mark_safe('<span class="muted">未定</span>')


@dataclass(frozen=True)
class Column:
    """``text`` is what a workbook says, ``shown`` what the page shows where that is more than the text; ``width`` in pixels."""

    code: str
    heading: str
    width: int
    text: Callable[[Case], str]
    shown: Callable[[Case, "Reader"], str] | None = None
    number: bool = False
    cities: bool = False  # Says something only where several counties stand in one list.
    counts: bool = False  # A workbook may calculate with it.
    full: Callable[[Case], str] | None = None  # The number unmasked, for an export with a reason.
    room: int = 0  # Half-width characters that a workbook gives it, where the page cuts long text and shows it on hovering.


@dataclass(frozen=True)
class Reader:
    """Who looks at the list, and which diseases are special this year."""

    role: str
    covered: frozenset[int]


def _day(code: str, heading: str, attribute: str, width: int = 92, shown: Callable = iso) -> Column:
    def text(case: Case) -> str:
        day: datetime.date | None = getattr(case, attribute)
        return day.isoformat() if day else ""

    return Column(code, heading, width, text, lambda case, reader: shown(getattr(case, attribute)), number=True)


def _name(case: Case, reader: Reader) -> str:
    return format_html('<a href="{}">{}</a>', reverse("ledger:person", args=[case.person_id]), case.person.name)


def _disease(case: Case, reader: Reader) -> str:
    if case.disease_id in reader.covered:
        return str(case.disease)
    return format_html('{} <span class="tag tag-xs idle">非专项病种</span>', case.disease)


def _id_number(case: Case, reader: Reader) -> str:
    if case.person.id_number:
        return str(case.person.id_number)
    return format_html('<span class="muted" title="{}">无证号</span>', case.person.id_absent_reason)


def _home(case: Case) -> str:
    return case.person.township.name + case.person.village.name


def _held(case: Case) -> str:
    return "、".join(str(fact) for fact in case.person.held)


def _staff(case: Case, attribute: str) -> str:
    staff = getattr(case, attribute)
    return staff.full_name if staff else ""


COLUMNS: dict[str, Column] = {
    column.code: column
    for column in (
        Column("name", "姓名", 76, lambda case: case.person.name, _name),
        Column("sex", "性别", 44, lambda case: case.person.get_sex_display()),
        Column("age", "年龄", 44, lambda case: str(age_on(case.person.born_on, clock.today())), number=True, counts=True),
        Column(
            "id", "身份证号", 150, lambda case: str(case.person.id_number), _id_number, full=lambda case: case.person.id_number.reveal()
        ),
        Column("disease", "病种", 140, lambda case: case.disease.name, _disease, room=26),
        Column("category", "人员类别", 96, _held, room=28),
        Column("home", "住址", 128, _home, lambda case, reader: (case.county.label if reader.role == Role.CITY else "") + _home(case)),
        Column("state", "状态", 88, lambda case: case.get_state_display(), lambda case, reader: state_mark(case.state)),
        Column(
            "hospital", "定点医院", 130, lambda case: case.hospital_name,
            lambda case, reader: case.hospital_name or UNSET, room=28,
        ),
        _day("registered", "登记日", "registered_on", shown=short_day),
        Column(
            "changed", "最近变动", 100, lambda case: case.changed_at.astimezone(clock.now().tzinfo).strftime("%Y-%m-%d %H:%M"),
            lambda case, reader: changed(case.changed_at), number=True, room=18,
        ),
        Column("county", "县（区）", 84, lambda case: case.county.label, cities=True),
        Column("township", "乡镇", 84, lambda case: case.person.township.name),
        Column("village", "行政村", 84, lambda case: case.person.village.name),
        Column("address", "详细住址", 120, lambda case: case.person.address, room=32),
        Column("household", "户编号", 124, lambda case: case.person.household_number),
        # Taken away beside the masked number, the whole date would give away what the mask hides.
        Column(
            "born", "出生日期", 92, lambda case: f"{case.person.born_on.year} 年", lambda case, reader: iso(case.person.born_on), number=True,
            full=lambda case: case.person.born_on.isoformat(),
        ),
        Column("phone", "联系电话", 108, lambda case: str(case.person.phone), full=lambda case: case.person.phone.reveal()),
        Column(
            "insurance", "医保证号", 150, lambda case: mask_id_number(case.person.insurance_number),
            full=lambda case: case.person.insurance_number,
        ),
        _day("found", "发现日期", "found_on"),
        Column("found-how", "发现途径", 108, lambda case: case.found_how, room=20),
        _day("diagnosed", "确诊日期", "diagnosed_on"),
        Column("diagnosed-at", "确诊医院", 130, lambda case: case.diagnosis_hospital, room=28),
        _day("verified", "核实日期", "verified_on"),
        _day("completed", "完成治疗日期", "completed_on", 108),
        _day("closed", "销号日期", "closed_on"),
        Column("outcome", "销号原因", 84, lambda case: case.get_outcome_display()),
        Column("assigned", "经办人", 76, lambda case: _staff(case, "assigned_to")),
        Column("registrar", "登记人", 76, lambda case: _staff(case, "registered_by")),
    )
}  # fmt: skip
DEFAULT = ("name", "sex", "age", "id", "disease", "category", "home", "state", "hospital", "registered", "changed")
# What a column reads beyond the case, its person, places and disease: staff by these attributes, and numbers to unseal.
OF_STAFF = {"assigned": "assigned_to", "registrar": "registered_by"}
SEALED = {"id": "id_number", "phone": "phone"}


def columns_for(role: str) -> dict[str, Column]:
    """The columns open to a role: those of the county only where several counties stand in one list."""
    return {code: column for code, column in COLUMNS.items() if not column.cities or role == Role.CITY}


@dataclass(frozen=True)
class Cell:
    shown: str
    title: str
    number: bool


def cells(case: Case, columns: list[Column], reader: Reader) -> list[Cell]:
    """One row as the page draws it; an empty value is a dash."""
    drawn = []
    for column in columns:
        text = column.text(case)
        shown = column.shown(case, reader) if column.shown else text
        drawn.append(Cell(shown or NONE, "" if column.number else text, column.number))
    return drawn
