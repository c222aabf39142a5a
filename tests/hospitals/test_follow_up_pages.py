"""The pages of follow-up: the panel, a visit made or missed, the list by role, the city's rules."""

import datetime

import pytest
from django.urls import reverse

from hospitals import actions, visit_rules
from hospitals.models import FollowUp, FollowUpRule
from hospitals.visit_list import PAGE, number_due
from hospitals.visits import plan_visit, record_visit
from ledger import clock
from ledger.actions import cases
from ledger.models import Case
from tests.cast import on_day
from tests.ledger.desks import client_of, text_of

pytestmark = pytest.mark.django_db
D = datetime.date
TODAY, LEFT = D(2017, 10, 20), D(2017, 9, 15)


def patient(cast, name: str = "韦桂兰", *, left_on: D = LEFT, disease: str = "cataract", **told) -> Case:
    """Somebody who left the county hospital on that day; the discharge was recorded then."""
    found = left_on - datetime.timedelta(days=10)
    person = cast.register(name, on=found, disease=disease, **told)
    with on_day(left_on):
        case = cases.verify_case(by=cast.clerk, case=cast.case_of(person))
        stay = actions.admit(by=cast.clerk, case=case, hospital=cast.hospital, on=left_on - datetime.timedelta(days=4))
        actions.discharge(by=cast.clerk, stay=stay, on=left_on, completed=True)
    return cast.case_of(person)


def rule(cast, months=(1, 3), visitor: str = "township") -> None:
    visit_rules.keep_rule(
        by=cast.city, disease=cast.disease("cataract"), months=list(months), visitor=visitor, document="柳卫发〔2017〕9号"
    )


def only(case: Case, due_on: D) -> FollowUp:
    return FollowUp.objects.everywhere("test").get(case=case, due_on=due_on)


def listed(staff, **query) -> list[str]:
    """The names on the page, in order."""
    answer = client_of(staff).get(reverse("hospitals:follow-up-list"), query)
    assert answer.status_code == 200
    return [(row.get("case") or row["visit"].case).person.name for row in answer.context["rows"]]


def test_the_panel_shows_what_was_planned_and_leads_on(cast):
    rule(cast)
    case = patient(cast)
    address = reverse("hospitals:follow-ups", args=[case.person_id])
    panel = text_of(client_of(cast.township).get(address, headers={"HX-Request": "true"}))
    assert "<html" not in panel and "逾期 5 天" in panel and "2017-12-15" in panel and panel.count("登记</a>") == 2
    assert "还没有" not in panel
    assert "登记</a>" not in text_of(client_of(cast.liaison).get(address))  # The township's to make.
    assert client_of(cast.clerk2).get(address).status_code == 404
    other = patient(cast, "覃水莲", disease="gastric-cancer")
    panel = text_of(client_of(cast.clerk).get(reverse("hospitals:follow-ups", args=[other.person_id])))
    assert "本市还没有胃癌的随访规则，出院时不会自动安排，可以自己安排。" in panel and "安排随访</a>" in panel


def test_a_visit_is_recorded_by_the_browser(cast):
    rule(cast)
    case = patient(cast)
    client, address = client_of(cast.township), reverse("hospitals:follow-up", args=[only(case, D(2017, 10, 15)).pk])
    page = client.get(address)
    assert "逾期 5 天" in text_of(page) and "data-enter-moves" in page.content.decode()  # Enter saves no half-told visit.
    answer = client.post(address, {"done_on": "2017-9-1", "way": "", "finding": "", "text": "视力 0.8"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"way": ["请选择方式。"], "finding": ["请选择情况。"]}
    assert 'value="视力 0.8"' in text_of(answer)
    answer = client.post(address, {"done_on": "2017-9-1", "way": "home", "finding": "better"})
    assert answer.context["form"].errors == {"done_on": ["随访日期 2017-09-01 早于出院日期 2017-09-15，请改正。"]}
    answer = client.post(address, {"done_on": "2017.10.19", "way": "home", "finding": "better", "next_on": "20171101"}, follow=True)
    assert "已登记随访。" in text_of(answer)
    assert only(case, D(2017, 11, 1)).visitor == "township"
    answer = client.get(address, follow=True)
    assert "这次随访已登记。" in text_of(answer)
    answer = client_of(cast.liaison).get(reverse("hospitals:follow-up", args=[only(case, D(2017, 11, 1)).pk]), follow=True)
    assert "这次随访由乡镇卫生院办理。" in text_of(answer)


def test_what_was_found_suggests_what_to_do(cast):
    rule(cast)
    case = patient(cast)
    panel = reverse("hospitals:follow-ups", args=[case.person_id])
    told = {"way": "home", "text": "", "on": TODAY}
    record_visit(by=cast.township, visit=only(case, D(2017, 10, 15)), finding="worse", **told)
    assert f'需要住院的请<a href="{reverse("hospitals:admit", args=[case.pk])}">登记入院</a>' in text_of(client_of(cast.clerk).get(panel))
    assert "需要住院的请联系定点医院登记入院。" in text_of(client_of(cast.township).get(panel))
    actions.admit(by=cast.clerk, case=case, hospital=cast.hospital, on=TODAY)
    assert "需要住院的" not in text_of(client_of(cast.clerk).get(panel))
    visit = plan_visit(by=cast.township, case=case, due_on=TODAY, visitor="township")
    record_visit(by=cast.township, visit=visit, finding="died", **told)
    close = reverse("ledger:case-move", args=[case.pk, "close"])
    assert f'请按“死亡”<a href="{close}">销号</a>' in text_of(client_of(cast.lead).get(panel))
    assert "等县卫健部门负责人销号。" in text_of(client_of(cast.township).get(panel))
    cases.close_case(by=cast.lead, case=case, outcome="died", reason="随访得知", on=TODAY)
    assert "请按“死亡”" not in text_of(client_of(cast.lead).get(panel))


def test_planning_and_cancelling_by_the_browser(cast):
    case = patient(cast)
    client, address = client_of(cast.liaison), reverse("hospitals:follow-up-plan", args=[case.pk])
    assert "本市还没有白内障的随访规则，请按医生的要求安排。" in text_of(client.get(address))
    answer = client.post(address, {"due_on": "2017-10-01", "visitor": "hospital"})
    assert answer.context["form"].errors == {"due_on": ["计划日期 2017-10-01 早于今天，请改正。已经做过的随访请直接登记。"]}
    assert client.post(address, {"due_on": "2017-10-30", "visitor": "township"}).context["form"].errors == {
        "visitor": ["由谁随访不在可选范围，请重新选择。"]
    }
    assert "已安排 2017-10-30 的随访。" in text_of(client.post(address, {"due_on": "2017-10-30", "visitor": "hospital"}, follow=True))
    visit = only(case, D(2017, 10, 30))
    cancel = reverse("hospitals:follow-up-cancel", args=[visit.pk])
    assert client.post(cancel, {"reason": ""}).context["form"].errors == {"reason": ["请填写取消原因。"]}
    assert "已取消 2017-10-30 的随访。" in text_of(client.post(cancel, {"reason": "改为住院复查"}, follow=True))
    assert "改为住院复查" in text_of(client.get(reverse("hospitals:follow-ups", args=[case.person_id])))


def test_the_list_by_role_and_tab(cast):
    rule(cast)
    patient(cast, "逾期甲", left_on=D(2017, 9, 15))  # Due 15 October and 15 December.
    patient(cast, "本周乙", left_on=D(2017, 9, 22))  # Due 22 October and 22 December.
    rule(cast, months=(1,), visitor="hospital")
    patient(cast, "医院丙", left_on=D(2017, 9, 18), village=cast.other_village)  # Due 18 October, at the hospital.
    done = patient(cast, "已访丁", left_on=D(2017, 9, 13))
    record_visit(by=cast.liaison, visit=only(done, D(2017, 10, 13)), on=D(2017, 10, 16), way="clinic", finding="stable", text="复查")
    assert listed(cast.clerk) == ["逾期甲", "医院丙"]
    assert listed(cast.clerk, tab="due") == ["本周乙"]
    assert listed(cast.clerk, tab="ahead") == ["逾期甲", "本周乙"]
    assert listed(cast.clerk, tab="done") == ["已访丁"]
    assert listed(cast.clerk, tab="tracked") == ["已访丁", "医院丙", "本周乙", "逾期甲"]
    assert listed(cast.clerk, tab="nowhere") == ["逾期甲", "医院丙"]
    assert listed(cast.township) == ["逾期甲"] and listed(cast.liaison) == ["医院丙"] and listed(cast.city) == ["逾期甲", "医院丙"]
    assert listed(cast.clerk2) == [] and listed(cast.township2, tab="tracked") == []
    assert [number_due(staff) for staff in (cast.township, cast.liaison, cast.clerk, cast.city)] == [2, 1, 0, 0]
    assert listed(cast.clerk, visitor="hospital") == ["医院丙"]
    assert listed(cast.clerk, q="yq") == ["逾期甲"] and listed(cast.clerk, q="医院") == ["医院丙"]
    assert listed(cast.clerk, area=cast.other_village.parent_id) == ["医院丙"]
    assert listed(cast.clerk, disease=cast.disease("vsd").pk, tab="missed") == []
    page = text_of(client_of(cast.clerk).get(reverse("hospitals:follow-up-list"), {"tab": "tracked"}))
    assert "2017-10-16" in page and "稳定" in page and "门诊复查" in page and "逾期 5 天" in page and "还没有随访" in page
    navigation = text_of(client_of(cast.township).get(reverse("hospitals:follow-up-list")))
    assert 'aria-current="page">随访<span>2</span>' in navigation


def test_the_list_goes_on_by_keys_and_asks_as_many_questions_for_many_rows_as_for_one(cast, django_assert_max_num_queries):
    rule(cast, months=(1,))
    case = patient(cast)
    client = client_of(cast.clerk)
    address = reverse("hospitals:follow-up-list")
    for tab in ("missed", "tracked"):
        with django_assert_max_num_queries(60) as one:
            client.get(address, {"tab": tab})
        if tab == "missed":
            FollowUp.objects.bulk_create(
                FollowUp(
                    case=case, due_on=TODAY - datetime.timedelta(days=1 + number % 7), visitor="township", planned_at=clock.now(),
                    planned_by=cast.clerk,
                )
                for number in range(PAGE + 9)
            )  # fmt: skip
        with django_assert_max_num_queries(len(one)):
            client.get(address, {"tab": tab})
    seen, after = [], ""
    while True:
        answer = client.get(address, {"tab": "missed", "after": after})
        seen += [row["visit"].pk for row in answer.context["rows"]]
        after = answer.context["more"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == PAGE + 10
    assert client.get(address, {"tab": "missed", "after": "x" * 30}).status_code == 200
    assert client.get(address, {"tab": "missed", "after": "9" * 40}).status_code == 200


def test_the_city_keeps_the_rules_by_the_browser(cast):
    client = client_of(cast.city)
    rules, address = reverse("hospitals:follow-up-rules"), reverse("hospitals:follow-up-rule", args=["cataract"])
    assert "没有规则，不自动安排" in text_of(client.get(rules))
    answer = client.post(address, {"months": "一、三", "visitor": "", "document": ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "months": ["请填 1 到 36 的整数，中间用顿号，最多 12 个，例如 1、3、6。"], "visitor": ["请选择由谁随访。"], "document": ["请填写依据的文号。"],
    }  # fmt: skip
    answer = client.post(address, {"months": "３，1 6、3", "visitor": "township", "document": "柳卫发〔2017〕9号"}, follow=True)
    page = text_of(answer)
    assert (
        "白内障的随访规则已保存，对以后的出院有效。" in page
        and "1、3、6 个月" in page
        and "没有规则 → 出院后 1、3、6 个月，乡镇卫生院" in page
    )
    answer = client.post(address, {"months": "1", "visitor": "township", "document": "", "end": "1"})
    assert answer.context["asking"].errors == {"document": ["请填写依据的文号。"]}
    client.post(address, {"months": "", "visitor": "", "document": "柳卫发〔2017〕12号", "end": "1"})
    assert not FollowUpRule.objects.exists()
    assert client.post(address, {"document": "x", "end": "1"}).status_code == 404
    assert client.get(reverse("hospitals:follow-up-rule", args=["no-such"])).status_code == 404
    assert client_of(cast.clerk).get(address).status_code == 404
    assert "修改" not in text_of(client_of(cast.clerk).get(rules)).split("依据")[1].split("最近的改动")[0]
