"""All checks of a return, the gravest first, with the answers that still fit what was found."""

import datetime
from dataclasses import replace

from django.utils import timezone

from ledger.models import Division, Staff
from reports.checks.check import Answer, Check, in_order, opened
from reports.checks.city_count import city_count
from reports.checks.contacts import contacts
from reports.checks.deferral import deferral
from reports.checks.falling import falling
from reports.checks.ground import Ground, answers_of, look
from reports.checks.jump import jump
from reports.checks.keeping import kept_checks, people_open_to
from reports.checks.lists import lists
from reports.checks.own import own
from reports.checks.people import people
from reports.checks.sums import sums

MONTH = (sums, lists, falling, jump, people, city_count)


def run_checks(staff: Staff, county: Division, period: datetime.date, payloads: dict[str, dict]) -> list[Check]:
    """What there is to tell of a county's return of one group of forms (F1 with F2, F6 or F4) for a period, the gravest first.

    A return that has been submitted tells what it told when it was checked. So many queries however many people.
    """
    ground = look(staff, county, period, payloads)
    frozen = [ground.now[form] for form in payloads if form in ground.now and ground.now[form].is_frozen]
    if len(frozen) == len(payloads) and any(submission.checks for submission in frozen):
        return kept_checks(staff, next(submission for submission in frozen if submission.checks))
    found = [check for kind in _kinds(payloads) for check in kind(ground)]
    return in_order(_answered(ground, opened(found, people_open_to(staff, found))))


def _kinds(payloads: dict[str, dict]) -> tuple:
    return {"F1": (*MONTH, own), "F6": (deferral, own), "F4": (contacts, own)}[min(payloads)]


def _answered(ground: Ground, checks: list[Check]) -> list[Check]:
    """An answer stands as long as the finding is the one it was given for; one to another finding is kept at hand."""
    if not any(check.tone == "warn" for check in checks):
        return checks
    given, found = answers_of(ground), []
    for check in checks:
        kept = given.get(check.code) if check.tone == "warn" else None
        if kept is None:
            found.append(check)
        elif kept.finding == check.finding:
            found.append(replace(check, answer=Answer(kept.text, kept.by.full_name, timezone.localtime(kept.at).date())))
        else:
            found.append(replace(check, earlier=kept.text))
    return found
