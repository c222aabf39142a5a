"""A wrong value stops the start and is named; production does not start without its keys."""

import datetime
import re

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment, MailServer
from config.keys import SECRETS
from tests.config.conftest import CHECKOUT, run

PRODUCTION = {
    "LEDGER_MODE": "production",
    "LEDGER_SECRET_KEY": "a-long-random-text-for-one-test-only-0123456789",
    "LEDGER_DATA_KEY": "ab" * 32,
    "LEDGER_HASH_KEY": "cd" * 32,
    "LEDGER_HOSTS": "ledger.example.gov.cn",
    "DATABASE_URL": "postgresql://ledger_app:word@localhost:5432/ledger",
}
START = ("-c", "import django; django.setup()")


def start(**values: str):
    return run(*START, DJANGO_SETTINGS_MODULE="config.settings", **values)


@pytest.mark.parametrize(
    ("read", "value", "says"),
    [
        (lambda env: env.required("X", "it signs"), "", "X is not set: it signs"),
        (lambda env: env.choice("X", ("a", "b"), "a"), "c", "X='c' is not one of a, b"),
        (lambda env: env.flag("X", False), "true", "X='true' is not one of yes, no"),
        (lambda env: env.integer("X", 1), "1.5", "X='1.5' is not a whole number"),
        (lambda env: env.date("X", None), "2017-02-30", "X='2017-02-30' is not a date like 2017-10-20"),
        (lambda env: env.smtp("X"), "mail.example:25", "X must look like smtp://user:password@host:587, smtps://… or smtp+plain://…"),
        (lambda env: env.database("X"), "mysql://u:p@h/d", "X must look like postgresql://user:password@host:5432/database"),
        (lambda env: env.database("X"), "postgresql://u:p@h/", "X must look like postgresql://user:password@host:5432/database"),
    ],
)
def test_a_wrong_value_is_named(read, value, says):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(Environment({"X": value}))
    assert str(refused.value) == says


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("", MailServer()),
        ("smtp://u:p%40w@m.example", MailServer("m.example", 587, "u", "p@w", starts_tls=True)),
        ("smtps://m.example:4465", MailServer("m.example", 4465, tls=True)),
        ("smtp+plain://m.example", MailServer("m.example", 25)),
    ],
)
def test_a_mail_server_is_read(address, server):
    assert Environment({"X": address}).smtp("X") == server


def test_right_values_are_read():
    env = Environment({"F": "yes", "N": " 7 ", "D": "2017-10-20", "L": "a, b,,", "U": "postgresql://u:p%40w@h:5433/d?sslmode=require"})
    assert env.flag("F", False) is True
    assert env.integer("N", 1) == 7
    assert env.integer("absent", 60) == 60
    assert env.date("D", None) == datetime.date(2017, 10, 20)
    assert env.items("L") == ["a", "b"]
    assert env.database("U") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "d",
        "USER": "u",
        "PASSWORD": "p@w",
        "HOST": "h",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_production_starts_with_its_keys():
    done = start(**PRODUCTION)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "LEDGER_MODE"])
def test_production_refuses_to_start_without(name):
    done = start(**{**PRODUCTION, name: ""})
    assert done.returncode != 0
    assert done.stderr.strip().splitlines()[-1].startswith(f"django.core.exceptions.ImproperlyConfigured: {name} is not set")


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"LEDGER_DATA_KEY": "zz" * 32}, "LEDGER_DATA_KEY"),
        ({"LEDGER_HASH_KEY": "ab" * 31}, "LEDGER_HASH_KEY"),
        ({"LEDGER_BUSINESS_DATE": "2017-10-20"}, "LEDGER_BUSINESS_DATE"),
        ({"LEDGER_MODE": "staging"}, "LEDGER_MODE"),
        ({"LEDGER_LOG_LEVEL": "loud"}, "LEDGER_LOG_LEVEL"),
        ({"DATABASE_URL": "ledger"}, "DATABASE_URL"),
        ({"DATABASE_OWNER_URL": "mysql://u@h/d"}, "DATABASE_OWNER_URL"),
        ({"LEDGER_SMTP_URL": "smtp://u:p@mail.example.gov.cn"}, "LEDGER_ADDRESS"),
    ],
)
def test_production_refuses_to_start_with(values, named):
    done = start(**{**PRODUCTION, **values})
    assert done.returncode != 0
    assert named in done.stderr.strip().splitlines()[-1]


def test_the_readme_explains_every_variable():
    asked = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (CHECKOUT / "config" / "settings.py").read_text())) | set(SECRETS)
    told = set(re.findall(r"^\| `(\w+)` \|", (CHECKOUT / "README.md").read_text(), re.MULTILINE))
    assert asked == told
