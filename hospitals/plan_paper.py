"""F3 on paper: everything that the prescribed page prints, set so that it stays one page of A4 however long its texts are."""

import datetime
from dataclasses import dataclass

from hospitals.estimating import NAMED, Figures, figures_of
from hospitals.models import TreatmentPlan
from ledger.identity import age_on
from ledger.models import Person
from ledger.money import grouped

PAGE = 263.0  # Millimetres: A4 less its margins is 269; what is kept back is for fonts that run wider than ours.
# What a cell holds in a line, in millimetres, by the columns that it spans (static/css/plan.css).
NARROW, DOUBLE, TREATED, HALF, WIDE, WHOLE_WIDTH = 26.0, 55.0, 110.0, 82.0, 139.0, 174.0


@dataclass(frozen=True)
class Setting:
    """One style of ``.plan-paper``, in millimetres as printed: a Chinese character, a line, and all that is not a line of a row."""

    style: str
    sign: float
    line: float
    rest: float


SETTINGS = (
    Setting("", 3.88, 5.82, 119.0), Setting("plan-tight", 3.53, 4.94, 97.0), Setting("plan-small", 3.175, 4.255, 75.0),
    Setting("plan-least", 2.65, 3.31, 48.5),
)  # fmt: skip


@dataclass(frozen=True)
class PlanPaper:
    """What the page prints. Numbers are masked unless they were revealed."""

    title: str
    plan: TreatmentPlan
    person: Person
    age: int
    id_number: str
    phone: str
    contact_phone: str
    village_doctor_phone: str
    attending_phone: str
    surgeon_phone: str
    address: str
    costs: str
    style: str
    printed_on: datetime.date


def paper_of(plan: TreatmentPlan, numbers: dict[str, str], today: datetime.date) -> PlanPaper:
    """The page of one version; ``numbers`` are the patient's that were revealed for it, and with them the doctors' are printed in full."""
    person = plan.case.person
    costs = cost_line(figures_of(plan))
    phones = {name: numbers.get(name) or str(getattr(person, name) or "") for name in ("phone", "contact_phone", "village_doctor_phone")}
    doctors = {name: getattr(plan, name) for name in ("attending_phone", "surgeon_phone")}
    doctors = {name: phone.reveal() if numbers else str(phone or "") for name, phone in doctors.items()}
    return PlanPaper(
        title=f"{plan.case.county.prefecture.name}农村贫困人口大病专项救治诊疗方案", plan=plan, person=person, age=age_on(person.born_on, today),
        id_number=numbers.get("id_number") or str(person.id_number or "") or person.id_absent_reason, **phones, **doctors,
        address=f"{person.county.name}{person.full_address}", costs=costs,
        style=style_of(_rows(plan, costs)), printed_on=today,
    )  # fmt: skip


def cost_line(figures: Figures | None) -> str:
    """四、费用估算 as the form runs it: four amounts, then the other payers under their own names, so that the sum is the total."""
    blank = "＿＿＿＿"
    if figures is None or not figures.computed:
        total = f"{grouped(figures.total)} 元" if figures else blank
        named = "、".join(f"{name}{blank}" for name in NAMED)
        return f"总费用 {total}，其中{named}，个人自付{blank}"
    parts = [*zip(NAMED, figures.named, strict=True), *figures.others]
    named = "、".join(f"{name} {grouped(amount)} 元" for name, amount in parts)
    return f"总费用 {grouped(figures.total)} 元，其中{named}，个人自付 {grouped(figures.self_pay)} 元"


Row = list[tuple[str, float]]


def _rows(plan: TreatmentPlan, costs: str) -> list[Row]:
    """Every row of the page with what its cells hold and how wide they are; the words in front of them fit a line, but for 治疗方案's two."""
    person = plan.case.person
    return [
        [(person.name, NARROW)], [("", WIDE)], [(f"{person.county.name}{person.full_address}", WIDE)],
        [(person.contact_name, NARROW), (person.contact_relation, NARROW)], [(plan.case.disease.name, WIDE)], [(person.village_doctor, DOUBLE)],
        [(plan.review_hospital, HALF)], [(plan.tests, WIDE)], [(plan.findings, WIDE)], [(plan.diagnosis, HALF), (plan.diagnosing_doctor, NARROW)],
        [(plan.hospital.name, NARROW), (plan.department, NARROW)], [(plan.treatment, TREATED), ("治疗方案(包括手术、化疗、放疗、血透等)", DOUBLE)],
        [(plan.procedure, WIDE)], [(plan.drugs, WIDE)], [(plan.attending_doctor, DOUBLE)], [(plan.surgeon, DOUBLE)], [(plan.prognosis, HALF)],
        [(costs, WHOLE_WIDTH)],
    ]  # fmt: skip


def style_of(rows: list[Row]) -> str:
    """The loosest style in which the rows leave the page one page."""
    for setting in SETTINGS:
        lines = sum(max(_lines(text, setting.sign, width) for text, width in row) for row in rows)
        if setting.rest + lines * setting.line <= PAGE:
            return setting.style
    return SETTINGS[-1].style


def _lines(text: str, sign: float, width: float) -> int:
    """How many lines a text takes; western letters and figures are narrower, and a sign that does not fit goes to the next line."""
    length = sum(0.54 if letter.isascii() else 1 for letter in text)
    return max(-int(-length // int(width / sign)), 1)
