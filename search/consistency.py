"""What ``check_consistency`` compares of the index: each item's entry, by id and version."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from editorial.consistency import Difference, Kind
from publishing.models import PublishedItem
from search import index


def differences() -> Iterator[Difference]:
    """Items that are found as they are no longer, not at all, or although they were taken down."""
    for item in index.stale():
        yield Difference(
            Kind.SEARCH,
            _("Chỉ mục tìm kiếm không khớp kho phát hành ở trang %(page)d.") % {"page": item.page_id},
            item.page_id,
        )


def mend(difference: Difference) -> bool:
    """Write the entry of one item anew from the store."""
    page_id = difference.page_id or 0
    item = PublishedItem.objects.filter(page_id=page_id).first()
    if item is None:
        return False
    index.mend(item.pk)
    return True
