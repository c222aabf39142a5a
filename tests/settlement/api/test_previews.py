"""Previews: a patient's bill as it would be settled, and bills of nobody in particular as the calculator settles a file."""

import csv
import time
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import AuditEvent
from settlement.models import PersonYear, PolicyVersion, RequestKey, Settlement
from tests.settlement.api.test_settlements import NATIONAL, SHARED, codes, paid
from tests.settlement.test_cases import CASES, LAYERS, POLICIES

pytestmark = pytest.mark.django_db
NINE = tuple(NATIONAL)


@pytest.mark.parametrize("policy", POLICIES)
def test_the_shared_bills_come_out_to_the_fen(system, policy):
    cases = [case for case in CASES if case["policy"] == policy]
    response = system.post("settlements/preview", {"policy": policy, "bills": cases})
    assert response.status_code == 200 and response.json()["policy"]["code"] == policy
    answers = response.json()["bills"]
    assert [answer["bill_no"] for answer in answers] == [case["bill_no"] for case in cases] and len(cases) > 60
    for case, answer in zip(cases, answers, strict=True):
        if case["error"]:
            assert answer["errors"] and answer["layers"] == [] and answer["self_pay_yuan"] is answer["national"] is None, case["note"]
        else:
            wanted = {layer: case[layer] for layer in LAYERS[policy].split()} | {"self": case["self_pay_yuan"]}
            assert (paid(answer), answer["errors"]) == (wanted, []), case["note"]
            assert tuple(sorted(answer["national"])) == tuple(sorted(NINE))


def test_every_shared_bill_was_asked_for():
    lines = (Path(__file__).parents[1] / "cases.csv").read_text(encoding="utf-8").splitlines()
    assert sum(1 for _ in csv.DictReader(lines)) == len([case for case in CASES if case["policy"] in POLICIES])


GOOD = next(case for case in CASES if case["policy"] == "liuzhou-2017" and not case["error"])


def what_if(system, *rows, **asked):
    return system.post("settlements/preview", {"policy": "liuzhou-2017", "bills": list(rows)} | asked)


def test_an_empty_cell_may_be_left_out_and_national_names_are_read(system):
    short = {name: text for name, text in GOOD.items() if text and name not in ("total_yuan", "in_policy_yuan")}
    national = short | {"medfee_sumamt": GOOD["total_yuan"], "inscp_scp_amt": GOOD["in_policy_yuan"]}
    assert what_if(system, national).json() == what_if(system, GOOD).json()


def test_every_fault_of_a_row_is_told_and_the_others_go_on(system):
    wrong = GOOD | {"bill_no": "W", "disease": "flu", "referred": "?", "total_yuan": "1.000"}
    answer = what_if(system, wrong, GOOD).json()["bills"]
    assert [(error["code"], error["field"]) for error in answer[0]["errors"]] == [
        ("wrong_cell", "disease"), ("wrong_cell", "referred"), ("wrong_cell", "total_yuan"),
    ]  # fmt: skip
    assert answer[1]["errors"] == [] and answer[1]["self_pay_yuan"] == GOOD["self_pay_yuan"]
    assert [bill["errors"][0]["field"] for bill in what_if(system, GOOD, GOOD).json()["bills"]] == ["bill_no", "bill_no"]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"policy": "nowhere-2020"}, 422, "unknown_policy"), ({"policy": "../liuzhou-2017"}, 422, "unknown_policy"), ({"version": 2}, 422, "unknown_policy"),
        ({"version": 0}, 400, "malformed"), ({"version": 10**30}, 400, "malformed"), ({"policy": 5}, 400, "malformed"), ({"bills": []}, 400, "malformed"),
        ({"bills": {}}, 400, "malformed"), ({"bills": [[]]}, 400, "malformed"), ({"bills": [{"bill_no": 1}]}, 400, "malformed"),
        ({"bills": [{}] * 1001}, 400, "malformed"), ({"by": "me"}, 400, "malformed"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_said_so(system, asked, status, code):
    response = what_if(system, GOOD, **asked)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_draft_answers_nobody(system):
    version = PolicyVersion.objects.get(code="liuzhou-2017")
    version.pk, version.number, version.state, version._state.adding = None, 2, "draft", True
    version.save()
    assert what_if(system, GOOD).json()["policy"]["version"] == 1
    assert what_if(system, GOOD, version=2).status_code == 422


def test_a_thousand_bills_are_answered_at_once_without_a_query_each(system):
    rows = [GOOD | {"bill_no": f"B{number}", "person_no": f"P{number}"} for number in range(1000)]
    narrow = [{name: row[name] for name in row if name not in ("note", "error") and row[name]} for row in rows]
    with CaptureQueriesContext(connection) as captured:
        began = time.monotonic()
        response = what_if(system, *narrow)
    assert response.status_code == 200 and len(captured) <= 14 and time.monotonic() - began < 30
    assert {bill["self_pay_yuan"] for bill in response.json()["bills"]} == {GOOD["self_pay_yuan"]}


def test_a_patients_bill_is_shown_as_it_would_be_settled_and_nothing_is_kept(window, system, body_of):
    person = window.patient("石永福")
    answer = system.post("settlements/preview", body_of(person, psn_part_amt="1500.00")).json()
    assert (paid(answer), answer["national"], answer["can_settle"], answer["errors"]) == (SHARED, NATIONAL, True, [])
    assert answer["differences"] == [{"field": "psn_part_amt", "given_yuan": "1500.00", "computed_yuan": "1530.00"}]
    assert (answer["self_pay_in_policy_yuan"], answer["sample"], answer["policy"]["document"]) == ("787.28", True, "柳卫医〔2017〕40号")
    assert not Settlement.objects.everywhere("test").exists() and not PersonYear.objects.exists() and not RequestKey.objects.exists()


def test_a_preview_stands_on_what_was_settled_before(window, system, body_of):
    person = window.patient("石永福")
    later = {
        "total_yuan": "60000.00",
        "in_policy_yuan": "60000.00",
        "bill_no": "B2",
        "admitted_on": "2017-09-20",
        "discharged_on": "2017-09-30",
    }
    alone = paid(system.post("settlements/preview", body_of(person, **later)).json())
    system.post("settlements", body_of(person, total_yuan="60000.00", in_policy_yuan="60000.00"), key="A")
    after = paid(system.post("settlements/preview", body_of(person, **later)).json())
    assert (alone["critical_illness"], after["critical_illness"]) == ("2892.00", "7392.00")
    assert paid(system.post("settlements", body_of(person, **later), key="B").json()) == after


def test_what_stands_against_a_bill_is_told_beside_its_amounts(window, system, body_of):
    response = system.post("settlements/preview", body_of(window.patient("石永福", verified=False)))
    assert response.status_code == 200 and not response.json()["can_settle"]
    assert codes(response) == [("category_unverified", "")] and paid(response.json())["basic"] != "0.00"


def test_a_preview_without_its_fields_is_malformed(system):
    response = system.post("settlements/preview", {})
    assert response.status_code == 400 and ("required", "id_number") in codes(response)


# ---- entitlement ----


def test_an_entitlement_tells_who_what_is_covered_and_what_is_left(window, system, body_of):
    person = window.patient("石永福")
    system.post("settlements", body_of(person), key="A")
    asked = {
        "id_number": person.id_number.reveal().lower(),
        "disease": "gastric-cancer",
        "admitted_on": "2017-10-01",
        "discharged_on": "2017-10-09",
    }
    response = system.post("entitlements", asked)
    answer = response.json()
    assert response.status_code == 200
    assert (answer["name"], answer["id_number"], answer["on"]) == ("石永福", str(person.id_number), "2017-10-09")
    assert person.id_number.reveal() not in response.content.decode()
    assert answer["categories"] == [{"code": "registered-poor", "title": "建档立卡"}]
    assert answer["disease"] == {"code": "gastric-cancer", "title": "胃癌", "covered": True, "on_ledger": True}
    assert answer["hospital"] == {
        "code": "450222-1", "name": "柳城县人民医院", "level": "level-2", "designated": True, "in_pooling_area": True,
    }  # fmt: skip
    caps = {row["layer"]: (row["paid_yuan"], row["cap_yuan"], row["remaining_yuan"]) for row in answer["caps"]}
    assert caps["basic"] == ("6880.00", "150000.00", "143120.00")
    assert caps["medical_assistance"] == ("1060.00", "20000.00", "18940.00")
    assert caps["critical_illness"] == ("0.00", None, None)
    assert (answer["errors"], answer["enrolled"], answer["sample"]) == ([], True, True)
    assert AuditEvent.objects.filter(action="benefit_queried").last().detail["client"].startswith("住院收费系统")


def test_a_disease_outside_the_list_and_a_hospital_not_designated_are_told(window, system):
    person = window.patient("石永福", disease="stroke")
    answer = system.post(
        "entitlements", {"id_number": person.id_number.reveal(), "disease": "stroke", "admitted_on": "2017-10-01", "referral_number": "ZZ1"}
    ).json()
    other = {"id_number": person.id_number.reveal(), "disease": "gastric-cancer", "admitted_on": "2017-10-01"}
    assert not system.post("entitlements", other).json()["disease"]["on_ledger"]
    assert (answer["disease"]["covered"], answer["hospital"]["designated"], len(answer["notices"])) == (False, False, 2)


def test_a_day_before_every_policy_answers_with_what_is_missing(window, system):
    person = window.patient("石永福")
    response = system.post(
        "entitlements", {"id_number": person.id_number.reveal(), "disease": "gastric-cancer", "admitted_on": "2016-01-01"}
    )
    assert response.status_code == 200 and ("no_policy", "") in codes(response)
    assert (response.json()["policy"], response.json()["caps"]) == (None, [])
