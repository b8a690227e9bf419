"""What ``check_consistency`` compares of the index: each item's entry, by id and version."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from editorial.consistency import Difference, Kind
from publishing.models import PublishedItem
from search import draft_index, index
from search.backends import Unavailable


def differences() -> Iterator[Difference]:
    """Items and drafts that are found as they are no longer, not at all, or although they were taken down.

    What could not be compared is no difference that can be mended, but nobody may take it for compared.
    """
    yield from map(_difference, index.stale())
    if settings.ELASTICSEARCH_URL:
        from search import elastic_index

        try:
            yield from map(_difference, elastic_index.stale())
        except Unavailable as error:
            yield Difference(Kind.SEARCH, _("Chưa so được chỉ mục Elasticsearch: %(error)s") % {"error": error})
    for page_id in draft_index.stale():
        yield Difference(
            Kind.SEARCH, _("Chỉ mục bản thảo không khớp bản mới nhất của trang %(page)d.") % {"page": page_id}, page_id
        )


def mend(difference: Difference) -> bool:
    """Write the entries of one page anew: from the store, and from its latest text."""
    if difference.page_id is None:
        return False
    page_id = difference.page_id
    draft_index.put([page_id])
    item = PublishedItem.objects.filter(page_id=page_id).first()
    if item is None:
        return page_id not in draft_index.stale()
    index.mend(item.pk)
    if settings.ELASTICSEARCH_URL:
        from search import elastic_index

        try:
            elastic_index.mend(item)
        except Unavailable:
            return False
    return True


def _difference(item: PublishedItem) -> Difference:
    message = _("Chỉ mục tìm kiếm không khớp kho phát hành ở trang %(page)d.") % {"page": item.page_id}
    return Difference(Kind.SEARCH, message, item.page_id)
