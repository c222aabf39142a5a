"""结算: confirm, undo, fetch one, list a month's; by the same actions as the window."""

import base64
import binascii
import datetime
import re

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.actions.refusals import Refused
from settlement.actions import settling
from settlement.api.answers import page_answer, present, reversal_answer, settlement_answer
from settlement.api.bodies import BillBody, ReversalBody
from settlement.api.endpoint import Endpoint
from settlement.api.problems import NOT_HERE, Problem
from settlement.api.shapes import KEY_HEADER, MonthAnswer, ReversalAnswer, SettlementAnswer, SettlementNow, answers
from settlement.api.words import bill_entry
from settlement.faults import KeyUsedDifferently
from settlement.models import Settlement

PAGE = 100
REPLAYED = {"Idempotency-Replayed": "true"}
NUMBER = re.compile(r"(?:JS[0-9]{6}-)?0*([1-9][0-9]{0,17})")
SETTLEMENT_ID = OpenApiParameter(
    "key", {"type": "string", "pattern": "^[0-9A-Z-]{1,40}$"}, OpenApiParameter.PATH, description="编号或结算号。"
)


def seen(staff):
    """The hospital's settlements with all that an answer tells."""
    found = Settlement.objects.visible_to(staff).select_related("version", "disease", "hospital", "reversal__settlement")
    return found.prefetch_related("lines")


def settlement_at(staff, key: str) -> Settlement:
    """By number (JS201710-000123) or id. Raises Problem for one that is not there or another hospital's: no difference."""
    match = NUMBER.fullmatch(key)
    found = seen(staff).filter(pk=match[1]).first() if match else None
    if found is None or (key.startswith("JS") and found.number != key):
        raise Problem(404, "not_found", NOT_HERE)
    return found


class Settlements(Endpoint):
    """A month's settlements, and a new one."""

    @extend_schema(
        operation_id="list_settlements", tags=["结算"], summary="列出一个月的结算",
        description="按结算时间从新到旧，每页 100 笔；next 不为 null 时，把它原样写进 cursor 取下一页。",
        parameters=[
            OpenApiParameter("month", {"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$"}, required=True, description="结算月份，如 2017-10。"),
            OpenApiParameter("cursor", {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,80}$"}, description="上一页答复里的 next。"),
        ],
        responses=answers(200, MonthAnswer, 400, 429),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        start, end = _month(_one(request, "month"))
        found = seen(request.user).filter(settled_at__gte=start, settled_at__lt=end).order_by("-settled_at", "-id")
        if "cursor" in request.query_params:
            instant, pk = _read_cursor(_one(request, "cursor"))
            found = found.filter(settled_at__lte=instant).exclude(settled_at=instant, pk__gte=pk)
        rows = list(found[: PAGE + 1])
        more = _cursor(rows[PAGE - 1]) if len(rows) > PAGE else None
        return Response({"settlements": page_answer(rows[:PAGE]), "next": more})

    @extend_schema(
        operation_id="settle", tags=["结算"], summary="确认结算",
        description="与窗口结算相同：一次办完，要么全部记下，要么什么都不记。同一 Idempotency-Key 重发同样的内容，答复相同，"
        "并带 Idempotency-Replayed: true；内容不同则 409。没有办成（4xx）的请求不占用编号。",
        parameters=[KEY_HEADER], request=BillBody, responses=answers(201, SettlementAnswer, 400, 409, 413, 415, 422, 429),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        asked = self.numbered({"settle": request.data})
        body = self.read(BillBody)
        known = settling.carried_out(asked)
        if known is None:
            entry = bill_entry(by=request.user, hospital=self.hospital, body=body)
            settlement = settling.settle(by=request.user, entry=entry, request=asked)
        elif known.settlement is None:
            raise KeyUsedDifferently("这个请求号已用于冲销。请换一个请求号再提交。")
        else:
            settlement = known.settlement
        answer = settlement_answer(settlement, claimed=body["claimed"])
        return Response(answer, 201, headers=REPLAYED if known else {})


class OneSettlement(Endpoint):
    """One settlement as it stands now."""

    @extend_schema(
        operation_id="settlement", tags=["结算"], summary="查看一笔结算", parameters=[SETTLEMENT_ID],
        description="只能看本院的；state 说明现在有效还是已冲销。", responses=answers(200, SettlementNow, 404, 429),
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        return Response(present(settlement_at(request.user, key)))


class Reversal(Endpoint):
    """Undo one settlement."""

    @extend_schema(
        operation_id="reverse", tags=["结算"], summary="冲销一笔结算",
        description="写明原因，限额和累计随之退回；一笔只能冲销一次，要改正就冲销后重新结算。重发的规则与确认结算相同。",
        parameters=[SETTLEMENT_ID, KEY_HEADER], request=ReversalBody,
        responses=answers(201, ReversalAnswer, 400, 404, 409, 413, 415, 429),
    )  # fmt: skip
    def post(self, request: Request, key: str) -> Response:
        settlement = settlement_at(request.user, key)
        asked = self.numbered({"reverse": settlement.pk, "body": request.data})
        reason = self.read(ReversalBody)["reason"]
        known = settling.carried_out(asked)
        try:
            reversal = settling.reverse(by=request.user, settlement=settlement, reason=reason, request=asked)
        except KeyUsedDifferently:
            raise
        except Refused as refused:
            raise Problem(409, "already_reversed", refused.message) from None
        answer = {"id": settlement.pk, "number": settlement.number, **reversal_answer(reversal)}
        return Response(answer, 201, headers=REPLAYED if known else {})


class Elsewhere(Endpoint):
    """Any other address below the interface: a problem, not a page for people."""

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str) -> Response:
        raise Problem(404, "not_found", NOT_HERE)

    post = get


def _one(request: Request, name: str) -> str:
    """What the address asks for under a name. Raises Problem where it says it twice: nobody could tell which is meant."""
    said = request.query_params.getlist(name) or [""]
    if len(said) > 1:
        raise Problem(400, "malformed", f"{name} 写了不止一次，请只写一次。")
    return said[0]


def _month(text: str) -> tuple[datetime.datetime, datetime.datetime]:
    """From the first instant of a month to the first of the next. Raises Problem."""
    match = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", text)
    if not match:
        raise Problem(400, "malformed", "请写明结算月份 month，例如 month=2017-10。")
    first = datetime.date(int(match[1]), int(match[2]), 1)
    after = (first + datetime.timedelta(days=31)).replace(day=1)
    start, end = (timezone.make_aware(datetime.datetime.combine(day, datetime.time.min)) for day in (first, after))
    return start, end


def _cursor(last: Settlement) -> str:
    text = f"{last.settled_at.timestamp():.6f}|{last.pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[datetime.datetime, int]:
    """Raises Problem for anything but what an answer gave."""
    try:
        padded = text + "=" * (-len(text) % 4)
        match = re.fullmatch(
            r"([0-9]{1,10})\.([0-9]{6})\|([1-9][0-9]{0,17})", base64.urlsafe_b64decode(padded.encode("ascii")).decode("ascii")
        )
    except (binascii.Error, ValueError):
        match = None
    if not match:
        raise Problem(400, "malformed", "cursor 不对，请原样写上一页答复里的 next。")
    instant = datetime.datetime.fromtimestamp(int(match[1]), datetime.UTC) + datetime.timedelta(microseconds=int(match[2]))
    return instant, int(match[3])
