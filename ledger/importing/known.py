"""Whoever a list may mean and the ledger knows already, found for the whole list at once: a handful of queries, however long it is."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, Prefetch, Q, TextField, Value

from ledger import clock
from ledger.actions.people import ELSEWHERE_PER_DAY
from ledger.actions.trail import record
from ledger.importing.entries import Entry
from ledger.models import AuditEvent, Case, FormerNumber, Person, Staff
from ledger.protection import keyed_hash

AT_ONCE = 2000
ELSEWHERE = "已在其他县区登记，可申请转入。"
USED_UP = "今天查询外县已登记人员的次数已用完，请明天再试。"
OTHER_TOWN = "本县其他乡镇已登记这个身份证号。请由县卫健部门核对。"


def _parts(values: Iterable) -> Iterator[list]:
    values = iter(values)
    while part := list(islice(values, AT_ONCE)):
        yield part


def _among(column: str, values: list[str]) -> Func:
    """``column = ANY(values)``: one parameter, where ``__in`` would look every value over and hand it on by itself."""
    listed = Value(values, output_field=ArrayField(TextField()))
    return Func(F(column), listed, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())


class Known:
    """People of the importer's own scope by number, insurance number and name; of others only that they are elsewhere."""

    def __init__(self, by: Staff, entries: list[Entry], upload_pk: int | None):
        self.by, self.upload_pk = by, upload_pk
        self.hashes = {entry.number.number: keyed_hash(entry.number.number) for entry in entries if entry.number}
        bearers = self._bearers()
        own = {person.pk: person for person in self._own("pk", {pk for pk, _, _ in bearers.values()})}
        self.by_hash = {hashed: own[pk] for hashed, (pk, _, _) in bearers.items() if pk in own}
        self.by_hash |= self._merged({hashed for hashed, (_, merged, _) in bearers.items() if merged})
        # Numbers that somebody outside the scope holds, with the county.
        self.others = {hashed: county for hashed, (_, _, county) in bearers.items() if hashed not in self.by_hash}
        self.formerly = self._formerly(set(self.hashes.values()) - set(bearers))
        insured = self._own("insurance_number", {entry.insurance_number for entry in entries} - {""})
        self.by_insurance = {(person.insurance_number, person.name): person for person in insured}
        self.by_name: dict[str, list[Person]] = {}
        unnumbered = {entry.get("name") for entry in entries if not entry.number} - {None}
        numbered = {entry.get("name") for entry in entries if entry.number and self.hashes[entry.number.number] not in self.by_hash}
        # Beside somebody new with a number only those may be meant who have none: a list of many knows few of them.
        nameless = self._own("name", numbered - unnumbered - {None}, id_number_hash=None)
        for person in (*self._own("name", unnumbered), *nameless):
            self.by_name.setdefault(person.name, []).append(person)

    def _bearers(self) -> dict[str, tuple[int, int | None, int]]:
        """Which of the numbers stand on the ledger, wherever: the record, the one it was merged into, and its county."""
        everybody, found = Person.objects.everywhere("uniqueness of an ID number"), {}
        for part in _parts(sorted(self.hashes.values())):
            rows = everybody.filter(_among("id_number_hash", part))
            found |= {hashed: told for hashed, *told in rows.values_list("id_number_hash", "pk", "merged_into", "county")}
        return found

    def _own(self, field: str, values: Iterable[str], **narrowed) -> Iterator[Person]:
        """People with what a list may speak of, as plain lists: ``known_cases``, ``known_categories``, ``known_homes``."""
        cases = Case.objects.visible_to(self.by).select_related("disease").order_by("pk")
        own = Person.objects.visible_to(self.by).filter(**narrowed).order_by("pk")
        with_facts = own.prefetch_related(
            "village__parent", "township", "county__parent", Prefetch("cases", cases, to_attr="known_cases"),
            Prefetch("categories", to_attr="known_categories"), Prefetch("residences", to_attr="known_homes"),
        )  # fmt: skip
        for part in _parts(sorted(values)):
            yield from with_facts.filter(_among(field, part) if field != "pk" else Q(pk__in=part))

    def _formerly(self, hashes: set[str]) -> dict[str, FormerNumber]:
        """Which of the numbers, borne by nobody today, was an own person's until it was corrected."""
        own, found = FormerNumber.objects.filter(person__in=Person.objects.visible_to(self.by).values("pk")), {}
        if not own.exists():  # Hardly ever is a number corrected, and a long list would be asked about part by part.
            return found
        for part in _parts(sorted(hashes)):
            for row in own.filter(_among("id_number_hash", part)).select_related("person__village"):  # The number corrected last first.
                found.setdefault(row.id_number_hash, row)
        return found

    def former(self, entry: Entry) -> FormerNumber | None:
        """Whose number the line's was before it was corrected."""
        return self.formerly.get(self.hashes[entry.number.number])

    def _merged(self, hashes: set[str]) -> dict[str, Person]:
        """Own people into whose records another was merged that bears one of the numbers."""
        everybody = Person.objects.everywhere("whether a number leads to a merged record of one's own")
        borne = {hashed: pk for part in _parts(sorted(hashes)) for hashed, pk in everybody.bearers_of(part, merged_only=True).items()}
        own = {person.pk: person for person in self._own("pk", set(borne.values()))}
        return {hashed: own[pk] for hashed, pk in borne.items() if pk in own}

    def person(self, entry: Entry) -> Person | None:
        if entry.number:
            return self.by_hash.get(self.hashes[entry.number.number])
        return self.by_insurance.get((entry.insurance_number, entry.get("name")))

    def alike(self, entry: Entry, born_years: set[int]) -> list[Person]:
        """Own people of the same name and, where it is known, about the same year of birth."""
        same = self.by_name.get(entry.get("name"), [])
        return [person for person in same if not born_years or person.born_on.year in born_years]

    def refuse_elsewhere(self, entries: Iterable[Entry]) -> None:
        """Say of each number, in the list's order, that it is held elsewhere: told, counted and limited as in registration.

        Once the day's allowance is used up, a number that nobody holds is refused with the same words, or they would tell.
        """
        told = AuditEvent.objects.filter(staff=self.by, action="held_elsewhere", at__date=clock.today())
        before = list(told.values_list("detail__hash", "detail__upload"))
        asked = {short for short, upload in before if upload is None or upload != self.upload_pk}
        recorded = {short for short, upload in before if upload is not None and upload == self.upload_pk}
        for entry in entries:
            hashed = self.hashes[entry.number.number]
            if hashed in self.by_hash:
                continue
            if self.others.get(hashed) == self.by.area.county.pk:
                entry.refuse("id_number", OTHER_TOWN)
            elif len(asked) >= ELSEWHERE_PER_DAY and hashed[:16] not in asked:
                entry.refuse("id_number", USED_UP)
            elif hashed in self.others:
                entry.refuse("id_number", ELSEWHERE)
                asked.add(hashed[:16])
                if hashed[:16] not in recorded:
                    recorded.add(hashed[:16])
                    record("held_elsewhere", by=self.by, detail={"hash": hashed[:16], "upload": self.upload_pk})
