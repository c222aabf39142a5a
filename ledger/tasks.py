"""Background work of the ledger: sealing the trail, emptying lists that nobody imported."""

from celery import shared_task

from ledger.actions.trail import seal_unsealed
from ledger.importing.uploads import drop_expired


@shared_task
def seal_trail() -> None:
    """Chain what was written since the last time; run twice it finds nothing to do."""
    while seal_unsealed():
        pass


@shared_task
def empty_old_lists() -> None:
    """A list that was brought a day ago and not imported is emptied: nobody's particulars lie about."""
    drop_expired()
