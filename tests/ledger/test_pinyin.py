"""Names found from the keyboard: surnames that are read otherwise, double surnames, marks and Latin letters."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from ledger import pinyin
from ledger.pinyin import initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("覃福生", "qfs"),
        ("韦桂兰", "wgl"),
        ("单小明", "sxm"),
        ("曾国", "zg"),
        ("解春", "xc"),
        ("仇英", "qy"),
        ("区小红", "oxh"),
        ("尉迟敬", "ycj"),
        ("单于明", "cym"),
        ("欧阳兰", "oyl"),
        ("阿卜杜·热合曼", "abdrhm"),
        ("李Ann2", "lann2"),
        ("吕绿", "ll"),
        ("", ""),
    ],
)
def test_initials(name, letters):
    assert initials(name) == letters


# ---- character by character, and yet as the library reads the whole ----

PHRASES = sorted(PHRASES_DICT)
CHARACTERS = sorted(set("".join(PHRASES)))


def as_a_whole(text: str) -> str:
    return "".join(part[:1] for part in lazy_pinyin(text, style=Style.FIRST_LETTER, errors=list)).lower()


@given(st.lists(st.one_of(st.sampled_from(CHARACTERS), st.sampled_from(PHRASES), st.characters()), max_size=6).map("".join))
def test_a_name_is_read_as_the_library_reads_it_in_one_piece(text):
    assert pinyin._letters(text) == as_a_whole(text)


def test_words_and_their_beginnings_keep_their_own_readings():
    drawn = random.Random(2017).sample(PHRASES, 2000)  # noqa: S311 - no secret
    assert [pinyin._letters(word) for word in drawn] == [as_a_whole(word) for word in drawn]
    assert [pinyin._letters(word[:-1]) for word in drawn] == [as_a_whole(word[:-1]) for word in drawn]
    assert (initials("李朝"), initials("李朝阳"), initials("李重"), initials("李重庆")) == ("lc", "lzy", "lz", "lcq")
