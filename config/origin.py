"""Where a request comes from: what our own proxies say, and otherwise whoever is at the other end of the line."""

from collections.abc import Mapping
from ipaddress import ip_address

from django.conf import settings


def came_from(meta: Mapping[str, str]) -> str | None:
    """The address, or None where there is none (a socket file). Only the entry that our proxy added itself is believed."""
    address = meta.get("REMOTE_ADDR") or None
    if address and _is_ours(address):
        told = meta.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        return _valid(told) or address
    return address


def _is_ours(address: str) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in settings.PROXIES)


def _valid(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
