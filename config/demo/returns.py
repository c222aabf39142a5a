"""The demo's returns: the city's rules, half a year of returns in every state, and where October stands."""

import datetime
from dataclasses import replace
from decimal import Decimal

from config.demo.calendar import LAST_DAY, ZONE, days, office_day
from config.demo.places import Places
from config.demo.return_rows import Act, Rows
from config.demo.return_story import (
    ALONE_COUNTY,
    ALONE_FROM,
    ALONE_REASON,
    ALONE_UNTIL,
    AUGUST,
    LATE,
    LOCKED_STILL,
    MAY,
    MISSING,
    MORE_TIME,
    NIL,
    OPENED,
    PAST,
    SENT_BACK,
    SEPTEMBER,
    STANDS,
    STANDS_ELSE,
    Key,
    MoreTime,
)
from ledger.models import AuditEvent, Role, Staff
from reports.actions import make_dues
from reports.cells import cells_of
from reports.checks import Answer, Check, kept_text
from reports.checks.check import in_order
from reports.checks.ground import Ground
from reports.checks.lists import lists
from reports.checks.sums import sums
from reports.extending import end_of_extension
from reports.forms.f4 import f4_return
from reports.forms.f6 import f6_payload
from reports.forms.payload import build
from reports.models import MONTHLY, CellRemark, Due, DueRule, Extension, Form, Frequency, OnePersonCounty, QualityGoal, Submission, Unlock
from reports.submission_moves import ACCEPTED, LOCKED, RECEIVED, SUBMITTED

DOCUMENT = "柳卫医〔2017〕40号 二（五）"
CONTACTS_DOCUMENT = "柳卫医〔2017〕40号 三（三）"
DEFERRAL_DOCUMENT = "示范规则，格式照渝卫发〔2019〕30号附件"
QUALITY_DOCUMENT, QUALITY_SINCE = "柳卫医〔2017〕40号 二（四）2", datetime.date(2017, 7, 28)


# The city's steps, each so many days after a return came; how many of them a return has behind it.
STEPS = (("receive", 1), ("accept", 4), ("lock", 9))
COME = {SUBMITTED: 0, RECEIVED: 1, ACCEPTED: 2, LOCKED: 3}


def make_rules(places: Places) -> None:
    """What the city's documents ask for, and the dues of 2017."""
    DueRule.objects.bulk_create(DueRule(prefecture=places.city, form=form, first_period=MAY, document=DOCUMENT) for form in MONTHLY)
    DueRule.objects.create(prefecture=places.city, form=Form.F6, day=1, months_after=1, first_period=SEPTEMBER, document=DEFERRAL_DOCUMENT)
    DueRule.objects.create(
        prefecture=places.city, form=Form.F4, frequency=Frequency.ONCE, day=12, first_period=AUGUST, document=CONTACTS_DOCUMENT
    )
    QualityGoal.objects.create(prefecture=places.city, since=QUALITY_SINCE, catalogue_share=Decimal("0.95"), document=QUALITY_DOCUMENT)
    make_dues(places.city, 2017)


def make_returns(places: Places) -> list[AuditEvent]:
    """The rules, and every return of May to September as the ledger stood when it was handed in.

    Answers the trail rows of all that was done, not yet written.
    """
    make_rules(places)
    past = Past(places)
    dues = Due.objects.everywhere("the demo's past").select_related("county__parent").order_by("period", "county__code", "form")
    for due in dues:
        due.county = places.counties[due.county.code]
        if key_of(due) in MORE_TIME:
            past.give_time(due, MORE_TIME[key_of(due)])
        if due.period in PAST and LATE.get(key_of(due), 0) is not MISSING:
            past.hand_in(due)
    past.leave_alone()
    return past.rows.write()


class Past:
    """Tells one return after the other; what a county's ledger said on a day is built once for both forms."""

    def __init__(self, places: Places):
        self.places, self.rows, self.built = places, Rows(), {}
        staff = list(Staff.objects.filter(role__in=(Role.CLERK, Role.LEAD, Role.CITY)).order_by("-username"))
        self.clerks, self.leads = ({one.area_id: one for one in staff if one.role == role} for role in (Role.CLERK, Role.LEAD))
        self.city, self.second = [one for one in staff if one.role == Role.CITY][::-1]
        self.number = {code: number for number, code in enumerate(places.counties)}

    # ---- what it said ----

    def payload(self, due: Due, day: datetime.date) -> dict:
        """What the ledger said on a day, up to the due's cut-off."""
        on = min(due.cut_off_on, day)
        if due.form == Form.F6:
            return f6_payload(due.county, due.covers_from, due.period, on)
        if due.form == Form.F4:
            return f4_return(due.county, due.covers_from, due.period, on)
        key = (due.county_id, due.period, on)
        if key not in self.built:
            self.built[key] = build(due.county, due.period, on, supplemented=False)
        return self.built[key][due.form]

    def at(self, due: Due, day: datetime.date, minutes: int = 0) -> datetime.datetime:
        """A moment of that day's morning, another in every county; on the demo's last day before nine."""
        number = self.number[due.county.code]
        hour = datetime.time(8, 5 + number) if day >= LAST_DAY else datetime.time(9 + number // 4, 11 * number % 60)
        return datetime.datetime.combine(day, hour, ZONE) + datetime.timedelta(minutes=minutes)

    # ---- what was done ----

    def hand_in(self, due: Due) -> None:
        day = due.deadline_at.astimezone(ZONE).date() + days(LATE.get(key_of(due), 0))
        if key_of(due) in SENT_BACK:
            return self._sent_back(due)
        if key_of(due) in OPENED:
            return self._opened(due)
        kept = self._submitted(due, day)
        self._answered(kept, day, STANDS_ELSE.get(key_of(due), STANDS[due.period]))
        if key_of(due) in LOCKED_STILL:
            self._locked_still(kept)
        return None

    def _submitted(self, due: Due, day: datetime.date, before: Submission | None = None) -> Submission:
        clerk, lead = self.clerks[due.county_id], self.leads[due.county_id]
        alone = due.county.code == ALONE_COUNTY and ALONE_FROM <= day <= ALONE_UNTIL
        payload = self.payload(due, day)
        kept = self.rows.draft(due, payload, self.at(due, day), clerk, before)
        self.rows.say_nil(kept, payload, NIL.get(due.form, ""))
        kept.checks = self._checks(due, day)
        self.rows.move(kept, "check", self.at(due, day, 12), lead if alone else clerk, kept.nil_reason)
        self.rows.move(kept, "submit", self.at(due, day, 25), lead, kept.nil_reason)
        return kept

    def _checks(self, due: Due, day: datetime.date) -> str:
        """What the arithmetic said of the month then, every question answered."""
        if due.form not in MONTHLY:
            return ""
        clerk = self.clerks[due.county_id]
        payloads = {form: self.payload(due if due.form == form else self._twin(due), day) for form in MONTHLY}
        ground = Ground(clerk, due.county, due.period, payloads)
        found = [*sums(ground), *lists(ground)]
        return kept_text(in_order(one if one.tone != "warn" else _answer(one, clerk, day) for one in found))

    def _twin(self, due: Due) -> Due:
        other = Form.F2 if due.form == Form.F1 else Form.F1
        return Due(county=due.county, form=other, covers_from=due.covers_from, period=due.period, cut_off_on=due.cut_off_on)

    def _answered(self, kept: Submission, day: datetime.date, until: str) -> None:
        """The city's hand, step by step, as far as it has come."""
        for move, after in STEPS[: COME[until]]:
            self.rows.move(kept, move, self.at(kept.due, office_day(day + days(after)), 60), self.city)

    def _sent_back(self, due: Due) -> None:
        told = SENT_BACK[key_of(due)]
        first = self._submitted(due, _day(told.submitted))
        back = self.at(due, _day(told.returned))
        self.rows.move(first, "receive", back, self.city)
        self.rows.move(first, "return", back + datetime.timedelta(minutes=20), self.city, told.reason)
        cells, clerk, again = cells_of(self.payload(due, _day(told.submitted))), self.clerks[due.county_id], _day(told.again)
        for place, text, answer in told.remarks:
            self.rows.remarks.append(
                CellRemark(
                    submission=first, place=place, label=cells[place].label, was=cells[place].text, text=text, by=self.city,
                    at=back + datetime.timedelta(minutes=20), answer=answer, answered_by=clerk, answered_at=self.at(due, again, -30),
                )
            )  # fmt: skip
            self.rows.acts.append(
                Act(due, first, "remark_answered", self.at(due, again, -30), clerk, reason=f"{cells[place].label}：{answer}")
            )
        self._answered(self._submitted(due, again, first), again, STANDS[due.period])

    def _opened(self, due: Due) -> None:
        told, lead = OPENED[key_of(due)], self.leads[due.county_id]
        first = self._submitted(due, _day(told.submitted))
        self._answered(first, _day(told.submitted), LOCKED)
        asked, agreed = self.at(due, _day(told.asked), 30), self.at(due, _day(told.agreed), 40)
        self._ask_unlock(first, asked, told.reason, state="agreed", answered_at=agreed, answered_by=self.city)
        self.rows.move(first, "unlock", agreed, self.city, f"{told.reason}（{lead.full_name}申请）")
        if told.again:
            self._answered(self._submitted(due, _day(told.again), first), _day(told.again), STANDS[due.period])

    def _ask_unlock(self, kept: Submission, at: datetime.datetime, reason: str, **answered) -> None:
        lead = self.leads[kept.due.county_id]
        self.rows.unlocks.append(Unlock(submission=kept, asked_at=at, asked_by=lead, reason=reason, **answered))
        self.rows.acts.append(Act(kept.due, kept, "unlock_asked", at, lead, reason=reason))

    def _locked_still(self, kept: Submission) -> None:
        asked, reason, answered, answer = LOCKED_STILL[key_of(kept.due)]
        at = self.at(kept.due, _day(asked), 20)
        if not answered:
            return self._ask_unlock(kept, at, reason)
        then = self.at(kept.due, _day(answered), 50)
        self._ask_unlock(kept, at, reason, state="refused", answered_at=then, answered_by=self.second, answer=answer)
        self.rows.acts.append(Act(kept.due, kept, "unlock_refused", then, self.second, reason=answer))
        return None

    # ---- time, and one hand ----

    def give_time(self, due: Due, told: MoreTime) -> None:
        clerk, until = self.clerks[due.county_id], _day(told.until)
        asked = self.at(due, _day(told.asked), 15)
        row = Extension(due=due, asked_at=asked, asked_by=clerk, until_on=until, reason=told.reason, state=told.state, answer=told.answer)
        self.rows.extensions.append(row)
        self.rows.acts.append(Act(due, None, "extension_asked", asked, clerk, reason=f"申请展期到 {until}：{told.reason}"))
        if not told.answered:
            return
        by = clerk if told.state == "withdrawn" else self.city
        row.answered_at, row.answered_by = self.at(due, _day(told.answered), 300), by
        reason = told.answer
        if told.granted:
            row.granted_on = _day(told.granted)
            due.extended_until = end_of_extension(due, row.granted_on)
            due.save(update_fields=["extended_until"])
            reason = f"展期到 {due.extended_until:%Y-%m-%d %H:%M}：{told.answer}"
        self.rows.acts.append(Act(due, None, f"extension_{told.state}", row.answered_at, by, reason=reason))

    def leave_alone(self) -> None:
        """The city's word that one county's only person does both, for a month."""
        at = datetime.datetime.combine(ALONE_FROM, datetime.time(10, 20), ZONE)
        self.rows.alone.append(
            OnePersonCounty(
                county=self.places.counties[ALONE_COUNTY], since=ALONE_FROM, until=ALONE_UNTIL, reason=ALONE_REASON, allowed_by=self.city,
                allowed_at=at,
            )
        )  # fmt: skip


def key_of(due: Due) -> Key:
    return due.county.code, due.period, due.form


def _answer(check: Check, clerk: Staff, day: datetime.date) -> Check:
    """A question of then, with the county's word."""
    return replace(check, answer=Answer("已与乡镇核对。", clerk.full_name, day))


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)
