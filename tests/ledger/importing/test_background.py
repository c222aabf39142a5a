"""A long list and its process: how far it is, calling it off, and a process that is killed in the middle.

What happens in the middle happens while the process is held there, however quick or slow the machine is.
"""

import datetime
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.models.functions import Now

from ledger.importing import background
from ledger.importing.reading import Limits
from ledger.models import AuditEvent, ListWork, Person, Upload
from tests.ledger.importing.lines import Lines
from tests.ledger.importing.lists import f2
from tests.racing import LIMIT

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/ledger/people/import/"
NAMES = [f"石爱{word}" for word in "甲乙丙丁戊己庚辛壬癸"]


class Hands:
    """The processes that the pages started; ``how`` the next one is made, and the gate at which it is held."""

    def __init__(self, gate: Path):
        self.how, self.started, self.gate = "", [], gate

    def held(self, how: str) -> None:
        self.how = how
        self.gate.touch()

    def let_go(self) -> None:
        self.how = ""
        self.gate.unlink()

    def command(self, work: ListWork) -> list[str]:
        database = connection.settings_dict["NAME"]
        return [sys.executable, "-m", "tests.ledger.importing.hand", database, str(work.pk), str(work.run), self.how, str(self.gate)]

    def start(self, *told, **options):
        self.started.append(subprocess.Popen(*told, **options))
        return self.started[-1]


@pytest.fixture
def hands(monkeypatch, tmp_path):
    """Every list counts as long, and goes to a real process on the test's database. On a busy machine none counts as dead."""
    hands = Hands(tmp_path / "gate")
    monkeypatch.setattr(background, "SILENT", datetime.timedelta(hours=1))
    monkeypatch.setattr(background, "command", hands.command)
    monkeypatch.setattr(background, "start_process", hands.start)
    monkeypatch.setattr(background, "LONG_FILE", 0)
    monkeypatch.setattr(background, "LONG_LIST", 0)
    yield hands
    for process in hands.started:
        process.kill()
        process.wait(LIMIT)


@pytest.fixture
def desk(client, cast):
    client.force_login(cast.clerk)
    return client


def send(desk, cast, content: bytes | None = None) -> str:
    """Send a list of ten; answers the address of its preview."""
    lines = Lines(cast)
    content = content or f2(*[lines.f2(姓名=name) for name in NAMES])
    told = {"layout": "f2", "category": "2", "since": "2017-10-20", "whole": ""}
    answer = desk.post(PAGE, {"file": SimpleUploadedFile("附件2.xlsx", content), **told})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def until(true, seconds: float = LIMIT):
    """What ``true`` answers, as soon as it answers anything."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := true():
            return answer
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def finished(desk, address: str) -> str:
    """Where the page of the work leads when the process is done."""
    return until(lambda: (answer := desk.get(f"{address}work/")).status_code == 302 and answer["Location"])


def people() -> int:
    return Person.objects.everywhere("test").count()


def nobody_else_is_connected() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) = 0 FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def work() -> ListWork:
    return ListWork.objects.everywhere("test").get()


def test_a_long_list_is_read_and_written_while_its_page_tells_how_far(cast, desk, hands):
    hands.held("held while judging")
    address = send(desk, cast)
    assert desk.get(address)["Location"] == f"{address}work/"
    assert f'<a href="{address}work/">看进度</a>' in desk.get(PAGE).content.decode()

    def told():
        return re.search(r"<strong>正在核对</strong>第 3 / 10 行，约 \d*[05] 秒", desk.get(f"{address}work/").content.decode())

    until(told)
    page = desk.get(f"{address}work/")
    assert '<meta http-equiv="refresh" content="2">' in page.content.decode() and 'hx-trigger="every 1s"' in page.content.decode()
    part = desk.get(f"{address}work/", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div class="reading"') and "<html" not in part
    hands.let_go()
    assert finished(desk, address) == address
    assert desk.get(f"{address}work/", headers={"HX-Request": "true"})["HX-Redirect"] == address
    assert "将写入 <strong>10 行</strong>" in desk.get(address).content.decode() and people() == 0
    assert not work().file

    assert desk.post(f"{address}apply/")["Location"] == f"{address}work/"
    assert finished(desk, address) == address
    assert people() == 10 and "已写入：新增 10、变更 0" in desk.get(address).content.decode()
    assert list(AuditEvent.objects.filter(action="people_imported").values_list("detail", flat=True)) == [
        {"new": 10, "changed": 0, "confirmed": 0}
    ]
    assert len(hands.started) == 2


@pytest.mark.parametrize(("passed", "done", "left"), [(6, 3, 15), (3, 9, 5), (60, 2, 240), (60, 0, None)])
def test_what_is_left_goes_on_as_fast_as_what_is_done(cast, desk, hands, monkeypatch, passed, done, left):
    monkeypatch.setattr(background, "command", lambda work: [sys.executable, "-c", ""])
    send(desk, cast)
    with transaction.atomic():  # In which the database's clock stands still.
        rows = ListWork.objects.everywhere("test")
        rows.update(stage_at=Now() - datetime.timedelta(seconds=passed), done=done, total=10)
        assert background.seconds_left(work()) == left


def test_reading_is_called_off_and_leaves_nothing(cast, desk, hands):
    hands.held("held while judging")
    address = send(desk, cast)
    until(lambda: work().stage == "judging")
    page = desk.post(f"{address}cancel/", follow=True).content.decode()
    assert "已取消，没有写入台账。" in page and "看进度" not in page
    assert hands.started[0].wait(LIMIT) == -signal.SIGKILL
    upload = Upload.objects.everywhere("test").get()
    assert (upload.state, upload.people.reveal(), work().file.reveal()) == ("dropped", "", "")
    assert not AuditEvent.objects.filter(action="people_previewed").exists()
    assert "内容不再保留" in desk.get(address, follow=True).content.decode()


def test_writing_is_called_off_and_can_be_done_again(cast, desk, hands):
    address = send(desk, cast)
    finished(desk, address)
    hands.held("held while writing")
    desk.post(f"{address}apply/")
    until(lambda: work().stage == "writing" and work().done == 2)
    assert desk.post(f"{address}apply/")["Location"] == f"{address}work/"  # Pressed again: the same process goes on.
    assert desk.post(f"{address}cancel/")["Location"] == address
    assert hands.started[1].wait(LIMIT) == -signal.SIGKILL and people() == 0
    assert "将写入 <strong>10 行</strong>" in desk.get(address).content.decode()
    hands.let_go()
    desk.post(f"{address}apply/")
    finished(desk, address)
    assert people() == 10
    page = desk.post(f"{address}cancel/", follow=True).content.decode()
    assert "已经处理完，来不及取消。" in page and people() == 10


@pytest.mark.parametrize("how", ["held while writing", "torn"])
def test_a_killed_process_has_written_nothing_and_the_next_one_goes_on(cast, desk, hands, monkeypatch, how):
    """With the one transaction taken away what the killed process wrote stays: the same test then goes red."""
    address = send(desk, cast)
    finished(desk, address)
    hands.held(how)
    desk.post(f"{address}apply/")
    until(lambda: work().stage == "writing" and work().done == 2)
    hands.started[1].kill()
    hands.started[1].wait(LIMIT)
    until(nobody_else_is_connected)  # The database has noticed it.
    assert people() == (2 if how == "torn" else 0)
    if how == "torn":
        return
    assert desk.get(f"{address}work/").status_code == 200 and len(hands.started) == 2  # Silent for too short a time.
    hands.let_go()
    with monkeypatch.context() as later:
        later.setattr(background, "SILENT", background.SILENT * 0)
        assert "（刚才中断了，已重新开始）" in desk.get(f"{address}work/").content.decode()
    assert finished(desk, address) == address
    assert people() == 10 and work().run == 2 and len(hands.started) == 3


def test_a_process_that_was_taken_for_dead_writes_nothing_more(cast, desk, hands, monkeypatch):
    address = send(desk, cast)
    finished(desk, address)
    hands.held("held while writing")
    desk.post(f"{address}apply/")
    until(lambda: work().stage == "writing" and work().done == 2)
    ListWork.objects.everywhere("test").update(run=2)  # Somebody has started the next one.
    assert hands.started[1].wait(LIMIT) == -signal.SIGKILL and people() == 0


def test_what_dies_every_time_is_given_up_in_a_sentence(cast, desk, hands, monkeypatch):
    monkeypatch.setattr(background, "SILENT", background.SILENT * 0)
    hands.command = lambda work: [sys.executable, "-c", "raise SystemExit(9)"]
    monkeypatch.setattr(background, "command", hands.command)
    address = send(desk, cast)
    leads = finished(desk, address)
    assert len(hands.started) == 3 and leads == f"{PAGE}?unread={Upload.objects.everywhere('test').get().pk}"
    assert background.GAVE_UP in desk.get(leads).content.decode()


def test_a_long_file_that_cannot_be_read_is_told_beside_the_file(cast, desk, hands, client):
    address = send(desk, cast, b"PK\x03\x04 and then nothing")
    leads = finished(desk, address)
    page = desk.get(leads).content.decode()
    sentence = "文件打不开，可能已损坏或加了密码。请用 Excel 重新保存后再导入。"
    assert re.findall(r'<div class="err" id="[^"]+">([^<]+)</div>', page) == [sentence]
    assert '<option value="f2" selected>' in page and 'value="2017-10-20"' in page
    client.force_login(cast.lead)
    assert sentence not in client.get(leads).content.decode() and client.get(f"{address}work/").status_code == 404
    assert client.post(f"{address}cancel/").status_code == 404


def test_a_short_file_that_takes_long_does_not_hold_the_page(cast, desk, hands, monkeypatch):
    monkeypatch.setattr(background, "LONG_FILE", 100 * 1024)
    send(desk, cast)
    assert not hands.started
    monkeypatch.setattr(background, "SHORT", Limits(wait=0))
    address = finished(desk, send(desk, cast))
    assert len(hands.started) == 1 and "读到 10 行" in desk.get(address).content.decode()


def test_only_so_many_processes_at_a_time(cast, desk, hands, monkeypatch):
    monkeypatch.setattr(background, "AT_ONCE", 1)
    hands.held("held while judging")
    first, second = send(desk, cast), send(desk, cast)
    assert len(hands.started) == 1 and "正在准备" in desk.get(f"{second}work/").content.decode()
    hands.let_go()
    assert finished(desk, first) == first
    assert finished(desk, second) == second and len(hands.started) == 2
