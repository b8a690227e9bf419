"""Whether the process is up, and whether what it depends on answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from audit import anchors
from publishing.models import Heartbeat

logger = logging.getLogger("sotay.health")

# The worker writes its heartbeat every minute; three missed ones mean that it is stuck or gone.
STALE_AFTER = timedelta(minutes=3)


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return HttpResponse("ok", content_type="text/plain")


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _queue() -> bool:
    beat = Heartbeat.objects.filter(name="worker").first()
    return beat is not None and timezone.now() - beat.at < STALE_AFTER


def _audit_anchors() -> bool:
    return not anchors.troubles()


# What people must hear of, though the product serves without it: never a reason to take a server out.
NOTES: dict[str, Callable[[], bool | str]] = {"audit_anchors": _audit_anchors}

# What must answer before the product can serve. Rooms above this one add theirs when they start. A word in place of True
# says in which manner it answers.
CHECKS: dict[str, Callable[[], bool | str]] = {"database": _database, "queue": _queue}


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 where database, queue and search answer, else 503; the body names each, and what else needs someone."""
    answers = {name: _asked(name, check) for name, check in CHECKS.items()}
    notes = {name: _asked(name, check) for name, check in NOTES.items()}
    ready = all(answers.values())
    return JsonResponse(
        {
            "ready": ready,
            **{name: _said(answer, otherwise="down") for name, answer in answers.items()},
            **{name: _said(answer, otherwise="late") for name, answer in notes.items()},
        },
        status=200 if ready else 503,
    )


def _asked(name: str, check: Callable[[], bool | str]) -> bool | str:
    try:
        return check()
    except Exception:
        logger.exception("%s is not ready", name)
        return False


def _said(answer: bool | str, *, otherwise: str) -> str:
    return answer if isinstance(answer, str) else "ok" if answer else otherwise
