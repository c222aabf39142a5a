"""How a request is signed: HMAC-SHA256 over what is asked, when, and a number used once. Pure; docs/api.md tells it to hospitals."""

import hashlib
import hmac

CLOCK_TOLERANCE = 300  # Seconds that a client's clock may differ from ours, either way.


def canonical(*, method: str, target: str, body: bytes, timestamp: str, nonce: str) -> str:
    """What is signed, five lines joined by line feeds; ``target`` is path and query exactly as on the request line."""
    return "\n".join((method.upper(), target, hashlib.sha256(body).hexdigest(), timestamp, nonce))


def sign(secret: str, text: str) -> str:
    """The signature in lower-case hex."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_signed(secret: str, text: str, signature: str) -> bool:
    """Whether the signature is right; takes as long for a wrong one."""
    return hmac.compare_digest(sign(secret, text).encode(), signature.lower().encode())
