"""How long ``verify_settlements`` takes over 100,000 stored settlements. Goal: under a minute."""

import argparse
import datetime
import io
import random
import time
from itertools import islice

from database import window

PERSONS_A_BATCH = 2_500
BILLS_EACH = 4
DAYS = (datetime.date(2017, 8, 5), datetime.date(2017, 8, 30), datetime.date(2017, 9, 20), datetime.date(2017, 10, 15))


def copies(row, count: int, **changes) -> list:
    """Unsaved copies of a row."""
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    kept = {name: getattr(row, name) for name in names} | changes
    return [type(row)(**kept) for _ in range(count)]


def store(bench, persons: int, rng: random.Random) -> None:
    """Persons with four bills each, shared out by the engine and written in bulk; the same rows that ``settle`` writes."""
    from hospitals.models import Stay
    from ledger.models import Case, Person
    from settlement.models import PersonYear, Settlement

    template = bench.patient("石永福")
    model = bench.settle(bench.bill(template))
    batch = {"ignore_conflicts": False, "batch_size": 5_000}
    people = Person.objects.bulk_create(
        copies(Person.objects.everywhere("b").get(pk=template.pk), persons, id_number="", id_number_hash=None, id_absent_reason="基准"),
        **batch,
    )
    cases = copies(Case.objects.everywhere("b").get(person=template), persons)
    for case, person in zip(cases, people, strict=True):
        case.person = person
    cases = Case.objects.bulk_create(cases, **batch)
    stay_of = Stay.objects.everywhere("b").get()
    stays = [stay for case in cases for stay in stays_of(stay_of, case)]
    stays = Stay.objects.bulk_create(stays, **batch)
    years = PersonYear.objects.bulk_create(
        [PersonYear(person=person, area=model.person_year.area, year=2017) for person in people], **batch
    )
    settlements = iter(shared_out(model, people, years, stays, rng))
    while chunk := list(islice(settlements, 5_000)):
        write([row for row, _ in chunk], [result for _, result in chunk])
    PersonYear.objects.bulk_update(years, ["state"], batch_size=5_000)
    assert Settlement.objects.everywhere("b").count() == persons * BILLS_EACH + 1


def stays_of(model, case) -> list:
    stays = copies(model, BILLS_EACH, case_id=case.pk)
    for stay, day in zip(stays, DAYS, strict=True):
        stay.admitted_on = stay.discharged_on = day
    return stays


def shared_out(model, people, years, stays, rng):
    """Each bill with its result, on the year before it."""
    from settlement.actions.settling import _or_none
    from settlement.entitlement import state_of, year_of
    from settlement.models import Settlement
    from settlement.money import to_yuan
    from settlement.preparing import bill_from, inputs_of
    from settlement.rules import chain_of

    chain, kept = chain_of(model.version), bill_from(model.inputs)
    sets = [frozenset(codes) for codes in (["registered-poor"], ["dibao"], ["tekun"], ["dibao", "registered-poor"], [])]
    number = 0
    for person, year in zip(people, years, strict=True):
        facts = kept.facts._replace(categories=rng.choice(sets))
        for stay in stays[number : number + BILLS_EACH]:
            number += 1
            total = rng.randint(2_000_00, 120_000_00)
            in_policy = total - rng.randint(0, total // 4)
            limit = rng.choice([None, None, in_policy - in_policy // 10])
            bill = kept._replace(
                facts=facts, admitted_on=stay.admitted_on, discharged_on=stay.discharged_on, total=total, in_policy=in_policy, limit=limit
            )
            result = chain.settle(bill, year_of(year.state))
            (row,) = copies(
                model, 1, person_id=person.pk, person_year_id=year.pk, stay_id=stay.pk, bill_no=f"P{number}", inputs=inputs_of(bill),
                year_before=year.state, admitted_on=bill.admitted_on, discharged_on=bill.discharged_on, total_yuan=to_yuan(total),
                in_policy_yuan=to_yuan(in_policy), limit_yuan=_or_none(limit), self_pay_yuan=to_yuan(result.self_pay),
                self_pay_in_policy_yuan=to_yuan(result.left[0] + result.left[1]),
            )  # fmt: skip
            assert isinstance(row, Settlement)
            year.state = state_of(result.year)
            yield row, result


def write(rows: list, results: list) -> None:
    from ledger import clock
    from settlement.actions.settling import lines_of
    from settlement.models import RequestKey, Settlement, SettlementLine

    rows = Settlement.objects.bulk_create(rows)
    SettlementLine.objects.bulk_create([line for row, result in zip(rows, results, strict=True) for line in lines_of(row, result)])
    keys = [RequestKey(scope="benchmark", key=row.bill_no, body_hash="0" * 64, settlement=row, at=clock.now()) for row in rows]
    RequestKey.objects.bulk_create(keys)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--settlements", type=int, default=100_000)
    count = asked.parse_args().settlements
    with window() as bench:
        from django.core.management import call_command
        from django.db import connection

        began = time.perf_counter()
        store(bench, count // BILLS_EACH, random.Random(2017))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"stored {count:,} settlements in bulk in {time.perf_counter() - began:.0f} s")
        said = io.StringIO()
        began = time.perf_counter()
        call_command("verify_settlements", stdout=said)
        took = time.perf_counter() - began
        print(said.getvalue().strip())
        print(
            f"verify_settlements: {count:,} settlements, {took:.1f} s, {count / took:,.0f}/s (goal: under 60 s): {'met' if took < 60 else 'NOT MET'}"
        )


if __name__ == "__main__":
    main()
