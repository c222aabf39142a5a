"""Twenty of the shared bills typed into the window's form, under all four policies: every layer and the patient's share to the fen."""

import csv
import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from hospitals.models import Designation, Hospital, HospitalLevel
from ledger import clock
from ledger.models import Case, CategoryFact, Disease, Enrolment, Person, PolicyCard
from ledger.models.person import VERIFIER
from settlement.actions.loading import load_shipped
from settlement.engine.policy import ENTERED
from settlement.entitlement import CODES
from settlement.models import PolicyArea, PolicyVersion, PriceLimit, Settlement
from tests.cast import Cast, on_day
from tests.settlement.counter import Counter
from tests.settlement.test_cases import LAYERS

pytestmark = pytest.mark.django_db
CATEGORIES = {code: category for category, code in CODES.items()}
# Policy → its bills, the bills of one person in the order of discharge. Together: tilt, referral, several categories, three bills over
# New Year, caps reached, a subsidy, a floor that the caps beat, half a fen, amounts given by others, a limit of 0, plans.
CHOSEN = {
    "liuzhou-2017": "H004 H005 H006 H007 H008 H009 H010 H012 H016 H017",
    "hunan-2017": "H001 H006 H007 H009",
    "xinbin-2018": "H002 H007 H008",
    "chongqing-2019": "H001 H003 H007",
}
FILE = Path(__file__).parent / "cases.csv"
ROWS = {(row["policy"], row["bill_no"]): row for row in csv.DictReader(FILE.read_text(encoding="utf-8").splitlines())}
AWAY = "外市统筹区"
FIRST_DAY = datetime.date(2016, 1, 4)


class World:
    """One policy in force where the cast lives, its hospital, and a counter at its window; facts are set as each row tells them."""

    def __init__(self, cast: Cast, policy: str):
        self.cast, self.policy = cast, policy
        load_shipped()
        area = PolicyVersion.objects.get(code=policy).area
        PolicyArea.objects.filter(division=cast.prefecture).update(division=None)
        PolicyArea.objects.filter(pk=area.pk).update(division=cast.prefecture)
        self.area = PolicyArea.objects.get(pk=area.pk)
        self.people: dict[str, Person] = {}
        self.counter = Counter(cast.liaison)

    def person(self, row: dict) -> Person:
        """Whoever the row's number stands for, with categories, verified, and out of poverty as it says."""
        if row["person_no"] not in self.people:
            person = self.cast.register(f"石永福{len(self.people)}", category=None, disease=None, on=FIRST_DAY)
            for code in filter(None, row["categories"].split(";")):
                category = CATEGORIES[code]
                CategoryFact.objects.create(
                    person=person, category=category, during=DateRange(datetime.date(2016, 1, 1), None), basis="名单",
                    out_of_poverty_year=2016 if row["out_of_poverty"] == "yes" else None, verified_on=datetime.date(2016, 1, 2),
                    verified_by=getattr(self.cast, str(VERIFIER[category])), recorded_by=self.cast.clerk,
                )  # fmt: skip
            if row["has_card"] == "yes":
                PolicyCard.objects.create(person=person, during=DateRange(datetime.date(2016, 1, 1), None))
            self.people[row["person_no"]] = person
        return self.people[row["person_no"]]

    def prepare(self, row: dict) -> Person:
        """The ledger and the hospital as the row describes them."""
        person, year = self.person(row), int(row["discharged_on"][:4])
        disease = Disease.objects.get(code=row["disease"])
        Enrolment.objects.update_or_create(person=person, year=year, defaults={"enrolled": True, "plan": row["insurance_plan"]})
        hospital = self.cast.hospital
        Case.objects.everywhere("set-up").get_or_create(
            person=person, disease=disease,
            defaults={
                "county": person.county, "township": person.township, "state": "planned", "found_on": datetime.date(2016, 1, 5),
                "found_how": "入户排查", "registered_on": datetime.date(2016, 1, 5), "hospital_code": hospital.code,
                "hospital_name": hospital.name, "changed_at": clock.now(),
            },
        )  # fmt: skip
        Hospital.objects.filter(pk=hospital.pk).update(pooling_area="" if row["in_pooling_area"] == "yes" else AWAY)
        HospitalLevel.objects.filter(hospital=hospital, policy=self.policy).delete()
        if row["hospital_level"]:
            HospitalLevel.objects.create(hospital=hospital, policy=self.policy, level=row["hospital_level"])
        Designation.objects.filter(hospital=hospital, disease=disease).delete()
        if row["designated"] == "yes":
            Designation.objects.create(
                hospital=hospital, disease=disease, area=self.cast.county, tier="county", year=year, document="定点名单"
            )
        return person

    def limit(self, row: dict) -> None:
        """The price limit that the form must fill in by itself."""
        PriceLimit.objects.filter(area=self.area).delete()
        if row["limit_yuan"]:
            PriceLimit.objects.create(
                area=self.area, disease=Disease.objects.get(code=row["disease"]), during=DateRange(datetime.date(2016, 1, 1), None),
                amount_yuan=row["limit_yuan"], document="限额文件", made_at=clock.now(),
            )  # fmt: skip

    def typed(self, row: dict) -> dict:
        """What the clerk types; thousands apart, as the cashier's slip has them."""
        bill = {name: row[name] for name in ("disease", "admitted_on", "discharged_on")}
        bill |= {"bill_no": f"{self.policy}-{row['bill_no']}", "drugs_in_yuan": "", "drugs_out_yuan": "", "stay": ""}
        bill["limit_yuan"] = row["limit_yuan"]
        bill |= {name: row[name] for name in ENTERED if row[name]}
        if row["referred"] == "yes":
            bill["referral_number"] = "ZZ-2017-001"
        return bill | {name: f"{Decimal(row[name]):,.2f}" for name in ("total_yuan", "in_policy_yuan")}


def test_twenty_bills_were_chosen():
    assert sum(len(chosen.split()) for chosen in CHOSEN.values()) == 20


@pytest.mark.parametrize("policy", CHOSEN)
def test_the_form_gives_the_shared_amounts(cast, policy):
    layers = LAYERS[policy].split()
    with on_day(datetime.date(2020, 1, 31)):
        world = World(cast, policy)
        for number in CHOSEN[policy].split():
            row = ROWS[policy, number]
            assert row["error"] == ""
            person = world.prepare(row)
            world.limit(row)
            address = world.counter.find(person)
            form = world.counter.client.get(address).content.decode()
            for name in ENTERED:
                assert (f'name="{name}"' in form) == (name.removesuffix("_yuan") in layers), name
            if row["limit_yuan"]:
                assert f'name="limit_yuan" value="{Decimal(row["limit_yuan"]):,.2f}"' in form
            answer = world.counter.client.post(address, world.typed(row))
            assert answer.status_code == 302, (number, answer.content.decode())
            preview = answer["Location"]
            page = world.counter.page(preview)
            done = world.counter.confirm(preview)
            settlement = Settlement.objects.everywhere("test").order_by("-pk").first()
            assert done["Location"].endswith(f"/records/{settlement.pk}/"), (number, world.counter.page(preview))
            paid = {line.layer: str(line.amount_yuan) for line in settlement.lines.all()}
            assert paid == {layer: row[layer] for layer in layers}, (number, row["note"])
            assert str(settlement.self_pay_yuan) == row["self_pay_yuan"], (number, row["note"])
            for amount in (*paid.values(), row["self_pay_yuan"]):
                assert f"{Decimal(amount):,.2f}" in page, (number, amount)
