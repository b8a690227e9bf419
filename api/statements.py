"""The statements that every request asks first, whatever it is about: prepared, and without a question before them.

PostgreSQL takes nine tenths of a millisecond to plan the six joins of ``api.caller`` and a tenth to run them, so they
are planned once for each connection. Django asks ``SELECT 1`` first to learn whether a kept connection still stands;
the statement itself tells that as well, and is asked again over a new one where it does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import InterfaceError, NotSupportedError, OperationalError, connection

# The server was restarted or cut the connection; or a column has changed since the statement was planned.
STALE = (OperationalError, InterfaceError, NotSupportedError)


def read(sql: str, named: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a SELECT that changes nothing and so may be asked twice. Its values stand in it as ``%(name)s``."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, named)
            return cursor.fetchall()
    try:
        return _prepared(sql, named)
    except STALE:
        if connection.in_atomic_block:
            raise
        connection.close()
        return _prepared(sql, named)


def _prepared(sql: str, named: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    wrap: Any = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(psycopg.Cursor(connection.connection)) as cursor:  # Django's own puts the values into the text
        cursor.execute(sql, named)
        rows = cursor.fetchall()
    connection.health_check_done = True  # type: ignore[attr-defined]
    return rows
