"""The particulars of two records side by side: which differ, which are for somebody to choose, and what the kept record gets."""

from dataclasses import dataclass

from ledger.models import Person
from ledger.protection import mask_numbers

KEPT, GONE = "kept", "gone"


@dataclass(frozen=True)
class Particular:
    """One line of the page: ``columns`` go together, the first of them is shown; ``follows`` are further columns taken along."""

    key: str
    label: str
    columns: tuple[str, ...]
    follows: tuple[str, ...] = ()


NUMBER = Particular("id_number", "身份证号", ("id_number",), ("id_number_hash", "id_absent_reason"))
BY_NUMBER = (Particular("sex", "性别", ("sex",)), Particular("born_on", "出生日期", ("born_on",)))
ADDRESS = Particular("address", "详细住址", ("address",))
PARTICULARS = (
    Particular("name", "姓名", ("name",), ("initials",)),
    NUMBER,
    *BY_NUMBER,
    Particular("insurance_number", "医保证号", ("insurance_number",)),
    Particular("native_place", "籍贯", ("native_place",)),
    Particular("household_number", "户编号", ("household_number",)),
    ADDRESS,
    Particular("phone", "联系电话", ("phone",), ("phone_hash",)),
    Particular("contact", "联系人", ("contact_name", "contact_relation", "contact_phone")),
    Particular("village_doctor", "乡村医生", ("village_doctor", "village_doctor_phone")),
)


@dataclass(frozen=True)
class Compared:
    """A particular of both: what each says (numbers masked), which is taken, and whether somebody may choose otherwise."""

    particular: Particular
    kept: str
    gone: str
    differs: bool
    taken: str
    free: bool
    why: str = ""

    @property
    def key(self) -> str:
        return self.particular.key

    @property
    def label(self) -> str:
        return self.particular.label

    @property
    def field_name(self) -> str:
        return f"take-{self.key}"


def _shown(person: Person, particular: Particular) -> str:
    if particular is NUMBER and not person.id_number:
        return f"没有（{person.id_absent_reason}）"
    if particular.key == "sex":
        return person.get_sex_display()
    parts = [str(value) for column in particular.columns if (value := getattr(person, column))]
    return mask_numbers("　".join(parts))


def _held(person: Person, particular: Particular) -> tuple:
    return tuple(getattr(person, column) for column in particular.columns)


def compare(kept: Person, gone: Person, taken: dict[str, str]) -> list[Compared]:
    """Every particular of the two. The kept record's counts, or the other's where it says nothing; ``taken`` is what was chosen.

    Sex and birth date follow the ID number that is taken. The house number follows only within one village: where somebody
    lives is changed by moving house.
    """
    found: dict[str, Compared] = {}
    for particular in PARTICULARS:
        ours, theirs = _held(kept, particular), _held(gone, particular)
        differs = ours != theirs
        default = GONE if any(theirs) and not any(ours) else KEPT
        free, why = differs, ""
        if particular is NUMBER and not (ours[0] and theirs[0]):
            free = False
        elif particular in BY_NUMBER and (kept.id_number or gone.id_number):
            free, default = False, found["id_number"].taken
            why = "随身份证号" if differs else ""
        elif particular is ADDRESS and kept.village_id != gone.village_id:
            free, default, why = False, KEPT, "以保留的为准，变动请办搬迁"
        choice = taken.get(particular.key) if free else None
        found[particular.key] = Compared(
            particular,
            _shown(kept, particular),
            _shown(gone, particular),
            differs,
            choice if choice in (KEPT, GONE) else default,
            free,
            why,
        )
    return list(found.values())


def taken_columns(compared: list[Compared], gone: Person) -> dict:
    """The columns that the kept record takes over from the other."""
    return {
        column: getattr(gone, column)
        for one in compared
        if one.differs and one.taken == GONE
        for column in (*one.particular.columns, *one.particular.follows)
    }
