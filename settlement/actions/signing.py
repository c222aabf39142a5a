"""示范参数签认: a city official answers for an assumed number with the local document that prints it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Staff
from settlement.actions.policies import hold_area
from settlement.engine.policy import Policy
from settlement.figures import Figure, assumed_figures
from settlement.models import PolicyVersion, SignOff, VersionState
from settlement.policy_printed import expected, kind_of, read_printed, said, typed_said
from settlement.rules import policy_of

Fault = tuple[str, str, str]


@dataclass(frozen=True)
class SignEntry:
    """One line as the official filled it in; ``printed`` as typed from the document."""

    key: str
    document: str
    clause: str
    printed: str


class NotSigned(Refused):
    """Nothing was signed; ``faults`` are (key, which input, sentence); ``differing`` where the document prints another number."""

    def __init__(self, faults: list[Fault], differing: bool):
        super().__init__(f"还没有签认，有 {len(faults)} 处要改。")
        self.faults, self.differing = faults, differing


class _Differs(ValueError):
    """The document prints another number than the policy has."""


@transaction.atomic
def sign_off(*, by: Staff, version: PolicyVersion, entries: Sequence[SignEntry]) -> list[SignOff]:
    """Sign for these numbers: the local document, its clause, and the number as it stands there, typed by hand.

    Only of a published version: a draft's text may still change under the signature, and states its documents itself.
    All or none; raises NotSigned with every fault.
    """
    hold_area(by, version.area)
    held = PolicyVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if held.state != VersionState.PUBLISHED:
        raise Refused("只有已发布的版本要签认。草稿请直接写明每个数的文号和条款。")
    policy = policy_of(held)
    unsigned = {figure.key: figure for figure in assumed_figures(policy)}
    known = {row.key: row for row in held.signoffs.select_related("signed_by")}
    faults: list[Fault] = []
    differing = False
    for entry in entries:
        if entry.key not in unsigned:
            faults.append((entry.key, "printed", _no_more(known.get(entry.key))))
            continue
        faults += _blank(entry)
        try:
            _compare(policy, unsigned[entry.key], entry.printed)
        except ValueError as error:
            differing = differing or isinstance(error, _Differs)
            faults.append((entry.key, "printed", str(error)))
    if faults:
        raise NotSigned(faults, differing)
    return [_sign(by, held, policy, unsigned[entry.key], entry) for entry in entries]


def _no_more(earlier: SignOff | None) -> str:
    return f"已由{earlier.signed_by.full_name}签认，不用再签。" if earlier else "不是示范参数，不用签认。"


def _blank(entry: SignEntry) -> Iterator[Fault]:
    for name, words in (("document", "地方文件的文号"), ("clause", "条款")):
        if not getattr(entry, name):
            yield entry.key, name, f"请写{words}。"


def _compare(policy: Policy, figure: Figure, printed: str) -> None:
    """Raises ValueError for what is no number, and for another number than the policy's."""
    kind = kind_of(figure)
    typed = read_printed(kind, printed)
    ours = expected(figure, policy)
    if typed != ours:
        raise _Differs(f"文件上是 {typed_said(kind, typed)}，本版是 {typed_said(kind, ours)}，不能签认。请复制为新版本，改成文件上的数。")


def _sign(by: Staff, version: PolicyVersion, policy: Policy, figure: Figure, entry: SignEntry) -> SignOff:
    row = SignOff.objects.create(
        version=version, key=figure.key, document=entry.document, clause=entry.clause, signed_at=clock.now(), signed_by=by
    )
    what = f"{figure.group} {figure.what}：{said(figure, policy)}，{entry.document} {entry.clause}"
    record(
        "number_signed", by=by, subject=version, detail={"code": version.code, "number": version.number, "key": figure.key, "what": what}
    )
    return row
