"""What every test stands on: the test database, the fixed cast, and loud words about what could not be tested."""

import gc
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from tests.roomy import with_room

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    # A new page in the old one's frame takes a third less of the machine. (Of two such lists only the last counts: Playwright's own are in it.)
    "--disable-features=RenderDocument,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,OptimizationHints,"
    "AvoidCorsURLLoaderRestartOnRedirect,TcpPortRandomizationWin,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch",
]  # fmt: skip
NEEDS = {  # marker: (program, variable that forbids the skip)
    "browser": ("chromium", "LEDGER_REQUIRE_BROWSER"),
    "redis": ("redis-server", "LEDGER_REQUIRE_REDIS"),
}
# The same engine without what draws a window takes a third less of the machine; either will do.
RATHER = {"chromium": "chromium-headless-shell"}

# Started in the background, a shell has us ignore Ctrl-C and hang-ups, and the programs under test would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _program(marker: str) -> str | None:
    wanted, _ = NEEDS[marker]
    for name in filter(None, (RATHER.get(wanted), wanted)):
        if found := shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/bin"):
            return found
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs Chromium or Redis where there is none, or fail where a variable says that they must be there."""
    for marker, (name, variable) in NEEDS.items():
        if item.get_closest_marker(marker) is None or _program(marker):
            continue
        if os.environ.get(variable) == "yes":
            pytest.fail(f"{name} is not installed, and {variable}=yes says that it must be", pytrace=False)
        pytest.skip(f"{name} is not installed (apt-get install {name}; {variable}=yes turns this skip into a failure)")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Each test has room for what it calls."""
    test = pyfuncitem.obj
    pyfuncitem.obj = lambda **given: with_room(test, given)
    try:
        return (yield)
    finally:
        pyfuncitem.obj = test


def pytest_terminal_summary(terminalreporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    terminalreporter.write_sep("!", f"{len(skipped)} TESTS WERE SKIPPED", red=True, bold=True)
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.write_line(f"NOT TESTED {report.nodeid}: {reason.removeprefix('Skipped: ')}", red=True)
    terminalreporter.write_sep("!", red=True)


# ---- the order ----


def pytest_configure(config: pytest.Config) -> None:
    """The order is kept in a file of the settings' folder, so it is asked for when there are settings."""
    from tests.order import Order

    config.pluginmanager.register(Order(), "order")


def pytest_collection() -> None:
    """Python's collector rests while everything is imported, for what is imported stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From here on it leaves alone what was imported: walking that again and again took an eighth of the time of all tests."""
    gc.freeze()
    gc.set_threshold(700, 10, 100)
    gc.enable()


# ---- the test database ----


def _drop_leftovers() -> None:
    """Test databases of runs that were killed: their process is gone."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_ledger_[0-9]+'")
        for (name,) in cursor.fetchall():
            if not Path(f"/proc/{re.search('[0-9]+', name)[0]}").exists():
                cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker) -> None:
    """On the checkout's own server the test database is a copy; elsewhere it is made from the migrations, and nothing else is left there."""
    if not hasattr(settings, "EMBEDDED_SERVER"):
        return
    from tests.template import template

    with django_db_blocker.unblock():
        _drop_leftovers()
        connection.settings_dict["TEST"] |= {"TEMPLATE": template(), "MIGRATE": False}


STANDING = "what stands before a test"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, request) -> Iterator[None]:
    """Reference data stands in every test database, whatever a test commits, and beside it the cast for the tests that ask for it."""
    from ledger.reference import load_reference
    from tests.emptying import Standing

    name = connection.settings_dict["NAME"]
    assert name.startswith("test_"), (
        f"no test of this run has the mark django_db, so there is no test database; {name} is not ours to touch"
    )
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        load_reference()
        standing = Standing(django_db_blocker)
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: standing.bring_back())
        request.config.pluginmanager.register(standing, STANDING)
        django_db_blocker.block()
        yield
        request.config.pluginmanager.unregister(standing)
        django_db_blocker.restore()


@pytest.fixture
def reference(db) -> None:
    """Diseases and coverage, which every test finds."""


@pytest.fixture
def cast(reference, request) -> Iterator:
    """The fixed cast of tests/cast.py: two counties, their towns, hospitals and staff."""
    from tests.cast import Cast, Unchanged

    standing = request.config.pluginmanager.get_plugin(STANDING)
    if standing.stands == "bare":  # The first test of all, or a module that keeps a transaction open.
        yield Cast.assemble()
    elif not connection.in_atomic_block:  # Whoever commits may change the cast in another thread's connection.
        yield Cast(standing.scene.kept)
    else:
        with connection.execute_wrapper(unchanged := Unchanged()):
            yield Cast(standing.scene.kept, unchanged)


@pytest.fixture
def world(cast, request):
    """The objects that every address of the ledger names: tests/config/access_world.py."""
    from tests.config.access_world import World

    standing = request.config.pluginmanager.get_plugin(STANDING)
    return World(cast, standing.scene.world) if standing.stands == "world" else World(cast)


@pytest.fixture(autouse=True)
def _a_fresh_door() -> Iterator[None]:
    """Nothing that a request leaves in the process reaches the next test."""
    yield
    from ledger.actions.trail import request_address

    request_address.set(None)


@pytest.fixture(autouse=True, scope="session")
def _static_files_are_looked_for_once() -> Iterator[None]:
    """The files that every test client would list anew do not change while the tests run."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def remembered(door: WhiteNoiseMiddleware) -> None:
        if not found:
            look(door)
            found.update(door.files)
        door.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", remembered)
        yield


@pytest.fixture(autouse=True, scope="session")
def _a_browser_fetches_a_style_sheet_once() -> Iterator[None]:
    """Of files as new as those of a fresh checkout it would ask at every page whether they have changed."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler

    serve = StaticFilesHandler.serve

    def kept(handler: StaticFilesHandler, request):
        answer = serve(handler, request)
        answer["Cache-Control"] = "max-age=3600"
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", kept)
        yield


# ---- programs of the machine ----


@pytest.fixture(scope="session")
def chromium() -> str:
    """Chromium's path, for tests marked ``browser``."""
    return _program("browser")


@pytest.fixture(scope="session")
def browser(chromium) -> Iterator:
    """One Chromium for every test of the process that needs one: two would be in each other's event loop."""
    from playwright.sync_api import sync_playwright

    # Playwright runs an event loop in this thread; Django would take our own queries for a slip.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        engine = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield engine
        engine.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis of the tests' own on a free port, for tests marked ``redis``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [_program("redis"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + 10
            while socket.socket().connect_ex(("127.0.0.1", port)):
                assert server.poll() is None and time.monotonic() < deadline, "redis-server did not start"
                time.sleep(0.05)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(10)
