"""Every line of a list judged against the ledger: new, changed, unchanged, refused or doubtful. Looks, and writes nothing but who was asked after."""

import datetime
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

from ledger.actions.people import PersonFacts
from ledger.identity import age_on, tidy
from ledger.importing.columns import SPACED
from ledger.importing.entries import CellReader, Entry, Fault, read_entry, refuse_repeated
from ledger.importing.known import Known
from ledger.importing.layouts import PeopleList, columns_of
from ledger.importing.matching import Match, case_entry, state_word, which_of
from ledger.importing.places import Home, Places
from ledger.importing.plans import CHANGED, DOUBTFUL, NEW, REFUSED, UNCHANGED, Holding, Joining, Newcomer, Row
from ledger.models import Category, Disease, Person, Staff
from ledger.protection import mask_id_number

REGISTERED = Category.REGISTERED_POOR
NAMED = {Category.TEKUN: ("特困", "五保"), Category.DIBAO: ("低保",)}  # How 备注 may name a category.
_NAMES = "(特困|五保|低保)"
NO_MORE = re.compile(
    f"(非|不是|不属|没有|未|取消|退出|停|终止|注销|原|曾|拟|申请)[^,，。;；、]{{0,4}}{_NAMES}|{_NAMES}[^,，。;；、]{{0,4}}(取消|退出|停|终止|注销|待批|申请)"
)
SEVERAL = re.compile("[、,，;；/和及 +]")


@dataclass
class Choices:
    """What whoever imports says of the whole list: the category of people whose 备注 names none, and the day the list is of."""

    category: int
    since: datetime.date


class Examination:
    """One list under one member of staff's eyes on one day."""

    def __init__(self, people: PeopleList, choices: Choices, *, by: Staff, today: datetime.date, upload_pk: int | None = None):
        self.people, self.choices, self.by, self.today, self.upload_pk = people, choices, by, today, upload_pk
        self.columns = columns_of(people.layout)
        self.lines = {line.number: line for line in people.lines}
        self.places = Places(by)
        self.diseases = list(Disease.objects.select_related("group").order_by("position"))
        self.said_of: set[int] = set()  # Known people whose particulars an earlier line has spoken for.
        self.newcomers: dict[str, Row] = {}

    def rows(self, progress: Callable[[int], None] = lambda done: None) -> list[Row]:
        """One row a line, in the list's order; ``progress`` is told how many lines are done."""
        reader = CellReader(self.columns, self.today)
        entries = [read_entry(reader, line) for line in self.people.lines]
        homes = {entry.line: self._home(entry) for entry in entries}
        diseases = {entry.line: self._diseases(entry) for entry in entries}
        for entry in entries:
            self._category(entry)
        refuse_repeated(self.columns, entries, diseases)
        self.known = Known(self.by, entries, self.upload_pk)
        self.known.refuse_elsewhere(entry for entry in entries if entry.number and not entry.faults)
        rows = []
        for entry in entries:
            rows.append(self._row(entry, homes[entry.line], diseases[entry.line]))
            progress(len(rows))
        return rows

    # ---- what a line says ----

    def _home(self, entry: Entry) -> Home:
        if "village_code" not in entry.values:
            return self.places.named_in(entry.get("native_place") or "")
        code = entry.get("village_code")
        village = self.places.by_code.get(code)
        if code and (village is None or not self.places.reaches(village)):
            where = self.by.area.label
            if not (code.isascii() and code.isdigit() and len(code) == 12):
                sentence = f"行政村代码要 12 位数字，现在是“{code}”。请核对。"
            elif village is None and code.startswith(self.places.county.code):
                sentence = f"{where}没有代码为 {code} 的村（或已停用）。可在“乡镇与村”里查到。"
            else:
                sentence = f"行政村代码 {code} 不在{where}。请核对；外地的人由当地导入。"
            entry.refuse("village_code", sentence)
        return Home(village=village, named=True)

    def _diseases(self, entry: Entry) -> tuple[Disease, ...]:
        word = SPACED.sub("", entry.get("disease") or "")  # A line broken within the cell.
        if not word:
            return ()
        found = tuple(one for one in self.diseases if word in (one.name, one.short_name))
        found = found or tuple(one for one in self.diseases if word in (one.group.name, one.group.f5_heading))
        if not found:
            names = list(dict.fromkeys([one.name for one in self.diseases] + [one.group.name for one in self.diseases]))
            near = [name for name in names if word in name] or difflib.get_close_matches(word, names, 1, 0.5)
            advice = f"请改为“{near[0]}”。" if near else "请改为病种目录里的名称。"
            several = sum(part in names for part in SEVERAL.split(word)) > 1
            entry.refuse("disease", "一格里有几个病种。请一行写一个病种。" if several else f"没有“{word}”这个病种。{advice}")
        return found

    def _category(self, entry: Entry) -> None:
        """The category that 备注 names, as a value beside the columns'; two, or one that it says is no more, are refused."""
        remark = entry.get("remark")
        if not remark:
            return
        named = [category for category, words in NAMED.items() if any(word in remark for word in words)]
        if len(named) > 1:
            entry.refuse("remark", "备注里既有特困又有低保。请只写现在的一种。")
        elif named and NO_MORE.search(remark):
            entry.refuse("remark", f"备注“{remark[:20]}”看不出现在是不是{Category(named[0]).label}。请只写现在的类别，或留空。")
        elif named:
            entry.values["category"] = named[0]

    def _holding(self, entry: Entry) -> Holding:
        born_on = entry.number.born_on if entry.number else datetime.date.min
        if self.people.layout == "roster":
            since, year = self.choices.since, entry.get("out_of_poverty_year")
            if year:  # Whoever left poverty in a year was registered before.
                since = min(since, datetime.date(year, 1, 1))
            return Holding(REGISTERED, max(since, born_on), "建档立卡名册", (REGISTERED,), year)
        remark, named = entry.get("remark") or "", entry.get("category")
        since = max(entry.get("listed_on") or self.choices.since, born_on)
        return Holding(named or self.choices.category, since, remark or "民政部门附件 2 名单", (named,) if named else tuple(NAMED))

    # ---- what becomes of it ----

    def _row(self, entry: Entry, home: Home, diseases: tuple[Disease, ...]) -> Row:
        number = entry.number.number if entry.number else entry.insurance_number or self._typed_number(entry)
        shown = mask_id_number(number)
        disease = diseases[0].name if len(diseases) == 1 else entry.get("disease") or self._raw(entry, "disease")
        row = Row(entry.line, REFUSED, entry.get("name") or self._raw(entry, "name"), shown, disease)
        if entry.faults:
            row.told = entry.faults
            return row
        self._doubt_number(entry, row)
        person = self.known.person(entry)
        if person:
            self._known(entry, person, row, home, diseases)
        elif entry.number:
            self._new(entry, row, home, diseases)
        else:
            self._without_number(entry, row, home, diseases)
        return row

    def _typed_number(self, entry: Entry) -> str:
        """A wrong number as it was typed, as long as its mask hides anything."""
        cell = self.lines[entry.line].cells.get("id_number")
        return tidy(cell) if isinstance(cell, str) and 14 < len(tidy(cell)) < 20 else ""

    def _raw(self, entry: Entry, column: str) -> str:
        """A cell that could not be read, as far as it may be shown."""
        cell = self.lines[entry.line].cells.get(column)
        text = cell if isinstance(cell, str) else getattr(cell, "text", "")
        return f"{text[:4]}…" if len(text) > 5 else text

    def _doubt_number(self, entry: Entry, row: Row) -> None:
        """Where sex or age beside the number say otherwise than the number."""
        number, age, sex = entry.number, entry.get("age"), entry.get("sex")
        if number is None:
            return
        if sex and sex != number.sex:
            words = {"male": "男", "female": "女"}
            row.told.append(
                Fault("sex", f"性别填{words[sex]}，按身份证号是{words[number.sex]}。请确认以哪个为准。", "以证号为准", doubt=True)
            )
        if age is not None:
            now = age_on(number.born_on, self.today)
            then = age_on(number.born_on, entry.get("listed_on") or self.today)
            if not then - 1 <= age <= now + 1:  # Counted on another day, or the traditional way.
                row.told.append(Fault("age", f"年龄填 {age}，按身份证号是 {now}。请确认以哪个为准。", "以证号为准", doubt=True))

    def _known(self, entry: Entry, person: Person, row: Row, home: Home, diseases: tuple[Disease, ...]) -> None:
        match = Match(entry, person, row, by=self.by, today=self.today)
        if person.pk not in self.said_of:
            self.said_of.add(person.pk)
            if self.people.layout == "roster":
                match.home(home.village, entry.get("address"))
            match.particulars(
                name=entry.get("name"), native_place=entry.get("native_place"), household_number=entry.get("household_number"),
                address=match.address, phone=_new_phone(person, entry.get("phone")),
            )  # fmt: skip
            match.category(self._holding(entry))
        if diseases:
            match.disease(diseases, self.choices.since)
            if match.change.case:
                self._doubt_age(row, diseases[0], person.born_on)
        row.plan = match.change
        row.message = "；".join(match.notes)
        self._conclude(row, UNCHANGED if match.change.says_nothing else CHANGED)

    def _new(self, entry: Entry, row: Row, home: Home, diseases: tuple[Disease, ...]) -> None:
        number = entry.number
        case = case_entry(entry, diseases[0], self.choices.since, number.born_on, self.by) if diseases else None
        if len(diseases) > 1:
            row.told.append(Fault("disease", which_of(entry.get("disease"), diseases)))
        if diseases:
            self._doubt_age(row, diseases[0], number.born_on)
        first = self.newcomers.get(number.number)
        if first:
            row.plan = Joining(first.line, case)
            row.message = f"第 {first.line} 行的同一人，再登记 1 例，状态“{state_word(self.by)}”"
            if first.result != NEW:
                row.told.append(Fault("id_number", f"第 {first.line} 行的同一人还没有导入。请一并处理那一行。", doubt=True))
            self._conclude(row, NEW)
            return
        if number.county_code != self.places.county.code and not home.named:
            row.told.append(Fault("id_number", f"身份证号开头 {number.county_code} 不是本县。请确认住址在本县。", "确认", doubt=True))
        if former := self.known.former(entry):
            who = f"{former.person.name}（{former.person.village.name}）"
            sentence = f"这是{who}改正前的身份证号，{former.until} 已改正。同一人的请改用现在的证号；不是的请确认。"
            row.told.append(Fault("id_number", sentence, "不是同一人", doubt=True))
        nameless = [one for one in self.known.alike(entry, {number.born_on.year}) if not one.id_number_hash]
        if nameless:
            who = f"台账里有同名、同出生年、没有身份证号的{nameless[0].name}"
            row.told.append(Fault("name", f"{who}。同一人的请在台账里补证号；不是的请确认。", "不是同一人", doubt=True))
        holding = self._holding(entry)
        row.plan = Newcomer(self._facts(entry, home), home, holding, case)
        row.message = self._message(home, holding, case)
        self.newcomers[number.number] = row
        self._conclude(row, NEW)

    def _message(self, home: Home, holding: Holding, case) -> str:
        done = f"建档并登记 1 例，状态“{state_word(self.by)}”" if case else "建档"
        place = "" if home.village else f"；{'村' if home.town else '住址'}待补"
        return f"{done}；{Category(holding.category).label}{place}"

    def _facts(self, entry: Entry, home: Home) -> PersonFacts:
        return PersonFacts(
            name=entry.get("name"), sex=entry.number.sex, born_on=entry.number.born_on, village=home.village,
            address=entry.get("address") or home.rest, id_number=entry.number, phone=entry.get("phone") or "",
            native_place=entry.get("native_place") or "", household_number=entry.get("household_number") or "",
        )  # fmt: skip

    def _without_number(self, entry: Entry, row: Row, home: Home, diseases: tuple[Disease, ...]) -> None:
        """Nobody is registered without a number by a list; somebody of the same name may be meant."""
        age = entry.get("age")
        born = {self.today.year - age - step for step in (-1, 0, 1)} if age is not None else set()
        alike = self.known.alike(entry, born)
        what = "只有医保证号，没有身份证号" if entry.insurance_number else "没有身份证号"
        if not alike:
            row.told.append(Fault("id_number", f"{what}。请补上身份证号；确实没有的，请在“登记患者”里登记并选原因。"))
        elif len(alike) > 1:
            row.told.append(Fault("id_number", f"{what}，台账里有 {len(alike)} 个同名的{alike[0].name}。请补上身份证号。", doubt=True))
        else:
            about = f"{alike[0].name}（{alike[0].born_on.year} 年生，{alike[0].village.name}）"
            row.told.append(Fault("name", f"{what}，台账里有同名的{about}。请确认是不是同一人。", "是同一人", doubt=True))
            self._known(entry, alike[0], row, home, diseases)
        self._conclude(row, REFUSED)

    def _doubt_age(self, row: Row, disease: Disease, born_on: datetime.date) -> None:
        age = age_on(born_on, self.today)
        if not disease.accepts_age(age):
            row.told.append(Fault("age", f"已满 {age} 岁，超过 {disease.age_max} 岁的年龄限制。须负责人确认。", "确认", doubt=True))

    @staticmethod
    def _conclude(row: Row, otherwise: str) -> None:
        """A fault refuses, a doubt waits for somebody; without either the line is what it says."""
        if not row.told:
            row.result = otherwise
        else:
            row.result = DOUBTFUL if all(fault.doubt for fault in row.told) else REFUSED


def _new_phone(person: Person, phone: str | None) -> str:
    """The list's phone number, or nothing where the ledger has the same."""
    return phone if phone and person.phone.reveal() != phone else ""
