"""The account an operator opens: which role may have which area, and what else a role needs."""

import re

from django import forms
from django.db.models import Q, QuerySet

from ledger.forms import LedgerForm, PhoneField, PlainField
from ledger.hospital_codes import is_hospital
from ledger.models import Division, Role, Staff
from ledger.models.division import Level

AREA_LEVELS = {
    Role.TOWNSHIP: {Level.TOWNSHIP},
    Role.LIAISON: {Level.COUNTY, Level.PREFECTURE},
    Role.EXPERT: {Level.PREFECTURE},
    Role.CITY: {Level.PREFECTURE},
    Role.AUDITOR: {Level.PREFECTURE},
    Role.OPERATOR: {Level.PREFECTURE},
}
TAKEN = "这个用户名已有人用，请另取一个。"


def areas_within(prefecture: Division) -> QuerySet[Division]:
    """The prefecture, its counties and their towns."""
    within = Q(pk=prefecture.pk) | Q(parent=prefecture) | Q(parent__parent=prefecture)
    return Division.objects.filter(within, level__lte=Level.TOWNSHIP).order_by("code")


def staff_within(prefecture: Division) -> QuerySet[Staff]:
    return Staff.objects.filter(area__in=areas_within(prefecture))


def area_choices(prefecture: Division) -> list:
    """The areas an account may have: the prefecture, then each county with its towns."""
    groups: dict[str, list] = {}
    for area in areas_within(prefecture).in_use().select_related("parent"):
        county = area if area.level == Level.COUNTY else area.parent
        title = "市" if area.level == Level.PREFECTURE else county.name
        groups.setdefault(title, []).append((area.pk, area.name))
    return [("", "请选择"), *groups.items()]


def account_problems(role: str | None, area: Division | None, given: dict) -> dict[str, str]:
    """What contradicts the role, by field: an area of the wrong level, a liaison without a hospital or of one that is none, nobody's unit."""
    said = {}
    if not role:
        return said
    levels = AREA_LEVELS.get(Role(role), {Level.COUNTY})
    if area and area.level not in levels:
        wanted = "或".join(Level(level).label for level in sorted(levels, reverse=True))
        said["area"] = f"{Role(role).label}的管辖范围要选{wanted}。"
    if role == Role.LIAISON and not given.get("hospital_code"):
        said["hospital_code"] = "医院联络员要填所在医院的代码。"
    elif role == Role.LIAISON and not is_hospital(given["hospital_code"]):
        said["hospital_code"] = f"没有代码是 {given['hospital_code']} 的医院。请向县卫健部门核对“定点医院”名单里的代码。"
    if role in (Role.LIAISON, Role.EXPERT) and not given.get("unit"):
        said["unit"] = "医院联络员和专家要填单位。"
    return said


class AccountForm(LedgerForm):
    """A new account: who, in which role, for which area."""

    username = PlainField(label="用户名", max_length=40)
    full_name = PlainField(label="姓名", max_length=40)
    role = forms.ChoiceField(label="角色", choices=[("", "请选择"), *Role.choices])
    area = forms.ChoiceField(label="管辖范围")
    hospital_code = PlainField(label="医院代码", required=False, max_length=20)
    unit = PlainField(label="单位", required=False, max_length=60)
    work_phone = PhoneField(label="办公电话", required=False, max_length=20)

    def __init__(self, *args, operator: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.operator = operator
        self.fields["area"].choices = area_choices(operator.area)

    def clean_username(self):
        username = self.cleaned_data["username"].lower()
        if not re.fullmatch(r"[a-z][a-z0-9-]{2,39}", username):
            raise forms.ValidationError("用户名用小写字母、数字和短横线，3 到 40 位，以字母开头。")
        if Staff.objects.filter(username=username).exists():
            raise forms.ValidationError(TAKEN)
        return username

    def clean(self):
        data = super().clean()
        role, area = data.get("role"), Division.objects.filter(pk=data.get("area") or 0).first()
        for name, sentence in account_problems(role, area, data).items():
            if name not in self.errors:
                self.add_error(name, sentence)
        if role != Role.LIAISON:
            data["hospital_code"] = ""
        data["area"] = area
        return data
