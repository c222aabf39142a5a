"""Who stands on the roster of the treated, in which order; and what F2 prints for somebody without an ID number."""

import datetime

import pytest

from reports.forms.payload import build

pytestmark = pytest.mark.django_db
CUT_OFF = datetime.date(2017, 10, 23)
OCTOBER = datetime.date(2017, 10, 1)


def test_everyone_treated_registered_poor_first_then_verified_then_neither(cast, ledger):
    ledger.person("罗在外", ("cataract", "06-01", "09-01"), poor=None)
    ledger.person("莫秀珍", ("cataract", "06-01", "09-02"), poor=None, civil="06-10")
    ledger.person("韦桂兰", ("cataract", "06-01", "09-03"))
    ledger.person("覃未治", ("cataract", "06-01"))
    rows = build(cast.county, OCTOBER, CUT_OFF)["F1"]["roster"]
    assert [row["name"] for row in rows] == ["韦桂兰", "莫秀珍", "罗在外"]


def test_annex_2_prints_the_insurance_number_of_somebody_without_an_id(cast, ledger):
    facts = {"id_number": "", "id_number_hash": None, "id_absent_reason": "证件遗失待补", "insurance_number": "4502221806217"}
    ledger.person("莫秀珍", ("cataract", "06-01"), poor=None, civil="06-10", **facts)
    assert [row["id_number"] for row in build(cast.county, OCTOBER, CUT_OFF)["F2"]["rows"]] == ["4502221806217"]
