"""What becomes of each line, against a ledger that knows some of the people: nothing is guessed, nothing is lost."""

import datetime

import pytest

from ledger.actions.cases import close_case
from ledger.actions.categories import end_category
from ledger.actions.id_numbers import correct_id_number
from ledger.importing import uploads
from ledger.importing.plans import CHANGED, DOUBTFUL, NEW, REFUSED, UNCHANGED
from ledger.models import AuditEvent, Category, Person
from tests.ledger.importing.lines import look, rows
from tests.ledger.importing.lists import BORN, f2, roster

pytestmark = pytest.mark.django_db
LATE = datetime.date(2017, 11, 2)

LOST = "身份证号是数字格式，末尾几位已丢失。请把该列改为文本，重填 18 位。"
CHECK = "身份证号校验码不对，至少有一位写错。请对照身份证改正。"
CELLS = {  # What a cell of annex 2 holds → the cell named and the sentence; None where the line is good.
    "number typed as a number": ({"身份证号": 450222195103020326}, "G4", LOST),
    "scientific text": ({"身份证号": "4.50222E+17"}, "G4", "身份证号成了科学计数法，末尾几位已丢失。请把该列改为文本，重填 18 位。"),
    "19 digits": ({"身份证号": "4502221951030203261"}, "G4", "身份证号要 18 位（旧证 15 位），现在是 19 位。请对照身份证改正。"),
    "wrong check digit": ({"身份证号": "450222195103020321"}, "G4", CHECK),
    "two in one cell": ({"身份证号": "450222195103020326、450222195103020123"}, "G4", "一格里有两个号码。请只留患者本人的身份证号。"),
    "29 February": ({"身份证号": "450222195102290326"}, "G4", "身份证号里的出生日期 1951-02-29 不存在。请对照身份证改正。"),
    "no number": ({"身份证号": None}, "G4", "没有身份证号。请补上身份证号；确实没有的，请在“登记患者”里登记并选原因。"),
    "insurance number alone": (
        {"身份证号": "4502221806330"},
        "G4",
        "只有医保证号，没有身份证号。请补上身份证号；确实没有的，请在“登记患者”里登记并选原因。",
    ),
    "no-break space and full width": ({"身份证号": "\u00a0４５０２２２ 195103020326\u200b"}, None, ""),
    "apostrophe": ({"身份证号": "'450222195103020326"}, None, ""),
    "15 digits": ({"身份证号": "450222510302032"}, None, ""),
    "unknown disease": ({"疾病名称": "终末期肾"}, "A4", "没有“终末期肾”这个病种。请改为“终末期肾病”。"),
    "a group of diseases": ({"疾病名称": "结直肠癌"}, "A4", "“结直肠癌”分为结肠癌、直肠癌。请改为其中一个。"),
    "blank disease": ({"疾病名称": None}, "A4", "疾病名称是空的。请填写病种。"),
    "another name of a disease": ({"疾病名称": "食道癌"}, None, ""),
    "future day": ({"城乡居民医保建立台帐时间": LATE}, "H4", "建立台账时间 2017-11-02 晚于今天。请改为 10-20 或更早。"),
    "serial day as text": ({"城乡居民医保建立台帐时间": "42956"}, None, ""),
    "serial day with its hour": ({"城乡居民医保建立台帐时间": 42956.75}, None, ""),
    "15 digits as a number": ({"身份证号": 450222510302032}, "G4", "身份证号是数字格式。请把该列改为文本，重填 18 位。"),
    "no number, in a word": (
        {"身份证号": "无"},
        "G4",
        "没有身份证号。请补上身份证号；确实没有的，请在“登记患者”里登记并选原因。",
    ),
    "a formula in a column that is not used": ({"序号": "=ROW()-3"}, None, ""),
    "a disease over two lines": ({"疾病名称": "终末期\n肾病"}, None, ""),
    "two diseases": ({"疾病名称": "胃癌、白内障"}, "A4", "一格里有几个病种。请一行写一个病种。"),
    "a lost letter": ({"姓名": "石?民"}, "C4", "姓名里有“?”。请改为患者一人的完整姓名。"),
    "a masked name": ({"姓名": "石*民"}, "C4", "姓名里有“*”。请改为患者一人的完整姓名。"),
    "two names": (
        {"姓名": "石爱民\n韦桂兰"},
        "C4",
        "一格里像是有 2 个姓名（石爱民、韦桂兰）。请只留患者一人的姓名，中间不空格。",
    ),
    "no name, in a word": ({"姓名": "不详"}, "C4", "姓名写的是“不详”。请改为患者姓名。"),
    "brackets in the name": ({"姓名": "石小妹（大）"}, None, ""),
    "both categories": ({"备注": "原特困，现低保"}, "I4", "备注里既有特困又有低保。请只写现在的一种。"),
    "a category no more": (
        {"备注": "8 月已取消低保"},
        "I4",
        "备注“8 月已取消低保”看不出现在是不是低保。请只写现在的类别，或留空。",
    ),
    "not of the category": ({"备注": "非低保户"}, "I4", "备注“非低保户”看不出现在是不是低保。请只写现在的类别，或留空。"),
    "a blank remark, in a sign": ({"备注": "-"}, None, ""),
    "a remark that is a number": ({"备注": 2017}, None, ""),
    "a native place that became a day": (
        {"籍贯": datetime.date(2017, 3, 8)},
        "F4",
        "籍贯是日期（2017-03-08），不是原来的文字。请把该列改为文本后重填。",
    ),
    "two-digit year": (
        {"城乡居民医保建立台帐时间": "8/9/17"},
        "H4",
        "建立台账时间“8/9/17”读不出来。日期请写成 2017-10-20 这样。",
    ),
    "serial 60": ({"城乡居民医保建立台帐时间": 60}, "H4", "建立台账时间“60”读不出来。日期请写成 2017-10-20 这样。"),
    "no such day": (
        {"城乡居民医保建立台帐时间": "2017-02-29"},
        "H4",
        "建立台账时间“2017-02-29”读不出来。2017-02-29 不是真实的日期，请改正。",
    ),
    "dotted day": ({"城乡居民医保建立台帐时间": "2017.8.9"}, None, ""),
    "Chinese day": ({"城乡居民医保建立台帐时间": "2017年8月9日"}, None, ""),
    "eight digits": ({"城乡居民医保建立台帐时间": 20170809}, None, ""),
    "serial day": ({"城乡居民医保建立台帐时间": 42956}, None, ""),
    "blank day": ({"城乡居民医保建立台帐时间": None}, None, ""),
    "a command as name": ({"姓名": "＝cmd|' /C calc'!A0"}, "C4", "姓名以“＝”开头，可能是公式。请改为患者姓名。"),
    "plus": ({"姓名": "+1"}, "C4", "姓名以“+”开头，可能是公式。请改为患者姓名。"),
    "at": ({"姓名": "\t@SUM(A1)"}, "C4", "姓名以“@”开头，可能是公式。请改为患者姓名。"),
    "uncomputed formula": ({"姓名": "=A1"}, "C4", "姓名是公式，还没有算出结果。请改为患者姓名。"),
    "private use": ({"姓名": "韦\ue863兰"}, "C4", "姓名里有 1 个字显示不出来（旧系统造的字或乱码）。请重新录入这个字。"),
    "right to left": ({"姓名": "韦\u202e兰桂"}, "C4", "姓名里有改变文字方向的控制字符。请清空该格，重新录入。"),
    "blank name": ({"姓名": None}, "C4", "姓名是空的。请填写患者姓名。"),
    "rare character": ({"姓名": "𠮷爱民"}, None, ""),
    "dot in the name": ({"姓名": "买买提·依明"}, None, ""),
    "zero-width joiner": ({"姓名": "石爱\u200d民"}, None, ""),
    "sex": ({"性别": "F"}, "D4", "性别请填“男”或“女”。"),
    "age": ({"年龄": "六十六"}, "E4", "年龄请填周岁的整数。"),
    "traditional age": ({"年龄": "67岁"}, None, ""),
}


@pytest.mark.parametrize("what", CELLS)
def test_a_cell_is_read_exactly_or_refused_in_words(cast, lines, what):
    cells, place, sentence = CELLS[what]
    number = {} if "身份证号" in cells else {"身份证号": "450222195103020326"}
    (row,) = rows(look(cast.clerk, f2(lines.f2(**number, **cells))))
    if place is None:
        assert (row.result, row.told) == (NEW, [])
    else:
        assert (row.result, [(cell, told) for cell, _, told in row.told]) == (REFUSED, [(place, sentence)])


ROSTER_CELLS = {
    "village of another county": (
        {"行政村代码": "450223101201"}, "F2", "行政村代码 450223101201 不在柳城县。请核对；外地的人由当地导入。",
    ),
    "no such village": ({"行政村代码": "450222101999"}, "F2", "柳城县没有代码为 450222101999 的村（或已停用）。可在“乡镇与村”里查到。"),
    "short village code": ({"行政村代码": "450222101"}, "F2", "行政村代码要 12 位数字，现在是“450222101”。请核对。"),
    "village code as a number": ({"行政村代码": 450222101201}, None, ""),
    "blank address": ({"家庭地址": " "}, "E2", "家庭地址是空的。请填写村以下的住址。"),
    "long household number as a number": (
        {"户编号": 4502221010001000}, "D2", "户编号是数字格式，末尾几位可能已丢失。请把该列改为文本后重填。",
    ),
    "short phone": ({"联系电话": "1390000081"}, "G2", "手机号要 11 位，现在是 10 位。请核对后补齐。"),
    "phone as a number": ({"联系电话": 13900000815}, None, ""),
    "year too early": ({"脱贫年度": 2008}, "H2", "脱贫年度“2008”不对。请填 2014 至 2017 的年份，未脱贫的留空。"),
    "year in words": ({"脱贫年度": "2016年"}, None, ""),
    "year in a column of days": ({"脱贫年度": datetime.date(1905, 7, 8)}, None, ""),
    "year of a day too early": (
        {"脱贫年度": datetime.date(2008, 1, 1)}, "H2", "脱贫年度“2008”不对。请填 2014 至 2017 的年份，未脱贫的留空。",
    ),
    "address that became a day": (
        {"家庭地址": datetime.date(2017, 3, 8)}, "E2", "家庭地址是日期（2017-03-08），不是原来的文字。请把该列改为文本后重填。",
    ),
    "same as above": ({"家庭地址": "同上"}, "E2", "家庭地址写的是“同上”。请写完整。"),
    "household number in scientific text": (
        {"户编号": "4.50222E+12"}, "D2", "户编号成了科学计数法，末尾几位已丢失。请把该列改为文本后重填。",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ROSTER_CELLS)
def test_a_cell_of_a_roster_too(cast, lines, what):
    cells, place, sentence = ROSTER_CELLS[what]
    (row,) = rows(look(cast.clerk, roster(lines.roster(**cells)), "roster"))
    expected = (NEW, []) if place is None else (REFUSED, [(place, sentence)])
    assert (row.result, [(cell, told) for cell, _, told in row.told]) == expected


def test_a_name_padded_to_the_width_of_the_column_is_the_name(cast, lines):
    names = [
        row.name for row in rows(look(cast.clerk, f2(lines.f2(姓名="韦　兰"), lines.f2(姓名=" 覃 水\n莲 "), lines.f2(姓名="Mary Li"))))
    ]
    assert names == ["韦兰", "覃水莲", "Mary Li"]


# ---- against the ledger ----


def test_what_the_ledger_knows_decides(cast, lines):
    known = cast.register("韦桂兰", category=Category.DIBAO, disease="gastric-cancer", native_place="广西柳城县")
    same = {"姓名": "韦桂兰", "身份证号": known.id_number.reveal(), "城乡居民医保建立台帐时间": datetime.date(2017, 10, 20)}
    plain = rows(look(cast.clerk, f2(lines.f2(**same))))[0]
    assert (plain.result, plain.changes, plain.message) == (UNCHANGED, [], "")
    moved = rows(look(cast.clerk, f2(lines.f2(**{**same, "籍贯": "广西鹿寨县", "备注": "特困", "疾病名称": "白内障"}))))[0]
    assert (moved.result, moved.changes) == (CHANGED, [
        ("F4", "籍贯", "广西柳城县", "广西鹿寨县"), ("I4", "人员类别", "空", "特困供养"), ("A4", "病例", "空", "白内障，状态“待核实”"),
    ])  # fmt: skip
    other = rows(look(cast.clerk, f2(lines.f2(**{**same, "姓名": "韦桂芳"}))))[0]
    assert (other.result, other.confirm) == (DOUBTFUL, "确认")
    assert other.told == [("C4", "姓名", "台账里同一身份证号的姓名是“韦桂兰”。请确认姓名。")]


def test_a_doubt_names_its_cell_and_offers_what_can_be_said(cast, lines):
    child, stranger = lines.number(born_on=datetime.date(2002, 1, 5)), lines.number(county="450122")
    cast.register("罗小妹", id_absent_reason="户口办理中", born_on=BORN)
    told = [
        lines.f2(年龄=56), lines.f2(性别="男"), lines.f2(疾病名称="房间隔缺损", 年龄=15, 身份证号=child),
        lines.f2(身份证号=stranger, 籍贯="广西武鸣"), lines.f2(姓名="罗小妹"), lines.f2(姓名="罗小妹", 身份证号=None),
    ]  # fmt: skip
    looked = rows(look(cast.clerk, f2(*told)))
    assert [(row.result, row.told[0][0], row.told[0][2], row.confirm) for row in looked] == [
        (DOUBTFUL, "E4", "年龄填 56，按身份证号是 66。请确认以哪个为准。", "以证号为准"),
        (DOUBTFUL, "D5", "性别填男，按身份证号是女。请确认以哪个为准。", "以证号为准"),
        (DOUBTFUL, "E6", "已满 15 岁，超过 14 岁的年龄限制。须负责人确认。", "确认"),
        (DOUBTFUL, "G7", "身份证号开头 450122 不是本县。请确认住址在本县。", "确认"),
        (DOUBTFUL, "C8", "台账里有同名、同出生年、没有身份证号的罗小妹。同一人的请在台账里补证号；不是的请确认。", "不是同一人"),
        (DOUBTFUL, "C9", "没有身份证号，台账里有同名的罗小妹（1951 年生，龙头村）。请确认是不是同一人。", "是同一人"),
    ]


def test_a_line_without_a_number_and_several_of_its_name_wants_the_number(cast, lines):
    for _ in range(2):
        cast.register("罗小妹", born_on=BORN)
    (row,) = rows(look(cast.clerk, f2(lines.f2(姓名="罗小妹", 身份证号=None))))
    assert (row.result, row.told, row.confirm) == (
        DOUBTFUL, [("G4", "身份证号(合医证)", "没有身份证号，台账里有 2 个同名的罗小妹。请补上身份证号。")], "",
    )  # fmt: skip


def test_a_number_that_was_corrected_makes_no_second_person_unasked(cast, lines):
    own, stranger = cast.register("韦桂兰"), cast.register("覃水莲", village=cast.village2)
    for by, person in ((cast.clerk, own), (cast.clerk2, stranger)):
        old, number = person.id_number.reveal(), cast.id_number(BORN)
        correct_id_number(by=by, person=person, version=person.version, number=number, why="录入错误")
        person.old = old
    told = [lines.f2(姓名="韦桂兰", 身份证号=own.old), lines.f2(姓名="覃水莲", 身份证号=stranger.old)]
    upload = look(cast.clerk, f2(*told))
    sentence = "这是韦桂兰（龙头村）改正前的身份证号，2017-10-20 已改正。同一人的请改用现在的证号；不是的请确认。"
    assert [(row.result, row.told, row.confirm) for row in rows(upload)] == [
        (DOUBTFUL, [("G4", "身份证号(合医证)", sentence)], "不是同一人"), (NEW, [], ""),
    ]  # fmt: skip
    uploads.decide(by=cast.clerk, upload=upload, line=4, yes=True)
    assert uploads.import_people(by=cast.clerk, upload=upload).outcome == {"new": 1, "changed": 0, "confirmed": 1, "refused": {}}


def test_somebody_already_ended_is_doubtful(cast, lines):
    person = cast.register("韦桂兰", category=Category.DIBAO, disease="gastric-cancer")
    end_category(by=cast.civil, fact=person.categories.get(), on=datetime.date(2017, 9, 1), reason="收入超标")
    close_case(by=cast.lead, case=cast.case_of(person), outcome="died", on=datetime.date(2017, 10, 20), reason="因病死亡")
    line = lines.f2(姓名="韦桂兰", 身份证号=person.id_number.reveal(), 籍贯=None, 备注="低保")
    (row,) = rows(look(cast.clerk, f2(line)))
    assert (row.result, row.confirm, [sentence for _, _, sentence in row.told]) == (DOUBTFUL, "", [
        "低保已在 2017-08-31 终止，名单里又有。请确认恢复。",
        "台账里这一例已在 2017-10-20 按“死亡”销号。请核对名单；确要恢复的由负责人办理。",
    ])  # fmt: skip


def test_one_person_on_several_lines(cast, lines):
    twice, torn, two = lines.number(), lines.number(), lines.number()
    told = [
        lines.f2(身份证号=twice), lines.f2(身份证号=twice), lines.f2(身份证号=two), lines.f2(身份证号=two, 疾病名称="白内障"),
        lines.f2(身份证号=torn, 籍贯="广西柳城县"), lines.f2(身份证号=torn, 籍贯="广西鹿寨县", 疾病名称="白内障"),
    ]  # fmt: skip
    looked = rows(look(cast.clerk, f2(*told)))
    assert [(row.line, row.result, [sentence for _, _, sentence in row.told] or row.message) for row in looked] == [
        (4, NEW, "建档并登记 1 例，状态“待核实”；低保；住址待补"),
        (5, REFUSED, ["和第 4 行是同一个人、同一个病种。请只留一行。"]),
        (6, NEW, "建档并登记 1 例，状态“待核实”；低保；住址待补"),
        (7, NEW, "第 6 行的同一人，再登记 1 例，状态“待核实”"),
        (8, REFUSED, ["和第 9 行是同一个身份证号，籍贯不同。请核对后只留一行。"]),
        (9, REFUSED, ["和第 8 行是同一个身份证号，籍贯不同。请核对后只留一行。"]),
    ]


# ---- another county ----


def told_elsewhere() -> int:
    return AuditEvent.objects.filter(action="held_elsewhere").count()


def test_one_disease_by_two_names_is_one_and_two_diseases_may_have_two_remarks(cast, lines):
    one, two = lines.number(), lines.number()
    told = [
        lines.f2(身份证号=one, 疾病名称="食管癌"), lines.f2(身份证号=one, 疾病名称="食道癌"),
        lines.f2(身份证号=two, 备注="低保，术后"), lines.f2(身份证号=two, 疾病名称="白内障", 备注="低保，待手术"),
    ]  # fmt: skip
    looked = rows(look(cast.clerk, f2(*told)))
    assert [(row.result, [sentence for _, _, sentence in row.told]) for row in looked] == [
        (NEW, []), (REFUSED, ["和第 4 行是同一个人、同一个病种。请只留一行。"]), (NEW, []), (NEW, []),
    ]  # fmt: skip


def test_another_countys_person_answers_as_everywhere_and_is_counted(cast, lines):
    stranger = cast.register("覃水莲", village=cast.village2)
    content = f2(lines.f2(姓名="覃水莲", 身份证号=stranger.id_number.reveal()), lines.f2())
    looked = rows(look(cast.clerk, content))
    assert [(row.result, [sentence for _, _, sentence in row.told]) for row in looked] == [
        (REFUSED, ["已在其他县区登记，可申请转入。"]), (NEW, []),
    ]  # fmt: skip
    assert told_elsewhere() == 1


def test_the_days_allowance_holds_for_lists_and_then_tells_nothing(cast, lines, monkeypatch):
    monkeypatch.setattr("ledger.importing.known.ELSEWHERE_PER_DAY", 2)
    strangers = [cast.register(f"覃水莲{word}", village=cast.village2) for word in "甲乙丙"]
    told = [lines.f2(姓名=one.name, 身份证号=one.id_number.reveal()) for one in strangers]
    own = cast.register("韦桂兰", category=Category.DIBAO, disease="gastric-cancer")
    content = f2(lines.f2(), *told, lines.f2(), lines.f2(姓名="韦桂兰", 身份证号=own.id_number.reveal(), 籍贯=None))
    upload = look(cast.clerk, content)
    elsewhere, used_up = "已在其他县区登记，可申请转入。", "今天查询外县已登记人员的次数已用完，请明天再试。"
    expected = [None, elsewhere, elsewhere, used_up, used_up, None]
    assert [row.told[0][2] if row.told else None for row in rows(upload)] == expected
    assert told_elsewhere() == 2
    uploads.import_people(by=cast.clerk, upload=upload)  # Judged anew: the same answers, nothing counted twice.
    assert told_elsewhere() == 2 and Person.objects.visible_to(cast.clerk).count() == 2


def test_another_towns_person_is_not_the_clinics(cast, lines):
    person = cast.register("韦桂兰", village=cast.other_village)
    line = lines.roster(姓名="韦桂兰", 身份证号=person.id_number.reveal())
    (row,) = rows(look(cast.township, roster(line), "roster"))
    assert row.told[0][2] == "本县其他乡镇已登记这个身份证号。请由县卫健部门核对。"
    (row,) = rows(look(cast.township, roster(lines.roster(行政村代码="450222102201")), "roster"))
    assert row.told[0][2] == "行政村代码 450222102201 不在龙头镇。请核对；外地的人由当地导入。"


def test_a_department_names_people_but_corrects_nobody(cast, lines):
    person = cast.register("韦桂兰", category=Category.DIBAO, disease="gastric-cancer", native_place="广西")
    line = lines.f2(姓名="韦桂兰", 身份证号=person.id_number.reveal(), 备注="低保")
    (row,) = rows(look(cast.civil, f2(line)))
    assert (row.result, row.changes) == (CHANGED, [("I4", "低保", "未核实", "已核实")])
    assert row.message.startswith("籍贯与台账不同，没有改：由县卫健部门修改")


def test_queries_do_not_grow_with_the_list(cast, lines, django_assert_max_num_queries):
    for number in (5, 60):
        content = f2(*[lines.f2() for _ in range(number)])
        with django_assert_max_num_queries(16):
            look(cast.clerk, content)
