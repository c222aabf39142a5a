"""What the tests of the pages of merging share: two records of one woman, and the ways to the pages."""

import datetime
import re

from django.urls import reverse

from ledger.actions.merging import seen_now
from ledger.models import Person

D = datetime.date
TODAY = D(2017, 10, 20)
WHY = "同名同出生日期，村医核对是一个人"


def pair_of(cast) -> tuple[Person, Person]:
    """韦桂兰 with her number; the same without, in another town, with 胃癌 beside."""
    kept = cast.register("韦桂兰", phone="13900000001", insurance_number="4502221806217", on=D(2017, 10, 1))
    gone = cast.register(
        "韦桂兰", id_absent_reason="证件遗失待补", phone="13900000002", village=cast.other_village, address="9 组", contact_name="莫家兴",
        contact_phone="13900000003", on=D(2017, 10, 5), disease="gastric-cancer",
    )  # fmt: skip
    return kept, gone


def fresh(row):
    return type(row)._base_manager.get(pk=row.pk)


def page(response) -> str:
    """The page's own words, without marks and blanks."""
    html = response.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<main") :]))


def choose(pk: int) -> str:
    return reverse("ledger:merge-choose", args=[pk])


def beside(kept: Person, gone: Person) -> str:
    return reverse("ledger:merge", args=[kept.pk, gone.pk])


def post(client, kept: Person, gone: Person, **typed):
    return client.post(beside(kept, gone), {"seen": seen_now(fresh(kept), fresh(gone)), "reason": WHY} | typed)


def messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]
