"""The two commands and the background tasks, as they are called; every task run twice."""

import io
import json
import stat

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from ledger.models import AuditEvent
from reports import tasks, whole_file
from reports.models import Due, DueRule, Heartbeat, Submission
from reports.returns import county_returns, county_workbook
from tests.cast import on_day
from tests.handing_in import hand_in
from tests.reports.conftest import day

OCTOBER = day("10-01")


@pytest.fixture
def folder(settings, tmp_path):
    settings.REPORTS_FOLDER = tmp_path / "reports"
    return settings.REPORTS_FOLDER


def call(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_baseline_counts_persons_by_county_and_group(cast, ledger):
    ledger.person("韦桂兰", ("cataract", "05-01"), ("oesophageal-cancer", "05-02"))
    ledger.person("覃月英", ("rectal-cancer", "05-01"), ("colon-cancer", "05-02"))
    ledger.person("罗凤英", ("cataract", "06-01"))
    ledger.person("莫秀珍", ("cataract", "05-01"), poor=None, civil="05-02")
    ledger.person("潘阿婆", ("all", "05-01"), village=cast.village2, born_on=day("2009-01-01"))
    zero = {"合计": 0, "儿童白血病": 0, "儿童先天性心脏病": 0, "食管癌": 0, "胃癌": 0, "结直肠癌": 0, "终末期肾病": 0, "白内障": 0}
    text = call("baseline", "--city", "450200", "--on", "2017-05-31", "--json")
    assert json.loads(text) == {
        "450200": zero | {"合计": 3, "儿童白血病": 1, "食管癌": 1, "结直肠癌": 1, "白内障": 1},
        "450222": zero | {"合计": 2, "食管癌": 1, "结直肠癌": 1, "白内障": 1},
        "450223": zero | {"合计": 1, "儿童白血病": 1},
    }
    assert list(json.loads(text)["450200"]) == list(zero) and "\\u" not in text
    table = call("baseline", "--city", "450200", "--on", "2017-05-31").splitlines()
    assert table[0].split() == ["地区", "合计", "儿童白血病", "儿童先天性心脏病", "食道癌", "胃癌", "结直肠癌", "终末期肾病", "白内障"]
    assert [line.split() for line in table[1:]] == [
        ["柳州市", "3", "1", "0", "1", "0", "1", "0", "1"],
        ["柳城县", "2", "0", "0", "1", "0", "1", "0", "1"],
        ["鹿寨县", "1", "1", "0", "0", "0", "0", "0", "0"],
    ]


@pytest.mark.parametrize(
    ("city", "on", "sentence"),
    [
        ("450222", "2017-05-31", "没有代码为“450222”的地级市。"),
        ("450200", "2017-02-30", "日期写成 2017-05-31 这样，现在是“2017-02-30”。"),
        ("450200", "2016-05-31", "2016-05-31 还没有生效的“柳州市”病种目录"),
    ],
)
def test_baseline_says_what_is_wrong(cast, city, on, sentence):
    with pytest.raises(CommandError, match=sentence):
        call("baseline", "--city", city, "--on", on, "--json")


def test_build_report_writes_the_workbooks(cast, ledger, dues, tmp_path):
    ledger.person("韦桂兰", ("cataract", "06-01", "10-05"))
    county, city = tmp_path / "county.xlsx", tmp_path / "city.xlsx"
    assert call("build_report", "--county", "450222", "--period", "2017-10", "--out", str(county)) == f"{county}\n"
    call("build_report", "--city", "450200", "--period", "2017-10", "--out", str(city))
    assert county.read_bytes() == county_workbook(cast.county, OCTOBER)
    assert load_workbook(county).sheetnames == ["附件1", "救治病人名单", "附件2"]
    assert load_workbook(city).sheetnames == ["汇总", "县×病种", "救治进度", "柳城县", "鹿寨县"]
    assert stat.S_IMODE(county.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["city.xlsx", "county.xlsx"]


@pytest.mark.parametrize(
    ("which", "code", "period", "out", "sentence"),
    [
        ("--county", "450299", "2017-10", "r.xlsx", "没有代码为“450299”的县（区）。现有：450222、450223。"),
        ("--county", "450200", "2017-10", "r.xlsx", "没有代码为“450200”的县（区）"),
        ("--city", "450222", "2017-10", "r.xlsx", "没有代码为“450222”的地级市。现有：450200。"),
        ("--county", "450222", "2017-13", "r.xlsx", "月份写成 2017-10 这样，现在是“2017-13”。"),
        ("--county", "450222", "10月", "r.xlsx", "月份写成 2017-10 这样，现在是“10月”。"),
        ("--county", "450222", "2017-11", "r.xlsx", "2017 年 11 月还没有开始，不能统计"),
        ("--county", "450222", "2016-10", "r.xlsx", "2016-10-23 还没有生效的“柳州市”病种目录"),
        ("--county", "450222", "2017-10", "none/r.xlsx", "没有文件夹 .*none，请先建好"),
        ("--county", "450222", "2017-10", ".", "不是文件，请写文件名"),
    ],
)
def test_build_report_says_what_is_wrong_and_leaves_nothing(cast, tmp_path, which, code, period, out, sentence):
    with pytest.raises(CommandError, match=sentence):
        call("build_report", which, code, "--period", period, "--out", str(tmp_path / out))
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def october(dues) -> None:
    """Nothing was due before October."""
    DueRule.objects.update(first_period=OCTOBER)
    Due.objects.everywhere("a test").filter(period__lt=OCTOBER).delete()


def test_from_the_20th_every_county_without_todays_draft_is_nudged(cast, october, nudges):
    expected = sorted([(cast.county.pk, "2017-10"), (cast.county2.pk, "2017-10")])
    with on_day(day("10-19")):
        tasks.prepare_due_returns()
    assert nudges == []
    tasks.prepare_due_returns()
    assert nudges == expected
    nudges.clear()
    tasks.build_county(cast.county.pk, "2017-10")
    tasks.prepare_due_returns()
    assert nudges == [(cast.county2.pk, "2017-10")]
    nudges.clear()
    with on_day(day("10-21")):
        tasks.prepare_due_returns()
    assert nudges == expected


def test_a_past_month_that_was_never_submitted_reaches_its_own_cut_off(cast, ledger, october, nudges):
    """The worker was down when the month ended: whatever day it comes back, it makes good what is undone."""
    ledger.person("韦桂兰", ("cataract", "06-01", "10-22"))
    with on_day(day("10-21")):
        tasks.build_county(cast.county.pk, "2017-10")
    with on_day(day("11-02")):
        tasks.prepare_due_returns()
        assert nudges == sorted([(cast.county.pk, "2017-10"), (cast.county2.pk, "2017-10")])
        tasks.build_county(*nudges[0])
        draft = county_returns(cast.county, OCTOBER)["F1"]
    assert (draft.payload["cut_off_on"], draft.payload["total"]["treated"], draft.is_submitted) == ("2017-10-23", 1, False)


def test_who_has_submitted_both_is_not_nudged(cast, october, nudges):
    tasks.build_county(cast.county.pk, "2017-10")
    hand_in(cast.county, OCTOBER, ["F1"])
    with on_day(day("10-21")):
        tasks.prepare_due_returns()
        assert (cast.county.pk, "2017-10") in nudges
        tasks.build_county(cast.county.pk, "2017-10")
        hand_in(cast.county, OCTOBER, ["F2"])
    nudges.clear()
    with on_day(day("10-22")):
        tasks.prepare_due_returns()
    assert nudges == [(cast.county2.pk, "2017-10")]


def test_dues_are_made_a_year_ahead(cast, dues, nudges):
    tasks.prepare_due_returns()
    tasks.prepare_due_returns()
    assert Due.objects.everywhere("a test looks").count() == 2 * 2 * (5 + 12)


def test_tasks_run_twice_leave_one_result(cast, ledger, dues, folder):
    ledger.person("韦桂兰", ("cataract", "06-01", "10-05"))
    contents = []
    for _ in range(2):
        for county in (cast.county, cast.county2):
            tasks.build_county(county.pk, "2017-10")
            tasks.file_county(county.pk, "2017-10")
        tasks.file_city(cast.prefecture.pk, "2017-10")
        contents.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert sorted(contents[0]) == ["city-450200-2017-10.xlsx", "county-450222-2017-10.xlsx", "county-450223-2017-10.xlsx"]
    assert contents[0] == contents[1]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert Submission.objects.everywhere("a test looks").count() == 4
    assert AuditEvent.objects.filter(action="draft_built").count() == 4


def test_a_task_killed_while_writing_leaves_the_old_file(cast, dues, folder, monkeypatch):
    tasks.file_county(cast.county.pk, "2017-10")
    path = folder / "county-450222-2017-10.xlsx"
    before = path.read_bytes()
    monkeypatch.setattr(whole_file.os, "fsync", lambda handle: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        whole_file.write_whole(path, b"half")
    assert path.read_bytes() == before and list(folder.iterdir()) == [path]


def test_the_heartbeat_is_one_row_in_real_time(db):
    from django.utils import timezone

    start = timezone.now()
    tasks.beat()
    tasks.beat()
    beat = Heartbeat.objects.get()
    assert beat.name == "worker" and start <= beat.beat_at <= timezone.now()
