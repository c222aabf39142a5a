"""Puts an invented person on the demo's ledger: particulars, home, categories, enrolment, card, and moves of house."""

import datetime
from dataclasses import dataclass

from django.db.backends.postgresql.psycopg_any import DateRange

from config.demo.book import Book
from config.demo.calendar import LAST_DAY, between, days, moment, office_day
from config.demo.invention import Invention
from ledger.models import Category, CategoryFact, Division, Enrolment, Person, PolicyCard, Residence, Staff
from ledger.models.person import VERIFIER
from ledger.pinyin import initials
from ledger.protection import keyed_hash

BASIS = {
    Category.REGISTERED_POOR: "{year} 年建档立卡名册",
    Category.DIBAO: "农村低保证，{year} 年",
    Category.TEKUN: "特困人员供养证，{year} 年",
    Category.ORPHAN: "孤儿认定表，{year} 年",
    Category.DISABLED_POOR: "残疾人证，{year} 年",
}
NO_NUMBER = "婴儿未上户"
# Who is called for a patient, in the words of the form, and that relative's sex.
OF_A_CHILD = [("父母", "male"), ("父母", "female")]
OF_AN_ADULT = {
    "male": [("配偶", "female"), ("子女", "male"), ("子女", "female")],
    "female": [("配偶", "male"), ("子女", "male"), ("子女", "female")],
}


@dataclass(frozen=True)
class Held:
    """A category somebody holds, and whether its keeper has verified it."""

    category: Category
    since: datetime.date
    verified: bool = True


class Registry:
    """Registers people into a book, as ``ledger.actions.people`` would."""

    def __init__(self, book: Book, invention: Invention):
        self.book, self.cast, self.rng, self.invention = book, book.cast, book.cast.rng, invention

    def register(
        self, county: Division, *, on: datetime.date, ages: tuple[int, int], held: list[Held], sex: str = "", with_number: bool = True
    ) -> Person:
        """Somebody of about that age, living in the county, registered on that day with their categories."""
        rng = self.rng
        township = rng.choice(self.cast.places.townships[county.code])
        village = rng.choice(self.cast.places.villages[township.code])
        by, at = self.cast.registrar(township, county), moment(rng, on)
        person = self._particulars(county, village, on, ages, sex or rng.choice(["male", "female"]), with_number)
        person.county, person.township, person.village = county, township, village
        person.created_at, person.created_by = at, by
        self.book.people.append(person)
        since = min([fact.since for fact in held] + [on - days(25)])
        since = max(since, person.born_on)
        self._home(person, since)
        self.book.tell(person, "person_registered", "登记入户资料", by=by, at=at, county=county)
        for fact in held:
            self.hold(person, fact, by=by, at=at)
        if on <= LAST_DAY - days(9):
            self._enrol(person, on)
        return person

    def _particulars(
        self, county: Division, village: Division, on: datetime.date, ages: tuple[int, int], sex: str, with_number: bool
    ) -> Person:
        rng, invention = self.rng, self.invention
        born_on = invention.born(ages, on)
        age = on.year - born_on.year
        name = invention.name(sex, age)
        number = invention.id_number(county.code, born_on, sex) if with_number else ""
        phone = invention.mobile() if age > 14 and rng.random() < 0.9 else ""
        relation, contact_sex = rng.choice(OF_A_CHILD if age <= 14 else OF_AN_ADULT[sex])
        group = f"{rng.choice(['东', '西', '上', '中', '下', '老', '新'])}屯 {rng.randint(1, 99)} 号"
        return Person(
            name=name, initials=initials(name), sex=sex, born_on=born_on,
            id_number=number, id_number_hash=keyed_hash(number) if number else None, id_absent_reason="" if number else NO_NUMBER,
            insurance_number=f"{county.code}{rng.randint(0, 9999999):07d}" if number else "",
            native_place=f"广西{county.label}", phone=phone, phone_hash=keyed_hash(phone) if phone else "",
            address=group if village.name.endswith("村") else f"{rng.randint(1, 12)} 组 {rng.randint(1, 60)} 号",
            household_number=f"{village.code[:9]}{rng.randint(1, 9999):04d}",
            contact_name=self._relative(name, sex, age, relation, contact_sex), contact_relation=relation,
            contact_phone=invention.mobile(), village_doctor=invention.name(rng.choice(["male", "female"]), 45),
            village_doctor_phone=invention.mobile(),
        )  # fmt: skip

    def _relative(self, name: str, sex: str, age: int, relation: str, relatives_sex: str) -> str:
        """Wives and mothers keep their own surnames; children have their father's, which a woman's husband has too."""
        drawn = self.invention.name(relatives_sex, 40, name[0] if relatives_sex == "male" else "")
        if relatives_sex == "female" and relation != "子女":
            return drawn
        family = self.invention.husbands_surname(name) if sex == "female" and age > 14 else name[0]
        return family + drawn[1:]

    def _home(self, person: Person, since: datetime.date, reason: str = "") -> None:
        self.book.add_home(
            Residence(
                person=person, county=person.county, township=person.township, village=person.village, address=person.address,
                during=DateRange(since, None), reason=reason,
            )
        )  # fmt: skip

    def hold(self, person: Person, held: Held, *, by: Staff, at: datetime.datetime) -> CategoryFact:
        """Record a category; its keeper verifies it within a fortnight unless it is still waiting."""
        category = Category(held.category)
        since = max(held.since, person.born_on)
        basis = BASIS[category].format(year=since.year)
        fact = CategoryFact(
            person=person, category=category, during=DateRange(since, None), basis=basis, recorded_by=by, recorded_on=at.date()
        )
        self.book.facts.append(fact)
        self.book.tell(person, "category_held", f"{category.label}自 {since} 起，依据：{basis}", by=by, at=at)
        verify_on = at.date() + days(self.rng.randint(1, 12))
        if held.verified and verify_on < LAST_DAY:
            when = moment(self.rng, office_day(verify_on))
            keeper = self.cast.one(VERIFIER[category], self.book.county_then(person, when.date()).code)
            fact.verified_by, fact.verified_on = keeper, when.date()
            self.book.tell(person, "category_verified", f"核实{category.label}", by=keeper, at=when)
        return fact

    def _enrol(self, person: Person, on: datetime.date) -> None:
        when = moment(self.rng, office_day(on + days(self.rng.randint(1, 8))))
        by = self.cast.one("insurance", self.book.county_then(person, when.date()).code)
        enrolled = self.rng.random() < 0.97
        self.book.enrolments.append(Enrolment(person=person, year=2017, enrolled=enrolled, pooling_area="柳州市" if enrolled else ""))
        self.book.tell(person, "enrolled", f"2017 年{'参保' if enrolled else '未参保'}", by=by, at=when)

    def leave_poverty(self, person: Person, fact: CategoryFact, year: int) -> None:
        """Out of poverty since a year; the category goes on."""
        when = moment(self.rng, office_day(max(datetime.date(2017, 3, 1), person.created_at.date() + days(self.rng.randint(2, 30)))))
        fact.out_of_poverty_year = year
        by = self.cast.one("poverty", self.book.county_then(person, when.date()).code)
        self.book.tell(person, "out_of_poverty", f"{year} 年脱贫，继续享受政策", by=by, at=when)

    def end(self, person: Person, fact: CategoryFact, on: datetime.date, reason: str) -> None:
        """A category no longer holds from a day."""
        fact.during, fact.ended_reason = DateRange(fact.during.lower, on), reason
        by = self.cast.one(VERIFIER[Category(fact.category)], self.book.county_then(person, on).code)
        text = f"{Category(fact.category).label}自 {on} 起终止"
        self.book.tell(person, "category_ended", text, by=by, at=moment(self.rng, on), on=on, reason=reason)

    def give_card(self, person: Person, number: int) -> None:
        on = office_day(between(self.rng, datetime.date(2017, 9, 11), datetime.date(2017, 10, 13)))
        label = f"LZ2017-{number:04d}"
        self.book.cards.append(PolicyCard(person=person, number=label, during=DateRange(on, None)))
        by = self.cast.one("clerk", self.book.county_then(person, on).code)
        self.book.tell(person, "card_given", f"发放明白卡{label}", by=by, at=moment(self.rng, on), on=on)

    def move_house(self, person: Person, county: Division, on: datetime.date, reason: str) -> None:
        """The person lives in another county from a day on; call it before any case is told, so that all later events go there."""
        last = self.book.homes_of(person)[-1]
        last.during = DateRange(last.during.lower, on)
        township = self.rng.choice(self.cast.places.townships[county.code])
        village = self.rng.choice(self.cast.places.villages[township.code])
        person.county, person.township, person.village, person.version = county, township, village, person.version + 1
        self._home(person, on, reason)
        text = f"{on} 起搬到{county.label}{township.name}{village.name}"
        self.book.tell(person, "moved_house", text, by=self.cast.one("clerk", county.code), at=moment(self.rng, on), on=on, reason=reason)

    def leave_prefecture(self, person: Person, on: datetime.date) -> None:
        last = self.book.homes_of(person)[-1]
        last.during = DateRange(last.during.lower, on)
