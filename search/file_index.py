"""Reading the files that go out with an item.

A consumer of its own, after the item itself can be found: a long file holds up nothing but other files.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from publishing.models import Change, PublishedFile
from search import index
from search.files import NO_PAGES, READ, pages_of
from search.models import FilePage

CONSUMER = "search_files"
logger = logging.getLogger("sotay.search")


def follow(change: Change) -> None:
    """Read an item's new files, and put what they say into the item's entries."""
    if change.item.removed_at is not None:
        return
    files = change.item.files.filter(content_type__in=READ).exclude(sha256="")
    known = set(FilePage.objects.filter(sha256__in=files.values("sha256")).values_list("sha256", flat=True))
    new = [file for file in files if file.sha256 not in known]
    for file in new:
        _keep(file)
    if new:
        index.mend(change.item_id)
        if settings.ELASTICSEARCH_URL:
            from search import elastic_index

            elastic_index.mend(change.item)


def _keep(file: PublishedFile) -> None:
    rows = []
    try:
        with default_storage.open(file.storage_name) as opened:
            for page, text in pages_of(opened, file.content_type):
                plain = " ".join(text.replace("\x00", " ").split())
                if plain:
                    rows.append(FilePage(sha256=file.sha256, page=page, text=plain))
    except FileNotFoundError:
        logger.warning("a file is missing and was not read for search: %s", file.storage_name)
    with transaction.atomic():
        FilePage.objects.bulk_create(rows or [FilePage(sha256=file.sha256, page=NO_PAGES, text="")])
