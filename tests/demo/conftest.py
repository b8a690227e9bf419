"""One tiny province for all tests of the room: seeded once, inside a transaction that is rolled back at the end."""

from __future__ import annotations

import io

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction

SIZE = {"members": 60, "cells": 26, "items": 22, "seed": 7}


def seed_again(**changes) -> str:
    """Run the command and give back what it said."""
    said = io.StringIO()
    call_command("seed_demo", stdout=said, **{**SIZE, **changes})
    return said.getvalue()


@pytest.fixture(scope="package")
def seeded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        said = seed_again()
        with django_db_blocker.block():
            yield said
        transaction.set_rollback(True)
    cache.clear()


@pytest.fixture(autouse=True)
def demo(seeded, db):
    """Every test here starts from the seeded province; what it changes is undone."""
    return seeded
