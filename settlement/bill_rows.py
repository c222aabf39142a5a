"""Rows of a file of bills as they would be settled: in order, each on the year that the rows before it leave; nothing is kept."""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings

from hospitals.models import Hospital
from ledger import clock
from ledger.forms import read_day
from ledger.identity import IdNumberError, read_id_number
from ledger.importing.reader.cells import Number
from ledger.models import Case, Disease, Person, Staff
from ledger.money import read_amount
from ledger.protection import mask_id_number
from settlement import national
from settlement.actions.settling import SAMPLE_SENTENCE, Request
from settlement.amounts import grouped
from settlement.bill_file import COLUMNS, BillRow, Cell, ReadFile, day_text
from settlement.cells import is_formula
from settlement.engine.policy import ENTERED
from settlement.entitlement import place_of, state_of
from settlement.faults import BillRefused
from settlement.models import PersonYear, RequestKey
from settlement.money import to_fen
from settlement.patients import find_patient
from settlement.preparing import BillEntry, prepare

GOOD, DIFFERS, REFUSED, KNOWN = "good", "differs", "refused", "known"
DAYS, AMOUNTS = ("admitted_on", "discharged_on"), tuple(column for column in COLUMNS if column.endswith("_yuan"))
NUMERIC_ID = "身份证号是数字格式，末尾几位可能已丢失。请把该列改为文本，重填 18 位。"


@dataclass
class LookedRow:
    """What would become of one line. ``faults`` are (cell, sentence); ``differences`` (field, stated, ours) in fen."""

    row: BillRow
    result: str = REFUSED
    faults: list[tuple[str, str]] = field(default_factory=list)
    person: Person | None = None
    id_mask: str = ""
    disease: Disease | None = None
    values: dict = field(default_factory=dict)
    self_pay: int | None = None
    differences: list[tuple[str, int, int]] = field(default_factory=list)
    settlement: int | None = None
    notices: list[str] = field(default_factory=list)
    sample: bool = False

    @property
    def bill_no(self) -> str:
        return self.row.cell("bill_no").text

    @property
    def total(self) -> str:
        return grouped(self.values["total_yuan"]) if isinstance(self.values.get("total_yuan"), int) else "—"

    @property
    def own_share(self) -> str:
        return "—" if self.self_pay is None else grouped(self.self_pay)

    @property
    def difference_words(self) -> list[str]:
        return [f"{national.NAMES[name]}：文件 {grouped(stated)}，本系统 {grouped(ours)}" for name, stated, ours in self.differences]

    def refuse(self, column: str, sentence: str) -> None:
        self.faults.append((self.row.cell(column).place if column else "", sentence))

    def packed(self) -> dict:
        """The bill as it travels through the preview page: keys and whole fen, no ID number."""
        days = {name: self.values[name].isoformat() for name in DAYS}
        amounts = {name: self.values[name] for name in AMOUNTS}
        return {
            "line": self.row.line, "person": self.person.pk, "disease": self.disease.code, "bill_no": self.bill_no,
            "referral_number": self.row.cell("referral_number").text, **days, **amounts,
        }  # fmt: skip


def entry_of(bill: dict, person: Person, hospital: Hospital) -> BillEntry:
    """A packed bill as the settlement takes it."""
    day = datetime.date.fromisoformat
    return BillEntry(
        person=person, disease=Disease.objects.select_related("group").get(code=bill["disease"]), hospital=hospital, bill_no=bill["bill_no"],
        admitted_on=day(bill["admitted_on"]), discharged_on=day(bill["discharged_on"]), total=bill["total_yuan"],
        in_policy=bill["in_policy_yuan"], limit=bill["limit_yuan"], drugs_in=bill["drugs_in_yuan"], drugs_out=bill["drugs_out_yuan"],
        given={name: bill[name] for name in ENTERED if bill[name]}, referral_number=bill["referral_number"],
    )  # fmt: skip


def request_of(by: Staff, sha256: str, bill: dict) -> Request:
    """Each line of a file is one request: pressing twice, or sending the file again, settles it once."""
    return Request(f"staff:{by.pk}", f"file:{sha256[:40]}:{bill['line']}", bill)


def in_order(bills: Iterable[dict]) -> list[dict]:
    """As bills cumulate: by discharge, then by number."""
    return sorted(bills, key=lambda bill: (bill["discharged_on"], bill["bill_no"]))


def look_through(*, by: Staff, hospital: Hospital, file: ReadFile) -> list[LookedRow]:
    """Every line with what would become of it, in the file's order."""
    looked = [LookedRow(row) for row in file.rows]
    numbers = Counter(one.bill_no for one in looked)
    diseases = list(Disease.objects.order_by("position"))
    for one in looked:
        _read(one, by, diseases)
        if one.bill_no and numbers[one.bill_no] > 1:
            one.refuse("bill_no", f"账单号 {one.bill_no} 在文件里出现了不止一次。请核对，只留一行。")
    ready = [one for one in looked if not one.faults]
    years: dict[tuple, dict] = {}
    stays: dict[int, list[tuple]] = {}
    for one in sorted(ready, key=lambda one: (one.values["discharged_on"], one.bill_no)):
        _settle_on_trial(one, by, hospital, file, years, stays)
    return looked


def _read(one: LookedRow, by: Staff, diseases: list[Disease]) -> None:
    """The line's own cells; whom it is about."""
    row = one.row
    for column in ("bill_no", "referral_number", "name"):
        if is_formula(row.cell(column).text):
            one.refuse(column, f"{COLUMNS[column]}以“{row.cell(column).text[0]}”开头，可能是公式。请照原单填写。")
    if not row.cell("bill_no").text:
        one.refuse("bill_no", "请填写账单号。")
    for column in DAYS:
        if not row.cell(column).text:
            one.refuse(column, f"请填写{COLUMNS[column]}。")
            continue
        try:
            one.values[column] = read_day(day_text(row.cell(column)))
        except ValueError as error:
            one.refuse(column, f"{COLUMNS[column]}：{error}")
    for column in AMOUNTS:
        one.values[column] = _amount(one, row.cell(column), COLUMNS[column])
    for column in ("total_yuan", "in_policy_yuan"):
        if one.values[column] is None and not row.cell(column).text:
            one.refuse(column, f"请填写{COLUMNS[column]}。")
    _person(one, by)
    _disease(one, by, diseases)


def _amount(one: LookedRow, cell: Cell, words: str) -> int | None:
    if not cell.text:
        return None
    try:
        return read_amount(cell.text)
    except ValueError as error:
        one.faults.append((cell.place, f"{words}：{error}"))
        return None


def _person(one: LookedRow, by: Staff) -> None:
    cell = one.row.cell("id_number")
    if isinstance(cell.value, Number):
        one.refuse("id_number", NUMERIC_ID)
        return
    try:
        one.id_mask = mask_id_number(read_id_number(cell.text, clock.today()).number)
        one.person = find_patient(by=by, id_number=cell.text)
    except IdNumberError as error:
        one.refuse("id_number", str(error))
        return
    except BillRefused as refused:
        one.refuse("id_number", refused.message)
        return
    name = one.row.cell("name").text
    if name and name != one.person.name:
        one.refuse("name", f"姓名“{name[:20]}”与台账上这个身份证号的姓名不同。请核对身份证号和姓名。")


def _disease(one: LookedRow, by: Staff, diseases: list[Disease]) -> None:
    """By name, code or ICD-10; where one code stands for several diseases, the one on the patient's ledger here."""
    cells = [cell for cell in one.row.cells.get("disease", []) if cell.text]
    if not cells:
        one.refuse("disease", "请填写病种。")
        return
    own = set(Case.objects.visible_to(by).filter(person=one.person).values_list("disease", flat=True)) if one.person else set()
    for cell in cells:
        found = named(cell.text, diseases)
        if found:
            one.disease = next((disease for disease in found if disease.pk in own), found[0])
            return
    one.faults.append((cells[0].place, f"没有“{cells[0].text[:30]}”这个病种。请写病种的名称、代码或 ICD-10 诊断代码。"))


def named(text: str, diseases: list[Disease]) -> list[Disease]:
    """The diseases that a cell may mean."""
    exact = [disease for disease in diseases if text in (disease.code, disease.name, disease.short_name)]
    if exact:
        return exact
    code = text.upper()
    prefixes = {prefix for disease in diseases for prefix in disease.icd10_prefixes if code.startswith(prefix)}
    longest = max(prefixes, key=len, default=None)
    return [disease for disease in diseases if longest in disease.icd10_prefixes] if longest else []


def _settle_on_trial(one: LookedRow, by: Staff, hospital: Hospital, file: ReadFile, years: dict, stays: dict) -> None:
    bill = one.packed()
    done = RequestKey.objects.filter(scope=f"staff:{by.pk}", key=request_of(by, file.sha256, bill).key).first()
    if done is not None:
        one.result, one.settlement = KNOWN, done.settlement_id
        return
    entry = entry_of(bill, one.person, hospital)
    for admitted_on, discharged_on, line in stays.get(one.person.pk, []):
        if admitted_on < entry.discharged_on and entry.admitted_on < discharged_on or admitted_on == entry.admitted_on:
            one.refuse("admitted_on", f"住院日期和文件第 {line} 行的住院（{admitted_on} 至 {discharged_on}）重叠。请核对入院、出院日期。")
            return
    place = place_of(one.person, entry.discharged_on)
    key = (one.person.pk, place.area, entry.discharged_on.year)
    prepared = prepare(by=by, entry=entry, place=place, year=years.get(key))
    if kept := prepared.entitlement.limit if entry.limit is None else None:
        one.values["limit_yuan"] = to_fen(kept.amount_yuan)
        prepared = prepare(by=by, entry=entry_of(one.packed(), one.person, hospital), place=place, year=years.get(key))
        prepared.notices.append(f"文件没有写限额，按限额表（{kept.document}）的 {kept.amount_yuan:,} 元计算。")
    for fault in prepared.faults:
        one.refuse(fault.field if fault.field in COLUMNS else "", fault.sentence)
    if prepared.sample and not settings.SAMPLE_SETTLEMENT:
        one.refuse("", SAMPLE_SENTENCE)
    if one.faults:
        return
    one.self_pay, one.notices, one.sample = prepared.result.self_pay, prepared.notices, prepared.sample
    one.differences = national.differences(prepared.result, _stated(one))
    if one.faults:
        return
    one.result = DIFFERS if one.differences else GOOD
    if one.result == GOOD:  # Whether a row that differs is settled, a person decides: what follows is shown as if it were not.
        years[key] = PersonYear(person=one.person, area=place.area, year=entry.discharged_on.year, state=state_of(prepared.result.year))
        stays.setdefault(one.person.pk, []).append((entry.admitted_on, entry.discharged_on, one.row.line))


def _stated(one: LookedRow) -> dict[str, int]:
    found = {name: _amount(one, cell, national.NAMES[name]) for name, cell in one.row.stated.items() if name in national.RESULTS}
    return {name: fen for name, fen in found.items() if fen is not None}
