"""The charts' geometry, as numbers."""

from reports.charts import BAR_LEFT, BAR_ROOM, RANK_LEFT, RANK_ROOM, by_share, percent, progress_bars, ranking


def test_a_share_is_100_only_when_all_are_treated():
    assert percent(999, 1000) == "99%"
    assert percent(1000, 1000) == "100%"
    assert percent(9999, 10000, 1) == "99.9%"
    assert percent(2, 3) == "67%"
    assert percent(0, 0) == "—"


def test_bars_share_one_scale_and_keep_white_between_segments():
    bars = progress_bars([("白内障", 40, 20, 5), ("胃癌", 10, 10, 0), ("食管癌", 0, 0, 0)])
    cataract, stomach, none = bars.rows
    assert [box.kind for box in cataract.boxes] == ["c1", "c2", "c0"]
    assert [box.kind for box in stomach.boxes] == ["c1"]
    assert none.boxes == [] and none.share == "—"
    before, quarter, untreated = cataract.boxes
    assert before.x == BAR_LEFT
    assert abs(quarter.x - (before.x + before.width) - 2) < 0.2
    assert untreated.x + untreated.width <= BAR_LEFT + BAR_ROOM + 0.2
    assert abs(stomach.boxes[0].width / before.width - 10 / 15) < 0.01
    assert (cataract.treated, cataract.untreated, cataract.share) == (20, 20, "50%")


def test_one_person_beside_thousands_is_still_seen():
    bars = progress_bars([("白内障", 5000, 5000, 0), ("儿童白血病", 1, 1, 0)])
    assert bars.rows[1].boxes[0].width >= 4


def test_ranking_puts_equal_shares_by_untreated_and_nobody_last():
    drawn = ranking([("甲县", 5, 10), ("乙县", 1, 2), ("丙县", 0, 0), ("丁县", 9, 10)], 0.9, "全市")
    assert [(row.place, row.name) for row in drawn.rows] == [(1, "丁县"), (2, "乙县"), (3, "甲县"), (None, "丙县")]
    assert drawn.rows[0].width == round(RANK_ROOM * 0.9, 1)
    assert drawn.goal_x == round(RANK_LEFT + RANK_ROOM * 0.9, 1)
    assert (drawn.whole.name, drawn.whole.counted, drawn.whole.share) == ("全市", "15/22", "68.2%")
    assert drawn.height > drawn.rows[-1].rule


def test_nothing_to_draw_is_drawn():
    assert progress_bars([]).rows == []
    assert ranking([], 0.9, "全市").whole.share == "—"


def test_equal_in_share_and_untreated_is_one_place():
    rows = [("甲县", 1, 3), ("乙县", 2, 3), ("丙县", 1, 3), ("丁县", 2, 6), ("戊县", 0, 0)]
    told = [(place, name) for place, (name, *_) in by_share(rows)]
    assert told == [(1, "乙县"), (2, "甲县"), (2, "丙县"), (4, "丁县"), (None, "戊县")]
    assert by_share([]) == []


def test_without_a_goal_there_is_no_line():
    assert ranking([("甲县", 1, 2)], None, "全市").goal_x is None
