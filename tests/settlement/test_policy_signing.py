"""示范参数签认: the number typed from the local document is the policy's, or nothing is signed; once all are, the policy settles for real."""

import pytest
from django.test import override_settings

from ledger.actions.refusals import Refused
from ledger.models import AuditEvent
from settlement.actions.signing import NotSigned, SignEntry, sign_off
from settlement.faults import SampleOnly
from settlement.figures import assumed_figures
from settlement.models import SignOff
from settlement.policy_printed import bare, expected, kind_of, read_printed
from settlement.rules import policy_of
from tests.settlement.policy_desk import DEDUCTIBLE
from tests.settlement.window import Window

pytestmark = pytest.mark.django_db
DOCUMENT = "柳人社发〔2016〕9号"


def sign(desk, key: str, printed: str, *, clause: str = "第五条", document: str = DOCUMENT, code: str = "liuzhou-2017"):
    return sign_off(by=desk.city, version=desk.version(code), entries=[SignEntry(key, document, clause, printed)])


def everything(version) -> list[SignEntry]:
    """What somebody would type whose document prints exactly the policy's numbers."""
    policy = policy_of(version)
    typed = [(figure, bare(figure) or str(expected(figure, policy))) for figure in assumed_figures(policy)]
    return [SignEntry(figure.key, DOCUMENT, "第五条", printed) for figure, printed in typed]


@pytest.mark.parametrize("printed", ["400", "400元", "４００", " 400.00 "])
def test_the_number_as_the_document_prints_it_is_signed(desk, printed):
    (row,) = sign(desk, DEDUCTIBLE, printed)
    figure = desk.figure(desk.version())
    assert (figure.value, figure.assumed, figure.document, figure.source) == (40_000, False, DOCUMENT, "第五条")
    assert (row.signed_by, row.key) == (desk.city, DEDUCTIBLE)
    event = AuditEvent.objects.get(action="number_signed")
    assert (event.staff, event.detail["what"]) == (desk.city, "基本医疗保险 起付线（二级）：400 元，柳人社发〔2016〕9号 第五条")


@pytest.mark.parametrize(
    ("key", "printed", "sentence"),
    [
        (DEDUCTIBLE, "450", "文件上是 450 元，本版是 400 元，不能签认。请复制为新版本，改成文件上的数。"),
        ("layers.basic.rows[2].rate", "0.75", "文件上是 0.75%，本版是 75%，不能签认。请复制为新版本，改成文件上的数。"),
        ("conditions.poor.assumed_categories", "2", "文件上是 2 项，本版是 1 项，不能签认。请复制为新版本，改成文件上的数。"),
        (DEDUCTIBLE, "四百", "“四百”不是数。请照文件写阿拉伯数字，单位是元。"),
        (DEDUCTIBLE, "", "“”不是数。请照文件写阿拉伯数字，单位是元。"),
        (DEDUCTIBLE, "400.001", "金额最多两位小数，不超过 99,999,999.99 元，请核对。"),
        ("layers.basic.rows[2].rate", "175", "比例是 0 到 100 之间的数，最多四位小数，请核对。"),
    ],
)
def test_another_number_signs_nothing(desk, key, printed, sentence):
    with pytest.raises(NotSigned) as refused:
        sign(desk, key, printed)
    assert (refused.value.faults, refused.value.differing) == ([(key, "printed", sentence)], "不能签认" in sentence)
    assert not SignOff.objects.exists()


def test_one_wrong_line_leaves_all_unsigned_and_every_fault_is_told(desk):
    entries = [SignEntry(DEDUCTIBLE, "", "", "400"), SignEntry("layers.basic.rows[1].rate", DOCUMENT, "第五条", "85%")]
    with pytest.raises(NotSigned) as refused:
        sign_off(by=desk.city, version=desk.version(), entries=entries)
    assert refused.value.faults == [(DEDUCTIBLE, "document", "请写地方文件的文号。"), (DEDUCTIBLE, "clause", "请写条款。")]
    assert not SignOff.objects.exists()


def test_a_number_is_signed_once(desk):
    sign(desk, DEDUCTIBLE, "400")
    with pytest.raises(NotSigned) as refused:
        sign_off(by=desk.second, version=desk.version(), entries=[SignEntry(DEDUCTIBLE, DOCUMENT, "第六条", "400")])
    assert refused.value.faults == [(DEDUCTIBLE, "printed", "已由林海燕签认，不用再签。")]


def test_a_stated_number_needs_no_signature(desk):
    with pytest.raises(NotSigned) as refused:
        sign(desk, "layers.basic.tilt.points", "5")
    assert refused.value.faults == [("layers.basic.tilt.points", "printed", "不是示范参数，不用签认。")]


def test_a_draft_is_not_signed(desk):
    with pytest.raises(Refused, match="只有已发布的版本要签认"):
        sign_off(by=desk.city, version=desk.draft(), entries=[])


@pytest.mark.parametrize("who", ["lead", "liaison", "finance"])
def test_only_the_city_signs(desk, who):
    with pytest.raises(Refused, match="只有本市的市级经办人"):
        sign_off(by=getattr(desk.cast, who), version=desk.version(), entries=[])


@pytest.mark.parametrize("code", ["liuzhou-2017", "hunan-2017", "xinbin-2018", "chongqing-2019"])
def test_every_assumed_number_of_every_policy_can_be_signed(desk, code):
    version = desk.version(code)
    entries = everything(version)
    assert len(entries) == len(sign_off(by=desk.city, version=version, entries=entries))
    assert assumed_figures(policy_of(version)) == []


def test_a_policy_signed_to_the_last_number_settles_without_the_sample_mark(desk):
    window = Window.open(desk.cast)
    version = desk.version()
    *most, last = everything(version)
    sign_off(by=desk.city, version=version, entries=most)
    first = window.bill(window.patient("石永福"))
    with override_settings(SAMPLE_SETTLEMENT=False), pytest.raises(SampleOnly):
        window.settle(first)
    sampled = window.settle(first)
    sign_off(by=desk.city, version=version, entries=[last])
    with override_settings(SAMPLE_SETTLEMENT=False):
        real = window.settle(window.bill(window.patient("韦桂兰")))
    assert (sampled.sample, real.sample) == (True, False)
    assert [line.amount_yuan for line in sampled.lines.all()] == [line.amount_yuan for line in real.lines.all()]
    # What was settled before keeps the numbers as they stood then.
    assert [figure.key for figure in assumed_figures(policy_of(version, until=sampled.settled_at))] == [last.key]


def test_the_word_for_no_cap_is_typed_as_it_stands(desk):
    key = "layers.critical_illness.tilt.no_cap"
    with pytest.raises(NotSigned) as refused:
        sign(desk, key, "是", code="chongqing-2019")
    assert refused.value.faults[0][2] == "文件规定不设限额的，请写“不设限额”四个字。"
    sign(desk, key, "不设限额。", code="chongqing-2019")
    assert not desk.figure(desk.version("chongqing-2019"), key).assumed


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("yuan", "15,000", 1_500_000), ("yuan", "１５０００元", 1_500_000), ("yuan", "0.5", 50), ("percent", "85%", 850_000),
        ("percent", "61.25", 612_500), ("percent", "８５％", 850_000), ("points", "5 个百分点", 50_000), ("list", "9种", 9), ("list", "34 项", 34),
    ],
)  # fmt: skip
def test_how_a_document_writes_a_number(kind, text, value):
    assert read_printed(kind, text) == value


@pytest.mark.parametrize(("kind", "text"), [("yuan", "-1"), ("yuan", "NaN"), ("yuan", "1e999"), ("percent", "101"), ("list", "9.5")])
def test_what_is_no_number_of_a_document(kind, text):
    with pytest.raises(ValueError):
        read_printed(kind, text)


def test_every_kind_of_number_is_read_back_as_it_is_shown(desk):
    kinds = set()
    for code in ("liuzhou-2017", "hunan-2017", "chongqing-2019"):
        policy = policy_of(desk.version(code))
        for figure in assumed_figures(policy):
            if bare(figure):
                assert read_printed(kind_of(figure), bare(figure)) == figure.value == expected(figure, policy)
            kinds.add(kind_of(figure))
    assert kinds == {"yuan", "percent", "points", "list", "no_cap"}


def test_once_all_are_signed_the_page_asks_for_nothing_more(desk):
    version = desk.version()
    *most, last = everything(version)
    sign_off(by=desk.city, version=version, entries=most)
    page = desk.browser().get(f"/policies/{version.pk}/assumed/").content.decode()
    assert "文件上的数</th>" in page and "签认填好的参数" in page
    sign_off(by=desk.city, version=version, entries=[last])
    page = desk.browser().get(f"/policies/{version.pk}/assumed/").content.decode()
    assert "文件上的数</th>" not in page and '<th scope="col" class="p-signed">签认</th>' in page and "签认填好的参数" not in page
