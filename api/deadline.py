"""A request ends after three seconds: no further statement begins, and PostgreSQL stops the one that runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction

SECONDS = 3.0


class TooSlow(Exception):
    """The time of a request is over."""


@contextmanager
def deadline(*, stop_statements: bool) -> Iterator[None]:
    """Let statements begin for SECONDS, and raise TooSlow after that.

    ``stop_statements``: everything runs in one transaction whose statements PostgreSQL itself ends in time. Only for
    reads: a mutation has transactions of its own.
    """
    ends = time.monotonic() + SECONDS

    def guarded(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if time.monotonic() > ends:
            raise TooSlow
        try:
            return execute(sql, params, many, context)
        except OperationalError:
            if time.monotonic() > ends:
                raise TooSlow from None
            raise

    if stop_statements and connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [int(SECONDS * 1000)])
            with connection.execute_wrapper(guarded):
                yield
    else:
        with connection.execute_wrapper(guarded):
            yield
