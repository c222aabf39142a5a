"""Merging two records of one person, and undoing it as one while nothing was built on it."""

import json

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from ledger import clock
from ledger.actions.cases import review_ages
from ledger.actions.history import tell, why
from ledger.actions.refusals import Refused, Stale
from ledger.actions.trail import record
from ledger.merging import snapshot
from ledger.merging.carrying import carry_out
from ledger.merging.links import voices
from ledger.merging.plan import Plan, blocks, plan_merge
from ledger.models import Case, CaseEvent, Merge, Person, Staff
from ledger.standing import remake

READING = ("revealed",)  # On the timeline, but nothing is built by it.
NAMED = 3  # How many later deeds a sentence names.


def seen_now(kept: Person, gone: Person) -> str:
    """What both records hold at this moment, as a word for the page: merging asks whether it still holds."""
    pair = kept.pk, gone.pk
    last = _told_of(pair).order_by("pk").last()
    return f"{last.pk if last else 0}-{snapshot.digest(snapshot.rows_of(pair))[:32]}"


def _told_of(pair: tuple[int, int]):
    return CaseEvent.objects.filter(person__in=Person.objects.everywhere("of two held or shown").records_of(pair)).exclude(move__in=READING)


def _hold_both(pair: tuple[int, int], scoped) -> dict[int, Person]:
    """Both people, the lower number first; wholly, because their numbers may change."""
    held = scoped.filter(pk__in=pair).select_for_update(of=("self",)).order_by("pk")
    return {person.pk: person for person in held.select_related("county__parent", "township", "village")}


@transaction.atomic
def merge_people(
    *, by: Staff, kept: Person, gone: Person, seen: str, reason: str, taken: dict[str, str] | None = None, survivors: set[int] = frozenset()
) -> Merge:
    """Two records of one person become one. ``gone`` stays to be read, is nobody's work, and leads to ``kept``.

    ``taken`` says of particulars that differ whose count (kept or gone), ``survivors`` which of two equally far cases go on.
    Raises Refused: no reason, the same record twice, an open transfer, standing settlements or open stays of both, a record
    that was merged a moment ago; Stale when either changed since ``seen``.
    """
    if kept.pk == gone.pk:
        raise Refused("两边是同一份资料，请选另一份。")
    if not reason.strip():
        raise Refused("请写明合并的原因。", "reason")
    held = _hold_both((kept.pk, gone.pk), Person.objects.visible_to(by))
    _refuse_gone((kept, gone), held)
    kept, gone = held[kept.pk], held[gone.pk]
    if seen != seen_now(kept, gone):
        raise _stale((kept.pk, gone.pk), seen)
    list(Case.objects.everywhere("of two held people").filter(person__in=held).order_by("pk").select_for_update(of=("self",)))
    plan = plan_merge(kept, gone, taken=taken, survivors=survivors)
    if against := blocks(plan):
        raise Refused("".join(against))
    before = snapshot.rows_of(plan.pair)
    carry_out(plan)
    too_old = review_ages(kept)
    _remade(plan.pair)
    after = snapshot.rows_of(plan.pair)
    text = _words(plan, too_old)
    carried = snapshot.changed(before, after)
    event = tell(kept, "people_merged", text, by=by, reason=reason, detail={"gone": gone.pk})
    record("merged_away", by=by, subject=gone, county=gone.county, detail={"kept": kept.pk, **why(reason)})
    return Merge.objects.create(
        kept=kept, gone=gone, before=json.dumps(before, ensure_ascii=False), after=snapshot.digest(after), carried=carried, reason=reason,
        event=event, merged_at=clock.now(), merged_by=by,
    )  # fmt: skip


def _refuse_gone(pair: tuple[Person, Person], held: dict[int, Person]) -> None:
    """One of the two was merged while this page was open, or is not there for this member of staff."""
    for person in pair:
        if person.pk in held:
            continue
        last = Merge.objects.filter(gone=person, undone_at=None).select_related("merged_by", "kept").first()
        if last is None:
            raise Person.DoesNotExist
        raise Refused(f"{person.name}的这份资料刚刚由{last.merged_by.full_name}并入另一份资料，没有再合并。请打开保留的资料核对。")


def _stale(pair: tuple[int, int], seen: str) -> Stale:
    """Who did what to either since the page was opened: (time, what, who)."""
    since = seen.partition("-")[0]
    later = _told_of(pair).filter(pk__gt=int(since) if since.isdecimal() and len(since) < 16 else 0).order_by("pk")
    told = [(event.at, event.text, event.by_name) for event in later[:20]]
    return Stale(told[-1][2] if told else "别人", told)


def _remade(pair: tuple[int, int]) -> None:
    remake(pair)
    for voice in voices():
        voice.remake(pair)


def _words(plan: Plan, too_old: list[Case]) -> str:
    gone = plan.gone
    parts = [
        f"合并重复资料：{timezone.localtime(gone.created_at):%Y-%m-%d} 登记的另一份资料（{gone.name}，{gone.township.name}{gone.village.name}）并入"
    ]
    if plan.moved:
        parts.append("转来" + "、".join(str(case.disease) for case in plan.moved))
    if plan.folds:
        parts.append("、".join(str(fold.survivor.disease) for fold in plan.folds) + "合为一例")
    parts += [f"超过{case.disease}的年龄限制，须负责人确认" for case in too_old]
    return "；".join(parts)[:300]


def latest_merge(person: Person) -> Merge | None:
    """The last record that was merged into this one and still is."""
    return Merge.objects.filter(kept=person, undone_at=None).select_related("merged_by", "gone", "event").order_by("-pk").first()


def built_since(merge: Merge) -> str:
    """What was done to either record since they were merged, in words; empty while the merge can be undone."""
    pair = merge.kept_id, merge.gone_id
    now = snapshot.rows_of(pair)
    if snapshot.digest(now) == merge.after:
        return ""
    later = _told_of(pair).filter(pk__gt=merge.event_id).order_by("pk")
    if told := [f"{event.on} {event.by_name}：{event.text}" for event in later[: NAMED + 1]]:
        return "；".join(told[:NAMED]) + ("等" if len(told) > NAMED else "")
    untold = snapshot.changed(json.loads(merge.before.reveal()), now)  # What leaves no event: named by what kind of thing it is.
    kinds = [apps.get_model(label)._meta.verbose_name for label, rows in untold.items() if set(rows) - set(merge.carried.get(label, ()))]
    return f"{'、'.join(kinds) or '资料'}有变动"


@transaction.atomic
def undo_merge(*, by: Staff, merge: Merge, reason: str) -> Merge:
    """Both records stand again exactly as they were; only how often they were saved goes on growing. Both timelines tell it.

    Raises Refused: no reason, undone before, anything built on the merged record since (named).
    """
    if not reason.strip():
        raise Refused("请写明撤销的原因。", "reason")
    Person.objects.visible_to(by).get(pk=merge.kept_id)
    held = _hold_both((merge.kept_id, merge.gone_id), Person.objects.everywhere("the kept record is in sight; the other is put aside"))
    merge = Merge.objects.select_for_update(of=("self",)).select_related("event").get(pk=merge.pk)
    if merge.undone_at:
        raise Refused("这次合并已经撤销过。请刷新后再看。")
    if done := built_since(merge):
        raise Refused(f"合并之后又办过：{done}。不能再撤销，请在保留的资料上更正。")
    before, now = json.loads(merge.before.reveal()), snapshot.rows_of((merge.kept_id, merge.gone_id))
    snapshot.restore(before, now)
    pair = merge.kept_id, merge.gone_id
    if snapshot.rows_of(pair) != before:  # Better to stop than to leave two records that are nearly what they were.
        raise RuntimeError(f"merge {merge.pk} cannot be undone exactly")
    _remade(pair)
    for pk, other in (pair, pair[::-1]):
        person = Person.objects.everywhere("held, and restored in this transaction").select_related("county").get(pk=pk)
        words = f"撤销 {timezone.localtime(merge.merged_at):%Y-%m-%d} 的合并，两份资料恢复原样"
        tell(person, "merge_undone", words, by=by, reason=reason, detail={"other": held[other].pk})
    merge.undone_at, merge.undone_by, merge.undone_reason = clock.now(), by, reason
    merge.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    return merge
