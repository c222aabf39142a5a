"""Whoever opens a page that shows a person leaves one row on the trail for it: never none, never two."""

import datetime

import pytest
from django.urls import get_resolver, reverse

from config.access import TABLE
from hospitals.consulting import ask
from hospitals.inability import say_unable
from hospitals.models import Stay
from hospitals.visits import plan_visit
from ledger import clock
from ledger.actions.proofs import Brought, add_proofs
from ledger.models import AuditEvent, Case, Person, Proof, Transfer
from tests.hospitals.deferral_rows import kept_deferral
from tests.hospitals.expert_groups import eye_group
from tests.hospitals.referral_world import kept_referral
from tests.ledger.asking import waiting_transfer
from tests.ledger.desks import client_of
from tests.ledger.paper_files import pdf
from tests.ledger.two_records import merge

pytestmark = pytest.mark.django_db
# page: (what its address names, who opens it, in which state of the case, what the row says)
PAGES = {
    "ledger:person": ("person", "clerk", "registered", {}),
    "ledger:timeline": ("person", "city", "registered", {"what": "经过"}),
    "ledger:person-edit": ("person", "clerk", "registered", {}),
    "ledger:id-number": ("person", "clerk", "registered", {"what": "改正身份证号表单"}),
    "ledger:transfer": ("transfer", "clerk", "registered", {"what": "转入申请"}),
    "ledger:move-house": ("person", "clerk", "registered", {"what": "搬迁表单"}),
    "ledger:category-add": ("person", "civil", "registered", {"what": "类别表单"}),
    "ledger:category-end": ("fact", "poverty", "registered", {"what": "终止表单"}),
    "ledger:out-of-poverty": ("fact", "poverty", "registered", {"what": "脱贫年度表单"}),
    "ledger:enrolment": ("person", "insurance", "registered", {"what": "参保表单"}),
    "ledger:policy-card": ("person", "township", "registered", {"what": "明白卡表单"}),
    "ledger:case-add": ("person", "disabled", "registered", {"what": "病种表单"}),
    "ledger:case-move": ("close", "lead", "registered", {"what": "销号表单"}),
    "hospitals:stays": ("person", "civil", "registered", {"what": "住院"}),
    "hospitals:arrange": ("case", "clerk", "planned", {"what": "安排定点医院表单"}),
    "hospitals:inability-say": ("case", "liaison", "planned", {"what": "不具备诊疗条件表单"}),
    "hospitals:inability": ("inability", "clerk", "planned", {"what": "不具备诊疗条件"}),
    "hospitals:plan": ("case", "clerk", "verified", {"what": "诊疗方案表单"}),
    "hospitals:plans-of": ("person", "clerk", "verified", {"what": "诊疗方案"}),
    "hospitals:plan-write": ("case", "liaison", "in_treatment", {"what": "诊疗方案表单"}),
    "hospitals:plan-version": ("plan", "clerk", "in_treatment", {"what": "诊疗方案"}),
    "hospitals:plan-answer": ("plan", "clerk", "in_treatment", {"what": "审核方案表单"}),
    "hospitals:plan-attach": ("plan", "clerk", "in_treatment", {"what": "签字盖章页表单"}),
    "hospitals:plan-discard": ("draft", "liaison", "in_treatment", {"what": "作废草稿表单"}),
    "hospitals:admit": ("case", "liaison", "planned", {"what": "入院表单"}),
    "hospitals:discharge": ("stay", "liaison", "in_treatment", {"what": "出院表单"}),
    "hospitals:pathway": ("stay", "liaison", "in_treatment", {"what": "临床路径表单"}),
    "hospitals:complete": ("case", "liaison", "in_treatment", {"what": "完成治疗表单"}),
    "hospitals:withdraw": ("case", "lead", "treated", {"what": "撤销完成治疗表单"}),
    "hospitals:referrals": ("person", "civil", "registered", {"what": "转诊"}),
    "hospitals:referral-new": ("case", "liaison", "in_treatment", {"what": "转诊表单"}),
    "hospitals:referral": ("referral", "insurance", "in_treatment", {"what": "转诊"}),
    "hospitals:deferrals": ("person", "civil", "registered", {"what": "先诊疗后付费"}),
    "hospitals:deferral": ("stay", "city", "in_treatment", {"what": "先诊疗后付费"}),
    "hospitals:deferral-record": ("stay", "liaison", "in_treatment", {"what": "先诊疗后付费表单"}),
    "hospitals:deposit-new": ("stay", "liaison", "in_treatment", {"what": "违规押金表单"}),
    "hospitals:deposit-refund": ("deposit", "liaison", "in_treatment", {"what": "退还押金表单"}),
    "hospitals:deposit-verify": ("deposit", "clerk", "in_treatment", {"what": "核实押金退还表单"}),
    "hospitals:deposit-withdraw": ("deposit", "clerk", "in_treatment", {"what": "撤销押金登记表单"}),
    "hospitals:owed-record": ("left_stay", "liaison", "in_treatment", {"what": "欠费表单"}),
    "hospitals:repayment": ("left_stay", "liaison", "in_treatment", {"what": "还款协议表单"}),
    "hospitals:repaid-new": ("left_stay", "liaison", "in_treatment", {"what": "还款表单"}),
    "hospitals:repaid-withdraw": ("repaid", "liaison", "in_treatment", {"what": "撤销还款表单"}),
    "hospitals:follow-ups": ("person", "civil", "registered", {"what": "随访"}),
    "hospitals:follow-up-plan": ("case", "clerk", "in_treatment", {"what": "安排随访表单"}),
    "hospitals:follow-up": ("visit", "clerk", "in_treatment", {"what": "随访表单"}),
    "hospitals:follow-up-cancel": ("visit", "clerk", "in_treatment", {"what": "取消随访表单"}),
    "hospitals:consultations-of": ("person", "clerk", "registered", {"what": "会诊"}),
    "hospitals:consultation-ask": ("case", "liaison", "in_treatment", {"what": "会诊申请表单"}),
    "hospitals:consultation": ("consultation", "expert", "in_treatment", {"what": "会诊"}),
    "hospitals:consultation-cancel": ("consultation", "clerk", "in_treatment", {"what": "取消会诊表单"}),
    "ledger:proofs": ("person", "civil", "registered", {"what": "证明材料"}),
    "ledger:proof-add": ("person", "clerk", "registered", {"what": "证明材料表单"}),
    "ledger:proof-withdraw": ("proof", "clerk", "registered", {"what": "作废材料表单"}),
    "ledger:merge-choose": ("person", "clerk", "registered", {"what": "合并表单"}),
}
PANELS = {
    "hospitals:plans-of",
    "hospitals:stays",
    "hospitals:referrals",
    "hospitals:follow-ups",
    "hospitals:deferrals",
    "hospitals:consultations-of",
    "ledger:proofs",
}  # Fetched by a page that is on the trail already.
PAPERS = {
    "ledger:case-card",
    "ledger:proof",
    "hospitals:referral-paper",
    "hospitals:plan-print",
    "hospitals:deferral-paper",
    "hospitals:repayment-paper",
}  # Opening one is printing or looking into it: their own tests hold the rows.
OF_TWO = {"ledger:merge", "ledger:merge-undo"}  # Below, with the two records that they show.
# Lists of the city's: a preview names the people that a change would concern; their own tests follow them.
CITYS = {"ledger:coverage-edit", "ledger:coverage-remove", "ledger:disease-edit"}
# Lists of many people that go with a contact's post: one row for the list, as tests/hospitals/test_contacts_pages.py holds.
LISTS = {"hospitals:contact-hospital-hand-over", "hospitals:contact-list"}
ENTRIES = sorted(name for name in PAGES if "POST" in TABLE[name].methods)


@pytest.fixture
def patient(cast) -> Person:
    """韦桂兰, whose case the county hospital treats, with a stay."""
    person = cast.register("韦桂兰", on=datetime.date(2017, 10, 1))
    case = person.cases.get()
    Stay.objects.create(
        case=case, hospital=cast.hospital, admitted_on=datetime.date(2017, 10, 10), recorded_at=clock.now(), recorded_by=cast.clerk
    )
    return person


def opened(cast, person: Person, name: str, method: str = "get", **sent):
    """The answer, after the case was brought into the state in which that page is open."""
    kind, who, state, _ = PAGES[name]
    case = person.cases.get()
    Case.objects.everywhere("set-up").filter(pk=case.pk).update(
        state=state, hospital_code="450222-1", completed_on=datetime.date(2017, 10, 18) if state == "treated" else None
    )
    stay = Stay.objects.everywhere("set-up").get()
    args = {
        "person": [person.pk], "fact": [person.categories.get().pk], "case": [case.pk], "close": [case.pk, "close"], "stay": [stay.pk],
        "transfer": [_asked_for(cast, person)] if kind == "transfer" else [],
        "consultation": [asked_of_experts(cast, case)] if kind == "consultation" else [],
        "inability": [_said_unable(cast, case)] if kind == "inability" else [],
        "referral": [_referral(cast, case)] if kind == "referral" else [],
        **{one: [_deferred(cast, stay)[one]] if kind == one else [] for one in ("deposit", "repaid", "left_stay")},
        "plan": [_written(cast, case, "filed")] if kind == "plan" else [], "draft": [_written(cast, case, "draft")] if kind == "draft" else [],
        "visit": [_planned(cast, case)] if kind == "visit" else [], "proof": [person.pk, _brought(cast, person)] if kind == "proof" else [],
    }[kind]  # fmt: skip
    return getattr(client_of(getattr(cast, who)), method)(reverse(name, args=args), **sent)


def _asked_for(cast, person: Person) -> int:
    """The request of 鹿寨县 for this person."""
    held = Transfer.objects.everywhere("set-up").filter(person=person).first()
    return (held or waiting_transfer(person, to=cast.county2, by=cast.clerk2)).pk


def asked_of_experts(cast, case: Case) -> int:
    """A consultation that waits for the expert 陆振东."""
    held = case.consultations.first()
    return (held or ask(by=cast.clerk, case=case, group=eye_group(cast), question="能否手术")).pk


def _deferred(cast, stay: Stay) -> dict[str, int]:
    """Everything of 先诊疗后付费 on the patient's stay, which is over."""
    if held := stay.deposits.everywhere("set-up").first():
        return {"deposit": held.pk, "repaid": stay.repayment.repaid.everywhere("set-up").get().pk, "left_stay": stay.pk}
    stay.discharged_on = datetime.date(2017, 10, 15)
    stay.save(update_fields=["discharged_on"])
    return kept_deferral(stay, by=cast.clerk)


def _written(cast, case: Case, state: str) -> int:
    """A plan of the county hospital."""
    held, at = case.plans.everywhere("set-up").first(), clock.now()
    filed = {"filed_at": at, "filed_by": cast.liaison} if state == "filed" else {}
    told = {"hospital": cast.hospital, "version": 1, "state": state, "written_at": at, "written_by": cast.liaison}
    return (held or case.plans.create(**told, **filed)).pk


def _planned(cast, case: Case) -> int:
    """A visit that the county is to make."""
    held = case.follow_ups.first()
    return (held or plan_visit(by=cast.clerk, case=case, due_on=datetime.date(2017, 11, 6), visitor="bureau")).pk


def _referral(cast, case: Case) -> int:
    """One that waits for the insurance office."""
    held = case.referrals.first()
    return (held or kept_referral(case, cast.hospital, by=cast.liaison)).pk


def _said_unable(cast, case: Case) -> int:
    """What the county hospital said that it cannot treat."""
    held, day = case.inabilities.first(), clock.today()
    case = Case.objects.everywhere("set-up").get(pk=case.pk)
    told = {"reason": "没有手术显微镜", "talked_on": day, "talked_with": "患者本人", "talk": "已说明"}
    return (held or say_unable(by=cast.liaison, case=case, **told)).pk


def _brought(cast, person: Person) -> int:
    """The number of a paper that stands."""
    held = Proof.objects.everywhere("set-up").filter(person=person).first()
    return (held or add_proofs(by=cast.clerk, person=person, kind="dibao", files=[Brought("低保证.pdf", pdf())])[0]).number


def rows_since(mark: int) -> list[tuple]:
    events = AuditEvent.objects.filter(pk__gt=mark).order_by("pk")
    return [(event.action, event.username, event.subject_type, event.subject_id, event.county_code, event.detail) for event in events]


def mark() -> int:
    return AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def test_every_page_of_a_person_is_told_here():
    """A new page with a person in its address comes into the table above, or this fails."""
    known = set()
    for namespace in ("ledger", "hospitals"):
        _, resolver = get_resolver().namespace_dict[namespace]
        known |= {
            f"{namespace}:{pattern.name}"
            for pattern in resolver.url_patterns
            if pattern.pattern.converters and "GET" in TABLE[f"{namespace}:{pattern.name}"].methods
        }
    # A list that somebody brought is not a person's page; its own tests follow it.
    lists = {name for name in known if name.startswith("ledger:people-import")}
    assert {name for name in known - lists - LISTS - PAPERS - OF_TWO - CITYS if TABLE[name].shows != "nothing"} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_opening_a_page_leaves_one_row(cast, patient, name):
    opened(cast, patient, name)  # What the page needs is made on the way.
    before = mark()
    answer = opened(cast, patient, name)
    assert answer.status_code == 200 and "韦桂兰" in answer.content.decode()
    action = "opened_for_edit" if name == "ledger:person-edit" else "viewed_person"
    _, who, _, detail = PAGES[name]
    assert rows_since(before) == [(action, getattr(cast, who).username, "person", patient.pk, "450222", detail)]


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_with_faults_is_no_further_opening(cast, patient, name):
    opened(cast, patient, name)
    before = mark()
    answer = opened(cast, patient, name, "post")
    assert answer.status_code == 422 and "韦桂兰" in answer.content.decode()
    assert rows_since(before) == []


def test_an_entry_leaves_the_row_of_what_it_does_only(cast, patient):
    before = mark()
    answer = opened(cast, patient, "ledger:policy-card", "post", data={"since": "2017-10-09", "number": "LZ-7"})
    assert answer.status_code == 302
    assert [row[0] for row in rows_since(before)] == ["card_given"]


@pytest.mark.parametrize("name", sorted(set(PAGES) - PANELS))
def test_a_whole_page_leaves_its_row_whoever_says_it_is_a_fragment(cast, patient, name):
    opened(cast, patient, name)
    before = mark()
    opened(cast, patient, name, headers={"HX-Request": "true"})
    assert len(rows_since(before)) == 1


def test_the_persons_page_with_its_panel_is_one_reading(cast, patient):
    before = mark()
    opened(cast, patient, "ledger:person")
    opened(cast, patient, "hospitals:stays", headers={"HX-Request": "true"})
    assert [row[0] for row in rows_since(before)] == ["viewed_person"]


def test_two_records_side_by_side_are_two_readings(cast, patient):
    other = cast.register("韦桂兰", id_absent_reason="证件丢失", disease="gastric-cancer")
    clerk, before = client_of(cast.clerk), mark()
    assert clerk.get(reverse("ledger:merge", args=[patient.pk, other.pk])).status_code == 200
    told = [(row[0], row[3], row[5]) for row in rows_since(before)]
    assert told == [("viewed_person", patient.pk, {"what": "合并表单"}), ("viewed_person", other.pk, {"what": "合并表单"})]
    merge(cast, patient, other)
    before = mark()
    assert clerk.get(reverse("ledger:merge-undo", args=[patient.pk])).status_code == 200
    assert [(row[0], row[3], row[5]) for row in rows_since(before)] == [("viewed_person", patient.pk, {"what": "撤销合并表单"})]


def test_a_page_that_is_not_there_leaves_no_row(cast, patient):
    before = mark()
    for name, arguments in (("ledger:move-house", [patient.pk]), ("ledger:case-move", [patient.cases.get().pk, "close"])):
        assert client_of(cast.lead2).get(reverse(name, args=arguments)).status_code == 404
    assert rows_since(before) == []
