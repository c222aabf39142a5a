"""What a treatment plan says (F3), line by line: which fields there are, which a filed plan must have, what contradicts itself."""

import datetime
from collections.abc import Mapping

from hospitals.models import TreatmentPlan
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Case

# F3's sections two to four, in its order; section one is the person's and the case's own.
SECTIONS: list[tuple[str, list[str]]] = [
    ("诊断情况", ["review_on", "review_hospital", "tests", "findings", "diagnosis", "diagnosing_doctor"]),
    ("诊疗计划", [
        "admission_on", "department", "treatment", "procedure", "drugs", "attending_doctor", "attending_phone", "surgeon", "surgeon_phone",
        "discharge_on", "prognosis", "pathway",
    ]),
    ("费用估算", ["total_yuan", "in_policy_yuan"]),
]  # fmt: skip
FIELDS = [name for _, names in SECTIONS for name in names]
# Not everybody is operated on, and not every disease has a clinical pathway.
OPTIONAL = {"procedure", "drugs", "surgeon", "surgeon_phone", "prognosis", "pathway"}
LABELS: dict[str, str] = {name: str(TreatmentPlan._meta.get_field(name).verbose_name) for name in FIELDS}
FARTHEST = 366  # Days ahead that an admission may be planned, and days that a stay may be planned to last.
HIGHEST = 99_999_999  # Yuan; as the window takes it.


def facts_of(plan: TreatmentPlan) -> dict:
    """The plan's lines by name."""
    return {name: getattr(plan, name) for name in FIELDS}


def is_empty(value: object) -> bool:
    return value is None or not isinstance(value, bool) and not value and value != 0


def check_facts(case: Case, facts: Mapping[str, object], *, whole: bool) -> None:
    """What keeps these lines from being saved, or, for the ``whole`` plan, from being filed. Raises Refused at the first such line.

    A planned admission that is over is no plan, unless the patient is in hospital already.
    """
    today = clock.today()
    review, enters, leaves = facts["review_on"], facts["admission_on"], facts["discharge_on"]
    if review and review > today:
        raise Refused(f"复查时间 {review} 晚于今天，请改正。复查做过以后再上报方案。", "review_on")
    if review and review < case.person.born_on:
        raise Refused(f"复查时间 {review} 早于出生日期 {case.person.born_on}，请改正。", "review_on")
    if enters and enters < case.found_on:
        raise Refused(f"计划入院时间 {enters} 早于发现日期 {case.found_on}，请改正。", "admission_on")
    if enters and leaves and leaves < enters:
        raise Refused(f"计划出院时间 {leaves} 早于计划入院时间 {enters}，请改其中一个。", "discharge_on")
    if enters and enters > today + datetime.timedelta(days=FARTHEST):
        raise Refused(f"计划入院时间 {enters} 在一年以后，请核对年份。", "admission_on")
    if enters and leaves and (leaves - enters).days > FARTHEST:
        raise Refused(f"计划出院时间 {leaves} 离入院超过一年，请核对年份。", "discharge_on")
    _check_amounts(facts)
    if whole:
        _check_whole(case, facts, today)


def _check_amounts(facts: Mapping[str, object]) -> None:
    total, inside = facts["total_yuan"], facts["in_policy_yuan"]
    for name, amount in (("total_yuan", total), ("in_policy_yuan", inside)):
        if amount is not None and not 0 <= amount <= HIGHEST:
            raise Refused(f"{LABELS[name]}要在 0 和 {HIGHEST:,} 之间，请核对。", name)
    if total is not None and inside is not None and inside > total:
        raise Refused(f"政策范围内费用 {inside:,} 元多于总费用 {total:,} 元，请改其中一个。", "in_policy_yuan")


def _check_whole(case: Case, facts: Mapping[str, object], today: datetime.date) -> None:
    for name in FIELDS:
        if name not in OPTIONAL and is_empty(facts[name]):
            raise Refused(f"请填写{LABELS[name]}，再上报。", name)
    if facts["surgeon_phone"] and not facts["surgeon"]:
        raise Refused("填了手术医生的电话，请把手术医生的姓名也填上。", "surgeon")
    if not facts["total_yuan"]:
        raise Refused("估算总费用不能是 0，请填写估算的金额。", "total_yuan")
    if facts["admission_on"] < today and case.state in ("verified", "planned"):
        raise Refused(f"计划入院时间 {facts['admission_on']} 已经过去，患者还没有入院。请改成今天或以后。", "admission_on")
