"""What long work can be asked for: how one county's share is made, and how the file is drawn from all of them."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.models import Division
from reports.consolidating import county_part, draw_month
from reports.forms.consolidation import CountyReturn
from reports.returns import first_of

MONTH = "city_month"


@dataclass(frozen=True)
class Kind:
    """``part`` answers plain JSON for a county; ``draw`` takes the parts in the counties' order. Both may be done again at any time."""

    part: Callable[[Division, dict], dict]
    draw: Callable[[Division, dict, Sequence[dict]], bytes]
    file_name: Callable[[Division, dict], str]
    title: Callable[[dict], str]


def _month_of(terms: dict) -> datetime.date:
    return first_of(terms["period"])


def _month_part(county: Division, terms: dict) -> dict:
    found = county_part(county, _month_of(terms))
    return {"payload": found.payload, "submitted": found.submitted}


def _month_drawn(prefecture: Division, terms: dict, parts: Sequence[dict]) -> bytes:
    return draw_month(prefecture, [CountyReturn(**part) for part in parts])


def _month_words(terms: dict) -> str:
    month = _month_of(terms)
    return f"{month.year}年{month.month}月大病专项救治汇总表"


KINDS = {
    MONTH: Kind(
        _month_part,
        _month_drawn,
        lambda prefecture, terms: f"{prefecture.name}{_month_words(terms)}.xlsx",
        lambda terms: f"全市{_month_words(terms)}",
    ),
}
