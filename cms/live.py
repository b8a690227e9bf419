"""The lock below every path to readers: a content page's ``live`` and ``live_revision`` change only inside the gate.

Wagtail makes rows live in many places: the edit view and the admin API run the publish action themselves, copies and
aliases can be born live, translations publish on commit. They all end in ``save()`` of the page row, so the check sits
there. ``editorial.gate`` alone opens it, for one page at a time, after it has counted the approvals.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import gettext_lazy as _

from audit.enums import RefusalCode
from audit.refusals import Refused

_open_for: ContextVar[int | None] = ContextVar("gate_open_for", default=None)


class GateClosed(Refused):
    """Something tried to make a page live, or to take it down, outside the gate."""

    def __init__(self, page: object) -> None:
        super().__init__(
            RefusalCode.FORBIDDEN,
            _(
                "“%(page)s” không thể đăng hay gỡ bằng cách này. Hãy trình duyệt, hoặc dùng nút “Đính chính, gỡ, thu hồi”."
            )
            % {"page": page},
            act="publish",
            target=page,
        )


@contextmanager
def gate_open(page_id: int) -> Iterator[None]:
    """Let this one page change what is live, in this thread, until the block ends. For ``editorial.gate`` only."""
    token = _open_for.set(page_id)
    try:
        yield
    finally:
        _open_for.reset(token)


def is_gate_open(page_id: int | None) -> bool:
    """Whether the gate is open for this page, here and now."""
    return page_id is not None and _open_for.get() == page_id
