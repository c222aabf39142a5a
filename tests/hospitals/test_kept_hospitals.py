"""Hospitals kept by the city: added, changed, closed, each with its document; another prefecture's are not there."""

import datetime

import pytest
from django.urls import reverse

from hospitals.actions import admit, choose_hospital, complete, discharge
from hospitals.designating import close_hospital, copy_year, designate
from hospitals.models import Designation, Hospital
from ledger.actions.cases import verify_case
from ledger.actions.refusals import Refused
from ledger.models import Division
from ledger.models.division import Level
from settlement.entitlement import Visit, entitlement
from tests.cast import COUNTY_HOSPITAL, on_day
from tests.hospitals.designation_desk import KEPT, NEW, ORDER, PAGE, designated, public
from tests.ledger.desks import client_of
from tests.ledger.kept_desk import day, errors, hidden, noted, summary


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
    assert "正在治疗的 1 人保留，在该院治完、出院、结算；已安排、还没有入院的 1 人要另选医院。" in desk.get(address).content.decode()
    with on_day(day("10-15")):
        assert desk.post(address, {"document": ORDER})["Location"] == KEPT
    assert noted("hospital") == [("柳城县人民医院", "停用，不再接收新的患者；正在治疗的 1 人在该院治完，已安排的 1 人另选医院", ORDER)]
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
