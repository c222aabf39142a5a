"""What became of each due, read in two queries whatever their number: the ground of the three rates."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence

from reports.cells import differences
from reports.models import Due, Submission
from reports.quality_of_returns import Record, cells_in
from reports.returns import payload_of

# A frozen return never changes, so that two of them differ in as many cells for ever: by their hashes.
_COUNTED: OrderedDict[tuple[str, str], int] = OrderedDict()
_KEPT = 10_000


def records_of(dues: Sequence[Due]) -> list[Record]:
    """The dues as records, in their order; whoever asks may see them."""
    sent: dict[int, list[Submission]] = defaultdict(list)
    kept = Submission.objects.everywhere("the returns of dues that whoever asks may see").filter(due__in=[due.pk for due in dues])
    kept = kept.exclude(submitted_at=None).only("due", "revision", "submitted_at", "received_at", "figures", "rows_hash")
    for one in kept.order_by("due", "revision"):
        sent[one.due_id].append(one)
    corrected = _corrected(revisions for revisions in sent.values() if len(revisions) > 1)
    return [_record(due, sent.get(due.pk, []), corrected.get(due.pk, 0)) for due in dues]


def _record(due: Due, revisions: list[Submission], corrected: int) -> Record:
    received = [one.received_at for one in revisions if one.received_at]
    return Record(
        due=due.pk,
        county=due.county_id,
        form=due.form,
        period=due.period,
        closes_at=due.closes_at,
        extended=due.extended_until is not None,
        first_at=revisions[0].submitted_at if revisions else None,
        received_at=min(received, default=None),
        cells=cells_in(due.form, revisions[0].figures) if revisions else 0,
        corrected=corrected,
        revisions=len(revisions),
    )


def _corrected(of_dues: Iterable[list[Submission]]) -> dict[int, int]:
    """Due → how many cells its latest submission says otherwise than its first; sealed contents are read once in a process's life."""
    pairs = {revisions[0].due_id: (revisions[0], revisions[-1]) for revisions in of_dues}
    unknown = [pair for pair in pairs.values() if (pair[0].rows_hash, pair[1].rows_hash) not in _COUNTED]
    if unknown:
        ids = [one.pk for pair in unknown for one in pair]
        rows = Submission.objects.everywhere("the returns of dues that whoever asks may see").filter(pk__in=ids).only("payload", "due")
        full = {one.pk: one for one in rows}
        for first, last in unknown:
            told = differences(payload_of(full[first.pk]), payload_of(full[last.pk]))
            _COUNTED[first.rows_hash, last.rows_hash] = len(told)
        while len(_COUNTED) > _KEPT:
            _COUNTED.popitem(last=False)
    return {due: _COUNTED[first.rows_hash, last.rows_hash] for due, (first, last) in pairs.items()}
