"""The statements of every request: prepared once for a connection, and asked again where the connection was cut."""

import datetime
import uuid

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from api.caller import content_version
from api.statements import planned_once, read

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


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@postgresql
def test_without_a_transaction_it_is_planned_once_too():
    before = [content_version() for _ in range(3)]
    asked = "SELECT name FROM pg_prepared_statements WHERE statement LIKE 'SELECT (SELECT CAST(seq%'"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        names = [name for (name,) in cursor.fetchall() if name.startswith("every_request_")]
    assert len(names) == 1
    with transaction.atomic():
        assert {content_version(), *before} == {before[0]}


@pytest.mark.django_db
@postgresql
def test_an_article_is_planned_once_for_a_connection(api, out):
    items = [out(f"Bài {number}") for number in range(3)]
    for item in items:
        assert api.data("article", {"id": str(item.pk)})["content"]["title"] == item.title
    asked = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT %payload%FROM \"publishing_published%'"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        assert cursor.fetchone() == (1,)
    assert connection.connection.cursor_factory.__name__ == "Cursor"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@postgresql
def test_both_ways_read_the_same_values():
    named = {"id": uuid.UUID(int=7), "day": datetime.date(2026, 3, 3), "text": "Thái Bình"}
    sql = (
        "SELECT CAST(%(id)s AS uuid), CAST(%(day)s AS date) + 1, %(text)s::text || %(text)s::text, NULL::timestamptz, 5"
        " UNION ALL SELECT CAST(%(id)s AS uuid), CAST(%(day)s AS date), '%%', TIMESTAMPTZ '2026-03-03 12:00:00Z', 6"
    )
    quick = read(sql, named)
    with transaction.atomic():
        assert read(sql, named) == quick
    assert quick[0] == (named["id"], datetime.date(2026, 3, 4), "Thái BìnhThái Bình", None, 5)
    assert [type(each) for each in quick[1]] == [uuid.UUID, datetime.date, str, datetime.datetime, int]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@postgresql
def test_a_changed_column_is_planned_anew():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE passing (seen integer)")
        cursor.execute("INSERT INTO passing VALUES (1)")
        assert read("SELECT * FROM passing", {}) == [(1,)]
        cursor.execute("ALTER TABLE passing ALTER COLUMN seen TYPE text USING 'now ' || seen")
        assert read("SELECT * FROM passing", {}) == [("now 1",)]
        cursor.execute("ALTER TABLE passing ADD COLUMN more integer")
        assert read("SELECT * FROM passing", {}) == [("now 1", None)]
        cursor.execute("DROP TABLE passing")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@postgresql
def test_what_is_wrong_is_said_as_django_says_it():
    with pytest.raises(ProgrammingError, match="nowhere"):
        read("SELECT 1 FROM nowhere", {})
    assert read("SELECT 1", {}) == [(1,)]


@pytest.mark.django_db
def test_what_fails_inside_leaves_the_usual_way_as_it_was():
    usual = getattr(connection.connection, "cursor_factory", None)
    with pytest.raises(RuntimeError), planned_once():
        raise RuntimeError
    assert getattr(connection.connection, "cursor_factory", None) is usual


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
