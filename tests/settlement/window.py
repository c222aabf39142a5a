"""The settlement window of the tests: patients whose facts are complete, and bills of theirs."""

import datetime
from dataclasses import replace

from ledger.actions.cases import plan_case, verify_case
from ledger.actions.categories import record_enrolment, verify_category
from ledger.models import Category, Person, Role
from ledger.models.person import VERIFIER
from settlement.actions.loading import load_shipped
from settlement.actions.settling import Request, reverse, settle
from settlement.models import Settlement
from settlement.preparing import BillEntry

YUAN = 100


class Window:
    """Say ``window.patient("石永福")``, ``window.bill(patient, total=10_000 * YUAN)``, ``window.settle(entry)``."""

    def __init__(self, cast):
        self.cast = cast
        self._serial = 0

    @classmethod
    def open(cls, cast) -> "Window":
        load_shipped()
        return cls(cast)

    @property
    def liaison(self):
        return self.cast.liaison

    def patient(
        self, name: str, *, category: int | None = Category.REGISTERED_POOR, disease: str = "gastric-cancer", verified: bool = True,
        enrolled: bool = True, plan: str = "", found_on: datetime.date = datetime.date(2017, 1, 5), **facts,
    ) -> Person:  # fmt: skip
        """On the ledger, verified, enrolled for 2017, and this hospital agreed."""
        cast = self.cast
        person = cast.register(name, category=category, disease=disease, found_on=found_on, **facts)
        if category and verified:
            self.verify(person)
        if enrolled:
            record_enrolment(by=cast.insurance, person=person, year=2017, enrolled=True, plan=plan, pooling_area="柳州市")
        case = verify_case(by=cast.lead, case=cast.case_of(person))
        plan_case(by=cast.lead, case=case, hospital_code=cast.hospital.code, hospital_name=cast.hospital.name)
        return person

    def verify(self, person: Person) -> None:
        keepers = {Role.POVERTY: self.cast.poverty, Role.CIVIL: self.cast.civil, Role.DISABLED: self.cast.disabled}
        for fact in person.categories.filter(verified_on=None):
            verify_category(by=keepers[VERIFIER[fact.category]], fact=fact)

    def bill(
        self, person: Person, *, total: int = 10_000 * YUAN, in_policy: int | None = None, disease: str = "gastric-cancer",
        admitted_on: datetime.date = datetime.date(2017, 9, 1), discharged_on: datetime.date = datetime.date(2017, 9, 10), bill_no: str = "",
        **fields,
    ) -> BillEntry:  # fmt: skip
        """A bill of the county hospital, all of it within the policy unless told; amounts in fen."""
        self._serial += 1
        return BillEntry(
            person=person, disease=self.cast.disease(disease), hospital=fields.pop("hospital", self.cast.hospital),
            bill_no=bill_no or f"ZY2017{self._serial:04d}", admitted_on=admitted_on, discharged_on=discharged_on, total=total,
            in_policy=total if in_policy is None else in_policy, **fields,
        )  # fmt: skip

    def request(self, key: str = "", body: object = None) -> Request:
        self._serial += 1
        return Request(f"staff:{self.liaison.pk}", key or f"key-{self._serial}", body or {})

    def settle(self, entry: BillEntry, request: Request | None = None) -> Settlement:
        return settle(by=self.liaison, entry=entry, request=request or self.request())

    def reverse(self, settlement: Settlement, reason: str = "账单录错", request: Request | None = None):
        return reverse(by=self.liaison, settlement=settlement, reason=reason, request=request or self.request())

    def again(self, entry: BillEntry, **changes) -> BillEntry:
        """The same bill with something changed."""
        return replace(entry, **changes)
