"""The pages of treatment plans: the list by role, writing, answering line by line, the signed page, phrases, and who may see what."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hospitals import planning
from hospitals.designating import end_designation
from hospitals.models import PlanPhrase, Standard, TreatmentPlan
from hospitals.plan_list import PAGE, number_waiting
from hospitals.plan_phrases import MOST, keep_phrase
from ledger.actions.cases import return_case, verify_case
from ledger.models import AuditEvent, Holiday, Proof, Role, Staff
from ledger.money import to_yuan
from reports.work import listed_work
from tests.cast import on_day
from tests.hospitals.plans import D, accepted, drafted, events, filed, fresh, plan_of, plans_of, seen, typed, waiting
from tests.ledger.desks import client_of
from tests.ledger.paper_files import pdf, pdf_with_javascript, picture

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    return answer.content.decode()


def write_address(case) -> str:
    return reverse("hospitals:plan-write", args=[case.pk])


def other_liaison(cast) -> Staff:
    told = {"username": "liaison-9", "full_name": "龙秀梅", "role": Role.LIAISON, "area": cast.county}
    return Staff.objects.create(**told, hospital_code=cast.city_hospital.code, password="!", must_change_password=False)


# ---- the list ----


def listed(staff, tab: str = "") -> list[tuple]:
    answer = client_of(staff).get(reverse("hospitals:plan-list"), {"tab": tab} if tab else {})
    assert answer.status_code == 200
    return [(row["case"].person.name, str(row["since"]), row["days"], row["late"]) for row in answer.context["rows"]]


def test_the_liaison_sees_who_waits_for_its_hospital_and_how_long(cast):
    waiting(cast, "韦桂兰", on=D(2017, 10, 17))
    waiting(cast, "莫春兰", on=D(2017, 10, 11))
    written = waiting(cast, "石永福", on=D(2017, 10, 12))
    drafted(cast, written)
    cast.register("覃水莲")
    assert listed(cast.liaison) == [("莫春兰", "2017-10-11", 9, False), ("韦桂兰", "2017-10-17", 3, False)]
    assert listed(cast.liaison, "draft") == [("石永福", "2017-10-20", 0, False)]
    assert number_waiting(cast.liaison) == 2
    assert listed(cast.clerk, "waiting") == [
        ("莫春兰", "2017-10-11", 9, False),
        ("石永福", "2017-10-12", 8, False),
        ("韦桂兰", "2017-10-17", 3, False),
    ]
    assert listed(cast.clerk2, "waiting") == [] and listed(other_liaison(cast)) == []
    row = AuditEvent.objects.filter(action="viewed_list", staff=cast.liaison).order_by("pk").first()
    assert row.detail == {"list": "plans", "filters": ["待写方案"], "rows": 2}


def test_the_county_sees_what_waits_for_its_answer_longest_first(cast):
    for name, day in (("韦桂兰", 18), ("莫春兰", 16), ("石永福", 17)):
        filed(cast, waiting(cast, name), on=D(2017, 10, day))
    assert listed(cast.clerk) == [("莫春兰", "2017-10-16", 4, True), ("石永福", "2017-10-17", 3, False), ("韦桂兰", "2017-10-18", 2, False)]
    assert "超过 3 个工作日" in text_of(client_of(cast.lead).get(reverse("hospitals:plan-list")))
    assert (number_waiting(cast.clerk), number_waiting(cast.clerk2), number_waiting(cast.city)) == (3, 0, 0)
    assert [row[0] for row in listed(cast.city)] == ["莫春兰", "石永福", "韦桂兰"]


def test_the_list_costs_the_same_however_long(cast):
    def queries() -> int:
        client = client_of(cast.clerk)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("hospitals:plan-list")).status_code == 200
        return len(asked)

    filed(cast, waiting(cast))
    one = queries()
    for name in ("韦桂芳", "韦桂英", "韦桂梅"):
        filed(cast, waiting(cast, name))
    assert queries() == one


def test_the_list_goes_on_after_its_fiftieth_row(cast):
    case = waiting(cast)
    plan = filed(cast, case)
    people = [cast.register("韦桂兰", born_on=D(1950, 1, 1) + datetime.timedelta(days=number)) for number in range(PAGE)]
    rows = []
    for person in people:
        one = person.cases.get()
        told = {name: getattr(plan, name) for name in ("hospital", "version", "state", "written_at", "written_by", "filed_at", "filed_by")}
        rows.append(TreatmentPlan(case=one, **told))
    TreatmentPlan.objects.bulk_create(rows)
    client, address = client_of(cast.clerk), reverse("hospitals:plan-list")
    first = client.get(address)
    rest = client.get(address, {"tab": "filed", "after": first.context["more"]})
    assert (len(first.context["rows"]), len(rest.context["rows"]), rest.context["more"]) == (50, 1, "")


def test_a_hospital_whose_plan_would_be_refused_is_not_asked_for_one(cast):
    case = waiting(cast)
    assert [row[0] for row in listed(cast.liaison, "waiting")] == ["韦桂兰"]
    for designation in cast.hospital.designations.filter(disease=case.disease):
        end_designation(by=cast.city, designation=designation, last_day=D(2017, 10, 19), document="柳卫发〔2017〕9号")
    assert listed(cast.liaison, "waiting") == listed(cast.clerk, "waiting") == []
    answer = client_of(cast.liaison).get(write_address(case), follow=True)
    assert "柳城县人民医院不是柳城县 2017 年白内障的定点医院。请县卫健部门另选定点医院。" in text_of(answer)


# ---- three working days ----


def first_work(staff) -> tuple:
    row = listed_work(staff)[0]
    return row.words, row.count, row.tone


def test_what_is_not_answered_in_three_working_days_stands_first_with_the_lead(cast):
    cast.register("覃水莲", on=D(2017, 10, 2))
    sent_back = cast.case_of(cast.register("蓝运来", on=D(2017, 10, 2)))
    return_case(by=cast.clerk, case=verify_case(by=cast.clerk, case=sent_back), reason="住址不对")
    filed(cast, waiting(cast), on=D(2017, 10, 16))
    with on_day(D(2017, 10, 19)):
        assert first_work(cast.lead) == ("退回补正", 1, "bad")
    assert first_work(cast.lead) == ("诊疗方案待答复", 1, "bad")  # The 17th, 18th and 19th have passed.
    assert first_work(cast.clerk) == ("退回补正", 1, "bad")
    page = text_of(client_of(cast.lead).get(reverse("reports:workbench")))
    assert page.index("诊疗方案待答复") < page.index("退回补正")


def test_a_holiday_of_the_city_is_no_working_day(cast):
    Holiday.objects.create(prefecture=cast.prefecture, day=D(2017, 10, 18), name="县庆日", document="放假通知")
    filed(cast, waiting(cast), on=D(2017, 10, 16))
    assert listed(cast.clerk)[0][3] is False
    with on_day(D(2017, 10, 23)):
        assert listed(cast.clerk)[0][3] is True


def test_the_liaison_is_led_to_what_was_returned_before_anything_else(cast):
    waiting(cast, "莫春兰")
    case = waiting(cast)
    planning.return_plan(by=cast.clerk, plan=filed(cast, case), remarks={"drugs": "请写明用法用量"})
    assert [(row.words, row.count) for row in listed_work(cast.liaison)] == [("诊疗方案退回修改", 1), ("待写诊疗方案", 1)]
    page = text_of(client_of(cast.liaison).get(reverse("reports:work-list"), {"kind": "plan-returned"}))
    assert write_address(case) in page and "白内障，第 1 版" in page


# ---- writing ----


def test_known_facts_are_filled_in(cast):
    accepted(cast, waiting(cast, "莫春兰"))
    case = waiting(cast)
    page = client_of(cast.liaison).get(write_address(case))
    text = text_of(page)
    assert "450222********" in text and "莫家兴（配偶）" in text and "139****0001" in text
    form = page.context["form"]
    known = {name: form[name].value() for name in ("diagnosis", "review_hospital", "department", "attending_doctor", "attending_phone")}
    assert known == {
        "diagnosis": "白内障", "review_hospital": "柳城县人民医院", "department": "眼科", "attending_doctor": "覃志刚", "attending_phone": "13907720815",
    }  # fmt: skip
    assert form["treatment"].value() is None and form["review_on"].value() is None


def test_a_plan_is_saved_and_filed_as_a_tired_hand_types_it(cast):
    case = waiting(cast)
    client = client_of(cast.liaison)
    sent = typed(
        review_on="2017.10.18",
        admission_on="2017年10月23号",
        discharge_on="２０１７－１０－２７",
        total_yuan="6,000元",
        in_policy_yuan="５２００",
    )
    answer = client.post(write_address(case), sent | {"seen": "new", "save": ""}, follow=True)
    assert "草稿已保存，县里还看不到。" in text_of(answer) and plans_of(case) == [(1, "draft")]
    answer = client.post(write_address(case), sent | {"seen": seen(cast, case), "file": ""}, follow=True)
    assert "第 1 版方案已上报，等县卫健部门答复。" in text_of(answer)
    plan = plan_of(case, 1)
    assert (plan.state, plan.admission_on, plan.discharge_on, plan.total_yuan, plan.in_policy_yuan) == (
        "filed", D(2017, 10, 23), D(2017, 10, 27), to_yuan(600000), to_yuan(520000),
    )  # fmt: skip
    assert (plan.attending_phone.reveal(), str(plan.attending_phone)) == ("13907720815", "139****0815")


@pytest.mark.parametrize(("changed", "sentence"), [
    ({"discharge_on": "2017-10-22"}, "计划出院时间 2017-10-22 早于计划入院时间 2017-10-23，请改其中一个。"),
    ({"treatment": ""}, "请填写治疗方案，再上报。"),
    ({"total_yuan": "-6000"}, "金额不能是负数，请核对。"),
    ({"in_policy_yuan": "6000.01"}, "政策范围内费用 6,000.01 元多于总费用 6,000.00 元，请改其中一个。"),
    ({"attending_phone": "1390772081"}, "手机号要 11 位，现在是 10 位。请核对后补齐。"),
    ({"admission_on": "十月"}, "日期请写成 2017-10-20 这样。"),
    ({"pathway": "999999"}, "临床路径不在可选范围，请重新选择。"),
])  # fmt: skip
def test_an_error_stands_beside_its_line_and_nothing_is_saved(cast, changed, sentence):
    case = waiting(cast)
    answer = client_of(cast.liaison).post(write_address(case), typed(**changed) | {"seen": "new", "file": ""})
    text = text_of(answer)
    (name,) = changed
    assert answer.status_code == 422 and f'id="id_{name}-e">{sentence}</div>' in text and "眼科" in text
    assert plans_of(case) == []


def test_a_phrase_is_added_to_what_stands_there_without_saving(cast):
    case = waiting(cast)
    keep_phrase(by=cast.liaison, disease=case.disease, field="treatment", text="白内障超声乳化吸除术")
    keep_phrase(by=cast.liaison, disease=case.disease, field="drugs", text="左氧氟沙星滴眼液")
    page = text_of(client_of(cast.liaison).get(write_address(case)))
    assert '<datalist id="phrases-drugs"><option value="左氧氟沙星滴眼液"></option></datalist>' in page and 'list="phrases-drugs"' in page
    answer = client_of(cast.liaison).post(write_address(case), typed(treatment="右眼手术") | {"seen": "new", "phrase": "treatment:0"})
    assert answer.status_code == 200 and answer.context["form"]["treatment"].value() == "右眼手术；白内障超声乳化吸除术"
    assert answer.context["form"]["department"].value() == "眼科" and plans_of(case) == []
    for odd in ("treatment:9", "treatment:x", "state:0", "treatment"):
        assert client_of(cast.liaison).post(write_address(case), {"phrase": odd}).status_code == 422
    filed(cast, case, drugs="左氧氟沙星滴眼液，每日 4 次")
    assert dict(PlanPhrase.objects.values_list("text", "times")) == {"白内障超声乳化吸除术": 0, "左氧氟沙星滴眼液": 1}


def test_the_pathways_of_the_disease_are_offered(cast):
    pathway = Standard.objects.create(
        prefecture=cast.prefecture, kind="pathway", number="卫办医政发〔2009〕1号", title="老年性白内障临床路径"
    )
    pathway.diseases.add(cast.disease("cataract"))
    other = Standard.objects.create(prefecture=cast.prefecture, kind="pathway", number="卫办医政发〔2009〕2号", title="胃癌临床路径")
    other.diseases.add(cast.disease("gastric-cancer"))
    case = waiting(cast)
    choices = client_of(cast.liaison).get(write_address(case)).context["form"]["pathway"].field.choices
    assert [label for _, label in choices] == ["不选", "老年性白内障临床路径"]
    client_of(cast.liaison).post(write_address(case), typed(pathway=str(pathway.pk)) | {"seen": "new", "file": ""})
    assert plan_of(case, 1).pathway == pathway


def test_two_tabs_do_not_write_over_each_other(cast):
    case = waiting(cast)
    client, mark = client_of(cast.liaison), seen(cast, case)
    client.post(write_address(case), typed() | {"seen": mark, "save": ""})
    answer = client.post(write_address(case), typed(department="眼二科") | {"seen": mark, "save": ""})
    assert answer.status_code == 422 and "您打开之后，这份方案已有变动。" in text_of(answer) and 'value="眼二科"' in text_of(answer)
    assert plan_of(case, 1).department == "眼科"


def test_what_was_returned_is_mended_with_the_remarks_beside_the_lines(cast):
    case = waiting(cast)
    planning.return_plan(by=cast.clerk, plan=filed(cast, case), remarks={"drugs": "请写明用法用量", "": "请附检查报告"})
    text = text_of(client_of(cast.liaison).get(write_address(case)))
    assert "县里意见：请写明用法用量" in text and "县卫健部门退回修改，共 2 处意见：请附检查报告" in text
    drafted(cast, case)
    assert "县里意见：请写明用法用量" in text_of(client_of(cast.liaison).get(write_address(case)))
    second = filed(cast, case, drugs="左氧氟沙星滴眼液，每日 4 次")
    answered = text_of(client_of(cast.clerk).get(reverse("hospitals:plan-answer", args=[second.pk])))  # The county sees what it asked for.
    assert "上一版的意见：请写明用法用量" in answered and "上一版的意见：请附检查报告" in answered


def test_there_is_nothing_to_write_where_it_is_not_this_hospitals_turn(cast):
    case = waiting(cast)
    plan = filed(cast, case)
    assert client_of(cast.liaison).get(write_address(case)).url == reverse("hospitals:plan-version", args=[plan.pk])
    assert client_of(other_liaison(cast)).get(write_address(case)).status_code == 404
    assert client_of(cast.clerk).get(write_address(case)).status_code in (403, 404)


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


# ---- phrases ----


def test_phrases_are_the_hospitals_own(cast):
    client, address = client_of(cast.liaison), reverse("hospitals:plan-phrases")
    sent = {"disease": "cataract", "field": "drugs", "text": "左氧氟沙星滴眼液"}
    assert "已存入白内障的常用语。" in text_of(client.post(address, sent, follow=True))
    again = client.post(address, sent)
    assert again.status_code == 422 and "这一句已经在常用语里，不用再存。" in text_of(again)
    number = client.post(address, sent | {"text": "联系 13907720815"})
    assert number.status_code == 422 and "常用语里不能有证号或手机号，请去掉。" in text_of(number)
    drop = reverse("hospitals:plan-phrase-drop", args=[PlanPhrase.objects.get().pk])
    assert client_of(other_liaison(cast)).post(drop).status_code == 404
    assert "已去掉这一句。" in text_of(client.post(drop, follow=True)) and not PlanPhrase.objects.exists()


def test_a_disease_has_a_bounded_number_of_phrases(cast):
    disease = cast.disease("cataract")
    PlanPhrase.objects.bulk_create(
        PlanPhrase(hospital=cast.hospital, disease=disease, field="drugs", text=f"药 {number}") for number in range(MOST)
    )
    sent = {"disease": "cataract", "field": "drugs", "text": "又一种药"}
    answer = client_of(cast.liaison).post(reverse("hospitals:plan-phrases"), sent)
    assert answer.status_code == 422 and "白内障的常用语最多 40 句。请先去掉不用的。" in text_of(answer)
