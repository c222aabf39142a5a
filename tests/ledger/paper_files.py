"""Papers as people bring them, honest and hostile, made in memory."""

import io
import struct
import zipfile
import zlib

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NullObject, NumberObject, TextStringObject


def picture(kind: str = "JPEG", colour: str = "white", size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def pdf(pages: int = 1, *, password: str = "", change=None) -> bytes:
    """A PDF of blank pages; ``change(writer)`` puts something into it."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if change:
        change(writer)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_with_javascript() -> bytes:
    return pdf_with({"/S": "/JavaScript", "/JS": "app.alert(1)"})


def pdf_with_attachment() -> bytes:
    return pdf(change=lambda writer: writer.add_attachment("list.exe", b"MZ"))


def pdf_with(action: dict) -> bytes:
    """A PDF that does something by itself when it is opened."""

    def change(writer: PdfWriter) -> None:
        told = {NameObject(key): NameObject(value) if value.startswith("/") else TextStringObject(value) for key, value in action.items()}
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(told))

    return pdf(change=change)


def pdf_opening_on_its_first_page() -> bytes:
    """What many scanners write: where to look first. Nothing runs."""

    def change(writer: PdfWriter) -> None:
        place = ArrayObject([writer.pages[0].indirect_reference, NameObject("/XYZ"), NullObject(), NullObject(), NumberObject(0)])
        writer.root_object[NameObject("/OpenAction")] = place

    return pdf(change=change)


def pdf_with_a_hidden_script() -> bytes:
    """The script stands in a packed object stream, so that no letter of it can be read from outside."""
    out = io.BytesIO()
    out.write(b"%PDF-1.5\n")
    places = {}

    def put(number: int, body: bytes) -> None:
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    hidden = b"<</S/JavaScript/JS(app.alert(1))>>"
    packed = zlib.compress(b"5 0 " + hidden)
    put(1, b"<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>")
    put(2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
    put(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>")
    put(4, b"<</Type/ObjStm/N 1/First 4/Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed))
    start = out.tell()
    rows = [(0, 0, 65535), *((1, places[number], 0) for number in (1, 2, 3, 4)), (2, 4, 0), (1, start, 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    about = b"<</Type/XRef/Size 7/W[1 4 2]/Root 1 0 R/Length %d>>" % len(table)
    out.write(b"6 0 obj\n%s stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (about, table, start))
    return out.getvalue()


def pdf_nested_without_end() -> bytes:
    """Two hundred thousand brackets within each other."""
    return _bare_pdf(b"/X " + b"[" * 200_000 + b"]" * 200_000, b"[3 0 R]", b"1")


def pdf_whose_pages_lead_to_themselves() -> bytes:
    return _bare_pdf(b"", b"[2 0 R 2 0 R]", b"1000000000")


def _bare_pdf(more: bytes, kids: bytes, count: bytes) -> bytes:
    root, pages = b"<</Type/Catalog/Pages 2 0 R%s>>" % more, b"<</Type/Pages/Kids%s/Count %s>>" % (kids, count)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    bodies = b"".join(b"%d 0 obj\n%s\nendobj\n" % row for row in ((1, root), (2, pages), (3, page)))
    return b"%PDF-1.4\n" + bodies + b"trailer<</Root 1 0 R/Size 4>>\nstartxref\n0\n%%EOF\n"


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that says it is billions of points."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000)) + chunk(b"IEND", b"")


def with_an_archive_behind(paper: bytes) -> bytes:
    """The paper to one program, a zip archive to another."""
    out = io.BytesIO(paper)
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("run.js", "alert(1)")
    return out.getvalue()


def picture_that_is_a_pdf() -> bytes:
    """A JPEG whose comment is a PDF: readers look for its first line anywhere in the first kilobyte."""
    plain, body = picture(), pdf_with_javascript()
    return plain[:2] + b"\xff\xfe" + struct.pack(">H", len(body) + 2) + body + plain[2:]
