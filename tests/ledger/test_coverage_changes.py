"""A list that has not counted yet is changed, copied from the nation's or removed; one that counted stays as it is."""

import re

import pytest
from django.urls import reverse

from ledger.actions.coverage import add_list, change_list, fingerprint, keeps_own, remove_list
from ledger.actions.refusals import Refused
from ledger.models import Coverage, CoverageList, Division, Programme
from ledger.models.division import Level
from tests.ledger.coverage_desk import NEW, NINE_AND_LUNG, ORDER, PAGE, TEN, colleague, covered, later_list, named, typed
from tests.ledger.desks import client_of
from tests.ledger.kept_desk import day, errors, hidden, noted, owe, submit_month, summary


def test_a_list_that_counted_is_neither_changed_nor_removed(cast):
    owe(cast)
    submit_month(cast, "09", on="09-20")
    counted, desk = Programme.objects.get(code="liuzhou").lists.get(), client_of(cast.city)
    sentence = "2017-01-01 起的目录已经用于上报的月份，不能再改。请新建一份以后生效的目录。"
    for name in ("coverage-edit", "coverage-remove"):
        answer = desk.post(reverse(f"ledger:{name}", args=[counted.pk]), typed(TEN[:3], ""), follow=True)
        assert sentence in answer.content.decode()
    with pytest.raises(Refused, match="已经用于上报的月份"):
        change_list(by=cast.city, coverage_list=counted, seen=fingerprint(counted), diseases=named(TEN[:3]), document=ORDER)
    with pytest.raises(Refused, match="已经用于上报的月份"):
        remove_list(by=cast.city, coverage_list=counted, seen=fingerprint(counted), document=ORDER)
    assert covered("2017-10-20") == TEN


def test_a_later_list_is_changed_and_what_stays_keeps_its_document(cast):
    later, desk = later_list(cast), client_of(cast.city)
    address = reverse("ledger:coverage-edit", args=[later.pk])
    start = desk.get(address)
    codes = [*NINE_AND_LUNG, "stroke"]
    data = typed(codes, "", "柳卫医〔2017〕99号", seen=hidden(start, "seen"))
    looked = desk.post(address, data | {"preview": "yes"})
    assert "进入统计 0 例，退出统计 0 例" in looked.content.decode() and "多出：脑卒中。" in looked.content.decode()
    assert desk.post(address, data | {"looked": hidden(looked, "looked"), "save": "yes"}).status_code == 302
    assert covered("2018-01-01") == codes
    documents = dict(later.rows.values_list("disease__code", "document"))
    assert (documents["lung-cancer"], documents["stroke"]) == (ORDER, "柳卫医〔2017〕99号")
    assert noted("coverage")[-1] == ("柳州市病种目录 2018-01-01 起", "改为 11 个病种：增加脑卒中", "柳卫医〔2017〕99号")


def test_two_officials_with_one_list_lose_nothing(cast):
    later, other = later_list(cast), colleague(cast)
    address = reverse("ledger:coverage-edit", args=[later.pk])
    one, two = client_of(cast.city), client_of(other)
    seen = hidden(one.get(address), "seen")
    assert seen == hidden(two.get(address), "seen")

    def save(desk, codes, seen):
        data = typed(codes, "", seen=seen)
        looked = desk.post(address, data | {"preview": "yes"})
        if looked.status_code == 422:
            return looked
        return desk.post(address, data | {"looked": hidden(looked, "looked"), "save": "yes"})

    assert save(one, [*NINE_AND_LUNG, "stroke"], seen).status_code == 302
    late = save(two, NINE_AND_LUNG[:5], seen)
    assert late.status_code == 422
    assert summary(late) == "还没有保存，有 1 处要改：您打开之后，林海燕改过这份目录。请看过现在的目录，再改。"
    assert "这份目录现在是：房间隔缺损、" in late.content.decode() and "脑卒中。</p>" in late.content.decode()
    ticked = re.findall(r'name="on-(\d+)"[^>]* checked', late.content.decode())
    assert len(ticked) == 5 and covered("2018-01-01") == [*NINE_AND_LUNG, "stroke"]  # What one typed stays, what the other saved stands.
    assert save(two, NINE_AND_LUNG[:5], hidden(late, "seen")).status_code == 302
    assert covered("2018-01-01") == NINE_AND_LUNG[:5]


def test_a_list_entered_by_mistake_is_removed_and_the_earlier_counts(cast):
    cast.register("韦桂兰", disease="lung-cancer", on=day("10-01"))
    later, desk = later_list(cast), client_of(cast.city)
    address = reverse("ledger:coverage-remove", args=[later.pk])
    page = desk.get(address)
    assert "删除后按 2017-01-01 起的目录" in page.content.decode() and "进入统计 0 例，退出统计 1 例" in page.content.decode()
    assert errors(desk.post(address, {"seen": hidden(page, "seen")})) == ["请填写依据的文号。"]
    assert desk.post(address, {"seen": hidden(page, "seen"), "document": ORDER}).status_code == 302
    assert covered("2018-01-01") == TEN
    assert noted("coverage")[-1] == ("柳州市病种目录 2018-01-01 起", "删除 2018-01-01 起的目录（10 个病种）", ORDER)
    first = Programme.objects.get(code="liuzhou").lists.get()
    with pytest.raises(Refused, match="这是最早的一份目录"):
        remove_list(by=cast.city, coverage_list=first, seen=fingerprint(first), document=ORDER)


def test_an_empty_list_a_second_of_the_day_and_a_missing_document_are_refused(cast):
    later_list(cast)
    desk = client_of(cast.city)
    assert summary(desk.post(NEW, typed([]))) == "还没有保存，有 1 处要改：请至少选择一个病种。"
    assert errors(desk.post(NEW, typed(TEN, document=" "))) == ["请填写依据的文号。"]
    assert errors(desk.post(NEW, typed(TEN, "2018-01-01"))) == ["已有 2018-01-01 起的目录。请打开那份目录修改，或换一个日期。"]
    same = CoverageList.objects.get(year=2018, programme__code="liuzhou")
    with pytest.raises(Refused, match="病种和顺序都没有改动，不用保存。"):
        change_list(by=cast.city, coverage_list=same, seen=fingerprint(same), diseases=named(NINE_AND_LUNG), document=ORDER)
    with pytest.raises(Refused, match="病种目录由市级维护。"):
        add_list(by=cast.lead, starts_on=day("2018-06-01"), diseases=named(TEN), document=ORDER)


def test_a_city_on_the_nations_list_gets_its_own_as_a_copy_at_the_first_change(cast):
    Division.objects.filter(pk=cast.prefecture.pk).update(programme=None)
    national = Programme.objects.get(code="national")
    before = list(Coverage.objects.filter(list__programme=national).order_by("pk").values_list())
    desk = client_of(cast.city)
    page = desk.get(PAGE).content.decode()
    assert "本市现在按“国家”目录，这份目录不归本市修改。" in page and "修改</a>" not in page
    its_list = national.lists.get(year=2018)
    turned = desk.get(reverse("ledger:coverage-edit", args=[its_list.pk]), follow=True).content.decode()
    assert "“国家”病种目录不归本市修改。请新建本市的目录。" in turned
    codes = [*TEN, "stroke"]
    looked = hidden(desk.post(NEW, typed(codes)), "looked")
    assert desk.post(NEW, typed(codes, looked=looked) | {"save": "yes"}).status_code == 302
    prefecture = Division.objects.select_related("programme").get(pk=cast.prefecture.pk)
    own = prefecture.programme
    assert (own.code, own.name, keeps_own(prefecture)) == ("city-450200", "柳州市", True)
    assert [one.code for one in own.covered_on(day("10-31"))] == [one.code for one in national.covered_on(day("10-31"))]
    assert [one.code for one in own.covered_on(day("11-01"))] == codes
    assert len(own.covered_on(day("2019-05-01"))) == len(national.covered_on(day("2019-05-01")))
    assert list(Coverage.objects.filter(list__programme=national).order_by("pk").values_list()) == before
    assert [text for _, text, _ in noted("coverage")] == [
        "建立本市目录，抄自“国家”病种目录的 4 份；以后不再随“国家”的新目录变动",
        "新建目录，11 个病种，比之前的目录：增加白内障、脑卒中",
    ]


def test_a_list_that_another_prefecture_follows_too_is_left_alone(cast):
    liuzhou = Programme.objects.get(code="liuzhou")
    neighbour = Division.objects.create(code="451300", name="来宾市", level=Level.PREFECTURE, programme=liuzhou)
    assert not keeps_own(cast.prefecture)
    later_list(cast)
    assert covered("2018-01-01") == TEN  # The neighbour's list stands.
    assert [one.code for one in Programme.of(Division.objects.get(pk=cast.county.pk)).covered_on(day("2018-01-01"))] == NINE_AND_LUNG
    assert Programme.of(neighbour) == liuzhou
