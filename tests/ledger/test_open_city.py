"""A new installation's first operator, who then opens everybody else's account in the browser."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from ledger.models import AuditEvent, Division, Role, Staff
from ledger.models.division import Level

GIVEN = ("--code", "450200", "--name", "柳州市", "--operator", "operator-1", "--full-name", "邓家乐")


def opened(*argv: str) -> str:
    said = StringIO()
    call_command("open_city", *argv, stdout=said)
    return said.getvalue()


@pytest.mark.django_db
def test_the_first_operator_logs_in_and_opens_the_next_account(reference, client):
    said = opened(*GIVEN, "--programme", "liuzhou")
    city, operator = Division.objects.get(), Staff.objects.get()
    assert (city.code, city.name, city.level, city.programme.code) == ("450200", "柳州市", Level.PREFECTURE, "liuzhou")
    assert (operator.role, operator.area, operator.must_change_password) == (Role.OPERATOR, city, True)
    password = said.partition("初始密码：")[2].partition("（")[0]
    assert said == f"柳州市（450200）的管理员账号 operator-1 已建好。\n初始密码：{password}（只显示这一次，首次登录须修改）\n"
    answer = client.post(reverse("account:login"), {"username": "operator-1", "password": password})
    assert answer.status_code == 302
    assert client.get(reverse("ledger:accounts"))["Location"] == reverse("account:password")
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))[:2] == ["division_added", "account_opened"]
    # A second operator of the same city.
    opened(*GIVEN[:4], "--operator", "operator-2", "--full-name", "韦国强")
    assert Division.objects.count() == 1 and Staff.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--code": "450222"}, "地级市的代码是以 00 结尾的六位数字"),
        ({"--name": "桂林市", "--operator": "operator-2"}, "代码 450200 已经是“柳州市”"),
        ({}, "已经有账号“operator-1”"),
        ({"--code": "450300", "--operator": "operator-2", "--programme": "nowhere"}, "没有病种目录“nowhere”，可以写："),
    ],
)
def test_what_contradicts_is_refused_with_the_way_out(reference, changed, said):
    opened(*GIVEN)
    given = dict(zip(GIVEN[::2], GIVEN[1::2], strict=True)) | changed
    with pytest.raises(CommandError, match=said):
        opened(*[word for pair in given.items() for word in pair])
    assert (Division.objects.count(), Staff.objects.count()) == (1, 1)
