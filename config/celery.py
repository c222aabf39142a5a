"""The Celery application: a task is a nudge that carries ids; what is due stands in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("ledger")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["ledger", "reports"])
app.conf.beat_scheduler = "config.scheduler:TellingScheduler"
app.conf.beat_schedule = {
    "seal the trail": {"task": "ledger.tasks.seal_trail", "schedule": 45.0},
    "empty old lists": {"task": "ledger.tasks.empty_old_lists", "schedule": 3600.0},
    "ensure what is due": {"task": "reports.tasks.prepare_due_returns", "schedule": 300.0},
    "heartbeat": {"task": "reports.tasks.beat", "schedule": 30.0},
}
