"""The pages of 先诊疗后付费: from the person's panel through agreement, deposit and county to the last repayment."""

import datetime
import re

import pytest
from django.urls import reverse

from hospitals.models import Deferral, Deposit, Instalment, Repaid, Repayment
from ledger.models import AuditEvent
from reports.work_kinds import BY_CODE
from tests.hospitals.deferral_desk import OUT, TODAY, in_hospital, owing, sign
from tests.ledger.desks import client_of, text_of

pytestmark = pytest.mark.django_db
D = datetime.date


def at(name: str, pk: int) -> str:
    return reverse(f"hospitals:{name}", args=[pk])


def errors(answer) -> dict:
    assert answer.status_code == 422
    return answer.context["form"].errors


def waiting(staff, code: str) -> list[str]:
    return [row.case.person.name for row in BY_CODE[code].rows(staff)]


def test_from_admission_to_the_signed_agreement(cast):
    stay = in_hospital(cast)
    liaison = client_of(cast.liaison)
    panel = text_of(liaison.get(at("deferrals", stay.case.person_id), headers={"HX-Request": "true"}))
    assert "<html" not in panel and "建档立卡" in panel and "未办理" in panel and f'href="{at("deferral-record", stay.pk)}">去办理' in panel
    assert waiting(cast.liaison, "deferral") == ["韦桂兰"]
    page = text_of(liaison.get(at("deferral", stay.pk)))
    assert "入院当天是建档立卡，还没有办理。" in page and page.count("btn-primary") == 1
    form = liaison.get(at("deferral-record", stay.pk)).context["form"]
    assert (form["signed_on"].value(), form["signed_by"].value()) == (None, None)  # Nobody has signed because a page was opened.
    answer = liaison.post(at("deferral-record", stay.pk), {"signed_on": "2017.9.3", "signed_by": "韦桂兰", "deposit": "none"})
    assert errors(answer) == {"documents": ["请勾选出示过的证件，至少一种。"]}
    assert 'value="2017.9.3"' in text_of(answer)
    told = {"documents": ["id_card", "insurance_card"], "copies_kept": "on", "originals_returned": "on", "deposit": "none"}
    answer = liaison.post(at("deferral-record", stay.pk), told | {"signed_on": "", "signed_by": ""}, follow=True)
    assert "已登记证件。请打印协议书，签字后补记签订日期。" in text_of(answer)
    assert waiting(cast.liaison, "deferral") == ["韦桂兰"]  # Until it is signed.
    answer = liaison.post(at("deferral-record", stay.pk), told | {"signed_on": "2017年9月4号", "signed_by": "韦桂兰"}, follow=True)
    assert "已登记先诊疗后付费，免收住院押金。" in text_of(answer)
    assert Deferral.objects.everywhere("test").get().documents == ["insurance_card", "id_card"]
    assert waiting(cast.liaison, "deferral") == []
    answer = liaison.post(at("deferral-record", stay.pk), told | {"signed_on": "2017-9-5", "signed_by": "韦大山"})
    assert errors(answer) == {"reason": ["这次住院已经登记过。要改动的，请写明原因。"]}


def test_the_agreement_prints_without_a_full_number_and_is_on_the_trail(cast):
    stay = in_hospital(cast)
    sign(cast, stay)
    page = text_of(client_of(cast.liaison).get(at("deferral-paper", stay.pk)))
    assert "“先诊疗、后付费”住院费用结算协议书" in page and "☑ 医保卡" in page and "☐ 民政部门的低保、特困等证明" in page
    assert str(stay.case.person.id_number) in page and not re.search(r"\d{17}[\dX]", page)
    row = AuditEvent.objects.filter(action="printed").get()
    assert (row.subject_id, row.detail) == (stay.case.person_id, {"what": "先诊疗后付费协议书"})
    nobodys = in_hospital(cast, "覃水莲", category=None)
    answer = client_of(cast.liaison).get(at("deferral-paper", nobodys.pk), follow=True)
    assert answer.redirect_chain[-1][0] == at("deferral", nobodys.pk) and "覃水莲在入院当天 2017-09-04 没有" in text_of(answer)


def test_a_deposit_goes_from_the_hospital_to_the_county_and_back(cast):
    stay = in_hospital(cast)
    liaison, clerk = client_of(cast.liaison), client_of(cast.clerk)
    told = {"documents": ["id_card"], "signed_on": "", "signed_by": "", "deposit": "taken"}
    answer = liaison.post(at("deferral-record", stay.pk), told, follow=True)
    assert answer.redirect_chain[-1][0] == at("deposit-new", stay.pk) and "收了押金的，请再登记违规押金。" in text_of(answer)
    told = {"taken_on": "2017-09-04", "amount": "-500", "reason": "=HYPERLINK(1)", "remedy": ""}
    assert errors(liaison.post(at("deposit-new", stay.pk), told)) == {"amount": ["金额不能是负数，请核对。"]}
    assert errors(liaison.post(at("deposit-new", stay.pk), told | {"amount": "0"})) == {
        "amount": ["押金要大于 0 元。没有收押金的，不用登记。"]
    }
    answer = liaison.post(at("deposit-new", stay.pk), told | {"amount": "５００"}, follow=True)
    assert "已登记违规押金 500.00 元，计入 2017-09 的未落实情况汇总表。请尽快退还。" in text_of(answer)
    assert text_of(answer).count("btn-primary") == 1 and "登记退还押金" in text_of(answer)
    row = Deposit.objects.everywhere("test").get()
    assert (waiting(cast.liaison, "deposit-refund"), waiting(cast.clerk, "deposit-verify")) == (["韦桂兰"], [])
    refund = {"refunded_on": "2017-10-01", "refunded": "500", "remedy": "窗口每天核对名单"}
    assert errors(liaison.post(at("deposit-refund", row.pk), refund | {"refunded": "500.001"})) == {
        "refunded": ["金额最多两位小数，现在有 3 位。请按账单写到分。"]
    }
    assert "等县卫健部门核实。" in text_of(liaison.post(at("deposit-refund", row.pk), refund, follow=True))
    assert (waiting(cast.liaison, "deposit-refund"), waiting(cast.clerk, "deposit-verify")) == ([], ["韦桂兰"])
    assert liaison.get(at("deposit-verify", row.pk)).status_code == 404
    answer = clerk.post(at("deposit-verify", row.pk), {"send_back": "1", "objection": ""})
    assert errors(answer) == {"objection": ["请填写退回的意见。"]}
    answer = clerk.post(at("deposit-verify", row.pk), {"send_back": "1", "objection": "家属没有收到"}, follow=True)
    assert "已退回医院重办。" in text_of(answer)
    assert "县卫健部门退回：家属没有收到" in text_of(liaison.get(at("deposit-refund", row.pk)))
    liaison.post(at("deposit-refund", row.pk), refund | {"refunded_on": "2017-10-19"})
    assert "已核实押金退还和整改。" in text_of(clerk.post(at("deposit-verify", row.pk), {"objection": ""}, follow=True))
    assert waiting(cast.clerk, "deposit-verify") == []
    for client, name in ((liaison, "deposit-refund"), (clerk, "deposit-verify"), (clerk, "deposit-withdraw")):
        assert "这笔押金的退还和整改已在 2017-10-20 核实。" in text_of(client.get(at(name, row.pk), follow=True))


def test_a_deposit_of_somebody_not_eligible_says_why(cast):
    stay = in_hospital(cast, category=None)
    client = client_of(cast.clerk)
    assert "韦桂兰在入院当天 2017-09-04 没有" in text_of(client.get(at("deposit-new", stay.pk)))
    answer = client.post(at("deposit-new", stay.pk), {"taken_on": "2017-09-04", "amount": "500", "reason": "按普通患者收取"})
    assert answer.status_code == 422 and "不适用先诊疗后付费。类别记错的，请先改正类别。收取押金不按违规登记" in text_of(answer)
    assert not Deposit.objects.everywhere("test").exists()


def listed(staff, **query) -> list[str]:
    answer = client_of(staff).get(reverse("hospitals:deposits"), query)
    assert answer.status_code == 200
    return [row.stay.case.person.name for row in answer.context["rows"]]


def test_the_list_of_deposits_by_role_tab_and_filter(cast, django_assert_max_num_queries):
    from tests.hospitals.test_deposits import refunded, taken

    first = taken(cast, stay=in_hospital(cast, "甲"))
    second = taken(cast, stay=in_hospital(cast, "乙"), on=D(2017, 10, 2))
    assert listed(cast.clerk) == ["乙", "甲"] and listed(cast.city) == ["乙", "甲"] and listed(cast.liaison) == ["乙", "甲"]
    assert listed(cast.clerk2) == [] and listed(cast.clerk, tab="verify") == []
    refunded(cast, first)
    assert listed(cast.clerk, tab="verify") == ["甲"] and listed(cast.clerk, tab="refund") == ["乙"]
    assert listed(cast.clerk, month="2017-10") == ["乙"] and listed(cast.clerk, month="x" * 9) == ["乙"]
    assert listed(cast.city, area=cast.county2.pk) == [] and listed(cast.clerk, q="yi") == [] and listed(cast.clerk, q="y") == ["乙"]
    assert listed(cast.clerk, hospital=cast.hospital.pk, after=second.pk) == []
    page = text_of(client_of(cast.city).get(reverse("hospitals:deposits")))
    assert "登记退还" not in page and 'aria-current="page">违规押金' in page
    client = client_of(cast.clerk)
    with django_assert_max_num_queries(60) as few:
        client.get(reverse("hospitals:deposits"), {"tab": "refund"})
    for number in range(5):
        taken(cast, stay=in_hospital(cast, f"丙{number}"))
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("hospitals:deposits"), {"tab": "refund"})


def test_from_discharge_to_the_last_repayment(cast):
    stay = in_hospital(cast, left=OUT)
    client = client_of(cast.liaison)
    assert "请先办理，再登记欠费。" in text_of(client.get(at("owed-record", stay.pk), follow=True))
    sign(cast, stay)
    assert waiting(cast.liaison, "owed") == ["韦桂兰"]
    assert errors(client.post(at("owed-record", stay.pk), {"self_pay": "1000", "paid": "1000.01"})) == {
        "paid": ["已付 1,000.01 元多于个人自付 1,000.00 元，请改正。"]
    }
    answer = client.post(at("owed-record", stay.pk), {"self_pay": "1,000.00", "paid": "0"}, follow=True)
    assert "已登记，尚欠 1,000.00 元。" in text_of(answer) and "签还款协议" in text_of(answer)
    told = {"signed_on": "2017-10-20", "signed_by": "韦桂兰", "number": "3", "first_on": "2017-10-31"}
    rows = {"due_1": "2017-11-20", "amount_1": "1000", "due_2": "", "amount_2": ""}
    answer = client.post(at("repayment", stay.pk), told | rows | {"spread": "1"})
    assert answer.status_code == 200 and not Instalment.objects.exists()
    page = text_of(answer)
    assert all(f'value="{typed}"' in page for typed in ("2017-10-31", "333.34", "2017-11-30", "333.33", "2017-12-31", "韦桂兰"))
    answer = client.post(at("repayment", stay.pk), told | rows | {"number": "99", "spread": "1"})
    assert errors(answer) == {"number": ["最多 24 期。"]}
    wrong = told | {"due_1": "2017-11-20", "amount_1": "600", "due_2": "2017-12-20", "amount_2": "399.99"}
    assert errors(client.post(at("repayment", stay.pk), wrong)) == {
        "amount_1": ["各期合计 999.99 元，比尚欠的 1,000.00 元少 0.01 元。请改到一分不差。"]
    }
    half = told | {"due_1": "2017-11-20", "amount_1": "", "due_2": "", "amount_2": "1000"}
    assert errors(client.post(at("repayment", stay.pk), half)) == {
        "amount_1": ["请填写第 1 期的金额；不要这一期的，把日期也去掉。"], "due_2": ["请填写第 2 期的应还日期。"],
    }  # fmt: skip
    answer = client.post(at("repayment", stay.pk), wrong | {"amount_2": "400"}, follow=True)
    assert "已签还款协议，分 2 期。请打印，双方签字。" in text_of(answer)
    paper = text_of(client.get(at("repayment-paper", stay.pk)))
    assert "大写：壹仟元整" in paper and "第 2 期" in paper and "2017 年 12 月 20 日" in paper
    page = text_of(client.get(at("repaid-new", stay.pk)))
    assert 'value="600.00"' in page and "2017-11-20，600.00 元" in page
    assert errors(client.post(at("repaid-new", stay.pk), {"paid_on": "2017-10-20", "amount": "1000.01"})) == {
        "amount": ["还款 1,000.01 元多于尚欠的 1,000.00 元，请改正。"]
    }
    assert "尚欠 400.00 元。" in text_of(client.post(at("repaid-new", stay.pk), {"paid_on": "2017-10-20", "amount": "600"}, follow=True))
    repaid = Repaid.objects.everywhere("test").get()
    assert errors(client.post(at("repaid-withdraw", repaid.pk), {"reason": ""})) == {"reason": ["请填写撤销的原因。"]}
    client.post(at("repaid-withdraw", repaid.pk), {"reason": "重复登记"})
    assert "这笔还款已在 2017-10-20 撤销。" in text_of(client.get(at("repaid-withdraw", repaid.pk), follow=True))
    assert "欠费还清。" in text_of(client.post(at("repaid-new", stay.pk), {"paid_on": "2017-10-20", "amount": "1000"}, follow=True))
    for name in ("repaid-new", "repayment"):
        assert client.get(at(name, stay.pk)).status_code == 302


def test_a_settlement_made_anew_is_told_beside_what_is_owed(cast, monkeypatch):
    row = owing(cast)
    page = at("deferral", row.stay_id)
    client = client_of(cast.clerk)
    assert "请<a" not in text_of(client.get(page)).split("</nav>")[-1]
    monkeypatch.setattr("hospitals.views.deferral.settled_self_pay", lambda stay: 1_234_56)
    assert "结算的个人自付现在是 1,234.56 元，和登记欠费时的 1,600.00 元不同。" in text_of(client.get(page))


def test_the_settlements_own_part_is_taken_from_the_window(cast):
    from tests.settlement.kept import kept_settlement

    stay = in_hospital(cast, left=OUT)
    sign(cast, stay)
    settlement = kept_settlement(stay, by=cast.liaison)
    client = client_of(cast.liaison)
    assert "disabled" in text_of(client.get(at("owed-record", stay.pk)))
    assert client.post(at("owed-record", stay.pk), {"self_pay": "1", "paid": "0"}).status_code == 302
    row = Repayment.objects.everywhere("test").get()
    assert (row.self_pay_yuan, row.owed_yuan, row.settled) == (settlement.self_pay_yuan, settlement.self_pay_yuan, True)


def test_the_city_keeps_the_rule_by_the_browser(cast):
    client, address = client_of(cast.city), reverse("hospitals:deferral-rule")
    assert "市级还没有登记规则，按通用口径办理" in text_of(client.get(address))
    assert errors(client.post(address, {"own_county": "yes", "document": ""})) == {
        "categories": ["请选择适用的类别。"], "document": ["请填写依据的文号。"],
    }  # fmt: skip
    told = {"categories": ["1", "2"], "own_county": "yes", "pilots": ["450202-1"], "document": "柳卫医〔2017〕27号"}
    page = text_of(client.post(address, told, follow=True))
    assert "先诊疗后付费的规则已保存，对以后登记的住院有效。" in page
    assert "没有规则 → 建档立卡、低保；县域内医疗机构，试点医院：柳州市工人医院" in page
    clerk = client_of(cast.clerk)
    assert "试点医院：柳州市工人医院" in text_of(clerk.get(address)) and clerk.post(address, told).status_code == 404


def test_another_countys_stay_is_not_there(cast):
    row = owing(cast)
    client = client_of(cast.clerk2)
    for name in (
        "deferral",
        "deferral-record",
        "deferral-paper",
        "deposit-new",
        "owed-record",
        "repayment",
        "repayment-paper",
        "repaid-new",
    ):
        assert client.get(at(name, row.stay_id)).status_code == 404, name
    assert client.get(at("deferrals", row.stay.case.person_id)).status_code == 404
    assert D(2017, 10, 20) == TODAY
