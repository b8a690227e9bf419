import pytest
from django.db import connection

from search import close_words
from tests.publishing.conftest import out

__all__ = ["out"]


@pytest.fixture(autouse=True)
def _fresh():
    """No test knows the words of another."""
    close_words.forget()
    yield
    close_words.forget()


def settle():
    """What a database does by itself before long: nothing is planned well for tables that were empty a moment ago, and
    PostgreSQL looks through all words that it has not yet sorted into their index, for each question anew."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT gin_clean_pending_list(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                " JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'gin'"
            )
