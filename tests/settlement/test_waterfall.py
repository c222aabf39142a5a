"""The chart of who pays: bars as high as their amounts, and no two words over each other, whatever the amounts and names."""

import re

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from settlement.waterfall import LONGEST_NAME, PLOT, WIDTH, Waterfall, waterfall, width_of, wrapped

LIUZHOU = [
    ("基本医保", 35_888_19, True), ("大病保险", 12_097_09, True), ("医疗救助", 3_913_66, True), ("白内障补助", 0, False),
    ("政府兜底", 2_166_69, True),
]  # fmt: skip
TITLES = [
    "基本医疗保险",
    "大病保险",
    "定点医疗机构承担",
    "村集体关爱互助基金会补助金",
    "城乡居民大病补充医疗保险",
    "政府兜底",
    "商",
    "新农合二次补偿",
]


def boxes(chart: Waterfall) -> list[tuple[float, float, float, float]]:
    """(left, right, top, bottom) of every word."""
    found = []
    for word in chart.words:
        half = width_of(word.words) * (12 / 13 if word.style == "t2" else 1) / 2
        found.append((float(word.x) - half, float(word.x) + half, float(word.y) - 11, float(word.y) + 2))
    return found


def overlapping(chart: Waterfall) -> list[tuple[str, str]]:
    places = boxes(chart)
    return [
        (chart.words[one].words, chart.words[two].words)
        for one in range(len(places))
        for two in range(one)
        if places[one][0] < places[two][1] and places[two][0] < places[one][1] and places[one][2] < places[two][3]
        and places[two][2] < places[one][3]
    ]  # fmt: skip


def test_the_designs_own_bill():
    chart = waterfall(62_480_35, LIUZHOU, 8_414_72)
    assert (chart.width, chart.height, chart.axis) == (776, 236, "190.5")
    assert [(bar.style, bar.x, bar.y, bar.height, bar.flat) for bar in chart.bars] == [
        ("ck", "22.4", "26.0", "164.0", False), ("c1", "133.3", "26.0", "94.2", False), ("c1", "244.1", "120.2", "31.8", False),
        ("c1", "355.0", "152.0", "10.3", False), ("c1", "465.9", "162.2", "1.0", True), ("c1", "576.7", "162.2", "5.7", False),
        ("cs", "687.6", "167.9", "22.1", False),
    ]  # fmt: skip
    assert [(word.words, word.x, word.y, word.style) for word in chart.words if float(word.y) < 190] == [
        ("62,480.35", "55.4", "19.0", "tb"), ("−35,888.19", "166.3", "19.0", ""), ("−12,097.09", "277.1", "113.2", ""),
        ("−3,913.66", "388.0", "145.0", ""), ("不适用", "498.9", "155.2", "t2"), ("−2,166.69", "609.7", "155.2", ""),
        ("8,414.72", "720.6", "160.9", "tb"),
    ]  # fmt: skip
    assert [word.words for word in chart.words if word.words.endswith("%")] == ["100.0%", "57.4%", "19.4%", "6.3%", "3.5%", "13.5%"]
    assert chart.label == (
        "总费用 62,480.35 元；基本医保支付 35,888.19 元，占 57.4%；大病保险支付 12,097.09 元，占 19.4%；医疗救助支付 3,913.66 元，占 6.3%；"
        "白内障补助不适用；政府兜底支付 2,166.69 元，占 3.5%；个人自付 8,414.72 元，占 13.5%"
    )


@given(data=st.data(), count=st.integers(1, 8))
def test_no_two_words_overlap_and_all_stay_on_the_drawing(data, count):
    left, layers = data.draw(st.one_of(st.integers(0, 500), st.integers(0, 99_999_999_99))), []
    total = left
    for _ in range(count):
        paid = data.draw(st.one_of(st.just(0), st.just(min(1, left)), st.integers(0, left)))
        applies = bool(paid) or data.draw(st.booleans())
        layers.append((data.draw(st.sampled_from(TITLES)), paid, applies))
        left -= paid
    chart = waterfall(total, layers, left)
    assert overlapping(chart) == []
    assert all(box[0] >= -1 and box[1] <= WIDTH + 1 and box[2] >= 0 and box[3] <= chart.height for box in boxes(chart))
    assert len(chart.bars) == count + 2 and len(chart.joins) == count + 1
    if total:
        drawn = [float(bar.height) for bar in chart.bars[1:-1] if not bar.flat]
        right = [max(PLOT * paid / total, 1) for _, paid, _ in layers if paid]
        assert drawn == pytest.approx(right, abs=0.06)


def test_a_chart_that_did_overlap_would_be_noticed():
    chart = waterfall(62_480_35, LIUZHOU, 8_414_72)
    by_words = {word.words: word for word in chart.words}
    by_words["−35,888.19"].x = by_words["62,480.35"].x
    assert overlapping(chart) == [("−35,888.19", "62,480.35")]


@given(st.text(alphabet="医疗保险补助", min_size=1, max_size=60), st.integers(3, 8))
def test_a_title_keeps_its_words_or_says_that_it_was_cut(title, room):
    lines = wrapped(title, room)
    assert len(lines) <= LONGEST_NAME and all(0 < len(line) <= room for line in lines)
    assert "".join(lines) == title or "".join(lines).endswith("…") and title.startswith("".join(lines)[:-1])


def test_the_drawing_holds_no_style_and_no_script():
    html = render_to_string("settlement/_waterfall.html", {"chart": waterfall(62_480_35, LIUZHOU, 8_414_72)})
    assert 'role="img" aria-label="总费用 62,480.35 元；' in html
    assert "style=" not in html and "script" not in html
    assert set(re.findall(r'<rect class="(\w+)"', html)) == {"ck", "c1", "cs"}
    assert html.count('class="ax"') == 2  # The axis, and the layer that does not apply keeps its place.
