"""Personal numbers: sealed at rest, found by hash, masked wherever they are printed."""

import logging

import pytest
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from ledger.models import Person
from ledger.protection import MaskNumbers, Sealed, keyed_hash, mask_id_number, mask_phone, seal, unseal

NUMBER = "450222196304120002"


@given(st.text())
def test_what_is_sealed_comes_back(text):
    sealed = seal(text)
    assert sealed.startswith("aesgcm1:") and unseal(sealed) == text


def test_the_same_number_is_sealed_differently_each_time():
    assert len({seal(NUMBER) for _ in range(50)}) == 50


def test_a_changed_seal_or_another_algorithm_is_refused():
    sealed = seal(NUMBER)
    changed = sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]
    with pytest.raises(InvalidTag):
        unseal(changed)
    with pytest.raises(ValueError, match="unknown algorithm: 'sm4'"):
        unseal("sm4" + sealed.removeprefix("aesgcm1"))


def test_the_hash_is_keyed(monkeypatch):
    ours = keyed_hash(NUMBER)
    assert len(ours) == 64 and keyed_hash(NUMBER) == ours
    monkeypatch.setattr(settings, "HASH_KEY", bytes(32))
    assert keyed_hash(NUMBER) == "ea342cdf4291f597e1f39c0cbbdc48cf9516aaeab8de853f54d938002b5c0456" != ours


@pytest.mark.parametrize(
    ("number", "masked"), [(NUMBER, "450222********0002"), ("45022219630412000X", "450222********000X"), ("1234", "****"), ("", "")]
)
def test_an_id_number_keeps_county_and_tail(number, masked):
    assert mask_id_number(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("13900000815", "139****0815"), ("07727000001", "0772700****"), ("077270000012", "07727000****"), ("110", "***"), ("", "")],
)
def test_a_phone_keeps_its_ends_and_a_landline_its_area(number, masked):
    assert mask_phone(number) == masked


def test_a_sealed_number_never_prints_in_full():
    sealed = Sealed(NUMBER, mask_id_number)
    printed = [str(sealed), repr(sealed), f"{sealed}", f"{sealed!r}", "{}".format(sealed), str([sealed]), str({"a": sealed})]  # noqa: UP032
    assert set(printed) == {"450222********0002", "[450222********0002]", "{'a': 450222********0002}"}
    assert sealed.reveal() == NUMBER
    assert (bool(sealed), bool(Sealed("", mask_phone))) == (True, False)
    assert sealed == Sealed(NUMBER, mask_phone) and sealed != Sealed("1", mask_phone) and sealed != NUMBER


def line(message: str, *args, error: Exception | None = None) -> str:
    record = logging.LogRecord("ledger", logging.ERROR, __file__, 1, message, args, (type(error), error, None) if error else None)
    assert MaskNumbers().filter(record) is True
    return logging.Formatter().format(record)


@pytest.mark.parametrize(
    ("message", "args", "written"),
    [
        ("saved 450222196304120002", (), "saved 450222********0002"),
        ("saved %s for %s", (NUMBER, "13900000815"), "saved 450222********0002 for 139****0815"),
        ("x=45022219630412000x,", (), "x=450222********000x,"),
        ("old 450222630412000 is masked", (), "old 450222*****2000 is masked"),
        ("请求/people/?q=13900000815 失败", (), "请求/people/?q=139****0815 失败"),
        ("id 20171020 of 12345678901234567890 stays", (), "id 20171020 of 12345678901234567890 stays"),
        ("%d%% done", (5,), "5% done"),
    ],
)
def test_a_log_line_is_masked(message, args, written):
    assert line(message, *args) == written


def test_a_traceback_is_masked_too():
    assert line("failed", error=ValueError(f"no such number: {NUMBER}")) == "failed\nValueError: no such number: 450222********0002"


def test_every_handler_masks():
    assert {name: handler["filters"] for name, handler in settings.LOGGING["handlers"].items()} == {"console": ["masked"]}


def test_the_database_holds_no_number_in_the_clear(cast):
    person = cast.register("韦桂兰", phone="13900000815", contact_phone="13900000816", village_doctor_phone="13900000817")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(ledger_person)::text FROM ledger_person")
        kept = cursor.fetchone()[0]
    found = Person.objects.visible_to(cast.clerk).get()
    number = found.id_number.reveal()
    assert len(number) == 18 and str(found.id_number) == f"450222********{number[-4:]}"
    assert [text in kept for text in (number, "13900000815", "13900000816", "13900000817")] == [False] * 4
    assert (str(found.phone), found.phone.reveal()) == ("139****0815", "13900000815")
    assert Person.objects.visible_to(cast.clerk).get(id_number_hash=keyed_hash(number)) == person


def test_an_empty_number_stays_empty(cast):
    cast.register("韦小妹", id_absent_reason="新生儿未上户")
    found = Person.objects.visible_to(cast.clerk).get()
    assert (str(found.id_number), found.id_number_hash, found.id_absent_reason, bool(found.phone)) == ("", None, "新生儿未上户", False)
