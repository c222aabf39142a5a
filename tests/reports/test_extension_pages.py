"""More time and unlocking on the screen: asked for with a reason, answered by the city, told on both sides."""

import datetime
import re

import pytest
from django.urls import reverse

from ledger.models import Role, Staff
from reports.actions import accept, ask_unlock, lock, rebuild_drafts
from reports.models import DueRule, Extension, Submission, Unlock
from tests.cast import on_day
from tests.handing_in import hand_in
from tests.ledger.desks import client_of
from tests.reports.conftest import day

pytestmark = pytest.mark.django_db
OCTOBER = datetime.date(2017, 10, 1)
PAGE = reverse("reports:month", args=[OCTOBER, "450222"])


def act(name: str) -> str:
    return reverse(f"reports:return-{name}", args=["months", OCTOBER, "450222"])


def messages(answer) -> list[str]:
    """What the page says was done, the last thing last."""
    return re.findall(r'role="status"><p>(.*?)</p>', answer.content.decode())


def links(answer) -> list[str]:
    return [words for words, _ in answer.context["bar"].links]


@pytest.fixture
def second(cast):
    """Another member of the city's staff."""
    return Staff.objects.create(username="city-2", full_name="卢少华", role=Role.CITY, area=cast.prefecture, must_change_password=False)


@pytest.fixture
def locked(cast, ledger, dues):
    ledger.person("韦桂兰", ("cataract", "2017-03-01", "2017-04-02"))
    hand_in(cast.county, OCTOBER, ["F1", "F2"])
    for one in Submission.objects.everywhere("test"):
        accept(by=cast.city, submission=one)
        lock(by=cast.city, submission=one)


def test_a_county_asks_and_the_city_grants_another_day(cast, dues):
    rebuild_drafts(cast.county, OCTOBER)
    clerk, city = client_of(cast.clerk), client_of(cast.city)
    assert links(clerk.get(PAGE)) == ["申请展期"]
    page = clerk.get(act("extend")).content.decode()
    assert "F1、F2 都展期" in page and "距 10 月 23 日 18:00 还有 3 天" in page
    refused = clerk.post(act("extend"), {"forms": "all", "until_on": "2017.10.23", "reason": "停电"})
    assert refused.status_code == 422 and "展期要晚于现在的截止时间 2017-10-23 18:00，请改选日期。" in refused.content.decode()
    assert 'value="2017.10.23"' in refused.content.decode() and "停电" in refused.content.decode()
    told = clerk.post(act("extend"), {"forms": "F1", "until_on": "2017年10月27号", "reason": "县医院停电，病案取不出"}, follow=True)
    assert messages(told) == ["已申请 F1 展期到 2017-10-27，等市里答复。"]
    assert links(told) == ["F1 已申请展期到 10-27，待市里答复", "申请展期 F2"]
    asked = city.get(reverse("reports:asked")).content.decode()
    assert "县医院停电，病案取不出" in asked and "去答复" in asked
    one = Extension.objects.everywhere("test").get()
    address = reverse("reports:extension", args=[one.pk])
    (button,) = city.get(PAGE).context["bar"].buttons
    assert (button.words, button.address, button.dark) == ("答复展期申请", address, True)
    refused = city.post(address, {"refuse": "1", "answer": " ", "granted_on": "2017-10-27"})
    assert refused.status_code == 422 and "请写明不同意的原因，县里会看到。" in refused.content.decode()
    refused = city.post(address, {"grant": "1", "granted_on": "2017-10-20"})
    assert refused.status_code == 422 and "展期要晚于现在的截止时间" in refused.content.decode()
    told = city.post(address, {"grant": "1", "granted_on": "2017-10-26", "answer": "抓紧"}, follow=True)
    assert messages(told) == ["已同意 柳城县 F1 展期到 2017-10-26。"] and "已同意，到 2017-10-26：抓紧" in told.content.decode()
    with on_day(datetime.date(2017, 10, 24)):
        bar = re.search(r'<span id="why">(.*?)</span>', clerk.get(PAGE).content.decode(), re.S)[1]
        assert "已过 10 月 23 日 18:00 的截止时间，请尽快上报。" in bar  # F2 was given no more time.
        assert clerk.get(PAGE).context["state_tags"] == [("F1 展期", "go"), ("F2 缺报", "bad")]


def test_the_city_refuses_with_a_reason_and_the_county_takes_back(cast, dues):
    clerk, city = client_of(cast.clerk), client_of(cast.city)
    for reason in ("停电", "停水"):
        clerk.post(act("extend"), {"forms": "all", "until_on": "2017-10-27", "reason": reason})
        address = reverse("reports:extension", args=[Extension.objects.everywhere("test").filter(state="asked", due__form="F1").get().pk])
        if reason == "停电":
            told = city.post(address, {"refuse": "1", "answer": "全市都按时"}, follow=True)
            assert messages(told)[-1] == "没有同意 柳城县 F1 展期。"
        else:
            told = clerk.post(address, {"withdraw": "1"}, follow=True)
            assert messages(told)[-1] == "已撤回 F1 的展期申请。"
        other = Extension.objects.everywhere("test").filter(state="asked").get()
        clerk.post(reverse("reports:extension", args=[other.pk]), {"withdraw": "1"})
    again = city.post(address, {"grant": "1", "granted_on": "2017-10-27"})
    assert again.status_code == 422 and "这份展期申请已经答复：已撤回。" in again.content.decode()
    states = Extension.objects.everywhere("test").order_by("due__form", "asked_at").values_list("due__form", "state")
    assert list(states) == [("F1", "refused"), ("F1", "withdrawn"), ("F2", "withdrawn"), ("F2", "withdrawn")]


def test_each_form_says_what_was_asked_for_it(cast, dues):
    rebuild_drafts(cast.county, OCTOBER)
    clerk = client_of(cast.clerk)
    told = clerk.post(act("extend"), {"forms": "all", "until_on": "10月27号", "reason": "停电"}, follow=True)
    assert links(told) == ["F1、F2 已申请展期到 10-27，待市里答复"]
    first = Extension.objects.everywhere("test").get(due__form="F1")
    told = clerk.post(reverse("reports:extension", args=[first.pk]), {"withdraw": "1"}, follow=True)
    assert links(told) == ["F2 已申请展期到 10-27，待市里答复", "申请展期 F1"]


def test_an_asking_nobody_answered_ends_when_the_return_is_submitted(cast, dues):
    rebuild_drafts(cast.county, OCTOBER)
    clerk, city = client_of(cast.clerk), client_of(cast.city)
    clerk.post(act("extend"), {"forms": "all", "until_on": "2017-10-27", "reason": "停电"})
    hand_in(cast.county, OCTOBER, ["F1"])
    states = Extension.objects.everywhere("test").order_by("due__form").values_list("due__form", "state", "answer", "answered_by")
    assert list(states) == [("F1", "withdrawn", "已经上报，不用展期", cast.lead.pk), ("F2", "asked", "", None)]
    assert links(clerk.get(PAGE)) == ["F2 已申请展期到 10-27，待市里答复"]
    assert city.get(reverse("reports:asked")).content.decode().count("去答复") == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请填写要展期到哪一天。"),
        ("2018-10-25", "2018-10-25 离截止时间超过半年，请核对年份。"),
        ("２０１７．１０．１９", "展期要晚于现在的截止时间 2017-10-23 18:00，请改选日期。"),
        ("8月25日", "展期要晚于现在的截止时间 2017-10-23 18:00，请改选日期。"),
        ("10月32日", "2017-10-32 不是真实的日期，请改正。"),
        ("下周三", "日期请写成 2017-10-20 这样。"),
    ],
)
def test_a_day_that_cannot_be_is_said_beside_it(cast, dues, typed, said):
    refused = client_of(cast.clerk).post(act("extend"), {"forms": "all", "until_on": typed, "reason": "停电"})
    assert refused.status_code == 422 and refused.context["form"].errors["until_on"] == [said]
    assert not Extension.objects.everywhere("test").exists()


@pytest.mark.parametrize(
    ("typed", "day"), [("10月25日", "2017-10-25"), ("10-25", "2017-10-25"), ("１０．２５", "2017-10-25"), ("1 月 5 号", "2018-01-05")]
)
def test_a_day_without_its_year_is_the_nearest_such_day(cast, dues, typed, day):
    client_of(cast.clerk).post(act("extend"), {"forms": "F1", "until_on": typed, "reason": "停电"})
    assert str(Extension.objects.everywhere("test").get().until_on) == day


def test_what_was_handed_in_needs_no_more_time(cast, locked):
    told = client_of(cast.clerk).get(act("extend"), follow=True)
    assert messages(told) == ["没有可以申请展期的报表：都已上报，或已有申请在等答复。"] and links(told) == []


def test_unlocking_takes_two_people(cast, locked, second):
    lead, city, other = client_of(cast.lead), client_of(cast.city), client_of(second)
    assert links(lead.get(PAGE)) == ["申请解锁 F1", "申请解锁 F2"] and links(client_of(cast.clerk).get(PAGE)) == []
    assert city.post(act("unlock"), {"form": "F1", "reason": " "}).status_code == 422
    told = city.post(act("unlock"), {"form": "F1", "reason": "少报一人"}, follow=True)
    assert messages(told) == ["已申请解锁 F1，由另一位市级人员同意后才能更正。"]
    one = Unlock.objects.everywhere("test").get()
    address = reverse("reports:unlock", args=[one.pk])
    own = city.get(address).content.decode()
    assert "要由另一位市级人员同意，您自己不能同意。" in own and "同意解锁" not in own
    (button,) = other.get(PAGE).context["bar"].buttons
    assert (button.words, button.address, button.dark) == ("答复解锁申请", address, True)
    refused = other.post(address, {"refuse": "1", "answer": ""})
    assert refused.status_code == 422 and "请写明不同意的原因，申请人会看到。" in refused.content.decode()
    told = other.post(address, {"agree": "1", "answer": ""}, follow=True)
    assert messages(told) == ["柳城县 F1 已解锁，等县里更正后重新上报。"]
    county = lead.get(PAGE)
    assert county.context["bar"].buttons[-1].words == "开始更正" and "少报一人" in county.content.decode()
    assert county.context["state_tags"] == [("F1 更正", "go"), ("F2 已报", "ok")]
    work = client_of(cast.clerk).get(reverse("reports:workbench")).context["work"]
    assert ("月报退回或解锁，要更正", "F1，10 月") in [(row.words, row.told) for row in work]


def test_the_lead_asks_and_whoever_asked_takes_it_back(cast, locked):
    lead = client_of(cast.lead)
    lead.post(act("unlock"), {"form": "F2", "reason": "名单漏一人"})
    address = reverse("reports:unlock", args=[Unlock.objects.everywhere("test").get().pk])
    assert "去答复" in client_of(cast.city).get(reverse("reports:asked")).content.decode()
    clerk = client_of(cast.clerk).post(address, follow=True)
    assert messages(clerk) == ["解锁申请由申请人自己撤回。"]
    assert messages(lead.post(address, follow=True))[-1] == "已撤回解锁申请。"
    told = lead.get(f"{act('unlock')}?form=F6")
    assert told.status_code == 404


def test_a_return_that_is_not_locked_needs_no_unlocking(cast, dues):
    rebuild_drafts(cast.county, OCTOBER)
    assert messages(client_of(cast.lead).get(act("unlock"), follow=True)) == ["F1 没有锁定，不用解锁。"]


def test_another_countys_askings_are_not_there(cast, locked):
    with on_day(datetime.date(2017, 10, 20)):
        unlock = ask_unlock(by=cast.lead, submission=Submission.objects.everywhere("test").first(), reason="少报")
    for staff in (cast.clerk2, cast.lead2):
        assert client_of(staff).get(reverse("reports:unlock", args=[unlock.pk])).status_code == 404
        assert client_of(staff).get(act("extend")).status_code == 404
    assert "少报" not in client_of(cast.lead2).get(reverse("reports:asked")).content.decode()
    assert client_of(cast.lead).get(reverse("reports:alone")).status_code == 404


def test_f4_goes_the_same_way(cast, dues):
    """The receipt of contacts: due once, put together, checked, handed in, sent back on a cell."""
    from reports.actions import make_dues
    from tests.handing_in import explain

    rule = {"form": "F4", "frequency": "once", "first_period": OCTOBER, "day": 23, "document": "柳卫医〔2017〕40号"}
    DueRule.objects.create(prefecture=cast.prefecture, **rule)
    make_dues(cast.prefecture, 2017)
    clerk, lead, city = client_of(cast.clerk), client_of(cast.lead), client_of(cast.city)
    page = reverse("reports:f4", args=[OCTOBER, "450222"])
    assert "2017 年 10 月" in clerk.get(reverse("reports:f4-periods")).content.decode()
    assert clerk.get(page).context["bar"].buttons[-1].words == "生成草稿"
    clerk.post(reverse("reports:return-rebuild", args=["f4", OCTOBER, "450222"]))
    explain(cast.county, OCTOBER, ["F4"], cast.clerk)
    shown = clerk.get(page)
    assert shown.context["desk"].nil is not None and shown.content.decode().count("btn-primary") == 1
    sent = {"form": "F4", "seen_F4": shown.context["hashes"]["F4"], "nil_F4": "还没有定人"}
    told = clerk.post(reverse("reports:return-check", args=["f4", OCTOBER, "450222"]), sent, follow=True)
    assert messages(told) == ["F4 已核对完毕，等负责人提交。"]
    sent = {"form": "F4", "seen_F4": shown.context["hashes"]["F4"]}
    told = lead.post(reverse("reports:return-submit", args=["f4", OCTOBER, "450222"]), sent, follow=True)
    assert messages(told) == ["F4 已上报市卫计委。"]
    listed = city.get(reverse("reports:f4-periods")).content.decode()
    assert "接收全部 1 张" in listed and "柳城县" in listed
    assert city.get(f"{reverse('reports:return-review', args=['f4', OCTOBER, '450222'])}?form=F4").status_code == 200
    assert clerk.get(reverse("reports:f4-return-workbook", args=[OCTOBER, "450222"])).content[:2] == b"PK"


def test_the_work_list_tells_of_returns(cast, ledger, dues):
    """The bureau what it has to hand in, the city what waits for it; whoever has no business with returns nothing."""
    ledger.person("韦桂兰", ("cataract", "2017-03-01", "2017-04-02"))
    hand_in(cast.county, OCTOBER, ["F1", "F2"])
    client_of(cast.clerk).post(reverse("reports:return-extend", args=["months", day("09-01"), "450222"]), {
        "forms": "F1", "until_on": "2017-10-25", "reason": "停电",
    })  # fmt: skip

    def told(staff) -> list[tuple[str, int, str]]:
        rows = client_of(staff).get(reverse("reports:work-list")).context["returns"]
        return [(row.words, row.count, row.address) for row in rows]

    assert told(cast.clerk) == [("月报待核对", 4, "/months/2017-08/450222/")]
    assert told(cast.city) == [("报表待接收", 2, "/months/?period=2017-10"), ("展期申请待答复", 1, "/asked/")]
    assert told(cast.civil) == []
