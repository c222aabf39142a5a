"""The operators' page for what is due each month."""

from django import forms
from django.contrib import admin

from ledger.admin import TrailedAdmin
from ledger.models import Division
from ledger.models.division import Level
from reports.models import DueRule


class DueRuleForm(forms.ModelForm):
    """A deadline that every month has."""

    def clean_day(self):
        if not 1 <= self.cleaned_data["day"] <= 28:
            raise forms.ValidationError("截止日要在 1 到 28 之间：每个月都要有这一天。")
        return self.cleaned_data["day"]

    def clean_hour(self):
        if not 0 <= self.cleaned_data["hour"] <= 23:
            raise forms.ValidationError("截止时要在 0 到 23 之间。")
        return self.cleaned_data["hour"]

    def clean_first_period(self):
        if self.cleaned_data["first_period"].day != 1:
            raise forms.ValidationError("首期写那个月的 1 日，如 2017-06-01。")
        return self.cleaned_data["first_period"]


@admin.register(DueRule)
class DueRuleAdmin(TrailedAdmin):
    """Rules already used stay; what is due later follows the rule as it stands then."""

    form = DueRuleForm
    division_path = "prefecture"
    list_display = ["prefecture", "form", "day", "hour", "first_period", "document"]
    list_select_related = ["prefecture"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.related_model is Division:
            kwargs["queryset"] = Division.objects.filter(pk=request.user.area_id, level=Level.PREFECTURE)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
