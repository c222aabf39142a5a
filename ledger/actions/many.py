"""One act on many people: looked through by the very checks that the act asks, then done for everybody whom nothing keeps from it.

A preview reads and writes nothing. What is shown carries a mark of how it stood; a record that has changed since is left alone.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ledger.actions.assigning import assign_case, check_assign
from ledger.actions.cases import check_verify, verify_case
from ledger.actions.categories import check_end, check_verify_category, end_category, verify_category
from ledger.actions.refusals import Refused
from ledger.actions.since import done_since, last_of, unseen_by
from ledger.models import Case, CaseEvent, Category, CategoryFact, Person, Staff
from ledger.standing import hold_people, remade_once
from ledger.transitions import MOVES, STATES

LIMIT = 500
GONE = "已不在您的管辖范围。"
CHANGED = "您打开之后有人改过，没有办理。"
NOT_SHOWN = "预览时还不能办，没有办理。现在可以办了，请再选一次。"
REFUSED = "x"  # The mark of a line that the preview refused.


@dataclass(frozen=True)
class Target:
    """What a chosen row is about: the person, the record that would change, and a mark of how it stands."""

    person: Person
    what: str
    record: Case | CategoryFact | None
    stands: str
    also: str = ""  # What else the change brings about.


@dataclass
class Line:
    """What becomes of one chosen row. ``joined``: another row above says the same of the same person."""

    pk: int
    person: Person | None = None
    what: str = ""
    change: str = ""
    refusal: str = ""
    joined: bool = False
    done: bool = False
    stands: str = REFUSED

    @property
    def good(self) -> bool:
        return not self.refusal and not self.joined


@dataclass(frozen=True)
class Act:
    """``load`` finds the targets by the rows' ids, ``change`` says what would change or raises Refused, ``do`` is the action itself."""

    load: Callable[[Staff, Iterable[int], dict], dict[int, Target]]
    change: Callable[[Staff, Target, dict], str]
    do: Callable[[Staff, Target, dict], Any]
    looks: bool = False  # It confirms who somebody is: what a colleague corrected of them since the preview is looked at first.


def look_through(*, by: Staff, act: Act, rows: list[int], data: dict) -> list[Line]:
    """What the act would change and what it would refuse, row by row, in as many queries for five hundred rows as for one."""
    targets, seen = act.load(by, rows, data), {}
    return [_line(by, act, pk, targets.get(pk), data, seen) for pk in rows]


def who(*, by: Staff, act: Act, rows: list[int]) -> list[Line]:
    """The rows alone, while it is not said yet what is to change."""
    targets = act.load(by, rows, {})
    return [Line(pk, one.person, one.what) if (one := targets.get(pk)) else Line(pk, refusal=GONE) for pk in rows]


@transaction.atomic
def do_many(*, by: Staff, act: Act, shown: dict[int, str], data: dict, seen: int | None = None) -> list[Line]:
    """Do it for every row that stands as it was shown and that nothing keeps from it; each row asked is answered.

    A row that changed says who did what since the preview, which had ``seen`` the timelines up to there. The people are held in
    one order before anything is looked at, so that two lists with the same people wait for each other and never for ever.
    """
    people = {target.person.pk for target in act.load(by, shown, data).values()}
    hold_people(people)
    targets, first_of, lines = act.load(by, shown, data), {}, []
    later = done_since(people, seen) if seen is not None else {}
    with remade_once():
        for pk, stood in shown.items():
            target = targets.get(pk)
            line = _line(by, act, pk, target, data, first_of)
            lines.append(line)
            if target is None or line.joined:
                continue  # A row that joined another shares that row's fate.
            done, case = later.get(target.person.pk, []), target.record.pk if isinstance(target.record, Case) else None
            unseen = unseen_by(by, done, case) if act.looks else None
            if unseen or target.person.pk not in people or stood not in (REFUSED, target.stands):
                line.refusal = _who_was_faster(by, unseen or last_of(done, case))
            elif not line.refusal and stood == REFUSED:
                line.refusal = NOT_SHOWN
            if not line.refusal:
                _do(by, act, target, data, line)
    for line in lines:
        if line.joined:
            first = first_of[targets[line.pk].record.pk]
            line.refusal, line.done = first.refusal, first.done
    return lines


def _who_was_faster(by: Staff, last: CaseEvent | None) -> str:
    """Who did what since the preview, as far as it is known."""
    return f"预览以后，{'您' if last.by_id == by.pk else last.by_name}已办：{last.text}。这一行没有再办。" if last else CHANGED


def _do(by: Staff, act: Act, target: Target, data: dict, line: Line) -> None:
    try:
        act.do(by, target, data)
    except Refused as refused:
        line.refusal = refused.message
    else:
        line.done = True


def _line(by: Staff, act: Act, pk: int, target: Target | None, data: dict, seen: dict[int, Line]) -> Line:
    if target is None:
        return Line(pk, refusal=GONE)
    line = Line(pk, target.person, target.what)
    try:
        line.change = act.change(by, target, data)
    except Refused as refused:
        line.refusal = refused.message
    else:
        line.stands = target.stands
        line.joined = seen.setdefault(target.record.pk, line) is not line
    return line


# ---- what rows are found by ----


def _cases(by: Staff, rows: Iterable[int], data: dict) -> dict[int, Target]:
    found = Case.objects.visible_to(by).filter(pk__in=list(rows))
    found = found.select_related("person__township", "person__village", "disease", "county__parent", "assigned_to")
    return {case.pk: Target(case.person, str(case.disease), case, str(case.version)) for case in found}


def _facts(by: Staff, rows: Iterable[int], data: dict) -> dict[int, Target]:
    people = Person.objects.visible_to(by).values("pk")
    found = CategoryFact.objects.filter(pk__in=list(rows), person__in=people)
    found = found.select_related("person__township", "person__village", "person__county__parent")
    return {fact.pk: Target(fact.person, str(fact), fact, _stands(fact)) for fact in found}


def _stands(fact: CategoryFact) -> str:
    told = (fact.pk, fact.during.lower, fact.during.upper, fact.verified_on, fact.out_of_poverty_year)
    return "/".join(str(one or "") for one in told)


def _held(by: Staff, rows: Iterable[int], data: dict) -> dict[int, Target]:
    """The open category of each case's person, of the kind that ``data`` names; the record is None where there is none."""
    cases = _cases(by, rows, data)
    people = {target.person.pk: target.person for target in cases.values()}
    facts = CategoryFact.objects.filter(person__in=people, category=data.get("category"), during__endswith=None)
    held = {fact.person_id: fact for fact in facts}
    found = {}
    for pk, target in cases.items():
        fact = held.get(target.person.pk)
        if fact:
            fact.person = target.person
        also = f"；{target.what}正在治疗，终止后列入待办清单核对" if target.record.state == "in_treatment" else ""
        found[pk] = Target(target.person, target.what, fact, _stands(fact) if fact else "", also)
    return found


# ---- what is done ----


def _verifying(by: Staff, target: Target, data: dict) -> str:
    check_verify(by=by, case=target.record)
    return f"{dict(STATES)[target.record.state]} → {dict(STATES)[MOVES['verify'].target]}"


def _assigning(by: Staff, target: Target, data: dict) -> str:
    check_assign(by=by, case=target.record, to=data["assignee"])
    before = target.record.assigned_to
    return f"经办人：{before.full_name if before else '未分派'} → {data['assignee'].full_name}"


def _ending(by: Staff, target: Target, data: dict) -> str:
    fact, on = target.record, data["on"]
    if fact is None:
        raise Refused(f"现在没有享有{Category(data['category']).label}。")
    check_end(by=by, fact=fact, on=on)
    return f"{fact}（{fact.during.lower} 起）自 {on} 起终止{target.also}"


def _verifying_category(by: Staff, target: Target, data: dict) -> str:
    check_verify_category(by=by, fact=target.record)
    return f"{target.record}（{target.record.during.lower} 起）：待核实 → 已核实"


def _end(by: Staff, target: Target, data: dict) -> CategoryFact:
    on: datetime.date = data["on"]
    return end_category(by=by, fact=target.record, on=on, reason=data["reason"])


VERIFY = Act(_cases, _verifying, lambda by, target, data: verify_case(by=by, case=target.record), looks=True)
ASSIGN = Act(_cases, _assigning, lambda by, target, data: assign_case(by=by, case=target.record, to=data["assignee"]))
END_CATEGORY = Act(_held, _ending, _end)
VERIFY_CATEGORY = Act(_facts, _verifying_category, lambda by, target, data: verify_category(by=by, fact=target.record), looks=True)
