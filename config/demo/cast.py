"""Who does what in the demo: finds the account that would really do a thing in a county or hospital."""

from random import Random

from config.demo.calendar import LAST_DAY
from config.demo.places import Places
from hospitals.models import Hospital
from ledger.models import Disease, Division, Role, Staff


class Cast:
    """Staff by role and place, hospitals and diseases by code, and the one random source of the story."""

    def __init__(self, rng: Random, places: Places, staff: list[Staff], hospitals: dict[str, Hospital], diseases: dict[str, Disease]):
        self.rng, self.places, self.hospitals, self.diseases = rng, places, hospitals, diseases
        self._seats: dict[tuple[str, str], list[Staff]] = {}
        for member in staff:
            self._seats.setdefault((member.role, member.hospital_code or member.area.code), []).append(member)
        self._units: dict[int, str] = {}

    def one(self, role: str, place: str) -> Staff:
        """One of the accounts of that role in that county (or town, or hospital by its code)."""
        return self.rng.choice(self._seats[role, place])

    def first(self, role: str, place: str) -> Staff:
        """The same account always, without a draw from the random source."""
        return self._seats[role, place][0]

    def registrar(self, township: Division, county: Division) -> Staff:
        """The town's clinic registers where it has an account; elsewhere the county's clerk."""
        if (Role.TOWNSHIP, township.code) in self._seats:
            return self.one(Role.TOWNSHIP, township.code)
        return self.one(Role.CLERK, county.code)

    def unit_of(self, member: Staff) -> str:
        if member.pk not in self._units:
            self._units[member.pk] = member.unit_on(LAST_DAY)
        return self._units[member.pk]
