"""What may stand in a body: anything else is answered with a problem, never with a fault of ours."""

import json

import pytest

from settlement.models import Settlement

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
NOT_READ = {
    "nothing": b"", "not json": b"{", "not an object": b"[]", "a text": b'"x"', "null": b"null", "nan": b'{"total_yuan": NaN}',
    "infinity": b'{"total_yuan": -Infinity}', "a number too long": b'{"total_yuan": ' + b"9" * 5000 + b"}",
    "nul": b'{"bill_no": "a\\u0000b"}', "half a pair": b'{"bill_no": "\\ud800"}', "half a pair in a name": b'{"\\udfff": "x"}',
    "deep": b'{"a": ' + b"[" * 50 + b"]" * 50 + b"}", "very deep": b"[" * 200_000, "twice": b'{"bill_no": "1", "bill_no": "2"}',
    "gb18030": '{"bill_no": "柳"}'.encode("gb18030"), "long": json.dumps({"bill_no": "长" * 5000}).encode(),
    "unknown names": json.dumps({"x" * 3000: 1, "柳": 2}).encode(),
}  # fmt: skip


@pytest.mark.parametrize("path", ["entitlements", "settlements", "settlements/preview"])
@pytest.mark.parametrize("raw", NOT_READ.values(), ids=NOT_READ)
def test_what_cannot_be_read_is_said_so(system, path, raw):
    response = system.send("POST", path, raw, key="A")
    assert (response.status_code, response["Content-Type"], response.json()["code"]) == (400, PROBLEM, "malformed")


WRONG = [
    ("total_yuan", 10000, "invalid"), ("total_yuan", "1e4", "invalid"), ("total_yuan", "10000.001", "invalid"), ("total_yuan", "-1", "invalid"),
    ("total_yuan", "100000000", "invalid"), ("total_yuan", "１００", "invalid"), ("total_yuan", ["1"], "invalid"), ("total_yuan", True, "invalid"),
    ("admitted_on", "2017-02-30", "invalid"), ("admitted_on", "20170901", "invalid"), ("admitted_on", 20170901, "invalid"),
    ("bill_no", 17, "invalid"), ("bill_no", {"a": 1}, "invalid"), ("bill_no", "x" * 41, "max_length"), ("bill_no", " ", "blank"),
    ("id_number", None, "required"), ("in_policy_yuan", None, "required"), ("limit_yuan", "", "invalid"), ("totl_yuan", "1", "unknown_field"),
    ("medfee_sumamt", "9999.99", "contradicts"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "code"), WRONG)
def test_a_wrong_field_is_named(window, system, body_of, field, value, code):
    response = system.post("settlements", body_of(window.patient("石永福"), **{field: value}), key="A")
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert (error["field"], error["code"]) == ("total_yuan" if field == "medfee_sumamt" else field, code)
    assert error["sentence"].endswith("。") and not Settlement.objects.everywhere("test").exists()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"id_number": "450222196304120000"}, "id_number_wrong", "id_number"), ({"disease": "flu"}, "unknown_disease", "disease"),
        ({"discharged_on": "2017-08-31"}, "wrong_amount", "discharged_on"), ({"discharged_on": "9999-12-31"}, "in_the_future", "discharged_on"),
        ({"in_policy_yuan": "10000.01"}, "wrong_amount", "in_policy_yuan"), ({"admitted_on": "0001-01-01", "discharged_on": "0001-01-01"}, "no_policy", ""),
        ({"charity_yuan": "1"}, "amount_not_taken", "charity_yuan"), ({"drugs_in_yuan": "10000.01"}, "drugs_above_total", "drugs_in_yuan"),
    ],
)  # fmt: skip
def test_what_is_read_but_cannot_be_settled_names_its_field(window, system, body_of, changes, code, field):
    response = system.post("settlements", body_of(window.patient("石永福"), **changes), key="A")
    assert response.status_code == 422
    assert (code, field) in [(error["code"], error["field"]) for error in response.json()["errors"]]


def test_other_content_is_not_taken(system):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "nonsense"):
        response = system.send("POST", "settlements/preview", b"a=1", content_type=kind)
        assert (response.status_code, response.json()["code"]) == (415, "not_json"), kind
    assert system.send("POST", "settlements/preview", b"{}", content_type="application/json; charset=utf-8").status_code == 400


def test_a_body_too_large_is_not_even_read(system):
    response = system.send("POST", "settlements/preview", b" " * (1024 * 1024 + 1))
    assert (response.status_code, response["Content-Type"], response.json()["code"]) == (413, PROBLEM, "body_too_large")
    assert system.send("POST", "settlements/preview", b" " * (1024 * 1024)).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_told_which_ones_there_are(system, method):
    response = system.send(method, "settlements", b"")
    assert (response.status_code, response["Allow"], response.json()["code"]) == (405, "GET, POST, HEAD", "method_not_allowed")
    assert system.send(method, "entitlements", b"")["Allow"] == "POST"


@pytest.mark.parametrize("path", ["", "nowhere", "settlements/", "entitlements/", "docs", "%00", "settlements/1/2/3"])
def test_other_addresses_are_a_problem_too(system, path):
    response = system.get(path)
    assert (response.status_code, response["Content-Type"], response.json()["code"]) == (404, PROBLEM, "not_found")
