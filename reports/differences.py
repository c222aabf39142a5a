"""What stands behind a return's figures, then and now: which cells would be others today, by how much, and who came and who went. Pure.

Compared are the people (in F6 the deposits) that each figure counts, not how they are written: a name put right is no difference. A place
is named as in ``reports.cells``: ``白内障|treated``; F1's roster is ``名单|listed``, a disease of F2 ``白内障|listed``.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reports.forms.wording import FIGURES, LABELS, NEITHER, TOTAL

OWN, ROSTER, LISTED = "本县", "名单", "listed"
SERVED, VIOLATIONS = f"{OWN}|served", f"{OWN}|violations"
DEPOSIT_KEYS = {"reason": "未享受的原因", "hospital": "就诊医院", "amount_fen": "押金金额", "remedy": "整改措施"}
WORDS = ("reason", "hospital", "remedy")
F6_LABELS = {"served": "累计享受人次", "violations": "未享受政策人次"}


@dataclass(frozen=True)
class Behind:
    """Place → who stands there, in the printed order; and what is said without anybody behind it (F6)."""

    people: dict[str, frozenset[int]]
    said: dict[str, str] = field(default_factory=dict)

    def digest(self) -> str:
        """SHA-256 in hex over all of it: the same exactly while everybody stands where they stood."""
        told = {place: sorted(ids) for place, ids in self.people.items()} | self.said
        return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class CellChange:
    """One cell that would be another today, or that counts others than it did."""

    place: str
    was: str
    now: str
    came: tuple[int, ...] = ()
    went: tuple[int, ...] = ()

    @property
    def by(self) -> int | None:
        """By how much; None where the cell holds words."""
        return None if holds_words(self.place) else int(self.now) - int(self.was)


def holds_words(place: str) -> bool:
    """Whether a cell holds words instead of a number."""
    return place.partition("|")[2] in WORDS


def label_of(form: str, place: str) -> tuple[str, str]:
    """The row and the column of a place, as a clerk calls them."""
    row, _, column = place.partition("|")
    if form == "F1":
        if row == ROSTER:
            return "救治病人名单", "人数"
        return ("未列入两类的人", "人数") if column == NEITHER else (row, LABELS[column])
    if form == "F2":
        return row, "人数"
    return ("本县", F6_LABELS[column]) if row == OWN else (row, DEPOSIT_KEYS[column])


def words_of(form: str, place: str) -> tuple[str, str]:
    """The same for a sentence in which numbers follow: what counts people anyway does not say so twice."""
    row, column = label_of(form, place)
    return (row, "") if form == "F1" and column == "人数" else (row, column)


def behind_of(payload: dict) -> Behind:
    """What stands behind a return as it was built."""
    match payload["form"]:
        case "F1":
            people = payload["people"]
            places = {f"{row}|{figure}": frozenset(people[row][figure]) for row in _rows(payload) for figure in FIGURES}
            places[f"{TOTAL}|{NEITHER}"] = frozenset(people[NEITHER])
            return Behind(places | {f"{ROSTER}|{LISTED}": frozenset(row["person"] for row in payload["roster"])})
        case "F2":
            return Behind(listed_by_disease((row["disease"], row["person"]) for row in payload["rows"]))
        case "F6":
            return deposits_behind(payload["served"], payload["rows"])
    return Behind({})


def _rows(payload: dict) -> list[str]:
    return [*(row["name"] for row in payload["rows"]), TOTAL]


def listed_by_disease(pairs: Iterable[tuple[str, int]]) -> dict[str, frozenset[int]]:
    """F2's places from diseases' names and people."""
    places: dict[str, set[int]] = {}
    for disease, person in pairs:
        places.setdefault(f"{disease}|{LISTED}", set()).add(person)
    return {place: frozenset(ids) for place, ids in places.items()}


def deposits_behind(served: int, rows: Sequence[dict]) -> Behind:
    """F6: how often the service was enjoyed, which deposits were taken all the same, and what is told of each."""
    said = {f"{row['deposit']}|{key}": str(row[key]) for row in rows for key in DEPOSIT_KEYS}
    return Behind({VIOLATIONS: frozenset(row["deposit"] for row in rows)}, {SERVED: str(served)} | said)


def compare(was: Behind, now: Behind) -> list[CellChange]:
    """The cells that differ, in the printed order."""
    now = _aligned(was, now)
    found = []
    for place in dict.fromkeys([*was.people, *now.people]):
        before, after = was.people.get(place, frozenset()), now.people.get(place, frozenset())
        if before != after:
            came, went = tuple(sorted(after - before)), tuple(sorted(before - after))
            found.append(CellChange(place, str(len(before)), str(len(after)), came, went))
    found += [CellChange(place, was.said[place], text) for place, text in now.said.items() if was.said.get(place, text) != text]
    return found


def _aligned(was: Behind, now: Behind) -> Behind:
    """F1's rows under the names that they bore then: a group that bears another name since is the same row, by its place in the table."""
    before, after = _names(was), _names(now)
    if before == after or len(before) != len(after) or TOTAL not in before:
        return now
    names = {new: old for old, new in zip(before, after, strict=True) if old != new and new not in before and old not in after}
    renamed = {}
    for place, ids in now.people.items():
        row, _, column = place.partition("|")
        renamed[f"{names.get(row, row)}|{column}"] = ids
    return replace(now, people=renamed)


def _names(behind: Behind) -> list[str]:
    return list(dict.fromkeys(place.partition("|")[0] for place in behind.people))


def carried_over(told: Behind, cells: Iterable[Mapping], rows: Iterable[dict] = ()) -> Behind:
    """What a return has told by now, after a supplement told these cells of it; ``rows`` are those of F6 that came."""
    people, said = dict(told.people), dict(told.said)
    for cell in cells:
        if cell["place"] in said:
            said[cell["place"]] = str(cell["now"])
        else:
            people[cell["place"]] = (people.get(cell["place"], frozenset()) | frozenset(cell["came"])) - frozenset(cell["went"])
    for row in rows:
        if "deposit" in row and row["change"] == "came":
            said |= {f"{row['deposit']}|{key}": str(row[key]) for key in DEPOSIT_KEYS}
    return Behind(people, said)


def known_as(ids: frozenset[int], merged: Mapping[int, int]) -> frozenset[int]:
    """The same people under the records they have now: two records of one person were merged into one."""
    return frozenset(merged.get(one, one) for one in ids)
