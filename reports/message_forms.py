"""The form of 消息: where reminders also go by e-mail."""

from django import forms

from ledger.forms import LedgerForm, PlainField


class AddressForm(LedgerForm):
    address = PlainField(label="电子邮箱", max_length=120, required=False)

    def clean_address(self) -> str:
        address = self.cleaned_data["address"]
        if address:
            try:
                forms.EmailField().clean(address)
            except forms.ValidationError:
                raise forms.ValidationError("电子邮箱要像 name@example.com 这样，请核对。") from None
        return address
