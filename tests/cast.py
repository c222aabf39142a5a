"""The fixed cast of the tests: a prefecture with two counties, their towns, hospitals and staff, and quick ways to act."""

import datetime
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.contrib.auth.hashers import make_password
from django.test import override_settings

from hospitals.models import Designation, Hospital, HospitalLevel
from ledger import clock
from ledger.actions.cases import admit_case, complete_case, plan_case, verify_case
from ledger.actions.people import CaseEntry, CategoryEntry, PersonFacts, register_person
from ledger.identity import IdNumber, check_digit, read_id_number
from ledger.models import Case, Category, Disease, Division, Person, Programme, Role, Staff, UnitName
from ledger.models.division import Level, UnitKind

PASSWORD = "cedar-lantern-58"
HEALTH, CIVIL, POVERTY = UnitKind.HEALTH, UnitKind.CIVIL, UnitKind.POVERTY
DIVISIONS = [  # (code, name, level, parent)
    ("450200", "柳州市", Level.PREFECTURE, None),
    ("450222", "柳城县", Level.COUNTY, "450200"),
    ("450223", "鹿寨县", Level.COUNTY, "450200"),
    ("450222101", "龙头镇", Level.TOWNSHIP, "450222"),
    ("450222102", "太平镇", Level.TOWNSHIP, "450222"),
    ("450223101", "中渡镇", Level.TOWNSHIP, "450223"),
    ("450223102", "寨沙镇", Level.TOWNSHIP, "450223"),
    ("450222101201", "龙头村", Level.VILLAGE, "450222101"),
    ("450222102201", "山咀村", Level.VILLAGE, "450222102"),
    ("450223101201", "大兆村", Level.VILLAGE, "450223101"),
    ("450223102201", "拉沟村", Level.VILLAGE, "450223102"),
]
UNITS = [  # (division, kind, name, short name)
    ("450200", HEALTH, "柳州市卫生和计划生育委员会", "市卫计委"),
    ("450222", HEALTH, "柳城县卫生和计划生育局", "县卫计局"),
    ("450223", HEALTH, "鹿寨县卫生和计划生育局", "县卫计局"),
    ("450222", CIVIL, "柳城县民政局", "县民政局"),
    ("450223", CIVIL, "鹿寨县民政局", "县民政局"),
    ("450222", POVERTY, "柳城县扶贫开发办公室", "县扶贫办"),
    ("450223", POVERTY, "鹿寨县扶贫开发办公室", "县扶贫办"),
    ("450222101", UnitKind.CLINIC, "柳城县龙头镇中心卫生院", "龙头镇卫生院"),
]
LAST_LOGIN = 'UPDATE "ledger_staff" SET "last_login" = '  # Whoever signs in is not another person by it.
COUNTY_HOSPITAL, CITY_HOSPITAL = "450222-1", "450202-1"
STAFF = [  # (attribute, full name, role, area)
    ("township", "罗小梅", Role.TOWNSHIP, "450222101"),
    ("clerk", "覃玉芳", Role.CLERK, "450222"),
    ("lead", "韦国强", Role.LEAD, "450222"),
    ("civil", "莫春兰", Role.CIVIL, "450222"),
    ("poverty", "蓝志明", Role.POVERTY, "450222"),
    ("disabled", "梁秋月", Role.DISABLED, "450222"),
    ("insurance", "周文静", Role.INSURANCE, "450222"),
    ("finance", "吴建华", Role.FINANCE, "450222"),
    ("liaison", "何丽萍", Role.LIAISON, "450222"),
    ("expert", "陆振东", Role.EXPERT, "450200"),
    ("township2", "石秀英", Role.TOWNSHIP, "450223101"),
    ("clerk2", "廖美玲", Role.CLERK, "450223"),
    ("lead2", "黄永福", Role.LEAD, "450223"),
    ("civil2", "谢桂珍", Role.CIVIL, "450223"),
    ("poverty2", "潘世荣", Role.POVERTY, "450223"),
    ("city", "林海燕", Role.CITY, "450200"),
    ("auditor", "苏明哲", Role.AUDITOR, "450200"),
    ("operator", "邓家乐", Role.OPERATOR, "450200"),
]


@contextmanager
def on_day(day: datetime.date) -> Iterator[None]:
    """Whatever is done inside is done on that business date."""
    with override_settings(BUSINESS_DATE=day):
        yield


class Kept:
    """The cast's rows as they stand before every test: a test gets copies of its own instead of asking the database for each."""

    ROWS_OF = ("ledger_staff", "ledger_division", "hospitals_hospital")

    def __init__(self, cast: "Cast"):
        self.serial = cast._serial  # Of the last ID number that was given away.
        rows = {f"staff {staff.username}": staff for staff in Staff.objects.select_related("area__parent__parent")}
        rows |= {f"division {row.code}": row for row in Division.objects.select_related("parent__parent__parent")}
        rows |= {f"hospital {row.code}": row for row in Hospital.objects.all()}
        self.rows = {name: pickle.dumps(row) for name, row in rows.items()}

    def copy(self, name: str) -> Any:
        return pickle.loads(self.rows[name])


class Unchanged:
    """Whether this test has left the cast's rows alone so far; afterwards whoever is asked for comes from the database."""

    def __init__(self):
        self.so_far = True

    def __call__(self, execute, sql, params, many, context):
        said = str(sql)
        if self.so_far and not said.startswith(("SELECT", "INSERT", "SAVEPOINT", "RELEASE", LAST_LOGIN)):
            self.so_far = not any(table in said for table in Kept.ROWS_OF)
        return execute(sql, params, many, context)


class Cast:
    """Who is there; attributes are fresh rows of this test. Say ``cast.clerk``, ``cast.village``, ``cast.register("韦桂兰")``."""

    def __init__(self, kept: Kept | None = None, unchanged: Unchanged | None = None):
        self._serial, self._kept, self._unchanged = kept.serial if kept else 0, kept, unchanged

    @classmethod
    def assemble(cls) -> "Cast":
        """Write the cast into the database, in few statements."""
        liuzhou = Programme.objects.get(code="liuzhou")
        made: dict[str, Division] = {}
        for level in Level:
            rows = [
                Division(code=code, name=name, level=level, parent=made.get(parent), programme=liuzhou if parent is None else None)
                for code, name, of, parent in DIVISIONS
                if of == level
            ]
            made |= {row.code: row for row in Division.objects.bulk_create(rows)}
        UnitName.objects.bulk_create(
            UnitName(division=made[code], kind=kind, name=name, short_name=short) for code, kind, name, short in UNITS
        )
        password = make_password(PASSWORD)
        Staff.objects.bulk_create(
            Staff(
                username=_username(attribute, area), full_name=name, role=role, area=made[area], password=password,
                must_change_password=False, hospital_code=COUNTY_HOSPITAL if role == Role.LIAISON else "",
                unit={Role.LIAISON: "柳城县人民医院", Role.EXPERT: "柳州市工人医院"}.get(role, ""),
            )
            for attribute, name, role, area in STAFF
        )  # fmt: skip
        _open_hospitals(made)
        return cls()

    def __getattr__(self, attribute: str) -> Staff:
        for known, _, _, area in STAFF:
            if known == attribute:
                username = _username(attribute, area)
                staff = self._copy(f"staff {username}") or Staff.objects.select_related("area__parent__parent").get(username=username)
                self.__dict__[attribute] = staff
                return staff
        raise AttributeError(attribute)

    def _copy(self, name: str) -> Any:
        """What stands there, as long as it cannot have changed; else nothing."""
        return self._kept.copy(name) if self._unchanged and self._unchanged.so_far else None

    # ---- places ----

    def division(self, code: str) -> Division:
        known = any(code == standing for standing, _, _, _ in DIVISIONS)
        return (known and self._copy(f"division {code}")) or Division.objects.select_related("parent__parent__parent").get(code=code)

    @cached_property
    def prefecture(self) -> Division:
        return self.division("450200")

    @cached_property
    def county(self) -> Division:
        return self.division("450222")

    @cached_property
    def county2(self) -> Division:
        return self.division("450223")

    @cached_property
    def village(self) -> Division:
        """龙头村 in 龙头镇, 柳城县: the township clinic's own."""
        return self.division("450222101201")

    @cached_property
    def other_village(self) -> Division:
        """山咀村 in 太平镇, the same county."""
        return self.division("450222102201")

    @cached_property
    def village2(self) -> Division:
        """大兆村 in 中渡镇, 鹿寨县."""
        return self.division("450223101201")

    @cached_property
    def hospital(self) -> Hospital:
        return self._copy(f"hospital {COUNTY_HOSPITAL}") or Hospital.objects.get(code=COUNTY_HOSPITAL)

    @cached_property
    def city_hospital(self) -> Hospital:
        return self._copy(f"hospital {CITY_HOSPITAL}") or Hospital.objects.get(code=CITY_HOSPITAL)

    # ---- invented people ----

    def disease(self, code: str) -> Disease:
        return Disease.objects.select_related("group").get(code=code)

    def id_number(self, born_on: datetime.date, sex: str = "female", county: str = "450222") -> IdNumber:
        """A valid number that nobody in this test has yet."""
        self._serial = (self._serial + 1) % 100  # Beyond a hundred people, vary the birth date.
        body = f"{county}{born_on:%Y%m%d}{self._serial:02d}{1 if sex == 'male' else 2}"
        return read_id_number(body + check_digit(body), clock.today())

    def facts(self, name: str, *, born_on=datetime.date(1951, 3, 2), sex: str = "female", village=None, **particulars) -> PersonFacts:
        """One filled-in screen of registration; a number unless ``id_absent_reason`` is given."""
        if "id_number" not in particulars and "id_absent_reason" not in particulars:
            particulars["id_number"] = self.id_number(born_on, sex)
        particulars.setdefault("address", "3 组 8 号")
        return PersonFacts(name=name, sex=sex, born_on=born_on, village=village or self.village, **particulars)

    def entry(self, disease: str = "cataract", found_on: datetime.date | None = None, **fields) -> CaseEntry:
        fields.setdefault("found_how", "入户排查")
        return CaseEntry(disease=self.disease(disease), found_on=found_on or clock.today(), **fields)

    def register(
        self, name: str, *, category: int | None = Category.REGISTERED_POOR, since: datetime.date | None = None, by: Staff | None = None,
        disease: str | None = "cataract", found_on: datetime.date | None = None, on: datetime.date | None = None,
        found_only: bool = False, case: dict | None = None, **facts,
    ) -> Person:  # fmt: skip
        """Register an invented person through the real action, on the day ``on`` (else today), found that day unless told."""
        with on_day(on or clock.today()):
            held = [CategoryEntry(category, since or datetime.date(2016, 1, 1), "系统名单")] if category else []
            village = facts.pop("village", None) or self.village
            clerk = by or (self.clerk if village.code.startswith("450222") else self.clerk2)
            entry = self.entry(disease, found_on, **(case or {})) if disease else None
            return register_person(
                by=clerk, facts=self.facts(name, village=village, **facts), categories=held, case=entry, found_only=found_only
            )

    def case_of(self, person: Person) -> Case:
        return person.cases.select_related("person", "disease", "county").get()

    def treat(self, person: Person, *, on: datetime.date | None = None, hospital: Hospital | None = None) -> Case:
        """Walk the person's one case from registered to treated through the real actions, completed on the day ``on``."""
        hospital, day = hospital or self.hospital, on or clock.today()
        lead = self.lead if person.county_id == self.county.pk else self.lead2
        place = {"hospital_code": hospital.code, "hospital_name": hospital.name}
        with on_day(day):
            case = verify_case(by=lead, case=self.case_of(person))
            case = plan_case(by=lead, case=case, **place)
            case = admit_case(by=lead, case=case, on=max(case.found_on, day - datetime.timedelta(days=7)), **place)
            return complete_case(by=lead, case=case, on=day)


def _username(attribute: str, area: str) -> str:
    role = attribute.rstrip("2")
    return f"{role}-1" if role in ("liaison", "expert", "auditor", "operator") else f"{role}-{area[:6]}-1"


def _open_hospitals(made: dict[str, Division]) -> None:
    county = Hospital(code=COUNTY_HOSPITAL, name="柳城县人民医院", short_name="县人民医院", county=made["450222"], phone="0772-0000001")
    city = Hospital(code=CITY_HOSPITAL, name="柳州市工人医院", short_name="工人医院", phone="0772-0000002")
    Hospital.objects.bulk_create([county, city])
    HospitalLevel.objects.bulk_create(
        HospitalLevel(hospital=hospital, policy="liuzhou-2017", level=level) for hospital, level in ((county, "level-2"), (city, "level-3"))
    )
    diseases = {disease.code: disease for disease in Disease.objects.all()}
    designated = [(county, code, "450222", "county") for code in ("cataract", "end-stage-renal-disease", "gastric-cancer")]
    designated += [(city, code, "450200", "city") for code in ("cataract", "gastric-cancer", "colon-cancer", "all", "vsd")]
    Designation.objects.bulk_create(
        Designation(hospital=hospital, disease=diseases[code], area=made[area], tier=tier, year=2017, document="柳卫医〔2017〕40号")
        for hospital, code, area, tier in designated
    )
