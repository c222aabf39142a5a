"""Requests for transfer in the demo: one that a county has to answer, two that are the city's by now, one that was refused."""

import datetime
from dataclasses import dataclass

from config.demo.book import Book
from config.demo.calendar import ZONE, days
from ledger.models import Person, Role, Transfer
from ledger.models.transfer import ASKED, REFUSED
from ledger.working_days import after_working_days

WAITING = ("verified", "planned", "in_treatment")


@dataclass(frozen=True)
class Story:
    """Which county asks which, on what day of October and why; ``refused`` is the day and the reason of an answer."""

    old: str
    new: str
    day: int
    reason: str
    refused: tuple[int, str] | None = None


STORIES = (
    Story("450222", "450223", 19, "易地扶贫搬迁，已入住本县安置点，有入住协议"),
    Story("450223", "450222", 16, "随子女居住，户口已迁入，有迁移证"),
    Story("450226", "450224", 13, "易地扶贫搬迁，已入住本县安置点，有入住协议"),
    Story("450225", "450222", 9, "随子女居住", (11, "电话核实过，患者仍住原处，只是来看病时暂住子女家。")),
)


def tell_transfers(book: Book) -> list[Transfer]:
    """The requests, unsaved, with their events in the book; the same people at every load."""
    asked: list[Person] = []
    for story in STORIES:
        asked.append(_somebody(book, story, asked))
    return [_request(book, story, person) for story, person in zip(STORIES, asked, strict=True)]


def _somebody(book: Book, story: Story, but: list[Person]) -> Person:
    """The first of the old county who lived there all the time and whose treatment is under way."""
    return next(
        case.person
        for case in book.cases
        if case.state in WAITING and case.person.county.code == story.old and case.person.id_number and case.person not in but
        and len(book.homes_of(case.person)) == 1 and case.person.created_at.date() < datetime.date(2017, 9, 1)
    )  # fmt: skip


def _at(day: int, hour: int) -> datetime.datetime:
    return datetime.datetime(2017, 10, day, hour, 20, tzinfo=ZONE)


def _request(book: Book, story: Story, person: Person) -> Transfer:
    new, old = book.cast.places.counties[story.new], book.cast.places.counties[story.old]
    village = book.cast.places.villages[book.cast.places.townships[story.new][0].code][0]
    clerk, at = book.cast.one(Role.CLERK, story.new), _at(story.day, 9)
    request = Transfer(
        person=person, given_number=str(person.id_number), given_name=person.name, from_county=old, to_county=new, village=village,
        address="安置点 2 栋 301 室", moved_on=at.date() - days(8), reason=story.reason, asked_at=at, asked_by=clerk, state=ASKED,
        city_from=after_working_days(book.cast.places.city, at.date(), 3),
    )  # fmt: skip
    book.tell(person, "transfer_asked", f"{new.label}申请转入", by=clerk, at=at, county=old, reason=story.reason)
    if story.refused:
        day, request.answer = story.refused
        lead, request.state, request.answered_at = book.cast.one(Role.LEAD, story.old), REFUSED, _at(day, 16)
        request.answered_by = lead
        text = f"不同意转入{new.label}"
        book.tell(person, "transfer_refused", text, by=lead, at=request.answered_at, county=old, reason=request.answer)
    return request
