"""The forms by which the city keeps hospitals and what they are designated for."""

from django import forms

from hospitals.models import Hospital
from hospitals.models.hospital import Tier
from ledger.forms import DayField, PlainField
from ledger.kept_forms import KeptForm, PreviewedForm
from ledger.models import Disease, Division


class YearField(forms.IntegerField):
    """A calendar year, typed."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, **kwargs):
        sentence = "年度请写成 2018 这样。"
        messages = {"invalid": sentence, "min_value": sentence, "max_value": sentence}
        super().__init__(min_value=2000, max_value=2100, error_messages=messages, **kwargs)


class DesignationForm(KeptForm):
    """One hospital for several diseases, in one area and year."""

    hospital = forms.ModelChoiceField(Hospital.objects.none(), label="医院", empty_label="请选择")
    area = forms.ModelChoiceField(Division.objects.none(), label="服务范围", empty_label=None)
    tier = forms.ChoiceField(label="级别", choices=[("", "请选择"), *Tier.choices])
    year = YearField(label="年度")
    diseases = forms.ModelMultipleChoiceField(
        Disease.objects.none(), label="病种", required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
    )

    def __init__(self, *args, prefecture: Division, diseases, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["hospital"].queryset = Hospital.objects.filter(is_active=True).order_by("code")
        areas = Division.objects.filter(pk=prefecture.pk) | Division.objects.counties_of(prefecture)
        self.fields["area"].queryset = areas.order_by("code")
        self.fields["area"].label_from_instance = lambda one: "全市" if one.pk == prefecture.pk else one.label
        self.fields["diseases"].queryset = diseases
        self.fields["diseases"].error_messages |= {
            "invalid_choice": "病种不在可选范围，请重新选择。",
            "invalid_pk_value": "请重新选择病种。",
        }


class EndForm(KeptForm):
    """The last day of a designation."""

    last_day = DayField(label="最后一天")


class CopyForm(PreviewedForm):
    """From which year to which."""

    from_year = YearField(label="抄哪一年")
    to_year = YearField(label="抄到哪一年")


class HospitalForm(KeptForm):
    """A hospital's particulars; its code only while it is new."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    code = PlainField(label="代码", max_length=20)
    name = PlainField(label="名称", max_length=60)
    short_name = PlainField(label="简称", max_length=30, required=False)
    county = forms.ModelChoiceField(Division.objects.none(), label="所在县（区）", required=False, empty_label="市直，不属哪个县（区）")
    phone = PlainField(label="联系电话", max_length=30, required=False)

    def __init__(self, *args, prefecture: Division, new: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = Division.objects.counties_of(prefecture)
        self.fields["county"].label_from_instance = lambda one: one.label
        if not new:
            del self.fields["code"]
