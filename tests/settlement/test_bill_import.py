"""A file of bills at the window: looked through row by row, settled once and in order, the rest given back."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from openpyxl import load_workbook
from psycopg2.extras import DateRange

from hospitals.models import HospitalLevel
from ledger.actions.categories import hold_category
from ledger.models import AuditEvent, Category
from settlement import national
from settlement.actions.policies import draft_from_text, publish
from settlement.models import RequestKey, Settlement
from settlement.recount import recount
from tests.settlement.bill_files import DAY, HEADINGS, PAGE, hidden, line, results, send, settle, text, xlsx
from tests.settlement.window import YUAN


@pytest.fixture
def liaison(window) -> Client:
    client = Client()
    client.force_login(window.liaison)
    return client


# ---- looked through ----

NOBODY = "nobody"
REFUSED_CELLS = [
    ({"id_number": "450222195103020120"}, "A2身份证号校验码不对"), ({"id_number": NOBODY}, "A2本院服务的县（区）台账上没有这个身份证号"),
    ({"name": "石永富"}, "B2姓名“石永富”与台账上这个身份证号的姓名不同"), ({"disease": "感冒"}, "C2没有“感冒”这个病种"),
    ({"disease": ""}, "C2请填写病种"), ({"disease": "结肠癌"}, "C2石永福的台账上没有结肠癌"), ({"bill_no": "=1+1"}, "D2账单号以“=”开头"),
    ({"bill_no": ""}, "D2请填写账单号"), ({"admitted_on": "2017-02-30"}, "不是真实的日期，请改正"),
    ({"discharged_on": "2017-10-21"}, "F2出院日期 2017-10-21 晚于今天"), ({"total_yuan": "1.005"}, "G2总费用：金额最多两位小数"),
    ({"total_yuan": ""}, "G2请填写总费用"), ({"in_policy_yuan": "10000.01"}, "H2政策范围内费用大于总费用"),
    ({"total_yuan": "壹万"}, "G2总费用：“壹万”不是金额"), ({"commercial_yuan": "5"}, "L2柳卫医〔2017〕40号没有由商业保险已付承担的层次"),
]  # fmt: skip


@pytest.mark.django_db
def test_a_wrong_cell_is_named_with_a_sentence_and_the_other_rows_go_on(window, liaison):
    person = window.patient("石永福")
    other = window.patient("韦桂兰")
    unknown = window.cast.id_number(DAY(1990, 3, 7)).number
    for given, sentence in REFUSED_CELLS:
        cells = {column: unknown if cell == NOBODY else cell for column, cell in given.items()}
        rows = [HEADINGS, line(person, cells.pop("bill_no", "B1"), **cells), line(other, "B2")]
        looked = results(send(liaison, text(rows)))
        assert looked[3] == ("good", "")
        assert (cells, looked[2][0], sentence in looked[2][1]) == (cells, "refused", True), looked[2][1]
    assert not Settlement.objects.everywhere("test").exists()


@pytest.mark.django_db
def test_an_id_number_kept_as_a_number_is_refused_not_guessed(window, liaison):
    person = window.patient("石永福")
    row = line(person, "B1")
    row[0] = float(person.id_number.reveal())
    assert results(send(liaison, xlsx([HEADINGS, row]), "a.xlsx"))[2] == (
        "refused", "A2身份证号是数字格式，末尾几位可能已丢失。请把该列改为文本，重填 18 位。",
    )  # fmt: skip


@pytest.mark.django_db
def test_rows_that_collide_in_the_file(window, liaison):
    person = window.patient("石永福")
    rows = [HEADINGS, line(person, "B1"), line(person, "B1", admitted="2017-09-20", discharged="2017-09-25"),
            line(person, "B3", admitted="2017-08-01", discharged="2017-08-10"), line(person, "B4", admitted="2017-08-05", discharged="2017-08-20")]  # fmt: skip
    looked = results(send(liaison, text(rows)))
    assert [looked[number][0] for number in (2, 3, 4, 5)] == ["refused", "refused", "good", "refused"]
    assert "账单号 B1 在文件里出现了不止一次" in looked[2][1]
    assert looked[5][1] == "E5住院日期和文件第 4 行的住院（2017-08-01 至 2017-08-10）重叠。请核对入院、出院日期。"


@pytest.mark.django_db
def test_the_preview_says_what_it_rests_on(window, liaison):
    person = window.patient("石永福")
    preview = send(liaison, text([HEADINGS, line(person, "B1", limit_yuan="500")])).content.decode()
    assert "含示范参数，仅供演示" in preview and "还没有结算" in preview
    hold_category(by=window.cast.civil, person=person, category=Category.DIBAO, since=DAY(2017, 9, 5), basis="低保名单")
    told = strip_tags(send(liaison, text([HEADINGS, line(person, "B1")])).content.decode())
    assert "住院期间“低保”自 2017-09-05 开始。类别以出院日 2017-09-10 为准，按这一类别计算。" in told


@pytest.mark.django_db
def test_an_icd_code_means_the_disease_on_the_patients_ledger(window, liaison):
    person = window.patient("石永福")
    looked = send(liaison, text([HEADINGS, line(person, "B1", disease="C16.900")])).context["rows"][0]["one"]
    assert (looked.result, str(looked.disease)) == ("good", "胃癌")


# ---- settled ----


@pytest.mark.django_db
def test_rows_settle_in_the_order_of_discharge_as_the_preview_showed(window, liaison):
    person = window.patient("石永福")
    late = line(person, "B2", admitted="2017-09-20", discharged="2017-09-30", total="60000", in_policy="60000")
    early = line(person, "B1", total="60000", in_policy="60000")
    preview = send(liaison, text([HEADINGS, late, early]))
    shown = {row["one"].bill_no: row["one"].own_share for row in preview.context["rows"]}
    done = settle(liaison, preview)
    rows = Settlement.objects.everywhere("test").order_by("pk")
    assert [row.bill_no for row in rows] == ["B1", "B2"]
    assert {row.bill_no: f"{row.self_pay_yuan:,.2f}" for row in rows} == shown
    paid = {row.bill_no: str(row.lines.get(layer="critical_illness").amount_yuan) for row in rows}
    assert paid == {"B1": "2892.00", "B2": "7392.00"}
    assert not rows[0].person_year.differs
    assert (done.context["total"], done.context["rest_number"]) == (120_000, 0)
    assert "已结算 <strong>2 张</strong>" in done.content.decode()
    assert list(AuditEvent.objects.filter(action="bills_imported").values_list("detail__new", flat=True)) == [2]


@pytest.mark.django_db
def test_pressing_twice_settles_once_and_the_same_file_is_known(window, liaison):
    person = window.patient("石永福")
    content = text([HEADINGS, line(person, "B1"), line(person, "B2", admitted="2017-09-20", discharged="2017-09-30")])
    preview = send(liaison, content)
    first, second = settle(liaison, preview), settle(liaison, preview)
    assert [one.settlement.pk for one in first.context["settled"]] == [one.settlement.pk for one in second.context["settled"]]
    assert Settlement.objects.everywhere("test").count() == RequestKey.objects.count() == 2
    assert [result for result, _ in results(send(liaison, content)).values()] == ["known", "known"]
    moved = text([HEADINGS, line(person, "B2", admitted="2017-09-20", discharged="2017-09-30")])
    (looked,) = results(send(liaison, moved)).values()
    assert looked[0] == "refused" and "账单号 B2 已经结算过" in looked[1]


@pytest.mark.django_db
def test_the_good_rows_settle_and_the_rest_goes_back_as_excel(window, liaison):
    person, other = window.patient("石永福"), window.patient("韦桂兰")
    content = text([HEADINGS, line(person, "B1"), line(other, "B2", total="1.005", name="韦桂兰")])
    preview = send(liaison, content)
    done = settle(liaison, preview)
    assert [one.settlement.bill_no for one in done.context["settled"]] == ["B1"]
    assert other.id_number.reveal() not in done.content.decode() + preview.content.decode()
    answer = liaison.post(reverse("settlement:bill-import-rest"), {"rest": hidden(done, "rest")})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    (row,) = sheet.iter_rows(min_row=2, values_only=True)
    assert (row[0], row[1], row[3], row[6]) == (other.id_number.reveal(), "韦桂兰", "B2", "1.005")
    assert row[14:] == ("G3", "总费用：金额最多两位小数，现在有 3 位。请按账单写到分。")
    assert AuditEvent.objects.filter(action="exported", detail__what="待改账单", detail__people=1).count() == 1
    sheet["G2"] = "10000.00"
    saved = io.BytesIO()
    sheet.parent.save(saved)
    again = send(liaison, saved.getvalue(), "待改账单.xlsx")
    assert results(again)[2][0] == "good"


@pytest.mark.django_db
def test_what_differs_from_the_export_is_shown_and_settled_only_when_a_person_says_so(window, liaison):
    person = window.patient("石永福")
    names = ["certno", "begndate", "enddate", "setl_id", "dise_name", "medfee_sumamt", "inscp_scp_amt", "act_pay_dedc", *national.RESULTS]
    right = [person.id_number.reveal(), "2017-09-01", "2017-09-10", "B1", "胃癌", "10000.00", "9000.00", "400"]
    ours = ["6880.00", "0", "1060.00", "0", "530.00", "1530.00"]
    assert results(send(liaison, text([names, right + ours])))[2] == ("good", "")
    other = [*ours[:2], "1000.00", "0", "530.00", "1590.00"]
    preview = send(liaison, text([names, right + other]))
    assert results(preview)[2] == (
        "differs",
        "医疗救助基金支出：文件 1,000.00，本系统 1,060.00 个人负担总金额：文件 1,590.00，本系统 1,530.00",
    )
    left = settle(liaison, preview)
    assert (left.context["settled"], left.context["rest_number"]) == ([], 1)
    taken = settle(liaison, preview, take="2")
    assert [str(one.settlement.self_pay_yuan) for one in taken.context["settled"]] == ["1530.00"]


@pytest.mark.django_db
def test_a_row_that_comes_out_otherwise_than_shown_is_not_settled(window, liaison):
    person = window.patient("石永福")
    preview = send(
        liaison, text([HEADINGS, line(person, "B9", admitted="2017-09-20", discharged="2017-09-30", total="60000", in_policy="60000")])
    )
    window.settle(window.bill(person, total=60_000 * YUAN))
    done = settle(liaison, preview)
    assert done.context["settled"] == [] and "您预览之后" in done.context["refused"][0].refused
    assert Settlement.objects.everywhere("test").count() == 1


@pytest.mark.django_db
def test_a_preview_is_its_readers_own_and_cannot_be_made_up(window, liaison):
    person = window.patient("石永福")
    preview = send(liaison, text([HEADINGS, line(person, "B1")]))
    for name, field in ((PAGE, "rows"), ("settlement:bill-import-rest", "rest")):
        assert liaison.post(reverse(name), {field: "made-up"}).status_code == 302
    stranger = Client()
    stranger.force_login(window.cast.clerk)
    assert stranger.post(reverse(PAGE), {"rows": hidden(preview, "rows")}).status_code == 404
    another = type(window.liaison).objects.get(pk=window.liaison.pk)
    another.pk, another.username, another._state.adding = None, "liaison-other", True
    another.save()
    colleague = Client()
    colleague.force_login(another)
    assert colleague.post(reverse(PAGE), {"rows": hidden(preview, "rows")}).status_code == 302
    assert not Settlement.objects.everywhere("test").exists()


@pytest.mark.django_db
def test_the_national_fields_of_a_settled_bill_add_up(window):
    settlement = window.settle(window.bill(window.patient("石永福"), total=10_000 * YUAN, in_policy=9_000 * YUAN))
    _, result = recount(settlement)
    fields = national.results_of(result)
    assert fields == {
        "medfee_sumamt": 1_000_000, "act_pay_dedc": 40_000, "hifp_pay": 688_000, "hifmi_pay": 0, "maf_pay": 106_000, "hosp_part_amt": 0,
        "oth_pay": 53_000, "psn_part_amt": 153_000,
    }  # fmt: skip
    assert sum(fields[name] for name in national.RESULTS) == fields["medfee_sumamt"]
    assert national.differences(result, {"hifp_pay": 688_000, "psn_part_amt": 153_001}) == [("psn_part_amt", 153_001, 153_000)]


@pytest.mark.django_db
def test_who_moved_under_another_policy_within_the_year_is_shown_the_caps_of_each(window, liaison, desk):
    """Caps are kept by area: what the first row takes from the one county's does not count against the other's."""
    county = desk.cast.county2
    text_of_county = desk.version().text.replace('area = "柳州市"', 'area = "鹿寨县"').replace('code = "liuzhou-2017"', 'code = "luzhai"')
    publish(by=desk.second, version=draft_from_text(by=desk.city, text=text_of_county.replace("2017-07-28", "2017-01-01")))
    person, moved_on = window.patient("石永福"), DAY(2017, 9, 15)
    HospitalLevel.objects.create(hospital=desk.cast.hospital, policy="luzhai", level="level-2")
    person.residences.update(during=DateRange(DAY(2016, 1, 1), moved_on))
    home = person.residences.get()
    home.pk, home.county, home.during = None, county, DateRange(moved_on, None)
    home.save()
    rows = [
        HEADINGS, line(person, "Z-1", total="60000.00", in_policy="60000.00"),
        line(person, "Z-2", admitted="2017-09-20", discharged="2017-09-30", total="60000.00", in_policy="60000.00"),
    ]  # fmt: skip
    preview = send(liaison, text(rows))
    settle(liaison, preview)
    first, second = Settlement.objects.everywhere("test").order_by("discharged_on")
    assert (first.county, second.county, second.year_before) == (desk.cast.county, county, {})
    assert first.self_pay_yuan == second.self_pay_yuan
