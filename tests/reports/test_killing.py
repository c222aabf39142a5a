"""The worker is killed while it works; what it was doing is handed out again; nothing is lost, doubled or half there."""

import pytest

from tests.killing.__main__ import main
from tests.killing.rounds import Rounds, people
from tests.reports.conftest import Ledger

KILLS = ("", "broker", "", "database", "disk")


@pytest.fixture
def rounds(request, cast, redis_url, tmp_path):
    people(cast, Ledger(cast))
    rounds = Rounds(cast, redis_url, tmp_path, naive=getattr(request, "param", False))
    yield rounds
    rounds.close()


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_five_kills_lose_nothing_double_nothing_and_leave_no_part_of_a_file(rounds):
    rounds.undisturbed()
    found = {number: rounds.kill_once(also) for number, also in enumerate(KILLS)}
    assert {number: one.line() for number, one in found.items()} == dict.fromkeys(range(5), "lost 0, doubled 0, partial 0"), found


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rounds", [True], indirect=True, ids=["naive"])
def test_the_naive_job_fails_the_same_kills(rounds):
    rounds.undisturbed()
    assert any(rounds.kill_once() for _ in range(40)), "forty kills, and the naive job was never caught"


def test_without_redis_it_says_so_and_ends_with_two(monkeypatch, capsys):
    """What is looked for is what would be started: the program on PATH and no other."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sys.argv", ["killing"])
    assert main() == 2
    assert capsys.readouterr().out == "redis-server is not installed, so nothing was killed (apt-get install redis-server)\n"
