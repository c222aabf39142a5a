"""The pictures of the user guide: who looks at which page, what is done there first, and the words that must then be on it."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

from django.urls import reverse
from openpyxl import Workbook

from ledger.identity import check_digit

COUNTY, PERIOD = "450222", "2017-10"
CLERK, LEAD, TOWNSHIP = f"clerk-{COUNTY}-1", f"lead-{COUNTY}-1", f"township-{COUNTY}-1"
CIVIL, POVERTY = f"civil-{COUNTY}-1", f"poverty-{COUNTY}-1"
LIAISON, DOCTOR, INSURANCE, FINANCE = "liaison-2", "liaison-8", f"insurance-{COUNTY}-1", f"finance-{COUNTY}-1"
CITY, AUDITOR, OPERATOR, EXPERT = "city-450200-1", "auditor-1", "operator-1", "expert-1"


@dataclass(frozen=True)
class Shot:
    """One picture: ``who`` opens ``view``, ``act`` works on the page, then ``words`` are there. ``at``: words to scroll to."""

    name: str
    who: str  # A demo account; empty for the door.
    view: str
    words: tuple[str, ...]
    query: str = ""
    act: Callable | None = None
    at: str = ""
    given: dict = field(default_factory=dict)

    @property
    def file(self) -> str:
        return f"{self.name}.png"

    def address(self) -> str:
        return reverse(self.view, kwargs=self.given) + self.query


TWICE = "邓玉凤"


def prepare() -> None:
    """Somebody who was registered twice: the demo itself has nobody."""
    from ledger.actions.people import CaseEntry, CategoryEntry, PersonFacts, register_person
    from ledger.identity import read_id_number
    from ledger.models import Category, Disease, Division, Person, Staff

    clerk = Staff.objects.select_related("area__parent").get(username=CLERK)
    if Person.objects.visible_to(clerk).filter(name=TWICE).exists():
        return
    village = Division.objects.select_related("parent__parent__parent").filter(level=5, parent__parent=clerk.area).order_by("code").first()
    born_on, today = datetime.date(1955, 8, 6), datetime.date(2017, 10, 20)
    same = {"name": TWICE, "sex": "female", "born_on": born_on, "village": village, "insurance_number": "4502220081234"}
    number = read_id_number(numbered("45022219550806008"), today)
    for given, phone, address, disease in (
        ({"id_number": number}, "13907720111", "上屯 12 号", "cataract"),
        ({"id_absent_reason": "证件遗失"}, "13907720222", "上屯 12 号", None),
    ):
        facts = PersonFacts(**same, **given, phone=phone, address=address)
        case = CaseEntry(disease=Disease.objects.get(code=disease), found_on=today, found_how="村医入户随访") if disease else None
        register_person(by=clerk, facts=facts, categories=[CategoryEntry(Category.DIBAO, datetime.date(2016, 7, 1), "低保证")], case=case)


# ---- what is done on a page before its picture is taken ----


def first_row(page) -> None:
    """Open the first record of a list."""
    with page.expect_navigation():
        page.locator("#main table tbody a").first.click()


def first_row_then(*links: str) -> Callable:
    """Open the first record of a list, then follow links by their words, also inside the 更多 menu."""

    def act(page) -> None:
        first_row(page)
        for words in links:
            for menu in page.locator("#main details:not([open]) > summary").all():
                menu.click()
            with page.expect_navigation():
                page.locator("#main a", has_text=words).first.click()

    return act


def follow(words: str, within: str = "#main a") -> Callable:
    """Go where the first link with these words leads."""

    def act(page) -> None:
        with page.expect_navigation():
            page.locator(within, has_text=words).first.click()

    return act


def numbered(body: str) -> str:
    """An invented ID number whose check digit is right."""
    return body + check_digit(body)


def fill_registration(page) -> None:
    """A registration in which one digit of the mobile number is missing."""
    page.fill("#id_id_number", numbered("45022219650315002"))
    page.keyboard.press("Tab")
    page.fill("#id_name", "韦桂兰")
    page.select_option("#id_village", index=1)
    page.fill("#id_address", "3 组 8 号")
    page.fill("#id_phone", "1390772081")
    page.select_option("select[id^=id_categories-0], select[name$='0-category']", label="建档立卡")
    page.fill("input[name$='0-since']", "2016-01-01")
    page.fill("input[name$='0-basis']", "2016 年建档立卡名册")
    page.select_option("#id_disease", label="白内障")
    page.fill("#id_found_on", "2017-10-18")
    page.select_option("#id_found_how", label="村医入户随访")
    page.locator("button[accesskey=s]").click()
    page.wait_for_load_state()


def upload_people(page) -> None:
    """A short list of 附件 2 with a title row and one number that is wrong."""
    book = Workbook()
    sheet = book.active
    sheet.append(["柳城县 2017 年 10 月农村贫困大病患者台账"])
    sheet.append(["疾病名称", "序号", "姓名", "性别", "年龄", "籍贯", "身份证号(合医证)", "城乡居民医保建立台帐时间", "备注"])
    for number, (name, sex, card) in enumerate(
        [
            ("覃玉兰", "女", numbered("45022219580312004")),
            ("韦国庆", "男", numbered("45022219491105003")),
            ("梁美凤", "女", numbered("45022219620719004")),
            ("罗正明", "男", "45022219550608003"),
            ("石秀芳", "女", numbered("45022219590101002")),
        ],
        start=1,
    ):
        sheet.append(["白内障", number, name, sex, "", "广西柳城", card, "2017-09-30", ""])
    content = BytesIO()
    book.save(content)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.set_input_files("input[type=file]", {"name": "10月台账.xlsx", "mimeType": kind, "buffer": content.getvalue()})
    page.locator("button[accesskey=s]").click()
    page.wait_for_url("**/people/import/*/", timeout=60_000)
    page.wait_for_selector("text=将写入", timeout=60_000)


def choose_three(page) -> None:
    """Tick three cases of the list and ask what verifying them would do."""
    for box in page.locator("#main table tbody input[type=checkbox]").all()[:3]:
        box.check()
    with page.expect_navigation():
        page.locator("button[value=verify]").click()


def lay_side_by_side(page) -> None:
    """The record of somebody who was registered twice, beside the other one."""
    first_row_then("合并重复资料", "并排比较")(page)


def fill_bill(page) -> None:
    """The bill of the first patient who was discharged and is not settled yet, as far as its preview."""
    page.locator("#main table button, #main table a.btn", has_text="录入账单").first.click()
    page.wait_for_selector("#id_bill_no")
    page.fill("#id_bill_no", "20171020-0036")
    page.fill("#id_total_yuan", "6248.35")
    page.fill("#id_in_policy_yuan", "5623.50")
    page.locator("button[accesskey=s]").click()
    page.wait_for_selector("text=结算预览")


def see_the_benefit(page) -> None:
    """What a patient of the hospital would be given today, from the patient's record."""
    first_row(page)
    page.wait_for_selector("button:has-text('测算待遇'), a:has-text('测算待遇'), button:has-text('待遇测算'), a:has-text('待遇测算')")
    page.locator("#main button, #main a").filter(has_text="待遇").first.click()
    page.wait_for_selector("#id_total_yuan")


SHOTS = [
    # 00 Everybody
    Shot("00-login", "", "account:login", ("登录",)),
    Shot("00-password", CLERK, "account:password", ("原密码", "保存密码")),
    # 01 The township clinic
    Shot("01-workbench", TOWNSHIP, "reports:workbench", ("登记患者", "还没有核实的登记")),
    Shot("01-register", TOWNSHIP, "ledger:register", ("还没有保存", "手机号要 11 位"), act=fill_registration),
    Shot("01-follow-ups", TOWNSHIP, "hospitals:follow-up-list", ("逾期未访", "登记")),
    # 02 The county's clerk
    Shot("02-workbench", CLERK, "reports:workbench", ("待我办理", "待办清单")),
    Shot("02-list", CLERK, "ledger:case-list", ("全部病种", "导出 Excel", "勾选后办理：")),
    Shot("02-work", CLERK, "reports:work-list", ("待办清单", "我经办的")),
    Shot("02-many", CLERK, "ledger:case-list", ("可以办", "确认核实"), query="?state=registered", act=choose_three),
    Shot("02-person", CLERK, "ledger:case-list", ("基本信息", "救治进度", "经过"), query="?state=verified", act=first_row),
    Shot("02-import", CLERK, "ledger:people-import", ("将写入", "拒收"), act=upload_people),
    Shot("02-merge", CLERK, "ledger:case-list", ("两份资料并排核对", "合并以后"), query=f"?q={TWICE}", act=lay_side_by_side),
    Shot("02-transfer", CLERK, "ledger:transfer-ask", ("新的行政村", "提交申请")),
    Shot("02-export", CLERK, "ledger:case-export", ("导出病例名单", "全号，要写用途"), query="?state=in_treatment"),
    Shot("02-card", CLERK, "ledger:case-list", ("打印",), query="?state=treated", act=first_row_then("病例卡")),
    Shot("02-plan", CLERK, "hospitals:plan-list", ("诊疗方案", "同意", "退回"), act=follow("去审核")),
    Shot("02-month", CLERK, "reports:month", ("救助进展情况统计表", "核对"), given={"period": PERIOD, "code": COUNTY}),
    # 03 The county's lead
    Shot("03-workbench", LEAD, "reports:workbench", ("待我办理",)),
    Shot("03-verify", LEAD, "ledger:case-list", ("核实", "退回"), query="?state=registered", act=first_row),
    Shot("03-month", LEAD, "reports:month", ("上报",), given={"period": PERIOD, "code": COUNTY}),
    Shot("03-hand-over", LEAD, "ledger:hand-over", ("去交接", "未办结的病例")),
    # 04 Civil affairs, poverty office, disabled persons' federation
    Shot("04-workbench", CIVIL, "reports:workbench", ("等我核实", "待核实类别")),
    Shot("04-queue", POVERTY, "ledger:category-queue", ("待核实类别", "核实")),
    # 05 The hospital's liaison
    Shot("05-workbench", LIAISON, "reports:workbench", ("正在住院", "待我办理")),
    Shot("05-plans", DOCTOR, "hospitals:plan-list", ("待写方案", "写方案")),
    Shot("05-plan", DOCTOR, "hospitals:plan-list", ("诊断", "上报"), query="?tab=waiting", act=follow("写方案", "#main tbody a")),
    Shot("05-referral", LIAISON, "hospitals:referral-list", ("转诊", "接收"), act=first_row),
    Shot("05-owed", LIAISON, "hospitals:owed", ("住院欠费", "账龄")),
    Shot("05-bills", LIAISON, "settlement:bill", ("已出院，还没有结算",)),
    Shot("05-benefit", LIAISON, "ledger:case-list", ("待遇测算", "预计费用"), query="?state=planned", act=see_the_benefit),
    Shot("05-preview", LIAISON, "settlement:bill", ("结算预览", "确认结算"), act=fill_bill),
    Shot("05-record", LIAISON, "settlement:records", ("费用由谁负担", "打印计算说明"), act=first_row),
    Shot("05-sheet", LIAISON, "settlement:records", ("钱是怎么算的",), act=first_row_then("打印计算说明")),
    # 06 Insurance and finance
    Shot("06-statements", INSURANCE, "statements:list", ("应付款对账单",)),
    Shot("06-statement", INSURANCE, "statements:list", ("对账单",), act=first_row),
    Shot("06-checks", INSURANCE, "statements:checks", ("应享待遇核对",)),
    # 07 The city
    Shot("07-overview", CITY, "reports:workbench", ("各县各表", "累计救治率排名")),
    Shot("07-review", CITY, "reports:return-review", ("审核", "退回"), given={"kind": "months", "period": "2017-09", "code": "450204"}),
    Shot("07-matrix", CITY, "reports:matrix", ("各县各表", "按时率")),
    Shot("07-reminders", CITY, "reports:reminders", ("催报",)),
    Shot("07-totals", CITY, "reports:city-totals", ("全市汇总",)),
    Shot("07-bulletin", CITY, "reports:bulletin", ("通报",), given={"period": "2017-09"}),
    Shot("07-goals", CITY, "reports:goals", ("救治进度",)),
    Shot("07-calendar", CITY, "reports:calendar", ("应报清单",)),
    Shot("07-policies", CITY, "policies:list", ("政策参数", "未签认")),
    Shot("07-assumed", CITY, "policies:list", ("示范参数", "签认"), act=follow("未签认")),
    Shot("07-coverage", CITY, "ledger:coverage", ("病种目录", "现行")),
    Shot("07-designations", CITY, "hospitals:designations", ("各年定点", "服务范围")),
    Shot("07-holidays", CITY, "ledger:holidays", ("节假日", "调休上班")),
    # 08 The auditor
    Shot("08-workbench", AUDITOR, "reports:workbench", ("封存", "最近的操作")),
    Shot("08-trail", AUDITOR, "ledger:trail", ("操作记录", "来源地址")),
    # 09 The operator
    Shot("09-accounts", OPERATOR, "ledger:accounts", ("新建账号", "重设密码")),
    Shot("09-new", OPERATOR, "ledger:account-new", ("管辖范围", "医院代码")),
    Shot("09-clients", OPERATOR, "settlement:clients", ("接口客户端",)),
    # 10 Experts
    Shot("10-workbench", EXPERT, "reports:workbench", ("会诊",)),
]
