"""与已上报数据的差异: what was submitted stays; what would be another today is shown cell by cell, with who came, who went and why."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hospitals.models import Deposit
from ledger.actions.cases import complete_case
from ledger.actions.categories import end_category
from ledger.actions.homes import move_house
from ledger.models import AuditEvent, Case, Person
from reports.actions import rebuild_drafts, return_it
from reports.models import DEFERRAL
from reports.returns import payload_of
from reports.since_submitted import carried_by, differing_cells, since_submitted
from tests.cast import on_day
from tests.handing_in import hand_in
from tests.ledger.desks import client_of
from tests.reports.conftest import day
from tests.reports.deferral_stories import deposit_of, rule, september, stay_of

pytestmark = pytest.mark.django_db
SEPTEMBER, OCTOBER, NOVEMBER = day("09-01"), day("10-01"), day("11-01")
LATER = day("10-21")


def page(staff, period=SEPTEMBER, kind: str = "months"):
    return client_of(staff).get(reverse("reports:return-differences", args=[kind, period, "450222"]))


@pytest.fixture
def people(cast, ledger, dues) -> dict[str, Person]:
    found = {name: ledger.person(name, ("cataract", "06-01")) for name in ("韦桂兰", "覃月英", "周老三", "罗凤英")}
    Case.objects.everywhere("set-up").update(state="in_treatment", hospital_code="450222-1")
    return found


@pytest.fixture
def moved(cast, people) -> dict[str, Person]:
    """September was submitted; on the day after somebody tells a completion, a move and the end of a category of then."""
    hand_in(cast.county, SEPTEMBER, ["F1", "F2"])
    with on_day(LATER):
        complete_case(by=cast.clerk, case=people["韦桂兰"].cases.get(), on=day("09-20"))
        move_house(by=cast.clerk, person=people["覃月英"], village=cast.village2, address="2 组", on=day("09-11"), reason="女儿家")
        end_category(by=cast.poverty, fact=people["周老三"].categories.get(), on=day("09-10"), reason="户主已有工作")
    return people


def test_as_long_as_the_ledger_says_the_same_nothing_differs(cast, people):
    assert (differing_cells(cast.county, SEPTEMBER), since_submitted(cast.county, SEPTEMBER)) == (0, [])
    hand_in(cast.county, SEPTEMBER, ["F1", "F2"])
    Person.objects.everywhere("set-up").filter(pk=people["韦桂兰"].pk).update(name="韦桂花")  # A name put right is no difference.
    assert differing_cells(cast.county, SEPTEMBER) == 0
    shown = page(cast.clerk)
    assert [(block.form, block.cells) for block in shown.context["blocks"]] == [("F1", []), ("F2", [])]
    assert "与现在的台账一致。" in shown.content.decode() and "韦桂花" not in shown.content.decode()
    assert not AuditEvent.objects.filter(action="viewed_list", detail__what="与已上报数据的差异").exists()


def test_every_cell_that_would_be_another_with_who_and_why(cast, moved):
    with on_day(LATER):
        shown = page(cast.lead)
    block = shown.context["blocks"][0]
    assert [(cell.row, cell.column, cell.was, cell.now, cell.by, cell.came, cell.went) for cell in block.cells] == [
        ("白内障", "总数", "4", "2", "−2", 0, 2),
        ("白内障", "累计救治数", "0", "1", "+1", 1, 0),
        ("白内障", "本季度完成救治数", "0", "1", "+1", 1, 0),
        ("白内障", "未完成救治数", "4", "1", "−3", 0, 3),
        ("合计", "总数", "4", "2", "−2", 0, 2),
        ("合计", "累计救治数", "0", "1", "+1", 1, 0),
        ("合计", "本季度完成救治数", "0", "1", "+1", 1, 0),
        ("合计", "未完成救治数", "4", "1", "−3", 0, 3),
        ("未列入两类的人", "人数", "0", "1", "+1", 1, 0),
        ("救治病人名单", "人数", "0", "1", "+1", 1, 0),
    ]
    told = {one.shown.name: (one.words, [event.text for event in one.reasons]) for one in shown.context["movers"]}
    assert told == {
        "韦桂兰": (["F1：增加到白内障累计救治数、白内障本季度完成救治数；退出白内障未完成救治数"], ["白内障完成治疗"]),
        "覃月英": (["F1：退出白内障总数、白内障未完成救治数"], ["2017-09-11 起搬到鹿寨县中渡镇大兆村"]),
        "周老三": (
            ["F1：退出白内障总数、白内障未完成救治数；增加到未列入两类的人"],
            ["建档立卡自 2017-09-10 起终止"],
        ),
    }
    assert {one.shown.name: bool(one.shown.opens) for one in shown.context["movers"]} == {"韦桂兰": True, "覃月英": False, "周老三": True}
    text = shown.content.decode()
    assert "有 10 格不同。上报的数字不再变动，这些差异随下一期补报。" in text and "女儿家" in text
    assert moved["韦桂兰"].id_number.reveal() not in text
    row = AuditEvent.objects.get(action="viewed_list", detail__what="与已上报数据的差异")
    assert (row.staff, row.county_code, row.detail["people"]) == (cast.lead, "450222", 3)


def test_the_tab_says_how_many_cells_and_the_return_stays(cast, moved):
    assert differing_cells(cast.county, SEPTEMBER) == 10
    shown = client_of(cast.clerk).get(reverse("reports:month", args=[SEPTEMBER, "450222"])).content.decode()
    assert (
        "与已上报数据的差异<span>10</span>" in shown and shown.count(">4</a>") == 4
    )  # As it was submitted: 总数 and 未完成, in both rows.


def test_what_the_next_month_tells_is_shown_before_it_is_submitted_and_then_as_told(cast, moved):
    with on_day(LATER):
        rebuild_drafts(cast.county, OCTOBER, cast.clerk)
        assert differing_cells(cast.county, OCTOBER) == 10
        shown = page(cast.clerk, OCTOBER)
        assert [(block.title, len(block.cells)) for block in shown.context["blocks"]] == [("F1 2017 年 9 月", 10)]
        assert "印在本期表下补报" in shown.content.decode() and len(shown.context["movers"]) == 3
        month = client_of(cast.clerk).get(reverse("reports:month", args=[OCTOBER, "450222"])).content.decode()
        assert "补报 2017 年 9 月（统计截止日期 2017-09-23）：白内障总数 4 改为 2（−2）" in month
        hand_in(cast.county, OCTOBER, ["F2"])
        assert differing_cells(cast.county, OCTOBER) == 10  # F1 has still to tell it.
        assert [block.title for block in page(cast.clerk, OCTOBER).context["blocks"]] == ["F2", "F1 2017 年 9 月"]
        hand_in(cast.county, OCTOBER, ["F1"])
        assert differing_cells(cast.county, OCTOBER) == 0
        (f1, _) = since_submitted(cast.county, SEPTEMBER)
        assert (carried_by(f1).periods, carried_by(f1).whole) == ([OCTOBER], True)
        assert "这些差异已随 2017 年 10 月补报。" in page(cast.clerk).content.decode()
        end_category(by=cast.poverty, fact=moved["罗凤英"].categories.get(), on=day("09-12"), reason="户主已有工作")
        assert "这些差异一部分已随 2017 年 10 月补报，其余随下一期补报。" in page(cast.clerk).content.decode()


def test_the_heading_says_up_to_which_day_both_sides_count_also_during_a_correction(cast, people):
    hand_in(cast.county, OCTOBER, ["F1", "F2"])  # On the 20th, before the cut-off.
    f1 = page(cast.clerk, OCTOBER).context["blocks"][0]
    assert (f1.heading, f1.correcting) == ("F1　上报时和现在，都算到统计截止日期 2017-10-20", "")
    return_it(by=cast.city, submission=since_submitted(cast.county, OCTOBER)[0].kept, reason="请核对", remarks=[])
    with on_day(day("10-22")):
        f1 = page(cast.clerk, OCTOBER).context["blocks"][0]
        assert f1.heading == "F1 正在更正：以下仍按原来上报的统计截止日期 2017-10-20 比"
        assert f1.correcting == "还没有生成更正草稿。更正草稿按生成那一天的台账重新算。"
        rebuild_drafts(cast.county, OCTOBER, cast.clerk)
        shown = page(cast.clerk, OCTOBER)
        said = "更正草稿算到 2017-10-22，比这里多算 2 天；要重新上报的数字以草稿为准，逐格改了什么看“经过”。"
        assert shown.context["blocks"][0].correcting == said
        html = shown.content.decode()
        assert (
            "<h2>F1 正在更正：以下仍按原来上报的统计截止日期 2017-10-20 比</h2>" in html
            and f'<p class="notice warn mt-form">{said}</p>' in html
        )
        assert shown.context["blocks"][1].heading == "F2　上报时和现在，都算到统计截止日期 2017-10-20"


def test_someone_without_a_word_on_the_timeline_is_said_to_live_elsewhere(cast, ledger, moved):
    ledger.move(moved["罗凤英"], "09-01", cast.village2)
    with on_day(LATER):
        told = {one.shown.name: one.reasons for one in page(cast.clerk).context["movers"]}
    assert told["罗凤英"] == ["截止日不住在本县（区）"]


def test_f6_shows_deposits_and_words(cast, ledger):
    people = september(cast, ledger)
    rule(cast)
    hand_in(cast.county, SEPTEMBER, ["F6"])
    deposit_of(cast, stay_of(cast, people["罗凤英"], "09-15", served=False), "09-15", "100.00", "误收")
    Deposit.objects.everywhere("set-up").filter(amount_yuan="20000.00").update(remedy="已退还", amount_yuan="2000.00")
    assert differing_cells(cast.county, SEPTEMBER, DEFERRAL) == 3
    shown = page(cast.clerk, SEPTEMBER, "f6")
    assert [(cell.row, cell.column, cell.was, cell.now, cell.by) for cell in shown.context["blocks"][0].cells] == [
        ("本县", "未享受政策人次", "2", "3", "+1"),
        ("韦桂兰", "押金金额", "20,000.00", "2,000.00", "改动"),
        ("韦桂兰", "整改措施", "", "已退还", "改动"),
    ]
    assert [(one.shown.name, one.words) for one in shown.context["movers"]] == [("罗凤英", ["F6：增加到本县未享受政策人次"])]


def test_the_tab_and_the_page_ask_as_often_however_many_moved(cast, ledger, moved):
    def asked(ask) -> int:
        with CaptureQueriesContext(connection) as queries:
            ask()
        return len(queries)

    client = client_of(cast.clerk)
    address = reverse("reports:return-differences", args=["months", SEPTEMBER, "450222"])
    more = iter(range(9))

    def somebody_comes() -> None:
        ledger.person(f"甘小妹{next(more)}", ("cataract", "09-12"))
        ledger.person(f"甘小弟{next(more)}", ("cataract", "09-12"), poor=None, civil="09-12")

    somebody_comes()
    client.get(address)
    with on_day(LATER):
        tab, whole = asked(lambda: differing_cells(cast.county, SEPTEMBER)), asked(lambda: client.get(address))
        somebody_comes()
        somebody_comes()
        assert asked(lambda: differing_cells(cast.county, SEPTEMBER)) == tab <= 9
        assert asked(lambda: client.get(address)) == whole


def test_another_county_a_form_without_figures_and_a_month_to_come_have_no_such_page(cast, people):
    assert page(cast.clerk2).status_code == 404
    assert page(cast.clerk, kind="f4").status_code == 404
    assert page(cast.clerk, day("12-01")).status_code == 404
    assert page(cast.city).status_code == 200


def test_frozen_figures_do_not_move_with_the_ledger(cast, moved):
    (f1, _) = [one.kept for one in since_submitted(cast.county, SEPTEMBER)]
    f1.refresh_from_db()
    assert payload_of(f1)["total"] == {"total": 4, "treated": 0, "quarter": 0, "untreated": 4, "civil_quarter": 0}
