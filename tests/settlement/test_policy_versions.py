"""A policy's next version: drafted by one official, published by another, and nothing that was used ever changes."""

import datetime

import pytest
from django.db import DatabaseError, transaction

from ledger.actions.refusals import Refused
from ledger.models import AuditEvent
from settlement.actions.policies import (
    StaleDraft,
    copy_version,
    discard_draft,
    draft_from_text,
    publish,
    replace_text,
)
from settlement.actions.signing import SignEntry, sign_off
from settlement.models import PolicyVersion, SignOff
from settlement.policy_faults import TextRefused
from settlement.policy_text import Stated
from settlement.rules import policy_of
from tests.settlement.policy_desk import DEDUCTIBLE, FIRST_DAY, NEW_DOCUMENT
from tests.settlement.window import YUAN, Window

pytestmark = pytest.mark.django_db


def day(month: int, of: int, year: int = 2017) -> datetime.date:
    return datetime.date(year, month, of)


def faults(refused) -> dict[str, str]:
    return dict(refused.value.faults)


# ---- drafting ----


def test_a_copy_changes_the_day_and_one_number_and_no_other_line(desk):
    old, draft = desk.version(), desk.draft()
    before, after = old.text.splitlines(), draft.text.splitlines()
    assert [(one, other) for one, other in zip(before, after, strict=True) if one != other] == [
        ("in_force_from = 2017-07-28", "in_force_from = 2017-10-01"),
        (
            "deductible = { value = 400, assumed = true }",
            'deductible = { value = 500, source = "三（一）", document = "柳医保〔2017〕88号" }',
        ),
    ]
    assert (draft.number, draft.state, draft.based_on, draft.during.lower, draft.during.upper) == (2, "draft", old, FIRST_DAY, None)
    figure = desk.figure(draft)
    assert (figure.value, figure.source, figure.document, figure.assumed) == (500 * YUAN, "三（一）", NEW_DOCUMENT, False)


def test_a_changed_number_without_a_clause_is_assumed(desk):
    draft = desk.change(desk.draft(), {DEDUCTIBLE: Stated(45_000)})
    figure = desk.figure(draft)
    assert (figure.value, figure.assumed, figure.source) == (450 * YUAN, True, "")


def test_a_new_number_does_not_stand_under_the_old_ones_clause(desk):
    draft = desk.draft()
    tilt = "layers.basic.tilt.points"
    with pytest.raises(TextRefused) as refused:
        desk.change(draft, {tilt: Stated(100_000, "二（四）2", "柳卫医〔2017〕40号")})
    assert faults(refused)[tilt].startswith("数改了，出处还是原来那一条")
    assert desk.figure(desk.change(draft, {tilt: Stated(100_000, "三（二）", NEW_DOCUMENT)}), tilt).value == 100_000


def test_numbers_that_contradict_each_other_are_refused_with_their_place(desk):
    draft = desk.draft()
    text = draft.text
    with pytest.raises(TextRefused) as refused:
        desk.change(draft, {"layers.critical_illness.brackets[1].upto": Stated(6_000_000)})
    assert faults(refused) == {"layers.critical_illness.brackets": "分段上限应逐段增大"}
    draft.refresh_from_db()
    assert draft.text == text


def test_signed_numbers_are_carried_with_their_document(desk):
    version = desk.version()
    sign_off(
        by=desk.city, version=version,
        entries=[
            SignEntry(DEDUCTIBLE, "柳人社发〔2016〕9号", "第五条", "400"),
            SignEntry("conditions.poor.assumed_categories", "柳人社发〔2016〕9号", "第二条", "1"),
        ],
    )  # fmt: skip
    draft = copy_version(by=desk.city, version=version, first_day=FIRST_DAY)
    figure = desk.figure(draft)
    assert (figure.value, figure.document, figure.source, figure.assumed) == (40_000, "柳人社发〔2016〕9号", "第五条", False)
    assert policy_of(draft).conditions["poor"].assumed_categories == frozenset()
    assert "# 农村贫困人口：贫困残疾人：柳人社发〔2016〕9号 第二条" in draft.text
    assert not draft.signoffs.exists()


def test_who_changes_a_draft_becomes_its_maker_and_cannot_publish_it(desk):
    draft = desk.change(desk.draft(), {DEDUCTIBLE: Stated(50_000)}, by=desk.second)
    assert draft.made_by == desk.second
    with pytest.raises(Refused, match="最后修改这份草稿的是您。请由另一位市级经办人核对后发布。"):
        publish(by=desk.second, version=draft)
    publish(by=desk.city, version=draft)


def test_a_draft_changed_meanwhile_is_not_overwritten(desk):
    draft = desk.draft()
    opened = draft.sha256
    desk.change(draft, {DEDUCTIBLE: Stated(45_000)}, by=desk.second)
    with pytest.raises(StaleDraft, match="您打开之后，农振宇改过这份草稿"):
        desk.change(draft, {DEDUCTIBLE: Stated(60_000)}, opened=opened)


def test_a_discarded_draft_is_gone_and_its_number_free(desk):
    draft = desk.draft()
    discard_draft(by=desk.second, version=draft)
    assert not PolicyVersion.objects.filter(code="liuzhou-2017", number=2).exists()
    with pytest.raises(Refused, match="已经放弃"):
        desk.change(draft, {})
    assert desk.draft().number == 2


def test_the_trail_tells_of_every_step(desk):
    desk.published()
    told = AuditEvent.objects.filter(subject_type="policyversion").exclude(action="policy_loaded").order_by("id")
    assert [(event.action, event.staff, event.detail.get("what")) for event in told] == [
        ("policy_drafted", desk.city, "复制自第 1 版，自 2017-10-01 起"),
        ("policy_changed", desk.city, None),
        ("policy_published", desk.second, "自 2017-10-01 起执行"),
    ]


@pytest.mark.parametrize("who", ["lead", "liaison", "insurance"])
def test_nobody_but_the_city_changes_a_policy(desk, who):
    with pytest.raises(Refused, match="只有本市的市级经办人"):
        copy_version(by=getattr(desk.cast, who), version=desk.version(), first_day=FIRST_DAY)


# ---- whole files ----


def test_a_file_with_faults_tells_them_all_at_once_and_keeps_nothing(desk):
    text = desk.version().text
    text = text.replace("value = 200, assumed = true", 'value = 200.001, assumed = true, source = "一"', 1).replace(
        '"cataract"', '"catarct"'
    )
    text = text.replace('kind = "share"', 'kind = "shared"')
    with pytest.raises(TextRefused) as refused:
        draft_from_text(by=desk.city, text=text)
    assert refused.value.faults == [
        ("layers.basic.rows[1].deductible", "每个数应写明出处 source，或注明 assumed = true，二者只能有一个"),
        ("layers.basic.rows[1].deductible", "金额最多两位小数"),
        ("layers.medical_assistance.kind", "只能是 reimburse、cumulative、share、excess、fixed、given"),
    ]
    assert PolicyVersion.objects.filter(code="liuzhou-2017").count() == 1


@pytest.mark.parametrize(
    ("old", "new", "key", "sentence"),
    [
        ('"cataract",', '"catarct",', "conditions.covered.diseases", "台账的病种表中没有“catarct”"),
        ('code = "liuzhou-2017"', 'code = "柳州"', "code", "只能用小写字母、数字和短横线，例如 liuzhou-2018"),
        ('code = "liuzhou-2017"', 'code = "hunan-2017"', "code", "代码 hunan-2017 已用于湖南省的政策，请换一个代码"),
        ('area = "柳州市"', 'area = "柳洲市"', "area", "本市没有“柳洲市”这一地区，只能是"),
        ('title = "白内障补助"', 'title = "白内\\u0000障"', "layers.cataract_subsidy.title", "含有看不见的控制字符，请重新输入"),
        ('disabled-poor = "贫困残疾人"', 'disabled-poor = "贫困残疾人"\nveteran = "老兵"', "categories.veteran", "台账没有这一类别"),
        ('code = "liuzhou-2017"', "code = ", "全文", "不是有效的 TOML"),
    ],
)  # fmt: skip
def test_what_this_ledger_does_not_know_is_refused(desk, old, new, key, sentence):
    with pytest.raises(TextRefused) as refused:
        draft_from_text(by=desk.city, text=desk.version().text.replace(old, new, 1))
    assert faults(refused)[key].startswith(sentence)


def test_a_drafts_text_is_replaced_by_the_same_policys_only(desk):
    draft = desk.draft()
    with pytest.raises(TextRefused) as refused:
        replace_text(by=desk.city, version=draft, text=desk.version("hunan-2017").text)
    assert set(faults(refused)) == {"code", "area"}


# ---- publishing ----


def test_publishing_ends_the_version_before_at_the_new_first_day(desk):
    new = desk.published()
    old = desk.version()
    assert (old.state, old.during.upper, new.state, new.published_by) == ("published", FIRST_DAY, "published", desk.second)
    area = new.area
    assert PolicyVersion.objects.in_force(area, day(9, 30)) == old
    assert PolicyVersion.objects.in_force(area, day(10, 1)) == new


def test_bills_follow_the_version_of_their_discharge_day(desk):
    window = Window.open(desk.cast)
    desk.published()
    person = window.patient("石永福")
    old = window.settle(window.bill(person, admitted_on=day(9, 20), discharged_on=day(9, 30)))
    new = window.settle(window.bill(person, admitted_on=day(10, 2), discharged_on=day(10, 10)))
    # (10,000 − 400) × 80 % and (10,000 − 500) × 80 %.
    assert [str(one.lines.get(layer="basic").amount_yuan) for one in (old, new)] == ["7680.00", "7600.00"]
    assert (old.version.number, new.version.number) == (1, 2)
    assert new.year_before["basic"] == [1_000_000, 768_000]


def test_no_version_begins_before_what_was_settled_by_the_old_one(desk):
    window = Window.open(desk.cast)
    person = window.patient("石永福")
    window.settle(window.bill(person, admitted_on=day(9, 1), discharged_on=day(9, 10)))
    settled = window.settle(window.bill(person, admitted_on=day(10, 2), discharged_on=day(10, 10)))
    draft = desk.draft(day(9, 10))
    with pytest.raises(Refused) as refused:
        publish(by=desk.second, version=draft)
    assert refused.value.message == (
        "柳卫医〔2017〕40号 第 1 版（自 2017-07-28 起执行）已用于 2 笔出院日期在 2017-09-10 及以后的有效结算，执行期不能重叠。"
        "新版本最早从 2017-10-11 起执行：请改草稿的执行首日，或先冲销这些结算。"
    )
    assert desk.version().during.upper is None
    window.reverse(settled)
    publish(by=desk.second, version=desk.change(draft, {}, first_day=day(9, 11)))
    assert desk.version().during.upper == day(9, 11)


@pytest.mark.parametrize("first_day", [day(7, 28), day(7, 1)])
def test_a_version_nobody_used_is_replaced_from_its_own_first_day(desk, first_day):
    new = desk.published(first_day)
    assert desk.version().state == "replaced"
    assert PolicyVersion.objects.in_force(new.area, day(7, 28)) == new


def test_a_version_once_used_is_never_replaced_even_when_all_is_reversed(desk):
    window = Window.open(desk.cast)
    settlement = window.settle(window.bill(window.patient("石永福")))
    window.reverse(settlement)
    with pytest.raises(Refused, match="已经用过（1 笔结算，都已冲销），留作存底，执行期不能重叠。新版本最早从 2017-07-29 起执行"):
        desk.published(day(7, 28))


def test_a_later_version_still_unused_gives_way_to_an_earlier_one(desk):
    later = desk.published(day(12, 1))
    earlier = desk.published(day(11, 1))
    later.refresh_from_db()
    assert (later.state, earlier.state, desk.version().during.upper) == ("replaced", "published", day(11, 1))


# ---- what the database itself refuses ----


@pytest.mark.parametrize(
    "change",
    [{"text": "x"}, {"state": "draft"}, {"title": "x"}, {"note": "x"}, {"published_by": None}, {"sha256": "0" * 64}],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_a_published_version_never_changes(desk, change):
    version = desk.published()
    with pytest.raises(DatabaseError, match="a published policy never changes"), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(DatabaseError, match="a published policy never changes"), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).delete()


def test_a_used_version_is_not_replaced_and_a_replaced_one_never_comes_back(desk):
    window = Window.open(desk.cast)
    window.settle(window.bill(window.patient("石永福")))
    with pytest.raises(DatabaseError, match="a published policy never changes"), transaction.atomic():
        PolicyVersion.objects.filter(code="liuzhou-2017").update(state="replaced")
    PolicyVersion.objects.filter(code="hunan-2017").update(state="replaced")
    with pytest.raises(DatabaseError, match="a published policy never changes"), transaction.atomic():
        PolicyVersion.objects.filter(code="hunan-2017").update(state="published")


def test_no_settlement_stands_under_a_version_that_does_not_hold_on_its_day(desk):
    window = Window.open(desk.cast)
    settlement = window.settle(window.bill(window.patient("石永福"), admitted_on=day(10, 2), discharged_on=day(10, 10)))
    window.reverse(settlement)
    desk.published()
    settlement.pk, settlement.stands = None, True
    with pytest.raises(DatabaseError, match="does not hold on the discharge day"), transaction.atomic():
        settlement.save(force_insert=True)


def test_the_maker_cannot_be_the_publisher_in_the_database_either(desk):
    draft = desk.draft()
    with pytest.raises(DatabaseError, match="published_by_a_second_person"), transaction.atomic():
        PolicyVersion.objects.filter(pk=draft.pk).update(state="published", published_by=desk.city)


def test_a_signature_is_never_edited(desk):
    sign_off(by=desk.city, version=desk.version(), entries=[SignEntry(DEDUCTIBLE, NEW_DOCUMENT, "三", "400")])
    for change in (lambda: SignOff.objects.update(clause="四"), lambda: SignOff.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
