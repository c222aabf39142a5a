"""The city keeps its hospitals and designates them: by disease, area and year, each change with its document."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from hospitals.models import Designation, Hospital
from hospitals.models.hospital import Tier
from ledger import clock
from ledger.actions.data_changes import note_change
from ledger.actions.refusals import Refused
from ledger.models import Case, Disease, Division, Role, Staff
from ledger.models.division import Level

HOSPITAL, DESIGNATION = "hospital", "designation"
YEARS_AROUND = 5


@dataclass(frozen=True)
class HospitalFacts:
    """What the page says about a hospital. ``county`` None: one that belongs to no county, as the prefecture's own."""

    name: str
    short_name: str
    county: Division | None
    phone: str


def facts_of(hospital: Hospital) -> HospitalFacts:
    return HospitalFacts(hospital.name, hospital.short_name, hospital.county, hospital.phone)


def patients_at(hospital: Hospital) -> tuple[int, int]:
    """How many are being treated there, whom a hospital that closes finishes; how many were arranged to go there, who need another."""
    everywhere = Case.objects.everywhere("numbers of patients; nobody is named")
    there = everywhere.filter(hospital_code=hospital.code, folded_into=None)
    return there.filter(state="in_treatment").count(), there.filter(state__in=("verified", "planned")).count()


def arranged_under(designation: Designation) -> int:
    """How many are arranged to go there under this designation and are not in hospital yet; they need another once it has ended."""
    everywhere = Case.objects.everywhere("a number of patients; nobody is named")
    area = Q(county=designation.area) | Q(county__parent=designation.area)
    waiting = everywhere.filter(area, state__in=("verified", "planned"), folded_into=None, disease=designation.disease)
    return waiting.filter(hospital_code=designation.hospital.code).count()


def _keeper(by: Staff) -> Division:
    """One official at a time changes a prefecture's hospitals. Raises Refused for anybody but the city."""
    if by.role != Role.CITY:
        raise Refused("定点医院由市级维护。")
    return Division.objects.select_for_update(of=("self",), no_key=True).get(pk=by.area_id)


def _kept(hospital: Hospital, prefecture: Division) -> Hospital:
    held = Hospital.objects.kept_by(prefecture).select_for_update(of=("self",)).filter(pk=hospital.pk).first()
    if held is None:
        raise Refused("这家医院别的市也在用，不能由本市修改。请和那个市的主管部门商定。")
    return held


def _check_facts(facts: HospitalFacts, prefecture: Division, except_pk: int | None = None) -> None:
    if facts.name[:1] in ("=", "+", "-", "@"):
        raise Refused(f"医院名称以“{facts.name[0]}”开头，可能是公式。请改正。", "name")
    if Hospital.objects.exclude(pk=except_pk).filter(name=facts.name).exists():
        raise Refused(f"已有{facts.name}。请打开它修改，或换一个名称。", "name")
    if facts.county and facts.county.parent_id != prefecture.pk:
        raise Refused("所在县（区）不在本市，请重新选择。", "county")


@transaction.atomic
def add_hospital(*, by: Staff, code: str, facts: HospitalFacts, document: str) -> Hospital:
    """A hospital that may be designated. Its code never changes: accounts, cases and bills carry it. Raises Refused."""
    prefecture = _keeper(by)
    _check_facts(facts, prefecture)
    if not code.isascii() or not all(sign.isalnum() or sign == "-" for sign in code):
        raise Refused("代码只用字母、数字和横线，如 450222-1。", "code")
    if Hospital.objects.filter(code=code).exists():
        raise Refused(f"代码 {code} 已经有医院使用，请核对。", "code")
    try:
        with transaction.atomic():
            hospital = Hospital.objects.create(code=code, **vars(facts))
    except IntegrityError:  # Another prefecture's official took code or name in the same moment.
        raise Refused("代码或名称刚刚由别人使用，请核对。", "code") from None
    note_change(by=by, kind=HOSPITAL, subject=facts.name, text=f"新增医院，代码 {code}", document=document)
    return hospital


@transaction.atomic
def change_hospital(*, by: Staff, hospital: Hospital, seen: str, facts: HospitalFacts, document: str) -> Hospital:
    """Another name, county or telephone; ``seen`` is what the page showed (repr of facts_of).

    Raises Refused: changed meanwhile, a name that is taken, another prefecture's hospital.
    """
    prefecture = _keeper(by)
    held = _kept(hospital, prefecture)
    stands = facts_of(held)
    if repr(stands) != seen:
        raise Refused("您打开之后，别人改过这家医院的资料。请看过现在的内容，再改。")
    if stands == facts:
        raise Refused("没有改动，不用保存。")
    _check_facts(facts, prefecture, held.pk)
    labels = {"name": "名称", "short_name": "简称", "county": "所在县（区）", "phone": "联系电话"}
    told = [
        f"{label}：{getattr(stands, field) or '无'} → {getattr(facts, field) or '无'}"
        for field, label in labels.items()
        if getattr(stands, field) != getattr(facts, field)
    ]
    for field, value in vars(facts).items():
        setattr(held, field, value)
    held.save()
    note_change(by=by, kind=HOSPITAL, subject=stands.name, text="；".join(told), document=document)
    return held


@transaction.atomic
def close_hospital(*, by: Staff, hospital: Hospital, document: str) -> int:
    """It takes no new patients from now on, and finishes those it has; its designations end today, later years' go.

    Answers how many patients are being treated there. Raises Refused for one that is closed already.
    """
    prefecture, today = _keeper(by), clock.today()
    held = _kept(hospital, prefecture)
    if not held.is_active:
        raise Refused(f"{held.name}已经停用。")
    staying, planned = patients_at(held)
    held.is_active = False
    held.save(update_fields=["is_active"])
    standing = held.designations.filter(ended_on=None)
    standing.filter(year__gt=today.year).delete()
    standing.filter(year=today.year).update(ended_on=today)
    for year in sorted(set(standing.filter(year__lt=today.year).values_list("year", flat=True))):
        standing.filter(year=year).update(ended_on=datetime.date(year, 12, 31))
    text = f"停用，不再接收新的患者；正在治疗的 {staying} 人在该院治完，已安排的 {planned} 人另选医院"
    note_change(by=by, kind=HOSPITAL, subject=held.name, text=text, document=document)
    return staying


@transaction.atomic
def reopen_hospital(*, by: Staff, hospital: Hospital, document: str) -> Hospital:
    """One that was closed takes patients again; what it is designated for is entered anew. Raises Refused for one in use."""
    held = _kept(hospital, _keeper(by))
    if held.is_active:
        raise Refused(f"{held.name}正在使用，不用恢复。")
    held.is_active = True
    held.save(update_fields=["is_active"])
    note_change(by=by, kind=HOSPITAL, subject=held.name, text="恢复使用", document=document)
    return held


def _check_place(prefecture: Division, hospital: Hospital, area: Division, year: int) -> None:
    if not hospital.is_active:
        raise Refused(f"{hospital.name}已停用，请先恢复。", "hospital")
    if area.pk != prefecture.pk and not (area.level == Level.COUNTY and area.parent_id == prefecture.pk):
        raise Refused("服务范围不在本市，请重新选择。", "area")
    if abs(year - clock.today().year) > YEARS_AROUND:
        raise Refused(f"年度 {year} 离今年太远，请核对。", "year")


@transaction.atomic
def designate(
    *, by: Staff, hospital: Hospital, diseases: Sequence[Disease], area: Division, tier: str, year: int, document: str
) -> int:  # fmt: skip
    """The hospital is designated for these diseases in that area and year; one that had ended holds again.

    Answers how many are new. Raises Refused: nothing chosen, all of them there already, a closed hospital, an area elsewhere.
    """
    prefecture = _keeper(by)
    hospital = Hospital.objects.select_for_update(of=("self",)).get(pk=hospital.pk)
    _check_place(prefecture, hospital, area, year)
    if not diseases:
        raise Refused("请至少选择一个病种。", "diseases")
    there = {row.disease_id: row for row in hospital.designations.filter(area=area, year=year)}
    new = [one for one in diseases if one.pk not in there]
    again = [there[one.pk] for one in diseases if one.pk in there and there[one.pk].ended_on]
    if not new and not again:
        names = "、".join(str(one) for one in diseases)
        raise Refused(f"{hospital.name} {year} 年在{area.label}已是{names}的定点，不用再加。", "diseases")
    common = {"hospital": hospital, "area": area, "tier": tier, "year": year, "document": document}
    Designation.objects.bulk_create(Designation(disease=disease, **common) for disease in new)
    for row in again:
        row.ended_on, row.tier, row.document = None, tier, document
        row.save(update_fields=["ended_on", "tier", "document"])
    changed = {one.pk for one in new} | {row.disease_id for row in again}
    names = "、".join(str(one) for one in diseases if one.pk in changed)
    text = f"{year} 年定点：{names}，服务{area.label}，{Tier(tier).label}"
    note_change(by=by, kind=DESIGNATION, subject=hospital.name, text=text, document=document)
    return len(changed)


@transaction.atomic
def end_designation(*, by: Staff, designation: Designation, last_day: datetime.date, document: str) -> Designation:
    """The last day on which it holds; a stay begun by then is finished under it. Raises Refused for a day outside the year or ended already."""
    prefecture = _keeper(by)
    held = Designation.objects.select_for_update(of=("self",)).select_related("hospital", "disease", "area").get(pk=designation.pk)
    _check_area(held, prefecture)
    if held.ended_on:
        raise Refused(f"这项定点已在 {held.ended_on} 终止。", "last_day")
    if last_day.year != held.year:
        raise Refused(f"这是 {held.year} 年的定点，最后一天要在这一年里。", "last_day")
    held.ended_on = last_day
    held.save(update_fields=["ended_on"])
    text = f"{held.year} 年{held.disease}的定点（服务{held.area.label}）到 {last_day} 为止"
    note_change(by=by, kind=DESIGNATION, subject=held.hospital.name, text=text, document=document)
    return held


def _check_area(designation: Designation, prefecture: Division) -> None:
    if prefecture.pk not in (designation.area_id, designation.area.parent_id):
        raise Refused("这项定点不在本市。")


@dataclass(frozen=True)
class Copy:
    """What a copy to another year takes along, and what it leaves."""

    taken: list[Designation]
    there: int
    closed: list[Designation]
    ended: list[Designation]


def copy_of(prefecture: Division, from_year: int, to_year: int) -> Copy:
    """The designations of a year, sorted by whether they go into another: closed hospitals and ended ones stay behind."""
    areas = [prefecture.pk, *Division.objects.counties_of(prefecture).values_list("pk", flat=True)]
    rows = Designation.objects.filter(area__in=areas).select_related("hospital", "disease", "area")
    there = set(rows.filter(year=to_year).values_list("hospital", "disease", "area"))
    taken, closed, ended, known = [], [], [], 0
    for row in rows.filter(year=from_year).order_by("hospital__code", "disease__position", "area__code"):
        if (row.hospital_id, row.disease_id, row.area_id) in there:
            known += 1
        elif not row.hospital.is_active:
            closed.append(row)
        elif row.ended_on:
            ended.append(row)
        else:
            taken.append(row)
    return Copy(taken, known, closed, ended)


@transaction.atomic
def copy_year(*, by: Staff, from_year: int, to_year: int, document: str) -> int:
    """Last year's designations for another year, in one act; what is there already stays. Answers how many. Raises Refused."""
    prefecture = _keeper(by)
    check_copy(from_year, to_year)
    found = copy_of(prefecture, from_year, to_year)
    if not found.taken:
        raise Refused(f"{from_year} 年没有可以抄到 {to_year} 年的定点。", "from_year")
    Designation.objects.bulk_create(
        Designation(
            hospital=row.hospital, disease=row.disease, area=row.area, tier=row.tier, year=to_year, document=document
        )
        for row in found.taken
    )  # fmt: skip
    text = f"把 {from_year} 年的 {len(found.taken)} 项定点抄到 {to_year} 年"
    note_change(by=by, kind=DESIGNATION, subject=f"{to_year} 年定点医院", text=text, document=document)
    return len(found.taken)


def check_copy(from_year: int, to_year: int) -> None:
    """Raises Refused for a year onto itself, or one far off."""
    if from_year == to_year:
        raise Refused("两个年度一样，请改其中一个。", "to_year")
    if abs(to_year - clock.today().year) > YEARS_AROUND:
        raise Refused(f"年度 {to_year} 离今年太远，请核对。", "to_year")
