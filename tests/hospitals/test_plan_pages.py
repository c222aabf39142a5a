"""The pages of treatment plans that others read: the county's answer line by line, the person's page, the signed page, and who may see what."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hospitals import planning
from ledger.models import Proof
from tests.hospitals.plan_desk import other_liaison
from tests.hospitals.plans import accepted, drafted, events, filed, fresh, plan_of, waiting
from tests.ledger.desks import client_of, text_of
from tests.ledger.paper_files import pdf, pdf_with_javascript, picture

pytestmark = pytest.mark.django_db


# ---- looking and answering ----


def test_the_county_returns_with_a_remark_beside_the_line(cast):
    case = waiting(cast)
    plan = filed(cast, case)
    client, address = client_of(cast.clerk), reverse("hospitals:plan-answer", args=[plan.pk])
    assert client.get(address).status_code == 200
    assert "请按“同意方案”或“退回修改”。" in text_of(client.post(address, {}))
    both = client.post(address, {"remark-drugs": "请写明用法用量", "accept": ""})
    assert (
        both.status_code == 422 and "写了意见的请按“退回修改”；同意的请先清空意见。" in text_of(both) and "请写明用法用量" in text_of(both)
    )
    none = client.post(address, {"return": ""})
    assert none.status_code == 422 and 'id="id_remark-whole-e">请至少在一处写明要改什么，医院会看到。' in text_of(none)
    answer = client.post(address, {"remark-drugs": "请写明用法用量", "return": ""}, follow=True)
    assert "已退回医院修改。" in text_of(answer) and "县里意见：请写明用法用量" in text_of(answer)
    assert plan_of(case, 1).remarks == {"drugs": "请写明用法用量"}


def test_the_county_accepts_and_sees_what_an_amendment_changes(cast):
    case = waiting(cast)
    plan = filed(cast, case)
    client = client_of(cast.lead)
    answer = client.post(reverse("hospitals:plan-answer", args=[plan.pk]), {"accept": ""}, follow=True)
    assert "已同意第 1 版方案。" in text_of(answer) and fresh(case).state == "planned"
    second = filed(cast, fresh(case), department="眼二科", reason="眼科没有床位")
    text = text_of(client.get(reverse("hospitals:plan-answer", args=[second.pk])))
    assert "和第 1 版不同" in text and "上一版：眼科" in text and "修订原因：眼科没有床位。" in text
    late = client.post(reverse("hospitals:plan-answer", args=[plan.pk]), {"accept": ""}, follow=True)
    assert "这份方案现在是“已同意”，不用答复。" in text_of(late)


def test_a_draft_is_not_there_for_the_county_nor_anything_for_strangers(cast):
    case = waiting(cast)
    draft = drafted(cast, case)
    pages = [reverse(f"hospitals:plan-{name}", args=[draft.pk]) for name in ("version", "answer", "attach", "print")]
    assert [client_of(cast.clerk).get(page).status_code for page in pages] == [404] * 4
    filed(cast, case)
    assert [client_of(cast.clerk).get(page).status_code for page in pages] == [200] * 4
    for stranger in (cast.clerk2, other_liaison(cast)):
        assert {client_of(stranger).get(page).status_code for page in (pages[0], pages[3])} == {404}


def test_the_persons_page_offers_each_side_its_step(cast):
    case = waiting(cast)
    address = reverse("ledger:person", args=[case.person_id])

    def steps(staff) -> list[tuple]:
        (progress,) = client_of(staff).get(address).context["progress"]
        return [(step.words, step.forward) for step in progress.steps]

    assert steps(cast.liaison)[0] == ("填写诊疗方案", True)
    assert ("方案已在纸上定好", False) in steps(cast.clerk) and not any(forward for _, forward in steps(cast.clerk))
    assert "下一步：由柳城县人民医院填写诊疗方案，县卫健部门答复。" in text_of(client_of(cast.clerk).get(address))
    plan = filed(cast, case)
    assert steps(cast.clerk)[0] == ("审核诊疗方案", True) and steps(cast.liaison)[0] == ("查看上报的方案", False)
    planning.return_plan(by=cast.clerk, plan=plan, remarks={"": "请补"})
    assert steps(cast.liaison)[0] == ("按意见修改方案", True)
    drafted(cast, case)
    assert steps(cast.liaison)[0] == ("继续填写方案", True)


def test_the_panel_tells_every_version(cast):
    case = waiting(cast)
    accepted(cast, case)
    address = reverse("hospitals:plans-of", args=[case.person_id])
    panel = text_of(client_of(cast.city).get(address, headers={"HX-Request": "true"}))
    assert "<html" not in panel and "第 1 版" in panel and "已同意" in panel and "6,000.00" in panel
    assert client_of(cast.clerk2).get(address).status_code == 404


# ---- the signed page ----


def bring(cast, plan, name: str, content: bytes):
    upload = SimpleUploadedFile(name, content)
    return client_of(cast.liaison).post(reverse("hospitals:plan-attach", args=[plan.pk]), {"file": upload}, follow=True)


def test_the_signed_page_is_kept_with_the_case_and_opened_through_it(cast):
    case = waiting(cast)
    plan = accepted(cast, case)
    assert "签字盖章页已保存。" in text_of(bring(cast, plan, "方案.pdf", pdf()))
    proof = Proof.objects.everywhere("test").defer("content").get()
    assert (proof.kind, proof.case, plan_of(case, 1).signed) == ("plan", case, proof)
    paper = reverse("ledger:proof", args=[case.person_id, proof.number])
    assert paper in text_of(client_of(cast.clerk).get(reverse("hospitals:plan-version", args=[plan.pk])))
    assert client_of(cast.clerk).get(paper).status_code == 200
    assert {client_of(staff).get(paper).status_code for staff in (cast.clerk2, other_liaison(cast))} == {404}
    assert events(case.person, "proof_added") == [("proof_added", "上传诊疗方案签字页 1 份（第 1 份），白内障", "")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("方案.pdf", b"MZ\x90 not a paper"),
        ("方案.pdf", pdf_with_javascript()),
        ("方案.jpg", b"<html>"),
        ("方案.pdf", picture()),
        ("方案.png", pdf()),
    ],
)
def test_a_paper_that_is_not_what_its_name_says_is_refused(cast, name, content):
    plan = accepted(cast, waiting(cast))
    answer = bring(cast, plan, name, content)
    assert answer.status_code == 422 and 'id="id_file-e"' in text_of(answer)
    assert not Proof.objects.everywhere("test").exists() and plan_of(plan.case, 1).signed is None


def test_nothing_is_attached_to_what_is_not_agreed(cast):
    plan = filed(cast, waiting(cast))
    assert (
        "县里同意以后再上传签字盖章页。" in text_of(bring(cast, plan, "方案.pdf", pdf())) or not Proof.objects.everywhere("test").exists()
    )
    assert not Proof.objects.everywhere("test").exists()
