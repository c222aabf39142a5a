"""Diseases and report groups in the browser: codes checked, figures previewed, derived rows remade, submitted months left alone."""

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.actions import cases, diseases
from ledger.actions.diseases import DiseaseFacts, GroupFacts, add_disease, change_disease, change_group, fingerprint
from ledger.actions.people import register_person
from ledger.actions.refusals import Refused
from ledger.icd10 import overlapping, read_prefixes
from ledger.models import Case, Disease, Division, ReportGroup, Standing
from ledger.models.division import Level
from ledger.reference import load_reference
from ledger.standing import differences
from reports.forms.f1 import f1_figures
from reports.models import Submission
from reports.returns import payload_of
from tests.ledger.desks import client_of
from tests.ledger.kept_desk import day, errors, hidden, noted, owe, submit_month, summary
from tests.ledger.test_coverage_pages import colleague
from tests.racing import at_once, said

PAGE, NEW, GROUP_NEW = "/ledger/diseases/", "/ledger/diseases/new/", "/ledger/report-groups/new/"
ORDER = "柳卫医〔2017〕88号"


def edit(disease: Disease) -> str:
    return reverse("ledger:disease-edit", args=[disease.pk])


def typed(disease: Disease, **changes) -> dict:
    """The page as it stands, with changes."""
    data = {
        "name": disease.name, "short_name": disease.short_name, "icd10_prefixes": ", ".join(disease.icd10_prefixes),
        "age_max": "" if disease.age_max is None else disease.age_max, "group": disease.group_id, "document": ORDER,
        "seen": fingerprint(disease),
    }  # fmt: skip
    return data | changes


def save(desk, disease: Disease, data: dict):
    """Preview, then save what was looked at."""
    looked = desk.post(edit(disease), data | {"preview": "yes"})
    if looked.status_code == 422:
        return looked
    return desk.post(edit(disease), data | {"looked": hidden(looked, "looked"), "save": "yes"})


def facts(disease: Disease, **changes) -> DiseaseFacts:
    stands = {name: getattr(disease, name) for name in ("name", "short_name", "icd10_prefixes", "age_max", "group")}
    return DiseaseFacts(**stands | changes)


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


# ---- a change, and what it moves ----


def test_another_age_limit_is_previewed_and_moves_the_figures_of_open_months_only(cast):
    owe(cast)
    child = cast.register("石小禾", disease="vsd", born_on=day("2004-01-05"), on=day("09-01"))  # Thirteen years old.
    small = cast.register("韦小凤", disease="vsd", born_on=day("2011-01-05"), on=day("09-01"))
    submit_month(cast, "09", on="09-20")
    frozen = {row.pk: (row.rows_hash, payload_of(row)) for row in Submission.objects.everywhere("test")}
    heart = cast.disease("vsd")
    desk = client_of(cast.city)
    page = desk.post(edit(heart), typed(heart, age_max="12") | {"preview": "yes"}).content.decode()
    assert "年龄限制：14 岁及以下 → 12 岁及以下" in page
    assert "因年龄退出统计 1 例，还没有核实的须负责人确认年龄：" in page and ">石小禾</a>（柳城县）" in page and "韦小凤" not in page
    assert Standing.objects.filter(disease=heart).count() == 2 and noted("disease") == []
    assert save(desk, heart, typed(heart, age_max="12")).status_code == 302
    assert list(Standing.objects.filter(disease=heart).values_list("person", flat=True)) == [small.pk]
    assert cast.case_of(child).age_confirmation_needed and not cast.case_of(small).age_confirmation_needed
    table = f1_figures([cast.county.pk], day("10-20"), [heart.group_id])[cast.county.pk]
    assert (table.rows[heart.group_id]["total"], differences()) == (1, [])
    assert {row.pk: (row.rows_hash, payload_of(row)) for row in Submission.objects.everywhere("test")} == frozen
    assert noted("disease") == [("儿童先天性心脏室间隔缺损", "年龄限制：14 岁及以下 → 12 岁及以下", ORDER)]
    heart.refresh_from_db()
    assert save(desk, heart, typed(heart, age_max="")).status_code == 302  # Back, and no limit at all.
    assert (Standing.objects.filter(disease=heart).count(), differences()) == (2, [])
    assert not cast.case_of(child).age_confirmation_needed


def test_a_confirmed_age_stays_confirmed_when_the_limit_does_not_touch_it(cast):
    old = cast.register("覃小明", disease="all", born_on=day("2000-01-05"), on=day("09-01"))
    cases.confirm_age(by=cast.lead, case=cast.case_of(old))
    disease = cast.disease("all")
    change_disease(by=cast.city, disease=disease, seen=fingerprint(disease), facts=facts(disease, age_max=12), document=ORDER)
    assert cast.case_of(old).age_confirmed_by == cast.lead


def test_another_group_moves_its_cases_to_another_row(cast):
    cast.register("覃福生", disease="colon-cancer", on=day("10-01"))
    cast.register("韦桂兰", disease="colon-cancer", village=cast.village2, on=day("10-01"))
    colon, gastric = cast.disease("colon-cancer"), ReportGroup.objects.get(name="胃癌")
    data = typed(colon, group=gastric.pk)
    page = client_of(cast.city).post(edit(colon), data | {"preview": "yes"}).content.decode()
    assert "这个病种的 2 例改列在“胃癌”一行。" in page and "报表病种：结直肠癌 → 胃癌" in page
    assert save(client_of(cast.city), colon, data).status_code == 302
    counted = f1_figures([cast.county.pk], day("10-20"), [colon.group_id, gastric.pk])[cast.county.pk].rows
    assert (counted[colon.group_id]["total"], counted[gastric.pk]["total"], differences()) == (0, 1, [])


def test_many_people_are_derived_anew_in_batches(cast, monkeypatch):
    for number in range(5):
        cast.register(f"患者{number}", disease="colon-cancer", on=day("10-01"))
    batches, real = [], diseases.remake
    monkeypatch.setattr(diseases, "BATCH", 2)
    monkeypatch.setattr(diseases, "remake", lambda people: (batches.append(len(people)), real(people)))
    colon = cast.disease("colon-cancer")
    change_disease(
        by=cast.city, disease=colon, seen=fingerprint(colon), facts=facts(colon, group=ReportGroup.objects.get(name="胃癌")), document=ORDER
    )
    assert (batches, differences()) == ([2, 2, 1], [])


def test_other_codes_leave_what_was_registered(cast):
    cast.register("覃福生", disease="gastric-cancer", on=day("10-01"), case={"icd10": "C16.9"})
    mistaken = cast.register("韦桂兰", disease="gastric-cancer", on=day("10-01"), case={"icd10": "C16.8"})  # Counted nowhere.
    cases.close_case(by=cast.lead, case=cast.case_of(mistaken), outcome="mistaken", reason="登记错了", on=day("10-20"))
    gastric = cast.disease("gastric-cancer")
    page = client_of(cast.city).post(edit(gastric), typed(gastric, icd10_prefixes="C16.0, C16.1") | {"preview": "yes"}).content.decode()
    assert "有 1 例已登记的编码不在新的前缀内，原记录不变。" in page
    assert save(client_of(cast.city), gastric, typed(gastric, icd10_prefixes="C16.0, C16.1")).status_code == 302
    assert sorted(Case.objects.everywhere("test").values_list("icd10", flat=True)) == ["C16.8", "C16.9"]


def test_nothing_changed_is_said_and_a_name_is_changed(cast):
    gastric, desk = cast.disease("gastric-cancer"), client_of(cast.city)
    assert summary(desk.post(edit(gastric), typed(gastric))) == "还没有保存，有 1 处要改：没有改动，不用保存。"
    assert save(desk, gastric, typed(gastric, name="胃恶性肿瘤", short_name="胃癌")).status_code == 302
    assert noted("disease") == [("胃癌", "名称：胃癌 → 胃恶性肿瘤；列表用名：无 → 胃癌", ORDER)]
    assert errors(desk.post(edit(gastric), typed(gastric, age_max="200"))) == ["请填 0 到 120 的整数。"]


def test_two_officials_with_one_disease_lose_nothing(cast):
    gastric, other = cast.disease("gastric-cancer"), colleague(cast)
    data = typed(gastric)
    assert save(client_of(cast.city), gastric, data | {"short_name": "胃"}).status_code == 302
    late = save(client_of(other), gastric, data | {"icd10_prefixes": "C16, D00.2"})
    assert summary(late) == "还没有保存，有 1 处要改：您打开之后，林海燕改过胃癌。请看过现在的内容，再改。"
    gastric.refresh_from_db()
    assert (gastric.short_name, gastric.icd10_prefixes) == ("胃", ["C16"])
    seen = {"icd10_prefixes": "C16, D00.2", "short_name": "胃", "seen": hidden(late, "seen")}
    assert save(client_of(other), gastric, data | seen).status_code == 302


def test_loading_the_shipped_data_again_keeps_what_the_city_changed(cast):
    gastric = cast.disease("gastric-cancer")
    change_disease(by=cast.city, disease=gastric, seen=fingerprint(gastric), facts=facts(gastric, short_name="胃"), document=ORDER)
    group = gastric.group
    changed = GroupFacts("胃部肿瘤", group.f1_order, group.f5_order, "")
    change_group(by=cast.city, group=group, seen=fingerprint(group), facts=changed, document=ORDER)
    number = ReportGroup.objects.count()
    load_reference()
    gastric.refresh_from_db()
    assert (gastric.short_name, gastric.group.name, ReportGroup.objects.count()) == ("胃", "胃部肿瘤", number)


# ---- report groups ----


def test_a_report_group_is_added_and_renamed_with_its_places(cast):
    desk = client_of(cast.city)
    data = {"name": "肺部肿瘤", "f1_order": "8", "f5_order": "8", "f5_heading": "", "document": ORDER}
    assert desk.post(GROUP_NEW, data)["Location"] == PAGE
    group = ReportGroup.objects.get(name="肺部肿瘤")
    assert errors(desk.post(GROUP_NEW, data)) == ["已有报表病种“肺部肿瘤”。请换一个名称。"]
    address = reverse("ledger:report-group-edit", args=[group.pk])
    changed = data | {"name": "肺癌类", "f1_order": "2", "seen": hidden(desk.get(address), "seen")}
    assert desk.post(address, changed).status_code == 302
    late = desk.post(address, data | {"f5_order": "9", "seen": changed["seen"]})
    assert summary(late) == "还没有保存，有 1 处要改：您打开之后，林海燕改过报表病种肺癌类。请看过现在的内容，再改。"
    assert [text for _, text, _ in noted("disease")] == ["新增报表病种，F1 第 8，F5 第 8", "名称：肺部肿瘤 → 肺癌类；F1 顺序：8 → 2"]


def test_a_renamed_group_leaves_the_submitted_month_and_prints_from_the_next(cast):
    owe(cast)
    cast.register("覃福生", disease="gastric-cancer", on=day("09-01"))
    sent = submit_month(cast, "09", on="09-20")
    group = ReportGroup.objects.get(name="胃癌")
    change_group(by=cast.city, group=group, seen=fingerprint(group), facts=GroupFacts("胃部肿瘤", 5, 4, ""), document=ORDER)
    assert "胃癌" in [row["name"] for row in payload_of(Submission.objects.everywhere("test").get(pk=sent[0].pk))["rows"]]
    october = submit_month(cast, "10", on="10-20")
    assert "胃部肿瘤" in [row["name"] for row in payload_of(october[0])["rows"]]
    page = client_of(cast.lead).get(reverse("reports:month", args=[day("09-01"), "450222"])).content.decode()
    opens = re.findall(r'href="(/months/2017-09/450222/f1/row-\d/[a-z_]+/)"', page)
    assert [address.split("/")[-2] for address in opens] == ["total", "treated", "quarter", "untreated", "civil_quarter"]
    listed = client_of(cast.lead).get(opens[0]).content.decode()
    assert "覃福生" in listed and "胃癌" in listed and "胃部肿瘤" not in listed
    for nothing in ("row-4/neither", "row-99/total", "row-4/nonsense"):
        assert client_of(cast.lead).get(f"/months/2017-09/450222/f1/{nothing}/").status_code == 404


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
