"""Lists as offices send them, built as real workbooks: what the tests of importing stand on."""

import datetime
import io
import zipfile

from openpyxl import Workbook

from ledger import clock
from ledger.importing.keeping import keep_list, keep_preview
from ledger.importing.layouts import PeopleList
from ledger.models import Category, Staff, Upload

F2 = ("疾病名称", "序号", "姓名", "性别", "年龄", "籍贯", "身份证号(合医证)", "城乡居民医保建立台帐时间", "备注")
ROSTER = ("姓名", "性别", "身份证号", "户编号", "家庭地址", "行政村代码", "联系电话", "脱贫年度")
TITLE = "柳州市经民政部门核实核准的罹患10种疾病的非建档立卡户农村特困供养人员和低保对象台账管理表"
BORN = datetime.date(1951, 3, 2)


def saved(book: Workbook) -> bytes:
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def f2_book(*rows) -> Workbook:
    """Annex 2 as printed: title, the row of the document above the columns, people from row 4 on, a total and a signature."""
    book = Workbook()
    sheet = book.active
    sheet.append([TITLE])
    sheet.merge_cells("A1:I1")
    sheet.append(["填报单位(盖章)柳城县民政局", None, "个人信息", None, None, None, None, None, "联系电话:0772-0000003"])
    sheet.append(F2)
    for row in rows:
        sheet.append(row)
    sheet.append(["合计", len(rows)])
    sheet.append(["填报人：莫春兰", None, None, None, "审核人："])
    return book


def f2(*rows) -> bytes:
    return saved(f2_book(*rows))


def roster(*rows) -> bytes:
    book = Workbook()
    for row in (ROSTER, *rows):
        book.active.append(row)
    return saved(book)


def patched(content: bytes, part: str, change) -> bytes:
    """The workbook with one of its parts rewritten: what no office program would save, but somebody sends."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            text = source.read(member)
            target.writestr(member.filename, change(text) if member.filename == part else text)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def waiting_upload(staff: Staff) -> Upload:
    """An upload that waits for its import, without a line."""
    counts = dict.fromkeys(("refused", "doubtful", "changed", "new", "unchanged"), 0)
    return Upload.objects.create(
        staff=staff, area=staff.area, layout="f2", category=Category.DIBAO, since=clock.today(), file_name="名单.xlsx",
        people=keep_list(PeopleList("f2", "Sheet1", {}, [])), preview=keep_preview([]), counts=counts, made_at=clock.now(),
    )  # fmt: skip
