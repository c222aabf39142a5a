"""A real browser against the real pages; a request off our own address, or a word on its console, fails the journey."""

from collections.abc import Iterator

import pytest


class Desk:
    """Somebody at a screen of 1366 × 768."""

    def __init__(self, browser, address: str):
        self.address, self.complaints, self.expected = address, [], {422}
        self.context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US", accept_downloads=True)
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
        self.page.wait_for_selector(".htmx-request", state="detached")  # The panels that a page fetches have come.

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
    complaints = [complaint for one in desks for complaint in one.complaints]
    for one in desks:
        one.context.close()
    assert complaints == []
