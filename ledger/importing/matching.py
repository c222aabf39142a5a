"""A read line against a person the ledger knows: what the list would change, and what it would not."""

import datetime
from dataclasses import fields

from ledger.actions.people import CaseEntry, PersonFacts, changed_fields
from ledger.identity import read_id_number
from ledger.importing.entries import Entry, Fault
from ledger.importing.plans import Change, Holding, Row
from ledger.models import Case, Category, Disease, Person, Staff
from ledger.models.person import VERIFIER, manages
from ledger.protection import Sealed
from ledger.transitions import MOVES, OUTCOMES

GONE = ("died", "moved_away", "mistaken", "refused")
FOUND_HOW = {"civil": "民政部门提供", "poverty": "扶贫部门提供"}


def facts_of(person: Person, today: datetime.date) -> PersonFacts:
    """A known person's particulars as one filled-in screen."""
    values = {one.name: getattr(person, one.name) for one in fields(PersonFacts)}
    values = {name: value.reveal() if isinstance(value, Sealed) else value for name, value in values.items()}
    values["id_number"] = read_id_number(values["id_number"], today) if values["id_number"] else None
    return PersonFacts(**values)


def may_edit(staff: Staff) -> bool:
    """Whoever may register a case may put its patient's particulars right; a department only names and finds people."""
    return staff.role in MOVES["register"].roles


def case_entry(entry: Entry, disease: Disease, since: datetime.date, born_on: datetime.date, by: Staff) -> CaseEntry:
    since = max(since, born_on)
    return CaseEntry(disease=disease, found_on=entry.get("listed_on") or since, found_how=FOUND_HOW.get(by.role, "民政部门提供"))


class Match:
    """One line beside one person as ``Known`` found them: gathers the change, the doubts and what is noted but not written."""

    def __init__(self, entry: Entry, person: Person, row: Row, *, by: Staff, today: datetime.date):
        self.entry, self.person, self.row, self.by, self.today = entry, person, row, by, today
        self.change = Change(person)
        self.notes: list[str] = []
        self.address = ""  # Of the same village, where the list gives one.

    def doubt(self, column: str, sentence: str, confirm: str = "确认") -> None:
        self.row.told.append(Fault(column, sentence, confirm, doubt=True))

    def particulars(self, **replacing) -> None:
        """Blank says nothing; a name that differs is for somebody to confirm; a department may not correct."""
        differing = {name: value for name, value in replacing.items() if value and getattr(self.person, name) != value}
        if not differing:
            return
        if not may_edit(self.by):
            if "name" in differing:
                self.doubt("name", f"台账里同一身份证号的姓名是“{self.person.name}”。请由县卫健部门核对后修改。", "")
            labels = [Person._meta.get_field(name).verbose_name for name in differing if name != "name"]
            if labels:
                self.notes.append(f"{'、'.join(labels)}与台账不同，没有改：由县卫健部门修改")
            return
        if "name" in differing:
            self.doubt("name", f"台账里同一身份证号的姓名是“{self.person.name}”。请确认姓名。")
        facts = facts_of(self.person, self.today)
        for name, value in differing.items():
            setattr(facts, name, value)
        self.change.facts = facts
        self.row.changes += changed_fields(self.person, facts.plain_fields())

    def home(self, village, address: str) -> None:
        """Another village is a move; the same village with other words is a correction."""
        if village == self.person.village:
            self.address = address
        elif self.by.role in ("clerk", "lead"):
            self.change.move_to = (village, address)
            before = f"{self.person.township.name}{self.person.village.name}"
            self.row.changes.append(("行政村", before, f"{village.parent.name}{village.name}"))
            since = next((home.during.lower for home in self.person.known_homes if home.during.upper is None), None)
            if since and since >= self.today:
                self.row.told.append(Fault("village_code", "现住址今天才登记，今天不能再搬。请明天导入，或核对行政村代码。"))
        else:
            self.doubt("village_code", f"台账里住{self.person.village.name}，名单上是{village.name}。请由县卫健部门办搬家。", "")

    def category(self, holding: Holding) -> None:
        """The list's category where the person holds none that is enough today; its keeper's list verifies what waits."""
        facts = self.person.known_categories
        held = next((fact for fact in facts if fact.category in holding.enough and fact.holds_on(self.today)), None)
        label = Category(holding.category).label
        if held is None:
            ended = [fact for fact in facts if fact.category == holding.category and fact.during.upper and fact.during.upper <= self.today]
            if ended:
                last = max(fact.during.upper for fact in ended)
                column = "remark" if "remark" in self.entry.values else "name"
                self.doubt(column, f"{label}已在 {last - datetime.timedelta(days=1)} 终止，名单里又有。请确认恢复。")
                holding.since = max(holding.since, last)
            self.change.holding = holding
            self.row.changes.append(("人员类别", "空", label))
        elif held.category == holding.category and not held.verified_on and VERIFIER[Category(held.category)] == self.by.role:
            self.change.verify = held
            self.row.changes.append((label, "未核实", "已核实"))
        year = holding.out_of_poverty_year
        if held and year and held.out_of_poverty_year != year and manages(self.by.role, held.category):
            self.change.out_of_poverty = (held, year)
            self.row.changes.append(("脱贫年度", str(held.out_of_poverty_year or "空"), str(year)))

    def disease(self, diseases: tuple[Disease, ...], since: datetime.date) -> None:
        """A case of the disease that stands is enough; one that ended otherwise than in treatment is for somebody to look at."""
        meant = {disease.pk for disease in diseases}
        cases: list[Case] = [case for case in self.person.known_cases if case.disease_id in meant]
        if not cases:
            if len(diseases) > 1:
                self.row.told.append(Fault("disease", which_of(self.entry.get("disease"), diseases)))
            else:
                self.change.case = case_entry(self.entry, diseases[0], since, self.person.born_on, self.by)
                self.row.changes.append(("病例", "空", f"{diseases[0]}，状态“{state_word(self.by)}”"))
            return
        if all(case.outcome in GONE for case in cases):
            outcome = dict(OUTCOMES)[cases[0].outcome]
            self.doubt("disease", f"台账里这一例已在 {cases[0].closed_on} 按“{outcome}”销号。请核对名单；确要恢复的由负责人办理。", "")
        listed_on = self.entry.get("listed_on")
        if listed_on and all(listed_on not in (case.registered_on, case.found_on) for case in cases):
            self.notes.append(f"台账登记日期是 {cases[0].registered_on or cases[0].found_on}，没有改")


def which_of(word: str, diseases: tuple[Disease, ...]) -> str:
    return f"“{word}”分为{'、'.join(disease.name for disease in diseases)}。请改为其中一个。"


def state_word(by: Staff) -> str:
    return "待核实" if may_edit(by) else "已发现"
