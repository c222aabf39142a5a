"""Lines of a list about invented people, each good unless a cell is given otherwise, and what the preview makes of a list."""

import datetime

from ledger.importing import uploads
from ledger.models import Category
from tests.ledger.importing.lists import BORN, F2, ROSTER

DAY = datetime.date(2017, 9, 1)


def look(by, content: bytes, layout: str = "f2", name: str = "名单.xlsx", category: int = Category.DIBAO):
    return uploads.preview_file(by=by, name=name, content=content, layout=layout, category=category)


def rows(upload) -> list:
    return uploads.rows_of(upload)


class Lines:
    """Lines of annex 2 and of a roster about invented people, good unless a cell is given otherwise."""

    def __init__(self, cast):
        self.cast = cast

    def number(self, **told) -> str:
        return self.cast.id_number(told.pop("born_on", BORN), **told).number

    def f2(self, **cells) -> list:
        good = {
            "疾病名称": "胃癌", "序号": 1, "姓名": "石爱民", "性别": "女", "年龄": 66, "籍贯": "广西柳城县", "身份证号(合医证)": None,
            "城乡居民医保建立台帐时间": DAY, "备注": None,
        }  # fmt: skip
        if "身份证号" not in cells:
            cells["身份证号"] = self.number()
        cells["身份证号(合医证)"] = cells.pop("身份证号")
        return [cells.get(heading, good[heading]) for heading in F2]

    def roster(self, **cells) -> list:
        good = {
            "姓名": "石爱民", "性别": "女", "户编号": "4502221010001", "家庭地址": "3 组 8 号", "行政村代码": "450222101201",
            "联系电话": "13900000815", "脱贫年度": None,
        }  # fmt: skip
        if "身份证号" not in cells:
            cells["身份证号"] = self.number()
        return [cells[heading] if heading in cells else good[heading] for heading in ROSTER]
