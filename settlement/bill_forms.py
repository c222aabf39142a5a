"""The forms of the window: a patient's number, a bill as the cashier's slip has it, an expected cost, a case that was found."""

import datetime

from django import forms

from ledger.forms import AmountField, DayField, LedgerForm, NumberText, PlainField, read_day
from settlement.desk import Desk
from settlement.engine.policy import ENTERED
from settlement.entitlement import Entitlement
from settlement.faults import Fault

# What the bill itself contradicts is said beside its field; what the ledger lacks is said on the preview, where the chain shows too.
OF_THE_BILL = {
    "wrong_amount", "in_the_future", "drugs_above_total", "amount_not_taken", "bill_number_missing", "bill_number_wrong", "bill_number_used",
    "stay_settled", "stay_overlaps", "discharge_differs", "not_in_force", "referral_not_approved",
}  # fmt: skip


class PatientForm(LedgerForm):
    """Whose bill, or whose question: the whole number, sent by POST alone."""

    id_number = NumberText(label="患者身份证号", max_length=40)


def day_typed(text: str) -> datetime.date | None:
    """The day, where one can be read yet."""
    try:
        return read_day(text)
    except ValueError:
        return None


class BillForm(LedgerForm):
    """One bill. Which amounts others may have paid, and whether a referral is asked, follows the policy of the discharge day."""

    stay = forms.ChoiceField(label="本院的住院", required=False)
    disease = forms.ChoiceField(label="病种")
    admitted_on = DayField(label="入院日期")
    discharged_on = DayField(label="出院日期")
    bill_no = PlainField(label="账单号", max_length=40)
    referral_number = PlainField(label="转诊批准号", max_length=40, required=False)
    total_yuan = AmountField(label="总费用（元）")
    in_policy_yuan = AmountField(label="政策范围内费用（元）")
    limit_yuan = AmountField(label="单病种限额（元）", required=False)
    drugs_in_yuan = AmountField(label="目录内药品费（元）", required=False)
    drugs_out_yuan = AmountField(label="目录外药品费（元）", required=False)
    commercial_yuan = AmountField(label="商业保险已付（元）", required=False)
    charity_yuan = AmountField(label="慈善救助已付（元）", required=False)

    def __init__(self, *args, desk: Desk, found: Entitlement, **kwargs):
        super().__init__(*args, **kwargs)
        self.desk, self.found = desk, found
        self.fields["stay"].choices = [("", "补记一次住院"), *((str(stay.pk), stay_words(stay)) for stay in desk.stays)]
        self.fields["stay"].hide_optional = True
        self.fields["disease"].choices = desk.disease_choices()
        taken = found.policy.entered if found.policy else ()
        for name in ENTERED:
            if name not in taken and not self._given(name):
                del self.fields[name]
        if found.in_pooling_area and not self._given("referral_number"):
            del self.fields["referral_number"]
        elif not self.initial.get("referral_number"):
            self.initial["referral_number"] = found.referred.number

    def _given(self, name: str) -> bool:
        """Whether somebody has written something there: it is answered then, not dropped."""
        return bool(str((self.data if self.is_bound else self.initial).get(name) or "").strip())

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in ENTERED if name in self.fields]

    def clean(self):
        data = super().clean()
        stay = next((stay for stay in self.desk.stays if str(stay.pk) == data.get("stay")), None)
        if stay and data.get("admitted_on") and data["admitted_on"] != stay.admitted_on:
            self.add_error("admitted_on", f"所选住院的入院日期是 {stay.admitted_on}。请改成一致，或者在“本院的住院”里选“补记一次住院”。")
        if stay and data.get("disease") and data["disease"] != stay.case.disease.code:
            self.add_error("disease", f"所选住院登记的病种是{stay.case.disease}。请改成一致，或者在“本院的住院”里选“补记一次住院”。")
        return data

    def take(self, faults: list[Fault]) -> None:
        """Put what stands against the bill itself beside its fields."""
        for fault in faults:
            if fault.code in OF_THE_BILL:
                self.add_error(fault.field if fault.field in self.fields else None, fault.sentence)

    def bill(self) -> dict:
        """The bill as a draft keeps it."""
        data = self.cleaned_data
        return {
            "stay": int(data["stay"]) if data["stay"] else None, "disease": data["disease"], "bill_no": data["bill_no"],
            "admitted_on": data["admitted_on"].isoformat(), "discharged_on": data["discharged_on"].isoformat(), "total": data["total_yuan"],
            "in_policy": data["in_policy_yuan"], "limit": data["limit_yuan"], "drugs_in": data["drugs_in_yuan"],
            "drugs_out": data["drugs_out_yuan"], "given": {name: data[name] for name in ENTERED if data.get(name)},
            "referral_number": data.get("referral_number", ""),
        }  # fmt: skip


def initial_of(bill: dict) -> dict:
    """A kept bill as the form shows it again."""
    amounts = {f"{name}_yuan": bill[name] for name in ("total", "in_policy", "limit", "drugs_in", "drugs_out")}
    rest = {name: bill[name] for name in ("disease", "bill_no", "admitted_on", "discharged_on", "referral_number")}
    return {"stay": str(bill["stay"] or "")} | rest | amounts | bill["given"]


def stay_words(stay) -> str:
    """2017-09-27 至 2017-10-17　胃癌"""
    until = f"至 {stay.discharged_on}" if stay.discharged_on else "起，还没有登记出院"
    return f"{stay.admitted_on} {until}　{stay.case.disease}"


class BenefitForm(LedgerForm):
    """What a stay is expected to cost; every amount may stay empty."""

    disease = forms.ChoiceField(label="病种")
    total_yuan = AmountField(label="预计总费用（元）", required=False)
    in_policy_yuan = AmountField(label="政策范围内（元）", required=False)
    referral_number = PlainField(label="转诊批准号", max_length=40, required=False)
    commercial_yuan = AmountField(label="商业保险预计支付（元）", required=False)
    charity_yuan = AmountField(label="慈善救助预计支付（元）", required=False)

    def __init__(self, *args, desk: Desk, found: Entitlement, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["disease"].choices = desk.disease_choices()[1:]
        for name in ENTERED:
            if name not in (found.policy.entered if found.policy else ()):
                del self.fields[name]
        if found.in_pooling_area:
            del self.fields["referral_number"]

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in ENTERED if name in self.fields]

    def clean(self):
        data = super().clean()
        total, in_policy = data.get("total_yuan"), data.get("in_policy_yuan")
        if total is not None and in_policy is not None and in_policy > total:
            self.add_error("in_policy_yuan", "政策范围内费用大于总费用，请改其中一个。")
        return data


class FoundCaseForm(LedgerForm):
    """A disease met at the window that is not on the patient's ledger."""

    disease = forms.ChoiceField(label="病种")
    found_on = DayField(label="发现日期")
    diagnosed_on = DayField(label="确诊日期")
    diagnosis_hospital = PlainField(label="确诊医院", max_length=60)
    icd10 = NumberText(label="ICD-10 编码", max_length=10)

    def __init__(self, *args, choices: list, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["disease"].choices = choices
