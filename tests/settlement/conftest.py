"""What the settlement tests share: a bill as a row, and the command run in this process."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from settlement.batch import COLUMNS

GOOD = {
    "bill_no": "A1", "person_no": "P1", "categories": "registered-poor", "disease": "gastric-cancer", "hospital_level": "level-3",
    "insurance_plan": "plan-1", "in_pooling_area": "yes", "referred": "no", "designated": "yes", "has_card": "yes",
    "out_of_poverty": "no", "admitted_on": "2019-09-01", "discharged_on": "2019-09-15", "total_yuan": "120000.00",
    "in_policy_yuan": "100000.00", "limit_yuan": "", "commercial_yuan": "", "charity_yuan": "",
}  # fmt: skip


def bill(**cells: str) -> dict[str, str]:
    """A good bill with some cells changed."""
    assert set(cells) <= set(COLUMNS) | {"extra"}
    return GOOD | cells


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """Write bills (rows, text or bytes) and settle them: exit status, standard output, standard error."""

    def run(bills: list[dict[str, str]] | str | bytes, policy: str = "liuzhou-2017", *more: str) -> tuple[int, str, str]:
        path = tmp_path / "bills.csv"
        if isinstance(bills, list):
            text = io.StringIO()
            writer = csv.DictWriter(text, list(bills[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(bills)
            bills = text.getvalue()
        path.write_bytes(bills.encode() if isinstance(bills, str) else bills)
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("settle", str(path), "--policy", policy, *more, stdout=out, stderr=err)
            status = 0
        except SystemExit as end:
            status = end.code
        return status, out.getvalue(), err.getvalue()

    return run


@pytest.fixture
def rows(run) -> Callable[..., list[dict[str, str]]]:
    """The output's rows as dictionaries."""
    return lambda bills, policy="liuzhou-2017": list(csv.DictReader(io.StringIO(run(bills, policy)[1])))


@pytest.fixture
def window(cast):
    """The window of the county hospital: policies in force, and quick ways to bring a patient and a bill to it."""
    from tests.settlement.window import Window

    return Window.open(cast)


@pytest.fixture
def desk(cast):
    """The city's desk: two officials and the policies that ship."""
    from tests.settlement.policy_desk import PolicyDesk

    return PolicyDesk(cast)
