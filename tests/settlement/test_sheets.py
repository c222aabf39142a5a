"""The papers of a settlement: what they say to the fen, what they mark, who may print them, and that they stay one page."""

import datetime
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from ledger.models import AuditEvent, Category
from settlement import policy_file, sheet
from settlement.patient_words import layer_sentences
from settlement.preparing import prepare
from settlement.sheet import sheet_of, sheet_of_preview
from settlement.steps import steps
from tests.settlement.reader import number, recomputed
from tests.settlement.test_calculation import settled
from tests.settlement.window import YUAN

DAY = datetime.date
PAPERS = ["calculation-sheet", "settlement-sheet"]


@pytest.fixture
def second(window):
    """The patient's second bill of the year, at the county hospital (level 2)."""
    person = window.patient("石永福", sex="male", born_on=DAY(1973, 2, 3))
    window.settle(window.bill(person, total=8_000 * YUAN))
    entry = window.bill(
        person, total=62_480_35, in_policy=55_812_60, drugs_in=20_000 * YUAN, drugs_out=1_234_50, bill_no="20171017-0093",
        admitted_on=DAY(2017, 9, 20), discharged_on=DAY(2017, 9, 30),
    )  # fmt: skip
    return window.settle(entry)


def page(staff, name: str, pk: int):
    client = Client()
    client.force_login(staff)
    return client.get(reverse(f"settlement:{name}", args=[pk]))


def words(answer) -> str:
    return " ".join(strip_tags(answer.content.decode()).split())


@pytest.mark.django_db
def test_every_layer_in_the_patients_words(window, second):
    paper = sheet_of(second, by=window.liaison)
    assert [(layer.title, layer.words, layer.source, layer.amount) for layer in paper.layers] == [
        ("基本医疗保险", "政策范围内费用 55,812.60 元，先减去二级医院起付线 400 元*，剩 55,412.60 元。按 75%* 报销；符合“农村贫困人口”、“统筹区域内或经转诊批准”"
         "再提高 5 个百分点，为 80%。55,412.60 × 80% = 44,330.08 元。全年最多 150,000 元*，本次前已用 6,080.00 元，没有超过。", "柳卫医〔2017〕40号 二（四）2",
         "44,330.08"),
        ("大病保险", "政策范围内还剩 11,482.52 元；今年以前住院累计 1,920.00 元，合起来 13,402.52 元。全年起付线 15,000 元*，符合“农村贫困人口”、"
         "“统筹区域内或经转诊批准”减半为 7,500 元，超出 5,902.52 元。其中 5,902.52 元按 60%*（含符合“农村贫困人口”、“统筹区域内或经转诊批准”提高的 10 个百分点），"
         "共 ≈ 3,541.51 元；以前累计的 1,920.00 元按同样算法是 0.00 元，本次为 3,541.51 − 0.00 = 3,541.51 元。", "柳卫医〔2017〕40号 二（四）2", "3,541.51"),
        ("医疗救助", "政策范围内还剩 7,941.01 元。建档立卡按 50%* 支付。7,941.01 × 50% ≈ 3,970.51 元。全年最多 20,000 元*，本次前已用 960.00 元，没有超过。",
         "柳卫医〔2017〕40号 二（四）2", "3,970.51"),
        ("白内障补助", "病种不是白内障，不适用。", "柳卫医〔2017〕40号 二（四）2", "0.00"),
        ("政府兜底", "前面付过以后，自己还要付 10,638.25 元（政策范围内 3,970.50 元，范围外 6,667.75 元）；总费用 62,480.35 元的 10% 是 6,248.035 元，"
         "超过的部分是 4,390.215 元，按 50%* 支付。4,390.215 × 50% ≈ 2,195.11 元。", "柳卫医〔2017〕40号 二（四）2", "2,195.11"),
    ]  # fmt: skip
    assert (paper.paid, paper.self_pay, paper.self_pay_capitals) == ("54,037.21", "8,443.14", "捌仟肆佰肆拾叁元壹角肆分")
    assert [recomputed(layer.words) for layer in paper.layers] == [number(layer.amount) for layer in paper.layers]


@pytest.mark.django_db
def test_the_calculation_sheet_tells_how_to_check_it(window, second):
    said = words(page(window.liaison, "calculation-sheet", second.pk))
    for part in (
        f"结算号 {second.number}账单号 20171017-00932017 年 10 月 20 日",
        "示范参数：本说明中标 * 的数字、名单尚未经市级签认，仅供试算，不作为结算依据。",
        "石永福，男，44 岁", "建档立卡（出院当日）", "胃癌（2017 年专项病种）", "柳城县人民医院（二级，定点，统筹区内）", "2017-09-20 至 2017-09-30",
        "五项支付加上个人自付等于总费用：44,330.08 + 3,541.51 + 3,970.51 + 0.00 + 2,195.11 + 8,443.14 = 62,480.35 元。",
        "每一层只在最后四舍五入到分一次", "柳城县人民医院结算窗口（电话 0772-0000001）或柳城县卫生和计划生育局询问。",
        "个人自付（62,480.35 − 54,037.21） 大写：捌仟肆佰肆拾叁元壹角肆分", "患者或家属（签名）：", "经办人：何丽萍", "定点医院（盖章）：",
    ):  # fmt: skip
        assert part in said
    assert str(second.person.id_number) in said and second.person.id_number.reveal() not in said
    sums = re.search(r"等于总费用：(.+?) = ([\d,.]+) 元", said)
    assert sum(number(part) for part in sums[1].split(" + ")) == number(sums[2]) == second.total_yuan


@pytest.mark.django_db
def test_the_settlement_sheet_holds_what_an_office_asks_for(window, second):
    said = words(page(window.liaison, "settlement-sheet", second.pk))
    for part in (
        "医疗费用一站式结算单", f"结算号 {second.number}", "示范参数：所用政策中有数字尚未经市级签认", "2017-09-20 至 2017-09-30，10 天",
        "62,480.35 元 大写：陆万贰仟肆佰捌拾元叁角伍分", "目录内药品费20,000.00 元", "目录外药品费1,234.50 元", "转诊批准号无", "单病种限额无",
        "1 基本医疗保险医保经办机构44,330.08", "4 白内障补助财政部门（不适用）0.00", "各方支付合计 大写：伍万肆仟零叁拾柒元贰角壹分 54,037.21",
        "个人自付 大写：捌仟肆佰肆拾叁元壹角肆分", "何丽萍 于 2017-10-20",
    ):  # fmt: skip
        assert part.replace(" ", "") in said.replace(" ", "")
    assert "已冲销" not in said and "说明</h2>" not in said


@pytest.mark.django_db
def test_a_category_that_began_during_the_stay_is_printed(window):
    from ledger.actions.categories import hold_category

    person = window.patient("石永福")
    hold_category(by=window.cast.civil, person=person, category=Category.DIBAO, since=DAY(2017, 9, 5), basis="低保名单")
    settlement = window.settle(window.bill(person))
    for name in PAPERS:
        assert "住院期间“低保”自 2017-09-05 开始。类别以出院日 2017-09-10 为准，按这一类别计算。" in words(
            page(window.liaison, name, settlement.pk)
        )


@pytest.mark.django_db
def test_a_reversed_settlement_is_stamped(window, second):
    window.reverse(second, reason="总费用录错")
    for name in PAPERS:
        said = words(page(window.liaison, name, second.pk))
        assert "已冲销2017 年 10 月 20 日，原因：总费用录错。经办人：何丽萍。只供查阅，不作凭证。" in said


@pytest.mark.django_db
def test_an_unsaved_preview_prints_without_a_number(window):
    person = window.patient("石永福")
    entry = window.bill(person, total=62_480_35, in_policy=55_812_60)
    paper = sheet_of_preview(prepare(by=window.liaison, entry=entry), by=window.liaison)
    said = strip_tags(render_to_string("settlement/_calculation_paper.html", {"sheet": paper}))
    assert "试算，还没有结算" in said and "结算号" not in said
    settlement = window.settle(entry)
    saved = sheet_of(settlement, by=window.liaison)
    assert paper.layers == saved.layers and paper.self_pay == saved.self_pay


@pytest.mark.django_db
def test_who_may_print_and_what_the_trail_keeps(window, second):
    for staff, status in ((window.liaison, 200), (window.cast.insurance, 200), (window.cast.clerk2, 404), (window.cast.township, 404)):
        assert [page(staff, name, second.pk).status_code for name in PAPERS] == [status, status]
    rows = AuditEvent.objects.filter(action="printed").order_by("id").values_list("staff", "subject_id", "detail__what")
    assert list(rows) == [
        (staff.pk, second.pk, what) for staff in (window.liaison, window.cast.insurance) for what in ("计算说明", "结算单")
    ]


# ---- one page, as Chromium prints it ----

EIGHT = """
[[layers]]
name = "x1"
title = "城乡居民大病补充医疗保险"
kind = "share"
payer = "insurance"
source = "九"
[[layers.rows]]
rate = { value = 0.00001, source = "九" }
[[layers]]
name = "x2"
title = "村集体关爱互助基金会补助金"
kind = "share"
payer = "charity"
source = "十"
[[layers.rows]]
rate = { value = 0.1, source = "十" }
"""
NOTICES = [
    "住院期间“低保”自 2017-09-05 开始。类别以出院日 2017-09-10 为准，按这一类别计算。",
    "广西壮族自治区人民医院在统筹区外，没有填转诊批准号，按未经转诊计算。",
    "限额表（柳卫医〔2017〕40号）中胃癌的限额是 22000.00 元，账单上没有填写，按账单计算。",
]


def longest(policy, folder: Path):
    """The shared bill that takes the most words under a policy."""

    def length(found) -> int:
        return sum(len(layer_sentences(step)) for step in steps(policy, found[1], bill=found[0]))

    return max(((bill, result) for _, bill, result in settled(policy.code, folder, policy)), key=length)


def papers(monkeypatch, policy, folder: Path, *, burdened: bool) -> dict[str, str]:
    """Both papers of a policy's wordiest bill; ``burdened`` with a stamp, notices and the longest names."""
    monkeypatch.setattr(sheet, "UnitName", SimpleNamespace(on=lambda *asked: "融水苗族自治县卫生和计划生育局"))
    monkeypatch.setattr(sheet, "disease_of", lambda *asked: "急性早幼粒细胞白血病（2017 年专项病种）")
    bill, result = longest(policy, folder)
    by = SimpleNamespace(full_name="周启明")
    person = SimpleNamespace(name="蓝志强", get_sex_display="男", born_on=DAY(1973, 2, 3), id_number="450222********3517")
    hospital = SimpleNamespace(name="广西壮族自治区人民医院附属妇女儿童肿瘤医院" if burdened else "柳城县人民医院", phone="0772-0000001")
    reversal = SimpleNamespace(
        reversed_at=datetime.datetime(2017, 10, 22, tzinfo=datetime.UTC), reason="总费用录错，患者补交了发票" * 3, reversed_by=by
    )
    drawn = sheet._sheet(
        policy, result, bill, by=by, person=person, disease=None, hospital=hospital, county=None, number="JS201710-000382",
        bill_no="20171017-0093", day=DAY(2017, 10, 20), clerk="周启明", sample=True, notices=NOTICES if burdened else [],
        reversal=reversal if burdened else None, drugs_in="20,000.00", drugs_out="1,234.50", referral="450222-2017-000318",
    )  # fmt: skip
    return {name: render_to_string(f"settlement/{name}.html", {"sheet": drawn}) for name in ("_calculation_paper", "_settlement_paper")}


@pytest.fixture(scope="module")
def printer(browser):
    """Prints a fragment under the house's style sheet and counts the pages."""
    styles = "".join(
        f"<style>{Path(finders.find(name)).read_text()}</style>" for name in ("bootstrap/css/bootstrap.min.css", "css/ledger.css")
    )
    tab = browser.new_page(viewport={"width": 1366, "height": 768})

    def pages(html: str) -> int:
        tab.set_content(f'<!doctype html><html lang="zh-Hans">{styles}<div class="frame"><main class="main">{html}</main></div></html>')
        return len(re.findall(rb"/Type\s*/Page\b", tab.pdf(prefer_css_page_size=True)))

    yield pages
    tab.close()


def policy_named(code: str):
    if code != "eight":
        return policy_file.load(code)
    text = (policy_file.FOLDER / "xinbin-2018.toml").read_text(encoding="utf-8")
    before, fund, after = text.partition('[[layers]]\nname = "poverty_fund"')
    return policy_file.parse(before + EIGHT + fund + after, "eight.toml")


@pytest.mark.browser
@pytest.mark.parametrize("burdened", [False, True], ids=["plain", "burdened"])
@pytest.mark.parametrize("code", [*policy_file.codes(), "eight"])
def test_each_paper_is_one_page(printer, monkeypatch, tmp_path, code, burdened):
    drawn = papers(monkeypatch, policy_named(code), tmp_path, burdened=burdened)
    assert {name: printer(html) for name, html in drawn.items()} == dict.fromkeys(drawn, 1)


@pytest.mark.browser
def test_set_loosely_the_longest_would_run_over(printer, monkeypatch, tmp_path):
    """The styles are needed, and the count of pages notices when they are missing."""
    drawn = papers(monkeypatch, policy_named("eight"), tmp_path, burdened=True)["_calculation_paper"]
    assert printer(re.sub(r'class="sheet [\w-]*"', 'class="sheet"', drawn)) == 2
