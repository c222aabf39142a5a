"""One noun a file; import them from here."""

from hospitals.models.contact import Contact, ContactHandOver
from hospitals.models.deferral import Deferral, DeferralRule, Deposit, Document, Instalment, Repaid, Repayment
from hospitals.models.expert import Consultation, Expert, ExpertGroup
from hospitals.models.follow_up import Finding, FollowUp, FollowUpRule, Visitor, Way
from hospitals.models.hospital import Designation, Hospital, HospitalLevel
from hospitals.models.inability import Inability
from hospitals.models.plan import OPEN_PLANS, PhraseField, PlanPhrase, PlanState, TreatmentPlan
from hospitals.models.referral import OPEN_REFERRALS, Direction, Referral, ReferralMove, ReferralState
from hospitals.models.standard import Standard, StandardKind
from hospitals.models.stay import Course, Stay

__all__ = [
    "OPEN_PLANS", "OPEN_REFERRALS", "Consultation", "Contact", "ContactHandOver", "Course", "Deferral", "DeferralRule", "Deposit", "Designation", "Direction", "Document",
    "Expert", "ExpertGroup", "Finding", "FollowUp", "FollowUpRule", "Hospital", "HospitalLevel", "Inability", "Instalment", "PhraseField",
    "PlanPhrase", "PlanState", "Referral", "ReferralMove", "ReferralState", "Repaid", "Repayment", "Standard", "StandardKind", "Stay",
    "TreatmentPlan", "Visitor", "Way",
]  # fmt: skip
