"""What becomes of treatment plans when two records of one person are merged."""

from ledger.merging.links import Fate, Voice

VOICE = Voice(links={"hospitals.TreatmentPlan.case": Fate.HISTORY})
