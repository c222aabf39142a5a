"""The way from a stay to a completed treatment has no dead end."""

import pytest
from django.test import Client
from django.urls import reverse

from hospitals.actions import admit, complete, discharge
from hospitals.models import Stay
from ledger import clock
from ledger.actions.cases import verify_case
from ledger.models import Case

pytestmark = pytest.mark.django_db


def test_whoever_is_still_in_hospital_is_led_to_the_discharge_with_completion_ticked(cast):
    case = verify_case(by=cast.clerk, case=cast.case_of(cast.register("韦桂兰")))
    admit(by=cast.clerk, case=case, hospital=cast.hospital, on=clock.today())
    client = Client()
    client.force_login(cast.clerk)
    page = client.get(reverse("hospitals:complete", args=[case.pk])).content.decode()
    discharge = reverse("hospitals:discharge", args=[Stay.objects.visible_to(cast.clerk).get(case=case).pk])
    assert f'<a href="{discharge}?completed=1">登记出院并完成治疗</a>' in page
    ticked = client.get(f"{discharge}?completed=1").context["form"]["completed"].value()
    plain = client.get(discharge).context["form"]["completed"].value()
    assert (ticked, plain) == (True, False)


def test_somebody_in_hospital_is_brought_forward_by_the_discharge(cast):
    case = verify_case(by=cast.clerk, case=cast.case_of(cast.register("韦桂兰")))
    stay = admit(by=cast.clerk, case=case, hospital=cast.hospital, on=clock.today())
    assert offered(cast.clerk, case) == [("登记出院", True), ("登记完成治疗", False)]
    assert offered(cast.lead, case) == [("登记出院", True), ("登记完成治疗", False), ("销号", False)]
    assert offered(cast.liaison, case) == [("登记出院", True), ("登记完成治疗", False)]
    assert offered(cast.civil, case) == []
    page = page_of(cast.liaison, case)
    address = reverse("hospitals:discharge", args=[stay.pk]) + "?completed=1"
    assert (page.context["next"].words, page.context["next"].address) == ("登记出院", address)
    assert f'<a class="btn btn-primary" href="{address}">登记出院</a>' in page.content.decode()


def test_once_discharged_completion_is_the_way_forward_and_a_further_stay_an_aside(cast):
    case = verify_case(by=cast.clerk, case=cast.case_of(cast.register("韦桂兰")))
    stay = admit(by=cast.clerk, case=case, hospital=cast.hospital, on=clock.today())
    discharge(by=cast.clerk, stay=stay, on=clock.today())
    assert offered(cast.clerk, case) == [("登记完成治疗", True), ("再次入院", False)]


def test_a_lasting_treatment_that_runs_on_offers_no_second_admission(cast):
    case = verify_case(by=cast.clerk, case=cast.case_of(cast.register("覃福生", disease="end-stage-renal-disease")))
    admit(by=cast.clerk, case=case, hospital=cast.hospital, on=clock.today())
    complete(by=cast.clerk, case=case, on=clock.today(), lasting=True)
    assert offered(cast.clerk, case) == [("撤销完成治疗", False)]
    assert offered(cast.lead, case) == [("销号", True), ("撤销完成治疗", False)]


def test_the_withdrawal_of_a_completion_has_its_page_with_the_hospitals(cast):
    case = verify_case(by=cast.clerk, case=cast.case_of(cast.register("韦桂兰")))
    stay = admit(by=cast.clerk, case=case, hospital=cast.hospital, on=clock.today())
    discharge(by=cast.clerk, stay=stay, on=clock.today(), completed=True)
    address, desk = reverse("hospitals:withdraw", args=[case.pk]), Client()
    desk.force_login(cast.clerk)
    assert f'href="{address}">撤销完成治疗</a>' in page_of(cast.clerk, case).content.decode()
    answer = desk.post(address, {"reason": " "})
    assert (answer.status_code, answer.context["form"].errors["reason"]) == (422, ["请填写原因。"])
    answer = desk.post(address, {"reason": "录错人"}, follow=True)
    assert "韦桂兰的白内障：已撤销完成治疗。" in answer.content.decode()
    panel = desk.get(reverse("hospitals:stays", args=[case.person_id])).content.decode()
    assert clock.today().isoformat() in panel and "st-done" not in panel
    answer = desk.post(address, {"reason": "录错人"})
    assert "现在的状态是“治疗中”，不能办“撤销完成治疗”。请刷新后再看。" in answer.content.decode()
    assert desk.get(reverse("ledger:case-move", args=[case.pk, "withdraw"])).status_code == 404


def page_of(staff, case: Case):
    client = Client()
    client.force_login(staff)
    return client.get(reverse("ledger:person", args=[case.person_id]))


def offered(staff, case: Case) -> list[tuple[str, bool]]:
    """The buttons of the one case, and whether each is the way forward."""
    (progress,) = page_of(staff, case).context["progress"]
    return [(step.words, step.forward) for step in progress.steps]
