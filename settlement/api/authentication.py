"""Who is asking: a hospital's system proves itself by a signature, and then acts as its liaison with that scope and no wider."""

import datetime
import ipaddress
import re
import time

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.encoding import escape_uri_path
from rest_framework.authentication import BaseAuthentication

from hospitals.models import Hospital
from ledger import clock
from ledger.actions.trail import record, request_address
from ledger.models import AuditEvent, Role, Staff
from settlement.api.problems import Problem
from settlement.api.reading import LARGEST_BODY
from settlement.api.signature import CLOCK_TOLERANCE, canonical, is_signed
from settlement.models import Client, ClientNonce

HEADERS = {
    "X-Client-Id": re.compile(r"[0-9a-z-]{3,32}"),
    "X-Timestamp": re.compile(r"[0-9]{1,12}"),
    "X-Nonce": re.compile(r"[0-9A-Za-z_-]{16,64}"),
    "X-Signature": re.compile(r"[0-9A-Fa-f]{64}"),
}
NOBODY = "0" * 64  # What an unknown client's signature is compared with, so that the answer takes as long.
KEPT = datetime.timedelta(seconds=3 * CLOCK_TOLERANCE)
CLEANED_EVERY = 100
REFUSALS_KEPT = 30  # Refusals a minute that leave a row each; beyond them the trail is not the caller's to fill.
MINUTE = datetime.timedelta(minutes=1)
STRANGER = "请求没有通过验证。请核对客户端编号、密钥、签名、时间和随机数；签名的算法见接口说明。"


class SignedClient(BaseAuthentication):
    """Django REST framework's door: ``request.user`` is the liaison, ``request.auth`` the client, its hospital beside it."""

    def authenticate(self, request) -> tuple[Staff, Client]:
        client = verify(request._request)
        return client.staff, client

    def authenticate_header(self, request) -> str:
        return "HMAC-SHA256"


def verify(request: HttpRequest) -> Client:
    """The client that signed the request, with ``client.hospital``. Raises Problem.

    Whoever does not hold the secret learns one thing only: no. Whoever does is told what to mend.
    """
    body = _body(request)
    given = {name: request.headers.get(name, "") for name in HEADERS}
    client = None
    if all(pattern.fullmatch(given[name]) for name, pattern in HEADERS.items()):
        client = Client.objects.select_related("staff__area__parent").filter(code=given["X-Client-Id"]).first()
    text = canonical(
        method=request.method, target=target_of(request), body=body, timestamp=given["X-Timestamp"], nonce=given["X-Nonce"]
    )  # fmt: skip
    if not is_signed(client.secret.reveal() if client else NOBODY, text, given["X-Signature"]) or client is None:
        raise refusal(client, "signature_refused", STRANGER)
    _check_time(client, int(given["X-Timestamp"]))
    _check_standing(client)
    _check_address(client)
    _use_nonce(client, given["X-Nonce"])
    if client.last_used_on != clock.today():
        Client.objects.filter(pk=client.pk).update(last_used_on=clock.today())
    return client


def _body(request: HttpRequest) -> bytes:
    """The body, unless it is larger than any the interface takes: then it is not even read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length[:12]) > LARGEST_BODY:
        raise Problem(413, "body_too_large", "内容超过 1 MB，请分几次发送。")
    return request.body


def target_of(request: HttpRequest) -> str:
    """Path and query as they stood on the request line."""
    query = request.META.get("QUERY_STRING", "")
    return escape_uri_path(request.path) + (f"?{query}" if query else "")


def _check_time(client: Client, timestamp: int) -> None:
    # The machine's own clock: a demo that lives on another day still meets systems that live today.
    ahead = timestamp - int(time.time())
    if abs(ahead) > CLOCK_TOLERANCE:
        way = "快" if ahead > 0 else "慢"
        sentence = f"贵方时钟比本系统{way} {abs(ahead)} 秒，超过 {CLOCK_TOLERANCE} 秒。请校准时钟；重发时要用新的时间和随机数重新签名。"
        raise refusal(client, "clock_differs", sentence)


def _check_standing(client: Client) -> None:
    if not client.is_active:
        raise refusal(client, "client_off", "这个接口客户端已停用，请与系统管理员联系启用。")
    if client.expires_on < clock.today():
        raise refusal(client, "client_expired", f"这个接口客户端的有效期到 {client.expires_on} 为止，请系统管理员延期。")
    client.hospital = Hospital.objects.filter(code=client.staff.hospital_code, is_active=True).first()
    if not client.staff.is_active or client.staff.role != Role.LIAISON or client.hospital is None:
        raise refusal(client, "account_off", "这个接口客户端所代表的医院联络员账号或医院已停用，请系统管理员换成在用的账号。")


def _check_address(client: Client) -> None:
    address = request_address.get() or ""
    if not listed(address, client.addresses):
        raise refusal(client, "address_not_listed", f"来源地址 {address or '（未知）'} 不在登记的地址内，请系统管理员补登。")


def listed(address: str, networks: list[str]) -> bool:
    """Whether an address lies in one of the networks; an IPv4 address written as IPv6 is meant as IPv4."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip in ipaddress.ip_network(network) for network in networks)


def _use_nonce(client: Client, nonce: str) -> None:
    """Take the nonce, once; too many within a minute are put off. Old ones go with every hundredth request."""
    now = timezone.now()
    limit = settings.CLIENT_REQUESTS_PER_MINUTE
    if ClientNonce.objects.filter(client=client, received_at__gt=now - MINUTE)[:limit].count() >= limit:
        raise Problem(429, "too_many_requests", f"一分钟内的请求超过 {limit} 次，请稍后再发。", headers={"Retry-After": "60"})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO settlement_clientnonce (client_id, nonce, received_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
            [client.pk, nonce, now],
        )
        taken = cursor.fetchone()
    if taken is None:
        raise refusal(client, "nonce_used", "这个随机数已经用过。每次请求（重发也一样）要换一个随机数并重新签名。")
    if taken[0] % CLEANED_EVERY == 0:
        ClientNonce.objects.filter(client=client, received_at__lt=now - KEPT).delete()


def refusal(client: Client | None, code: str, sentence: str) -> Problem:
    """A refusal at the door, on the trail; somebody who goes on and on is put off instead, and leaves no more rows."""
    by = client.staff if client else None
    told = AuditEvent.objects.filter(staff=by, action="client_refused", at__gt=clock.now() - MINUTE)
    if told[:REFUSALS_KEPT].count() >= REFUSALS_KEPT:
        return Problem(429, "too_many_requests", "没有通过验证的请求太多，请一分钟后再试。", headers={"Retry-After": "60"})
    detail = {"refused": code, **({"client": str(client)} if client else {})}
    record("client_refused", by=by, subject=client, detail=detail)
    return Problem(401, code, sentence, headers={"WWW-Authenticate": "HMAC-SHA256"})
