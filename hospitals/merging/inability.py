"""What becomes of what a hospital said it cannot treat when two records of one person are merged."""

from ledger.merging.links import Fate, Voice

VOICE = Voice(links={"hospitals.Inability.case": Fate.HISTORY})
