"""Handing over: what one clerk had in hand goes whole to another, shown before, told on every case, and nothing is forgotten."""

import datetime

import pytest
from django.urls import reverse

from ledger.actions.accounts import switch_account
from ledger.actions.assigning import assign_case, hand_over, holders, left_behind, lists_waiting, mark_of, open_work
from ledger.actions.cases import close_case, verify_case
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, Case, CaseEvent, Staff
from tests.ledger.desks import client_of
from tests.ledger.importing.lists import waiting_upload

pytestmark = pytest.mark.django_db
D = datetime.date
ADDRESS = "/ledger/hand-over/"


@pytest.fixture
def second(cast) -> Staff:
    fields = {"username": "clerk-450222-2", "full_name": "韦晓岚", "role": "clerk", "area": cast.county, "must_change_password": False}
    return Staff.objects.create_user(password="", **fields)


@pytest.fixture
def cases(cast) -> dict[str, Case]:
    """Two open cases in 覃玉芳's hands, a closed one, one of the lead's and one of the other county."""
    made = {name: cast.case_of(cast.register(name, on=D(2017, 10, day))) for name, day in (("石永福", 2), ("韦桂兰", 9), ("销号的", 3))}
    made["负责人的"] = cast.case_of(cast.register("负责人的", by=cast.lead))
    made["外县的"] = cast.case_of(cast.register("外县的", village=cast.village2))
    verify_case(by=cast.clerk, case=made["石永福"])
    close_case(by=cast.lead, case=made["销号的"], outcome="refused", reason="本人拒绝", on=D(2017, 10, 20))
    return made


def seen(cast) -> str:
    return mark_of(list(open_work(cast.clerk, by=cast.lead)))


def in_hand() -> dict[str, str]:
    return {
        case.person.name: case.assigned_to.full_name for case in Case.objects.everywhere("test").select_related("person", "assigned_to")
    }


def test_all_that_is_open_changes_hands(cast, cases, second):
    before = AuditEvent.objects.count()
    assert hand_over(by=cast.lead, leaving=cast.clerk, to=second, reason="产假", seen=seen(cast)) == 2
    assert in_hand() == {"石永福": "韦晓岚", "韦桂兰": "韦晓岚", "销号的": "覃玉芳", "负责人的": "韦国强", "外县的": "廖美玲"}
    told = CaseEvent.objects.filter(move="case_handed_over").order_by("case__registered_on")
    assert [(event.case, event.text, event.reason, event.by_name, event.unit) for event in told] == [
        (cases[name], "白内障交接：覃玉芳 → 韦晓岚", "产假", "韦国强", "柳城县卫生和计划生育局") for name in ("石永福", "韦桂兰")
    ]
    row = AuditEvent.objects.get(action="work_handed_over")
    assert AuditEvent.objects.count() == before + 1
    assert (row.staff, row.subject_type, row.subject_id, row.county_code) == (cast.lead, "staff", cast.clerk.pk, "450222")
    assert row.detail == {"username": "clerk-450222-1", "successor": "clerk-450222-2", "cases": 2, "reason": "产假"}
    assert list(open_work(second, by=cast.lead).values_list("version", flat=True)) == [3, 2]


def test_what_changed_meanwhile_is_looked_at_again(cast, cases, second):
    mark = seen(cast)
    assign_case(by=cast.clerk, case=cases["负责人的"], to=cast.clerk)
    with pytest.raises(Refused, match="^您打开之后，名单里的病例有人改过。请看过现在的名单再交接。$"):
        hand_over(by=cast.lead, leaving=cast.clerk, to=second, reason="产假", seen=mark)
    assert in_hand()["石永福"] == "覃玉芳"


REFUSED = {
    "to oneself": ({"to": "clerk"}, "接手人和交出人是同一位，请另选一位。"),
    "to another county's": ({"to": "clerk2"}, "廖美玲不是本县在用的经办人，请另选一位。"),
    "to a township": ({"to": "township"}, "罗小梅不是本县在用的经办人，请另选一位。"),
    "without a reason": ({"reason": "  "}, "请写明交接的原因。"),
    "by a clerk": ({"by": "clerk"}, "只有负责人能交接工作。"),
    "nothing open": ({"leaving": "lead2", "to": "lead"}, "黄永福没有未办结的病例，不用交接。"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_hand_over_that_cannot_be(cast, cases, second, what):
    changed, sentence = REFUSED[what]
    told = {"by": cast.lead, "leaving": cast.clerk, "to": second, "reason": "产假", "seen": seen(cast)}
    told |= {name: value if name == "reason" else getattr(cast, value) for name, value in changed.items()}
    with pytest.raises(Refused) as refused:
        hand_over(**told)
    assert refused.value.message == sentence


def test_whoever_left_with_open_work_is_named_first(cast, cases, second):
    assert left_behind(cast.lead) == []
    switch_account(by=cast.operator, staff=cast.clerk, active=False)
    assert [(one.full_name, one.open_cases, one.gone) for one in holders(cast.lead)] == [
        ("覃玉芳", 2, True), ("韦国强", 1, False), ("韦晓岚", 0, False),
    ]  # fmt: skip
    assert left_behind(cast.lead) == [cast.clerk] and left_behind(cast.lead2) == []
    hand_over(by=cast.lead, leaving=cast.clerk, to=second, reason="离职", seen=seen(cast))
    assert left_behind(cast.lead) == []


def test_whoever_went_to_another_county_has_left(cast, cases):
    Staff.objects.filter(pk=cast.clerk.pk).update(area=cast.county2)
    assert [one.full_name for one in left_behind(cast.lead)] == ["覃玉芳"]


def test_the_lead_reads_it_on_the_workbench(cast, cases):
    switch_account(by=cast.operator, staff=cast.clerk, active=False)
    first = client_of(cast.lead).get("/").context["work"][0]
    assert (first.count, first.words, first.verb) == (2, "停用账号的工作没有交接", "去交接")
    assert first.told == "覃玉芳已停用，还有 2 例未交接"
    assert first.address == f"{ADDRESS}?staff={cast.clerk.pk}"
    assert client_of(cast.lead).get(first.address).status_code == 200


def test_a_hand_over_more_cases_asks_no_more_queries(cast, cases, second, django_assert_max_num_queries):
    def over(giver, taker):
        told = {"leaving": giver, "to": taker, "reason": "轮岗", "seen": mark_of(list(open_work(giver, by=cast.lead)))}
        hand_over(by=cast.lead, **told)

    with django_assert_max_num_queries(20) as few:
        over(cast.clerk, second)
    for number in range(6):
        cast.register(f"甲{number}")
    over(second, cast.clerk)
    with django_assert_max_num_queries(len(few.captured_queries)):
        over(cast.clerk, second)


# ---- the pages ----


def test_from_the_list_of_hands_to_the_hand_over(cast, cases, second):
    client = client_of(cast.lead)
    page = client.get(ADDRESS).content.decode()
    assert f'href="?staff={cast.clerk.pk}"' in page and f'href="?staff={second.pk}"' not in page and "廖美玲" not in page
    waiting_upload(cast.clerk)
    assert lists_waiting(cast.clerk) == 1
    answer = client.get(ADDRESS, {"staff": cast.clerk.pk})
    shown = answer.content.decode()
    assert [case.person.name for case in answer.context["cases"]] == ["石永福", "韦桂兰"]
    assert "未办结 2 例：待核实 1、已核实 1" in shown and "另有 1 份没有导入完的名单" in shown and shown.count("btn-primary") == 1
    data = {"staff": cast.clerk.pk, "seen": answer.context["seen"], "to": second.pk, "reason": "产假"}
    done = client.post(ADDRESS, data)
    assert (done.status_code, done["Location"]) == (302, ADDRESS)
    assert "覃玉芳的 2 例已交给韦晓岚。" in client.get(ADDRESS).content.decode()


def test_what_is_missing_is_said_beside_it(cast, cases, second):
    client = client_of(cast.lead)
    answer = client.post(ADDRESS, {"staff": cast.clerk.pk, "seen": "", "to": "", "reason": ""})
    assert answer.status_code == 422 and "请选择接手人。" in answer.content.decode() and "请填写原因。" in answer.content.decode()
    stale = client.post(ADDRESS, {"staff": cast.clerk.pk, "seen": "old", "to": second.pk, "reason": "产假"})
    assert stale.status_code == 422 and "请看过现在的名单再交接" in stale.content.decode() and stale.context["seen"] == seen(cast)
    assert set(in_hand().values()) == {"覃玉芳", "韦国强", "廖美玲"}


def test_a_stranger_is_not_there(cast, cases):
    client = client_of(cast.lead)
    for staff in (cast.clerk2.pk, cast.civil.pk, 999_999):
        assert client.get(ADDRESS, {"staff": staff}).status_code == 404
    assert client.post(ADDRESS).status_code == 302
    assert client_of(cast.clerk).get(ADDRESS).status_code == 404
    assert reverse("ledger:hand-over") == ADDRESS
