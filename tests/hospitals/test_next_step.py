"""The way from a stay to a completed treatment has no dead end."""

import pytest
from django.test import Client
from django.urls import reverse

from hospitals.actions import admit
from hospitals.models import Stay
from ledger import clock
from ledger.actions.cases import verify_case

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
