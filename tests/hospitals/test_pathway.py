"""What became of the clinical pathway: told with the discharge, later, or mended; a disease without one is asked nothing."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from hospitals.actions import admit, discharge
from hospitals.models import Stay
from hospitals.pathways import PathwayWord, said_of, tell_pathway
from hospitals.standards import end_standard
from ledger.actions.refusals import Refused
from ledger.models import Case
from tests.cast import on_day
from tests.hospitals.arranging_rows import verified
from tests.hospitals.kept_standards import kept_pathway, kept_standard
from tests.ledger.desks import client_of
from tests.ledger.kept_desk import day, errors, hidden, summary

pytestmark = pytest.mark.django_db


def in_hospital(cast, disease: str = "cataract") -> Stay:
    return admit(by=cast.clerk, case=verified(cast, disease=disease), hospital=cast.hospital, on=day("10-12"))


def left(cast, **told) -> Stay:
    return discharge(by=cast.liaison, stay=in_hospital(cast), on=day("10-18"), **told)


def row() -> tuple:
    stay = Stay.objects.everywhere("test").select_related("pathway").get()
    return stay.pathway_course, stay.pathway and stay.pathway.title, stay.pathway_left


def told() -> list[tuple[str, str]]:
    case = Case.objects.everywhere("test").get()
    return list(case.events.filter(move="pathway_told").order_by("pk").values_list("text", "reason"))


# ---- with the discharge ----


def test_the_discharge_asks_what_became_of_the_pathway(cast):
    path = kept_pathway(cast)
    kept_pathway(cast, "胃癌根治手术临床路径", "gastric-cancer")
    stay = in_hospital(cast)
    desk, address = client_of(cast.liaison), reverse("hospitals:discharge", args=[stay.pk])
    choices = desk.get(address).context["form"].fields["pathway"].choices
    assert choices == [("", "以后再说明"), (str(path.pk), "《老年性白内障临床路径》"), ("none", "没有适用的路径")]
    sent = {"discharged_on": "2017-10-18", "pathway": "", "pathway_left": "术后感染"}
    assert summary(desk.post(address, sent)) == "还没有保存，有 1 处要改：写了退出的原因，请选择是哪条路径。"
    assert summary(desk.post(address, sent | {"pathway": "none"})) == (
        "还没有保存，有 1 处要改：没有适用的路径，就不用写退出的原因。请选择路径，或去掉原因。"
    )
    assert Stay.objects.everywhere("test").get().discharged_on is None
    assert desk.post(address, sent | {"pathway": str(path.pk)}).status_code == 302
    assert row() == ("left", "老年性白内障临床路径", "术后感染")
    assert told() == [("白内障住院（2017-10-12 入院）退出《老年性白内障临床路径》", "术后感染")]


@pytest.mark.parametrize(("which", "kept", "text"), [
    ("path", ("followed", "老年性白内障临床路径", ""), "白内障住院（2017-10-12 入院）按《老年性白内障临床路径》完成"),
    ("none", ("none", None, ""), "白内障住院（2017-10-12 入院）没有适用的临床路径"),
    ("", ("", None, ""), ""),
])  # fmt: skip
def test_followed_none_that_applies_or_said_later(cast, which, kept, text):
    path = kept_pathway(cast)
    address = reverse("hospitals:discharge", args=[in_hospital(cast).pk])
    chosen = str(path.pk) if which == "path" else which
    assert client_of(cast.liaison).post(address, {"discharged_on": "2017-10-18", "pathway": chosen}).status_code == 302
    assert (row(), told()) == (kept, [(text, "")] if text else [])


def test_a_disease_without_a_pathway_is_asked_nothing(cast):
    kept_standard(cast)  # A document is no pathway.
    kept_pathway(cast, "胃癌根治手术临床路径", "gastric-cancer")
    stay = in_hospital(cast)
    page = client_of(cast.liaison).get(reverse("hospitals:discharge", args=[stay.pk]))
    assert "pathway" not in page.context["form"].fields and "临床路径" not in page.content.decode()
    discharge(by=cast.liaison, stay=stay, on=day("10-18"))
    panel = client_of(cast.liaison).get(reverse("hospitals:stays", args=[stay.case.person_id])).content.decode()
    assert reverse("hospitals:pathway", args=[stay.pk]) not in panel


# ---- later, and mended ----


def test_what_was_not_said_is_said_later_and_what_was_wrong_is_mended(cast):
    path, stay = kept_pathway(cast), left(cast)
    desk, address = client_of(cast.liaison), reverse("hospitals:pathway", args=[stay.pk])
    panel = reverse("hospitals:stays", args=[stay.case.person_id])
    assert f'href="{address}" aria-label="补填 2017-10-12 入院的临床路径">补填</a>' in desk.get(panel).content.decode()
    assert "未说明" in client_of(cast.civil).get(panel).content.decode()
    page = desk.get(address)
    sent = {"seen": hidden(page, "seen"), "pathway": str(path.pk), "pathway_left": ""}
    assert errors(desk.post(address, sent | {"pathway": ""})) == ["请选择临床路径。"]
    assert "已登记临床路径。" in desk.post(address, sent, follow=True).content.decode()
    assert row() == ("followed", "老年性白内障临床路径", "")
    late = desk.post(address, sent | {"pathway_left": "改期"})  # The page that was open meanwhile.
    assert summary(late) == "还没有保存，有 1 处要改：您打开之后，别人改过这次住院的路径。请看过现在的内容，再改。"
    page = desk.get(address)
    assert page.context["form"]["pathway"].value() == path.pk
    again = sent | {"seen": hidden(page, "seen")}
    assert errors(desk.post(address, again)) == ["没有改动，不用保存。"]
    assert client_of(cast.clerk).post(address, again | {"pathway_left": "患者要求改期手术"}).status_code == 302
    assert row() == ("left", "老年性白内障临床路径", "患者要求改期手术")
    assert [text for text, _ in told()] == [
        "白内障住院（2017-10-12 入院）按《老年性白内障临床路径》完成", "白内障住院（2017-10-12 入院）退出《老年性白内障临床路径》",
    ]  # fmt: skip
    shown = desk.get(panel).content.decode()
    assert 'title="老年性白内障临床路径：患者要求改期手术">退出路径</span>' in shown


def test_a_pathway_of_another_disease_or_one_that_had_ended_is_refused(cast):
    other = kept_pathway(cast, "胃癌根治手术临床路径", "gastric-cancer")
    old = kept_pathway(cast)
    with on_day(day("10-20")):
        end_standard(by=cast.city, standard=old, last_day=day("10-11"), document="停用通知")
    with pytest.raises(Refused, match="《胃癌根治手术临床路径》不是白内障现用的临床路径，请重新选择。"):
        left(cast, pathway=PathwayWord(other))
    stay = Stay.objects.everywhere("test").get()
    assert stay.discharged_on is None  # Nothing half-saved.
    with pytest.raises(Refused, match="《老年性白内障临床路径》不是白内障现用的临床路径"):
        discharge(by=cast.liaison, stay=stay, on=day("10-18"), pathway=PathwayWord(old))


def test_one_that_ended_during_the_stay_may_be_named(cast):
    path, stay = kept_pathway(cast), left(cast)
    end_standard(by=cast.city, standard=path, last_day=day("10-13"), document="停用通知")
    assert tell_pathway(by=cast.liaison, stay=stay, seen=said_of(stay), word=PathwayWord(path)).pathway_course == "followed"


def test_of_an_open_stay_nothing_is_said_yet(cast):
    path, stay = kept_pathway(cast), in_hospital(cast)
    with pytest.raises(Refused, match="还没有登记出院。请在登记出院时一并填写。"):
        tell_pathway(by=cast.liaison, stay=stay, seen=said_of(stay), word=PathwayWord(path))


def test_another_hospitals_stay_is_not_there(cast):
    stay = left(cast)
    assert client_of(cast.clerk2).get(reverse("hospitals:pathway", args=[stay.pk])).status_code == 404


@pytest.mark.parametrize("half", [
    {"pathway_course": "followed"}, {"pathway_course": "left", "pathway_left": "x"}, {"pathway_course": "none", "pathway_left": "x"},
    {"pathway_left": "x"},
])  # fmt: skip
def test_half_a_word_is_never_stored(cast, half):
    left(cast)
    with pytest.raises(IntegrityError, match="pathway_told_whole"), transaction.atomic():
        Stay.objects.everywhere("test").update(**half)
