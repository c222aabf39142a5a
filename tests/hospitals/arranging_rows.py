"""Somebody verified whose hospital the county is to arrange, the hospitals and designations it looks at, and what is told of it."""

from hospitals.models import Designation, Hospital
from ledger.actions.cases import verify_case
from ledger.models import Case
from reports.work_kinds import BY_CODE
from tests.cast import on_day
from tests.ledger.kept_desk import day

ORDER = "柳卫医〔2017〕61号"


def verified(cast, name: str = "韦桂兰", disease: str = "cataract", **facts) -> Case:
    person = cast.register(name, disease=disease, on=day("10-01"), **facts)
    with on_day(day("10-03")):
        return verify_case(by=cast.lead, case=cast.case_of(person))


def fresh(case: Case) -> Case:
    return Case.objects.everywhere("test").select_related("person", "disease", "county__parent").get(pk=case.pk)


def designation(cast, code: str = "cataract", hospital: Hospital | None = None) -> Designation:
    return Designation.objects.get(hospital=hospital or cast.hospital, disease__code=code, year=2017)


def told(case: Case) -> list[tuple]:
    moves = ("case_arrange", "case_rearrange")
    events = case.events.filter(move__in=moves).order_by("pk")
    return [(event.move, event.text, event.reason, event.from_state, event.to_state) for event in events]


def listed(code: str, staff) -> list[str]:
    return [BY_CODE[code].what(row) for row in BY_CODE[code].rows(staff)]


def hospital(code: str, name: str, **fields) -> Hospital:
    return Hospital.objects.create(code=code, name=name, **fields)


def designate(cast, where: Hospital, code: str, area, *, tier: str = "county", year: int = 2017, ended_on=None) -> None:
    Designation.objects.create(
        hospital=where, disease=cast.disease(code), area=area, tier=tier, year=year, document="柳卫医〔2017〕40号", ended_on=ended_on
    )
