"""What django-q2 runs. A task carries no message, not even its id: what is to be sent is read from the ledger.

One carries who asked for a code, so that the request itself does the same for every name (``messaging.codes``).
"""

from __future__ import annotations

import datetime
import logging

logger = logging.getLogger("sotay.messaging")


def wake(task: str) -> None:
    """Have a task run soon. A wake-up that is lost costs a minute, never a message."""
    from django_q.tasks import async_task  # django-q2 reads its models at import, so not before the apps are ready

    try:
        async_task(task)
    except Exception:
        logger.exception("%s could not be woken; it runs again within a minute", task)


def send_texts() -> int:
    """Send the texts that are due; how many were handed over."""
    from messaging.texts import send_due

    return send_due()


def send_sign_in_code(username: str, request_id: str, asked_at: datetime.datetime, language: str) -> None:
    """Send a code to who has this name, where there is someone who may have one. Its result must not tell the code."""
    from messaging.codes import send_code

    send_code(username=username, request_id=request_id, asked_at=asked_at, language=language)


def send_pushes() -> int:
    """Drain what is to be pushed, for at most a minute; how many devices were reached."""
    from messaging.push import forget_old, send_due

    forget_old()
    return send_due(seconds=60)
