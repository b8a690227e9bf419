"""What the tests of the audit share."""

import pytest
from django.db import connection


@pytest.fixture
def tamper(db):
    """A function that changes the audit behind the product's back, as someone with the database's password would."""

    def run(sql, *params):
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            assert cursor.rowcount > 0

    return run
