"""The designated hospitals of 柳卫医〔2017〕40号 annex 3, by disease and area; the telephone numbers are invented."""

from config.demo.places import CITY, URBAN, Places
from hospitals.models import Designation, Hospital, HospitalLevel
from hospitals.models.hospital import Tier
from ledger.models import Disease

YEAR = 2017
CAPITAL = "南宁市"  # Where the hospitals of the autonomous region stand.
DOCUMENT = "柳卫医〔2017〕40号 附件3"
POLICY = "liuzhou-2017"
CANCERS = ("oesophageal-cancer", "gastric-cancer", "colon-cancer", "rectal-cancer")
KIDNEY, CATARACT = "end-stage-renal-disease", "cataract"
LEUKAEMIA, HEART = ("all", "apl"), ("asd", "vsd")
DESIGNATED = {*CANCERS, KIDNEY, CATARACT, *LEUKAEMIA, *HEART}
# Code: name, short name, county it stands in. The codes are the demo's own.
HOSPITALS = {
    "LZ01": ("柳州市人民医院", "市人民医院", "450202"),
    "LZ02": ("柳州市工人医院", "市工人医院", "450203"),
    "LZ03": ("柳州市柳铁中心医院", "市柳铁中心医院", "450204"),
    "LZ04": ("柳州市中医医院", "市中医医院", "450205"),
    "LZ05": ("广西科技大学第二附属医院", "广西科大二附院", "450204"),
    "LZ06": ("柳州市妇幼保健院", "市妇幼保健院", "450202"),
    "LJ01": ("柳江区人民医院", "柳江区人民医院", "450206"),
    "LC01": ("柳城县人民医院", "柳城县人民医院", "450222"),
    "LU01": ("鹿寨县人民医院", "鹿寨县人民医院", "450223"),
    "RA01": ("融安县人民医院", "融安县人民医院", "450224"),
    "RS01": ("融水苗族自治县人民医院", "融水县人民医院", "450225"),
    "SJ01": ("三江侗族自治县人民医院", "三江县人民医院", "450226"),
    "GX01": ("广西医科大学第一附属医院", "广西医大一附院", ""),
    "GX02": ("广西壮族自治区人民医院", "自治区人民医院", ""),
}
COUNTY_HOSPITALS = {county: code for code, (_, _, county) in HOSPITALS.items() if not code.startswith(("LZ", "GX"))}
CANCER_HOSPITALS = ("LZ01", "LZ02", "LZ03", "LZ04", "LZ05")
KIDNEY_HOSPITALS = CANCER_HOSPITALS[:4]  # 广西科技大学第二附属医院 is not named for 终末期肾病.
# Annex 3 leaves the districts' cataract patients to the districts' own arrangement; this one is the demo's.
DISTRICT_CATARACT = {"450202": ("LZ01",), "450203": ("LZ02", "LZ01"), "450204": ("LZ03", "LZ01"), "450205": ("LZ04", "LZ01")}


def designations() -> list[tuple[str, str, str, str, str]]:
    """Every designation: hospital, disease, area, tier, document."""
    rows = []
    for county, code in COUNTY_HOSPITALS.items():
        rows += [(code, disease, county, Tier.COUNTY, f"{DOCUMENT}第三项") for disease in (*CANCERS, KIDNEY)]
        rows.append((code, CATARACT, county, Tier.COUNTY, f"{DOCUMENT}第三项；白内障按柳卫医〔2017〕3号执行"))
    rows += [(code, disease, CITY, Tier.CITY, f"{DOCUMENT}第三项") for code in CANCER_HOSPITALS for disease in CANCERS]
    rows += [(code, KIDNEY, CITY, Tier.CITY, f"{DOCUMENT}第三项") for code in KIDNEY_HOSPITALS]
    for county in URBAN:
        rows += [(code, CATARACT, county, Tier.CITY, f"{DOCUMENT}第三项，城区卫计局安排（示范）") for code in DISTRICT_CATARACT[county]]
    rows += [("LZ06", disease, CITY, Tier.CITY, f"{DOCUMENT}第二项") for disease in HEART]
    rows += [(code, disease, CITY, Tier.REGION, f"{DOCUMENT}第一项") for code in ("GX01", "GX02") for disease in LEUKAEMIA]
    return rows


def make_hospitals(places: Places, diseases: dict[str, Disease]) -> dict[str, Hospital]:
    """The hospitals by code, with their levels and designations."""
    made = Hospital.objects.bulk_create(
        Hospital(
            code=code,
            name=name,
            short_name=short,
            county=places.counties.get(county),
            phone=f"0772-7000{number:03d}",
            pooling_area="" if county else CAPITAL,
        )
        for number, (code, (name, short, county)) in enumerate(HOSPITALS.items(), start=101)
    )
    hospitals = {hospital.code: hospital for hospital in made}
    HospitalLevel.objects.bulk_create(
        HospitalLevel(hospital=hospital, policy=POLICY, level="level-2" if code in COUNTY_HOSPITALS.values() else "level-3")
        for code, hospital in hospitals.items()
    )
    Designation.objects.bulk_create(
        Designation(hospital=hospitals[code], disease=diseases[disease], area=places.by_code[area], tier=tier, year=YEAR, document=document)
        for code, disease, area, tier, document in designations()
    )
    return hospitals


def choices_for(disease: str, county: str) -> tuple[str, ...]:
    """Where a county's patients of a disease go, the most usual first."""
    near = (COUNTY_HOSPITALS[county],) if county in COUNTY_HOSPITALS else ()
    if disease in HEART:
        return ("LZ06",)
    if disease in LEUKAEMIA:
        return ("GX01", "GX02")
    if disease == CATARACT:
        return near or DISTRICT_CATARACT[county]
    if disease == KIDNEY:
        return near + KIDNEY_HOSPITALS
    return CANCER_HOSPITALS + near
