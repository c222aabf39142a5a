"""Which typed forms the server has saved, told to the browser that keeps them; and the way back for whoever must sign in again."""

import re
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse

from config.access import rule_for

REMEMBERED = 20  # Forms a session has saved last; a page that never came may be asked for again later.
_MARK = re.compile(r"[0-9a-f]{16}")


def note_saved(request: HttpRequest, response: HttpResponse) -> None:
    """A form that carried the mark of its draft and was led on is saved: one that was not comes back with its faults.

    A view that answers a saved form with a page sets ``request.form_saved``.
    """
    mark = request.POST.get("kept_draft", "")
    led_on = 300 <= response.status_code < 400
    if not _MARK.fullmatch(mark) or not (led_on or getattr(request, "form_saved", False)):
        return
    if led_on and response["Location"].startswith((reverse("account:login"), reverse("account:password"))):
        return
    request.session["saved_forms"] = [*request.session.get("saved_forms", []), mark][-REMEMBERED:]


def way_back(request: HttpRequest) -> str:
    """The page to open after signing in again: this one, or for what has no page of its own the one it was sent from."""
    if request.headers.get("HX-Request"):
        return _ours(request, request.headers.get("HX-Current-URL", ""))
    if request.method in ("GET", "HEAD") or "GET" in rule_for(request.resolver_match.view_name).methods.split():
        return request.get_full_path()
    # A preview is itself the answer to a POST: its form names the list that it was opened from.
    return _ours(request, request.headers.get("Referer", "")) or _ours(request, request.POST.get("next", ""))


def _ours(request: HttpRequest, address: str) -> str:
    """The path of a page of ours that can be opened by its address; nothing of anybody else's."""
    try:
        parts = urlsplit(request.build_absolute_uri(address) if address else "")
        rule = rule_for(resolve(parts.path).view_name)
    except (ValueError, Resolver404):
        return ""
    if parts.netloc != request.get_host() or rule is None or "GET" not in rule.methods.split():
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
