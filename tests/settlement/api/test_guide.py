"""The guide for hospitals' engineers is true: its example signs as the interface verifies, its numbers are right, its words are ours."""

import io
import json
import re
import urllib.error
from pathlib import Path

import pytest
from django.test import Client

from settlement.api.bodies import MOST_BILLS
from settlement.api.description import described
from settlement.api.signature import CLOCK_TOLERANCE
from settlement.api.views.settlements import PAGE

GUIDE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)\n```", GUIDE, re.DOTALL)


def example() -> dict:
    """What the guide's program defines."""
    (program,) = [text for kind, text in BLOCKS if kind == "python"]
    made: dict = {}
    exec(compile(program, "docs/api.md", "exec"), made)
    return made


def test_the_example_with_fixed_values_comes_out_as_printed():
    text, signature = [text for kind, text in BLOCKS if kind == "text"]
    method, target, body_hash, timestamp, nonce = text.split("\n")
    secret = re.search(r"密钥 `([0-9a-f]{64})`", GUIDE)[1]
    body = re.search(r"内容是 `(\{.*?\})`", GUIDE)[1].encode()
    headers = example()["signed_headers"]("c", secret, method, target, body, timestamp, nonce)
    assert headers["X-Signature"] == signature and json.loads(body)
    assert example()["hashlib"].sha256(body).hexdigest() == body_hash


@pytest.mark.django_db
def test_the_examples_program_settles_a_bill_and_repeats_it(window, system, monkeypatch):
    person = window.patient("石永福")

    def open_here(request, timeout):
        headers = {name: text for name, text in request.header_items() if name.lower() != "content-type"}
        answer = Client().generic(
            request.get_method(), request.selector, request.data or b"", request.get_header("Content-type", ""), headers=headers
        )  # fmt: skip
        body = io.BytesIO(answer.content)
        body.status = answer.status_code
        if answer.status_code >= 400:
            raise urllib.error.HTTPError(request.full_url, answer.status_code, "", {}, body)
        return body

    call = example()["call"]
    monkeypatch.setattr("urllib.request.urlopen", open_here)
    (bill,) = [json.loads(text) for kind, text in BLOCKS if kind == "json" and "total_yuan" in text]
    bill["id_number"] = person.id_number.reveal()
    ours = ("http://testserver", system.code, system.secret)
    status, answer = call(*ours, "POST", "/api/v1/settlements", bill, key="A")
    assert (status, answer["self_pay_yuan"]) == (201, "1530.00")
    assert call(*ours, "POST", "/api/v1/settlements", bill, key="A") == (201, answer)
    status, month = call(*ours, "GET", "/api/v1/settlements?month=2017-10")
    assert (status, [row["number"] for row in month["settlements"]]) == (200, [answer["number"]])
    # The refusal printed in the guide is the one that is answered.
    (printed,) = [json.loads(text) for kind, text in BLOCKS if kind == "json" and "about:blank" in text]
    assert call(*ours, "POST", "/api/v1/settlements", bill | {"admitted_on": "2017-09-12", "discharged_on": "2017-09-13"}, key="B") == (
        422,
        printed,
    )


def test_the_guide_names_every_address_and_the_right_numbers():
    for path, methods in described()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path.replace('{key}', '编号')}" in GUIDE, (method, path)
    assert f"不超过 {CLOCK_TOLERANCE} 秒" in GUIDE and f"每页 {PAGE} 笔" in GUIDE and f"最多 {MOST_BILLS:,} 张" in GUIDE
    statuses = {status for methods in described()["paths"].values() for one in methods.values() for status in one["responses"]}
    assert all(re.search(rf"\| [0-9、]*{status}[0-9、]* \|", GUIDE) for status in statuses if status.startswith("4"))
