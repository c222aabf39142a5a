"""Policies changed by the city: a draft made, changed and discarded, and published by a second person."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Staff
from settlement import policy_file
from settlement.figures import Figure, figures_of
from settlement.models import PolicyArea, PolicyVersion, VersionState
from settlement.policy_faults import TextRefused, checked
from settlement.policy_scope import areas_for, keeps, places_for
from settlement.policy_text import Stated, rewritten, with_signed
from settlement.publishing import Plan, plan_of
from settlement.rules import DISEASES, policy_of, sha256_of, signed

NOT_YOURS = "只有本市的市级经办人能改本市的政策。"


class StaleDraft(Refused):
    """Somebody else saved the draft after this page was opened."""


def hold_area(by: Staff, area: PolicyArea) -> None:
    """One hand at a time on the policies of an area."""
    if not keeps(by, area):
        raise Refused(NOT_YOURS)
    # No more than this: whoever settles a person's first bill of a year points at the area, and must not wait for us.
    PolicyArea.objects.select_for_update(no_key=True).get(pk=area.pk)


def _hold_draft(by: Staff, version: PolicyVersion) -> PolicyVersion:
    hold_area(by, version.area)
    held = PolicyVersion.objects.select_for_update(of=("self",)).select_related("area", "based_on", "made_by").filter(pk=version.pk).first()
    if held is None:
        raise Refused("这份草稿已经放弃，没有保存。请回到政策列表。")
    if held.state != VersionState.DRAFT:
        raise Refused(f"{held}已经发布，不能再改。要改，请复制为新版本。")
    return held


def _tell(action: str, version: PolicyVersion, by: Staff, **detail) -> None:
    told = {"code": version.code, "number": version.number, "sha256": version.sha256, **detail}
    record(action, by=by, subject=version, detail=told)


def _new_draft(by: Staff, area: PolicyArea, text: str, based_on: PolicyVersion | None, note: str) -> PolicyVersion:
    policy = checked(text, DISEASES)
    last = PolicyVersion.objects.filter(code=policy.code).aggregate(last=Max("number"))["last"] or 0
    return PolicyVersion.objects.create(
        area=area, code=policy.code, number=last + 1, title=policy.title, document=policy.document, text=text, sha256=sha256_of(text),
        during=DateRange(policy.in_force_from, None), state=VersionState.DRAFT, based_on=based_on, note=note, made_at=clock.now(), made_by=by,
    )  # fmt: skip


@transaction.atomic
def copy_version(*, by: Staff, version: PolicyVersion, first_day: datetime.date, note: str = "") -> PolicyVersion:
    """A draft from a published version: signed numbers go into its text with the document that was signed for."""
    hold_area(by, version.area)
    if version.state == VersionState.DRAFT:
        raise Refused("草稿不用复制，请直接修改。")
    figures = {figure.key: figure for figure in figures_of(policy_file.parse(version.text, ""))}
    text = with_signed(version.text, figures, signed(version))
    draft = _new_draft(by, version.area, rewritten(text, in_force_from=first_day, numbers=()), version, note)
    _tell("policy_drafted", draft, by, what=f"复制自第 {version.number} 版，自 {first_day} 起")
    return draft


@transaction.atomic
def draft_from_text(*, by: Staff, text: str, note: str = "") -> PolicyVersion:
    """A draft from a whole file, of a known policy or a new one. Raises TextRefused with all its faults."""
    policy = checked(text, DISEASES)
    area = _area_of(by, policy.area)
    hold_area(by, area)
    _same_area(policy.code, area)
    latest = PolicyVersion.objects.filter(code=policy.code).exclude(state=VersionState.DRAFT).order_by("-number").first()
    draft = _new_draft(by, area, text, latest, note)
    _tell("policy_drafted", draft, by, what="由政策文件建立")
    return draft


@transaction.atomic
def replace_text(*, by: Staff, version: PolicyVersion, text: str, opened: str = "") -> PolicyVersion:
    """The draft's whole text anew: the same code, of the same area. ``opened``: the SHA-256 of the text that was looked at."""
    held = _hold_draft(by, version)
    _not_stale(held, opened)
    policy = checked(text, DISEASES)
    faults = [
        (key, f"这份草稿是“{ours}”，文件里是“{theirs}”，要相同；另一份政策请作为新的草稿上传")
        for key, ours, theirs in (("code", held.code, policy.code), ("area", held.area.name, policy.area))
        if ours != theirs
    ]
    if faults:
        raise TextRefused(faults)
    return _keep(by, held, text, held.note)


def _area_of(by: Staff, name: str) -> PolicyArea:
    known = areas_for(by).filter(name=name).first()
    if known is not None:
        return known
    places = places_for(by)
    if name not in places or PolicyArea.objects.filter(name=name).exists():
        areas = [*areas_for(by).values_list("name", flat=True), *(division.name for division in places.values())]
        raise TextRefused([("area", f"本市没有“{name}”这一地区，只能是 {'、'.join(dict.fromkeys(areas))}")])
    return PolicyArea.objects.filter(division=places[name]).first() or PolicyArea.objects.create(name=name, division=places[name])


def _same_area(code: str, area: PolicyArea) -> None:
    other = PolicyVersion.objects.filter(code=code).exclude(area=area).select_related("area").first()
    if other is not None:
        raise TextRefused([("code", f"代码 {code} 已用于{other.area.name}的政策，请换一个代码")])


def _not_stale(held: PolicyVersion, opened: str) -> None:
    if opened and opened != held.sha256:
        raise StaleDraft(f"您打开之后，{held.made_by.full_name}改过这份草稿。您的修改没有保存，请重新打开，看过再改。")


@transaction.atomic
def change_draft(
    *, by: Staff, version: PolicyVersion, first_day: datetime.date, note: str, numbers: Mapping[str, Stated], opened: str = ""
) -> PolicyVersion:
    """Other numbers in a draft, by key: each with its document and clause, or assumed. What is not named stays.

    Whoever changes a draft becomes its maker, so that the one who publishes it has always seen another's work.
    Raises TextRefused with every fault, StaleDraft.
    """
    held = _hold_draft(by, version)
    _not_stale(held, opened)
    figures = {figure.key: figure for figure in figures_of(policy_of(held))}
    before = {figure.key: figure for figure in figures_of(policy_of(held.based_on))} if held.based_on else {}
    faults = [(key, _UNSOURCED) for key, stated in numbers.items() if _borrowed(stated, before.get(key))]
    if faults:
        raise TextRefused(faults)
    changes = [(figures[key], stated) for key, stated in numbers.items() if _differs(stated, figures[key])]
    return _keep(by, held, rewritten(held.text, in_force_from=first_day, numbers=changes), note)


_UNSOURCED = "数改了，出处还是原来那一条。请写新数的文号和条款；还没有文件的，清空条款，先作示范参数"


def _source(clause: str, document: str) -> tuple[str, str]:
    return (clause, document) if clause else ("", "")


def _differs(stated: Stated, figure: Figure) -> bool:
    same = _source(stated.clause, stated.document) == _source(figure.source, figure.document)
    return stated.value not in (None, figure.value) or not same


def _borrowed(stated: Stated, figure: Figure | None) -> bool:
    """Whether a new number would stand under the clause that stated the old one."""
    if figure is None or not figure.source or stated.value in (None, figure.value):
        return False
    return _source(stated.clause, stated.document) == (figure.source, figure.document)


def _keep(by: Staff, held: PolicyVersion, text: str, note: str) -> PolicyVersion:
    if (text, note) == (held.text, held.note):
        return held
    policy = checked(text, DISEASES)
    held.text, held.sha256, held.note = text, sha256_of(text), note
    held.title, held.document, held.during = policy.title, policy.document, DateRange(policy.in_force_from, None)
    held.made_by, held.made_at = by, clock.now()
    held.save(update_fields=["text", "sha256", "note", "title", "document", "during", "made_by", "made_at"])
    _tell("policy_changed", held, by)
    return held


@transaction.atomic
def discard_draft(*, by: Staff, version: PolicyVersion) -> None:
    """A draft that nobody wants is gone; the trail keeps that it was there, and its hash."""
    held = _hold_draft(by, version)
    _tell("policy_discarded", held, by)
    held.delete()


@transaction.atomic
def publish(*, by: Staff, version: PolicyVersion) -> Plan:
    """By a second person: the version holds from its first day, the one before ends there. Raises Refused with what stands against it."""
    held = _hold_draft(by, version)
    published = PolicyVersion.objects.filter(area=held.area, state=VersionState.PUBLISHED).order_by("during")
    # FOR UPDATE: a bill being settled under one of them is waited for and counted; one that comes later reads the new period.
    plan = plan_of(held, by, list(published.select_for_update()))
    if plan.faults:
        raise Refused(" ".join(plan.faults))
    for other in plan.replacing:
        other.state = VersionState.REPLACED
        other.save(update_fields=["state"])
    for other in plan.closing:
        other.during = DateRange(other.during.lower, plan.first_day)
        other.save(update_fields=["during"])
    held.state, held.published_at, held.published_by = VersionState.PUBLISHED, clock.now(), by
    held.save(update_fields=["state", "published_at", "published_by"])
    _tell(
        "policy_published", held, by, what=f"自 {plan.first_day} 起执行", closed=[one.pk for one in plan.closing],
        replaced=[one.pk for one in plan.replacing],
    )  # fmt: skip
    return plan
