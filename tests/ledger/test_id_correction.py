"""改正身份证号: shown before it is saved, told with its reason, and found by the old number still."""

import datetime

import pytest
from django.urls import reverse

from ledger.actions.cases import confirm_age
from ledger.actions.id_numbers import correct_id_number, effect_of
from ledger.actions.people import register_person
from ledger.actions.refusals import HeldElsewhere
from ledger.identity import IdNumber
from ledger.models import AuditEvent, FormerNumber, Person, Standing
from ledger.standing import differences
from tests.ledger.asking import number_of
from tests.ledger.desks import client_of, register
from tests.racing import at_once, said
from tests.refusing import refusal

D = datetime.date
pytestmark = pytest.mark.django_db


def correct(cast, person: Person, number: IdNumber, **changes) -> Person:
    return correct_id_number(
        **{"by": cast.clerk, "person": person, "version": person.version, "number": number, "why": "录入错误"} | changes
    )


# ---- the act ----


def test_sex_and_birth_date_follow_and_the_old_number_is_kept_as_a_hash(cast):
    person = cast.register("韦桂兰", on=D(2017, 9, 1))
    old, new = number_of(person), cast.id_number(D(1950, 5, 6), "male")
    was = (str(person.id_number), person.id_number_hash)
    saved = correct(cast, person, new, note="凭户口簿")
    assert (saved.id_number.reveal(), saved.sex, saved.born_on, saved.version) == (new.number, "male", D(1950, 5, 6), 2)
    assert FormerNumber.objects.values_list("person", "id_number_hash", "until", "reason").get() == (
        person.pk, was[1], D(2017, 10, 20), "录入错误，凭户口簿",
    )  # fmt: skip
    event = person.events.first()
    text = f"改正身份证号 {was[0]} → {saved.id_number}；性别 女 → 男；出生日期 1951-03-02 → 1950-05-06"
    assert (event.move, event.text, event.reason) == ("id_number_corrected", text, "录入错误，凭户口簿")
    trail = AuditEvent.objects.get(action="id_number_corrected")
    assert old.number not in str(trail.detail) and new.number not in str(trail.detail)
    assert differences() == []


@pytest.mark.parametrize(
    ("changes", "message", "field"),
    [
        ({"why": ""}, "请选择改正原因。", "why"),
        ({"why": "别的"}, "请选择改正原因。", "why"),
        ({"why": "其他", "note": " "}, "原因选“其他”的，请写明说明。", "note"),
        ({"version": 0}, "您打开之后，别人改过这份资料。请看过现在的资料再保存。", None),
    ],
)
def test_no_reason_or_a_record_changed_meanwhile(cast, changes, message, field):
    person = cast.register("韦桂兰")
    assert refusal(lambda: correct(cast, person, cast.id_number(D(1950, 5, 6)), **changes)) == (message, field)
    assert (number_of(Person.objects.everywhere("test").get()), FormerNumber.objects.count()) == (number_of(person), 0)


def test_a_number_that_cannot_be_this_persons(cast):
    person, other = cast.register("韦桂兰", found_on=D(2017, 10, 1)), cast.register("覃福生")
    elsewhere = cast.register("莫秀英", village=cast.village2)
    infant = cast.register("韦小妹", id_absent_reason="婴儿未上户", disease=None)
    assert refusal(lambda: correct(cast, person, number_of(person))) == ("和现在的身份证号一样，不用改正。", "id_number")
    assert refusal(lambda: correct(cast, person, number_of(other))) == ("本县已有覃福生用这个身份证号登记，请核对。", "id_number")
    told = ("已在其他县区登记，可申请转入。", "id_number")
    assert refusal(lambda: correct(cast, person, number_of(elsewhere)), HeldElsewhere) == told
    assert refusal(lambda: correct(cast, person, cast.id_number(D(2017, 10, 2)))) == (
        "新证号的出生日期 2017-10-02 晚于白内障的发现日期 2017-10-01，请核对证号。",
        "id_number",
    )
    person.cases.update(diagnosed_on=D(2017, 9, 1))
    assert refusal(lambda: correct(cast, person, cast.id_number(D(2017, 9, 2)))) == (
        "新证号的出生日期 2017-09-02 晚于白内障的确诊日期 2017-09-01，请核对证号。",
        "id_number",
    )
    assert refusal(lambda: correct(cast, infant, cast.id_number(D(2017, 10, 1)))) == (
        "这位患者还没有身份证号，请在“修改资料”里填写。",
        "id_number",
    )
    assert not FormerNumber.objects.exists()


def test_an_age_past_the_limit_asks_for_the_lead_anew(cast):
    facts = cast.facts("韦小妹", born_on=D(2005, 1, 1))
    person = register_person(by=cast.clerk, facts=facts, categories=[], case=cast.entry("all"))
    older = cast.id_number(D(1995, 1, 1))
    assert [str(case.disease) for case in effect_of(by=cast.clerk, person=person, number=older).too_old] == ["急性淋巴细胞白血病"]
    assert Standing.objects.count() == 1
    correct(cast, person, older)
    case = cast.case_of(person)
    assert (case.age_confirmation_needed, case.age_confirmed_by, Standing.objects.count()) == (True, None, 0)
    assert person.events.first().text.endswith("；超过急性淋巴细胞白血病的年龄限制，须负责人确认")
    confirm_age(by=cast.lead, case=case)
    person.refresh_from_db()
    young = cast.id_number(D(2005, 1, 1))
    effect = effect_of(by=cast.clerk, person=person, number=young)
    assert (effect.too_old, effect.no_longer) == ([], [case])
    correct(cast, person, young)
    assert person.events.first().text.endswith("；不再超过急性淋巴细胞白血病的年龄限制")
    case.refresh_from_db()
    assert (case.age_confirmation_needed, case.age_confirmed_by, Standing.objects.count()) == (False, None, 1)


def test_another_county_cannot_correct(cast):
    person = cast.register("韦桂兰")
    with pytest.raises(Person.DoesNotExist):
        correct(cast, person, cast.id_number(D(1950, 5, 6)), by=cast.clerk2)


@pytest.mark.django_db(transaction=True)
def test_two_correct_at_once(cast):
    person = cast.register("韦桂兰")
    first, second = cast.id_number(D(1950, 5, 6)), cast.id_number(D(1950, 5, 7))
    answers = at_once(lambda: correct(cast, person, first), lambda: correct(cast, person, second, by=cast.lead))
    assert said(answers) == ["done", "您打开之后，覃玉芳改过这份资料。请看过现在的资料再保存。"]
    assert (Person.objects.everywhere("test").get().id_number.reveal(), FormerNumber.objects.count()) == (first.number, 1)


# ---- the page ----


def page_of(person: Person) -> str:
    return reverse("ledger:id-number", args=[person.pk])


def test_what_would_change_is_shown_before_it_is_saved(cast):
    person = cast.register("韦桂兰", insurance_number="4502221806217")
    new = cast.id_number(D(1950, 5, 6), "male")
    client, address = client_of(cast.clerk), page_of(person)
    page = client.get(address).content.decode()
    assert str(person.id_number) in page and person.id_number.reveal() not in page and "下一步" in page
    typed = {"id_number": new.number, "why": "证件换号", "note": "", "version": "1", "save": "1"}
    shown = client.post(address, typed)  # Saving without having looked only shows.
    assert (shown.status_code, shown.context["effect"].changes) == (
        200,
        [
            ("身份证号", str(person.id_number), "450222********" + new.number[-4:]),
            ("性别", "女", "男"),
            ("出生日期", "1951-03-02", "1950-05-06"),
        ],
    )
    assert number_of(Person.objects.everywhere("test").get()) == number_of(person)
    other = cast.id_number(D(1950, 5, 7), "male")
    changed = client.post(address, typed | {"id_number": other.number, "looked": shown.context["looked"]})
    assert changed.context["effect"].changes[2] == ("出生日期", "1951-03-02", "1950-05-07")  # Another number than the one looked at.
    saved = client.post(address, typed | {"looked": shown.context["looked"]}, follow=True)
    told = f"已改正韦桂兰的身份证号为 450222********{new.number[-4:]}。按原来的证号仍能找到。"
    assert (saved.redirect_chain[0][0], told in saved.content.decode()) == (reverse("ledger:person", args=[person.pk]), True)


def test_the_page_says_that_the_insurance_number_is_the_old_one(cast):
    number = cast.id_number(D(1963, 4, 12))
    person = cast.register("韦桂兰", id_number=number, insurance_number=number.number)
    typed = {"id_number": cast.id_number(D(1963, 4, 13)).number, "why": "证件换号"}
    shown = client_of(cast.clerk).post(page_of(person), typed)
    assert shown.context["effect"].insurance_is_the_old_one is True
    assert "医保（农合）证号填的是原来的身份证号，这里不改。" in shown.content.decode()


def test_a_number_of_somebody_in_sight_leads_to_merging(cast):
    person, other = cast.register("韦桂兰"), cast.register("韦桂蓝")
    answer = client_of(cast.clerk).post(page_of(person), {"id_number": other.id_number.reveal(), "why": "录入错误"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["form"].errors["id_number"] == ["本县已有韦桂蓝用这个身份证号登记，请核对。"]
    assert f'<a href="{reverse("ledger:person", args=[other.pk])}">打开韦桂蓝的资料</a>' in page and "合并重复资料</a>。" in page


def test_mistakes_are_said_beside_their_fields(cast):
    person = cast.register("韦桂兰")
    answer = client_of(cast.clerk).post(page_of(person), {"id_number": "45022219500506", "why": "其他", "note": ""})
    assert (answer.status_code, answer.context["form"].errors) == (
        422,
        {
            "id_number": ["身份证号要 18 位（旧证 15 位），现在是 14 位。请对照身份证补齐。"],
            "note": ["原因选“其他”的，请写明说明。"],
        },
    )


def test_a_save_after_somebody_elses_is_told_and_keeps_what_was_typed(cast):
    person = cast.register("韦桂兰")
    first, second = cast.id_number(D(1950, 5, 6)), cast.id_number(D(1950, 5, 7))
    client, address = client_of(cast.clerk), page_of(person)
    typed = {"id_number": second.number, "why": "录入错误", "version": "1"}
    looked = client.post(address, typed).context["looked"]
    correct(cast, person, first, by=cast.lead)
    answer = client.post(address, typed | {"looked": looked, "save": "1"})
    assert answer.status_code == 422
    assert "您打开之后，韦国强改过这份资料。请看过现在的资料再保存。" in answer.content.decode()
    assert answer.context["version"] == "2" and second.number in answer.content.decode()


def test_somebody_without_a_number_is_led_to_the_page_of_corrections(cast):
    infant = cast.register("韦小妹", id_absent_reason="婴儿未上户")
    assert client_of(cast.clerk).get(page_of(infant))["Location"] == reverse("ledger:person-edit", args=[infant.pk])
    assert "改正身份证号" not in client_of(cast.clerk).get(reverse("ledger:person", args=[infant.pk])).content.decode()


# ---- the page of corrections ----


def edited(cast, person: Person, **changes):
    client, address = client_of(cast.clerk), reverse("ledger:person-edit", args=[person.pk])
    form = client.get(address).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields if name not in ("not_the_same", "why")}
    return client.post(address, typed | {"version": str(person.version), "sex": "女"} | changes)


def test_the_page_of_corrections_no_longer_changes_a_number(cast):
    person = cast.register("韦桂兰", phone="13907720815")
    page = client_of(cast.clerk).get(reverse("ledger:person-edit", args=[person.pk])).content.decode()
    assert f'{person.id_number}　<a href="{page_of(person)}">改正</a>' in page
    assert person.id_number.reveal() not in page and 'name="id_number"' not in page
    for typed in ({"id_number": cast.id_number(D(1950, 5, 6)).number}, {"id_number": "", "id_absent_reason": "其他"}):
        answer = edited(cast, Person.objects.everywhere("test").get(), address=f"{len(typed)} 屯", **typed)
        saved = Person.objects.everywhere("test").get()
        assert (answer.status_code, number_of(saved), saved.address) == (302, number_of(person), f"{len(typed)} 屯")
        assert saved.born_on == D(1951, 3, 2)


def test_a_first_number_is_still_given_there(cast):
    infant = cast.register("韦小妹", born_on=D(2017, 10, 1), id_absent_reason="婴儿未上户", phone="13907720815", disease=None)
    new = cast.id_number(D(2017, 10, 1))
    assert edited(cast, infant, id_number=new.number).status_code == 302
    saved = Person.objects.everywhere("test").get()
    assert (saved.id_number.reveal(), saved.id_absent_reason, FormerNumber.objects.count()) == (new.number, "", 0)


def test_the_check_on_the_page_of_corrections_keeps_sex_and_birth_date(cast):
    person = cast.register("韦桂兰")
    typed = {"name": "韦桂英", "person": str(person.pk), "filled": "1"}
    fragment = client_of(cast.clerk).post(reverse("ledger:identity-check"), typed).content.decode()
    assert 'name="born_on" value="1951-03-02" readonly' in fragment
    assert person.id_number.reveal() not in fragment
    assert not AuditEvent.objects.filter(action="held_elsewhere").exists()


# ---- found by the old number ----


def found_by(cast, number: IdNumber, who: str = "clerk"):
    return client_of(getattr(cast, who)).post(reverse("ledger:find"), {"id_number": number.number}, follow=True)


def test_the_old_number_leads_to_the_person_within_the_county(cast):
    person = cast.register("韦桂兰")
    old = number_of(person)
    correct(cast, person, cast.id_number(D(1950, 5, 6)))
    answer = found_by(cast, old)
    assert answer.redirect_chain[0][0] == reverse("ledger:person", args=[person.pk])
    assert "这个证号已于 2017-10-20 改正，这里是韦桂兰现在的资料。" in answer.content.decode()
    assert "没有登记过这个身份证号。" in found_by(cast, old, "clerk2").content.decode()


def test_whoever_bears_the_number_today_comes_first(cast):
    person = cast.register("韦桂兰")
    old = number_of(person)
    correct(cast, person, cast.id_number(D(1950, 5, 6)))
    rightful = register_person(by=cast.clerk, facts=cast.facts("覃水莲", id_number=old), categories=[])
    assert found_by(cast, old).redirect_chain[0][0] == reverse("ledger:person", args=[rightful.pk])
    Person.objects.everywhere("test").filter(pk=rightful.pk).update(county=cast.county2)
    assert "已在其他县区登记，可申请转入。" in found_by(cast, old).content.decode()


def test_registering_by_the_old_number_warns_of_the_same_person(cast):
    person = cast.register("韦桂兰")
    old = number_of(person)
    correct(cast, person, cast.id_number(D(1950, 5, 6)))
    answer = register(cast, id_number=old.number, name="韦桂花")
    assert answer.context["identity"].similar == [person]
    assert answer.context["person" if "person" in answer.context else "form"].errors["not_the_same"] == [
        "本县有相似的人，请核对后勾选“我已核对，不是同一人”。"
    ]
    assert register(cast, id_number=old.number, name="韦桂花", not_the_same="on").redirect_chain
