"""A hospital's system of the tests: signs each request as docs/api.md says, and can do each part of it wrong."""

import json
import time
import uuid
from dataclasses import dataclass

from django.test import Client as Browser

from settlement.api.signature import canonical, sign

BASE = "/api/v1/"


@dataclass
class System:
    """Say ``system.post("settlements", body, key="A")``; ``sent`` keeps the last request's arguments, to send them again."""

    code: str
    secret: str
    address: str = "127.0.0.1"
    ahead: int = 0  # Seconds that its clock is ahead.

    def post(self, path: str, body: object = None, *, key: str = "", **wrong):
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.send("POST", path, raw, key=key, **wrong)

    def get(self, path: str, **wrong):
        return self.send("GET", path, b"", **wrong)

    def send(
        self, method: str, path: str, raw: bytes, *, key: str = "", content_type: str = "application/json", tampered: bytes = b"", **headers
    ):
        """``tampered`` is what arrives instead of what was signed; ``headers`` stand instead of the right ones."""
        target = path if path.startswith("/") else BASE + path
        signed = self.headers(method, target, raw) | ({"Idempotency-Key": key} if key else {}) | headers.pop("headers", {})
        self.sent = (method, target, tampered or raw, content_type, signed)
        return self.again()

    def again(self):
        """The last request, sign for sign: what somebody who listened could send."""
        method, target, raw, content_type, headers = self.sent
        return Browser(raise_request_exception=True).generic(
            method, target, raw, content_type, headers=headers, REMOTE_ADDR=self.address
        )  # fmt: skip

    def headers(self, method: str, target: str, raw: bytes) -> dict[str, str]:
        timestamp, nonce = str(int(time.time()) + self.ahead), uuid.uuid4().hex
        text = canonical(method=method, target=target, body=raw, timestamp=timestamp, nonce=nonce)
        return {"X-Client-Id": self.code, "X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": sign(self.secret, text)}
