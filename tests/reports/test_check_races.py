"""Two at one finding, or at one rule, at once: what is kept with a return is what stands, and no check has a twin.

The switch takes the locks away: then both look before either writes, and what must never be is there every time.
"""

import pytest

import reports.answering
import reports.checking
from ledger.models import Role, Staff
from reports import check_rules
from reports.actions import check, rebuild_drafts
from reports.answering import answer_check, checks_of_drafts
from reports.checks.keeping import read_kept
from reports.models import MONTHLY, CheckAnswer, CheckRule, Submission
from tests.racing import Race, said
from tests.reports.check_rule_stories import DOCUMENT, FACTS
from tests.reports.check_stories import OCTOBER

pytestmark = pytest.mark.django_db(transaction=True)
held_or_not = pytest.mark.parametrize("held", [True, False], ids=["held", "not held"])


def without_locks(monkeypatch) -> None:
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)


@held_or_not
def test_an_answer_written_while_the_return_is_checked(cast, ledger, dues, monkeypatch, held):
    ledger.person("邓明亮", ("cataract", "2017-03-01", "2017-04-02"), insurance_number="")
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    finding = {one.code: one.finding for one in checks_of_drafts(cast.clerk, cast.county, OCTOBER, "F1")}["insurance"]
    common = {"county": cast.county, "period": OCTOBER}
    answer_check(by=cast.clerk, **common, form="F1", code="insurance", finding=finding, text="证未发")
    clerk, lead = cast.clerk, cast.lead
    if not held:
        without_locks(monkeypatch)
    race = Race()
    with race.after(reports.answering, "_held"), race.after(reports.checking, "freeze_checks"):
        race.run(
            lambda: answer_check(by=lead, **common, form="F1", code="insurance", finding=finding, text="证已发，明天补录"),
            lambda: check(by=clerk, **common, forms=MONTHLY, nil_reasons={"F2": "没有这类人"}),
        )
    kept = Submission.objects.everywhere("test").get(due__form="F1")
    with_it = [one.answer.text for one in read_kept(kept.checks.reveal()) if one.answer]
    stands = CheckAnswer.objects.everywhere("test").get().text
    assert (kept.state, stands) == ("checked", "证已发，明天补录")
    assert with_it == (["证已发，明天补录"] if held else ["证未发"])


@held_or_not
def test_two_officials_add_the_same_rule(cast, monkeypatch, held):
    city = cast.city
    other = Staff.objects.create_user("city-450200-9", "x", full_name="罗志强", role=Role.CITY, area=cast.prefecture)
    if not held:
        without_locks(monkeypatch)
    race = Race()
    with race.after(check_rules, "_free"):
        found = race.run(*(lambda by=by: check_rules.add_check_rule(by=by, facts=FACTS, document=DOCUMENT) for by in (city, other)))
    refused = "已有“白内障救治增幅”这条规则。请换一个名称，或修改那一条。"
    assert (said(found), CheckRule.objects.count()) == ((["done", refused], 1) if held else (["done", "done"], 2))
