"""What a merge will do, before it is done: which cases go over, which two become one, and which dated facts the kept record lacks."""

import datetime
from dataclasses import dataclass, field

from django.db.backends.postgresql.psycopg_any import DateRange

from ledger.merging.choices import Compared, compare
from ledger.merging.links import voices
from ledger.models import Case, CategoryFact, Enrolment, Person, PolicyCard, Proof, Residence, Transfer
from ledger.models.transfer import ASKED
from ledger.standing import FOREVER, LONG_AGO, Span
from ledger.transitions import OPEN_STATES


@dataclass(frozen=True)
class Line:
    """One row of the page's lower half: of which record, what it is, and what will become of it."""

    section: str
    of_kept: bool
    what: str
    when: str
    becomes: str
    warns: bool = False


@dataclass
class Fold:
    """Two cases of one disease. ``free``: equally far, so somebody may choose which of them goes on."""

    survivor: Case
    folded: Case
    free: bool

    @property
    def both(self) -> list[Case]:
        """The kept record's first."""
        return [self.kept_case, self.gone_case]

    @property
    def kept_case(self) -> Case:
        return self.survivor if self.survivor.of_kept else self.folded

    @property
    def gone_case(self) -> Case:
        return self.folded if self.survivor.of_kept else self.survivor


@dataclass
class Carry:
    """A dated fact of the other record: the days that the kept one lacks. ``whole``: all of its days."""

    row: Residence | CategoryFact | PolicyCard
    parts: list[DateRange]
    whole: bool
    confirms: CategoryFact | None = None  # The kept record's unverified category that this one's verification is good for.


@dataclass
class Plan:
    """Both records and what becomes of everything. ``taken`` and ``survivors`` are what somebody chose."""

    kept: Person
    gone: Person
    particulars: list[Compared]
    moved: list[Case] = field(default_factory=list)
    folds: list[Fold] = field(default_factory=list)
    untouched: list[Case] = field(default_factory=list)

    @property
    def pair(self) -> tuple[int, int]:
        return self.kept.pk, self.gone.pk

    @property
    def goes_on(self) -> dict[int, Case]:
        """Folded case → the case that goes on."""
        return {fold.folded.pk: fold.survivor for fold in self.folds}


def how_far(case: Case) -> int:
    """How far the treatment of a case went; a closed one as far as it had come, a mistaken registration nowhere."""
    if case.outcome == "mistaken":
        return -1
    if case.state == "closed":
        closing = case.events.filter(move="case_close").first()
        state = closing.from_state if closing and closing.from_state in OPEN_STATES else "registered"
    else:
        state = case.state
    # Sent back for completion is as far as registered.
    return OPEN_STATES.index("registered" if state == "returned" else state)


def _rank(case: Case) -> tuple:
    """Of two equally far: the one whose story is over by treatment, then the open one, then the one registered first, then the kept's."""
    finished = case.outcome in ("cured", "improved", "died")
    earlier = -(case.registered_on or datetime.date.max).toordinal()
    return how_far(case), finished, case.state != "closed", earlier, case.of_kept


def _cases(person: Person, of_kept: bool) -> list[Case]:
    cases = list(person.cases.select_related("disease", "county", "person").order_by("disease__position", "pk"))
    for case in cases:
        case.of_kept = of_kept
    return cases


def plan_merge(kept: Person, gone: Person, *, taken: dict[str, str] | None = None, survivors: set[int] = frozenset()) -> Plan:
    """Look at both as they stand. Of two cases of one disease the one that went further goes on; of two equally far the chosen one."""
    plan = Plan(kept, gone, compare(kept, gone, taken or {}))
    ours = {case.disease_id: case for case in _cases(kept, True)}
    theirs = {case.disease_id: case for case in _cases(gone, False)}
    plan.untouched = [case for disease, case in ours.items() if disease not in theirs]
    for disease, case in theirs.items():
        if disease not in ours:
            plan.moved.append(case)
            continue
        further, other = sorted((ours[disease], case), key=_rank, reverse=True)
        free = how_far(further) == how_far(other)
        if free and other.pk in survivors:
            further, other = other, further
        plan.folds.append(Fold(further, other, free))
    return plan


def lacking(during: DateRange, taken: list[DateRange]) -> list[DateRange]:
    """The parts of a stretch of days that none of the others covers, in order. Pure."""
    start, end = Span.of(during).start, Span.of(during).end
    parts = []
    for span in sorted((Span.of(one) for one in taken), key=lambda span: span.start):
        if span.start > start:
            parts.append((start, min(span.start, end)))
        start = max(start, span.end)
    parts.append((start, end))
    found = [(lower, upper) for lower, upper in parts if lower < upper]
    return [DateRange(None if lower == LONG_AGO else lower, None if upper == FOREVER else upper) for lower, upper in found]


def _carry(row, ours: list) -> Carry:
    parts = lacking(row.during, [one.during for one in ours])
    return Carry(row, parts, whole=len(parts) == 1 and Span.of(parts[0]) == Span.of(row.during))


def homes_to_carry(kept: Person, gone: Person) -> list[Carry]:
    """Homes of days for which the kept record knows none."""
    ours = list(kept.residences.all())
    return [_carry(row, ours) for row in gone.residences.select_related("county", "township", "village")]


def categories_to_carry(kept: Person, gone: Person) -> list[Carry]:
    """Categories on days on which the kept record does not hold them.

    A verification of the other record is good for the kept one's category too, where the verified one lasts as long.
    """
    ours = list(kept.categories.all())
    found = []
    for row in gone.categories.select_related("verified_by"):
        same = [one for one in ours if one.category == row.category]
        carry = _carry(row, same)
        if row.verified_on:
            mine, theirs = ((Span.of(one.during), one) for one in same if not one.verified_on), Span.of(row.during)
            carry.confirms = next((one for span, one in mine if span.start < theirs.end and theirs.start < span.end <= theirs.end), None)
        found.append(carry)
    return found


def cards_to_carry(kept: Person, gone: Person) -> list[Carry]:
    """A household has one card: the other's goes over only where the kept record has none on any of its days."""
    ours = list(kept.policy_cards.all())
    carries = [_carry(row, ours) for row in gone.policy_cards.all()]
    return [carry if carry.whole else Carry(carry.row, [], False) for carry in carries]


def enrolments_to_carry(kept: Person, gone: Person) -> list[Enrolment]:
    """The years that the kept record does not tell."""
    known = set(kept.enrolments.values_list("year", flat=True))
    return [row for row in gone.enrolments.all() if row.year not in known]


def proofs_of(person: Person):
    """A person's papers without their bytes."""
    papers = Proof._base_manager.filter(person=person).order_by("number")  # Of a person whom the caller holds or shows.
    return papers.defer("content")


def blocks(plan: Plan) -> list[str]:
    """What keeps these two from being merged now, each with what to do about it."""
    asked = Transfer.objects.everywhere("both records are the county's own").filter(person__in=plan.pair, state=ASKED)
    found = []
    if asked.exists():
        found.append("其中一份资料有外县的转入申请还没有答复。请先答复，再合并。")
    return found + [sentence for voice in voices() for sentence in voice.blocks(plan)]


def in_order(one: Person, other: Person) -> tuple[Person, Person]:
    """(the record that is better kept, the other): the one whose settlements stand, then with more cases, then the older."""
    blocked = {person.pk: bool(blocks(plan_merge(kept, person))) for kept, person in ((one, other), (other, one))}

    def weight(person: Person) -> tuple:
        return blocked[person.pk], person.cases.count(), -person.pk

    kept, gone = sorted((one, other), key=weight, reverse=True)
    return kept, gone
