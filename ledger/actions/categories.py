"""Dated categories: recorded by whoever finds them, verified by whoever keeps the list, ended with a reason."""

import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from ledger import clock
from ledger.actions.history import tell
from ledger.actions.locking import hold_person
from ledger.actions.refusals import Refused
from ledger.models import Category, CategoryFact, Enrolment, Person, PolicyCard, Staff
from ledger.models.person import VERIFIER, manages
from ledger.standing import remake


def _hold_fact(fact: CategoryFact, by: Staff) -> CategoryFact:
    """The category as it stands now, held with its person, whom the actor must be allowed to see."""
    person = hold_person(fact.person, by)
    fact = CategoryFact.objects.select_for_update().get(pk=fact.pk, person=person)
    fact.person = person
    return fact


def _of_own_list(fact: CategoryFact, by: Staff, verb: str) -> None:
    if not manages(by.role, fact.category):
        raise Refused(f"{fact}由{VERIFIER[Category(fact.category)].label}部门管理，您不能{verb}。")


@transaction.atomic
def hold_category(
    *,
    by: Staff,
    person: Person,
    category: int,
    since: datetime.date,
    basis: str,
    until: datetime.date | None = None,
    out_of_poverty_year: int | None = None,
) -> CategoryFact:
    """Record that a person holds a category from a day (to the day before ``until``). Whoever keeps that list verifies it by recording it.

    Raises Refused when the same category already covers some of those days, or the days make no sense.
    """
    person, label = hold_person(person, by), Category(category).label
    if since > clock.today():
        raise Refused(f"起始日期 {since} 晚于今天，请改正。", "since")
    if until and until <= since:
        raise Refused(f"终止日期 {until} 不晚于起始日期 {since}，请改其中一个。", "until")
    during = DateRange(since, until)
    same = CategoryFact.objects.filter(person=person, category=category, during__overlap=during).first()
    if same:
        end = f"至 {same.during.upper - datetime.timedelta(days=1)}" if same.during.upper else "至今"
        raise Refused(f"{label}在 {same.during.lower} {end} 已有记录，和这一段重叠。请改起始日期。", "since")
    own = by.role == VERIFIER[Category(category)]
    fact = CategoryFact.objects.create(
        person=person, category=category, during=during, basis=basis, out_of_poverty_year=out_of_poverty_year, recorded_by=by,
        verified_by=by if own else None, verified_on=clock.today() if own else None, recorded_on=clock.today(),
    )  # fmt: skip
    tell(person, "category_held", f"{label}自 {since} 起，依据：{basis}" + ("，已核实" if own else ""), by=by)
    remake([person.pk])
    return fact


def check_verify_category(*, by: Staff, fact: CategoryFact) -> None:
    """What keeps a category from being verified: another department's list, or that it has been. Raises Refused."""
    if VERIFIER[Category(fact.category)] != by.role:
        raise Refused(f"{fact}由{VERIFIER[Category(fact.category)].label}部门核实，您不能核实。")
    if fact.verified_on:
        raise Refused(f"{fact}已在 {fact.verified_on} 核实过。")


@transaction.atomic
def verify_category(*, by: Staff, fact: CategoryFact, basis: str = "") -> CategoryFact:
    """The keeper of the list confirms a category; from that day it counts where verification is asked.

    Raises Refused for another department's category or one verified before.
    """
    fact = _hold_fact(fact, by)
    check_verify_category(by=by, fact=fact)
    fact.verified_by, fact.verified_on = by, clock.today()
    fact.basis = basis or fact.basis
    fact.save(update_fields=["verified_by", "verified_on", "basis"])
    tell(fact.person, "category_verified", f"核实{fact}", by=by)
    remake([fact.person_id])
    return fact


def check_end(*, by: Staff, fact: CategoryFact, on: datetime.date) -> None:
    """What keeps a category from ending on that day. Raises Refused."""
    _of_own_list(fact, by, "终止")
    if fact.during.upper:
        raise Refused(f"{fact}已在 {fact.during.upper - datetime.timedelta(days=1)} 终止。", "on")
    if on <= fact.during.lower:
        raise Refused(f"终止日期 {on} 不晚于起始日期 {fact.during.lower}，请改正。", "on")
    if on > clock.today():
        raise Refused(f"终止日期 {on} 晚于今天，请改正。", "on")


@transaction.atomic
def end_category(*, by: Staff, fact: CategoryFact, on: datetime.date, reason: str) -> CategoryFact:
    """A category no longer holds from ``on``. Raises Refused for a day outside it, or when it has ended already."""
    fact = _hold_fact(fact, by)
    check_end(by=by, fact=fact, on=on)
    fact.during, fact.ended_reason = DateRange(fact.during.lower, on), reason
    fact.save(update_fields=["during", "ended_reason"])
    tell(fact.person, "category_ended", f"{fact}自 {on} 起终止", by=by, on=on, reason=reason)
    remake([fact.person_id])
    return fact


@transaction.atomic
def mark_out_of_poverty(*, by: Staff, fact: CategoryFact, year: int) -> CategoryFact:
    """Out of poverty since a year: the 建档立卡 category goes on (脱贫不脱政策)."""
    fact = _hold_fact(fact, by)
    if fact.category != Category.REGISTERED_POOR:
        raise Refused("只有建档立卡记脱贫年度。", "year")
    _of_own_list(fact, by, "登记脱贫年度")
    if not 2014 <= year <= clock.today().year:
        raise Refused(f"脱贫年度要在 2014 至 {clock.today().year} 之间。", "year")
    fact.out_of_poverty_year = year
    fact.save(update_fields=["out_of_poverty_year"])
    tell(fact.person, "out_of_poverty", f"{year} 年脱贫，继续享受政策", by=by)
    return fact


@transaction.atomic
def record_enrolment(*, by: Staff, person: Person, year: int, enrolled: bool, plan: str = "", pooling_area: str = "") -> Enrolment:
    """Whether a person is enrolled in a year; entering the year again replaces what stood."""
    if not 2003 <= year <= clock.today().year + 1:
        raise Refused(f"参保年度 {year} 不对，请填 2003 至 {clock.today().year + 1}。", "year")
    person = hold_person(person, by)
    row, _ = Enrolment.objects.update_or_create(
        person=person, year=year, defaults={"enrolled": enrolled, "plan": plan, "pooling_area": pooling_area}
    )
    tell(person, "enrolled", f"{year} 年{'参保' + plan if enrolled else '未参保'}", by=by)
    return row


@transaction.atomic
def give_policy_card(*, by: Staff, person: Person, since: datetime.date, number: str = "") -> PolicyCard:
    """The household was given its 明白卡 on a day. Raises Refused when it holds one already."""
    if since > clock.today():
        raise Refused(f"发卡日期 {since} 晚于今天，请改正。", "since")
    person = hold_person(person, by)
    if person.policy_cards.filter(Q(during__contains=since) | Q(during__startswith__gte=since)).exists():
        raise Refused("已有明白卡记录。", "since")
    card = PolicyCard.objects.create(person=person, number=number, during=DateRange(since, None))
    tell(person, "card_given", f"发放明白卡{number}", by=by, on=since)
    return card
