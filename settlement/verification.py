"""Every settlement that was ever made, computed again and added up: proof that what is stored is what the policies give."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import attrgetter

from django.db import connection, transaction

from settlement.engine.chain import Chain
from settlement.figures import assumed_figures
from settlement.models import PersonYear, PolicyVersion, RequestKey, Settlement, SettlementLine, SignOff
from settlement.money import to_fen
from settlement.recount import Kept, KeptLine, Sums, added, nonzero, row_faults
from settlement.rules import TextChanged, chain_of

AT_ONCE = 2_000  # Settlements fetched together.
FIELDS = (
    "pk", "person_year_id", "person_id", "version_id", "disease__code", "admitted_on", "discharged_on", "settled_at", "inputs",
    "year_before", "total_yuan", "in_policy_yuan", "limit_yuan", "self_pay_yuan", "self_pay_in_policy_yuan", "sample", "stands",
    "person_year__year", "person_year__person_id", "person_year__state",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """``subject`` is a settlement's number, a person's year or a policy version; ``sentence`` says what differs there."""

    subject: str
    sentence: str


@dataclass
class Verified:
    """How much was looked at; the differences are told as they are met."""

    settlements: int = 0
    years: int = 0
    versions: set[int] = field(default_factory=set)


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read inside is read as of one moment, so that bills settled meanwhile make no difference."""
    first = not connection.in_atomic_block
    with transaction.atomic():
        if first:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


class Rulebook:
    """Each version's chain with the sign-offs of a moment; every one is made once."""

    def __init__(self) -> None:
        self.versions = PolicyVersion.objects.in_bulk()
        self._signed: dict[int, list] = defaultdict(list)
        for version, at in SignOff.objects.order_by("signed_at").values_list("version_id", "signed_at"):
            self._signed[version].append(at)
        self._chains: dict[tuple[int, int], tuple[Chain, bool] | None] = {}

    def chain(self, version: int, at) -> tuple[Chain, bool] | None:
        """The chain, and whether it still had assumed numbers; None when the version's text is not the published one."""
        key = (version, bisect_right(self._signed[version], at))
        if key not in self._chains:
            try:
                chain = chain_of(self.versions[version], until=at)
                self._chains[key] = chain, bool(assumed_figures(chain.policy))
            except TextChanged:
                self._chains[key] = None
        return self._chains[key]


def verify(verified: Verified) -> Iterator[Difference]:
    """Compute everything again; yields each difference. Call within ``one_moment``."""
    rules = Rulebook()
    changed: set[int] = set()
    for rows in _by_year(_kept()):
        verified.years += 1
        for row in rows:
            verified.settlements += 1
            verified.versions.add(row.version_id)
            found = rules.chain(row.version_id, row.settled_at)
            if found is None:
                changed.add(row.version_id)
                continue
            for sentence in row_faults(row, *found):
                yield Difference(row.number, sentence)
        yield from _year_faults(rows)
    yield from _empty_years()
    for version in sorted(changed):
        yield Difference(str(rules.versions[version]), "全文的 SHA-256 与发布时不符，按它结算的账单不能重算")


def _kept() -> Iterator[Kept]:
    """All settlements, person's year by person's year, each with its lines; in the order in which they were made."""
    rows = Settlement.objects.everywhere("every settlement is computed again").order_by("person_year_id", "pk").values_list(*FIELDS)
    rows = rows.iterator(chunk_size=AT_ONCE)
    while chunk := list(islice(rows, AT_ONCE)):
        numbers = [row[0] for row in chunk]
        lines: dict[int, list[KeptLine]] = defaultdict(list)
        wanted = SettlementLine.objects.filter(settlement_id__in=numbers).order_by("settlement_id", "position")
        for settlement, layer, title, payer, applies, base, amount in wanted.values_list(
            "settlement_id", "layer", "title", "payer", "applies", "base_yuan", "amount_yuan"
        ):
            lines[settlement].append(KeptLine(layer, title, payer, applies, to_fen(base), to_fen(amount)))
        made = dict(RequestKey.objects.filter(settlement_id__in=numbers).values_list("settlement_id", "pk"))
        undone = dict(RequestKey.objects.filter(reversal__settlement_id__in=numbers).values_list("reversal__settlement_id", "pk"))
        for row in chunk:
            yield Kept(*row, lines=tuple(lines[row[0]]), made=made.get(row[0]), undone=undone.get(row[0]))


def _by_year(rows: Iterator[Kept]) -> Iterator[list[Kept]]:
    for _, of_year in groupby(rows, attrgetter("person_year_id")):
        yield list(of_year)


def _year_faults(rows: list[Kept]) -> Iterator[Difference]:
    """Each settlement stands on what those before it left, and the year's state is the sum of the lines that stand.

    Before means: carried out before. The requests' rows tell it, for each is written while the year is held; the clock may be set back.
    """
    year = rows[0]
    running: Sums = {}
    for _, row, sign in sorted(_events(rows), key=lambda event: event[0]):
        if sign > 0 and (before := nonzero(row.year_before)) != nonzero(running):
            yield Difference(row.number, f"结算前年内累计存为 {before}，按此前各笔应为 {nonzero(running)}（基数、支付，单位分）")
        running = added(running, row.lines, sign)
    for row in rows:
        if row.made is None:
            yield Difference(row.number, "没有留下请求号，不知道它是第几笔")
        if row.stands != (row.undone is None):
            yield Difference(row.number, "标为有效，却有冲销" if row.stands else "标为已冲销，却没有冲销记录")
        if (row.person_id, row.discharged_on.year) != (row.year_person_id, row.year):
            yield Difference(row.number, f"记在别的患者年度（{row.person_year_id}）之下")
    standing: Sums = {}
    for row in rows:
        if row.stands:
            standing = added(standing, row.lines, 1)
    if nonzero(year.year_state) != nonzero(standing):
        said = f"年内累计存为 {nonzero(year.year_state)}，有效各笔之和是 {nonzero(standing)}（基数、支付，单位分）"
        yield Difference(f"患者年度 {year.person_year_id}（{year.year}）", said)


def _events(rows: list[Kept]) -> Iterator[tuple[int, Kept, int]]:
    for row in rows:
        if row.made is not None:
            yield row.made, row, 1
        if row.undone is not None:
            yield row.undone, row, -1


def _empty_years() -> Iterator[Difference]:
    for year in PersonYear.objects.filter(settlements=None).exclude(state={}):
        yield Difference(f"患者年度 {year.pk}（{year.year}）", f"没有结算，却有年内累计 {year.state}")
