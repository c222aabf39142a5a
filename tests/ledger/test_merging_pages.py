"""Finding the other record and both side by side: as a clerk sees it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.actions.people import correct_person
from ledger.importing.matching import facts_of
from ledger.models import AuditEvent, Person
from tests.ledger.desks import client_of
from tests.ledger.merging_desk import TODAY, WHY, D, beside, choose, fresh, messages, page, pair_of, post
from tests.settlement.window import Window


@pytest.fixture
def pair(cast) -> tuple[Person, Person]:
    return pair_of(cast)


# ---- finding the other ----


def test_who_looks_alike_is_offered(cast, pair):
    kept, gone = pair
    cast.register("韦桂兰", village=cast.village2)
    cast.register("莫秀英")
    client = client_of(cast.clerk)
    assert choose(kept.pk) in client.get(reverse("ledger:person", args=[kept.pk])).content.decode()
    answer = client.get(choose(kept.pk))
    assert [(one.pk, [str(case.disease) for case in one.shown_cases]) for one in answer.context["candidates"]] == [(gone.pk, ["胃癌"])]
    # Chosen from the other side the older record is kept all the same; the clerk may turn it round.
    answer = client.get(beside(gone, kept) + "?order=1", follow=True)
    assert answer.redirect_chain == [(beside(kept, gone), 302)]
    assert beside(gone, kept) in answer.content.decode()


def test_by_name_or_initials_in_the_own_county(cast, pair):
    kept, gone = pair
    other = cast.register("韦桂英", disease=None)
    cast.register("韦桂花", village=cast.village2)
    client = client_of(cast.clerk)
    for query in ("韦桂", "wg", "WG"):
        assert [one.pk for one in client.get(choose(kept.pk), {"q": query}).context["candidates"]] == [gone.pk, other.pk]
    assert "本辖区没有这样的姓名。试试只填姓，或按证号找。" in page(client.get(choose(kept.pk), {"q": "欧阳"}))


def test_by_the_whole_number(cast, pair):
    kept, gone = pair
    stranger = cast.register("韦桂兰", village=cast.village2)
    client = client_of(cast.clerk)

    def ask(person: Person, number: str):
        return client.post(choose(person.pk), {"id_number": number})

    answer = ask(gone, kept.id_number.reveal())
    assert (answer.status_code, answer.url) == (302, beside(kept, gone))
    told = {
        kept.id_number.reveal(): "这就是本份资料的身份证号。请填另一份资料的，或改用姓名查找。",
        stranger.id_number.reveal(): "已在其他县区登记。请先申请转入，转入本县后再合并。",
        cast.id_number(D(1960, 1, 1)).number: "没有登记过这个身份证号。请核对，或改用姓名查找。",
        "123": "身份证号",
    }
    for number, sentence in told.items():
        answer = ask(kept, number)
        assert (answer.status_code, sentence in page(answer)) == (422, True), sentence


def test_the_list_costs_the_same_for_one_and_for_ten(cast):
    person = cast.register("韦桂兰", disease=None)
    client = client_of(cast.clerk)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(choose(person.pk), {"q": "韦"})
        return len(queries)

    cast.register("韦桂英")
    client.get(choose(person.pk))
    few = cost()
    for number in range(8):
        cast.register(f"韦桂{'甲乙丙丁戊己庚辛'[number]}")
    assert cost() == few


# ---- side by side ----


def test_both_are_laid_side_by_side(cast, pair):
    kept, gone = pair
    answer = client_of(cast.clerk).get(beside(kept, gone))
    html, told = answer.content.decode(), page(answer)
    lines = {one.label: (one.kept, one.gone, one.differs, one.taken, one.free) for one in answer.context["plan"].particulars}
    assert lines == {
        "姓名": ("韦桂兰", "韦桂兰", False, "kept", False),
        "身份证号": (str(kept.id_number), "没有（证件遗失待补）", True, "kept", False),
        "性别": ("女", "女", False, "kept", False),
        "出生日期": ("1951-03-02", "1951-03-02", False, "kept", False),
        "医保证号": ("4502221806217", "", True, "kept", True),
        "籍贯": ("", "", False, "kept", False),
        "户编号": ("", "", False, "kept", False),
        "详细住址": ("3 组 8 号", "9 组", True, "kept", False),
        "联系电话": ("139****0001", "139****0002", True, "kept", True),
        "联系人": ("", "莫家兴　139****0003", True, "gone", True),
        "乡村医生": ("", "", False, "kept", False),
    }
    assert html.count('type="radio"') == 6 and html.count(" checked") == 3
    assert [(line.section, line.of_kept, line.what, line.when, line.becomes) for line in answer.context["lines"]] == [
        ("病例", True, "白内障　待核实", "发现 2017-10-01，登记 2017-10-01", "保留"),
        ("病例", False, "胃癌　待核实", "发现 2017-10-05，登记 2017-10-05", "转到保留的资料"),
        ("人员类别", True, "建档立卡　待核实", "2016-01-01 至今", "保留"),
        ("人员类别", False, "建档立卡　待核实", "2016-01-01 至今", "重叠，留在原资料"),
        ("住址", True, "龙头镇龙头村3 组 8 号", "2016-01-01 至今", "保留"),
        ("住址", False, "太平镇山咀村9 组", "2016-01-01 至今", "重叠，留在原资料"),
    ]
    assert "5 项不同" in told and "以保留的为准，变动请办搬迁" in told
    for secret in (kept.id_number.reveal(), "13900000001", "13900000002", "13900000003"):
        assert secret not in html
    read = AuditEvent.objects.filter(action="viewed_person", detail__what="合并表单").values_list("subject_id", flat=True)
    assert set(read) == {kept.pk, gone.pk}


def test_merged_from_the_page(cast, pair):
    kept, gone = pair
    client = client_of(cast.clerk)
    answer = post(client, kept, gone, **{"take-phone": "gone", "take-contact": "kept"})
    assert (answer.status_code, answer.url) == (302, reverse("ledger:person", args=[kept.pk]))
    kept = fresh(kept)
    assert (kept.phone.reveal(), kept.contact_name) == ("13900000002", "")
    answer = client.get(answer.url)
    assert "已合并为韦桂兰的一份资料。核对无误再办别的事；合错了，可以先撤销合并。" in messages(answer)
    told = page(answer)
    assert f"本资料由另一份资料合并而来：2017-10-05 登记的韦桂兰，2017-10-20 由覃玉芳合并，原因：{WHY}。 撤销合并" in told
    assert "合并重复资料：2017-10-05 登记的另一份资料（韦桂兰，太平镇山咀村）并入；转来胃癌" in told
    assert "发现胃癌，途径：入户排查" in page(client.get(reverse("ledger:timeline", args=[kept.pk])))


def test_a_reason_is_asked_and_what_was_chosen_stays(cast, pair):
    kept, gone = pair
    answer = post(client_of(cast.clerk), kept, gone, reason="", **{"take-phone": "gone"})
    assert answer.status_code == 422 and "请填写为什么认定是同一个人" not in page(answer)
    assert "请填写原因" in page(answer)
    assert '<input class="form-check-input" type="radio" name="take-phone" value="gone" checked>' in answer.content.decode()
    assert fresh(gone).merged_into is None


def test_a_record_changed_meanwhile_is_shown_and_nothing_is_lost(cast, pair):
    kept, gone = pair
    client = client_of(cast.clerk)
    seen = client.get(beside(kept, gone)).context["seen"]
    facts = facts_of(gone, TODAY)
    facts.native_place = "广西柳城"
    correct_person(by=cast.lead, person=gone, version=gone.version, facts=facts)
    answer = post(client, kept, gone, seen=seen, **{"take-phone": "gone"})
    told = page(answer)
    assert answer.status_code == 409 and fresh(gone).merged_into is None
    assert "您打开之后，韦国强改过其中一份资料，还没有合并。" in told and "修改资料：籍贯" in told
    html = answer.content.decode()
    assert 'name="take-phone" value="gone" checked' in html and WHY in html
    again = re.search(r'name="seen" value="([^"]+)"', html)[1]
    assert post(client, kept, gone, seen=again, **{"take-phone": "gone"}).status_code == 302


@pytest.mark.parametrize("seen", ["", "0", "9999999999999999999-x", "一-二", "\0"])
def test_a_page_that_was_tampered_with_merges_nothing(cast, pair, seen):
    kept, gone = pair
    assert post(client_of(cast.clerk), kept, gone, seen=seen, **{"case-1": "x", "take-name": "nobody"}).status_code == 409
    assert fresh(gone).merged_into is None


def test_equally_far_cases_are_chosen_on_the_page(cast):
    kept, gone = cast.register("韦桂兰", on=D(2017, 10, 1)), cast.register("韦桂兰", on=D(2017, 10, 5))
    ours, theirs = kept.cases.get(), gone.cases.get()
    client = client_of(cast.clerk)
    told = page(client.get(beside(kept, gone)))
    assert "同一病种只留一例" in told and "保留的资料：待核实，2017-10-01 登记" in told
    assert post(client, kept, gone, **{f"case-{ours.disease_id}": theirs.pk}).status_code == 302
    assert fresh(ours).folded_into == theirs
    # The button of the folded case on a page opened before leads to the kept record.
    answer = client.post(reverse("ledger:case-move", args=[ours.pk, "verify"]), follow=True)
    assert answer.redirect_chain == [(reverse("ledger:person", args=[kept.pk]), 302)]
    assert fresh(ours).state == "registered"


def test_what_stands_against_it_is_said_before_the_button(cast):
    window = Window.open(cast)
    kept, paid = cast.register("石永福", disease=None, category=None), window.patient("石永福")
    settled = window.settle(window.bill(paid, bill_no="ZY-1"))
    client = client_of(cast.clerk)
    answer = client.get(beside(kept, paid))
    assert f"现在还不能合并。 要并入的资料还有有效的结算：柳城县人民医院 {settled.number}。" in page(answer)
    html = answer.content.decode()
    assert (
        'type="submit" accesskey="s"' not in html and f'<a class="btn btn-primary" href="{beside(paid, kept)}">改为保留右边一份</a>' in html
    )
    assert post(client, kept, paid).status_code == 422
    assert fresh(paid).merged_into is None
    answer = client.get(beside(kept, paid) + "?order=1")  # From the list the record with the settlement is kept.
    assert answer.url == beside(paid, kept)
    assert post(client, paid, kept).status_code == 302


def test_only_two_records_of_the_own_county(cast, pair):
    kept, gone = pair
    stranger = cast.register("韦桂兰", village=cast.village2)
    client = client_of(cast.clerk)
    for one, other in ((kept, stranger), (stranger, kept)):
        assert client.get(beside(one, other)).status_code == post(client, one, other).status_code == 404
    answer = client.get(beside(kept, kept), follow=True)
    assert messages(answer) == ["两边是同一份资料，请选另一份。"]
    for role in ("township", "civil", "liaison", "city"):
        assert client_of(getattr(cast, role)).get(beside(kept, gone)).status_code == 404
