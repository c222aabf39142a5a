"""Writing a treatment plan: what is filled in, how a tired hand types it, errors beside their lines, two tabs, and the hospital's phrases."""

import pytest
from django.urls import reverse

from hospitals import planning
from hospitals.models import PlanPhrase, Standard
from hospitals.plan_phrases import MOST, keep_phrase
from ledger.money import to_yuan
from tests.hospitals.plan_desk import other_liaison, write_address
from tests.hospitals.plans import D, accepted, drafted, filed, plan_of, plans_of, seen, typed, waiting
from tests.ledger.desks import client_of, text_of

pytestmark = pytest.mark.django_db


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
