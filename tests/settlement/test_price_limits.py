"""单病种限额 and 医院级别, kept by the city: overlaps refused in a sentence, the limit filled into the bill, the level that lets it settle."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hospitals.models import HospitalLevel
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent
from settlement.actions.price_limits import add_limit, end_limit, remove_limit, set_levels
from settlement.entitlement import Visit, entitlement
from settlement.models import PolicyArea, PriceLimit
from tests.settlement.window import YUAN, Window

pytestmark = pytest.mark.django_db
LEVELS = {"level-1": "一级", "level-2": "二级", "level-3": "三级"}
DOCUMENT = "柳卫医〔2017〕61号"


def day(month: int, of: int) -> datetime.date:
    return datetime.date(2017, month, of)


def add(desk, disease: str = "gastric-cancer", **fields) -> PriceLimit:
    fields = {"level": "", "first_day": day(8, 1), "last_day": None, "amount": 25_000 * YUAN, "document": DOCUMENT} | fields
    area = PolicyArea.objects.get(name="柳州市")
    return add_limit(by=fields.pop("by", desk.city), area=area, disease=desk.cast.disease(disease), levels=LEVELS, **fields)


def limit_of(desk, on: datetime.date):
    person = Window.open(desk.cast).patient("石永福")
    found = entitlement(Visit(person, desk.cast.disease("gastric-cancer"), desk.cast.hospital, on, on))
    return found.limit and str(found.limit.amount_yuan)


def test_the_limit_of_the_level_and_day_fills_the_bill(desk):
    add(desk)
    add(desk, level="level-2", amount=20_000 * YUAN, first_day=day(9, 1), last_day=day(9, 30))
    assert [limit_of(desk, on) for on in (day(7, 31), day(8, 1), day(9, 1), day(9, 30), day(10, 1))] == [
        None, "25000.00", "20000.00", "20000.00", "25000.00",
    ]  # fmt: skip
    assert AuditEvent.objects.filter(action="price_limit_added").latest("id").detail["what"] == (
        "胃癌（二级）20,000.00 元，2017-09-01 至 2017-09-30，柳卫医〔2017〕61号"
    )


def test_two_limits_of_one_kind_at_a_time_are_refused(desk):
    add(desk, level="level-2", last_day=day(9, 30))
    with pytest.raises(Refused) as refused:
        add(desk, level="level-2", first_day=day(9, 30), amount=1)
    assert (refused.value.message, refused.value.field) == (
        "执行期和已有的限额重叠：胃癌（二级）25,000.00 元，2017-08-01 至 2017-09-30，柳卫医〔2017〕61号。请先终止原来的限额，或改开始日期。",
        "first_day",
    )
    add(desk, level="level-2", first_day=day(10, 1))
    add(desk, level="level-3", first_day=day(9, 1))
    add(desk, "cataract", level="level-2")


def test_a_limit_ends_and_only_earlier_again(desk):
    limit = add(desk)
    end_limit(by=desk.city, limit=limit, last_day=day(9, 30), levels=LEVELS)
    assert (limit_of(desk, day(9, 30)), limit_of(desk, day(10, 1))) == ("25000.00", None)
    with pytest.raises(Refused, match="已在 2017-09-30 终止，只能改得更早"):
        end_limit(by=desk.city, limit=limit, last_day=day(10, 1), levels=LEVELS)
    with pytest.raises(Refused, match="早于开始日期 2017-08-01"):
        end_limit(by=desk.city, limit=limit, last_day=day(7, 31), levels=LEVELS)


def test_a_limit_is_removed_until_it_was_used(desk):
    window = Window.open(desk.cast)
    wrong, used = add(desk, "cataract"), add(desk)
    window.settle(window.bill(window.patient("石永福"), limit=25_000 * YUAN))
    remove_limit(by=desk.city, limit=wrong, levels=LEVELS)
    with pytest.raises(Refused, match="执行期内已有 1 笔胃癌的有效结算，不能删除"):
        remove_limit(by=desk.city, limit=used, levels=LEVELS)
    assert list(PriceLimit.objects.all()) == [used]


@pytest.mark.parametrize("who", ["lead", "liaison", "insurance"])
def test_only_the_city_keeps_limits(desk, who):
    with pytest.raises(Refused, match="只有本市的市级经办人"):
        add(desk, by=getattr(desk.cast, who))


def form(**fields) -> dict:
    return {"disease": "", "level": "", "amount": "25,000", "first_day": "2017-8-1", "last_day": "", "document": DOCUMENT} | fields


def test_the_page_adds_ends_and_removes(desk):
    client = desk.browser()
    disease = desk.cast.disease("gastric-cancer")
    answer = client.post("/policies/limits/", form(disease=disease.pk, level="level-3"), follow=True)
    assert "已添加胃癌的限额 25,000.00 元，自 2017-08-01 起。" in answer.content.decode()
    limit = PriceLimit.objects.get()
    assert (limit.level, str(limit.amount_yuan), limit.during.lower, limit.made_by) == ("level-3", "25000.00", day(8, 1), desk.city)
    again = client.post("/policies/limits/", form(disease=disease.pk, level="level-3"))
    assert again.status_code == 422 and "执行期和已有的限额重叠：胃癌（三级）" in again.content.decode()
    assert client.post(f"/policies/limits/{limit.pk}/end/", {"last_day": "2017-09-30"}).status_code == 302
    limit.refresh_from_db()
    assert limit.during.upper == day(10, 1)
    assert "胃癌" not in client.get("/policies/limits/").content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    assert "2017-08-01 至 2017-09-30" in client.get("/policies/limits/?all=yes").content.decode()
    assert client.post(f"/policies/limits/{limit.pk}/remove/").status_code == 302
    assert not PriceLimit.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"amount": "二万"}, "金额"), ({"amount": "-5"}, "金额"), ({"amount": ""}, "请填写限额（元）。"), ({"document": ""}, "请填写文号。"),
        ({"first_day": "1017-08-01"}, "1017-08-01 不像是执行日期"), ({"last_day": "2017-07-01"}, "最后一天 2017-07-01 早于开始日期 2017-08-01"),
        ({"level": "level-9"}, "医院级别不在可选范围"),
    ],
)  # fmt: skip
def test_what_is_mistyped_is_said(desk, fields, sentence):
    disease = desk.cast.disease("gastric-cancer")
    answer = desk.browser().post("/policies/limits/", form(disease=disease.pk) | fields)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not PriceLimit.objects.exists()


def test_the_county_reads_limits_and_changes_none(desk):
    limit = add(desk)
    client = desk.browser(desk.cast.lead)
    page = client.get("/policies/limits/").content.decode()
    assert "胃癌" in page and "添加限额" not in page and "终止" not in page
    posts = [
        client.post("/policies/limits/", {}),
        client.post(f"/policies/limits/{limit.pk}/end/", {}),
        client.post("/policies/levels/", {}),
    ]
    assert [answer.status_code for answer in posts] == [404, 404, 404]


def test_as_many_queries_for_thirty_limits_as_for_one(desk):
    add(desk)
    client = desk.browser()
    client.get("/policies/limits/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/policies/limits/")
    for month in range(1, 8):
        for level in ("level-1", "level-2", "level-3", ""):
            add(desk, "cataract", level=level, first_day=day(month, 1), last_day=day(month, 27) if month < 7 else None)
    with CaptureQueriesContext(connection) as many:
        client.get("/policies/limits/?all=yes")
    assert len(many) == len(one)


# ---- 医院级别 ----


def test_a_hospital_without_a_level_is_given_one_and_its_bills_settle(desk):
    window = Window.open(desk.cast)
    HospitalLevel.objects.filter(hospital=desk.cast.hospital).delete()
    entry = window.bill(window.patient("石永福"))
    with pytest.raises(Refused, match="没有登记柳城县人民医院在 柳卫医〔2017〕40号 下的医院级别。请市级卫健部门登记。"):
        window.settle(entry)
    client = desk.browser()
    page = client.get("/policies/levels/").content.decode()
    assert "1 家未定" in page
    field = f"h{desk.cast.hospital.pk}"
    rest = {f"h{desk.cast.city_hospital.pk}": "level-3"}
    answer = client.post("/policies/levels/", {field: "level-2"} | rest, follow=True)
    assert "已保存，改了 1 家医院的级别。" in answer.content.decode()
    assert window.settle(entry).inputs["hospital_level"] == "level-2"
    event = AuditEvent.objects.get(action="hospital_level_set")
    assert (event.staff, event.detail) == (desk.city, {"code": "liuzhou-2017", "what": "柳城县人民医院：未定 → 二级"})


def test_a_level_that_the_policy_does_not_know_is_refused(desk):
    answer = desk.browser().post("/policies/levels/", {f"h{desk.cast.hospital.pk}": "level-9"})
    assert answer.status_code == 422 and "柳城县人民医院的级别不在可选范围" in answer.content.decode()
    with pytest.raises(Refused, match="政策里没有柳城县人民医院的这一级别"):
        area = PolicyArea.objects.get(name="柳州市")
        set_levels(by=desk.city, area=area, policy="liuzhou-2017", levels=LEVELS, chosen={desk.cast.hospital: "level-9"})


def test_each_policy_has_levels_of_its_own(desk):
    client = desk.browser()
    client.post("/policies/levels/?policy=hunan-2017", {f"h{desk.cast.hospital.pk}": "county", f"h{desk.cast.city_hospital.pk}": "city"})
    rows = HospitalLevel.objects.filter(hospital=desk.cast.hospital).order_by("policy").values_list("policy", "level")
    assert list(rows) == [("hunan-2017", "county"), ("liuzhou-2017", "level-2")]
    assert "县级" in desk.browser(desk.cast.lead).get("/policies/levels/?policy=hunan-2017").content.decode()


def test_taking_a_level_away_is_told(desk):
    client = desk.browser()
    client.post("/policies/levels/", {f"h{desk.cast.hospital.pk}": "", f"h{desk.cast.city_hospital.pk}": "level-3"})
    assert not HospitalLevel.objects.filter(hospital=desk.cast.hospital).exists()
    assert AuditEvent.objects.get(action="hospital_level_set").detail["what"] == "柳城县人民医院：二级 → 未定"
