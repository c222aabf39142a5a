"""What every address of the interface shares: signed callers, JSON in and out, refusals as problems, the client's name on the trail."""

import re

from rest_framework.exceptions import ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hospitals.models import Hospital
from ledger.actions.trail import acting_client
from settlement.actions import settling
from settlement.api.authentication import SignedClient
from settlement.api.problems import Problem, answer_problem
from settlement.api.reading import AlwaysJSON, StrictJSON

KEY = re.compile(r"[\x21-\x7e]{1,80}")


class Endpoint(APIView):
    """One address. A subclass has a method for each verb, and serializers that describe what goes in and out."""

    authentication_classes = [SignedClient]
    permission_classes = []
    parser_classes = [StrictJSON]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJSON
    http_method_names = ["get", "post", "head"]

    def get_exception_handler(self):
        return answer_problem

    def dispatch(self, request, *args, **kwargs) -> Response:
        token = acting_client.set("")
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            acting_client.reset(token)

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        acting_client.set(str(request.auth))

    @property
    def hospital(self) -> Hospital:
        return self.request.auth.hospital

    def read(self, shape: type) -> dict:
        """The body as the serializer understands it. Raises ParseError, ValidationError."""
        data = self.request.data
        if not isinstance(data, dict):
            raise ParseError("内容应是一个 JSON 对象，即 {……}。")
        serializer = shape(data=data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def numbered(self, body: object) -> settling.Request:
        """The request under the number its sender gave it. Raises Problem where there is none."""
        key = self.request.headers.get("Idempotency-Key", "")
        if not KEY.fullmatch(key):
            sentence = "请在 Idempotency-Key 头里写这次请求的编号：1 至 80 个英文字母、数字或符号；重发同一请求时编号不变。"
            raise Problem(400, "idempotency_key_missing", sentence)
        return settling.Request(f"client:{self.request.auth.pk}", key, body)
