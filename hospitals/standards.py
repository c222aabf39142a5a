"""救治标准 (annex 7): the documents and pathways of each disease, kept by the city with number, issuer, day and file."""

import datetime
import hashlib
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from hospitals.models import Standard, StandardKind
from ledger import clock
from ledger.actions.data_changes import note_change
from ledger.actions.proofs import Brought, tidy_name
from ledger.actions.refusals import Refused
from ledger.models import Disease, Division, Role, Staff
from ledger.papers.reading import ENDINGS, MEGABYTE, PaperLimits, media_type_of, refuse_misnamed

KIND, FILE = "standard", "file"
LIMITS = PaperLimits(size=10 * MEGABYTE, pages=300)  # Of a printed document, not of a photograph.
FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class StandardFacts:
    """What the page says about a document; ``diseases`` are their numbers, in order."""

    kind: str
    number: str
    title: str
    issuer: str
    issued_on: datetime.date | None
    diseases: tuple[int, ...]


@dataclass(frozen=True)
class LookedInto:
    """A file that may be kept: its name as a list shows it, what it is, and what is in it."""

    name: str
    media_type: str
    content: bytes


def facts_of(standard: Standard) -> StandardFacts:
    diseases = tuple(standard.diseases.order_by("pk").values_list("pk", flat=True))
    return StandardFacts(standard.kind, standard.number, standard.title, standard.issuer, standard.issued_on, diseases)


def look_into(file: Brought) -> LookedInto:
    """What the file really is, told by a process of its own. Raises Refused for what is no PDF or picture, or not what its name says."""
    try:
        media_type = media_type_of(file.content, LIMITS)
    except Refused as refused:
        raise Refused(refused.message, FILE) from None
    name = tidy_name(file.name)
    refuse_misnamed(name, media_type, FILE)
    return LookedInto(name, media_type, file.content)


def _keeper(by: Staff) -> Division:
    """One official at a time changes a prefecture's documents. Raises Refused for anybody but the city."""
    if by.role != Role.CITY:
        raise Refused("救治标准由市级维护。")
    return Division.objects.select_for_update(of=("self",), no_key=True).get(pk=by.area_id)


def _held(standard: Standard, prefecture: Division) -> Standard:
    return Standard.objects.listed().select_for_update(of=("self",)).get(pk=standard.pk, prefecture=prefecture)


def _check(facts: StandardFacts, prefecture: Division, except_pk: int | None = None) -> None:
    if facts.kind not in StandardKind.values:
        raise Refused("请选择种类。", "kind")
    for field, label in (("number", "文号"), ("title", "名称"), ("issuer", "发文机关")):
        if getattr(facts, field)[:1] in FORMULA and getattr(facts, field):
            raise Refused(f"{label}以“{getattr(facts, field)[0]}”开头，可能是公式。请改正。", field)
    if facts.issued_on and facts.issued_on > clock.today():
        raise Refused(f"发文日期 {facts.issued_on} 晚于今天，请改正。", "issued_on")
    if not facts.diseases:
        raise Refused("请至少选择一个病种。", "diseases")
    same = Standard.objects.exclude(pk=except_pk).filter(prefecture=prefecture, number=facts.number, title=facts.title)
    if same.exists():
        raise Refused(f"已有《{facts.title}》（{facts.number}）。请打开它修改。", "number")


def _keep_file(standard: Standard, file: LookedInto | None) -> None:
    if file is None:
        return
    standard.file_name, standard.media_type, standard.content = file.name, file.media_type, file.content
    standard.size, standard.sha256 = len(file.content), hashlib.sha256(file.content).hexdigest()


@transaction.atomic
def add_standard(*, by: Staff, facts: StandardFacts, file: LookedInto | None = None) -> Standard:
    """One more document or pathway. Raises Refused: there already, no disease, issued in the future, a text that could act as a formula."""
    prefecture = _keeper(by)
    _check(facts, prefecture)
    made = Standard(
        prefecture=prefecture, kind=facts.kind, number=facts.number, title=facts.title, issuer=facts.issuer, issued_on=facts.issued_on
    )
    _keep_file(made, file)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise Refused(f"已有《{facts.title}》（{facts.number}）。请打开它修改。", "number") from None
    made.diseases.set(facts.diseases)
    text = f"新增{made.get_kind_display()}，适用{_names(facts.diseases)}" + (f"，文件 {made.file_name}" if file else "")
    note_change(by=by, kind=KIND, subject=str(made), text=text, document=facts.number)
    return made


def _names(diseases: tuple[int, ...]) -> str:
    return "、".join(str(one) for one in Disease.objects.filter(pk__in=diseases).order_by("position"))


@transaction.atomic
def change_standard(*, by: Staff, standard: Standard, seen: str, facts: StandardFacts, file: LookedInto | None = None) -> Standard:
    """Other words, diseases or another file; ``seen`` is what the page showed (repr of facts_of).

    Raises Refused: changed meanwhile, nothing changed, and as ``add_standard``.
    """
    prefecture = _keeper(by)
    held = _held(standard, prefecture)
    stands, subject = facts_of(held), str(held)
    if repr(stands) != seen:
        raise Refused("您打开之后，别人改过这份文件的资料。请看过现在的内容，再改。")
    if stands == facts and file is None:
        raise Refused("没有改动，不用保存。")
    _check(facts, prefecture, held.pk)
    labels = {"kind": "种类", "number": "文号", "title": "名称", "issuer": "发文机关", "issued_on": "发文日期"}
    told = [
        f"{label}：{_said(field, getattr(stands, field))} → {_said(field, getattr(facts, field))}"
        for field, label in labels.items()
        if getattr(stands, field) != getattr(facts, field)
    ]
    if stands.diseases != facts.diseases:
        told.append(f"适用病种：{_names(stands.diseases)} → {_names(facts.diseases)}")
    if file:
        told.append(f"文件：{held.file_name or '无'} → {file.name}")
    for field in labels:
        setattr(held, field, getattr(facts, field))
    _keep_file(held, file)
    held.save(update_fields=[*labels, *(("file_name", "media_type", "size", "sha256", "content") if file else ())])
    held.diseases.set(facts.diseases)
    note_change(by=by, kind=KIND, subject=subject, text="；".join(told), document=facts.number)
    return held


def _said(field: str, value) -> str:
    return StandardKind(value).label if field == "kind" else str(value or "无")


@transaction.atomic
def end_standard(*, by: Staff, standard: Standard, last_day: datetime.date, document: str) -> Standard:
    """The last day on which it holds; stays and plans that name it keep it. Raises Refused: ended already, before its own day."""
    held = _held(standard, _keeper(by))
    if held.ended_on:
        raise Refused(f"这份文件已定在 {held.ended_on} 停用。请刷新后再看。", "last_day")
    if held.issued_on and last_day < held.issued_on:
        raise Refused(f"最后一天 {last_day} 早于发文日期 {held.issued_on}，请改正。", "last_day")
    held.ended_on = last_day
    held.save(update_fields=["ended_on"])
    note_change(by=by, kind=KIND, subject=str(held), text=f"到 {last_day} 为止", document=document)
    return held


@transaction.atomic
def resume_standard(*, by: Staff, standard: Standard, document: str) -> Standard:
    """One that was ended holds again. Raises Refused for one that was not ended."""
    held = _held(standard, _keeper(by))
    if held.ended_on is None:
        raise Refused("这份文件没有停用，不用恢复。")
    held.ended_on = None
    held.save(update_fields=["ended_on"])
    note_change(by=by, kind=KIND, subject=str(held), text="恢复使用", document=document)
    return held


class Damaged(Exception):
    """What is kept is no longer what was brought."""


def file_of(standard: Standard) -> tuple[str, bytes]:
    """The name to show and the file itself. Raises Damaged where it is not what was brought."""
    content = bytes(Standard.objects.values_list("content", flat=True).get(pk=standard.pk) or b"")
    if hashlib.sha256(content).hexdigest() != standard.sha256:
        raise Damaged
    stem = standard.file_name.rpartition(".")[0] or standard.file_name
    return f"{stem}.{ENDINGS[standard.media_type]}", content
