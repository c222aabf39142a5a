"""What hospital systems send: one serializer a body, which reads it and describes it."""

from rest_framework import serializers

from settlement.api.fields import Day, Shape, Text, Yuan
from settlement.national import INFORMATIVE, NAMES, RESULTS

MOST_BILLS = 1000
EITHER = {"total_yuan": "medfee_sumamt", "in_policy_yuan": "inscp_scp_amt"}  # Our name → the national one for the same amount.


class EntitlementQuestion(Shape):
    """Whom, with which disease, when."""

    id_number = Text(max_length=30, help_text="完整的身份证号。")
    disease = Text(help_text="病种代码，例如 gastric-cancer。")
    admitted_on = Day(help_text="入院日期；还没有入院的写预计日期。")
    discharged_on = Day(required=False, help_text="出院日期；不写就按入院日期查。待遇以出院日为准。")
    referral_number = Text(required=False, allow_blank=True, help_text="统筹区外就医的转诊批准号。")


class BillBody(Shape):
    """One bill of one patient. Amounts may bear our names or the national ones; a result that the sender worked out itself is compared with ours."""

    id_number = Text(max_length=30, help_text="完整的身份证号。")
    disease = Text(help_text="病种代码，例如 gastric-cancer。")
    bill_no = Text(help_text="本院的账单号，在本院不重复。")
    admitted_on = Day(help_text="入院日期。")
    discharged_on = Day(help_text="出院日期；政策和人员类别以这一天为准。")
    total_yuan = Yuan(required=False, help_text="总费用；也可以写作 medfee_sumamt。")
    in_policy_yuan = Yuan(required=False, help_text="政策范围内费用；也可以写作 inscp_scp_amt。")
    limit_yuan = Yuan(required=False, help_text="单病种限额；不写时按限额表，表里没有就是没有限额。")
    drugs_in_yuan = Yuan(required=False, help_text="目录内药品费。")
    drugs_out_yuan = Yuan(required=False, help_text="目录外药品费。")
    commercial_yuan = Yuan(required=False, help_text="商业保险已付。")
    charity_yuan = Yuan(required=False, help_text="慈善救助已付。")
    referral_number = Text(required=False, allow_blank=True, help_text="统筹区外就医的转诊批准号。")
    medfee_sumamt = Yuan(required=False, help_text=f"{NAMES['medfee_sumamt']}，即 total_yuan。")
    inscp_scp_amt = Yuan(required=False, help_text=f"{NAMES['inscp_scp_amt']}，即 in_policy_yuan。")
    act_pay_dedc = Yuan(required=False, help_text=f"贵方算出的{NAMES['act_pay_dedc']}，只用于比较。")
    hifp_pay = Yuan(required=False, help_text=f"贵方算出的{NAMES['hifp_pay']}，只用于比较。")
    hifmi_pay = Yuan(required=False, help_text=f"贵方算出的{NAMES['hifmi_pay']}，只用于比较。")
    maf_pay = Yuan(required=False, help_text=f"贵方算出的{NAMES['maf_pay']}，只用于比较。")
    hosp_part_amt = Yuan(required=False, help_text=f"贵方算出的{NAMES['hosp_part_amt']}，只用于比较。")
    oth_pay = Yuan(required=False, help_text=f"贵方算出的{NAMES['oth_pay']}，只用于比较。")
    psn_part_amt = Yuan(required=False, help_text=f"贵方算出的{NAMES['psn_part_amt']}，只用于比较。")

    def validate(self, data: dict) -> dict:
        """The amounts under our names, and what the sender worked out under ``claimed``."""
        said = {}
        for ours, national in EITHER.items():
            amounts = {data.pop(name) for name in (ours, national) if name in data}
            if not amounts:
                said[ours] = serializers.ErrorDetail(f"缺少这一项，请补上；也可以写作 {national}。", code="required")
            elif len(amounts) > 1:
                said[ours] = serializers.ErrorDetail(
                    f"和 {national} 是同一个金额，两处写得不一样。请只写一处或写成一样。", code="contradicts"
                )
            else:
                data[ours] = amounts.pop()
        if said:
            raise serializers.ValidationError(said)
        data["claimed"] = {name: data.pop(name) for name in (*INFORMATIVE, *RESULTS) if name in data}
        return data


class Rows(serializers.ListField):
    """Objects of text; what a cell says is judged row by row, so that one wrong bill does not stop the others."""

    default_error_messages = {
        "not_a_list": "应是账单的列表，即 [……]。",
        "empty": "至少要有一张账单。",
        "max_length": "一次最多 {max_length} 张账单，请分几次发送。",
        "required": "缺少这一项，请补上。",
        "null": "不能是 null。",
    }
    child = serializers.DictField(child=serializers.CharField())

    def run_child_validation(self, data: list) -> list[dict[str, str]]:
        for index, row in enumerate(data):
            if not isinstance(row, dict) or not all(isinstance(text, str) for text in row.values()):
                sentence = f"第 {index + 1} 张账单应是一个 JSON 对象，每一格都是文字，写在引号里。"
                raise serializers.ValidationError([serializers.ErrorDetail(sentence, code="invalid")])
        return data


class WhatIf(Shape):
    """Bills of nobody in particular under one policy, cumulating per person and year as the calculator does."""

    policy = Text(help_text="政策代码，例如 liuzhou-2017。")
    version = serializers.IntegerField(
        required=False, min_value=1, max_value=32767, help_text="版次；不写就用最新发布的一版。",
        error_messages={"invalid": "应是整数。", "min_value": "应是 1 以上的整数。", "max_value": "没有这一版。", "max_string_length": "没有这一版。"},
    )  # fmt: skip
    bills = Rows(allow_empty=False, max_length=MOST_BILLS)


class ReversalBody(Shape):
    """Why a settlement is undone."""

    reason = Text(max_length=200, help_text="冲销原因。")
