"""A county keeps its towns and villages by hand; the city keeps any of its counties', each change with its document."""

import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ledger.actions.homes import move_house
from ledger.models import DataChange, Division
from tests.ledger.divisions_desk import IMPORT, PAGE, errors, trail, workbook


@pytest.fixture
def desk(client, cast):
    client.force_login(cast.clerk)
    return client


def test_a_town_and_its_village_are_added(cast, desk):
    assert reverse("ledger:divisions") == PAGE
    assert desk.post(PAGE, {"parent": cast.county.pk, "code": "４５０２２２ 103", "name": " 东泉镇 "}).status_code == 302
    town = Division.objects.get(code="450222103")
    assert desk.post(PAGE, {"parent": town.pk, "code": "450222103201", "name": "永安村"}).status_code == 302
    village = Division.objects.get(code="450222103201")
    assert (town.name, town.level, town.parent, village.name, village.level, village.parent) == (
        "东泉镇",
        4,
        cast.county,
        "永安村",
        5,
        town,
    )
    assert trail("division_added") == [
        ("450222", {"code": "450222103201", "name": "永安村"}),
        ("450222", {"code": "450222103", "name": "东泉镇"}),
    ]
    page = desk.get(PAGE).content.decode()
    assert "3 个乡镇，3 个村" in page and "<td>450222103201</td>" in page and "中渡镇" not in page


@pytest.mark.parametrize(
    ("parent", "code", "name", "sentence"),
    [
        ("450222", "450223103", "东泉镇", "代码要以柳城县的 450222 开头，请核对。"),
        ("450222", "45022210", "东泉镇", "乡镇代码要 9 位，村代码要 12 位，现在是 8 位。请核对。"),
        ("450222", "45022210A", "东泉镇", "代码“45022210A”要全是数字。乡镇 9 位，村 12 位。"),
        ("450222", "450222101", "东泉镇", "代码 450222101 已是龙头镇，请核对。"),
        ("450222", "450222103", "龙头镇", "柳城县已有龙头镇，请核对。"),
        ("450222", "450222101202", "永安村", "柳城县的下级代码要 9 位，现在是 12 位。请核对代码或上级。"),
        ("450222101", "450222102202", "永安村", "代码要以龙头镇的 450222101 开头，请核对。"),
        ("450222101", "450222103", "东泉镇", "代码要以龙头镇的 450222101 开头，请核对。"),
        ("450222101", "450222101202", "=1+1", "名称以“=”开头，可能是公式。请改为地名。"),
        ("450222101", "450222101202", "", "请填写名称。"),
        ("450223101", "450223101202", "永安村", "上级不在可选范围，请重新选择。"),
    ],
)
def test_what_is_refused_is_said_beside_its_field(cast, desk, parent, code, name, sentence):
    before = Division.objects.count()
    response = desk.post(PAGE, {"parent": cast.division(parent).pk, "code": code, "name": name})
    assert response.status_code == 422 and errors(response) == [sentence]
    assert Division.objects.count() == before


def test_an_ended_village_keeps_its_people_and_takes_no_new_ones(cast, desk):
    person = cast.register("韦桂兰")
    assert desk.post(reverse("ledger:division-end", args=[cast.village.pk])).status_code == 302
    village = cast.division(cast.village.code)
    assert village.ended_on.isoformat() == "2017-10-20"
    assert desk.get(reverse("ledger:person", args=[person.pk])).status_code == 200
    page = desk.get(PAGE).content.decode()
    row = re.search(r"<tr[^>]*><td></td><td>龙头村</td>.*?</tr>", page, re.S)[0]
    assert '<td class="num">1</td>' in row and "2017-10-20 停用" in row and "恢复" in row
    assert f'<option value="{village.pk}">{village.name}' not in desk.get(reverse("ledger:register")).content.decode()
    desk.post(reverse("ledger:division-end", args=[village.pk]), {"resume": "yes"})
    assert cast.division(village.code).ended_on is None
    assert [code for code, _ in trail("division_ended") + trail("division_resumed")] == ["450222", "450222"]


def test_a_town_ends_after_its_villages(cast, desk):
    town = cast.division("450222101")
    page = desk.post(reverse("ledger:division-end", args=[town.pk]), follow=True).content.decode()
    assert "龙头镇还有 1 个在用的村，请先停用这些村。" in page
    assert cast.division("450222101").ended_on is None
    for one in (cast.village, town):
        desk.post(reverse("ledger:division-end", args=[one.pk]))
    assert cast.division("450222101").ended_on is not None
    assert errors(desk.post(PAGE, {"parent": town.pk, "code": "450222101202", "name": "永安村"})) == ["上级不在可选范围，请重新选择。"]
    page = desk.post(reverse("ledger:division-end", args=[cast.village.pk]), {"resume": "yes"}, follow=True).content.decode()
    assert "龙头镇已停用，请先恢复它。" in page


def test_another_countys_village_and_the_county_itself_are_not_there(cast, desk):
    for pk in (cast.division("450223101201").pk, cast.county.pk, cast.prefecture.pk):
        assert desk.post(reverse("ledger:division-end", args=[pk])).status_code == 404


# ---- the city ----

ORDER = "柳民区划〔2017〕6号"


def changes() -> list[tuple]:
    return list(DataChange.objects.order_by("id").values_list("kind", "subject", "text", "document"))


@pytest.fixture
def city_desk(client, cast):
    client.force_login(cast.city)
    return client


def test_the_city_keeps_any_of_its_counties_and_names_the_document(cast, city_desk):
    here = f"{PAGE}?county=450223"
    page = city_desk.get(here).content.decode()
    assert "中渡镇" in page and "龙头镇" not in page
    assert "县（区）本身的新增和改名，由管理员在“区划与规则”里办理。" in page
    town = {"parent": cast.county2.pk, "code": "450223103", "name": "平山镇"}
    refused = city_desk.post(here, town)
    assert (refused.status_code, errors(refused)) == (422, ["请填写依据的文号。"])
    assert not Division.objects.filter(code="450223103").exists() and changes() == []
    added = city_desk.post(here, town | {"document": ORDER})
    assert (added.status_code, added["Location"]) == (302, here)
    assert changes() == [("division", "鹿寨县 平山镇（450223103）", "新增", ORDER)]
    assert trail("division_added") == [("450223", {"code": "450223103", "name": "平山镇"})]
    wrong = city_desk.post(here, town | {"parent": cast.county.pk, "document": ORDER})
    assert (wrong.status_code, errors(wrong)) == (422, ["上级不在可选范围，请重新选择。"])


def test_the_city_ends_and_resumes_with_the_document(cast, city_desk):
    village, here = cast.village2, f"{PAGE}?county=450223"
    address = f"{PAGE}{village.pk}/end/"
    assert "停用大兆村" in city_desk.get(address).content.decode()
    refused = city_desk.post(address, {"document": " "})
    assert (refused.status_code, errors(refused)) == (422, ["请填写依据的文号。"])
    assert city_desk.post(address, {"document": ORDER})["Location"] == here
    village.refresh_from_db()
    assert str(village.ended_on) == "2017-10-20"
    assert "恢复大兆村" in city_desk.get(address).content.decode()
    assert city_desk.post(address, {"document": ORDER}).status_code == 302
    village.refresh_from_db()
    assert village.ended_on is None
    assert changes() == [
        ("division", "鹿寨县 大兆村（450223101201）", "停用", ORDER),
        ("division", "鹿寨县 大兆村（450223101201）", "恢复使用", ORDER),
    ]
    assert city_desk.get(f"{PAGE}{cast.county2.pk}/end/").status_code == 404  # A county is the operator's.


def test_the_city_imports_into_the_county_it_names(cast, city_desk):
    here = f"{IMPORT}?county=450223"
    book = SimpleUploadedFile("鹿寨.xlsx", workbook(["代码", "名称"], ["450223101201", "大兆新村"], ["450223101202", "英山村"]))
    assert errors(city_desk.post(here, {"file": book})) == ["请填写依据的文号。"]
    book.seek(0)
    preview = city_desk.post(here, {"file": book, "document": ORDER})
    assert preview.status_code == 200 and changes() == []
    signed = re.search(r'name="rows" value="([^"]+)"', preview.content.decode())[1]
    strange = city_desk.post(f"{IMPORT}?county=450222", {"rows": signed})  # Looked at for another county.
    assert strange.status_code == 302 and not Division.objects.filter(code="450223101202").exists()
    assert city_desk.post(here, {"rows": signed})["Location"] == f"{PAGE}?county=450223"
    assert Division.objects.get(code="450223101201").name == "大兆新村"
    assert changes() == [("division", "鹿寨县 乡镇与村名单", "导入：新增 1 个，改名 1 个", ORDER)]


def test_renaming_keeps_what_was_written_under_the_old_name(cast, city_desk):
    person = cast.register("韦桂兰", on=datetime.date(2017, 10, 1))
    move_house(by=cast.lead, person=person, village=cast.other_village, address="1 组", on=datetime.date(2017, 10, 10), reason="搬迁")
    address = f"{PAGE}{cast.other_village.pk}/rename/"
    assert "从现在起用新名称，代码不变；" in city_desk.get(address).content.decode()
    typed = {"name": "山咀新村", "seen": "山咀村", "document": ORDER}
    assert city_desk.post(address, typed)["Location"] == f"{PAGE}?county=450222"
    assert changes() == [("division", "柳城县 山咀村（450222102201）", "改名为山咀新村", ORDER)]
    assert trail("division_renamed") == [("450222", {"code": "450222102201", "name": "山咀新村", "before": "山咀村"})]
    told = [event.text for event in person.events.filter(move="moved_house")]
    assert len(told) == 1 and "山咀村" in told[0]  # The history says what was said then.
    late = city_desk.post(address, typed)  # Somebody renamed it after this page was opened.
    assert (late.status_code, errors(late)) == (422, ["您打开之后，别人已把山咀村改名为山咀新村。请看过再改。"])
    assert Division.objects.get(pk=cast.other_village.pk).name == "山咀新村"


def test_a_county_renames_its_own_without_a_document(cast, desk):
    address = f"{PAGE}{cast.village.pk}/rename/"
    assert desk.post(address, {"name": "龙头新村", "seen": "龙头村"}).status_code == 302
    assert Division.objects.get(pk=cast.village.pk).name == "龙头新村" and changes() == []
    assert errors(desk.post(address, {"name": "=1+1", "seen": "龙头新村"})) == ["名称以“=”开头，可能是公式。请改为地名。"]
    assert desk.get(f"{PAGE}{cast.village2.pk}/rename/").status_code == 404
