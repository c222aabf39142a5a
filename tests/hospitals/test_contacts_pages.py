"""专职联系人 on the screen: who has not answered, a form with its faults beside the fields, the list to sign on the trail."""

import datetime
import re

import pytest
from django.urls import reverse

from hospitals.models import Contact, ContactHandOver
from hospitals.open_tasks import Task
from hospitals.views.contacts import with_people
from ledger.models import AuditEvent, Person
from tests.cast import on_day
from tests.hospitals.contact_world import named, unit_of
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db
LIST, BUREAU = reverse("hospitals:contacts"), reverse("hospitals:contact-bureau")
TYPED = {
    "name": "蓝雪梅",
    "position": "医政股股长",
    "phone": "0772-7612345",
    "mobile": "１３９０７７２０５６１",
    "email": "lyz@example.cn",
    "staff": "",
}


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_clerk_names_the_bureaus_person(cast):
    clerk = client_of(cast.clerk)
    assert "已填报 0 / 2 个单位" in text(clerk.get(LIST)) and "填报联系人" in text(clerk.get(LIST))
    done = clerk.post(BUREAU, TYPED, follow=True)
    assert "已填报柳城县卫生和计划生育局的联系人蓝雪梅。" in text(done) and "139****0561" in text(done) and "0772761****" in text(done)
    assert "13907720561" not in done.content.decode()
    contact = Contact.objects.get()
    assert (contact.mobile.reveal(), contact.phone.reveal(), contact.county, contact.hospital) == (
        "13907720561",
        "07727612345",
        cast.county,
        None,
    )
    only = text(clerk.get(LIST, {"missing": "1"}))
    assert "柳城县人民医院" in only and "蓝雪梅" not in only


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "请填写姓名。"),
        ({"position": ""}, "请填写职务。"),
        ({"mobile": "1390772056"}, "手机号要 11 位，现在是 10 位。请核对后补齐。"),
        ({"mobile": "0772-7612345"}, "这一栏填手机号，11 位，以 1 开头；座机请填在“电话”里。"),
        ({"email": "lyz@"}, "邮箱请写成 name@example.cn 这样，没有的可以不填。"),
        ({"staff": "999999"}, "系统账号不在可选范围，请重新选择。"),
    ],
)
def test_a_fault_is_said_beside_its_field_and_what_was_typed_stays(cast, wrong, sentence):
    answer = client_of(cast.clerk).post(BUREAU, {**TYPED, **wrong})
    assert answer.status_code == 422 and sentence in text(answer) and "lyz@" in answer.content.decode()
    assert not Contact.objects.exists()


def test_a_hospital_names_its_own_and_the_bureau_may_for_it(cast):
    address = reverse("hospitals:contact-hospital", args=[cast.hospital.pk])
    assert "还没有填报" in text(client_of(cast.liaison).get(LIST))
    assert client_of(cast.liaison).post(address, TYPED).status_code == 302
    corrected = client_of(cast.clerk).post(address, {**TYPED, "mobile": "13907720999"}, follow=True)
    assert "已更正柳城县人民医院联系人的手机。" in text(corrected)
    assert "没有改动，不用保存。" in text(client_of(cast.clerk).post(address, {**TYPED, "mobile": "13907720999"}, follow=True))
    for stranger in (cast.clerk2, cast.liaison):
        other = reverse("hospitals:contact-hospital", args=[cast.city_hospital.pk if stranger == cast.liaison else cast.hospital.pk])
        assert client_of(stranger).get(other).status_code == 404
    direct = reverse("hospitals:contact-hospital", args=[cast.city_hospital.pk])
    assert client_of(cast.city).post(direct, TYPED).status_code == 302 and client_of(cast.clerk).get(direct).status_code == 404


def test_the_city_sees_who_has_not_answered(cast):
    named(cast, cast.clerk, county=cast.county)
    told = text(client_of(cast.city).get(LIST, {"missing": "1"}))
    assert "已填报 1 / 4 个单位" in told
    assert (
        all(name in told for name in ("柳城县人民医院", "鹿寨县卫生和计划生育局", "柳州市工人医院"))
        and "柳城县卫生和计划生育局" not in told
    )


def test_the_list_is_looked_at_handed_over_and_printed(cast):
    person = cast.register("韦桂兰", by=cast.clerk)
    named(cast, cast.clerk, "覃玉芳", staff=cast.clerk, county=cast.county)
    lead, address = client_of(cast.lead), reverse("hospitals:contact-bureau-hand-over")
    page = lead.get(address)
    assert "一起移交的事项" in text(page) and "经办的病例" in text(page) and "韦桂兰" in text(page)
    assert "覃玉芳经办的 1 例会转到接收人的账号" in text(page)
    seen = re.search(r'name="seen" value="([^"]+)"', page.content.decode())[1]
    wrong = lead.post(address, {**TYPED, "seen": seen, "reason": ""})
    assert wrong.status_code == 422 and "请填写交接原因。" in text(wrong)
    refused = lead.post(address, {**TYPED, "seen": seen, "reason": "退休"})
    assert refused.status_code == 422 and "请选择接收人的账号" in text(refused) and "退休" in refused.content.decode()
    done = lead.post(address, {**TYPED, "name": "韦国强", "seen": seen, "reason": "退休", "staff": cast.lead.pk}, follow=True)
    told = text(done)
    assert "农村贫困人口大病专项救治工作联系人交接清单" in told and "移交人（签名）" in told and "韦桂兰" in told and "退休" in told
    assert "经办的病例（已转账号）" in told and cast.case_of(person).assigned_to == cast.lead
    printed = AuditEvent.objects.get(action="printed")
    assert (printed.subject_type, printed.county_code, printed.detail["list"]) == ("contacthandover", "450222", "contact-hand-over")
    paper = reverse("hospitals:contact-list", args=[ContactHandOver.objects.get().pk])
    assert paper in client_of(cast.clerk).get(LIST).content.decode()
    assert client_of(cast.clerk2).get(paper).status_code == 404 and client_of(cast.liaison).get(paper).status_code == 404
    assert '<p class="no">柳城县卫生和计划生育局<span>交接日期 2017-10-20</span></p>' in client_of(cast.city).get(paper).content.decode()


def test_looking_at_the_list_is_one_row_on_the_trail(cast):
    named(cast, cast.liaison, hospital=cast.hospital)
    client_of(cast.liaison).get(reverse("hospitals:contact-hospital-hand-over", args=[cast.hospital.pk]))
    row = AuditEvent.objects.get(action="viewed_list")
    assert (row.username, row.county_code, row.detail["what"]) == (cast.liaison.username, "450222", "联系人交接")


def test_without_a_contact_there_is_nothing_to_hand_over(cast):
    answer = client_of(cast.lead).get(reverse("hospitals:contact-bureau-hand-over"), follow=True)
    assert "柳城县卫生和计划生育局还没有填报联系人，不用交接，请直接填报。" in text(answer)


def test_the_next_contact_answers_from_the_day_of_handing_over(cast):
    with on_day(datetime.date(2017, 8, 12)):
        named(cast, cast.liaison, "何丽萍", hospital=cast.hospital)
    liaison = client_of(cast.liaison)
    address = reverse("hospitals:contact-hospital-hand-over", args=[cast.hospital.pk])
    seen = re.search(r'name="seen" value="([^"]+)"', liaison.get(address).content.decode())[1]
    liaison.post(address, {**TYPED, "seen": seen, "reason": "调离"})
    assert unit_of(cast, hospital=cast.hospital).contact.name == "蓝雪梅"
    told = text(liaison.get(LIST))
    assert "2017-10-20" in told and "何丽萍" in told  # In the lists of handing over.


def test_a_record_merged_since_stands_under_the_kept_one(cast):
    kept, gone = cast.register("韦桂兰"), cast.register("韦贵兰")
    Person.objects.everywhere("a test").filter(pk=gone.pk).update(merged_into=kept)
    tasks = [Task("经办的病例", person.pk, "白内障", datetime.date(2017, 10, 9)) for person in (gone, kept)]
    assert [person for _, person in with_people(cast.clerk, tasks)] == [kept, kept]
    assert [person for _, person in with_people(cast.clerk2, tasks)] == [None, None]
