"""Months that nobody owes, a county without a patient: the pages say so, and ask for nothing that cannot be done."""

import datetime
import io

import openpyxl
import pytest

from ledger.models import Division, Role, Staff
from ledger.models.division import Level
from reports.actions import allow_alone, make_dues, rebuild_drafts, submit
from tests.handing_in import make_ready
from tests.reports.month_pages import page_of

pytestmark = pytest.mark.django_db
OCTOBER = datetime.date(2017, 10, 1)


@pytest.fixture
def new_county(cast) -> Staff:
    """The lead of a county that was entered today: no town, no patient, nothing due yet."""
    county = Division.objects.create(code="450226", name="三江侗族自治县", level=Level.COUNTY, parent=cast.prefecture)
    return Staff.objects.create_user("lead-450226-1", "x", full_name="吴月明", role=Role.LEAD, area=county, must_change_password=False)


@pytest.mark.parametrize("tail", ["", "f2/", "roster/"])
def test_what_was_never_built_is_not_built_again(cast, dues, tail):
    address = f"/months/2017-10/450222/{tail}"
    first = page_of(cast.lead, address).content.decode()
    assert first.count(">生成草稿</button>") == 1 and "重新生成" not in first
    rebuild_drafts(cast.county, OCTOBER)
    again = page_of(cast.lead, address).content.decode()
    assert again.count(">重新生成</button>") == 1 and ">生成草稿</button>" not in again


@pytest.mark.parametrize("tail", ["", "f2/", "roster/"])
def test_a_month_before_the_first_rule_is_for_looking_only(cast, ledger, dues, tail):
    ledger.person("韦桂兰", ("cataract", "2017-03-01", "2017-04-02"))
    html = page_of(cast.lead, f"/months/2017-05/450222/{tail}").content.decode()
    assert "没有应报的报表，以下按现在的台账计算" in html
    assert "还没有生成草稿" not in html and "生成草稿" not in html and "提交到" not in html and "重新生成" not in html
    if not tail:
        assert "应报从 2017 年 8 月开始，以前的月份只供查看。" in html and 'class="steps"' not in html
        assert "请市里核对应报规则" not in html


def test_a_later_month_that_nobody_owes_sends_to_the_rules(cast, dues, new_county):
    html = page_of(new_county, "/months/2017-10/450226/").content.decode()
    assert "这个月没有应报的报表。" in html and "请市里核对应报规则。" in html and 'class="steps"' not in html


def test_a_county_without_a_patient_reports_naught(cast, dues, new_county):
    make_dues(cast.prefecture, 2017)
    rebuild_drafts(new_county.area, OCTOBER, new_county)
    answer = page_of(new_county, "/months/2017-10/450226/")
    assert {figure.number for line in answer.context["table"].lines for figure in [*line.poor, line.civil]} == {0}
    assert answer.context["bar"].buttons[-1].words == "核对完毕" and answer.context["desk"].nil is not None
    for tail, words in (("f2/", "截止日没有经民政核实的非建档立卡患者。"), ("roster/", "截止日还没有完成治疗的人。")):
        html = page_of(new_county, f"/months/2017-10/450226/{tail}").content.decode()
        assert words in html and "第 0–0 行" not in html and 'class="pager"' not in html
    allow_alone(by=cast.city, county=new_county.area, reason="新设县，只有一位人员")
    make_ready(new_county.area, OCTOBER, ["F1", "F2"], by=new_county)
    submit(by=new_county, county=new_county.area, period=OCTOBER, forms=["F1", "F2"])
    workbook = openpyxl.load_workbook(io.BytesIO(page_of(new_county, "/months/2017-10/450226/county.xlsx").content))
    assert len(workbook.sheetnames) == 3
    assert "这个数字是 0，没有人。" in page_of(new_county, "/months/2017-10/450226/f1/all/total/").content.decode()


def test_the_city_counts_who_owes_and_ranks_who_has_patients(cast, ledger, dues, new_county):
    ledger.person("韦桂兰", ("cataract", "2017-03-01", "2017-04-02"))
    answer = page_of(cast.city, "/")
    assert answer.context["owing"] == 2
    places = {row.name: row.place for row in answer.context["ranking"].rows}
    assert places == {"柳城县": 1, "鹿寨县": None, "三江侗族自治县": None}
    assert "/ 2 县" in answer.content.decode() and ">None<" not in answer.content.decode()
    tally = answer.context["tally"]
    assert sum(len(names) for names in (tally.both, tally.one, tally.draft, tally.nothing, tally.missing)) == answer.context["owing"]
