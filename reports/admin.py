"""The operators' page for what is due each month; the city keeps the same rules on 应报清单, each change with its document."""

from django import forms
from django.contrib import admin

from ledger.actions.refusals import Refused
from ledger.admin import TrailedAdmin
from ledger.models import Division
from ledger.models.division import Level
from reports.due_rules import RuleFacts, check_facts, others_of, slips
from reports.models import DueRule, QualityGoal


class DueRuleForm(forms.ModelForm):
    """A rule that can stand beside the others, by the same checks as on the city's page."""

    def clean(self):
        told = super().clean()
        for name, sentence in slips(told).items():
            self.add_error(name, sentence)
        if self.errors:
            return told
        facts = RuleFacts(**{name: told[name] for name in RuleFacts.__dataclass_fields__})
        try:
            check_facts(facts, others_of(told["prefecture"], facts.form, self.instance.pk))
        except Refused as refused:
            self.add_error(refused.field, refused.message)
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
    """Rules already used stay; what is due later follows the rule as it stands then, within five minutes."""

    form = DueRuleForm
    list_display = [
        "prefecture", "form", "frequency", "day", "hour", "months_after", "first_period", "first_months", "first_deadline_on", "last_period",
        "document",
    ]  # fmt: skip


@admin.register(QualityGoal)
class QualityGoalAdmin(OfPrefectureAdmin):
    """What the quality page measures by, from a day on."""

    list_display = ["prefecture", "since", "catalogue_share", "readmission_days", "document"]
