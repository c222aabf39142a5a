"""Names found from the keyboard: surnames that are read otherwise, double surnames, marks and Latin letters."""

import pytest

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
