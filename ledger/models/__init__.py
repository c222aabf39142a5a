"""One noun a file; import them from here."""

from ledger.models.audit import AuditEvent, AuditSeal
from ledger.models.case import Case, CaseEvent, StruckOff
from ledger.models.disease import Coverage, CoverageList, Disease, Programme, ReportGroup
from ledger.models.division import Division, UnitName
from ledger.models.person import Category, CategoryFact, Enrolment, Person, PolicyCard, Residence
from ledger.models.staff import Role, Staff
from ledger.models.standing import Standing
from ledger.models.upload import Upload

__all__ = [
    "AuditEvent", "AuditSeal", "Case", "CaseEvent", "Category", "CategoryFact", "Coverage", "CoverageList", "Disease",
    "Division", "Enrolment", "Person", "PolicyCard", "Programme", "ReportGroup", "Residence", "Role", "Staff", "Standing",
    "StruckOff", "UnitName", "Upload",
]  # fmt: skip
