"""The forms of 先诊疗后付费: what was shown, a deposit and its refund, what is owed, the agreement, a repayment, the city's rule."""

from django import forms

from hospitals.models import Document, Hospital, Stay
from hospitals.repaying import MOST, Part, even_parts
from hospitals.visits import months_after
from ledger import clock
from ledger.forms import AmountField, DayField, LedgerForm, PlainField
from ledger.models import Category, Division


class TicksField(forms.MultipleChoiceField):
    """Several of a few, each with a box of its own."""

    widget = forms.CheckboxSelectMultiple


class DeferralForm(LedgerForm):
    """What was shown, what became of it, and the agreement once it is signed."""

    documents = TicksField(label="出示的证件", choices=Document.choices, required=False)
    copies_kept = forms.BooleanField(label="已收存复印件", required=False)
    originals_returned = forms.BooleanField(label="原件已退还", required=False)
    deposit = forms.ChoiceField(label="住院押金", choices=[("none", "没有收取"), ("taken", "收取了，保存后登记违规押金")])
    signed_on = DayField(label="协议书签订日期", required=False)
    signed_by = PlainField(label="签订人", max_length=60, required=False)
    reason = PlainField(label="改动的原因", max_length=120, required=False)

    def __init__(self, *args, again: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if again:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = "这次住院已经登记过。要改动的，请写明原因。"
        else:
            del self.fields["reason"]


class DepositForm(LedgerForm):
    """A deposit that should not have been taken."""

    taken_on = DayField(label="收取日期")
    amount = AmountField(label="押金（元）")
    reason = PlainField(label="没有享受的原因", max_length=200)
    remedy = PlainField(label="整改措施", max_length=200, required=False)


class RefundForm(LedgerForm):
    """What was given back so far, and what is done about it."""

    refunded_on = DayField(label="退还日期")
    refunded = AmountField(label="已退还（元）")
    remedy = PlainField(label="整改措施", max_length=200)


class SendBackForm(LedgerForm):
    """Why the county does not accept the refund or the remedy; empty where it does."""

    objection = PlainField(label="退回的意见", max_length=200, required=False)


class WithdrawForm(LedgerForm):
    """Why an entry was a mistake."""

    reason = PlainField(label="撤销的原因", max_length=120)


class OwedForm(LedgerForm):
    """What the patient's own part was, and what was paid of it on leaving. The first is the settlement's where one stands."""

    self_pay = AmountField(label="个人自付（元）")
    paid = AmountField(label="出院时已付（元）")
    reason = PlainField(label="改动的原因", max_length=120, required=False)

    def __init__(self, *args, settled: int | None, again: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if settled is not None:
            self.fields["self_pay"].disabled = True
            self.initial["self_pay"] = settled
        if again:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = "这次住院已经登记过欠费。要改动的，请写明原因。"
        else:
            del self.fields["reason"]


class RepaidForm(LedgerForm):
    """Money that came back."""

    paid_on = DayField(label="还款日期")
    amount = AmountField(label="还款（元）")
    receipt = PlainField(label="收据号", max_length=40, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("paid_on", clock.today())


class AgreementForm(LedgerForm):
    """The 还款协议: as many rows as parts were asked for; rows left empty do not count.

    ``spread`` fills them with equal monthly parts before anything is saved.
    """

    signed_on = DayField(label="签订日期")
    signed_by = PlainField(label="签订人", max_length=60)
    number = forms.IntegerField(label="期数", min_value=1, max_value=MOST, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    first_on = DayField(label="第一期日期", required=False)

    def __init__(self, *args, left: int, stay: Stay, parts: list[Part] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.left = left
        number = self._asked()
        for name, sentence in (("invalid", "期数请填整数。"), ("min_value", "至少 1 期。"), ("max_value", f"最多 {MOST} 期。")):
            self.fields["number"].error_messages[name] = sentence
        for index in range(1, number + 1):
            self.fields[f"due_{index}"] = DayField(label=f"第 {index} 期应还日期", required=False)
            self.fields[f"amount_{index}"] = AmountField(label=f"第 {index} 期应还（元）", required=False)
            self.fields[f"due_{index}"].hide_optional = self.fields[f"amount_{index}"].hide_optional = True
        self.numbers = range(1, number + 1)
        today = clock.today()
        self.initial = {"signed_on": today, "number": number, "first_on": months_after(today, 1), **self.initial}
        for index, part in enumerate(parts or even_parts(left, number, months_after(today, 1)), start=1):
            self.initial.setdefault(f"due_{index}", part.due_on)
            self.initial.setdefault(f"amount_{index}", part.amount)

    def _asked(self) -> int:
        """How many rows to draw: as many as were sent, whatever now stands in the box beside the button."""
        if not self.is_bound:
            return min(max(int(self.initial.get("number", 3)), 1), MOST)
        sent = [name for name in (f"due_{index}" for index in range(1, MOST + 1)) if name in self.data]
        return max(len(sent), 1)

    @property
    def rows(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        return [(index, self[f"due_{index}"], self[f"amount_{index}"]) for index in self.numbers]

    def clean(self):
        data = super().clean()
        for index in self.numbers:
            due, amount = data.get(f"due_{index}"), data.get(f"amount_{index}")
            if amount is not None and due is None and f"due_{index}" not in self.errors:
                self.add_error(f"due_{index}", f"请填写第 {index} 期的应还日期。")
            if due is not None and amount is None and f"amount_{index}" not in self.errors:
                self.add_error(f"amount_{index}", f"请填写第 {index} 期的金额；不要这一期的，把日期也去掉。")
        return data

    def parts(self) -> list[Part]:
        """The rows that were filled in."""
        data = self.cleaned_data
        pairs = [(data.get(f"due_{index}"), data.get(f"amount_{index}")) for index in self.numbers]
        return [Part(due, amount) for due, amount in pairs if due is not None and amount is not None]

    def spread(self) -> "AgreementForm | None":
        """The same form with equal parts in its rows, nothing saved; None where the number or the first day cannot be read."""
        self.is_valid()
        for name in list(self.errors):
            if name not in ("number", "first_on"):
                del self.errors[name]
        number, first = self.cleaned_data.get("number"), self.cleaned_data.get("first_on")
        if self.errors or number is None:
            return None
        first = first or months_after(clock.today(), 1)
        initial = {
            "signed_on": self.data.get("signed_on", ""), "signed_by": self.data.get("signed_by", ""), "number": number, "first_on": first,
        }  # fmt: skip
        return AgreementForm(left=self.left, stay=None, parts=even_parts(self.left, number, first), initial=initial)


class RuleForm(LedgerForm):
    """Who need not pay a deposit, and where."""

    categories = TicksField(label="适用的类别", choices=[(str(value), label) for value, label in Category.choices])
    own_county = forms.ChoiceField(label="适用的医院", choices=[("yes", "患者所在县域内的医院和试点医院"), ("no", "全部医院")])
    pilots = TicksField(label="试点医院", required=False)
    document = PlainField(label="依据的文号", max_length=80)

    def __init__(self, *args, prefecture: Division, **kwargs):
        super().__init__(*args, **kwargs)
        kept = Hospital.objects.kept_by(prefecture).filter(is_active=True).order_by("code")
        self.fields["pilots"].choices = list(kept.values_list("code", "name"))

    def said(self) -> dict:
        data = self.cleaned_data
        return {
            "categories": [int(value) for value in data["categories"]], "own_county": data["own_county"] == "yes",
            "pilots": data["pilots"], "document": data["document"],
        }  # fmt: skip
