"""待遇查询: who somebody is on a day, whether the disease is covered here, and what is left under each cap."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from settlement.api.answers import entitlement_answer
from settlement.api.bodies import EntitlementQuestion
from settlement.api.endpoint import Endpoint
from settlement.api.shapes import EntitlementAnswer, answers
from settlement.api.words import disease_named
from settlement.entitlement import Visit
from settlement.patients import find_patient
from settlement.preparing import estimate


class Entitlements(Endpoint):
    """Reads nothing into the ledger; each question leaves a trail row."""

    @extend_schema(
        operation_id="entitlement", tags=["待遇"], summary="查询待遇",
        description="按完整身份证号查一个人在出院日的类别、病种是否纳入、本院是否定点、各层限额还余多少。errors 不为空时不能结算。",
        request=EntitlementQuestion, responses=answers(200, EntitlementAnswer, 400, 413, 415, 422, 429),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        asked = self.read(EntitlementQuestion)
        disease = disease_named(asked["disease"])
        person = find_patient(by=request.user, id_number=asked["id_number"])
        admitted_on = asked["admitted_on"]
        discharged_on = asked.get("discharged_on", admitted_on)
        visit = Visit(person, disease, self.hospital, admitted_on, discharged_on, asked.get("referral_number", ""))
        return Response(entitlement_answer(estimate(visit=visit, total=0, in_policy=0, limit=None, given={})))
