#!/usr/bin/env python
"""The door to every command of the ledger."""

import os
import sys

# Commands that make tables log in as their owner; everything else as the application's role.
OWNER_COMMANDS = {"migrate", "restore"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["LEDGER_DATABASE_ROLE"] = "owner"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
