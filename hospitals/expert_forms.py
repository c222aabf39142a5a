"""The forms of expert groups and of consultations."""

from django import forms

from hospitals.consulting import ANSWER as LONGEST_ANSWER
from hospitals.consulting import CONDITION, QUESTION
from hospitals.models import Expert, ExpertGroup, Hospital
from ledger import clock
from ledger.forms import DayField, LedgerForm, PhoneField, PlainField
from ledger.kept_forms import KeptForm
from ledger.models import Disease, Division, Role, Staff

CHECK = {"class": "form-check-input"}


class GroupForm(KeptForm):
    """A group's name and the diseases it is asked about."""

    name = PlainField(label="名称", max_length=40)
    diseases = forms.ModelMultipleChoiceField(
        Disease.objects.none(), label="病种", required=False, widget=forms.CheckboxSelectMultiple(attrs=CHECK)
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["diseases"].queryset = Disease.objects.order_by("position")
        again = "病种不在可选范围，请重新选择。"
        self.fields["diseases"].error_messages |= {"invalid_choice": again, "invalid_pk_value": again}

    def clean_diseases(self) -> list[Disease]:
        return list(self.cleaned_data["diseases"])


class ExpertForm(KeptForm):
    """A member's particulars; the account is for experts who answer by themselves."""

    name = PlainField(label="姓名", max_length=40)
    hospital = forms.ModelChoiceField(Hospital.objects.none(), label="医院", empty_label="请选择")
    department = PlainField(label="科室", max_length=40)
    title = PlainField(label="职称", max_length=20)
    phone = PhoneField(label="联系电话", required=False, max_length=30)
    staff = forms.ModelChoiceField(Staff.objects.none(), label="专家账号", required=False, empty_label="没有账号，由医院或县里代登记意见")
    heads = forms.BooleanField(label="组长", required=False)

    def __init__(self, *args, prefecture: Division, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["hospital"].queryset = Hospital.objects.filter(is_active=True).order_by("code")
        accounts = Staff.objects.filter(role=Role.EXPERT, is_active=True, area=prefecture)
        self.fields["staff"].queryset = accounts.order_by("unit", "username")
        self.fields["staff"].label_from_instance = lambda one: f"{one.full_name}（{one.unit}）"


class ExpertField(forms.ModelChoiceField):
    """An expert by name, with hospital and department."""

    def label_from_instance(self, obj: Expert) -> str:
        head = "组长，" if obj.heads else ""
        return f"{obj.name}（{head}{obj.hospital.short_name or obj.hospital.name}{obj.department}{obj.title}）"


class GroupField(forms.ModelChoiceField):
    """A group with the one above it and whose it is."""

    def label_from_instance(self, obj: ExpertGroup) -> str:
        return f"{obj.area.label}　{f'{obj.parent.name}·' if obj.parent else ''}{obj.name}"


class AskForm(LedgerForm):
    """Whom to ask, and what."""

    group = GroupField(ExpertGroup.objects.none(), label="专家组", empty_label="请选择")
    remote = forms.BooleanField(label="远程会诊", required=False)
    wanted_by = DayField(label="希望答复日期", required=False)
    condition = PlainField(label="病情摘要", max_length=CONDITION, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    question = PlainField(label="会诊目的", max_length=QUESTION, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, groups: list[ExpertGroup], **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["group"]
        field.queryset = ExpertGroup.objects.filter(pk__in=[one.pk for one in groups])
        field.choices = [("", "请选择"), *((one.pk, field.label_from_instance(one)) for one in groups)]


class AnswerForm(LedgerForm):
    """The opinion, whose it is, and of which day."""

    expert = ExpertField(Expert.objects.none(), label="专家", empty_label="请选择")
    answered_on = DayField(label="会诊日期")
    answer = PlainField(label="会诊意见", max_length=LONGEST_ANSWER, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *args, experts: list[Expert], **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["expert"]
        field.queryset = Expert.objects.filter(pk__in=[one.pk for one in experts])
        choices = [(one.pk, field.label_from_instance(one)) for one in experts]
        field.choices = choices if len(choices) == 1 else [("", "请选择"), *choices]
        self.initial.setdefault("answered_on", clock.today())


class CancelForm(LedgerForm):
    """Why an opinion is not needed any more."""

    reason = PlainField(label="取消原因", max_length=120)
