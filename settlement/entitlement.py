"""What somebody is entitled to on a day at a hospital: the facts that the chain asks for, taken from the ledger and nowhere else."""

import datetime
from dataclasses import dataclass, field

from hospitals.models import Hospital, HospitalLevel
from ledger.models import CategoryFact, Disease, Division, Enrolment, Person, PolicyCard, Programme
from ledger.models.person import VERIFIER, Category
from ledger.models.staff import Role
from settlement.engine.bill import LayerYear, Year
from settlement.engine.chain import Chain
from settlement.engine.facts import Facts
from settlement.engine.policy import Policy
from settlement.faults import Fault
from settlement.models import PersonYear, PolicyArea, PolicyVersion, PriceLimit
from settlement.referral_number import Referred, referred
from settlement.rules import chain_of

CODES = {
    Category.REGISTERED_POOR: "registered-poor",
    Category.DIBAO: "dibao",
    Category.TEKUN: "tekun",
    Category.ORPHAN: "orphan",
    Category.DISABLED_POOR: "disabled-poor",
}


@dataclass(frozen=True)
class Visit:
    """Whom the question is about: a person, ill with what, in which hospital, admitted and discharged when."""

    person: Person
    disease: Disease
    hospital: Hospital
    admitted_on: datetime.date
    discharged_on: datetime.date
    referral_number: str = ""


@dataclass(frozen=True)
class Place:
    """Where somebody lived on a day, and whose policy they come under there; ``home`` False where no address is recorded."""

    county: Division
    area: PolicyArea | None
    home: bool


@dataclass
class Entitlement:
    """The answer. ``faults`` stop a settlement, each a sentence that says how to mend it; ``notices`` are said and printed."""

    visit: Visit
    place: Place
    version: PolicyVersion | None = None
    chain: Chain | None = None
    categories: list[CategoryFact] = field(default_factory=list)
    enrolment: Enrolment | None = None
    level: str = ""
    plan: str = ""
    covered: bool = False
    designated: bool = False
    in_pooling_area: bool = False
    referred: Referred = field(default_factory=Referred)
    flags: frozenset[str] = frozenset()
    limit: PriceLimit | None = None
    year: PersonYear | None = None
    notices: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def county(self) -> Division:
        return self.place.county

    @property
    def area(self) -> PolicyArea | None:
        return self.place.area

    @property
    def policy(self) -> Policy | None:
        return self.chain.policy if self.chain else None

    @property
    def facts(self) -> Facts:
        codes = frozenset(CODES[fact.category] for fact in self.categories)
        return Facts(codes, self.visit.disease.code, self.level, self.plan, self.flags)

    @property
    def year_so_far(self) -> Year:
        """What the layers have seen and paid this year, as the engine reads it."""
        return year_of(self.year.state if self.year else {})

    @property
    def category_words(self) -> str:
        return "、".join(fact.get_category_display() for fact in self.categories) or "不属于农村贫困人口类别"

    @property
    def level_words(self) -> str:
        return self.policy.level_names.get(self.level, self.level) if self.policy else self.level


def year_of(state: dict) -> dict[str, LayerYear]:
    """A stored state as the engine's year."""
    return {layer: LayerYear(*numbers) for layer, numbers in state.items()}


def state_of(year: Year) -> dict[str, list[int]]:
    """The engine's year as it is stored."""
    return {layer: list(numbers) for layer, numbers in year.items()}


def place_of(person: Person, day: datetime.date) -> Place:
    """The county of that day and its policy area; today's county where no address of the day is recorded."""
    home = person.residences.filter(during__contains=day).select_related("county__parent__programme").first()
    county = home.county if home else person.county
    return Place(county, PolicyArea.of(county, day), home is not None)


def year_row(person: Person, area: PolicyArea, year: int) -> PersonYear | None:
    return PersonYear.objects.filter(person=person, area=area, year=year).first()


def entitlement(visit: Visit, place: Place | None = None, year: PersonYear | None = None) -> Entitlement:
    """Categories and policy by the discharge day; whatever is missing is a fault that names it, never a guess.

    ``place`` and ``year`` spare the look-ups to a caller who has made them, and holds the year.
    """
    place = place or place_of(visit.person, visit.discharged_on)
    found = Entitlement(visit, place, year=year)
    if not place.home:
        found.faults.append(
            Fault("home_unknown", f"出院日 {visit.discharged_on} 没有住址记录，不能确定适用哪里的政策。请县卫健部门核对住址。")
        )
    _policy(found)
    _categories(found)
    _enrolment(found)
    _hospital(found)
    _flags(found)
    return found


def _policy(found: Entitlement) -> None:
    visit, county = found.visit, found.county
    found.version = PolicyVersion.objects.in_force(found.area, visit.discharged_on) if found.area else None
    if found.version is None:
        found.faults.append(
            Fault(
                "no_policy",
                f"{county.label}在出院日 {visit.discharged_on} 没有可用的救治政策，不能结算。请核对出院日期；日期没有错的，请市级卫健部门发布政策。",
            )
        )
        return
    found.chain = chain_of(found.version)
    found.year = found.year or year_row(visit.person, found.area, visit.discharged_on.year)
    found.covered = Programme.of(county).covers(visit.disease, visit.discharged_on)
    if not found.covered:
        found.notices.append(f"{visit.disease}不在 {visit.discharged_on.year} 年专项病种内，要求专项病种的支付层次不适用。")


def _categories(found: Entitlement) -> None:
    visit = found.visit
    for fact in visit.person.categories.order_by("category", "during"):
        if fact.holds_on(visit.discharged_on):
            if fact.verified_on is None:
                keeper = Role(VERIFIER[fact.category]).label
                found.faults.append(Fault("category_unverified", f"“{fact}”还没有由{keeper}部门核实。请先核实，再按这一类别结算。"))
            else:
                found.categories.append(fact)
        for day, words in ((fact.during.lower, "开始"), (fact.during.upper, "终止")):
            if day and visit.admitted_on < day <= visit.discharged_on:
                held = "按这一类别计算" if fact.holds_on(visit.discharged_on) else "不按这一类别计算"
                found.notices.append(f"住院期间“{fact}”自 {day} {words}。类别以出院日 {visit.discharged_on} 为准，{held}。")


def _enrolment(found: Entitlement) -> None:
    visit, year = found.visit, found.visit.discharged_on.year
    found.enrolment = visit.person.enrolments.filter(year=year).first()
    if found.enrolment is None:
        found.faults.append(Fault("enrolment_missing", f"没有 {visit.person.name} {year} 年的参保记录。请先登记参保。"))
    elif not found.enrolment.enrolled:
        found.faults.append(Fault("not_enrolled", f"{visit.person.name} {year} 年未参保，不能按参保人结算。请医保部门核对参保记录。"))
    elif found.policy and found.policy.plans:
        plan = found.enrolment.plan
        by_name = {name: code for code, name in found.policy.plan_names.items()}
        found.plan = plan if plan in found.policy.plans else by_name.get(plan, "")
        if not found.plan:
            known = "、".join(found.policy.plan_names.get(code, code) for code in sorted(found.policy.plans))
            found.faults.append(Fault("plan_unknown", f"参保档次“{plan or '空'}”不在政策的档次（{known}）中。请更正 {year} 年参保记录。"))


def _hospital(found: Entitlement) -> None:
    visit, hospital, county = found.visit, found.visit.hospital, found.county
    offered = Hospital.objects.designated_for(disease=visit.disease, county=county, on=visit.discharged_on, admitted_on=visit.admitted_on)
    found.designated = offered.filter(pk=hospital.pk).exists()
    if not found.designated:
        found.notices.append(
            f"{hospital.name}不是{county.label} {visit.discharged_on.year} 年{visit.disease}的定点医院，要求定点的支付层次不适用。"
        )
    home = (found.enrolment.pooling_area if found.enrolment else "") or county.prefecture.name
    found.in_pooling_area = (hospital.pooling_area or county.prefecture.name) == home
    _referral(found)
    if found.policy is None:
        return
    row = HospitalLevel.objects.filter(hospital=hospital, policy=found.version.code).first()
    found.level = row.level if row else ""
    if found.policy.levels and found.level not in found.policy.levels:
        found.faults.append(
            Fault("hospital_level_missing", f"没有登记{hospital.name}在 {found.version.document} 下的医院级别。请市级卫健部门登记。")
        )
    found.limit = PriceLimit.holding(area=found.area, disease=visit.disease, level=found.level, day=visit.discharged_on)


def _referral(found: Entitlement) -> None:
    visit, hospital = found.visit, found.visit.hospital
    found.referred = referred(
        number=visit.referral_number, person=visit.person, disease=visit.disease, hospital=hospital, admitted_on=visit.admitted_on,
        prefecture=found.county.prefecture, asks=not found.in_pooling_area,
    )  # fmt: skip
    if found.referred.fault:
        found.faults.append(found.referred.fault)
    elif found.referred.notice:
        found.notices.append(found.referred.notice)
    elif not found.in_pooling_area and not found.referred.holds:
        found.notices.append(f"{hospital.name}在统筹区外，没有填转诊批准号，按未经转诊计算。")


def _flags(found: Entitlement) -> None:
    visit, year = found.visit, found.visit.discharged_on.year
    poor = [fact for fact in found.categories if fact.category == Category.REGISTERED_POOR]
    # A household that leaves poverty in a year counts as out from the next year on.
    out = any(fact.out_of_poverty_year is not None and fact.out_of_poverty_year < year for fact in poor)
    held = {
        "in_pooling_area": found.in_pooling_area,
        "referred": found.referred.holds,
        "designated": found.designated,
        "has_card": PolicyCard.objects.filter(person=visit.person, during__contains=visit.discharged_on).exists(),
        "out_of_poverty": out,
    }
    found.flags = frozenset(name for name, holds in held.items() if holds)
