"""Puts the policies that ship into the database, each as the first version of its code."""

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger import clock
from ledger.actions.trail import record
from ledger.models import Division
from ledger.models.division import Level
from settlement import policy_file
from settlement.models import PolicyArea, PolicyVersion, VersionState
from settlement.rules import sha256_of


def area_named(name: str, division: Division | None = None) -> PolicyArea:
    """The area of that name; the prefecture or county of the same name is its division unless another is given."""
    area, made = PolicyArea.objects.get_or_create(name=name)
    if division is None and area.division_id is None:
        division = Division.objects.filter(name=name, level__in=[Level.PREFECTURE, Level.COUNTY]).first()
    if division is not None and area.division_id != division.pk:
        area.division = division
        area.save(update_fields=["division"])
    return area


@transaction.atomic
def load_shipped(divisions: dict[str, Division] | None = None) -> list[PolicyVersion]:
    """Store and publish every shipped policy that no version bears the code of yet; answers those newly stored.

    ``divisions``: area name → the division of this ledger where it holds, where the names differ.
    """
    made = []
    for code in policy_file.codes():
        text = (policy_file.FOLDER / f"{code}.toml").read_text(encoding="utf-8")
        policy = policy_file.parse(text, f"{code}.toml")
        area = area_named(policy.area, (divisions or {}).get(policy.area))
        if PolicyVersion.objects.filter(code=code).exists():
            continue
        version = PolicyVersion.objects.create(
            area=area, code=code, number=1, title=policy.title, document=policy.document, text=text, sha256=sha256_of(text),
            during=DateRange(policy.in_force_from, None), state=VersionState.PUBLISHED, made_at=clock.now(), published_at=clock.now(),
        )  # fmt: skip
        record("policy_loaded", by=None, subject=version, detail={"code": code, "sha256": version.sha256})
        made.append(version)
    return made
