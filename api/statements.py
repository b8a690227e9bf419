"""The statements that every request asks first, whatever it is about: prepared, and without a question before them.

PostgreSQL takes nine tenths of a millisecond to plan the six joins of ``api.caller`` and a tenth to run them, so they
are planned once for each connection. Django asks ``SELECT 1`` first to learn whether a kept connection still stands;
the statement itself tells that as well, and is asked again over a new one where it does not.

Where nothing has to be begun or written down first, they go through libpq itself, without a cursor: what a cursor
prepares for each statement takes as long as the server takes to answer this one.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, InterfaceError, NotSupportedError, OperationalError, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from psycopg.adapt import PyFormat, Transformer

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


@contextlib.contextmanager
def planned_once() -> Iterator[None]:
    """Whatever the ORM asks until the block ends is planned once for each connection too.

    For statements that find a row by its key: of those PostgreSQL's best plan does not hang on the values.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql":
        yield
        return
    database.ensure_connection()
    line = database.connection
    usual, line.cursor_factory = line.cursor_factory, ServerBindingCursor
    try:
        yield
    finally:
        line.cursor_factory = usual


def _prepared(database: Any, sql: str, named: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    database.ensure_connection()
    if database.queries_logged:
        with database.make_debug_cursor(psycopg.Cursor(database.connection)) as cursor:
            cursor.execute(sql, named)
            rows = cursor.fetchall()
    else:
        rows = _line(database.connection).rows(sql, named) if database.autocommit else None
        if rows is None:  # the ordinary way begins a transaction where one is due, and says what is wrong
            with database.wrap_database_errors:
                rows = psycopg.Cursor(database.connection).execute(sql, named).fetchall()
    database.health_check_done = True
    return rows


class _Line:
    """The connection of this thread as libpq has it, and the names of the statements that are prepared on it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._types = Transformer(connection)
        self._names: dict[str, bytes] = {}
        self._made = 0

    def rows(self, sql: str, named: Mapping[str, Any]) -> list[tuple[Any, ...]] | None:
        """All rows; None where the statement could not be asked, for whatever reason."""
        values = self._types.dump_sequence([*named.values()], [PyFormat.TEXT] * len(named))
        libpq = self.connection.pgconn
        if (name := self._names.get(sql)) is None:
            self._made += 1
            name = self._names[sql] = f"every_request_{self._made}".encode()
            numbers = {each: f"${n}" for n, each in enumerate(named, start=1)}
            libpq.prepare(name, (sql % numbers).encode(), self._types.types)
        result = libpq.exec_prepared(name, values)  # type: ignore[arg-type]  # libpq takes None for NULL
        if result.status != psycopg.pq.ExecStatus.TUPLES_OK:
            self._names.clear()  # a column may have changed since: under a new name it is planned anew
            return None
        self._types.set_pgresult(result)
        return self._types.load_rows(0, result.ntuples, tuple)


def _line(connection: psycopg.Connection[Any]) -> _Line:
    line = getattr(_kept, "line", None)
    if line is None or line.connection is not connection:
        line = _kept.line = _Line(connection)
    return line
