"""Many at once: the preview says what the act will do, the act answers every row, and two clerks at once lose nothing."""

import datetime

import pytest

from ledger.actions import many
from ledger.actions.assigning import assign_case
from ledger.actions.cases import close_case, confirm_age, open_case, register_case, return_case, verify_case
from ledger.actions.categories import end_category, hold_category
from ledger.actions.homes import move_house
from ledger.actions.many import ASSIGN, CHANGED, END_CATEGORY, GONE, NOT_SHOWN, REFUSED, VERIFY, VERIFY_CATEGORY, do_many, look_through
from ledger.actions.people import CaseEntry, CategoryEntry, register_person
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, Case, CaseEvent, Category, CategoryFact, Staff
from ledger.standing import differences
from tests.racing import Race, faults

D = datetime.date
TODAY = D(2017, 10, 20)


@pytest.fixture
def second(cast) -> Staff:
    """Another clerk of 柳城县."""
    fields = {"username": "clerk-450222-2", "full_name": "韦晓岚", "role": "clerk", "area": cast.county, "must_change_password": False}
    return Staff.objects.create_user(password="", **fields)


@pytest.fixture
def table(cast) -> dict[str, Case]:
    """A case in every place that matters to verifying, assigning and ending."""
    people = {name: cast.register(name) for name in ("待核实", "已核实", "退回的", "销号的", "搬走的")}
    people["超龄的"] = cast.register("超龄的", disease="vsd", born_on=D(2000, 1, 2))
    people["外县的"] = cast.register("外县的", village=cast.village2)
    people["低保的"] = cast.register("低保的", category=Category.DIBAO, since=D(2017, 1, 1), by=cast.township)
    cases = {name: cast.case_of(person) for name, person in people.items()}
    verify_case(by=cast.clerk, case=cases["已核实"])
    return_case(by=cast.clerk, case=cases["退回的"], reason="缺病理报告")
    close_case(by=cast.lead, case=cases["销号的"], outcome="refused", reason="本人拒绝", on=TODAY)
    Case.objects.everywhere("set-up").filter(pk=cases["搬走的"].pk).update(registered_on=D(2017, 9, 1), found_on=D(2017, 9, 1))
    people["搬走的"].residences.update(during=f"[{D(2017, 1, 1)},)")
    move_house(by=cast.clerk, person=people["搬走的"], village=cast.village2, address="1 组", on=D(2017, 10, 10))
    return cases


def told(lines) -> dict[str, str]:
    return {line.person.name if line.person else str(line.pk): line.refusal or line.change for line in lines}


def marks(lines) -> dict[int, str]:
    return {line.pk: line.stands for line in lines}


def rows_of(table) -> list[int]:
    return [case.pk for case in table.values()]


def counts() -> tuple[int, int]:
    return CaseEvent.objects.count(), AuditEvent.objects.count()


SCENARIOS = {
    "verify by the clerk": ("clerk", VERIFY, {}),
    "verify by the lead": ("lead", VERIFY, {}),
    "assign": ("clerk", ASSIGN, {"assignee": "lead"}),
    "end 建档立卡 by the bureau": ("clerk", END_CATEGORY, {"category": Category.REGISTERED_POOR, "on": TODAY, "reason": "核查不符"}),
    "end 低保 by its keeper": ("civil", END_CATEGORY, {"category": Category.DIBAO, "on": D(2017, 10, 1), "reason": "退保"}),
    "end another's list": ("civil", END_CATEGORY, {"category": Category.REGISTERED_POOR, "on": TODAY, "reason": "核查不符"}),
    "end before it began": ("clerk", END_CATEGORY, {"category": Category.REGISTERED_POOR, "on": D(2015, 1, 1), "reason": "核查不符"}),
    "end tomorrow": ("clerk", END_CATEGORY, {"category": Category.REGISTERED_POOR, "on": D(2017, 10, 21), "reason": "核查不符"}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_preview_and_the_act_never_disagree(cast, table, scenario):
    role, act, data = SCENARIOS[scenario]
    data = {name: getattr(cast, value) if name == "assignee" else value for name, value in data.items()}
    by, before = getattr(cast, role), counts()
    preview = look_through(by=by, act=act, rows=rows_of(table), data=data)
    assert counts() == before
    done = do_many(by=by, act=act, shown=marks(preview), data=data)
    assert [line.pk for line in preview] == [line.pk for line in done] == rows_of(table)
    assert [(line.refusal, line.change) for line in preview] == [(line.refusal, line.change) for line in done]
    assert [line.good for line in preview] == [line.done for line in done]
    assert differences() == []


@pytest.mark.django_db
def test_what_verifying_many_says_and_does(cast, table):
    preview = look_through(by=cast.clerk, act=VERIFY, rows=rows_of(table), data={})
    assert told(preview) == {
        "待核实": "待核实 → 已核实",
        "已核实": "现在的状态是“已核实”，不能办“核实”。请刷新后再看。",
        "退回的": "现在的状态是“退回补正”，不能办“核实”。请刷新后再看。",
        "销号的": "现在的状态是“已销号”，不能办“核实”。请刷新后再看。",
        "超龄的": "超龄的超过室间隔缺损的年龄限制（14 岁），须负责人先确认。",
        "低保的": "待核实 → 已核实",
        str(table["搬走的"].pk): GONE,
        str(table["外县的"].pk): GONE,
    }
    done = do_many(by=cast.clerk, act=VERIFY, shown=marks(preview), data={})
    assert [line.person.name for line in done if line.done] == ["待核实", "低保的"]
    case = table["待核实"]
    case.refresh_from_db()
    event = case.events.first()
    assert (case.state, case.verified_on, event.text, event.by) == ("verified", TODAY, "白内障核实通过", cast.clerk)
    assert AuditEvent.objects.filter(action="case_verify", staff=cast.clerk, subject_id=case.pk).count() == 1
    table["外县的"].refresh_from_db()
    assert table["外县的"].state == "registered"


@pytest.mark.django_db
def test_what_assigning_many_says_and_does(cast, table, second):
    waits = cast.case_of(cast.register("乡镇的", by=cast.township))
    rows = [table["待核实"].pk, waits.pk, table["销号的"].pk]
    preview = look_through(by=cast.lead, act=ASSIGN, rows=rows, data={"assignee": second})
    assert told(preview) == {
        "待核实": "经办人：覃玉芳 → 韦晓岚", "乡镇的": "经办人：未分派 → 韦晓岚", "销号的": "已销号，不用分派。",
    }  # fmt: skip
    do_many(by=cast.lead, act=ASSIGN, shown=marks(preview), data={"assignee": second})
    waits.refresh_from_db()
    event = waits.events.first()
    assert (waits.assigned_to, waits.version, event.move, event.text) == (second, 2, "case_assigned", "白内障经办人：未分派 → 韦晓岚")
    again = look_through(by=cast.lead, act=ASSIGN, rows=rows[:1], data={"assignee": second})
    assert told(again) == {"待核实": "经办人已经是韦晓岚。"}


@pytest.mark.django_db
def test_assigning_leaves_the_day_since_when_a_case_waits(cast, second):
    case = cast.case_of(cast.register("韦桂兰", on=D(2017, 10, 2)))
    before = case.changed_at
    assert assign_case(by=cast.lead, case=case, to=second).changed_at == before


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["clerk2", "township", "civil"])
def test_only_the_countys_clerks_and_leads_have_cases_in_hand(cast, who):
    case = cast.case_of(cast.register("韦桂兰"))
    to = getattr(cast, who)
    with pytest.raises(Refused, match=f"^{to.full_name}不是本县在用的经办人，请另选一位。$"):
        assign_case(by=cast.lead, case=case, to=to)


@pytest.mark.django_db
def test_whoever_registers_at_the_county_has_the_case_in_hand(cast):
    assert cast.case_of(cast.register("县里的")).assigned_to == cast.clerk
    assert cast.case_of(cast.register("乡镇的", by=cast.township)).assigned_to is None
    found = cast.case_of(cast.register("发现的", by=cast.civil, found_only=True, category=Category.DIBAO))
    assert found.assigned_to is None
    assert register_case(by=cast.lead, case=found).assigned_to == cast.lead


@pytest.mark.django_db
def test_moving_to_another_county_takes_a_case_out_of_all_hands(cast):
    person = cast.register("韦桂兰", on=D(2017, 9, 1))
    move_house(by=cast.clerk, person=person, village=cast.village2, address="1 组", on=D(2017, 10, 10))
    assert cast.case_of(person).assigned_to is None


@pytest.mark.django_db
def test_one_person_with_two_cases_ends_the_category_once(cast):
    facts = cast.facts("韦桂兰")
    person = register_person(
        by=cast.clerk, facts=facts, categories=[CategoryEntry(Category.DIBAO, D(2017, 1, 1), "低保证")],
        case=CaseEntry(cast.disease("cataract"), TODAY, "入户排查"),
    )  # fmt: skip
    open_case(by=cast.clerk, person=person, entry=cast.entry("gastric-cancer"))
    rows = list(person.cases.order_by("pk").values_list("pk", flat=True))
    data = {"category": Category.DIBAO, "on": TODAY, "reason": "退保"}
    preview = look_through(by=cast.clerk, act=END_CATEGORY, rows=rows, data=data)
    assert [(line.change, line.joined) for line in preview] == [
        ("低保（2017-01-01 起）自 2017-10-20 起终止", joined) for joined in (False, True)
    ]
    done = do_many(by=cast.clerk, act=END_CATEGORY, shown=marks(preview), data=data)
    assert [(line.done, line.joined) for line in done] == [(True, False), (True, True)]
    fact = person.categories.get()
    assert (fact.during.upper, fact.ended_reason, person.events.filter(move="category_ended").count()) == (TODAY, "退保", 1)


@pytest.mark.django_db
def test_nobody_without_the_category_loses_it(cast, table):
    data = {"category": Category.TEKUN, "on": TODAY, "reason": "核查不符"}
    assert told(look_through(by=cast.clerk, act=END_CATEGORY, rows=[table["待核实"].pk], data=data)) == {"待核实": "现在没有享有特困供养。"}


@pytest.mark.django_db
def test_ending_a_category_of_somebody_in_treatment_says_what_it_brings_about(cast):
    rows = [cast.case_of(cast.register(name)).pk for name in ("韦桂兰", "石永福")]
    Case.objects.everywhere("set-up").filter(pk=rows[0]).update(state="in_treatment")
    data = {"category": Category.REGISTERED_POOR, "on": TODAY, "reason": "核查不符"}
    ends = "建档立卡（2016-01-01 起）自 2017-10-20 起终止"
    assert told(look_through(by=cast.clerk, act=END_CATEGORY, rows=rows, data=data)) == {
        "韦桂兰": f"{ends}；白内障正在治疗，终止后列入待办清单核对", "石永福": ends,
    }  # fmt: skip


@pytest.mark.django_db
def test_a_keeper_verifies_many_of_its_own_list(cast):
    facts = [cast.register(name, category=Category.DIBAO, since=D(2017, 1, 1)).categories.get() for name in ("甲", "乙")]
    foreign = cast.register("外县的", category=Category.DIBAO, village=cast.village2).categories.get()
    poor = cast.register("丙").categories.get()
    rows = [*(fact.pk for fact in facts), poor.pk, foreign.pk]
    preview = look_through(by=cast.civil, act=VERIFY_CATEGORY, rows=rows, data={})
    assert told(preview) == {
        "甲": "低保（2017-01-01 起）：待核实 → 已核实", "乙": "低保（2017-01-01 起）：待核实 → 已核实",
        "丙": "建档立卡由扶贫部门核实，您不能核实。", str(foreign.pk): GONE,
    }  # fmt: skip
    do_many(by=cast.civil, act=VERIFY_CATEGORY, shown=marks(preview), data={})
    assert dict(CategoryFact.objects.values_list("person__name", "verified_by__full_name")) == {
        "甲": "莫春兰", "乙": "莫春兰", "丙": None, "外县的": None,
    }  # fmt: skip


# ---- what changed in between ----


@pytest.mark.django_db
def test_what_changed_after_the_preview_is_left_alone(cast, second):
    cases = [cast.case_of(cast.register(name)) for name in ("甲", "乙")]
    preview = look_through(by=cast.clerk, act=ASSIGN, rows=[case.pk for case in cases], data={"assignee": second})
    assign_case(by=cast.lead, case=cases[0], to=cast.lead)
    done = do_many(by=cast.clerk, act=ASSIGN, shown=marks(preview), data={"assignee": second})
    assert told(done) == {"甲": CHANGED, "乙": "经办人：覃玉芳 → 韦晓岚"}
    assert [case.assigned_to for case in Case.objects.everywhere("test").order_by("pk")] == [cast.lead, second]


@pytest.mark.django_db
def test_a_category_ended_and_entered_anew_in_between_is_left_alone(cast):
    person = cast.register("韦桂兰", category=Category.DIBAO, since=D(2017, 1, 1))
    row, data = cast.case_of(person).pk, {"category": Category.DIBAO, "on": TODAY, "reason": "退保"}
    shown = marks(look_through(by=cast.clerk, act=END_CATEGORY, rows=[row], data=data))
    end_category(by=cast.civil, fact=person.categories.get(), on=D(2017, 5, 1), reason="退保")
    hold_category(by=cast.civil, person=person, category=Category.DIBAO, since=D(2017, 6, 1), basis="新低保证")
    assert told(do_many(by=cast.clerk, act=END_CATEGORY, shown=shown, data=data)) == {"韦桂兰": CHANGED}
    assert person.categories.filter(during__endswith=None).exists()


@pytest.mark.django_db
def test_what_the_preview_refused_is_never_done(cast):
    case = cast.case_of(cast.register("大孩子", disease="vsd", born_on=D(2000, 1, 2)))
    shown = marks(look_through(by=cast.clerk, act=VERIFY, rows=[case.pk], data={}))
    assert shown == {case.pk: REFUSED}
    confirm_age(by=cast.lead, case=case)
    assert told(do_many(by=cast.clerk, act=VERIFY, shown=shown, data={})) == {"大孩子": NOT_SHOWN}


@pytest.mark.django_db
def test_a_preview_asks_no_more_for_more_rows(cast, second, django_assert_num_queries):
    rows = [cast.case_of(cast.register(f"甲{number}")).pk for number in range(6)]
    for act, data, number in (
        (VERIFY, {}, 1), (ASSIGN, {"assignee": second}, 1), (END_CATEGORY, {"category": 1, "on": TODAY, "reason": "核查"}, 2),
    ):  # fmt: skip
        for some in (rows[:1], rows):
            with django_assert_num_queries(number):
                look_through(by=cast.clerk, act=act, rows=some, data=data)


# ---- two at once ----


def verified_by_two(cast, number: int = 12) -> list:
    """Two clerks verify lists that overlap, each in another order, row by row in turn; what each was answered."""
    rows = [cast.case_of(cast.register(f"甲{serial}")).pk for serial in range(number)]
    lists = [(cast.clerk, rows[: number * 3 // 4]), (cast.lead, rows[::-1][: number * 3 // 4])]
    shown = [(by, marks(look_through(by=by, act=VERIFY, rows=asked, data={}))) for by, asked in lists]
    race = Race()
    with race.after(many, "_do"):
        return race.run(*[lambda by=by, shown=shown: do_many(by=by, act=VERIFY, shown=shown, data={}) for by, shown in shown])


@pytest.mark.django_db(transaction=True)
def test_two_clerks_with_overlapping_lists_verify_each_case_once(cast):
    answers = verified_by_two(cast)
    assert faults(answers) == []
    assert [len(lines) for lines in answers] == [9, 9]
    assert [sum(line.done for line in lines) for lines in answers] == [9, 3]
    assert {line.refusal for lines in answers for line in lines if not line.done} == {CHANGED}
    assert set(Case.objects.everywhere("test").values_list("state", flat=True)) == {"verified"}
    assert CaseEvent.objects.filter(move="case_verify").count() == AuditEvent.objects.filter(action="case_verify").count() == 12
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_order_they_wait_for_each_other_for_ever(cast, monkeypatch):
    """The switch: nobody is held beforehand; each row takes its own lock when its turn comes, and each wants what the other holds."""
    monkeypatch.setattr(many, "hold_people", lambda people: None)
    (wrong,) = faults(verified_by_two(cast))
    assert "deadlock detected" in wrong
