"""The demo's bills: what the hospitals settled from the policy's first day on, through the real actions."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from config.demo.calendar import SEED
from hospitals.models import Stay
from ledger import clock
from ledger.models import Disease, Role, Staff
from settlement.actions.settling import Request, settle
from settlement.faults import BillRefused
from settlement.models import PolicyArea, PriceLimit, Settlement
from settlement.preparing import BillEntry

FIRST_DAY = datetime.date(2017, 7, 28)
UNTIL = datetime.date(2017, 10, 16)  # The stays of the last days wait at the window.
SETTLING = ("LC01", "LU01", "LZ01", "LZ02", "GX01")
YUAN = 100
# What a stay of a disease costs: from, to, in yuan. Whatever is not named costs as a tumour does.
COSTS = {
    "cataract": (5_200, 9_800), "end-stage-renal-disease": (3_800, 14_000), "asd": (32_000, 58_000), "vsd": (34_000, 61_000),
    "apl": (68_000, 145_000), "all": (72_000, 160_000),
}  # fmt: skip
TUMOUR = (24_000, 92_000)
LIMITS = {("cataract", "level-2"): 7_500, ("cataract", "level-3"): 9_000}
LIMIT_DOCUMENT = "示范限额（待市级文件）"


@contextmanager
def on_day(day: datetime.date) -> Iterator[None]:
    """What is done inside is done on that business date."""
    today, settings.BUSINESS_DATE = settings.BUSINESS_DATE, day
    try:
        yield
    finally:
        settings.BUSINESS_DATE = today


def settle_bills() -> int:
    """Settle the stays that ended up to ``UNTIL`` at the hospitals that have begun to; answers how many. Does nothing a second time."""
    if Settlement.objects.everywhere("whether the demo has settled").exists():
        return 0
    rng = Random(SEED)
    _limits()
    liaisons = {staff.hospital_code: staff for staff in Staff.objects.filter(role=Role.LIAISON).select_related("area__parent")}
    stays = Stay.objects.everywhere("the demo's past").filter(hospital__code__in=SETTLING, discharged_on__range=(FIRST_DAY, UNTIL))
    rows = list(stays.select_related("case__person__county__parent", "case__disease", "hospital").order_by("discharged_on", "pk"))
    forgotten, done = _forgotten(rows), 0
    days = {stay: stay.discharged_on + datetime.timedelta(days=28 if stay is forgotten else rng.choice((0, 0, 0, 1, 3))) for stay in rows}
    with transaction.atomic():
        for number, stay in enumerate(sorted(rows, key=lambda stay: (days[stay], stay.pk)), start=1):
            entry = _bill(stay, rng, number)
            try:
                with on_day(days[stay]):
                    settle(by=liaisons[stay.hospital.code], entry=entry, request=Request("demo", f"bill-{number}", number))
                done += 1
            except BillRefused:
                continue  # Nobody verified, enrolled or agreed: such bills wait at the window, as they should.
    return done


def _forgotten(stays: list[Stay]) -> Stay:
    """The first of two stays of one tumour patient: its bill turned up after the second was settled. The window shows what that changes."""
    seen: dict[int, Stay] = {}
    for stay in stays:
        earlier = seen.setdefault(stay.case_id, stay)
        if earlier is not stay and stay.case.disease.code not in COSTS:
            return earlier
    raise LookupError("the demo has a tumour patient with two stays")


def _bill(stay: Stay, rng: Random, number: int) -> BillEntry:
    low, high = COSTS.get(stay.case.disease.code, TUMOUR)
    total = rng.randint(low * YUAN, high * YUAN)
    in_policy = total * rng.randint(820, 965) // 1000
    drugs = total * rng.randint(180, 420) // 1000
    drugs_out = drugs * rng.choice((0, 1, 2, 3, 6)) // 100
    limits = {level: fen * YUAN for (disease, level), fen in LIMITS.items() if disease == stay.case.disease.code}
    level = stay.hospital.levels.first().level
    return BillEntry(
        person=stay.case.person, disease=stay.case.disease, hospital=stay.hospital,
        bill_no=f"{stay.discharged_on:%Y%m%d}-{number:04d}", admitted_on=stay.admitted_on, discharged_on=stay.discharged_on, total=total,
        in_policy=in_policy, limit=limits.get(level), drugs_in=drugs - drugs_out, drugs_out=drugs_out,
        referral_number=f"ZZ2017{number:05d}" if stay.hospital.pooling_area else "",
    )  # fmt: skip


def _limits() -> None:
    area, day = PolicyArea.objects.get(name="柳州市"), DateRange(FIRST_DAY, None)
    for (disease, level), amount in LIMITS.items():
        PriceLimit.objects.create(
            area=area, disease=Disease.objects.get(code=disease), level=level, during=day, amount_yuan=amount, document=LIMIT_DOCUMENT,
            made_at=clock.now(),
        )  # fmt: skip
