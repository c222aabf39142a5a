"""救治进度: goals kept by the city with their documents, and the pace that each asks of every county."""

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.test import Client

from ledger.actions.refusals import Refused
from ledger.models import DataChange, Division
from ledger.models.division import Level
from reports import goal_keeping
from reports.actions import make_dues
from reports.goal_keeping import add_goal, change_goal, goals_of, remove_goal
from reports.models import DueRule, ProgressGoal
from reports.progress_goals import Goal, Pace, months_left, next_goal, pace, share_words
from tests.racing import Race, said

D = datetime.date
TODAY = D(2017, 10, 20)
DOCUMENT = "渝卫发〔2019〕30号"
LAST = D(2019, 12, 31)


def goal(by_day: D = LAST, share: Fraction | None = Fraction(9, 10), pk: int = 1) -> Goal:
    return Goal(pk, by_day, share, "救治进度达到 90% 以上", DOCUMENT)


@pytest.mark.parametrize(("today", "by_day", "months"), [
    (TODAY, D(2018, 12, 31), 14),
    (TODAY, D(2017, 11, 1), 1),
    (TODAY, D(2017, 10, 31), 1),
    (TODAY, D(2017, 10, 20), 1),
    (TODAY, D(2017, 10, 19), 0),
    (D(2019, 12, 31), D(2019, 12, 31), 1),
    (D(2020, 1, 1), D(2019, 12, 31), 0),
    (D(2016, 2, 29), D(2020, 2, 29), 48),
])  # fmt: skip
def test_how_many_months_are_left(today, by_day, months):
    assert months_left(today, by_day) == months


@pytest.mark.parametrize(("total", "treated", "needed", "monthly", "mark"), [
    (100, 60, 30, "1.2", "进行中"),  # 30 in 26 months is 1.153…: whoever keeps 1.2 arrives.
    (100, 90, 0, "", "已达到"),
    (101, 90, 1, "0.1", "进行中"),  # 90 % of 101 are 90.9 persons: the ninety-first is needed.
    (10, 9, 0, "", "已达到"),
    (26, 0, 24, "1", "进行中"),  # 24 in 26 months: 0.92…, up to one decimal is 1.
    (0, 0, 0, "", "没有患者"),
])  # fmt: skip
def test_the_pace_rounds_against_whoever_is_behind(total, treated, needed, monthly, mark):
    told = pace(total, treated, goal(), TODAY)
    assert (told.needed, told.monthly, told.mark[0], told.untreated) == (needed, monthly, mark, total - treated)


def test_a_goal_without_a_share_asks_for_everybody_and_one_that_is_over_for_nothing_a_month():
    assert pace(100, 60, goal(share=None), TODAY) == Pace(100, 60, 40, 26)
    over = pace(100, 60, goal(D(2017, 1, 1)), TODAY)
    assert (over.needed, over.monthly, over.mark[0]) == (30, "", "没有达到")
    assert goal(share=None).words == "没有写比例" and share_words(Decimal("0.9250")) == "92.5%" and share_words(None) == ""


def test_the_line_is_the_next_goal_that_names_a_share():
    first, second, third = goal(D(2018, 12, 31), None, 1), goal(D(2019, 12, 31), pk=2), goal(D(2020, 12, 31), Fraction(1), 3)
    assert next_goal([third, second, first], TODAY) == second
    assert next_goal([second, third], D(2020, 1, 1)) == third
    assert next_goal([second, third], D(2021, 1, 1)) == third
    assert next_goal([first], TODAY) is None and next_goal([], TODAY) is None


# ---- kept by the city ----


def kept(cast, **told) -> ProgressGoal:
    facts = {"by_day": D(2019, 12, 31), "share": Decimal("0.9"), "title": "救治进度达到 90% 以上", "document": DOCUMENT}
    return add_goal(by=cast.city, **facts | told)


@pytest.mark.django_db
def test_each_change_names_its_document(cast):
    row = kept(cast)
    change_goal(by=cast.city, goal=row, by_day=D(2019, 12, 31), share=None, title="基本完成", document="柳卫医〔2017〕40号")
    assert goals_of(cast.prefecture) == [Goal(row.pk, D(2019, 12, 31), None, "基本完成", "柳卫医〔2017〕40号")]
    remove_goal(by=cast.city, goal=row, document="录错")
    assert goals_of(cast.prefecture) == []
    assert list(DataChange.objects.filter(kind="progress-goal").order_by("pk").values_list("text", "document")) == [
        ("新增：2019-12-31 救治进度达到 90% 以上 90%", DOCUMENT),
        ("2019-12-31 救治进度达到 90% 以上 90% → 2019-12-31 基本完成，没有写比例", "柳卫医〔2017〕40号"),
        ("移除：2019-12-31 基本完成，没有写比例", "录错"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("told", "field", "sentence"), [
    ({"by_day": D(2109, 12, 31)}, "by_day", "日期 2109-12-31 不在 2016 年至 2050 年之间，请核对年份。"),
    ({"by_day": D(2018, 12, 31)}, "by_day", "2018-12-31 已经有一个目标。请打开它修改，或换一个日期。"),
    ({"share": Decimal("0")}, "share", "累计救治率要大于 0%、不超过 100%，请核对。"),
    ({"share": Decimal("1.01")}, "share", "累计救治率要大于 0%、不超过 100%，请核对。"),
    ({"title": "=90%"}, "title", "目标以“=”开头，可能是公式。请改为文字。"),
    ({"document": " "}, "document", "请写明依据的文件或文号。"),
])  # fmt: skip
def test_what_is_refused_keeps_nothing(cast, told, field, sentence):
    kept(cast, by_day=D(2018, 12, 31), share=None, title="基本完成")
    with pytest.raises(Refused) as refused:
        kept(cast, **told)
    assert (refused.value.field, refused.value.message) == (field, sentence)
    assert ProgressGoal.objects.count() == 1 and DataChange.objects.count() == 1


@pytest.mark.django_db
def test_only_the_city_keeps_goals_and_only_its_own(cast):
    row = kept(cast)
    with pytest.raises(Refused, match="由市级维护"):
        add_goal(by=cast.lead, by_day=D(2018, 1, 1), share=None, title="一", document="一")
    with pytest.raises(Refused, match="没有改动"):
        change_goal(by=cast.city, goal=row, by_day=row.by_day, share=row.share, title=row.title, document=row.document)
    other = Division.objects.create(code="451300", name="来宾市", level=Level.PREFECTURE)
    ProgressGoal.objects.filter(pk=row.pk).update(prefecture=other)
    with pytest.raises(Refused, match="已经移除"):
        remove_goal(by=cast.city, goal=row, document="录错")
    city = Client()
    city.force_login(cast.city)
    assert city.get(f"/goals/{row.pk}/").status_code == city.post(f"/goals/{row.pk}/remove/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_officials_at_once_do_not_set_two_goals_for_one_day(cast):
    race = Race()
    with race.before(goal_keeping, "note_change"):
        answers = race.run(lambda: kept(cast), lambda: kept(cast, share=Decimal("0.8")))
    assert said(answers) == ["done", "2019-12-31 已经有一个目标。请打开它修改，或换一个日期。"]
    assert ProgressGoal.objects.count() == DataChange.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_second_is_told_nothing_that_helps(cast, monkeypatch):
    monkeypatch.setattr(goal_keeping, "_keeper", lambda by: by.area)
    race = Race()
    with race.before(goal_keeping, "note_change"):
        answers = race.run(lambda: kept(cast), lambda: kept(cast, share=Decimal("0.8")))
    assert type(answers[1]).__name__ == "IntegrityError"


# ---- pages ----


@pytest.mark.django_db
def test_the_page_tells_each_countys_pace(cast, city):
    for number in range(3):
        cast.register(f"柳{number}")
    cast.treat(cast.register("梁月娥", on=D(2017, 9, 1)), on=D(2017, 10, 9))
    cast.register("鹿", village=cast.village2)
    assert "还没有救治目标" in city.get("/goals/").content.decode()
    row, later = kept(cast), kept(cast, by_day=D(2020, 12, 31), share=None, title="应治尽治")
    answer = city.get("/goals/")
    told = [(place, county.name, one.total, one.treated, one.needed, one.monthly) for place, county, one in answer.context["rows"]]
    assert told == [(1, "柳城县", 4, 1, 3, "0.2"), (2, "鹿寨县", 1, 0, 1, "0.1")]
    whole = answer.context["whole"]
    assert (whole.total, whole.treated, whole.needed, whole.monthly) == (5, 1, 4, "0.2") and answer.context["behind"] == 2
    html = answer.content.decode()
    assert answer.context["chosen"].pk == row.pk and "累计救治率不低于 90%" in html and answer.context["chart"] is None
    answer = city.get(f"/goals/?goal={later.pk}")
    assert answer.context["chosen"].pk == later.pk and "按全部救治计算" in answer.content.decode()
    assert city.get("/goals/?goal=999999999999999999999").context["chosen"].pk == row.pk


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["clerk", "lead"])
def test_a_countys_bureau_sees_its_own_pace_and_nobody_elses(cast, who):
    for number in range(3):
        cast.register(f"柳{number}")
    cast.treat(cast.register("梁月娥", on=D(2017, 9, 1)), on=D(2017, 10, 9))
    cast.register("鹿", village=cast.village2)
    desk = Client()
    desk.force_login(getattr(cast, who))
    assert "柳州市还没有录入救治目标。" in desk.get("/goals/").content.decode()
    row, later = kept(cast), kept(cast, by_day=D(2020, 12, 31), share=None, title="应治尽治")
    answer = desk.get(f"/goals/?goal={row.pk}")
    told = [(goal.pk, one.total, one.treated, one.needed, one.monthly) for goal, one in answer.context["paces"]]
    assert told == [(row.pk, 4, 1, 3, "0.2"), (later.pk, 4, 1, 3, "0.1")]
    html = answer.content.decode()
    assert "柳城县建档立卡患者" in html and "1/4，25.0%" in html and "鹿寨县" not in html and "名次" not in html
    assert 'href="/goals/"' in desk.get("/").content.decode() and "添加目标" not in html
    assert desk.get("/goals/new/").status_code == desk.get(f"/goals/{row.pk}/").status_code == 404


@pytest.mark.django_db
def test_a_countys_months_are_its_own(cast):
    kept(cast)
    DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=D(2017, 8, 1))
    make_dues(cast.prefecture, 2017)
    cast.treat(cast.register("梁月娥", on=D(2017, 8, 1)), on=D(2017, 9, 9))
    cast.register("鹿", village=cast.village2, on=D(2017, 8, 1))
    desk = Client()
    desk.force_login(cast.lead)
    chart = desk.get("/goals/").context["chart"]
    assert [(one.name, one.figure) for one in chart.columns] == [("8 月", "0.0%"), ("9 月", "100.0%"), ("10 月", "100.0%")]


@pytest.mark.django_db
def test_the_months_are_a_chart_of_what_was_returned(cast, city):
    kept(cast)
    DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=D(2017, 8, 1))
    make_dues(cast.prefecture, 2017)
    cast.treat(cast.register("梁月娥", on=D(2017, 8, 1)), on=D(2017, 9, 9))
    cast.register("韦桂兰", on=D(2017, 8, 1))
    chart = city.get("/goals/").context["chart"]
    assert [(one.name, one.figure) for one in chart.columns] == [("8 月", "0.0%"), ("9 月", "50.0%"), ("10 月", "50.0%")]
    assert chart.goal is not None


@pytest.mark.django_db
def test_a_goal_is_added_changed_and_removed_on_pages(cast, city):
    told = {"by_day": "2019年12月31号", "share": "９０％", "title": "救治进度达到 90% 以上", "document": DOCUMENT}
    answer = city.post("/goals/new/", told)
    row = ProgressGoal.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/goals/?goal={row.pk}"
    assert (row.by_day, row.share, row.prefecture) == (D(2019, 12, 31), Decimal("0.9"), cast.prefecture)
    assert 'value="90%"' in city.get(f"/goals/{row.pk}/").content.decode()
    answer = city.post(f"/goals/{row.pk}/", told | {"share": "92.5", "document": "柳卫医〔2018〕6号"})
    assert answer.status_code == 302 and ProgressGoal.objects.get().share == Decimal("0.925")
    answer = city.post(f"/goals/{row.pk}/remove/", {"document": ""})
    assert answer.status_code == 422 and "请填写依据" in answer.content.decode()
    assert city.post(f"/goals/{row.pk}/remove/", {"document": "录错"}).status_code == 302 and not ProgressGoal.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("share", "sentence"), [
    ("九成", "请写成 90% 或 92.5% 这样，最多两位小数。"),
    ("-5", "请写成 90% 或 92.5% 这样，最多两位小数。"),
    ("0.9.1", "请写成 90% 或 92.5% 这样，最多两位小数。"),
    ("90.123", "请写成 90% 或 92.5% 这样，最多两位小数。"),
    ("120%", "要大于 0%、不超过 100%，请核对。"),
    ("0", "要大于 0%、不超过 100%，请核对。"),
])  # fmt: skip
def test_a_share_that_makes_no_sense_is_said_beside_it(cast, city, share, sentence):
    answer = city.post("/goals/new/", {"by_day": "2019-12-31", "share": share, "title": "一", "document": "一"})
    assert answer.status_code == 422 and answer.context["form"].errors["share"] == [sentence]
    assert f'value="{share}"' in answer.content.decode() and not ProgressGoal.objects.exists()
