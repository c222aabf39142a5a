"""The stamp of a frozen return: its own workbook, the same bytes each time, kept for good."""

import pytest
from django.db import DatabaseError, transaction

from reports.actions import rebuild_drafts
from reports.models import Submission, WorkbookStamp
from reports.returns import payload_of
from reports.stamping import cells_of_stamp, renderer, stamp, stamp_all
from reports.workbook.file import file_hash
from reports.workbook.form import cells_hash, form_workbook
from tests.reports.conftest import day

OCTOBER = day("10-01")


@pytest.fixture
def f1(cast, ledger, dues) -> Submission:
    ledger.person("韦桂兰", ("cataract", "06-01", "10-05"))
    ledger.person("=HYPERLINK(1)", ("cataract", "06-02", "10-06"))
    return rebuild_drafts(cast.county, OCTOBER)[0]


def test_a_stamp_keeps_what_the_forms_own_workbook_looked_like(f1):
    kept = stamp(f1)
    content = form_workbook(payload_of(f1))
    assert (kept.renderer, kept.file_hash, kept.size) == (renderer(), file_hash(content), len(content))
    cells = cells_of_stamp(WorkbookStamp.objects.get(pk=kept.pk))
    assert list(cells) == ["救治病人名单", "附件1"] and cells_hash(cells) == kept.cells_hash
    assert [cells["附件1"][place] for place in ("A2", "A12", "B12", "C12")] == ["s:(统计截止日期：2017-10-20)", "s:白内障", "n:2", "n:2"]
    assert [cells["救治病人名单"][place] for place in ("A4", "A5", "C4")] == ["s:韦桂兰", "s:=HYPERLINK(1)", "n:57"]


def test_stamped_again_under_the_same_renderer_the_first_stamp_stays(f1):
    assert stamp(f1).pk == stamp(f1).pk
    assert WorkbookStamp.objects.count() == 1


def test_each_form_is_drawn_alone(cast, f1):
    f2 = rebuild_drafts(cast.county, OCTOBER)[1]
    assert stamp_all([f1, f2]) == 2
    assert [sorted(cells_of_stamp(kept)) for kept in WorkbookStamp.objects.order_by("pk")] == [["救治病人名单", "附件1"], ["附件2"]]


def test_a_stamp_stays_as_it_was_written(f1):
    kept = stamp(f1)
    for act in (lambda: WorkbookStamp.objects.update(file_hash="0" * 64), kept.delete):
        with pytest.raises(DatabaseError, match="stays as it was written"), transaction.atomic():
            act()
