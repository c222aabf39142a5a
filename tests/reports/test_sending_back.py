"""A return that the city sends back with remarks on single cells, and what the county does about each."""

import pytest

from ledger.actions.refusals import Refused
from reports.actions import accept, answer_remark, lock, rebuild_drafts, return_it
from reports.models import Submission
from tests.handing_in import make_ready
from tests.reports.return_stories import OCTOBER, checked, drafted, events, handed_in, reasons, revisions, submitted

pytestmark = pytest.mark.django_db


def returned(cast, *remarks, form="F1", reason="白内障一行不对") -> Submission:
    return return_it(by=cast.city, submission=handed_in(cast, form), reason=reason, remarks=remarks)


def test_a_return_that_is_sent_back_is_corrected_by_a_new_revision(cast, month):
    first = returned(cast, ("白内障|total", "白内障 总数", "1", "应有 2 人"))
    assert first.state == "returned" and first.received_at is not None
    (remark,) = first.remarks.all()
    assert (remark.place, remark.label, remark.was, remark.text, remark.by) == (
        "白内障|total", "白内障 总数", "1", "应有 2 人", cast.city,
    )  # fmt: skip
    month.person("覃月英", ("cataract", "06-01"))
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    _, second = revisions(cast)
    assert (second.revision, second.state, second.previous_hash, second.draft_number) == (2, "draft", first.rows_hash, 1)
    checked(cast, ["F1"])  # The cell says something else now: no answer is asked for.
    submitted(cast, ["F1"])
    assert [what for what, *_ in events(cast)] == [
        "drafted", "check", "submit", "receive", "return", "correction_begun", "check", "submit",
    ]  # fmt: skip
    assert reasons(cast, what="correction_begun") == ["白内障总数 +1；白内障未完成救治数 +1；合计总数 +1；合计未完成救治数 +1"]
    assert reasons(cast, what="submit")[1] == (
        "更正 4 格：白内障 总数 1 → 2；白内障 未完成救治数 1 → 2；合计 总数 1 → 2；合计 未完成救治数 1 → 2"
    )
    assert [one.state for one in revisions(cast)] == ["returned", "submitted"]


def test_a_remark_whose_cell_stays_is_answered_before_it_is_checked_again(cast, month):
    first = returned(cast, ("白内障|total", "", "", "应有 2 人"), ("胃癌|total", "", "", "应有 1 人"))
    drafted(cast)
    with pytest.raises(Refused, match="市级的意见还有 2 条没有答复：白内障 总数。请改正这一格，或写明答复。"):
        checked(cast, ["F1"])
    one, other = first.remarks.all()
    with pytest.raises(Refused, match="请写明答复。"):
        answer_remark(by=cast.clerk, remark=one, answer=" ")
    with pytest.raises(Refused, match="意见由县（区）答复。"):
        answer_remark(by=cast.city, remark=one, answer="就是 1 人")
    answer_remark(by=cast.clerk, remark=one, answer="逐村核对，就是 1 人")
    with pytest.raises(Refused, match="市级的意见还有 1 条没有答复：胃癌 总数。"):
        checked(cast, ["F1"])
    answer_remark(by=cast.lead, remark=other, answer="没有胃癌患者")
    checked(cast, ["F1"])
    submitted(cast, ["F1"])
    assert reasons(cast, what="submit")[1] == "更正：与上一次上报相同。"
    with pytest.raises(Refused, match="更正后的报表已经上报，答复不能再改。"):
        answer_remark(by=cast.clerk, remark=one, answer="改口")
    assert [(row.answer, row.answered_by) for row in first.remarks.all()] == [
        ("逐村核对，就是 1 人", cast.clerk), ("没有胃癌患者", cast.lead),
    ]  # fmt: skip


def test_a_correction_of_people_is_told_in_numbers_only(cast, month):
    person = month.person("覃月英", ("cataract", "06-01", "10-02"))
    returned(cast, reason="名单上的姓名请核对")
    person.name = "覃月瑛"
    person.save()
    month.person("罗凤英", ("cataract", "06-01"))
    make_ready(cast.county, OCTOBER, ["F1"])
    submitted(cast, ["F1"])
    (_, told) = reasons(cast, what="submit")
    assert told == ("更正 5 格：白内障 总数 2 → 3；白内障 未完成救治数 1 → 2；合计 总数 2 → 3；合计 未完成救治数 1 → 2；名单 1 格")


@pytest.mark.parametrize(
    ("reason", "remarks", "sentence"),
    [
        (" ", [], "请写明退回的原因。"),
        ("长" * 301, [], "原因超过 300 个字，请缩短。"),
        ("不对", [("肺癌|total", "", "", "没有这一行")], "意见所指的格子不在这张报表上，请重新选择。"),
        ("不对", [("白内障|total", "", "", " ")], "请写明这一格的意见，或去掉它。"),
        ("不对", [("白内障|total", "", "", "一"), ("白内障|total", "", "", "二")], "同一格只写一条意见，请合并。"),
    ],
)
def test_what_a_returning_city_must_write(cast, month, reason, remarks, sentence):
    sent = handed_in(cast)
    with pytest.raises(Refused, match=sentence):
        return_it(by=cast.city, submission=sent, reason=reason, remarks=remarks)
    assert [what for what, *_ in events(cast)][-1] == "submit" and revisions(cast)[0].state == "submitted"


def test_numbers_of_people_are_masked_in_a_remark(cast, month):
    sent = handed_in(cast, "F2")
    held = return_it(by=cast.city, submission=sent, reason="证号", remarks=[("1|id_number", "", "45022219600101002X", "末位请核对")])
    (remark,) = held.remarks.all()
    assert remark.label == "第 1 行 身份证号(合医证)" and "*" in remark.was and "19600101" not in remark.was


def test_the_lead_cannot_send_back_what_went_to_the_city_nor_the_city_what_is_locked(cast, month):
    sent = handed_in(cast)
    lock(by=cast.city, submission=accept(by=cast.city, submission=sent))
    with pytest.raises(Refused, match="现在的状态是“已锁定”，不能办“退回”。"):
        return_it(by=cast.city, submission=sent, reason="太晚")
