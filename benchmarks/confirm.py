"""The interface's confirm beside a plain DRF create of the same rows, in turn in one run. Goal: at least 0.8 × its rate.

Confirm runs through the whole stack: signature, nonce, address, idempotency, the year's lock, entitlement from the ledger, the
chain, sums checked, timeline and trail. The peer is handed finished rows and writes them through ModelSerializers, every foreign
key looked up as DRF does, without any middleware; once all the rows that confirm writes, and once only stay, settlement and lines.
"""

import argparse
import datetime
import json
import statistics
import time

from database import window

EACH = 4  # Bills a patient, in order, a month of stays.
WARM = 20


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--bills", type=int, default=400)
    count = asked.parse_args().bills
    with window() as bench:
        from django.test import override_settings

        with override_settings(CLIENT_REQUESTS_PER_MINUTE=10**6):
            times = measure(bench, count + WARM)
    tell({name: taken[WARM:] for name, taken in times.items()})


def measure(bench, count: int) -> dict[str, list[float]]:
    from django.test import Client, override_settings
    from django.test.client import ClientHandler

    from settlement.models import PersonYear, Settlement

    system = system_of(bench)
    api = Client()
    with override_settings(MIDDLEWARE=["plain_api.route"]):
        plain = Client()
        plain.handler = ClientHandler(enforce_csrf_checks=False)
        plain.handler.load_middleware()
    patients = {name: [patient(bench, f"{name}{n}", n) for n in range(-(-count // EACH))] for name in ("confirm", "rows", "bare")}
    area = None
    times = {name: [] for name in patients}
    for number in range(count):
        person = patients["confirm"][number // EACH]
        body = json.dumps(bill(person, number), ensure_ascii=False).encode()
        target = "/api/v1/settlements"
        headers = system.headers("POST", target, body) | {"Idempotency-Key": f"bench-{number}"}
        before = newest()
        took, answer = timed(lambda: api.generic("POST", target, body, "application/json", headers=headers))  # noqa: B023
        assert answer.status_code == 201, answer.content.decode()
        times["confirm"].append(took)
        rows = written_since(before)
        area = area or rows["Settlement"][0].person_year.area
        for name in ("rows", "bare"):
            other = patients[name][number // EACH]
            year, _ = PersonYear.objects.get_or_create(person=other, area=area, year=2017)
            raw = json.dumps(payload(rows, other, year, name, number), ensure_ascii=False, default=str).encode()
            before = newest()
            took, answer = timed(lambda: plain.generic("POST", "/settlements", raw, "application/json"))  # noqa: B023
            assert answer.status_code == 201, answer.content.decode()
            times[name].append(took)
            if name == "rows":
                assert counted(written_since(before)) == counted(rows), (counted(written_since(before)), counted(rows))
    assert Settlement.objects.everywhere("b").count() == 3 * count
    return times


def timed(act) -> tuple[float, object]:
    began = time.perf_counter()
    answer = act()
    return time.perf_counter() - began, answer


def system_of(bench):
    from settlement.actions.clients import open_client
    from tests.settlement.api.system import System

    client, secret = open_client(
        by=bench.cast.operator, name="基准", staff=bench.liaison, addresses="127.0.0.1", expires_on=datetime.date(2018, 12, 31)
    )
    return System(client.code, secret)


def patient(bench, name: str, number: int):
    return bench.patient(f"病人{name}", born_on=datetime.date(1950, 1, 1) + datetime.timedelta(number))


def bill(person, number: int) -> dict:
    admitted = datetime.date(2017, 8, 1) + datetime.timedelta(20 * (number % EACH))
    return {
        "id_number": person.id_number.reveal(), "disease": "gastric-cancer", "bill_no": f"K{number:06d}", "admitted_on": f"{admitted}",
        "discharged_on": f"{admitted + datetime.timedelta(9)}", "total_yuan": f"{20_000 + number * 7}.13",
        "in_policy_yuan": f"{18_000 + number * 5}.57",
    }  # fmt: skip


# ---- what was written ----


def models():
    from hospitals.models import Stay
    from ledger.models import AuditEvent, CaseEvent
    from settlement.models import RequestKey, Settlement, SettlementLine

    return (Stay, Settlement, SettlementLine, CaseEvent, AuditEvent, RequestKey)


def whole(model):
    rows = model.objects.all()
    return rows.everywhere("benchmark") if hasattr(rows, "everywhere") else rows


def newest() -> dict:
    from django.db.models import Max

    return {model: whole(model).aggregate(top=Max("pk"))["top"] or 0 for model in models()}


def written_since(before: dict) -> dict[str, list]:
    return {model.__name__: list(whole(model).filter(pk__gt=before[model]).order_by("pk")) for model in before}


def counted(rows: dict[str, list]) -> dict[str, int]:
    return {name: len(found) for name, found in rows.items()}


def payload(rows: dict[str, list], person, year, name: str, number: int) -> dict:
    """The rows of one confirm, for another person: what the plain create is handed."""
    case = person.cases.get()
    (settlement,) = rows["Settlement"]
    (stay,) = rows["Stay"]
    (key,) = rows["RequestKey"]
    beside = {
        "events": [plain(event) | {"person": person.pk, "case": case.pk} for event in rows["CaseEvent"]],
        "trail": [plain(event) for event in rows["AuditEvent"]],
        "request": plain(key) | {"key": f"{name}-{number}"},
        "state": settlement.person_year.state,
    }
    return {
        "stay": plain(stay) | {"case": case.pk},
        "settlement": plain(settlement) | {"person": person.pk, "person_year": year.pk, "bill_no": f"{name}-{number}"},
        "lines": [plain(line) for line in rows["SettlementLine"]],
        "beside": beside if name == "rows" else None,
    }


def plain(row) -> dict:
    return {field.name: field.value_from_object(row) for field in row._meta.concrete_fields if not field.primary_key}


def tell(times: dict[str, list[float]]) -> None:
    words = {"confirm": "confirm, everything on", "rows": "plain create, the same rows", "bare": "plain create, stay + settlement + lines"}
    rates = {name: len(taken) / sum(taken) for name, taken in times.items()}
    print(f"{len(times['confirm']):,} bills each, in turn, one process, one connection; no network between")
    for name, taken in times.items():
        p95 = statistics.quantiles(taken, n=20)[-1] * 1e3
        middle = statistics.median(taken) * 1e3
        print(f"{words[name]:42} {rates[name]:6.1f}/s   median {middle:5.1f} ms   p95 {p95:5.1f} ms")
    ratio = rates["confirm"] / rates["rows"]
    print(f"confirm runs at {ratio:.2f} × the plain create of the same rows (goal 0.8: {'met' if ratio >= 0.8 else 'NOT MET'})")
    print(f"and at {rates['confirm'] / rates['bare']:.2f} × a plain create that leaves out timeline, trail, request and year")


if __name__ == "__main__":
    main()
