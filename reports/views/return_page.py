"""All that a county's page knows of a return beside its figures: where each form stands, what was checked, what the city remarked, what was asked for."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.forms import BoundField

from ledger import clock
from ledger.forms import LedgerForm
from ledger.models import Division, Role, Staff
from reports.alone import allowed_alone, hands_of
from reports.cells import cells_of, changed_places
from reports.check_answer_forms import AnswersForm
from reports.checks import Check, unanswered
from reports.life_forms import NilForm, RemarksForm, remark_name
from reports.models import CellRemark, Extension, ReturnEvent, Submission, Unlock
from reports.models.extension import ASKED
from reports.nil import NOTHING, is_nil
from reports.returns import Return, payload_of
from reports.submission_moves import CORRECTED, DRAFT, LOCKED, OPEN, RETURNED
from reports.views.checks import run_checks
from reports.views.due_states import DueState, due_states
from reports.views.given_back import given_back
from reports.views.kinds import ReturnKind

Bound = Mapping[str, LedgerForm]  # What was sent and refused (checks, remarks, nil): it is shown again as it was typed.


@dataclass(frozen=True)
class Remarked:
    """A remark as the page shows it: its number on the page, where its cell stands now and what it says, whether it still wants an answer."""

    remark: CellRemark
    form: str
    number: int
    place: str
    now: str
    mended: bool
    answering: BoundField | None

    @property
    def waits(self) -> bool:
        return not self.mended and not self.remark.answer


@dataclass(frozen=True)
class Returned:
    """Why the city sent a form back."""

    form: str
    event: ReturnEvent


@dataclass(frozen=True)
class SentBack:
    """Why the lead gave forms back to whoever prepared them; what one press gave back is told once."""

    forms: list[str]
    event: ReturnEvent


@dataclass
class ReturnPage:
    """One county's return of a period, for one reader. ``states`` is empty where nothing is due."""

    staff: Staff
    kind: ReturnKind
    county: Division
    period: datetime.date
    returns: dict[str, Return]
    states: dict[str, DueState]
    checks: list[Check] = field(default_factory=list)
    remarks: list[Remarked] = field(default_factory=list)
    returned: list[Returned] = field(default_factory=list)
    sent_back: list[SentBack] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    unlocks: list[Unlock] = field(default_factory=list)
    nil: NilForm | None = None
    answers: AnswersForm | None = None
    alone: bool = False  # The city lets this lead prepare and submit by one hand.

    @property
    def is_city(self) -> bool:
        return self.staff.role == Role.CITY

    def standing(self, *states: str) -> list[str]:
        """The forms whose latest revision stands so, in the forms' order."""
        return [form for form, found in self.states.items() if found.submission and found.submission.state in states]

    def undrafted(self) -> list[str]:
        return [form for form, found in self.states.items() if found.submission is None]

    def in_hand(self) -> list[str]:
        """What the county still has to hand in, or to hand in again."""
        return self.undrafted() + self.standing(*OPEN, *CORRECTED)

    def hashes(self) -> dict[str, str]:
        return {form: found.submission.rows_hash for form, found in self.returns.items() if found.submission}

    def bad(self) -> list[Check]:
        return [check for check in self.checks if check.tone == "bad"]

    def open_answers(self) -> list[Check]:
        return unanswered(self.checks)

    def waiting_remarks(self) -> list[Remarked]:
        return [one for one in self.remarks if one.waits and one.answering]

    @property
    def answerable(self) -> bool:
        """A remark has its box."""
        return any(one.answering and not one.mended for one in self.remarks)

    @property
    def speaks(self) -> bool:
        """The county has a draft in hand: what is typed beside it goes with every button of the page."""
        return not self.is_city and bool(self.standing(DRAFT))

    def marks(self, form: str) -> dict[str, Remarked]:
        """The remarks of a form by the place of their cell; a line may have moved since, and the remark goes with it."""
        return {one.place: one for one in self.remarks if one.form == form}


def read_return(
    staff: Staff, kind: ReturnKind, county: Division, period: datetime.date, bound: Bound | None = None, *, with_checks: bool = True
) -> ReturnPage:
    """Raises Refused where the period cannot be counted. The number of queries does not depend on the number of people."""
    bound = bound or {}
    returns = kind.read(county, period)
    states = {state.due.form: state for state in due_states(staff, [period], group=kind.forms, county=county)}
    page = ReturnPage(staff, kind, county, period, returns, states)
    if not states:
        return page
    dues = [state.due.pk for state in states.values()]
    page.extensions = list(Extension.objects.visible_to(staff).filter(due__in=dues).select_related("due", "asked_by", "answered_by"))
    if page.standing(LOCKED):
        asked = Unlock.objects.visible_to(staff).filter(submission__due__in=dues, state=ASKED)
        page.unlocks = list(asked.select_related("submission__due", "asked_by").defer("submission__payload", "submission__checks"))
    if with_checks and (page.in_hand() or page.is_city):
        page.checks = run_checks(staff, county, period, {form: found.payload for form, found in returns.items()})
    page.alone = staff.role == Role.LEAD and allowed_alone(county, clock.today()) is not None and hands_of(county) == 1
    page.remarks, page.returned, page.sent_back = _remarks(page, bound), _returned(page), _sent_back(page)
    empty = [form for form in page.standing(DRAFT) if is_nil(returns[form].payload)]
    if empty and not page.is_city:
        sent = bound.get("nil")
        said = {f"nil_{form}": states[form].submission.nil_reason for form in empty}
        page.nil = sent if isinstance(sent, NilForm) else NilForm(forms={form: NOTHING[form] for form in empty}, initial=said)
    if page.speaks:
        sent = bound.get("checks")
        warned = [one for one in page.checks if one.tone == "warn"]
        page.answers = sent if isinstance(sent, AnswersForm) else AnswersForm(checks=warned)
    return page


def _earlier(page: ReturnPage) -> dict[str, Submission]:
    """Form by form the revision whose remarks matter now: the one sent back, or that which a corrected one in hand follows."""
    rows = Submission.objects.visible_to(page.staff).filter(due__in=[state.due.pk for state in page.states.values()], state=RETURNED)
    latest = {form: state.submission for form, state in page.states.items() if state.submission}
    if not any(one.state == RETURNED or one.revision > 1 for one in latest.values()):
        return {}
    found = {}
    for row in rows.select_related("due").defer("checks").order_by("revision"):
        last = latest.get(row.due.form)
        if last is not None and row.revision in (last.revision, last.revision - 1):
            found[row.due.form] = row
    return found


def _remarks(page: ReturnPage, bound: Bound) -> list[Remarked]:
    earlier = _earlier(page)
    if not earlier:
        return []
    rows = CellRemark.objects.visible_to(page.staff).filter(submission__in=[one.pk for one in earlier.values()])
    of_form: dict[int, list[CellRemark]] = {}
    found_rows = list(rows.select_related("by", "answered_by").order_by("pk"))
    for row in found_rows:
        of_form.setdefault(row.submission_id, []).append(row)
    sent = bound.get("remarks")
    typing = sent if isinstance(sent, RemarksForm) else RemarksForm(remarks=found_rows)
    found: list[Remarked] = []
    for form, kept in earlier.items():
        if kept.pk in of_form:
            found += _told(page, form, kept, of_form[kept.pk], typing, len(found))
    return found


def _told(page: ReturnPage, form: str, kept: Submission, rows: list[CellRemark], typing: RemarksForm, before: int) -> list[Remarked]:
    """The remarks of one form, held against what the latest revision says."""
    latest, then, now = page.states[form].submission, payload_of(kept), page.returns[form].payload
    correcting = latest.pk != kept.pk
    mended = changed_places(then, now) if correcting else set()
    old, new = cells_of(then), {cell.identity: cell for cell in cells_of(now).values()}
    told = []
    for number, row in enumerate(rows, start=before + 1):
        cell = new.get(old[row.place].identity) if row.place in old else None
        name, answering = remark_name(row.pk), None
        if correcting and latest.state == DRAFT and not page.is_city and name in typing.fields:
            answering = typing[name]
        place, says = (cell.place, cell.text) if cell else (row.place, "没有这一格了")
        told.append(Remarked(row, form, number, place, says, row.place in mended, answering))
    return told


def _returned(page: ReturnPage) -> list[Returned]:
    """Why each form that is being corrected was sent back or opened again."""
    forms = [form for form in page.in_hand() if page.states[form].submission and page.states[form].submission.state != DRAFT]
    forms += [form for form in page.standing(DRAFT) if page.states[form].submission.revision > 1]
    if not forms:
        return []
    dues = {page.states[form].due.pk: form for form in forms}
    rows = ReturnEvent.objects.visible_to(page.staff).filter(due__in=dues, what__in=("return", "unlock")).select_related("by")
    newest = {dues[row.due_id]: row for row in rows.order_by("pk")}
    return [Returned(form, newest[form]) for form in forms if form in newest]


def _sent_back(page: ReturnPage) -> list[SentBack]:
    """Why drafts were given back by the lead, until they are checked again; the county's own matter."""
    drafts = {page.states[form].submission.pk: form for form in page.standing(DRAFT)}
    if page.is_city or not drafts:
        return []
    back = given_back(page.staff, drafts)
    told: dict[tuple, SentBack] = {}
    for pk, form in drafts.items():
        if event := back.get(pk):
            told.setdefault((event.by_id, event.reason), SentBack([], event)).forms.append(form)
    return list(told.values())
