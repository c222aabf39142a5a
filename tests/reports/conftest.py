"""Dated facts for the stories of the month, and the two ways to the figures, compared whenever they are asked."""

import datetime

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from ledger.models import Case, Category, CategoryFact, Person, Residence
from ledger.protection import keyed_hash
from ledger.standing import remake
from reports.forms.coverage import printed_groups
from reports.forms.f1 import f1_figures, f1_people, tabulate
from reports.models import DueRule
from tests.cast import COUNTY_HOSPITAL
from tests.ledger.desks import client_of


def day(text: str) -> datetime.date:
    """``10-23`` is that day of 2017."""
    return datetime.date.fromisoformat(text if len(text) == 10 else f"2017-{text}")


class Ledger:
    """Writes facts as they would have come to stand over the months, without acting each of them out."""

    def __init__(self, cast):
        self.cast = cast
        self.serial = 0

    def person(self, name: str, *cases: tuple, poor="2016-01-01", poor_until=None, civil=None, kind=Category.DIBAO, **facts) -> Person:
        """A person of 柳城县; ``poor``: 建档立卡 from that day; ``civil``: 低保 from 2016, verified that day.

        A case is (disease code, registered on, completed on or None, closed on or None, outcome).
        """
        self.serial += 1
        village = facts.pop("village", self.cast.village)
        number = f"45022219600101{self.serial:03d}X"
        fields = {
            "sex": "female", "born_on": day("1960-01-01"), "id_number": number, "id_number_hash": keyed_hash(number),
            "insurance_number": f"45022200{self.serial:03d}", "address": "3 组 8 号", "created_by": self.cast.clerk,
            "created_at": datetime.datetime(2017, 1, 1, tzinfo=datetime.UTC),
        } | facts  # fmt: skip
        home = {"county": village.parent.parent, "township": village.parent, "village": village}
        person = Person.objects.create(name=name, **home, **fields)
        Residence.objects.create(person=person, **home, address=person.address, during=DateRange(day("2016-01-01"), None))
        if poor:
            self.hold(person, Category.REGISTERED_POOR, poor, until=poor_until)
        if civil:
            self.hold(person, kind, "2016-01-01", verified=civil)
        for case in cases:
            self.case(person, *case)
        remake([person.pk])
        return person

    def hold(self, person: Person, category: int, since: str, *, until=None, verified=None) -> None:
        CategoryFact.objects.create(
            person=person, category=category, during=DateRange(day(since), day(until) if until else None), basis="名单",
            recorded_by=self.cast.clerk, verified_by=self.cast.civil if verified else None, verified_on=day(verified) if verified else None,
        )  # fmt: skip

    def case(self, person: Person, disease: str, registered: str, completed=None, closed=None, outcome="") -> Case:
        return Case.objects.create(
            person=person, disease=self.cast.disease(disease), county=person.county, township=person.township, found_how="入户排查",
            state="closed" if closed else "treated" if completed else "registered", found_on=day(registered), registered_on=day(registered),
            completed_on=day(completed) if completed else None, closed_on=day(closed) if closed else None, outcome=outcome,
            changed_at=datetime.datetime(2017, 1, 1, tzinfo=datetime.UTC), hospital_code=COUNTY_HOSPITAL if completed else "",
            hospital_name="柳城县人民医院" if completed else "",
        )  # fmt: skip

    def move(self, person: Person, on: str, village=None) -> None:
        """Another home from a day on; without one, out of the prefecture."""
        home = person.residences.get(during__endswith=None)
        home.during = DateRange(home.during.lower, day(on))
        home.save()
        if village:
            Residence.objects.create(
                person=person, county=village.parent.parent, township=village.parent, village=village, address="1 组",
                during=DateRange(day(on), None),
            )  # fmt: skip
        remake([person.pk])

    def table(self, on: str, county=None):
        """F1's people on a day; the database's own count must give the same numbers."""
        county = county or self.cast.county
        groups = {group.pk: group.name for group in printed_groups(county, day(on))}
        table = tabulate(f1_people([county.pk], day(on)), day(on), list(groups))
        counted = f1_figures([county.pk], day(on), list(groups))[county.pk]
        assert (counted.rows, counted.total, counted.neither) == (table.figures(), table.total_figures(), len(table.neither))
        return table

    def row(self, on: str, group: str, county=None) -> tuple[int, ...]:
        """总数, 累计救治数, 本季度, 未完成, 非建档立卡本季度 of one row, or of 合计."""
        county = county or self.cast.county
        table = self.table(on, county)
        if group == "合计":
            return tuple(table.total_figures().values())
        key = next(found.pk for found in printed_groups(county, day(on)) if found.name == group)
        return tuple(table.figures()[key].values())


@pytest.fixture
def ledger(cast) -> Ledger:
    return Ledger(cast)


@pytest.fixture
def dues(cast):
    """October's dues of both counties, from the prefecture's rules."""
    from reports.actions import make_dues

    for form in ("F1", "F2"):
        DueRule.objects.create(prefecture=cast.prefecture, form=form, first_period=day("08-01"), document="柳卫医〔2017〕40号")
    make_dues(cast.prefecture, 2017)


@pytest.fixture
def people(ledger, dues) -> dict[str, Person]:
    """Registered poor treated and not, one with two diseases, one verified by civil affairs, one in neither; a neighbour county's."""
    return {
        "韦桂兰": ledger.person("韦桂兰", ("cataract", "2017-03-01", "2017-04-02")),
        "覃福生": ledger.person("覃福生", ("cataract", "2017-03-01", "2017-10-02"), ("gastric-cancer", "2017-05-01")),
        "石小禾": ledger.person("石小禾", ("gastric-cancer", "2017-05-01")),
        "梁月娥": ledger.person("梁月娥", ("cataract", "2017-06-01", "2017-10-05"), poor=None, civil="2017-06-02"),
        "莫秀英": ledger.person("莫秀英", ("cataract", "2017-06-01"), poor=None),
        "外县人": ledger.person("外县人", ("cataract", "2017-03-01", "2017-10-03"), village=ledger.cast.village2),
    }


@pytest.fixture
def one_waiting(ledger, dues) -> Ledger:
    """October of 柳城县: one patient who waits for treatment."""
    ledger.person("韦桂兰", ("cataract", "06-01"))
    return ledger


@pytest.fixture
def month(one_waiting) -> Ledger:
    """The same, and one verified by civil affairs."""
    one_waiting.person("莫秀珍", ("cataract", "06-01"), poor=None, civil="06-10")
    return one_waiting


@pytest.fixture
def city(cast) -> Client:
    """The city's desk."""
    return client_of(cast.city)


@pytest.fixture
def two_treated(ledger, dues) -> None:
    """Two registered poor who were treated, and one verified by civil affairs who was not."""
    for number in range(2):
        ledger.person(f"韦{number}", ("cataract", "2017-03-01", "2017-04-02"))
    ledger.person("梁月娥", ("cataract", "2017-06-01"), poor=None, civil="2017-06-02")


@pytest.fixture
def october(cast) -> DueRule:
    """F1 is owed from October on; no row is there yet."""
    return DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=day("10-01"), document="柳卫医〔2017〕40号")


@pytest.fixture
def monthly(cast) -> DueRule:
    """F1 from September on, with its rows and the holidays of 2017 and 2018."""
    from config.demo.holidays import make_holidays
    from reports.due_keeping import keep_dues

    make_holidays(cast.prefecture)
    document = "柳卫医〔2017〕40号 二（五）"
    rule = DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=day("09-01"), document=document)
    keep_dues(cast.prefecture, datetime.datetime(2017, 10, 20, 9, tzinfo=datetime.timezone(datetime.timedelta(hours=8))))
    return rule


@pytest.fixture
def nudges(monkeypatch) -> list:
    """The drafts that workers were asked for, in place of asking them."""
    from reports import tasks

    found: list = []
    monkeypatch.setattr(tasks.build_county, "delay", lambda *arguments: found.append(arguments))
    return found


@pytest.fixture
def sent_no_mail(monkeypatch) -> None:
    monkeypatch.setattr("reports.reminding.nudge_mail", lambda: None)
