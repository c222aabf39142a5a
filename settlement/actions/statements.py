"""Drawing up statements, and the steps that each side takes on them."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from hospitals.models import Hospital
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Role, Staff
from settlement.models import Kind, Payer, Settlement, SettlementLine, Standing, Statement, StatementEntry, StatementEvent
from settlement.models.statement import PAYER_OF_ROLE
from settlement.statement_items import Item, Series, after, end_of, entry_of, items_of, key_of, rows_hash
from settlement.statement_states import BUREAU, HOSPITAL, MOVES, PAYER, PREPARED, PREPARERS, READER, Move, may

BUREAU_ROLES = {Role.CLERK, Role.LEAD}


def side_of(staff: Staff, statement: Statement | None = None) -> str:
    """On which side of a statement somebody stands; of any statement when none is given."""
    if staff.role == Role.LIAISON:
        return HOSPITAL
    if staff.role in PAYER_OF_ROLE and (statement is None or PAYER_OF_ROLE[staff.role] == statement.payer):
        return PAYER
    return BUREAU if staff.role in BUREAU_ROLES else READER


def hold_series(series: Series) -> None:
    """One at a time for everything between a hospital and its payers; settling goes on meanwhile."""
    Hospital.objects.select_for_update(no_key=True).get(pk=series.hospital_id)


def hold_statement(statement: Statement, by: Staff) -> Statement:
    """The statement as it stands now, its series held. Raises Statement.DoesNotExist for one the actor may not see."""
    seen = Statement.objects.visible_to(by).select_related("county", "hospital")
    hold_series(Series.of(seen.get(pk=statement.pk)))
    return seen.select_for_update(of=("self",)).get(pk=statement.pk)


def prepare_month(*, by: Staff, month: datetime.date) -> list[Statement]:
    """Draw up, or draw up again, every statement of a month within the actor's reach that nobody has confirmed.

    Answers those drawn up. Raises Refused for a month to come, and where there is nothing to draw up.
    """
    if side_of(by) not in PREPARERS:
        raise Refused("对账单由医院联络员或县卫健部门生成。")
    if month > clock.today():
        raise Refused(f"{month:%Y-%m} 还没有到，没有可以生成的对账单。", "month")
    made = [statement for series in _series_in_reach(by, month) if (statement := _prepare_series(by, series, month))]
    if not made:
        raise Refused(
            f"{month.year} 年 {month.month} 月没有要生成的对账单：没有应由医保、民政、财政支付的款项，或都已由医院确认。", "month"
        )
    return made


def _series_in_reach(by: Staff, month: datetime.date) -> list[Series]:
    """Whom the actor's settlements up to this month are owed by; what is no statement's business falls out later."""
    seen = Settlement.objects.visible_to(by).filter(settled_at__lt=end_of(month))
    lines = SettlementLine.objects.filter(settlement__in=seen.values("pk"), payer__in=Payer.values, amount_yuan__gt=0)
    rows = lines.order_by().values_list("payer", "settlement__county", "settlement__hospital").distinct()
    return sorted((Series(*row) for row in rows), key=lambda one: (one.hospital_id, one.county_id, one.payer))


@transaction.atomic
def _prepare_series(by: Staff, series: Series, month: datetime.date) -> Statement | None:
    hold_series(series)
    statement = series.statements().filter(month=month).first()
    if statement is not None and statement.is_frozen:
        return None
    items = items_of(series, month)
    if statement is None:
        if not items:
            return None
        statement = Statement.objects.create(
            payer=series.payer, county_id=series.county_id, hospital_id=series.hospital_id, month=month, prepared_at=clock.now(),
            prepared_by=by, changed_at=clock.now(),
        )  # fmt: skip
    return _fill(by, statement, items)


def _fill(by: Staff, statement: Statement, items: list[Item]) -> Statement:
    statement.entries.all().delete()
    StatementEntry.objects.bulk_create(entry_of(statement, position, item) for position, item in enumerate(items, start=1))
    statement.prepared_at = statement.changed_at = clock.now()
    statement.prepared_by = by
    statement.sample = any(item.line.settlement.sample for item in items)
    statement.save(update_fields=["prepared_at", "prepared_by", "changed_at", "sample"])
    _tell(by, statement, "prepare", "", rows=len(items))
    return statement


@transaction.atomic
def prepare_again(*, by: Staff, statement: Statement) -> Statement:
    """Rebuild the rows of a statement that the hospital has not confirmed."""
    held = hold_statement(statement, by)
    if side_of(by, held) not in PREPARERS:
        raise Refused("对账单由医院联络员或县卫健部门生成。")
    if held.is_frozen:
        raise Refused(f"对账单 {held.number} 已由医院确认，明细不再改动。要改，请先撤回确认。")
    return _fill(by, held, items_of(Series.of(held), held.month))


@transaction.atomic
def move_statement(
    *, by: Staff, statement: Statement, name: str, reason: str = "", paid_on: datetime.date | None = None, voucher: str = ""
) -> Statement:
    """Make one step of the table. Raises Refused where it is not this side's, not from this state, or something is missing."""
    held = hold_statement(statement, by)
    move = MOVES[name]
    if not may(side_of(by, held), held.state, name):
        raise Refused(f"对账单 {held.number} 现在是“{held.get_state_display()}”，不能{move.label}。请刷新后再看。")
    if move.backward and not reason.strip():
        raise Refused(f"请写明{move.label}的原因。", "reason")
    _before_step(held, name, paid_on, voucher)
    held.state, held.changed_at = move.after, clock.now()
    if name == "pay":
        held.paid_on, held.voucher = paid_on, voucher.strip()
    if name == "confirm":
        held.rows_hash = rows_hash(held, held.entries.all())
    elif move.after == PREPARED:
        held.rows_hash = ""
    held.save(update_fields=["state", "changed_at", "paid_on", "voucher", "rows_hash"])
    _tell(by, held, name, reason.strip())
    return held


def _before_step(statement: Statement, name: str, paid_on: datetime.date | None, voucher: str) -> None:
    """What must hold before a step, beyond the table."""
    if name == "confirm":
        _may_be_confirmed(statement)
    elif MOVES[name].after == PREPARED:
        _may_be_reopened(statement, MOVES[name])
    elif name == "pay":
        if not voucher.strip():
            raise Refused("请填写支付凭证号。", "voucher")
        if paid_on is None or paid_on > clock.today():
            raise Refused("支付日期不能晚于今天，请改正。", "paid_on")
        if paid_on < after(statement.month):
            raise Refused(f"支付日期不能早于 {after(statement.month)}：{statement.month.month} 月结束后才对账支付。", "paid_on")
    elif name == "accept" and _hash_of(statement) != statement.rows_hash:
        raise Refused(f"对账单 {statement.number} 的明细与医院确认时不一致，不能确认。请联系市级卫健部门核查。")


def _hash_of(statement: Statement) -> str:
    return rows_hash(statement, statement.entries.all())


def _may_be_confirmed(statement: Statement) -> None:
    entries = list(statement.entries.all())
    if clock.today() < after(statement.month):
        raise Refused(f"{statement.month.month} 月还没有结束，{after(statement.month)} 起才能确认。")
    if sorted(map(key_of, entries), key=str) != sorted((item.key for item in items_of(Series.of(statement), statement.month)), key=str):
        raise Refused("明细生成之后又有结算、冲销或争议处理。请先重新生成，看过再确认。")
    if not entries:
        raise Refused("这张对账单没有款项，不用确认。")


def _may_be_reopened(statement: Statement, move: Move) -> None:
    """Rows that are in dispute, or that a later statement rests on, hold a statement where it is."""
    entries = statement.entries.all()
    if entries.exclude(standing=Standing.PAYABLE).exists():
        raise Refused(f"有款项在争议中，或已按争议处理，不能{move.label}。请支付方先把争议款放回本期。")
    lines = entries.filter(kind=Kind.CHARGE).values("line")
    later = (
        StatementEntry.objects.filter(kind=Kind.REVERSAL, line__in=lines).exclude(statement=statement).select_related("statement").first()
    )
    if later is not None:
        raise Refused(f"其中的结算 {later.number} 已在 {later.statement.month:%Y-%m} 的对账单中冲减，不能{move.label}。")


def _tell(by: Staff, statement: Statement, name: str, reason: str, **detail) -> None:
    StatementEvent.objects.create(
        statement=statement, move=name, at=clock.now(), by=by, by_name=by.full_name, unit=by.unit_on(clock.today()), reason=reason
    )
    told = {"statement": statement.number, **detail} | ({"reason": reason} if reason else {})
    record(f"statement_{name}", by=by, subject=statement, county=statement.county, detail=told)


def totals(entries: Iterable[StatementEntry]) -> dict:
    """What a statement comes to: by layer, what is payable and how much stands where. Keys of ``standings`` are Standing's."""
    entries = list(entries)
    layers: dict[str, dict] = {}
    standings = dict.fromkeys(Standing.values, 0)
    for entry in entries:
        row = layers.setdefault(entry.layer, {"title": entry.title, "count": 0, "charged": 0, "reversed": 0, "aside": 0, "payable": 0})
        row["count"] += 1
        row["charged" if entry.kind == Kind.CHARGE else "reversed"] += entry.amount_yuan
        row["payable" if entry.standing == Standing.PAYABLE else "aside"] += entry.amount_yuan
        standings[entry.standing] += entry.amount_yuan
    keys = ("count", "charged", "reversed", "aside", "payable")
    return {"layers": list(layers.values()), "standings": standings, "all": {key: sum(row[key] for row in layers.values()) for key in keys}}
