"""One case in two records, as merging finds it."""

from ledger.models import Case
from tests.ledger.two_records import D


def twice(cast, **second) -> tuple[Case, Case]:
    """The cases of 莫秀英's two records, 白内障 both, registered on 1 and on 5 October."""
    kept = cast.register("莫秀英", on=D(2017, 10, 1), case={"diagnosis_hospital": "龙头镇卫生院"})
    gone = cast.register("莫秀英", on=D(2017, 10, 5), **second)
    return cast.case_of(kept), cast.case_of(gone)
