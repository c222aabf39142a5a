"""政策参数: every version, one version read as tables, its text, and what a version changes."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from ledger import clock
from ledger.forms import asked
from ledger.models import Disease, Programme, Role
from settlement import policy_file
from settlement.engine.chain import Chain
from settlement.engine.policy import Policy
from settlement.figures import assumed_figures, has_assumed
from settlement.models import PolicyArea, PolicyVersion, VersionState
from settlement.policy_difference import changes
from settlement.policy_effect import IN_POLICY_PERCENT, Case, effect, levels_of, listed_diseases, plans_of
from settlement.policy_scope import versions_for
from settlement.policy_words import Reading
from settlement.rules import DISEASES, policy_of


@dataclass(frozen=True)
class Standing:
    """How a version stands today, in a word with its mark; and its numbers that nobody has signed for, of all it assumes."""

    version: PolicyVersion
    words: str
    mark: str
    unsigned: int
    assumed: int
    keeps: bool

    @property
    def draft(self) -> bool:
        return self.version.state == VersionState.DRAFT

    @property
    def published(self) -> bool:
        return self.version.state == VersionState.PUBLISHED


def standing(version: PolicyVersion, staff) -> Standing:
    """Asks nothing of the database where the sign-offs were fetched with the version."""
    unsigned = len(assumed_figures(policy_of(version)))
    written = unsigned + len(version.signoffs.all())
    words, mark = _state(version)
    return Standing(version, words, mark, unsigned, written, staff.role == Role.CITY)


def _state(version: PolicyVersion) -> tuple[str, str]:
    if version.state != VersionState.PUBLISHED:
        return version.get_state_display(), "idle" if version.state == VersionState.DRAFT else "idle st-end"
    today, during = clock.today(), version.during
    if during.lower > today:
        return "待执行", "go"
    if during.upper is not None and during.upper <= today:
        return "已止", "idle st-end"
    return "现行", "ok st-done"


def one_version(request: HttpRequest, pk: int) -> PolicyVersion:
    """The version as the reader may see it; the navigation stays on the list."""
    request.nav_name = "policies:list"
    return get_object_or_404(versions_for(request.user), pk=pk)


def disease_names() -> dict[str, str]:
    """Code → name, in the ledger's order."""
    return dict(Disease.objects.order_by("position").values_list("code", "name"))


def as_written(version: PolicyVersion) -> Policy:
    """The version before anybody signed for its numbers."""
    return policy_file.parse(version.text, "")


def reading(version: PolicyVersion) -> Reading:
    return Reading(policy_of(version), as_written(version), disease_names(), {row.key: row for row in version.signoffs.all()})


def versions(request: HttpRequest) -> HttpResponse:
    """By area, the newest first: those of this prefecture, then samples that nobody here is settled by."""
    areas: dict[PolicyArea, list[Standing]] = {}
    for version in versions_for(request.user).order_by("area__division__code", "area__name", "-during", "-number"):
        areas.setdefault(version.area, []).append(standing(version, request.user))
    groups = sorted(areas.items(), key=lambda item: item[0].division_id is None)
    return render(request, "settlement/policies/list.html", {"groups": groups, "keeps": request.user.role == Role.CITY})


def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version as a clerk reads it: layer by layer, every number with its clause."""
    one = one_version(request, pk)
    context = {"one": one, "standing": standing(one, request.user), "reading": reading(one), "before": _before(request, one)}
    return render(request, "settlement/policies/version.html", context)


def text(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was stored, with its SHA-256."""
    one = one_version(request, pk)
    context = {"one": one, "standing": standing(one, request.user), "lines": one.text.count("\n")}
    return render(request, "settlement/policies/text.html", context)


def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The same bytes whose SHA-256 the page shows."""
    one = one_version(request, pk)
    answer = HttpResponse(one.text.encode(), content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{one.code}-{one.number}.toml"'
    return answer


def _others(request: HttpRequest, one: PolicyVersion) -> list[PolicyVersion]:
    return [other for other in versions_for(request.user).filter(area=one.area) if other.pk != one.pk]


def _before(request: HttpRequest, one: PolicyVersion) -> PolicyVersion | None:
    """What a version is compared with unless told: what it was copied from, else the one that held before it, else any other."""
    others = _others(request, one)
    based = [other for other in others if other.pk == one.based_on_id]
    earlier = [other for other in others if other.state == VersionState.PUBLISHED and other.during.lower < one.during.lower]
    return next(iter([*based, *earlier, *others]), None)


def chosen(choices: dict[str, str], value: str, default: str) -> str:
    """What the address asks for, where it is one of the choices; else the default, else the first."""
    return value if value in choices else default if default in choices else next(iter(choices), "")


def difference(request: HttpRequest, pk: int) -> HttpResponse:
    """Number by number against another version of the area, and what it does to sample stays."""
    one = one_version(request, pk)
    others = _others(request, one)
    other = next((version for version in others if str(version.pk) == asked(request, "with")), _before(request, one))
    new, old = policy_of(one), policy_of(other) if other else None
    names, policies = disease_names(), [policy for policy in (old, new) if policy]
    levels, plans = levels_of(*policies), plans_of(*policies)
    case = Case(
        chosen(names, asked(request, "disease"), _covered(one.area, new, names)), chosen(levels, asked(request, "level"), ""),
        chosen(plans, asked(request, "plan"), ""), max(policy.in_force_from for policy in policies),
    )  # fmt: skip
    context = {
        "one": one, "other": other, "others": others, "standing": standing(one, request.user), "names": names, "levels": levels,
        "plans": plans, "sample": any(map(has_assumed, policies)), "case": case, "percent": IN_POLICY_PERCENT, "changes": changes(old, new, names) if old else [],
        "effect": effect(Chain(old, DISEASES) if old else None, Chain(new, DISEASES), case),
    }  # fmt: skip
    return render(request, "settlement/policies/difference.html", context)


def _covered(area: PolicyArea, policy: Policy, names: dict[str, str]) -> str:
    """A disease that is covered this year where the policy holds, and that the policy does something for."""
    listed = listed_diseases(policy)
    covered = [row.code for row in Programme.of(area.division).covered_on(clock.today())] if area.division else list(names)
    return next((code for code in covered if code in listed), covered[0] if covered else "")
