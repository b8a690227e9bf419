"""The statements of every request: prepared once for a connection, and asked again where the connection was cut."""

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from api.caller import content_version
from api.statements import read

postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server")


@pytest.mark.django_db
def test_it_gives_all_rows_and_is_counted_like_any_other():
    with CaptureQueriesContext(connection) as captured:
        assert read("SELECT %(a)s UNION SELECT %(b)s ORDER BY 1", {"a": 2, "b": 1}) == [(1,), (2,)]
    assert len(captured) == 1


@pytest.mark.django_db
@postgresql
def test_it_is_planned_once_for_a_connection():
    for _ in range(3):
        content_version()
    asked = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT (SELECT CAST(seq%'"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        assert cursor.fetchone() == (1,)


def cut() -> None:
    """End the connection from the server's side, as a restart does."""
    pid = connection.connection.info.backend_pid
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@postgresql
def test_a_cut_connection_is_not_noticed_by_the_caller():
    before = content_version()
    cut()
    assert content_version() == before


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@postgresql
def test_a_cut_transaction_is_not_begun_again():
    with pytest.raises(OperationalError), transaction.atomic():
        content_version()
        cut()
        content_version()
    connection.close()
