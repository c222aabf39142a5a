"""通报: what it says of who was in time, late or missing, of the progress and of what is asked, sentence by sentence."""

import datetime
from decimal import Decimal

import pytest

from reports.actions import rebuild_drafts
from reports.goal_keeping import add_goal
from reports.models import Due, Submission
from reports.receiving import receive, return_it
from tests.cast import on_day
from tests.handing_in import hand_in

pytestmark = pytest.mark.django_db
D = datetime.date
SEPTEMBER = D(2017, 9, 1)


@pytest.fixture
def month(cast, dues):
    """September, due on Friday the 22nd: 柳城县 in time and received, 鹿寨县 with F1 on the Monday after and F2 missing."""
    cast.treat(cast.register("梁月娥", on=D(2017, 8, 1)), on=D(2017, 9, 9))
    cast.register("韦桂兰", on=D(2017, 8, 1))
    cast.register("鹿甲", village=cast.village2, on=D(2017, 8, 1))
    with on_day(D(2017, 9, 21)):
        for one in hand_in(cast.county, SEPTEMBER, ["F1", "F2"]):
            receive(by=cast.city, submission=one)
    with on_day(D(2017, 9, 25)):
        hand_in(cast.county2, SEPTEMBER, ["F1"])


def test_a_month_is_told(cast, city, month):
    add_goal(by=cast.city, by_day=D(2019, 12, 31), share=Decimal("0.9"), title="救治进度达到 90% 以上", document="渝卫发〔2019〕30号")
    answer = city.get("/city/2017-09/bulletin/", {"number": "柳卫医通〔2017〕6号", "mend_by": "2017年10月31号", "signed_on": "2017.10.20"})
    told = answer.context["told"]
    assert (told.due, told.on_time, told.late, told.missing) == (4, 2, 1, 1)
    assert told.sentences == ["按时上报的：柳城县。", "迟报的：鹿寨县（F1 迟 3 天）。", "缺报的：鹿寨县（F2）。"]
    assert told.progress == [
        "全市建档立卡患者 3 人，累计救治 1 人，累计救治率 33.3%，比上月增加 1 人；本季度完成救治 1 人，未完成 2 人。",
        "对照到 2019-12-31 救治进度达到 90% 以上的目标，全市还差 2 人，今后每月需救治 0.1 人。",
    ]
    assert told.demands == [
        "缺报、退回未补的县（区）在 2017-10-31 前补报：鹿寨县（F2）。",
        "迟报的县（区）要明确专人、提前核对，按规定的时间上报：鹿寨县。",
        "累计救治率低于全市的县（区）要逐人排查没有救治的原因，加快救治进度：鹿寨县。",
        "各县（区）要及时、准确、完整上报，确有困难的应在截止时间前申请展期。",
    ]
    assert [(line.place, line.county.name, line.total, line.treated, line.share, line.words, line.drafted) for line in told.lines] == [
        (1, "柳城县", 2, 1, "50.0%", ["按时", "按时"], False), (2, "鹿寨县", 1, 0, "0.0%", ["迟 3 天", "缺报"], False),
    ]  # fmt: skip
    html = answer.content.decode()
    for words in (
        "柳卫医通〔2017〕6号", "各县（区）卫生和计划生育局：", "柳州市卫生和计划生育委员会", "2017 年 10 月 20 日", "按时率 50%（2/4），完整率 50%（2/4）",
    ):  # fmt: skip
        assert words in html


def test_what_was_sent_back_or_given_more_time_is_named_and_a_draft_is_marked(cast, city, month):
    f1 = Submission.objects.everywhere("test").get(due__county=cast.county2, due__period=SEPTEMBER, due__form="F1")
    return_it(by=cast.city, submission=f1, reason="请核对")
    more = Due.objects.everywhere("test").get(county=cast.county, period=SEPTEMBER, form="F2")
    more.extended_until = more.deadline_at + datetime.timedelta(days=3)
    more.save()
    answer = city.get("/city/2017-09/bulletin/")
    told = answer.context["told"]
    assert told.sentences[-2:] == ["退回未补的：鹿寨县（F1）。", "经同意展期的：柳城县（F2 到 2017-09-25）。"]
    assert told.demands[0] == "缺报、退回未补的县（区）尽快补报：鹿寨县（F1、F2）。"
    assert [line.drafted for line in told.lines] == [False, True] and "鹿寨县*" in answer.content.decode()


def test_a_month_that_is_not_due_yet_says_so(cast, city, dues):
    cast.register("韦桂兰")
    rebuild_drafts(cast.county, D(2017, 10, 1))
    answer = city.get("/city/2017-10/bulletin/")
    assert answer.context["told"].due == 0 and "本月的报表都还没有到期。" in answer.content.decode()
    assert answer.context["told"].progress[0].startswith("全市建档立卡患者 1 人，累计救治 0 人，累计救治率 0.0%，比上月增加 0 人")


def test_what_came_early_is_named_and_counts_once_it_is_due(cast, city, dues):
    """Neither 按时率 nor 完整率 is told of October before the 23rd; whoever is early is named, what was sent back is asked for."""
    hand_in(cast.county2, D(2017, 10, 1), ["F1"])
    f1, _ = hand_in(cast.county, D(2017, 10, 1), ["F1", "F2"])
    return_it(by=cast.city, submission=f1, reason="请核对")
    answer = city.get("/city/2017-10/bulletin/")
    told = answer.context["told"]
    assert (told.due, told.rates.timeliness.counted) == (0, "0/0") and "本月的报表都还没有到期。" in answer.content.decode()
    assert told.sentences == ["还没有到期、已经上报的：柳城县（F2）、鹿寨县（F1）。", "退回未补的：柳城县（F1）。"]
    assert told.demands[0] == "缺报、退回未补的县（区）尽快补报：柳城县（F1）。"
    assert [line.words for line in sorted(told.lines, key=lambda line: line.county.code)] == [["退回", "已报"], ["已报", "草稿"]]
    with on_day(D(2017, 10, 24)):
        told = city.get("/city/2017-10/bulletin/").context["told"]
    assert (told.due, told.on_time, told.missing) == (4, 3, 1) and told.sentences[0] == "按时上报的：柳城县。"


def test_a_month_without_dues_and_a_day_that_makes_no_sense_are_refused(cast, city, month):
    answer = city.get("/city/2016-09/bulletin/")
    assert answer.status_code == 422 and "2016 年 9 月没有可以通报的月报" in answer.content.decode()
    answer = city.get("/city/2017-09/bulletin/", {"mend_by": "下周"})
    assert answer.status_code == 422 and answer.context["form"].errors["mend_by"] == ["日期请写成 2017-10-20 这样。"]
    assert answer.context["told"].demands[0].startswith("缺报、退回未补的县（区）尽快补报")
