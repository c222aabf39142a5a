"""A county hospital that cannot treat says so with the talk recorded, the county arranges the city's or answers otherwise."""

import pytest
from django.urls import reverse

from hospitals.actions import admit, choose_hospital
from hospitals.arranging import Why, answer_inability, arrange_hospital
from hospitals.inability import say_unable
from hospitals.models import Inability
from hospitals.offering import offering
from ledger import clock
from ledger.actions.cases import close_case
from ledger.actions.refusals import Refused
from ledger.models import Case
from reports.work_kinds import BY_CODE
from reports.work_lists import number_waiting
from tests.cast import CITY_HOSPITAL, COUNTY_HOSPITAL, on_day
from tests.hospitals.arranging_rows import fresh, listed, verified
from tests.ledger.desks import client_of
from tests.ledger.kept_desk import day, errors, summary
from tests.ledger.two_records import everything, merge, undo

pytestmark = pytest.mark.django_db
TOLD = {
    "reason": "没有手术显微镜", "talked_on": "2017.10.18", "talked_with": "患者本人和女儿", "talk": "说明了本院条件，同意到市里手术",
    "wish": "愿去工人医院",
}  # fmt: skip


@pytest.fixture
def case(cast) -> Case:
    """韦桂兰, 白内障, arranged with the county hospital."""
    return arrange_hospital(by=cast.clerk, case=verified(cast), hospital=cast.hospital)


def said(cast, case: Case, **changes) -> Inability:
    return say_unable(by=cast.liaison, case=fresh(case), **(TOLD | {"talked_on": day("10-18")} | changes))


def row() -> Inability:
    return Inability.objects.everywhere("test").select_related("arranged", "said_by", "answered_by", "hospital").get()


def told(case: Case) -> list[tuple[str, str, str]]:
    events = case.events.filter(move__startswith="inability").order_by("pk")
    return [(event.move, event.text, event.reason) for event in events]


# ---- the hospital says so ----


def steps(staff, case: Case) -> list[tuple[str, bool]]:
    (progress,) = client_of(staff).get(reverse("ledger:person", args=[case.person_id])).context["progress"]
    return [(step.words, step.forward) for step in progress.steps]


def test_having_said_so_the_hospital_is_not_asked_for_a_plan(cast, case):
    assert listed("plan-write", cast.liaison) == ["白内障"] and steps(cast.liaison, case)[0] == ("填写诊疗方案", True)
    said(cast, case)
    assert listed("plan-write", cast.liaison) == []
    assert [words for words, forward in steps(cast.liaison, case) if forward or words == "填写诊疗方案"] == []
    assert steps(cast.clerk, case)[0] == ("另选定点医院", True)
    page = reverse("ledger:person", args=[case.person_id])
    assert "下一步：另选定点医院，由县卫健部门办理。" in client_of(cast.liaison).get(page).content.decode()
    written = client_of(cast.liaison).get(reverse("hospitals:plan-write", args=[case.pk]), follow=True).content.decode()
    assert "柳城县人民医院 2017-10-20 说明不具备诊疗条件，等县卫健部门安排，不用填写方案。" in written
    answer_inability(by=cast.clerk, inability=row(), answer="市专家来院手术")
    assert listed("plan-write", cast.liaison) == ["白内障"] and steps(cast.liaison, case)[0] == ("填写诊疗方案", True)


def test_the_liaison_says_so_and_the_county_arranges_the_citys_hospital(cast, case):
    desk, address = client_of(cast.liaison), reverse("hospitals:inability-say", args=[case.pk])
    panel = desk.get(reverse("hospitals:stays", args=[case.person_id])).content.decode()
    assert f'<a href="{address}">本院不具备诊疗条件</a>' in panel
    answer = desk.post(address, TOLD, follow=True)
    assert "已报县卫健部门，由县里另行安排医院。" in answer.content.decode()
    held = row()
    assert (held.hospital, held.said_on, held.said_by, held.talked_on, held.talked_with) == (
        cast.hospital, clock.today(), cast.liaison, day("10-18"), "患者本人和女儿",
    )  # fmt: skip
    text = "柳城县人民医院说明不具备白内障诊疗条件，已与患者本人和女儿谈话，意愿：愿去工人医院"
    assert told(case) == [("inability_said", text, "没有手术显微镜")]
    assert listed("unable", cast.clerk) == ["白内障，柳城县人民医院"] and listed("unable", cast.clerk2) == []
    assert number_waiting(cast.lead) == 2  # This, and the case without a plan.
    page = reverse("hospitals:inability", args=[held.pk])
    assert BY_CODE["unable"].address(held) == page

    clerk = client_of(cast.clerk)
    shown = clerk.get(page).content.decode()
    assert "没有手术显微镜" in shown and "说明了本院条件，同意到市里手术" in shown and "另选定点医院</a>" in shown
    arrange = reverse("hospitals:arrange", args=[case.pk])
    form = clerk.get(arrange).context["form"]
    assert (form["why"].value(), form["note"].value()) == (Why.UNABLE, "愿去工人医院")
    assert clerk.post(arrange, {"hospital": CITY_HOSPITAL, "why": "unable", "note": "愿去工人医院"}).status_code == 302
    held = row()
    assert (held.answered_on, held.answered_by, held.arranged, held.answer) == (
        clock.today(),
        cast.clerk,
        cast.city_hospital,
        "愿去工人医院",
    )
    assert fresh(case).hospital_code == CITY_HOSPITAL and listed("unable", cast.clerk) == []
    # The county hospital still reads what it said and what came of it; the patient's page is no more its own.
    shown = desk.get(page).content.decode()
    assert "柳州市工人医院" in shown and reverse("ledger:person", args=[case.person_id]) not in shown
    assert desk.post(page, {"answer": "x"}).status_code == 200 and row().answer == "愿去工人医院"


def test_who_said_it_cannot_is_not_offered_for_this_case_again(cast, case):
    said(cast, case)
    assert offering(fresh(case), clock.today()).why_not(cast.hospital) == "该院 2017-10-20 说明不具备诊疗条件：没有手术显微镜"
    moved = arrange_hospital(by=cast.clerk, case=fresh(case), hospital=cast.city_hospital, why=Why.UNABLE)
    for act in (arrange_hospital, choose_hospital):
        with pytest.raises(Refused, match="2017-10-20 说明不具备诊疗条件：没有手术显微镜"):
            act(by=cast.clerk, case=moved, hospital=cast.hospital)
    other = verified(cast, "石永福")
    assert offering(other, clock.today()).why_not(cast.hospital) == ""  # What it lacks for one patient it may have for another.


def test_the_county_answers_that_it_can_be_treated_there(cast, case):
    held = said(cast, case)
    desk, page = client_of(cast.lead), reverse("hospitals:inability", args=[held.pk])
    assert errors(desk.post(page, {"answer": "　"})) == ["请填写答复。"]
    assert "已答复医院。" in desk.post(page, {"answer": "市级专家到院手术"}, follow=True).content.decode()
    held = row()
    assert (held.arranged, held.answer, held.answered_by) == (None, "市级专家到院手术", cast.lead)
    assert told(case)[-1] == ("inability_answered", "答复柳城县人民医院：白内障不另安排医院", "市级专家到院手术")
    assert offering(fresh(case), clock.today()).why_not(cast.hospital) == ""
    assert summary(desk.post(page, {"answer": "再答"})) == "还没有保存，有 1 处要改：这件事已经答复。请刷新后再看。"
    assert said(cast, case).answered_on is None  # It may turn out again that it cannot.


@pytest.mark.parametrize(("changes", "sentences"), [
    ({"reason": " "}, ["请填写不具备的条件。"]),
    ({"talked_with": "", "talk": ""}, ["请填写谈话对象。", "请填写谈话记录。"]),
    ({"talked_on": "2017-10-21"}, ["谈话日期 2017-10-21 晚于今天，请改正。"]),
    ({"talked_on": "2017-09-30"}, ["谈话日期 2017-09-30 早于发现日期 2017-10-01，请改正。"]),
    ({"talked_on": "10月18"}, ["日期请写成 2017-10-20 这样。"]),
])  # fmt: skip
def test_what_is_missing_stands_beside_its_field(cast, case, changes, sentences):
    answer = client_of(cast.liaison).post(reverse("hospitals:inability-say", args=[case.pk]), TOLD | changes)
    assert answer.status_code == 422 and errors(answer) == sentences
    assert not Inability.objects.everywhere("test").exists()
    kept = (TOLD | changes)["wish"]
    assert f'value="{kept}"' in answer.content.decode()


def test_only_the_arranged_hospital_and_only_before_admission(cast, case):
    with pytest.raises(Refused, match="由定点医院联络员说明。"):
        say_unable(by=cast.clerk, case=case, **(TOLD | {"talked_on": day("10-18")}))
    said(cast, case)
    with pytest.raises(Refused, match="2017-10-20 已经说明，县卫健部门正在安排。请刷新后再看。"):
        said(cast, case)
    with on_day(day("10-20")):
        admit(by=cast.clerk, case=fresh(case), hospital=cast.city_hospital, on=day("10-19"))
    held = row()  # Admitted elsewhere meanwhile: nobody has to arrange anything.
    assert (held.answered_on, held.arranged, held.answer) == (day("10-20"), None, "已在柳州市工人医院入院")
    Case.objects.everywhere("set-up").filter(pk=case.pk).update(hospital_code=COUNTY_HOSPITAL)
    with pytest.raises(Refused, match="治疗中要到上级医院的，请办转诊"):
        said(cast, case)
    answer = client_of(cast.liaison).get(reverse("hospitals:inability-say", args=[case.pk]), follow=True)
    assert "入院以前、由本院收治的患者才能说明；治疗中要到上级医院的，请办转诊。" in answer.content.decode()


def test_closing_the_case_ends_it(cast, case):
    said(cast, case)
    close_case(by=cast.lead, case=fresh(case), outcome="died", reason="村委会证明", on=clock.today())
    assert (row().answer, listed("unable", cast.clerk)) == ("病例销号，不再安排", [])


def test_another_countys_is_not_there(cast, case):
    held = said(cast, case)
    page = reverse("hospitals:inability", args=[held.pk])
    assert [client_of(staff).get(page).status_code for staff in (cast.clerk, cast.city, cast.clerk2)] == [200, 200, 404]
    with pytest.raises(Inability.DoesNotExist):
        answer_inability(by=cast.clerk2, inability=held, answer="可以治")


# ---- two records of one person ----


def twin(cast) -> Case:
    return arrange_hospital(by=cast.clerk, case=verified(cast), hospital=cast.hospital)


def test_a_merge_carries_what_was_said_to_the_case_that_goes_on_and_its_undoing_back(cast, case):
    other = twin(cast)
    held = said(cast, other)
    before = everything()
    merged = merge(cast, case.person, other.person)
    held = Inability.objects.everywhere("test").get(pk=held.pk)
    assert Case.objects.visible_to(cast.clerk).get(pk=held.case_id).person_id == case.person_id
    assert listed("unable", cast.clerk) == ["白内障，柳城县人民医院"]
    undo(cast, merged)
    assert everything() == before


def test_of_two_that_wait_one_goes_on_and_the_other_stays_with_its_case(cast, case):
    other = twin(cast)
    said(cast, case)
    said(cast, other, reason="没有麻醉医生")
    before = everything()
    merged = merge(cast, case.person, other.person)
    assert listed("unable", cast.clerk) == ["白内障，柳城县人民医院"]
    undo(cast, merged)
    assert everything() == before and len(listed("unable", cast.clerk)) == 2
