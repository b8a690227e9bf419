"""Items put out as the gate does, without their way through the desk."""

import itertools
import uuid

import pytest
from django.utils import timezone

from publishing.actions import PublishedForm, put
from tests.messaging.conftest import clock, person, provider

__all__ = ["clock", "person", "provider"]  # what the tests of pushes borrow

_numbers = itertools.count(2_000_000)


def put_out(*audience, page_id=None, kind="article", locale="vi", **fields):
    """Publish an item, or its next version where ``page_id`` is known; the row as it then is."""
    number = next(_numbers)
    form = PublishedForm(
        **{
            "page_id": page_id or number,
            "kind": kind,
            "locale": locale,
            "translation_key": uuid.uuid4(),
            "slug": f"tin-{number}",
            "title": f"Tin {number}",
            "summary": "",
            "source_code": "tuyen-giao",
            "audience": list(audience),
            "payload": {"body": [], "source": {"code": "tuyen-giao", "name": "Ban Tuyên giáo"}},
        }
        | fields
    )
    return put(form, revision_id=number, due_at=timezone.now()).item


@pytest.fixture
def out(db):
    """``out("public", "member:7")`` publishes an item with these audience keys."""
    return put_out
