"""The client an operator opens or changes: which system, for which liaison, from where, until when."""

from django import forms

from ledger.account_forms import staff_within
from ledger.forms import DayField, LedgerForm, PlainField
from ledger.models import Role, Staff
from settlement.models import Client


def clients_within(prefecture):
    """The clients whose liaisons belong to the prefecture."""
    return Client.objects.filter(staff__in=staff_within(prefecture)).select_related("staff")


class ClientForm(LedgerForm):
    """``client`` when one is changed: only liaisons of its hospital are offered."""

    name = PlainField(label="系统名称", max_length=40)
    staff = forms.ModelChoiceField(Staff.objects.none(), label="所代表的联络员", empty_label="请选择")
    addresses = forms.CharField(label="来源地址", max_length=800, widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}))
    expires_on = DayField(label="有效期至")

    def __init__(self, *args, operator: Staff, client: Client | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        liaisons = staff_within(operator.area).filter(role=Role.LIAISON, is_active=True)
        if client is not None:
            liaisons = liaisons.filter(hospital_code=client.staff.hospital_code)
        self.fields["staff"].queryset = liaisons.order_by("unit", "username")
        self.fields["staff"].label_from_instance = lambda staff: f"{staff.unit}　{staff.full_name}（{staff.username}）"
        self.fields["staff"].error_messages["required"] = "请选择所代表的联络员。"
