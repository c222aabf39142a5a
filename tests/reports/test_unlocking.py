"""解锁: a locked return is opened by two people with a reason; its figures stand until the corrected one is submitted."""

import pytest
from django.db import IntegrityError, transaction

from ledger.actions.refusals import Refused
from ledger.models import Role, Staff
from reports.actions import agree_unlock, ask_unlock, rebuild_drafts, refuse_unlock, withdraw_unlock
from reports.models import Due, Submission, Unlock
from reports.returns import county_returns
from reports.views.due_states import due_states
from tests.reports.return_stories import OCTOBER, checked, due_of, events, handed_in, locked, reasons, revisions, submitted, trail

pytestmark = pytest.mark.django_db
WHY = "漏了两名患者"


def another(cast) -> Staff:
    """A second person of the city."""
    return Staff.objects.create_user("city-450200-2", "x", full_name="江晓燕", role=Role.CITY, area=cast.prefecture)


def test_two_people_open_it_and_the_county_corrects_it(cast, one_waiting):
    first = locked(cast)
    unlock = ask_unlock(by=cast.lead, submission=first, reason=WHY)
    assert revisions(cast)[0].state == "locked"
    assert agree_unlock(by=cast.city, unlock=unlock, answer="同意").state == "unlocked"
    asked = Submission.objects.everywhere("a test")
    assert asked.standing_of([due_of(cast)]) == {due_of(cast).pk: first}
    assert county_returns(cast.county, OCTOBER, standing=True)["F1"].is_submitted
    (state, _) = due_states(cast.city, [OCTOBER], county=cast.county)
    assert (state.word, state.submitted) == ("更正", False)
    one_waiting.person("覃月英", ("cataract", "06-01"))
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    assert asked.standing_of([due_of(cast)])[due_of(cast).pk].revision == 1
    checked(cast, ["F1"])
    (second,) = submitted(cast, ["F1"])
    assert asked.standing_of([due_of(cast)]) == {due_of(cast).pk: second}
    assert (second.revision, second.previous_hash) == (2, first.rows_hash)
    assert [one.state for one in revisions(cast)] == ["unlocked", "submitted"]
    assert [row for row in events(cast) if row[0].startswith(("unlock", "correction"))] == [
        ("unlock_asked", "", "", cast.lead.full_name), ("unlock", "locked", "unlocked", cast.city.full_name),
        ("correction_begun", "", "draft", cast.clerk.full_name),
    ]  # fmt: skip
    assert reasons(cast, what="unlock") == [f"{WHY}（{cast.lead.full_name}申请）"]
    assert [row[:2] for row in trail("return_unlock_asked", "return_unlock")] == [
        ("return_unlock_asked", cast.lead.username), ("return_unlock", cast.city.username),
    ]  # fmt: skip


def test_whoever_asked_does_not_agree(cast, one_waiting):
    unlock = ask_unlock(by=cast.city, submission=locked(cast), reason=WHY)
    with pytest.raises(Refused, match="这份申请是您自己提出的，请另一位市级人员同意。"):
        agree_unlock(by=cast.city, unlock=unlock)
    with pytest.raises(IntegrityError, match="two_people_unlock"), transaction.atomic():
        Unlock.objects.everywhere("a test").filter(pk=unlock.pk).update(state="agreed", answered_by=cast.city)
    for who in (cast.lead, cast.clerk):
        with pytest.raises(Refused, match="解锁由市级同意。"):
            agree_unlock(by=who, unlock=unlock)
    assert agree_unlock(by=another(cast), unlock=unlock).state == "unlocked"


@pytest.mark.parametrize("who", ["clerk", "civil", "auditor"])
def test_the_lead_or_the_city_asks(cast, one_waiting, who):
    with pytest.raises((Refused, Due.DoesNotExist)):
        ask_unlock(by=getattr(cast, who), submission=locked(cast), reason=WHY)
    assert not Unlock.objects.everywhere("a test").exists()


def test_what_an_asking_must_say(cast, one_waiting):
    sent = handed_in(cast)
    with pytest.raises(Refused, match="报表现在的状态是“已报”，没有锁定，不用解锁。"):
        ask_unlock(by=cast.lead, submission=sent, reason=WHY)
    with pytest.raises(Refused, match="请写明为什么要解锁、要改什么。"):
        ask_unlock(by=cast.lead, submission=sent, reason=" ")
    with pytest.raises(Refused, match="原因超过 300 个字，请缩短。"):
        ask_unlock(by=cast.lead, submission=sent, reason="长" * 301)


def test_one_asking_at_a_time_and_one_answer(cast, one_waiting):
    first = locked(cast)
    unlock = ask_unlock(by=cast.lead, submission=first, reason=WHY)
    with pytest.raises(Refused, match="这张报表已经有人申请解锁，请等市级答复。"):
        ask_unlock(by=cast.city, submission=first, reason=WHY)
    with pytest.raises(Refused, match="请写明不同意的原因。"):
        refuse_unlock(by=cast.city, unlock=unlock, answer=" ")
    with pytest.raises(Refused, match="解锁由市级答复。"):
        refuse_unlock(by=cast.lead, unlock=unlock, answer="不")
    refuse_unlock(by=cast.city, unlock=unlock, answer="不影响数字")
    assert (revisions(cast)[0].state, reasons(cast, what="unlock_refused")) == ("locked", ["不影响数字"])
    for act in (agree_unlock, withdraw_unlock):
        with pytest.raises(Refused, match="这份解锁申请已经答复：不同意。请刷新后再看。"):
            act(by=cast.city, unlock=unlock)
    again = ask_unlock(by=cast.lead, submission=first, reason=WHY)
    with pytest.raises(Refused, match="解锁申请由申请人自己撤回。"):
        withdraw_unlock(by=cast.city, unlock=again)
    assert withdraw_unlock(by=cast.lead, unlock=again).state == "withdrawn"
