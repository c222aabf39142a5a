"""Background work of the ledger: sealing the trail."""

from celery import shared_task

from ledger.actions.trail import seal_unsealed


@shared_task
def seal_trail() -> None:
    """Chain what was written since the last time; run twice it finds nothing to do."""
    while seal_unsealed():
        pass
