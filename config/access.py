"""The access table: which role may open which address by which method, within which scope, and what it shows of people.

The middleware enforces it; an address without a row is refused and fails the tests. The scope itself is applied by the
querysets' ``visible_to(staff)``: the column here says what they bound a page to, for the reader and for the tests.
"""

from dataclasses import dataclass

from ledger.models import Role
from ledger.models.upload import IMPORTERS

EVERYONE = frozenset(Role)
BUREAU = frozenset({Role.CLERK, Role.LEAD})
KEEPERS = frozenset({Role.CIVIL, Role.POVERTY, Role.DISABLED})
PAYERS = frozenset({Role.INSURANCE, Role.FINANCE})
COUNTY = BUREAU | KEEPERS | PAYERS
CASE_READERS = COUNTY | {Role.TOWNSHIP, Role.LIAISON, Role.CITY}
REGISTRARS = BUREAU | {Role.TOWNSHIP}
FINDERS = REGISTRARS | {Role.CIVIL, Role.POVERTY, Role.DISABLED}
TREATERS = BUREAU | {Role.LIAISON}
PLAN_READERS = TREATERS | {Role.TOWNSHIP, Role.INSURANCE, Role.CITY}
REPORT_READERS = BUREAU | {Role.CITY}
REFERRAL_READERS = BUREAU | {Role.LIAISON, Role.INSURANCE, Role.CITY}
STATEMENT_SIDES = PAYERS | {Role.CIVIL, Role.LIAISON}
SETTLEMENT_READERS = BUREAU | PAYERS | {Role.CIVIL, Role.CITY, Role.LIAISON}

SIGNED = "signed client"


@dataclass(frozen=True)
class Rule:
    """One row. ``roles`` None means no login is asked. ``shows``: nothing, masked or full personal data.

    Scope ``signed client`` with no roles: no session opens it, whosever; a hospital's system does, by its signature on each
    request (settlement/api/authentication.py), and then acts within its liaison's scope.
    """

    roles: frozenset[str] | None
    methods: str = "GET"
    scope: str = "own area"
    shows: str = "nothing"

    @property
    def signed(self) -> bool:
        return self.scope == SIGNED

    def allows(self, role: str) -> bool:
        return self.roles is None or role in self.roles


TABLE: dict[str, Rule] = {
    # The door
    "account:login": Rule(None, "GET POST", "public"),
    "account:logout": Rule(EVERYONE, "POST", "self"),
    "account:password": Rule(EVERYONE, "GET POST", "self"),
    "health": Rule(None, "GET", "public"),
    "healthz-deadline": Rule(None, "GET", "public"),
    "hospitals:public": Rule(None, "GET", "public"),
    # The workbench
    "reports:workbench": Rule(EVERYONE, "GET", "own area", "masked"),
    "reports:quality": Rule(REPORT_READERS | {Role.LIAISON}, "GET", "own hospitals"),
    "reports:quality-workbook": Rule(REPORT_READERS | {Role.LIAISON}, "GET", "own hospitals"),
    "reports:work-list": Rule(BUREAU | KEEPERS | {Role.TOWNSHIP, Role.LIAISON, Role.CITY, Role.INSURANCE}, "GET", "own people", "masked"),
    # The ledger
    "ledger:case-list": Rule(CASE_READERS, "GET", "own cases", "masked"),
    "ledger:list-settings": Rule(CASE_READERS, "GET POST", "self"),
    "ledger:case-export": Rule(CASE_READERS, "GET POST", "own cases", "masked"),
    "ledger:filter-keep": Rule(CASE_READERS, "GET POST", "self"),
    "ledger:keys": Rule(EVERYONE, "GET", "self"),
    "ledger:find": Rule(CASE_READERS, "GET POST", "own people", "masked"),
    "ledger:register": Rule(FINDERS, "GET POST", "own area", "masked"),
    "ledger:identity-check": Rule(FINDERS, "POST", "own people", "masked"),
    "ledger:villages": Rule(FINDERS, "GET", "own area"),
    "ledger:people-import": Rule(IMPORTERS, "GET POST", "own area"),
    "ledger:people-import-preview": Rule(IMPORTERS, "GET", "own uploads", "masked"),
    "ledger:people-import-decide": Rule(IMPORTERS, "POST", "own uploads"),
    "ledger:people-import-rest": Rule(IMPORTERS, "GET", "own uploads", "full"),
    "ledger:people-import-apply": Rule(IMPORTERS, "POST", "own uploads"),
    "ledger:people-import-work": Rule(IMPORTERS, "GET", "own uploads"),
    "ledger:people-import-cancel": Rule(IMPORTERS, "POST", "own uploads"),
    "ledger:people-import-drop": Rule(IMPORTERS, "POST", "own uploads"),
    "ledger:person": Rule(CASE_READERS, "GET", "own people", "masked"),
    "ledger:timeline": Rule(CASE_READERS, "GET", "own people", "masked"),
    "ledger:reveal": Rule(CASE_READERS - {Role.CITY}, "POST", "own people", "full"),
    "ledger:person-edit": Rule(REGISTRARS, "GET POST", "own people", "full"),
    "ledger:id-number": Rule(REGISTRARS, "GET POST", "own people", "masked"),
    "ledger:move-house": Rule(BUREAU, "GET POST", "own people", "masked"),
    "ledger:merge-choose": Rule(BUREAU, "GET POST", "own people", "masked"),
    "ledger:merge": Rule(BUREAU, "GET POST", "own people", "masked"),
    "ledger:merge-undo": Rule(BUREAU, "GET POST", "own people", "masked"),
    "ledger:category-add": Rule(FINDERS, "GET POST", "own people", "masked"),
    "ledger:category-verify": Rule(KEEPERS, "POST", "own people"),
    "ledger:category-end": Rule(BUREAU | KEEPERS, "GET POST", "own people", "masked"),
    "ledger:out-of-poverty": Rule({Role.POVERTY}, "GET POST", "own people", "masked"),
    "ledger:category-queue": Rule(KEEPERS, "GET", "own people", "masked"),
    "ledger:enrolment": Rule(BUREAU | {Role.INSURANCE, Role.TOWNSHIP}, "GET POST", "own people", "masked"),
    "ledger:policy-card": Rule(REGISTRARS | {Role.POVERTY}, "GET POST", "own people", "masked"),
    "ledger:case-add": Rule(FINDERS, "GET POST", "own people", "masked"),
    "ledger:case-card": Rule(CASE_READERS, "GET", "own cases", "masked"),
    "ledger:case-card-full": Rule(CASE_READERS - {Role.CITY}, "POST", "own cases", "full"),
    "ledger:case-move": Rule(REGISTRARS, "GET POST", "own cases", "masked"),
    # Many at once, and from one hand into another
    "ledger:many": Rule(BUREAU | KEEPERS, "POST", "own people", "masked"),
    "ledger:hand-over": Rule({Role.LEAD}, "GET POST", "own cases", "masked"),
    "ledger:proofs": Rule(CASE_READERS, "GET", "own people", "masked"),
    "ledger:proof-add": Rule(REGISTRARS | KEEPERS | {Role.LIAISON}, "GET POST", "own people", "masked"),
    "ledger:proof": Rule(CASE_READERS, "GET", "own people", "full"),
    "ledger:proof-withdraw": Rule(REGISTRARS | KEEPERS | {Role.LIAISON}, "GET POST", "own people", "masked"),
    # Moved from another county
    "ledger:transfers": Rule(REPORT_READERS, "GET", "own transfers", "masked"),
    "ledger:transfer-ask": Rule(BUREAU, "GET POST", "own area"),
    "ledger:transfer": Rule(REPORT_READERS, "GET POST", "own transfers", "masked"),
    "ledger:transfer-withdraw": Rule(BUREAU, "POST", "own transfers"),
    # Data kept by staff
    "ledger:divisions": Rule(BUREAU | {Role.CITY}, "GET POST", "own area"),
    "ledger:division-import": Rule(REPORT_READERS, "GET POST", "own area"),
    "ledger:division-end": Rule(REPORT_READERS, "GET POST", "own area"),
    "ledger:division-rename": Rule(REPORT_READERS, "GET POST", "own area"),
    "ledger:coverage": Rule(REPORT_READERS, "GET", "own prefecture"),
    "ledger:coverage-new": Rule({Role.CITY}, "GET POST", "own prefecture", "masked"),
    "ledger:coverage-edit": Rule({Role.CITY}, "GET POST", "own prefecture", "masked"),
    "ledger:coverage-remove": Rule({Role.CITY}, "GET POST", "own prefecture", "masked"),
    "ledger:diseases": Rule(REPORT_READERS, "GET", "own prefecture"),
    "ledger:disease-new": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "ledger:disease-edit": Rule({Role.CITY}, "GET POST", "own prefecture", "masked"),
    "ledger:report-group-new": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "ledger:report-group-edit": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "ledger:units": Rule(REPORT_READERS, "GET POST", "own area"),
    "ledger:unit-withdraw": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "ledger:data-changes": Rule(REPORT_READERS, "GET", "own prefecture"),
    "ledger:holidays": Rule(REPORT_READERS, "GET POST", "own prefecture"),
    "ledger:holiday-import": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "ledger:holiday-template": Rule({Role.CITY}, "GET", "own prefecture"),
    "ledger:holiday-remove": Rule({Role.CITY}, "GET POST", "own prefecture"),
    # Operators and auditors
    "ledger:accounts": Rule({Role.OPERATOR}, "GET", "own prefecture"),
    "ledger:account-new": Rule({Role.OPERATOR}, "GET POST", "own prefecture"),
    "ledger:account-reset": Rule({Role.OPERATOR}, "POST", "own prefecture"),
    "ledger:account-switch": Rule({Role.OPERATOR}, "POST", "own prefecture"),
    "ledger:trail": Rule({Role.AUDITOR}, "GET", "own prefecture", "masked"),
    # Policies, and what the city keeps beside them
    "policies:list": Rule(CASE_READERS, "GET", "own prefecture"),
    "policies:version": Rule(CASE_READERS, "GET", "own prefecture"),
    "policies:text": Rule(CASE_READERS, "GET", "own prefecture"),
    "policies:download": Rule(CASE_READERS, "GET", "own prefecture"),
    "policies:difference": Rule(CASE_READERS, "GET", "own prefecture"),
    "policies:assumed": Rule(CASE_READERS, "GET POST", "own prefecture"),
    "policies:copy": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "policies:upload": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "policies:upload-draft": Rule({Role.CITY}, "GET POST", "own drafts"),
    "policies:edit": Rule({Role.CITY}, "GET POST", "own drafts"),
    "policies:discard": Rule({Role.CITY}, "GET POST", "own drafts"),
    "policies:publish": Rule({Role.CITY}, "GET POST", "own drafts"),
    "policies:limits": Rule(CASE_READERS, "GET POST", "own prefecture"),
    "policies:limit-end": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "policies:limit-remove": Rule({Role.CITY}, "POST", "own prefecture"),
    "policies:levels": Rule(CASE_READERS, "GET POST", "own prefecture"),
    # Hospitals
    "hospitals:list": Rule(CASE_READERS, "GET", "own area"),
    "hospitals:designations": Rule(REPORT_READERS, "GET POST", "own area"),
    "hospitals:designations-copy": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "hospitals:designation-end": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "hospitals:kept": Rule(REPORT_READERS, "GET", "own prefecture"),
    "hospitals:hospital-new": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "hospitals:hospital-edit": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "hospitals:hospital-close": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "hospitals:experts": Rule(BUREAU | {Role.LIAISON, Role.CITY, Role.EXPERT}, "GET", "own area"),
    "hospitals:expert-group-new": Rule(REPORT_READERS, "GET POST", "own area"),
    "hospitals:expert-group-edit": Rule(REPORT_READERS, "GET POST", "own area"),
    "hospitals:expert-group-end": Rule(REPORT_READERS, "GET POST", "own area"),
    "hospitals:expert-new": Rule(REPORT_READERS, "GET POST", "own area"),
    "hospitals:expert-edit": Rule(REPORT_READERS, "GET POST", "own area"),
    "hospitals:expert-end": Rule(REPORT_READERS, "GET POST", "own area"),
    "hospitals:consultations": Rule(BUREAU | {Role.LIAISON, Role.CITY, Role.EXPERT}, "GET", "own consultations", "masked"),
    "hospitals:consultation": Rule(BUREAU | {Role.LIAISON, Role.CITY, Role.EXPERT}, "GET POST", "own consultations", "masked"),
    "hospitals:consultation-cancel": Rule(TREATERS, "GET POST", "own consultations", "masked"),
    "hospitals:consultation-ask": Rule(TREATERS, "GET POST", "own cases", "masked"),
    "hospitals:consultations-of": Rule(BUREAU | {Role.LIAISON, Role.CITY}, "GET", "own people", "masked"),
    "hospitals:standards": Rule(CASE_READERS, "GET", "own prefecture"),
    "hospitals:standard-file": Rule(CASE_READERS, "GET", "own prefecture"),
    "hospitals:standard-new": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "hospitals:standard-edit": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "hospitals:standard-end": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "hospitals:stays": Rule(CASE_READERS, "GET", "own people", "masked"),
    "hospitals:arrange": Rule(BUREAU, "GET POST", "own cases", "masked"),
    "hospitals:inability-say": Rule({Role.LIAISON}, "GET POST", "own cases", "masked"),
    "hospitals:inability": Rule(TREATERS | {Role.CITY}, "GET POST", "own patients", "masked"),
    "hospitals:plan": Rule(TREATERS, "GET POST", "own cases", "masked"),
    "hospitals:plan-list": Rule(TREATERS | {Role.CITY}, "GET", "own plans", "masked"),
    "hospitals:plan-phrases": Rule({Role.LIAISON}, "GET POST", "own hospital"),
    "hospitals:plan-phrase-drop": Rule({Role.LIAISON}, "POST", "own hospital"),
    "hospitals:plans-of": Rule(PLAN_READERS, "GET", "own people", "masked"),
    "hospitals:plan-write": Rule({Role.LIAISON}, "GET POST", "own cases", "masked"),
    "hospitals:plan-version": Rule(PLAN_READERS, "GET", "own plans", "masked"),
    "hospitals:plan-answer": Rule(BUREAU, "GET POST", "own plans", "masked"),
    "hospitals:plan-withdraw": Rule({Role.LIAISON}, "POST", "own plans"),
    "hospitals:plan-discard": Rule({Role.LIAISON}, "GET POST", "own plans", "masked"),
    "hospitals:plan-attach": Rule(TREATERS, "GET POST", "own plans", "masked"),
    "hospitals:plan-print": Rule(PLAN_READERS, "GET", "own plans", "masked"),
    "hospitals:plan-print-full": Rule(TREATERS, "POST", "own plans", "full"),
    "hospitals:admit": Rule(TREATERS, "GET POST", "own cases", "masked"),
    "hospitals:discharge": Rule(TREATERS, "GET POST", "own stays", "masked"),
    "hospitals:pathway": Rule(TREATERS, "GET POST", "own stays", "masked"),
    "hospitals:complete": Rule(TREATERS, "GET POST", "own cases", "masked"),
    "hospitals:withdraw": Rule(BUREAU, "GET POST", "own cases", "masked"),
    "hospitals:referral-list": Rule(REFERRAL_READERS, "GET", "own referrals", "masked"),
    "hospitals:referral": Rule(REFERRAL_READERS, "GET POST", "own referrals", "masked"),
    "hospitals:referral-paper": Rule(REFERRAL_READERS, "GET", "own referrals", "masked"),
    "hospitals:referral-new": Rule({Role.LIAISON}, "GET POST", "own cases", "masked"),
    "hospitals:referrals": Rule(CASE_READERS, "GET", "own people", "masked"),
    "hospitals:deferrals": Rule(CASE_READERS, "GET", "own people", "masked"),
    "hospitals:deferral": Rule(TREATERS | {Role.CITY}, "GET", "own stays", "masked"),
    "hospitals:deferral-record": Rule(TREATERS, "GET POST", "own stays", "masked"),
    "hospitals:deferral-paper": Rule(TREATERS, "GET", "own stays", "masked"),
    "hospitals:deferral-rule": Rule(TREATERS | {Role.CITY}, "GET POST", "own prefecture"),
    "hospitals:deposits": Rule(TREATERS | {Role.CITY}, "GET", "own stays", "masked"),
    "hospitals:deposit-new": Rule(TREATERS, "GET POST", "own stays", "masked"),
    "hospitals:deposit-refund": Rule(TREATERS, "GET POST", "own stays", "masked"),
    "hospitals:deposit-verify": Rule(BUREAU, "GET POST", "own stays", "masked"),
    "hospitals:deposit-withdraw": Rule(TREATERS, "GET POST", "own stays", "masked"),
    "hospitals:owed": Rule(TREATERS | {Role.CITY}, "GET", "own stays", "masked"),
    "hospitals:owed-workbook": Rule(TREATERS | {Role.CITY}, "GET", "own stays", "masked"),
    "hospitals:owed-record": Rule(TREATERS, "GET POST", "own stays", "masked"),
    "hospitals:repayment": Rule(TREATERS, "GET POST", "own stays", "masked"),
    "hospitals:repayment-paper": Rule(TREATERS, "GET", "own stays", "masked"),
    "hospitals:repaid-new": Rule(TREATERS, "GET POST", "own stays", "masked"),
    "hospitals:repaid-withdraw": Rule(TREATERS, "GET POST", "own stays", "masked"),
    "hospitals:follow-ups": Rule(CASE_READERS, "GET", "own people", "masked"),
    "hospitals:follow-up-plan": Rule(REGISTRARS | {Role.LIAISON}, "GET POST", "own cases", "masked"),
    "hospitals:follow-up": Rule(REGISTRARS | {Role.LIAISON}, "GET POST", "own visits", "masked"),
    "hospitals:follow-up-cancel": Rule(REGISTRARS | {Role.LIAISON}, "GET POST", "own visits", "masked"),
    "hospitals:follow-up-list": Rule(REGISTRARS | {Role.LIAISON, Role.CITY}, "GET", "own visits", "masked"),
    "hospitals:follow-up-rules": Rule(REGISTRARS | {Role.LIAISON, Role.CITY}, "GET", "own prefecture"),
    "hospitals:follow-up-rule": Rule({Role.CITY}, "GET POST", "own prefecture"),
    # 专职联系人: no patient is named but on what is handed over
    "hospitals:contacts": Rule(REPORT_READERS | {Role.LIAISON}, "GET", "own area"),
    "hospitals:contact-bureau": Rule(BUREAU, "GET POST", "own area"),
    "hospitals:contact-bureau-hand-over": Rule({Role.LEAD}, "GET POST", "own area", "masked"),
    "hospitals:contact-hospital": Rule(REPORT_READERS | {Role.LIAISON}, "GET POST", "own hospitals"),
    "hospitals:contact-hospital-hand-over": Rule(REPORT_READERS | {Role.LIAISON}, "GET POST", "own hospitals", "masked"),
    "hospitals:contact-list": Rule(REPORT_READERS | {Role.LIAISON}, "GET", "own area", "masked"),
    # The settlement window
    "settlement:plan-estimate": Rule(PLAN_READERS, "GET", "own plans", "masked"),
    "settlement:benefit": Rule({Role.LIAISON}, "GET POST", "own patients", "masked"),
    "settlement:benefit-of": Rule({Role.LIAISON}, "GET POST", "own drafts", "masked"),
    "settlement:bill": Rule({Role.LIAISON}, "GET POST", "own patients", "masked"),
    "settlement:at-window": Rule({Role.LIAISON}, "POST", "own people", "masked"),
    "settlement:bill-of": Rule({Role.LIAISON}, "GET POST", "own drafts", "masked"),
    "settlement:preview": Rule({Role.LIAISON}, "GET", "own drafts", "masked"),
    "settlement:preview-sheet": Rule({Role.LIAISON}, "GET", "own drafts", "masked"),
    "settlement:confirm": Rule({Role.LIAISON}, "POST", "own drafts"),
    "settlement:found-case": Rule({Role.LIAISON}, "GET POST", "own drafts", "masked"),
    "settlement:bill-import": Rule({Role.LIAISON}, "GET POST", "own patients", "masked"),
    "settlement:bill-import-template": Rule({Role.LIAISON}, "GET", "own patients"),
    "settlement:bill-import-rest": Rule({Role.LIAISON}, "POST", "own file", "full"),
    "settlement:records": Rule(SETTLEMENT_READERS, "GET", "own settlements", "masked"),
    "settlement:record": Rule(SETTLEMENT_READERS, "GET", "own settlements", "masked"),
    "settlement:calculation-sheet": Rule(SETTLEMENT_READERS, "GET", "own settlements", "masked"),
    "settlement:settlement-sheet": Rule(SETTLEMENT_READERS, "GET", "own settlements", "masked"),
    "settlement:of-person": Rule(SETTLEMENT_READERS, "GET", "own people", "masked"),
    "settlement:reverse": Rule({Role.LIAISON}, "GET POST", "own settlements", "masked"),
    "settlement:again": Rule({Role.LIAISON}, "POST", "own settlements"),
    "settlement:order": Rule(SETTLEMENT_READERS, "GET", "own settlements", "masked"),
    # Statements between hospitals and payers
    "statements:list": Rule(SETTLEMENT_READERS, "GET", "own statements"),
    "statements:prepare": Rule(BUREAU | {Role.LIAISON}, "POST", "own settlements"),
    "statements:statement": Rule(SETTLEMENT_READERS, "GET", "own statements", "masked"),
    "statements:again": Rule(BUREAU | {Role.LIAISON}, "POST", "own statements"),
    "statements:step": Rule(STATEMENT_SIDES, "GET POST", "own statements"),
    "statements:workbook": Rule(SETTLEMENT_READERS, "GET", "own statements", "masked"),
    "statements:dispute": Rule(STATEMENT_SIDES - {Role.LIAISON}, "GET POST", "own statements", "masked"),
    "statements:disputes": Rule(SETTLEMENT_READERS, "GET", "own statements", "masked"),
    "statements:resolve": Rule(SETTLEMENT_READERS, "GET POST", "own statements", "masked"),
    # Whether bills paid elsewhere were paid as the policy gives
    "statements:checks": Rule(BUREAU | {Role.INSURANCE, Role.CIVIL, Role.CITY}, "GET", "own paid bills", "masked"),
    "statements:check-run": Rule(BUREAU | {Role.INSURANCE, Role.CIVIL}, "POST", "own paid bills"),
    "statements:check-import": Rule(BUREAU | {Role.INSURANCE, Role.CIVIL}, "GET POST", "own people", "masked"),
    "statements:check-template": Rule(BUREAU | {Role.INSURANCE, Role.CIVIL}, "GET", "own area"),
    "statements:check-workbook": Rule(BUREAU | {Role.INSURANCE, Role.CIVIL, Role.CITY}, "GET", "own paid bills", "masked"),
    "statements:check-bill": Rule(BUREAU | {Role.INSURANCE, Role.CIVIL, Role.CITY}, "GET", "own paid bills", "masked"),
    "statements:check-remove": Rule(BUREAU | {Role.INSURANCE, Role.CIVIL}, "GET POST", "own paid bills"),
    # The month
    "reports:months": Rule(REPORT_READERS, "GET", "own returns"),
    "reports:month": Rule(REPORT_READERS, "GET", "own returns"),
    "reports:list-f2": Rule(REPORT_READERS, "GET", "own returns", "masked"),
    "reports:list-roster": Rule(REPORT_READERS, "GET", "own returns", "masked"),
    "reports:people": Rule(REPORT_READERS, "GET", "own returns", "masked"),
    "reports:return-rebuild": Rule(BUREAU, "POST", "own returns"),
    "reports:return-words": Rule(BUREAU, "POST", "own returns", "masked"),
    "reports:return-check": Rule(BUREAU, "POST", "own returns"),
    "reports:return-send-back": Rule({Role.LEAD}, "GET POST", "own returns"),
    "reports:return-submit": Rule({Role.LEAD}, "POST", "own returns"),
    "reports:return-extend": Rule(BUREAU, "GET POST", "own returns"),
    "reports:return-unlock": Rule({Role.LEAD, Role.CITY}, "GET POST", "own returns"),
    "reports:return-history": Rule(REPORT_READERS, "GET", "own returns", "masked"),
    "reports:return-differences": Rule(REPORT_READERS, "GET", "own returns", "masked"),
    "reports:return-receive": Rule({Role.CITY}, "POST", "own returns"),
    "reports:return-review": Rule({Role.CITY}, "GET POST", "own returns", "masked"),
    "reports:return-accept": Rule({Role.CITY}, "POST", "own returns"),
    "reports:return-lock": Rule({Role.CITY}, "POST", "own returns"),
    "reports:return-receive-all": Rule({Role.CITY}, "POST", "own prefecture"),
    "reports:return-lock-all": Rule({Role.CITY}, "POST", "own prefecture"),
    "reports:asked": Rule(REPORT_READERS, "GET", "own returns"),
    "reports:extension": Rule(REPORT_READERS, "GET POST", "own returns"),
    "reports:unlock": Rule(REPORT_READERS, "GET POST", "own returns"),
    "reports:alone": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "reports:alone-end": Rule({Role.CITY}, "POST", "own prefecture"),
    "reports:check-answers": Rule(BUREAU, "GET POST", "own returns", "masked"),
    "reports:check-rules": Rule(REPORT_READERS, "GET", "own prefecture"),
    "reports:check-rule-new": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "reports:check-rule-edit": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "reports:check-rule-end": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "reports:county-workbook": Rule(REPORT_READERS, "GET", "own returns", "full"),
    "reports:city-workbook": Rule({Role.CITY}, "GET", "own prefecture", "full"),
    "reports:city-totals": Rule({Role.CITY}, "GET", "own prefecture"),
    "reports:city-figure": Rule({Role.CITY}, "GET", "own prefecture"),
    "reports:city-period-workbook": Rule({Role.CITY}, "GET", "own prefecture"),
    "reports:bulletin": Rule({Role.CITY}, "GET", "own prefecture"),
    "reports:compare": Rule({Role.CITY}, "GET POST", "own prefecture", "masked"),
    "reports:matrix": Rule({Role.CITY}, "GET", "own prefecture"),
    "reports:rate": Rule({Role.CITY}, "GET", "own prefecture"),
    "reports:goals": Rule(REPORT_READERS, "GET", "own returns"),
    "reports:goal-new": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "reports:goal-edit": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "reports:goal-remove": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "reports:messages": Rule(BUREAU | {Role.CITY}, "GET", "own messages"),
    "reports:message-open": Rule(BUREAU | {Role.CITY}, "GET", "own messages"),
    "reports:mail-address": Rule(BUREAU | {Role.CITY}, "GET POST", "own messages"),
    "reports:reminders": Rule({Role.CITY}, "GET", "own prefecture"),
    "reports:reminder-send": Rule({Role.CITY}, "POST", "own prefecture"),
    "reports:jobs": Rule({Role.CITY}, "GET", "own jobs"),
    "reports:job-ask": Rule({Role.CITY}, "POST", "own prefecture"),
    "reports:job-ask-span": Rule({Role.CITY}, "POST", "own prefecture"),
    "reports:job": Rule({Role.CITY}, "GET", "own jobs"),
    "reports:job-progress": Rule({Role.CITY}, "GET", "own jobs"),
    "reports:job-cancel": Rule({Role.CITY}, "POST", "own jobs"),
    "reports:job-file": Rule({Role.CITY}, "GET", "own jobs", "full"),
    # Stays without deposit, of the month before: the form names the patients
    "reports:f6-periods": Rule(REPORT_READERS, "GET", "own returns"),
    "reports:f6": Rule(REPORT_READERS, "GET", "own returns", "masked"),
    "reports:f6-city": Rule({Role.CITY}, "GET", "own prefecture", "masked"),
    "reports:f6-workbook": Rule(REPORT_READERS, "GET", "own returns", "masked"),
    "reports:f6-city-workbook": Rule({Role.CITY}, "GET", "own prefecture", "masked"),
    "reports:f4-periods": Rule(REPORT_READERS, "GET", "own returns"),
    "reports:f4": Rule(REPORT_READERS, "GET", "own returns"),
    "reports:f4-return-workbook": Rule(REPORT_READERS, "GET", "own returns"),
    "reports:f4-workbook": Rule(REPORT_READERS, "GET", "own area"),
    "reports:calendar": Rule(REPORT_READERS, "GET", "own returns"),
    "reports:calendar-ensure": Rule(REPORT_READERS, "POST", "own prefecture"),
    "reports:calendar-rule-new": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "reports:calendar-rule": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "reports:calendar-rule-drop": Rule({Role.CITY}, "GET POST", "own prefecture"),
    "reports:preview": Rule(REPORT_READERS, "GET", "own returns"),
    "reports:preview-people": Rule(REPORT_READERS, "GET", "own returns", "masked"),
    "reports:baseline": Rule(REPORT_READERS, "GET", "own returns"),
    "reports:api-month": Rule(REPORT_READERS, "GET", "own returns"),
    # Hospital systems, and the operator who keeps them
    "settlement:clients": Rule({Role.OPERATOR}, "GET", "own prefecture"),
    "settlement:client-new": Rule({Role.OPERATOR}, "GET POST", "own prefecture"),
    "settlement:client-edit": Rule({Role.OPERATOR}, "GET POST", "own prefecture"),
    "settlement:client-switch": Rule({Role.OPERATOR}, "POST", "own prefecture"),
    "settlement:client-rotate": Rule({Role.OPERATOR}, "POST", "own prefecture"),
    "api:schema": Rule(None, "GET", "public"),
    "api:docs": Rule(None, "GET", "public"),
    "api:entitlements": Rule(frozenset(), "POST", SIGNED, "masked"),
    "api:preview": Rule(frozenset(), "POST", SIGNED, "masked"),
    "api:settlements": Rule(frozenset(), "GET POST", SIGNED),
    "api:settlement": Rule(frozenset(), "GET", SIGNED),
    "api:reversal": Rule(frozenset(), "POST", SIGNED),
    "api:elsewhere": Rule(frozenset(), "GET POST", SIGNED),
}
# The plain admin serves operators, for accounts, divisions and schedules only: every address below it.
NAMESPACES: dict[str, Rule] = {"admin": Rule(frozenset({Role.OPERATOR}), "GET POST", "operators")}


def rule_for(view_name: str) -> Rule | None:
    """The row for an address's name; None when nobody wrote one."""
    return TABLE.get(view_name) or NAMESPACES.get(view_name.partition(":")[0])
