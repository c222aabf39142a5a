"""What the interface answers instead of a result: application/problem+json with a code for programs and a sentence for people."""

from collections.abc import Iterator, Sequence

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from ledger.actions.refusals import Refused
from settlement.faults import BillRefused, Fault, KeyUsedDifferently

PROBLEM_TYPE = "application/problem+json"
TITLES = {
    400: "请求内容读不懂",
    401: "没有通过验证",
    404: "没有这一项",
    405: "不支持这一操作",
    409: "和已有的内容冲突",
    413: "内容太大",
    415: "内容格式不支持",
    422: "没有办理",
    429: "请求太多",
}
NOT_HERE = "没有这一项，或者不在本院范围。请核对编号和地址（地址末尾没有斜杠）。"


class Problem(exceptions.APIException):
    """One refusal: HTTP status, code, sentence, and the single faults where there are several."""

    def __init__(self, status: int, code: str, sentence: str, *, faults: Sequence[Fault] = (), headers: dict[str, str] | None = None):
        super().__init__(sentence)
        self.status_code, self.code, self.sentence = status, code, sentence
        self.faults, self.headers = tuple(faults) or (Fault(code, sentence),), headers or {}

    def answer(self) -> Response:
        body = {
            "type": "about:blank",
            "title": TITLES[self.status_code],
            "status": self.status_code,
            "code": self.code,
            "detail": self.sentence,
            "errors": [told(fault) for fault in self.faults],
        }
        return Response(body, self.status_code, headers=self.headers, content_type=PROBLEM_TYPE)


def told(fault: Fault) -> dict[str, str]:
    """One fault as programs read it."""
    return {"code": fault.code, "field": fault.field, "sentence": fault.sentence}


def answer_problem(error: Exception, context: dict) -> Response | None:
    """Every refusal that may end a request, as a problem; None for a fault of ours, which must not look like the caller's."""
    problem = problem_of(error)
    return problem.answer() if problem else None


def problem_of(error: Exception) -> Problem | None:
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refused):
        return _refused(error)
    if isinstance(error, (Http404, ObjectDoesNotExist, exceptions.NotFound)):
        return Problem(404, "not_found", NOT_HERE)
    if isinstance(error, exceptions.ValidationError):
        faults = list(_flat(error.get_full_details()))
        return Problem(400, "malformed", "请求内容有不对的地方，请按逐项说明改正后再发。", faults=faults)
    if isinstance(error, exceptions.UnsupportedMediaType):
        return Problem(415, "not_json", "内容要用 application/json 发送，UTF-8 编码。")
    if isinstance(error, exceptions.MethodNotAllowed):
        return Problem(405, "method_not_allowed", "这个地址不支持这一操作，请查阅接口说明。")
    if isinstance(error, exceptions.ParseError):
        return Problem(400, "malformed", str(error.detail))
    return None


def _refused(error: Refused) -> Problem:
    if isinstance(error, BillRefused):
        first = error.faults[0]
        if first.code == "asked_too_often":
            return Problem(429, first.code, first.sentence, faults=error.faults, headers={"Retry-After": "3600"})
        return Problem(422, first.code, first.sentence, faults=error.faults)
    code = "key_used_differently" if isinstance(error, KeyUsedDifferently) else "conflict"
    return Problem(409, code, error.message)


def _flat(details, path: str = "") -> Iterator[Fault]:
    """The serializer's nested errors as one list, each with the path of its field: bills[3].total_yuan."""
    if isinstance(details, dict) and set(details) == {"message", "code"} and isinstance(details["code"], str):
        yield Fault(details["code"], str(details["message"]), path)
    elif isinstance(details, dict):
        for name, inner in details.items():
            inside = path if name == "non_field_errors" else _joined(path, name)
            yield from _flat(inner, inside)
    else:
        for index, inner in enumerate(details):
            many = isinstance(inner, dict) and set(inner) != {"message", "code"}
            if many and not inner:
                continue
            yield from _flat(inner, f"{path}[{index}]" if many else path)


def _joined(path: str, name: str | int) -> str:
    return f"{path}[{name}]" if isinstance(name, int) else f"{path}.{name}".lstrip(".")
