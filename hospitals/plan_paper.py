"""F3 on paper: everything that the prescribed page prints, set so that it stays one page of A4 however long its texts are."""

import datetime
from dataclasses import dataclass

from hospitals.estimating import NAMED, Figures, figures_of
from hospitals.models import TreatmentPlan
from ledger.identity import age_on
from ledger.models import Person
from ledger.money import grouped

# Characters that a line of the page holds in its widest cell, by style, and the lines that are there besides the long texts.
STYLES = (("", 42, 26), ("plan-tight", 47, 32), ("plan-small", 52, 39))
LONG = ("tests", "findings", "diagnosis", "treatment", "procedure", "drugs", "prognosis")


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
        style=style_of([*(getattr(plan, name) for name in LONG), costs, person.full_address]), printed_on=today,
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


def style_of(texts: list[str]) -> str:
    """The loosest style in which the long texts still leave the page one page."""
    for style, letters, lines in STYLES:
        if sum(max(-(-_width(text) // letters), 1) for text in texts) <= lines:
            return style
    return STYLES[-1][0]


def _width(text: str) -> int:
    """How many Chinese characters wide; two western letters make one."""
    return -(-sum(1 if letter.isascii() else 2 for letter in text) // 2)
