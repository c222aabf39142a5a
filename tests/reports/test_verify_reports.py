"""``verify_reports``: what was submitted is proved again; whoever changed it past every lock is told by form, county, period, sheet and cell."""

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from ledger.protection import seal
from reports import stamping
from reports.actions import rebuild_drafts, return_it
from reports.forms.payload import canonical, figures, rows_hash
from reports.models import Submission, WorkbookStamp
from reports.returns import payload_of
from tests.handing_in import hand_in
from tests.reports.conftest import day
from tests.reports.deferral_stories import rule, september
from tests.reports.tampering import tamper

pytestmark = pytest.mark.django_db
SEPTEMBER, OCTOBER = day("09-01"), day("10-01")


@pytest.fixture
def sent(cast, ledger, dues) -> list[Submission]:
    """September of 柳城县 is submitted, October is a draft."""
    ledger.person("韦桂兰", ("cataract", "06-01"))
    ledger.person("莫秀珍", ("gastric-cancer", "06-09"), poor=None, civil="06-10")
    found = hand_in(cast.county, SEPTEMBER, ["F1", "F2"])
    rebuild_drafts(cast.county, OCTOBER)
    return found


def say(*options: str) -> str:
    out = io.StringIO()
    call_command("verify_reports", *options, stdout=out)
    return out.getvalue()


def found() -> list[tuple]:
    """What the command finds: what, revision, sheet and cell, sentence."""
    out = io.StringIO()
    with pytest.raises(CommandError, match="处不一致。请保留现场并报告审计人员。"):
        call_command("verify_reports", "--json", stdout=out)
    told = json.loads(out.getvalue())["differences"]
    return [(one["form"], one["what"], f"{one['sheet']}!{one['cell']}".strip("!"), one["sentence"]) for one in told]


def test_what_stands_as_it_was_submitted_is_all_right(cast, ledger, sent):
    assert "重算 4 份报表（已上报 2 份），重画 2 份工作簿" in say() and say().endswith("全部一致。\n")
    told = json.loads(say("--json"))
    assert (told["returns"], told["frozen"], told["workbooks"], told["unstamped"], told["differences"]) == (4, 2, 2, [], [])


def test_every_form_is_drawn_again(cast, ledger):
    september(cast, ledger)
    rule(cast)
    hand_in(cast.county, SEPTEMBER, ["F6"])
    assert "重画 1 份工作簿" in say()


def test_a_changed_figure_is_told_by_sheet_and_cell(cast, sent):
    f1 = sent[0]
    payload = payload_of(f1)
    payload["rows"][-1]["treated"] = 7
    tamper("reports_submission", "payload = %s", [seal(canonical(payload))], f1.pk)
    assert found() == [
        ("F1", "hash", "", "内容的散列与留存的不符，内容或散列改过。"),
        ("F1", "figures", "", "另存的数字（rows）与内容不符。"),
        ("F1", "cells", "附件1!C12", "上报时是 0，重画是 7。"),
    ]
    with pytest.raises(CommandError):
        out = io.StringIO()
        call_command("verify_reports", stdout=out)
    assert "柳城县 2017-09 F1 第 1 次 附件1!C12：上报时是 0，重画是 7。" in out.getvalue()


def test_whoever_also_counts_the_hash_again_is_told_by_the_trail(cast, sent):
    f2 = sent[1]
    payload = payload_of(f2)
    payload["rows"][0]["name"] = "莫秀真"
    values = [seal(canonical(payload)), rows_hash(payload), json.dumps(figures(payload))]
    tamper("reports_submission", "payload = %s, rows_hash = %s, figures = %s", values, f2.pk)
    assert found() == [
        ("F2", "cells", "附件2!C4", "文字与上报时不同。"),
        ("F2", "trail", "", "散列与操作记录里上报时写下的不符。"),
    ]


def test_whoever_makes_a_late_return_early_is_told_by_the_trail(cast, sent):
    tamper("reports_submission", "submitted_at = submitted_at - interval %s", ["3 days"], sent[0].pk)
    assert found() == [("F1", "trail", "", "上报时间与操作记录里的不符。")]


def test_a_return_that_is_no_more_is_told_by_the_trail(cast, sent):
    """Its stamps and its history went with it, so that nothing but the trail knows of it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, key in (("workbookstamp", "submission_id"), ("returnevent", "submission_id"), ("submission", "id")):
            cursor.execute(f"ALTER TABLE reports_{table} DISABLE TRIGGER USER")
            cursor.execute(f"DELETE FROM reports_{table} WHERE {key} = %s", [sent[1].pk])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE reports_{table} ENABLE TRIGGER USER")
    assert found() == [("F2", "gone", "", "操作记录里有这次上报，报表却没有了。")]
    with pytest.raises(CommandError):
        call_command("verify_reports", stdout=(out := io.StringIO()))
    assert out.getvalue() == "柳城县 2017-09 F2 第 1 次：操作记录里有这次上报，报表却没有了。\n"


def test_a_changed_stamp_a_lost_line_and_a_content_that_does_not_open(cast, sent):
    f1, f2 = sent
    stamp = WorkbookStamp.objects.get(submission=f1)
    tamper("reports_workbookstamp", "file_hash = %s", ["0" * 64], stamp.pk)
    assert found() == [("F1", "file", "", "重画的文件与上报时的字节不同，单元格都相同。")]
    tamper("reports_workbookstamp", "cells_hash = %s, file_hash = %s", ["0" * 64, stamp.file_hash], stamp.pk)
    assert found() == [("F1", "stamp", "", "工作簿单元格的散列与留存的单元格不符，留存改过。")]
    tamper("reports_workbookstamp", "cells = %s", [seal("x")[:-8] + "AAAAAAA="], stamp.pk)
    assert [one[1] for one in found()] == ["stamp"]
    tamper("reports_workbookstamp", "cells = %s, cells_hash = %s", [seal(stamp.cells.reveal()), stamp.cells_hash], stamp.pk)
    tamper("reports_submission", "payload = %s", ["aesgcm1:" + "A" * 64], f2.pk)
    assert found() == [("F2", "payload", "", "封存的内容打不开，已经不是写入时的样子。")]


def test_a_return_moved_to_another_county_and_a_broken_chain(cast, sent):
    f1 = sent[0]
    return_it(by=cast.city, submission=f1, reason="请核对")
    rebuild_drafts(cast.county, SEPTEMBER)
    second = Submission.objects.everywhere("a test").get(due=f1.due_id, revision=2)
    assert second.previous_hash == f1.rows_hash and say().endswith("全部一致。\n")
    Submission.objects.everywhere("a test").filter(pk=second.pk).update(previous_hash="0" * 64)
    assert [one[1:] for one in found()] == [
        ("hash", "", "内容的散列与留存的不符，内容或散列改过。"),
        ("chain", "", "前一修订的散列与前一次留存的不符。"),
    ]
    Submission.objects.everywhere("a test").filter(pk=second.pk).update(previous_hash=f1.rows_hash, revision=3)
    assert [one[1:] for one in found()] == [("chain", "", "前面少了一次修订。")]
    tamper("reports_submission", "due_id = %s", [_due_of(cast.county2)], f1.pk)
    assert [one[1:] for one in found()] == [
        ("chain", "", "前面少了一次修订。"),
        ("head", "", "内容写的报表、县（区）或期与应报的不同。"),
    ]


def _due_of(county) -> int:
    return county.dues.everywhere("a test").get(form="F1", period=SEPTEMBER).pk


def test_under_another_renderer_cells_are_compared_and_not_bytes(cast, sent, monkeypatch):
    monkeypatch.setattr(stamping, "RENDERER_VERSION", "next")
    stamp = WorkbookStamp.objects.get(submission=sent[0])
    tamper("reports_workbookstamp", "file_hash = %s", ["0" * 64], stamp.pk)
    assert say().endswith("全部一致。\n")
    monkeypatch.setattr(
        "reports.workbook.f1_sheet.SECOND_ROW", ("合计", "累计救治数", "本季度完成救治数", "未完成救治数", "主要诊断", "本季度完成救治数")
    )
    assert found() == [("F1", "cells", "附件1!B5", "文字与上报时不同。")]


def test_a_return_of_before_stamps_is_proved_by_its_content_alone(cast, sent):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_workbookstamp DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM reports_workbookstamp")
        cursor.execute("ALTER TABLE reports_workbookstamp ENABLE TRIGGER USER")
    assert say().endswith("全部一致；2 份上报时还没有留存工作簿散列，只核对了内容。\n")
