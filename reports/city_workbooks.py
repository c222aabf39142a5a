"""The consolidated workbook of a quarter or a year up to a month: what it needs is read here and drawn by the pure sheets."""

import datetime

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Staff
from reports.city_periods import MONTH, QUARTER, deferral_months, month_tables, months_of
from reports.due_making import months_on
from reports.forms.coverage import covered_diseases
from reports.models import Form
from reports.return_records import records_of
from reports.returns import health_unit
from reports.views.due_states import due_states
from reports.workbook.city_period import PeriodFacts, ReturnWord, draw_period


def period_name(span: str, last: datetime.date) -> str:
    """2017 年 10 月; 2017 年第 4 季度（10 月至 11 月）; 2017 年 1 月至 10 月."""
    months = months_of(span, last)
    if span == MONTH or len(months) == 1 and span != QUARTER:
        return f"{last.year} 年 {last.month} 月"
    stretch = f"{months[0].month} 月至 {last.month} 月" if len(months) > 1 else f"{last.month} 月"
    return f"{last.year} 年第 {(last.month + 2) // 3} 季度（{stretch}）" if span == QUARTER else f"{last.year} 年 {stretch}"


def period_workbook(by: Staff, span: str, last: datetime.date) -> bytes:
    """The workbook of the city's own prefecture. Raises Refused where nothing is owed for these months; NoCoverage."""
    prefecture, months = by.area, months_of(span, last)
    before = months_on(months[0], -1)
    found = month_tables(prefecture, [before, *months])
    tables = [table for table in found if table.month != before]
    if not tables:
        raise Refused(f"{period_name(span, last)}没有可以汇总的月报。请改选已经开始、有应报的月份。")
    facts = PeriodFacts(
        name=period_name(span, last),
        city=prefecture.name,
        unit=health_unit(prefecture, tables[-1].cut_off_on),
        diseases=len(covered_diseases(prefecture, tables[-1].cut_off_on)),
        tables=tables,
        before=found[0] if found[0].month == before else None,
        returns=_words(by, months),
        deferral=deferral_months(prefecture, months),
        now=clock.now(),
    )
    return draw_period(facts)


def _words(by: Staff, months: list[datetime.date]) -> list[ReturnWord]:
    """Every return of these months by its word and what the rates count of it, county by county and form by form."""
    states = due_states(by, months, group=tuple(Form.values))
    records = records_of([state.due for state in states])
    told = [
        ReturnWord(state.due.county, state.due.form, state.due.period, state.word, one) for state, one in zip(states, records, strict=True)
    ]
    return sorted(told, key=lambda one: (one.county.code, Form.values.index(one.form), one.period))
