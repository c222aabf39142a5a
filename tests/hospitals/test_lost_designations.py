"""A hospital that loses its designation keeps whom it treats, takes nobody new, and its planned patients are arranged elsewhere."""

import datetime

import pytest
from django.urls import reverse

from hospitals.actions import admit, choose_hospital, discharge, record_stay
from hospitals.arranging import arrange_hospital
from hospitals.designating import end_designation
from hospitals.models import Stay
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Case
from reports.work_kinds import BY_CODE
from tests.cast import COUNTY_HOSPITAL, on_day
from tests.hospitals.arranging_rows import ORDER, designate, designation, fresh, listed, verified
from tests.ledger.desks import client_of
from tests.ledger.kept_desk import day

pytestmark = pytest.mark.django_db


def test_it_keeps_whom_it_treats_and_takes_nobody_new_at_any_door(cast):
    staying, planned, found, late = (verified(cast, name) for name in ("韦桂兰", "石永福", "覃福生", "罗美珍"))
    with on_day(day("10-09")):
        stay = admit(by=cast.lead, case=staying, hospital=cast.hospital, on=day("10-08"))
        planned = choose_hospital(by=cast.lead, case=planned, hospital=cast.hospital)
    assert listed("hospital-closed", cast.clerk) == []
    warning = client_of(cast.city).get(reverse("hospitals:designation-end", args=[designation(cast).pk])).content.decode()
    assert "已安排、还没有入院的 1 人要由县里另选医院。" in warning
    end_designation(by=cast.city, designation=designation(cast), last_day=day("10-10"), document=ORDER)
    said = "柳城县人民医院的白内障定点已到 2017-10-10 为止，不再接收新的患者。请另选定点医院。"
    for case in (planned, found):
        with pytest.raises(Refused) as refused:
            admit(by=cast.liaison if case is planned else cast.lead, case=case, hospital=cast.hospital, on=day("10-12"))
        assert (refused.value.message, refused.value.field) == (said, "hospital")
    with pytest.raises(Refused, match="不能选：白内障的定点已到 2017-10-10 为止"):
        arrange_hospital(by=cast.lead, case=found, hospital=cast.hospital)
    with pytest.raises(Refused, match="不是柳城县 2017 年白内障的定点医院"):
        choose_hospital(by=cast.lead, case=found, hospital=cast.hospital)
    admit(by=cast.lead, case=late, hospital=cast.hospital, on=day("10-10"))  # Its last day, entered afterwards.
    assert listed("hospital-closed", cast.clerk) == ["白内障，柳城县人民医院"]
    assert [row.pk for row in BY_CODE["hospital-closed"].rows(cast.lead)] == [planned.pk]
    assert listed("hospital-closed", cast.clerk2) == []

    discharge(by=cast.liaison, stay=stay, on=day("10-15"))  # Whoever is in treatment is finished there.
    again = admit(by=cast.liaison, case=fresh(staying), hospital=cast.hospital, on=day("10-16"))
    assert discharge(by=cast.liaison, stay=again, on=day("10-18"), completed=True).completed_on == day("10-18")


def test_a_bill_of_a_stay_after_the_end_is_taken_and_marked(cast):
    """What has happened is told at the window; it is paid as a stay in a hospital that is not designated."""
    case = verified(cast)
    end_designation(by=cast.city, designation=designation(cast), last_day=day("10-10"), document=ORDER)
    record_stay(by=cast.lead, case=case, hospital=cast.hospital, admitted_on=day("10-12"), discharged_on=day("10-15"))
    assert fresh(case).events.get(move="case_admit").text == "白内障入院，柳城县人民医院（非定点）"


def test_one_that_never_was_designated_still_takes_an_emergency_marked(cast):
    case = verified(cast, disease="colon-cancer")
    admit(by=cast.lead, case=case, hospital=cast.hospital, on=day("10-12"))
    assert fresh(case).events.filter(move="case_admit").get().text == "结肠癌入院，柳城县人民医院（非定点）"


def test_a_lasting_treatment_goes_on_where_it_is(cast):
    case = verified(cast, "覃福生", "end-stage-renal-disease")
    Stay.objects.create(
        case=case, hospital=cast.hospital, admitted_on=day("10-04"), discharged_on=day("10-06"), completed_on=day("10-06"), lasting=True,
        recorded_at=clock.now(), recorded_by=cast.clerk,
    )  # fmt: skip
    Case.objects.everywhere("set-up").filter(pk=case.pk).update(state="treated", completed_on=day("10-06"), hospital_code=COUNTY_HOSPITAL)
    end_designation(by=cast.city, designation=designation(cast, "end-stage-renal-disease"), last_day=day("10-10"), document=ORDER)
    assert admit(by=cast.liaison, case=fresh(case), hospital=cast.hospital, on=day("10-12")).hospital == cast.hospital


def test_a_new_years_list_without_the_hospital_loses_it_and_no_list_loses_nobody(cast):
    case = arrange_hospital(by=cast.clerk, case=verified(cast), hospital=cast.hospital)
    with on_day(datetime.date(2018, 1, 3)):
        assert listed("hospital-closed", cast.clerk) == []
        designate(cast, cast.city_hospital, "cataract", cast.prefecture, tier="city", year=2018)
        assert listed("hospital-closed", cast.clerk) == ["白内障，柳城县人民医院"]
        with pytest.raises(Refused, match="定点已到 2017-12-31 为止"):
            admit(by=cast.lead, case=fresh(case), hospital=cast.hospital, on=datetime.date(2018, 1, 2))
