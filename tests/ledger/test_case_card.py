"""The case card: what it prints, to whom, and what the trail says of it."""

import datetime

import pytest
from django.urls import reverse

from hospitals import actions as hospital
from ledger.actions.cases import verify_case
from ledger.models import AuditEvent, CaseEvent
from ledger.views.case_card import setting
from tests.cast import on_day
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db
D = datetime.date


@pytest.fixture
def case(cast):
    """韦桂兰, registered on the 2nd, verified on the 4th, in hospital since the 10th."""
    person = cast.register(
        "韦桂兰",
        on=D(2017, 10, 2),
        phone="13907720561",
        contact_name="韦玉秀",
        contact_phone="13907720562",
        insurance_number="4502221806217",
    )
    with on_day(D(2017, 10, 4)):
        case = verify_case(by=cast.lead, case=cast.case_of(person))
    with on_day(D(2017, 10, 10)):
        hospital.admit(by=cast.clerk, case=case, hospital=cast.hospital, on=D(2017, 10, 10))
    return cast.case_of(person)


def card(cast, case, who: str = "clerk"):
    return client_of(getattr(cast, who)).get(reverse("ledger:case-card", args=[case.pk]))


def test_the_card_says_who_what_and_how_far(cast, case):
    answer = card(cast, case)
    stations = [(one.words, one.event and one.event.on, one.event and one.event.by_name, one.here) for one in answer.context["stations"]]
    assert stations == [
        ("发现", D(2017, 10, 2), "覃玉芳", False), ("登记", D(2017, 10, 2), "覃玉芳", False), ("核实", D(2017, 10, 4), "韦国强", False),
        ("诊疗方案", None, None, False), ("治疗中", D(2017, 10, 10), "覃玉芳", True), ("完成治疗", None, None, False), ("销号", None, None, False),
    ]  # fmt: skip
    page = answer.content.decode()
    for told in (
        "农村贫困人口大病专项救治病例卡", "韦桂兰，女，66 岁", str(case.person.id_number), "139****0561", "139****0562", "4502221806217",
        "柳城县龙头镇龙头村3 组 8 号", "2016-01-01 至今", "未核实", "白内障", "2017-10-02，入户排查", "<td>柳城县人民医院</td><td>2017-10-10</td><td>在院</td>",
        "患者或家属（签名）：", "证号、电话已遮盖。", "<button class=\"btn btn-primary\" type=\"button\" data-print>打印</button>",
    ):  # fmt: skip
        assert told in page, told
    assert "13907720561" not in page and case.person.id_number.reveal() not in page


def test_printing_is_on_the_trail(cast, case):
    card(cast, case)
    event = AuditEvent.objects.get(action="printed")
    assert (event.staff, event.subject_type, event.subject_id, event.detail) == (cast.clerk, "case", case.pk, {"what": "病例卡"})


def test_numbers_in_full_ask_for_what(cast, case):
    client, address = client_of(cast.clerk), reverse("ledger:case-card-full", args=[case.pk])
    answer = client.post(address, {"purpose": " "})
    assert (
        answer.status_code == 422
        and "请填写用途。" in answer.content.decode()
        and not AuditEvent.objects.filter(action="revealed").exists()
    )
    page = client.post(address, {"purpose": "存档"}).content.decode()
    assert case.person.id_number.reveal() in page and "13907720561" in page and "全号用途：存档。" in page and "139****0562" in page
    assert [event.text for event in CaseEvent.objects.filter(move="revealed").order_by("pk")] == [
        "查看身份证号，用途：存档",
        "查看联系电话，用途：存档",
    ]
    assert AuditEvent.objects.filter(action="printed").count() == 1


def test_a_hospital_prints_its_own_patients_card(cast, case):
    assert card(cast, case, "liaison").status_code == 200
    assert card(cast, case, "clerk2").status_code == 404
    assert client_of(cast.clerk2).post(reverse("ledger:case-card-full", args=[case.pk]), {"purpose": "看看"}).status_code == 404
    assert client_of(cast.city).post(reverse("ledger:case-card-full", args=[case.pk]), {"purpose": "看看"}).status_code == 404
    assert "显示全号" not in card(cast, case, "city").content.decode()


def test_the_persons_page_leads_to_each_card(cast, case):
    page = client_of(cast.insurance).get(reverse("ledger:person", args=[case.person_id])).content.decode()
    assert f'<a href="{reverse("ledger:case-card", args=[case.pk])}">病例卡：白内障</a>' in page


@pytest.mark.parametrize(
    ("categories", "stays", "long", "told"),
    [
        (1, 1, 1, ("sheet-tight", 1)),
        (2, 7, 1, ("sheet-tight", 7)),
        (4, 8, 1, ("sheet-small", 8)),
        (6, 8, 1, ("sheet-dense", 8)),
        (6, 8, 4, ("sheet-dense", 7)),  # A text too long for its line takes a stay's place.
    ],
)
def test_the_sheet_is_set_so_that_it_stays_one_page(cast, case, categories, stays, long, told):
    """Measured in a browser: a line more in a wider setting is a second page."""
    facts = [case.person.categories.get()] * categories
    facts[0].basis = "县扶贫办 2016 年建档立卡名册" * long
    case.person.address = "东泉镇永安村上屯 12 号，" * long
    assert setting(case, facts, ["柳州市柳铁中心医院"] * stays) == told
