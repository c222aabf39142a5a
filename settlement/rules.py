"""A stored policy version ready to settle with: its text parsed, sign-offs applied, the engine's chain remembered."""

import hashlib
import tomllib
from decimal import Decimal
from functools import lru_cache

from ledger.models import Disease
from settlement import policy_file
from settlement.engine.chain import Chain
from settlement.engine.policy import Policy
from settlement.figures import figures_of
from settlement.models import PolicyVersion

Signed = tuple[tuple[str, str, str], ...]


class TextChanged(Exception):
    """The stored text is not the one that was published: its SHA-256 differs."""


class LedgerDiseases:
    """The codes of the ledger's diseases; the table is read again only when a code is asked for that was not in it."""

    def __init__(self) -> None:
        self._codes: frozenset[str] = frozenset()

    def __contains__(self, code: str) -> bool:
        if code not in self._codes:
            self._codes = frozenset(Disease.objects.values_list("code", flat=True))
        return code in self._codes


DISEASES = LedgerDiseases()


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def signed(version: PolicyVersion, until=None) -> Signed:
    """(key, document, clause) of the version's signed numbers, as they stood at a moment; now when none is given."""
    rows = version.signoffs.all()  # Never filtered in SQL: whoever settles has fetched them with the version.
    return tuple(sorted((row.key, row.document, row.clause) for row in rows if until is None or row.signed_at <= until))


def policy_of(version: PolicyVersion, until=None) -> Policy:
    """The version's policy with its signed numbers bearing the document that was signed for.

    Raises TextChanged rather than settle with a text that nobody published.
    """
    return _policy(version.text, version.sha256, signed(version, until))


def chain_of(version: PolicyVersion, until=None) -> Chain:
    """The engine's chain for the version, over the diseases of the ledger."""
    return _chain(version.text, version.sha256, signed(version, until))


@lru_cache(maxsize=64)
def _policy(text: str, sha256: str, signed: Signed) -> Policy:
    if sha256_of(text) != sha256:
        raise TextChanged(f"The text of policy {sha256[:12]} has changed since it was stored.")
    table = tomllib.loads(text, parse_float=Decimal)
    policy = policy_file.from_table(table, "policy.toml")
    if not signed:
        return policy
    places = {figure.key: figure.path for figure in figures_of(policy) if figure.assumed}
    for key, document, clause in signed:
        _sign(table, key, places[key], document, clause)
    return policy_file.from_table(table, "policy.toml")


@lru_cache(maxsize=64)
def _chain(text: str, sha256: str, signed: Signed) -> Chain:
    return Chain(_policy(text, sha256, signed), DISEASES)


def _sign(table: dict, key: str, path: tuple, document: str, clause: str) -> None:
    """Turn one assumed number into one that is stated: in the table, so that every reader sees the same."""
    place = table
    for step in path:
        place = place[step]
    if key.endswith(".assumed_categories"):
        place.pop("assumed_categories")
        return
    place.pop("assumed")
    place["document"], place["source"] = document, clause
