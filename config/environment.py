"""Reads the process environment, so that a wrong value stops the start and is named."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and how; no host: nowhere."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starts_tls: bool = False
    tls: bool = False


class Environment:
    """Typed look-ups in a mapping of environment variables; every error names the variable and how to set it."""

    def __init__(self, values: Mapping[str, str]):
        self.values = values

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def required(self, name: str, why: str) -> str:
        value = self.text(name)
        if not value:
            raise ImproperlyConfigured(f"{name} is not set: {why}")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise ImproperlyConfigured(f"{name}={value!r} is not one of {', '.join(allowed)}")
        return value

    def flag(self, name: str, default: bool) -> bool:
        return self.choice(name, ("yes", "no"), "yes" if default else "no") == "yes"

    def integer(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isdigit():
            raise ImproperlyConfigured(f"{name}={value!r} is not a whole number")
        return int(value)

    def date(self, name: str, default: datetime.date | None) -> datetime.date | None:
        value = self.text(name)
        if not value:
            return default
        try:
            return datetime.date.fromisoformat(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}={value!r} is not a date like 2017-10-20") from error

    def items(self, name: str) -> list[str]:
        return [item.strip() for item in self.text(name).split(",") if item.strip()]

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """Addresses and networks, with commas between."""
        try:
            return [ip_network(item) for item in self.items(name)]
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}={self.text(name)!r}: {error}; write 172.16.0.0/12 or 10.20.30.40") from error

    def smtp(self, name: str) -> "MailServer":
        """A ``smtp://user:password@host:587`` (STARTTLS), ``smtps://…:465`` or ``smtp+plain://…:25`` address; nothing where it is not set."""
        text = self.text(name)
        if not text:
            return MailServer()
        url = urlsplit(text)
        ports = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
        if url.scheme not in ports or not url.hostname:
            raise ImproperlyConfigured(f"{name} must look like smtp://user:password@host:587, smtps://… or smtp+plain://…")
        return MailServer(
            url.hostname, url.port or ports[url.scheme], unquote(url.username or ""), unquote(url.password or ""),
            starts_tls=url.scheme == "smtp", tls=url.scheme == "smtps",
        )  # fmt: skip

    def database(self, name: str) -> dict:
        """A ``postgresql://user:password@host:port/name?option=value`` address as Django's settings."""
        url = urlsplit(self.text(name))
        if url.scheme not in ("postgres", "postgresql") or not url.path.strip("/"):
            raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host:5432/database")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": unquote(url.hostname or ""),
            "PORT": str(url.port or ""),
            "OPTIONS": dict(parse_qsl(url.query)),
        }
