"""会诊: the county hospital asks the city's experts about 韦桂兰, 陆振东 answers in writing, and it stands in her timeline."""

import datetime

import pytest
from django.urls import reverse

from hospitals import consulting
from hospitals.actions import choose_hospital
from hospitals.consulting import answer, ask, cancel, groups_for
from hospitals.experts import add_group, end_expert
from hospitals.models import Consultation, Expert
from ledger import clock
from ledger.actions.cases import close_case, verify_case
from ledger.actions.merging import undo_merge
from ledger.models import AuditEvent, Case, CaseEvent
from tests.cast import on_day
from tests.hospitals.expert_groups import DOCUMENT, eye_group, member, refused
from tests.ledger.desks import client_of
from tests.ledger.two_records import merge
from tests.racing import Race, at_once, said

pytestmark = pytest.mark.django_db
D = datetime.date
TODAY = D(2017, 10, 20)


def patient(cast, name: str = "韦桂兰", **told) -> Case:
    """Verified, and with the county hospital's plan."""
    case = verify_case(by=cast.clerk, case=cast.case_of(cast.register(name, on=D(2017, 10, 9), **told)))
    return choose_hospital(by=cast.clerk, case=case, hospital=cast.hospital)


def told(case: Case) -> list[tuple[str, str, str]]:
    moves = CaseEvent.objects.filter(case=case, move__startswith="consult").order_by("pk")
    return list(moves.values_list("text", "by_name", "reason"))


def expert(name: str) -> Expert:
    return Expert.objects.get(name=name, ended_on=None)


def test_asked_answered_and_told(cast):
    case, group = patient(cast), eye_group(cast)
    made = ask(
        by=cast.liaison, case=case, group=group, question="左眼晶体全混，能否一期植入", condition="视力 0.1，血糖 9.2", remote=True,
        wanted_by=D(2017, 10, 25),
    )  # fmt: skip
    assert (made.case, made.remote, made.wanted_by, made.asked_by) == (case, True, D(2017, 10, 25), cast.liaison)
    done = answer(by=cast.expert, consultation=made, expert=expert("陆振东"), on=TODAY, text="先控制血糖，两周后手术。")
    assert (done.answer, done.expert.name, done.answered_on, done.answered_by) == ("先控制血糖，两周后手术。", "陆振东", TODAY, cast.expert)
    assert told(case) == [
        ("白内障申请远程会诊，眼科组：左眼晶体全混，能否一期植入", "何丽萍", ""),
        ("白内障远程会诊意见，陆振东（眼科组）：先控制血糖，两周后手术。", "陆振东", ""),
    ]
    assert AuditEvent.objects.filter(action__in=("consult_asked", "consult_answered")).count() == 2


def test_who_may_ask_whom_and_what_is_refused(cast):
    case, group = patient(cast), eye_group(cast)
    theirs = add_group(by=cast.clerk2, parent=None, name="鹿寨专家组", diseases=[], document=DOCUMENT)
    kidney = add_group(by=cast.city, parent=None, name="肾病组", diseases=[], document=DOCUMENT)
    other = member(cast, kidney, "黄慧敏")
    registered = cast.case_of(cast.register("覃水莲"))
    asked = {"by": cast.liaison, "case": case, "group": group, "question": "能否手术"}
    assert refused(ask, **asked | {"by": cast.clerk, "case": registered}) == (
        "白内障的状态是“待核实”，核实以后、销号以前由收治医院或县卫健部门申请会诊。", ""
    )  # fmt: skip
    assert refused(ask, **asked | {"group": theirs}) == ("这个专家组不能会诊本县的患者，请重新选择。", "group")
    assert refused(ask, **asked, expert=other) == ("黄慧敏不在眼科组里，请重新选择。", "expert")
    assert refused(ask, **asked, wanted_by=D(2017, 10, 19)) == ("希望答复日期 2017-10-19 早于今天，请改正。", "wanted_by")
    assert refused(ask, **asked | {"question": " "}) == ("请写明会诊目的。", "question")
    assert refused(ask, **asked | {"question": "问" * 201}) == ("会诊目的超过 200 个字，请缩短。", "question")
    with pytest.raises(Case.DoesNotExist):
        ask(**asked | {"by": cast.clerk2})
    ask(**asked)
    assert refused(ask, **asked) == ("白内障已向眼科组申请会诊，还没有答复。请等答复，或先取消原来的申请。", "group")
    assert [group.name for group in groups_for(case)] == ["眼科组", "肾病组"]  # Of the disease first; another county's not at all.
    assert Consultation.objects.everywhere("test").count() == 1


def test_an_expert_writes_their_own_opinion_and_the_hospital_what_came_on_paper(cast):
    case, group = patient(cast), eye_group(cast)
    made = ask(by=cast.liaison, case=case, group=group, question="能否手术")
    word = {"consultation": made, "on": TODAY, "text": "可以手术"}
    sentence = "请选择本专家组里答复会诊的专家；专家只能写自己的意见。"
    assert refused(answer, by=cast.expert, expert=expert("谭雪梅"), **word) == (sentence, "expert")
    assert refused(answer, by=cast.liaison, expert=expert("谭雪梅"), **word | {"on": D(2017, 10, 19)}) == (
        "会诊日期 2017-10-19 要在申请日期 2017-10-20 和今天之间，请改正。", "answered_on"
    )  # fmt: skip
    assert refused(answer, by=cast.liaison, expert=expert("谭雪梅"), **word | {"text": ""}) == ("请写明会诊意见。", "answer")
    for stranger in (cast.clerk2, cast.auditor, cast.civil2):
        with pytest.raises(Consultation.DoesNotExist):
            answer(by=stranger, expert=expert("谭雪梅"), **word)
    answer(by=cast.liaison, expert=expert("谭雪梅"), **word)
    assert refused(answer, by=cast.expert, expert=expert("陆振东"), **word) == ("这件会诊已在 2017-10-20 登记意见。请刷新后再看。", "")
    assert refused(cancel, by=cast.clerk, consultation=made, reason="不用了") == ("这件会诊已在 2017-10-20 登记意见。请刷新后再看。", "")


def test_whoever_left_the_group_sees_its_consultations_no_more(cast):
    case, group = patient(cast), eye_group(cast)
    made = ask(by=cast.clerk, case=case, group=group, question="能否手术")
    assert list(Consultation.objects.visible_to(cast.expert)) == [made]
    end_expert(by=cast.city, expert=expert("陆振东"), document=DOCUMENT)
    assert list(Consultation.objects.visible_to(cast.expert)) == []


def test_an_open_one_is_cancelled_with_a_reason_and_may_then_be_asked_anew(cast):
    case, group = patient(cast), eye_group(cast)
    made = ask(by=cast.liaison, case=case, group=group, question="能否手术")
    assert refused(cancel, by=cast.expert, consultation=made, reason="忙") == ("会诊由申请的医院或县卫健部门取消。", "")
    assert refused(cancel, by=cast.liaison, consultation=made, reason=" ") == ("请写明取消原因。", "reason")
    cancel(by=cast.liaison, consultation=made, reason="已转市里治疗")
    assert told(case)[-1] == ("白内障取消眼科组会诊", "何丽萍", "已转市里治疗")
    ask(by=cast.clerk, case=case, group=group, question="术后复查")
    close_case(by=cast.lead, case=case, outcome="refused", reason="不愿治疗", on=TODAY)
    assert refused(ask, by=cast.clerk, case=case, group=group, question="再问")[0].startswith("白内障的状态是“已销号”")


def test_two_records_of_one_person_keep_their_consultations_together(cast):
    group = eye_group(cast)
    kept, gone = patient(cast), patient(cast, born_on=D(1951, 3, 3))
    asked = ask(by=cast.clerk, case=gone, group=group, question="能否手术")
    done = merge(cast, kept.person, gone.person)
    asked.refresh_from_db()
    assert asked.case_id == kept.pk
    undo_merge(by=cast.lead, merge=done, reason="不是同一人")
    asked.refresh_from_db()
    assert asked.case_id == gone.pk


def test_by_the_browser_from_asking_to_the_opinion_on_the_patients_page(cast):
    case, group = patient(cast), eye_group(cast)
    liaison, at_experts = client_of(cast.liaison), client_of(cast.expert)
    panel = reverse("hospitals:consultations-of", args=[case.person_id])
    assert "申请会诊</a>" in liaison.get(panel, headers={"HX-Request": "true"}).content.decode()
    address = reverse("hospitals:consultation-ask", args=[case.pk])
    answered = liaison.post(address, {"group": group.pk, "question": "", "wanted_by": "2017.10.1"})
    assert answered.status_code == 422 and answered.context["form"].errors == {"question": ["请填写会诊目的。"]}
    sent = {"group": group.pk, "question": "能否手术", "condition": "视力 0.1", "wanted_by": "2017年10月25号", "remote": "on"}
    page = liaison.post(address, sent, follow=True).content.decode()
    assert "已向眼科组申请会诊。" in page and "等专家组答复" not in page  # The hospital may write down what comes on paper.
    made = Consultation.objects.everywhere("test").get()
    bench = at_experts.get(reverse("reports:workbench")).content.decode()
    assert "会诊待答复" in bench and "最早一件 10-20 申请" in bench and "会诊<span>1</span>" in bench
    listed = at_experts.get(reverse("hospitals:consultations")).content.decode()
    assert "韦桂兰" in listed and "能否手术" in listed
    one = reverse("hospitals:consultation", args=[made.pk])
    seen = at_experts.get(one).content.decode()
    assert "视力 0.1" in seen and "患者资料" not in seen and case.person.id_number.reveal() not in seen
    assert at_experts.post(one, {"answer": ""}).context["form"].errors == {
        "expert": ["请选择专家。"], "answered_on": ["请填写会诊日期。"], "answer": ["请填写会诊意见。"]
    }  # fmt: skip
    sent = {"expert": expert("陆振东").pk, "answered_on": "2017-10-20", "answer": "可以一期手术"}
    assert "会诊意见已登记，写进患者的经过。" in at_experts.post(one, sent, follow=True).content.decode()
    assert "陆振东：可以一期手术" in liaison.get(panel).content.decode()
    assert "没有等待答复的会诊。" in at_experts.get(reverse("hospitals:consultations")).content.decode()
    assert "韦桂兰" in at_experts.get(reverse("hospitals:consultations"), {"tab": "done"}).content.decode()
    again = liaison.post(one, sent, follow=True).content.decode()
    assert "这件会诊已经办结" in again
    assert client_of(cast.clerk2).get(one).status_code == 404
    assert AuditEvent.objects.filter(staff=cast.expert, action="viewed_list").count() == 3


def test_the_list_asks_as_much_for_many_as_for_one(cast, django_assert_max_num_queries):
    case, group = patient(cast), eye_group(cast)
    ask(by=cast.clerk, case=case, group=group, question="能否手术")
    with django_assert_max_num_queries(60) as one:
        client_of(cast.expert).get(reverse("hospitals:consultations"))
    Consultation.objects.bulk_create(
        Consultation(case=case, group=group, question=f"第 {number} 问", asked_at=clock.now(), asked_by=cast.clerk) for number in range(60)
    )
    with django_assert_max_num_queries(len(one)):
        page = client_of(cast.expert).get(reverse("hospitals:consultations"))
    older = page.context["older"]
    assert (
        len(page.context["rows"]),
        len(client_of(cast.expert).get(reverse("hospitals:consultations"), {"before": older}).context["rows"]),
    ) == (50, 11)


def test_it_waits_on_the_work_list_of_whoever_asked_and_is_late_after_the_day_it_was_wanted(cast):
    case, group = patient(cast), eye_group(cast)
    with on_day(D(2017, 10, 12)):
        ask(by=cast.liaison, case=case, group=group, question="能否手术", wanted_by=D(2017, 10, 16))
    for staff in (cast.liaison, cast.clerk, cast.lead):
        page = client_of(staff).get(reverse("reports:work-list"), {"kind": "consultation"}).content.decode()
        assert "会诊没有答复" in page and "白内障，眼科组" in page and "1</b> 件超过期限" in page
    assert "韦桂兰" not in client_of(cast.clerk2).get(reverse("reports:work-list")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_who_answer_at_once_leave_one_opinion(cast):
    case, group = patient(cast), eye_group(cast)
    made = ask(by=cast.liaison, case=case, group=group, question="能否手术")
    first, second = expert("陆振东"), expert("谭雪梅")
    answers = at_once(
        lambda: answer(by=cast.expert, consultation=made, expert=first, on=TODAY, text="可以手术"),
        lambda: answer(by=cast.liaison, consultation=made, expert=second, on=TODAY, text="不宜手术"),
    )
    assert said(answers) == ["done", "这件会诊已在 2017-10-20 登记意见。请刷新后再看。"]
    assert CaseEvent.objects.filter(move="consult_answered").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_are_told_that_theirs_stands(cast, monkeypatch):
    def bare(consultation, by):
        found = (
            Consultation.objects.visible_to(by)
            .select_related("case__person", "case__disease", "case__county", "group")
            .get(pk=consultation.pk)
        )
        return found, found.case

    case, group = patient(cast), eye_group(cast)
    made = ask(by=cast.liaison, case=case, group=group, question="能否手术")
    monkeypatch.setattr(consulting, "_hold", bare)
    first, second = expert("陆振东"), expert("谭雪梅")
    race = Race()
    with race.before(consulting, "answers_as"):
        answers = race.run(
            lambda: answer(by=cast.expert, consultation=made, expert=first, on=TODAY, text="可以手术"),
            lambda: answer(by=cast.liaison, consultation=made, expert=second, on=TODAY, text="不宜手术"),
        )
    assert said(answers) == ["done", "done"]
    assert CaseEvent.objects.filter(move="consult_answered").count() == 2
