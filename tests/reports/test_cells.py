"""A return cell by cell: places that a remark can point at, numbers masked, and differences that follow a line that moves."""

from reports.cells import cells_of, changed_places, differences, sheets

FIGURES = {"total": 2, "treated": 1, "quarter": 1, "untreated": 1, "civil_quarter": 0}


def person(number: int, name: str, **facts) -> dict:
    told = {
        "sex": "女",
        "age": 57,
        "diagnosis": "白内障",
        "address": "3 组",
        "id_number": "450222196001010011",
        "insurance_number": "4502220088",
    }
    return {"person": number, "registered_poor": True, "name": name, **told, **facts}


def f1(*roster: dict, **figures: int) -> dict:
    row = FIGURES | figures
    return {"form": "F1", "rows": [{"name": "白内障", **row}], "total": row, "neither": 3, "roster": list(roster)}


def test_every_cell_has_a_place_a_name_and_a_text():
    table, roster = sheets(f1(person(7, "韦桂兰")))
    assert [(cell.place, cell.label, cell.text) for cell in table.lines[0].cells] == [
        ("白内障|total", "白内障 总数", "2"),
        ("白内障|treated", "白内障 累计救治数", "1"),
        ("白内障|quarter", "白内障 本季度完成救治数", "1"),
        ("白内障|untreated", "白内障 未完成救治数", "1"),
        ("白内障|civil_quarter", "白内障 非建档立卡本季度完成救治数", "0"),
    ]
    assert [line.title for line in table.lines] == ["白内障", "合计", "未列入两类的人"]
    assert [(cell.place, cell.text) for cell in roster.lines[0].cells] == [
        ("名单1|name", "韦桂兰"), ("名单1|sex", "女"), ("名单1|age", "57"), ("名单1|diagnosis", "白内障"), ("名单1|address", "3 组"),
        ("名单1|id_number", "450222********0011"), ("名单1|insurance_number", "4502220088"),
    ]  # fmt: skip


def test_a_line_that_only_moved_is_no_difference():
    first, second = person(7, "韦桂兰"), person(9, "覃福生")
    assert differences(f1(first, second), f1(second, first)) == []


def test_what_changed_came_and_went():
    before = f1(person(7, "韦桂兰"), person(9, "覃福生"))
    after = f1(person(9, "覃福生", age=58), person(11, "石小禾"), treated=2)
    told = [(one.label, one.was and one.was.text, one.now and one.now.text) for one in differences(before, after)]
    assert told[:3] == [("白内障 累计救治数", "1", "2"), ("合计 累计救治数", "1", "2"), ("名单第 1 行 年龄", "57", "58")]
    assert ("名单第 2 行 姓名", None, "石小禾") in told and ("名单第 1 行 姓名", "韦桂兰", None) in told
    assert {"白内障|treated", "名单1|name", "名单2|age"} <= changed_places(before, after)
    assert "名单2|name" not in changed_places(before, after)


def test_a_number_that_differs_behind_its_mask_is_a_difference():
    before, after = f1(person(7, "韦桂兰")), f1(person(7, "韦桂兰", id_number="450222196101010011"))
    assert changed_places(before, after) == {"名单1|id_number"}
    assert cells_of(before)["名单1|id_number"].text == cells_of(after)["名单1|id_number"].text


def test_lists_of_the_other_forms():
    f6 = {
        "form": "F6", "county": {"name": "柳城县"}, "served": 3, "violations": 1,
        "rows": [{"deposit": 5, "person": 7, "name": "覃月英", "reason": "没有出示手册", "hospital": "县医院", "amount_fen": 120050, "remedy": ""}],
    }  # fmt: skip
    assert [cell.text for cell in sheets(f6)[1].lines[0].cells] == ["覃月英", "没有出示手册", "县医院", "1,200.50", ""]
    assert cells_of(f6)["本县|violations"].label == "本县 本期未享受人次"
    f4 = {"form": "F4", "rows": [["蓝雪梅", "柳城县卫计局", "股长", "0772-7612345", "13907720561", ""]]}
    assert [cell.text for cell in sheets(f4)[0].lines[0].cells] == ["蓝雪梅", "柳城县卫计局", "股长", "0772-761****", "139****0561", ""]
    row = {
        "person": 7,
        "disease": "白内障",
        "number": 1,
        "name": "梁月娥",
        "sex": "女",
        "age": 61,
        "native_place": "",
        "id_number": "450222196001010011",
    }
    f2 = {"form": "F2", "rows": [row | {"registered_on": "2017-06-01", "remark": "低保"}]}
    assert cells_of(f2)["1|id_number"].text == "450222********0011" and cells_of(f2)["1|remark"].label == "第 1 行 备注"
