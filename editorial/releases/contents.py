"""What went out together with a page: the contents of a bulletin, as its readers get them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from editorial.enums import ReleaseState
from editorial.models import ReleaseItem


def went_out_with(page_ids: Collection[int]) -> dict[int, list[int]]:
    """For each of these pages the others of its release, in their order; in two queries. Pages without one are left out.

    Of several releases the earliest that is still out: a bulletin that is corrected later keeps the contents of its month.
    """
    if not page_ids:
        return {}
    out = ReleaseItem.objects.filter(page__in=page_ids, release__state=ReleaseState.OUT)
    release_of: dict[int, int] = {}
    for page_id, release_id in out.order_by("release__out_at", "release_id").values_list("page_id", "release_id"):
        release_of.setdefault(page_id, release_id)
    pages = defaultdict(list)
    items = ReleaseItem.objects.filter(release__in=set(release_of.values()))
    for release_id, page_id in items.values_list("release_id", "page_id"):
        pages[release_id].append(page_id)
    return {
        page_id: [other for other in pages[release_id] if other != page_id]
        for page_id, release_id in release_of.items()
    }
