"""Diseases in the browser: codes checked, the table kept by the city, and two who act at once."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger.actions import cases, diseases
from ledger.actions.diseases import DiseaseFacts, add_disease, change_disease, fingerprint
from ledger.actions.people import register_person
from ledger.actions.refusals import Refused
from ledger.icd10 import overlapping, read_prefixes
from ledger.models import Disease, Division, ReportGroup, Standing
from ledger.models.division import Level
from ledger.standing import differences
from tests.ledger.desks import client_of
from tests.ledger.disease_desk import NEW, ORDER, PAGE, edit, facts
from tests.ledger.kept_desk import day, errors, noted
from tests.racing import at_once, said

# ---- codes ----


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("C16", ["C16"]),
        ("c16，ｉ12.0", ["C16", "I12.0"]),
        ("C16;C18、C19 C20,C16", ["C16", "C18", "C19", "C20"]),
        ("F06.812", ["F06.812"]),
    ],
)
def test_prefixes_as_they_are_typed(text, found):
    assert read_prefixes(text) == found


@pytest.mark.parametrize("text", ["", " , ", "16", "C1", "C16.", "CC16", "C16.1234", "C16x", "=C16", "胃癌"])
def test_what_is_no_prefix_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="ICD-10 前缀"):
        read_prefixes(text)


def test_prefixes_overlap_where_one_begins_with_the_other():
    assert overlapping(["C16", "C18.0"], ["C18", "C17", "C16.1"]) == [("C16", "C16.1"), ("C18.0", "C18")]


def test_the_shipped_diseases_claim_no_code_twice(reference):
    assert [told for one in Disease.objects.all() for told in diseases.claimed_twice(one.icd10_prefixes, except_pk=one.pk)] == []


# ---- the table ----


def test_the_table_is_read_by_bureaus_and_city_and_changed_by_the_city(cast):
    page = client_of(cast.city).get(PAGE).content.decode()
    assert "35 个，其中 10 个在本市现行目录" in page and page.count("在目录</span>") == 10 and 'aria-label="修改胃癌"' in page
    assert "各市共用" not in page
    reader = client_of(cast.lead).get(PAGE).content.decode()
    assert "结直肠癌" in reader and "修改</a>" not in reader and NEW not in reader
    assert client_of(cast.civil).get(PAGE).status_code == 404
    assert client_of(cast.lead).get(edit(cast.disease("cataract"))).status_code == 404
    Division.objects.create(code="451300", name="来宾市", level=Level.PREFECTURE)
    shared = "病种和报表病种各市共用，改动对各市都有效；"
    assert shared in client_of(cast.city).get(PAGE).content.decode()


def test_the_page_asks_as_much_for_many_diseases_as_for_few(cast):
    desk = client_of(cast.city)
    desk.get(PAGE)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.get(PAGE)
        return len(queries)

    add_disease(by=cast.city, facts=DiseaseFacts("病种", "", ["Y00"], None, cast.disease("cataract").group), document=ORDER)
    before = asked()
    group = cast.disease("cataract").group
    for number in range(10):
        wanted = DiseaseFacts(f"病种{number}", "", [f"Z{number}0"], None, group)
        add_disease(by=cast.city, facts=wanted, document=ORDER)
    assert asked() == before


def test_a_disease_is_added_with_a_code_of_its_own(cast):
    desk, group = client_of(cast.city), ReportGroup.objects.get(name="胃癌")
    data = {"name": "胰腺癌", "icd10_prefixes": "c25", "group": group.pk, "document": ORDER, "age_max": ""}
    assert desk.post(NEW, data)["Location"] == PAGE
    made = Disease.objects.get(name="胰腺癌")
    assert (made.code, made.icd10_prefixes, made.age_max, made.group, made.position) == ("yixianai", ["C25"], None, group, 36)
    assert noted("disease") == [("胰腺癌", "新增病种，ICD-10 C25，不限年龄，报表病种胃癌", ORDER)]
    again = desk.post(NEW, data | {"icd10_prefixes": "C26"})
    assert (again.status_code, errors(again)) == (422, ["已有病种“胰腺癌”。请打开它修改，或换一个名称。"])
    formula = desk.post(NEW, data | {"name": "=1+1", "icd10_prefixes": "C26"})
    assert errors(formula) == ["病种以“=”开头，可能是公式。请改正。"]
    missing = desk.post(NEW, {})
    assert errors(missing) == ["请填写名称。", "请选择报表病种。", "请填写 ICD-10 前缀。", "请填写依据的文号。"]
    assert 'name="overlap_known"' not in missing.content.decode()  # Only a code that overlaps may be said to do so.


def test_a_code_that_another_disease_claims_must_be_said_to_be_so(cast):
    adult = {"name": "急性淋巴细胞白血病（成人）", "icd10_prefixes": "C91", "document": ORDER, "age_max": ""}
    adult["group"] = cast.disease("all").group_id
    desk = client_of(cast.city)
    refused = desk.post(NEW, adult)
    sentence = "C91 和儿童急性淋巴细胞白血病的 C91.0 重叠。同一编码会属于两个病种。请改正；确实如此的，请勾选“编码可以重叠”。"
    assert (refused.status_code, errors(refused)) == (422, [sentence]) and 'name="overlap_known"' in refused.content.decode()
    assert desk.post(NEW, adult | {"overlap_known": "yes"}).status_code == 302


# ---- at once ----


@pytest.mark.django_db(transaction=True)
def test_whoever_changes_a_disease_does_not_wait_for_a_case_being_worked_on(cast):
    person = cast.register("覃福生", disease="colon-cancer", on=day("10-01"))
    colon, gastric = cast.disease("colon-cancer"), ReportGroup.objects.get(name="胃癌")
    cast.city, cast.lead  # noqa: B018
    case = cast.case_of(person)

    def change():
        return change_disease(by=cast.city, disease=colon, seen=fingerprint(colon), facts=facts(colon, group=gastric), document=ORDER)

    answers = at_once(lambda: cases.verify_case(by=cast.lead, case=case), change)
    assert said(answers) == ["done", diseases.WAIT]
    assert Standing.objects.get().group == colon.group and differences() == []
    change()
    assert Standing.objects.get().group == gastric and differences() == []


def _registered_while_changed(cast) -> list[str]:
    """A case of the disease is being registered while its group is changed; what the derived rows then say wrong."""
    colon, gastric = cast.disease("colon-cancer"), ReportGroup.objects.get(name="胃癌")
    cast.city, cast.clerk, cast.village  # noqa: B018
    given, entry = cast.facts("覃福生"), cast.entry("colon-cancer")
    answers = at_once(
        lambda: register_person(by=cast.clerk, facts=given, categories=[], case=entry),
        lambda: change_disease(by=cast.city, disease=colon, seen=fingerprint(colon), facts=facts(colon, group=gastric), document=ORDER),
    )
    assert said(answers) == ["done", "done"]
    return differences()


@pytest.mark.django_db(transaction=True)
def test_a_case_registered_in_the_same_moment_is_derived_by_the_new_rules(cast):
    assert _registered_while_changed(cast) == []


@pytest.mark.django_db(transaction=True)
def test_without_holding_the_diseases_rules_a_case_would_stand_in_the_old_row(cast, monkeypatch):
    monkeypatch.setattr(cases, "hold_rules_of", lambda ids: None)  # The switch.
    assert len(_registered_while_changed(cast)) == 1


def test_only_the_city_changes_diseases(cast):
    gastric = cast.disease("gastric-cancer")
    with pytest.raises(Refused, match="病种由市级维护。"):
        change_disease(by=cast.lead, disease=gastric, seen=fingerprint(gastric), facts=facts(gastric, age_max=3), document=ORDER)
    with pytest.raises(Refused, match="请写明依据的文件或文号。"), transaction.atomic():
        change_disease(by=cast.city, disease=gastric, seen=fingerprint(gastric), facts=facts(gastric, age_max=3), document=" ")
    gastric.refresh_from_db()
    assert gastric.age_max is None
