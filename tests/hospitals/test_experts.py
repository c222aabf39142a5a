"""专家组: groups with subgroups, one head each, kept by the city and by each county for itself, every change with its document."""

import pytest
from django.urls import reverse

from hospitals.consulting import ask, experts_of
from hospitals.experts import ExpertFacts, add_expert, add_group, change_expert, change_group, end_expert, end_group
from hospitals.models import Expert, ExpertGroup
from ledger.actions.cases import verify_case
from ledger.models import DataChange
from tests.hospitals.expert_groups import DOCUMENT, eye_group, member, refused
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db


def tumour_group(cast) -> tuple[ExpertGroup, ExpertGroup]:
    top = add_group(by=cast.city, parent=None, name="消化道肿瘤组", diseases=[cast.disease("gastric-cancer")], document=DOCUMENT)
    return top, add_group(by=cast.city, parent=top, name="手术组", diseases=[], document=DOCUMENT)


def changes() -> list[tuple[str, str, str]]:
    return list(DataChange.objects.filter(kind="expert").order_by("pk").values_list("subject", "text", "document"))


def test_a_group_with_a_subgroup_and_its_people_and_every_change_names_its_document(cast):
    top, surgery = tumour_group(cast)
    head = member(cast, top, "夏明远", heads=True)
    surgeon = member(cast, surgery, "韦天成")
    next_head = member(cast, surgery, "徐立新", heads=True)
    facts = ExpertFacts("韦天成", cast.city_hospital, "胃肠外科", "主任医师", "0772-2823113", True, None)
    changed = change_expert(by=cast.city, expert=surgeon, facts=facts, document="柳卫医〔2017〕51号")
    next_head.refresh_from_db()
    assert (changed.department, changed.phone.reveal(), changed.heads, next_head.heads) == ("胃肠外科", "0772-2823113", True, False)
    end_expert(by=cast.city, expert=head, document="柳卫医〔2017〕52号")
    assert [(one.name, one.heads) for one in top.experts.filter(ended_on=None)] == []
    assert [one.name for one in experts_of(top)] == ["韦天成", "徐立新"]  # The subgroup's, its head first.
    change_group(by=cast.city, group=surgery, name="外科组", diseases=[cast.disease("gastric-cancer")], document="柳卫医〔2017〕53号")
    assert changes() == [
        ("柳州市专家组：消化道肿瘤组", "成立，病种：胃癌", DOCUMENT),
        ("柳州市专家组：消化道肿瘤组·手术组", "成立", DOCUMENT),
        ("柳州市专家组：消化道肿瘤组", "组长加入：夏明远（柳州市工人医院眼科主任医师）", DOCUMENT),
        ("柳州市专家组：消化道肿瘤组·手术组", "成员加入：韦天成（柳州市工人医院眼科主任医师）", DOCUMENT),
        ("柳州市专家组：消化道肿瘤组·手术组", "组长加入：徐立新（柳州市工人医院眼科主任医师）", DOCUMENT),
        ("柳州市专家组：消化道肿瘤组·手术组", "韦天成改了科室、联系电话、组长，接替徐立新", "柳卫医〔2017〕51号"),
        ("柳州市专家组：消化道肿瘤组", "退出：夏明远（柳州市工人医院）", "柳卫医〔2017〕52号"),
        ("柳州市专家组：消化道肿瘤组·手术组", "名称：手术组 → 外科组；病种：无 → 胃癌", "柳卫医〔2017〕53号"),
    ]


def test_what_cannot_be_kept_is_said_in_a_sentence(cast):
    top, surgery = tumour_group(cast)
    expert = member(cast, surgery, "韦天成", staff=cast.expert)
    new = {"diseases": [], "document": DOCUMENT}
    assert refused(add_group, by=cast.city, parent=surgery, name="腔镜组", **new) == (
        "手术组已经是分组，不能再分。请加在消化道肿瘤组下。",
        "",
    )
    assert refused(add_group, by=cast.city, parent=None, name="消化道肿瘤组", **new) == (
        "已有“消化道肿瘤组”（撤销的也算）。请换一个名称。", "name"
    )  # fmt: skip
    assert refused(add_group, by=cast.city, parent=None, name="=1+1", **new) == ("“=1+1”以“=”开头，可能是公式。请改正。", "name")
    assert refused(add_group, by=cast.clerk, parent=top, name="化疗组", **new) == ("柳州市的专家组由柳州市卫健部门维护。", "")
    assert refused(add_group, by=cast.liaison, parent=None, name="化疗组", **new) == ("专家组由市、县卫健部门维护。", "")
    assert refused(add_group, by=cast.city, parent=None, name="化疗组", diseases=[], document=" ") == (
        "请写明依据的文件或文号。",
        "document",
    )
    assert refused(change_group, by=cast.city, group=top, name="消化道肿瘤组", diseases=[cast.disease("gastric-cancer")], document=DOCUMENT) == (
        "没有改动，不用保存。", ""
    )  # fmt: skip
    again = ExpertFacts("韦天成", cast.city_hospital, "眼科", "主任医师", "", False, None)
    assert refused(add_expert, by=cast.city, group=surgery, facts=again, document=DOCUMENT) == (
        "柳州市工人医院的韦天成已在手术组里。",
        "name",
    )
    other = ExpertFacts("徐立新", cast.hospital, "普外科", "主任医师", "", False, cast.expert)
    assert refused(add_expert, by=cast.city, group=surgery, facts=other, document=DOCUMENT) == ("这个账号已是手术组另一位成员的。", "staff")
    no_expert = ExpertFacts("徐立新", cast.hospital, "普外科", "主任医师", "", False, cast.liaison)
    assert refused(add_expert, by=cast.city, group=surgery, facts=no_expert, document=DOCUMENT) == (
        "这个账号不是本市的专家账号，请重新选择。", "staff"
    )  # fmt: skip
    assert refused(end_group, by=cast.city, group=top, document=DOCUMENT) == ("还有分组。请先撤销分组。", "")
    end_expert(by=cast.city, expert=expert, document=DOCUMENT)
    assert refused(end_expert, by=cast.city, expert=expert, document=DOCUMENT) == ("韦天成已在 2017-10-20 退出。", "")
    assert Expert.objects.filter(ended_on=None).count() == 0


def test_a_group_that_owes_an_answer_is_not_dissolved(cast):
    group = eye_group(cast)
    case = verify_case(by=cast.clerk, case=cast.case_of(cast.register("韦桂兰")))
    ask(by=cast.clerk, case=case, group=group, question="能否手术")
    assert refused(end_group, by=cast.city, group=group, document=DOCUMENT) == ("还有 1 件会诊没有答复。请先答复或取消，再撤销。", "")


def test_the_page_shows_the_city_and_the_own_county_and_lets_each_keep_its_own(cast, django_assert_max_num_queries):
    eye_group(cast)
    county = add_group(by=cast.lead, parent=None, name="县专家组", diseases=[], document="柳城卫计〔2017〕15号")
    member(cast, county, "覃立群", by=cast.clerk, phone="0772-7612345")
    page = client_of(cast.clerk).get(reverse("hospitals:experts")).content.decode()
    assert "柳州市　眼科组" in page and "柳城县　县专家组" in page and "0772-7612345" in page and "组长" in page and "总组长" not in page
    assert page.count("添加成员</a>") == 1  # Of the county's group only.
    other = client_of(cast.clerk2).get(reverse("hospitals:experts")).content.decode()
    assert "柳州市　眼科组" in other and "县专家组" not in other
    assert client_of(cast.city).get(reverse("hospitals:expert-group-edit", args=[county.pk])).status_code == 404
    assert client_of(cast.clerk2).get(reverse("hospitals:expert-new", args=[county.pk])).status_code == 404
    city = client_of(cast.city)
    with django_assert_max_num_queries(60) as few:
        city.get(reverse("hospitals:experts"))
    for number in range(8):
        group = add_group(by=cast.city, parent=None, name=f"第{number}组", diseases=[cast.disease("vsd")], document=DOCUMENT)
        member(cast, group, f"李{number}")
    with django_assert_max_num_queries(len(few)):
        city.get(reverse("hospitals:experts"))


def test_keeping_by_the_browser(cast):
    client = client_of(cast.city)
    answer = client.post(reverse("hospitals:expert-group-new"), {"name": "", "document": ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"name": ["请填写名称。"], "document": ["请填写依据的文号。"]}
    sent = {"name": "终末期肾病组", "diseases": [cast.disease("end-stage-renal-disease").pk], "document": DOCUMENT}
    assert "已成立终末期肾病组。请再添加成员。" in client.post(reverse("hospitals:expert-group-new"), sent, follow=True).content.decode()
    group = ExpertGroup.objects.get()
    page = client.get(reverse("hospitals:expert-group-new"), {"parent": group.pk}).content.decode()
    assert f'name="parent" value="{group.pk}"' in page and "添加分组" in page
    client.post(reverse("hospitals:expert-group-new"), {"name": "透析组", "document": DOCUMENT, "parent": group.pk})
    assert ExpertGroup.objects.get(name="透析组").parent == group
    sent = {
        "name": "黄慧敏",
        "hospital": cast.city_hospital.pk,
        "department": "肾内科",
        "title": "",
        "phone": "139077",
        "document": DOCUMENT,
    }
    answer = client.post(reverse("hospitals:expert-new", args=[group.pk]), sent)
    assert (
        answer.status_code == 422
        and set(answer.context["form"].errors) == {"title", "phone"}
        and 'value="黄慧敏"' in answer.content.decode()
    )
    sent |= {"title": "主任医师", "phone": "0772-7612345", "staff": cast.expert.pk, "heads": "on"}
    assert "黄慧敏已加入终末期肾病组。" in client.post(reverse("hospitals:expert-new", args=[group.pk]), sent, follow=True).content.decode()
    expert = Expert.objects.get()
    edit = reverse("hospitals:expert-edit", args=[expert.pk])
    assert 'value="07727612345"' in client.get(edit).content.decode()
    assert client.post(edit, sent).context["form"].errors == {"__all__": ["没有改动，不用保存。"]}
    assert "已保存黄慧敏。" in client.post(edit, sent | {"title": "副主任医师"}, follow=True).content.decode()
    gone = client.post(reverse("hospitals:expert-end", args=[expert.pk]), {"document": DOCUMENT}, follow=True).content.decode()
    assert "黄慧敏已退出终末期肾病组。" in gone
    client.post(reverse("hospitals:expert-group-end", args=[ExpertGroup.objects.get(name="透析组").pk]), {"document": DOCUMENT})
    assert (
        "已撤销终末期肾病组。"
        in client.post(reverse("hospitals:expert-group-end", args=[group.pk]), {"document": DOCUMENT}, follow=True).content.decode()
    )
    assert "还没有专家组。" in client.get(reverse("hospitals:experts")).content.decode()
