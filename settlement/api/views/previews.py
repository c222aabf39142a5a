"""试算: a patient's bill as it would be settled now, or bills of nobody in particular under a policy; nothing is kept."""

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from settlement.api.answers import disease_codes, layers_of, national_of, policy_answer
from settlement.api.answers import preview_answer as shown
from settlement.api.bodies import EITHER, BillBody, WhatIf
from settlement.api.endpoint import Endpoint
from settlement.api.problems import told
from settlement.api.shapes import PreviewAnswer, WhatIfAnswer, answers
from settlement.api.words import bill_entry, published
from settlement.engine.money import yuan
from settlement.figures import assumed_figures
from settlement.preparing import prepare
from settlement.rules import policy_of
from settlement.what_if import what_if

DESCRIPTION = (
    "两种问法。写患者和账单：按此刻的年内累计试算，errors 列出结算前要改的全部问题，不保存任何内容。"
    "只写 policy 和 bills：不涉及真人，按一份已发布的政策计算一批账单，列名与批量计算（manage.py settle）相同，"
    "同一人同一年按出院日期、账单号累计；有错的账单在自己的 errors 里说明，不影响其他账单。"
)


class Preview(Endpoint):
    """With ``policy`` a what-if question, else a patient's bill."""

    @extend_schema(
        operation_id="preview", tags=["结算"], summary="试算", description=DESCRIPTION,
        request=PolymorphicProxySerializer("PreviewQuestion", [BillBody, WhatIf], resource_type_field_name=None),
        responses=answers(
            200, PolymorphicProxySerializer("PreviewOrWhatIf", [PreviewAnswer, WhatIfAnswer], resource_type_field_name=None),
            400, 413, 415, 422, 429,
        ),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        if isinstance(request.data, dict) and ("policy" in request.data or "bills" in request.data):
            return Response(self._what_if(self.read(WhatIf)))
        body = self.read(BillBody)
        entry = bill_entry(by=request.user, hospital=self.hospital, body=body)
        return Response(shown(prepare(by=request.user, entry=entry), body["claimed"]))

    def _what_if(self, asked: dict) -> dict:
        version = published(asked["policy"], asked.get("version"))
        policy = policy_of(version)
        bills = []
        for number, outcome in what_if(policy, disease_codes(), [_ours(row) for row in asked["bills"]]):
            answer = {"bill_no": number, "layers": [], "self_pay_yuan": None, "national": None, "errors": []}
            if isinstance(outcome, list):
                answer["errors"] = [told(fault) for fault in outcome]
            else:
                entry, result = outcome
                answer |= {"layers": layers_of(result), "self_pay_yuan": yuan(result.self_pay), "national": national_of(entry.bill, result)}
            bills.append(answer)
        return {"policy": policy_answer(version), "sample": bool(assumed_figures(policy)), "bills": bills}


def _ours(row: dict[str, str]) -> dict[str, str]:
    """The row with amounts under our names where it has them under the national ones only."""
    return row | {ours: row[name] for ours, name in EITHER.items() if not row.get(ours) and name in row}
