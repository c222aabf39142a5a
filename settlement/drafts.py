"""Bills that are being entered: kept in the session of whoever enters them, named by a token, so that no address holds a person."""

import datetime
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from hospitals.models import Hospital
from ledger.models import Disease, Person, Staff
from settlement.actions.settling import Request
from settlement.models import RequestKey, Settlement
from settlement.money import to_fen
from settlement.preparing import BillEntry

KEY = "settlement_drafts"
KEPT = 20  # Drafts of one session; the oldest gives way.
LOST = "这份账单不在本次登录里，或者已经过期。请重新按身份证号查找。"


@dataclass
class Draft:
    """``bill`` is what the form understood (amounts in fen, days in ISO), empty until it was good once."""

    token: str
    person: int
    hospital: str
    bill: dict = field(default_factory=dict)
    after: int | None = None  # The reversed settlement whose bill is settled again.

    @property
    def content(self) -> str:
        """What the bill says, in short: a confirmation names it, so that nobody confirms what another tab has changed."""
        text = json.dumps(self.bill, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def request(self, by: Staff) -> Request:
        """The settlement's idempotency key is the draft's token."""
        return Request(scope_of(by), self.token, self.bill)


def scope_of(by: Staff) -> str:
    return f"staff:{by.pk}"


def open_draft(request: HttpRequest, person: Person, bill: dict | None = None, after: int | None = None) -> Draft:
    """A new bill of somebody found at the window."""
    draft = Draft(secrets.token_urlsafe(12), person.pk, request.user.hospital_code, bill or {}, after)
    keep(request, draft)
    return draft


def keep(request: HttpRequest, draft: Draft) -> None:
    drafts = request.session.get(KEY, {})
    drafts.pop(draft.token, None)
    drafts[draft.token] = asdict(draft)
    request.session[KEY] = dict(list(drafts.items())[-KEPT:])


def draft_of(request: HttpRequest, token: str) -> Draft | None:
    """The session's draft; none after the member of staff went over to another hospital."""
    kept = request.session.get(KEY, {}).get(token)
    draft = Draft(**kept) if kept else None
    return draft if draft and draft.hospital == request.user.hospital_code else None


def settled_as(by: Staff, token: str) -> int | None:
    """The settlement that this draft has become."""
    return RequestKey.objects.filter(scope=scope_of(by), key=token).values_list("settlement", flat=True).first()


def with_draft(view: Callable[[HttpRequest, Draft], HttpResponse]) -> Callable[..., HttpResponse]:
    """A page about a draft: one that is settled leads to its record, one that is lost back to the search."""

    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponse:
        request.nav_name = "settlement:bill"
        if settled := settled_as(request.user, token):
            return _leads_to(request, reverse("settlement:record", args=[settled]))
        draft = draft_of(request, token)
        if draft is None:
            messages.warning(request, LOST)
            return _leads_to(request, reverse("settlement:bill"))
        return view(request, draft)

    return page


def _leads_to(request: HttpRequest, address: str) -> HttpResponse:
    """Another page; a fragment's request takes the whole page there."""
    return HttpResponse(status=204, headers={"HX-Redirect": address}) if request.htmx else redirect(address)


def person_of(draft: Draft) -> Person:
    people = Person.objects.everywhere("found at this window by the whole number, or by a stay here")
    return people.select_related("county__parent", "township", "village").bearer(draft.person)


def entry_of(draft: Draft, person: Person, hospital: Hospital) -> BillEntry:
    """The draft as the settlement takes it."""
    bill, day = draft.bill, datetime.date.fromisoformat
    return BillEntry(
        person=person, disease=Disease.objects.select_related("group").get(code=bill["disease"]), hospital=hospital, bill_no=bill["bill_no"],
        admitted_on=day(bill["admitted_on"]), discharged_on=day(bill["discharged_on"]), total=bill["total"], in_policy=bill["in_policy"],
        limit=bill["limit"], drugs_in=bill["drugs_in"], drugs_out=bill["drugs_out"], given=bill["given"],
        referral_number=bill["referral_number"],
    )  # fmt: skip


def bill_of_settlement(settlement: Settlement) -> dict:
    """A settlement's bill as a draft keeps it, so that it can be settled anew."""
    inputs = settlement.inputs

    def fen(amount) -> int | None:
        return None if amount is None else to_fen(amount)

    return {
        "stay": settlement.stay_id, "disease": settlement.disease.code, "bill_no": settlement.bill_no,
        "admitted_on": inputs["admitted_on"], "discharged_on": inputs["discharged_on"], "total": inputs["total"],
        "in_policy": inputs["in_policy"], "limit": inputs["limit"], "drugs_in": fen(settlement.drugs_in_yuan),
        "drugs_out": fen(settlement.drugs_out_yuan), "given": dict(inputs["given"]), "referral_number": settlement.referral_number,
    }  # fmt: skip
