"""``/health/`` says whether the parts work, ``/healthz/deadline`` what of the returns is not done, for a monitor; both only look."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ledger import clock
from ledger.forms import asked
from reports.deadline_watch import all_beat, heartbeats, standing
from reports.models import Heartbeat
from reports.returns import first_of

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
    import redis  # A tenth of a second of every start without one.

    try:
        client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS)
        with client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def worker_works() -> bool:
    """The worker renewed its sign of life lately, by the real clock and not by the business date."""
    try:
        return Heartbeat.objects.filter(name="worker", beat_at__gte=timezone.now() - STALE_AFTER).exists()
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


@never_cache
@require_safe
def deadline(request: HttpRequest) -> JsonResponse:
    """200 while nothing is late and worker and scheduler run; else 503. ``?since=2017-10`` leaves out what was owed for earlier periods."""
    del request.session
    try:
        since = first_of(asked(request, "since")) if asked(request, "since") else None
    except ValueError:
        return JsonResponse({"status": "not ok", "said": "since is a month such as 2017-10"}, status=400)
    try:
        told, beats = standing(clock.now(), since), heartbeats(timezone.now())
    except DatabaseError:
        return JsonResponse({"status": "not ok", "database": "not ok"}, status=503)
    well = not told["late"] and all_beat(beats)
    answer = {"status": "ok" if well else "not ok", "at": clock.now().isoformat(timespec="minutes"), **told, "heartbeats": beats}
    return JsonResponse(answer, status=200 if well else 503)
