"""The hospitals' pages through the browser's door: forms with their sentences, the panel of stays, the public list."""

import datetime
import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from hospitals import actions
from hospitals.models import Designation, Hospital, Stay
from ledger.actions import cases
from ledger.models import Case

D = datetime.date


@pytest.fixture
def case(cast) -> Case:
    case = cast.case_of(cast.register("韦桂兰", on=D(2017, 9, 1)))
    return cases.verify_case(by=cast.clerk, case=case)


@pytest.fixture
def desk(client, cast):
    client.force_login(cast.clerk)
    return client


def said(response) -> str:
    """The last word of the page after a redirect."""
    return [str(message) for message in get_messages(response.wsgi_request)][-1]


def options(response, name: str) -> list[str]:
    select = re.search(rf'<select name="{name}".*?</select>', response.content.decode(), re.S)[0]
    return re.findall(r'<option value="([^"]*)"', select)


def test_a_day_at_the_desk(cast, desk, case):
    person_page = reverse("ledger:person", args=[case.person_id])
    plan, admit = reverse("hospitals:plan", args=[case.pk]), reverse("hospitals:admit", args=[case.pk])
    assert options(desk.get(plan), "hospital") == ["", "450222-1", "450202-1"]  # The county's own first.
    assert "data-enter-moves" in desk.get(plan).content.decode()  # Enter saves no half a plan.
    response = desk.post(plan, {"hospital": "450222-1"})
    assert (response.status_code, response.url, said(response)) == (302, person_page, "已定诊疗方案。")

    page = desk.get(admit).content.decode()
    assert '<option value="450222-1" selected>' in page and 'value="2017-10-20"' in page
    response = desk.post(admit, {"hospital": "450222-1", "admitted_on": "2017.10.9"})
    assert (response.url, said(response)) == (person_page, "已登记入院。")
    stay = Stay.objects.everywhere("test").get()
    assert stay.admitted_on == D(2017, 10, 9)

    discharge = reverse("hospitals:discharge", args=[stay.pk])
    panel = desk.get(reverse("hospitals:stays", args=[case.person_id]), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in panel and f'<a href="{discharge}">登记出院</a>' in panel and "住院中" in panel
    response = desk.post(discharge, {"discharged_on": "2017-10-13", "completed": "on"})
    assert (response.url, said(response)) == (person_page, "已登记出院，完成治疗。")
    panel = desk.get(reverse("hospitals:stays", args=[case.person_id]), headers={"HX-Request": "true"}).content.decode()
    assert '<td>2017-10-09</td><td>2017-10-13</td><td class="num">4</td>' in panel
    assert '<span class="st ok st-done">2017-10-13</span>' in panel and "登记出院" not in panel


def test_a_refused_date_stands_beside_its_field(desk, case):
    response = desk.post(reverse("hospitals:admit", args=[case.pk]), {"hospital": "450222-1", "admitted_on": "2017-08-31"})
    page = response.content.decode()
    assert response.status_code == 422
    assert '<div class="err" id="id_admitted_on-e">入院日期 2017-08-31 早于发现日期 2017-09-01，请改其中一个。</div>' in page
    assert "还没有保存，有 1 处要改：" in page and 'href="#id_admitted_on"' in page
    assert not Stay.objects.everywhere("test").exists()
    empty = desk.post(reverse("hospitals:admit", args=[case.pk]), {}).content.decode()
    assert "请选择医院。" in empty and "请填写入院日期。" in empty


def test_completion_asks_for_a_stay_first_and_for_lasting_treatment_when_open(cast, desk, case):
    complete = reverse("hospitals:complete", args=[case.pk])
    page = desk.get(complete).content.decode()
    assert "还没有登记过住院" in page and reverse("hospitals:admit", args=[case.pk]) in page
    actions.admit(by=cast.clerk, case=case, hospital=cast.hospital, on=D(2017, 10, 9))
    response = desk.post(complete, {"completed_on": "2017-10-12"})
    assert response.status_code == 422 and "请先登记出院" in response.content.decode()
    response = desk.post(complete, {"completed_on": "2017-10-12", "lasting": "on"})
    assert said(response) == "已登记完成治疗。"
    assert cast.case_of(case.person).completed_on == D(2017, 10, 12)


def test_strangers_meet_404(client, cast, case):
    stay = actions.admit(by=cast.clerk, case=case, hospital=cast.city_hospital, on=D(2017, 10, 9))
    for stranger in (cast.clerk2, cast.liaison):
        client.force_login(stranger)
        addresses = [reverse(f"hospitals:{name}", args=[case.pk]) for name in ("plan", "admit", "complete", "withdraw")]
        addresses += [reverse("hospitals:discharge", args=[stay.pk]), reverse("hospitals:stays", args=[case.person_id])]
        assert [client.get(address).status_code for address in addresses] == [404] * 6
    client.force_login(cast.civil)
    assert client.get(reverse("hospitals:admit", args=[case.pk])).status_code == 404
    panel = client.get(reverse("hospitals:stays", args=[case.person_id]), headers={"HX-Request": "true"})
    assert panel.status_code == 200 and "登记出院" not in panel.content.decode()


def test_a_liaison_is_offered_their_own_hospital(client, cast, case):
    actions.choose_hospital(by=cast.clerk, case=case, hospital=cast.hospital)
    client.force_login(cast.liaison)
    assert options(client.get(reverse("hospitals:admit", args=[case.pk])), "hospital") == ["450222-1"]
    response = client.post(reverse("hospitals:admit", args=[case.pk]), {"hospital": "450202-1", "admitted_on": "2017-10-09"})
    assert "医院不在可选范围，请重新选择。" in response.content.decode()


def rows(response) -> list[list[str]]:
    """The cells of the page's table, without marks."""
    body = re.search(r"<tbody>(.*?)</tbody>", response.content.decode(), re.S)
    found = re.findall(r"<tr>(.*?)</tr>", body[1], re.S) if body else []
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in found]


def test_anyone_reads_the_designated_hospitals(client, cast):
    page = reverse("hospitals:public")
    everything = rows(client.get(page))
    assert ["胃癌", "柳城县人民医院", "县级", "0772-0000001", "柳城县"] in everything
    assert ["", "柳州市工人医院", "市级", "0772-0000002", "全市"] in everything and len(everything) == 8
    county = rows(client.get(page, {"county": "450222", "disease": "cataract"}))
    assert county == [
        ["白内障", "柳城县人民医院", "县级", "0772-0000001", "柳城县"],
        ["", "柳州市工人医院", "市级", "0772-0000002", "全市"],
    ]
    elsewhere = rows(client.get(page, {"county": "450223", "disease": "cataract"}))
    assert elsewhere == [["白内障", "柳州市工人医院", "市级", "0772-0000002", "全市"]]
    assert "没有符合条件的定点医院" in client.get(page, {"county": "450223", "disease": "end-stage-renal-disease"}).content.decode()


def test_only_this_years_designations_of_open_hospitals_count(client, cast):
    Designation.objects.filter(hospital=cast.hospital).update(year=2016)
    Hospital.objects.filter(code="450202-1").update(is_active=False)
    assert rows(client.get(reverse("hospitals:public"))) == []


def test_inside_a_county_sees_its_own_and_the_citys(client, cast):
    page = reverse("hospitals:list")
    client.force_login(cast.clerk2)
    assert {row[1] for row in rows(client.get(page))} == {"柳州市工人医院"}
    client.force_login(cast.city)
    assert {row[1] for row in rows(client.get(page))} == {"柳城县人民医院", "柳州市工人医院"}
    assert {row[1] for row in rows(client.get(page, {"county": "450223"}))} == {"柳州市工人医院"}
