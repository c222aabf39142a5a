"""What the tests of hospitals and designations share: the page as typed, and who is designated."""

from hospitals.models import Designation, Hospital
from tests.ledger.kept_desk import day

PAGE, COPY, KEPT = "/hospitals/designations/", "/hospitals/designations/copy/", "/hospitals/kept/"
NEW = "/hospitals/kept/new/"
ORDER = "柳卫医〔2018〕3号"


def typed(cast, *codes: str, **changes) -> dict:
    data = {
        "hospital": cast.hospital.pk, "diseases": [cast.disease(code).pk for code in codes], "area": cast.county.pk, "tier": "county",
        "year": 2017, "document": ORDER,
    }  # fmt: skip
    return data | changes


def designated(cast, on: str, code: str = "cataract") -> list[str]:
    found = Hospital.objects.designated_for(disease=cast.disease(code), county=cast.county, on=day(on))
    return [hospital.code for hospital in found]


def row(cast, code: str = "cataract", year: int = 2017) -> Designation:
    return Designation.objects.get(hospital=cast.hospital, disease__code=code, year=year)


def public() -> str:
    from django.test import Client

    return Client().get("/hospitals/").content.decode()
