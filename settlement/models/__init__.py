"""Policies in force, people's years, settlements and what undoes them."""

from settlement.models.client import Client, ClientNonce
from settlement.models.estimate import PlanEstimate, PlanEstimateLine
from settlement.models.paid import CheckFinding, Finding, PaidBill
from settlement.models.policy import PolicyArea, PolicyVersion, PriceLimit, SignOff, VersionState
from settlement.models.request import RequestKey
from settlement.models.settlement import PersonYear, Reversal, Settlement, SettlementLine
from settlement.models.statement import Dispute, Kind, Outcome, Payer, Standing, Statement, StatementEntry, StatementEvent

__all__ = [
    "CheckFinding",
    "Dispute",
    "Finding",
    "Kind",
    "Outcome",
    "PaidBill",
    "Payer",
    "Client",
    "ClientNonce",
    "PersonYear",
    "PlanEstimate",
    "PlanEstimateLine",
    "PolicyArea",
    "PolicyVersion",
    "PriceLimit",
    "RequestKey",
    "Reversal",
    "Settlement",
    "SettlementLine",
    "SignOff",
    "Standing",
    "Statement",
    "StatementEntry",
    "StatementEvent",
    "VersionState",
]
