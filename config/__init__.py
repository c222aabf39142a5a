"""The house: settings, addresses, access, background work and the embedded database of the trial."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
