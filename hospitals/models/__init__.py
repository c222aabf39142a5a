"""One noun a file; import them from here."""

from hospitals.models.hospital import Designation, Hospital, HospitalLevel
from hospitals.models.stay import Stay

__all__ = ["Designation", "Hospital", "HospitalLevel", "Stay"]
