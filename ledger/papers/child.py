"""Looks into one paper from standard input, within limits of its own: a file that means harm harms nobody else.

Run as ``python -I child.py LIMITS``; writes ``{"refused": sentence}`` or ``{"media_type": …}``.
"""

import io
import json
import re
import resource
import struct
import sys

NO_SUCH_TYPE = "这不是 PDF、JPG 或 PNG 文件（看的是内容，不是文件名）。请扫描成 PDF，或拍成照片再上传。"
TELEPHONES_OWN = "这是手机自己的照片格式（HEIC），多数电脑打不开。请在手机里把照片另存为 JPG，或把相机的格式改为“兼容性最佳”重拍，再上传。"
BROKEN_PICTURE = "这张图片打不开，可能没有传完整。请重新拍照或另存后再上传。"
BROKEN_PDF = "这个 PDF 打不开，可能没有传完整。请重新扫描或另存后再上传。"
LOCKED = "这个 PDF 设了密码。请去掉密码，另存后再上传。"
NO_PAGES = "这个 PDF 里没有页。请重新扫描后再上传。"
ACTING = "这个 PDF 带有脚本、附件或会自动运行的内容。请打印后重新扫描，再上传。"
STOWAWAY = "这个文件里还带着别的文件。请打印后重新扫描，或截图另存后再上传。"
# What a viewer would run, open or unpack. Links and bookmarks only lead somewhere when somebody presses them.
ACTING_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/AA", "/XFA", "/RichMediaContent", "/Launch"}
ACTING_KINDS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/Movie", "/Sound", "/RichMediaExecute"}
HEIC = re.compile(rb".{4}ftyp(?:hei[cmsx]|hev[cmx]|mif1|msf1|avi[fs])", re.S)
# A picture that is a page or a packed folder as well, whichever program is asked to open it.
IN_A_PICTURE = re.compile(rb"<(?:script|iframe|!doctype html|html[ >]|svg xmlns|\?php )|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c", re.I)
ACTING_BYTES = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|XFA|RichMedia)(?![A-Za-z0-9])")


class Unfit(Exception):
    """The paper is not taken; the message is the sentence for the user."""


def bound(limits: dict) -> None:
    """Memory and processor time of this process; it writes no file."""
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def refuse_stowaway(content: bytes) -> None:
    """Raises Unfit for a file that is a zip archive as well: its directory stands at the very end, whatever comes before."""
    for found in re.finditer(rb"PK\x05\x06", content[-66_000:]):
        tail = content[-66_000:][found.start() :]
        if len(tail) >= 22 and struct.unpack_from("<H", tail, 20)[0] == len(tail) - 22:
            raise Unfit(STOWAWAY)


def look_into_picture(content: bytes, limits: dict) -> str:
    """Decodes the whole picture once, after its size was read from its header."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # Our own bound, asked before anything is unpacked.
    if b"%PDF-" in content[:1024] or IN_A_PICTURE.search(content):
        raise Unfit(STOWAWAY)
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
            if width * height > limits["pixels"]:
                millions = limits["pixels"] // 1_000_000
                raise Unfit(f"图片有 {width}×{height} 点，超过 {millions}00 万点。请缩小后再上传。")
            picture.verify()
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            picture.load()
            return "image/png" if picture.format == "PNG" else "image/jpeg"
    except (Unfit, MemoryError):
        raise
    except Exception:  # Whatever a hostile picture makes the decoder say, it is no picture for us.
        raise Unfit(BROKEN_PICTURE) from None


def look_into_pdf(content: bytes, limits: dict) -> str:
    """Opens the PDF, counts its pages and goes through every object of it, also those that no page leads to."""
    import logging

    from pypdf import PdfReader

    logging.disable(logging.CRITICAL)
    ending = content.rstrip(b"\0 \t\r\n")
    if not ending.endswith(b"%%EOF"):
        raise Unfit(BROKEN_PDF if b"%%EOF" not in content else STOWAWAY)
    if ACTING_BYTES.search(re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes([int(code[1], 16)]), content)):
        raise Unfit(ACTING)
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise Unfit(LOCKED)
        pages = len(reader.pages)
        for page in reader.pages:
            page.mediabox  # noqa: B018 - a page that cannot say its size cannot be shown.
        _refuse_acting(reader, limits["objects"])
    except (Unfit, MemoryError):
        raise
    except Exception:  # Whatever a hostile PDF makes the reader say, it is no PDF for us.
        raise Unfit(BROKEN_PDF) from None
    if pages == 0:
        raise Unfit(NO_PAGES)
    if pages > limits["pages"]:
        raise Unfit(f"这个 PDF 有 {pages} 页，一份最多 {limits['pages']} 页。请分成几份上传。")
    return "application/pdf"


def _refuse_acting(reader, most: int) -> None:
    """Every numbered object and the trailer, each with what stands written inside it."""
    from pypdf.generic import IndirectObject

    numbers = {(number, generation) for generation, rows in reader.xref.items() for number in rows}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > most:
        raise Unfit(BROKEN_PDF)
    _refuse_acting_part(reader.trailer)
    for number, generation in sorted(numbers):
        if number:
            _refuse_acting_part(reader.get_object(IndirectObject(number, generation, reader)))


def _refuse_acting_part(start) -> None:
    """One object and everything written inside it; what it only points at has a number of its own."""
    waiting = [start]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            keys = set(dict.keys(part))
            kind = str(dict.get(part, "/S", ""))
            if keys & ACTING_KEYS or kind in ACTING_KINDS or str(dict.get(part, "/Type", "")) == "/EmbeddedFile":
                raise Unfit(ACTING)
            waiting += dict.values(part)
        elif isinstance(part, list):
            waiting += list.__iter__(part)


def answer(content: bytes, limits: dict) -> dict:
    try:
        refuse_stowaway(content)
        if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
            return {"media_type": look_into_picture(content, limits)}
        if content.startswith(b"%PDF-"):
            return {"media_type": look_into_pdf(content, limits)}
        raise Unfit(TELEPHONES_OWN if HEIC.match(content) else NO_SUCH_TYPE)
    except Unfit as unfit:
        return {"refused": str(unfit)}


if __name__ == "__main__":
    bounds = json.loads(sys.argv[1])
    bound(bounds)
    sys.stdout.write(json.dumps(answer(sys.stdin.buffer.read(), bounds)))
