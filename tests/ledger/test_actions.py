"""The verbs stand by noun, in files that can be read at a sitting."""

from pathlib import Path

from django.conf import settings

MOST_LINES = 300


def test_no_file_of_verbs_grows_beyond_reading():
    lengths = {path.name: len(path.read_text().splitlines()) for path in Path(settings.BASE_DIR, "ledger", "actions").glob("*.py")}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}
    assert {"people.py", "homes.py", "cases.py"} <= set(lengths)
