"""Which hospitals may treat a case, the nearest level first, and why each other hospital of the area may not (annex 3)."""

import datetime
from dataclasses import dataclass

from django.db.models import Q

from hospitals.directory import NEAREST_FIRST
from hospitals.models import Designation, Hospital, Inability
from hospitals.models.hospital import Tier
from ledger.models import Case, Division
from ledger.models.division import Level


@dataclass(frozen=True)
class Offered:
    """A hospital that may be chosen, by its nearest designation."""

    hospital: Hospital
    tier: str
    document: str

    @property
    def tier_label(self) -> str:
        return Tier(self.tier).label


@dataclass(frozen=True)
class NotOffered:
    """A hospital of the area that may not be chosen, and the sentence that says why."""

    hospital: Hospital
    why: str


@dataclass(frozen=True)
class Offering:
    offered: list[Offered]
    others: list[NotOffered]

    def why_not(self, hospital: Hospital) -> str:
        """Why this hospital may not be chosen; nothing where it may."""
        if any(one.hospital.pk == hospital.pk for one in self.offered):
            return ""
        return next((one.why for one in self.others if one.hospital.pk == hospital.pk), "不在本市的医院名单上")

    def named(self, code: str) -> Hospital | None:
        """The hospital of that code, where it may be chosen."""
        return next((one.hospital for one in self.offered if one.hospital.code == code), None)


def _areas(case: Case) -> list[int]:
    return [case.county_id, case.county.parent_id]


def _holds(row: Designation, areas: list[int], on: datetime.date) -> bool:
    return row.year == on.year and row.area_id in areas and (row.ended_on is None or row.ended_on >= on)


def said_unable(case: Case) -> dict[int, Inability]:
    """What hospitals said of this case, the latest of each; one to whom the county answered that it can treat has said nothing."""
    said = Inability.objects.everywhere("what hospitals said of one case in sight").filter(case=case)
    standing = said.filter(Q(answered_on=None) | Q(arranged__isnull=False))
    return {one.hospital_id: one for one in standing.order_by("said_on", "pk")}


def offering(case: Case, on: datetime.date) -> Offering:
    """Every hospital of the prefecture and every one that it ever designated, sorted into offered and not, for this case on a day.

    The rows of the designations are the rule: a disease whose hospitals the region names has the region's rows, and no others.
    """
    areas, prefecture = _areas(case), case.county.parent
    within = Q(area=prefecture) | Q(area__parent=prefecture)
    rows: dict[int, list[Designation]] = {}
    for row in Designation.objects.filter(within, year__lte=on.year).select_related("area").order_by("area__code", "pk"):
        rows.setdefault(row.hospital_id, []).append(row)
    known = Hospital.objects.filter(Q(pk__in=rows) | Q(county=prefecture) | Q(county__parent=prefecture))
    known = known.select_related("county").order_by("code")
    unable = said_unable(case)
    offered, others = [], []
    for hospital in known:
        of_disease = [row for row in rows.get(hospital.pk, []) if row.disease_id == case.disease_id]
        holding = sorted((row for row in of_disease if _holds(row, areas, on)), key=lambda row: NEAREST_FIRST[row.tier])
        if hospital.is_active and holding and hospital.pk not in unable:
            documents = dict.fromkeys(row.document for row in holding)
            offered.append(Offered(hospital, holding[0].tier, "；".join(documents)))
        else:
            others.append((*_why(case, hospital, of_disease, unable.get(hospital.pk), on), hospital))
    others.sort(key=lambda one: (one[0], one[2].code))
    return Offering(
        sorted(offered, key=lambda one: (NEAREST_FIRST[one.tier], one.hospital.code)), [NotOffered(one, why) for _, why, one in others]
    )


# What was the patient's own way and is closed stands before what never was.
LOST, ELSEWHERE, NEVER = range(3)


def _why(case: Case, hospital: Hospital, of_disease: list[Designation], unable: Inability | None, on: datetime.date) -> tuple[int, str]:
    """The first reason that holds, the one that stands longest first; and how near the hospital came to being offered."""
    areas = _areas(case)
    in_area = [row for row in of_disease if row.area_id in areas]
    if not hospital.is_active:
        return (LOST if in_area else NEVER), "已停用，不再接收新的患者"
    if unable is not None:
        return LOST, f"该院 {unable.said_on} 说明不具备诊疗条件：{unable.reason}"
    ended = [row.ended_on for row in in_area if row.year == on.year and row.ended_on]
    if ended:
        return LOST, f"{case.disease}的定点已到 {max(ended)} 为止"
    this_year = [row for row in of_disease if row.year == on.year]
    if this_year:
        return ELSEWHERE, f"{case.disease}的定点只服务{'、'.join(dict.fromkeys(_area_words(row.area) for row in this_year))}"
    if in_area:
        return LOST, f"{max(row.year for row in in_area)} 年是{case.disease}的定点，{on.year} 年不是"
    return NEVER, f"不是{case.disease}的定点医院"


def _area_words(area: Division) -> str:
    return "全市" if area.level == Level.PREFECTURE else area.label
