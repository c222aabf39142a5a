"""The user guide cannot grow old unseen: its words are on the pages it names, its pictures are those of the script, its links lead somewhere.

A section names the pages it tells of by comments that no reader sees: ``<!-- open ROLE ADDRESS [key=value] [?query] -->``, and by
``<!-- source FILE … -->`` the files whose words show only in a state that the tests' world is not in. What stands in 「」 must be on one of
the section's pages or in its files; what stands in “” is a sentence of the ledger's, wherever it is said.
"""

import html
import importlib.util
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client
from django.urls import resolve, reverse
from PIL import Image

from config.access import TABLE
from ledger.models import Role
from tests.config.access_world import ROLE_STAFF, World
from tests.config.conftest import CHECKOUT

MANUAL = CHECKOUT / "docs" / "manual"
CHAPTERS = sorted(MANUAL.glob("*.md"))
TEXT = {path.name: path.read_text() for path in CHAPTERS}
PICTURE = re.compile(r"!\[([^\]]+)\]\(images/([^)]+)\)")
OPEN = re.compile(r"<!-- open (\S+) (\S+)((?: \w+=\S+)*)( \?\S+)? -->")
SOURCE = re.compile(r"<!-- source ([^>]+) -->")
MOST_BYTES, MOST_BYTES_IN_ALL, SIZE = 120_000, 6_000_000, (1366, 768)


def load_shots() -> list:
    spec = importlib.util.spec_from_file_location("manual_shots", MANUAL / "shots.py")
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module  # Its dataclass looks for itself there.
    spec.loader.exec_module(module)
    return module.SHOTS


SHOTS = load_shots()


def sections(name: str) -> list[tuple[str, str]]:
    """Each heading of the second rank with what follows it."""
    parts = re.split(r"^## (.+)$", TEXT[name], flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


class Words(HTMLParser):
    """All that a page shows: its text, and what its buttons, fields and pictures are called."""

    NAMING = ("value", "placeholder", "title", "aria-label", "alt")

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag, attributes):
        self.silent += tag in ("script", "style")
        self.found += [value for key, value in attributes if key in self.NAMING and value]

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent:
            self.found.append(data)


def words_of(page: str) -> str:
    parser = Words()
    parser.feed(page)
    return re.sub(r"\s+", " ", "".join(parser.found))


def corpus() -> str:
    """Everything that the ledger may say: its templates, its code and its scripts."""
    files = [*(CHECKOUT / "templates").rglob("*.html"), *(CHECKOUT / "static" / "js").glob("*.js")]
    for app in ("config", "reports", "settlement", "hospitals", "ledger"):
        files += [path for path in (CHECKOUT / app).rglob("*.py") if "migrations" not in path.parts]
    return html.unescape("\n".join(path.read_text() for path in files))


# ---- the pictures ----


def test_every_picture_is_there_and_none_is_left_over():
    shown = [file for text in TEXT.values() for _, file in PICTURE.findall(text)]
    assert sorted(set(shown)) == sorted(shot.file for shot in SHOTS), "what the guide shows, and what the script takes"
    assert len(shown) == len(set(shown)), "each picture once"
    assert sorted(path.name for path in (MANUAL / "images").iterdir()) == sorted(shot.file for shot in SHOTS)


def test_every_picture_is_of_one_size_and_light():
    total = 0
    for path in (MANUAL / "images").glob("*.png"):
        with Image.open(path) as picture:
            assert (picture.size, picture.mode, path.stat().st_size < MOST_BYTES) == (SIZE, "P", True), path.name
        total += path.stat().st_size
    assert total < MOST_BYTES_IN_ALL


def test_every_picture_is_of_a_page_that_its_role_may_open():
    roles = sorted((role.value for role in Role), key=len, reverse=True)
    for shot in SHOTS:
        role = next((role for role in roles if shot.who.startswith(role)), None)
        rule = TABLE[resolve(shot.address().partition("?")[0]).view_name]
        assert rule.roles is None if not shot.who else rule.allows(role), shot.name


# ---- the text ----


def test_there_is_a_chapter_for_every_role_and_the_index_names_it():
    told = {role for text in TEXT.values() for role, *_ in OPEN.findall(text)} - {"-"}
    assert told >= {role.value for role in Role} - {Role.DISABLED.value}  # Its pages are those of its two sisters.
    for name in TEXT:
        assert name == "README.md" or f"]({name})" in TEXT["README.md"], name


def test_every_link_leads_somewhere():
    def anchors(path: Path) -> set[str]:
        headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
        return {re.sub(r"[^\w-]", "", heading.strip().replace(" ", "-")).lower() for heading in headings}

    for path in CHAPTERS:
        for file, anchor in re.findall(r"(?<!!)\[[^\]]*\]\(([^)#]*)(?:#([^)]+))?\)", path.read_text()):
            there = (path.parent / file).resolve() if file else path
            assert there.exists(), (path.name, file)
            assert not anchor or anchor in anchors(there), (path.name, file, anchor)


@pytest.mark.parametrize("name", sorted(TEXT))
def test_every_sentence_quoted_is_one_the_ledger_says(name):
    said = corpus()
    quoted = [words for _, section in sections(name) for words in re.findall("“([^”]+)”", re.sub(r"!\[.*", "", section))]
    missing = [words for words in quoted if any(part.strip() and part.strip() not in said for part in re.split(r"\d+|…+", words))]
    assert missing == []


class Reader:
    """Opens pages of the tests' world as each role, each page once."""

    def __init__(self, cast):
        self.world, self.cast = World(cast), cast
        self.clients: dict[str, Client] = {}
        self.pages: dict[tuple, str] = {}
        self.refused: list[str] = []

    def page(self, role: str, view: str, changed: str, query: str) -> str:
        asked = (role, view, changed, query)
        if asked not in self.pages:
            self.pages[asked] = self._open(*asked)
        return self.pages[asked]

    def _open(self, role: str, view: str, changed: str, query: str) -> str:
        if role not in self.clients:
            self.clients[role] = Client()
            if role != "-":
                self.clients[role].force_login(getattr(self.cast, ROLE_STAFF[Role(role)]))
        address = self.world.address(view, self.world.own)
        if changed:
            found = resolve(address)
            values = {**found.kwargs, **dict(pair.split("=") for pair in changed.split())}
            address = reverse(view, kwargs=values)
        answer = self.clients[role].get(address + query.strip())
        if answer.status_code != 200:
            self.refused.append(f"{role} cannot open {view}: {answer.status_code}")
        return words_of(answer.content.decode())


@pytest.mark.django_db
def test_every_button_and_field_named_is_on_its_page(cast):
    reader, wrong = Reader(cast), []
    for name in TEXT:
        for heading, section in sections(name):
            named = set(re.findall("「([^」]+)」", section))
            seen = [reader.page(*asked) for asked in OPEN.findall(section)]
            seen += [html.unescape((CHECKOUT / file).read_text()) for files in SOURCE.findall(section) for file in files.split()]
            wrong += [(name, heading, words) for words in sorted(named) if not any(words in page for page in seen)]
    assert reader.refused == []
    assert wrong == []
