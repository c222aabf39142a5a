"""What becomes of this app's rows when two records of one person are merged: one voice for each thing it keeps."""

from hospitals.merging import consultations, deferral, inability, plans, referrals, stays

VOICES = {
    "hospitals": stays.VOICE,
    "hospitals.consultations": consultations.VOICE,
    "hospitals.deferral": deferral.VOICE,
    "hospitals.inability": inability.VOICE,
    "hospitals.plans": plans.VOICE,
    "hospitals.referrals": referrals.VOICE,
}
