"""A workbook as bytes that are the same each time: openpyxl stamps the hour of saving, so the stamps are set to the cut-off."""

import datetime
import hashlib
import io
import re
import zipfile

from openpyxl import Workbook

_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def to_bytes(book: Workbook, *, title: str, day: datetime.date) -> bytes:
    """Save a workbook with its title, dated on ``day``."""
    book.properties.creator, book.properties.title = "大病救治台账", title
    saved, fixed = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>" + f"{day:%Y-%m-%d}T00:00:00Z".encode() + rb"\g<3>", content)
            entry = zipfile.ZipInfo(name, date_time=_ZIP_EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            target.writestr(entry, content)
    return fixed.getvalue()


def file_hash(content: bytes) -> str:
    """SHA-256 of a workbook's bytes, in hex; it holds for one RENDERER_VERSION."""
    return hashlib.sha256(content).hexdigest()
