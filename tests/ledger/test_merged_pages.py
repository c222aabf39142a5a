"""After a merge: the old address leads on, nobody finds the record put aside, and undoing, as a clerk sees it."""

import pytest
from django.urls import reverse

from ledger.actions.cases import verify_case
from ledger.actions.merging import latest_merge, merge_people, seen_now
from ledger.importing.plans import CHANGED
from ledger.importing.uploads import import_people
from ledger.models import Case, Person
from settlement.patients import find_patient
from tests.ledger.desks import client_of
from tests.ledger.importing.lines import Lines, look, rows
from tests.ledger.importing.lists import f2
from tests.ledger.merging_desk import WHY, choose, fresh, messages, page, pair_of


@pytest.fixture
def pair(cast) -> tuple[Person, Person]:
    return pair_of(cast)


@pytest.fixture
def merged(cast, pair) -> tuple[Person, Person]:
    kept, gone = pair
    merge_people(by=cast.clerk, kept=kept, gone=gone, seen=seen_now(kept, gone), reason=WHY)
    return fresh(kept), fresh(gone)


def test_the_old_address_leads_to_the_kept_record(cast, merged):
    kept, gone = merged
    home = reverse("ledger:person", args=[kept.pk])
    client = client_of(cast.clerk)
    for name in ("person", "timeline", "person-edit", "merge-choose"):
        answer = client.get(reverse(f"ledger:{name}", args=[gone.pk]), follow=True)
        assert answer.redirect_chain == [(home, 302)]
        assert messages(answer) == ["这份资料已并入同一人的另一份资料，这里是保留的韦桂兰的资料。"]
    answer = client.post(reverse("ledger:category-add", args=[gone.pk]), {"category": "2"}, follow=True)
    assert messages(answer) == ["这份资料已并入同一人的另一份资料，刚才填的没有保存。这里是保留的韦桂兰的资料，请在这里再办。"]
    answer = client.get(reverse("ledger:person", args=[gone.pk]), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, home)
    fact = gone.categories.get()
    assert client_of(cast.poverty).post(reverse("ledger:category-verify", args=[fact.pk])).url == home
    assert client_of(cast.clerk2).get(reverse("ledger:person", args=[gone.pk])).status_code == 404


def test_nobody_finds_the_record_that_was_put_aside(cast, merged):
    kept, gone = merged
    client = client_of(cast.clerk)
    rows = client.get(reverse("ledger:case-list")).context["rows"]
    assert {case.person_id for case in rows} == {kept.pk} and len(rows) == 2
    assert client.get(choose(kept.pk)).context["candidates"] == []
    queue = client_of(cast.poverty).get(reverse("ledger:category-queue"))
    assert [fact.person_id for fact in queue.context["waiting"]] == [kept.pk]


def test_either_number_leads_to_the_kept_record(cast):
    kept, gone = cast.register("韦桂兰", case=None), cast.register("韦桂兰", disease=None)
    merge_people(by=cast.clerk, kept=kept, gone=gone, seen=seen_now(kept, gone), reason=WHY)
    number = gone.id_number.reveal()
    answer = client_of(cast.clerk).post(reverse("ledger:find"), {"id_number": number})
    assert answer.url == reverse("ledger:person", args=[kept.pk])
    assert find_patient(by=cast.liaison, id_number=number) == kept
    lines = Lines(cast)
    upload = look(cast.clerk, f2(lines.f2(疾病名称="白内障", 姓名="韦桂兰", 身份证号=number, 城乡居民医保建立台帐时间=None)))
    (row,) = rows(upload)
    assert row.result == CHANGED
    outcome = import_people(by=cast.clerk, upload=upload).outcome
    assert (outcome["changed"], outcome["new"], Person.objects.visible_to(cast.clerk).count()) == (1, 0, 1)


def test_a_list_looked_at_before_the_merge_writes_nothing_on_the_record_put_aside(cast, pair):
    kept, gone = pair
    number = kept.id_number.reveal()
    upload = look(cast.clerk, f2(Lines(cast).f2(姓名="韦桂兰", 身份证号=number)))
    merge_people(by=cast.clerk, kept=gone, gone=kept, seen=seen_now(gone, kept), reason=WHY)
    before = fresh(kept)
    outcome = import_people(by=cast.clerk, upload=upload).outcome
    assert outcome["refused"] == {"4": "预览之后台账有变动，这一行没有写入。请重新导入。"}
    assert fresh(kept).version == before.version and not kept.cases.exists()


def test_undone_from_the_page(cast, merged):
    kept, gone = merged
    client = client_of(cast.lead)
    undo = reverse("ledger:merge-undo", args=[kept.pk])
    assert "2017-10-20 由覃玉芳合并" in page(client.get(undo))
    assert client.post(undo, {"reason": ""}).status_code == 422
    answer = client.post(undo, {"reason": "核对后是两个人"}, follow=True)
    assert messages(answer) == ["合并已撤销，两份资料恢复原样。"]
    assert (fresh(gone).merged_into, latest_merge(kept)) == (None, None)
    assert client.get(reverse("ledger:person", args=[gone.pk])).status_code == 200
    assert messages(client.get(undo, follow=True)) == ["这份资料没有可以撤销的合并。"]


def test_what_was_built_on_it_is_named_and_there_is_no_button(cast, merged):
    kept, _ = merged
    verify_case(by=cast.lead, case=Case.objects.visible_to(cast.lead).get(disease__code="gastric-cancer"))
    client, undo = client_of(cast.lead), reverse("ledger:merge-undo", args=[kept.pk])
    answer = client.get(undo)
    assert "不能再撤销。 合并之后又办过：2017-10-20 韦国强：胃癌核实通过。请在保留的资料上更正。" in page(answer)
    assert 'type="submit" accesskey="s"' not in answer.content.decode()
    assert client.post(undo, {"reason": "核对后是两个人"}).status_code == 422
