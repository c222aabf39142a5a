"""Who comes under 先诊疗后付费: categories held on the day of admission, enrolment of that year, and where the hospital lies.

柳卫医〔2017〕40号 二（四）3: the enrolled rural poor, by their category, in medical institutions of their own county; another
prefecture's document may name pilot hospitals beside them (渝卫发〔2019〕30号 二（四）).
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractYear

from hospitals.models import Deferral, DeferralRule, Hospital, Stay
from ledger.actions.data_changes import note_change
from ledger.actions.refusals import Refused
from ledger.models import Category, CategoryFact, Division, Enrolment, Person, Staff

KIND = "deferral-rule"
USUAL = tuple(Category)  # Where the city keeps no rule of its own: every category, in the county's own hospitals.


@dataclass(frozen=True)
class Terms:
    """The rule of a prefecture as it is asked."""

    categories: frozenset[int]
    own_county: bool
    pilots: frozenset[str]
    document: str

    @classmethod
    def of(cls, prefecture: Division) -> "Terms":
        row = DeferralRule.objects.filter(prefecture=prefecture).first()
        if row is None:
            return cls(frozenset(USUAL), True, frozenset(), "")
        return cls(frozenset(row.categories), row.own_county, frozenset(row.pilots), row.document)

    @property
    def category_words(self) -> str:
        return "、".join(category.label for category in Category if category in self.categories)


@dataclass(frozen=True)
class Finding:
    """Whether one stay comes under it: the categories that say so, the county of that day, and the sentence why it does not."""

    categories: list[int] = field(default_factory=list)
    county: Division | None = None
    why_not: str = ""

    @property
    def eligible(self) -> bool:
        return not self.why_not

    @property
    def category_words(self) -> str:
        return "、".join(Category(category).label for category in self.categories)


class Asked:
    """Everything that decides for one person, read once, however many stays are asked about."""

    def __init__(self, person: Person):
        self.person = person
        self.facts = list(person.categories.order_by("category"))
        self.enrolled = dict(person.enrolments.values_list("year", "enrolled"))
        self.homes = list(person.residences.select_related("county__parent"))
        self._terms: dict[int, Terms] = {}

    def county_on(self, day) -> Division:
        """Where the person lived that day; today's county where no address of the day is recorded."""
        home = next((home for home in self.homes if day in home.during), None)
        return home.county if home else self.person.county

    def terms(self, county: Division) -> Terms:
        if county.parent_id not in self._terms:
            self._terms[county.parent_id] = Terms.of(county.parent)
        return self._terms[county.parent_id]

    def about(self, stay: Stay) -> Finding:
        """Whether the stay comes under it. All by the day of admission: what ended before or began later does not count."""
        day, county = stay.admitted_on, self.county_on(stay.admitted_on)
        terms = self.terms(county)
        held = sorted({fact.category for fact in self.facts if fact.category in terms.categories and fact.holds_on(day)})
        return Finding(held, county, self._why_not(stay, held, county, terms))

    def _why_not(self, stay: Stay, held: list[int], county: Division, terms: Terms) -> str:
        name, day = self.person.name, stay.admitted_on
        if not held:
            return f"{name}在入院当天 {day} 没有{terms.category_words}中的任何一类，不适用先诊疗后付费。类别记错的，请先改正类别。"
        if day.year not in self.enrolled:
            return f"没有{name} {day.year} 年的参保记录，不能确定是否适用先诊疗后付费。请先登记参保。"
        if not self.enrolled[day.year]:
            return f"{name} {day.year} 年未参保，不适用先诊疗后付费。参保记录有误的，请医保部门核对。"
        if terms.own_county and stay.hospital.county_id != county.pk and stay.hospital.code not in terms.pilots:
            return f"{stay.hospital.name}不在{county.label}，也不是试点医院，不适用先诊疗后付费。"
        return ""


def undone(staff: Staff) -> QuerySet[Stay]:
    """Patients in hospital who come under it, for whom no signed agreement was recorded yet; the same rule as ``Asked``, asked of the database.

    Where somebody lives is today's county here: whoever moved while in hospital is asked about by the page itself.
    """
    rule = DeferralRule.objects.filter(prefecture=OuterRef("case__county__parent"))
    of_fact = DeferralRule.objects.filter(prefecture=OuterRef(OuterRef("case__county__parent")))
    entitles = Exists(of_fact.filter(categories__contains=[OuterRef("category")])) | ~Exists(of_fact)
    held = CategoryFact.objects.filter(entitles, person=OuterRef("case__person"), during__contains=OuterRef("admitted_on"))
    enrolled = Enrolment.objects.filter(person=OuterRef("case__person"), year=ExtractYear(OuterRef("admitted_on")), enrolled=True)
    told = Deferral.objects.everywhere("the stay is scoped itself").filter(stay=OuterRef("pk"), signed_on__isnull=False)
    stays = Stay.objects.visible_to(staff).filter(Exists(held), Exists(enrolled), ~Exists(told), discharged_on=None)
    there = Q(hospital__county=F("case__county")) | Q(Exists(rule.filter(own_county=False)))
    stays = stays.filter(there | Q(Exists(rule.filter(pilots__contains=[OuterRef("hospital__code")]))))
    return stays.annotate(since=F("admitted_on"))


def _words(terms: Terms, names: dict[str, str]) -> str:
    where = "县域内医疗机构" if terms.own_county else "全部医疗机构"
    pilots = f"，试点医院：{'、'.join(names.get(code, code) for code in sorted(terms.pilots))}" if terms.pilots else ""
    return f"{terms.category_words}；{where}{pilots}"


@transaction.atomic
def keep_terms(*, by: Staff, categories: list[int], own_county: bool, pilots: list[str], document: str) -> DeferralRule:
    """The city's rule, made or changed; it holds for what is recorded from now on. Raises Refused: no category, nothing changed, no document."""
    prefecture = Division.objects.select_for_update(no_key=True).get(pk=by.area.prefecture.pk)  # Two officials: one after the other.
    if not categories:
        raise Refused("请至少选择一个类别。", "categories")
    known = dict(Hospital.objects.filter(code__in=pilots).values_list("code", "name"))
    if missing := set(pilots) - set(known):
        raise Refused(f"没有代码为 {'、'.join(sorted(missing))} 的医院。", "pilots")
    row = DeferralRule.objects.filter(prefecture=prefecture).first()
    before = Terms.of(prefecture)
    after = Terms(frozenset(categories), own_county, frozenset(pilots), document.strip())
    known |= dict(Hospital.objects.filter(code__in=before.pilots).values_list("code", "name"))
    if row and _words(before, known) == _words(after, known):
        raise Refused("类别和医院都没有改动，不用保存。", "categories")
    told = f"{_words(before, known) if row else '没有规则'} → {_words(after, known)}"
    note_change(by=by, kind=KIND, subject="先诊疗后付费", text=told, document=document)
    row = row or DeferralRule(prefecture=prefecture)
    row.categories, row.own_county, row.pilots, row.document = sorted(categories), own_county, sorted(pilots), document.strip()
    row.save()
    return row
