"""The one door for papers brought as proofs: what a file really is, told by a process of its own within limits."""

import json
from dataclasses import dataclass
from pathlib import Path

from ledger.actions.refusals import Refused
from ledger.child_process import answer_of

CHILD = Path(__file__).parent / "child.py"
MEGABYTE = 1024 * 1024
FILE = "files"
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
WRITTEN_AS = {"pdf": "application/pdf", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}
CALLED = {"application/pdf": "PDF", "image/jpeg": "JPG 图片", "image/png": "PNG 图片"}
NOT_FINISHED = "文件太复杂，没有读完。请把原件重新拍照或扫描后再上传。"


@dataclass(frozen=True)
class PaperLimits:
    """What one paper may be and may ask of the machine; ``wait`` is the clock's seconds, ``seconds`` the processor's."""

    size: int = 5 * MEGABYTE
    pages: int = 30
    pixels: int = 50_000_000  # A telephone's largest pictures; a hundred times that fits into a few kilobytes of PNG.
    objects: int = 50_000
    memory: int = 1024 * MEGABYTE
    seconds: int = 20
    wait: int = 40


def media_type_of(content: bytes, limits: PaperLimits = PaperLimits()) -> str:  # noqa: B008 - frozen
    """application/pdf, image/jpeg or image/png, told by the content alone: a name says nothing.

    Raises Refused with what is wrong with the file and how to mend it: no such type, too large, not whole, locked with a
    password, too many pages, or a PDF that could act when it is opened.
    """
    if not content:
        raise Refused("文件是空的，请重新选择。", FILE)
    if len(content) > limits.size:
        raise Refused(f"文件超过 {limits.size // MEGABYTE} MB。请把照片缩小，或分几个文件扫描后再上传。", FILE)
    told = json.loads(answer_of(CHILD, content, limits, refusal=Refused(NOT_FINISHED, FILE)))
    if "refused" in told:
        raise Refused(told["refused"], FILE)
    return told["media_type"]


def written_as(name: str) -> str | None:
    """The media type that a file's ending speaks of."""
    return WRITTEN_AS.get(name.rpartition(".")[2].lower())


def refuse_misnamed(name: str, media_type: str, field: str = FILE) -> None:
    """Raises Refused for a file whose ending says something else than what is in it: most often the wrong file was chosen."""
    if written_as(name) != media_type:
        raise Refused(f"文件名是“{name}”，内容却是 {CALLED[media_type]}。请核对是不是选错了文件。", field)
