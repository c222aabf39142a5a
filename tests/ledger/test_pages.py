"""The clerks' pages through the client: registering, finding, correcting, and what a refused thing says."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from ledger.actions.people import ELSEWHERE_PER_DAY, correct_person
from ledger.models import AuditEvent, Case, Category, CategoryFact, Person
from ledger.protection import keyed_hash

pytestmark = pytest.mark.django_db


def client_of(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def screen(cast, **changes) -> dict:
    """What a clerk types on the one screen for 韦桂兰."""
    typed = {
        "id_number": cast.id_number(datetime.date(1963, 4, 12)).number,
        "name": "韦桂兰",
        "sex": "",
        "born_on": "",
        "insurance_number": "4502221806217",
        "township": cast.village.parent_id,
        "village": cast.village.pk,
        "address": "下屯 27 号",
        "phone": "13907720561",
        "category-TOTAL_FORMS": "3",
        "category-INITIAL_FORMS": "0",
        "category-0-category": Category.REGISTERED_POOR.value,
        "category-0-since": "2016.1.1",
        "category-0-basis": "县扶贫办 2017 年 9 月名册",
        "disease": cast.disease("cataract").pk,
        "found_on": "20171018",
        "found_how": "村医入户随访",
    }
    return typed | changes


def register(cast, staff=None, **changes):
    return client_of(staff or cast.clerk).post(reverse("ledger:register"), screen(cast, **changes), follow=True)


def only_person() -> Person:
    return Person.objects.everywhere("test").get()


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


# ---- finding ----


@pytest.mark.parametrize(
    ("query", "found"), [({"q": "覃福"}, ["覃福生"]), ({"q": "QFS"}, ["覃福生"]), ({"q": "s"}, ["石小禾"]), ({"q": "无此人"}, [])]
)
def test_search_by_name_and_initials(cast, query, found):
    for name in ("覃福生", "石小禾", "罗美珍"):
        cast.register(name)
    rows = client_of(cast.clerk).get(reverse("ledger:case-list"), query).context["rows"]
    assert [case.person.name for case in rows] == found


def test_filters_narrow_and_the_tabs_count_them(cast):
    cast.register("覃福生", disease="gastric-cancer")
    cast.register("石小禾", category=Category.DIBAO)
    cast.register("罗美珍", village=cast.other_village)
    client, address = client_of(cast.clerk), reverse("ledger:case-list")

    def names(**query) -> list[str]:
        return sorted(case.person.name for case in client.get(address, query).context["rows"])

    assert names(disease=cast.disease("gastric-cancer").pk) == ["覃福生"]
    assert names(category=Category.DIBAO.value) == ["石小禾"]
    assert names(area=cast.other_village.parent_id) == ["罗美珍"]
    assert names(state="verified") == []
    assert client.get(address, {"category": Category.REGISTERED_POOR.value}).context["tabs"] == [
        ("", "全部", 2),
        ("registered", "待核实", 2),
    ]


def test_pages_by_key_show_everybody_once(cast):
    for number in range(120):
        born_on = datetime.date(1950, 1, 1) + datetime.timedelta(days=number)
        found_only, on = number % 40 == 0, datetime.date(2017, 9, 1 + number % 3)
        cast.register(f"韦{chr(0x4E00 + number)}", born_on=born_on, found_only=found_only, on=on)
    client, address = client_of(cast.clerk), reverse("ledger:case-list")
    first = client.get(address).context
    second = client.get(address, {"before": first["page"].older}).context
    third = client.get(address, {"before": second["page"].older}).context
    shown = [case.pk for page in (first, second, third) for case in page["rows"]]
    assert ([len(page["rows"]) for page in (first, second, third)], len(set(shown)), third["page"].older) == ([50, 50, 20], 120, "")
    back = client.get(address, {"after": third["page"].newer}).context
    assert [case.pk for case in back["rows"]] == [case.pk for case in second["rows"]]


def test_the_lists_queries_do_not_grow_with_its_rows(cast, django_assert_max_num_queries):
    cast.register("韦桂兰")
    client, address = client_of(cast.clerk), reverse("ledger:case-list")
    client.get(address)
    with django_assert_max_num_queries(20) as few:
        client.get(address)
    for number in range(30):
        cast.register(f"韦{chr(0x4E00 + number)}")
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(address)


def test_by_id_number_only_by_post(cast):
    person = cast.register("韦桂兰")
    client, address = client_of(cast.clerk), reverse("ledger:find")
    assert client.post(address, {"id_number": person.id_number.reveal()})["Location"] == reverse("ledger:person", args=[person.pk])
    assert person.name not in client.get(address, {"id_number": person.id_number.reveal()}).content.decode()
    unknown = cast.id_number(datetime.date(1950, 1, 1)).number
    assert "没有登记过这个身份证号。" in client.post(address, {"id_number": unknown}).content.decode()


# ---- a person's page ----


def test_numbers_are_masked_until_a_click_on_the_record(cast):
    person = cast.register("韦桂兰", phone="13907720815")
    client, page = client_of(cast.clerk), reverse("ledger:person", args=[person.pk])
    shown = client.get(page).content.decode()
    assert person.id_number.reveal() not in shown
    assert "139****0815" in shown
    answer = client.post(reverse("ledger:reveal", args=[person.pk, "phone"]), headers={"HX-Request": "true"})
    assert "13907720815" in answer.content.decode()
    event = AuditEvent.objects.filter(action="revealed").get()
    assert (event.username, event.subject_id, event.detail["field"]) == (cast.clerk.username, person.pk, "phone")
    assert "查看联系电话" in client.get(page).content.decode()


def test_the_second_to_save_sees_what_changed(cast):
    person = cast.register("韦桂兰", phone="13907720815")
    client, address = client_of(cast.clerk), reverse("ledger:person-edit", args=[person.pk])
    typed = {
        "id_number": person.id_number.reveal(), "name": "韦桂兰", "address": "上屯 3 号", "phone": "13907720815", "version": "1",
    }  # fmt: skip
    facts = cast.facts("韦桂兰", id_number=None, id_absent_reason="证件遗失待补", address="下屯 27 号", phone="13907720815")
    correct_person(by=cast.lead, person=person, version=1, facts=facts)
    answer = client.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "韦国强改过这份资料。请看过差异再保存。" in page
    assert "<del>下屯 27 号</del>" in page
    assert "<ins>上屯 3 号</ins>" in page
    assert only_person().address == "下屯 27 号"
    assert client.post(address, typed | {"version": "2"}).status_code == 302
    assert only_person().address == "上屯 3 号"


def test_moving_to_another_county_takes_the_person_out_of_sight(cast):
    person = cast.register("韦桂兰", since=datetime.date(2016, 1, 1))
    client = client_of(cast.clerk)
    typed = {"village_code": cast.village2.code, "address": "新村 1 号", "on": "2017-10-10", "reason": "易地搬迁"}
    answer = client.post(reverse("ledger:move-house", args=[person.pk]), typed)
    assert (answer.status_code, answer["Location"]) == (302, reverse("ledger:case-list"))
    assert client.get(reverse("ledger:person", args=[person.pk])).status_code == 404
    assert client_of(cast.clerk2).get(reverse("ledger:person", args=[person.pk])).status_code == 200


def test_closing_asks_for_outcome_and_reason(cast):
    case = cast.case_of(cast.register("韦桂兰"))
    client, address = client_of(cast.lead), reverse("ledger:case-move", args=[case.pk, "close"])
    page = client.post(address, {"outcome": "", "on": "2017-10-20", "reason": ""}).content.decode()
    assert "请选择销号原因" in page
    assert "请填写说明" in page
    page = client.post(address, {"outcome": "cured", "on": "2017-10-20", "reason": "痊愈"}).content.decode()
    assert "还没有登记完成治疗，不能按“治愈”销号。请先登记完成治疗。" in page
    assert client.post(address, {"outcome": "died", "on": "2017-10-20", "reason": "家属告知"}).status_code == 302
    assert Case.objects.everywhere("test").get().state == "closed"


def test_a_department_verifies_its_own_categories(cast):
    person = cast.register("韦桂兰", category=Category.DIBAO)
    fact = person.categories.get()
    queue = reverse("ledger:category-queue")
    assert "韦桂兰" in client_of(cast.civil).get(queue).content.decode()
    assert "韦桂兰" not in client_of(cast.poverty).get(queue).content.decode()
    answer = client_of(cast.poverty).post(reverse("ledger:category-verify", args=[fact.pk]), follow=True)
    assert "低保由民政部门核实，您不能核实。" in answer.content.decode()
    client_of(cast.civil).post(reverse("ledger:category-verify", args=[fact.pk]))
    assert CategoryFact.objects.get().verified_by == cast.civil


# ---- the door ----


def test_five_wrong_passwords_lock_the_account(cast, client):
    door = reverse("account:login")
    said = [client.post(door, {"username": cast.clerk.username, "password": "wrong"}) for _ in range(5)]
    assert [answer.status_code for answer in said] == [401, 401, 401, 401, 429]
    assert "用户名或密码不对，还可以试 4 次。" in said[0].content.decode()
    assert "这个账号已锁定 30 分钟" in said[4].content.decode()
    assert client.post(door, {"username": cast.clerk.username, "password": "cedar-lantern-58"}).status_code == 429


def test_signing_in_leads_on_only_within_the_house(cast, client):
    door = reverse("account:login")
    answer = client.post(door, {"username": cast.clerk.username, "password": "cedar-lantern-58", "next": "https://example.org/"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("reports:workbench"))


def test_pages_forbid_what_they_do_not_need(cast):
    answer = client_of(cast.clerk).get(reverse("ledger:case-list"))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert (answer["X-Frame-Options"], answer["Cache-Control"]) == ("DENY", "private, no-store")


@pytest.mark.parametrize("query", [{"before": "²"}, {"after": "²"}, {"before": "999999999999999999999"}])
def test_a_nonsense_key_shows_the_first_page(cast, query):
    cast.register("韦桂兰")
    answer = client_of(cast.clerk).get(reverse("ledger:case-list"), query)
    assert (answer.status_code, len(answer.context["rows"])) == (200, 1)


def test_an_insurance_number_that_is_the_id_number_is_masked(cast):
    number = cast.id_number(datetime.date(1963, 4, 12))
    person = cast.register("韦桂兰", id_number=number, insurance_number=number.number)
    assert number.number not in client_of(cast.clerk).get(reverse("ledger:person", args=[person.pk])).content.decode()
