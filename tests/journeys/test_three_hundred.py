"""A county's table of three hundred people goes in by the browser in one sitting: the good lines at once, the rest after correcting."""

import datetime
import io

import openpyxl
import pytest

from ledger.models import AuditEvent, Case, Person
from tests.cast import PASSWORD
from tests.ledger.importing.lines import Lines
from tests.ledger.importing.lists import BORN, saved
from tests.ledger.importing.three_hundred import FAULTS, ID, LISTED, three_hundred

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MENDED = {"疾病名称": "胃癌", "性别": "女", "年龄": 88, "姓名": "韦秀莲", LISTED: datetime.date(2017, 9, 1)}

# Whether the last row of the longest list allowed could be read in the table: its number, and the cell beside it.
CUT = """() => [['td.num', '20030'], ['td.cells .cellref', 'G20030']].filter(([where, text]) => {
    const found = document.querySelector('.table-import ' + where);
    found.textContent = text;
    const cell = found.closest('td');
    return cell.scrollWidth > cell.clientWidth;
}).map(([where, text]) => text)"""


def corrected(content: bytes, lines: Lines) -> tuple[bytes, list[str]]:
    """The workbook of what could not be written as the clerk sends it again; with the sentences it named."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    heading = next(row for row in sheet.iter_rows() if ID in [cell.value for cell in row])
    places = {cell.value: cell.column for cell in heading if cell.value}
    told = []
    below = [row for row in sheet.iter_rows(min_row=heading[0].row + 1) if row[places["疾病名称"] - 1].value]
    for row, (fault, column, sentence) in zip(below, FAULTS, strict=True):
        values = {name: row[place - 1] for name, place in places.items()}
        told += [cell.value for cell in row if isinstance(cell.value, str) and sentence in cell.value]
        assert set(fault) <= {column, "身份证号"}
        values["年龄"].value = 88  # Nobody had written it for these twelve: born in 1929.
        values[column].value = lines.number(born_on=BORN.replace(year=1929)) if column == ID else MENDED[column]
    return saved(book), told


def upload(desk, content: bytes) -> None:
    desk.page.set_input_files("#id_file", {"name": "民政台账.xlsx", "mimeType": EXCEL, "buffer": content})
    desk.page.get_by_role("button", name="预览").click()
    desk.page.wait_for_selector("text=读到")


def test_three_hundred_people_in_one_sitting(cast, desk):
    clerk = desk()
    content = three_hundred(cast)
    clerk.sign_in(cast.clerk.username, PASSWORD)
    clerk.open("/ledger/people/import/")
    upload(clerk, content)
    page = clerk.says()
    assert "读到 300 行" in page
    assert "将写入 283 行：新增 283、变更 0" in page.replace("\n", "")
    assert "拒收 12、存疑 0 不写入；无变化 5 不用写" in page
    assert all(sentence in page for _, _, sentence in FAULTS)  # The refused come first, each with its sentence.
    assert clerk.page.evaluate(CUT) == []
    clerk.page.get_by_role("button", name="导入 283 行").click()
    clerk.page.wait_for_selector("text=已写入：新增 283、变更 0")
    with clerk.page.expect_download() as download:
        clerk.page.get_by_role("link", name="下载待改的 12 行").click()
    rest, told = corrected(download.value.path().read_bytes(), Lines(cast))
    assert [text.partition(" ")[2].partition(" ")[2] for text in told] == [f"{column}：{sentence}" for _, column, sentence in FAULTS]
    assert told[0].startswith("原 G292 ")

    # The twelve, put right in the workbook that came back, go in as a list of their own.
    clerk.open("/ledger/people/import/")
    upload(clerk, rest)
    assert "读到 12 行" in clerk.says()
    clerk.page.get_by_role("button", name="导入 12 行").click()
    clerk.page.wait_for_selector("text=已写入：新增 12、变更 0")
    people = Person.objects.visible_to(cast.clerk)
    assert people.count() == Case.objects.visible_to(cast.clerk).count() == 300
    assert people.exclude(id_number_hash=None).count() == 300
    assert AuditEvent.objects.filter(action="people_imported", staff=cast.clerk).count() == 2
