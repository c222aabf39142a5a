"""What lies on every county's desks on the morning of 20 October, so that no workbench of the demo is empty."""

import datetime

from config.demo.calendar import LAST_DAY, days, office_day
from config.demo.course import Course
from config.demo.fates import RETURN_REASONS, wait_at
from config.demo.life import ADULT_AGES, AGES
from config.demo.people import Held, Registry
from config.demo.places import URBAN
from ledger.models import Category, Division, Person

POOR, SINCE = Category.REGISTERED_POOR, datetime.date(2016, 1, 1)
OCTOBER = {day: datetime.date(2017, 10, day) for day in range(9, 21)}
INFANTS = ("450222", "450225", "450226")  # Registered before they are in the household register.
TOO_OLD = ("450222", "450223")  # Fifteen and more, with a children's disease: the lead has to confirm.


class Desks:
    """Registrations of the last fortnight, each left where somebody has to act."""

    def __init__(self, registry: Registry):
        self.registry, self.book, self.cast, self.rng = registry, registry.book, registry.cast, registry.rng

    def fill(self) -> None:
        for county in self.cast.places.counties.values():
            self.to_verify(county)
            self.under_way(county)
            self.other_offices(county)
            self.rare(county)

    def to_verify(self, county: Division) -> None:
        """待核实: the oldest waits four days, the newest came this morning."""
        for day in (OCTOBER[19], OCTOBER[20]) if county.code in URBAN else (OCTOBER[16], OCTOBER[18], OCTOBER[19], OCTOBER[20]):
            self._case(county, day, self.rng.choice(["cataract", "cataract", "gastric-cancer", "end-stage-renal-disease"]))

    def under_way(self, county: Division) -> None:
        """One case each: sent back, verified, planned, in hospital, discharged but not complete; outside the city two more."""
        self._case(county, OCTOBER[12], "end-stage-renal-disease").send_back(OCTOBER[18], self.rng.choice(RETURN_REASONS))
        for where, code in (("verified", "cataract"), ("planned", "colon-cancer"), ("in_treatment", "gastric-cancer")):
            wait_at(self._case(county, OCTOBER[9], code), where, OCTOBER[12])
        wait_at(self._case(county, datetime.date(2017, 9, 20), "cataract"), "discharged", datetime.date(2017, 9, 22))
        if county.code in URBAN:
            return
        again = self._case(county, OCTOBER[11], "cataract")
        again.send_back(OCTOBER[13], self.rng.choice(RETURN_REASONS))
        again.resubmit(OCTOBER[17])
        done = self._case(county, OCTOBER[10], "cataract")
        wait_at(done, "in_treatment", OCTOBER[12])
        done.discharge(OCTOBER[19])
        done.complete(OCTOBER[20])

    def other_offices(self, county: Division) -> None:
        """A category for each keeper to verify: civil affairs, the poverty office, the disabled persons' federation."""
        civil = self.rng.choice([Category.DIBAO, Category.TEKUN])
        for day, category in ((OCTOBER[17], civil), (OCTOBER[18], Category.DISABLED_POOR), (OCTOBER[19], POOR)):
            since = SINCE if category == POOR else datetime.date(2016, 7, 1)
            wait_at(self._case(county, day, "cataract", [Held(category, since, verified=False)]), "registered", day)

    def rare(self, county: Division) -> None:
        """Found but not yet registered; an infant without an ID number; somebody above a children's disease's age."""
        if county.code not in URBAN:
            person = self._person(county, OCTOBER[19], ADULT_AGES, [Held(POOR, SINCE)])
            self._course(person, "oesophageal-cancer")
        if county.code in INFANTS:
            person = self._person(county, OCTOBER[13], (0, 0), [Held(POOR, SINCE)], with_number=False)
            wait_at(self._registered(person, "vsd"), "planned", OCTOBER[16])
        if county.code in TOO_OLD:
            self._registered(self._person(county, OCTOBER[18], (15, 15), [Held(POOR, SINCE)]), "asd")

    # ---- parts ----

    def _case(self, county: Division, day: datetime.date, code: str, held: list[Held] | None = None) -> Course:
        held = [Held(POOR, SINCE, verified=day < LAST_DAY - days(7))] if held is None else held
        return self._registered(self._person(county, office_day(day), AGES.get(code, ADULT_AGES), held), code)

    def _person(self, county: Division, day: datetime.date, ages: tuple[int, int], held: list[Held], with_number: bool = True) -> Person:
        return self.registry.register(county, on=day, ages=ages, held=held, with_number=with_number)

    def _course(self, person: Person, code: str) -> Course:
        at, by = person.created_at, person.created_by
        return Course(self.book, person, self.cast.diseases[code], on=at.date(), at=at, by=by)

    def _registered(self, person: Person, code: str) -> Course:
        return self._course(person, code).register(at=person.created_at, by=person.created_by)
