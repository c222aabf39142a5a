"""What becomes of consultations when two records of one person are merged."""

from ledger.merging.links import Fate, Voice

VOICE = Voice(links={"hospitals.Consultation.case": Fate.HISTORY})
