"""The order in which two workers take the files of tests: the longest first, so that both end at the same moment."""

import json
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

FOLDER = Path(__file__).parent
# What is known to be long before a first whole run has said how long each file takes.
LONG = (
    "config/test_processes", "config/test_access", "config/test_query_counts", "config/test_compose", "config/test_demo",
    "config/test_embedded", "settlement/test_properties", "ledger/importing/test_background", "settlement/test_hostile_input",
    "settlement/test_races", "config/test_access_walls", "ledger/test_races", "ledger/test_merging_races", "ledger/test_transfer_races",
    "reports/test_pages_workbench", "journeys/test_every_page", "journeys/test_kept_typing", "journeys/test_two_desks", "journeys/test_day",
)  # fmt: skip


def name_of(path: Path) -> str:
    return path.relative_to(FOLDER).with_suffix("").as_posix()


class Order:
    """Sorts what was collected by how long each file took in the last whole run, and keeps that of this run."""

    def __init__(self, kept: Path | None = None):
        self.kept = kept or settings.VAR_DIR / "test_seconds.json"
        self.seconds: Counter[str] = Counter()
        self.told: dict[str, float] | None = None

    def sort(self, items: list[pytest.Item]) -> None:
        """Whole files, the long ones first; those with a browser after all others, for its event loop stays in the process."""
        in_browser = {item.path for item in items if item.get_closest_marker("browser")}
        took = self._last_time() if self.told is None else self.told
        items.sort(key=lambda item: (item.path in in_browser, -took.get(name_of(item.path), 0), name_of(item.path)))

    def _last_time(self) -> dict[str, float]:
        return {name: float(len(LONG) - place) for place, name in enumerate(LONG)} | self._kept_seconds()

    def _kept_seconds(self) -> dict[str, float]:
        try:
            return json.loads(self.kept.read_text())
        except (FileNotFoundError, ValueError):
            return {}

    # ---- hooks: the process that starts the workers hears of every test; without workers it is the only one ----

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node) -> None:
        """Every worker sorts by the same seconds, whatever another run writes meanwhile."""
        node.workerinput["seconds"] = self._last_time()

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        self.told = getattr(config, "workerinput", {}).get("seconds")
        self.sort(items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[name_of(FOLDER.parent / report.nodeid.partition("::")[0])] += report.duration

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """A run of a few tests says nothing of how long their files take, nor does one that was broken off."""
        given = session.config
        asked_for_all = given.args_source is given.ArgsSource.TESTPATHS and not given.option.keyword and not given.option.markexpr
        ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not (session.shouldstop or session.shouldfail)
        if asked_for_all and ended and self.seconds and not hasattr(given, "workerinput"):
            now = {name: round(spent, 2) for name, spent in self.seconds.items()}
            aside = self.kept.with_suffix(".new")
            aside.write_text(json.dumps(self._kept_seconds() | now, indent=0))
            aside.replace(self.kept)
