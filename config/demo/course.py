"""Takes one demo case along the table of moves, writing on the way what the actions would write."""

import datetime

from config.demo.book import Book
from config.demo.calendar import days, moment, office_day
from config.demo.hospitals import DESIGNATED, choices_for
from hospitals.models import Hospital, Stay
from ledger.actions.assigning import hands_of
from ledger.identity import age_on
from ledger.models import Case, Disease, Person, Role, Staff
from ledger.transitions import OUTCOMES, target_of

FOUND_HOW = ("家庭医生签约", "村医入户随访", "健康体检", "医院就诊", "扶贫部门提供")  # In the words of the form.
LONG_TERM = {"end-stage-renal-disease"}


class Course:
    """One case and the moves it makes. Every move is checked against the table, so the demo cannot tell an impossible story."""

    def __init__(self, book: Book, person: Person, disease: Disease, *, on: datetime.date, at: datetime.datetime, by: Staff):
        rng = book.cast.rng
        self.book, self.cast, self.rng, self.person, self.disease = book, book.cast, rng, person, disease
        found_on = max(on - days(rng.randint(0, 20)), person.born_on)
        diagnosed_on = max(found_on - days(rng.randint(0, 60)), person.born_on)
        self.case = Case(
            person=person, disease=disease, county=person.county, township=person.township, state="found", found_on=found_on,
            found_how=rng.choice(FOUND_HOW), found_by_name=person.village_doctor, diagnosed_on=diagnosed_on,
            diagnosis_hospital=self.usual_hospital().name, icd10=rng.choice(disease.icd10_prefixes), changed_at=at,
        )  # fmt: skip
        self.book.cases.append(self.case)
        self.stay: Stay | None = None
        self.last = at
        text = f"发现{disease}，途径：{self.case.found_how}"
        self.book.tell(person, "case_found", text, by=by, at=at, on=found_on, case=self.case, to_state="found")

    def usual_hospital(self) -> Hospital:
        """A hospital designated in every county this person lives in over time; the first choice is where most people go."""
        homes = [choices_for(self.disease.code, home.county.code) for home in self.book.homes_of(self.person)]
        shared = tuple(code for code in homes[0] if all(code in choices for choices in homes))
        return self.cast.hospitals[self.rng.choice(shared[:1] * 3 + shared)]

    @property
    def is_designated(self) -> bool:
        """Whether any hospital is designated for this disease; where none is, a case goes to hospital without an agreed plan."""
        return self.disease.code in DESIGNATED

    # ---- moves ----

    def register(self, *, at: datetime.datetime, by: Staff) -> "Course":
        """Put on the ledger together with its discovery."""
        self.case.state, self.case.registered_on, self.case.registered_by = "registered", at.date(), by
        self.case.assigned_to = hands_of(by) if by.area_id == self.case.county_id else None
        self.case.age_confirmation_needed = not self.disease.accepts_age(age_on(self.person.born_on, at.date()))
        text = f"{self.disease}登记建档"
        self.book.tell(self.person, "case_registered", text, by=by, at=at, case=self.case, from_state="found", to_state="registered")
        return self

    def verify(self, day: datetime.date) -> None:
        self.case.verified_on = self._step("verify", f"{self.disease}核实通过", office_day(day), self._clerk(day)).date()

    def send_back(self, day: datetime.date, reason: str) -> None:
        self._step("return", f"{self.disease}退回补正", office_day(day), self._clerk(day), reason=reason)
        self.case.verified_on = None

    def resubmit(self, day: datetime.date) -> None:
        self._step("resubmit", f"{self.disease}补正后再报", office_day(day), self._clerk(day))

    def plan(self, day: datetime.date, hospital: Hospital) -> None:
        if not self.is_designated:
            return
        self._treats(hospital)
        self._step("plan", f"{self.disease}定诊疗方案，{hospital.name}", office_day(day), self._hospital_hand(day))

    def admit(self, day: datetime.date, hospital: Hospital) -> None:
        self._treats(hospital)
        by = self._hospital_hand(day)
        text = f"{self.disease}入院，{hospital.name}" + ("" if self.is_designated else "（非定点）")
        at = self._step("admit", text, office_day(day), by, on=day)
        self.stay = Stay(case=self.case, hospital=hospital, admitted_on=day, recorded_at=at, recorded_by=by)
        self.book.stays.append(self.stay)

    def discharge(self, day: datetime.date) -> None:
        """Out of hospital; says nothing about whether the treatment is complete."""
        by, at = self._hospital_hand(day), self._later(office_day(day))
        self.stay.discharged_on = day
        text = f"{self.disease}出院，{self.stay.hospital.name}"
        self.book.tell(self.person, "discharged", text, by=by, at=at, on=day, case=self.case)

    def complete(self, day: datetime.date) -> None:
        by, lasting = self._hospital_hand(day), self.disease.code in LONG_TERM
        text = f"{self.disease}完成治疗，{self.stay.hospital.name}" + ("，长期治疗已建立" if lasting else "")
        self._step("complete", text, office_day(day), by, on=day)
        self.stay.completed_on, self.stay.lasting = day, lasting
        self.case.completed_on = self.case.completed_on or day

    def close(self, day: datetime.date, outcome: str, reason: str) -> None:
        by = self.cast.one(Role.LEAD, self.book.county_then(self.person, day).code)
        text = f"{self.disease}{dict(OUTCOMES)[outcome]}，销号"
        self._step("close", text, office_day(day), by, on=day, reason=reason)
        self.case.closed_on, self.case.outcome = day, outcome

    # ---- how a move is written ----

    def _treats(self, hospital: Hospital) -> None:
        self.case.hospital_code, self.case.hospital_name = hospital.code, hospital.name

    def _clerk(self, day: datetime.date) -> Staff:
        return self.cast.one(Role.CLERK, self.book.county_then(self.person, day).code)

    def _hospital_hand(self, day: datetime.date) -> Staff:
        """Mostly the hospital's liaison; now and then the county's clerk does it for a hospital."""
        return self._clerk(day) if self.rng.random() < 0.2 else self.cast.one(Role.LIAISON, self.case.hospital_code)

    def _later(self, day: datetime.date) -> datetime.datetime:
        """A moment of that day, after everything this case has seen so far."""
        self.last = max(moment(self.rng, day), self.last + datetime.timedelta(minutes=self.rng.randint(1, 3)))
        return self.last

    def _step(
        self, move: str, text: str, day: datetime.date, by: Staff, *, on: datetime.date | None = None, reason: str = ""
    ) -> datetime.datetime:
        at, before = self._later(day), self.case.state
        self.case.state = target_of(move, before, by.role)
        self.case.changed_at, self.case.version = at, self.case.version + 1
        self.book.tell(
            self.person,
            f"case_{move}",
            text,
            by=by,
            at=at,
            on=on,
            case=self.case,
            from_state=before,
            to_state=self.case.state,
            reason=reason,
        )
        return at
