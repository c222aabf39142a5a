"""Dated categories, enrolment and cards: held, verified by their keeper, ended, and never twice at once."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger.actions.categories import (
    end_category,
    give_policy_card,
    hold_category,
    mark_out_of_poverty,
    record_enrolment,
    verify_category,
)
from ledger.actions.refusals import Refused
from ledger.models import Category, CategoryFact, Enrolment, Person, Standing

D = datetime.date
TODAY = D(2017, 10, 20)
NEW_YEAR = D(2017, 1, 1)


@pytest.fixture
def person(cast) -> Person:
    """On the ledger since 1 October, in no category."""
    return cast.register("韦桂兰", category=None, on=D(2017, 10, 1))


def hold(cast, person, category=Category.DIBAO, since=NEW_YEAR, by=None, **fields) -> CategoryFact:
    return hold_category(by=by or cast.clerk, person=person, category=category, since=since, basis="低保证", **fields)


def days(person: Person) -> list[tuple]:
    rows = Standing.objects.filter(person=person).order_by("during")
    return [(row.registered_poor, row.civil_verified, row.during.lower, row.during.upper) for row in rows]


def last(person: Person) -> str:
    return person.events.order_by("pk").last().text


def test_whoever_keeps_the_list_verifies_by_recording(cast, person):
    keepers = {
        Category.REGISTERED_POOR: cast.poverty, Category.DIBAO: cast.civil, Category.TEKUN: cast.civil, Category.ORPHAN: cast.civil,
        Category.DISABLED_POOR: cast.disabled,
    }  # fmt: skip
    for category, keeper in keepers.items():
        fact = hold(cast, person, category, by=keeper)
        assert (fact.verified_by, fact.verified_on, fact.recorded_by) == (keeper, TODAY, keeper)
    assert last(person) == "贫困残疾人自 2017-01-01 起，依据：低保证，已核实"


@pytest.mark.parametrize(
    ("category", "wrong", "message"),
    [
        (Category.REGISTERED_POOR, "civil", "建档立卡由扶贫部门核实，您不能核实。"),
        (Category.DIBAO, "poverty", "低保由民政部门核实，您不能核实。"),
        (Category.TEKUN, "clerk", "特困供养由民政部门核实，您不能核实。"),
        (Category.ORPHAN, "lead", "孤儿由民政部门核实，您不能核实。"),
        (Category.DISABLED_POOR, "civil", "贫困残疾人由残联部门核实，您不能核实。"),
    ],
)
def test_the_wrong_department_cannot_verify(cast, person, category, wrong, message):
    fact = hold(cast, person, category)
    with pytest.raises(Refused) as refused:
        verify_category(by=getattr(cast, wrong), fact=fact)
    assert refused.value.message == message
    assert CategoryFact.objects.get().verified_on is None


def test_a_category_counts_from_its_verification(cast, person):
    fact = hold(cast, person)
    assert (fact.verified_on, days(person)) == (None, [(False, False, D(2017, 10, 1), None)])
    fact = verify_category(by=cast.civil, fact=fact, basis="低保证 0017 号")
    assert (fact.verified_by, fact.verified_on, fact.basis, last(person)) == (cast.civil, TODAY, "低保证 0017 号", "核实低保")
    assert days(person) == [(False, False, D(2017, 10, 1), TODAY), (False, True, TODAY, None)]
    with pytest.raises(Refused, match="^低保已在 2017-10-20 核实过。$"):
        verify_category(by=cast.civil, fact=fact)


def test_registered_poor_counts_without_verification(cast, person):
    hold(cast, person, Category.REGISTERED_POOR, since=D(2017, 10, 5))
    assert days(person) == [(False, False, D(2017, 10, 1), D(2017, 10, 5)), (True, False, D(2017, 10, 5), None)]


@pytest.mark.parametrize(
    ("since", "until", "overlaps"),
    [
        ("2017-03-01", None, True),
        ("2017-03-31", "2017-05-01", True),
        ("2016-12-01", "2017-03-02", True),
        ("2017-03-10", "2017-03-20", True),
        ("2016-12-01", None, True),
        ("2017-04-01", None, False),
        ("2016-12-01", "2017-03-01", False),
    ],
)
def test_one_category_is_not_held_twice_at_once(cast, person, since, until, overlaps):
    since, until = D.fromisoformat(since), D.fromisoformat(until) if until else None
    hold(cast, person, since=D(2017, 3, 1), until=D(2017, 4, 1))
    hold(cast, person, Category.TEKUN, since=since, until=until)  # Another category may.
    if not overlaps:
        hold(cast, person, since=since, until=until)
        return
    with pytest.raises(Refused) as refused:
        hold(cast, person, since=since, until=until)
    assert refused.value.message == "低保在 2017-03-01 至 2017-03-31 已有记录，和这一段重叠。请改起始日期。"
    assert refused.value.field == "since"
    with pytest.raises(IntegrityError, match="category_held_once_at_a_time"), transaction.atomic():
        CategoryFact.objects.create(
            person=person, category=Category.DIBAO, during=DateRange(since, until), basis="x", recorded_by=cast.clerk
        )


@pytest.mark.parametrize(
    ("since", "until", "message", "field"),
    [
        (D(2017, 10, 21), None, "起始日期 2017-10-21 晚于今天，请改正。", "since"),
        (D(2017, 3, 1), D(2017, 3, 1), "终止日期 2017-03-01 不晚于起始日期 2017-03-01，请改其中一个。", "until"),
    ],
)
def test_impossible_days_are_refused(cast, person, since, until, message, field):
    with pytest.raises(Refused) as refused:
        hold(cast, person, since=since, until=until)
    assert (refused.value.message, refused.value.field) == (message, field)


def test_a_category_ends_with_a_reason(cast, person):
    fact = hold(cast, person, Category.REGISTERED_POOR)
    fact = end_category(by=cast.poverty, fact=fact, on=D(2017, 10, 15), reason="识别不准剔除")
    assert (fact.during, fact.ended_reason) == (DateRange(D(2017, 1, 1), D(2017, 10, 15)), "识别不准剔除")
    assert [fact.holds_on(day) for day in (D(2016, 12, 31), D(2017, 1, 1), D(2017, 10, 14), D(2017, 10, 15))] == [False, True, True, False]
    assert days(person) == [(True, False, D(2017, 10, 1), D(2017, 10, 15)), (False, False, D(2017, 10, 15), None)]
    with pytest.raises(Refused, match="^建档立卡已在 2017-10-14 终止。$"):
        end_category(by=cast.poverty, fact=fact, on=TODAY, reason="x")


@pytest.mark.parametrize(
    ("on", "message"),
    [
        (D(2017, 1, 1), "终止日期 2017-01-01 不晚于起始日期 2017-01-01，请改正。"),
        (D(2017, 10, 21), "终止日期 2017-10-21 晚于今天，请改正。"),
    ],
)
def test_an_impossible_end_is_refused(cast, person, on, message):
    with pytest.raises(Refused) as refused:
        end_category(by=cast.civil, fact=hold(cast, person), on=on, reason="x")
    assert (refused.value.message, refused.value.field) == (message, "on")


def test_out_of_poverty_holds_the_category(cast, person):
    fact = hold(cast, person, Category.REGISTERED_POOR)
    before = days(person)
    assert mark_out_of_poverty(by=cast.poverty, fact=fact, year=2016).out_of_poverty_year == 2016
    assert (last(person), days(person)) == ("2016 年脱贫，继续享受政策", before)
    for year in (2013, 2018):
        with pytest.raises(Refused, match="^脱贫年度要在 2014 至 2017 之间。$"):
            mark_out_of_poverty(by=cast.poverty, fact=fact, year=year)
    with pytest.raises(Refused, match="^只有建档立卡记脱贫年度。$"):
        mark_out_of_poverty(by=cast.poverty, fact=hold(cast, person), year=2016)


def test_verified_means_a_day_and_a_name(cast, person):
    fact = hold(cast, person)
    with pytest.raises(IntegrityError, match="verified_by_somebody"), transaction.atomic():
        CategoryFact.objects.filter(pk=fact.pk).update(verified_on=TODAY)


def test_enrolment_is_one_row_a_year(cast, person):
    record_enrolment(by=cast.insurance, person=person, year=2017, enrolled=False)
    record_enrolment(by=cast.insurance, person=person, year=2017, enrolled=True, plan="一档", pooling_area="柳州市")
    row = Enrolment.objects.get()
    assert (row.year, row.enrolled, row.plan, row.pooling_area, last(person)) == (2017, True, "一档", "柳州市", "2017 年参保一档")
    for year in (2002, 2019):
        with pytest.raises(Refused, match=f"^参保年度 {year} 不对，请填 2003 至 2018。$"):
            record_enrolment(by=cast.insurance, person=person, year=year, enrolled=True)


def test_a_household_holds_one_card(cast, person):
    card = give_policy_card(by=cast.clerk, person=person, since=D(2017, 9, 1), number="LZ-0001")
    assert (card.during, last(person)) == (DateRange(D(2017, 9, 1), None), "发放明白卡LZ-0001")
    for day, message in (
        (D(2017, 10, 1), "已有明白卡记录。"),
        (D(2017, 8, 1), "已有明白卡记录。"),
        (D(2017, 10, 21), "发卡日期 2017-10-21 晚于今天，请改正。"),
    ):
        with pytest.raises(Refused) as refused:
            give_policy_card(by=cast.clerk, person=person, since=day)
        assert (refused.value.message, refused.value.field) == (message, "since")
