"""What the tests of diseases share: the page as it stands, and preview and save in one."""

from django.urls import reverse

from ledger.actions.diseases import DiseaseFacts, fingerprint
from ledger.models import Disease
from tests.ledger.kept_desk import hidden

PAGE, NEW, GROUP_NEW = "/ledger/diseases/", "/ledger/diseases/new/", "/ledger/report-groups/new/"
ORDER = "柳卫医〔2017〕88号"


def edit(disease: Disease) -> str:
    return reverse("ledger:disease-edit", args=[disease.pk])


def typed(disease: Disease, **changes) -> dict:
    """The page as it stands, with changes."""
    data = {
        "name": disease.name, "short_name": disease.short_name, "icd10_prefixes": ", ".join(disease.icd10_prefixes),
        "age_max": "" if disease.age_max is None else disease.age_max, "group": disease.group_id, "document": ORDER,
        "seen": fingerprint(disease),
    }  # fmt: skip
    return data | changes


def save(desk, disease: Disease, data: dict):
    """Preview, then save what was looked at."""
    looked = desk.post(edit(disease), data | {"preview": "yes"})
    if looked.status_code == 422:
        return looked
    return desk.post(edit(disease), data | {"looked": hidden(looked, "looked"), "save": "yes"})


def facts(disease: Disease, **changes) -> DiseaseFacts:
    stands = {name: getattr(disease, name) for name in ("name", "short_name", "icd10_prefixes", "age_max", "group")}
    return DiseaseFacts(**stands | changes)
