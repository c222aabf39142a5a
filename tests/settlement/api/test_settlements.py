"""The interface settles, undoes and fetches by the window's own actions; the same request twice is one."""

import datetime

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from ledger import clock
from ledger.models import AuditEvent
from settlement.models import PolicyArea, PriceLimit, RequestKey, Reversal, Settlement
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def paid(answer: dict) -> dict[str, str]:
    return {line["layer"]: line["amount_yuan"] for line in answer["layers"]} | {"self": answer["self_pay_yuan"]}


def codes(response) -> list[tuple[str, str]]:
    return [(error["code"], error["field"]) for error in response.json()["errors"]]


def all_settled():
    return Settlement.objects.everywhere("test")


SHARED = {
    "basic": "6880.00", "critical_illness": "0.00", "medical_assistance": "1060.00", "cataract_subsidy": "0.00",
    "government_backstop": "530.00", "self": "1530.00",
}  # fmt: skip
NATIONAL = {
    "medfee_sumamt": "10000.00", "inscp_scp_amt": "9000.00", "act_pay_dedc": "400.00", "hifp_pay": "6880.00", "hifmi_pay": "0.00",
    "maf_pay": "1060.00", "hosp_part_amt": "0.00", "oth_pay": "530.00", "psn_part_amt": "1530.00",
}  # fmt: skip


def test_a_bill_is_settled_as_at_the_window(window, system, body_of):
    response = system.post("settlements", body_of(window.patient("石永福")), key="A")
    answer = response.json()
    assert (response.status_code, response["Content-Type"]) == (201, "application/json")
    assert (paid(answer), answer["national"], answer["sample"], answer["notices"]) == (SHARED, NATIONAL, True, [])
    settlement = all_settled().get()
    assert (answer["id"], answer["number"], answer["settled_at"][-6:]) == (settlement.pk, settlement.number, "+08:00")
    assert settlement.settled_by == window.liaison
    told = AuditEvent.objects.get(action="settled")
    assert (told.username, told.detail["client"]) == ("liaison-1", f"住院收费系统（{system.code}）")


def test_the_same_request_again_gets_the_same_answer(window, system, body_of):
    body = body_of(window.patient("石永福"))
    first = system.post("settlements", body, key="A")
    second = system.post("settlements", dict(reversed(body.items())), key="A")
    assert (second.status_code, second.content) == (201, first.content)
    assert (first.has_header("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (False, "true")
    assert all_settled().count() == 1
    # Nor does what has happened to it since change the answer.
    system.post(f"settlements/{first.json()['id']}/reversal", {"reason": "账单录错"}, key="R")
    assert system.post("settlements", body, key="A").content == first.content


def test_another_body_under_the_key_is_a_conflict(window, system, body_of):
    person = window.patient("石永福")
    system.post("settlements", body_of(person), key="A")
    response = system.post("settlements", body_of(person, total_yuan="10000.01"), key="A")
    assert (response.status_code, response.json()["code"], response["Content-Type"]) == (409, "key_used_differently", PROBLEM)
    assert all_settled().count() == 1


def test_keys_belong_to_the_client_that_chose_them(window, system, body_of):
    other = window.request("A")  # The liaison's own form happens to use the same key.
    first = window.settle(window.bill(window.patient("韦桂兰")), other)
    response = system.post("settlements", body_of(window.patient("石永福")), key="A")
    assert response.status_code == 201 and response.json()["id"] != first.pk


@pytest.mark.parametrize("key", ["", "x" * 81, "a b", "柳"])
def test_without_a_usable_key_nothing_is_settled(window, system, body_of, key):
    response = system.post("settlements", body_of(window.patient("石永福")), headers={"Idempotency-Key": key})
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")
    assert not all_settled().exists()


def test_national_names_are_read_and_another_result_is_told(window, system, body_of):
    body = body_of(
        window.patient("石永福"), total_yuan=None, in_policy_yuan=None, medfee_sumamt="10000", inscp_scp_amt="9000.0", hifp_pay="6880.00",
        psn_part_amt="1529.99", act_pay_dedc="0",
    )  # fmt: skip
    answer = system.post("settlements", body, key="A").json()
    assert paid(answer) == SHARED
    assert answer["differences"] == [{"field": "psn_part_amt", "given_yuan": "1529.99", "computed_yuan": "1530.00"}]


def test_what_stands_against_a_bill_is_told_and_nothing_is_kept(window, system, body_of):
    response = system.post("settlements", body_of(window.patient("石永福", enrolled=False), bill_no="=1", commercial_yuan="5"), key="A")
    problem = response.json()
    assert (response.status_code, response["Content-Type"], problem["status"]) == (422, PROBLEM, 422)
    assert {("enrolment_missing", ""), ("amount_not_taken", "commercial_yuan")} <= set(codes(response))
    assert all(error["sentence"].endswith("。") for error in problem["errors"])
    assert not all_settled().exists() and not RequestKey.objects.exists()
    # The number is still free: the mended bill goes through under it.
    assert system.post("settlements", body_of(window.patient("韦桂兰")), key="A").status_code == 201


def test_somebody_the_hospital_does_not_serve_is_unknown(window, system, body_of):
    cast = window.cast
    foreign = cast.register("覃水莲", village=cast.village2, disease="gastric-cancer")
    for id_number in (foreign.id_number.reveal(), cast.id_number(foreign.born_on).number):
        response = system.post("entitlements", {"id_number": id_number, "disease": "gastric-cancer", "admitted_on": "2017-09-01"})
        assert (response.status_code, codes(response)) == (422, [("unknown_person", "id_number")])


def test_asking_too_often_is_put_off(window, system, monkeypatch):
    monkeypatch.setattr("settlement.patients.UNKNOWN_PER_DAY", 1)
    cast = window.cast
    statuses = []
    for _ in range(2):
        number = cast.id_number(cast.facts("石永福").born_on).number
        response = system.post("entitlements", {"id_number": number, "disease": "gastric-cancer", "admitted_on": "2017-09-01"})
        statuses.append((response.status_code, response.get("Retry-After")))
    assert statuses == [(422, None), (429, "3600")]


@override_settings(SAMPLE_SETTLEMENT=False)
def test_unsigned_numbers_do_not_settle_outside_the_trial(window, system, body_of):
    response = system.post("settlements", body_of(window.patient("石永福")), key="A")
    assert (response.status_code, codes(response)) == (422, [("sample_only", "")])


def test_a_settlement_is_undone_once(window, system, body_of):
    made = system.post("settlements", body_of(window.patient("石永福")), key="A").json()
    first = system.post(f"settlements/{made['number']}/reversal", {"reason": "账单录错"}, key="R")
    again = system.post(f"settlements/{made['id']}/reversal", {"reason": "账单录错"}, key="R")
    assert (first.status_code, first.json()["given_back_yuan"], first.json()["reason"]) == (201, "8470.00", "账单录错")
    assert (again.status_code, again.content, again["Idempotency-Replayed"]) == (201, first.content, "true")
    other_key = system.post(f"settlements/{made['id']}/reversal", {"reason": "账单录错"}, key="R2")
    assert (other_key.status_code, other_key.json()["code"]) == (409, "already_reversed")
    other_body = system.post(f"settlements/{made['id']}/reversal", {"reason": "录错"}, key="R")
    assert (other_body.status_code, other_body.json()["code"]) == (409, "key_used_differently")
    for_settling = system.post(f"settlements/{made['id']}/reversal", {"reason": "账单录错"}, key="A")
    assert for_settling.status_code == 409
    assert Reversal.objects.count() == 1
    told = AuditEvent.objects.get(action="settlement_reversed")
    assert told.detail["client"].startswith("住院收费系统")
    now = system.get(f"settlements/{made['id']}").json()
    assert (now["state"], now["reversal"]["reason"]) == ("reversed", "账单录错")


@pytest.mark.parametrize("body", [{}, {"reason": " "}, {"reason": 5}, {"reason": "账单录错", "why": "x"}, {"reason": "长" * 201}])
def test_a_reversal_needs_its_reason(window, system, body_of, body):
    made = system.post("settlements", body_of(window.patient("石永福")), key="A").json()
    response = system.post(f"settlements/{made['id']}/reversal", body, key="R")
    assert (response.status_code, response.json()["code"]) == (400, "malformed")
    assert not Reversal.objects.exists()


def test_another_hospitals_settlement_is_not_there(window, system, body_of):
    made = system.post("settlements", body_of(window.patient("石永福")), key="A").json()
    type(window.liaison).objects.filter(pk=window.liaison.pk).update(hospital_code=window.cast.city_hospital.code)
    nowhere = system.get("settlements/999999").json()
    for path in (f"settlements/{made['id']}", f"settlements/{made['number']}"):
        assert (system.get(path).status_code, system.get(path).json()) == (404, nowhere)
        response = system.post(f"{path}/reversal", {"reason": "账单录错"}, key="R")
        assert (response.status_code, response.json()) == (404, nowhere)
    assert system.get("settlements?month=2017-10").json() == {"settlements": [], "next": None}
    assert all_settled().get().stands


@pytest.mark.parametrize("key", ["0", "-1", "JS201709-{}", "1e3", "9" * 30, "%00", "%F0%9F%8F%A5", "x"])
def test_a_number_that_is_none_is_not_there(window, system, body_of, key):
    made = system.post("settlements", body_of(window.patient("石永福")), key="A").json()
    assert system.get(f"settlements/{key.format(str(made['id']).zfill(6))}").status_code == 404


def settle_several(window, how_many: int) -> list[Settlement]:
    return [window.settle(window.bill(window.patient(f"石永{sign}"))) for sign in "一二三四五六七八九"[:how_many]]


def test_a_month_is_listed_from_new_to_old_page_by_page(window, system, monkeypatch):
    monkeypatch.setattr("settlement.api.views.settlements.PAGE", 2)
    made = settle_several(window, 5)
    seen, cursor = [], ""
    for size in (2, 2, 1):
        page = system.get(f"settlements?month=2017-10{cursor}").json()
        assert len(page["settlements"]) == size
        seen += [row["id"] for row in page["settlements"]]
        cursor = f"&cursor={page['next']}"
    assert (seen, page["next"]) == ([row.pk for row in reversed(made)], None)
    assert system.get("settlements?month=2017-09").json()["settlements"] == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?month=2017-13",
        "?month=x",
        "?month=2017-10&cursor=x",
        "?month=2017-10&cursor=",
        "?month=2017-10&month=2017-09",
        "?month=2017-10&cursor=%F0",
        "?month=%00",
    ],
)
def test_an_unreadable_question_is_said_so(system, query):
    response = system.get(f"settlements{query}")
    assert (response.status_code, response["Content-Type"], response.json()["code"]) == (400, PROBLEM, "malformed")


def queries(do) -> int:
    with CaptureQueriesContext(connection) as captured:
        do()
    return len(captured)


def test_a_page_costs_the_same_however_long_it_is(window, system):
    settle_several(window, 1)
    system.get("settlements?month=2017-10")  # The day's first request also notes that day on the client.
    one = queries(lambda: system.get("settlements?month=2017-10"))
    settle_several(window, 6)
    assert queries(lambda: system.get("settlements?month=2017-10")) == one <= 12


def test_confirming_costs_few_queries(window, system, body_of):
    people = [window.patient(name) for name in ("石永福", "韦桂兰", "覃水莲")]
    system.post("settlements", body_of(people[0], bill_no="B0"), key="B0")
    window_cost = queries(lambda: window.settle(window.bill(people[1], total=10_000 * YUAN)))
    response_cost = queries(lambda: system.post("settlements", body_of(people[2], bill_no="B2"), key="B2"))
    # The door (client, hospital, rate, nonce), the patient with the trail row, the key, and the answer's lines and rules.
    assert response_cost - window_cost <= 16


def test_a_bill_that_says_nothing_of_a_limit_gets_the_listed_one(window, system, body_of):
    person = window.patient("石永福")
    PriceLimit.objects.create(
        area=PolicyArea.objects.get(name="柳州市"), disease=window.cast.disease("gastric-cancer"), level="level-2",
        during=DateRange(datetime.date(2017, 7, 28), None), amount_yuan="8000.00", document="柳医保〔2017〕9号", made_at=clock.now(),
    )  # fmt: skip
    body = body_of(person)
    silent = system.post("settlements/preview", body).json()
    assert (silent["limit_yuan"], silent["notices"]) == ("8000.00", [])
    said = system.post("settlements/preview", body | {"limit_yuan": "7000.00"}).json()
    assert (said["limit_yuan"], len(said["notices"])) == ("7000.00", 1)
