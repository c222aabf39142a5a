"""The forms of 专职联系人: who answers, and who takes over."""

from django import forms

from hospitals.contacting import Unit
from hospitals.models import Contact
from ledger.forms import LedgerForm, PhoneField, PlainField
from ledger.models import Staff


class ContactForm(LedgerForm):
    """F4's columns, and the account of the same person where they have one."""

    name = PlainField(label="姓名", max_length=40)
    position = PlainField(label="职务", max_length=40)
    phone = PhoneField(label="电话", max_length=30, required=False)
    mobile = PhoneField(label="手机", max_length=30)
    email = PlainField(label="邮箱", max_length=80, required=False)
    staff = forms.ModelChoiceField(Staff.objects.none(), label="系统账号", required=False, empty_label="没有账号")

    def __init__(self, *args, unit: Unit, contact: Contact | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["staff"].queryset = unit.accounts()
        self.fields["staff"].label_from_instance = lambda one: f"{one.full_name}（{one.get_role_display()}）"
        for name in ("name", "position", "email", "staff"):
            if contact:
                self.initial.setdefault(name, getattr(contact, name))
        for name in ("phone", "mobile"):
            if contact:
                self.initial.setdefault(name, getattr(contact, name).reveal())

    def clean_mobile(self):
        if not self.cleaned_data["mobile"].startswith("1"):
            raise forms.ValidationError("这一栏填手机号，11 位，以 1 开头；座机请填在“电话”里。")
        return self.cleaned_data["mobile"]

    def clean_email(self):
        email = self.cleaned_data["email"]
        try:
            forms.EmailField(required=False).clean(email)
        except forms.ValidationError:
            raise forms.ValidationError("邮箱请写成 name@example.cn 这样，没有的可以不填。") from None
        return email


class HandOverForm(ContactForm):
    """The successor, and why the post changes hands."""

    reason = PlainField(label="交接原因", max_length=120)
