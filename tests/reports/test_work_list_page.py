"""The work list as a whole: the longest waiting first, its numbers, its page, nothing of another county."""

import pytest

from ledger.actions.assigning import assign_case
from ledger.models import Category
from reports.work_kinds import BY_CODE
from reports.work_lists import pieces, waiting
from settlement.actions.loading import load_shipped
from tests.ledger.desks import client_of
from tests.reports.work_stories import LIST, D, day, in_hospital, leave, listed, one_planned_one_discharged

pytestmark = pytest.mark.django_db


# ---- the list ----


def test_a_long_list_is_gone_through_without_losing_anybody(cast):
    for number in range(7):
        cast.register(f"甲{number}", on=day(16 if number % 2 else 12))
    kind, seen, after = BY_CODE["registered"], [], ""
    while True:
        shown, after = pieces(kind, cast.clerk, number=3, after=after)
        seen += [one.person.name for one in shown]
        if not after:
            break
    assert seen == ["甲0", "甲2", "甲4", "甲6", "甲1", "甲3", "甲5"]
    for strange in ("mist", "2017-10-12", "2017-10-12.", "2017-13-12.1", ".5", "2017-10-12.٣x"):
        assert len(pieces(kind, cast.clerk, after=strange)[0]) == 7


def test_ones_own_work(cast):
    mine, other = (cast.case_of(cast.register(name, on=day(12))) for name in ("我的", "负责人的"))
    assign_case(by=cast.lead, case=other, to=cast.lead)
    cast.register("乡镇的", by=cast.township, on=day(12))
    cast.register("陈小月", born_on=D(2017, 5, 1), id_absent_reason="婴儿未上户", disease="vsd")
    assert mine.assigned_to == cast.clerk
    assert [row[0] for row in listed("registered", cast.clerk, mine=True)] == ["我的", "陈小月"]
    assert [row[0] for row in listed("infant", cast.clerk, mine=True)] == ["陈小月"]
    assert listed("infant", cast.lead, mine=True) == []
    assert {one.kind.code: one.number for one in waiting(cast.clerk, mine=True) if one.number} == {"registered": 2, "infant": 1}


def test_the_numbers_are_the_lists(cast, dues):
    """What the one query counts is what the lists hold, for every role."""
    one_planned_one_discharged(cast)
    cast.register("陈小月", born_on=D(2017, 5, 1), id_absent_reason="婴儿未上户", disease="vsd", on=day(3))
    cast.register("莫秀英", found_only=True, by=cast.civil, category=Category.TEKUN)
    for staff in (cast.clerk, cast.lead, cast.township, cast.civil, cast.poverty, cast.disabled, cast.liaison, cast.city):
        for one in waiting(staff):
            shown = pieces(one.kind, staff)[0]
            assert (len(shown), sum(piece.late for piece in shown)) == (one.number, one.late), (staff, one.kind.code)
            assert (shown[0].since if shown else None) == one.oldest


def test_all_kinds_are_counted_in_one_query(cast, django_assert_num_queries):
    cast.register("韦桂兰")
    for staff in (cast.lead, cast.township, cast.civil):
        with django_assert_num_queries(1):
            waiting(staff)


# ---- the page ----


def test_the_page_shows_each_kind_and_leads_on(cast):
    person = cast.register("石小禾", on=day(16))
    client = client_of(cast.clerk)
    page = client.get(LIST).content.decode()
    assert "等我办理 1 件" in page and '<b class="warn">4 天</b>' in page and "期限 3 天" in page and "覃玉芳" in page
    assert f'<a href="/ledger/people/{person.pk}/" aria-label="去核实：石小禾">去核实</a>' in page
    assert 'href="?kind=registered"' in page and '<a href="/work/" aria-current="page">待办清单<span>1</span></a>' in page
    assert "待办清单<span>1</span>" in client.get("/").content.decode()
    assert "待办清单<span>" not in client.get("/ledger/").content.decode()  # Elsewhere it would be added up for nothing.
    assert client.get(LIST, {"kind": "registered"}).context["chosen"].kind.code == "registered"
    assert "您经办的病例里，今天没有等着办理的事。" in client_of(cast.lead).get(LIST, {"mine": "1"}).content.decode()
    assert "没有这样的事等着办理。" in client.get(LIST, {"kind": "returned"}).content.decode()
    assert client.get(LIST, {"kind": "age"}).context["chosen"] is None  # The lead's.


def test_the_town_reads_that_it_waits_for_the_county(cast):
    cast.register("石小禾", on=day(16))
    page = client_of(cast.township).get(LIST).content.decode()
    assert "等我办理 0 件" in page and "等县里核实" in page and "去核实" not in page


def test_no_other_countys_people(cast):
    cast.register("外县的", village=cast.village2, on=day(2))
    for role in ("clerk", "lead", "township", "civil", "poverty", "disabled", "liaison", "insurance"):
        answer = client_of(getattr(cast, role)).get(LIST)
        assert answer.status_code == 200 and "外县的" not in answer.content.decode()
    assert client_of(cast.finance).get(LIST).status_code == 404


@pytest.mark.parametrize("role", ["lead", "township", "civil", "liaison", "city"])
def test_more_work_asks_no_more_queries(cast, role, django_assert_max_num_queries):
    def more(serial: int) -> None:
        cast.register(f"甲{serial}", on=day(2))
        cast.register(f"乙{serial}", category=Category.TEKUN, since=D(2016, 1, 1), found_only=True, by=cast.civil)
        cast.register(f"丙{serial}", born_on=D(2017, 5, 1), id_absent_reason="婴儿未上户", disease="vsd")
        leave(cast, in_hospital(cast, f"丁{serial}", day(2)), day(12))

    load_shipped({})
    more(0)
    client = client_of(getattr(cast, role))
    client.get(LIST)
    with django_assert_max_num_queries(40) as few:
        client.get(LIST)
    for serial in range(1, 5):
        more(serial)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(LIST)
