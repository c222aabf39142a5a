"""The reader of spreadsheet files, run in a process of its own; nothing in here knows of Django or the ledger."""
