"""The objects that the table's addresses name, one's own and a stranger's: a new address finds its object here."""

import datetime

from config.access import TABLE
from hospitals.models import (
    Consultation,
    Contact,
    ContactHandOver,
    Expert,
    ExpertGroup,
    FollowUp,
    Inability,
    PlanPhrase,
    Stay,
    TreatmentPlan,
)
from ledger import clock
from ledger.actions import proofs
from ledger.models import Category, Holiday, Person, Programme, Role, UnitName
from reports.jobs import ask_job
from reports.models import CheckRule, Due, DueRule, ProgressGoal, Reminder
from settlement.actions.clients import open_client
from tests.config.access_addresses import address_of
from tests.hospitals.deferral_rows import kept_deferral
from tests.hospitals.kept_standards import kept_standard
from tests.hospitals.referral_world import kept_referral
from tests.ledger.asking import third_county, waiting_transfer
from tests.ledger.importing.lists import waiting_upload
from tests.ledger.paper_files import picture
from tests.reports.kept_returns import kept_return
from tests.settlement.kept import kept_settlement
from tests.settlement.kept_policies import kept_policies
from tests.settlement.statement_world import kept_between_payers

PUBLIC = {name for name, rule in TABLE.items() if rule.roles is None}
SIGNED = {name for name, rule in TABLE.items() if rule.signed}
PAPER = picture("PNG")


class World:
    """The objects that addresses name: one's own in 柳城县, and the same in 鹿寨县."""

    def __init__(self, cast, named: dict | None = None):
        """Makes them all, unless they stand already and are ``named``."""
        self.cast, self.own, self.foreign = cast, {}, {}
        if named:
            self.own, self.foreign = dict(named["own"]), dict(named["foreign"])
        else:
            self._make()

    def named(self) -> dict:
        return {"own": self.own, "foreign": self.foreign}

    def _make(self) -> None:
        cast = self.cast
        DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=datetime.date(2017, 8, 1))
        self.own = self._objects(cast.register("石永福", found_on=datetime.date(2017, 10, 1)), cast.hospital, "450222")
        self.foreign = self._objects(
            cast.register("覃水莲", village=cast.village2, found_on=datetime.date(2017, 10, 1)), cast.city_hospital, "450223"
        )

        # Each waits for the answer of the person's county; the foreign one lies between two that are not 柳城县.
        people = Person.objects.everywhere("set-up")
        self.own["transfer"] = waiting_transfer(people.get(pk=self.own["person"]), to=cast.county2, by=cast.clerk2).pk
        self.foreign["transfer"] = waiting_transfer(people.get(pk=self.foreign["person"]), to=third_county(cast), by=cast.clerk2).pk
        holiday = Holiday.objects.create(prefecture=cast.prefecture, day=datetime.date(2017, 10, 1), name="国庆节", document="放假通知")
        self.own["holiday"] = self.foreign["holiday"] = holiday.pk
        self.own["handed_over"] = self._handed_over(hospital=cast.hospital)
        self.foreign["handed_over"] = self._handed_over(county=cast.county2)
        # What the city keeps is its prefecture's, as policies are: tests/ledger/test_coverage_pages.py has another's.
        for kind, row in self._kept_by_the_city().items():
            self.own[kind] = self.foreign[kind] = row.pk
        # Long work belongs to whoever asked for it: tests/reports/test_jobs.py has a colleague's.
        asked = ask_job(by=cast.city, kind="city_month", terms={"period": "2017-10"})
        self.own["job"] = self.foreign["job"] = asked.pk
        self.own |= kept_return(cast.clerk, cast.lead, asking=cast.lead)
        self.foreign |= kept_return(cast.clerk2, cast.lead2, asking=cast.lead2)
        self.own["reminder"], self.foreign["reminder"] = self._reminded(cast.clerk), self._reminded(cast.clerk2)
        system, _ = open_client(
            by=cast.operator, name="住院收费系统", staff=cast.liaison, addresses="10.1.2.3", expires_on=datetime.date(2017, 12, 31)
        )
        self.own["client"] = self.foreign["client"] = system.pk
        # Policies are one prefecture's, so there is no foreign one here: tests/settlement/test_policy_pages.py has one.
        for kind, pk in kept_policies(by=cast.city).items():
            self.own[kind] = self.foreign[kind] = pk

    @staticmethod
    def _reminded(clerk) -> int:
        """A clerk was reminded of a month's F1."""
        month, day = datetime.date(2017, 10, 1), datetime.date(2017, 10, 23)
        facts = {"covers_from": month, "period": month, "cut_off_on": day, "ruled_on": day, "deadline_at": clock.now()}
        due = Due.objects.create(county=clerk.area, form="F1", **facts)
        return Reminder.objects.create(due=due, staff=clerk, kind="T-5", made_at=clock.now()).pk

    def _kept_by_the_city(self) -> dict:
        cataract = self.cast.disease("cataract")
        return {
            "coverage": Programme.of(self.cast.prefecture).lists.get(),
            "disease": cataract,
            "group": cataract.group,
            "unit": UnitName.objects.get(division=self.cast.county, kind="health"),
            "designation": self.cast.hospital.designations.first(),
            "hospital": self.cast.hospital,
            "standard": kept_standard(self.cast),
            "goal": ProgressGoal.objects.create(
                prefecture=self.cast.prefecture, by_day=datetime.date(2019, 12, 31), share="0.9", title="90%", document="渝卫发〔2019〕30号"
            ),
            "due_rule": DueRule.objects.filter(form="F1").first(),
            "check_rule": CheckRule.objects.create(
                prefecture=self.cast.prefecture,
                title="白内障不少于一人",
                left="F1|白内障|total",
                relation="≥",
                right="1",
                advice="请核对。",
                document="柳卫医〔2017〕58号",
                since=datetime.date(2017, 8, 1),
            ),
        }

    def _handed_over(self, **unit) -> int:
        """The list of a post that changed hands, of a hospital or a county's bureau."""
        facts = {"prefecture": self.cast.prefecture, "position": "主任", "mobile": "13907720001", "named_by": self.cast.city, **unit}
        day = datetime.date(2017, 10, 9)
        before = Contact.objects.create(name="韦志华", named_on=datetime.date(2017, 9, 1), ended_on=day, **facts)
        after = Contact.objects.create(name="蓝雪梅", named_on=day, **facts)
        return ContactHandOver.objects.create(before=before, after=after, on=day, by=self.cast.city, reason="工作调动").pk

    def _objects(self, person, hospital, county: str) -> dict:
        fact = person.categories.get(category=Category.REGISTERED_POOR)
        case = person.cases.get()
        type(case).objects.everywhere("set-up").filter(pk=case.pk).update(
            state="in_treatment", hospital_code=hospital.code, hospital_name=hospital.name
        )
        clerk = self.cast.clerk if county == "450222" else self.cast.clerk2
        stay = Stay.objects.create(
            case=case, hospital=hospital, admitted_on=datetime.date(2017, 10, 10), recorded_at=clock.now(), recorded_by=clerk
        )
        earlier = Stay.objects.create(
            case=case, hospital=hospital, admitted_on=datetime.date(2017, 10, 2), discharged_on=datetime.date(2017, 10, 5),
            recorded_at=clock.now(), recorded_by=clerk,
        )  # fmt: skip
        proofs._keep(clerk, person, "poverty", [(proofs.Brought("贫困证明.png", PAPER), "image/png")], None)  # Without looking into it.
        visit = FollowUp.objects.create(
            case=case, stay=earlier, due_on=datetime.date(2017, 11, 5), visitor="township", planned_at=clock.now(), planned_by=clerk
        )
        group = ExpertGroup.objects.create(area=person.county, name="眼科组")
        expert = Expert.objects.create(
            group=group, name="陆振东", hospital=hospital, department="眼科", title="主任医师", since=datetime.date(2017, 8, 1),
            staff=self.cast.expert if county == "450222" else None,
        )  # fmt: skip
        unable = Inability.objects.create(
            case=case, hospital=hospital, said_on=datetime.date(2017, 10, 11), said_by=clerk, reason="没有眼科手术设备",
            talked_on=datetime.date(2017, 10, 11), talked_with="患者本人", talk="同意转到市级医院",
        )  # fmt: skip
        asked = Consultation.objects.create(case=case, group=group, question="能否手术", asked_at=clock.now(), asked_by=clerk)
        return {
            "expert_group": group.pk,
            "expert": expert.pk,
            "consultation": asked.pk,
            "inability": unable.pk,
            "referral": kept_referral(case, hospital, by=clerk).pk,
            "visit": visit.pk,
            **kept_deferral(earlier, by=clerk),
            "upload": waiting_upload(clerk).pk,
            "plan": self._plan(case, hospital, clerk).pk,
            "phrase": PlanPhrase.objects.create(
                hospital=hospital, disease=case.disease, field="drugs", text=f"左氧氟沙星滴眼液（{county}）"
            ).pk,
            "settlement": kept_settlement(earlier, by=self.cast.liaison).pk,
            **kept_between_payers(person, hospital, by=clerk),
            "person": person.pk,
            "twin": self.cast.register(person.name, village=person.village, disease=None).pk,
            "fact": fact.pk,
            "case": case.pk,
            "stay": stay.pk,
            "county": county,
            "staff": clerk.pk,
            "village": person.village_id,
        }

    @staticmethod
    def _plan(case, hospital, clerk) -> TreatmentPlan:
        """A plan that the county is to answer."""
        at = clock.now()
        return TreatmentPlan.objects.create(
            case=case, hospital=hospital, version=1, state="filed", treatment="白内障超声乳化", attending_phone="13907720999", written_at=at,
            written_by=clerk, filed_at=at, filed_by=clerk,
        )  # fmt: skip

    def address(self, name: str, things: dict) -> str:
        return address_of(name, things)


ROLE_STAFF = {
    Role.TOWNSHIP: "township", Role.CLERK: "clerk", Role.LEAD: "lead", Role.CIVIL: "civil", Role.POVERTY: "poverty",
    Role.DISABLED: "disabled", Role.INSURANCE: "insurance", Role.FINANCE: "finance", Role.LIAISON: "liaison", Role.EXPERT: "expert",
    Role.CITY: "city", Role.AUDITOR: "auditor", Role.OPERATOR: "operator",
}  # fmt: skip
# Read by many; what is sent to them is the city's alone.
KEPT_BY_THE_CITY = {
    "hospitals:deferral-rule",
    "policies:assumed",
    "policies:limits",
    "policies:levels",
    "ledger:holidays",
    "ledger:units",
    "hospitals:designations",
}
# What a city official asks for lies in its prefecture, so 鹿寨县 is not foreign to it; an operator keeps all accounts of it.
REACHES_BOTH = {Role.CITY, Role.OPERATOR}
NAMES = sorted(TABLE)
# The world's groups are the counties': the city reads them and keeps its own.
THE_COUNTYS_EXPERTS = {f"hospitals:expert-{name}" for name in ("group-edit", "group-end", "new", "edit", "end")}
# The statement of the world is the insurance office's: no other payer of the county sees it.
ANOTHER_OFFICES = {f"statements:{name}" for name in ("statement", "again", "step", "workbook", "dispute", "resolve")}


def not_this_one(name: str, role: str, method: str) -> bool:
    """Own objects that are rightly not there: a move that asks nothing has no page, another desk's upload is not one's own."""
    if role == Role.CITY and name in THE_COUNTYS_EXPERTS:
        return True
    if role in (Role.CIVIL, Role.FINANCE) and name in ANOTHER_OFFICES:
        return True
    if role != Role.CLERK and name.startswith("ledger:people-import-"):  # The world's upload is the clerk's: nobody else sees it.
        return True
    if role != Role.CLERK and name == "reports:message-open":  # A reminder is its receiver's.
        return True
    if role != Role.CITY and method == "POST" and name in KEPT_BY_THE_CITY:
        return True
    return name == "ledger:case-move" and method == "GET"
