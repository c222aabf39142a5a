"""The pages of many at once: from ticked rows to a preview, from the preview to the act, and what a page refuses."""

import datetime
import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from ledger import case_list
from ledger.actions import many
from ledger.actions.cases import return_case, verify_case
from ledger.actions.categories import end_category
from ledger.actions.many import CHANGED, LIMIT
from ledger.actions.people import reveal
from ledger.models import AuditEvent, Case, CaseEvent, Category, CategoryFact
from ledger.views import case_list as views

pytestmark = pytest.mark.django_db
D = datetime.date


@pytest.fixture
def client(cast) -> Client:
    signed_in = Client()
    signed_in.force_login(cast.clerk)
    return signed_in


@pytest.fixture
def cases(cast) -> list[Case]:
    made = [cast.case_of(cast.register(name)) for name in ("石永福", "韦桂兰", "罗美珍")]
    return_case(by=cast.clerk, case=made[2], reason="缺病理报告")
    return made


def post(client, **data):
    return client.post(reverse("ledger:many"), data)


def cells(answer) -> list[tuple[str, ...]]:
    """The table's rows: what would become of it, whom, of what, where, in words."""
    body = re.search(r"<tbody>(.*?)</tbody>", answer.content.decode(), re.DOTALL)[1]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    strip = lambda cell: html.unescape(re.sub(r"<[^>]+>", "", cell)).strip()  # noqa: E731
    return [tuple(strip(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)) for row in rows]


def hidden(answer) -> dict[str, list[str]]:
    """What the form with the confirming button sends."""
    form = next(form for form in re.findall(r"<form.*?</form>", answer.content.decode(), re.DOTALL) if 'name="confirm"' in form)
    found: dict[str, list[str]] = {"confirm": ["yes"]}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form):
        if name != "csrfmiddlewaretoken":
            found.setdefault(name, []).append(html.unescape(value))
    return found


def said(client, answer) -> list[str]:
    """The messages on the page that the answer leads to."""
    page = client.get(answer["Location"])
    return [str(message) for message in page.context["messages"]]


def test_verifying_from_ticks_to_the_list(client, cases):
    before = CaseEvent.objects.count(), AuditEvent.objects.count()
    preview = post(client, do="verify", case=[case.pk for case in cases], next="/ledger/?state=registered")
    assert preview.status_code == 200 and (CaseEvent.objects.count(), AuditEvent.objects.count()) == before
    assert cells(preview) == [
        ("不能办", "罗美珍", "白内障", "龙头镇龙头村", "现在的状态是“退回补正”，不能办“核实”。请刷新后再看。"),
        ("可以办", "石永福", "白内障", "龙头镇龙头村", "待核实 → 已核实"),
        ("可以办", "韦桂兰", "白内障", "龙头镇龙头村", "待核实 → 已核实"),
    ]
    page = preview.content.decode()
    assert "确认核实 2 例" in page and "不能办的 1 行不动" in page and page.count("btn-primary") == 1
    done = post(client, **hidden(preview))
    assert done.status_code == 200 and "共 3 行：已办 2 例，没有办 1 行" in done.content.decode()
    assert [row[:2] for row in cells(done)] == [("没有办", "罗美珍"), ("已办", "石永福"), ("已办", "韦桂兰")]
    assert 'href="/ledger/?state=registered"' in done.content.decode()
    states = Case.objects.everywhere("test").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["verified", "verified", "returned"]


def test_when_all_is_done_the_list_says_so(client, cases):
    preview = post(client, do="verify", case=[cases[0].pk, cases[1].pk])
    answer = post(client, **hidden(preview))
    assert (answer.status_code, answer["Location"]) == (302, reverse("ledger:case-list"))
    assert said(client, answer) == ["核实：已办 2 例。"]


def test_sent_twice_it_is_done_once(client, cases):
    preview = post(client, do="verify", case=[cases[0].pk])
    assert post(client, **hidden(preview)).status_code == 302
    again = post(client, **hidden(preview))
    words = "预览以后，您已办：白内障核实通过。这一行没有再办。"
    assert cells(again) == [("没有办", "石永福", "白内障", "龙头镇龙头村", words)]
    assert CaseEvent.objects.filter(move="case_verify").count() == 1


def test_who_was_faster_is_named_with_what_they_did(cast, client, cases):
    """A colleague verified one of them after the preview, and opened a number of another, which changes nothing."""
    preview = post(client, do="verify", case=[cases[0].pk, cases[1].pk])
    verify_case(by=cast.lead, case=cases[0])
    reveal(by=cast.lead, person=cases[0].person, what="id_number")
    done = post(client, **hidden(preview))
    assert cells(done) == [
        ("没有办", "石永福", "白内障", "龙头镇龙头村", "预览以后，韦国强已办：白内障核实通过。这一行没有再办。"),
        ("已办", "韦桂兰", "白内障", "龙头镇龙头村", "待核实 → 已核实"),
    ]
    tampered = hidden(preview) | {"seen": ["9" * 30]}
    assert cells(post(client, **tampered))[0][-1] == CHANGED


def test_assigning_asks_to_whom_first(cast, client, cases):
    first = post(client, do="assign", case=[case.pk for case in cases])
    page = first.content.decode()
    assert first.status_code == 200 and "填好上面的项" in page and 'name="confirm"' not in page and page.count("btn-primary") == 1
    assert {words for _, words in first.context["form"].fields["assignee"].choices} == {"请选择", "覃玉芳（经办）", "韦国强（负责人）"}
    empty = post(client, do="assign", case=[case.pk for case in cases], look="yes")
    assert empty.status_code == 422 and "请选择经办人。" in empty.content.decode() and 'name="confirm"' not in empty.content.decode()
    looked = post(client, do="assign", case=[case.pk for case in cases], look="yes", assignee=cast.lead.pk)
    assert {row[0] for row in cells(looked)} == {"可以办"} and looked.content.decode().count("btn-primary") == 1
    assert said(client, post(client, **hidden(looked))) == ["分派经办：已办 3 例。"]
    assert set(Case.objects.everywhere("test").values_list("assigned_to", flat=True)) == {cast.lead.pk}


def test_another_countys_clerk_is_no_choice(cast, client, cases):
    answer = post(client, do="assign", case=[cases[0].pk], look="yes", assignee=cast.clerk2.pk)
    assert answer.status_code == 422 and "经办人不在可选范围，请重新选择。" in answer.content.decode()


def test_a_keeper_ends_its_own_list_only(cast):
    client = Client()
    client.force_login(cast.civil)
    person = cast.register("韦桂兰", category=Category.DIBAO, since=D(2017, 1, 1))
    row = cast.case_of(person).pk
    first = post(client, do="end-category", case=[row])
    assert [words for _, words in first.context["form"].fields["category"].choices] == ["请选择", "低保", "特困供养", "孤儿"]
    wrong = post(client, do="end-category", case=[row], look="yes", category=Category.REGISTERED_POOR, on="2017-10-20", reason="核查不符")
    assert wrong.status_code == 422 and "人员类别不在可选范围，请重新选择。" in wrong.content.decode()
    looked = post(client, do="end-category", case=[row], look="yes", category=Category.DIBAO, on="2017.10.01", reason="退保")
    assert cells(looked) == [("可以办", "韦桂兰", "白内障", "龙头镇龙头村", "低保（2017-01-01 起）自 2017-10-01 起终止")]
    post(client, **hidden(looked))
    fact = person.categories.get()
    assert (fact.during.upper, fact.ended_reason) == (D(2017, 10, 1), "退保")


def test_what_was_typed_for_a_preview_is_saved_once_it_is_confirmed_in_part_too(cast):
    client, mark = Client(), "0123456789abcdef"
    client.force_login(cast.civil)
    people = [cast.register(name, category=Category.DIBAO, since=D(2017, 1, 1)) for name in ("石永福", "韦桂兰")]
    typed = {"category": Category.DIBAO, "on": "2017-10-01", "reason": "退保", "kept_draft": mark}
    looked = post(client, do="end-category", case=[cast.case_of(one).pk for one in people], look="yes", **typed)
    assert hidden(looked)["kept_draft"] == [mark] and "saved_forms" not in client.session
    end_category(by=cast.civil, fact=people[0].categories.get(), on=D(2017, 9, 1), reason="核查不符")
    done = post(client, **hidden(looked))
    assert done.status_code == 200 and sorted(row[0] for row in cells(done)) == ["已办", "没有办"]
    assert client.session["saved_forms"] == [mark]


def test_a_keeper_verifies_what_it_ticked_on_its_queue(cast):
    client = Client()
    client.force_login(cast.civil)
    facts = [cast.register(name, category=Category.DIBAO, since=D(2017, 1, 1)).categories.get() for name in ("石永福", "韦桂兰", "罗美珍")]
    queue = client.get(reverse("ledger:category-queue")).content.decode()
    assert queue.count('name="fact"') == 3 and 'aria-label="勾选石永福的低保"' in queue and queue.count("btn-primary") == 1
    preview = post(client, do="verify-category", fact=[facts[0].pk, facts[2].pk])
    assert [row[0] for row in cells(preview)] == ["可以办", "可以办"]
    answer = post(client, **hidden(preview))
    assert answer["Location"] == reverse("ledger:category-queue") and said(client, answer) == ["核实类别：已办 2 件。"]
    assert list(CategoryFact.objects.order_by("pk").values_list("verified_on", flat=True)) == [D(2017, 10, 20), None, D(2017, 10, 20)]


@pytest.mark.parametrize(
    ("role", "do"),
    [("civil", "verify"), ("civil", "assign"), ("clerk", "verify-category"), ("clerk", "close"), ("clerk", "")],
)
def test_an_act_of_another_role_is_not_there(cast, role, do):
    client = Client()
    client.force_login(getattr(cast, role))
    assert post(client, do=do, case=[1]).status_code == 404


def test_nothing_ticked_leads_back(client):
    for data in ({"do": "verify"}, {"do": "verify", "case": "mist"}, {"do": "verify", "confirm": "yes", "row": "mist"}, {}):
        answer = post(client, **data)
        assert answer["Location"] == reverse("ledger:case-list")
        assert said(client, answer) == ["还没有勾选。请先在名单里勾选要办理的行。"]


def test_too_many_lead_back(client):
    answer = post(client, do="verify", case=list(range(1, LIMIT + 2)))
    assert said(client, answer) == ["一次最多办理 500 行，您选了 501 行。请分几次办理。"]


def test_the_other_pages_of_the_list_are_chosen_with_it(cast, client, monkeypatch):
    """The list shows two a page here; what its filters leave out, and another county's, is not chosen."""
    monkeypatch.setattr(case_list, "PAGE", 2)
    monkeypatch.setattr(views, "PAGE", 2)
    made = [cast.case_of(cast.register(name)) for name in ("石永福", "石永禄", "石永寿", "罗美珍")]
    cast.register("石外县", village=cast.village2)
    address = "/ledger/?q=石&state=registered"
    page = client.get(address).content.decode()
    assert "连同其他页，共 3 例" in page and page.count('name="case"') == 2
    assert "连同其他页" not in client.get("/ledger/?q=罗").content.decode()
    preview = post(client, do="verify", case=[made[0].pk], every="yes", next=address)
    assert {row[1] for row in cells(preview)} == {"石永福", "石永禄", "石永寿"}
    assert said(client, post(client, **hidden(preview))) == ["核实：已办 3 例。"]
    assert {case.person.name for case in Case.objects.visible_to(cast.clerk).filter(state="registered")} == {"罗美珍"}


def test_more_than_may_be_done_at_once_asks_for_a_narrower_list(cast, client, monkeypatch):
    monkeypatch.setattr(many, "LIMIT", 2)
    monkeypatch.setattr(views, "LIMIT", 2)
    for name in ("石永福", "石永禄", "石永寿"):
        cast.register(name)
    assert "连同其他页" not in client.get("/ledger/").content.decode()
    answer = post(client, do="verify", every="yes", next="/ledger/?q=石")
    assert said(client, answer) == ["一次最多办理 2 行，符合条件的超过 2 例。请再加条件。"]


def test_it_leads_back_to_this_house_only(client, cases):
    page = post(client, do="verify", case=[cases[0].pk], next="https://elsewhere.example/").content.decode()
    assert "elsewhere.example" not in page


def test_a_foreign_row_is_told_from_no_other(cast, client, cases):
    foreign = cast.case_of(cast.register("外县的", village=cast.village2))
    page = post(client, do="verify", case=[foreign.pk, 999_999])
    assert cells(page) == [("不能办", "—", "—", "—", "已不在您的管辖范围。")] * 2
    assert "外县的" not in page.content.decode()


def test_the_page_asks_no_more_for_more_rows(client, cast, cases, django_assert_max_num_queries):
    with django_assert_max_num_queries(40) as few:
        post(client, do="verify", case=[cases[0].pk])
    more = [cast.case_of(cast.register(f"甲{number}")).pk for number in range(6)]
    with django_assert_max_num_queries(len(few.captured_queries)):
        post(client, do="verify", case=more)


def test_the_persons_page_says_in_whose_hands_a_case_is(cast, client, cases):
    page = client.get(reverse("ledger:person", args=[cases[0].person_id])).content.decode()
    assert "经办：覃玉芳" in page and "改派经办" in page
    Case.objects.everywhere("test").update(assigned_to=None)
    page = client.get(reverse("ledger:person", args=[cases[0].person_id])).content.decode()
    assert "经办：" not in page and "分派经办" in page
    township = Client()
    township.force_login(cast.township)
    assert "分派经办" not in township.get(reverse("ledger:person", args=[cases[0].person_id])).content.decode()


def test_the_previews_address_opened_by_hand_says_where_to_go(client):
    answer = client.get(reverse("ledger:many"))
    page = answer.content.decode()
    assert answer.status_code == 405 and answer["Allow"] == "POST"
    assert "这个网址不能直接打开，什么也没有改。请回到原来的名单或资料，再按一次按钮。" in page
    assert f'href="{reverse("reports:workbench")}"' in page
