"""The settings of the tests: set before the house reads them, because pytest-django does so before any conftest."""

import os
from pathlib import Path

TEST_VAR = Path(__file__).resolve().parent.parent / "var" / "test"

os.environ["LEDGER_MODE"] = "trial"
os.environ["LEDGER_DATABASE_ROLE"] = "owner"  # Makes and empties the test database; the application's rights have tests of their own.
os.environ["LEDGER_BUSINESS_DATE"] = "2017-10-20"
os.environ.setdefault("LEDGER_VAR", str(TEST_VAR))  # A server and files of their own: the demo never notices a test run.

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The process in the name: two runs beside each other never empty each other's database (xdist adds its worker).
DATABASES["default"]["TEST"] = {"NAME": f"test_ledger_{os.getpid()}"}
