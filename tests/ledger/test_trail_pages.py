"""The auditor reads the prefecture's trail; the words are Chinese, nothing personal is told, and the reading is on the trail."""

import ast
import datetime
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from ledger import clock
from ledger.actions.assigning import hand_over, mark_of, open_work
from ledger.actions.cases import verify_case
from ledger.actions.homes import move_house
from ledger.actions.id_numbers import correct_id_number
from ledger.actions.people import correct_person, reveal
from ledger.actions.trail import record, seal_unsealed
from ledger.actions.transfers import accept_transfer, refuse_transfer
from ledger.identity import read_id_number
from ledger.models import AuditEvent, Division, Staff
from ledger.models.division import Level
from ledger.trail_words import ACTIONS, detail_words
from ledger.transitions import MOVES
from reports.return_events import ON_THE_TRAIL
from reports.submission_moves import RETURN_MOVES
from tests.cast import on_day
from tests.ledger.asking import ask
from tests.ledger.two_records import merge, two_records, undo

PAGE = "/ledger/trail/"


@pytest.fixture
def desk(client, cast):
    client.force_login(cast.auditor)
    return client


def rows(response) -> list[list[str]]:
    found = re.findall(r"<tr><td>\d{4}-.*?</tr>", response.content.decode(), re.S)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)] for row in found]


def test_newest_first_with_words_and_seals(cast, desk):
    person = cast.register("韦桂兰")
    seal_unsealed()
    case = verify_case(by=cast.lead, case=cast.case_of(person))
    shown = [row[1:6] + row[7:] for row in rows(desk.get(PAGE))]
    assert shown[0] == ["lead-450222-1", "负责人", "核实病例", f"病例 {case.pk}", "—", "待封存"]
    assert shown[1:4] == [
        ["clerk-450222-1", "经办", "登记病例", f"病例 {case.pk}", "—", "已封存"],
        ["clerk-450222-1", "经办", "发现病例", f"病例 {case.pk}", "—", "已封存"],
        ["clerk-450222-1", "经办", "登记类别", f"患者 {person.pk}", "—", "已封存"],
    ]


def test_whatever_was_put_right_says_why(cast, desk):
    """Who, on whom and why, without opening anybody's record; numbers that somebody typed into a reason are masked."""
    kept, gone = two_records(cast)
    undo(cast, merge(cast, kept, gone))
    on, moved = datetime.date(2017, 10, 10), cast.register("韦桂兰", on=datetime.date(2017, 9, 1))
    move_house(by=cast.clerk, person=moved, village=cast.other_village, address="1 组", on=on, reason="搬到儿子家，电话 13977205610")
    moved.refresh_from_db()
    number = cast.id_number(datetime.date(1950, 5, 6), "male")
    correct_id_number(by=cast.clerk, person=moved, version=moved.version, number=number, why="录入错误", note="凭户口簿")
    moved.refresh_from_db()
    later = datetime.date(2017, 10, 12)
    refused = refuse_transfer(by=cast.lead, request=ask(cast, moved, moved_on=later), answer="仍住原处")
    accepted = ask(cast, moved, moved_on=later)
    accept_transfer(by=cast.lead, request=accepted)
    seen = mark_of(list(open_work(cast.clerk, by=cast.lead)))
    hand_over(by=cast.lead, leaving=cast.clerk, to=cast.lead, reason="产假", seen=seen)
    told = {(row[3], row[4]): row[5] for row in rows(desk.get(PAGE))}
    putting_right = ("合并重复资料", "并入另一份资料", "撤销合并", "搬家", "改正身份证号", "申请转入", "不同意转入", "同意转入", "交接工作")
    same, two = "同名同住址，村医核对是一个人", "核对后是两个人"
    of_moved, there = f"患者 {moved.pk}", "450222 → 450223"
    assert {key: words for key, words in told.items() if key[0] in putting_right} == {
        ("合并重复资料", f"患者 {kept.pk}"): f"并入的是患者 {gone.pk}，原因 {same}",
        ("并入另一份资料", f"患者 {gone.pk}"): f"保留的是患者 {kept.pk}，原因 {same}",
        ("撤销合并", f"患者 {kept.pk}"): f"另一份是患者 {gone.pk}，原因 {two}",
        ("撤销合并", f"患者 {gone.pk}"): f"另一份是患者 {kept.pk}，原因 {two}",
        ("搬家", of_moved): "原因 搬到儿子家，电话 139****5610",
        ("改正身份证号", of_moved): "身份证号、性别、出生日期，原因 录入错误，凭户口簿",
        ("申请转入", of_moved): f"{there}，原因 投靠子女，持迁移证",
        ("申请转入", f"转入申请 {refused.pk}"): f"{there}，原因 投靠子女，持迁移证",
        ("申请转入", f"转入申请 {accepted.pk}"): f"{there}，原因 投靠子女，持迁移证",
        ("不同意转入", of_moved): f"{there}，原因 仍住原处",
        ("不同意转入", f"转入申请 {refused.pk}"): f"{there}，原因 仍住原处",
        ("同意转入", of_moved): f"{there}，原因 投靠子女，持迁移证",
        ("同意转入", f"转入申请 {accepted.pk}"): f"{there}，原因 投靠子女，持迁移证",
        ("交接工作", f"账号 {cast.clerk.pk}"): "用户名 clerk-450222-1，3 例，交给 lead-450222-1，原因 产假",
    }


def test_nothing_personal_is_told(cast, desk):
    person = cast.register("韦桂兰", phone="13977205610")
    reveal(by=cast.clerk, person=person, what="id_number")
    number = read_id_number(person.id_number.reveal(), clock.today())
    facts = cast.facts("韦桂花", phone="13977205611", id_number=number, address="8 组 88 号")
    correct_person(by=cast.clerk, person=person, version=person.version, facts=facts)
    page = desk.get(PAGE).content.decode()
    told = {row[3]: row[5] for row in rows(desk.get(PAGE))}
    assert told["查看全号"] == "身份证号" and "姓名" in told["修改资料"]
    for secret in ("韦桂", "8 组", "1397720", person.id_number_hash[:16]):
        assert secret not in page


def test_reading_the_trail_is_on_the_trail(cast, desk):
    desk.get(PAGE)
    desk.get(PAGE, {"action": "signed_in", "username": "clerk-450222-1", "day": "2017.10.20"})
    read = AuditEvent.objects.filter(action="viewed_trail", staff=cast.auditor)
    assert [event.detail for event in read] == [{"filters": "登录、clerk-450222-1、2017-10-20"}, {}]
    assert [row[3] for row in rows(desk.get(PAGE))] == ["查看操作记录", "查看操作记录"]


def test_narrowed_by_action_user_and_day(cast, desk):
    with on_day(datetime.date(2017, 10, 19)):
        record("signed_in", by=cast.clerk)
    record("signed_in", by=cast.clerk)
    record("signed_out", by=cast.clerk)
    record("signed_in", by=cast.lead)

    def found(**asked) -> list[tuple]:
        return [(row[0][:10], row[1], row[3]) for row in rows(desk.get(PAGE, asked))]

    assert found(action="signed_in", username="CLERK-450222-1") == [
        ("2017-10-20", "clerk-450222-1", "登录"), ("2017-10-19", "clerk-450222-1", "登录"),
    ]  # fmt: skip
    assert found(day="2017-10-19") == [("2017-10-19", "clerk-450222-1", "登录")]
    assert found(username="clerk-4") == []
    response = desk.get(PAGE, {"day": "2017-13-01"})
    assert response.status_code == 422 and "2017-13-01 不是真实的日期，请改正。" in response.content.decode()


def test_the_prefectures_own_only(cast, desk):
    guilin = Division.objects.create(code="450300", name="桂林市", level=Level.PREFECTURE)
    county = Division.objects.create(code="450302", name="秀峰区", level=Level.COUNTY, parent=guilin)
    foreign = Staff.objects.create_user("clerk-450302-1", "x", full_name="唐一帆", role="clerk", area=county)
    record("signed_in", by=foreign)
    record("draft_built", by=None, county=county)
    record("draft_built", by=None, county=cast.county)
    record("signed_in", by=cast.township)
    assert [row[1:4] for row in rows(desk.get(PAGE))] == [["township-450222-1", "乡镇卫生院", "登录"], ["系统", "—", "生成月报草稿"]]


def test_pages_turn_both_ways_without_losing_a_row(cast, desk):
    for number in range(120):
        record("account_opened", by=cast.operator, detail={"username": f"n-{number:03d}"})
    asked = {"action": "account_opened"}
    pages, mark = [], {}
    for _ in range(3):
        response = desk.get(PAGE, asked | mark)
        pages.append([row[5] for row in rows(response)])
        older = re.search(r"before=(\d+)", response.content.decode())
        mark = {"before": older[1]} if older else {}
    assert [len(page) for page in pages] == [50, 50, 20] and mark == {}
    assert sum(pages, []) == [f"用户名 n-{number:03d}" for number in reversed(range(120))]
    newer = re.search(r"after=(\d+)", response.content.decode())[1]
    assert [row[5] for row in rows(desk.get(PAGE, asked | {"after": newer}))] == pages[1]


def written_actions() -> set[str]:
    """Every action that the code gives to record() or tell() as a word, and every move of a case or a return."""
    found = {f"case_{move}" for move in MOVES} | {ON_THE_TRAIL.get(move, f"return_{move}") for move in RETURN_MOVES}
    for app in ("ledger", "hospitals", "reports", "settlement", "config"):
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("record", "tell"):
                    position = 0 if node.func.id == "record" else 1
                    if len(node.args) > position and isinstance(node.args[position], ast.Constant):
                        found.add(node.args[position].value)
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tell_return":
                    words = {word.value.value for word in node.keywords if word.arg == "what" and isinstance(word.value, ast.Constant)}
                    found |= {ON_THE_TRAIL.get(word, f"return_{word}") for word in words}
    return found


def test_every_action_has_its_words():
    written = written_actions()
    assert {"signed_in", "case_plan", "viewed_trail", "submitted"} <= written
    assert sorted(written - set(ACTIONS)) == []


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({"form": "F1", "period": "2017-10", "draft": 2, "hash": "a" * 64}, "F1，2017-10 期，第 2 稿"),
        ({"list": "cases", "filters": ["病种", "乡镇"], "rows": 50}, "条件 病种、乡镇"),
        ({"list": "cases", "filters": [], "rows": 50}, "—"),
    ],
)
def test_a_detail_tells_figures_and_no_hashes(detail, words):
    assert detail_words(AuditEvent(at=clock.now(), detail=detail)) == words


def test_only_the_auditor_reads_it(client, cast):
    assert reverse("ledger:trail") == PAGE
    for role in ("clerk", "lead", "city", "operator"):
        client.force_login(getattr(cast, role))
        assert client.get(PAGE).status_code == 404
