"""The settings of the worker that is killed: the tests' own, on the database and in the folder that the driver names."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["LEDGER_KILL_DATABASE"]
REPORTS_FOLDER = Path(os.environ["LEDGER_KILL_FOLDER"])
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}  # What a killed worker held the driver hands out again itself.
