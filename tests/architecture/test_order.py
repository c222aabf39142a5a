"""Two workers end at the same moment: the longest files first, as the last whole run measured them."""

from types import SimpleNamespace

import pytest

from tests.order import FOLDER, LONG, Order

TESTPATHS, ARGS = pytest.Config.ArgsSource.TESTPATHS, pytest.Config.ArgsSource.ARGS


def item(name: str, browser: bool = False):
    return SimpleNamespace(path=FOLDER / f"{name}.py", get_closest_marker=lambda marker: browser or None)


def sorted_names(order: Order, *items) -> list[str]:
    items = list(items)
    order.sort(items)
    return [one.path.relative_to(FOLDER).with_suffix("").as_posix() for one in items]


def finish(order: Order, seconds: dict[str, float], exitstatus: int = 0, source=TESTPATHS, **options) -> None:
    for name, spent in seconds.items():
        for _ in ("set-up", "call"):
            order.pytest_runtest_logreport(SimpleNamespace(nodeid=f"tests/{name}.py::test_a", duration=spent / 2))
    config = SimpleNamespace(
        args_source=source, ArgsSource=pytest.Config.ArgsSource, option=SimpleNamespace(**{"keyword": "", "markexpr": ""} | options)
    )
    order.pytest_sessionfinish(SimpleNamespace(config=config, shouldstop=False, shouldfail=False), exitstatus)


def test_before_a_whole_run_what_is_known_to_be_long_comes_first(tmp_path):
    assert all((FOLDER / f"{name}.py").exists() for name in LONG)
    order = Order(tmp_path / "seconds.json")
    assert sorted_names(order, item("a/test_a"), item("config/test_demo"), item("config/test_processes")) == [
        "config/test_processes", "config/test_demo", "a/test_a",
    ]  # fmt: skip


def test_afterwards_what_was_measured_decides_and_browsers_stay_at_the_end(tmp_path):
    finish(Order(tmp_path / "seconds.json"), {"a/test_a": 1, "a/test_b": 90, "config/test_processes": 30, "journeys/test_day": 200})
    items = [
        item("a/test_a"),
        item("journeys/test_f6", True),
        item("journeys/test_day", True),
        item("config/test_processes"),
        item("a/test_b"),
    ]
    assert sorted_names(Order(tmp_path / "seconds.json"), *items) == [
        "a/test_b", "config/test_processes", "a/test_a", "journeys/test_day", "journeys/test_f6",
    ]  # fmt: skip


@pytest.mark.parametrize("part", [{"source": ARGS}, {"keyword": "merge"}, {"markexpr": "redis"}, {"exitstatus": 2}])
def test_a_part_of_the_tests_or_a_broken_off_run_is_not_kept(tmp_path, part):
    kept = tmp_path / "seconds.json"
    finish(Order(kept), {"a/test_a": 1}, **part)
    assert not kept.exists()
    finish(Order(kept), {"a/test_a": 1, "a/test_b": 2}, exitstatus=1)
    finish(Order(kept), {"a/test_a": 3})
    assert Order(kept)._kept_seconds() == {"a/test_a": 3, "a/test_b": 2}


def test_a_file_that_cannot_be_read_is_as_none(tmp_path):
    (tmp_path / "seconds.json").write_text("{")
    assert sorted_names(Order(tmp_path / "seconds.json"), item("a/test_a"), item("config/test_demo")) == ["config/test_demo", "a/test_a"]
