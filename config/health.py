"""``/health/``: says whether the parts work, for a monitor; it only looks and never writes."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reports.models import Heartbeat

STALE_AFTER = timedelta(seconds=180)
LEAST_FREE_BYTES = 500 * 1024 * 1024
PATIENCE_SECONDS = 2


def database_works() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def broker_works() -> bool:
    """Redis answers; or, on the trial's filesystem broker, its folder can be used. No message is put there."""
    if not settings.REDIS_URL:
        folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"])
        return folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)
    try:
        client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS)
        with client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def worker_works() -> bool:
    """The worker renewed its sign of life lately, by the real clock and not by the business date."""
    try:
        return Heartbeat.objects.filter(beat_at__gte=timezone.now() - STALE_AFTER).exists()
    except DatabaseError:
        return False


def disk_works() -> bool:
    folder = next(path for path in (settings.VAR_DIR.absolute(), *settings.VAR_DIR.absolute().parents) if path.exists())
    return shutil.disk_usage(folder).free >= LEAST_FREE_BYTES


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_works,
    "broker": broker_works,
    "worker": worker_works,
    "disk": disk_works,
}


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when every part works, else 503; no words to strangers beyond ok and not ok."""
    # Without a session on the request its middleware has nothing to renew: a look from a logged-in browser writes no row.
    del request.session
    parts = {name: "ok" if works() else "not ok" for name, works in CHECKS.items()}
    well = all(word == "ok" for word in parts.values())
    return JsonResponse({"status": "ok" if well else "not ok", **parts}, status=200 if well else 503)
