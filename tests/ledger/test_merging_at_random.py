"""Merging any two records: whatever they hold, one person stands where either stood, and undoing brings every column back."""

import datetime
import random

import pytest

from hospitals import actions as treatment
from ledger.actions import cases
from ledger.actions.categories import end_category, give_policy_card, hold_category, record_enrolment, verify_category
from ledger.actions.proofs import Brought, add_proofs
from ledger.models import Case, Category, CategoryFact, Person, Role, Standing
from ledger.models.person import VERIFIER
from ledger.standing import differences
from tests.cast import on_day
from tests.ledger.paper_files import picture
from tests.ledger.two_records import D, everything, merge, undo

DISEASES = ("cataract", "gastric-cancer", "colon-cancer", "vsd")
TODAY = D(2017, 10, 20)
DAYS = [D(2017, 1, 1) + datetime.timedelta(number) for number in range((TODAY - D(2017, 1, 1)).days + 1)]


def record(cast, luck: random.Random, name: str) -> Person:
    """Somebody with a handful of facts of every kind, through the real actions."""
    born = {} if luck.random() < 0.5 else {"id_absent_reason": "证件遗失待补"}
    on = luck.choice(DAYS[30:200])
    person = cast.register(
        name, on=on, since=luck.choice(DAYS[:30]), disease=None, category=luck.choice([None, *Category]),
        village=luck.choice([cast.village, cast.other_village]), address=luck.choice(["3 组", "9 组"]),
        phone=luck.choice(["", "13900000001", "13900000002"]), contact_name=luck.choice(["", "莫家兴"]), **born,
    )  # fmt: skip
    for code in luck.sample(DISEASES, luck.randint(0, 3)):
        with on_day(luck.choice(DAYS[200:250])):
            case = cases.open_case(by=cast.clerk, person=person, entry=cast.entry(code), found_only=luck.random() < 0.2)
            _treated(cast, luck, case)
    _facts(cast, luck, person)
    return person


def _treated(cast, luck: random.Random, case: Case) -> None:
    if case.state == "found" or case.age_confirmation_needed or luck.random() < 0.4:
        return
    case = cases.verify_case(by=cast.lead, case=case)
    for _ in range(luck.randint(0, 2)):
        days = sorted(luck.sample(DAYS[250:285], 2))
        with on_day(TODAY):
            overlapping = case.stays.filter(discharged_on__gt=days[0], admitted_on__lt=days[1]).exists()
            if overlapping:
                continue
            treatment.record_stay(by=cast.lead, case=case, hospital=cast.hospital, admitted_on=days[0], discharged_on=days[1])
            case = Case.objects.visible_to(cast.lead).select_related("person", "disease", "county__parent").get(pk=case.pk)
    if case.state == "in_treatment" and luck.random() < 0.5:
        with on_day(TODAY):
            treatment.complete(by=cast.lead, case=case, on=DAYS[286])


def _facts(cast, luck: random.Random, person: Person) -> None:
    keepers = {Role.CIVIL: cast.civil, Role.POVERTY: cast.poverty, Role.DISABLED: cast.disabled}
    for category in luck.sample(list(Category), 2):
        if not person.categories.filter(category=category).exists():
            start = luck.choice(DAYS[:200])
            hold_category(by=cast.clerk, person=person, category=category, since=start, basis="名单")
    for fact in CategoryFact.objects.filter(person=person, verified_on=None):
        if luck.random() < 0.6:
            verify_category(by=keepers[VERIFIER[fact.category]], fact=fact)
        if luck.random() < 0.4:
            end_category(by=cast.clerk, fact=fact, on=luck.choice(DAYS[210:]), reason="清退")
    for year in luck.sample((2015, 2016, 2017), 2):
        record_enrolment(by=cast.insurance, person=person, year=year, enrolled=True, plan=luck.choice(["一档", "二档"]))
    if luck.random() < 0.5:
        give_policy_card(by=cast.clerk, person=person, since=luck.choice(DAYS))
    if luck.random() < 0.5:
        add_proofs(by=cast.clerk, person=person, kind="poverty", files=[Brought("贫困证明.png", picture("PNG"))])


def standing_days(people: tuple[Person, Person]) -> set[tuple]:
    """(disease, day) on which either stands on the ledger of the county."""
    rows = Standing.objects.filter(person__in=people)
    return {
        (row.disease_id, day) for row in rows for day in DAYS if row.during.lower <= day and (row.during.upper is None or day < row.during.upper)
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_one_person_stands_where_either_stood_and_everything_comes_back(cast, seed):
    luck = random.Random(seed)
    kept, gone = record(cast, luck, "莫秀英"), record(cast, luck, luck.choice(["莫秀英", "莫秀瑛"]))
    before, stood = everything(), standing_days((kept, gone))
    held = {(fact.category, day) for fact in CategoryFact.objects.all() for day in DAYS if fact.holds_on(day)}
    taken = {key: luck.choice(["kept", "gone"]) for key in ("name", "id_number", "sex", "born_on", "phone", "contact", "address")}
    merged = merge(cast, kept, gone, taken=taken, survivors=set(Case.objects.everywhere("test").values_list("pk", flat=True)))
    assert differences() == []
    live = list(Case.objects.visible_to(cast.clerk).values_list("person", "disease"))
    assert {person for person, _ in live} <= {kept.pk} and len(live) == len(set(live))
    assert set(Standing.objects.values_list("person", flat=True)) <= {kept.pk}
    assert standing_days((kept, gone)) == stood
    now = {(fact.category, day) for fact in CategoryFact.objects.filter(person=kept) for day in DAYS if fact.holds_on(day)}
    assert now == held
    undo(cast, merged)
    assert (everything(), differences()) == (before, [])
