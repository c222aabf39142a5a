"""Two who bring papers to one person at once: every paper gets a number of its own, and the same paper is kept once.

The switch: with the lock on the person taken away, the defect is back and is seen.
"""

import pytest
from django.db import IntegrityError

from ledger.actions import proofs
from ledger.actions.proofs import Brought, add_proofs, withdraw_proof
from ledger.models import Person, Proof
from tests.ledger import paper_files as papers
from tests.racing import at_once, said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unlocked(monkeypatch):
    """The switch."""

    def switch():
        monkeypatch.setattr(proofs, "hold_person", lambda person, by: Person.objects.visible_to(by).get(pk=person.pk))

    return switch


@pytest.fixture
def person(cast, monkeypatch):
    monkeypatch.setattr(proofs, "media_type_of", lambda content: "image/jpeg")  # Only the keeping is raced here.
    return cast.register("韦桂兰")


def bring(cast, person, first: bytes, second: bytes) -> list:
    def one(by, content):
        return lambda: add_proofs(by=by, person=person, kind="poverty", files=[Brought("证明.jpg", content)])

    return at_once(one(cast.clerk, first), one(cast.township, second))


def kept() -> list[int]:
    return list(Proof.objects.everywhere("test").order_by("number").values_list("number", flat=True))


def test_two_papers_at_once_get_two_numbers(cast, person):
    answers = bring(cast, person, papers.picture(colour="red"), papers.picture(colour="blue"))
    assert said(answers) == ["done", "done"] and kept() == [1, 2]


def test_without_the_lock_they_get_the_same_number(cast, person, unlocked):
    unlocked()
    answers = bring(cast, person, papers.picture(colour="red"), papers.picture(colour="blue"))
    assert isinstance(answers[1], IntegrityError) and kept() == [1]


def test_the_same_paper_at_once_is_kept_once(cast, person):
    answers = bring(cast, person, papers.picture(), papers.picture())
    assert said(answers) == ["done", "这个文件和第 1 份材料内容相同，不用再上传。"] and kept() == [1]


def test_a_paper_is_withdrawn_once(cast, person):
    proof = add_proofs(by=cast.clerk, person=person, kind="poverty", files=[Brought("证明.jpg", papers.picture())])[0]
    answers = at_once(
        lambda: withdraw_proof(by=cast.clerk, proof=proof, reason="拍糊了"),
        lambda: withdraw_proof(by=cast.lead, proof=proof, reason="传错人了"),
    )
    assert said(answers) == ["done", "这份材料已经作废。请刷新后再看。"]
    assert Proof.objects.everywhere("test").get().withdrawn_reason == "拍糊了"
