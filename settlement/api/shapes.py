"""What answers look like, for the interface's description; tests ask whether the answers keep to it."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema_field
from rest_framework import serializers

from settlement.api.problems import PROBLEM_TYPE
from settlement.national import INFORMATIVE, NAMES, RESULTS

MONEY = {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$", "example": "12345.60"}
KEY_HEADER = OpenApiParameter(
    "Idempotency-Key", {"type": "string", "pattern": "^[!-~]{1,80}$"}, OpenApiParameter.HEADER, required=True,
    description="这次请求的编号，由贵方自定，重发时不变。",
)  # fmt: skip


@extend_schema_field(MONEY)
class Money(serializers.Field):
    """Yuan with two decimals."""


class Code(serializers.CharField):
    """Text that an answer always bears, maybe empty."""

    def __init__(self, **kwargs):
        super().__init__(allow_blank=True, **kwargs)


class FaultShape(serializers.Serializer):
    """One thing that is wrong."""

    code = Code(help_text="给程序看的代码，不会改。")
    field = Code(help_text="哪一项；空的是整个请求。")
    sentence = Code(help_text="给人看的一句话，说明怎么改。")


class ProblemShape(serializers.Serializer):
    """RFC 9457, with a code and the single faults."""

    type = Code()
    title = Code()
    status = serializers.IntegerField()
    code = Code()
    detail = Code()
    errors = FaultShape(many=True)


class PolicyShape(serializers.Serializer):
    code = Code()
    version = serializers.IntegerField()
    document = Code(help_text="文号。")
    title = Code()


class LayerShape(serializers.Serializer):
    """What one layer pays."""

    layer = Code()
    title = Code()
    payer = Code(help_text="支付方。")
    applies = serializers.BooleanField()
    base_yuan = Money()
    amount_yuan = Money()


class DifferenceShape(serializers.Serializer):
    """Where the sender's own result is another."""

    field = Code()
    given_yuan = Money()
    computed_yuan = Money()


NationalShape = type(
    "NationalShape",
    (serializers.Serializer,),
    {
        "__doc__": "全国医保结算字段，单位元。",
        **{name: Money(help_text=NAMES[name]) for name in ("medfee_sumamt", "inscp_scp_amt", *INFORMATIVE, *RESULTS)},
    },
)


class CategoryShape(serializers.Serializer):
    code = Code()
    title = Code()


class DiseaseShape(serializers.Serializer):
    code = Code()
    title = Code()
    covered = serializers.BooleanField(help_text="出院日所在年度是否在专项病种内。")
    on_ledger = serializers.BooleanField(help_text="台账上是否有这个人的这一病种；没有的要先建档，才能结算。")


class HospitalShape(serializers.Serializer):
    code = Code()
    name = Code()
    level = Code(help_text="在这份政策下的级别。")
    designated = serializers.BooleanField()
    in_pooling_area = serializers.BooleanField()


class CapShape(serializers.Serializer):
    """One layer's year so far."""

    layer = Code()
    title = Code()
    payer = Code()
    applies = serializers.BooleanField()
    paid_yuan = Money(help_text="今年已付。")
    cap_yuan = Money(allow_null=True, help_text="年度限额；null 是不设限额。")
    remaining_yuan = Money(allow_null=True)


class EntitlementAnswer(serializers.Serializer):
    """Who, covered, designated, what is left."""

    name = Code()
    id_number = Code(help_text="已遮盖。")
    county = Code()
    on = serializers.DateField()
    categories = CategoryShape(many=True)
    enrolled = serializers.BooleanField()
    insurance_plan = Code()
    disease = DiseaseShape()
    hospital = HospitalShape()
    policy = PolicyShape(allow_null=True)
    sample = serializers.BooleanField(help_text="政策里还有示范参数。")
    limit_yuan = Money(allow_null=True, help_text="单病种限额。")
    caps = CapShape(many=True)
    notices = serializers.ListField(child=Code())
    errors = FaultShape(many=True)


class PreviewAnswer(serializers.Serializer):
    """What settling the bill now would come to."""

    bill_no = Code()
    can_settle = serializers.BooleanField()
    policy = PolicyShape(allow_null=True)
    sample = serializers.BooleanField()
    total_yuan = Money()
    in_policy_yuan = Money()
    limit_yuan = Money(allow_null=True)
    layers = LayerShape(many=True)
    self_pay_yuan = Money(allow_null=True)
    self_pay_in_policy_yuan = Money(allow_null=True)
    national = NationalShape(allow_null=True)
    differences = DifferenceShape(many=True)
    notices = serializers.ListField(child=Code())
    errors = FaultShape(many=True)


class WhatIfBill(serializers.Serializer):
    """One bill of a what-if question."""

    bill_no = Code()
    layers = LayerShape(many=True)
    self_pay_yuan = Money(allow_null=True)
    national = NationalShape(allow_null=True)
    errors = FaultShape(many=True)


class WhatIfAnswer(serializers.Serializer):
    """The bills in the order of the question."""

    policy = PolicyShape()
    sample = serializers.BooleanField()
    bills = WhatIfBill(many=True)


class SettlementAnswer(serializers.Serializer):
    """A settlement as it was made."""

    id = serializers.IntegerField()
    number = Code(help_text="结算号。")
    bill_no = Code()
    disease = Code()
    hospital = Code()
    admitted_on = serializers.DateField()
    discharged_on = serializers.DateField()
    referral_number = Code()
    settled_at = serializers.DateTimeField()
    policy = PolicyShape()
    sample = serializers.BooleanField()
    total_yuan = Money()
    in_policy_yuan = Money()
    limit_yuan = Money(allow_null=True)
    drugs_in_yuan = Money(allow_null=True)
    drugs_out_yuan = Money(allow_null=True)
    layers = LayerShape(many=True)
    self_pay_yuan = Money()
    self_pay_in_policy_yuan = Money()
    national = NationalShape()
    differences = DifferenceShape(many=True)
    notices = serializers.ListField(child=Code())


class Undone(serializers.Serializer):
    reason = Code()
    reversed_at = serializers.DateTimeField()
    given_back_yuan = Money(help_text="各层退回的合计。")


class SettlementNow(SettlementAnswer):
    """A settlement and how it stands."""

    state = serializers.ChoiceField(["settled", "reversed"])
    reversal = Undone(allow_null=True)


class MonthAnswer(serializers.Serializer):
    """A page of a month."""

    settlements = SettlementNow(many=True)
    next = Code(allow_null=True)


class ReversalAnswer(Undone):
    """A settlement undone."""

    id = serializers.IntegerField()
    number = Code()


REFUSALS = {
    400: "请求的格式不对",
    401: "没有通过验证",
    404: "没有这一项，或者不在本院范围",
    409: "请求编号用过，或已冲销",
    413: "内容超过 1 MB",
    415: "不是 application/json",
    422: "内容读懂了，但不能办理",
    429: "请求太多",
}


def answers(status: int, shape, *refusals: int) -> dict:
    """The answers of an address: its own, and the problems it may end in; 401 everywhere."""
    found = {status: OpenApiResponse(shape, "办好了" if status == 201 else "答复")}
    for code in sorted({401, *refusals}):
        found[(code, PROBLEM_TYPE)] = OpenApiResponse(ProblemShape, REFUSALS[code])
    return found
