"""A list is written once, whatever is pressed twice or sent again, and nothing of it is kept beyond a day."""

import datetime
import re

import pytest
from django.db import connection

from ledger.actions.categories import hold_category
from ledger.actions.refusals import Refused
from ledger.importing import uploads
from ledger.importing.keeping import kept_list
from ledger.models import AuditEvent, Category, Person, Upload
from tests.cast import on_day
from tests.ledger.importing.lines import look
from tests.ledger.importing.lists import f2
from tests.racing import Race, said

pytestmark = pytest.mark.django_db


# ---- once ----


def test_a_second_import_writes_nothing(cast, lines):
    upload = look(cast.clerk, f2(lines.f2()))
    uploads.import_people(by=cast.clerk, upload=upload)
    before = AuditEvent.objects.count()
    with pytest.raises(Refused, match="这份名单已经导入过，没有再写一次。"):
        uploads.import_people(by=cast.clerk, upload=upload)
    assert (Person.objects.visible_to(cast.clerk).count(), AuditEvent.objects.count()) == (1, before)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["held", "not held"])
def test_two_imports_at_once_write_once(cast, lines, monkeypatch, locked):
    """With the lock taken away both presses believe the list to be open: the same test then goes red."""
    upload = look(cast.clerk, f2(*[lines.f2(姓名=f"石爱{word}") for word in "甲乙丙丁"]))
    if not locked:
        monkeypatch.setattr(uploads, "held", lambda by, upload: Upload.objects.visible_to(by).get(pk=upload.pk))
    race = Race()
    with race.after(uploads, "held"):
        answers = race.run(*[lambda: uploads.import_people(by=cast.clerk, upload=upload).outcome["new"]] * 2)
    assert said(answers) == ["done", "这份名单已经导入过，没有再写一次。" if locked else "done"]
    assert AuditEvent.objects.filter(action="people_imported").count() == (1 if locked else 2)
    assert Person.objects.visible_to(cast.clerk).count() == 4  # The database keeps a number unique whatever else fails.


# ---- what is kept ----


def test_nothing_of_the_list_lies_open_in_the_database(cast, lines):
    number = lines.number()
    look(cast.clerk, f2(lines.f2(身份证号=number, 姓名="石永福")), name="附件2.xlsx")
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_upload::text FROM ledger_upload")
        (kept,) = cursor.fetchone()
    assert number not in kept and "石永福" not in kept and "aesgcm1:" in kept
    assert not re.search(r"\d{17}[\dX]", kept)
    upload = Upload.objects.visible_to(cast.clerk).get()
    assert str(upload.people) == "……" and kept_list(upload.people.reveal()).lines[0].cells["id_number"] == number


def test_after_a_day_the_list_is_gone(cast, lines, time_machine):
    upload = look(cast.clerk, f2(lines.f2()))
    with on_day(datetime.date(2017, 10, 22)):
        with pytest.raises(Refused, match="这份预览已过期。"):
            uploads.import_people(by=cast.clerk, upload=upload)
        assert uploads.drop_expired() == 1 and uploads.drop_expired() == 0
    upload = Upload.objects.visible_to(cast.clerk).get()
    assert (bool(upload.people), bool(upload.preview)) == (False, False)


def test_a_list_given_up_is_gone_at_once(cast, lines):
    upload = look(cast.clerk, f2(lines.f2()))
    uploads.drop(by=cast.clerk, upload=upload)
    upload = Upload.objects.visible_to(cast.clerk).get()
    assert (upload.state, bool(upload.people), bool(upload.preview)) == ("dropped", False, False)
    with pytest.raises(Refused, match="已过期"):
        uploads.import_people(by=cast.clerk, upload=upload)


def test_the_same_file_again_and_its_rows_shuffled_change_nothing(cast, lines):
    told = [lines.f2(姓名=f"石爱{word}", 备注="低保") for word in "甲乙丙"]
    uploads.import_people(by=cast.clerk, upload=look(cast.clerk, f2(*told)))
    assert look(cast.clerk, f2(*told)).counts["unchanged"] == 3
    told[1][5] = "广西鹿寨县"
    counts = look(cast.clerk, f2(*reversed(told))).counts
    assert (counts["unchanged"], counts["changed"]) == (2, 1)


def test_ended_and_named_again_is_restored_only_when_confirmed(cast, lines):
    person = cast.register("韦桂兰", category=None, disease="gastric-cancer")
    since, until = datetime.date(2017, 1, 1), datetime.date(2017, 9, 1)
    hold_category(by=cast.civil, person=person, category=Category.DIBAO, since=since, until=until, basis="名单")
    line = lines.f2(
        姓名="韦桂兰", 身份证号=person.id_number.reveal(), 备注="低保", 籍贯=None, 城乡居民医保建立台帐时间=datetime.date(2017, 8, 1)
    )
    upload = look(cast.clerk, f2(line))
    uploads.decide(by=cast.clerk, upload=upload, line=4, yes=True)
    uploads.import_people(by=cast.clerk, upload=upload)
    assert [str(fact.during.lower) for fact in person.categories.order_by("during")] == ["2017-01-01", "2017-09-01"]
