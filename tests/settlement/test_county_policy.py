"""A county leaves its prefecture's policy for one of its own: on New Year's Day, and with nobody's year split in two."""

import datetime

import pytest

from ledger.actions.refusals import Refused
from settlement.actions.policies import draft_from_text, publish, replace_text
from settlement.models import PolicyArea
from tests.settlement.window import YUAN, Window

pytestmark = pytest.mark.django_db


def own_policy(desk, first_day: datetime.date, code: str = "liucheng-2018"):
    """柳城县's draft: the prefecture's text under another name."""
    text = desk.version().text.replace('area = "柳州市"', 'area = "柳城县"').replace('code = "liuzhou-2017"', f'code = "{code}"')
    return draft_from_text(by=desk.city, text=text.replace("2017-07-28", first_day.isoformat()))


def test_a_county_gets_a_policy_of_its_own_from_a_new_year(desk):
    draft = own_policy(desk, datetime.date(2018, 3, 1))
    assert (draft.area.name, draft.area.division, draft.number) == ("柳城县", desk.cast.county, 1)
    # A county whose own policy is still a draft, or not yet begun, stays under the prefecture's.
    assert PolicyArea.of(desk.cast.county, datetime.date(2017, 9, 10)).name == "柳州市"
    with pytest.raises(Refused, match="第一份本县政策请从某年 1 月 1 日起执行"):
        publish(by=desk.second, version=draft)
    draft = replace_text(by=desk.city, version=draft, text=draft.text.replace("2018-03-01", "2018-01-01"))
    publish(by=desk.second, version=draft)
    assert PolicyArea.of(desk.cast.county, datetime.date(2017, 12, 31)).name == "柳州市"
    assert PolicyArea.of(desk.cast.county, datetime.date(2018, 1, 1)).name == "柳城县"
    assert PolicyArea.of(desk.cast.county2, datetime.date(2018, 1, 1)).name == "柳州市"


def test_a_year_that_was_begun_under_the_prefecture_is_ended_under_it(desk):
    """A policy dated back to January would give everybody settled since then each cap once more."""
    window = Window(desk.cast)
    settled = window.settle(window.bill(window.patient("石永福"), total=60_000 * YUAN))
    draft = own_policy(desk, datetime.date(2017, 1, 1))
    with pytest.raises(Refused, match="已有 1 笔有效结算用了上级的政策.*最早从 2018-01-01 起执行"):
        publish(by=desk.second, version=draft)
    window.reverse(settled)
    publish(by=desk.second, version=draft)
    assert PolicyArea.of(desk.cast.county, datetime.date(2017, 9, 10)).name == "柳城县"


def test_a_version_nobody_used_yet_opens_no_way_around_the_new_year(desk):
    publish(by=desk.second, version=own_policy(desk, datetime.date(2018, 1, 1)))
    with pytest.raises(Refused, match="第一份本县政策请从某年 1 月 1 日起执行"):
        publish(by=desk.second, version=own_policy(desk, datetime.date(2017, 10, 1)))
