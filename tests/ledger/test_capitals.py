"""Amounts in words: the examples of the rule itself, and any amount against another implementation."""

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.capitals import capitals

WRITTEN = [
    (0, "零元整"), (1, "壹分"), (10, "壹角"), (5_05, "伍元零伍分"), (10_00, "壹拾元整"), (15_00, "壹拾伍元整"), (100_00, "壹佰元整"),
    (1_409_50, "壹仟肆佰零玖元伍角"), (6_007_14, "陆仟零柒元壹角肆分"), (1_680_32, "壹仟陆佰捌拾元叁角贰分"),
    (107_000_53, "壹拾万柒仟元伍角叁分"), (16_409_02, "壹万陆仟肆佰零玖元零贰分"), (325_04, "叁佰贰拾伍元零肆分"),
    (8_414_72, "捌仟肆佰壹拾肆元柒角贰分"), (100_000_00, "壹拾万元整"), (100_001_00, "壹拾万零壹元整"), (1_000_000_00, "壹佰万元整"),
    (10_000_500_00, "壹仟万零伍佰元整"), (100_005_000_00, "壹亿零伍仟元整"), (99_999_999_99, "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
]  # fmt: skip


@pytest.mark.parametrize(("fen", "words"), WRITTEN)
def test_as_the_rule_writes_it(fen, words):
    assert capitals(fen) == words


@given(st.one_of(st.integers(0, 100_000_00), st.integers(0, 99_999_999_99)))
def test_like_another_implementation(fen):
    theirs = cn2an.an2cn(f"{fen // 100}.{fen % 100:02d}", "rmb")
    # It writes 零元 before 角, and 整 after 角, both of which the rule leaves open.
    theirs = theirs.removesuffix("整") if theirs.endswith("角整") else theirs
    if 0 < fen < 100:
        theirs = theirs.removeprefix("零元").removeprefix("零")
    assert capitals(fen) == theirs


@pytest.mark.parametrize("fen", [-1, 10**14])
def test_what_cannot_be_written(fen):
    with pytest.raises(ValueError):
        capitals(fen)
