"""A county's table of three hundred people as civil affairs sends it: five known already, twelve lines wrong in twelve ways."""

from ledger.models import Category
from tests.ledger.importing.lines import Lines
from tests.ledger.importing.lists import BORN, f2

NUMBER = "身份证号"
ID, LISTED = "身份证号(合医证)", "城乡居民医保建立台帐时间"
FAULTS = [  # Each line's own fault, in the order of the table, and the sentence it meets.
    ({NUMBER: 450222195103020326}, ID, "身份证号是数字格式，末尾几位已丢失。请把该列改为文本，重填 18 位。"),
    ({NUMBER: "4.50222E+17"}, ID, "身份证号成了科学计数法，末尾几位已丢失。请把该列改为文本，重填 18 位。"),
    ({NUMBER: "45022219510302032"}, ID, "身份证号要 18 位（旧证 15 位），现在是 17 位。请对照身份证补齐。"),
    ({NUMBER: "450222195103020321"}, ID, "身份证号校验码不对，至少有一位写错。请对照身份证改正。"),
    ({NUMBER: "450222195113020326"}, ID, "身份证号里的出生日期 1951-13-02 不存在。请对照身份证改正。"),
    ({NUMBER: None}, ID, "没有身份证号。请补上身份证号；确实没有的，请在“登记患者”里登记并选原因。"),
    ({"姓名": "=cmd|' /C calc'!A0"}, "姓名", "姓名是公式，还没有算出结果。请改为患者姓名。"),
    ({"姓名": None}, "姓名", "姓名是空的。请填写患者姓名。"),
    ({"疾病名称": "感冒"}, "疾病名称", "没有“感冒”这个病种。请改为病种目录里的名称。"),
    ({"性别": "不详"}, "性别", "性别请填“男”或“女”。"),
    ({"年龄": "老"}, "年龄", "年龄请填周岁的整数。"),
    ({LISTED: "去年"}, LISTED, "建立台账时间“去年”读不出来。日期请写成 2017-10-20 这样。"),
]


def three_hundred(cast) -> bytes:
    """The workbook; the five 韦桂… it repeats are on the ledger afterwards."""
    lines = Lines(cast)
    known = [cast.register(f"韦桂{word}", category=Category.DIBAO, disease="gastric-cancer") for word in "兰芳花英珍"]
    table = [lines.f2(姓名=one.name, 身份证号=one.id_number.reveal(), 籍贯=None) for one in known]
    table += [lines.f2(姓名="石爱民", 身份证号=lines.number(born_on=BORN.replace(year=1930 + at // 90)), 年龄=None) for at in range(283)]
    table += [lines.f2(**{NUMBER: lines.number(born_on=BORN.replace(year=1929)), **fault}) for fault, _, _ in FAULTS]
    return f2(*table)
