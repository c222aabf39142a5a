"""The list in everybody's own columns, with saved filters, and figures that never count further than the cap."""

import datetime

import pytest
from django.conf import settings
from django.urls import reverse

from ledger import case_list
from ledger.actions.cases import verify_case
from ledger.actions.list_settings import MOST_FILTERS, choose_columns, columns_of, keep_filter
from ledger.actions.refusals import Refused
from ledger.case_columns import COLUMNS, DEFAULT, ROOM
from ledger.models import AuditEvent, Case, Category, ListColumns, SavedFilter
from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db
LIST = "ledger:case-list"


def shown(client, **query) -> tuple[list[str], list[list[str]]]:
    """The headings, and the rows as their titles or words say them."""
    context = client.get(reverse(LIST), query).context
    return [column.heading for column in context["columns"]], [
        [cell.title or str(cell.shown) for cell in case.cells] for case in context["rows"]
    ]


# ---- columns ----


def test_the_usual_columns_until_somebody_chooses(cast):
    person = cast.register("韦桂兰", on=datetime.date(2017, 10, 18))
    headings, rows = shown(client_of(cast.clerk))
    assert headings == ["姓名", "性别", "年龄", "身份证号", "病种", "人员类别", "住址", "状态", "定点医院", "登记日", "最近变动"]
    assert rows == [
        ["韦桂兰", "女", "66", str(person.id_number), "白内障", "建档立卡", "龙头镇龙头村", "待核实", '<span class="muted">未定</span>', "10-18", "10-18"]
    ]  # fmt: skip


def test_chosen_columns_in_their_order_with_masked_numbers(cast):
    person = cast.register(
        "韦桂兰", on=datetime.date(2017, 10, 18), phone="13907720561", household_number="4502221040126", insurance_number="450222195103020128",
        case={"diagnosed_on": datetime.date(2017, 10, 2)},
    )  # fmt: skip
    verify_case(by=cast.lead, case=cast.case_of(person))
    choose_columns(
        by=cast.clerk, columns=["phone", "household", "insurance", "diagnosed", "verified", "completed", "outcome", "registrar", "township"]
    )
    client = client_of(cast.clerk)
    assert shown(client) == (
        ["姓名", "联系电话", "户编号", "医保证号", "确诊日期", "核实日期", "完成治疗日期", "销号原因", "登记人", "乡镇"],
        [["韦桂兰", "139****0561", "4502221040126", "450222********0128", "2017-10-02", "2017-10-20", "—", '<span class="muted">—</span>', "覃玉芳", "龙头镇"]],
    )  # fmt: skip
    assert "13907720561" not in client.get(reverse(LIST)).content.decode()
    assert shown(client_of(cast.lead))[0] == [COLUMNS[code].heading for code in DEFAULT]  # One's own only.


def test_every_column_has_a_class_for_its_width_and_the_usual_ones_fit():
    css = (settings.BASE_DIR / "static" / "css" / "ledger.css").read_text(encoding="utf-8")
    assert [column.code for column in COLUMNS.values() if f".px-{column.width} {{ width: {column.width}px; }}" not in css] == []
    assert sum(COLUMNS[code].width for code in DEFAULT) <= ROOM


def test_columns_are_chosen_button_by_button(cast):
    client, address = client_of(cast.clerk), reverse("ledger:list-settings")

    def press(do: str) -> list[str]:
        client.post(address, {"do": do})
        return [column.code for column in columns_of(cast.clerk)]

    assert press("drop:hospital") == [code for code in DEFAULT if code != "hospital"]
    assert press("add:outcome")[-2:] == ["changed", "outcome"]
    assert press("up:outcome")[-2:] == ["outcome", "changed"]
    assert press("down:sex")[:3] == ["name", "age", "sex"]
    before = press("up:age")  # The name stays the first.
    assert before[:3] == ["name", "age", "sex"]
    for nonsense in ("drop:name", "up:name", "down:changed", "add:nothing", "add:", "explode:sex", "", "add:county"):
        assert press(nonsense) == before
    assert press("usual") == list(DEFAULT) and not ListColumns.objects.exists()
    told = [event.detail for event in AuditEvent.objects.filter(action="columns_chosen").order_by("pk")]
    assert told[0] == {"fields": ["姓名", "性别", "年龄", "身份证号", "病种", "人员类别", "住址", "状态", "登记日", "最近变动"]}
    assert told[-1] == {"what": "默认的列"}


def test_more_than_fits_is_refused_with_what_to_leave_out(cast):
    answer = client_of(cast.clerk).post(reverse("ledger:list-settings"), {"do": "add:found-how"}, follow=True)
    assert "一屏放不下“发现途径”。请先去掉别的列，例如“登记日、最近变动”，再加。" in answer.content.decode()
    assert not ListColumns.objects.exists()


def test_the_county_is_a_column_for_the_city_alone(cast):
    cast.register("韦桂兰")
    assert [column.code for column in choose_columns(by=cast.city, columns=["county", "state"])] == ["name", "county", "state"]
    assert [column.code for column in choose_columns(by=cast.clerk, columns=["county", "state"])] == ["name", "state"]
    assert shown(client_of(cast.city)) == (["姓名", "县（区）", "状态"], [["韦桂兰", "柳城县", "待核实"]])


def test_a_column_that_is_gone_is_passed_over(cast):
    ListColumns.objects.create(staff=cast.clerk, columns=["name", "horoscope", "state"])
    assert [column.code for column in columns_of(cast.clerk)] == ["name", "state"]


# ---- saved filters ----


def test_a_filter_is_kept_under_a_name_and_found_again(cast):
    cast.register("覃福生", disease="gastric-cancer")
    cast.register("韦桂兰")
    client, disease = client_of(cast.clerk), cast.disease("gastric-cancer").pk
    query = f"disease={disease}&state=registered"
    page = client.get(reverse(LIST), {"disease": disease, "state": "registered", "before": "1"}).content.decode()
    assert f'href="{reverse("ledger:filter-keep")}?disease={disease}&amp;state=registered">存为常用' in page
    address = f"{reverse('ledger:filter-keep')}?{query}"
    assert "病种 胃癌，状态 待核实" in client.get(address).content.decode()
    answer = client.post(address, {"name": " 待核实胃癌 "})
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse(LIST)}?{query}")
    page = client.get(reverse(LIST)).content.decode()
    assert f'<a href="?disease={disease}&amp;state=registered">待核实胃癌</a>' in page
    assert [row[0] for row in shown(client, disease=disease, state="registered")[1]] == ["覃福生"]
    assert "待核实胃癌" not in client_of(cast.lead).get(reverse(LIST)).content.decode()


def test_what_is_kept_is_the_filter_and_nothing_else(cast):
    client = client_of(cast.clerk)
    client.post(f"{reverse('ledger:filter-keep')}?q=韦&category=2&area=99999&state=nowhere&after=3&x=y", {"name": "姓韦的低保"})
    assert [(kept.name, kept.query) for kept in SavedFilter.objects.all()] == [("姓韦的低保", "q=%E9%9F%A6&category=2")]
    client.post(f"{reverse('ledger:filter-keep')}?category=1", {"name": "姓韦的低保"})
    assert [(kept.name, kept.query) for kept in SavedFilter.objects.all()] == [("姓韦的低保", "category=1")]


@pytest.mark.parametrize(
    ("query", "name", "says"),
    [
        ("category=1", "  ", "请填写名称。"),
        ("category=1", "长" * 21, "确保该变量包含不超过 20 字符"),
        ("", "全部", "现在没有筛选条件。请先选条件，再保存。"),
        ("q=450222196304120024", "某人", "身份证号不能存成常用筛选。查一个人请用“按证号查找”。"),
    ],
)
def test_what_cannot_be_kept(cast, query, name, says):
    answer = client_of(cast.clerk).post(f"{reverse('ledger:filter-keep')}?{query}", {"name": name})
    assert (answer.status_code, SavedFilter.objects.count()) == (422, 0)
    assert says in answer.content.decode()


def test_twelve_at_most_and_only_ones_own_is_removed(cast):
    for number in range(MOST_FILTERS):
        keep_filter(by=cast.clerk, name=f"第 {number} 组", query=f"category={number}")
    with pytest.raises(Refused, match="最多保存 12 组常用筛选"):
        keep_filter(by=cast.clerk, name="又一组", query="category=1")
    kept = keep_filter(by=cast.clerk, name="第 3 组", query="state=found")  # The same name again is no thirteenth.
    other = client_of(cast.lead).post(reverse("ledger:list-settings"), {"do": f"forget:{kept.pk}"})
    assert (other.status_code, SavedFilter.objects.count()) == (404, 12)
    client_of(cast.clerk).post(reverse("ledger:list-settings"), {"do": f"forget:{kept.pk}"})
    assert not SavedFilter.objects.filter(name="第 3 组").exists() and SavedFilter.objects.count() == 11


# ---- figures and pages ----


def test_no_figure_counts_further_than_the_cap(cast, monkeypatch):
    monkeypatch.setattr(case_list, "COUNT_CAP", 2)
    for number in range(8):
        cast.register(f"韦{chr(0x4E00 + number)}")
    cast.register("覃福生", found_only=True)
    everybody = Case.objects.visible_to(cast.clerk)
    assert case_list.counts_by_state(everybody) == {"registered": 3, "found": 1}
    assert case_list.counts_by_state(everybody.filter(state="found")) == {"found": 1}
    assert case_list.counts_by_state(everybody.none()) == {}


def test_a_thousand_and_one_is_written_as_more_than_a_thousand(cast, monkeypatch):
    cast.register("韦桂兰")
    monkeypatch.setattr("ledger.views.case_list.counts_by_state", lambda cases: {"registered": 1001, "found": 1000})
    page = client_of(cast.clerk).get(reverse(LIST)).content.decode()
    assert "柳城县　1,000+ 例" in page and "待核实<span>1,000+</span>" in page and "已发现<span>1000</span>" in page


def test_an_unscoped_question_is_refused():
    from ledger.scope import Unscoped

    with pytest.raises(Unscoped):
        case_list.counts_by_state(Case.objects.all())


def test_the_queries_do_not_grow_with_rows_in_any_columns(cast, django_assert_max_num_queries):
    staff, client = cast.clerk, client_of(cast.clerk)
    choose_columns(by=staff, columns=["category", "registrar", "assigned", "phone", "township", "village", "hospital", "verified"])
    cast.register("韦桂兰", phone="13907720561")
    client.get(reverse(LIST))
    with django_assert_max_num_queries(33) as few:
        client.get(reverse(LIST))
    for number in range(30):
        cast.register(f"韦{chr(0x4E00 + number)}", phone="13907720561", category=Category.DIBAO if number % 2 else Category.TEKUN)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(reverse(LIST))


def test_hospitals_to_choose_from_are_those_of_ones_own_cases(cast):
    cast.treat(cast.register("韦桂兰"))
    cast.treat(cast.register("覃福生"), hospital=cast.city_hospital)
    cast.treat(cast.register("罗美珍", village=cast.other_village), hospital=cast.city_hospital)
    cast.treat(cast.register("石小禾", village=cast.village2), hospital=cast.city_hospital)

    def offered(staff) -> list[tuple[str, str]]:
        return client_of(staff).get(reverse(LIST)).context["form"].fields["hospital"].choices[1:]

    city, county = (cast.city_hospital.code, "柳州市工人医院"), (cast.hospital.code, "柳城县人民医院")
    assert {who: offered(getattr(cast, who)) for who in ("clerk", "city", "township", "clerk2", "liaison")} == {
        "clerk": [city, county], "city": [city, county], "township": [city, county], "clerk2": [city], "liaison": [county],
    }  # fmt: skip


def test_ticks_lead_to_what_a_role_may_do_with_many(cast):
    case = cast.case_of(cast.register("韦桂兰"))
    tick = f'name="case" value="{case.pk}" form="many" aria-label="选中韦桂兰的白内障"'

    def drawn(who: str) -> tuple[bool, list[str]]:
        page = client_of(getattr(cast, who)).get(reverse(LIST)).content.decode()
        return tick in page, [do for do in ("verify", "assign", "end-category") if f'name="do" value="{do}"' in page]

    assert {who: drawn(who) for who in ("clerk", "lead", "civil", "poverty", "township", "city", "insurance")} == {
        "clerk": (True, ["verify", "assign", "end-category"]), "lead": (True, ["verify", "assign", "end-category"]),
        "civil": (True, ["end-category"]), "poverty": (True, ["end-category"]),
        "township": (False, []), "city": (False, []), "insurance": (False, []),
    }  # fmt: skip
