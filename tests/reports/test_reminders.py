"""The 23rd is told of in time: to whoever fills in and the lead, to the city for what nobody opened, once each."""

import datetime

import pytest
import time_machine
from django.test import override_settings
from django.urls import reverse

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, Role, Staff
from reports.models import Due, MailAddress, Reminder, ReminderKind, Submission
from reports.reminding import noon_of, remind, remind_again, stage_of, unopened
from reports.views import messages as message_pages
from tests.ledger.desks import client_of

OCTOBER = datetime.date(2017, 10, 1)
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


def at(text: str) -> datetime.datetime:
    """``10-23 18:00`` of 2017 in Shanghai."""
    return datetime.datetime.fromisoformat(f"2017-{text}").replace(tzinfo=SHANGHAI)


DEADLINE = at("10-23 18:00")


@pytest.fixture
def owed(cast) -> Due:
    """柳城县 owes F1 for October, and nothing else is owed by anybody."""
    return Due.objects.create(
        county=cast.county, form="F1", covers_from=OCTOBER, period=OCTOBER, cut_off_on=DEADLINE.date(), ruled_on=DEADLINE.date(),
        deadline_at=DEADLINE,
    )  # fmt: skip


def told(kind: str = "") -> list[tuple[str, str]]:
    """Who was told which, in the order of accounts."""
    rows = Reminder.objects.everywhere("a test looks").order_by("kind", "staff__username")
    return [(row.kind, row.staff.role) for row in rows.select_related("staff") if not kind or row.kind == kind]


def submitted(due: Due, cast) -> Submission:
    return Submission.objects.create(
        due=due, state="submitted", cut_off_on=due.cut_off_on, built_at=DEADLINE, payload="{}", rows_hash="0" * 64,
        submitted_at=DEADLINE, submitted_by=cast.lead,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        ("10-17 23:59", None), ("10-18 00:00", "T-5"), ("10-20 23:59", "T-5"), ("10-21 00:00", "T-2"), ("10-22 23:59", "T-2"),
        ("10-23 00:00", "T-0"), ("10-23 23:59", "T-0"), ("10-24 09:00", "T-0"),
    ],
)  # fmt: skip
def test_the_nearest_stage_that_has_come(now, kind):
    assert stage_of(DEADLINE, at(now)) == kind
    assert noon_of(DEADLINE) == at("10-23 12:00")


def test_the_filler_in_and_the_lead_are_told_three_times_and_the_city_of_what_nobody_opened(cast, owed):
    for now, made in [
        ("10-17 09:00", 0), ("10-18 08:00", 2), ("10-18 08:05", 0), ("10-20 08:00", 0), ("10-21 08:00", 2), ("10-23 08:00", 2),
        ("10-23 11:59", 0), ("10-23 12:00", 1), ("10-23 12:05", 0), ("10-24 09:00", 0),
    ]:  # fmt: skip
        assert (now, remind(at(now), cast.prefecture)) == (now, made)
    assert told() == [
        ("T-0", "clerk"), ("T-0", "lead"), ("T-2", "clerk"), ("T-2", "lead"), ("T-5", "clerk"), ("T-5", "lead"), ("city", "city"),
    ]  # fmt: skip
    rows = AuditEvent.objects.filter(action="reminded").order_by("pk").values_list("detail", flat=True)
    assert [(row["what"], row["people"]) for row in rows] == [
        ("提前 5 天", 2), ("提前 2 天", 2), ("截止当天", 2), ("截止当天 12:00 还没有人打开", 1),
    ]  # fmt: skip


def test_a_reminder_opened_before_noon_keeps_the_city_out(cast, owed):
    remind(at("10-23 08:00"), cast.prefecture)
    Reminder.objects.everywhere("the clerk opens it").filter(staff=cast.clerk).update(opened_at=at("10-23 11:59"))
    assert remind(at("10-23 12:00"), cast.prefecture) == 0


def test_opened_after_noon_is_too_late_for_that(cast, owed):
    remind(at("10-23 08:00"), cast.prefecture)
    Reminder.objects.everywhere("the clerk opens it").filter(staff=cast.clerk).update(opened_at=at("10-23 12:01"))
    assert remind(at("10-23 12:02"), cast.prefecture) == 1


def test_a_scheduler_that_was_down_makes_good_what_is_still_of_use(cast, owed):
    assert remind(at("10-24 08:00"), cast.prefecture) == 3
    assert told() == [("T-0", "clerk"), ("T-0", "lead"), ("city", "city")]
    assert remind(at("12-01 08:00"), cast.prefecture) == 0


def test_nobody_is_reminded_of_what_was_submitted(cast, owed):
    submitted(owed, cast)
    assert remind(at("10-23 13:00"), cast.prefecture) == 0


def test_an_extension_moves_the_reminders(cast, owed):
    Due.objects.everywhere("the city grants it").update(extended_until=at("10-26 18:00"))
    assert remind(at("10-23 13:00"), cast.prefecture) == 2
    assert told() == [("T-5", "clerk"), ("T-5", "lead")]


def test_a_lead_without_a_clerk_is_told_once(cast, owed):
    Staff.objects.filter(area=cast.county, role=Role.CLERK).update(is_active=False)
    assert remind(at("10-21 08:00"), cast.prefecture) == 1
    assert told() == [("T-2", "lead")]


def test_the_city_reminds_by_hand_and_not_twice_within_the_hour(cast, owed):
    with time_machine.travel(at("10-20 09:00"), tick=False), override_settings(BUSINESS_DATE=None):
        assert remind_again(by=cast.city, period=OCTOBER, forms=("F1",)) == ["柳城县"]
        with pytest.raises(Refused, match="09:00 刚催报过，一小时以后可以再催。"):
            remind_again(by=cast.city, period=OCTOBER, forms=("F1",))
    with time_machine.travel(at("10-20 10:00"), tick=False), override_settings(BUSINESS_DATE=None):
        remind_again(by=cast.city, period=OCTOBER, forms=("F1",))
    rows = Reminder.objects.everywhere("a test looks").filter(kind=ReminderKind.ASKED).order_by("round", "staff__username")
    assert [(row.round, row.staff.role, row.made_by) for row in rows] == [
        (1, "clerk", cast.city), (1, "lead", cast.city), (2, "clerk", cast.city), (2, "lead", cast.city),
    ]  # fmt: skip
    submitted(owed, cast)
    with pytest.raises(Refused, match="2017 年 10 月的报表各县（区）都已上报，不用催报。"):
        remind_again(by=cast.city, period=OCTOBER, forms=("F1",))


def test_the_clerk_finds_it_on_every_page_and_opens_it(cast, owed):
    remind(at("10-20 08:00"), cast.prefecture)
    clerk = client_of(cast.clerk)
    assert "消息<b>1</b>" in clerk.get(reverse("reports:months")).content.decode()
    page = clerk.get(reverse("reports:messages")).content.decode()
    assert "2017 年 10 月月报" in page and "提前 5 天" in page and "还有 3 天" in page
    mine = Reminder.objects.visible_to(cast.clerk).get()
    answer = clerk.get(reverse("reports:message-open", args=[mine.pk]))
    assert answer.url == reverse("reports:month", args=[OCTOBER, "450222"])
    assert Reminder.objects.visible_to(cast.clerk).get().opened_at is not None and unopened(cast.clerk) == 0
    page = clerk.get(reverse("reports:messages")).content.decode()
    assert "已打开，未上报" in page and "消息<b>" not in page
    assert unopened(cast.lead) == 1, "the lead has not opened theirs"
    assert client_of(cast.lead).get(reverse("reports:message-open", args=[mine.pk])).status_code == 404


def test_the_number_beside_messages_is_the_number_of_lines_that_wait_there(cast, owed):
    days = {"cut_off_on": owed.cut_off_on, "ruled_on": owed.ruled_on, "deadline_at": owed.deadline_at}
    Due.objects.create(county=cast.county, form="F2", covers_from=OCTOBER, period=OCTOBER, **days)
    clerk, where = client_of(cast.clerk), reverse("reports:messages")
    for stage in ("10-18 08:00", "10-21 08:00"):
        remind(at(stage), cast.prefecture)
    assert Reminder.objects.visible_to(cast.clerk).count() == 4
    page = clerk.get(where)
    assert [(row.reminder.kind, row.forms) for row in page.context["rows"]] == [("T-2", ["F1", "F2"]), ("T-5", ["F1", "F2"])]
    assert page.content.decode().count(">未打开</span>") == unopened(cast.clerk) == 2 and "消息<b>2</b>" in page.content.decode()
    submitted(owed, cast)
    assert unopened(cast.clerk) == clerk.get(where).content.decode().count(">未打开</span>") == 2, "F2 still waits"
    clerk.get(reverse("reports:message-open", args=[page.context["rows"][0].reminder.pk]))
    page = clerk.get(where).content.decode()
    assert unopened(cast.clerk) == page.count(">未打开</span>") == 0 and "消息<b>" not in page


def test_what_waits_is_listed_however_old(cast, owed, monkeypatch):
    monkeypatch.setattr(message_pages, "SHOWN", 1)
    for stage in ("10-18 08:00", "10-21 08:00", "10-23 08:00"):
        remind(at(stage), cast.prefecture)
    assert [row.opened for row in client_of(cast.clerk).get(reverse("reports:messages")).context["rows"]] == [False] * 3


def test_looking_at_the_return_itself_opens_the_reminder(cast, owed):
    remind(at("10-20 08:00"), cast.prefecture)
    page = client_of(cast.clerk).get(reverse("reports:month", args=[OCTOBER, "450222"])).content.decode()
    assert unopened(cast.clerk) == 0 and unopened(cast.lead) == 1 and "消息<b>" not in page


def test_the_city_sees_who_opened_what(cast, owed):
    remind(at("10-20 08:00"), cast.prefecture)
    Reminder.objects.visible_to(cast.clerk).update(opened_at=clock.now())
    page = client_of(cast.city).get(reverse("reports:reminders")).content.decode()
    assert page.count("柳城县") == 2 and page.count("还没有打开") == 1
    sent = client_of(cast.city).post(reverse("reports:reminder-send"), follow=True).content.decode()
    assert "已提醒 1 个县（区）：柳城县。" in sent and "市级催报" in sent


def test_an_address_is_kept_mended_and_taken_away(cast):
    clerk, at_ = client_of(cast.clerk), reverse("reports:mail-address")
    wrong = clerk.post(at_, {"address": "wei@"})
    assert wrong.status_code == 422 and "电子邮箱要像 name@example.com 这样，请核对。" in wrong.content.decode()
    assert "以后的提醒也发到 wei@example.com。" in clerk.post(at_, {"address": "wei@example.com"}, follow=True).content.decode()
    assert MailAddress.objects.get(staff=cast.clerk).address == "wei@example.com"
    assert "不再发邮件，提醒仍在这里。" in clerk.post(at_, {"address": ""}, follow=True).content.decode()
    assert not MailAddress.objects.exists()
