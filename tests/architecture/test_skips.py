"""What could not be tested is said loudly, and fails where a variable says that it must be tested."""

from types import SimpleNamespace

import pytest

from tests import conftest


class Item:
    """A test that carries one marker."""

    def __init__(self, marker: str):
        self.marker = marker

    def get_closest_marker(self, name: str):
        return object() if name == self.marker else None


WHERE_MISSING = [("browser", "chromium", "LEDGER_REQUIRE_BROWSER"), ("redis", "redis-server", "LEDGER_REQUIRE_REDIS")]


@pytest.mark.parametrize(("marker", "name", "variable"), WHERE_MISSING)
def test_a_missing_program_skips_or_fails(monkeypatch, marker, name, variable):
    monkeypatch.setattr(conftest, "_program", lambda marker: None)
    monkeypatch.delenv(variable, raising=False)
    with pytest.raises(pytest.skip.Exception, match=f"^{name} is not installed"):
        conftest.pytest_runtest_setup(Item(marker))
    monkeypatch.setenv(variable, "yes")
    with pytest.raises(pytest.fail.Exception, match=f"^{name} is not installed, and {variable}=yes says that it must be$"):
        conftest.pytest_runtest_setup(Item(marker))
    conftest.pytest_runtest_setup(Item("neither"))


def test_a_present_program_lets_the_test_run(monkeypatch):
    monkeypatch.setattr(conftest, "_program", lambda marker: "/bin/true")
    conftest.pytest_runtest_setup(Item("browser"))


def test_every_skip_is_named_at_the_end():
    written = []
    report = SimpleNamespace(nodeid="tests/journeys/test_day.py::test_day", longrepr=("file", 1, "Skipped: chromium is not installed"))
    reporter = SimpleNamespace(
        stats={"skipped": [report]},
        write_sep=lambda mark, title="", **style: written.append(title),
        write_line=lambda text, **style: written.append(text),
    )
    conftest.pytest_terminal_summary(reporter)
    assert written == [
        "1 TESTS WERE SKIPPED",
        "NOT TESTED tests/journeys/test_day.py::test_day: chromium is not installed",
        "",
    ]
    reporter.stats = {}
    conftest.pytest_terminal_summary(reporter)
    assert len(written) == 3
