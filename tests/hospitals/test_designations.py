"""Hospitals and what they are designated for, kept by the city: added, ended, copied to a year, closed; each with its document."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hospitals import designating
from hospitals.actions import admit, choose_hospital, complete, discharge, is_designated
from hospitals.designating import close_hospital, copy_year, designate, end_designation
from hospitals.models import Designation, Hospital
from ledger.actions.cases import verify_case
from ledger.actions.refusals import Refused
from ledger.models import Division, Staff
from ledger.models.division import Level
from settlement.entitlement import Visit, entitlement
from tests.cast import COUNTY_HOSPITAL, on_day
from tests.ledger.desks import client_of
from tests.ledger.kept_desk import day, errors, hidden, noted, summary
from tests.ledger.test_coverage_pages import colleague
from tests.racing import at_once, said

PAGE, COPY, KEPT = "/hospitals/designations/", "/hospitals/designations/copy/", "/hospitals/kept/"
NEW = "/hospitals/kept/new/"
ORDER = "柳卫医〔2018〕3号"


def typed(cast, *codes: str, **changes) -> dict:
    data = {
        "hospital": cast.hospital.pk, "diseases": [cast.disease(code).pk for code in codes], "area": cast.county.pk, "tier": "county",
        "year": 2017, "document": ORDER,
    }  # fmt: skip
    return data | changes


def designated(cast, on: str, code: str = "cataract") -> list[str]:
    found = Hospital.objects.designated_for(disease=cast.disease(code), county=cast.county, on=day(on))
    return [hospital.code for hospital in found]


def row(cast, code: str = "cataract", year: int = 2017) -> Designation:
    return Designation.objects.get(hospital=cast.hospital, disease__code=code, year=year)


def public() -> str:
    from django.test import Client

    return Client().get("/hospitals/").content.decode()


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


# ---- hospitals ----


def test_a_hospital_is_added_changed_and_found_on_the_public_list(cast):
    desk = client_of(cast.city)
    data = {
        "code": "450223-1",
        "name": "鹿寨县人民医院",
        "short_name": "县医院",
        "county": cast.county2.pk,
        "phone": "0772-0000009",
        "document": ORDER,
    }
    assert desk.post(NEW, data)["Location"] == KEPT
    made = Hospital.objects.get(code="450223-1")
    assert noted("hospital") == [("鹿寨县人民医院", "新增医院，代码 450223-1", ORDER)]
    assert errors(desk.post(NEW, data)) == ["已有鹿寨县人民医院。请打开它修改，或换一个名称。"]
    assert errors(desk.post(NEW, data | {"name": "鹿寨县中医院"})) == ["代码 450223-1 已经有医院使用，请核对。"]
    assert errors(desk.post(NEW, data | {"name": "鹿寨县中医院", "code": "鹿1"})) == ["代码只用字母、数字和横线，如 450222-1。"]
    address = reverse("hospitals:hospital-edit", args=[made.pk])
    from html import unescape

    seen = unescape(hidden(desk.get(address), "seen"))
    changed = data | {"phone": "0772-0000010", "seen": seen}
    assert desk.post(address, changed).status_code == 302
    assert noted("hospital")[-1] == ("鹿寨县人民医院", "联系电话：0772-0000009 → 0772-0000010", ORDER)
    late = desk.post(address, changed | {"name": "鹿寨人民医院"})
    assert summary(late) == "还没有保存，有 1 处要改：您打开之后，别人改过这家医院的资料。请看过现在的内容，再改。"
    reader = client_of(cast.clerk).get(KEPT).content.decode()
    assert "鹿寨县人民医院" in reader and "修改</a>" not in reader and NEW not in reader


def test_a_closed_hospital_finishes_whom_it_has_and_takes_nobody_new(cast):
    staying, waiting, found = (cast.register(name, on=day("10-01")) for name in ("韦桂兰", "石永福", "覃福生"))
    with on_day(day("10-10")):
        stay = admit(by=cast.lead, case=verify_case(by=cast.lead, case=cast.case_of(staying)), hospital=cast.hospital, on=day("10-09"))
        planned = choose_hospital(by=cast.lead, case=verify_case(by=cast.lead, case=cast.case_of(waiting)), hospital=cast.hospital)
    desk = client_of(cast.city)
    address = reverse("hospitals:hospital-close", args=[cast.hospital.pk])
    assert "正在治疗的 1 人保留，在该院治完、出院、结算；已定方案、还没有入院的 1 人要另选医院。" in desk.get(address).content.decode()
    with on_day(day("10-15")):
        assert desk.post(address, {"document": ORDER})["Location"] == KEPT
    assert noted("hospital") == [("柳城县人民医院", "停用，不再接收新的患者；正在治疗的 1 人在该院治完，已定方案的 1 人另选医院", ORDER)]
    hospital = Hospital.objects.get(code=COUNTY_HOSPITAL)
    assert not hospital.is_active and set(hospital.designations.values_list("ended_on", flat=True)) == {day("10-15")}
    assert "柳城县人民医院" not in public()

    late = cast.register("罗美珍", on=day("10-01"))  # Admitted before the hospital closed, and entered afterwards.
    admit(by=cast.lead, case=verify_case(by=cast.lead, case=cast.case_of(late)), hospital=hospital, on=day("10-15"))
    for case in (planned, cast.case_of(found)):
        with pytest.raises(Refused, match="柳城县人民医院已停用，不再接收新的患者。请选择别的医院。"):
            admit(by=cast.lead, case=case, hospital=hospital, on=day("10-18"))
    with pytest.raises(Refused, match="已停用"):
        choose_hospital(by=cast.lead, case=verify_case(by=cast.lead, case=cast.case_of(found)), hospital=hospital)
    offered = client_of(cast.lead).get(reverse("hospitals:admit", args=[cast.case_of(found).pk])).content.decode()
    assert f'value="{COUNTY_HOSPITAL}"' not in offered

    discharge(by=cast.liaison, stay=stay, on=day("10-17"))
    second = admit(by=cast.liaison, case=cast.case_of(staying), hospital=hospital, on=day("10-18"))  # The course goes on there.
    mine = client_of(cast.liaison).get(reverse("hospitals:admit", args=[cast.case_of(staying).pk])).content.decode()
    assert f'value="{COUNTY_HOSPITAL}"' in mine
    discharge(by=cast.liaison, stay=second, on=day("10-20"))
    done = complete(by=cast.liaison, case=cast.case_of(staying), on=day("10-20"))
    assert (done.state, done.completed_on) == ("treated", day("10-20"))
    assert entitlement(Visit(staying, cast.disease("cataract"), hospital, day("10-09"), day("10-17"), "")).designated


def test_closing_ends_this_years_designations_drops_later_ones_and_keeps_the_past(cast):
    Designation.objects.create(
        hospital=cast.hospital, disease=cast.disease("cataract"), area=cast.county, tier="county", year=2016, document="旧"
    )
    copy_year(by=cast.city, from_year=2017, to_year=2018, document=ORDER)
    close_hospital(by=cast.city, hospital=cast.hospital, document=ORDER)
    kept = Hospital.objects.get(pk=cast.hospital.pk).designations.order_by("year", "disease__position")
    assert [(one.year, one.ended_on) for one in kept] == [(2016, datetime.date(2016, 12, 31))] + [(2017, day("10-20"))] * 3
    assert designated(cast, "2016-05-01") == [COUNTY_HOSPITAL]  # Bills of that year are still settled under it.
    with pytest.raises(Refused, match="已经停用"):
        close_hospital(by=cast.city, hospital=cast.hospital, document=ORDER)
    with pytest.raises(Refused, match="柳城县人民医院已停用，请先恢复。"):
        designate(
            by=cast.city,
            hospital=cast.hospital,
            diseases=[cast.disease("stroke")],
            area=cast.county,
            tier="county",
            year=2017,
            document=ORDER,
        )
    desk = client_of(cast.city)
    assert desk.post(reverse("hospitals:hospital-close", args=[cast.hospital.pk]), {"document": ORDER}).status_code == 302
    assert Hospital.objects.get(pk=cast.hospital.pk).is_active and noted("hospital")[-1][1] == "恢复使用"


def test_another_prefectures_hospital_and_designation_are_not_there(cast):
    laibin = Division.objects.create(code="451300", name="来宾市", level=Level.PREFECTURE)
    theirs = Hospital.objects.create(code="451300-1", name="来宾市人民医院")
    other = Designation.objects.create(hospital=theirs, disease=cast.disease("cataract"), area=laibin, tier="city", year=2017, document="x")
    desk = client_of(cast.city)
    for address in (
        reverse("hospitals:hospital-edit", args=[theirs.pk]), reverse("hospitals:hospital-close", args=[theirs.pk]),
        reverse("hospitals:designation-end", args=[other.pk]),
    ):  # fmt: skip
        assert desk.get(address).status_code == 404 and desk.post(address, {"document": ORDER}).status_code == 404
    assert "来宾市人民医院" not in desk.get(KEPT).content.decode()
    assert "来宾市人民医院</th>" not in desk.get(PAGE).content.decode()  # It may be chosen: patients go there too.
    with pytest.raises(Refused, match="别的市也在用"):
        close_hospital(by=cast.city, hospital=theirs, document=ORDER)


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
    assert asked() == before
