"""Whether search can be asked, for ``/readyz``."""

from __future__ import annotations

from django.conf import settings

from search.backends import Unavailable
from search.models import SearchEntry


def answers() -> bool | str:
    """True where search answers as it should; "fallback" where the embedded index does for Elasticsearch, away or behind."""
    SearchEntry.objects.live().exists()
    if not settings.ELASTICSEARCH_URL:
        return True
    from search.backends import elastic  # its client takes memory that only those need who use it
    from search.elastic_index import refuse_behind

    try:
        refuse_behind()
        is_there = elastic.call(lambda: elastic.client().indices.exists_alias(name=elastic.ALIAS))
    except Unavailable:
        return "fallback"
    return True if is_there else "fallback"
