"""An operator keeps the hospital systems of the prefecture: opened, changed, switched, given new secrets."""

import datetime
import re

import pytest
from django.urls import reverse

from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, Role, Staff
from settlement.actions.clients import change_client, open_client, read_addresses
from settlement.models import Client
from tests.settlement.api.system import System

pytestmark = pytest.mark.django_db
NEW, LIST = "/settlement/clients/new/", "/settlement/clients/"


@pytest.fixture
def desk(client, window):
    client.force_login(window.cast.operator)
    return client


def given(window, **changes) -> dict:
    return {"name": "住院收费系统", "staff": window.liaison.pk, "addresses": "127.0.0.1", "expires_on": "2018-12-31"} | changes


def shown_secret(response) -> str:
    return re.search(r'id="client-secret">([0-9a-f]{64})<', response.content.decode())[1]


def errors(response) -> list[str]:
    return re.findall(r'<div class="err" id="id_([a-z_]+)-e">([^<]+)</div>', response.content.decode())


def told(action: str) -> dict:
    return AuditEvent.objects.get(action=action).detail


def test_a_new_client_is_shown_its_secret_once_and_works(window, desk):
    response = desk.post(NEW, given(window, addresses="127.0.0.1\n10.20.30.7/24，10.20.30.9/24"))
    secret = shown_secret(response)
    client = Client.objects.get()
    assert response.status_code == 200 and response["Cache-Control"] == "private, no-store"
    assert (client.addresses, client.staff) == (["127.0.0.1", "10.20.30.0/24"], window.liaison)
    assert System(client.code, secret).get("settlements?month=2017-10").status_code == 200
    page = desk.get(LIST).content.decode()
    assert client.code in page and "柳城县人民医院" in page and "2017-10-20" in page and secret not in page
    assert secret not in str(response.cookies) and secret not in str(dict(desk.session))
    assert told("client_opened")["addresses"] == ["127.0.0.1", "10.20.30.0/24"] and secret not in str(told("client_opened"))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "请填写系统名称"), ({"staff": ""}, "staff", "请选择所代表的联络员"), ({"addresses": ""}, "addresses", "请填写来源地址"),
        ({"addresses": "10.1.2"}, "addresses", "不是 IP 地址"), ({"addresses": "0.0.0.0/0"}, "addresses", "太大"),
        ({"addresses": "::/0"}, "addresses", "太大"), ({"addresses": " ".join(f"10.1.{n}.1" for n in range(21))}, "addresses", "最多 20 个"),
        ({"expires_on": "2017-10-19"}, "expires_on", "早于今天"), ({"expires_on": "明天"}, "expires_on", "日期请写成"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(window, desk, changes, field, words):
    response = desk.post(NEW, given(window, **changes))
    assert response.status_code == 422 and not Client.objects.exists()
    assert [(name, words in text) for name, text in errors(response)] == [(field, True)]


def test_only_liaisons_in_use_of_the_prefecture_are_offered(window, desk):
    cast = window.cast
    for staff in (cast.clerk, cast.operator):
        assert [name for name, _ in errors(desk.post(NEW, given(window, staff=staff.pk)))] == ["staff"]
    Staff.objects.filter(pk=window.liaison.pk).update(is_active=False)
    assert [name for name, _ in errors(desk.post(NEW, given(window)))] == ["staff"]
    with pytest.raises(Refused, match="不是在用的医院联络员账号"):
        open_client(by=cast.operator, name="x", staff=cast.clerk, addresses="10.1.2.3", expires_on=datetime.date(2018, 1, 1))


def test_a_client_is_changed_and_keeps_its_secret(window, desk, system, kept):
    url = reverse("settlement:client-edit", args=[kept.pk])
    assert "127.0.0.1" in desk.get(url).content.decode()
    response = desk.post(url, given(window, name="新收费系统", addresses="127.0.0.1 10.9.9.9", expires_on="2019-01-31"))
    assert response.status_code == 302
    kept.refresh_from_db()
    assert (kept.name, kept.addresses, kept.expires_on) == ("新收费系统", ["127.0.0.1", "10.9.9.9"], datetime.date(2019, 1, 31))
    assert system.get("settlements?month=2017-10").status_code == 200
    assert told("client_changed")["expires_on"] == "2019-01-31"


def test_a_client_never_moves_to_another_hospital(window, system, kept):
    cast = window.cast
    other = Staff.objects.create(
        username="liaison-2",
        full_name="韦秀兰",
        role=Role.LIAISON,
        area=cast.prefecture,
        hospital_code=cast.city_hospital.code,
        unit="工人医院",
    )
    with pytest.raises(Refused, match="只能换成同一家医院的联络员"):
        change_client(
            by=cast.operator, client=kept, name="x", staff=other, addresses="10.1.2.3", expires_on=datetime.date(2018, 1, 1)
        )  # fmt: skip


def test_a_client_is_switched_and_given_a_new_secret(window, desk, system, kept):
    switch = reverse("settlement:client-switch", args=[kept.pk])
    desk.post(switch, {"active": "no"})
    assert system.get("settlements?month=2017-10").json()["code"] == "client_off"
    assert "停用" in desk.get(LIST).content.decode()
    desk.post(switch, {"active": "yes"})
    response = desk.post(reverse("settlement:client-rotate", args=[kept.pk]))
    new = shown_secret(response)
    assert system.get("settlements?month=2017-10").json()["code"] == "signature_refused"
    assert System(system.code, new).get("settlements?month=2017-10").status_code == 200
    assert [AuditEvent.objects.filter(action=action).count() for action in ("client_switched", "client_rotated")] == [2, 1]


@pytest.mark.parametrize(
    ("change", "words"),
    [({}, "在用"), ({"expires_on": "2017-11-01"}, "30 天内到期"), ({"expires_on": "2017-10-01"}, "已过期"), ({"is_active": False}, "停用")],
)  # fmt: skip
def test_the_list_says_how_each_stands(window, desk, kept, change, words):
    Client.objects.filter(pk=kept.pk).update(**change)
    assert re.search(f'<span class="st [a-z -]+">{words}</span>', desk.get(LIST).content.decode())


def test_another_prefectures_clients_are_not_there(window, desk, kept):
    elsewhere = type(window.cast.prefecture).objects.create(code="450300", name="桂林市", level=window.cast.prefecture.level)
    Staff.objects.filter(pk=window.liaison.pk).update(area=elsewhere)
    assert kept.code not in desk.get(LIST).content.decode()
    for name, method in (("client-edit", "get"), ("client-edit", "post"), ("client-switch", "post"), ("client-rotate", "post")):
        assert getattr(desk, method)(reverse(f"settlement:{name}", args=[kept.pk])).status_code == 404


def test_addresses_are_written_one_way():
    assert read_addresses("10.0.0.1; 10.0.0.1/32，fd00::1") == ["10.0.0.1", "fd00::1"]
