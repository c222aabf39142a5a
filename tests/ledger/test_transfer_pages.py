"""转入转出 in the browser: asked from where the number was typed, answered beside the record, blind for whoever asks."""

import datetime
import re

import pytest
from django.urls import reverse

from config.frame import COUNTED
from ledger.actions.transfers import accept_transfer, refuse_transfer
from ledger.models import AuditEvent, Person, Transfer
from reports.actions import make_dues
from reports.models import DueRule, Submission
from reports.returns import payload_of
from tests.cast import on_day
from tests.handing_in import hand_in
from tests.ledger.asking import CITY_DAY, ask, number_of, somebody, third_county
from tests.ledger.desks import client_of, register, screen

D = datetime.date
LIST, NEW = "ledger:transfers", "ledger:transfer-ask"
pytestmark = pytest.mark.django_db


def typed(cast, person: Person, **changes) -> dict:
    said = {
        "id_number": number_of(person).number, "name": person.name, "village": cast.village2.pk, "address": "1 组 2 号",
        "moved_on": "2017.10.10", "reason": "投靠子女，持迁移证",
    }  # fmt: skip
    return said | changes


def page_of(request: Transfer) -> str:
    return reverse("ledger:transfer", args=[request.pk])


def the_request() -> Transfer:
    return Transfer.objects.everywhere("test").get()


# ---- asking ----


def test_from_searching_by_number_without_a_number_in_an_address(cast):
    number = number_of(somebody(cast)).number
    client = client_of(cast.clerk2)
    found = client.post(reverse("ledger:find"), {"id_number": number})
    page = found.content.decode()
    assert "已在其他县区登记，可申请转入。" in page
    assert f'<form method="post" action="{reverse(NEW)}">' in page and f"={number}" not in page.replace(f'value="{number}"', "")
    started = client.post(reverse(NEW), {"id_number": number, "start": "1"})
    form = started.context["form"]
    assert (started.status_code, form.is_bound, form["id_number"].value()) == (200, False, number)
    nobody = cast.id_number(D(1950, 1, 1)).number
    assert reverse(NEW) + '">' not in client.post(reverse("ledger:find"), {"id_number": nobody}).content.decode()
    assert f'action="{reverse(NEW)}"' not in client_of(cast.civil2).post(reverse("ledger:find"), {"id_number": number}).content.decode()


def test_from_registering_what_was_typed_comes_along(cast):
    number = number_of(somebody(cast)).number
    client = client_of(cast.clerk2)
    fragment = client.post(reverse("ledger:identity-check"), {"id_number": number}).content.decode()
    button = f'<button class="btn-text" type="submit" formaction="{reverse(NEW)}" name="start" value="1">申请转入</button>'
    assert button in fragment
    assert button not in client_of(cast.township2).post(reverse("ledger:identity-check"), {"id_number": number}).content.decode()
    filled = screen(cast, id_number=number, village=cast.village2.pk, township=cast.village2.parent_id, start="1")
    form = client.post(reverse(NEW), filled).context["form"]
    assert {name: str(form[name].value() or "") for name in form.fields} == {
        "id_number": number, "name": "韦桂兰", "village": str(cast.village2.pk), "address": "下屯 27 号", "moved_on": "", "reason": "",
    }  # fmt: skip
    refused = register(cast, staff=cast.clerk2, id_number=number, village=cast.village2.pk, township=cast.village2.parent_id)
    assert refused.status_code == 422 and button in refused.content.decode()


def test_asked_and_seen_with_what_was_typed_alone(cast):
    person = somebody(cast)
    client = client_of(cast.clerk2)
    answer = client.post(reverse(NEW), typed(cast, person, name="韦桂英"), follow=True)
    request = the_request()
    page = answer.content.decode()
    told = f"已申请转入（证号 {person.id_number}）。转出方应在 2017-10-26 前答复，到那天还没有答复的由市级决定。"
    assert told in page and "等转出方答复，2017-10-26 起市级可以决定" in page
    for shown in (page, client.get(page_of(request)).content.decode()):
        assert "韦桂英" in shown and "韦桂兰" not in shown and "柳城" not in shown and person.village.name not in shown
        assert number_of(person).number not in shown and "和台账" not in shown
    assert not AuditEvent.objects.filter(action="viewed_person", staff=cast.clerk2).exists()
    assert client.post(page_of(request), {"decision": "accept"}).context["form"].non_field_errors() == [
        "这件申请由转出方答复，本县可以撤回。"
    ]


def test_the_same_answer_whether_the_name_fits(cast):
    """Word for word but for the masked number and the name that was typed."""
    fits, differs = somebody(cast), somebody(cast, "莫秀英")
    answers = []
    for person, name in ((fits, "韦桂兰"), (differs, "覃福生")):
        client = client_of(cast.clerk2)
        client.post(reverse(NEW), typed(cast, person, name=name))
        request = Transfer.objects.everywhere("test").get(person=person)
        page = client.get(page_of(request)).content.decode()
        plain = page.replace(str(person.id_number), "NUMBER").replace(name, "NAME").replace(page_of(request), "PAGE")
        plain = re.sub(r'nonce="[^"]+"|[A-Za-z0-9]{64}', "", plain)  # Drawn anew for each answer.
        answers.append(plain.replace(reverse("ledger:transfer-withdraw", args=[request.pk]), "WITHDRAW"))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"id_number": "450222195103020011"}, "id_number", "身份证号校验码不对，至少有一位写错。请对照身份证改正。"),
        ({"id_number": "450222"}, "id_number", "身份证号要 18 位（旧证 15 位），现在是 6 位。请对照身份证补齐。"),
        ({"name": ""}, "name", "请填写姓名。"),
        ({"village": ""}, "village", "请选择新的行政村。"),
        ({"moved_on": "2017-10-21"}, "moved_on", "搬迁日期 2017-10-21 晚于今天，请改正。"),
        ({"reason": " "}, "reason", "请填写申请说明。"),
    ],
)
def test_mistakes_stand_beside_their_field_and_nothing_is_asked(cast, changes, field, message):
    answer = client_of(cast.clerk2).post(reverse(NEW), typed(cast, somebody(cast), **changes))
    assert (answer.status_code, answer.context["form"].errors[field]) == (422, [message])
    assert 'value="1 组 2 号"' in answer.content.decode()  # What was typed stays.
    assert not Transfer.objects.everywhere("test").exists()


def test_a_village_of_another_county_cannot_be_chosen(cast):
    answer = client_of(cast.clerk2).post(reverse(NEW), typed(cast, somebody(cast), village=cast.village.pk))
    assert answer.context["form"].errors["village"] == ["新的行政村不在可选范围，请重新选择。"]


def test_a_request_is_withdrawn(cast):
    request = ask(cast, somebody(cast))
    withdraw = reverse("ledger:transfer-withdraw", args=[request.pk])
    refused = client_of(cast.clerk).post(withdraw, follow=True).content.decode()
    assert "只有申请转入的县（区）可以撤回。" in refused
    page = client_of(cast.lead2).post(withdraw, follow=True).content.decode()
    assert f"已撤回转入申请（证号 {request.given_number}）。" in page and "已撤回" in page
    assert the_request().state == "withdrawn"


# ---- answering ----


def test_the_old_county_sees_the_record_beside_what_was_typed(cast):
    person = somebody(cast)
    request = ask(cast, person, name="韦桂英")
    client = client_of(cast.clerk)
    assert [one.person.name for one in client.get(reverse(LIST)).context["waiting"]] == ["韦桂兰"]
    page = client.get(page_of(request)).content.decode()
    assert "和台账不同" in page and "柳城县龙头镇龙头村3 组 8 号" in page and "2016-01-01" in page and "同意转入" in page
    assert number_of(person).number not in page
    viewed = AuditEvent.objects.filter(action="viewed_person", staff=cast.clerk).get()
    assert (viewed.subject_id, viewed.detail) == (person.pk, {"what": "转入申请"})
    assert client.post(page_of(request), {"decision": ""}).context["form"].non_field_errors() == ["请按“同意转入”或“不同意”。"]
    refused = client.post(page_of(request), {"decision": "refuse", "answer": ""})
    assert (refused.status_code, refused.context["form"].errors["answer"]) == (422, ["请写明不同意的原因，申请方会看到。"])


def test_accepted_the_new_county_sees_the_person_and_the_whole_history(cast):
    person = somebody(cast)
    request = ask(cast, person)
    answer = client_of(cast.clerk).post(page_of(request), {"decision": "accept", "answer": ""}, follow=True)
    assert "韦桂兰已转到鹿寨县，病例一并转去；以前的上报不变。" in answer.content.decode()
    assert client_of(cast.clerk).get(reverse("ledger:person", args=[person.pk])).status_code == 404
    page = client_of(cast.clerk2).get(reverse("ledger:timeline", args=[person.pk])).content.decode()
    assert "白内障登记建档" in page and "转出方同意转入鹿寨县，2017-10-10 起住中渡镇大兆村" in page
    mine = client_of(cast.clerk2).get(page_of(request)).content.decode()
    assert "已转入" in mine and reverse("ledger:person", args=[person.pk]) in mine
    theirs = client_of(cast.clerk).get(page_of(request)).content.decode()
    assert "已转入" in theirs and "打开患者资料" not in theirs


def test_refused_the_asking_county_reads_why_and_still_not_where(cast):
    request = ask(cast, somebody(cast))
    client_of(cast.clerk).post(page_of(request), {"decision": "refuse", "answer": "仍住原处"})
    page = client_of(cast.clerk2).get(page_of(request)).content.decode()
    assert "未同意" in page and "仍住原处" in page and "柳城" not in page and "覃玉芳" not in page


def test_what_is_in_the_way_is_said_and_only_refusing_is_offered(cast):
    request = ask(cast, somebody(cast), moved_on=D(2015, 1, 1))
    client = client_of(cast.clerk)
    page = client.get(page_of(request)).content.decode()
    assert "申请的搬迁日期 2015-01-01 不晚于现住址的起始日期 2016-01-01，不能转出。" in page and 'value="accept"' not in page
    answer = client.post(page_of(request), {"decision": "accept"})
    assert answer.status_code == 422 and the_request().state == "asked"


def test_two_of_one_county_answer_and_the_second_is_told(cast):
    request = ask(cast, somebody(cast))
    refuse_transfer(by=cast.lead, request=request, answer="仍住原处")
    answer = client_of(cast.clerk).post(page_of(request), {"decision": "accept"})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["这件申请的状态已是“未同意”（韦国强办理），不用再办。"]


def test_a_third_county_finds_nothing(cast):
    person = somebody(cast)
    request = ask(cast, person)
    Transfer.objects.everywhere("test").update(to_county=third_county(cast))
    client = client_of(cast.clerk2)
    assert client.get(page_of(request)).status_code == 404
    assert client.post(page_of(request), {"decision": "accept"}).status_code == 404
    assert client.post(reverse("ledger:transfer-withdraw", args=[request.pk])).status_code == 404
    assert client.get(reverse(LIST)).context["own"] == []


# ---- the city ----


def test_the_city_is_told_from_when_and_then_decides(cast):
    request = ask(cast, somebody(cast))
    client = client_of(cast.city)
    lists = client.get(reverse(LIST)).context
    assert (lists["waiting"], lists["own"]) == ([], [request])
    page = client.get(page_of(request)).content.decode()
    assert "转出方还在答复期内。2017-10-26 起，还没有答复的由市级决定。" in page and 'value="accept"' not in page
    early = client.post(page_of(request), {"decision": "accept", "answer": "逾期"})
    assert early.context["form"].non_field_errors() == ["转出方还在答复期内。市级从 2017-10-26 起可以决定。"]
    with on_day(CITY_DAY):
        lists = client.get(reverse(LIST)).context
        assert (lists["waiting"], lists["own"]) == ([request], [])
        told = client.post(page_of(request), {"decision": "accept", "answer": ""})
        assert told.context["form"].errors["answer"] == ["请写明市级决定的理由。"]
        client.post(page_of(request), {"decision": "accept", "answer": "转出方逾期未答复"})
    assert (the_request().state, the_request().answered_by) == ("accepted", cast.city)


def test_the_navigation_counts_what_waits(cast):
    ask(cast, somebody(cast))

    def counted(who: str) -> list[int]:
        page = client_of(getattr(cast, who)).get(reverse(LIST))
        return [link.count for group in page.context["navigation"]() for link in group.links if link.words == "转入转出"]

    assert COUNTED[LIST]
    assert [counted(who) for who in ("clerk", "lead", "clerk2", "city")] == [[1], [1], [0], [0]]
    with on_day(CITY_DAY):
        assert counted("city") == [1]


# ---- what must not grow or change ----


@pytest.mark.parametrize("who", ["clerk", "clerk2", "city"])
def test_the_lists_queries_do_not_grow_with_its_rows(cast, who, django_assert_max_num_queries):
    ask(cast, somebody(cast))
    client, address = client_of(getattr(cast, who)), reverse(LIST)
    client.get(address)
    with django_assert_max_num_queries(60) as few:
        client.get(address)
    number = len(few.captured_queries)
    for name in ("莫秀英", "覃福生", "罗美珍", "石小禾"):
        ask(cast, somebody(cast, name))
    refuse_transfer(by=cast.lead, request=ask(cast, somebody(cast, "蓝桂花")), answer="仍住原处")
    with django_assert_max_num_queries(number):
        client.get(address)


def test_a_submitted_month_does_not_change(cast):
    DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=D(2017, 8, 1))
    make_dues(cast.prefecture, 2017)
    period = D(2017, 9, 1)
    with on_day(D(2017, 9, 23)):
        person = cast.register("韦桂兰", on=D(2017, 8, 1))
        (sent,) = hand_in(cast.county, period, ["F1"])
    before = (sent.rows_hash, payload_of(sent))
    accept_transfer(by=cast.clerk, request=ask(cast, person, moved_on=D(2017, 9, 10)))
    kept = Submission.objects.visible_to(cast.lead).get(pk=sent.pk)
    assert (kept.rows_hash, payload_of(kept), kept.is_frozen) == (*before, True)
    assert before[1]["total"]["total"] == 1
