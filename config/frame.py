"""What every page shows around its content: unit, demo mark, and the navigation of the role."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from config.access import rule_for
from hospitals.consulting import number_open
from hospitals.plan_list import number_waiting as plans_waiting
from hospitals.referral_list import number_mine
from hospitals.visit_list import number_due
from ledger import clock
from ledger.actions.transfers import transfers_waiting_for
from ledger.models import Division, Role
from ledger.models.division import Level, UnitKind, UnitName
from reports.reminding import unopened
from reports.views.return_work import asked_of
from reports.work_lists import number_waiting
from settlement.out_of_order import differing_years
from settlement.policy_scope import drafts_waiting_for

# Group → (address, words, the query that narrows it). A link is drawn only where the access table opens it.
NAVIGATION: list[tuple[str, list[tuple[str, str, str]]]] = [
    ("", [("reports:workbench", "工作台", ""), ("reports:work-list", "待办清单", "")]),
    (
        "台账",
        [
            ("ledger:case-list", "救治台账", ""),
            ("ledger:register", "登记患者", ""),
            ("ledger:case-list", "待核实登记", "?state=registered"),
            ("ledger:category-queue", "待核实类别", ""),
            ("ledger:people-import", "导入名单", ""),
            ("ledger:find", "按证号查找", ""),
            ("ledger:transfers", "转入转出", ""),
        ],
    ),
    (
        "上报",
        [
            ("reports:months", "月报", ""),
            ("reports:city-totals", "全市汇总", ""),
            ("reports:asked", "退回与展期", ""),
            ("reports:preview", "按日预览", ""),
            ("reports:baseline", "筛查基线", ""),
            ("reports:quality", "质量控制", ""),
            ("reports:goals", "救治进度", ""),
            ("reports:reminders", "催报记录", ""),
            ("reports:jobs", "大文件", ""),
        ],
    ),
    (
        "诊疗",
        [
            ("hospitals:plan-list", "诊疗方案", ""),
            ("hospitals:referral-list", "转诊", ""),
            ("hospitals:consultations", "会诊", ""),
            ("hospitals:follow-up-list", "随访", ""),
            ("hospitals:owed", "住院欠费", ""),
            ("hospitals:deposits", "违规押金", ""),
        ],
    ),
    (
        "结算窗口",
        [
            ("settlement:benefit", "待遇测算", ""),
            ("settlement:bill", "录入账单", ""),
            ("settlement:bill-import", "导入账单", ""),
            ("settlement:records", "结算记录", ""),
            ("settlement:order", "冲销与补差", ""),
        ],
    ),
    ("对账", [("statements:list", "应付款对账单", ""), ("statements:disputes", "争议款", ""), ("statements:checks", "应享待遇核对", "")]),
    ("规则", [("reports:calendar", "应报清单", ""), ("reports:check-rules", "核对规则", "")]),
    (
        "资料",
        [
            ("hospitals:list", "定点医院", ""),
            ("hospitals:standards", "救治标准", ""),
            ("hospitals:deferral-rule", "先诊疗后付费", ""),
            ("hospitals:follow-up-rules", "随访规则", ""),
            ("hospitals:experts", "专家组", ""),
            ("hospitals:contacts", "专职联系人", ""),
            ("policies:list", "政策参数", ""),
            ("policies:limits", "单病种限额", ""),
            ("ledger:coverage", "病种目录", ""),
            ("ledger:diseases", "病种", ""),
            ("ledger:divisions", "乡镇与村", ""),
            ("ledger:units", "单位名称", ""),
            ("ledger:holidays", "节假日", ""),
            ("ledger:data-changes", "资料变更", ""),
        ],
    ),
    (
        "管理",
        [
            ("ledger:accounts", "账号", ""),
            ("ledger:hand-over", "交接工作", ""),
            ("settlement:clients", "接口客户端", ""),
            ("admin:index", "区划与规则", ""),
            ("ledger:trail", "操作记录", ""),
        ],
    ),
]
ONLY_FOR = {"待核实登记": {Role.CLERK, Role.LEAD}, "核对规则": {Role.CITY}, "应报清单": {Role.CITY}}
# A role with more links than a window's height holds finds these groups open, and each of the others when one of its pages is.
ROOM = 18
DAILY = {
    Role.CLERK: {"台账", "上报"},
    Role.LEAD: {"台账", "上报"},
    Role.LIAISON: {"诊疗", "结算窗口"},
    Role.CITY: {"台账", "上报"},
}
# Alt and a letter, from any page that has no such key of its own.
KEYS = {"ledger:register": "n", "ledger:find": "f"}
# How many wait behind a link, where that is not told elsewhere.
COUNTED = {
    "hospitals:follow-up-list": number_due,
    "hospitals:plan-list": plans_waiting,
    "hospitals:referral-list": number_mine,
    "hospitals:consultations": number_open,
    "settlement:order": lambda staff: differing_years(staff).count(),
    "policies:list": drafts_waiting_for,
    "ledger:transfers": transfers_waiting_for,
    "reports:work-list": number_waiting,
    "reports:asked": asked_of,
}
# Adding up all that waits is dear in a large county: its number stands on the pages that are about it and add it up anyway.
COUNTED_WHERE_TOLD, WORK_PAGES = {"reports:work-list"}, {"reports:workbench", "reports:work-list"}


address_of = cache(reverse)  # Some forty for each page, and they never change.


@dataclass
class Link:
    address: str
    words: str
    current: bool
    count: int = 0
    key: str = ""


@dataclass
class Group:
    """Links under a heading; a folded one tells how many wait in it altogether."""

    title: str
    links: list[Link]
    folds: bool = False
    open: bool = True

    @property
    def count(self) -> int:
        return sum(link.count for link in self.links)


def navigation(request: HttpRequest) -> list[Group]:
    """The role's links, grouped; the page that is open is marked, and its group never folded."""
    role, here = request.user.role, request.resolver_match.view_name if request.resolver_match else ""
    counts, groups = not getattr(request, "counts_nothing", False), []
    for title, entries in NAVIGATION:
        links = []
        for name, words, query in entries:
            if not rule_for(name).allows(role) or role not in ONLY_FOR.get(words, {role}):
                continue
            if name == "reports:workbench" and role == Role.CITY:
                words = "上报总览"
            narrowed = f"?{request.GET.urlencode()}" == query if query else "state=registered" not in request.GET.urlencode()
            current = name == getattr(request, "nav_name", here) and narrowed
            counted = counts and name in COUNTED and (name not in COUNTED_WHERE_TOLD or here in WORK_PAGES)
            count = COUNTED[name](request.user) if counted else 0
            links.append(Link(address_of(name) + query, words, current, count, KEYS.get(name, "")))
        if links:
            groups.append(Group(title, links))
    if sum(len(group.links) for group in groups) > ROOM:
        for group in groups:
            group.folds = bool(group.title) and len(group.links) > 1
            group.open = group.title in DAILY.get(role, ()) or any(link.current for link in group.links)
    return groups


def door_unit() -> str:
    """Whose system this is, for pages without login: the first prefecture's health authority."""
    prefecture = Division.objects.filter(level=Level.PREFECTURE).order_by("code").first()
    return UnitName.on(prefecture, UnitKind.HEALTH, clock.today()) if prefecture else "大病救治台账"


def page_frame(request: HttpRequest) -> dict:
    """Context for templates/base.html and templates/door.html; nothing is asked of the database for a fragment."""
    frame = {"demo_date": settings.BUSINESS_DATE, "session_minutes": settings.SESSION_COOKIE_AGE // 60}
    if getattr(request, "htmx", False):
        return frame
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        frame["navigation"] = lambda: navigation(request)
        if rule_for("reports:messages").allows(request.user.role):
            frame["messages_unopened"] = lambda: 0 if getattr(request, "counts_nothing", False) else unopened(request.user)
        frame["unit"] = lambda: request.user.unit_on(clock.today())
        frame["saved_forms"] = " ".join(request.session.get("saved_forms", []))
    else:
        frame["door_unit"] = door_unit
    return frame
