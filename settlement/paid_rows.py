"""Rows of a file of paid bills, each found on the ledger or refused in sentences; what passes holds no ID number any more."""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db.models import Q

from hospitals.models import Hospital
from ledger import clock
from ledger.forms import read_day
from ledger.identity import IdNumberError, read_id_number
from ledger.importing.reader.cells import Cell, Number, text_of
from ledger.models import Disease, Division, Person, Staff
from ledger.money import HIGHEST
from ledger.protection import keyed_hash, mask_id_number
from settlement.amounts import grouped
from settlement.cells import is_formula
from settlement.engine.policy import Layer, Policy
from settlement.models import PaidBill, PolicyVersion, Settlement, VersionState
from settlement.money import to_yuan
from settlement.paid_file import NUMERIC_ID, RawRow
from settlement.rules import policy_of

AMOUNTS = {"total": "总费用", "in_policy": "政策范围内费用", "limit": "限额", "self_pay": "个人自付"}
LONGEST_NUMBER = 40


@dataclass(frozen=True)
class PaidRow:
    """One bill, ready to be kept: keys of person, hospital and disease, whole fen."""

    line: int
    person: int
    hospital: int
    disease: int
    bill_no: str
    admitted_on: datetime.date
    discharged_on: datetime.date
    total: int
    in_policy: int
    limit: int | None
    paid: dict[str, int]
    self_pay: int
    referral_number: str = ""

    def packed(self) -> dict:
        """As it travels through the preview page."""
        return asdict(self) | {"admitted_on": self.admitted_on.isoformat(), "discharged_on": self.discharged_on.isoformat()}

    @classmethod
    def unpacked(cls, kept: dict) -> "PaidRow":
        days = {name: datetime.date.fromisoformat(kept[name]) for name in ("admitted_on", "discharged_on")}
        return cls(**(kept | days))


@dataclass
class Looked:
    """What became of one line: the row, or why it is refused; what the preview shows of it."""

    line: int
    faults: list[str]
    row: PaidRow | None = None
    patient: str = ""
    id_mask: str = ""
    bill_no: str = ""
    hospital: str = ""

    @property
    def total_yuan(self) -> Decimal | None:
        return to_yuan(self.row.total) if self.row else None

    @property
    def self_pay_yuan(self) -> Decimal | None:
        return to_yuan(self.row.self_pay) if self.row else None


def versions_for(county: Division) -> list[PolicyVersion]:
    """The published versions that may hold for a county's people: its own before its prefecture's, the newest first."""
    areas = [county.pk, county.parent_id]
    versions = PolicyVersion.objects.filter(area__division__in=areas, state=VersionState.PUBLISHED).select_related("area")
    return sorted(versions.order_by("-during"), key=lambda version: areas.index(version.area.division_id))


def policies_of(county: Division) -> list[Policy]:
    return [policy_of(version) for version in versions_for(county)]


def layers_of(policies: Iterable[Policy]) -> list[Layer]:
    return [layer for policy in policies for layer in policy.layers]


def fen_of(cell: Cell) -> int | None:
    """An amount as Excel or a clerk writes it, 1,234.50 or a number; None for an empty cell. Raises ValueError."""
    text = text_of(cell).replace(",", "").removesuffix("元")
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise ValueError("不是金额")
    fen = Decimal(text) * 100
    if fen != fen.to_integral_value():
        raise ValueError("最多两位小数")
    if not 0 <= fen <= HIGHEST:
        raise ValueError("不能是负数，最大 99,999,999.99")
    return int(fen)


class Reader:
    """Looks each line up on the ledger as one county's staff may see it; a few queries for the whole file."""

    def __init__(self, by: Staff, raws: Sequence[RawRow]):
        self.by, self.today = by, clock.today()
        self.hospitals: dict[str, Hospital] = {}
        for hospital in Hospital.objects.order_by("-code"):
            self.hospitals |= dict.fromkeys(filter(None, (hospital.short_name, hospital.name, hospital.code)), hospital)
        self.diseases: dict[str, Disease] = {}
        for disease in Disease.objects.order_by("-position"):
            self.diseases |= dict.fromkeys(filter(None, (disease.short_name, disease.name, disease.code)), disease)
        hashes = [hashed for raw in raws if (hashed := self._hash(raw.cells.get("id_number")))]
        borne = Person.objects.everywhere("the scope follows").bearers_of(hashes)
        people = {person.pk: person for person in Person.objects.visible_to(by).filter(pk__in=borne.values())}
        self.people = {hashed: people[pk] for hashed, pk in borne.items() if pk in people}
        self.versions = {version: policy_of(version) for version in versions_for(by.area)}

    def _hash(self, cell: Cell) -> str:
        try:
            return keyed_hash(read_id_number(cell, self.today).number) if isinstance(cell, str) else ""
        except IdNumberError:
            return ""

    def look(self, raw: RawRow) -> Looked:
        looked = Looked(raw.line, [])
        values = {
            "person": self._person(raw, looked), "hospital": self._named(raw, looked, "hospital", self.hospitals, "医院"),
            "disease": self._named(raw, looked, "disease", self.diseases, "病种"), "bill_no": self._number(raw, looked),
            **self._days(raw, looked),
        }  # fmt: skip
        amounts = self._amounts(raw, looked)
        paid = self._paid(raw, looked, values.get("discharged_on"))
        if not looked.faults:
            self._sums(looked, amounts, paid)
        if not looked.faults:
            keys = {name: values.pop(name).pk for name in ("person", "hospital", "disease")}
            referral = text_of(raw.cells.get("referral_number"))[:LONGEST_NUMBER]
            looked.row = PaidRow(line=raw.line, **keys, **values, **amounts, paid=paid, referral_number=referral)
        return looked

    def _person(self, raw: RawRow, looked: Looked) -> Person | None:
        cell = raw.cells.get("id_number")
        if isinstance(cell, Number):
            looked.faults.append(NUMERIC_ID)
            return None
        try:
            number = read_id_number(text_of(cell), self.today).number
        except IdNumberError as error:
            looked.faults.append(str(error))
            return None
        looked.id_mask = mask_id_number(number)
        person = self.people.get(keyed_hash(number))
        if person is None:
            looked.faults.append("本县台账上没有这个身份证号。请核对；确有其人的，请先登记患者。")
            return None
        name = text_of(raw.cells.get("name"))
        if name and name != person.name:
            looked.faults.append(f"姓名“{name}”与台账上这个身份证号的姓名不同，请核对。")
            return None
        looked.patient = person.name
        return person

    def _named(self, raw: RawRow, looked: Looked, column: str, known: dict, words: str):
        text = text_of(raw.cells.get(column))
        found = known.get(text)
        if found is None:
            looked.faults.append(f"没有登记{words}“{text}”。请写全称或代码。" if text else f"{words}没有填。")
        elif column == "hospital":
            looked.hospital = found.name
        return found

    def _number(self, raw: RawRow, looked: Looked) -> str:
        text = looked.bill_no = text_of(raw.cells.get("bill_no"))
        if not text or len(text) > LONGEST_NUMBER:
            looked.faults.append(f"账单号没有填，或超过 {LONGEST_NUMBER} 个字，请照账单填写。")
        elif is_formula(text):
            looked.faults.append("账单号以 = + - @ 开头，会被当作公式。请核对。")
        return text

    def _days(self, raw: RawRow, looked: Looked) -> dict[str, datetime.date]:
        found = {}
        for column, words in (("admitted_on", "入院日期"), ("discharged_on", "出院日期")):
            try:
                found[column] = read_day(text_of(raw.cells.get(column)))
            except ValueError as error:
                looked.faults.append(f"{words}：{error}")
        if len(found) == 2 and found["discharged_on"] < found["admitted_on"]:
            looked.faults.append(f"出院日期 {found['discharged_on']} 早于入院日期 {found['admitted_on']}，请改其中一个。")
        if found.get("discharged_on", self.today) > self.today:
            looked.faults.append(f"出院日期 {found['discharged_on']} 晚于今天，请改正。")
        return found

    def _amounts(self, raw: RawRow, looked: Looked) -> dict[str, int | None]:
        found = {}
        for column, words in AMOUNTS.items():
            try:
                found[column] = fen_of(raw.cells.get(column))
            except ValueError as error:
                looked.faults.append(f"{words}“{text_of(raw.cells.get(column))}”{error}。")
                continue
            if found[column] is None and column != "limit":
                looked.faults.append(f"{words}没有填；没有就填 0。")
        return found

    def _paid(self, raw: RawRow, looked: Looked, day: datetime.date | None) -> dict[str, int]:
        policy = next((policy for version, policy in self.versions.items() if day and day in version.during), None)
        if day and policy is None:
            looked.faults.append(f"本县在出院日 {day} 没有已发布的救治政策，不能核对。")
        names = {word: layer.name for layer in (policy.layers if policy else ()) for word in (layer.title, layer.name)}
        paid: dict[str, int] = {}
        for heading, cell in raw.layers.items():
            try:
                fen = fen_of(cell) or 0
            except ValueError as error:
                looked.faults.append(f"{heading}“{text_of(cell)}”{error}。")
                continue
            if heading in names:
                paid[names[heading]] = paid.get(names[heading], 0) + fen
            elif fen and policy:
                looked.faults.append(f"出院日适用的政策没有“{heading}”这一层次，却填了金额。请核对。")
        return paid

    def _sums(self, looked: Looked, amounts: dict, paid: dict[str, int]) -> None:
        if amounts["in_policy"] > amounts["total"]:
            looked.faults.append("政策范围内费用大于总费用，请改其中一个。")
        together = sum(paid.values()) + amounts["self_pay"]
        if together != amounts["total"]:
            looked.faults.append(
                f"各层实付加个人自付是 {grouped(together)} 元，不等于总费用 {grouped(amounts['total'])} 元。请核对各项金额。"
            )


def look_through(by: Staff, raws: Sequence[RawRow]) -> list[Looked]:
    """Every line of the file with what becomes of it; nothing is kept."""
    reader = Reader(by, raws)
    looked = [reader.look(raw) for raw in raws]
    faults = dict(faults_now(by, [one.row for one in looked if one.row]))
    for one in looked:
        if one.line in faults:
            one.faults.append(faults[one.line])
            one.row = None
    return looked


def faults_now(by: Staff, rows: Sequence[PaidRow]) -> list[tuple[int, str]]:
    """(line, sentence) of rows that collide: with each other, with bills kept before, with what was settled here, or out of reach.

    Of other counties' bills only those of the same people are looked at: a number that collides with a stranger's tells nothing.
    """
    people = [row.person for row in rows]
    numbered, theirs = Q(bill_no__in=[row.bill_no for row in rows]), Q(person__in=people)
    before = PaidBill.objects.everywhere("a bill of theirs is kept once, whichever county kept it")
    kept = set(before.filter(numbered, PaidBill.objects.visible_filter(by) | theirs).values_list("hospital", "bill_no"))
    here = Settlement.objects.everywhere("a bill of theirs is paid here or elsewhere").standing()
    settled = set(here.filter(numbered, Settlement.objects.visible_filter(by) | theirs).values_list("hospital", "bill_no"))
    stays = set(here.filter(person__in=people).values_list("person", "hospital", "admitted_on"))
    visible = set(Person.objects.visible_to(by).filter(pk__in=people).values_list("pk", flat=True))
    twice = Counter((row.hospital, row.bill_no) for row in rows)
    found = []
    for row in rows:
        key = (row.hospital, row.bill_no)
        if row.person not in visible:
            found.append((row.line, "患者已不在本县，请由现在所在的县导入，删去这一行。"))
        elif twice[key] > 1:
            found.append((row.line, f"账单号 {row.bill_no} 在文件里出现了不止一次。请核对，只留一行。"))
        elif key in kept:
            found.append((row.line, f"账单号 {row.bill_no} 已经导入过，请删去这一行。"))
        elif key in settled or (row.person, row.hospital, row.admitted_on) in stays:
            found.append((row.line, "这次住院已在本系统结算，不是别处支付的账单，请删去这一行。"))
    return found
