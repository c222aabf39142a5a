"""The plain admin for operators: accounts, divisions and units' names of their own prefecture. Every change is on the trail."""

import axes.admin  # noqa: F401  Registers its tables, which are taken out below.
import django.contrib.auth.admin  # noqa: F401  Registers Group, which is taken out below.
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect

from ledger.account_forms import account_problems
from ledger.actions.divisions import checked_name, parent_of
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Staff, UnitName
from ledger.models.division import CODE_LENGTH, Level
from ledger.views.account import sign_out

for model in (Group, AccessAttempt, AccessFailureLog, AccessLog):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
admin.site.site_header = admin.site.site_title = "大病救治台账　区划与规则"
admin.site.index_title = "区划与规则"
admin.site.site_url = "/"
# One door, one way out and one page for passwords: the site's own, which the trail knows.
admin.site.login = lambda request, extra_context=None: redirect("account:login")
admin.site.logout = lambda request, extra_context=None: sign_out(request) if request.method == "POST" else redirect("admin:index")
admin.site.password_change = lambda request, form_class=None, extra_context=None: redirect("account:password")


def divisions_within(prefecture: Division) -> QuerySet[Division]:
    """The prefecture and everything below it."""
    below = Q(parent=prefecture) | Q(parent__parent=prefecture) | Q(parent__parent__parent=prefecture)
    return Division.objects.filter(Q(pk=prefecture.pk) | below)


class TrailedAdmin(admin.ModelAdmin):
    """Rows of the operator's prefecture only; nothing is deleted; what is saved is told to the trail in the same transaction.

    ``division_path`` leads from a row to its division.
    """

    division_path = ""
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(**{f"{self.division_path}__in": divisions_within(request.user.area)})

    def lookup_allowed(self, lookup: str, value, request: HttpRequest) -> bool:
        """A bad request rather than a fault of the database, which cannot compare NUL."""
        return "\0" not in str(value) and super().lookup_allowed(lookup, value, request)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.related_model is Division:
            kwargs.setdefault("queryset", divisions_within(request.user.area).order_by("code"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def log_addition(self, request, obj, message):
        record("admin_added", by=request.user, subject=obj, detail={"what": str(obj)})
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        fields = [str(field) for change in message if isinstance(change, dict) for field in change.get("changed", {}).get("fields", [])]
        record("admin_changed", by=request.user, subject=obj, detail={"what": str(obj), "fields": fields})
        return super().log_change(request, obj, message)


class StaffForm(forms.ModelForm):
    """An account's particulars; a role and a hospital that contradict each other are said beside the field."""

    def clean(self):
        data = super().clean()
        said = account_problems(data.get("role", self.instance.role), data.get("area", self.instance.area), data)
        for name, sentence in said.items():
            self.add_error(name, sentence)
        return data


@admin.register(Staff)
class StaffAdmin(TrailedAdmin):
    """Accounts are opened on the site's own page, which hands out the first password."""

    form = StaffForm
    division_path = "area"
    list_display = ["username", "full_name", "role", "area", "unit", "is_active"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "full_name"]
    fields = ["username", "full_name", "role", "area", "hospital_code", "unit", "work_phone"]
    readonly_fields = ["username"]
    list_select_related = ["area"]

    def has_add_permission(self, request) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value, request: HttpRequest) -> bool:
        """No list narrowed by a password's hash: letter by letter that would tell it."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def get_readonly_fields(self, request, obj=None):
        own = ["role", "area"] if obj == request.user else []
        return [*super().get_readonly_fields(request, obj), *own]


class DivisionForm(forms.ModelForm):
    """A division whose code, level and parent agree."""

    def clean(self):
        data = super().clean()
        if self.instance.pk is None and not self.errors:
            try:
                self._check_place(data["code"], data["level"], data["parent"])
                data["name"] = checked_name(data["name"])
            except Refused as refused:
                self.add_error(refused.field, refused.message)
        return data

    @staticmethod
    def _check_place(code: str, level: int, parent: Division | None) -> None:
        if parent is None or parent.level != level - 1:
            raise Refused("上级要比这一级正好高一级，请重新选择。", "parent")
        if len(code) != CODE_LENGTH[Level(level)] or not code.isascii() or not code.isdigit():
            raise Refused(f"{Level(level).label}的代码要 {CODE_LENGTH[Level(level)]} 位数字，请核对。", "code")
        if level == Level.COUNTY:
            if not code.startswith(parent.code[:4]):
                raise Refused(f"代码要以 {parent.code[:4]} 开头，请核对。", "code")
        elif parent_of(code, parent.county) != parent:
            raise Refused(f"代码要以上级的 {parent.code} 开头，请核对。", "code")


@admin.register(Division)
class DivisionAdmin(TrailedAdmin):
    """Codes never change: they stand in reports and on the trail."""

    form = DivisionForm
    division_path = "pk"
    list_display = ["code", "name", "short_name", "level", "parent", "ended_on"]
    list_filter = ["level"]
    search_fields = ["code", "name"]
    fields = ["code", "name", "short_name", "level", "parent", "programme", "ended_on"]
    list_select_related = ["parent"]

    def get_readonly_fields(self, request, obj=None):
        return ["code", "level", "parent"] if obj else []


@admin.register(UnitName)
class UnitNameAdmin(TrailedAdmin):
    """What a unit is called from a day on."""

    division_path = "division"
    list_display = ["division", "kind", "name", "short_name", "since"]
    list_filter = ["kind"]
    search_fields = ["name", "division__name"]
    list_select_related = ["division"]
