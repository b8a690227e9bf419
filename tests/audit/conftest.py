"""What the tests of the audit share."""

import pytest
from django.db import connection

from audit import protection


@pytest.fixture(autouse=True)
def anchors_of_this_test(settings, tmp_path):
    """A folder of its own for the anchors."""
    settings.AUDIT_ANCHORS_FOLDER = tmp_path / "anchors"
    return settings.AUDIT_ANCHORS_FOLDER


def as_owner(run):
    """Do it behind the product's back, as someone with the password of the database's owner would."""
    with connection.cursor() as cursor:
        for statement in protection.off_statements(connection):
            cursor.execute(statement)
        try:
            return run(cursor)
        finally:
            for statement in protection.on_statements(connection):
                cursor.execute(statement)


@pytest.fixture
def tamper(db):
    """A function that changes the audit past its triggers."""

    def run(sql, *params):
        def change(cursor):
            cursor.execute(sql, params)
            assert cursor.rowcount > 0

        as_owner(change)

    return run
