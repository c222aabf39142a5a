"""The interface keeps to its own description, whatever it is asked: schemathesis makes the questions, signed like a hospital's."""

import copy
import io
import re

import pytest
import requests
import schemathesis
import urllib3
from django.test import Client, override_settings
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from settlement.api.description import described

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance, response_headers_conformance,
]  # fmt: skip
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None, "derandomize": True, "phases": [Phase.generate]}
OPERATIONS = [
    (path, method) for path, methods in described()["paths"].items() for method in methods if method in ("get", "post")
]  # fmt: skip

BILL = {"id_number", "disease", "bill_no", "admitted_on", "discharged_on", "total_yuan", "in_policy_yuan"}
TAKEN = {
    "/api/v1/entitlements": {"id_number", "disease", "admitted_on", "discharged_on"}, "/api/v1/settlements": BILL,
    "/api/v1/settlements/preview": BILL, "/api/v1/settlements/{key}/reversal": {"reason"},
}  # fmt: skip


def asked() -> dict:
    """The description without the signature's headers: those are the wire's to send, and never wrong here."""
    plain = copy.deepcopy(described())
    del plain["components"]["securitySchemes"]
    for methods in plain["paths"].values():
        for operation in methods.values():
            del operation["security"]
    return plain


class Wire(requests.adapters.HTTPAdapter):
    """Carries schemathesis' requests to the interface, each signed by the hospital's system as it stands."""

    def __init__(self, system):
        super().__init__()
        self.system = system

    def send(self, request, **kwargs) -> requests.Response:
        raw = request.body or b""
        raw = raw.encode() if isinstance(raw, str) else raw
        given = {name: text for name, text in request.headers.items() if name not in ("Content-Type", "Content-Length")}
        signed = self.system.headers(request.method, request.path_url, raw)
        path, _, query = request.path_url.partition("?")
        answer = Client(raise_request_exception=True).generic(
            request.method, request.path_url, raw, request.headers.get("Content-Type", ""), headers=given | signed, QUERY_STRING=query
        )  # fmt: skip
        raw_answer = urllib3.HTTPResponse(
            io.BytesIO(answer.content), headers=dict(answer.headers), status=answer.status_code, preload_content=False
        )  # fmt: skip
        return self.build_response(request, raw_answer)


@pytest.fixture
def wire(system, monkeypatch) -> requests.Session:
    monkeypatch.setattr("settlement.patients.UNKNOWN_PER_DAY", 10**9)
    session = requests.Session()
    session.mount("http://", Wire(system))
    with override_settings(CLIENT_REQUESTS_PER_MINUTE=10**9):
        yield session


@pytest.mark.django_db
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["described", "not-described"])
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_keeps_to_the_description(window, wire, body_of, path, method, mode):
    """No 5xx, no status, type or shape that is not described; what breaks the description is refused."""
    operation = schemathesis.openapi.from_dict(asked())[path][method.upper()]
    real = body_of(window.patient("石永福")) | {"policy": "liuzhou-2017", "reason": "账单录错"}
    made = window.settle(window.bill(window.patient("韦桂兰"), bill_no="MADE"))
    seen = set()

    @settings(max_examples=25, **QUIET)
    @given(case=operation.as_strategy(generation_mode=mode), known=st.sets(st.sampled_from(sorted(real))), exists=st.booleans())
    def ask(case, known, exists):
        if mode is GenerationMode.POSITIVE:
            # Random text alone would never get past the patient's number.
            if isinstance(case.body, dict):
                if exists and "bills" not in case.body:
                    case.body = {name: text for name, text in real.items() if name in TAKEN[path]}
                case.body |= {name: real[name] for name in known if name in case.body}
            if exists and case.path_parameters:
                case.path_parameters["key"] = str(made.pk)
        response = case.call(base_url="http://testserver", session=wire)
        seen.add(response.status_code)
        checks = CHECKS + ([negative_data_rejection] if mode is GenerationMode.NEGATIVE else [])
        case.validate_response(response, checks=checks)

    ask()
    assert seen & {200, 201} or mode is GenerationMode.NEGATIVE
    # A server decodes an address before it reads it: one that needed escapes, as none of ours does, cannot be verified.
    assert seen and (401 not in seen or (mode is GenerationMode.NEGATIVE and "{key}" in path))


BLOCKED = re.compile(r"https?://(?!testserver|www\.w3\.org)")


@pytest.mark.django_db
def test_the_description_is_open_and_names_no_other_address(client):
    answer = client.get(reverse("api:schema"))
    assert answer.status_code == 200 and answer.json()["openapi"].startswith("3.")
    assert set(answer.json()["paths"]) == {
        "/api/v1/entitlements", "/api/v1/settlements", "/api/v1/settlements/preview", "/api/v1/settlements/{key}",
        "/api/v1/settlements/{key}/reversal",
    }  # fmt: skip
    page = client.get(reverse("api:docs"))
    script = client.get(reverse("api:docs") + "?script=")
    assert page.status_code == script.status_code == 200 and "drf_spectacular_sidecar" in page.content.decode()
    for text in (answer.content.decode(), page.content.decode(), script.content.decode()):
        assert BLOCKED.findall(text) == []
    assert "<style" not in page.content.decode() and not re.search(r"<script(?![^>]* src=)", page.content.decode())
