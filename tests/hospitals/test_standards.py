"""救治标准: the list by disease, kept by the city with files that were looked into, and the shipped list of annex 7."""

import datetime
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hospitals import standards
from hospitals.models import Standard
from hospitals.shipped_standards import load_standards
from hospitals.standards import add_standard, change_standard, facts_of
from ledger.actions.refusals import Refused
from ledger.models import Disease, Division
from ledger.models.division import Level
from tests.hospitals.kept_standards import kept_pathway, kept_standard
from tests.ledger.desks import client_of
from tests.ledger.kept_desk import day, errors, hidden, noted, summary
from tests.ledger.paper_files import pdf, picture
from tests.ledger.test_coverage_pages import colleague
from tests.racing import Race, at_once, said

pytestmark = pytest.mark.django_db
LIST, NEW = "/hospitals/standards/", "/hospitals/standards/new/"


def brought(content: bytes | None = None, name: str = "桂卫发3号.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf() if content is None else content)


def typed(cast, *codes: str, **changes) -> dict:
    data = {
        "kind": "document", "number": "桂卫发〔2017〕3号", "title": "关于印发广西健康扶贫攻坚行动计划的通知", "issuer": "自治区卫生计生委",
        "issued_on": "2017.1.20", "diseases": [cast.disease(code).pk for code in codes or ("cataract",)],
    }  # fmt: skip
    return data | changes


# ---- the city keeps them ----


def test_the_city_adds_one_with_its_file_and_everybody_opens_it(cast):
    desk, content = client_of(cast.city), pdf(2)
    answer = desk.post(NEW, typed(cast, "cataract", "gastric-cancer") | {"file": brought(content)}, follow=True)
    assert "已添加《关于印发广西健康扶贫攻坚行动计划的通知》（桂卫发〔2017〕3号）。" in answer.content.decode()
    made = Standard.objects.get()
    assert (made.kind, made.issuer, made.issued_on, made.file_name, made.media_type, made.size) == (
        "document", "自治区卫生计生委", day("01-20"), "桂卫发3号.pdf", "application/pdf", len(content),
    )  # fmt: skip
    assert noted("standard") == [
        (
            "《关于印发广西健康扶贫攻坚行动计划的通知》（桂卫发〔2017〕3号）",
            "新增文件，适用胃癌、白内障，文件 桂卫发3号.pdf",
            "桂卫发〔2017〕3号",
        )
    ]
    address = reverse("hospitals:standard-file", args=[made.pk])
    for who in ("township", "liaison", "clerk2", "insurance"):
        client = client_of(getattr(cast, who))
        page = client.get(LIST, {"disease": "gastric-cancer"}).content.decode()
        assert f'<a href="{address}" target="_blank"' in page and "修改</a>" not in page and NEW not in page
        opened = client.get(address)
        assert (opened.content, opened["Content-Type"], opened["X-Content-Type-Options"]) == (content, "application/pdf", "nosniff")
        assert opened["Content-Disposition"].startswith("inline") and "default-src 'none'" in opened["Content-Security-Policy"]
    assert client.get(address, {"download": ""})["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"title": " "}, "请填写名称。"),
    ({"number": "=1+1"}, "文号以“=”开头，可能是公式。请改正。"),
    ({"issued_on": "2017-10-21"}, "发文日期 2017-10-21 晚于今天，请改正。"),
    ({"diseases": []}, "请至少选择一个病种。"),
    ({"kind": "law"}, "种类不在可选范围，请重新选择。"),
    ({"file": ("说明.pdf", b"MZ\x90\x00 not a paper")}, "这不是 PDF、JPG 或 PNG 文件（看的是内容，不是文件名）。请扫描成 PDF，或拍成照片再上传。"),
    ({"file": ("通知.pdf", picture("PNG"))}, "文件名是“通知.pdf”，内容却是 PNG 图片。请核对是不是选错了文件。"),
    ({"file": ("通知.docx", pdf())}, "文件名是“通知.docx”，内容却是 PDF。请核对是不是选错了文件。"),
    ({"file": ("通知.pdf", pdf(password="x"))}, "这个 PDF 设了密码。请去掉密码，另存后再上传。"),
    ({"file": ("通知.pdf", b"")}, "文件是空的，请重新选择。"),
])  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(cast, changes, sentence):
    sent = typed(cast) | changes
    if "file" in changes:
        sent["file"] = brought(changes["file"][1], changes["file"][0])
    answer = client_of(cast.city).post(NEW, sent)
    assert answer.status_code == 422 and errors(answer) == [sentence]
    assert not Standard.objects.exists() and noted("standard") == []
    assert 'value="自治区卫生计生委"' in answer.content.decode()


def test_a_file_that_is_too_large_is_refused(cast):
    from ledger.papers.reading import MEGABYTE

    answer = client_of(cast.city).post(NEW, typed(cast) | {"file": brought(b"%PDF-" + b"0" * (10 * MEGABYTE + 1))})
    assert errors(answer) == ["文件超过 10 MB。请用扫描软件压缩，或分成几份登记。"]


def test_it_is_changed_with_what_was_there_told(cast):
    made, desk = kept_standard(cast), client_of(cast.city)
    address = reverse("hospitals:standard-edit", args=[made.pk])
    from html import unescape

    page = desk.get(address)
    seen = unescape(hidden(page, "seen"))
    assert "现有文件：通知.pdf，不换就不用选。" in page.content.decode()
    same = typed(cast, seen=seen)
    assert summary(desk.post(address, same)) == "还没有保存，有 1 处要改：没有改动，不用保存。"
    other = same | {"issuer": "自治区卫生计生委等18部门", "diseases": [cast.disease("vsd").pk], "file": brought(name="新.pdf")}
    assert desk.post(address, other)["Location"] == LIST
    assert noted("standard")[-1][1] == (
        "发文机关：自治区卫生计生委 → 自治区卫生计生委等18部门；适用病种：白内障 → 室间隔缺损；文件：通知.pdf → 新.pdf"
    )
    late = desk.post(address, same | {"title": "别的名称"})
    assert summary(late) == "还没有保存，有 1 处要改：您打开之后，别人改过这份文件的资料。请看过现在的内容，再改。"
    kept_standard(cast, number="桂卫发〔2016〕1号", title="另一份")
    seen = repr(facts_of(Standard.objects.get(pk=made.pk)))
    taken = desk.post(address, typed(cast, number="桂卫发〔2016〕1号", title="另一份", seen=seen))
    assert errors(taken) == ["已有《另一份》（桂卫发〔2016〕1号）。请打开它修改。"]


def test_one_that_ended_leaves_the_list_and_may_be_taken_up_again(cast):
    made, desk = kept_standard(cast), client_of(cast.city)
    address = reverse("hospitals:standard-end", args=[made.pk])
    assert errors(desk.post(address, {"last_day": "2017-01-19", "document": "令"})) == [
        "最后一天 2017-01-19 早于发文日期 2017-01-20，请改正。"
    ]
    assert desk.post(address, {"last_day": "2017-10-19", "document": "桂卫发〔2017〕30号"})["Location"] == LIST
    assert "还没有登记救治标准。" in client_of(cast.clerk).get(LIST).content.decode()
    page = client_of(cast.clerk).get(LIST, {"ended": "1"}).content.decode()
    assert "已停用</span>" in page
    assert desk.post(address, {"document": "桂卫发〔2017〕31号"})["Location"] == LIST
    assert [text for _, text, _ in noted("standard")] == ["到 2017-10-19 为止", "恢复使用"]
    assert "桂卫发〔2017〕3号" in client_of(cast.clerk).get(LIST).content.decode()


def test_only_the_city_keeps_them_and_another_prefectures_are_not_there(cast):
    with pytest.raises(Refused, match="救治标准由市级维护。"):
        add_standard(by=cast.lead, facts=facts_of(kept_standard(cast)))
    other = Division.objects.create(code="450300", name="桂林市", level=Level.PREFECTURE)
    foreign = kept_standard(cast, number="桂林〔2017〕1号", prefecture=other)
    desk = client_of(cast.city)
    for name in ("edit", "end", "file"):
        assert desk.get(reverse(f"hospitals:standard-{name}", args=[foreign.pk])).status_code == 404
    assert "桂林〔2017〕1号" not in desk.get(LIST).content.decode()


def test_what_was_changed_behind_the_pages_is_not_shown(cast):
    made = kept_standard(cast)
    Standard.objects.filter(pk=made.pk).update(content=b"%PDF-other")
    answer = client_of(cast.clerk).get(reverse("hospitals:standard-file", args=[made.pk]))
    assert answer.status_code == 409 and "这份文件和上传时不一样了，不能打开。请市级重新上传。" in answer.content.decode()
    bare = Standard.objects.create(prefecture=cast.prefecture, number="〔2016〕9号", title="没有文件的")
    assert client_of(cast.clerk).get(reverse("hospitals:standard-file", args=[bare.pk])).status_code == 404


# ---- the list, and what leads to it ----


def test_a_disease_shows_its_own_and_the_coverage_leads_there(cast):
    kept_standard(cast, "cataract", "gastric-cancer")
    kept_pathway(cast)
    desk = client_of(cast.clerk)
    page = desk.get(LIST)
    assert [(str(disease), [row.title for row in rows]) for disease, rows in page.context["groups"]] == [
        ("胃癌", ["关于印发广西健康扶贫攻坚行动计划的通知"]),
        ("白内障", ["关于印发广西健康扶贫攻坚行动计划的通知", "老年性白内障临床路径"]),
    ]
    one = desk.get(LIST, {"disease": "gastric-cancer"})
    assert [str(disease) for disease, _ in one.context["groups"]] == ["胃癌"]
    assert "室间隔缺损还没有登记救治标准。" in desk.get(LIST, {"disease": "vsd"}).content.decode()
    assert f'href="{LIST}?disease=cataract"' in desk.get(reverse("ledger:coverage")).content.decode()
    assert f'href="{LIST}"' in desk.get(reverse("policies:list")).content.decode()


def test_the_list_costs_the_same_however_long(cast):
    desk = client_of(cast.clerk)
    kept_standard(cast)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.get(LIST)
        return len(queries)

    asked()  # The first page of a sitting is written down.
    before = asked()
    for number in range(5):
        kept_standard(cast, "cataract", "gastric-cancer", "vsd", number=f"〔2017〕{number}号")
    assert asked() == before


def test_the_shipped_list_is_annex_7_and_leaves_what_is_there(cast):
    diseases = {disease.code: disease for disease in Disease.objects.all()}
    kept_standard(cast, number="桂卫农卫〔2011〕71号", title="关于开展提高宫颈癌等重大疾病医疗保障水平工作的通知", issuer="市里改过的")
    assert load_standards(cast.prefecture, diseases) == 8
    assert load_standards(cast.prefecture, diseases) == 0

    def numbers(code: str) -> list[str]:
        return sorted(diseases[code].standards.values_list("number", flat=True))

    assert numbers("vsd") == numbers("all") == ["桂卫农卫〔2011〕15号", "桂卫农卫〔2012〕1号", "桂卫发〔2017〕3号", "桂政办发〔2015〕124号"]
    assert numbers("rectal-cancer") == ["桂卫发〔2017〕3号", "桂卫基卫〔2012〕23号", "桂卫基卫〔2013〕14号", "桂政办发〔2015〕124号"]
    assert numbers("end-stage-renal-disease") == ["桂卫发〔2017〕3号", "桂政办发〔2015〕124号"]  # The third is the city's own by now.
    assert Standard.objects.get(number="桂卫农卫〔2011〕71号").issuer == "市里改过的"
    assert numbers("cataract") == sorted(["桂卫医发〔2016〕47号", "桂财社〔2016〕163号", "桂卫发〔2017〕3号", "桂卫农卫〔2011〕71号"])


def test_the_command_loads_them_for_a_city(cast, capsys):
    call_command("load_standards", "--city", "450200")
    assert capsys.readouterr().out == "柳州市：装入 9 份救治标准文件。\n"
    with pytest.raises(CommandError, match="没有代码为 999999 的市"):
        call_command("load_standards", "--city", "999999")


# ---- two officials at once ----


@pytest.mark.django_db(transaction=True)
def test_two_officials_at_once_add_one_document(cast):
    second = colleague(cast)
    facts = standards.StandardFacts("document", "〔2017〕8号", "通知", "", datetime.date(2017, 5, 1), (cast.disease("cataract").pk,))
    answers = at_once(lambda: add_standard(by=cast.city, facts=facts), lambda: add_standard(by=second, facts=facts))
    assert said(answers) == ["done", "已有《通知》（〔2017〕8号）。请打开它修改。"]
    assert Standard.objects.count() == 1


def both_change(cast) -> list:
    """Two officials who opened the same page; both look before either writes, where nothing holds them."""
    made, second = kept_standard(cast), colleague(cast)
    seen, stands = repr(facts_of(made)), facts_of(made)
    race = Race()
    with race.before(standards, "_keep_file"):
        return race.run(
            lambda: change_standard(by=cast.city, standard=made, seen=seen, facts=replace(stands, issuer="甲")),
            lambda: change_standard(by=second, standard=made, seen=seen, facts=replace(stands, issuer="乙")),
        )


@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_changes_sees_the_first(cast):
    assert said(both_change(cast)) == ["done", "您打开之后，别人改过这份文件的资料。请看过现在的内容，再改。"]
    assert Standard.objects.get().issuer == "甲"


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_first_change_is_lost(cast, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
    assert said(both_change(cast)) == ["done", "done"]
    assert Standard.objects.get().issuer == "乙"
