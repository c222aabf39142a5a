"""补报: what a submitted month would say otherwise today is told once, by the next return, under its table and frozen with it."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

import reports.forms.payload
from hospitals.models import Deposit
from ledger.models import Case
from ledger.standing import remake
from reports.actions import DraftChanged, rebuild_drafts, submit
from reports.cells import differences, sheets
from reports.forms.supplement_words import supplement_lines
from reports.models import DEFERRAL, Submission
from reports.nil import is_nil
from reports.returns import county_workbook, payload_of, preview
from reports.supplement import month_supplement
from tests.cast import on_day
from tests.handing_in import hand_in, make_ready
from tests.ledger.two_records import merge
from tests.racing import Race
from tests.reports.conftest import day
from tests.reports.deferral_stories import deposit_of, rule, september, stay_of

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (day(f"{month:02d}-01") for month in (8, 9, 10, 11))


def complete(person, on: str) -> None:
    """What the hospital tells late: treatment was over on that day."""
    Case.objects.everywhere("set-up").filter(person=person).update(completed_on=day(on), state="treated", hospital_code="450222-1")
    remake([person.pk])


def sent(cast, period, forms=("F1", "F2")) -> list[Submission]:
    return hand_in(cast.county, period, forms)


def october(cast) -> dict[str, dict]:
    return {draft.due.form: payload_of(draft) for draft in rebuild_drafts(cast.county, OCTOBER)}


@pytest.fixture
def people(cast, ledger, dues) -> dict:
    found = {
        "韦桂兰": ledger.person("韦桂兰", ("cataract", "06-01")),
        "覃月英": ledger.person("覃月英", ("cataract", "06-02", "08-01")),
        "莫秀珍": ledger.person("莫秀珍", ("gastric-cancer", "06-09"), poor=None, civil="06-10", native_place="广西柳城"),
    }
    complete(found["覃月英"], "08-01")
    return found


def test_a_month_that_stands_as_it_was_submitted_has_nothing_to_tell(cast, people):
    sent(cast, SEPTEMBER)
    assert all("supplement" not in payload for payload in october(cast).values())


def test_a_completion_told_late_is_told_by_the_next_month(cast, people):
    f1, _ = sent(cast, SEPTEMBER)
    complete(people["韦桂兰"], "09-20")
    found = october(cast)
    (entry,) = found["F1"]["supplement"]
    pk = people["韦桂兰"].pk
    assert (entry["period"], entry["cut_off_on"], entry["revision"], entry["of"]) == ("2017-09", "2017-09-23", 1, f1.rows_hash)
    assert entry["cells"][:3] == [
        {"place": "白内障|treated", "was": "1", "now": "2", "came": [pk], "went": []},
        {"place": "白内障|quarter", "was": "1", "now": "2", "came": [pk], "went": []},
        {"place": "白内障|untreated", "was": "1", "now": "0", "came": [], "went": [pk]},
    ]
    assert supplement_lines(found["F1"]) == [
        "补报 2017 年 9 月（统计截止日期 2017-09-23）：白内障累计救治数 1 改为 2（+1）、本季度完成救治数 1 改为 2（+1）、未完成救治数 1 改为 0（−1）；"
        "合计累计救治数 1 改为 2（+1）、本季度完成救治数 1 改为 2（+1）、未完成救治数 1 改为 0（−1）；救治病人名单 1 改为 2（+1）。"
    ]
    assert "supplement" not in found["F2"]
    assert payload_of(f1)["rows"][-1] == {"name": "白内障", "total": 2, "treated": 1, "quarter": 1, "untreated": 1, "civil_quarter": 0}


def test_who_came_late_on_f2_is_told_with_their_row_masked_on_the_page(cast, ledger, people):
    sent(cast, SEPTEMBER)
    late = ledger.person("罗凤英", ("cataract", "09-12"), poor=None, civil="09-15", native_place="广西鹿寨")
    ledger.hold(people["莫秀珍"], 1, "09-01")
    remake([people["莫秀珍"].pk])
    found = october(cast)["F2"]
    assert found["supplement"][0]["rows"] == [
        {
            "change": "came", "person": late.pk, "disease": "白内障", "name": "罗凤英", "sex": "女", "age": 57, "native_place": "广西鹿寨",
            "id_number": late.id_number.reveal(), "registered_on": "2017-09-12", "remark": "低保",
        },
        {
            "change": "went", "person": people["莫秀珍"].pk, "disease": "胃癌", "number": 1, "name": "莫秀珍", "sex": "女", "age": 57,
            "native_place": "广西柳城", "id_number": people["莫秀珍"].id_number.reveal(), "registered_on": "2017-06-09", "remark": "低保",
        },
    ]  # fmt: skip
    assert supplement_lines(found, masked=True) == [
        "补报 2017 年 9 月（统计截止日期 2017-09-23）：胃癌人数 1 改为 0（−1）；白内障人数 0 改为 1（+1）。",
        "　增加：白内障 罗凤英，女，57 岁，籍贯广西鹿寨，身份证号（合医证）450222********004X，2017-09-12 建立台账，低保。",
        "　减少：胃癌 莫秀珍，女，57 岁，籍贯广西柳城，身份证号（合医证）450222********003X，2017-06-09 建立台账，低保。",
    ]


def test_a_line_is_a_cell_that_can_be_remarked_on_and_compared(cast, ledger, people):
    sent(cast, SEPTEMBER)
    ledger.person("罗凤英", ("cataract", "09-12"), poor=None, civil="09-15")
    f2 = october(cast)["F2"]
    sheet = sheets(f2)[-1]
    assert [(cell.place, cell.label, cell.text) for line in sheet.lines for cell in line.cells] == [
        ("补报1|text", "补报第 1 行", "补报 2017 年 9 月（统计截止日期 2017-09-23）：白内障人数 0 改为 1（+1）。"),
        ("补报2|text", "补报第 2 行", "增加：白内障 罗凤英，女，57 岁，身份证号（合医证）450222********004X，2017-09-12 建立台账，低保。"),
    ]
    without = {key: value for key, value in f2.items() if key != "supplement"}
    assert [one.label for one in differences(without, f2)] == ["补报第 1 行", "补报第 2 行"]
    assert is_nil(without | {"rows": []}) and not is_nil(f2 | {"rows": []})  # Whoever tells of another month has something to tell.


def test_the_sheets_print_it_under_the_table_and_never_in_it(cast, ledger, people):
    sent(cast, SEPTEMBER)
    before = load_workbook(io.BytesIO(county_workbook(cast.county, OCTOBER)))
    complete(people["韦桂兰"], "09-20")
    ledger.person("罗凤英", ("cataract", "09-12"), poor=None, civil="09-15")
    october(cast)
    book = load_workbook(io.BytesIO(county_workbook(cast.county, OCTOBER)))
    first = [row[0].value for row in book["附件1"].iter_rows(min_row=14)]
    assert [text.partition("：")[0] for text in first if text and text.startswith("补报")] == [
        "补报 2017 年 9 月（统计截止日期 2017-09-23）"
    ]
    assert first[-1] == "本表是草稿，尚未上报。"
    second = [row[0].value for row in book["附件2"].iter_rows(min_row=4)]
    assert second[-2:] == [
        "补报 2017 年 9 月（统计截止日期 2017-09-23）：白内障人数 0 改为 1（+1）。",
        "　增加：白内障 罗凤英，女，57 岁，身份证号（合医证）45022219600101004X，2017-09-12 建立台账，低保。",
    ]
    table = [[cell.value for cell in row] for row in before["附件1"]["A4:G13"]]
    assert [len(row) for row in table] == [7] * 10 and [row[0].value for row in book["附件1"]["A4:A13"]] == [row[0] for row in table]


def test_what_was_told_once_is_not_told_again(cast, ledger, dues, people):
    sent(cast, SEPTEMBER)
    complete(people["韦桂兰"], "09-20")
    sent(cast, OCTOBER)
    with on_day(day("11-20")):
        draft = payload_of(rebuild_drafts(cast.county, NOVEMBER)[0])
        assert "supplement" not in draft
        complete(people["韦桂兰"], "10-02")  # Wrong again: not in September, but in October.
        draft = payload_of(rebuild_drafts(cast.county, NOVEMBER)[0])
        assert [(entry["period"], entry["cells"][0]) for entry in draft["supplement"]] == [
            ("2017-09", {"place": "白内障|treated", "was": "2", "now": "1", "came": [], "went": [people["韦桂兰"].pk]}),
            ("2017-10", {"place": "白内障|quarter", "was": "0", "now": "1", "came": [people["韦桂兰"].pk], "went": []}),
        ]


def test_what_a_returned_month_carried_is_told_by_the_corrected_one(cast, people):
    sent(cast, SEPTEMBER)
    complete(people["韦桂兰"], "09-20")
    f1, f2 = sent(cast, OCTOBER)
    Submission.objects.everywhere("a test").filter(pk__in=[f1.pk, f2.pk]).update(state="returned")
    found = october(cast)["F1"]
    assert [entry["period"] for entry in found["supplement"]] == ["2017-09"]


def test_a_month_corrected_itself_has_nothing_to_tell(cast, people):
    f1, _ = sent(cast, SEPTEMBER)
    complete(people["韦桂兰"], "09-20")
    Submission.objects.everywhere("a test").filter(pk=f1.pk).update(state="unlocked")
    assert "supplement" in october(cast)["F1"]
    rebuild_drafts(cast.county, SEPTEMBER)
    sent(cast, SEPTEMBER, ["F1"])
    assert "supplement" not in october(cast)["F1"]


def test_two_records_of_one_person_made_one_are_no_difference(cast, ledger, people):
    twin = ledger.person("韦桂兰", ("cataract", "06-01"))
    Case.objects.everywhere("set-up").filter(person=twin).delete()
    remake([twin.pk])
    sent(cast, SEPTEMBER)
    merge(cast, twin, people["韦桂兰"])
    assert "supplement" not in october(cast)["F1"]


def test_another_county_a_mere_look_and_a_place_that_does_not_count_tell_nothing(cast, ledger, people):
    sent(cast, SEPTEMBER)
    ledger.person("潘阿婆", ("cataract", "09-01"), village=cast.village2)
    ledger.person("蒙玉莲", ("cataract", "09-24"))  # After September's cut-off.
    assert "supplement" not in october(cast)["F1"]
    complete(people["韦桂兰"], "09-20")
    assert all("supplement" not in payload for payload in preview(cast.county, day("10-19")).values())


def test_a_return_kept_before_digests_were_is_compared_all_the_same(cast, people):
    sent(cast, SEPTEMBER)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_submission DISABLE TRIGGER USER")
        cursor.execute("UPDATE reports_submission SET figures = figures - 'behind'")
        cursor.execute("ALTER TABLE reports_submission ENABLE TRIGGER USER")
    assert "supplement" not in october(cast)["F1"]
    complete(people["韦桂兰"], "09-20")
    assert "supplement" in october(cast)["F1"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_months_submitted_at_once_tell_it_once(cast, ledger, dues, people, monkeypatch, locked):
    """October and November by two desks at the same moment. Without the lock both carry what September left untold."""
    sent(cast, SEPTEMBER)
    complete(people["韦桂兰"], "09-20")
    with on_day(day("11-20")):
        for period in (OCTOBER, NOVEMBER):
            make_ready(cast.county, period, ["F1", "F2"])
        if not locked:
            monkeypatch.setattr("reports.supplement.one_at_a_time", lambda county: None)
        race, lead, county = Race(), cast.lead, cast.county
        with race.after(reports.forms.payload, "month_supplement"):
            answers = race.run(
                lambda: submit(by=lead, county=county, period=OCTOBER, forms=["F1", "F2"]),
                lambda: submit(by=lead, county=county, period=NOVEMBER, forms=["F1", "F2"]),
            )
    kept = Submission.objects.everywhere("a test").filter(due__form="F1", due__period__gte=OCTOBER).order_by("due__period")
    carried = [(one.state, "2017-09" in one.figures.get("told", {})) for one in kept]
    if locked:  # The second is asked to look again: its draft tells less now.
        assert carried == [("submitted", True), ("draft", False)] and isinstance(answers[1], DraftChanged)
    else:
        assert carried == [("submitted", True), ("submitted", True)]


def queries(cast) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        month_supplement(cast.county, OCTOBER)
    return len(asked)


def test_queries_do_not_grow_with_months_or_people(cast, ledger, people):
    sent(cast, SEPTEMBER)
    queries(cast)
    assert queries(cast) <= 7  # Nothing was touched: nothing is counted, and nothing unsealed.
    complete(people["韦桂兰"], "08-20")
    ledger.person("罗凤英", ("cataract", "08-12"), poor=None, civil="08-15")
    once = queries(cast)
    ledger.person("吴阿公", ("gastric-cancer", "08-12"), poor=None, civil="08-15")
    assert queries(cast) == once <= 20
    sent(cast, AUGUST)  # Submitted late; then it differs too.
    complete(people["莫秀珍"], "08-20")
    assert queries(cast) == once


def test_f6_tells_deposits_that_came_to_light_and_words_that_were_added(cast, ledger):
    people = september(cast, ledger)
    rule(cast)
    sent(cast, SEPTEMBER, ["F6"])
    deposit_of(cast, stay_of(cast, people["罗凤英"], "09-15", served=False), "09-15", "100.00", "误收")
    Deposit.objects.everywhere("set-up").filter(amount_yuan="20000.00").update(remedy="已退还")
    Deposit.objects.everywhere("set-up").filter(amount_yuan="1200.50").update(withdrawn_on=day("10-19"), withdrawn_reason="录错")
    stay_of(cast, people["潘阿婆"], "09-01")  # Of another county.
    stay_of(cast, people["韦桂兰"], "09-29")
    found = payload_of(rebuild_drafts(cast.county, OCTOBER, group=DEFERRAL)[0])
    assert supplement_lines(found) == [
        "补报 2017 年 9 月（统计截止日期 2017-09-30）：未享受政策人次仍为 2，增加 1 人次、减少 1 人次、累计享受人次 3 改为 4（+1）；韦桂兰整改措施补为“已退还”。",
        "　增加：罗凤英，未享受的原因：误收，就诊医院：柳城县人民医院，押金金额 100.00 元。",
        "　减少：覃月英，未享受的原因：入院时没有出示扶贫手册，就诊医院：柳城县人民医院，押金金额 1,200.50 元，整改措施：已退还押金，窗口张贴政策。",
    ]
