"""Referral as pages: the request typed, the answer, the panel and lists, the paper, and what each reader is shown."""

import datetime

import pytest
from django.urls import reverse

from hospitals.models import Hospital, Referral
from hospitals.referral_approval import approve_referral
from ledger import clock
from ledger.models import AuditEvent, Case, Role, Staff
from ledger.transitions import allowed_moves
from reports.work_kinds import BY_CODE
from reports.work_lists import pieces
from tests.hospitals.referral_world import approval, capital_hospital, city_liaison, fresh, in_treatment, outside, requested, walk
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db
TYPED = {
    "direction": "up", "to_hospital": "450202-1", "to_name": "", "reason": "需行胃癌根治术", "condition": "上腹痛三月\n胃镜示胃窦癌",
    "treated_so_far": "胃镜", "doctor": "陆医生", "doctor_phone": "１３９００００００８８", "head_of_department": "韦主任", "patient_agreed": "on",
    "family_name": "韦小军", "family_relation": "儿子",
}  # fmt: skip


def new(case: Case) -> str:
    return reverse("hospitals:referral-new", args=[case.pk])


def page(staff, referral: Referral, **sent):
    address = reverse("hospitals:referral", args=[referral.pk])
    return client_of(staff).post(address, sent) if sent else client_of(staff).get(address)


def text(answer) -> str:
    return answer.content.decode()


def listed(kind: str, staff) -> list[tuple[str, str, bool]]:
    return [(one.person.name, one.what, one.late) for one in pieces(BY_CODE[kind], staff)[0]]


def test_a_request_is_typed_once_and_leads_to_its_page(cast):
    case = in_treatment(cast)
    desk = client_of(cast.liaison)
    form = text(desk.get(new(case)))
    assert "柳州市工人医院（市级）" in form and "柳城县人民医院（" not in form
    answer = desk.post(new(case), TYPED, follow=True)
    assert "已向柳州市工人医院申请转诊，等对方接收。请打印病情介绍单交给患者。" in text(answer)
    referral = Referral.objects.everywhere("test").get()
    assert answer.redirect_chain == [(reverse("hospitals:referral", args=[referral.pk]), 302)]
    assert (referral.doctor_phone.reveal(), referral.family_name, referral.leaves_area) == ("13900000088", "韦小军", False)
    again = desk.post(new(case), TYPED)
    assert again.status_code == 422
    assert "韦桂兰已有转诊在办：2017-10-20 由柳城县人民医院转往柳州市工人医院，现在“待接收”。请先办完或取消那一件。" in text(again)
    assert "上腹痛三月" in text(again)  # What was typed stays.
    early = desk.get(new(case), follow=True)  # And it is said before anything is typed.
    assert early.redirect_chain[0][0] == reverse("ledger:person", args=[case.person_id]) and "韦桂兰已有转诊在办" in text(early)


def test_errors_stand_beside_their_fields_and_nothing_is_saved(cast):
    case = in_treatment(cast)
    answer = client_of(cast.liaison).post(new(case), TYPED | {"patient_agreed": "", "doctor_phone": "139"})
    assert answer.status_code == 422 and 'id="id_doctor_phone-e"' in text(answer)
    answer = client_of(cast.liaison).post(new(case), {key: value for key, value in TYPED.items() if key != "patient_agreed"})
    assert answer.status_code == 422 and "患者同意才能转诊。" in text(answer)
    answer = client_of(cast.liaison).post(new(case), TYPED | {"family_name": "", "family_relation": ""})
    assert 'href="#id_family_name"' in text(answer)
    assert not Referral.objects.everywhere("test").exists()


def test_who_finds_what(cast):
    case, there = in_treatment(cast), city_liaison(cast)
    assert client_of(there).get(new(case)).status_code == 404
    referral = requested(cast, case)
    for staff in (cast.liaison, there, cast.clerk, cast.lead, cast.insurance, cast.city):
        assert page(staff, referral).status_code == 200, staff
    assert page(cast.clerk2, referral).status_code == 404
    for staff in (cast.civil, cast.township):  # Not their page; the panel tells them.
        assert page(staff, referral).status_code == 404
    assert client_of(there).get(new(case)).status_code == 404  # It reads the case and asks nothing of it.
    for name in ("plan", "admit", "complete", "follow-up-plan"):
        assert client_of(there).get(reverse(f"hospitals:{name}", args=[case.pk])).status_code == 404, name
    assert client_of(there).get(reverse("ledger:person", args=[case.person_id])).status_code == 200
    walk(cast, referral, "refuse")
    assert client_of(there).get(reverse("ledger:person", args=[case.person_id])).status_code == 404
    assert page(there, referral).status_code == 200  # Its own answer it may read again.


def test_the_person_page_of_the_other_hospital_offers_no_step(cast):
    case, there = in_treatment(cast), city_liaison(cast)
    requested(cast, case)
    shown = text(client_of(there).get(reverse("ledger:person", args=[case.person_id])))
    assert "转诊在办" in shown and "登记完成治疗</a>" not in shown and "再次入院" not in shown
    assert "admit" in allowed_moves(case.state, "liaison")


def test_each_side_is_offered_its_own_buttons(cast):
    referral, there = requested(cast), city_liaison(cast)

    def buttons(staff) -> set[str]:
        shown = text(page(staff, referral))
        return {move for move in ("accept", "refuse", "depart", "arrive", "finish", "cancel", "approve") if f'value="{move}"' in shown}

    assert [buttons(staff) for staff in (cast.liaison, there, cast.clerk, cast.city, cast.insurance)] == [
        {"cancel"}, {"accept", "refuse"}, {"cancel"}, set(), set(),
    ]  # fmt: skip
    answer = page(there, referral, move="refuse", text="")
    assert answer.status_code == 422 and "请写明不接收的原因，对方会看到。" in text(answer)
    answer = page(there, referral, move="jump", text="")
    assert answer.status_code == 422 and "请按要办的那一步的按钮。" in text(answer)
    assert page(there, referral, move="accept", text="请到三病区").status_code == 302
    assert "请到三病区" in text(page(cast.liaison, referral))
    assert buttons(cast.liaison) == {"depart", "cancel"}
    late = page(there, referral, move="accept", text="")
    assert late.status_code == 422 and "转诊现在的状态是“已接收”，不能办“接收”。请刷新后再看。" in text(late)


def test_the_insurance_office_answers_on_the_same_page(cast):
    referral = requested(cast, None, capital_hospital(cast))
    sent = {
        "move": "approve",
        "number": "LC2017-0008",
        "approved_on": "2017.10.20",
        "valid_from": "2017年10月20号",
        "valid_until": "2017-12-31",
    }
    answer = page(cast.insurance, referral, **sent | {"valid_until": "2017-10-01"})
    assert answer.status_code == 422 and "截止日 2017-10-01 早于起始日 2017-10-20，请改其中一个。" in text(answer)
    assert 'value="LC2017-0008"' in text(answer)
    assert page(cast.insurance, referral, **sent).status_code == 302
    assert fresh(referral).approval_number == "LC2017-0008"
    refused = page(cast.lead, referral, move="disapprove", reason="不行")
    assert refused.status_code == 422 and "转往统筹区外由患者所在县的医保部门批准。" in text(refused)
    assert page(cast.insurance, referral, move="disapprove", reason="材料不全").status_code == 302
    assert (fresh(referral).approval_number, fresh(referral).approval_refused) == ("", "材料不全")


def test_what_waits_stands_on_the_lists_of_whoever_has_to_act(cast):
    case, there = in_treatment(cast), city_liaison(cast)
    referral = requested(cast, case)
    way = "胃癌，柳城县人民医院 → 柳州市工人医院"
    assert (listed("referral", there), listed("referral", cast.liaison)) == ([("韦桂兰", way, False)], [])
    assert listed("referral-long", cast.lead) == []
    Referral.objects.everywhere("test").update(requested_at=clock.now() - datetime.timedelta(hours=49))
    assert listed("referral", there) == [("韦桂兰", way, True)]
    Hospital.objects.filter(pk=cast.city_hospital.pk).update(county=cast.county2)
    assert page(cast.clerk2, referral).status_code == 200
    works = text(client_of(cast.clerk2).get(reverse("reports:work-list")))  # The other county's name leads to what it may read.
    assert f'<a href="{reverse("hospitals:referral", args=[referral.pk])}">韦桂兰</a>' in works
    for bureau in (cast.lead, cast.clerk, cast.clerk2):  # Of both counties.
        assert listed("referral-long", bureau) == [("韦桂兰", f"待接收：{way}", True)]
    walk(cast, referral, "accept")
    assert (listed("referral-step", cast.liaison), listed("referral-step", there)) == ([("韦桂兰", f"已接收：{way}", True)], [])
    walk(cast, referral, "depart")
    assert (listed("referral-step", cast.liaison), listed("referral-step", there)) == ([], [("韦桂兰", f"转送中：{way}", True)])
    walk(cast, referral, "arrive", "finish")
    assert [listed(kind, who) for kind in ("referral", "referral-step") for who in (there, cast.liaison)] == [[], [], [], []]
    assert listed("referral-long", cast.lead) == []


def test_a_refusal_is_told_until_something_else_was_asked(cast):
    case = in_treatment(cast)
    walk(cast, requested(cast, case), "refuse", text="床位已满")
    assert listed("referral-refused", cast.liaison) == [("韦桂兰", "胃癌，柳城县人民医院 → 柳州市工人医院", False)]
    outside(cast, case)
    assert listed("referral-refused", cast.liaison) == []


def test_the_insurance_office_sees_what_waits_for_it(cast):
    referral = outside(cast, outside_area=True)
    assert listed("referral-approval", cast.insurance) == [("韦桂兰", "胃癌，柳城县人民医院 → 中山市示范医院", False)]
    desk = client_of(cast.insurance)
    assert "转往统筹区外待批准" in text(desk.get(reverse("reports:workbench")))
    assert "去批准" in text(desk.get(reverse("reports:work-list")))
    approve_referral(by=cast.insurance, referral=referral, approval=approval())
    assert listed("referral-approval", cast.insurance) == []


def test_arrived_before_the_office_answered_the_page_says_what_that_means(cast):
    referral = requested(cast, to=capital_hospital(cast))
    there = Staff.objects.create(
        username="liaison-13", full_name="陆海燕", role=Role.LIAISON, area=cast.prefecture, hospital_code="GX01", password="!",
        must_change_password=False,
    )  # fmt: skip
    assert "医保部门批准以后才能登记出发。" in text(page(cast.liaison, referral))
    for move in ("accept", "arrive"):
        assert page(there, referral, move=move, text="").status_code == 302
    answer = page(there, referral)
    assert "医保部门批准以后才按已转诊结算。" in text(answer) and "登记出发" not in text(answer)
    assert [step.to_state for step in answer.context["steps"]] == ["arrived", "accepted", "requested"]  # The newest first, as everywhere.


def test_the_paper_says_everything_and_is_on_the_trail(cast):
    referral = walk(cast, requested(cast), "accept")
    shown = text(client_of(cast.liaison).get(reverse("hospitals:referral-paper", args=[referral.pk])))
    for words in ("转诊病情介绍单", "韦桂兰，女，66 岁", "柳城县人民医院", "柳州市工人医院", "13900000088", "韦小军（儿子）", "梁志远"):
        assert words in shown, words
    assert referral.person.id_number.reveal() not in shown
    row = AuditEvent.objects.filter(action="printed").get()
    assert (row.staff, row.subject_type, row.subject_id, row.detail) == (
        cast.liaison, "person", referral.person_id, {"what": "转诊病情介绍单"},
    )  # fmt: skip


def test_the_panel_asks_only_where_it_may_be_asked(cast):
    case = in_treatment(cast)
    panel = reverse("hospitals:referrals", args=[case.person_id])
    assert new(case) in text(client_of(cast.liaison).get(panel)) and new(case) not in text(client_of(cast.clerk).get(panel))
    requested(cast, case)
    shown = text(client_of(cast.liaison).get(panel))
    assert new(case) not in shown and "柳州市工人医院" in shown
    assert "柳州市工人医院" in text(client_of(cast.township).get(panel))


def test_the_list_asks_a_fixed_number_of_queries(cast, django_assert_max_num_queries):
    desk, address = client_of(cast.lead), reverse("hospitals:referral-list")
    for name in ("韦桂兰", "覃福生"):
        requested(cast, in_treatment(cast, name))
    assert "韦桂兰" in text(desk.get(address))
    with django_assert_max_num_queries(40) as few:
        desk.get(address)
    for name in ("莫秀英", "石永福", "罗美珍"):
        requested(cast, in_treatment(cast, name))
    with django_assert_max_num_queries(len(few.captured_queries)):
        shown = text(desk.get(address))
    assert all(name in shown for name in ("莫秀英", "石永福", "罗美珍"))
    assert "现在没有在办的转诊" not in shown
