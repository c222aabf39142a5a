"""The interface's own description: OpenAPI 3 of our addresses alone, and a page that shows it with local files only."""

from functools import lru_cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerSplitView

from settlement.batch import COLUMNS

PREFIX = "/api/v1/"


class SignatureScheme(OpenApiAuthenticationExtension):
    """How the description names our signature."""

    target_class = "settlement.api.authentication.SignedClient"
    name = ["ClientId", "Timestamp", "Nonce", "Signature"]

    def get_security_requirement(self, auto_schema) -> dict:
        return {name: [] for name in self.name}

    def get_security_definition(self, auto_schema) -> list[dict]:
        said = {
            "X-Client-Id": "客户端编号，由市级管理员发给医院。",
            "X-Timestamp": "现在的 Unix 时间，整秒；和本系统相差不超过 300 秒。",
            "X-Nonce": "这次请求的随机数，16 至 64 个字母、数字、- 或 _，只能用一次。",
            "X-Signature": "签名：HMAC-SHA256(密钥, 方法 + 换行 + 路径和查询 + 换行 + 内容的 SHA-256 + 换行 + 时间 + 换行 + 随机数)，小写十六进制。",
        }
        return [{"type": "apiKey", "in": "header", "name": name, "description": words} for name, words in said.items()]


def only_the_interface(endpoints: list, **kwargs) -> list:
    """Other addresses that answer JSON are not for hospitals."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(PREFIX)]


def nothing_undescribed(result: dict, generator, **kwargs) -> dict:
    """Bodies and answers hold what is described and nothing else, except the calculator's rows, whose further columns do not count."""
    schemas = result["components"]["schemas"]
    for schema in schemas.values():
        schema.pop("description", None)  # The serializers' own words are for whoever reads the code.
        if schema.get("type") == "object":
            schema["additionalProperties"] = False
    for path in result["paths"].values():
        if "requestBody" in path.get("post", {}):
            path["post"]["requestBody"]["required"] = True
    for name, example in EXAMPLES.items():
        schemas[name]["example"] = example
    bills = schemas["WhatIf"]["properties"]["bills"]
    bills |= {"minItems": 1, "items": {"$ref": "#/components/schemas/Row"}}
    schemas["Row"] = ROW
    return result


_BILL = {
    "id_number": "450222195103029929", "disease": "gastric-cancer", "bill_no": "ZY20170901", "admitted_on": "2017-09-01",
    "discharged_on": "2017-09-10", "total_yuan": "10000.00", "in_policy_yuan": "9000.00",
}  # fmt: skip
EXAMPLES = {
    "EntitlementQuestion": {name: _BILL[name] for name in ("id_number", "disease", "admitted_on")},
    "BillBody": _BILL,
    "ReversalBody": {"reason": "账单录错"},
}
ROW = {
    "type": "object",
    "description": "一张账单，各格与批量计算的文件相同，都写成文字；空格可以不写，多出的列不看。total_yuan、in_policy_yuan 也可以写作 medfee_sumamt、inscp_scp_amt。",
    "properties": {name: {"type": "string"} for name in COLUMNS},
    "additionalProperties": {"type": "string"},
}


@lru_cache(maxsize=1)
def described() -> dict:
    """The description; the same until the program changes."""
    return SchemaGenerator().get_schema(request=None, public=True)


def schema(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3 as JSON, for a hospital's engineer and tools; it tells nothing of anybody."""
    return JsonResponse(described(), json_dumps_params={"ensure_ascii": False})


class Page(SpectacularSwaggerSplitView):
    """The description to read. Nothing can be tried from it: a browser holds no secret to sign with."""

    template_name = "settlement/api_docs.html"
    url_name = "api:schema"
    authentication_classes = []
    permission_classes = []
