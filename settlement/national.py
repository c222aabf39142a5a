"""The national settlement interface's field names and what they are here, so that a hospital system's export loads as it is.

Shape, for the bill import and the hospital interface alike:

``ENTERED``   national name -> our column, for what somebody enters: who, when, which bill, the amounts that start the chain.
              Where several stand for one column, the first in this order that is filled (and, for the disease, known) counts.
              Our columns are those of ``settlement.bill_file.COLUMNS`` (id_number, disease, bill_no, admitted_on, ...).
``RESULTS``   the national fields for what the chain gives: compared with ours when they come in (``differences``), filled in
              when they go out (``results_of``). ``field_of(layer, payer)`` says to which of them a layer's payment belongs.
``NAMES``     national name -> its Chinese name, for headings and messages.
``results_of(result)`` gives every national result field of a settled bill in fen, act_pay_dedc and the totals included.

The names are those of the national interface's settlement information (setlinfo): medfee_sumamt 医疗费总额, inscp_scp_amt
符合政策范围金额, act_pay_dedc 实际支付起付线, hifp_pay 基本医疗保险统筹基金支出, hifmi_pay 居民大病保险资金支出, maf_pay 医疗救助基金支出,
hosp_part_amt 医院负担金额, oth_pay 其他支出, psn_part_amt 个人负担总金额. It has no field for an approved referral's number, which
therefore keeps our own heading.
"""

from collections.abc import Mapping

from settlement.engine.bill import Line, Result
from settlement.engine.money import MILLION

ENTERED: Mapping[str, str] = {
    "certno": "id_number",
    "psn_name": "name",
    "dise_codg": "disease",
    "dise_no": "disease",
    "dise_name": "disease",
    "dscg_maindiag_code": "disease",
    "diag_code": "disease",
    "dscg_maindiag_name": "disease",
    "diag_name": "disease",
    "setl_id": "bill_no",
    "mdtrt_id": "bill_no",
    "begndate": "admitted_on",
    "begntime": "admitted_on",
    "enddate": "discharged_on",
    "endtime": "discharged_on",
    "medfee_sumamt": "total_yuan",
    "inscp_scp_amt": "in_policy_yuan",
}
NAMES: Mapping[str, str] = {
    "certno": "证件号码",
    "psn_name": "人员姓名",
    "dise_codg": "病种编码",
    "dise_no": "病种编号",
    "dise_name": "病种名称",
    "dscg_maindiag_code": "出院主诊断代码",
    "diag_code": "诊断代码",
    "dscg_maindiag_name": "出院主诊断名称",
    "diag_name": "诊断名称",
    "setl_id": "结算 ID",
    "mdtrt_id": "就诊 ID",
    "begndate": "开始日期",
    "begntime": "开始时间",
    "enddate": "结束日期",
    "endtime": "结束时间",
    "medfee_sumamt": "医疗费总额",
    "inscp_scp_amt": "符合政策范围金额",
    "act_pay_dedc": "实际支付起付线",
    "hifp_pay": "基本医疗保险统筹基金支出",
    "hifmi_pay": "居民大病保险资金支出",
    "maf_pay": "医疗救助基金支出",
    "hosp_part_amt": "医院负担金额",
    "oth_pay": "其他支出",
    "psn_part_amt": "个人负担总金额",
}
# Which layers a national field sums. A layer is sought by name first, then by who pays it; what is left is oth_pay.
BY_LAYER: Mapping[str, str] = {"basic": "hifp_pay", "critical_illness": "hifmi_pay"}
BY_PAYER: Mapping[str, str] = {"civil": "maf_pay", "hospital": "hosp_part_amt"}
OTHER = "oth_pay"
PAID = ("hifp_pay", "hifmi_pay", "maf_pay", "hosp_part_amt", "oth_pay")
# act_pay_dedc is informative: our deductible is the policy's, so it is shown and never counted as a difference.
INFORMATIVE = ("act_pay_dedc",)
RESULTS = (*PAID, "psn_part_amt")


def field_of(layer: str, payer: str) -> str:
    """The national field that a layer's payment belongs to."""
    return BY_LAYER.get(layer) or BY_PAYER.get(payer, OTHER)


def results_of(result: Result) -> dict[str, int]:
    """Every national result field of a settled bill, in fen; the payments and psn_part_amt add up to medfee_sumamt."""
    amounts = dict.fromkeys(PAID, 0)
    for line in result.lines:
        amounts[field_of(line.terms.layer.name, line.terms.layer.payer)] += line.amount
    return {
        "medfee_sumamt": sum(amounts.values()) + result.self_pay,
        "act_pay_dedc": sum(deductible_paid(line) for line in result.lines if line.terms.layer.name == "basic"),
        **amounts,
        "psn_part_amt": result.self_pay,
    }


def deductible_paid(line: Line) -> int:
    """What of the deductible the base reached, in fen: the whole of it, or the base where that is less."""
    return min(line.terms.deductible // MILLION, line.base) if line.terms.applies else 0


def differences(result: Result, stated: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """(field, stated, ours) in fen for each result field of an export that is not what the chain gives."""
    ours = results_of(result)
    return [(name, stated[name], ours[name]) for name in RESULTS if name in stated and stated[name] != ours[name]]
