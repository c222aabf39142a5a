"""Registering on one screen: what it saves, what a refused thing says, and who may be there already."""

import datetime

import pytest
from django.urls import reverse

from ledger.actions.people import ELSEWHERE_PER_DAY
from ledger.models import AuditEvent, Case, CategoryFact, Person
from ledger.protection import keyed_hash
from tests.ledger.desks import client_of, only_person, register, screen

pytestmark = pytest.mark.django_db


def test_one_screen_puts_a_person_on_the_ledger(cast):
    answer = register(cast)
    person = only_person()
    assert answer.redirect_chain == [(reverse("ledger:person", args=[person.pk]), 302)]
    assert "已登记韦桂兰，状态“待核实”。" in answer.content.decode()
    assert (person.name, person.sex, person.born_on, person.initials) == ("韦桂兰", "female", datetime.date(1963, 4, 12), "wgl")
    fact, case = person.categories.get(), person.cases.get()
    assert (fact.get_category_display(), fact.during.lower, fact.verified_on) == ("建档立卡", datetime.date(2016, 1, 1), None)
    assert (case.state, case.found_on, case.registered_on) == ("registered", datetime.date(2017, 10, 18), datetime.date(2017, 10, 20))


def test_the_next_one_opens_an_empty_screen(cast):
    answer = client_of(cast.clerk).post(reverse("ledger:register"), screen(cast, another="1"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("ledger:register"))


def test_civil_affairs_only_finds(cast):
    register(cast, staff=cast.civil)
    case = only_person().cases.get()
    assert (case.state, case.registered_on) == ("found", None)


REFUSED = [
    ({"id_number": "450222196304120003"}, "身份证号校验码不对，至少有一位写错。请对照身份证改正。"),
    ({"id_number": "450222196302300029"}, "身份证号里的出生日期 1963-02-30 不存在。请对照身份证改正。"),
    ({"id_number": "45022219630412"}, "身份证号要 18 位（旧证 15 位），现在是 14 位。请对照身份证补齐。"),
    ({"id_number": ""}, "请填写身份证号；确实没有的，请在旁边选择原因。"),
    ({"id_number": "", "id_absent_reason": "婴儿未上户", "sex": "女", "born_on": "2017-10-21"}, "出生日期 2017-10-21 晚于今天，请改正。"),
    ({"phone": "1390772056"}, "手机号要 11 位，现在是 10 位。请核对后补齐。"),
    ({"name": ""}, "请填写姓名。"),
    ({"found_on": "2017-10-21"}, "发现日期 2017-10-21 晚于今天，请改正。"),
    ({"found_on": "10月18日"}, "日期请写成 2017-10-20 这样。"),
    ({"found_on": "2017-02-29"}, "2017-02-29 不是真实的日期，请改正。"),
    ({"icd10": "C16.9"}, "ICD-10 编码 C16.9 不属于白内障（应以 H25、H26 开头）。请核对病种或编码。"),
    ({"category-0-since": "2018-01-01"}, "起始日期 2018-01-01 晚于今天，请改正。"),
    ({"category-1-category": "1", "category-1-since": "2017-1-1", "category-1-basis": "名册"}, "建档立卡填了两次，请留一行。"),
]


@pytest.mark.parametrize(("typed", "sentence"), REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_a_refused_thing_says_how_to_mend_it_and_nothing_is_saved(cast, typed, sentence):
    answer = register(cast, **typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "还没有保存，有 1 处要改" in page
    assert "下屯 27 号" in page
    assert not Person.objects.everywhere("test").exists()
    assert not CategoryFact.objects.exists()


def test_an_adult_with_a_childs_disease_is_a_warning_that_the_lead_confirms(cast):
    child = {"disease": cast.disease("vsd").pk, "icd10": ""}
    answer = register(cast, **child)
    assert (answer.status_code, Person.objects.everywhere("test").count()) == (422, 0)
    assert "已满 54 岁，超过 14 岁的年龄限制。须负责人确认。" in answer.content.decode()
    register(cast, **child, age_is_right="on")
    case = only_person().cases.get()
    assert (case.state, case.age_confirmation_needed) == ("registered", True)
    verify = reverse("ledger:case-move", args=[case.pk, "verify"])
    answer = client_of(cast.clerk).post(verify, follow=True)
    assert "韦桂兰超过室间隔缺损的年龄限制（14 岁），须负责人先确认。" in answer.content.decode()
    client_of(cast.lead).post(reverse("ledger:case-move", args=[case.pk, "confirm-age"]))
    client_of(cast.clerk).post(verify)
    assert Case.objects.everywhere("test").get().state == "verified"


def test_a_resemblance_is_shown_before_saving(cast):
    cast.register("韦桂兰", born_on=datetime.date(1963, 4, 21))
    answer = register(cast)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "可能重复。" in page
    assert "1963-04-21 出生" in page
    assert Person.objects.everywhere("test").count() == 1
    assert register(cast, not_the_same="on").status_code == 200
    assert Person.objects.everywhere("test").count() == 2


def test_a_number_of_the_own_county_leads_to_its_holder(cast):
    held = cast.register("莫秀英")
    answer = register(cast, id_number=held.id_number.reveal())
    page = answer.content.decode()
    assert "本县已有莫秀英用这个身份证号登记，请打开已有的资料" in page
    assert f'href="{reverse("ledger:person", args=[held.pk])}"' in page


def test_a_number_held_elsewhere_answers_one_sentence_and_nothing_more(cast):
    held = cast.register("莫秀英", village=cast.village2, born_on=datetime.date(1949, 5, 6))
    answer = register(cast, id_number=held.id_number.reveal())
    page = answer.content.decode()
    assert "已在其他县区登记，可申请转入。" in page
    for word in ("莫秀英", "鹿寨", "大兆村", reverse("ledger:person", args=[held.pk])):
        assert word not in page
    event = AuditEvent.objects.filter(action="held_elsewhere").first()
    assert (event.username, event.detail) == (cast.clerk.username, {"hash": keyed_hash(held.id_number.reveal())[:16]})


def test_asking_around_for_numbers_ends_after_the_days_allowance(cast):
    held = [cast.register(f"覃水{mark}", village=cast.village2) for mark in "一二三四五六七八九十百千万元角分厘毫丝忽微"]
    client, check = client_of(cast.clerk), reverse("ledger:identity-check")
    said = [client.post(check, {"id_number": person.id_number.reveal()}).content.decode() for person in held]
    assert ["已在其他县区登记，可申请转入。" in page for page in said] == [True] * ELSEWHERE_PER_DAY + [False]
    assert "今天查询外县已登记人员的次数已用完，请明天再试。" in said[-1]


def test_the_fragment_fills_in_sex_and_birth_date(cast):
    number = cast.id_number(datetime.date(1963, 4, 12), "male").number
    page = client_of(cast.clerk).post(reverse("ledger:identity-check"), {"id_number": f"\t{number[:6]} {number[6:]} "}).content.decode()
    assert "校验码正确，450222 柳城县" in page
    assert 'value="男" readonly' in page
    assert 'value="1963-04-12" readonly' in page


def test_an_unknown_county_code_only_warns(cast):
    number = cast.id_number(datetime.date(1963, 4, 12), county="439901").number
    assert (
        "439901 （外地或旧代码，请核对）"
        in client_of(cast.clerk).post(reverse("ledger:identity-check"), {"id_number": number}).content.decode()
    )
    assert register(cast, id_number=number).status_code == 200


# ---- the fragment under the number ----

BLANK_SEX = '<input class="form-control" id="id_sex" name="sex" maxlength="2" hx-swap-oob="true">'
MARK = '<input type="hidden" name="filled" value="1">'  # Travels with the form: sex and birth date are the number's.


def check(cast, **typed) -> str:
    return client_of(cast.clerk).post(reverse("ledger:identity-check"), typed).content.decode()


def test_what_was_typed_by_hand_stays_while_the_number_is_wrong(cast):
    page = check(cast, id_number="4502221963", sex="女", born_on="1963-04-12")
    assert "现在是 10 位" in page
    assert 'id="id_sex"' not in page and 'id="id_born_on"' not in page and MARK not in page
    page = check(cast, id_number="", sex="女", born_on="1963-04-12")
    assert 'id="id_sex"' not in page and 'id="id_born_on"' not in page


def test_what_a_number_filled_in_is_taken_back_with_it(cast):
    page = check(cast, id_number=cast.id_number(datetime.date(1963, 4, 12)).number)
    assert 'value="女" readonly' in page and MARK in page
    page = check(cast, id_number="", sex="女", born_on="1963-04-12", filled="1")
    assert BLANK_SEX in page and 'name="born_on" placeholder' in page and "readonly" not in page and MARK not in page


def test_a_number_that_is_refused_fills_in_nothing(cast):
    held = cast.register("莫秀英", village=cast.village2, born_on=datetime.date(1949, 5, 6)).id_number.reveal()
    page = check(cast, id_number=held, filled="1")
    assert "已在其他县区登记，可申请转入。" in page and BLANK_SEX in page and MARK not in page
    answer = register(cast, id_number=held, sex="女", born_on="1949-05-06")
    page = answer.content.decode()
    assert (answer.status_code, "readonly" in page, MARK in page) == (422, False, False)  # Not stuck with what cannot be changed.


def test_a_screen_that_comes_back_keeps_to_the_number(cast):
    page = register(cast, phone="1390772056").content.decode()
    assert MARK in page and "自动填，54 岁" in page
