"""The operators' page for what is due each month."""

from django import forms
from django.contrib import admin

from ledger.admin import TrailedAdmin
from ledger.models import Division
from ledger.models.division import Level
from reports.due_making import months_on
from reports.models import DueRule, QualityGoal


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

    def clean_months_after(self):
        if not 0 <= self.cleaned_data["months_after"] <= 12:
            raise forms.ValidationError("报当月的填 0，报上月的填 1，最多填 12。")
        return self.cleaned_data["months_after"]

    def clean_first_months(self):
        if not 1 <= self.cleaned_data["first_months"] <= 12:
            raise forms.ValidationError("首期包括 1 到 12 个月。")
        return self.cleaned_data["first_months"]

    def clean(self):
        """A first return that covers several months, or has its own day, is handed in when they are over."""
        told = super().clean()
        if not {"first_period", "first_months", "months_after"} <= told.keys():
            return told
        last = months_on(told["first_period"], told["first_months"] - 1)
        if told["first_months"] > 1 and not told["months_after"]:
            self.add_error("first_months", "报当月的表，首期只有一个月，请填 1。")
        elif told.get("first_deadline_on") and told["first_deadline_on"] < (last if not told["months_after"] else months_on(last, 1)):
            self.add_error("first_deadline_on", f"首期截止日期要在数据月份之后：{last.year} 年 {last.month} 月的数据那时还没有。")
        return told


class OfPrefectureAdmin(TrailedAdmin):
    """What the operator's own prefecture goes by."""

    division_path = "prefecture"
    list_select_related = ["prefecture"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.related_model is Division:
            kwargs["queryset"] = Division.objects.filter(pk=request.user.area_id, level=Level.PREFECTURE)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(DueRule)
class DueRuleAdmin(OfPrefectureAdmin):
    """Rules already used stay; what is due later follows the rule as it stands then."""

    form = DueRuleForm
    list_display = ["prefecture", "form", "day", "hour", "months_after", "first_period", "first_months", "first_deadline_on", "document"]


@admin.register(QualityGoal)
class QualityGoalAdmin(OfPrefectureAdmin):
    """What the quality page measures by, from a day on."""

    list_display = ["prefecture", "since", "catalogue_share", "readmission_days", "document"]
