"""The policy pages in a browser's eyes: who reads, who changes, what a clerk sees, and that no code shows where a name exists."""

import datetime
import hashlib
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Disease, Division, Role, Staff
from ledger.models.division import Level
from settlement.actions.signing import SignEntry, sign_off
from settlement.figures import assumed_figures
from settlement.models import PolicyArea, PolicyVersion, SignOff
from settlement.policy_scope import drafts_waiting_for
from settlement.policy_text import Stated
from settlement.rules import policy_of
from tests.settlement.policy_desk import DEDUCTIBLE, FIRST_DAY, NEW_DOCUMENT
from tests.settlement.window import Window

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    """What a reader sees of the page's own part."""
    html = answer.content.decode()
    main = html.partition('<main class="main" id="main">')[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def number_fields(desk, version, **changes: str) -> dict:
    """The edit form as a browser sends it back, with some inputs changed."""
    page = desk.browser().get(f"/policies/{version.pk}/edit/")
    form = page.context["form"]
    return {name: str(form.initial.get(name) or "") for name in form.fields} | {"first_day": version.during.lower.isoformat()} | changes


def field_of(desk, version, key: str, part: str) -> str:
    form = desk.browser().get(f"/policies/{version.pk}/edit/").context["form"]
    return f"n{[figure.key for figure in form.figures].index(key)}-{part}"


# ---- reading ----


@pytest.mark.parametrize("who", ["township", "clerk", "lead", "civil", "poverty", "disabled", "insurance", "finance", "liaison", "city"])
def test_whoever_works_with_patients_reads_the_policies(desk, who):
    client = desk.browser(getattr(desk.cast, who))
    listed = text_of(client.get("/policies/"))
    assert "柳卫医〔2017〕40号 第 1 版" in listed and "现行" in listed and "23 个未签认" in listed
    page = text_of(client.get(f"/policies/{desk.version().pk}/"))
    assert "400 元 示范参数" in page and "5 个百分点 柳卫医〔2017〕40号 二（四）2" in page
    assert ("复制为新版本" in page) == (who == "city")


@pytest.mark.parametrize("who", ["expert", "auditor", "operator"])
def test_those_who_have_no_business_with_policies_do_not_find_them(desk, who):
    assert desk.browser(getattr(desk.cast, who)).get("/policies/").status_code == 404


def test_a_draft_is_the_citys_own_matter(desk):
    draft = desk.draft()
    lead = desk.browser(desk.cast.lead)
    assert "第 2 版" not in text_of(lead.get("/policies/"))
    assert [lead.get(f"/policies/{draft.pk}/{page}").status_code for page in ("", "text/", "policy.toml", "difference/")] == [404] * 4
    assert "草稿" in text_of(desk.browser(desk.second).get("/policies/"))


def test_another_prefectures_policy_is_not_there(desk):
    other = Division.objects.create(code="450300", name="桂林市", level=Level.PREFECTURE)
    PolicyArea.objects.filter(name="湖南省").update(division=other)
    version = desk.version("hunan-2017")
    client = desk.browser()
    assert "湘卫财务发" not in text_of(client.get("/policies/"))
    assert [client.get(f"/policies/{version.pk}/{page}").status_code for page in ("", "assumed/", "copy/")] == [404] * 3
    stranger = Staff.objects.create_user("city-450300-1", full_name="秦小红", role=Role.CITY, area=other, must_change_password=False)
    assert desk.browser(stranger).get(f"/policies/{desk.version().pk}/").status_code == 404


@pytest.mark.parametrize("code", ["liuzhou-2017", "hunan-2017", "xinbin-2018", "chongqing-2019"])
def test_no_code_shows_where_a_name_exists(desk, code):
    version = desk.version(code)
    policy = policy_of(version)
    words = "".join(text_of(desk.browser().get(f"/policies/{version.pk}/{page}")) for page in ("", "assumed/", "difference/"))
    codes = {
        *Disease.objects.values_list("code", flat=True),
        *policy.level_names,
        *policy.plan_names,
        *policy.categories,
        *policy.conditions,
    }
    codes |= {layer.name for layer in policy.layers} | {"within", "beyond", "outside", "insurance", "finance"}
    assert sorted(code for code in codes if re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", words)) == []


def test_the_text_downloads_with_the_hash_that_the_page_shows(desk):
    version = desk.version()
    file = desk.browser().get(f"/policies/{version.pk}/policy.toml")
    assert hashlib.sha256(file.content).hexdigest() == version.sha256
    assert version.sha256 in text_of(desk.browser().get(f"/policies/{version.pk}/text/"))
    assert file["Content-Disposition"] == 'attachment; filename="liuzhou-2017-1.toml"'


# ---- signing ----


def test_the_page_signs_what_was_filled_in(desk):
    version, client = desk.version(), desk.browser()
    keys = [figure.key for figure in assumed_figures(policy_of(version))]
    line = keys.index(DEDUCTIBLE)
    address = f"/policies/{version.pk}/assumed/"
    wrong = client.post(address, {"document": NEW_DOCUMENT, f"s{line}-clause": "三（一）", f"s{line}-printed": "450"})
    assert wrong.status_code == 422 and not SignOff.objects.exists()
    assert (
        "文件上是 450 元，本版是 400 元，不能签认。" in text_of(wrong) and f'href="/policies/{version.pk}/copy/"' in wrong.content.decode()
    )
    empty = client.post(address, {"document": NEW_DOCUMENT})
    assert "还没有填任何一行" in text_of(empty)
    done = client.post(address, {"document": NEW_DOCUMENT, f"s{line}-clause": "三（一）", f"s{line}-printed": "400"}, follow=True)
    assert "已签认 1 个，还有 22 个示范参数没有签认。" in text_of(done)
    for page in (address, f"/policies/{version.pk}/"):
        assert "柳医保〔2017〕88号 三（一） 林海燕 " in text_of(desk.browser(desk.cast.clerk).get(page)).replace("\u3000", " ")


def test_a_line_keeps_its_place_while_another_official_signs(desk):
    """The second official's page was opened before: the line that he filled in is still the same number's."""
    version = desk.version()
    keys = [figure.key for figure in assumed_figures(policy_of(version))]
    sign_off(by=desk.second, version=version, entries=[SignEntry(keys[0], NEW_DOCUMENT, "一", "1")])
    line = keys.index(DEDUCTIBLE)
    desk.browser().post(f"/policies/{version.pk}/assumed/", {"document": NEW_DOCUMENT, f"s{line}-clause": "二", f"s{line}-printed": "400"})
    assert SignOff.objects.get(signed_by=desk.city).key == DEDUCTIBLE
    again = desk.browser().post(f"/policies/{version.pk}/assumed/", {"document": NEW_DOCUMENT, "s0-clause": "一", "s0-printed": "1"})
    assert again.status_code == 422 and "已由农振宇签认，不用再签。" in text_of(again)


@pytest.mark.parametrize("who", ["lead", "liaison", "insurance"])
def test_others_read_what_is_assumed_and_sign_nothing(desk, who):
    client, address = desk.browser(getattr(desk.cast, who)), f"/policies/{desk.version().pk}/assumed/"
    page = client.get(address)
    assert "未签认" in text_of(page) and "签认填好的参数" not in text_of(page)
    assert client.post(address, {"document": NEW_DOCUMENT}).status_code == 404


# ---- a new version, from copy to publication ----


def test_from_copy_to_publication_through_the_pages(desk):
    first, second = desk.browser(), desk.browser(desk.second)
    answer = first.post(f"/policies/{desk.version().pk}/copy/", {"first_day": "2017.10.1", "note": "调整起付线"})
    draft = PolicyVersion.objects.get(number=2)
    assert answer["Location"] == f"/policies/{draft.pk}/edit/"
    value, document, clause = (field_of(desk, draft, DEDUCTIBLE, part) for part in ("value", "document", "clause"))
    sent = number_fields(desk, draft, **{value: "五百", document: NEW_DOCUMENT})
    wrong = first.post(f"/policies/{draft.pk}/edit/", sent)
    assert wrong.status_code == 422 and "“五百”不是数" in text_of(wrong) and "写了文号，还要写条款。" in text_of(wrong)
    saved = first.post(f"/policies/{draft.pk}/edit/", sent | {value: "500", clause: "三（一）"})
    assert saved["Location"] == f"/policies/{draft.pk}/difference/"
    difference = text_of(first.get(f"/policies/{draft.pk}/difference/?level=level-2&disease=gastric-cancer"))
    assert "起付线（二级） 改动 400 元 示范参数 500 元 柳医保〔2017〕88号 三（一）" in difference
    assert "1,530.00 1,550.00 +20.00" in difference
    assert "最后修改这份草稿的是您" in text_of(first.get(f"/policies/{draft.pk}/publish/"))
    assert first.post(f"/policies/{draft.pk}/publish/").status_code == 422
    plan = text_of(second.get(f"/policies/{draft.pk}/publish/"))
    assert "柳卫医〔2017〕40号 第 1 版 执行到 2017-09-30" in plan
    done = second.post(f"/policies/{draft.pk}/publish/", follow=True)
    assert "已发布柳卫医〔2017〕40号 第 2 版，自 2017-10-01 起执行。" in text_of(done)
    assert second.get(f"/policies/{draft.pk}/edit/").status_code == 404


def test_a_new_number_under_the_old_clause_is_said_beside_it(desk):
    draft = desk.draft()
    key = "layers.basic.tilt.points"
    sent = number_fields(desk, draft, **{field_of(desk, draft, key, "value"): "10"})
    answer = desk.browser().post(f"/policies/{draft.pk}/edit/", sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field_of(desk, draft, key, "value")] == [
        "数改了，出处还是原来那一条。请写新数的文号和条款；还没有文件的，清空条款，先作示范参数。"
    ]


def test_saving_unchanged_changes_nothing(desk):
    draft = desk.draft()
    desk.browser(desk.second).post(f"/policies/{draft.pk}/edit/", number_fields(desk, draft))
    before = draft.sha256
    draft.refresh_from_db()
    assert (draft.sha256, draft.made_by) == (before, desk.city)


def test_who_may_not_begin_so_early_is_told_from_which_day(desk):
    window = Window.open(desk.cast)
    window.settle(window.bill(window.patient("石永福")))
    draft = desk.draft(FIRST_DAY.replace(month=9))
    page = desk.browser(desk.second).get(f"/policies/{draft.pk}/publish/")
    assert "已用于 1 笔出院日期在 2017-09-01 及以后的有效结算" in text_of(page) and "新版本最早从 2017-09-11 起执行" in text_of(page)
    assert desk.browser(desk.second).post(f"/policies/{draft.pk}/publish/").status_code == 422


def upload(desk, text: str | bytes, address: str = "/policies/upload/"):
    content = text if isinstance(text, bytes) else text.encode()
    return desk.browser().post(address, {"file": SimpleUploadedFile("policy.toml", content), "note": ""}, follow=True)


def test_a_file_is_checked_whole_and_kept_as_a_draft(desk):
    text = desk.version().text
    bad = upload(desk, text.replace('kind = "fixed"', 'kind = "fix"').replace('"cataract"', '"catarct"'))
    assert bad.status_code == 422 and "layers.cataract_subsidy.kind" in text_of(bad) and "1 处要改" in text_of(bad)
    good = upload(desk, "\ufeff" + text.replace("2017-07-28", "2018-01-01"))
    assert "文件没有错误，已存为草稿：柳卫医〔2017〕40号 第 2 版。" in text_of(good)
    draft = PolicyVersion.objects.get(number=2)
    replaced = upload(desk, draft.text.replace("value = 800", "value = 900"), f"/policies/{draft.pk}/upload/")
    assert "900 元" in text_of(replaced)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "文件是空的"), ("柳州".encode("gbk"), "文件不是 UTF-8 文字"), (b"#" * 205_000, "文件超过 200 KB"), (b"= =", "不是有效的 TOML")],
    ids=["empty", "gbk", "large", "no toml"],
)
def test_what_is_no_policy_file_is_refused_in_a_sentence(desk, content, sentence):
    answer = upload(desk, content)
    assert answer.status_code == 422 and sentence in text_of(answer)


def test_a_draft_is_discarded_by_either_official(desk):
    draft = desk.draft()
    asked = desk.browser(desk.second).get(f"/policies/{draft.pk}/discard/")
    assert "草稿里改过的数不能找回" in text_of(asked) and PolicyVersion.objects.filter(pk=draft.pk).exists()
    assert (
        f'<a class="btn btn-plain" href="/policies/{draft.pk}/discard/">' in desk.browser().get(f"/policies/{draft.pk}/").content.decode()
    )
    done = desk.browser(desk.second).post(f"/policies/{draft.pk}/discard/", follow=True)
    assert "已放弃草稿：柳卫医〔2017〕40号 第 2 版。" in text_of(done)
    assert not PolicyVersion.objects.filter(pk=draft.pk).exists()


def test_a_draft_waits_in_the_navigation_of_the_other_official(desk):
    draft = desk.draft()
    assert (drafts_waiting_for(desk.city), drafts_waiting_for(desk.second), drafts_waiting_for(desk.cast.lead)) == (0, 1, 0)
    link = re.compile(r'href="/policies/"[^>]*>政策参数\s*<span[^>]*>1</span>')
    theirs, own = (desk.browser(staff).get("/policies/").content.decode() for staff in (desk.second, desk.city))
    assert link.search(theirs) and not link.search(own)
    desk.change(draft, {DEDUCTIBLE: Stated(45_000, "三（一）", NEW_DOCUMENT)}, by=desk.second)
    assert (drafts_waiting_for(desk.city), drafts_waiting_for(desk.second)) == (1, 0)


def test_who_changed_a_draft_last_is_told_to_wait_and_not_to_change_it_again(desk):
    draft = desk.draft()
    page = desk.browser().get(f"/policies/{draft.pk}/publish/").content.decode()
    assert "等另一人" in page and "请由另一位市级经办人核对后发布" in page and "btn-primary" not in page
    wrong = desk.draft(datetime.date(2017, 7, 28))
    window = Window.open(desk.cast)
    window.settle(window.bill(window.patient("石永福"), total=60_000 * 100))
    page = desk.browser().get(f"/policies/{wrong.pk}/publish/").content.decode()
    assert "等另一人" not in page and 'btn-primary" href' in page


def test_a_draft_that_another_saved_meanwhile_can_be_opened_beside_what_was_typed(desk):
    draft = desk.draft()
    typed = number_fields(desk, draft, **{field_of(desk, draft, DEDUCTIBLE, "value"): "610"})
    desk.change(draft, {DEDUCTIBLE: Stated(45_000, "三（一）", NEW_DOCUMENT)}, by=desk.second)
    answer = desk.browser().post(f"/policies/{draft.pk}/edit/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422 and "您打开之后，农振宇改过这份草稿" in page and 'value="610"' in page
    assert f'href="/policies/{draft.pk}/edit/" target="_blank">重新打开草稿</a>' in page


def test_a_policy_without_another_to_compare_shows_what_sample_stays_come_to(desk):
    version = desk.version()
    page = desk.browser().get(f"/policies/{version.pk}/").content.decode()
    assert f'href="/policies/{version.pk}/difference/">样例账单</a>' in page


# ---- the price of a page ----


def queries(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as made:
        assert client.get(address).status_code == 200
    return len(made)


def test_pages_ask_the_database_as_often_whatever_the_number_of_rows(desk):
    client, version = desk.browser(), desk.version()
    pages = ["/policies/", f"/policies/{version.pk}/", f"/policies/{version.pk}/assumed/", "/policies/levels/"]
    before = [queries(client, page) for page in pages]
    from tests.settlement.test_policy_signing import everything

    sign_off(by=desk.city, version=version, entries=everything(version)[:12])
    for month in (10, 11, 12):
        desk.published(FIRST_DAY.replace(month=month))
    desk.draft(FIRST_DAY.replace(year=2018))
    after = [queries(client, page) for page in pages]
    # The levels of a policy come from its versions' texts: each version's signatures come in the one query for all.
    assert after == before
