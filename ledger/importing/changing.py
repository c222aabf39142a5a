"""Changes to many known people in one breath: the same rows that correcting, categorising and verifying each of them writes.

A test makes the same changes both ways and compares every row that came of it. Only what is plain is done together: whoever was
changed meanwhile, moves, falls ill anew or would be refused is left to the action that a desk would use, in its words.
"""

from collections.abc import Iterable

from django.db import connection, transaction

from ledger import clock
from ledger.actions.people import changed_fields
from ledger.identity import age_on
from ledger.importing.plans import Change
from ledger.importing.registering import category_told, copy_categories
from ledger.importing.telling import Told, tell_all
from ledger.models import Case, Category, CategoryFact, Person, Staff
from ledger.models.person import VERIFIER, manages
from ledger.protection import keyed_hash, seal
from ledger.standing import remake

# What a list may correct, with what follows from it.
CORRECTED = ("name", "initials", "native_place", "household_number", "address", "phone", "phone_hash")
LABELS = {Person._meta.get_field(name).verbose_name for name in CORRECTED}


@transaction.atomic
def change_people(*, by: Staff, changes: dict[int, Change]) -> set[int]:
    """Make those of the changes (by line) that can be made together; answers their lines. The people are held first, in one order."""
    keys = [change.person.pk for change in changes.values()]
    scoped = Person.objects.visible_to(by).filter(pk__in=keys).select_related("county").order_by("pk")
    held = {person.pk: person for person in scoped.select_for_update(of=("self",), no_key=True)}
    facts: dict[int, list[CategoryFact]] = {}
    for fact in CategoryFact.objects.filter(person__in=held).select_for_update().order_by("pk"):
        facts.setdefault(fact.person_id, []).append(fact)
    aged = _ages_to_review(held.values())
    plain: dict[int, Change] = {}
    said_of: set[int] = set()
    for line, change in changes.items():
        person = held.get(change.person.pk)
        if person is None or person.pk in said_of or person.pk in aged or not _plain(change, person, facts.get(person.pk, []), by):
            continue
        plain[line] = change
        said_of.add(person.pk)
    _write(plain.values(), held, by)
    return set(plain)


def _ages_to_review(people: Iterable[Person]) -> set[int]:
    """Those with an open case of which it must be decided anew whether the lead confirms the age."""
    born_on = {person.pk: person.born_on for person in people}
    cases = Case.objects.everywhere("of people who are held").filter(person__in=born_on).exclude(state="closed").select_related("disease")
    return {
        case.person_id
        for case in cases
        if case.disease.accepts_age(age_on(born_on[case.person_id], case.registered_on or clock.today())) == case.age_confirmation_needed
    }


def _plain(change: Change, person: Person, facts: list[CategoryFact], by: Staff) -> bool:
    """Whether nothing of it would be refused, and nothing of it needs more than these rows."""
    today = clock.today()
    if change.move_to or change.case:
        return False
    if change.facts:
        number = change.facts.id_number
        same_number = (keyed_hash(number.number) if number else None) == person.id_number_hash
        labels = {label for label, *_ in changed_fields(person, change.facts.plain_fields())}
        if person.version != change.person.version or not same_number or not labels or not labels <= LABELS:
            return False
    if change.holding:
        held = change.holding
        overlapping = [
            fact for fact in facts if fact.category == held.category and (not fact.during.upper or fact.during.upper > held.since)
        ]
        if held.since > today or overlapping:
            return False
    if change.verify:
        now = next((fact for fact in facts if fact.pk == change.verify.pk), None)
        if now is None or now.verified_on or VERIFIER[Category(now.category)] != by.role:
            return False
    if change.out_of_poverty:
        fact, year = change.out_of_poverty
        now = next((one for one in facts if one.pk == fact.pk), None)
        if now is None or now.category != Category.REGISTERED_POOR or not manages(by.role, now.category) or not 2014 <= year <= today.year:
            return False
    return True


def _write(changes: Iterable[Change], held: dict[int, Person], by: Staff) -> None:
    """Everybody's rows, and on everybody's timeline the order in which the actions would tell it."""
    told: list[Told] = []
    corrected, categories, verified, left, restood = [], [], [], [], set()
    for change in changes:
        person = held[change.person.pk]
        county = person.county
        if change.facts:
            fields = change.facts.plain_fields()
            made = changed_fields(person, fields)
            corrected.append((person.pk, *(fields[name] for name in CORRECTED)))
            text = "修改资料：" + "、".join(label for label, *_ in made)
            told.append(Told(person.pk, county, "person_corrected", text, detail={"changes": made}))
        if change.holding:
            categories.append((person.pk, change.holding))
            told.append(category_told(person.pk, county, change.holding, by))
            restood.add(person.pk)
        if change.verify:
            verified.append(change.verify.pk)
            told.append(Told(person.pk, county, "category_verified", f"核实{change.verify}"))
            restood.add(person.pk)
        if change.out_of_poverty:
            fact, year = change.out_of_poverty
            left.append((fact.pk, year))
            told.append(Told(person.pk, county, "out_of_poverty", f"{year} 年脱贫，继续享受政策"))
    _correct(corrected)
    copy_categories(categories, by)
    CategoryFact.objects.filter(pk__in=verified).update(verified_by=by, verified_on=clock.today())
    _mark_years(left)
    tell_all(told, by=by)
    remake(restood)


def _correct(rows: list[tuple]) -> None:
    """New particulars of people as (key, then ``CORRECTED``); the address also stands on the home they live in."""
    place = CORRECTED.index("phone") + 1
    rows = [(*row[:place], seal(row[place]) if row[place] else "", *row[place + 1 :]) for row in rows]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(len(CORRECTED) + 1)]
    given = "unnest(%s::bigint[], " + ", ".join(["%s::text[]"] * len(CORRECTED)) + f") AS new (id, {', '.join(CORRECTED)})"
    setting = ", ".join(f"{name} = new.{name}" for name in CORRECTED)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE ledger_person p SET version = version + 1, {setting} FROM {given} WHERE p.id = new.id", columns)
        cursor.execute(
            "UPDATE ledger_residence r SET address = new.address FROM unnest(%s::bigint[], %s::text[]) AS new (id, address) "
            "WHERE r.person_id = new.id AND upper(r.during) IS NULL", [columns[0], columns[1 + CORRECTED.index("address")]],
        )  # fmt: skip


def _mark_years(rows: list[tuple[int, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_categoryfact f SET out_of_poverty_year = new.year FROM unnest(%s::bigint[], %s::int[]) AS new (id, year) "
            "WHERE f.id = new.id", [[key for key, _ in rows], [year for _, year in rows]],
        )  # fmt: skip
