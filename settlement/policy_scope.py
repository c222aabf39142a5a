"""Which policies somebody may read, and which a city official keeps: those of the own prefecture and its counties, and those of nobody here."""

from django.db.models import Prefetch, Q, QuerySet

from ledger.models import Division, Role, Staff
from ledger.models.division import Level
from settlement.models import PolicyArea, PolicyVersion, SignOff, VersionState


def areas_for(staff: Staff) -> QuerySet[PolicyArea]:
    """The prefecture's and its counties' areas, and those without a division: samples to try, by which nobody here is settled."""
    prefecture = staff.area.prefecture
    within = Q(division=prefecture) | Q(division__parent=prefecture, division__level=Level.COUNTY)
    return PolicyArea.objects.filter(within | Q(division=None))


def versions_for(staff: Staff) -> QuerySet[PolicyVersion]:
    """What is published; drafts are the city's own matter."""
    versions = PolicyVersion.objects.filter(area__in=areas_for(staff)).select_related(
        "area__division", "based_on", "made_by", "published_by"
    )
    if staff.role != Role.CITY:
        versions = versions.exclude(state=VersionState.DRAFT)
    return versions.prefetch_related(Prefetch("signoffs", SignOff.objects.select_related("signed_by")))


def drafts_waiting_for(staff: Staff) -> int:
    """Drafts that another official changed last: this one may look through and publish them."""
    if staff.role != Role.CITY:
        return 0
    return PolicyVersion.objects.filter(area__in=areas_for(staff), state=VersionState.DRAFT).exclude(made_by=staff).count()


def keeps(staff: Staff, area: PolicyArea) -> bool:
    """Whether somebody may change an area's policies, sign for their numbers and keep its price limits."""
    return staff.role == Role.CITY and areas_for(staff).filter(pk=area.pk).exists()


def places_for(staff: Staff) -> dict[str, Division]:
    """Where a policy may be brought in for: the prefecture and its counties, by name and by short name."""
    prefecture = staff.area.prefecture
    found = [prefecture, *Division.objects.counties_of(prefecture).in_use()]
    return {name: division for division in reversed(found) for name in (division.short_name, division.name) if name}
