"""Diseases and report groups as the city keeps them; what a changed age limit or group moves is derived anew in the same breath."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Max

from ledger.actions.data_changes import note_change
from ledger.actions.refusals import Refused
from ledger.icd10 import overlapping
from ledger.identity import age_on
from ledger.models import Case, DataChange, Disease, Division, Person, ReportGroup, Role, Staff
from ledger.models.division import Level
from ledger.open_days import first_open_day
from ledger.pinyin import dictionary
from ledger.standing import remake

KIND = "disease"
BATCH = 2000
WAIT = "有人正在办理这个病种的病例。请过一分钟再保存。"


@dataclass(frozen=True)
class DiseaseFacts:
    """What the page says about a disease. ``age_max``: the oldest age that is counted, None for no limit."""

    name: str
    short_name: str
    icd10_prefixes: list[str]
    age_max: int | None
    group: ReportGroup


@dataclass(frozen=True)
class GroupFacts:
    """A row of F1 and a column of F5, each with its place."""

    name: str
    f1_order: int
    f5_order: int
    f5_heading: str


def fingerprint(row: Disease | ReportGroup) -> str:
    """What a row says, in one word: whoever saves it must have seen it as it stands."""
    return hashlib.sha256(repr([getattr(row, field.attname) for field in row._meta.concrete_fields]).encode()).hexdigest()[:16]


def claimed_twice(prefixes: Sequence[str], *, except_pk: int | None = None) -> list[str]:
    """A sentence for every disease whose prefixes overlap these."""
    told = []
    for other in Disease.objects.exclude(pk=except_pk).order_by("position"):
        pairs = overlapping(prefixes, other.icd10_prefixes)
        if pairs:
            told.append(f"{pairs[0][0]} 和{other.name}的 {pairs[0][1]} 重叠")
    return told


def _keeper(by: Staff) -> None:
    """Only the city; and no county submits a month while its figures are being moved."""
    if by.role != Role.CITY:
        raise Refused("病种由市级维护。")
    first_open_day(Division.objects.filter(level=Level.PREFECTURE), hold=True)


def _check(facts: DiseaseFacts, overlap_known: bool, except_pk: int | None = None) -> None:
    others = Disease.objects.exclude(pk=except_pk)
    if facts.name[0] in "=+-@":
        raise Refused(f"病种以“{facts.name[0]}”开头，可能是公式。请改正。", "name")
    if others.filter(name=facts.name).exists():
        raise Refused(f"已有病种“{facts.name}”。请打开它修改，或换一个名称。", "name")
    twice = claimed_twice(facts.icd10_prefixes, except_pk=except_pk)
    if twice and not overlap_known:
        raise Refused("；".join(twice) + "。同一编码会属于两个病种。请改正；确实如此的，请勾选“编码可以重叠”。", "icd10_prefixes")


def check_disease(facts: DiseaseFacts, *, overlap_known: bool, disease: Disease | None = None, seen: str = "") -> None:
    """Raises Refused: a name that is taken, codes that another disease claims, a disease changed since it was opened."""
    if disease and seen != fingerprint(disease):
        raise _stale(f"{disease.name}")
    _check(facts, overlap_known, disease.pk if disease else None)


def _stale(what: str) -> Refused:
    last = DataChange.objects.filter(kind=KIND).select_related("by").first()
    return Refused(f"您打开之后，{last.by.full_name if last else '别人'}改过{what}。请看过现在的内容，再改。")


def _code_for(name: str) -> str:
    """A code of the disease's own for lists and addresses: its name in letters, with a number where that is taken."""
    letters = "".join(part for part in dictionary().lazy_pinyin(name) if part.isascii() and part.isalnum()).lower()[:32] or "disease"
    code, number = letters, 1
    while Disease.objects.filter(code=code).exists():
        number += 1
        code = f"{letters}-{number}"
    return code


@transaction.atomic
def add_disease(*, by: Staff, facts: DiseaseFacts, document: str, overlap_known: bool = False) -> Disease:
    """A disease that may stand on lists and on cases. Raises Refused (see check_disease)."""
    _keeper(by)
    _check(facts, overlap_known)
    position = (Disease.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            disease = Disease.objects.create(code=_code_for(facts.name), position=position, **vars(facts))
    except IntegrityError:  # Two officials added the same name in the same moment.
        raise Refused(f"已有病种“{facts.name}”。请打开它修改，或换一个名称。", "name") from None
    text = f"新增病种，ICD-10 {'、'.join(facts.icd10_prefixes)}，{_limit(facts.age_max)}，报表病种{facts.group}"
    note_change(by=by, kind=KIND, subject=facts.name, text=text, document=document)
    return disease


def _limit(age_max: int | None) -> str:
    return "不限年龄" if age_max is None else f"{age_max} 岁及以下"


def differences(disease: Disease, facts: DiseaseFacts) -> list[str]:
    """What saving would change, each as before → after."""
    pairs = [
        ("名称", disease.name, facts.name),
        ("列表用名", disease.short_name or "无", facts.short_name or "无"),
        ("ICD-10", "、".join(disease.icd10_prefixes), "、".join(facts.icd10_prefixes)),
        ("年龄限制", _limit(disease.age_max), _limit(facts.age_max)),
        ("报表病种", str(disease.group), str(facts.group)),
    ]
    return [f"{label}：{before} → {after}" for label, before, after in pairs if before != after]


@transaction.atomic
def change_disease(
    *, by: Staff, disease: Disease, seen: str, facts: DiseaseFacts, document: str, overlap_known: bool = False
) -> Disease:  # fmt: skip
    """Save a disease's particulars; a changed age limit or group derives its people's figures anew. Submitted months stay.

    Raises Refused: see check_disease; nothing changed; somebody is at work on one of its cases this moment.
    """
    _keeper(by)
    held = Disease.objects.select_for_update(of=("self",)).select_related("group").get(pk=disease.pk)
    check_disease(facts, overlap_known=overlap_known, disease=held, seen=seen)
    told = differences(held, facts)
    if not told:
        raise Refused("没有改动，不用保存。")
    moved = held.age_max != facts.age_max or held.group_id != facts.group.pk
    aged = held.age_max != facts.age_max
    name = held.name
    for field, value in vars(facts).items():
        setattr(held, field, value)
    held.save()
    if moved:
        _derive_anew(held, aged)
    note_change(by=by, kind=KIND, subject=name, text="；".join(told), document=document)
    return held


def _derive_anew(disease: Disease, aged: bool) -> None:
    """The standing rows of everybody with a case of the disease, in batches; their people are held first, none of them waited for."""
    everybody = Case.objects.everywhere("the figures of every case of one disease").filter(disease=disease, folded_into=None)
    people = list(everybody.order_by("person").values_list("person", flat=True).distinct())
    try:
        for start in range(0, len(people), BATCH):
            part = people[start : start + BATCH]
            held = Person.objects.everywhere("the people of one disease's cases").filter(pk__in=part).order_by("pk")
            list(held.select_for_update(of=("self",), no_key=True, nowait=True).values_list("pk"))
            if aged:
                _review_ages(disease, part)
            remake(part)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != "55P03":  # lock_not_available
            raise
        raise Refused(WAIT) from None


def _review_ages(disease: Disease, people: Iterable[int]) -> None:
    """Open cases for which the lead must now confirm the age, or no longer; a confirmation no longer needed is forgotten."""
    cases = Case.objects.everywhere("the people of one disease's cases").filter(disease=disease, folded_into=None, person__in=people)
    cases = cases.exclude(state="closed").exclude(registered_on=None).select_related("person")
    told: dict[bool, list[int]] = {True: [], False: []}
    for case in cases:
        needed = not disease.accepts_age(age_on(case.person.born_on, case.registered_on))
        if needed != case.age_confirmation_needed:
            told[needed].append(case.pk)
    for needed, pks in told.items():
        Case.objects.everywhere("as above").filter(pk__in=pks).update(age_confirmation_needed=needed, age_confirmed_by=None)


def _check_group(facts: GroupFacts, except_pk: int | None = None) -> None:
    if facts.name[0] in "=+-@" or facts.f5_heading[:1] in ("=", "+", "-", "@"):
        raise Refused("名称以“=+-@”开头，可能是公式。请改正。", "name")
    others = ReportGroup.objects.exclude(pk=except_pk)
    if others.filter(name=facts.name).exists():
        raise Refused(f"已有报表病种“{facts.name}”。请换一个名称。", "name")


@transaction.atomic
def add_group(*, by: Staff, facts: GroupFacts, document: str) -> ReportGroup:
    """A further row of F1 and column of F5. Raises Refused for a name that is taken."""
    _keeper(by)
    _check_group(facts)
    try:
        with transaction.atomic():
            group = ReportGroup.objects.create(**vars(facts))
    except IntegrityError:
        raise Refused(f"已有报表病种“{facts.name}”。请换一个名称。", "name") from None
    text = f"新增报表病种，F1 第 {facts.f1_order}，F5 第 {facts.f5_order}"
    note_change(by=by, kind=KIND, subject=f"报表病种 {facts.name}", text=text, document=document)
    return group


@transaction.atomic
def change_group(*, by: Staff, group: ReportGroup, seen: str, facts: GroupFacts, document: str) -> ReportGroup:
    """Another name or place in F1 and F5, from the next figures on. Raises Refused: a name that is taken, changed since it was opened."""
    _keeper(by)
    held = ReportGroup.objects.select_for_update().get(pk=group.pk)
    if seen != fingerprint(held):
        raise _stale(f"报表病种{held.name}")
    _check_group(facts, held.pk)
    labels = {"name": "名称", "f1_order": "F1 顺序", "f5_order": "F5 顺序", "f5_heading": "F5 列名"}
    told = [
        f"{label}：{getattr(held, field) or '无'} → {getattr(facts, field) or '无'}"
        for field, label in labels.items()
        if getattr(held, field) != getattr(facts, field)
    ]
    if not told:
        raise Refused("没有改动，不用保存。")
    name = held.name
    for field, value in vars(facts).items():
        setattr(held, field, value)
    held.save()
    note_change(by=by, kind=KIND, subject=f"报表病种 {name}", text="；".join(told), document=document)
    return held
