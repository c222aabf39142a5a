"""Papers kept with people: what is taken, how it lies in the database, who opens it, and what hostile files hear."""

import hashlib

import pytest
from django.db import IntegrityError, connection, transaction

from ledger import child_process
from ledger.actions import proofs as actions
from ledger.actions.proofs import Brought, Damaged, add_proofs, open_proof, tidy_name, true_name, withdraw_proof
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, CaseEvent, Proof
from ledger.papers.child import ACTING, BROKEN_PDF, BROKEN_PICTURE, LOCKED, NO_SUCH_TYPE, STOWAWAY, TELEPHONES_OWN
from ledger.papers.reading import NOT_FINISHED, PaperLimits, media_type_of
from tests.ledger import paper_files as papers


def refusal(content: bytes, limits: PaperLimits | None = None) -> str:
    with pytest.raises(Refused) as refused:
        media_type_of(content, *([limits] if limits else []))
    assert refused.value.field == "files"
    return refused.value.message


# ---- what a file really is ----


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (papers.picture(), "image/jpeg"), (papers.picture("PNG"), "image/png"), (papers.pdf(30), "application/pdf"),
        (papers.pdf_opening_on_its_first_page(), "application/pdf"), (papers.pdf() + b"\r\n\0\0\n", "application/pdf"),
    ],
)  # fmt: skip
def test_the_type_is_told_by_the_content(content, media_type):
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的，请重新选择。"),
        (b"\xff\xd8\xff" + b"0" * (5 * 1024 * 1024), "文件超过 5 MB。请把照片缩小，或分几个文件扫描后再上传。"),
        (b"hello", NO_SUCH_TYPE),
        (papers.picture("GIF"), NO_SUCH_TYPE),
        (b"<html><script>alert(1)</script>", NO_SUCH_TYPE),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', NO_SUCH_TYPE),
        (b"GIF89a;" + papers.pdf(), NO_SUCH_TYPE),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 99, TELEPHONES_OWN),
        (papers.picture()[:200], BROKEN_PICTURE),
        (papers.picture("PNG")[:-20], BROKEN_PICTURE),
        (papers.bomb(), "图片有 60000×60000 点，超过 5000 万点。请缩小后再上传。"),
        (papers.bomb(7000, 7000), BROKEN_PICTURE),  # Within the bound, but its points are not there.
        (papers.picture_that_is_a_pdf(), STOWAWAY),
        (papers.picture() + b"<SCRIPT>alert(1)</script>", STOWAWAY),
        (papers.picture("PNG") + b"Rar!\x1a\x07\0", STOWAWAY),
        (papers.with_an_archive_behind(papers.picture()), STOWAWAY),
        (papers.with_an_archive_behind(papers.pdf()), STOWAWAY),
        (papers.pdf() + b"<script>alert(1)</script>", STOWAWAY),
        (papers.pdf(password="123456"), LOCKED),
        (papers.pdf(31), "这个 PDF 有 31 页，一份最多 30 页。请分成几份上传。"),
        (papers.pdf(0), "这个 PDF 里没有页。请重新扫描后再上传。"),
        (papers.pdf_with_javascript(), ACTING),
        (papers.pdf_with_javascript().replace(b"/JavaScript", b"/J#61vaScript"), ACTING),
        (papers.pdf_with_a_hidden_script(), ACTING),
        (papers.pdf_with_attachment(), ACTING),
        (papers.pdf_with({"/S": "/Launch", "/F": "cmd.exe"}), ACTING),
        (papers.pdf_with({"/S": "/SubmitForm", "/F": "http://example.invalid/"}), ACTING),
        (b"%PDF-1.7\nnothing\n%%EOF", BROKEN_PDF),
        (papers.pdf()[:300], BROKEN_PDF),
        (papers.pdf_nested_without_end(), BROKEN_PDF),
        (papers.pdf_whose_pages_lead_to_themselves(), BROKEN_PDF),
    ],
)  # fmt: skip
def test_what_is_no_paper_hears_why_and_how_to_mend_it(content, sentence):
    assert refusal(content) == sentence


def test_a_file_that_takes_too_long_or_too_much_is_left_unread():
    assert refusal(papers.picture(), PaperLimits(wait=0)) == NOT_FINISHED
    assert refusal(papers.picture(size=(4000, 4000)), PaperLimits(memory=64 * 1024 * 1024)) == NOT_FINISHED
    assert refusal(papers.pdf(20), PaperLimits(objects=5)) == BROKEN_PDF


def test_the_reader_gets_neither_keys_nor_environment(monkeypatch):
    seen = {}
    monkeypatch.setattr(
        child_process.subprocess, "run", lambda command, **told: seen.update(told, command=command) or (_ for _ in ()).throw(OSError)
    )
    with pytest.raises(OSError):
        media_type_of(papers.picture())
    assert seen["env"] == {} and seen["command"][1] == "-I"


@pytest.mark.parametrize(
    ("name", "tidied"),
    [
        ("诊断证明.pdf", "诊断证明.pdf"), ("../../etc/passwd", "passwd"), ("C:\\temp\\照片.jpg", "照片.jpg"), ("=cmd|' /C calc'!A0.pdf", "C calc'!A0.pdf"),
        ("=1+1.pdf", "=1+1.pdf"), ("单据\u202egpj.exe", "单据gpj.exe"), ("a\r\nSet-Cookie: x.png", "aSet-Cookie: x.png"), ("", "未命名"), ("\u202e", "未命名"),
        ("长" * 200 + ".pdf", "长" * 116 + ".pdf"), ("长" * 200, "长" * 120),
    ],
)  # fmt: skip
def test_a_name_is_only_a_name(name, tidied):
    assert tidy_name(name) == tidied


@pytest.mark.parametrize(
    ("name", "media_type", "shown"),
    [
        ("照片.JPG", "image/jpeg", "照片.JPG"), ("照片.jpeg", "image/jpeg", "照片.jpeg"), ("单据\u202egpj.exe", "image/jpeg", "单据gpj.exe.jpg"),
        ("证明.jpg", "application/pdf", "证明.jpg.pdf"), ("证明", "image/png", "证明.png"), ("长" * 200 + ".exe", "image/png", "长" * 116 + ".png"),
    ],
)  # fmt: skip
def test_a_list_shows_what_is_in_a_file_whatever_it_is_called(name, media_type, shown):
    assert true_name(name, media_type) == shown


# ---- keeping ----


@pytest.fixture
def person(cast):
    return cast.register("韦桂兰")


def bring(by, person, content: bytes | None = None, kind: str = "poverty", **told) -> Proof:
    content = content if content is not None else papers.picture()
    return add_proofs(by=by, person=person, kind=kind, files=[Brought("贫困证明.jpg", content)], **told)[0]


@pytest.mark.django_db
def test_a_paper_is_sealed_numbered_and_told(cast, person):
    content = papers.picture()
    case = person.cases.get()
    kept = add_proofs(
        by=cast.township,
        person=person,
        kind="diagnosis",
        case=case,
        files=[Brought("诊断.jpg", content), Brought("诊断.pdf", papers.pdf())],
    )
    first = Proof.objects.visible_to(cast.clerk).get(number=1)
    assert [proof.number for proof in kept] == [1, 2]
    assert (first.kind, first.file_name, first.media_type, first.size) == ("diagnosis", "诊断.jpg", "image/jpeg", len(content))
    assert (first.sha256, first.added_by, first.case) == (hashlib.sha256(content).hexdigest(), cast.township, case)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM ledger_proof ORDER BY number")
        stored = [bytes(row[0]) for row in cursor.fetchall()]
    assert all(row.startswith(b"aesgcm1:") for row in stored)
    assert b"JFIF" not in stored[0] and b"%PDF" not in stored[1]
    event = CaseEvent.objects.filter(move="proof_added").get()
    assert (event.text, event.case) == ("上传诊断证明 2 份（第 1、2 份），白内障", case)
    assert AuditEvent.objects.filter(action="proof_added").get().detail["what"] == "第 1、2 份"
    assert open_proof(by=cast.clerk, proof=first) == content
    viewed = AuditEvent.objects.filter(action="viewed_proof").get()
    assert (viewed.username, viewed.subject_type, viewed.subject_id, viewed.detail) == (
        cast.clerk.username,
        "person",
        person.pk,
        {"what": "第 1 份"},
    )


@pytest.mark.django_db
def test_all_of_them_or_none(cast, person):
    with pytest.raises(Refused) as refused:
        add_proofs(
            by=cast.clerk,
            person=person,
            kind="poverty",
            files=[Brought("好.jpg", papers.picture()), Brought("坏.pdf", papers.picture()[:99])],
        )
    assert refused.value.message == f"坏.pdf：{BROKEN_PICTURE}"
    assert not Proof.objects.everywhere("test").exists()


@pytest.mark.django_db
def test_the_same_paper_is_kept_once_and_again_after_it_was_withdrawn(cast, person):
    first = bring(cast.clerk, person)
    with pytest.raises(Refused, match="这个文件和第 1 份材料内容相同，不用再上传。"):
        bring(cast.township, person)
    withdraw_proof(by=cast.clerk, proof=first, reason="归错了病种")
    assert bring(cast.township, person).number == 2


@pytest.mark.django_db
def test_a_person_has_no_more_papers_than_the_bound(cast, person, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 2)
    bring(cast.clerk, person, papers.picture(colour="red"))
    bring(cast.clerk, person, papers.picture(colour="blue"))
    with pytest.raises(Refused, match="一位患者最多 2 份材料，现有 2 份。请先作废不用的。"):
        bring(cast.clerk, person)


@pytest.mark.django_db
def test_a_paper_that_was_changed_in_the_database_does_not_open(cast, person):
    proof, other = bring(cast.clerk, person), bring(cast.clerk, person, papers.pdf())
    rows = Proof.objects.everywhere("test")
    rows.filter(pk=proof.pk).update(content=rows.get(pk=other.pk).content)  # Another paper's seal.
    with pytest.raises(Damaged):
        open_proof(by=cast.clerk, proof=proof)
    rows.filter(pk=proof.pk).update(content=b"plain")
    with pytest.raises(Damaged):
        open_proof(by=cast.clerk, proof=proof)
    assert AuditEvent.objects.filter(action="proof_damaged").count() == 2
    assert not AuditEvent.objects.filter(action="viewed_proof").exists()


# ---- whose eyes ----


@pytest.mark.django_db
def test_a_hospital_sees_the_papers_of_its_cases_and_what_entitles_its_patients(cast, person):
    case = cast.treat(person)
    of_case = bring(cast.liaison, person, papers.picture(colour="red"), kind="diagnosis", case=case)
    poverty = bring(cast.poverty, person, papers.picture(colour="blue"))
    dibao = bring(cast.civil, person, papers.picture(colour="green"), kind="dibao")
    other = bring(cast.clerk, person, papers.picture(colour="black"), kind="other")
    elsewhere = cast.register("韦桂兰二", disease=None)
    bring(cast.clerk, elsewhere)
    assert set(Proof.objects.visible_to(cast.liaison)) == {of_case, poverty, dibao}
    assert set(Proof.objects.visible_to(cast.clerk).filter(person=person)) == {of_case, poverty, dibao, other}
    for stranger in (cast.clerk2, cast.township2, cast.expert, cast.auditor, cast.operator):
        assert not Proof.objects.visible_to(stranger).exists()
    with pytest.raises(Proof.DoesNotExist):
        open_proof(by=cast.liaison, proof=other)


@pytest.mark.django_db
def test_a_paper_of_a_case_of_another_hospital_is_out_of_a_hospitals_sight(cast, person):
    cast.treat(person)  # At the county hospital, whose liaison it is.
    with pytest.raises(Refused, match="医院联络员上传的材料要归到本院的病例，请选择病例。"):
        bring(cast.liaison, person)
    second = cast.register("覃水莲")
    cast.treat(second, hospital=cast.city_hospital)
    with pytest.raises(type(second).DoesNotExist):
        bring(cast.liaison, second, case=second.cases.get())
    with pytest.raises(Refused, match="这个病例不是这位患者的，请重新选择。"):
        bring(cast.clerk, person, case=second.cases.get())


@pytest.mark.django_db
def test_a_withdrawn_paper_is_the_bureaus_alone(cast, person):
    proof = bring(cast.township, person)
    with pytest.raises(Refused, match="只能作废自己上传的材料；别人上传的，请告诉县卫健部门。"):
        withdraw_proof(by=cast.civil, proof=proof, reason="不是低保证")
    with pytest.raises(Refused, match="请写明作废的原因。"):
        withdraw_proof(by=cast.township, proof=proof, reason=" ")
    withdraw_proof(by=cast.township, proof=proof, reason="拍糊了")
    with pytest.raises(Refused, match="这份材料已经作废。请刷新后再看。"):
        withdraw_proof(by=cast.clerk, proof=proof, reason="拍糊了")
    with pytest.raises(Refused, match="这份材料已作废，由县卫健部门保存备查。"):
        open_proof(by=cast.township, proof=proof)
    assert open_proof(by=cast.lead, proof=proof) == papers.picture()
    event = CaseEvent.objects.filter(move="proof_withdrawn").get()
    assert (event.text, event.reason, event.by) == ("作废第 1 份材料（贫困证明）", "拍糊了", cast.township)


@pytest.mark.django_db
def test_the_database_holds_no_half_withdrawn_paper(cast, person):
    proof = bring(cast.clerk, person)
    rows = Proof.objects.everywhere("test").filter(pk=proof.pk)
    with pytest.raises(IntegrityError, match="withdrawn_by_somebody_for_a_reason"), transaction.atomic():
        rows.update(withdrawn_reason="没有写是谁")
