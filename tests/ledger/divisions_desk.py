"""What the tests of towns and villages share: a workbook of rows, sentences beside fields, the trail."""

import io
import re

from openpyxl import Workbook

from ledger.models import AuditEvent

PAGE, IMPORT = "/ledger/divisions/", "/ledger/divisions/import/"


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def errors(response) -> list[str]:
    return re.findall(r'<div class="err" id="[^"]+">([^<]+)</div>', response.content.decode())


def trail(action: str) -> list[dict]:
    return list(AuditEvent.objects.filter(action=action).values_list("county_code", "detail"))
