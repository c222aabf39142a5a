"""The pages of proofs: bringing files by the browser, opening one, striking one, and bodies that are too large."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ledger import upload_memory
from ledger.actions.proofs import Brought, add_proofs
from ledger.models import AuditEvent, Proof
from tests.ledger import paper_files as papers
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(cast):
    return cast.register("韦桂兰")


def page(name: str, person, *more) -> str:
    return reverse(f"ledger:{name}", args=[person.pk, *more])


def file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def kept(cast, person, content: bytes | None = None, *, by=None, **told) -> Proof:
    told.setdefault("kind", "poverty")
    return add_proofs(by=by or cast.clerk, person=person, files=[Brought("证明.jpg", content or papers.picture())], **told)[0]


def test_two_files_at_once_and_the_panel_that_shows_them(cast, person):
    client = client_of(cast.township)
    typed = {
        "kind": "diagnosis",
        "case": person.cases.get().pk,
        "files": [file("诊断.jpg", papers.picture()), file("诊断.pdf", papers.pdf())],
    }
    answer = client.post(page("proof-add", person), typed, follow=True)
    assert answer.redirect_chain == [(page("person", person), 302)]
    assert "已保存诊断证明 2 份。" in answer.content.decode()
    panel = client.get(page("proofs", person), headers={"HX-Request": "true"}).content.decode()
    assert panel.count("诊断证明</a>") == 2 and "2 份" in panel and "诊断.pdf" in panel and "白内障" in panel
    assert "<html" not in panel
    assert "<html" in client.get(page("proofs", person)).content.decode()


def test_a_paper_is_shown_as_what_it_is_and_may_do_nothing(cast, person):
    for number, (content, media_type) in enumerate(
        [(papers.picture(), "image/jpeg"), (papers.picture("PNG"), "image/png"), (papers.pdf(), "application/pdf")], start=1
    ):
        kept(cast, person, content)
        answer = client_of(cast.clerk).get(page("proof", person, number))
        assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, content, media_type)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "no-store, private"
        assert "default-src 'none'" in answer["Content-Security-Policy"] and "script-src" not in answer["Content-Security-Policy"]
        assert ("sandbox" in answer["Content-Security-Policy"]) == (media_type != "application/pdf")
        assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''") and answer["X-Frame-Options"] == "DENY"
    assert AuditEvent.objects.filter(action="viewed_proof", username=cast.clerk.username).count() == 3


def test_a_paper_of_another_person_county_or_case_is_not_there(cast, person):
    kept(cast, person)
    other = cast.register("覃水莲")
    assert client_of(cast.clerk).get(page("proof", other, 1)).status_code == 404
    assert client_of(cast.clerk).get(page("proof", person, 2)).status_code == 404
    assert client_of(cast.clerk).get(page("proof", person, 99999999999)).status_code == 404
    assert client_of(cast.clerk2).get(page("proof", person, 1)).status_code == 404
    assert client_of(cast.liaison).get(page("proof", person, 1)).status_code == 404  # No case at the hospital.
    cast.treat(person)
    kept(cast, person, papers.pdf(), kind="other")
    assert client_of(cast.liaison).get(page("proof", person, 1)).status_code == 200
    assert client_of(cast.liaison).get(page("proof", person, 2)).status_code == 404
    assert "其他证明" not in client_of(cast.liaison).get(page("proofs", person)).content.decode()


def test_a_refused_file_is_said_beside_the_field_and_nothing_is_kept(cast, person):
    client, address = client_of(cast.clerk), page("proof-add", person)
    answer = client.post(address, {"kind": "poverty", "files": [file("证明.pdf", papers.picture()[:80])]})
    assert answer.status_code == 422
    assert answer.context["form"].errors["files"] == ["这张图片打不开，可能没有传完整。请重新拍照或另存后再上传。"]
    answer = client.post(address, {"kind": "", "files": []})
    assert answer.context["form"].errors == {"kind": ["请选择种类。"], "files": ["请选择文件。"]}
    answer = client.post(address, {"kind": "poverty", "files": [file("空.pdf", b"")]})
    assert answer.context["form"].errors["files"] == ["文件是空的，请重新选择。"]
    answer = client.post(address, {"kind": "poverty", "files": [file("照片.jpg", papers.picture()), file("空.pdf", b"")]})
    assert answer.context["form"].errors["files"] == ["“空.pdf”是空的，请重新选择。"]
    answer = client.post(address, {"kind": "poverty", "files": [file("大.jpg", b"\xff\xd8\xff" + b"0" * 6 * 1024 * 1024)]})
    assert answer.context["form"].errors["files"] == ["“大.jpg”超过 5 MB。请把照片缩小，或分几个文件扫描后再上传。"]
    answer = client.post(
        address, {"kind": "poverty", "files": [file(f"{n}.jpg", papers.picture(colour=(n * 30, n * 30, 0))) for n in range(7)]}
    )
    assert answer.context["form"].errors["files"] == ["一次最多上传 6 个文件，请分次上传。"]
    answer = client.post(
        address, {"kind": "poverty", "case": cast.register("覃水莲").cases.get().pk, "files": [file("a.jpg", papers.picture())]}
    )
    assert answer.context["form"].errors["case"] == ["归到不在可选范围，请重新选择。"]
    assert not Proof.objects.everywhere("test").exists()


def test_a_picture_called_pdf_is_kept_as_the_picture_it_is(cast, person):
    client_of(cast.clerk).post(page("proof-add", person), {"kind": "poverty", "files": [file("证明.pdf", papers.picture("PNG"))]})
    assert client_of(cast.clerk).get(page("proof", person, 1))["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("=cmd|x.jpg", "=cmd|x.jpg"),
        ("<b onload=alert(1)>.jpg", "&lt;b onload=alert(1)&gt;.jpg"),
        ("单据\u202egpj.exe.jpg", "单据gpj.exe.jpg"),
    ],
)
def test_a_hostile_name_is_only_shown(cast, person, name, shown):
    client = client_of(cast.clerk)
    client.post(page("proof-add", person), {"kind": "poverty", "files": [file(name, papers.picture())]})
    assert f"<bdi>{shown}</bdi>" in client.get(page("proofs", person)).content.decode()
    assert "utf-8''%E8%AF%81%E6%98%8E%E6%9D%90%E6%96%991.jpg" in client.get(page("proof", person, 1))["Content-Disposition"]


def test_a_withdrawn_paper_is_struck_with_its_reason(cast, person):
    kept(cast, person, by=cast.township)
    client = client_of(cast.township)
    assert client.post(page("proof-withdraw", person, 1), {"reason": ""}).context["form"].errors["reason"] == ["请填写作废原因。"]
    answer = client_of(cast.civil).post(page("proof-withdraw", person, 1), {"reason": "不对"}, follow=True)
    assert "只能作废自己上传的材料；别人上传的，请告诉县卫健部门。" in answer.content.decode()
    answer = client.post(page("proof-withdraw", person, 1), {"reason": "拍糊了"}, follow=True)
    assert "第 1 份材料已作废。" in answer.content.decode()
    panel = client.get(page("proofs", person)).content.decode()
    assert "<del>贫困证明</del>" in panel and "罗小梅：拍糊了" in panel and page("proof", person, 1) + '"' not in panel
    assert "这份材料已作废，由县卫健部门保存备查。" in client.get(page("proof", person, 1), follow=True).content.decode()
    assert client_of(cast.lead).get(page("proof", person, 1)).status_code == 200


def test_a_damaged_paper_says_so(cast, person):
    proof = kept(cast, person)
    Proof.objects.everywhere("test").filter(pk=proof.pk).update(content=b"aesgcm1:broken")
    answer = client_of(cast.clerk).get(page("proof", person, 1))
    assert (answer.status_code, "这份材料和上传时不一样了" in answer.content.decode()) == (409, True)


def test_the_list_asks_as_many_questions_for_one_paper_as_for_five(cast, person, django_assert_max_num_queries):
    client = client_of(cast.clerk)
    kept(cast, person, papers.picture(colour=(0, 0, 0)))
    client.get(page("proofs", person))
    with django_assert_max_num_queries(40) as one:
        client.get(page("proofs", person))
    for number in range(1, 5):
        kept(cast, person, papers.picture(colour=(number * 50, 0, 0)), case=person.cases.get())
    with django_assert_max_num_queries(len(one)) as five:
        client.get(page("proofs", person))
    assert len(five) == len(one)
    assert not any('"ledger_proof"."content"' in query["sql"] for query in five.captured_queries)


# ---- nothing personal in a folder on the way; bodies that are too large ----


def test_no_upload_is_laid_down_in_a_folder(cast, person, monkeypatch):
    import tempfile

    def never(*args, **told):
        raise AssertionError("something was written to a folder")

    for name in ("NamedTemporaryFile", "TemporaryFile", "mkstemp", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, name, never)
    files = [file(f"{n}.jpg", papers.picture("PNG", size=(900, 900), colour=(n * 30, n * 30, 0)) + b"" * n) for n in range(3)]
    assert client_of(cast.clerk).post(page("proof-add", person), {"kind": "poverty", "files": files}).status_code == 302
    answer = client_of(cast.clerk).post(page("proof-add", person), {"kind": "poverty", "files": [file("大.jpg", b"0" * 9 * 1024 * 1024)]})
    assert answer.status_code == 422


def test_what_does_not_fit_into_memory_is_counted_and_not_kept(cast, person, monkeypatch):
    monkeypatch.setattr(upload_memory, "MEGABYTES", 1)
    fine = file("好.jpg", papers.picture())
    answer = client_of(cast.clerk).post(
        page("proof-add", person), {"kind": "poverty", "files": [fine, file("大.jpg", b"\xff\xd8\xff" + b"0" * 2 * 1024 * 1024)]}
    )
    assert answer.context["form"].errors["files"] == ["“大.jpg”超过 5 MB。请把照片缩小，或分几个文件扫描后再上传。"]
    answer = client_of(cast.clerk).post(reverse("ledger:people-import"), {"layout": "f2", "file": file("名单.csv", b"0" * 2 * 1024 * 1024)})
    assert answer.context["form"].errors["file"] == ["文件超过 10 MB。请拆成几个文件，分次导入。"]


def test_a_body_too_large_for_any_page_gets_a_sentence(cast, person):
    client = Client(raise_request_exception=False)
    client.force_login(cast.clerk)
    for answer in (
        client.post(page("proof-add", person), {"kind": "长" * 3 * 1024 * 1024}),
        client.post(page("proof-add", person), {f"x{n}": "1" for n in range(1500)}),
        client.post(page("proof-add", person), {"files": [file(f"{n}.jpg", b"0") for n in range(101)]}),
        client.generic("POST", page("proof-add", person), io.BytesIO(b"--x\r\n").read(), content_type="multipart/form-data; boundary="),
    ):
        assert answer.status_code == 400
        assert "送来的内容太多或者不完整，没有保存。请返回上一页，减少内容或换小一些的文件再提交。" in answer.content.decode()


def test_a_request_by_another_name_of_the_machine_gets_a_sentence(settings):
    answer = Client(raise_request_exception=False).get("/", headers={"Host": "elsewhere.invalid"})
    assert (answer.status_code, "这个请求看不懂，没有保存。请从平时的网址打开，再试一次。" in answer.content.decode()) == (400, True)


def test_no_other_way_to_a_folder_is_set(settings):
    assert settings.FILE_UPLOAD_HANDLERS == ["ledger.upload_memory.InMemory"]
    source = Path(upload_memory.__file__).read_text(encoding="utf-8")
    assert "tempfile" not in source and "Temporary" not in source
