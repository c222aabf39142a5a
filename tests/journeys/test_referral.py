"""A referral between two hospitals, seen from both sides at two screens, down to the paper that goes with the patient."""

import re

import pytest

from ledger.models import Case, Person
from tests.cast import PASSWORD
from tests.hospitals.referral_world import city_liaison, in_treatment, requested

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONGEST = "病" * 399 + "。"


def presses(one, button: str) -> None:
    """Press the button and wait for the page that answers."""
    one.comes_to_rest()
    with one.page.expect_navigation(wait_until="load"):
        one.page.get_by_role("button", name=button, exact=True).click()


@pytest.fixture
def there(cast):
    staff = city_liaison(cast)
    staff.set_password(PASSWORD)
    staff.save()
    return staff


def test_from_the_county_to_the_city_at_two_screens(cast, desk, there):
    case = in_treatment(cast)
    county, city = desk(), desk()
    city.expected |= {404}
    county.sign_in(cast.liaison.username, PASSWORD)
    city.sign_in(there.username, PASSWORD)
    person = f"/ledger/people/{case.person_id}/"
    city.open(person)
    city.shows("没有这一页，或者不在您的管辖范围。")

    county.open(person)
    with county.page.expect_navigation(wait_until="load"):
        county.page.get_by_role("link", name="申请转诊").click()
    for field, value in [("direction", "up"), ("to_hospital", "450202-1")]:
        county.page.select_option(f"#id_{field}", value)
    for field, value in [
        ("reason", "需行胃癌根治术"), ("condition", "胃镜示胃窦癌"), ("doctor", "陆医生"), ("head_of_department", "韦主任"),
        ("family_name", "韦小军"), ("family_relation", "儿子"),
    ]:  # fmt: skip
        county.page.fill(f"#id_{field}", value)
    presses(county, "提交转诊申请")
    county.shows("患者同意才能转诊。")  # Forgotten, and said beside the box; nothing typed is lost.
    county.page.check("#id_patient_agreed")
    presses(county, "提交转诊申请")
    county.shows("待接收", "胃镜示胃窦癌")
    address = county.page.url.removeprefix(county.address)

    city.open("/hospitals/referrals/")
    city.shows("韦桂兰", "柳城县人民医院", "等转入医院")
    city.open(person)
    city.shows("转诊在办")
    city.open(address)
    city.page.fill("#id_text", "请到三病区")
    presses(city, "接收")
    city.shows("已接收", "下一步由转出医院办理")

    county.open(address)
    county.shows("请到三病区")
    presses(county, "登记出发")
    county.shows("转送中", "下一步由转入医院办理")
    city.open(address)
    presses(city, "登记到院")
    city.shows("已到院")
    moved = Case.objects.everywhere("test").get()
    assert (moved.hospital_code, moved.referral_code) == ("450202-1", "450222-1")
    county.open(person)  # Until the end it reads on.
    county.shows("韦桂兰", "转诊在办")
    city.open(address)
    presses(city, "办结转诊")
    city.shows("已完成")
    county.expected |= {404}
    county.open(person)
    county.shows("没有这一页，或者不在您的管辖范围。")
    city.open(person)
    city.shows("再次入院")


def test_the_paper_is_one_page_with_the_longest_texts(cast, desk):
    case = in_treatment(cast)
    Person.objects.everywhere("test").update(address="柳" * 60)
    referral = requested(
        cast, case, reason="转" * 200, condition=LONGEST, treated_so_far=LONGEST, doctor="陆" * 20, head_of_department="韦" * 20,
        family_name="韦" * 20, family_relation="远房亲戚" * 5,
    )  # fmt: skip
    one = desk()
    one.sign_in(cast.liaison.username, PASSWORD)
    one.open(f"/hospitals/referrals/{referral.pk}/paper/")
    one.shows("转诊病情介绍单", "四、病情交接")
    assert len(re.findall(rb"/Type\s*/Page\b", one.page.pdf(prefer_css_page_size=True))) == 1
