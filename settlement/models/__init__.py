"""Policies in force, people's years, settlements and what undoes them."""

from settlement.models.client import Client, ClientNonce
from settlement.models.policy import PolicyArea, PolicyVersion, PriceLimit, SignOff, VersionState
from settlement.models.request import RequestKey
from settlement.models.settlement import PersonYear, Reversal, Settlement, SettlementLine

__all__ = [
    "Client",
    "ClientNonce",
    "PersonYear",
    "PolicyArea",
    "PolicyVersion",
    "PriceLimit",
    "RequestKey",
    "Reversal",
    "Settlement",
    "SettlementLine",
    "SignOff",
    "VersionState",
]
