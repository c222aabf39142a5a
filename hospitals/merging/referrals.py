"""What becomes of referrals when two records of one person are merged."""

from ledger.merging.links import Fate, Voice

VOICE = Voice(links={"hospitals.Referral.person": Fate.HISTORY, "hospitals.Referral.case": Fate.HISTORY})
