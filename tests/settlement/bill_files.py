"""Files of bills as a hospital brings them to the window, and what its pages answer."""

import csv
import datetime
import io
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from settlement.bill_file import COLUMNS

PAGE = "settlement:bill-import"
HEADINGS = list(COLUMNS.values())
DAY = datetime.date


def xlsx(rows: list[list]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def text(rows: list[list]) -> bytes:
    saved = io.StringIO()
    csv.writer(saved).writerows(rows)
    return saved.getvalue().encode()


def line(person, bill_no: str, *, admitted="2017-09-01", discharged="2017-09-10", total="10000.00", in_policy="9000.00", **cells) -> list:
    filled = {
        "id_number": person if isinstance(person, str) else person.id_number.reveal(), "disease": "胃癌", "bill_no": bill_no,
        "admitted_on": admitted, "discharged_on": discharged, "total_yuan": total, "in_policy_yuan": in_policy,
    } | cells  # fmt: skip
    return [filled.get(column, "") for column in COLUMNS]


def send(client: Client, content: bytes, name: str = "账单.csv"):
    return client.post(reverse(PAGE), {"file": SimpleUploadedFile(name, content)})


def results(answer) -> dict[int, tuple[str, str]]:
    """Line → (result, everything that is said of it)."""
    found = {}
    for row in answer.context["rows"]:
        one = row["one"]
        found[one.row.line] = (one.result, " ".join([*(f"{place}{sentence}" for place, sentence in one.faults), *one.difference_words]))
    return found


def hidden(answer, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]+)"', answer.content.decode())[1]


def settle(client: Client, preview, **more):
    return client.post(reverse(PAGE), {"rows": hidden(preview, "rows"), **more})
