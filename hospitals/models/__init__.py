"""One noun a file; import them from here."""

from hospitals.models.follow_up import Finding, FollowUp, FollowUpRule, Visitor, Way
from hospitals.models.hospital import Designation, Hospital, HospitalLevel
from hospitals.models.stay import Stay

__all__ = ["Designation", "Finding", "FollowUp", "FollowUpRule", "Hospital", "HospitalLevel", "Stay", "Visitor", "Way"]
