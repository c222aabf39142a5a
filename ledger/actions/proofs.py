"""Papers kept with a person or a case: brought, opened on the record, withdrawn with a reason; none is ever thrown away."""

import hashlib
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from django.db import transaction
from django.db.models import Max

from ledger import clock
from ledger.actions.history import tell
from ledger.actions.locking import hold_case, hold_person
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Case, Person, Proof, ProofKind, Role, Staff
from ledger.papers.reading import ENDINGS, FILE, media_type_of, written_as
from ledger.protection import seal_bytes, unseal_bytes

MOST = 40  # Papers of one person that stand; what was withdrawn does not count.
AT_ONCE = 6
BUREAU = (Role.CLERK, Role.LEAD)
NAME_LENGTH = Proof._meta.get_field("file_name").max_length


@dataclass(frozen=True)
class Brought:
    """A file as it came: what its bearer calls it, and what is in it."""

    name: str
    content: bytes


class Damaged(Exception):
    """What is kept is no longer what was brought."""


def tidy_name(name: str) -> str:
    """The name as a list may show it: without folders, and without signs that cannot be seen or turn the line round."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] not in "CZ" or sign == " ").strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name) > NAME_LENGTH:
        name = (stem or ending)[: NAME_LENGTH - len(ending) - 1] + dot + ending if dot and len(ending) < 10 else name[:NAME_LENGTH]
    return name or "未命名"


def true_name(name: str, media_type: str) -> str:
    """The tidied name; one that ends as if something else were in the file (a picture called .exe) gets the true ending behind it."""
    name = tidy_name(name)
    return name if written_as(name) == media_type else tidy_name(f"{name}.{ENDINGS[media_type]}")


def _bound_to(sha256: str) -> str:
    """The paper's own hash: it stays when two records of one person become one and the paper changes hands."""
    return f"proof:{sha256}"


def add_proofs(*, by: Staff, person: Person, kind: str, files: list[Brought], case: Case | None = None) -> list[Proof]:
    """Keep papers of one kind with a person, or with one of their cases; all of them or, where one is refused, none.

    Raises Refused: no paper or too many, a file that is no PDF or picture or means harm, one that the person has already,
    a hospital's paper without a case.
    """
    if kind not in ProofKind.values:
        raise Refused("请选择种类。", "kind")
    if not files or len(files) > AT_ONCE:
        raise Refused(f"一次最多上传 {AT_ONCE} 个文件，请分次上传。" if files else "请选择文件。", FILE)
    if by.role == Role.LIAISON and case is None:
        raise Refused("医院联络员上传的材料要归到本院的病例，请选择病例。", "case")
    read = []
    for file in files:  # Before anything is held: looking into a paper takes its time.
        try:
            read.append((file, media_type_of(file.content)))
        except Refused as refused:
            raise Refused(_of(file, files) + refused.message, FILE) from None
    return _keep(by, person, kind, read, case)


def _of(file: Brought, files: list[Brought]) -> str:
    return f"{tidy_name(file.name)}：" if len(files) > 1 else ""


@transaction.atomic
def _keep(by: Staff, person: Person, kind: str, read: list[tuple[Brought, str]], case: Case | None) -> list[Proof]:
    person = hold_person(person, by)
    case = hold_case(case, by) if case else None
    if case and case.person_id != person.pk:
        raise Refused("这个病例不是这位患者的，请重新选择。", "case")
    standing = Proof.objects.everywhere("the numbers and papers of a held person").filter(person=person)
    last = standing.aggregate(last=Max("number"))["last"] or 0
    standing = {proof.sha256: proof for proof in standing.filter(withdrawn_at=None).listed()}
    if len(standing) + len(read) > MOST:
        raise Refused(f"一位患者最多 {MOST} 份材料，现有 {len(standing)} 份。请先作废不用的。", FILE)
    kept, files = [], [file for file, _ in read]
    for number, (file, media_type) in enumerate(read, start=last + 1):
        sha256 = hashlib.sha256(file.content).hexdigest()
        if sha256 in standing:
            raise Refused(f"{_of(file, files) or '这个文件'}和第 {standing[sha256].number} 份材料内容相同，不用再上传。", FILE)
        standing[sha256] = Proof.objects.create(
            person=person, case=case, number=number, kind=kind, file_name=true_name(file.name, media_type), media_type=media_type,
            size=len(file.content), sha256=sha256, content=seal_bytes(file.content, _bound_to(sha256)), added_at=clock.now(), added_by=by,
        )  # fmt: skip
        kept.append(standing[sha256])
    numbers = "、".join(str(proof.number) for proof in kept)
    text = f"上传{ProofKind(kind).label} {len(kept)} 份（第 {numbers} 份）" + (f"，{case.disease}" if case else "")
    tell(person, "proof_added", text, by=by, case=case, detail={"what": f"第 {numbers} 份"})
    return kept


def may_open(staff: Staff, proof: Proof) -> bool:
    """A withdrawn paper is the county bureau's to look at, and nobody else's."""
    return proof.withdrawn_at is None or staff.role in BUREAU


def open_proof(*, by: Staff, proof: Proof) -> bytes:
    """The paper itself, on the record. Raises Refused for a withdrawn one, Damaged where it is not what was brought."""
    proof = Proof.objects.visible_to(by).select_related("person__county").get(pk=proof.pk)
    if not may_open(by, proof):
        raise Refused("这份材料已作废，由县卫健部门保存备查。")
    detail = {"what": f"第 {proof.number} 份"}
    try:
        content = unseal_bytes(proof.content, _bound_to(proof.sha256))
    except (InvalidTag, ValueError):
        content = b""
    if hashlib.sha256(content).hexdigest() != proof.sha256:
        record("proof_damaged", by=by, subject=proof.person, county=proof.person.county, detail=detail)
        raise Damaged
    record("viewed_proof", by=by, subject=proof.person, county=proof.person.county, detail=detail)
    return content


def may_withdraw(staff: Staff, proof: Proof) -> bool:
    """The county bureau any paper, everybody else what they brought themselves."""
    return proof.withdrawn_at is None and (staff.role in BUREAU or proof.added_by_id == staff.pk)


@transaction.atomic
def withdraw_proof(*, by: Staff, proof: Proof, reason: str) -> Proof:
    """A wrong or outdated paper no longer counts; it is kept, struck, with the reason. Raises Refused."""
    scoped = Proof.objects.visible_to(by)
    person = hold_person(scoped.select_related("person").defer("content").get(pk=proof.pk).person, by)
    proof = scoped.select_related("case__county", "case__disease").defer("content").select_for_update(of=("self",)).get(pk=proof.pk)
    if proof.withdrawn_at:
        raise Refused("这份材料已经作废。请刷新后再看。")
    if not may_withdraw(by, proof):
        raise Refused("只能作废自己上传的材料；别人上传的，请告诉县卫健部门。")
    if not reason.strip():
        raise Refused("请写明作废的原因。", "reason")
    proof.withdrawn_at, proof.withdrawn_by, proof.withdrawn_reason = clock.now(), by, reason.strip()
    proof.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    text = f"作废第 {proof.number} 份材料（{proof.get_kind_display()}）"
    tell(person, "proof_withdrawn", text, by=by, case=proof.case, reason=proof.withdrawn_reason, detail={"what": f"第 {proof.number} 份"})
    return proof
