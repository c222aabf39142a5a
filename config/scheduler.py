"""The scheduler's sign of life: the process that sends the tasks writes its own row, whether or not a worker takes them."""

import datetime
import logging

from celery.beat import PersistentScheduler
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

EVERY = datetime.timedelta(seconds=30)
log = logging.getLogger(__name__)


class TellingScheduler(PersistentScheduler):
    """Celery's own scheduler, which says every half minute that it runs; a database that is away does not stop it."""

    told_at: datetime.datetime | None = None

    def tick(self, *args, **kwargs) -> float:
        self.tell(timezone.now())
        return min(super().tick(*args, **kwargs), EVERY.total_seconds())

    def tell(self, now: datetime.datetime) -> None:
        """Renew the row, if half a minute has passed since it was; by the real clock, whatever the business date."""
        if self.told_at is not None and now - self.told_at < EVERY:
            return
        from reports.models import Heartbeat  # Celery reads this module before the models are there.

        try:
            close_old_connections()
            Heartbeat.objects.update_or_create(name="scheduler", defaults={"beat_at": now})
        except DatabaseError as error:
            log.warning("the scheduler's sign of life was not written: %s", type(error).__name__)
        else:
            self.told_at = now
