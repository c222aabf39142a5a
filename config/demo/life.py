"""The demo's story: the baseline of May, the people of civil affairs beside it, and what was found until 20 October."""

import datetime
from itertools import count

from config.demo.calendar import BASELINE_DAY, between, days, office_day
from config.demo.course import Course
from config.demo.fates import aim, come_back, strike_off, strike_off_treated, treat, wait_at
from config.demo.people import Held, Registry
from ledger.models import Category, CategoryFact, Division, Person

# 附件 8: 儿童白血病 4, 儿童先天性心脏病 18, 食管癌 16, 胃癌 47, 结直肠癌 32, 终末期肾病 110, 白内障 284. The counties' shares are invented.
GROUPS = (("all", "apl"), ("asd", "vsd"), ("oesophageal-cancer",), ("gastric-cancer",), ("colon-cancer", "rectal-cancer"),
          ("end-stage-renal-disease",), ("cataract",))  # fmt: skip
BASELINE = {
    "450202": (0, 0, 0, 1, 1, 3, 7),
    "450203": (0, 1, 1, 2, 1, 4, 11),
    "450204": (0, 1, 1, 2, 2, 6, 15),
    "450205": (0, 1, 1, 3, 2, 7, 18),
    "450206": (1, 2, 2, 6, 4, 14, 37),
    "450222": (1, 2, 2, 6, 4, 13, 34),
    "450223": (0, 3, 2, 7, 5, 16, 41),
    "450224": (0, 2, 2, 6, 4, 14, 36),
    "450225": (1, 3, 3, 8, 5, 18, 48),
    "450226": (1, 3, 2, 6, 4, 15, 37),
}
CIVIL = {"450202": 2, "450203": 3, "450204": 4, "450205": 4, "450206": 7, "450222": 7, "450223": 9, "450224": 8, "450225": 9, "450226": 7}
FOUND = {"450202": 3, "450203": 4, "450204": 5, "450205": 6, "450206": 10, "450222": 11, "450223": 11, "450224": 10, "450225": 12,
         "450226": 10}  # fmt: skip
# How likely treatment is complete by October: the districts near the hospitals are ahead.
TREATED = {"450202": 0.85, "450203": 0.82, "450204": 0.85, "450205": 0.82, "450206": 0.78, "450222": 0.74, "450223": 0.72, "450224": 0.68,
           "450225": 0.58, "450226": 0.63}  # fmt: skip
AGES = {"cataract": (55, 86), "end-stage-renal-disease": (24, 74), "asd": (0, 12), "vsd": (0, 12), "all": (2, 12), "apl": (3, 13)}
ADULT_AGES = (41, 79)
USUAL = ("cataract",) * 10 + ("end-stage-renal-disease",) * 5 + ("gastric-cancer",) * 2 + (
    "colon-cancer", "rectal-cancer", "oesophageal-cancer", "vsd"
)  # fmt: skip
MOVES = {12: ("450225", "450206"), 18: ("450226", "450204"), 25: ("450224", "450222"), 31: ("450223", "450205"), 7: ("450222", "450223")}


class Life:
    """Tells the story into a registry's book, county by county, always drawing from the one random source."""

    def __init__(self, registry: Registry):
        self.registry, self.book, self.cast, self.rng = registry, registry.book, registry.cast, registry.rng
        self.cards = count(1)

    def tell(self) -> None:
        for county in self.cast.places.counties.values():
            self.baseline(county)
            self.civil_affairs(county)
            self.found_since(county)

    # ---- the registered poor of May ----

    def baseline(self, county: Division) -> None:
        """The county's part of the 511, each with one case on 31 May."""
        numbers = count()
        for diseases, amount in zip(GROUPS, BASELINE[county.code], strict=True):
            for _ in range(amount):
                self._one_of_may(county, self.rng.choice(diseases), next(numbers))

    def _one_of_may(self, county: Division, code: str, number: int) -> None:
        rng = self.rng
        on = min(office_day(between(rng, datetime.date(2017, 1, 9), BASELINE_DAY - days(1))), BASELINE_DAY)
        poor_since = datetime.date(rng.choice([2014, 2016, 2016, 2016]), 1, 1)
        held = [Held(Category.REGISTERED_POOR, poor_since)]
        if rng.random() < 0.1:
            held.append(Held(Category.DIBAO, datetime.date(2016, 7, 1)))
        if rng.random() < 0.07:
            held.append(Held(Category.DISABLED_POOR, between(rng, datetime.date(2015, 3, 1), datetime.date(2016, 12, 1))))
        person = self.registry.register(county, on=on, ages=AGES.get(code, ADULT_AGES), held=held)
        poor = self._fact(person, Category.REGISTERED_POOR)
        if poor_since.year == 2014 and rng.random() < 0.5:
            self.registry.leave_poverty(person, poor, rng.choice([2015, 2016]))
        elif number % 60 == 11:
            self.registry.end(person, poor, datetime.date(2017, 9, 1 + number % 20), "动态调整退出：家庭有财政供养人员")
        if number in MOVES and MOVES[number][0] == county.code:
            to = self.cast.places.counties[MOVES[number][1]]
            self.registry.move_house(
                person, to, office_day(between(rng, datetime.date(2017, 7, 10), datetime.date(2017, 10, 13))), "易地扶贫搬迁"
            )
        if number % 9 == 4:
            self.registry.give_card(person, next(self.cards))
        self._fate_of_may(self._course(person, code), county, number)

    def _fate_of_may(self, course: Course, county: Division, number: int) -> None:
        rng = self.rng
        if number == 9 and county.code in ("450206", "450225"):
            strike_off(course, "mistaken", between(rng, datetime.date(2017, 6, 20), datetime.date(2017, 9, 15)))
        elif number == 16 and county.code in ("450223", "450226"):
            wait_at(course, "verified", course.last.date())
            strike_off(course, "moved_away", between(rng, datetime.date(2017, 8, 1), datetime.date(2017, 10, 16)))
        elif rng.random() < TREATED[county.code]:
            if treat(course, aim(rng, course.case.registered_on)):
                come_back(course)
                strike_off_treated(course)
        else:
            self._untreated(course)

    def _untreated(self, course: Course) -> None:
        """Those whom nobody has treated yet stand everywhere on the way; a few died or would not be treated."""
        rng = self.rng
        end = rng.choices(["", "died", "refused"], [84, 9, 7])[0]
        if end:
            wait_at(course, rng.choice(["verified", "planned"]), course.last.date())
            strike_off(course, end, between(rng, max(course.last.date(), datetime.date(2017, 6, 1)), datetime.date(2017, 10, 18)))
            return
        where = rng.choices(["returned", "verified", "planned", "in_treatment", "discharged"], [4, 34, 25, 25, 9])[0]
        since = between(rng, datetime.date(2017, 9, 20), datetime.date(2017, 10, 12))
        wait_at(course, where, max(since, course.last.date()))

    # ---- 特困供养 and 低保 who are not registered poor ----

    def civil_affairs(self, county: Division) -> None:
        rng = self.rng
        for number in range(CIVIL[county.code]):
            on = office_day(between(rng, datetime.date(2017, 2, 13), datetime.date(2017, 9, 27)))
            code = rng.choice(USUAL)
            category = rng.choice([Category.TEKUN, Category.DIBAO]) if code not in ("vsd",) else Category.DIBAO
            held = [Held(category, datetime.date(rng.choice([2014, 2015, 2016]), 7, 1), verified=number != 3)]
            if code == "vsd" and number % 2:
                held.append(Held(Category.ORPHAN, datetime.date(2016, 1, 1)))
            person = self.registry.register(county, on=on, ages=AGES.get(code, ADULT_AGES), held=held)
            self._go_on(self._course(person, code), 0.7, aim(rng, on))

    # ---- found from June on ----

    def found_since(self, county: Division) -> None:
        """Discoveries from June to the middle of October: most registered poor, some in no category, some with a second disease."""
        rng = self.rng
        for number in range(FOUND[county.code]):
            on = office_day(between(rng, datetime.date(2017, 6, 5), datetime.date(2017, 10, 10)))
            code = "lung-cancer" if number % 9 == 2 else rng.choice(USUAL)
            kind = [] if number % 8 == 5 else [Held(Category.REGISTERED_POOR, datetime.date(2016, 1, 1), verified=number % 7 != 6)]
            person = self.registry.register(county, on=on, ages=AGES.get(code, ADULT_AGES), held=kind)
            self._go_on(self._course(person, code), 0.65, on + days(rng.randint(14, 70)))
            if number % 6 == 1 and code not in ("cataract", "vsd"):
                self._go_on(self._course(person, "cataract"), 0.6, on + days(rng.randint(10, 60)))
            if number % 5 == 0 and on < datetime.date(2017, 9, 11):
                self.registry.give_card(person, next(self.cards))

    def _go_on(self, course: Course, chance: float, done_on: datetime.date) -> None:
        """With that chance treated by about that day, as far as time allows; else waiting somewhere."""
        if self.rng.random() < chance:
            if treat(course, done_on):
                strike_off_treated(course, 0.3)
        else:
            where = self.rng.choice(["verified", "planned", "in_treatment"])
            wait_at(course, where, office_day(course.case.registered_on + days(self.rng.randint(2, 8))))

    # ---- parts ----

    def _course(self, person: Person, code: str) -> Course:
        at, by = person.created_at, person.created_by
        return Course(self.book, person, self.cast.diseases[code], on=at.date(), at=at, by=by).register(at=at, by=by)

    def _fact(self, person: Person, category: Category) -> CategoryFact:
        return next(fact for fact in reversed(self.book.facts) if fact.person is person and fact.category == category)
