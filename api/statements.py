"""The statements that every request asks first, whatever it is about: prepared, and without a question before them.

PostgreSQL takes nine tenths of a millisecond to plan the six joins of ``api.caller`` and a tenth to run them, so they
are planned once for each connection. Django asks ``SELECT 1`` first to learn whether a kept connection still stands;
the statement itself tells that as well, and is asked again over a new one where it does not.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, InterfaceError, NotSupportedError, OperationalError, connections

# The server was restarted or cut the connection; or a column has changed since the statement was planned.
STALE = (OperationalError, InterfaceError, NotSupportedError)
_kept = threading.local()


def read(sql: str, named: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a SELECT that changes nothing and so may be asked twice. Its values stand in it as ``%(name)s``."""
    database = connections[DEFAULT_DB_ALIAS]  # once: each look at ``django.db.connection`` finds its thread anew
    if database.vendor != "postgresql":
        with database.cursor() as cursor:
            cursor.execute(sql, named)
            return cursor.fetchall()
    try:
        return _prepared(database, sql, named)
    except STALE:
        if database.in_atomic_block:
            raise
        database.close()
        return _prepared(database, sql, named)


def _prepared(database: Any, sql: str, named: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    database.ensure_connection()
    if database.queries_logged:
        with database.make_debug_cursor(psycopg.Cursor(database.connection)) as cursor:
            cursor.execute(sql, named)
            rows = cursor.fetchall()
    else:
        with database.wrap_database_errors:
            rows = _cursor(database.connection).execute(sql, named).fetchall()
    database.health_check_done = True
    return rows


def _cursor(connection: psycopg.Connection[Any]) -> psycopg.Cursor[Any]:
    """The one cursor of this thread's connection for these statements: to make one takes longer than to use it.

    Not Django's kind, which puts the values into the text.
    """
    cursor = getattr(_kept, "cursor", None)
    if cursor is None or cursor.connection is not connection:
        cursor = _kept.cursor = psycopg.Cursor(connection)
    return cursor
