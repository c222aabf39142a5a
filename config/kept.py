"""Which typed forms the server has saved, told to the browser that keeps them; and the way back for whoever must sign in again."""

import re
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from config.access import rule_for

REMEMBERED = 20  # Forms a session has saved last; a page that never came may be asked for again later.
_MARK = re.compile(r"[0-9a-f]{16}")


def note_saved(request: HttpRequest, response: HttpResponse) -> None:
    """A form that carried the mark of its draft and was led on is saved: one that was not comes back with its faults."""
    mark = request.POST.get("kept_draft", "")
    if not _MARK.fullmatch(mark) or not 300 <= response.status_code < 400:
        return
    if response["Location"].startswith((reverse("account:login"), reverse("account:password"))):
        return
    request.session["saved_forms"] = [*request.session.get("saved_forms", []), mark][-REMEMBERED:]


def way_back(request: HttpRequest) -> str:
    """The page to open after signing in again: this one, or for what has no page of its own the one it was sent from."""
    if request.headers.get("HX-Request"):
        return _ours(request, request.headers.get("HX-Current-URL", ""))
    if request.method in ("GET", "HEAD") or "GET" in rule_for(request.resolver_match.view_name).methods.split():
        return request.get_full_path()
    return _ours(request, request.headers.get("Referer", ""))


def _ours(request: HttpRequest, address: str) -> str:
    """The path of an address of ours; nothing of anybody else's."""
    parts = urlsplit(address)
    if parts.netloc != request.get_host() or not parts.path.startswith("/"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
