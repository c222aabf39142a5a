"""A cell of either layout is read exactly or refused in words."""

import datetime

import pytest

from ledger.importing.plans import NEW, REFUSED
from tests.ledger.importing.lines import look, rows
from tests.ledger.importing.lists import f2, roster

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
