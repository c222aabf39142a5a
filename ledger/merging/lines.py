"""The lower half of the merging page: every row of both records, and what will become of it."""

import datetime
from collections.abc import Iterator

from django.db.backends.postgresql.psycopg_any import DateRange

from ledger.merging.links import voices
from ledger.merging.plan import (
    Carry,
    Line,
    Plan,
    cards_to_carry,
    categories_to_carry,
    enrolments_to_carry,
    homes_to_carry,
    proofs_of,
)
from ledger.models import Case

KEPT, CARRIED, LEFT = "保留", "转到保留的资料", "重叠，留在原资料"


def all_lines(plan: Plan) -> list[Line]:
    """Of the ledger itself first, then what the apps above know."""
    found = [*_cases(plan), *_categories(plan), *_homes(plan), *_cards(plan), *_proofs(plan)]
    return found + [line for voice in voices() for line in voice.lines(plan)]


def _span(during: DateRange) -> str:
    start = during.lower.isoformat() if during.lower else "以前"
    return f"{start} 至 {during.upper - datetime.timedelta(days=1)}" if during.upper else f"{start} 至今"


def told(case: Case) -> tuple[str, str]:
    """A case in a few words: (disease and state, the days that matter)."""
    days = [
        f"{word} {day}"
        for word, day in (("发现", case.found_on), ("登记", case.registered_on), ("完成治疗", case.completed_on), ("销号", case.closed_on))
        if day
    ]
    state = case.get_state_display() + (f"（{case.get_outcome_display()}）" if case.outcome else "")
    return f"{case.disease}　{state}", "，".join(days)


def _cases(plan: Plan) -> Iterator[Line]:
    for case in plan.untouched:
        yield Line("病例", True, *told(case), KEPT)
    for fold in plan.folds:
        for case in (fold.kept_case, fold.gone_case):
            goes_on = case is fold.survivor
            yield Line("病例", case.of_kept, *told(case), "两例合为一例，以这一例为准" if goes_on else "并入另一例，经过仍可查")
    for case in plan.moved:
        yield Line("病例", False, *told(case), CARRIED)


def _becomes(carry: Carry) -> str:
    if carry.whole:
        return CARRIED
    parts = "、".join(_span(part) for part in carry.parts)
    words = f"{parts} 转来，其余重叠，留在原资料" if parts else LEFT
    return words + ("；核实一并保留" if carry.confirms else "")


def _ended_otherwise(carry: Carry, ours: list) -> str:
    """One record says that a category goes on, the other that it ended: for somebody to look at afterwards."""
    same = [one for one in ours if one.category == carry.row.category and one.during.upper is None]
    if carry.row.during.upper and same and not carry.whole:
        return "；保留的资料上至今有效，请核对是否终止"
    return ""


def _categories(plan: Plan) -> Iterator[Line]:
    ours = list(plan.kept.categories.all())
    for fact in ours:
        yield Line("人员类别", True, f"{fact}　{_verified(fact)}", _span(fact.during), KEPT)
    for carry in categories_to_carry(plan.kept, plan.gone):
        doubt = _ended_otherwise(carry, ours)
        yield Line("人员类别", False, f"{carry.row}　{_verified(carry.row)}", _span(carry.row.during), _becomes(carry) + doubt, bool(doubt))


def _verified(fact) -> str:
    return f"{fact.verified_on} 核实" if fact.verified_on else "待核实"


def _homes(plan: Plan) -> Iterator[Line]:
    def where(home) -> str:
        return f"{home.township.name}{home.village.name}{home.address}"

    for home in plan.kept.residences.select_related("township", "village"):
        yield Line("住址", True, where(home), _span(home.during), KEPT)
    for carry in homes_to_carry(plan.kept, plan.gone):
        yield Line("住址", False, where(carry.row), _span(carry.row.during), _becomes(carry))


def _cards(plan: Plan) -> Iterator[Line]:
    over = {row.pk for row in enrolments_to_carry(plan.kept, plan.gone)}
    for person in (plan.kept, plan.gone):
        of_kept = person is plan.kept
        for row in person.enrolments.all():
            words = ("已参保" + (f"，{row.plan}" if row.plan else "")) if row.enrolled else "未参保"
            becomes = KEPT if of_kept else CARRIED if row.pk in over else LEFT
            yield Line("参保", of_kept, words, f"{row.year} 年", becomes)
    for card in plan.kept.policy_cards.all():
        yield Line("明白卡", True, card.number or "没有编号", _span(card.during), KEPT)
    for carry in cards_to_carry(plan.kept, plan.gone):
        yield Line("明白卡", False, carry.row.number or "没有编号", _span(carry.row.during), _becomes(carry))


def _proofs(plan: Plan) -> Iterator[Line]:
    for person in (plan.kept, plan.gone):
        of_kept = person is plan.kept
        for proof in proofs_of(person):
            yield Line("证明材料", of_kept, proof.get_kind_display(), f"第 {proof.number} 份", KEPT if of_kept else f"{CARRIED}，另编序号")
