"""One noun a file; import them from here."""

from ledger.models.audit import AuditEvent, AuditSeal
from ledger.models.case import Case, CaseEvent, StruckOff
from ledger.models.data_change import DataChange
from ledger.models.disease import Coverage, CoverageList, Disease, Programme, ReportGroup
from ledger.models.division import Division, UnitName
from ledger.models.former_number import FormerNumber
from ledger.models.holiday import Holiday
from ledger.models.list_setting import ListColumns, SavedFilter
from ledger.models.list_work import ListWork
from ledger.models.merge import Merge
from ledger.models.person import Category, CategoryFact, Enrolment, Person, PolicyCard, Residence
from ledger.models.proof import Proof, ProofKind
from ledger.models.staff import Role, Staff
from ledger.models.standing import Standing
from ledger.models.transfer import Transfer
from ledger.models.upload import Upload

__all__ = [
    "AuditEvent", "AuditSeal", "Case", "CaseEvent", "Category", "CategoryFact", "Coverage", "CoverageList", "DataChange",
    "Disease", "Division", "Enrolment", "FormerNumber", "Holiday", "ListColumns", "ListWork", "Merge", "Person", "PolicyCard", "Programme", "Proof",
    "ProofKind", "ReportGroup", "Residence", "Role", "SavedFilter", "Staff", "Standing", "StruckOff", "Transfer", "UnitName",
    "Upload",
]  # fmt: skip
