"""What long work can be asked for: how one county's share is made, and how the file is drawn from all of them."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.actions.refusals import Refused
from ledger.models import Division, Staff
from reports.city_workbooks import period_name, period_workbook
from reports.consolidating import county_part, draw_month
from reports.forms.consolidation import CountyReturn
from reports.returns import first_of

MONTH, PERIOD = "city_month", "city_period"


@dataclass(frozen=True)
class Kind:
    """``part`` answers plain JSON for a county; ``draw`` takes the parts in the counties' order. Both may be done again at any time.

    Without ``part`` nothing is gained by sharing it out: one worker draws it in one go, for whoever asked.
    """

    part: Callable[[Division, dict], dict] | None
    draw: Callable[[Division, Staff, dict, Sequence[dict]], bytes]
    file_name: Callable[[Division, dict], str]
    title: Callable[[dict], str]


def _month_of(terms: dict) -> datetime.date:
    return first_of(terms["period"])


def _month_part(county: Division, terms: dict) -> dict:
    found = county_part(county, _month_of(terms))
    return {"payload": found.payload, "submitted": found.submitted}


def _month_drawn(prefecture: Division, by: Staff, terms: dict, parts: Sequence[dict]) -> bytes:
    return draw_month(prefecture, [CountyReturn(**part) for part in parts])


def _month_words(terms: dict) -> str:
    month = _month_of(terms)
    return f"{month.year}年{month.month}月大病专项救治汇总表"


def _period_drawn(prefecture: Division, by: Staff, terms: dict, parts: Sequence[dict]) -> bytes:
    if by.area_id != prefecture.pk:
        raise Refused(f"{by.full_name}已经不在{prefecture.name}任职，没有生成。")
    return period_workbook(by, terms["span"], _month_of(terms))


def period_words(terms: dict) -> str:
    """2017年第3季度（7月至9月）大病专项救治汇总表."""
    return f"{period_name(terms['span'], _month_of(terms)).replace(' ', '')}大病专项救治汇总表"


KINDS = {
    MONTH: Kind(
        _month_part,
        _month_drawn,
        lambda prefecture, terms: f"{prefecture.name}{_month_words(terms)}.xlsx",
        lambda terms: f"全市{_month_words(terms)}",
    ),
    PERIOD: Kind(
        None,
        _period_drawn,
        lambda prefecture, terms: f"{prefecture.name}{period_words(terms)}.xlsx",
        lambda terms: f"全市{period_words(terms)}",
    ),
}
