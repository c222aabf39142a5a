"""A real browser against the real pages; a request off our own address, or a word on its console, fails the journey.

A journey waits for what it wants to see, and only a page that never shows it takes long to fail.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

UNDER_WAY = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
PATIENCE = 90_000  # Milliseconds; a busy machine is slow, not wrong.


class Desk:
    """Somebody at a screen of 1366 × 768."""

    def __init__(self, browser, address: str):
        self.address, self.complaints, self.expected = address, [], {422}
        self.context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US", accept_downloads=True)
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.page.on("request", self._on_request)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def _on_request(self, request) -> None:
        if not request.url.startswith((self.address, "data:", "about:", "blob:")):
            self.complaints.append(f"off our address: {request.url}")

    def _on_console(self, message) -> None:
        # A refused form answers 422, which the console repeats; that is not a fault, nor is another answer that the story means.
        if message.type in ("error", "warning") and not any(f"status of {code}" in message.text for code in self.expected):
            self.complaints.append(f"console: {message.text}")

    def sign_in(self, username: str, password: str) -> None:
        """By keyboard alone."""
        self.page.goto(f"{self.address}/account/login/")
        self.page.locator("#id_username").focus()
        self.page.keyboard.type(username)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(password)
        # Asking a page for its layout before its own style sheet has come would show Bootstrap's blocked data: pictures.
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press("Enter")
        self.page.wait_for_selector("nav.side")

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.comes_to_rest()  # The panels that a page fetches have come.

    def comes_to_rest(self) -> None:
        """Whatever the page has asked for has come and stands in its place."""
        self.page.wait_for_selector(UNDER_WAY, state="detached")

    def shows(self, *sentences: str) -> None:
        """Wait until each stands on the page."""
        for sentence in sentences:
            expect(self.page.locator("#main")).to_contain_text(sentence, timeout=PATIENCE)

    def stands_at(self, field: str) -> None:
        """Wait until the focus is on the field of this id."""
        self.page.wait_for_selector(f"#{field}:focus")

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for what only a question tells. (Playwright's wait_for_function evaluates a string, which our policy forbids the page.)"""
        end = time.monotonic() + PATIENCE / 1000
        while not true():
            assert time.monotonic() < end, "it did not come to that"
            self.page.wait_for_timeout(20)

    def holds(self, address: str) -> Callable[[], None]:
        """What is asked of this address is answered only when the function is called that comes back; it waits until something was asked."""
        asked, free = [], []
        self.page.route(address, lambda route: route.continue_() if free else asked.append(route))

        def answer() -> None:
            self.until(lambda: bool(asked))
            free.append(True)
            for route in asked:
                route.continue_()

        return answer

    def follows(self, *keys: str) -> None:
        """Press these, of which the last leads to another page, and wait for it."""
        self.comes_to_rest()
        with self.page.expect_navigation(wait_until="load"):
            self.press(*keys)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def says(self) -> str:
        return self.page.inner_text("#main")


@pytest.fixture
def desk(browser, live_server) -> Iterator:
    """Opens a desk; afterwards none of them may have complained."""
    desks: list[Desk] = []

    def sit() -> Desk:
        desks.append(Desk(browser, live_server.url))
        return desks[-1]

    yield sit
    for one in desks:  # A panel that comes later would be answered from the next test's tables.
        with suppress(Error):
            one.page.wait_for_selector(UNDER_WAY, state="detached", timeout=10_000)
    complaints = [complaint for one in desks for complaint in one.complaints]
    for one in desks:
        one.context.close()
    assert complaints == []
