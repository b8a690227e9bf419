"""Wagtail's own background work (django-tasks), handed to django-q2 after commit."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus


class DjangoQ2Backend(BaseTaskBackend):
    """Queues a task on django-q2 once the transaction it was asked in has committed.

    The result is not kept: Wagtail never asks for it, and what matters is repaired from the database, not from queues.
    """

    supports_async_task = False
    supports_get_result = False
    supports_defer = False

    def enqueue(self, task: Task, args: list[Any], kwargs: dict[str, Any]) -> TaskResult:
        """Queue the task after commit and return a result that stays READY."""
        self.validate_task(task)
        transaction.on_commit(partial(_queue, task.module_path, list(args), dict(kwargs)))
        return TaskResult(
            task=task,
            id=get_random_string(32),
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=list(args),
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )


def _queue(module_path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    from django_q.tasks import async_task  # django-q2 reads its models at import, so not before the apps are ready

    async_task("cms.background.run", module_path, args, kwargs)


def run(module_path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Run a task of django-tasks by its dotted path; called by the django-q2 worker.

    Wagtail's index tasks look whether a row is there and then insert it: two workers on one object collide, and the
    second finds the row when it asks again.
    """
    task = import_string(module_path)
    try:
        with transaction.atomic():
            task.func(*args, **kwargs)
    except IntegrityError:
        with transaction.atomic():
            task.func(*args, **kwargs)
