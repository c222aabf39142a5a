"""Enforces the access table on every request."""

import time
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from config.access import rule_for
from config.kept import note_saved, way_back
from config.origin import came_from
from hospitals.models import FollowUp, Stay
from ledger.actions.trail import request_address
from ledger.models import Case, Person, Proof
from ledger.views.account import not_here, only_from_a_page
from ledger.views.merged import MergedAway, led_on
from settlement.models import Dispute, PaidBill, Settlement, Statement

SEEN = "seen"
LEFT_MEANWHILE = tuple(model.DoesNotExist for model in (Person, Case, Proof, Stay, FollowUp, Settlement, Statement, Dispute, PaidBill))
OPEN_WITH_FIRST_PASSWORD = {"account:password", "account:logout", "account:login", "health", "healthz-deadline", "hospitals:public"}


def stay_signed_in(session: SessionBase) -> None:
    """The half hour begins anew with every page: written down once a minute, not each time, so that looking writes nothing."""
    now = int(time.time())
    if now - session.get(SEEN, 0) >= settings.SESSION_COOKIE_AGE / 30:
        session[SEEN] = now


class AccessMiddleware:
    """No row: refused. Not signed in: the door. Another role: 404, as if the page were not there."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_address.set(came_from(request.META))
        try:
            response = self.get_response(request)
        finally:
            request_address.reset(token)
        # The health page drops the session, so as to write nothing.
        signed_in = hasattr(request, "session") and request.user.is_authenticated
        if signed_in:
            stay_signed_in(request.session)
        if signed_in and request.method == "POST":
            note_saved(request, response)
        if signed_in and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"  # What was on the screen is gone after signing out.
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        name = request.resolver_match.view_name
        rule = rule_for(name)
        if rule is None:
            raise ImproperlyConfigured(f"{name} has no row in config/access.py")
        if rule.signed:
            return None  # The interface checks the signature, and answers a wrong method as a problem.
        if rule.roles is not None:
            if not request.user.is_authenticated:
                return self.to_the_door(request)
            if not rule.allows(request.user.role):
                raise Http404
            if request.user.must_change_password and name not in OPEN_WITH_FIRST_PASSWORD:
                return redirect("account:password")
        methods = rule.methods.split()
        # A view tells a write from a look by POST alone: HEAD is let through where a look is, OPTIONS nowhere.
        if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
            refused = HttpResponseNotAllowed(methods)
            if request.method == "GET" and rule.roles is not None:
                refused.content = only_from_a_page(request).content  # Somebody pressed Enter in the address bar.
            return refused
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A record that left the reader's area between the page and the action answers as if it were not there; a merged one leads on."""
        if isinstance(exception, LEFT_MEANWHILE):
            return not_here(request)
        return led_on(request, exception) if isinstance(exception, MergedAway) else None

    def to_the_door(self, request: HttpRequest) -> HttpResponse:
        """To sign in and come back. Whoever was typing is told that nothing was saved (``lost``), and a fragment takes its page along."""
        if request.headers.get("Accept", "").startswith("application/json"):
            return JsonResponse({"detail": "登录已过期，请重新登录。"}, status=401)
        back, fragment = way_back(request), request.headers.get("HX-Request")
        told = {"next": back} if back and back != "/" else {}
        told |= {"lost": "1"} if fragment or request.method == "POST" else {}
        door = reverse("account:login") + (f"?{urlencode(told)}" if told else "")
        return HttpResponse(status=204, headers={"HX-Redirect": door}) if fragment else redirect(door)
