"""The rules of what is due on their pages: looked at, kept, changed, ended, each by its document."""

import pytest
from django.urls import reverse

from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, DataChange
from reports import due_keeping, due_rules
from reports.due_rules import add_rule, change_rule, drop_rule, facts_of, rule_words
from reports.models import Due, DueRule, Submission
from tests.cast import on_day
from tests.ledger.desks import client_of
from tests.racing import Race
from tests.reports.calendar_stories import NOTICE, TYPED, facts, refusal, send
from tests.reports.conftest import day
from tests.reports.due_stories import NOW, at, deadlines, dues_of, hand_in

pytestmark = pytest.mark.django_db


# ---- rules ----


def test_a_rule_is_looked_at_and_then_kept_with_its_document(cast):
    desk, address = client_of(cast.city), reverse("reports:calendar-rule-new")
    looked = desk.post(address, TYPED | {"preview": "yes"})
    page = looked.content.decode()
    assert "每月 23 日 18:00 前报当月，2017-09 起" in page and "从首期到现在，有 1 期截止时间已过，保存后立即算缺报。" in page
    assert "12 月 23 日是星期六，提前到 12 月 22 日" in page and "<td>2017-09-23</td>" not in page and not DueRule.objects.exists()
    assert send(desk, address, TYPED).status_code == 302
    said = desk.get(reverse("reports:calendar")).content.decode()
    assert "F1 进展情况统计表的应报规则已保存，新做应报 32 份，其中 2 份截止时间已过。" in said
    rule = DueRule.objects.get()
    assert (rule.prefecture, rule.document, rule.first_period) == (cast.prefecture, NOTICE, day("09-01"))
    change = DataChange.objects.get()
    assert (change.kind, change.subject, change.text, change.document) == (
        "due-rule", "F1 进展情况统计表", "新增：每月 23 日 18:00 前报当月，2017-09 起", NOTICE,
    )  # fmt: skip


def test_what_was_not_previewed_is_not_saved(cast):
    desk, address = client_of(cast.city), reverse("reports:calendar-rule-new")
    mark = desk.post(address, TYPED | {"preview": "yes"}).context["mark"]
    page = desk.post(address, TYPED | {"day": "25", "save": "yes", "looked": mark})
    assert "您看过预览之后又有改动。请再看一遍，再保存。" in page.content.decode() and not DueRule.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"day": "31"}, "day", "截止日要在 1 到 28 之间：每个月都要有这一天。"),
        ({"hour": "二十"}, "hour", "请写整数。"),
        ({"months_after": "13"}, "months_after", "报当月的填 0，报上月的填 1，最多填 12。"),
        ({"first_months": "2"}, "first_months", "报当月的表，首期只有一个月，请填 1。"),
        ({"first_deadline_on": "2017-08-20"}, "first_deadline_on", "首期截止日期要在数据月份之后：2017 年 9 月的数据那时还没有。"),
        ({"first_deadline_on": "2027-10-20"}, "first_deadline_on", "首期截止日期 2027-10-20 离首期太远，请核对年份。"),
        ({"first_period": "2107-09"}, "first_period", "月份请写成 2017-10 这样。"),
        ({"first_period": "2009-09"}, "first_period", "首期 2009-09 离今年太远，请核对年份。"),
        ({"last_period": "2017-08"}, "last_period", "末期早于首期 2017-09，请改其中一个。"),
        ({"frequency": "once", "last_period": "2017-10"}, "last_period", "只报一次的不用写末期。"),
        ({"frequency": "quarter", "last_period": "2017-11"}, "last_period", "每季度报的，末期写季度的最后一个月：3、6、9 或 12 月。"),
        (
            {"form": "F1", "first_period": "2017-12"},
            "first_period",
            "F1 已有 2017-11 起的规则，月份重叠。请先给那条写末期，再从它的下一个月起。",
        ),
        ({"sender": "=县"}, "sender", "以“=”开头，可能是公式。请改正。"),
        ({"document": " "}, "document", "请填写依据的文号。"),
    ],
)
def test_the_form_says_how_to_mend(cast, changes, field, sentence):
    DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=day("11-01"))
    typed = TYPED | ({} if "form" in changes else {"form": "F2"}) | changes
    answer = client_of(cast.city).post(reverse("reports:calendar-rule-new"), typed | {"preview": "yes"})
    assert (answer.status_code, answer.context["form"].errors.get(field)) == (422, [sentence])
    assert DueRule.objects.count() == 1


def test_full_width_and_chinese_dates_are_understood(cast):
    typed = TYPED | {"form": "F6", "day": "１", "months_after": "1", "first_period": "2017年９月", "first_deadline_on": "2017年10月20号"}
    assert send(client_of(cast.city), reverse("reports:calendar-rule-new"), typed).status_code == 302
    rule = DueRule.objects.get()
    assert (rule.day, rule.first_period, rule.first_deadline_on) == (1, day("09-01"), day("10-20"))


def test_another_day_moves_what_is_to_come_and_leaves_what_was_handed_in(cast, monthly):
    """From the 23rd to the 25th: September is past, 柳城县 has handed in October already; 25 November is a Saturday."""
    hand_in(cast.county)
    with on_day(day("10-20")):
        done = change_rule(by=cast.city, rule=monthly, seen=repr(facts_of(monthly)), facts=facts(monthly, day=25), document="新文件")
    assert "移动截止时间 " in done.words
    october = {due.county.code: due for due in dues_of(period=day("10-01")).select_related("county")}
    assert (october["450222"].deadline_at, october["450222"].cut_off_on) == (at("10-23 18:00"), day("10-23"))
    assert (october["450223"].deadline_at, october["450223"].cut_off_on) == (at("10-25 18:00"), day("10-25"))
    assert deadlines()["2017-09"] == "09-22" and deadlines()["2017-11"] == "11-24"
    assert DataChange.objects.get().text == "每月 23 日 18:00 前报当月，2017-09 起 → 每月 25 日 18:00 前报当月，2017-09 起"


def test_the_preview_of_a_change_shows_what_is_to_come(cast, monthly):
    typed = TYPED | {"day": "25"}
    looked = client_of(cast.city).post(reverse("reports:calendar-rule", args=[monthly.pk]), typed | {"preview": "yes"})
    assert [line.months for line in looked.context["to_come"]][:2] == ["2017 年 10 月", "2017 年 11 月"] and looked.context["passed"] == 0
    assert "已有县（区）按这条规则报送或到期" in looked.content.decode() and "删除规则" not in looked.content.decode()


def test_a_rule_that_ends_takes_the_rows_to_come_with_it(cast, monthly):
    """A draft was begun for November by hand, so that row stays; the others after October go."""
    due = dues_of(county=cast.county, period=day("11-01")).get()
    Submission.objects.create(due=due, cut_off_on=day("11-23"), built_at=NOW, payload="{}", rows_hash="0" * 64)
    done = change_rule(
        by=cast.city, rule=monthly, seen=repr(facts_of(monthly)), facts=facts(monthly, last_period=day("10-01")), document="新文件"
    )
    assert done.kept.gone == 2 * 14 - 1
    assert sorted(dues_of(county=cast.county).values_list("period", flat=True)) == [day("09-01"), day("10-01"), day("11-01")]
    after = facts(monthly, first_period=day("11-01"), last_period=None, day=20)
    assert len(add_rule(by=cast.city, facts=after, document="新文件").kept.made) == 2 * 14 - 1


def test_a_rule_in_use_keeps_its_rhythm(cast, monthly):
    for changes in ({"frequency": "quarter"}, {"first_period": day("08-01")}, {"form": "F2"}):
        told = refusal(
            lambda changes=changes: change_rule(
                by=cast.city, rule=monthly, seen=repr(facts_of(monthly)), facts=facts(monthly, **changes), document="新文件"
            )
        )
        assert told == ("已有县（区）按这条规则报送或到期，这一项不能再改。请写末期结束这条，再添加新的规则。", next(iter(changes)))
    assert refusal(lambda: drop_rule(by=cast.city, rule=monthly, document="录错"))[0].startswith(
        "已有县（区）按这条规则报送或到期，不能删除。"
    )


def test_a_slip_goes_with_its_rows(cast, monthly):
    slip = add_rule(by=cast.city, facts=facts(monthly, form="F4", first_period=day("12-01")), document="录错").rule
    assert dues_of(form="F4").count() == 2 * 13
    desk, address = client_of(cast.city), reverse("reports:calendar-rule-drop", args=[slip.pk])
    assert "删除应报规则" in desk.get(address).content.decode()
    page = desk.post(address, {"document": "录错"}, follow=True).content.decode()
    assert "已删除F4 专职联系人回执的这条规则，去掉还没有动过的应报 26 份。" in page
    assert not dues_of(form="F4").exists() and dues_of(form="F1").count() == 2 * 16
    assert desk.get(reverse("reports:calendar-rule", args=[slip.pk])).status_code == 404


def test_two_officials_who_change_one_rule_see_each_other(cast, monthly):
    seen = repr(facts_of(monthly))
    change_rule(by=cast.city, rule=monthly, seen=seen, facts=facts(monthly, hour=17), document="新文件")
    late = refusal(lambda: change_rule(by=cast.city, rule=monthly, seen=seen, facts=facts(monthly, hour=12), document="新文件"))
    assert late == ("您打开之后，别人改过这条规则。请看过现在的内容，再改。", None)
    stands = DueRule.objects.get()
    same = refusal(lambda: change_rule(by=cast.city, rule=stands, seen=repr(facts_of(stands)), facts=facts_of(stands), document="新文件"))
    assert same == ("没有改动，不用保存。", None)
    assert refusal(lambda: add_rule(by=cast.lead, facts=facts(monthly, form="F2"), document="x"))[0] == "应报规则由市级维护。"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("held", [True, False], ids=["held", "not held"])
def test_two_officials_who_add_the_same_rule_add_it_once(cast, monkeypatch, held):
    """The switch takes the lock away: both find no rule for these months, and both are kept where their first months differ."""
    if not held:
        monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)
        monkeypatch.setattr(due_rules, "keep_dues", lambda *arguments, **more: due_keeping.Kept())
    rule = DueRule(prefecture=cast.prefecture, form="F1", first_period=day("11-01"))
    city, race = cast.city, Race()
    with race.after(due_rules, "others_of"):
        answers = race.run(
            lambda: add_rule(by=city, facts=facts(rule), document=NOTICE),
            lambda: add_rule(by=city, facts=facts(rule, first_period=day("12-01")), document=NOTICE),
        )
    assert DueRule.objects.count() == (1 if held else 2), answers
    if held:
        assert isinstance(answers[1], Refused) and "月份重叠" in answers[1].message


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"day": 1, "months_after": 1, "first_period": day("2019-05-01"), "first_months": 2, "first_deadline_on": day("2019-07-20")},
         "每月 1 日 18:00 前报上月，首期 2019-05 至 2019-06（首期 2019-07-20 前）"),
        ({"frequency": "quarter", "day": 10, "months_after": 1, "first_period": day("07-01")},
         "每季度最后一个月之后 1 个月的 10 日 18:00 前报这个季度，2017-07 起"),
        ({"frequency": "quarter", "day": 25, "first_period": day("07-01"), "last_period": day("12-01")},
         "每季度最后一个月的 25 日 18:00 前报这个季度，2017-07 起，到 2017-12 为止"),
        ({"frequency": "once", "first_period": day("08-01"), "first_deadline_on": day("08-12")}, "只报一次，2017-08-12 18:00 前"),
        ({"months_after": 2, "first_period": day("08-01")}, "每月 23 日 18:00 前报 2 个月前的，2017-08 起"),
    ],
)  # fmt: skip
def test_a_rule_reads_as_a_sentence(told, words):
    assert rule_words(DueRule(form="F6", **told)) == words


def test_another_citys_rule_is_not_there(cast, monthly):
    from ledger.models import Division
    from ledger.models.division import Level

    other = Division.objects.create(code="450300", name="桂林市", level=Level.PREFECTURE)
    theirs = DueRule.objects.create(prefecture=other, form="F1", first_period=day("09-01"))
    desk = client_of(cast.city)
    for name in ("reports:calendar-rule", "reports:calendar-rule-drop"):
        assert desk.get(reverse(name, args=[theirs.pk])).status_code == 404
    assert Due.objects.everywhere("a test looks").filter(county__parent=other).count() == 0
    assert AuditEvent.objects.filter(action="deadline_moved").count() == 0
