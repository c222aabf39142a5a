"""An operator keeps the prefecture's accounts: opened, given new passwords, switched; the plain admin beside it."""

import logging
import re

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.urls import reverse

from hospitals.models import Hospital
from ledger import hospital_codes
from ledger.models import AuditEvent, Division, Staff, UnitName
from ledger.models.division import Level
from reports.models import DueRule, QualityGoal
from tests.cast import PASSWORD

NEW = "/ledger/accounts/new/"
GIVEN = {"username": "clerk-450222-9", "full_name": "覃小燕", "role": "clerk"}


@pytest.fixture
def desk(client, cast):
    client.force_login(cast.operator)
    return client


def errors(response) -> list[str]:
    return re.findall(r'<div class="err" id="[^"]+">([^<]+)</div>', response.content.decode())


def shown_password(response) -> str:
    return re.search(r'id="first-password">([a-z2-9]{12})<', response.content.decode())[1]


def trail(action: str) -> list[dict]:
    return list(AuditEvent.objects.filter(action=action).values_list("username", "detail"))


def test_a_new_account_is_shown_its_password_once_and_must_change_it(client, cast, desk, caplog):
    caplog.set_level(logging.DEBUG)
    response = desk.post(NEW, GIVEN | {"area": cast.county.pk})
    password = shown_password(response)
    assert response.status_code == 200 and response["Cache-Control"] == "private, no-store"
    assert password not in caplog.text and password not in str(response.cookies) and password not in str(dict(desk.session))
    assert trail("account_opened") == [("operator-1", {"username": "clerk-450222-9", "role": "clerk", "area": "450222"})]
    assert password not in desk.get(reverse("ledger:accounts")).content.decode()
    client.logout()
    client.post(reverse("account:login"), {"username": "clerk-450222-9", "password": password})
    assert client.get(reverse("ledger:case-list")).url == reverse("account:password")
    staff = Staff.objects.get(username="clerk-450222-9")
    assert (staff.full_name, staff.role, staff.area, staff.must_change_password, staff.is_active) == (
        "覃小燕",
        "clerk",
        cast.county,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("change", "area", "sentences"),
    [
        ({"username": "Clerk-450222-1"}, "450222", ["这个用户名已有人用，请另取一个。"]),
        ({"username": "覃小燕"}, "450222", ["用户名用小写字母、数字和短横线，3 到 40 位，以字母开头。"]),
        ({}, "450200", ["经办的管辖范围要选县（区）。"]),
        ({"role": "township"}, "450222", ["乡镇卫生院的管辖范围要选乡镇（街道）。"]),
        ({"role": "auditor"}, "450222", ["审计的管辖范围要选地级市。"]),
        ({"role": "liaison"}, "450222", ["医院联络员要填所在医院的代码。", "医院联络员和专家要填单位。"]),
        (
            {"role": "liaison", "hospital_code": "450299-7", "unit": "柳城县人民医院"},
            "450222",
            ["没有代码是 450299-7 的医院。请向县卫健部门核对“定点医院”名单里的代码。"],
        ),
        ({"role": "king"}, "450222", ["角色不在可选范围，请重新选择。"]),
        ({"full_name": ""}, "450222", ["请填写姓名。"]),
        ({}, "450300", ["管辖范围不在可选范围，请重新选择。"]),
    ],
)
def test_what_is_refused_is_said_beside_its_field(cast, desk, change, area, sentences):
    Division.objects.create(code="450300", name="桂林市", level=Level.PREFECTURE)
    before = Staff.objects.count()
    response = desk.post(NEW, GIVEN | change | {"area": cast.division(area).pk})
    assert response.status_code == 422 and errors(response) == sentences
    assert Staff.objects.count() == before


def test_a_hospital_code_is_kept_for_liaisons_only(cast, desk):
    desk.post(NEW, GIVEN | {"area": cast.county.pk, "hospital_code": "450222-1"})
    liaison = {"username": "liaison-9", "role": "liaison", "hospital_code": "450222-1", "unit": "柳城县人民医院"}
    desk.post(NEW, GIVEN | liaison | {"area": cast.county.pk})
    codes = dict(Staff.objects.filter(username__in=["clerk-450222-9", "liaison-9"]).values_list("username", "hospital_code"))
    assert codes == {"clerk-450222-9": "", "liaison-9": "450222-1"}


def test_a_hospital_code_is_read_as_meant_and_may_be_a_closed_hospitals(cast, desk):
    Hospital.objects.filter(code="450222-1").update(is_active=False)
    liaison = {"username": "liaison-9", "role": "liaison", "hospital_code": "４５０２２２－１ ", "unit": "柳城县人民医院"}
    assert desk.post(NEW, GIVEN | liaison | {"area": cast.county.pk}).status_code == 200
    assert Staff.objects.get(username="liaison-9").hospital_code == "450222-1"


def test_without_anybody_who_keeps_hospitals_no_code_passes(monkeypatch):
    monkeypatch.setattr(hospital_codes, "_known", [])
    with pytest.raises(LookupError, match="^no app has said which hospitals there are"):
        hospital_codes.is_hospital("450222-1")
    hospital_codes.answered_by(lambda code: code == "1")
    hospital_codes.answered_by(lambda code: code == "2")
    assert [hospital_codes.is_hospital(code) for code in ("1", "2")] == [False, True]


def test_a_reset_gives_a_new_password_and_ends_the_lock(client, cast, desk):
    AccessAttempt.objects.create(username="clerk-450222-1", failures_since_start=5)
    password = shown_password(desk.post(reverse("ledger:account-reset", args=[cast.clerk.pk])))
    staff = Staff.objects.get(pk=cast.clerk.pk)
    assert staff.check_password(password) and not staff.check_password(PASSWORD) and staff.must_change_password
    assert not AccessAttempt.objects.exists()
    assert trail("password_reset") == [("operator-1", {"username": "clerk-450222-1"})]


def test_an_account_switched_off_is_out_at_its_next_request(client, cast, desk):
    clerk = type(client)()
    clerk.force_login(cast.clerk)
    assert clerk.get(reverse("ledger:case-list")).status_code == 200
    switch = reverse("ledger:account-switch", args=[cast.clerk.pk])
    page = desk.post(switch, {"active": "no"}, follow=True).content.decode()
    assert "账号 clerk-450222-1 已停用。手上还有病例的，由本县（区）负责人在“交接工作”里交接。" in page
    assert clerk.get(reverse("ledger:case-list")).url.startswith(reverse("account:login"))
    desk.post(switch, {"active": "yes"})
    assert Staff.objects.get(pk=cast.clerk.pk).is_active
    assert [detail["active"] for _, detail in trail("account_switched")] == [True, False]


def test_an_operator_leaves_their_own_account_alone(cast, desk):
    for name in ("account-reset", "account-switch"):
        page = desk.post(reverse(f"ledger:{name}", args=[cast.operator.pk]), {"active": "no"}, follow=True).content.decode()
        assert "这是您自己的账号" in page
    staff = Staff.objects.get(pk=cast.operator.pk)
    assert staff.is_active and staff.check_password(PASSWORD)


def test_another_prefectures_accounts_are_not_there(cast, desk):
    guilin = Division.objects.create(code="450300", name="桂林市", level=Level.PREFECTURE)
    foreign = Staff.objects.create_user("city-450300-1", "x", full_name="唐一帆", role="city", area=guilin)
    assert "city-450300-1" not in desk.get(reverse("ledger:accounts")).content.decode()
    for name in ("account-reset", "account-switch"):
        assert desk.post(reverse(f"ledger:{name}", args=[foreign.pk])).status_code == 404
    assert desk.get(reverse("admin:ledger_staff_change", args=[foreign.pk])).status_code == 302
    assert desk.get(reverse("admin:ledger_division_change", args=[guilin.pk])).status_code == 302


def listed(response) -> list[str]:
    return re.findall(r'<th scope="row">([^<]+)</th>', response.content.decode())


def test_the_list_narrows_and_turns_its_pages(cast, desk):
    page = reverse("ledger:accounts")
    assert listed(desk.get(page, {"role": "clerk"})) == ["clerk-450222-1", "clerk-450223-1"]
    assert listed(desk.get(page, {"q": "覃玉"})) == ["clerk-450222-1"]
    Staff.objects.bulk_create(Staff(username=f"z-{number:03d}", full_name="甲", role="city", area=cast.prefecture) for number in range(60))
    first = desk.get(page)
    names = listed(first)
    assert len(names) == 50
    assert names + listed(desk.get(page, {"after": names[-1]})) == sorted(Staff.objects.values_list("username", flat=True))


# ---- the plain admin ----


def test_the_admin_holds_five_tables_and_deletes_nothing(cast, desk):
    assert set(admin.site._registry) == {Staff, Division, UnitName, DueRule, QualityGoal}
    page = desk.get(reverse("admin:ledger_staff_change", args=[cast.clerk.pk])).content.decode()
    assert "password" not in page.replace(reverse("admin:password_change"), "").lower()
    assert desk.post(reverse("admin:ledger_staff_delete", args=[cast.clerk.pk]), {"post": "yes"}).status_code == 403
    assert desk.get(reverse("admin:ledger_staff_add")).status_code == 403
    assert desk.get(reverse("admin:password_change")).url == reverse("account:password")


def test_signing_out_of_the_admin_signs_out(cast, desk):
    assert desk.get(reverse("admin:logout")).url == "/admin/"
    assert desk.get("/admin/").status_code == 200
    assert desk.post(reverse("admin:logout")).url == reverse("account:login")
    assert desk.get("/admin/").url.startswith(reverse("account:login"))
    assert trail("signed_out") == [("operator-1", {})]


def test_the_admin_serves_operators_and_has_no_door_of_its_own(client, cast):
    assert client.get("/admin/").url.startswith(reverse("account:login"))
    assert client.get(reverse("admin:login")).url.startswith(reverse("account:login"))
    for role in ("clerk", "lead", "city", "auditor"):
        client.force_login(getattr(cast, role))
        assert [client.get(address).status_code for address in ("/admin/", "/admin/login/", "/admin/ledger/staff/")] == [404] * 3


def test_what_the_admin_saves_is_on_the_trail(cast, desk):
    change = {"full_name": "覃玉芬", "role": "lead", "area": cast.county.pk, "hospital_code": "", "unit": "", "work_phone": ""}
    assert desk.post(reverse("admin:ledger_staff_change", args=[cast.clerk.pk]), change).status_code == 302
    assert trail("admin_changed") == [("operator-1", {"what": "覃玉芬（负责人）", "fields": ["姓名", "角色"]})]
    given = {"division": cast.county.pk, "kind": "health", "name": "柳城县卫生健康局", "short_name": "县卫健局", "since": "2019-01-01"}
    assert desk.post(reverse("admin:ledger_unitname_add"), given).status_code == 302
    assert trail("admin_added") == [("operator-1", {"what": "柳城县卫生健康局"})]
    assert cast.clerk.unit_on(UnitName.objects.get(name="柳城县卫生健康局").since) == "柳城县卫生健康局"


def test_the_admin_refuses_what_does_not_fit(cast, desk):
    page = desk.post(
        reverse("admin:ledger_staff_change", args=[cast.clerk.pk]),
        {"full_name": "覃玉芳", "role": "city", "area": cast.county.pk, "hospital_code": "", "unit": "", "work_phone": ""},
    ).content.decode()
    assert "市级的管辖范围要选地级市。" in page
    liaison = {
        "full_name": "何丽萍",
        "role": "liaison",
        "area": cast.county.pk,
        "hospital_code": "450299-7",
        "unit": "某医院",
        "work_phone": "",
    }
    page = desk.post(reverse("admin:ledger_staff_change", args=[cast.liaison.pk]), liaison).content.decode()
    assert "没有代码是 450299-7 的医院。" in page
    division = {
        "code": "450301",
        "name": "秀峰区",
        "short_name": "",
        "level": 3,
        "parent": cast.prefecture.pk,
        "programme": "",
        "ended_on": "",
    }
    assert "代码要以 4502 开头，请核对。" in desk.post(reverse("admin:ledger_division_add"), division).content.decode()
    assert desk.post(reverse("admin:ledger_division_add"), division | {"code": "450224"}).status_code == 302
    assert Division.objects.get(code="450224").parent == cast.prefecture
    rule = {"prefecture": cast.prefecture.pk, "form": "F1", "day": 31, "hour": 24, "first_period": "2017-06-02", "document": ""}
    page = desk.post(reverse("admin:reports_duerule_add"), rule).content.decode()
    for sentence in ("截止日要在 1 到 28 之间", "截止时要在 0 到 23 之间", "首期写那个月的 1 日"):
        assert sentence in page
    assert not DueRule.objects.exists()
