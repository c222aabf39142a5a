"""Loads the programme's reference data: report groups, diseases and yearly coverage, each row with its document."""

import csv
import datetime
from pathlib import Path

from django.db import transaction

from ledger.models import Coverage, CoverageList, Disease, Programme, ReportGroup

FOLDER = Path(__file__).parent / "data"
PROGRAMMES = {"national": "国家", "liuzhou": "柳州市", "hunan": "湖南省", "chongqing": "重庆市", "xinbin": "新宾满族自治县"}
SHORT_NAMES = {
    "all": "急性淋巴细胞白血病",
    "apl": "急性早幼粒细胞白血病",
    "asd": "房间隔缺损",
    "vsd": "室间隔缺损",
}


def _rows(name: str) -> list[dict[str, str]]:
    with open(FOLDER / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@transaction.atomic
def load_reference() -> None:
    """Load what is missing; running it again changes nothing. What stands may have been changed by a city, so it stays as it is."""
    _load_diseases()
    _load_coverage()


def _load_diseases() -> None:
    fixed = {row["name"]: row for row in _rows("report_groups.csv")}
    known = set(Disease.objects.values_list("code", flat=True))
    for position, row in enumerate(_rows("diseases.csv"), start=1):
        if row["code"] in known:
            continue
        # Groups that no printed form orders stand after the seven, as the diseases do.
        order = fixed.get(row["report_group"], {"f1_order": 100 + position, "f5_order": 100 + position, "f5_heading": ""})
        group, _ = ReportGroup.objects.get_or_create(
            name=row["report_group"],
            defaults={"f1_order": order["f1_order"], "f5_order": order["f5_order"], "f5_heading": order["f5_heading"]},
        )
        Disease.objects.create(
            code=row["code"],
            name=row["name"],
            short_name=SHORT_NAMES.get(row["code"], ""),
            icd10_prefixes=row["icd10_prefixes"].split(";"),
            age_max=int(row["age_max"]) if row["age_max"] else None,
            group=group,
            position=position,
        )


def _load_coverage() -> None:
    diseases = {disease.code: disease for disease in Disease.objects.all()}
    position: dict[int, int] = {}
    missing: set[int] = set()
    for row in _rows("coverage.csv"):
        programme, _ = Programme.objects.get_or_create(
            code=row["programme"], defaults={"name": PROGRAMMES.get(row["programme"], row["programme"])}
        )
        effective_on = datetime.date.fromisoformat(row["effective_on"]) if row["effective_on"] else None
        yearly, made = CoverageList.objects.get_or_create(programme=programme, year=int(row["year"]), effective_on=effective_on)
        if made:
            missing.add(yearly.pk)
        if yearly.pk not in missing:
            continue
        position[yearly.pk] = position.get(yearly.pk, 0) + 1
        Coverage.objects.create(
            list=yearly, disease=diseases[row["disease_code"]], position=position[yearly.pk], document=row["document"], status=row["status"]
        )
