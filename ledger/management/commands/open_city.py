"""``open_city``: the prefecture and its first operator, without whom nobody could log in to a new installation."""

import re

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ledger.actions.accounts import open_account
from ledger.actions.trail import record
from ledger.models import Division, Programme, Role, Staff
from ledger.models.division import Level


class Command(BaseCommand):
    help = "新安装后运行一次：建立地级市和第一个管理员账号，初始密码只显示一次。县、乡镇、其余账号由管理员在网页里建。"

    def add_arguments(self, parser):
        parser.add_argument("--code", required=True, metavar="CODE", help="六位代码，例如 450200")
        parser.add_argument("--name", required=True, metavar="NAME", help="名称，例如 柳州市")
        parser.add_argument("--operator", required=True, metavar="USERNAME", help="第一个管理员的用户名")
        parser.add_argument("--full-name", required=True, metavar="NAME", help="管理员的姓名")
        parser.add_argument("--programme", default="", metavar="CODE", help="病种目录的代码，例如 liuzhou；不写按国家目录")

    @transaction.atomic
    def handle(self, *args, code: str, name: str, operator: str, full_name: str, programme: str, **options):
        if not re.fullmatch(r"\d{4}00", code):
            raise CommandError(f"地级市的代码是以 00 结尾的六位数字，例如 450200，现在是“{code}”。")
        if Staff.objects.filter(username=operator).exists():
            raise CommandError(f"已经有账号“{operator}”。忘了密码请由另一位管理员在“账号”页重设，或换一个用户名再运行。")
        city = self._city(code, name, programme)
        staff, password = open_account(by=None, username=operator, full_name=full_name, role=Role.OPERATOR, area=city)
        self.stdout.write(f"{city.name}（{city.code}）的管理员账号 {staff.username} 已建好。")
        self.stdout.write(f"初始密码：{password}（只显示这一次，首次登录须修改）")

    def _city(self, code: str, name: str, programme: str) -> Division:
        city = Division.objects.filter(code=code).first()
        if city is not None:
            if city.name != name or city.level != Level.PREFECTURE:
                raise CommandError(f"代码 {code} 已经是“{city.name}”。请核对代码和名称。")
            return city
        followed = Programme.objects.filter(code=programme).first()
        if programme and followed is None:
            codes = "、".join(Programme.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"没有病种目录“{programme}”，可以写：{codes}。请先运行 load_reference。")
        city = Division.objects.create(code=code, name=name, level=Level.PREFECTURE, programme=followed)
        record("division_added", by=None, subject=city, detail={"what": name})
        return city
