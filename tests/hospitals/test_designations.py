"""What hospitals are designated for, kept by the city: added, ended, copied to a year, each with its document."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hospitals import designating
from hospitals.actions import choose_hospital, is_designated
from hospitals.designating import copy_year, designate, end_designation
from hospitals.models import Designation, Hospital
from ledger.actions.cases import verify_case
from ledger.actions.refusals import Refused
from ledger.models import Staff
from settlement.entitlement import Visit, entitlement
from tests.cast import COUNTY_HOSPITAL, on_day
from tests.hospitals.designation_desk import COPY, KEPT, ORDER, PAGE, designated, public, row, typed
from tests.ledger.coverage_desk import colleague
from tests.ledger.desks import client_of
from tests.ledger.kept_desk import day, errors, hidden, noted, summary
from tests.racing import at_once, said

# ---- designations ----


def test_several_diseases_are_added_in_one_act_and_the_public_list_follows(cast):
    desk = client_of(cast.city)
    assert desk.post(PAGE, typed(cast, "lung-cancer", "colon-cancer"))["Location"] == f"{PAGE}?year=2017"
    assert noted("designation") == [("柳城县人民医院", "2017 年定点：结肠癌、肺癌，服务柳城县，县级", ORDER)]
    assert designated(cast, "10-20", "lung-cancer") == [COUNTY_HOSPITAL] and "肺癌" in public()
    again = desk.post(PAGE, typed(cast, "lung-cancer"))
    assert summary(again) == "还没有保存，有 1 处要改：柳城县人民医院 2017 年在柳城县已是肺癌的定点，不用再加。"
    mixed = desk.post(PAGE, typed(cast, "lung-cancer", "stroke"))  # What is there already stays as it is.
    assert mixed.status_code == 302 and noted("designation")[-1][1] == "2017 年定点：脑卒中，服务柳城县，县级"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"diseases": []}, "请至少选择一个病种。"),
        ({"hospital": ""}, "请选择医院。"),
        ({"tier": "national"}, "级别不在可选范围，请重新选择。"),
        ({"year": "18"}, "年度请写成 2018 这样。"),
        ({"year": "2030"}, "年度 2030 离今年太远，请核对。"),
        ({"document": ""}, "请填写依据的文号。"),
    ],
)
def test_what_is_missing_is_said_at_the_head(cast, changes, sentence):
    refused = client_of(cast.city).post(PAGE, typed(cast, "lung-cancer", **changes))
    assert refused.status_code == 422 and summary(refused) == f"还没有保存，有 1 处要改：{sentence}"
    assert noted("designation") == []


def test_faults_are_named_in_the_pages_order(cast):
    refused = client_of(cast.city).post(PAGE, {"area": cast.county.pk, "year": 2017})
    assert summary(refused) == "还没有保存，有 3 处要改：请选择医院；请选择级别；请填写依据的文号。"


def test_a_bureau_reads_its_own_countys_and_the_prefectures(cast):
    designate(
        by=cast.city,
        hospital=cast.city_hospital,
        diseases=[cast.disease("stroke")],
        area=cast.county2,
        tier="city",
        year=2017,
        document=ORDER,
    )
    page = client_of(cast.clerk).get(PAGE).content.decode()
    assert "柳州市工人医院" in page and "<td>脑卒中</td>" not in page and "添加定点" not in page and "终止</a>" not in page
    assert client_of(cast.clerk).post(PAGE, typed(cast, "stroke")).status_code == 404
    assert "<td>脑卒中</td>" in client_of(cast.clerk2).get(PAGE).content.decode()
    narrowed = client_of(cast.city).get(PAGE, {"disease": "stroke", "year": "2017"}).content.decode()
    assert "2017 年　1 项" in narrowed
    assert "还没有录入 2018 年的定点。" in client_of(cast.city).get(PAGE, {"year": "2018"}).content.decode()


def test_the_last_day_still_counts_and_a_stay_begun_by_then_is_finished_under_it(cast):
    cast.register("韦桂兰", on=day("10-01"))
    desk, one = client_of(cast.city), row(cast)
    address = reverse("hospitals:designation-end", args=[one.pk])
    assert errors(desk.post(address, {"last_day": "2018-01-01", "document": ORDER})) == ["这是 2017 年的定点，最后一天要在这一年里。"]
    assert desk.post(address, {"last_day": "2017.10.10", "document": ORDER}).status_code == 302
    assert noted("designation") == [("柳城县人民医院", "2017 年白内障的定点（服务柳城县）到 2017-10-10 为止", ORDER)]
    assert errors(desk.post(address, {"last_day": "2017-10-12", "document": ORDER})) == ["这项定点已在 2017-10-10 终止。"]
    assert (designated(cast, "10-10"), designated(cast, "10-11")) == ([COUNTY_HOSPITAL, "450202-1"], ["450202-1"])
    with on_day(day("10-10")):
        assert '柳城县人民医院</td><td class="text-nowrap">县级' in public()
    listed = public()
    assert listed.count("柳城县人民医院") == 2  # Its other two diseases stand; 白内障 is gone from today's list.

    person = cast.register("石永福", on=day("09-01"))
    disease = cast.disease("cataract")
    begun, later = (Visit(person, disease, cast.hospital, day(first), day("10-18"), "") for first in ("10-09", "10-12"))
    assert (entitlement(begun).designated, entitlement(later).designated) == (True, False)
    case = cast.case_of(person)
    assert (is_designated(cast.hospital, case, day("10-10")), is_designated(cast.hospital, case, day("10-11"))) == (True, False)
    verify_case(by=cast.lead, case=case)
    with pytest.raises(Refused, match="不是柳城县 2017 年白内障的定点医院"):
        choose_hospital(by=cast.lead, case=case, hospital=cast.hospital)
    assert desk.post(PAGE, typed(cast, "cataract")).status_code == 302  # Ended by mistake: added again, it holds again.
    assert row(cast).ended_on is None and designated(cast, "10-11")[0] == COUNTY_HOSPITAL


def test_a_year_is_copied_in_one_act_after_a_preview(cast):
    end_designation(by=cast.city, designation=row(cast, "gastric-cancer"), last_day=day("06-30"), document=ORDER)
    designate(
        by=cast.city,
        hospital=cast.hospital,
        diseases=[cast.disease("cataract")],
        area=cast.county,
        tier="county",
        year=2018,
        document="先定",
    )
    desk = client_of(cast.city)
    looked = desk.post(COPY, {"from_year": "2017", "to_year": "2018", "document": ORDER, "preview": "yes"})
    page = looked.content.decode()
    assert "抄 6 项；已有 1 项，不动" in page and "不抄：已终止" in page
    assert Designation.objects.filter(year=2018).count() == 1
    data = {"from_year": "2017", "to_year": "2018", "document": ORDER, "looked": hidden(looked, "looked"), "save": "yes"}
    assert desk.post(COPY, data)["Location"] == f"{PAGE}?year=2018"
    made = Designation.objects.filter(year=2018)
    assert (made.count(), row(cast, "cataract", 2018).document, row(cast, "end-stage-renal-disease", 2018).document) == (7, "先定", ORDER)
    assert not made.filter(disease__code="gastric-cancer", hospital=cast.hospital).exists()
    assert noted("designation")[-1] == ("2018 年定点医院", "把 2017 年的 6 项定点抄到 2018 年", ORDER)
    assert summary(desk.post(COPY, data)) == "还没有保存，有 1 处要改：2017 年没有可以抄到 2018 年的定点。"
    with on_day(day("2018-01-01")):
        assert designated(cast, "2018-01-01") == [COUNTY_HOSPITAL, "450202-1"] and "柳城县人民医院" in public()
    assert errors(desk.post(COPY, {"from_year": "2018", "to_year": "2018", "document": ORDER})) == ["两个年度一样，请改其中一个。"]


@pytest.mark.django_db(transaction=True)
def test_two_officials_who_copy_a_year_at_once_copy_it_once(cast):
    other = colleague(cast)
    cast.city  # noqa: B018
    years = {"from_year": 2017, "to_year": 2018, "document": ORDER}
    answers = at_once(lambda: copy_year(by=cast.city, **years), lambda: copy_year(by=other, **years))
    assert said(answers) == ["done", "2017 年没有可以抄到 2018 年的定点。"]
    assert Designation.objects.filter(year=2018).count() == 8


@pytest.mark.django_db(transaction=True)
def test_without_holding_the_prefecture_two_copies_would_collide(cast, monkeypatch):
    other = colleague(cast)
    cast.city  # noqa: B018
    monkeypatch.setattr(designating, "_keeper", lambda by: Staff.objects.select_related("area").get(pk=by.pk).area)  # The switch.
    years = {"from_year": 2017, "to_year": 2018, "document": ORDER}
    answers = at_once(lambda: copy_year(by=cast.city, **years), lambda: copy_year(by=other, **years))
    assert "designated_once" in said(answers)[1]


def test_the_pages_ask_as_much_for_many_rows_as_for_few(cast):
    desk = client_of(cast.city)

    def asked() -> list[int]:
        numbers = []
        for address in (PAGE, KEPT, "/hospitals/list/"):
            with CaptureQueriesContext(connection) as queries:
                desk.get(address)
            numbers.append(len(queries))
        return numbers

    desk.post(PAGE, typed(cast, "lung-cancer"))
    asked()
    before = asked()
    desk.post(PAGE, typed(cast, "stroke", "copd", "liver-cancer", "breast-cancer"))
    for number in range(5):
        hospital = Hospital.objects.create(code=f"X{number}", name=f"医院{number}", county=cast.county)
        designate(
            by=cast.city, hospital=hospital, diseases=[cast.disease("stroke")], area=cast.county, tier="county", year=2017, document=ORDER
        )
    asked()  # What was done is told once, and the session remembers that it was.
    assert asked() == before
