"""F6 on the screen: the official words and merged rows, who may open what, each opening on the trail, the way to the city."""

import re

import pytest
from django.urls import reverse

from ledger.models import AuditEvent
from reports.actions import rebuild_drafts, submit
from reports.models import DEFERRAL
from tests.cast import on_day
from tests.handing_in import explain, hand_in, make_ready
from tests.ledger.desks import client_of
from tests.reports.conftest import day
from tests.reports.deferral_stories import SEPTEMBER, deposit_of, rule, september, stay_of
from tests.reports.test_f6 import HEAD

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cast, ledger):
    found = september(cast, ledger)
    rule(cast)
    return found


def page(staff, name: str, *arguments, **told):
    return client_of(staff).get(reverse(f"reports:{name}", args=arguments), **told)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def rows(answer) -> list[list[str]]:
    """The table's cells, row by row, without their tags."""
    table = re.search(r'<table class="table table-form table-f6">.*?</table>', answer.content.decode(), re.S)[0]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in re.findall(r"<tr>.*?</tr>", table, re.S)]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in cells]


FIRST = ["柳城县", "3", "2", "覃月英", "入院时没有出示扶贫手册", "柳城县人民医院", "1,200.50", "已退还押金，窗口张贴政策"]
SECOND = ["韦桂兰", "=系统没有更新名单", "柳州市工人医院", "20,000.00", ""]
NOBODY = ["鹿寨县", "1", "0", "", "", "", "", ""]


def test_the_countys_page_prints_the_form(cast, people):
    answer = page(cast.clerk, "f6", SEPTEMBER, "450222")
    assert rows(answer) == [HEAD, FIRST, SECOND] and 'rowspan="2"' in answer.content.decode()
    told = text(answer)
    assert "各区县未落实先诊疗后付费情况汇总表" in told and "2019年7月20日前首次报送5月、6月的数据，8月以后每月1日报送上月的数据" in told
    assert reverse("ledger:person", args=[people["覃月英"].pk]) in told
    assert "还没有生成草稿" in told and "生成草稿" in told
    seen = AuditEvent.objects.filter(action="viewed_list").order_by("-pk").first()
    assert (seen.username, seen.county_code, seen.detail) == (
        cast.clerk.username, "450222", {"form": "F6", "period": "2017-09", "what": "未落实先诊疗后付费名单", "people": 2},
    )  # fmt: skip


def act(name: str) -> str:
    return reverse(f"reports:return-{name}", args=["f6", SEPTEMBER, "450222"])


def seen(answer) -> str:
    return re.search(r'name="seen_F6" value="([0-9a-f]{64})"', answer.content.decode())[1]


def test_what_was_looked_at_is_checked_by_one_and_submitted_by_another(cast, people):
    clerk, lead = client_of(cast.clerk), client_of(cast.lead)
    made = clerk.post(act("rebuild"), follow=True)
    assert "草稿已按现在的台账重新生成。" in text(made)
    explain(cast.county, SEPTEMBER, ["F6"], cast.clerk)
    looked = seen(clerk.get(reverse("reports:f6", args=[SEPTEMBER, "450222"])))
    deposit_of(cast, stay_of(cast, people["罗凤英"], "09-15", served=False), "09-15", "100.00", "误收")
    again = clerk.post(act("check"), {"form": "F6", "seen_F6": looked}, follow=True)
    assert "您看过之后台账有变动，草稿已重新生成（F6：未享受政策人次 +1）" in text(again)
    explain(cast.county, SEPTEMBER, ["F6"], cast.clerk)
    page_now = clerk.get(reverse("reports:f6", args=[SEPTEMBER, "450222"]))
    told = clerk.post(act("check"), {"form": "F6", "seen_F6": seen(page_now)}, follow=True)
    assert "F6 已核对完毕，等负责人提交。" in text(told) and "由负责人韦国强提交。" in text(told)
    shown = lead.get(reverse("reports:f6", args=[SEPTEMBER, "450222"]))
    done = lead.post(act("submit"), {"form": "F6", "seen_F6": seen(shown)}, follow=True)
    assert "F6 已上报市卫计委。" in text(done) and "负责人已提交，数字不再变动。" in text(done) and "提交到" not in text(done)


def test_a_clerk_reads_what_is_next_and_how_late_it_is(cast, people):
    rebuild_drafts(cast.county, SEPTEMBER, group=DEFERRAL)
    answer = page(cast.clerk, "f6", SEPTEMBER, "450222")
    assert "的截止时间，请尽快上报。" in answer.context["bar"].hint
    assert [button.words for button in answer.context["bar"].buttons][0] == "提交到市卫计委"


def test_a_month_that_runs_is_shown_and_says_when(cast, people):
    rebuild_drafts(cast.county, day("10-01"), group=DEFERRAL)
    told = text(page(cast.lead, "f6", day("10-01"), "450222"))
    assert "2017 年 10 月还没有过完，F6 要等月底以后再上报。" in told and "2017年10月到10月出现的" in told and "罗凤英" in told


def test_a_month_ahead_and_one_that_nobody_owes(cast, people):
    ahead = page(cast.lead, "f6", day("11-01"), "450222")
    assert ahead.status_code == 422 and "2017 年 11 月还没有开始" in text(ahead)
    before = page(cast.lead, "f6", day("08-01"), "450222")
    assert before.status_code == 200 and "这个月没有应报的表，以上按台账计算，只供查看。" in text(before) and "覃月英" in text(before)


def test_the_city_sees_all_counties_and_who_is_missing(cast, people):
    hand_in(cast.county, SEPTEMBER, ["F6"])
    answer = page(cast.city, "f6-city", SEPTEMBER)
    assert rows(answer) == [HEAD, FIRST, SECOND, NOBODY]
    told = text(answer)
    assert "已报 1 / 2 个县（区）。" in told and "未上报，按草稿汇总：鹿寨县。" in told and "1 个未上报" in told
    assert AuditEvent.objects.filter(action="viewed_list", username=cast.city.username, detail__form="F6").count() == 1
    months = text(page(cast.city, "f6-periods"))
    assert "2017 年 9 月，已报 1 / 2 个县（区）" in months and "缺报" in months
    county = text(page(cast.city, "f6", SEPTEMBER, "450222"))
    assert "全市汇总" in county and "生成草稿" not in county


def test_the_countys_months(cast, people):
    told = text(page(cast.clerk, "f6-periods"))
    assert "2017-09-29 18:00" in told and "缺报" in told and "2017 年 12 月" not in told and "鹿寨县" not in told


@pytest.mark.parametrize(("who", "name"), [("clerk", "f6-workbook"), ("city", "f6-workbook"), ("city", "f6-city-workbook")])
def test_a_download_is_a_workbook_and_on_the_trail(cast, people, who, name):
    staff = getattr(cast, who)
    answer = page(staff, name, SEPTEMBER, *(["450222"] if name == "f6-workbook" else []))
    assert answer.status_code == 200 and answer.content[:2] == b"PK" and answer["Cache-Control"] == "private, no-store"
    assert AuditEvent.objects.filter(action="exported", username=staff.username, detail__period="2017-09").count() == 1


def test_another_countys_form_is_not_there(cast, people):
    for name in ("f6", "f6-workbook"):
        assert page(cast.clerk2, name, SEPTEMBER, "450222").status_code == 404
    assert client_of(cast.lead2).post(act("submit")).status_code == 404
    assert page(cast.clerk, "f6-city", SEPTEMBER).status_code == 404


def test_a_person_who_moved_away_is_named_and_not_opened(cast, ledger, people):
    """The violation stays with the county in which it happened; the person is another county's now."""
    from ledger.models import Person

    Person.objects.everywhere("a test").filter(pk=people["覃月英"].pk).update(county=cast.county2, township=cast.village2.parent)
    told = text(page(cast.clerk, "f6", SEPTEMBER, "450222"))
    assert "<td>覃月英</td>" in told and reverse("ledger:person", args=[people["韦桂兰"].pk]) in told


def test_the_workbench_says_what_is_to_be_handed_in(cast, people):
    rebuild_drafts(cast.county, SEPTEMBER, group=DEFERRAL)
    told = text(client_of(cast.lead).get(reverse("reports:workbench")))
    assert "先诊疗后付费月报待核对" in told and reverse("reports:f6", args=[SEPTEMBER, "450222"]) in told
    make_ready(cast.county, SEPTEMBER, ["F6"])
    assert "先诊疗后付费月报待提交" in text(client_of(cast.lead).get(reverse("reports:workbench")))
    assert "先诊疗后付费月报已核对，待负责人提交" in text(client_of(cast.clerk).get(reverse("reports:workbench")))
    submit(by=cast.lead, county=cast.county, period=SEPTEMBER, forms=["F6"])
    assert "先诊疗后付费月报" not in [row.words[:8] for row in client_of(cast.lead).get(reverse("reports:workbench")).context["work"]]
    with on_day(day("11-02")):
        rows = client_of(cast.lead).get(reverse("reports:workbench")).context["work"]
        assert [row.told for row in rows if row.words == "先诊疗后付费月报待核对"] == ["F6，10 月，11-01 18:00 已过截止时间"]
