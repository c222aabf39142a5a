"""ID numbers and phones: what a clerk may type, and what each mistake is answered with."""

import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.identity import IdNumber, IdNumberError, age_on, check_digit, read_id_number, read_phone

TODAY = datetime.date(2017, 10, 20)
BODIES = st.builds(
    lambda county, born, serial: f"{county}{born:%Y%m%d}{serial:03d}",
    st.sampled_from(["450222", "450223", "110101", "659004"]),
    st.dates(datetime.date(1890, 1, 1), TODAY),
    st.integers(0, 999),
)


def weigh(body: str) -> str:
    """The standard's own words: the check digit makes the sum of a(i) × 2^(18-i) congruent to 1 modulo 11."""
    for digit in range(11):
        total = sum(int(figure) * 2 ** (17 - place) for place, figure in enumerate(body)) + digit
        if total % 11 == 1:
            return "X" if digit == 10 else str(digit)
    raise AssertionError(body)


@given(BODIES)
def test_the_check_digit_is_the_standards(body):
    assert check_digit(body) == weigh(body)


@given(BODIES)
def test_a_number_tells_birth_and_sex(body):
    number = body + weigh(body)
    born = datetime.date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    assert read_id_number(number, TODAY) == IdNumber(number, born, "male" if int(body[16]) % 2 else "female")
    assert read_id_number(number, TODAY).county_code == body[:6]


@given(BODIES, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(body, place, shift):
    wrong = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1 :]
    with pytest.raises(IdNumberError):
        read_id_number(wrong + weigh(body), TODAY)


@given(BODIES, st.integers(0, 15))
def test_two_neighbours_swapped_are_always_found(body, place):
    assume(body[place] != body[place + 1])
    swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
    with pytest.raises(IdNumberError):
        read_id_number(swapped + weigh(body), TODAY)


@given(BODIES.filter(lambda body: body[6:8] == "19"))
def test_an_old_number_is_read_as_its_eighteen(body):
    assert read_id_number(body[:6] + body[8:], TODAY) == read_id_number(body + weigh(body), TODAY)


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002X",
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002X ",
        "\t11010519491231002X\n",
        "110105\u300019491231\u00a0002X",
        "'11010519491231002X",
        "\ufeff110105\u200b19491231002X",
        "110105-19491231-002X",
    ],
)
def test_what_was_typed_is_taken_as_meant(typed):
    assert read_id_number(typed, TODAY) == IdNumber("11010519491231002X", datetime.date(1949, 12, 31), "female")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "身份证号要 18 位（旧证 15 位），现在是 0 位。请对照身份证补齐。"),
        ("4502221963041200", "身份证号要 18 位（旧证 15 位），现在是 16 位。请对照身份证补齐。"),
        ("1101051949123100211", "身份证号要 18 位（旧证 15 位），现在是 19 位。请对照身份证改正。"),
        ("11010519491231002Y", "身份证号只能是数字，末位可以是 X。请对照身份证改正。"),
        ("1101O519491231002X", "身份证号只能是数字，末位可以是 X。请对照身份证改正。"),
        ("11010549123100X", "身份证号只能是数字，末位可以是 X。请对照身份证改正。"),
        ("11010519491331002X", "身份证号里的出生日期 1949-13-31 不存在。请对照身份证改正。"),
        ("450222201702300023", "身份证号里的出生日期 2017-02-30 不存在。请对照身份证改正。"),
        ("45022220171021002" + check_digit("45022220171021002"), "身份证号里的出生日期 2017-10-21 晚于今天。请对照身份证改正。"),
        ("45022218891231002" + check_digit("45022218891231002"), "身份证号里的出生年份 1889 太早。请对照身份证改正。"),
        ("110105194912310021", "身份证号校验码不对，至少有一位写错。请对照身份证改正。"),
        ("110105491301002", "身份证号里的出生日期 1949-13-01 不存在。请对照身份证改正。"),
    ],
)
def test_what_cannot_be_is_named(typed, message):
    with pytest.raises(IdNumberError) as refused:
        read_id_number(typed, TODAY)
    assert str(refused.value) == message


def test_somebody_born_today_is_read():
    body = "45022220171020002"
    assert read_id_number(body + check_digit(body), TODAY).born_on == TODAY


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2003-10-20", "2017-10-19", 13),
        ("2003-10-20", "2017-10-20", 14),
        ("2002-10-20", "2017-10-20", 15),
        ("2004-02-29", "2017-02-28", 12),
        ("2004-02-29", "2017-03-01", 13),
        ("2004-02-29", "2016-02-29", 12),
        ("2017-10-20", "2017-10-20", 0),
    ],
)
def test_age_is_in_full_years(born, day, age):
    assert age_on(datetime.date.fromisoformat(born), datetime.date.fromisoformat(day)) == age


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13900000815", "13900000815"),
        (" １３９ 0000 0815 ", "13900000815"),
        ("+86 139-0000-0815", "13900000815"),
        ("0772-7000001", "07727000001"),
        ("0772 70000012", "077270000012"),
        ("010-5000001", "0105000001"),
        ("(0772)7000001", "07727000001"),
        ("（0772）700 0001", "07727000001"),
        ("+86(0772)7000001", "07727000001"),
        ("0086 139-0000-0815", "13900000815"),
        ("(0086)13900000815", "13900000815"),
        ("（+86）１３９００００ ０８１５", "13900000815"),
    ],
)
def test_a_phone_is_taken_as_meant(typed, number):
    assert read_phone(typed) == number


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("1390000081", "手机号要 11 位，现在是 10 位。请核对后补齐。"),
        ("139000008155", "手机号要 11 位，现在是 12 位。请核对后改正。"),
        ("23900000815", "手机号以 1 开头。请核对后改正。"),
        ("139000o0815", "电话只能是数字，座机可带区号。请核对后改正。"),
        ("0086 1390000081", "手机号要 11 位，现在是 10 位。请核对后补齐。"),
        ("[0772]7000001", "电话只能是数字，座机可带区号。请核对后改正。"),
        ("077270001", "座机要带区号共 10 至 12 位，现在是 9 位。请核对后改正。"),
        ("7612345", "座机要带区号共 10 至 12 位，现在是 7 位。请补上区号。"),
        ("", "电话只能是数字，座机可带区号。请核对后改正。"),
    ],
)
def test_a_wrong_phone_is_named(typed, message):
    with pytest.raises(ValueError) as refused:
        read_phone(typed)
    assert str(refused.value) == message
