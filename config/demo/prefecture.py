"""Loads the demo prefecture: one transaction, the same people at every start."""

import datetime
from random import Random

from django.db import transaction

from config.demo.accounts import make_accounts
from config.demo.book import Book
from config.demo.calendar import LAST_DAY, SEED, ZONE
from config.demo.cast import Cast
from config.demo.check_rules import make_check_rules
from config.demo.contacts import make_contacts
from config.demo.deferral import make_rule, tell_deferrals
from config.demo.desks import Desks
from config.demo.experts import make_groups, tell_consultations
from config.demo.goals import make_goals
from config.demo.holidays import make_holidays
from config.demo.hospitals import make_hospitals
from config.demo.invention import Invention
from config.demo.life import Life
from config.demo.people import Registry
from config.demo.places import CITY, make_places
from config.demo.referrals import tell_referrals
from config.demo.returns import make_returns
from config.demo.standards import make_standards, tell_pathways
from config.demo.transfers import tell_transfers
from config.demo.visits import make_rules, tell_visits
from hospitals.models import Consultation, Deferral, Deposit, Referral, ReferralMove
from ledger import clock
from ledger.models import Disease, Division, Transfer
from ledger.reference import load_reference
from settlement.actions.loading import load_shipped


class AlreadyLoaded(Exception):
    """There are divisions already: the demo never mixes with other data."""


def is_loaded() -> bool:
    return Division.objects.filter(code=CITY).exists()


@transaction.atomic
def load_prefecture(password: str) -> None:
    """Divisions, hospitals, accounts (all with this password), people with their lives up to 20 October 2017, and returns.

    Raises AlreadyLoaded when any division exists.
    """
    if Division.objects.exists():
        raise AlreadyLoaded("The database holds divisions already; the demo prefecture is loaded into an empty one only.")
    load_reference()
    diseases = {disease.code: disease for disease in Disease.objects.all()}
    places = make_places()
    hospitals = make_hospitals(places, diseases)
    staff = make_accounts(password, places)
    make_holidays(places.city)
    make_goals(places.city)
    make_check_rules(places.city)
    rng = Random(SEED)
    book = Book(Cast(rng, places, staff, hospitals, diseases))
    registry = Registry(book, Invention(rng))
    Life(registry).tell()
    Desks(registry).fill()
    make_rules(places, diseases)
    tell_visits(book)
    tell_pathways(book, make_standards(places, diseases))
    requests = tell_transfers(book)
    consultations = tell_consultations(book, make_groups(places, hospitals, diseases, staff))
    make_rule(places.city)
    agreements, deposits = tell_deferrals(book)
    referrals, referral_steps = tell_referrals(book)
    book.write()
    Deferral.objects.bulk_create(agreements)
    Deposit.objects.bulk_create(deposits)
    Transfer.objects.bulk_create(requests)
    Referral.objects.bulk_create(referrals)
    ReferralMove.objects.bulk_create(referral_steps)
    Consultation.objects.bulk_create(consultations)
    book.write_trail([*make_contacts(places, hospitals), *make_returns(places)])
    with clock.standing_at(datetime.datetime.combine(LAST_DAY, datetime.time(9), ZONE)):  # Whatever the hour, after what is told above.
        load_shipped()
