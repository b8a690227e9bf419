"""What ``check_consistency`` compares of the index: each item's entry, by id and version."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from editorial.consistency import Difference, Kind
from publishing.models import PublishedItem
from search import draft_index, index
from search.backends import Unavailable

logger = logging.getLogger("sotay.search")


def differences() -> Iterator[Difference]:
    """Items and drafts that are found as they are no longer, not at all, or although they were taken down."""
    stale = [index.stale(), *([_stale_in_elasticsearch()] if settings.ELASTICSEARCH_URL else [])]
    for item in itertools.chain.from_iterable(stale):
        yield Difference(
            Kind.SEARCH,
            _("Chỉ mục tìm kiếm không khớp kho phát hành ở trang %(page)d.") % {"page": item.page_id},
            item.page_id,
        )
    for page_id in draft_index.stale():
        yield Difference(
            Kind.SEARCH, _("Chỉ mục bản thảo không khớp bản mới nhất của trang %(page)d.") % {"page": page_id}, page_id
        )


def mend(difference: Difference) -> bool:
    """Write the entries of one page anew: from the store, and from its latest text."""
    page_id = difference.page_id or 0
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


def _stale_in_elasticsearch() -> Iterator[PublishedItem]:
    """Nothing while the server is away: the embedded index answers, and what is missed is caught up from the log."""
    from search import elastic_index

    try:
        yield from elastic_index.stale()
    except Unavailable as error:
        logger.warning("not compared: %s", error)
