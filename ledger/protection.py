"""Personal numbers at rest: sealed with AES-GCM, found by a keyed hash, shown masked unless somebody asks on the record."""

import base64
import hashlib
import hmac
import logging
import os
import re
from collections.abc import Callable
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute

ALGORITHM = "aesgcm1"  # Written before every sealed text, so that another cipher (SM4) can be added beside it.


@lru_cache(maxsize=4)
def _cipher(key: bytes) -> AESGCM:
    """Made once for a key: making it takes as long as sealing a number."""
    return AESGCM(key)


def seal(text: str) -> str:
    """``aesgcm1:`` and the base64 of nonce and ciphertext."""
    nonce = os.urandom(12)
    return f"{ALGORITHM}:" + base64.b64encode(nonce + _cipher(settings.DATA_KEY).encrypt(nonce, text.encode(), None)).decode()


def unseal(sealed: str) -> str:
    algorithm, _, body = sealed.partition(":")
    if algorithm != ALGORITHM:
        raise ValueError(f"sealed with an unknown algorithm: {algorithm!r}")
    raw = base64.b64decode(body)
    return _cipher(settings.DATA_KEY).decrypt(raw[:12], raw[12:], None).decode()


def seal_bytes(content: bytes, bound_to: str) -> bytes:
    """A paper: ``aesgcm1:``, nonce and ciphertext. It opens only with the words that it was bound to."""
    nonce = os.urandom(12)
    return f"{ALGORITHM}:".encode() + nonce + _cipher(settings.DATA_KEY).encrypt(nonce, content, bound_to.encode())


def unseal_bytes(sealed: bytes, bound_to: str) -> bytes:
    """Raises cryptography's InvalidTag for bytes that were changed, or were sealed with other words."""
    algorithm, _, raw = bytes(sealed).partition(b":")
    if algorithm != ALGORITHM.encode():
        raise ValueError(f"sealed with an unknown algorithm: {algorithm[:20]!r}")
    return _cipher(settings.DATA_KEY).decrypt(raw[:12], raw[12:], bound_to.encode())


def keyed_hash(text: str) -> str:
    """The hash by which a sealed number is found and kept unique: HMAC-SHA-256, in hex."""
    return hmac.new(settings.HASH_KEY, text.encode(), hashlib.sha256).hexdigest()


def mask_id_number(number: str) -> str:
    """450222196304120002 → 450222********0002."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) > 10 else "*" * len(number)


def mask_phone(number: str) -> str:
    """13907720815 → 139****0815; a landline keeps its area code: 07727612345 → 0772761****."""
    if len(number) == 11 and number.startswith("1"):
        return f"{number[:3]}****{number[-4:]}"
    return f"{number[:-4]}****" if len(number) > 4 else "*" * len(number)


class Sealed:
    """A personal number in memory: printing it shows the mask, only ``reveal()`` gives it in full."""

    def __init__(self, text: str, mask: Callable[[str], str]):
        self._text, self._mask = text, mask

    def reveal(self) -> str:
        return self._text

    def __str__(self) -> str:
        return self._mask(self._text)

    __repr__ = __str__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class SealedAttribute(DeferredAttribute):
    """Turns plain text into ``Sealed`` the moment it is assigned, so that a row never holds a bare number."""

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class SealedField(models.TextField):
    """A column that holds sealed text and gives ``Sealed``; assign plain text to it."""

    descriptor_class = SealedAttribute

    def __init__(self, *args, mask: Callable[[str], str] = mask_phone, **kwargs):
        self.mask = mask
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "mask": self.mask}

    def from_db_value(self, value, expression, connection):
        return Sealed(unseal(value) if value else "", self.mask)

    def to_python(self, value):
        return value if isinstance(value, Sealed) else Sealed(value or "", self.mask)

    def get_prep_value(self, value):
        text = value.reveal() if isinstance(value, Sealed) else value or ""
        return seal(text) if text else ""


_NUMBER = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15}|1\d{10})(?!\d)")


def mask_numbers(text: str) -> str:
    """The text with every ID and mobile number in it masked."""
    return _NUMBER.sub(lambda found: mask_id_number(found[0]) if len(found[0]) > 11 else mask_phone(found[0]), text)


class MaskNumbers(logging.Filter):
    """Masks whatever looks like an ID or a mobile number before a line reaches a log."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = mask_numbers(message)
        if masked != message:
            record.msg, record.args = masked, None
        if record.exc_info:  # A traceback quotes values too; a formatter prints the text that stands here already.
            record.exc_text = mask_numbers(record.exc_text or logging.Formatter().formatException(record.exc_info))
        return True
