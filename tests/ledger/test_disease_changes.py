"""A changed disease or report group: figures previewed, derived rows remade, submitted months left alone."""

import re

from django.urls import reverse

from ledger.actions import cases, diseases
from ledger.actions.diseases import GroupFacts, change_disease, change_group, fingerprint
from ledger.models import Case, ReportGroup, Standing
from ledger.reference import load_reference
from ledger.standing import differences
from reports.forms.f1 import f1_figures
from reports.models import Submission
from reports.returns import payload_of
from tests.ledger.coverage_desk import colleague
from tests.ledger.desks import client_of
from tests.ledger.disease_desk import GROUP_NEW, ORDER, PAGE, edit, facts, save, typed
from tests.ledger.kept_desk import day, errors, hidden, noted, owe, submit_month, summary

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
