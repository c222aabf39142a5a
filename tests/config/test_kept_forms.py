"""Every form that somebody types into keeps what was typed, and no Enter in it presses a button that nobody chose."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
FORM = re.compile(r"<form\b(?P<tag>[^>]*(?:\{%[^%]*%\}[^>]*)*)>(?P<body>.*?)(?:</form>|\Z)", re.S)
TYPED = re.compile(r"\{% field |<textarea|<select|<input(?![^>]*type=\"(?:hidden|checkbox|radio|submit)\")")
ONE_LINE = re.compile(r"\{% field |<input(?![^>]*type=\"(?:hidden|checkbox|radio|submit|file)\")")
# Nothing to lose: a password, a search, a purpose asked anew each time, a file that has to be chosen again anyway.
NOT_KEPT = {
    "account/login.html", "account/password.html",
    "ledger/find.html", "ledger/merge_choose.html", "settlement/_find_patient.html",
    "ledger/case_card.html", "ledger/case_export.html", "hospitals/plan_print.html",
    "ledger/import_choose.html", "ledger/holiday_import.html", "ledger/division_import.html", "settlement/bill_import.html",
    "settlement/checks/import.html", "reports/compare.html",
}  # fmt: skip
# A name, a phrase, a sum that saves nothing: Enter does what is meant.
ENTER_SENDS = {"ledger/filter_keep.html", "settlement/benefit_of.html", "hospitals/plan_phrases.html"}


def typed_forms() -> list[tuple[str, str, str]]:
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        for form in FORM.finditer(path.read_text()):
            if 'method="post"' in form["tag"] and TYPED.search(form["body"]):
                found.append((str(path.relative_to(TEMPLATES)), form["tag"], form["body"]))
    return found


def test_the_forms_are_found():
    """The switch: a pattern that no longer fits would find nothing to complain of."""
    assert len(typed_forms()) > 80 and {name for name, _, _ in typed_forms()} >= NOT_KEPT | ENTER_SENDS


def test_what_is_typed_is_kept():
    """Without data-keep it is lost with the session or the network."""
    assert sorted({name for name, tag, _ in typed_forms() if "data-keep" not in tag} - NOT_KEPT) == []


def test_enter_moves_on():
    """Without data-enter-moves it presses the form's first button, whichever that is: 不同意 stands before 同意."""
    kept = [(name, tag) for name, tag, body in typed_forms() if name not in NOT_KEPT and ONE_LINE.search(body)]
    assert sorted({name for name, tag in kept if "data-enter-moves" not in tag} - ENTER_SENDS) == []
