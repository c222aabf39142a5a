"""Every kind of work that waits: whose it is, since when each piece waits, how many days it may, and where it is done. One table.

Each query starts from the reader's own county, town or hospital, and answers rows with ``since``, the day from which they wait.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.urls import reverse

from hospitals.deferral_rule import undone
from hospitals.models import Consultation, Deposit, FollowUp, Inability, Referral, Repayment, TreatmentPlan, Visitor
from hospitals.owing import deposits_to_refund, deposits_to_verify, late_instalments, unrecorded
from hospitals.plan_list import answered_late, plans_returned, plans_to_answer, waiting_cases
from hospitals.referral_list import LONG, lately_refused, open_long, to_approve, to_go_on, to_receive
from ledger import clock
from ledger.models import Case, Category, CategoryFact, Person, Role, Staff, Transfer
from ledger.models.person import VERIFIER
from ledger.money import grouped, to_fen
from reports.work_rows import (
    age_unconfirmed,
    category_ended,
    discharged,
    hospital_closed,
    infants,
    missed_by_others,
    missed_visits,
    of_referral,
    open_cases,
    others_without_number,
    since_changed,
    transfers,
    treated_for_good,
    unable,
    unanswered,
    unplanned,
    unverified,
    waiting_since,
)
from settlement.desk import waiting_stays

CLERK, LEAD, TOWNSHIP, LIAISON, CITY = Role.CLERK, Role.LEAD, Role.TOWNSHIP, Role.LIAISON, Role.CITY
BUREAU = frozenset({CLERK, LEAD})
KEEPERS = frozenset(VERIFIER.values())


@dataclass(frozen=True)
class Kind:
    """One row of the table. ``allowed`` days may pass, the day after that a piece is overdue; None means that no limit is set.

    ``late`` says it where a limit is not in calendar days. ``told`` roles only wait for it. ``gravest`` stands first whatever the days;
    before even that, for these roles, what is ``first_late`` and waits too long. ``counts`` is false for what nobody can hurry.
    """

    code: str
    words: str
    rows: Callable[[Staff], QuerySet]
    since: str
    roles: frozenset[str]
    verb: str
    address: Callable[[object], str]
    allowed: int | None = None
    late: Callable[[], Q] | None = None
    told: frozenset[str] = frozenset()
    told_words: str = ""
    told_by: str = "县里"  # Whom it waits for.
    gravest: bool = False
    first_late: frozenset[str] = frozenset()
    counts: bool = True
    shared: bool = False  # With another county, which reads the piece and not the person's page.
    what: Callable[[object], str] = field(default=lambda row: str(row.disease))
    mine: Callable[[QuerySet, Staff], QuerySet] = field(default=lambda rows, staff: rows.filter(assigned_to=staff))

    def overdue(self) -> Q | None:
        """Which of its rows have waited longer than allowed; None where no limit is set."""
        if self.late is not None:
            return self.late()
        return None if self.allowed is None else Q(since__lt=clock.today() - datetime.timedelta(days=self.allowed))

    def words_for(self, role: str) -> str:
        return self.told_words if role in self.told else self.words


def _where_to(row: Referral) -> str:
    return f"{row.case.disease}，{row.from_hospital.name} → {row.to_hospital.name if row.to_hospital else row.to_name}"


def _who_goes(row: FollowUp) -> str:
    """The hospital by its name, for it is rung up."""
    hospital = row.case.hospital_name if row.visitor == Visitor.HOSPITAL else ""
    return f"{row.case.disease}，{hospital or row.get_visitor_display()}"


def _long() -> Q:
    """Open for 48 hours."""
    return Q(requested_at__lte=clock.now() - LONG)


def _write_plan(row: TreatmentPlan) -> str:
    return reverse("hospitals:plan-write", args=[row.case_id])


def _person_page(row: Case) -> str:
    return reverse("ledger:person", args=[row.person_id])


def _at(name: str) -> Callable[[Case], str]:
    return lambda row: reverse(name, args=[row.pk])


def _arrangement(row: Case) -> str:
    """Without a hospital one is arranged; with one, the person's page says whose turn it is."""
    return _person_page(row) if row.hospital_code else reverse("hospitals:arrange", args=[row.pk])


def _of_stay(name: str) -> Callable[[object], str]:
    return lambda row: reverse(name, args=[row.stay_id])


def _deposit(row: Deposit) -> str:
    return f"{grouped(to_fen(row.amount_yuan))} 元，{row.stay.hospital}"


def _of_person_in_hand(rows: QuerySet, staff: Staff) -> QuerySet:
    own = Case.objects.visible_to(staff).filter(assigned_to=staff)
    return rows.filter(pk__in=own.values("person"))


def _nobodys(rows: QuerySet, staff: Staff) -> QuerySet:
    """Work of the whole unit: none of it is in one person's hands."""
    return rows.none()


KINDS: list[Kind] = [
    Kind("returned", "退回补正", lambda staff: since_changed(open_cases(staff, "returned")), "退回", BUREAU | {TOWNSHIP}, "去补正", _person_page,
         gravest=True),
    Kind("registered", "待核实登记", lambda staff: waiting_since(open_cases(staff, "registered"), "registered_on"), "登记", BUREAU, "去核实",
         _person_page, allowed=3, told=frozenset({TOWNSHIP}), told_words="等县里核实"),
    Kind("unplanned", "核实后没有定方案", unplanned, "核实", BUREAU, "去办理", _arrangement, allowed=10),
    Kind("unable", "医院不具备诊疗条件，要另选", unable, "提出", BUREAU, "去另选", _at("hospitals:inability"), allowed=3,
         what=lambda row: f"{row.case.disease}，{row.hospital}", mine=lambda rows, staff: rows.filter(case__assigned_to=staff)),
    Kind("plan-answer", "诊疗方案待答复", plans_to_answer, "上报", BUREAU, "去审核", _at("hospitals:plan-answer"), late=answered_late,
         first_late=frozenset({LEAD}), what=lambda row: f"{row.case.disease}，{row.hospital}，第 {row.version} 版",
         mine=lambda rows, staff: rows.filter(case__assigned_to=staff)),
    Kind("plan-returned", "诊疗方案退回修改", plans_returned, "退回", frozenset({LIAISON}), "去修改", _write_plan, gravest=True,
         what=lambda row: f"{row.case.disease}，第 {row.version} 版", mine=_nobodys),
    Kind("plan-write", "待写诊疗方案", waiting_cases, "安排", frozenset({LIAISON}), "去填写", _at("hospitals:plan-write"), mine=_nobodys),
    Kind("hospital-closed", "定点医院停用或不再定点，要另选", hospital_closed, "安排", BUREAU, "去另选", _at("hospitals:arrange"),
         what=lambda row: f"{row.disease}，{row.hospital_name}"),
    Kind("discharged", "出院未登记完成治疗", discharged, "出院", BUREAU | {LIAISON}, "去登记", _at("hospitals:complete"), allowed=7),
    Kind("category-ended", "治疗期间类别终止", category_ended, "终止", BUREAU | KEEPERS, "去核对", _person_page, allowed=0,
         what=lambda row: f"{Category(row.ended).label}，{row.disease}"),
    Kind("infant", "婴儿没有身份证号", infants, "登记", BUREAU | {TOWNSHIP}, "去补录", _at("ledger:person-edit"), allowed=0,
         what=lambda row: row.id_absent_reason, mine=_of_person_in_hand),
    Kind("follow-up", "到期没有随访", missed_visits, "应访", BUREAU | {TOWNSHIP, LIAISON}, "去随访", _at("hospitals:follow-up"), allowed=0,
         what=lambda row: str(row.case.disease), mine=lambda rows, staff: rows.filter(case__assigned_to=staff)),
    Kind("follow-up-others", "乡镇、医院到期没有随访", missed_by_others, "应访", frozenset(), "去随访", _at("hospitals:follow-up"), allowed=0,
         told=BUREAU, told_words="等乡镇、医院随访", told_by="对方", what=_who_goes,
         mine=lambda rows, staff: rows.filter(case__assigned_to=staff)),
    Kind("transfer", "转入申请待答复", transfers, "申请", BUREAU, "去答复", _at("ledger:transfer"),
         late=lambda: Q(city_from__lte=clock.today()), what=lambda row: f"{row.to_county.name}申请转入", mine=_nobodys),
    Kind("transfer-unanswered", "转入申请没有答复，要市级决定", transfers, "到期", frozenset({CITY}), "去决定", _at("ledger:transfer"),
         allowed=0, what=lambda row: f"{row.from_county.name} → {row.to_county.name}", mine=_nobodys),
    Kind("consultation", "会诊没有答复", unanswered, "申请", BUREAU | {LIAISON}, "去看", _at("hospitals:consultation"),
         late=lambda: Q(wanted_by__lt=clock.today()), what=lambda row: f"{row.case.disease}，{row.group.name}",
         mine=lambda rows, staff: rows.filter(case__assigned_to=staff)),
    Kind("referral", "转诊待接收", lambda staff: of_referral(to_receive(staff), "requested_at"), "申请", frozenset({LIAISON}), "去答复",
         _at("hospitals:referral"), late=_long, what=_where_to, mine=_nobodys),
    Kind("referral-step", "转诊待登记下一步", lambda staff: of_referral(to_go_on(staff), "moved_at"), "上一步", frozenset({LIAISON}), "去登记",
         _at("hospitals:referral"), late=_long, what=lambda row: f"{row.get_state_display()}：{_where_to(row)}", mine=_nobodys),
    Kind("referral-refused", "转诊没有接收，要另行安排", lambda staff: of_referral(lately_refused(staff), "ended_at"), "答复",
         frozenset({LIAISON}), "去查看", _at("hospitals:referral"), what=_where_to, mine=_nobodys),
    Kind("referral-approval", "转往统筹区外待批准", lambda staff: of_referral(to_approve(staff), "requested_at"), "申请",
         frozenset({Role.INSURANCE}), "去批准", _at("hospitals:referral"), late=_long, what=_where_to, mine=_nobodys),
    Kind("referral-long", "转诊超过 48 小时没有办完", lambda staff: of_referral(open_long(staff), "requested_at"), "申请", BUREAU, "去查看",
         _at("hospitals:referral"), late=_long, what=lambda row: f"{row.get_state_display()}：{_where_to(row)}", mine=_nobodys, shared=True),
    Kind("deposit-refund", "违规押金要退还、整改", deposits_to_refund, "收取", frozenset({LIAISON}), "去退还", _at("hospitals:deposit-refund"),
         allowed=0, told=BUREAU, told_words="等医院退还违规押金", told_by="医院", what=_deposit, mine=_nobodys),
    Kind("deposit-verify", "押金退还和整改待核实", deposits_to_verify, "报退", BUREAU, "去核实", _at("hospitals:deposit-verify"), allowed=3,
         what=_deposit, mine=lambda rows, staff: rows.filter(stay__case__assigned_to=staff)),
    Kind("deferral", "住院没有办理先诊疗后付费", undone, "入院", frozenset({LIAISON}), "去办理", _at("hospitals:deferral-record"), allowed=1,
         mine=_nobodys, what=lambda row: str(row.case.disease)),
    Kind("owed", "出院没有登记欠费", unrecorded, "出院", frozenset({LIAISON}), "去登记", _at("hospitals:owed-record"), mine=_nobodys,
         what=lambda row: str(row.case.disease)),
    Kind("instalment", "欠费到期没有还", late_instalments, "应还", frozenset({LIAISON}), "去登记还款", _of_stay("hospitals:deferral"), allowed=0,
         what=lambda row: f"尚欠 {grouped(to_fen(row.still))} 元", mine=_nobodys),
    Kind("found", "已发现，待登记建档", lambda staff: waiting_since(open_cases(staff, "found"), "found_on"), "发现", BUREAU | {TOWNSHIP}, "去登记",
         _person_page),
    Kind("planned", "已定方案，待入院", lambda staff: since_changed(open_cases(staff, "planned")), "定方案", frozenset({LIAISON}), "去登记入院",
         _at("hospitals:admit")),
    Kind("unsettled", "出院待结算", lambda staff: waiting_since(waiting_stays(staff), "discharged_on"), "出院", frozenset({LIAISON}), "去结算",
         lambda row: reverse("settlement:bill"), what=lambda row: str(row.case.disease), mine=_nobodys),
    Kind("category", "待核实类别", unverified, "录入", KEEPERS, "去核实", lambda row: reverse("ledger:category-queue"),
         allowed=3, what=lambda row: str(row), mine=_nobodys),
    Kind("age", "年龄待确认", age_unconfirmed, "登记", frozenset({LEAD}), "去确认", _person_page),
    Kind("treated", "已救治，待销号", treated_for_good, "完成治疗", frozenset({LEAD}), "去销号",
         lambda row: reverse("ledger:case-move", args=[row.pk, "close"])),
    Kind("no-number", "其他人没有身份证号", others_without_number, "登记", BUREAU | {TOWNSHIP}, "去补录", _at("ledger:person-edit"), counts=False,
         what=lambda row: row.id_absent_reason, mine=_of_person_in_hand),
]  # fmt: skip
BY_CODE = {kind.code: kind for kind in KINDS}


def kinds_of(role: str) -> list[Kind]:
    """What a role has to do, then what it waits for, in the table's order."""
    return [kind for kind in KINDS if role in kind.roles] + [kind for kind in KINDS if role in kind.told]


def person_of(row) -> Person:
    """Whom a piece of work is about."""
    if isinstance(row, Person):
        return row
    return row.case.person if hasattr(row, "case") else row.person


OF_CASE = ("case__person__township", "case__person__village", "case__disease", "case__assigned_to")


def with_people(rows: QuerySet) -> QuerySet:
    """The rows with all that a line shows, in the same query."""
    paths = {
        Person: ["township", "village"],
        Case: ["person__township", "person__village", "disease", "assigned_to"],
        CategoryFact: ["person__township", "person__village"],
        Deposit: [f"stay__{path}" for path in (*OF_CASE, "hospital")],
        Repayment: [f"stay__{path}" for path in (*OF_CASE, "hospital")],
        Transfer: ["person__township", "person__village", "from_county", "to_county"],
        TreatmentPlan: ["case__person__township", "case__person__village", "case__disease", "case__assigned_to", "hospital"],
        Inability: ["case__person__township", "case__person__village", "case__disease", "case__assigned_to", "hospital"],
        Consultation: ["case__person__township", "case__person__village", "case__disease", "case__assigned_to", "group"],
        Referral: ["case__person__township", "case__person__village", "case__disease", "case__assigned_to", "from_hospital", "to_hospital"],
    }.get(rows.model, ["case__person__township", "case__person__village", "case__disease", "case__assigned_to"])
    return rows.select_related(*paths)


def in_hand_of(row) -> Staff | None:
    """Who has the case in hand."""
    case = row if isinstance(row, Case) else getattr(row, "case", None)
    return case.assigned_to if case is not None else None
